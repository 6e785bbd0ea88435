"""What lies under every chart over time: the time axis, its event rules and shaded spans, the axis of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import Event, Placed, band_height, moment, place_events

# The narrowest plot each drawing is planned for, in pixels, axis and end labels taken off.
_PLOT = {False: 410.0, True: 190.0}
# A narrow drawing with more events than this numbers them, and their words stand in a key below it.
_MOST_WORDS = 2
PLOT_HEIGHT = {False: 300.0, True: 230.0}


@dataclass(frozen=True)
class Clock:
    """The time axis of one drawing: months (timestamps) or years ending 31 March (numbers), ends included."""

    field: str
    first: Any
    last: Any
    annual: bool
    narrow: bool

    @classmethod
    def of(cls, times: pd.Series, field: str, *, narrow: bool, until: Any = None) -> Clock:
        """Which axis suits these times? Whole numbers are years, timestamps are months; anything else is refused."""
        months = pd.api.types.is_datetime64_any_dtype(times)
        if not months and not pd.api.types.is_integer_dtype(times):
            raise refuse(
                "publish.figure",
                f"time column {field}",
                found=f"values of type {times.dtype}",
                allowed="months as timestamps, or years as whole numbers",
                do="Pass the months through periods.month or the years as integers.",
            )
        last = times.max()
        if until is not None:
            last = max(last, moment(until, annual=not months))
        return cls(field, times.min(), last, not months, narrow)

    def share(self, when: Any) -> float:
        """How far along the axis is this moment? 0 at the first point, 1 at the last."""
        at = moment(when, annual=self.annual)
        return float((at - self.first) / (self.last - self.first)) if self.last != self.first else 0.5

    def iso(self, when: Any) -> Any:
        """Return the moment as the data of a layer has it."""
        at = moment(when, annual=self.annual)
        return at.strftime("%Y-%m-%d") if isinstance(at, pd.Timestamp) else at

    def shows(self, when: Any) -> bool:
        """Does the axis reach this moment?"""
        return -1e-9 <= self.share(when) <= 1 + 1e-9

    @property
    def kind(self) -> str:
        """Return the Vega-Lite type of the axis."""
        return "quantitative" if self.annual else "temporal"

    def encoding(self, field: str | None = None, *, span: bool = False) -> alt.X:
        """Return the horizontal position, with the axis labelled by years.

        A span leaves the ends of the axis to the other layers: the drawing library says the ends of a shape with two
        ends in another way, and would then warn that the two differ.
        """
        name = field or self.field
        if span:
            return alt.X(f"{name}:{'Q' if self.annual else 'T'}")
        if self.annual:
            step = self._year_step(int(self.last) - int(self.first))
            values = list(range(int(self.last), int(self.first) - 1, -step))[::-1]
            domain: list[Any] = [float(self.first), float(self.last)]
            return alt.X(
                f"{name}:Q",
                scale=alt.Scale(domain=domain, nice=False, padding=8),
                axis=alt.Axis(
                    title=None, values=values, format="d", labelFlush=True, labelOverlap="greedy", labelSeparation=7
                ),
            )
        years = (self.last - self.first).days / 365.25
        step = self._year_step(years)
        first_year = self.first.year if (self.first.month, self.first.day) == (1, 1) else self.first.year + 1
        marks = [f"{year}-01-01" for year in range(first_year, self.last.year + 1, step)]
        return alt.X(
            f"{name}:T",
            scale=alt.Scale(
                type="utc", domain=[_milliseconds(self.first), _milliseconds(self.last)], nice=False, padding=4
            ),
            axis=alt.Axis(
                title=None, values=marks, format="%Y", labelFlush=True, labelOverlap="greedy", labelSeparation=7
            ),
        )

    def _year_step(self, years: float) -> int:
        room = 6 if self.narrow else 13
        return max(1, -(-int(years) // room))


def _milliseconds(when: pd.Timestamp) -> int:
    """Return the moment as the drawing library counts it; as text, layers would not see that they share a domain."""
    return int(when.value // 1_000_000)


def value_axis(
    field: str,
    marks: Sequence[float],
    *,
    top: float,
    height: float,
    log: bool = False,
    labelled: Sequence[float] | None = None,
) -> alt.Y:
    """Return the vertical position: the plot lies under a band of labels `top` pixels tall.

    `marks` are the labelled values and its ends the axis; `labelled` the values to label where they are others.
    """
    scale = alt.Scale(domain=[marks[0], marks[-1]], range=[height, top], nice=False, zero=False)
    if log:
        scale = alt.Scale(type="log", domain=[marks[0], marks[-1]], range=[height, top], nice=False)
    axis = alt.Axis(title=None, values=list(marks), format=number_format(marks))
    if labelled is not None:
        axis = alt.Axis(title=None, values=list(labelled), format="~g")
    return alt.Y(f"{field}:Q", scale=scale, axis=axis)


def number_format(marks: Sequence[float]) -> str:
    """Which axis format shows these values exactly? Thousands have a comma."""
    for places in range(4):
        if all(abs(mark - round(mark, places)) < 1e-9 for mark in marks):
            return f",.{places}f"
    return ",.4~f"


def event_layers(events: Iterable[Event], clock: Clock, *, height: float) -> tuple[list[alt.Chart], float]:
    """Draw the events and return how tall a band their labels take above the plot, in pixels.

    Events outside the axis are left out: the table of events on the page lists them all.
    """
    shown = _shown(events, clock)
    if clock.narrow and len(shown) > _MOST_WORDS:
        shown = [replace(event, label=str(number)) for number, event in enumerate(shown, start=1)]
    width = _PLOT[clock.narrow]
    placed, depth = place_events([(event, clock.share(event.when) * width) for event in shown], width)
    band = float(band_height(depth))
    total = band + height
    layers: list[alt.Chart] = []
    spans = [p for p in placed if p.event.until]
    if spans:
        rows = [{"from": clock.iso(p.event.when), "to": _end(p, clock), "top": _y(p)} for p in spans]
        layers.append(
            base.given(rows)
            .mark_rect(color=style.FAINT, opacity=0.22)
            .encode(
                x=clock.encoding("from", span=True),
                x2="to",
                y=alt.Y("top:Q", scale=None, axis=None),
                y2=alt.value(total),
            )
        )
    for strong in (False, True):
        rows = [
            {"when": clock.iso(p.event.when), "top": _y(p)}
            for p in placed
            if p.event.strong is strong and not p.event.until
        ]
        if rows:
            layers.append(
                base.given(rows)
                .mark_rule(color=style.INK if strong else style.MUTED, strokeWidth=1.75 if strong else 1)
                .encode(x=clock.encoding("when"), y=alt.Y("top:Q", scale=None, axis=None), y2=alt.value(total))
            )
    layers.extend(_labels(placed, clock))
    return layers, band


def event_key(events: Iterable[Event], clock: Clock) -> tuple[str, ...]:
    """Which words do the numbers in the narrow drawing stand for? None where it has room for the words themselves."""
    shown = _shown(events, clock)
    return tuple(event.label for event in shown) if len(shown) > _MOST_WORDS else ()


def _shown(events: Iterable[Event], clock: Clock) -> list[Event]:
    kept = [event for event in events if clock.shows(event.when)]
    return sorted(kept, key=lambda event: clock.share(event.when))


def _labels(placed: Sequence[Placed], clock: Clock) -> list[alt.Chart]:
    layers = []
    for right in (True, False):
        for strong in (True, False):
            rows = [
                {"when": clock.iso(p.event.when), "y": p.row * style.LINE + 2 + k * style.LINE, "words": line}
                for p in placed
                if p.right is right and p.event.strong is strong
                for k, line in enumerate(p.lines)
            ]
            if rows:
                layers.append(
                    base.given(rows)
                    .mark_text(
                        align="left" if right else "right",
                        dx=5 if right else -5,
                        baseline="top",
                        fontWeight=700 if strong else 400,
                        color=style.INK,
                    )
                    .encode(x=clock.encoding("when"), y=alt.Y("y:Q", scale=None, axis=None), text="words:N")
                )
    return layers


def _y(placed: Placed) -> float:
    return placed.row * style.LINE


def _end(placed: Placed, clock: Clock) -> Any:
    until = placed.event.until
    return clock.iso(until) if clock.shows(until) else clock.iso(clock.last)
