"""Where does one stand among many? One dot a council, piled up over the axis, with one of them marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.publish.charts import base, style
from btc_eval.publish.charts.layout import ticks
from btc_eval.publish.charts.lines import value_format
from btc_eval.publish.charts.timeline import number_format

_COLUMNS = {False: 44, True: 22}  # piles of dots across the plot
_MANY = 250  # more dots than this are drawn half as wide, in twice as many piles
_PLOT = {False: 640.0, True: 300.0}  # the width the piles are planned for, in pixels


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Draw one dot a unit along the axis of its value.

    Parameters
    ----------
    x, unit
        Columns of the value and of the unit's name.
    highlight
        The unit marked and named.
    axis
        What the value is, in words.
    log
        Whether the axis is of ratios: a halving is then as far from one as a doubling.
    none
        The value that means no change, ruled down the plot, with its words; None for no rule.
    spans
        Intervals to draw under the dots: (low, high, words), each included.
    at
        A value of something that is not among the units, ruled down the plot with its words; None for none.
    """

    x: str
    unit: str
    highlight: str
    axis: str = ""
    log: bool = False
    none: tuple[float, str] | None = None
    spans: Sequence[tuple[float, float, str]] = ()
    at: tuple[float, str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.unit, self.x)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel."""
        base.present(frame, [self.x])
        frame = frame.dropna(subset=[self.x]).sort_values([self.x, self.unit], kind="stable")
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        return [base.Panel("", self.axis, rows, wide, narrow)]

    def piles(self, frame: pd.DataFrame, *, narrow: bool) -> list[dict[str, Any]]:
        """Return one row a unit with its place: the middle of its pile, and its height in it from 1.

        The highlighted unit lies on top of its pile, where its name can stand clear of the others.
        """
        low, high = self._domain(frame)
        count = _columns(frame, narrow)
        width = (high - low) / count or 1.0
        heights: dict[int, int] = {}
        places = []
        order = [*frame[frame[self.unit] != self.highlight].index, *frame[frame[self.unit] == self.highlight].index]
        for index in order:
            value = self._scaled(float(frame.loc[index, self.x]))
            pile = min(int((value - low) / width), count - 1)
            heights[pile] = heights.get(pile, 0) + 1
            middle = low + (pile + 0.5) * width
            places.append(
                {
                    "at": self._unscaled(middle),
                    "pile": pile,
                    "height": heights[pile],
                    "unit": str(frame.loc[index, self.unit]),
                    "value": float(f"{float(frame.loc[index, self.x]):.6g}"),
                    "own": str(frame.loc[index, self.unit]) == self.highlight,
                }
            )
        return places

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value

    def _unscaled(self, value: float) -> float:
        return float(f"{math.exp(value) if self.log else value:.6g}")

    def _domain(self, frame: pd.DataFrame) -> tuple[float, float]:
        ends = [float(frame[self.x].min()), float(frame[self.x].max())]
        ends += [end for low, high, _ in self.spans for end in (low, high)]
        ends += [mark[0] for mark in (self.none, self.at) if mark]
        low, high = self._scaled(min(ends)), self._scaled(max(ends))
        margin = 0.03 * (high - low)
        return low - margin, high + margin

    def _marks(self, frame: pd.DataFrame) -> list[float]:
        low, high = (self._unscaled(end) for end in self._domain(frame))
        if self.log:
            known = (0.1, 0.15, 0.25, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
            return [mark for mark in known if low <= mark <= high]
        return [mark for mark in ticks(low, high, zero=False) if low <= mark <= high]

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        places = self.piles(frame, narrow=narrow)
        size = min(_PLOT[narrow] / _columns(frame, narrow), 13.0)
        tallest = max(place["height"] for place in places)
        top = 30.0 + 16.0 * len(self.spans) + (22.0 if self.at else 0.0)
        height = top + tallest * size + 34.0
        low, high = self._domain(frame)
        marks = self._marks(frame)
        x = alt.X(
            "at:Q",
            scale=alt.Scale(
                type="log" if self.log else "linear",
                domain=[self._unscaled(low), self._unscaled(high)],
                nice=False,
                zero=False if not self.log else alt.Undefined,
            ),
            axis=alt.Axis(
                title=None, values=marks, format="~g" if self.log else number_format(marks), labelOverlap="greedy"
            ),
        )
        y = alt.Y("y:Q", scale=None, axis=None)
        for place in places:
            place["y"] = height - (place["height"] - 0.5) * size - 4.0
        layers = [
            *self._rules(x, top, height),
            *self._spans(x),
            *self._dots(places, x, y, size),
            *self._at(x, top, height),
        ]
        return base.assemble(layers, rows, height=height, mark=mark)

    def _rules(self, x: alt.X, top: float, height: float) -> list[alt.Chart]:
        if self.none is None:
            return []
        value, words = self.none
        line = base.given([{"at": value, "words": words}])
        return [
            line.mark_rule(color=style.MUTED, strokeDash=[3, 3]).encode(
                x=x, y=alt.value(top - 4), y2=alt.value(height)
            ),
            line.mark_text(align="left", dx=4, baseline="top", color=style.MUTED).encode(
                x=x, y=alt.value(top - 4), text="words:N"
            ),
        ]

    def _at(self, x: alt.X, top: float, height: float) -> list[alt.Chart]:
        if self.at is None:
            return []
        value, words = self.at
        row = base.given([{"at": value, "words": words}])
        rule = row.mark_rule(color=style.ORANGE, strokeWidth=2.5)
        label = row.mark_text(align="left", dx=-2, baseline="bottom", color=style.INK, fontWeight=700)
        return [
            rule.encode(x=x, y=alt.value(top - 24), y2=alt.value(height)),
            label.encode(x=x, y=alt.value(top - 27), text="words:N"),
        ]

    def _spans(self, x: alt.X) -> list[alt.Chart]:
        layers: list[alt.Chart] = []
        for number, (low, high, words) in enumerate(self.spans):
            place = 10.0 + 22.0 * number
            row = base.given([{"at": low, "to": high, "words": words}])
            bar = row.mark_rule(strokeWidth=5, color=(style.ORANGE, style.TEAL)[number % 2], opacity=0.85)
            layers.append(bar.encode(x=x, x2="to:Q", y=alt.value(place)))
            label = row.mark_text(align="left", baseline="bottom", dy=-4, color=style.INK)
            layers.append(label.encode(x=x, y=alt.value(place), text="words:N"))
        return layers

    def _dots(self, places: list[dict[str, Any]], x: alt.X, y: alt.Y, size: float) -> list[alt.Chart]:
        scale = [place["value"] for place in places]
        tips = [
            alt.Tooltip("unit:N", title="Council"),
            alt.Tooltip("value:Q", title=self.axis or self.x, format=value_format([min(scale), max(scale)])),
        ]
        area = 3.1416 * (size * 0.44) ** 2
        shown = [{key: place[key] for key in ("at", "y", "unit", "value")} for place in places]
        own = [row for row, place in zip(shown, places) if place["own"]]
        rest = [row for row, place in zip(shown, places) if not place["own"]]
        layers = [base.given(rest).mark_circle(size=area, color=style.FAINT, opacity=1).encode(x=x, y=y, tooltip=tips)]
        if own:
            pile = next(place["pile"] for place in places if place["own"])
            near = [place["y"] for place in places if abs(place["pile"] - pile) <= 2]
            label = {**own[0], "y": min(near) - size * 1.1, "words": self.highlight, "to": own[0]["y"]}
            layers.append(base.given([label]).mark_rule(color=style.NAVY, strokeWidth=1.5).encode(x=x, y=y, y2="to:Q"))
            layers.append(
                base.given(own)
                .mark_circle(size=area * 1.7, color=style.NAVY, opacity=1, stroke=style.PAPER, strokeWidth=1.5)
                .encode(x=x, y=y, tooltip=tips)
            )
            halo = base.given([label]).mark_text(
                fontWeight=700, baseline="bottom", stroke=style.PAPER, strokeWidth=5, strokeJoin="round"
            )
            name = base.given([label]).mark_text(fontWeight=700, baseline="bottom", color=style.NAVY)
            layers += [halo.encode(x=x, y=y, text="words:N"), name.encode(x=x, y=y, text="words:N")]
        return layers


def _columns(frame: pd.DataFrame, narrow: bool) -> int:
    return _COLUMNS[narrow] * (2 if len(frame) > _MANY else 1)
