"""Where do the boxes, arrows and numbers of a flow diagram stand? Places in pixels; nothing is drawn here.

The boxes stand on the diagonal of a grid with a row and a column a state. The step from state i to state j goes along
row i and turns in column j, so it has a cell of the grid to itself, and its number stands there: left of the turn and
below it for a step onwards, right of the turn and above it for a step back. In a column the arrow from the nearest
state lies innermost; then no arrow crosses another of its own row or column, and the elbow of each is free.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from btc_eval.publish.charts.style import text_width
from btc_eval.publish.formats import Format, say

#: A column and the box in it, in the units of the drawing: pixels where seven columns fill the page.
COLUMN, BOX = 88.0, 80.0
NARROW_ROW = 24.0
_SIZE = 12.5
_LINE = 15.0
_GAP = 4.0  # around a number and within a box
_APART = 3.0  # between arrows side by side
_THINNEST, _THICKEST = 1.25, 14.0
_TIP = 7.0  # the length of an arrowhead
_BELOW = 12.0  # from a box to the next row


@dataclass(frozen=True, slots=True)
class Step:
    """So many went from one state to another."""

    source: str
    target: str
    count: float


@dataclass(frozen=True, slots=True)
class Box:
    """A state: its left edge, top and height, and its lines of words with their distance from the middle."""

    name: str
    x: float
    y: float
    height: float
    lines: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: along `y` from `x_from` to `x`, then to `y_to`.

    Parameters
    ----------
    step
        What it shows.
    back
        Whether it leads to an earlier state: to the left and up.
    x_from, x, y, y_to
        Ends and turn of its middle line.
    corner, clear
        Where the second leg begins, so that the outer edge of the turn is square; and where it has left the first.
    width
        How thick it is, in proportion to the count, but never too thin to see.
    label_x, label_y, said
        Where its number is anchored (right edge onwards, left edge back), the number's middle, and the number.
    tip, head
        The middle of its arrowhead, and the head's area.
    """

    step: Step
    back: bool
    x_from: float
    x: float
    y: float
    y_to: float
    corner: float
    clear: float
    width: float
    label_x: float
    label_y: float
    said: str
    tip: float
    head: float

    @property
    def label(self) -> tuple[float, float, float, float]:
        """Return the box of the number: left, right, top, bottom."""
        wide = text_width(self.said, int(_SIZE))
        left, right = (self.label_x, self.label_x + wide) if self.back else (self.label_x - wide, self.label_x)
        return left, right, self.label_y - _LINE / 2, self.label_y + _LINE / 2

    @property
    def legs(self) -> tuple[tuple[float, float, float, float], ...]:
        """Return the boxes of its two legs: left, right, top, bottom."""
        half = self.width / 2
        across = (min(self.x_from, self.x), max(self.x_from, self.x), self.y - half, self.y + half)
        along = (self.x - half, self.x + half, min(self.corner, self.y_to), max(self.corner, self.y_to))
        return across, along


@dataclass(frozen=True, slots=True)
class Row:
    """A heading or a step in the narrow list, with the middle of its row."""

    name: str
    y: float
    step: Step
    verb: str = ""


def widest(steps: Sequence[Step]) -> float:
    """How many took the commonest step?"""
    return max((step.count for step in steps), default=1.0)


def staircase(names: Sequence[str], steps: Sequence[Step]) -> tuple[list[Box], list[Arrow], float]:
    """Where does everything stand, and how tall is it?

    Parameters
    ----------
    names
        States in order.
    steps
        Steps between them, no two alike.

    Returns
    -------
    boxes, arrows
        In units of which a column has `COLUMN` across; pixels downwards.
    height
        Of the whole.
    """
    place = {name: k for k, name in enumerate(names)}
    widths = _widths(place, steps)
    boxes, height = _boxes(names, place, widths)
    arrows = [_arrow(step, place, boxes, widths) for step in sorted(widths, key=lambda s: (place[s.source], -s.count))]
    return boxes, arrows, height


def _widths(place: dict[str, int], steps: Sequence[Step]) -> dict[Step, float]:
    """Return how thick each arrow is: in proportion, as long as those of one column fit beside a number."""
    most, scale = widest(steps), _THICKEST

    def thick(scale: float) -> dict[Step, float]:
        return {step: max(scale * step.count / most, _THINNEST) for step in steps}

    wanted = max((text_width(say(step.count, Format.COUNT), int(_SIZE)) for step in steps), default=0.0)
    room = COLUMN - wanted - 2 * _GAP - (COLUMN - BOX) / 2
    while scale > 2 * _THINNEST and any(_across(column, thick(scale)) > room for column in _columns(place, steps)):
        scale -= 0.5
    return thick(scale)


def _columns(place: dict[str, int], steps: Sequence[Step]) -> list[list[Step]]:
    found: dict[tuple[str, bool], list[Step]] = {}
    for step in steps:
        found.setdefault((step.target, place[step.target] < place[step.source]), []).append(step)
    return list(found.values())


