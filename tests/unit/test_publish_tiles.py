"""A map of squares: every value printed, nothing told by shade alone, heavy lines where groups meet."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from btc_eval import programme, publish
from btc_eval.errors import RefusedError
from btc_eval.publish.charts import static, style
from btc_eval.publish.charts.tiles import DARKEST, broken
from tests.unit.test_publish_colours import contrast, schemes

PLACES = {"name": "name", "short": "short", "column": "x", "row": "y", "value": "v", "group": "g"}


def grid() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Upper left", "Upper right", "Lower left"],
            "short": ["UL", "UR", "LL"],
            "x": [1, 2, 1],
            "y": [1, 1, 2],
            "v": [10.0, None, 40.0],
            "g": ["North", "North", "South"],
        }
    )


def layers(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == kind]


def rows(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    data = layer.get("data", spec.get("data"))  # layers that all share one have it above them
    found: list[dict[str, Any]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return found


def test_every_square_has_its_name_its_value_and_the_letter_of_its_group() -> None:
    (panel,) = publish.tiles(**PLACES).draw(grid(), mark="")
    drawn = static.svg(panel.wide, width=style.WIDE, prefix="t")
    for words in ("Upper left", "10.0", "–", "40.0", ">N<", ">S<"):
        assert words in drawn, words
    assert "UL" in static.svg(panel.narrow, width=style.NARROW, prefix="t")


def test_the_shade_grows_with_the_value_and_a_missing_value_has_the_palest() -> None:
    (panel,) = publish.tiles(**PLACES).draw(grid(), mark="")
    squares = rows(panel.wide, layers(panel.wide, "rect")[0])
    shade = [square["shade"] for square in squares]
    assert shade[1] < shade[0] < shade[2] == DARKEST


def test_heavy_lines_run_where_groups_meet_and_round_the_outside_and_nowhere_else() -> None:
    (panel,) = publish.tiles(**PLACES).draw(grid(), mark="")
    height = 88.0
    found = {
        (line["left"], round((line["top"] - 4) / height), line["right"], round((line["bottom"] - 4) / height))
        for layer in layers(panel.wide, "rule")
        for line in rows(panel.wide, layer)
    }
    across = {(0, 0, 1, 0), (1, 0, 2, 0), (0, 1, 1, 1), (1, 1, 2, 1), (0, 2, 1, 2)}
    down = {(0, 0, 0, 1), (2, 0, 2, 1), (0, 1, 0, 2), (1, 1, 1, 2)}
    assert found == across | down  # the side between the two northern squares has none


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_the_darkest_square(scheme: str) -> None:
    known = schemes()[scheme]
    parts = [tuple(int(known[name][i : i + 2], 16) for i in (1, 3, 5)) for name in ("navy", "chart-paper", "chart-ink")]
    navy, paper, _ = parts
    mixed = "#" + "".join(f"{round(DARKEST * n + (1 - DARKEST) * p):02x}" for n, p in zip(navy, paper))
    assert contrast(known["chart-ink"], mixed) >= 4.5


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"x": [1, 1, 1], "y": [1, 1, 2]}, "1 in a place already taken"), ({"x": [0, 2, 1]}, "1 squares without"),
     ({"x": [1.5, 2, 1]}, "1 squares without"), ({"x": [None, 2, 1]}, "1 squares without")],
)  # fmt: skip
def test_a_layout_that_cannot_be_drawn_is_refused(changed: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        publish.tiles(**PLACES).draw(grid().assign(**changed), mark="")


def test_names_are_broken_between_words_or_at_a_soft_hyphen_only() -> None:
    assert broken("New Brighton", 48, 11) == ["New", "Brighton"]
    assert broken("Clatter\u00adbridge", 48, 11) == ["Clatter-", "bridge"]
    assert broken("Clatter\u00adbridge", 104, 13) == ["Clatterbridge"]


def test_the_wards_stand_on_the_map_as_they_lie_in_the_borough() -> None:
    wards = programme.wards().frame().set_index("name")
    assert not wards.duplicated(["tile_column", "tile_row"]).any()
    assert (wards["tile_column"].max(), wards["tile_row"].max(), len(wards)) == (5, 6, 22)
    west_to_east = ["Hoylake and Meols", "Upton", "Claughton", "Birkenhead and Tranmere", "Rock Ferry"]
    north_to_south = ["New Brighton", "Seacombe", "Birkenhead and Tranmere", "Prenton", "Bebington", "Clatterbridge"]
    for names, column in ((west_to_east, "tile_column"), (north_to_south, "tile_row")):
        assert all(a < b for a, b in pairwise(wards.loc[names, column]))
    narrow = [line for short in wards["short"] for line in broken(short, 48, 11)]
    assert max(map(len, narrow)) <= 8
