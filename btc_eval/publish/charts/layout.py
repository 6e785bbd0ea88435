"""Where do labels and ticks go? The arithmetic of a drawing: no data leaves or enters here, only places in pixels."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval import periods
from btc_eval.publish.charts.style import LINE, text_width

# Values nearer to each other than this are one value to an axis.
_NOUGHT = 1e-8


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, to be marked on a time axis.

    Parameters
    ----------
    when
        The month ("2021-10"), day or year it happened or began.
    label
        A few words, set beside its rule.
    until
        The end of a lasting event, included; it is shaded.
    strong
        Whether it is the start of what is evaluated, drawn heavier.
    """

    when: str
    label: str
    until: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An event's label with its place: lines of text from row `row` on, to the right or left of its rule."""

    event: Event
    row: int
    lines: tuple[str, ...]
    right: bool


def ticks(low: float, high: float, *, zero: bool, count: int = 5) -> list[float]:
    """Which round values should an axis show, its ends included, to hold everything from `low` to `high`?

    Examples
    --------
    >>> ticks(12, 93, zero=True)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    low, high = (min(low, 0.0), max(high, 0.0)) if zero else (low, high)
    span = next(width for width in (high - low, abs(high), 1.0) if width > _NOUGHT)
    raw = span / count
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(s * size for s in (1, 2, 2.5, 5, 10) if s * size >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, max(last, first + 1) + 1)]


def spread(wanted: Sequence[float], gap: float | Sequence[float], low: float, high: float) -> list[float]:
    """Where do labels stand so that none is nearer than `gap` to the next, each as near its own place as may be?

    Places in pixels, in the caller's order; all within `low` and `high` where there is room. Labels of different
    heights give each its own: two neighbours then keep half the sum of theirs.
    """
    heights = list(gap) if isinstance(gap, Sequence) else [gap] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [min(max(wanted[i], low), high) for i in order]
    for _ in range(50):
        moved = False
        for k in range(1, len(places)):
            apart = (heights[order[k]] + heights[order[k - 1]]) / 2
            short = apart - (places[k] - places[k - 1])
            if short > 0.01:
                places[k - 1] -= short / 2
                places[k] += short / 2
                moved = True
        if places and places[0] < low:
            places = [p + low - places[0] for p in places]
        if places and places[-1] > high:
            places[-1] = high
        if not moved:
            break
    answer = [0.0] * len(wanted)
    for place, i in zip(places, order):
        answer[i] = place
    return answer


def place_events(events: Iterable[tuple[Event, float]], width: float) -> tuple[list[Placed], int]:
    """On which row does each event's label stand, and how many rows does that take?

    Parameters
    ----------
    events
        Each event with the place of its rule, in pixels from the left of the plot.
    width
        The narrowest the plot will be, in pixels.

    Notes
    -----
    A rule hangs from its label down to the axis, so a label may not lie across a rule that starts above it. Several
    orders and widths of label are tried; the one with the fewest meetings, and then the fewest rows, is taken.
    """
    known = sorted(events, key=lambda pair: pair[1])
    inwards = sorted(known, key=lambda pair: min(pair[1], width - pair[1]))
    plans = [
        _plan(order, width, share, turn)
        for share in (1.0, 0.75, 0.55)
        for order, turn in ((inwards, width / 2), (known, math.inf), (known[::-1], -math.inf))
    ]
    _, depth, best = min(plans, key=lambda plan: plan[:2])
    return best, depth


_Spot = tuple[Placed, float, float, float]  # the label, its rule, and its own two ends, in pixels


def _plan(
    order: Sequence[tuple[Event, float]], width: float, share: float, turn: float
) -> tuple[int, int, list[Placed]]:
    """Place the events one by one; return how many labels meet another, the rows taken, and the places.

    Labels left of `turn` read to the right of their rule where they can, the others to the left.
    """
    placed: list[_Spot] = []
    meetings = 0
    for event, x in order:
        prefer = x < turn
        spots = [spot for side in (prefer, not prefer) for spot in _rows(event, x, side, width, share)]
        met = [sum(_clash(spot, other) for other in placed) for spot in spots]
        meetings += min(met)
        placed.append(spots[met.index(min(met))])
    depth = max((p.row + len(p.lines) for p, *_ in placed), default=0)
    return meetings, depth, [p for p, *_ in placed]


def _rows(event: Event, x: float, right: bool, width: float, share: float) -> list[_Spot]:
    room = (width - x if right else x) - 6
    if room < min(70.0, width / 2 - 6):
        return []
    lines = tuple(textwrap.wrap(event.label, max(int(room * share / text_width("x")), 8), break_long_words=False))
    wide = max(text_width(line) for line in lines) + 10
    ends = (x, x + wide) if right else (x - wide, x)
    return [(Placed(event, row, lines, right), x, *ends) for row in range(30)]


def _clash(a: _Spot, b: _Spot) -> bool:
    (p, px, p0, p1), (q, qx, q0, q1) = a, b
    rows_meet = p.row < q.row + len(q.lines) and q.row < p.row + len(p.lines)
    if rows_meet and p0 < q1 and q0 < p1:
        return True
    under_q = p.row > q.row and p0 < qx < p1
    under_p = q.row > p.row and q0 < px < q1
    return under_q or under_p


def moment(text: str | pd.Timestamp | int | np.integer, *, annual: bool) -> pd.Timestamp | float:
    """Where on the axis is this? A month or day as a timestamp; on an annual axis, the year as a number.

    On an annual axis, whose points are years ending 31 March, a month stands at its place within its year: a point
    is drawn at the end of its year.
    """
    if annual:
        if isinstance(text, (int, np.integer)) or (isinstance(text, str) and text.isdigit()):
            return float(text)
        when = pd.Timestamp(text)
        first = pd.Timestamp(year=periods.year_ending(when) - 1, month=4, day=1)
        return periods.year_ending(when) - 1 + (when - first).days / 365.25
    return pd.Timestamp(str(text)) if not isinstance(text, pd.Timestamp) else text


def band_height(rows: int) -> int:
    """How tall is a band of so many rows of label, in pixels?"""
    return rows * LINE + 8 if rows else 6
