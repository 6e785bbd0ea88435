"""What does the same model say at every date? One estimate with its interval a start date, the true one marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import Event, moment
from btc_eval.publish.charts.timeline import PLOT_HEIGHT, Clock, event_layers, value_axis

_RATIOS = (0.1, 0.15, 0.25, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Draw ratios by start date.

    Parameters
    ----------
    actual
        The true start, marked; it is a row of the table.
    start, estimate, low, high
        Columns of the date tried, the ratio, and the ends of its interval, included.
    axis
        What the ratio is, in words.
    """

    actual: str
    start: str = "start"
    estimate: str = "estimate"
    low: str = "conf_low"
    high: str = "conf_high"
    axis: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.start, self.estimate, self.low, self.high)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.estimate])
        frame = frame.sort_values(self.start, kind="stable")
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        return [base.Panel("", self.axis, rows, wide, narrow)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        clock = Clock.of(frame[self.start], self.start, narrow=narrow, until=self.actual)
        plot = PLOT_HEIGHT[narrow]
        marked, band = event_layers([Event(self.actual, "Delivery starts", strong=True)], clock, height=plot)
        height = band + plot
        low, high = float(frame[self.low].min()), float(frame[self.high].max())
        inside = [mark for mark in _RATIOS if low * 0.95 <= mark <= high * 1.05]
        scale = [min(low, inside[0]), *inside[1:-1], max(high, inside[-1])]
        y = value_axis(self.estimate, scale, top=band, height=height, log=True, labelled=inside)
        x, data = clock.encoding(), base.named_data()
        own = frame[self.start] == moment(self.actual, annual=clock.annual)
        one = base.given([{"none": 1.0}]).mark_rule(color=style.MUTED, strokeDash=[3, 3])
        mine = base.given(base.drawn_rows(frame[own]))
        tips = [
            alt.Tooltip(f"{self.start}:T", title="Start tried", timeUnit="utcyearmonth", format="%B %Y"),
            alt.Tooltip(f"{self.estimate}:Q", title=self.axis or "Ratio", format=".2f"),
        ]
        layers = [
            *marked,
            one.encode(y=_on(y, "none")),
            data.mark_rule(color=style.FAINT, strokeWidth=1.5).encode(
                x=x, y=_on(y, self.low), y2=alt.Y2(f"{self.high}:Q")
            ),
            data.mark_circle(color=style.CHARCOAL, size=26, opacity=1).encode(x=x, y=y),
            mine.mark_rule(color=style.NAVY, strokeWidth=3).encode(
                x=x, y=_on(y, self.low), y2=alt.Y2(f"{self.high}:Q")
            ),
            mine.mark_circle(color=style.NAVY, size=90, opacity=1).encode(x=x, y=y),
            data.mark_point(filled=True, opacity=0, size=120)
            .encode(x=x, y=y, tooltip=tips)
            .properties(name=base.HOVER),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)


def _on(y: alt.Y, field: str) -> alt.Y:
    other = y.copy()
    other.shorthand = f"{field}:Q"
    return other
