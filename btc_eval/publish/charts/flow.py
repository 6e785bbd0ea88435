"""Which way did they go? States as boxes on a staircase, and an arrow for each step from one to another.

Onwards is to the right and down, back is to the left and up. Every arrow turns once, and its number stands in the
elbow, where no other arrow can be. On a narrow page the same steps are a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.flow_layout import (
    BOX,
    COLUMN,
    NARROW_ROW,
    Arrow,
    Step,
    narrow_rows,
    staircase,
    widest,
)
from btc_eval.publish.formats import Format, say

_FONT = 12.5


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Draw the steps between states.

    Parameters
    ----------
    source, target, value
        Columns of the state left, the state entered, and how many did. A row whose count is hidden is not drawn; it
        stands in the table of the figure with its reason.
    order
        The states, first to last; in the order of the table where left out. A state without a step is not drawn. At
        most eight.
    ends
        States that end the way, drawn with a double edge and reached by grey arrows.
    """

    source: str
    target: str
    value: str
    order: Sequence[str] = ()
    ends: Sequence[str] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.source, self.target, self.value)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.value])
        names, steps = self._states(frame), self._steps(frame)
        rows = base.drawn_rows(frame.astype({self.source: "str", self.target: "str"}))
        return [base.Panel("", "", rows, self._wide(names, steps, mark), self._narrow(names, steps, mark))]

    def _states(self, frame: pd.DataFrame) -> list[str]:
        seen = list(dict.fromkeys([*frame[self.source].astype(str), *frame[self.target].astype(str)]))
        names = [name for name in self.order if name in seen] if self.order else seen
        lost = [name for name in seen if name not in names]
        if lost or not 2 <= len(names) <= _MOST:
            raise refuse(
                "publish.flow",
                "order",
                found=f"states it does not name: {', '.join(lost)}" if lost else f"{len(names)} states",
                allowed=f"two to {_MOST} states, every one of the table among them",
                do="Name every state in `order`, or join states before counting.",
            )
        return names

    def _steps(self, frame: pd.DataFrame) -> list[Step]:
        known = frame[frame[self.value].notna()]
        steps = [
            Step(str(source), str(target), float(count))
            for source, target, count in zip(known[self.source], known[self.target], known[self.value])
            if float(count) > 0
        ]
        odd = sum(step.source == step.target or step.count < 0 for step in steps)
        twice = len(steps) - len({(step.source, step.target) for step in steps})
        if odd or twice:
            raise refuse(
                "publish.flow",
                "rows",
                found=f"{odd} steps from a state to itself, {twice} steps that stand twice",
                allowed="one row a step from one state to another",
                do="Sum the counts by the two states first.",
            )
        return steps

    def _wide(self, names: list[str], steps: list[Step], mark: str) -> dict[str, Any]:
        boxes, arrows, height = staircase(names, steps)
        wide = COLUMN * len(names)
        x = alt.X("x:Q", scale=alt.Scale(domain=[0, wide], nice=False, zero=False), axis=None)
        given = [self._look(arrow) for arrow in arrows]
        cards = [
            {
                "x": box.x, "x2": box.x + BOX, "y": box.y, "y2": box.y + box.height, "middle": box.x + BOX / 2,
                "end": box.name in self.ends,
            }
            for box in boxes
        ]  # fmt: skip
        words = [
            {"x": box.x + BOX / 2, "y": box.y + box.height / 2 + at, "words": line}
            for box in boxes
            for line, at in box.lines
        ]
        layers = [*_arrows(given, x), *_cards(cards, x), *_text(words, x), *_numbers(given, x)]
        return base.assemble(layers, [], height=height, mark=mark)

    def _narrow(self, names: list[str], steps: list[Step], mark: str) -> dict[str, Any]:
        heads, lines, height = narrow_rows(names, steps)
        most = widest(steps)
        x = alt.X("x:Q", scale=alt.Scale(domain=[0, _LIST], nice=False, zero=False), axis=None)
        arrows = [
            {
                "x": 4.0, "x2": 40.0, "tip": 42.0, "last": _LIST - 4, "y": line.y, "w": thick,
                "head": (thick + 9.0) ** 2,
                "colour": self._colour(names, line.step), "words": f"{line.verb} {line.step.target}", "at": 60.0,
                "said": say(line.step.count, Format.COUNT),
            }
            for line in lines
            for thick in [max(16.0 * line.step.count / most, 1.2)]
        ]  # fmt: skip
        cards = [
            {
                "x": 0.0, "x2": _LIST, "in": 8.0, "y": head.y - 11, "y2": head.y + 11, "middle": head.y,
                "words": head.name,
            }
            for head in heads
        ]  # fmt: skip
        y = alt.Y("y:Q", scale=None, axis=None)
        band = base.given(cards).mark_rect(fill=style.GRID, stroke=None)
        name = base.given(cards).mark_text(align="left", fontWeight=700, baseline="middle", color=style.INK)
        shafts = base.given(arrows)
        colour, width = _by("colour"), alt.StrokeWidth("w:Q", scale=None)
        layers = [
            band.encode(x=_x(x, "x"), x2="x2:Q", y=y, y2="y2:Q"),
            name.encode(x=_x(x, "in"), y=alt.Y("middle:Q", scale=None, axis=None), text="words:N"),
            shafts.mark_rule(strokeCap="butt").encode(x=x, x2="x2:Q", y=y, color=colour, strokeWidth=width),
            shafts.mark_point(shape="triangle-right", filled=True, opacity=1).encode(
                x=_x(x, "tip"), y=y, color=colour, size=alt.Size("head:Q", scale=None, legend=None)
            ),
            shafts.mark_text(align="left", baseline="middle", color=style.INK).encode(
                x=_x(x, "at"), y=y, text="words:N"
            ),
            shafts.mark_text(align="right", baseline="middle", fontWeight=700, color=style.INK).encode(
                x=_x(x, "last"), y=y, text="said:N"
            ),
        ]
        return base.assemble(layers, [], height=height + NARROW_ROW / 4, mark=mark)

    def _colour(self, names: list[str], step: Step) -> str:
        if names.index(step.target) < names.index(step.source):
            return style.PLUM
        return style.MUTED if step.target in self.ends else style.NAVY

    def _look(self, arrow: Arrow) -> dict[str, Any]:
        colour = style.PLUM if arrow.back else style.MUTED if arrow.step.target in self.ends else style.NAVY
        return {
            "x1": arrow.x_from, "x": arrow.x, "y1": arrow.y, "y": arrow.y_to, "corner": arrow.corner,
            "clear": arrow.clear, "w": arrow.width,
            "halo": arrow.width + 4, "colour": colour, "back": arrow.back, "said": arrow.said, "at": arrow.label_x,
            "level": arrow.label_y, "tip": arrow.tip, "head": arrow.head,
        }  # fmt: skip


