"""What is a drawing? One or more panels, each as two Vega-Lite specifications: for a wide column and a narrow one."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import altair as alt
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.publish.charts import style

#: The layer that answers the pointer; it draws nothing, so the static drawing leaves it out.
HOVER = "hover"
_MOST_ROWS = 6000


@dataclass(frozen=True)
class Panel:
    """One plot.

    Parameters
    ----------
    title
        Its own short title; "" where the figure's title is enough.
    axis
        What the vertical axis counts, in words; set above the plot.
    rows
        The data drawn, one dictionary a row, of the drawn columns alone.
    wide, narrow
        The specifications; their data set `table` is `rows`.
    key
        Words for the numbers 1, 2, … that the narrow drawing has where the wide one has words.
    """

    title: str
    axis: str
    rows: list[dict[str, Any]]
    wide: dict[str, Any]
    narrow: dict[str, Any]
    key: tuple[str, ...] = ()

    def page_spec(self) -> dict[str, Any]:
        """Return the one specification the page carries: the wide one, with the narrow one beside it in `usermeta`."""
        narrow = {key: value for key, value in self.narrow.items() if key != "config"}
        narrow["datasets"] = {k: v for k, v in self.narrow["datasets"].items() if k != "table"}
        return {**self.wide, "usermeta": {"narrow": narrow, "narrow_below": style.NARROW_BELOW}}


class Recipe(Protocol):
    """A way to draw a table. `columns` are those it draws; no other column reaches the page."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn, in the order of the data table under the figure."""

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[Panel]:
        """Draw the reduced table; `mark` is words to be set across a demonstration figure, else ""."""


def named_data() -> alt.Chart:
    """Start a layer on the figure's own rows."""
    return alt.Chart(alt.NamedData(name="table"))


def given(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Start a layer on a few rows of its own, such as labels."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def drawn_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the table as rows for the page: dates as ISO days, numbers to six figures, blanks as null.

    Raises
    ------
    RefusedError
        For more rows than a page should carry.
    """
    if len(frame) > _MOST_ROWS:
        raise refuse(
            "publish.figure",
            "rows",
            found=f"{len(frame):,} rows",
            allowed=f"at most {_MOST_ROWS:,}",
            do="Summarise first: a page carries every row that a chart draws.",
        )
    return [
        {name: _plain(value) for name, value in zip(frame.columns, row)}
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (pd.Timestamp, dt.date)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, (bool, str)):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else float(f"{number:.6g}")


def assemble(layers: Sequence[alt.Chart], rows: list[dict[str, Any]], *, height: float, mark: str) -> dict[str, Any]:
    """Put the layers together as a specification without outside addresses, as wide as the place it is drawn in."""
    parts = [*_watermark(mark, height), *layers]
    chart = alt.layer(*parts).properties(width="container", height=height)
    spec: dict[str, Any] = chart.to_dict(context={"pre_transform": False})
    spec.pop("$schema", None)
    spec["config"] = style.config()
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    # A page carries the rows once, and only where a layer reads them.
    read = any((layer.get("data") or {}).get("name") == "table" for layer in spec["layer"])
    spec["datasets"] = {**({"table": rows} if read else {}), **spec.get("datasets", {})}
    return spec


def _watermark(mark: str, height: float) -> list[alt.Chart]:
    if not mark:
        return []
    # Broken in lines: a line wider than the plot would make the plot narrower.
    words = given([{"words": mark.upper().replace(", ", ",\n")}])
    return [
        words.mark_text(
            fontSize=20, fontWeight=700, angle=345, opacity=0.28, color=style.CHARCOAL, lineBreak="\n"
        ).encode(x=alt.value(alt.expr("width / 2")), y=alt.value(height / 2), text="words:N")
    ]


def present(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Is there anything to draw? Refuse a table without rows or without one value in the drawn columns."""
    if frame.empty or frame.loc[:, list(columns)].isna().all().all():
        raise refuse(
            "publish.figure",
            ", ".join(columns),
            found="no value to draw",
            allowed="at least one row with a value",
            do="Check the filter that made the table; say in words why a figure is missing.",
        )
