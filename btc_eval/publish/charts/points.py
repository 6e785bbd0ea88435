"""How far from none, before and after? A row a name, a mark a sample: hollow and filled, so that no colour is needed.

With intervals it is a forest plot; with one mark joined to the other and a line at what counts as alike, a Love plot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import ticks
from btc_eval.publish.charts.timeline import number_format

_ROW, _NAME = 44.0, 20.0
_SHAPES = ("circle", "diamond", "square", "triangle-up")
#: Marks lie this far apart in their row where they have intervals.
_APART = 11.0


@dataclass(frozen=True, kw_only=True)
class Points:
    """Draw marks along an axis, one row a name.

    Parameters
    ----------
    name, value
        Columns of the row's name and of the value.
    series
        Column that tells the marks of a row apart: the first of `order` hollow, the last filled, each of its own shape.
    order
        The series, all of them.
    axis
        What the value is, in words.
    low, high
        Columns of an interval, drawn through its mark; marks are then set one below the other. Without, the marks of a
        row share a line that joins them.
    none
        The value that means none, ruled down the plot with its words.
    mark
        Another value ruled down, dashed, with its words.
    share
        Whether values are shares, said in per cent.
    hidden
        What is said of a row without a value.
    """

    name: str
    value: str
    series: str
    order: Sequence[str]
    axis: str = ""
    low: str | None = None
    high: str | None = None
    none: tuple[float, str] | None = None
    mark: tuple[float, str] | None = None
    share: bool = False
    hidden: str = "too few children to show"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return tuple(c for c in (self.name, self.series, self.value, self.low, self.high) if c)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel; names stand above their rows, so that a narrow page loses nothing."""
        base.present(frame, [self.value])
        rows = base.drawn_rows(frame)
        spec = self._spec(frame, rows, mark)
        key = " · ".join(f"{_SIGN[k]} {name}" for k, name in enumerate(self.order))
        return [base.Panel("", f"{self.axis}. {key}" if self.axis else key, rows, spec, spec)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str) -> dict[str, Any]:
        names = list(dict.fromkeys(frame[self.name].astype(str)))
        tall = _ROW + (_APART * (len(self.order) - 1) if self.low else 0.0)
        top = 22.0 if self.none or self.mark else 4.0
        height = top + tall * len(names) + 4.0
        drawn = frame[[c for c in (self.value, self.low, self.high) if c]].astype(float)
        extra = [at[0] for at in (self.none, self.mark) if at]
        marks = ticks(min(drawn.min().min(), *extra, 1e300), max(drawn.max().max(), *extra, -1e300), zero=True)
        form = (".0%" if all(abs(100 * m - round(100 * m)) < 1e-9 for m in marks) else ".1%") if self.share else None
        x = alt.X(
            "at:Q",
            scale=alt.Scale(domain=[marks[0], marks[-1]], nice=False, padding=8),
            axis=alt.Axis(
                title=None, values=marks, format=form or number_format(marks), grid=True, labelOverlap="greedy"
            ),
        )
        placed = self._placed(frame, names, top, tall)
        shown = {one["name"] for one in placed}
        said = {name: name if name in shown else f"{name}: {self.hidden}" for name in names}
        heads = [{"words": said[name], "y": top + tall * k + _NAME - 4} for k, name in enumerate(names)]
        y = alt.Y("y:Q", scale=None, axis=None)
        titles = base.given(heads)
        head: Any = {"x": alt.value(0), "y": y, "text": "words:N"}
        halo: Any = {"stroke": style.PAPER, "strokeWidth": 5, "strokeJoin": "round", "fill": style.PAPER}
        layers = [
            *self._rules(x, top, height),
            *self._joined(placed, x, y),
            titles.mark_text(align="left", baseline="bottom", **halo).encode(**head),
            titles.mark_text(align="left", baseline="bottom", color=style.INK).encode(**head),
            *self._marks(placed, x, y),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _placed(self, frame: pd.DataFrame, names: list[str], top: float, tall: float) -> list[dict[str, Any]]:
        placed = []
        for line in frame.to_dict("records"):
            if pd.isna(line[self.value]):
                continue
            row, which = names.index(str(line[self.name])), list(self.order).index(str(line[self.series]))
            middle = top + tall * row + _NAME + 9.0 + (_APART * which if self.low else 0.0)
            told = {"name": str(line[self.name]), "which": which, "series": str(line[self.series])}
            told |= {"at": float(line[self.value]), "y": middle}
            if self.low and self.high and pd.notna(line[self.low]) and pd.notna(line[self.high]):
                told |= {"from": float(line[self.low]), "to": float(line[self.high])}
            placed.append(told)
        return placed

    def _joined(self, placed: list[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
        """Return the intervals, or the lines that join the marks of a row."""
        if self.low:
            spans = [{**one, "at": one["from"]} for one in placed if "from" in one]
        else:
            held: dict[str, list[dict[str, Any]]] = {}
            for one in placed:
                held.setdefault(one["name"], []).append(one)
            ends = [(min(o["at"] for o in row), max(o["at"] for o in row), row[0]["y"]) for row in held.values()]
            spans = [{"at": low, "to": high, "y": place} for low, high, place in ends]
        colour = style.CHARCOAL if self.low else style.FAINT
        rule = base.given(spans).mark_rule(strokeWidth=2, color=colour, strokeCap="butt")
        return [rule.encode(x=x, x2=alt.X2("to:Q"), y=y)] if spans else []

    def _marks(self, placed: list[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
        layers = []
        form = ".1%" if self.share else ".2f"
        for which in range(len(self.order)):
            own = base.given([one for one in placed if one["which"] == which])
            fill = style.PAPER if which < len(self.order) - 1 else style.NAVY
            look: Any = {"filled": True, "fill": fill, "stroke": style.NAVY, "strokeWidth": 2, "size": 90, "opacity": 1}
            tips = [alt.Tooltip("name:N", title="Row"), alt.Tooltip("series:N", title="Sample")]
            tips.append(alt.Tooltip("at:Q", title="Value", format=form))
            shape = _SHAPES[which % len(_SHAPES)]
            layers.append(own.mark_point(shape=shape, **look).encode(x=x, y=y, tooltip=tips))
        return layers

    def _rules(self, x: alt.X, top: float, height: float) -> list[alt.Chart]:
        layers: list[alt.Chart] = []
        for at, dash in ((self.none, [1, 0]), (self.mark, [4, 3])):
            if at is None:
                continue
            line = base.given([{"at": at[0], "words": at[1]}])
            ends = {"y": alt.value(top - 4), "y2": alt.value(height)}
            layers.append(line.mark_rule(color=style.MUTED, strokeDash=dash, strokeWidth=1.5).encode(x=x, **ends))
            words = line.mark_text(align="left", baseline="top", dx=4, color=style.MUTED)
            layers.append(words.encode(x=x, y=alt.value(0), text="words:N"))
        return layers


_SIGN = ("○", "◆", "■", "▲")
