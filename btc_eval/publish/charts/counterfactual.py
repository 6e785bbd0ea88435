"""Did the series leave the path its past had set? What was counted, what the model fits, what it expected instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import Event, moment, ticks
from btc_eval.publish.charts.lines import end_labels, value_format
from btc_eval.publish.charts.timeline import PLOT_HEIGHT, Clock, event_key, event_layers, value_axis


@dataclass(frozen=True, kw_only=True)
class Counterfactual:
    """Draw observed values, the fitted line, and from the start on what was expected without the change.

    Parameters
    ----------
    x, observed, fitted, expected, low, high
        Columns as `SegmentedFit.counterfactual()` names them.
    start
        First affected period, included; expected values before it are the fit itself and are not drawn twice.
    axis
        What is counted, in words.
    start_label
        Words at the start rule.
    """

    start: str
    x: str = "time"
    observed: str = "observed"
    fitted: str = "fitted"
    expected: str = "counterfactual"
    low: str = "conf_low"
    high: str = "conf_high"
    axis: str = ""
    start_label: str = "Delivery starts"
    events: Sequence[Event] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.x, self.observed, self.fitted, self.expected, self.low, self.high)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.observed])
        frame = frame.sort_values(self.x, kind="stable")
        annual = not pd.api.types.is_datetime64_any_dtype(frame[self.x])
        before = frame[self.x] < moment(self.start, annual=annual)
        shown = frame.copy()
        shown[[self.expected, self.low, self.high]] = shown[[self.expected, self.low, self.high]].mask(before)
        rows = base.drawn_rows(shown)
        wide, narrow = (self._spec(shown, rows, mark, narrow=narrow) for narrow in (False, True))
        key = event_key(self._events(), Clock.of(shown[self.x], self.x, narrow=True))
        return [base.Panel("", self.axis, rows, wide, narrow, key)]

    def _events(self) -> list[Event]:
        return [*self.events, Event(self.start, self.start_label, strong=True)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        clock = Clock.of(frame[self.x], self.x, narrow=narrow)
        plot = PLOT_HEIGHT[narrow]
        marked, band = event_layers(self._events(), clock, height=plot)
        height = band + plot
        values = frame[[self.observed, self.fitted, self.expected, self.low, self.high]]
        scale = ticks(0.0, float(values.max().max()), zero=True)
        y = value_axis(self.observed, scale, top=band, height=height)
        data, x = base.named_data(), clock.encoding()
        layers = [
            *marked,
            data.mark_area(color=style.ORANGE, opacity=0.2).encode(
                x=x, y=_on(y, self.low), y2=alt.Y2(f"{self.high}:Q")
            ),
            data.mark_line(color=style.ORANGE, strokeDash=[6, 3], strokeWidth=2.5).encode(x=x, y=_on(y, self.expected)),
            data.mark_point(filled=True, size=16 if len(frame) > 60 else 34, opacity=0.75, color=style.CHARCOAL).encode(
                x=x, y=y
            ),
            data.mark_line(color=style.NAVY, strokeWidth=2.25).encode(x=x, y=_on(y, self.fitted)),
            *self._labels(frame, clock, scale, band, height),
            self._hover(clock, y, scale),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _labels(
        self, frame: pd.DataFrame, clock: Clock, scale: list[float], top: float, height: float
    ) -> list[alt.Chart]:
        ends = []
        for colour, name, column in (
            (0, "Fitted to what happened", self.fitted),
            (1, "Expected otherwise", self.expected),
        ):
            kept = frame.dropna(subset=[column])
            if len(kept):
                mean = float(kept[column].iloc[-12:].mean()) if not clock.annual else float(kept[column].iloc[-1])
                ends.append((colour, name, clock.iso(kept[self.x].iloc[-1]), mean))
        return end_labels(ends, clock, scale, top=top, height=height)

    def _hover(self, clock: Clock, y: alt.Y, scale: list[float]) -> alt.Chart:
        form = value_format(scale)
        when = (
            alt.Tooltip(f"{self.x}:Q", title="Year ending 31 March", format="d")
            if clock.annual
            else alt.Tooltip(f"{self.x}:T", title="Month", timeUnit="utcyearmonth", format="%B %Y")
        )
        tips = [
            when,
            alt.Tooltip(f"{self.observed}:Q", title="Counted", format=form),
            alt.Tooltip(f"{self.fitted}:Q", title="Fitted", format=form),
            alt.Tooltip(f"{self.expected}:Q", title="Expected otherwise", format=form),
        ]
        points = base.named_data().mark_point(filled=True, opacity=0, size=120)
        shown: alt.Chart = points.encode(x=clock.encoding(), y=y, tooltip=tips).properties(name=base.HOVER)
        return shown


def _on(y: alt.Y, field: str) -> alt.Y:
    other = y.copy()
    other.shorthand = f"{field}:Q"
    return other
