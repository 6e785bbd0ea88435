"""How many by when? Curves that rise in steps, with their intervals, each named where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import ticks
from btc_eval.publish.charts.lines import end_labels
from btc_eval.publish.charts.timeline import PLOT_HEIGHT, value_axis

_ROOM = {False: 12, True: 6}  # marks on the axis of months


@dataclass(frozen=True)
class _Since:
    """An axis of time since the index date."""

    field: str
    last: float
    narrow: bool

    def encoding(self, field: str | None = None) -> alt.X:
        """Return the horizontal position, in months or whatever unit the column has."""
        step = next(s for s in (1, 2, 3, 6, 12, 24) if self.last / s <= _ROOM[self.narrow] or s == 24)
        marks = list(range(0, int(self.last) + 1, step))
        return alt.X(
            f"{field or self.field}:Q",
            scale=alt.Scale(domain=[0.0, self.last], nice=False),
            axis=alt.Axis(title=None, values=marks, format="d", labelOverlap="greedy"),
        )


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Draw curves that hold their value until the next row.

    Parameters
    ----------
    x, y
        Columns of the time since the index date, from 0, and of the value.
    series
        Column that tells the curves apart, by colour, by dash and by a name at the end.
    order
        The curves in the order of their colours: all of them, the first drawn heaviest.
    axis
        What is counted over what, in words; stands above the plot.
    low, high
        Columns of an interval, shaded with an edge.
    share
        Whether values are shares, said in per cent.
    hold
        How far each curve is drawn on beyond its last row, in units of `x`: a value holds until the next is told.
    """

    x: str = "month"
    y: str = "estimate"
    series: str = "group"
    order: Sequence[str] = ()
    axis: str = ""
    low: str = "conf_low"
    high: str = "conf_high"
    share: bool = True
    hold: float = 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.series, self.x, self.y, self.low, self.high)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw the curves in one panel."""
        base.present(frame, [self.y])
        frame = frame.dropna(subset=[self.y]).sort_values([self.series, self.x], kind="stable")
        last = frame.groupby(self.series, sort=False, observed=True).tail(1)
        held = last.assign(**{self.x: last[self.x].astype(float) + self.hold}) if self.hold else last.iloc[:0]
        frame = pd.concat([frame.astype({self.x: float}), held], ignore_index=True)
        frame = frame.sort_values([self.series, self.x], kind="stable", ignore_index=True)
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        return [base.Panel("", self.axis, rows, wide, narrow)]

    def _names(self, frame: pd.DataFrame) -> list[str]:
        known = list(dict.fromkeys(frame[self.series].astype(str)))
        return [*(name for name in self.order if name in known), *(name for name in known if name not in self.order)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        clock = _Since(self.x, float(frame[self.x].max()), narrow)
        height, names = PLOT_HEIGHT[narrow], self._names(frame)
        scale = ticks(0.0, float(frame[[self.y, self.high]].astype(float).max().max()), zero=True)
        y = value_axis(self.y, scale, top=6, height=height)
        if self.share:
            y = y.axis(title=None, values=scale, format=_percent(scale), grid=True)
        marks = [style.SERIES[k % len(style.SERIES)] for k in range(len(names))]
        colour = alt.Color(f"{self.series}:N", scale=alt.Scale(domain=names, range=[c for c, _ in marks]), legend=None)
        dash = alt.StrokeDash(
            f"{self.series}:N", scale=alt.Scale(domain=names, range=[d for _, d in marks]), legend=None
        )
        data = base.named_data()
        edge = {"x": clock.encoding(), "color": colour, "strokeDash": dash}
        layers = [
            data.mark_area(interpolate="step-after", opacity=0.16).encode(
                x=clock.encoding(), color=colour, y=_at(y, self.low), y2=alt.Y2(f"{self.high}:Q")
            ),
            *(
                data.mark_line(interpolate="step-after", strokeWidth=1, opacity=0.7).encode(**edge, y=_at(y, end))
                for end in (self.low, self.high)
            ),
            data.mark_line(interpolate="step-after", strokeWidth=3).encode(**edge, y=y),
            *end_labels(self._ends(frame, names), clock, scale, top=6, height=height),
            self._hover(clock, y),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _ends(self, frame: pd.DataFrame, names: list[str]) -> list[tuple[int, str, Any, float]]:
        """Return where each curve ends: its name stands there."""
        last = {name: frame[frame[self.series].astype(str) == name].iloc[-1] for name in names}
        return [(k, name, float(last[name][self.x]), float(last[name][self.y])) for k, name in enumerate(names)]

    def _hover(self, clock: _Since, y: alt.Y) -> alt.Chart:
        said = ".1%" if self.share else "~g"
        tips = [
            alt.Tooltip(f"{self.series}:N", title="Group"),
            alt.Tooltip(f"{self.x}:Q", title="Months", format="d"),
            *(
                alt.Tooltip(f"{name}:Q", title=words, format=said)
                for name, words in ((self.y, "Share"), (self.low, "Low"), (self.high, "High"))
            ),
        ]
        points = base.named_data().mark_point(filled=True, opacity=0, size=140)
        shown: alt.Chart = points.encode(x=clock.encoding(), y=y, tooltip=tips).properties(name=base.HOVER)
        return shown


def _percent(scale: Sequence[float]) -> str:
    """Which format says these marks as per cent without losing any?"""
    whole = all(abs(100 * mark - round(100 * mark)) < 1e-9 for mark in scale)
    return ".0%" if whole else ".1%"


def _at(y: alt.Y, field: str) -> alt.Y:
    other = y.copy()
    other.shorthand = f"{field}:Q"
    return other
