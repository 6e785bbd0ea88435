"""How large is each? A bar a category, leftwards where it is below nought; its name above, its value at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import ticks
from btc_eval.publish.charts.timeline import number_format
from btc_eval.publish.formats import Format, say

_ROW = 46.0
_BAR = 16.0
_MILLION = 1e6


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Draw a bar a category, in the order of the table.

    Parameters
    ----------
    category, value
        Columns of the name and of the length.
    axis
        What the length is, in words.
    form
        How the values are said.
    highlight
        The category drawn in the first colour; all of them where "".
    reference
        A value ruled down the plot, with its words.
    low, high
        Columns of an interval, drawn as a thin line over the bar.
    """

    category: str
    value: str
    axis: str = ""
    form: Format | str = Format.NUMBER
    highlight: str = ""
    reference: tuple[float, str] | None = None
    low: str | None = None
    high: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return tuple(name for name in (self.category, self.value, self.low, self.high) if name)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.value])
        rows = base.drawn_rows(frame)
        spec = self._spec(frame, rows, mark)
        return [base.Panel("", self.axis, rows, spec, spec)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str) -> dict[str, Any]:
        top = 24.0 if self.reference else 4.0
        height = top + _ROW * len(frame) + 4.0
        extra = [self.reference[0]] if self.reference else []
        drawn = frame[[name for name in (self.value, self.low, self.high) if name]].astype(float)
        scale = ticks(min(float(drawn.min().min()), 0.0), max(float(drawn.max().max()), *extra, 0.0), zero=True)
        least, most = ([name for name in (self.value, end) if name] for end in (self.low, self.high))
        ends = zip(frame[self.category], frame[self.value], drawn[least].min(axis=1), drawn[most].max(axis=1))
        marked = [
            {
                "name": str(name),
                "length": float(value),
                "said": say(float(value), self.form),
                "y": top + _ROW * k + 26.0,
                "own": not self.highlight or str(name) == self.highlight,
                "from": float(low),
                "to": float(high),
                "reach": max(float(high), 0.0),
            }
            for k, (name, value, low, high) in enumerate(ends)
            if pd.notna(value)
        ]
        x = alt.X(
            "length:Q",
            scale=alt.Scale(domain=[scale[0], max(scale[-1] * 1.12, -scale[0] * 0.25)], nice=False),
            axis=alt.Axis(title=None, values=scale, grid=True, **self._labels(scale)),
        )
        y = alt.Y("y:Q", scale=None, axis=None)
        bars = base.given(marked)
        colour = alt.condition("datum.own", alt.value(style.NAVY), alt.value(style.FAINT))
        layers = [
            *self._reference(x, height),
            *_words(bars, x, y, stroke=style.PAPER, strokeWidth=5, strokeJoin="round", fill=style.PAPER),
            bars.mark_rule(strokeWidth=_BAR, strokeCap="butt").encode(x=x, x2=alt.datum(0), y=y, color=colour),
            *self._interval(bars, x, y),
            *_words(bars, x, y),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _labels(self, scale: list[float]) -> dict[str, Any]:
        """Return how the axis says its numbers: millions of pounds as such, since twenty noughts say nothing."""
        if str(self.form) == Format.POUNDS.value and scale[-1] >= _MILLION:
            return {"labelExpr": f"'£' + format(datum.value / {_MILLION:.0f}, ',~f') + 'm'"}
        return {"format": ".0%" if str(self.form) == Format.SHARE.value else number_format(scale)}

    def _interval(self, bars: alt.Chart, x: alt.X, y: alt.Y) -> list[alt.Chart]:
        if not (self.low and self.high):
            return []
        rule = {"x": _at(x, "from"), "x2": alt.X2("to:Q"), "y": y}
        # Dark on light beside the bar, light on dark over it: a line with an edge of the other shade.
        return [
            bars.mark_rule(strokeWidth=4, color=style.PAPER, strokeCap="butt").encode(**rule),
            bars.mark_rule(strokeWidth=1.75, color=style.INK, strokeCap="butt").encode(**rule),
        ]

    def _reference(self, x: alt.X, height: float) -> list[alt.Chart]:
        if self.reference is None:
            return []
        value, words = self.reference
        line = base.given([{"length": value, "words": words}])
        return [
            line.mark_rule(color=style.PLUM, strokeDash=[4, 3], strokeWidth=2).encode(
                x=x, y=alt.value(18), y2=alt.value(height)
            ),
            line.mark_text(align="left", baseline="top", dx=-2, color=style.PLUM, fontWeight=600).encode(
                x=x, y=alt.value(0), text="words:N"
            ),
        ]


def _words(bars: alt.Chart, x: alt.X, y: alt.Y, **look: Any) -> list[alt.Chart]:
    """Return the names above their bars and the values at their ends; first as a ground, where a rule passes behind."""
    names = bars.mark_text(align="left", baseline="bottom", dy=-_BAR / 2 - 2, **look)
    # To the right of bar and interval, also of a bar that lies to the left: the names have the left edge.
    values = bars.mark_text(align="left", baseline="middle", dx=6, fontWeight=700, **look)
    return [names.encode(x=alt.value(0), y=y, text="name:N"), values.encode(x=_at(x, "reach"), y=y, text="said:N")]


def _at(x: alt.X, field: str) -> alt.X:
    other = x.copy()
    other.shorthand = f"{field}:Q"
    return other
