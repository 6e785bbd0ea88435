"""Where is it more, and where less? A square a place, laid out on a grid as the places lie on the map.

Squares of one size keep a small crowded place from vanishing beside a large empty one. The value is printed in every
square; the shade only repeats it, so the map reads in grey, on paper and to a reader who sees no colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.publish.charts import base, style
from btc_eval.publish.formats import Format, say

_SOFT_HYPHEN = "\u00ad"
_EDGE = 4.0  # room round the grid, so that its outer lines are not cut, in pixels
# Height of a square, size of its words and of its value, and the narrowest it will be, in pixels, by narrow or not.
_SQUARE = {False: (88.0, 13, 17, 110.0), True: (70.0, 11, 13, 54.0)}
# The shade of the highest value. Words stay readable on it, on light and dark pages (tests/unit/test_publish_tiles.py).
_PALEST, DARKEST = 0.03, 0.42


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Draw a square a row of the table.

    Parameters
    ----------
    name, short
        Columns of the name, and of a short one for narrow drawings, in which a soft hyphen marks where a long word may
        be broken.
    column, row
        Columns of the square's place: whole numbers from 1, counted from the left and from the top.
    value
        Column of the value printed in the square, which also sets its shade: nought or missing has none.
    group
        Column whose values the heavy lines divide; the first letter of each stands in the corner of its squares.
    form
        How the value is said.
    axis
        What the value is, in words.
    """

    name: str
    short: str
    column: str
    row: str
    value: str
    group: str
    form: Format | str = Format.NUMBER
    axis: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.name, self.short, self.column, self.row, self.value, self.group)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw in one panel.

        Raises
        ------
        RefusedError
            For two squares in one place, and for a place that is not a whole number from 1.
        """
        base.present(frame, [self.value])
        self._check(frame)
        rows = base.drawn_rows(frame)
        wide, narrow = (self._spec(frame, rows, mark, narrow=narrow) for narrow in (False, True))
        return [base.Panel("", self.axis, rows, wide, narrow)]

    def _check(self, frame: pd.DataFrame) -> None:
        places = frame[[self.column, self.row]].apply(pd.to_numeric, errors="coerce")
        wrong = int(((places < 1) | (places % 1 != 0) | places.isna()).any(axis=1).sum())
        doubled = int(places.duplicated().sum())
        if wrong or doubled:
            raise refuse(
                "publish.tiles",
                f"columns {self.column} and {self.row}",
                found=f"{wrong} squares without a whole number from 1, {doubled} in a place already taken",
                allowed="a place of its own for every square",
                do="Correct the layout.",
            )

    def _spec(self, frame: pd.DataFrame, rows: list[dict[str, Any]], mark: str, *, narrow: bool) -> dict[str, Any]:
        height, size, large, width = _SQUARE[narrow]
        squares = list(self._squares(frame, narrow=narrow))
        across, down = (int(frame[name].max()) for name in (self.column, self.row))
        scale = alt.Scale(domain=[-0.02, across + 0.02], nice=False, zero=False)
        start = alt.X("left:Q", scale=scale, axis=None)
        middle = alt.X("middle:Q", scale=scale, axis=None)
        drawn = base.given(squares)
        box = {"x": start, "x2": "right", "y": alt.Y("top:Q", scale=None, axis=None), "y2": "bottom"}
        words = [line for square in squares for line in _name(square, height, width, size)]
        shade = alt.FillOpacity("shade:Q", scale=None)
        layers = [
            drawn.mark_rect(fill=style.NAVY, stroke=None).encode(**box, fillOpacity=shade),
            drawn.mark_rect(fillOpacity=0, stroke=style.FAINT, strokeWidth=1).encode(**box),
            *_lines(self._borders(frame, height), start),
            base.given(words)
            .mark_text(fontSize=size, baseline="middle")
            .encode(x=middle, y=alt.Y("y:Q", scale=None, axis=None), text="words:N"),
            drawn.mark_text(fontSize=large, fontWeight=700, baseline="bottom", dy=-4).encode(
                x=middle, y=alt.Y("bottom:Q", scale=None, axis=None), text="said:N"
            ),
            drawn.mark_text(fontSize=size - 1, align="left", baseline="top", dx=4, dy=4).encode(
                x=start, y=alt.Y("top:Q", scale=None, axis=None), text="letter:N"
            ),
        ]
        return base.assemble(layers, rows, height=height * down + 2 * _EDGE, mark=mark)

    def _squares(self, frame: pd.DataFrame, *, narrow: bool) -> Iterable[dict[str, Any]]:
        height = _SQUARE[narrow][0]
        values = pd.to_numeric(frame[self.value])
        top = float(values.max())
        for _, row in frame.iterrows():
            left, above = int(row[self.column]) - 1, int(row[self.row]) - 1
            value = row[self.value]
            share = float(value) / top if pd.notna(value) and top > 0 else 0.0
            yield {
                "name": str(row[self.short if narrow else self.name]),
                "said": "–" if pd.isna(value) else say(float(value), self.form),
                "letter": str(row[self.group])[:1],
                "left": left,
                "right": left + 1,
                "middle": left + 0.5,
                "top": _EDGE + above * height,
                "bottom": _EDGE + (above + 1) * height,
                "shade": round(_PALEST + (DARKEST - _PALEST) * max(share, 0.0), 3),
            }

    def _borders(self, frame: pd.DataFrame, height: float) -> list[dict[str, float]]:
        """Return the heavy lines: every side at which a square of one group meets one of another, or none."""
        groups = {
            (int(column), int(row)): str(group)
            for column, row, group in zip(frame[self.column], frame[self.row], frame[self.group])
        }
        sides: set[tuple[int, int, int, int]] = set()
        for (column, row), group in groups.items():
            around = {
                (column - 1, row): (column - 1, row - 1, column - 1, row),
                (column + 1, row): (column, row - 1, column, row),
                (column, row - 1): (column - 1, row - 1, column, row - 1),
                (column, row + 1): (column - 1, row, column, row),
            }
            sides |= {side for other, side in around.items() if groups.get(other) != group}
        return [
            {"left": x, "right": x2, "top": _EDGE + y * height, "bottom": _EDGE + y2 * height}
            for x, y, x2, y2 in sorted(sides)
        ]


def _name(square: dict[str, Any], height: float, width: float, size: int) -> list[dict[str, Any]]:
    """Return the lines of a square's name, about a place a little above its middle."""
    lines = broken(square["name"], width - 6, size)
    centre = square["top"] + height * 0.44
    return [
        {"middle": square["middle"], "y": centre + (k - (len(lines) - 1) / 2) * (size + 2), "words": line}
        for k, line in enumerate(lines)
    ]


