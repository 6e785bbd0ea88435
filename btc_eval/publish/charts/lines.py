"""How did it move? One or several series over time, labelled where they end, with what happened marked above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import Event, spread, ticks
from btc_eval.publish.charts.timeline import PLOT_HEIGHT, Clock, event_key, event_layers, number_format, value_axis


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Draw series over time.

    Parameters
    ----------
    x, y
        Columns of the time (months as timestamps, or years ending 31 March as whole numbers) and of the value.
    series
        Column that tells the series apart; None for one series.
    axis
        What is counted, in words; stands above the plot.
    highlight
        The series drawn heaviest and first, such as "Wirral".
    order
        Series in the order of their colours; the rest follow by name.
    events
        What to mark on the time axis.
    rolling
        Draw the mean of this many periods, the last included, over a fainter line of the values. It is drawn only where
        all of them are present.
    low, high
        Columns of an interval, shaded.
    zero
        Whether the axis starts at nought. Rates that are compared may start higher; the axis then says so.
    reference
        A value to be ruled across, and its words.
    labels
        Words for the values of `series`, where the values are not words.
    name
        The label of a single series.
    """

    x: str
    y: str
    series: str | None = None
    axis: str = ""
    highlight: str | None = None
    order: Sequence[str] = ()
    events: Sequence[Event] = ()
    rolling: int | None = None
    low: str | None = None
    high: str | None = None
    zero: bool = True
    reference: tuple[float, str] | None = None
    name: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return tuple(c for c in (self.series, self.x, self.y, self.low, self.high) if c)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw the series in one panel."""
        base.present(frame, [self.y])
        frame = frame.sort_values([c for c in (self.series, self.x) if c], kind="stable")
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        key = event_key(self.events, Clock.of(frame[self.x], self.x, narrow=True))
        return [base.Panel("", self.axis, rows, wide, narrow, key)]

    def names(self, frame: pd.DataFrame) -> list[str]:
        """Return the series in the order of their colours: the highlighted first."""
        if self.series is None:
            return []
        known = list(dict.fromkeys(frame[self.series].astype(str)))
        first = [n for n in (self.highlight, *self.order) if n in known]
        return list(dict.fromkeys([*first, *sorted(known)]))

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        clock = Clock.of(frame[self.x], self.x, narrow=narrow)
        plot = PLOT_HEIGHT[narrow]
        marked, band = event_layers(self.events, clock, height=plot)
        height = band + plot
        drawn = frame[[c for c in (self.y, self.low, self.high) if c]]
        extra = [self.reference[0]] if self.reference else []
        scale = ticks(min(drawn.min().min(), *extra, 1e300), max(drawn.max().max(), *extra, -1e300), zero=self.zero)
        y = value_axis(self.y, scale, top=band, height=height)
        layers = [
            *marked,
            *self._reference(scale, band, height),
            *self._lines(frame, clock, y),
            *self._ends(frame, clock, scale, band, height),
            self._hover(clock, y, scale),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _reference(self, scale: list[float], top: float, height: float) -> list[alt.Chart]:
        if self.reference is None:
            return []
        value, words = self.reference
        line = base.given([{"at": value, "words": words}])
        y = value_axis("at", scale, top=top, height=height)
        return [
            line.mark_rule(color=style.INK, strokeWidth=1).encode(y=y),
            line.mark_text(align="left", baseline="bottom", dx=4, dy=-3, x=0, color=style.MUTED).encode(
                y=y, text="words:N"
            ),
        ]

    def _lines(self, frame: pd.DataFrame, clock: Clock, y: alt.Y) -> list[alt.Chart]:
        data = base.named_data()
        names = self.names(frame)
        encoding: dict[str, Any] = {"x": clock.encoding(), "y": y}
        layers = []
        colour: Any = alt.value(style.NAVY)
        if self.series:
            marks = [style.SERIES[i % len(style.SERIES)] for i in range(len(names))]
            colour = alt.Color(
                f"{self.series}:N", scale=alt.Scale(domain=names, range=[c for c, _ in marks]), legend=None
            )
            encoding["strokeDash"] = alt.StrokeDash(
                f"{self.series}:N", scale=alt.Scale(domain=names, range=[d for _, d in marks]), legend=None
            )
            encoding["strokeWidth"] = alt.StrokeWidth(
                f"{self.series}:O",
                scale=alt.Scale(domain=names, range=[3.0] + [2.0] * (len(names) - 1)),
                legend=None,
            )
        if self.low and self.high:
            band = {"x": encoding["x"], "color": colour, "y": _like(y, self.low), "y2": alt.Y2(f"{self.high}:Q")}
            layers.append(data.mark_area(opacity=0.18).encode(**band))
        if self.rolling:
            faint = alt.value(style.FAINT)
            layers.append(data.mark_line(strokeWidth=1.25).encode(**{**encoding, "color": faint}))
            mean = data.transform_window(
                frame=[1 - self.rolling, 0],
                groupby=[self.series] if self.series else [],
                sort=[alt.SortField(self.x)],
                btc_mean=f"mean({self.y})",
                btc_n=f"valid({self.y})",
            ).transform_filter(f"datum.btc_n == {self.rolling}")
            layers.append(
                mean.mark_line(strokeWidth=3).encode(**{**encoding, "color": colour, "y": _like(y, "btc_mean")})
            )
        else:
            layers.append(data.mark_line(point=_points(len(frame))).encode(**{**encoding, "color": colour}))
        return layers

    def _ends(
        self, frame: pd.DataFrame, clock: Clock, scale: list[float], top: float, height: float
    ) -> list[alt.Chart]:
        """Label each series where it ends, the labels moved apart where they would touch."""
        groups = (
            {name: frame[frame[self.series].astype(str) == name] for name in self.names(frame)} if self.series else {}
        )
        if not groups and self.name:
            groups = {self.name: frame}
        ends = []
        for i, (name, part) in enumerate(groups.items()):
            kept = part.dropna(subset=[self.y])
            if len(kept):
                value = kept[self.y].iloc[-self.rolling :].mean() if self.rolling else kept[self.y].iloc[-1]
                ends.append((i, name, clock.iso(kept[self.x].iloc[-1]), float(value)))
        return end_labels(ends, clock, scale, top=top, height=height)

    def _hover(self, clock: Clock, y: alt.Y, scale: list[float]) -> alt.Chart:
        when = (
            alt.Tooltip(f"{self.x}:Q", title="Year ending 31 March", format="d")
            if clock.annual
            else alt.Tooltip(f"{self.x}:T", title="Month", timeUnit="utcyearmonth", format="%B %Y")
        )
        words = [alt.Tooltip(f"{self.series}:N", title="Series")] if self.series else []
        tips = [*words, when, alt.Tooltip(f"{self.y}:Q", title=self.axis or self.y, format=value_format(scale))]
        points = base.named_data().mark_point(filled=True, opacity=0, size=120)
        shown: alt.Chart = points.encode(x=clock.encoding(), y=y, tooltip=tips).properties(name=base.HOVER)
        return shown


def value_format(scale: Sequence[float]) -> str:
    """Which format suits values read off an axis with these marks? One place more than the marks need, at most two."""
    places = int(number_format(scale)[2]) if number_format(scale)[2].isdigit() else 2
    span = scale[-1] - scale[0]
    return f",.{max(places, 0 if span >= 500 else 1 if span >= 5 else 2)}~f"


class Axis(Protocol):
    """What a label at the end of a line must know of the axis it ends on."""

    @property
    def narrow(self) -> bool:
        """Whether the drawing is the narrow one."""

    def encoding(self, field: str | None = None) -> alt.X:
        """Return the horizontal position."""


def end_labels(
    ends: Sequence[tuple[int, str, Any, float]], clock: Axis, scale: Sequence[float], *, top: float, height: float
) -> list[alt.Chart]:
    """Write each name beside the end of its line: (index of its colour, name, time, value)."""
    layers: list[alt.Chart] = []
    span = (scale[-1] - scale[0]) or 1.0
    wrapped = [wrap_label(name, clock.narrow) for _, name, _, _ in ends]
    wanted = [height - (value - scale[0]) / span * (height - top) for _, _, _, value in ends]
    heights = [style.LINE * len(lines) + 1.0 for lines in wrapped]
    places = spread(wanted, heights, top + 6, height - 6)
    for (i, _, when, _), lines, place in zip(ends, wrapped, places):
        rows = [
            {"when": when, "y": place + (k - (len(lines) - 1) / 2) * (style.LINE - 1), "words": line}
            for k, line in enumerate(lines)
        ]
        layers.append(
            base.given(rows)
            .mark_text(
                align="left",
                baseline="middle",
                dx=8,
                fontWeight=700 if i == 0 else 600,
                color=style.LABELS[i % len(style.LABELS)],
            )
            .encode(x=clock.encoding("when"), y=alt.Y("y:Q", scale=None, axis=None), text="words:N")
        )
    return layers


def wrap_label(name: str, narrow: bool) -> list[str]:
    """Break a label into lines that leave room for the plot."""
    import textwrap

    return textwrap.wrap(name, 11 if narrow else 20, break_long_words=False) or [""]


def _like(y: alt.Y, field: str) -> alt.Y:
    other = y.copy()
    other.shorthand = f"{field}:Q"
    return other


def _points(count: int) -> Any:
    return alt.OverlayMarkDef(filled=True, size=36) if count <= 90 else False