_MOST = 8
_LIST = 300.0  # the width of the narrow list


def _by(field: str) -> alt.Color:
    return alt.Color(f"{field}:N", scale=None, legend=None)


def _arrows(given: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    """Across first, then down or up over them with a paper edge, so that a crossing looks like one and not a join."""
    one, colour, width = base.given(given), _by("colour"), alt.StrokeWidth("w:Q", scale=None)

    def at(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    across = one.mark_rule(strokeCap="butt").encode(
        x=_x(x, "x1"), x2="x:Q", y=at("y1"), color=colour, strokeWidth=width
    )
    edge = one.mark_rule(strokeCap="butt", color=style.PAPER).encode(
        x=_x(x, "x"), y=at("clear"), y2="y:Q", strokeWidth=alt.StrokeWidth("halo:Q", scale=None)
    )
    along = one.mark_rule(strokeCap="butt").encode(
        x=_x(x, "x"), y=at("corner"), y2="y:Q", color=colour, strokeWidth=width
    )
    heads = []
    for back, shape in ((False, "triangle-down"), (True, "triangle-up")):
        some = [row for row in given if row["back"] is back]
        if some:
            point = base.given(some).mark_point(shape=shape, filled=True, opacity=1)
            size = alt.Size("head:Q", scale=None, legend=None)
            heads.append(point.encode(x=_x(x, "x"), y=at("tip"), color=colour, size=size))
    return [across, edge, along, *heads]


def _cards(cards: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    layers = []
    y = alt.Y("y:Q", scale=None, axis=None)
    for end, edge in ((False, 1.5), (True, 3.0)):
        some = [card for card in cards if card["end"] is end]
        if some:
            box = base.given(some).mark_rect(fill=style.PAPER, stroke=style.INK, strokeWidth=edge, cornerRadius=4)
            layers.append(box.encode(x=_x(x, "x"), x2="x2:Q", y=y, y2="y2:Q"))
    return layers


def _text(words: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    text = base.given(words).mark_text(baseline="middle", fontSize=_FONT, fontWeight=700, color=style.INK)
    return [text.encode(x=_x(x, "x"), y=alt.Y("y:Q", scale=None, axis=None), text="words:N")]


def _numbers(given: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    onwards = [row for row in given if not row["back"]]
    back = [row for row in given if row["back"]]
    y = alt.Y("level:Q", scale=None, axis=None)
    layers = []
    if onwards:
        text = base.given(onwards).mark_text(align="right", baseline="middle", fontSize=_FONT, color=style.INK)
        layers.append(text.encode(x=_x(x, "at"), y=y, text="said:N"))
    if back:
        text = base.given(back).mark_text(align="left", baseline="middle", fontSize=_FONT, color=style.INK)
        layers.append(text.encode(x=_x(x, "at"), y=y, text="said:N"))
    return layers


def _x(x: alt.X, field: str) -> alt.X:
    other = x.copy()
    other.shorthand = f"{field}:Q"
    return other