def broken(name: str, room: float, size: int) -> list[str]:
    """On which lines does this name stand within so many pixels? Words are kept whole unless a soft hyphen parts them.

    Examples
    --------
    >>> broken("Birken\\u00adhead and Tranmere", 60, 11)
    ['Birken-', 'head and', 'Tranmere']
    >>> broken("Birken\\u00adhead and Tranmere", 104, 11)
    ['Birkenhead and', 'Tranmere']
    """
    letters = max(int(room / style.text_width("x", size)), 1)
    words = []
    for word in name.split():
        whole = word.replace(_SOFT_HYPHEN, "")
        if len(whole) > letters and _SOFT_HYPHEN in word:
            first, *rest = word.split(_SOFT_HYPHEN)
            words += [f"{first}-", "".join(rest)]
        else:
            words.append(whole)
    return textwrap.wrap(" ".join(words), letters, break_long_words=False, break_on_hyphens=False)


def _lines(borders: list[dict[str, float]], start: alt.X) -> list[alt.Chart]:
    """Return the heavy lines, upright and level ones apart: a rule has two ends in one direction only."""
    layers = []
    for upright in (True, False):
        own = [line for line in borders if (line["left"] == line["right"]) is upright]
        ends: dict[str, Any] = {"y2": "bottom"} if upright else {"x2": "right"}
        layers.append(
            base.given(own)
            .mark_rule(color=style.INK, strokeWidth=2.5, strokeCap="square")
            .encode(x=start, y=alt.Y("top:Q", scale=None, axis=None), **ends)
        )
    return layers
