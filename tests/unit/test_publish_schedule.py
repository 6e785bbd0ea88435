"""The chart of dates: a mark is as long as its date is vague, and what has no date has words and no mark."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
import vl_convert

from btc_eval import disclosure, publish
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.rich import led

PAPERS = Papers(Provenance.OFFICIAL, ("areas",))
LOOKS = {"promised": "hollow", "reported": "solid", "beside": "other"}


def steps() -> pd.DataFrame:
    """Return a day, a month, one without a date, and one more date of the month's row."""
    rows: list[tuple[Any, ...]] = [
        ("Teams", "A day", "promised", "2024-04-01", "2024-04-01", "promised: 1 April 2024"),
        ("Teams", "A month", "promised", "2024-05-01", "2024-05-31", "promised: May 2024"),
        ("Teams", "A month", "reported", "2024-01-01", "2024-12-31", "open: 2024"),
        ("Hubs", "No date", "promised", None, None, "promised: no date given"),
        ("Hubs", "Elsewhere", "beside", "2024-04-10", "2024-04-10", "beside: 10 April 2024"),
    ]
    frame = pd.DataFrame(rows, columns=["lane", "label", "standing", "start", "end", "said"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def drawn(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the wide drawing holds."""
    chart = publish.schedule(group="lane", looks=LOOKS, first="2023-01-01", last="2025-12-31")
    blanks = {"start": "no date", "end": "no date"}
    safe = disclosure.control(frame, "official", keys=["label", "standing"], papers=PAPERS, blanks=blanks)
    (panel,) = chart.draw(safe.only(list(chart.columns)), mark="")
    return panel.wide


def values(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    """Return the rows that layers of a mark draw."""
    layers = [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]
    return [
        row for layer in layers for row in layer["data"].get("values", spec["datasets"].get(layer["data"].get("name")))
    ]


def test_a_day_is_a_point_and_anything_longer_a_bar_to_the_end_of_its_last_day() -> None:
    spec = drawn(steps())
    assert [(row["name"], row["from"]) for row in values(spec, "point")] == [
        ("Elsewhere", "2024-04-10"),
        ("A day", "2024-04-01"),
    ]
    assert [(row["from"], row["to"]) for row in values(spec, "rect")] == [
        ("2024-01-01", "2025-01-01"),
        ("2024-05-01", "2024-06-01"),
    ]


def test_rows_of_one_name_share_a_line_and_say_both_dates() -> None:
    told = {row["name"]: row["said"] for row in values(drawn(steps()), "text") if row.get("name")}
    assert told["A month"] == "promised: May 2024; open: 2024"
    bars = values(drawn(steps()), "rect")
    assert len({row["y"] for row in bars}) == 1


def test_what_has_no_date_has_its_words_and_no_mark() -> None:
    spec = drawn(steps())
    marked = [row["name"] for mark in ("point", "rect") for row in values(spec, mark)]
    assert "No date" not in marked
    assert any(row.get("said") == "promised: no date given" for row in values(spec, "text"))


def test_each_group_is_headed_once_in_the_order_of_the_table() -> None:
    heads = [row["words"] for row in values(drawn(steps()), "text") if "words" in row]
    assert heads == ["Teams", "Hubs"]


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(RefusedError, match="no value to draw"):
        drawn(steps().iloc[:0])


def test_words_lead_to_a_place_in_the_book_and_nowhere_else() -> None:
    assert led("assurance/methods#money", "x") == '<a href="{{root}}assurance/methods.html#money">x</a>'
    for address in ("assurance/methods", "#money", "https://example.org/#money"):
        with pytest.raises(RefusedError, match="a page of this book"):
            led(address, "x")


def test_the_axis_has_one_beginning_and_one_end() -> None:
    """A layer that states its ends in a second way makes a reader's browser report a conflict."""
    scales = vl_convert.vegalite_to_vega(drawn(steps()))["scales"]
    (ends,) = [scale["domain"]["fields"] for scale in scales if scale["name"] == "x"]
    assert [set(end) for end in ends] == [{"signal"}, {"signal"}]
    assert [re.findall(r"\d{4}-\d\d-\d\d", end["signal"]) for end in ends] == [["2023-01-01"], ["2025-12-31"]]
