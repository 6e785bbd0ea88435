"""A few kills at moments that a seed decides; `python -m benchmarks.soak_kills` does a hundred of each command.

A release is killed in `test_release`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import soak_kills

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")]


@pytest.mark.parametrize(("command", "number"), [("refresh", 4), ("returns", 2), ("build", 2)])
def test_whatever_a_kill_hits_a_complete_state_is_left_and_the_next_run_recovers(
    tmp_path: Path, command: str, number: int
) -> None:
    seen = soak_kills.kills(soak_kills.PLACES[command](tmp_path), number, seed=8)
    assert seen["kills"] == number
    assert seen["earlier"] + seen["later"] + seen["between"] == number
    assert seen["recovered"] >= 1


def test_a_mixture_is_found_and_named() -> None:
    earlier, later = {"a": b"1", "b": b"1"}, {"a": b"2", "b": b"2"}
    place = soak_kills.PLACES["refresh"](Path("nowhere"))
    mixed = soak_kills.Scene("now", {"a": b"1", "b": b"2"}, 0, 0, decided=False)
    with pytest.raises(soak_kills.Left, match="a mixture was left; the later state differs in a"):
        mixed.verdict(place, earlier, later)
    torn = soak_kills.Scene("now", {"a": b"1", "b": b"half"}, 0, 0, decided=True)
    with pytest.raises(soak_kills.Left, match="a mixture"):
        torn.verdict(place, earlier, later)
    decided = soak_kills.Scene("now", {"a": b"1", "b": b"2"}, 0, 0, decided=True)
    assert decided.verdict(place, earlier, later) == "between"
    with pytest.raises(soak_kills.Left, match="shows nothing"):
        decided.verdict(place, earlier, earlier)
