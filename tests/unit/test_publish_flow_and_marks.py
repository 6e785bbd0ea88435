"""The flow of selection as a diagram, marks with intervals, and curves in steps."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import emit
from btc_eval.publish.charts import style
from btc_eval.publish.charts.static import svg

MADE_UP = Papers(Provenance.DEMONSTRATION, ("programme register",), "2021-10", "2025-03")
OWN = Papers(Provenance.STATUTORY, ("programme register",), "2021-10", "2025-03")


def lines(*numbers: int) -> pd.DataFrame:
    kinds = ["left out"] * (len(numbers) - 2) + ["compared"] * 2
    words = [f"reason {k}" for k in range(len(numbers) - 2)] + ["on the register", "not on it"]
    return pd.DataFrame({"step": range(1, len(numbers) + 1), "kind": kinds, "reason": words, "n": numbers})


def drawn(monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame, papers: Papers) -> str:
    shown: list[str] = []
    monkeypatch.setattr(emit, "exhibit", lambda html, _about: shown.append(html))
    safe = disclosure.control(frame, "council", keys=["step"], counts="n", papers=papers)
    publish.flow_diagram(safe, id="a-flow", title="Who", text="From all to two.", start="referrals")
    return shown[0]


class Boxes(HTMLParser):
    """Collects the words of each item of the diagram's list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: list[str] = []
        self.inside = 0
        self.feed(html[html.index("<ol") : html.index("</ol>")])

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self.items.append("")

    def handle_data(self, data: str) -> None:
        if self.items:
            self.items[-1] = f"{self.items[-1]}{data}".lstrip()


def test_what_is_left_after_each_step_is_added_up_from_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    items = Boxes(drawn(monkeypatch, lines(100, 0, 20, 30, 150), OWN)).items
    assert items == [
        "300 referrals", "Left out 100: reason 0", "200 children left", "Left out nobody: reason 1",
        "Left out 20: reason 2", "180 children left", "Compared", "30 on the register", "150 not on it",
    ]  # fmt: skip


def test_a_small_step_is_not_told_and_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    html = drawn(monkeypatch, lines(100, 3, 30, 150), OWN)
    items = Boxes(html).items
    assert items[0] == "280 referrals"  # not 283: the three are in no number
    assert "a number that is not shown" in items[3]
    assert not re.search(r"\b3\b(?!</td>|0)", " ".join(items))


def test_a_flow_of_made_up_children_says_so_in_title_picture_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    html = drawn(monkeypatch, lines(100, 30, 150), MADE_UP)
    words = "Demonstration data, not about Wirral"
    assert f">{words}: Who</span>" in html
    assert f'<div class="btc-flow" data-stamp="{words}">' in html
    assert f'id="a-flow-text">{words}. From all' in html
    own = drawn(monkeypatch, lines(100, 30, 150), OWN)
    assert words not in own
    assert "data-stamp" not in own


def test_a_flow_without_two_groups_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedError, match="two groups or more"):
        drawn(monkeypatch, lines(100, 30, 150).iloc[:2], OWN)
    with pytest.raises(RefusedError, match="group without number"):
        drawn(monkeypatch, lines(100, 4, 150), OWN)


def marks(**changed: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "outcome": ["again", "again", "care", "care"],
            "analysis": ["as counted", "made alike"] * 2,
            "difference": [-5.0, -2.0, None, None],
            "low": [-9.0, -6.0, None, None],
            "high": [-1.0, 2.0, None, None],
        }
    )
    return frame.assign(**changed)


def forest() -> publish.points:
    return publish.points(
        name="outcome", value="difference", series="analysis", order=("as counted", "made alike"), low="low",
        high="high", none=(0.0, "No difference"), axis="Points",
    )  # fmt: skip


def test_marks_are_told_apart_by_shape_and_filling_and_hidden_rows_say_so() -> None:
    panel = forest().draw(marks(), mark="")[0]
    shapes = [
        (layer["mark"]["shape"], layer["mark"]["fill"])
        for layer in panel.wide["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "point"
    ]
    assert shapes == [("circle", style.PAPER), ("diamond", style.NAVY)]
    assert panel.axis == "Points. ○ as counted · ◆ made alike"
    text = json.dumps(panel.wide, ensure_ascii=False)
    assert "care: too few children to show" in text
    assert "No difference" in text


def test_a_love_plot_joins_the_marks_of_a_row_and_rules_what_counts_as_alike() -> None:
    chart = publish.points(
        name="outcome", value="difference", series="analysis", order=("as counted", "made alike"), mark=(0.1, "Alike")
    )
    frame = marks(difference=[0.5, 0.04, 0.2, 0.09]).drop(columns=["low", "high"])
    spec = chart.draw(frame, mark="")[0].wide
    rules = [layer for layer in spec["layer"] if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "rule"]
    first, second = (spec["datasets"][layer["data"]["name"]] for layer in rules)
    assert [row["at"] for row in first] == [0.1]
    assert [(row["at"], row["to"]) for row in second] == [(0.04, 0.5), (0.09, 0.2)]


def curve() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["on it"] * 3 + ["others"] * 4,
            "month": [0, 6, 15, 0, 3, 6, 27],
            "estimate": [0.0, 0.01, 0.02, 0.0, 0.013, 0.02, 0.047],
            "conf_low": [0.0, 0.005, 0.012, 0.0, 0.01, 0.017, 0.04],
            "conf_high": [0.0, 0.02, 0.033, 0.0, 0.017, 0.025, 0.054],
        }
    )


def test_curves_hold_their_value_and_differ_by_dash() -> None:
    panel = publish.steps(order=("on it", "others"), hold=3).draw(curve(), mark="")[0]
    made = [layer["mark"] for layer in panel.wide["layer"] if isinstance(layer["mark"], dict)]
    assert {m["interpolate"] for m in made if m["type"] in ("line", "area")} == {"step-after"}
    last = {row["group"]: (row["month"], row["estimate"]) for row in panel.rows}
    assert last == {"on it": (18, 0.02), "others": (30, 0.047)}
    dashes = next(
        layer["encoding"]["strokeDash"]["scale"]["range"]
        for layer in panel.wide["layer"]
        if "strokeDash" in layer.get("encoding", {})
    )
    assert dashes[0] != dashes[1]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("chart", ["points", "steps"])
def test_marks_and_steps_can_be_set_as_still_pictures(chart: str, narrow: bool) -> None:
    recipe, frame = (forest(), marks()) if chart == "points" else (publish.steps(), curve())
    panel = recipe.draw(frame, mark="Demonstration data")[0]
    picture = svg(panel.narrow if narrow else panel.wide, width=340 if narrow else 720, prefix="a")
    assert "DEMONSTRATION DATA" in picture
    assert "NaN" not in picture


def test_either_says_whose_children_these_are() -> None:
    both = {"demonstration": "Nobody here is real.", "statutory": "These are the council's returns."}
    assert publish.either(MADE_UP, **both) == "Nobody here is real."
    assert publish.either(MADE_UP, **both).demonstration
    assert publish.either(OWN, **both) == "These are the council's returns."
    official = Papers(Provenance.OFFICIAL, ("referrals",))
    with pytest.raises(RefusedError, match="demonstration or statutory"):
        publish.either(official, **both)
    with pytest.raises(RefusedError, match="typed number"):
        publish.either(MADE_UP, demonstration="There are 12.", statutory="None.")
