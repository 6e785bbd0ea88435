"""What long work says while it goes on: a bar or lines, and how long it may still take, by the test's own clock."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from btc_eval.edition import times
from btc_eval.edition.layout import Layout
from btc_eval.progress import Progress, through, time_left, watched


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_log_has_plain_lines_with_the_time_left_from_last_time(clock: Clock) -> None:
    """Three chapters, two at once, then the pages: 240 + 120 + 120 in two kernels, 60 after them."""
    stream = io.StringIO()
    expected = {"a": 240.0, "b": 120.0, "c": 120.0, "rendering": 60.0}
    with Progress(4, stream=stream, expected=expected, together="abc", jobs=2, clock=clock) as progress:
        progress.say("executing 3 chapters")
        clock.now += 120
        progress.step("executed b", "b", 120.0)
        clock.now += 120
        progress.step("executed a", "a", 240.0)
        progress.step("executed c", "c", 120.0)
        clock.now += 60
        progress.step("rendered", "rendering")
    assert stream.getvalue().splitlines() == [
        "executing 3 chapters, about 5 min left",  # the longest, 240, and 60
        "[1/4] executed b, about 5 min left",  # 240 and 120 are left, or being done
        "[2/4] executed a, about 3 min left",
        "[3/4] executed c, about 1 min left",
        "[4/4] rendered",
    ]
    assert progress.measured == {"a": 240.0, "b": 120.0, "c": 120.0, "rendering": 60.0}


def test_a_slower_machine_makes_the_rest_longer(clock: Clock) -> None:
    expected = {"a": 60.0, "b": 60.0, "c": 60.0}
    with Progress(3, stream=io.StringIO(), expected=expected, clock=clock) as progress:
        assert progress.left() == pytest.approx(180)
        clock.now += 120
        progress.step("a", "a")
        assert progress.left() == pytest.approx(240)
        clock.now += 30
        assert progress.left() == pytest.approx(210)


def test_a_step_of_which_nothing_is_known_counts_as_the_middle_one(clock: Clock) -> None:
    with Progress(4, stream=io.StringIO(), expected={"a": 10.0, "b": 50.0, "c": 400.0}, clock=clock) as progress:
        assert progress.left() == pytest.approx(10 + 50 + 400 + 50)


def test_without_earlier_times_the_pace_of_this_run_is_taken(clock: Clock) -> None:
    stream = io.StringIO()
    with Progress(3, stream=stream, clock=clock) as progress:
        progress.say("reading")
        clock.now += 90
        progress.step("one")
        clock.now += 90
        progress.step("two")
        progress.step("three")
    assert stream.getvalue().splitlines() == [
        "reading", "[1/3] one, about 3 min left", "[2/3] two, about 2 min left", "[3/3] three"
    ]  # fmt: skip


def test_a_terminal_has_a_bar_with_the_same_words(clock: Clock) -> None:
    stream = Terminal()
    with Progress(2, stream=stream, expected={"a": 130.0, "b": 130.0}, clock=clock) as progress:
        progress.say("executing")
        clock.now += 130
        progress.step("executed a", "a")
        progress.step("executed b", "b")
    shown = stream.getvalue()
    assert "about 5 min left" in shown
    assert "executed a" in shown
    assert "1/2, about 3 min left" in shown
    assert "2/2" in shown
    assert "\r" in shown
    assert "[1/2]" not in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""), (0.0, ""), (4.9, ""), (5.0, "less than a minute left"), (49.0, "less than a minute left"),
        (50.0, "about 1 min left"), (60.0, "about 1 min left"), (61.0, "about 2 min left"),
        (5940.0, "about 99 min left"), (5941.0, "about 2 h left"),
    ],
)  # fmt: skip
def test_how_the_time_left_is_said(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def test_a_list_that_is_worked_through_tells_whoever_watches_and_no_more_than_a_line_a_second(clock: Clock) -> None:
    stream = io.StringIO()

    def work() -> list[int]:
        found = []
        for number in through(range(4), lambda one: f"read {one}"):
            clock.now += 0.4 if number < 3 else 100
            found.append(number)
        return found

    assert work() == [0, 1, 2, 3]  # nobody watches
    with Progress(0, stream=stream, every=1.0, clock=clock) as progress, watched(progress):
        work()
        work()
    assert stream.getvalue().splitlines()[0] == "[3/4] read 2"
    assert stream.getvalue().splitlines()[-1] == "[8/8] read 3"
    assert progress.total == progress.done == 8


def test_times_are_kept_beside_those_of_other_steps_and_a_spoiled_file_is_none(tmp_path: Path) -> None:
    where = Layout(root=tmp_path, data=tmp_path, out=tmp_path / "site", work=tmp_path / "work")
    assert times.expected(where, ["a"]) == {}
    times.keep(where, {"a": 1.0, "rendering": 9.0})
    times.keep(where, {"a": 2.5})
    assert times.expected(where, ["a", "rendering", "new"]) == {"a": 2.5, "rendering": 9.0}
    for spoiled in ("[1]", "{", '{"a": "long"}', '{"a": null}'):
        (where.work / "times.json").write_text(spoiled)
        assert times.expected(where, ["a"]) == {}
        times.keep(where, {"b": 1.0})
        assert json.loads((where.work / "times.json").read_text())["b"] == 1.0


def test_a_refresh_says_which_file_it_has_read(clock: Clock) -> None:
    from btc_eval.records import statutory

    stream = io.StringIO()
    with Progress(0, stream=stream, clock=clock) as progress, watched(progress):
        statutory.read(Path(__file__).parents[1] / "data/statutory/care")
    lines = stream.getvalue().splitlines()
    assert len(lines) == progress.done == progress.total > 0
    assert all(" read " in line and "/" not in line.partition("] ")[2] for line in lines)
