"""Where labels stand in a drawing: none lies on another, and none across the rule of another."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval.publish.charts.layout import Event, Placed, place_events, spread, ticks
from btc_eval.publish.charts.style import text_width

EVENTS = (
    ("Thresholds and referral form", 3.7),
    ("Inspection: inadequate", 4.5),
    ("Covid restrictions", 8.0),
    ("Cradle to Career, by its partners", 8.8),
    ("Programme delivery starts", 9.5),
    ("New codes in the census", 10.0),
    ("Joint inspection of early help", 10.7),
)


def box(placed: Placed, x: float) -> tuple[float, float, int, int]:
    wide = max(text_width(line) for line in placed.lines) + 10
    return (x, x + wide, placed.row, placed.row + len(placed.lines)) if placed.right else (
        x - wide, x, placed.row, placed.row + len(placed.lines))  # fmt: skip


@pytest.mark.parametrize("width", [190.0, 410.0, 640.0])
def test_the_events_of_the_chapter_keep_clear_of_each_other(width: float) -> None:
    wide = width > 300
    known = [
        (Event("2021", label if wide else str(i)), place / 12 * width) for i, (label, place) in enumerate(EVENTS, 1)
    ]
    where = dict(known)
    placed, depth = place_events(known, width)
    assert len(placed) == len(EVENTS)
    assert depth <= 12
    boxes = {p.event.label: box(p, where[p.event]) for p in placed}
    for (a, first), (b, second) in itertools.permutations(boxes.items(), 2):
        over = first[0] < second[1] and second[0] < first[1] and first[2] < second[3] and second[2] < first[3]
        assert not over, f"{a} lies on {b}"
    for p, q in itertools.permutations(placed, 2):
        left, right, *_ = boxes[p.event.label]
        assert not (p.row > q.row and left < where[q.event] < right), (
            f"{p.event.label} crosses the rule of {q.event.label}"
        )


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from([190.0, 410.0]))
def test_every_event_gets_a_place(shares: list[float], width: float) -> None:
    known = [(Event("2021", f"Event {i}"), share * width) for i, share in enumerate(shares)]
    placed, depth = place_events(known, width)
    assert sorted(p.event.label for p in placed) == sorted(event.label for event, _ in known)
    assert depth == max(p.row + len(p.lines) for p in placed)


def test_no_events_take_no_room() -> None:
    assert place_events([], 400) == ([], 0)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=6))
def test_end_labels_stand_apart_in_their_order(wanted: list[float]) -> None:
    places = spread(wanted, 16.0, 0.0, 300.0)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert all(places[b] - places[a] >= 15.0 for a, b in itertools.pairwise(order))


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.booleans())
def test_an_axis_holds_its_values_in_few_round_steps(low: float, span: float, zero: bool) -> None:
    marks = ticks(low, low + span, zero=zero)
    room = 1e-6 * max(abs(low), span, 1.0)
    assert marks[0] <= low + room
    assert marks[-1] >= low + span - room
    assert 2 <= len(marks) <= 8


def test_labels_of_different_heights_keep_half_the_sum_of_theirs() -> None:
    places = spread([100.0, 101.0, 102.0], [16.0, 32.0, 16.0], 0.0, 300.0)
    assert places == sorted(places)
    assert places[1] - places[0] >= 23.9
    assert places[2] - places[1] >= 23.9
    assert places[2] - places[0] < 49