def _across(side_by_side: Sequence[Step], widths: dict[Step, float]) -> float:
    """Return how much room arrows side by side take, from the outer edge of the first to that of the last."""
    return sum(widths[step] for step in side_by_side) + _APART * max(len(side_by_side) - 1, 0)


def _leaving(name: str, place: dict[str, int], widths: dict[Step, float], *, back: bool) -> list[Step]:
    """Return the steps that leave a box on one side, from the farthest target to the nearest."""
    some = [s for s in widths if s.source == name and (place[s.target] < place[name]) is back]
    return sorted(some, key=lambda s: -abs(place[s.target] - place[s.source]))


def _arriving(name: str, place: dict[str, int], widths: dict[Step, float], *, back: bool) -> list[Step]:
    """Return the steps that arrive on one side of a box, from the nearest source to the farthest."""
    some = [s for s in widths if s.target == name and (place[s.source] > place[name]) is back]
    return sorted(some, key=lambda s: abs(place[s.target] - place[s.source]))


def _boxes(names: Sequence[str], place: dict[str, int], widths: dict[Step, float]) -> tuple[list[Box], float]:
    boxes, top = [], 4.0
    for name in names:
        words = _wrapped(name)
        onwards = _across(_leaving(name, place, widths, back=False), widths)
        back = _across(_leaving(name, place, widths, back=True), widths)
        tall = max(_LINE * len(words) + 12.0, onwards + back + 3 * _GAP)
        # Above the box stands the number of a step back; below the arrows that leave it, those of steps onwards.
        lead = _LINE + 2 * _GAP if place[name] else 0.0
        middle = [(line, (k - (len(words) - 1) / 2) * _LINE) for k, line in enumerate(words)]
        y = top + lead
        boxes.append(Box(name, place[name] * COLUMN + (COLUMN - BOX) / 2, y, tall, tuple(middle)))
        top = y + tall + _BELOW
    return boxes, top - _BELOW + 4.0


def _wrapped(name: str) -> list[str]:
    """Break a name into lines that the box can hold."""
    lines: list[str] = []
    for word in name.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, int(_SIZE)) <= BOX - 2 * _GAP:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _arrow(step: Step, place: dict[str, int], boxes: list[Box], widths: dict[Step, float]) -> Arrow:
    back = place[step.target] < place[step.source]
    own, to, width = boxes[place[step.source]], boxes[place[step.target]], widths[step]
    leaving = _leaving(step.source, place, widths, back=back)
    arriving = _arriving(step.target, place, widths, back=back)
    before = _before(step, leaving, widths)
    along = _before(step, arriving, widths)
    column = place[step.target] * COLUMN
    if back:
        # Turned half round: the farthest lies lowest, the nearest rightmost.
        y = own.y + own.height - _GAP - before - width / 2
        span = _across(arriving, widths)
        x = column + (COLUMN - BOX) / 2 + _GAP / 2 + span - along - width / 2
        y_to, corner = to.y + to.height + _TIP, y + width / 2
        tip = to.y + to.height + _TIP / 2 + 0.5
        label_x, label_y = x + width / 2 + _GAP, own.y + own.height - _GAP - _across(leaving, widths) - _LINE / 2 - 2
    else:
        y = own.y + _GAP + before + width / 2
        span = _across(arriving, widths)
        x = column + COLUMN - (COLUMN - BOX) / 2 - _GAP / 2 - span + along + width / 2
        y_to, corner = to.y - _TIP, y - width / 2
        tip = to.y - _TIP / 2 - 0.5
        label_x, label_y = x - width / 2 - _GAP, own.y + _GAP + _across(leaving, widths) + _LINE / 2 + 2
    return Arrow(
        step=step, back=back, x_from=own.x if back else own.x + BOX, x=x, y=y, y_to=y_to, corner=corner,
        clear=2 * y - corner + (-1.5 if back else 1.5), width=width, label_x=label_x, label_y=label_y,
        said=say(step.count, Format.COUNT), tip=tip, head=(width + 4.5) ** 2,
    )  # fmt: skip


def _before(step: Step, side_by_side: Sequence[Step], widths: dict[Step, float]) -> float:
    earlier = itertools.takewhile(lambda other: other != step, side_by_side)
    return sum(widths[other] + _APART for other in earlier)


def narrow_rows(names: Sequence[str], steps: Sequence[Step]) -> tuple[list[Row], list[Row], float]:
    """Where do the headings and steps of the list stand, the commonest step of each state first; and how tall is it?"""
    place = {name: k for k, name in enumerate(names)}
    heads, lines, y = [], [], NARROW_ROW / 2 + 2
    for name in names:
        own = sorted((s for s in steps if s.source == name), key=lambda s: -s.count)
        if not own:
            continue
        heads.append(Row(f"From {name}", y, own[0]))
        for step in own:
            y += NARROW_ROW
            verb = "back to" if place[step.target] < place[name] else "to"
            lines.append(Row(name, y, step, verb))
        y += NARROW_ROW * 1.35
    return heads, lines, y - NARROW_ROW * 0.85
