"""When is what to happen? A row a step, its name above it, and on an axis of time the days that its date can mean.

A day is a diamond, a month a short bar and a year a long one: a mark is as long as the date is vague. What was promised
is hollow, what was told as done is solid, what began beside it has its own colour; and each says so in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style

_LINE = 18.0  # a line of words above a mark
_MARK = 20.0  # a mark and the space below it
_HEAD = 30.0  # the name of a group
_THICK = 10.0  # a bar


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Draw a row a step in the order of the table; rows of one name in one group share a line.

    Parameters
    ----------
    label, start, end, said
        Columns of the name, the first and the last day its date can mean (both included; missing where none is known),
        and of a few words about the date.
    standing
        Column that says which look a mark has.
    looks
        Value of `standing` → "hollow", "solid" or "other".
    group
        Column of the group, headed where it changes; none where "".
    first, last
        The ends of the axis, as days.
    """

    label: str = "label"
    start: str = "start"
    end: str = "end"
    said: str = "said"
    standing: str = "standing"
    looks: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    first: str
    last: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        named = (self.label, self.start, self.end, self.said, self.standing)
        return (self.group, *named) if self.group else named

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel: a wide drawing with the words beside the name, a narrow one with them below it."""
        base.present(frame, [self.label])
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, lines) for lines in (1, 2))
        return [base.Panel("", "", rows, wide, narrow)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, lines: int) -> dict[str, Any]:
        heads, steps, height = self._places(frame, lines)
        x = alt.X(
            "from:T",
            scale=alt.Scale(nice=False),
            axis=alt.Axis(title=None, format="%b %Y", values=self._ticks(), grid=True, orient="top"),
        )
        y = alt.Y("y:Q", scale=None, axis=None)
        # A layer of marks from a day to a day states its ends in two ways, which the drawing library takes for a
        # conflict: a layer without marks states them for all.
        ends = base.given([]).mark_point().encode(x=_between(x, self.first, self.last))
        layers = [*_headed(heads), ends, *_marked([s for s in steps if s["from"]], x), *_worded(steps, y, lines)]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _ticks(self) -> list[dict[str, int]]:
        """Return the beginning of each year on the axis."""
        years = range(pd.Timestamp(self.first).year, pd.Timestamp(self.last).year + 1)
        return [{"year": year} for year in years if pd.Timestamp(year, 1, 1) >= pd.Timestamp(self.first)]

    def _places(self, frame: pd.DataFrame, lines: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
        """Return heads and steps with their places in pixels from the top, and how tall it all is."""
        heads: list[dict[str, Any]] = []
        steps: list[dict[str, Any]] = []
        y = 4.0
        before: tuple[str, str] | None = None
        for row in frame.to_dict("records"):
            here = (str(row[self.group]) if self.group else "", str(row[self.label]))
            if self.group and (before is None or before[0] != here[0]):
                heads.append({"words": here[0], "y": y + _HEAD / 2})
                y += _HEAD
            again = here == before
            if not again:
                y += _LINE * lines + _MARK
            before = here
            known = pd.notna(row[self.start])
            steps.append(
                {
                    "name": "" if again else here[1],
                    "said": str(row[self.said]),
                    "from": f"{row[self.start]:%Y-%m-%d}" if known else None,
                    "to": f"{row[self.end] + pd.Timedelta(days=1):%Y-%m-%d}" if known else None,
                    "day": bool(known and row[self.start] == row[self.end]),
                    "look": self.looks.get(str(row[self.standing]), "solid"),
                    "y": y - _MARK / 2,
                    "top": y - (_MARK + _THICK) / 2,
                    "bottom": y - (_MARK - _THICK) / 2,
                }
            )
            if again:
                steps[-2]["said"] = f"{steps[-2]['said']}; {steps[-1]['said']}"
                steps[-1]["said"] = ""
        return heads, steps, y + 6.0


def _between(x: alt.X, first: str, last: str) -> alt.X:
    """Return a place on an axis that begins and ends on these days."""
    return x.copy().scale(domain=[first, last], nice=False)


def _headed(heads: list[dict[str, Any]]) -> list[alt.Chart]:
    if not heads:
        return []
    return [
        base.given(heads)
        .mark_text(align="left", baseline="middle", fontSize=style.FONT_SIZE + 1, fontWeight=700, color=style.NAVY)
        .encode(x=alt.value(0), y=alt.Y("y:Q", scale=None, axis=None), text="words:N")
    ]


def _marked(steps: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    """Return the marks: a diamond for a day, a bar for anything longer; filled with paper where only promised."""
    layers = []
    for look, colour in (("solid", style.NAVY), ("other", style.PLUM), ("hollow", style.NAVY)):
        some = [step for step in steps if step["look"] == look]
        drawn: dict[str, Any] = {
            "fill": style.PAPER if look == "hollow" else colour,
            "stroke": colour,
            "strokeWidth": 2,
            "opacity": 1,
        }
        lasting = base.given([step for step in some if not step["day"]])
        days = base.given([step for step in some if step["day"]])
        if any(not step["day"] for step in some):
            layers.append(
                lasting.mark_rect(**drawn).encode(
                    x=x, x2="to:T", y=alt.Y("top:Q", scale=None, axis=None), y2="bottom:Q"
                )
            )
        if any(step["day"] for step in some):
            layers.append(
                days.mark_point(shape="diamond", size=130, **drawn).encode(x=x, y=alt.Y("y:Q", scale=None, axis=None))
            )
    return layers


def _worded(steps: list[dict[str, Any]], y: alt.Y, lines: int) -> list[alt.Chart]:
    """Return the names, and the words about dates: at the end of the same line, or on one of their own."""
    data = base.given(steps)
    ground: dict[str, Any] = {"stroke": style.PAPER, "strokeWidth": 5, "strokeJoin": "round", "fill": style.PAPER}
    layers = []
    looks: tuple[dict[str, Any], ...] = (ground, {})
    for look in looks:
        names = data.mark_text(align="left", baseline="bottom", dy=-_MARK / 2 + 1 - _LINE * (lines - 1), **look)
        layers.append(names.encode(x=alt.value(0), y=y, text="name:N"))
        side: dict[str, Any] = {"align": "right" if lines == 1 else "left"}
        told = data.mark_text(baseline="bottom", dy=-_MARK / 2 + 1, **side, **(look or {"fill": style.MUTED}))
        place = alt.value(alt.expr("width")) if lines == 1 else alt.value(0)
        layers.append(told.encode(x=place, y=y, text="said:N"))
    return layers
