"""Where is it heading, and how sure are we? What was counted, then a middle path within ever wider bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import Event, ticks
from btc_eval.publish.charts.lines import end_labels, value_format
from btc_eval.publish.charts.timeline import PLOT_HEIGHT, Clock, event_key, event_layers, value_axis

#: Opacity of each band over those outside it: together they stand apart in grey as in colour.
_OPACITY = (0.16, 0.2, 0.3)


@dataclass(frozen=True, kw_only=True)
class Fan:
    """Draw what was counted, and ahead of it a middle path within nested bands.

    Parameters
    ----------
    x
        Column of the time: years ending 31 March as whole numbers, or months as timestamps.
    observed, middle
        Columns of what was counted and of the middle path; either is empty where the other stands.
    bands
        The bands from the widest to the narrowest: columns of the low and the high end, and words for the label.
    later
        Column of what was counted after the projection was made; drawn as open diamonds.
    middle_label, observed_label, later_label
        Words beside the middle path's end and beside what was counted.
    axis
        What is counted, in words.
    events
        What to mark on the time axis.
    zero
        Whether the axis starts at nought.
    """

    x: str = "year"
    observed: str = "observed"
    middle: str = "estimate"
    bands: Sequence[tuple[str, str, str]] = (
        ("low_95", "high_95", "19 in 20"),
        ("low_80", "high_80", "8 in 10"),
        ("low_50", "high_50", "5 in 10"),
    )
    later: str | None = None
    middle_label: str = "Middle path"
    observed_label: str = "Counted"
    later_label: str = "Counted since"
    axis: str = ""
    events: Sequence[Event] = ()
    zero: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        ends = tuple(name for low, high, _ in self.bands for name in (low, high))
        return (self.x, self.observed, *([self.later] if self.later else []), self.middle, *ends)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.middle])
        frame = frame.sort_values(self.x, kind="stable")
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        key = event_key(self.events, Clock.of(frame[self.x], self.x, narrow=True))
        return [base.Panel("", self.axis, rows, wide, narrow, key)]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        clock = Clock.of(frame[self.x], self.x, narrow=narrow)
        plot = PLOT_HEIGHT[narrow]
        marked, top = event_layers(self.events, clock, height=plot)
        height = top + plot
        values = frame[[name for name in self.columns if name != self.x]].astype(float)
        scale = ticks(float(values.min().min()), float(values.max().max()), zero=self.zero)
        y = value_axis(self.observed, scale, top=top, height=height)
        data, x = base.named_data(), clock.encoding()
        ahead = data.transform_filter(f"isValid(datum['{self.middle}'])")
        dot = alt.OverlayMarkDef(filled=True, size=34, color=style.CHARCOAL)
        layers = [*marked]
        for (low, high, _), opacity in zip(self.bands, _OPACITY):
            layers.append(
                ahead.mark_area(color=style.NAVY, opacity=opacity).encode(x=x, y=_on(y, low), y2=alt.Y2(f"{high}:Q"))
            )
        layers += [
            ahead.mark_line(color=style.NAVY, strokeWidth=2.5, strokeDash=[6, 3]).encode(x=x, y=_on(y, self.middle)),
            data.transform_filter(f"isValid(datum['{self.observed}'])")
            .mark_line(
                color=style.CHARCOAL,
                strokeWidth=2.5,
                point=dot,
            )
            .encode(x=x, y=y),
            *self._later(frame, clock, x, y),
            *self._labels(frame, clock, scale, top, height),
            self._hover(clock, y, scale),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _later(self, frame: pd.DataFrame, clock: Clock, x: alt.X, y: alt.Y) -> list[alt.Chart]:
        if self.later is None:
            return []
        seen = frame.dropna(subset=[self.later])
        points = base.named_data().transform_filter(f"isValid(datum['{self.later}'])")
        marks = points.mark_point(
            shape="diamond", filled=True, size=110, fill=style.PAPER, stroke=style.PLUM, strokeWidth=2.5
        )
        words = base.given(
            [
                {
                    "when": clock.iso(seen[self.x].iloc[0]),
                    "at": float(seen[self.later].iloc[0]),
                    "words": self.later_label,
                }
            ]
        )
        # Beside the first of them and below, where the fan is still narrow.
        label = words.mark_text(align="right", baseline="top", dx=-4, dy=10, fontWeight=600, color=style.PLUM)
        return [
            marks.encode(x=x, y=_on(y, self.later)),
            label.encode(x=clock.encoding("when"), y=_on(y, "at"), text="words:N"),
        ]

    def _labels(
        self, frame: pd.DataFrame, clock: Clock, scale: list[float], top: float, height: float
    ) -> list[alt.Chart]:
        ahead = frame.dropna(subset=[self.middle])
        # A row taken by itself would turn the years into fractions; the column keeps them whole.
        last, when = ahead.iloc[-1], clock.iso(ahead[self.x].iloc[-1])
        ends = [(0, self.middle_label, when, float(last[self.middle]))]
        # Each band is named at its upper edge; the lower edges mirror them.
        ends += [(0, words, when, float(last[high])) for _, high, words in self.bands]
        layers = end_labels(ends, clock, scale, top=top, height=height)
        counted = frame.dropna(subset=[self.observed])
        if len(counted):
            # Above the highest point there is no line to meet.
            top_at = int(counted[self.observed].to_numpy(dtype=float).argmax())
            peak = {"when": clock.iso(counted[self.x].iloc[top_at]), "at": float(counted[self.observed].iloc[top_at])}
            label = base.given([{**peak, "words": self.observed_label}]).mark_text(
                align="center", baseline="bottom", dy=-8, fontWeight=600, color=style.CHARCOAL
            )
            y = value_axis("at", scale, top=top, height=height)
            layers.append(label.encode(x=clock.encoding("when"), y=y, text="words:N"))
        return layers

    def _hover(self, clock: Clock, y: alt.Y, scale: list[float]) -> alt.Chart:
        form = value_format(scale)
        when = (
            alt.Tooltip(f"{self.x}:Q", title="31 March", format="d")
            if clock.annual
            else alt.Tooltip(f"{self.x}:T", title="Month", timeUnit="utcyearmonth", format="%B %Y")
        )
        ends = [
            alt.Tooltip(f"{name}:Q", title=f"{words}, {side}", format=form)
            for low, high, words in self.bands
            for side, name in (("from", low), ("to", high))
        ]
        counted = [alt.Tooltip(f"{self.observed}:Q", title=self.observed_label, format=form)]
        counted += [alt.Tooltip(f"{self.later}:Q", title=self.later_label, format=form)] if self.later else []
        tips = [when, *counted, alt.Tooltip(f"{self.middle}:Q", title=self.middle_label, format=form), *ends]
        points = base.named_data().transform_calculate(
            btc_at=f"isValid(datum['{self.middle}']) ? datum['{self.middle}'] : datum['{self.observed}']"
        )
        shown: alt.Chart = (
            points.mark_point(filled=True, opacity=0, size=120)
            .encode(x=clock.encoding(), y=_on(y, "btc_at"), tooltip=tips)
            .properties(name=base.HOVER)
        )
        return shown


def _on(y: alt.Y, field: str) -> alt.Y:
    other = y.copy()
    other.shorthand = f"{field}:Q"
    return other
