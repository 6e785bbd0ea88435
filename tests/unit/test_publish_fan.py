"""The fan chart: bands from wide to narrow, what was counted, and bars that lie to either side of nought."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from btc_eval import publish
from btc_eval.errors import RefusedError
from btc_eval.publish.charts.static import svg


def course() -> pd.DataFrame:
    years = np.arange(2020, 2028)
    ahead = years >= 2024
    far = np.where(ahead, years - 2024, 0)
    frame = pd.DataFrame({"year": years, "observed": np.where(years <= 2024, 700.0, np.nan)})
    frame["later"] = np.where(years == 2025, 690.0, np.nan)
    frame["estimate"] = np.where(ahead, 700.0 - far, np.nan)
    for level, wide in ((50, 10.0), (80, 20.0), (95, 40.0)):
        frame[f"low_{level}"] = np.where(ahead, 700.0 - wide * far, np.nan)
        frame[f"high_{level}"] = np.where(ahead, 700.0 + wide * far, np.nan)
    return frame


def test_bands_are_drawn_from_the_widest_to_the_narrowest_and_named_at_their_ends() -> None:
    panel = publish.fan(axis="Children", later="later").draw(course(), mark="")[0]
    areas = [
        layer["encoding"]["y"]["field"]
        for layer in panel.wide["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "area"
    ]
    assert areas == ["low_95", "low_80", "low_50"]
    text = json.dumps(panel.wide)
    for words in ("19 in 20", "8 in 10", "5 in 10", "Middle path", "Counted", "Counted since"):
        assert words in text, words
    # Each band adds ink to those outside it, so they stand apart without colour.
    shade = [
        layer["mark"]["opacity"]
        for layer in panel.wide["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "area"
    ]
    assert shade == sorted(shade)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_fan_can_be_set_as_a_still_picture(narrow: bool) -> None:
    panel = publish.fan(axis="Children", later="later").draw(course(), mark="Demonstration data")[0]
    picture = svg(panel.narrow if narrow else panel.wide, width=340 if narrow else 720, prefix="a")
    assert "<svg" in picture
    assert "DEMONSTRATION DATA" in picture


def test_a_fan_without_a_path_is_refused() -> None:
    frame = course().assign(estimate=np.nan)
    with pytest.raises(RefusedError, match="no value to draw"):
        publish.fan().draw(frame, mark="")


def test_bars_below_nought_lie_to_the_left_with_their_interval() -> None:
    frame = pd.DataFrame({"part": ["a", "b"], "n": [-30.0, 10.0], "low": [-45.0, 2.0], "high": [-20.0, 19.0]})
    recipe = publish.bars(category="part", value="n", low="low", high="high", form="rate_difference")
    assert recipe.columns == ("part", "n", "low", "high")
    spec = recipe.draw(frame, mark="")[0].wide
    scales = [
        layer["encoding"]["x"]["scale"]["domain"]
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("x", {})
    ]
    assert all(low <= -45.0 and high >= 19.0 for low, high in scales)
    assert scales
    assert "30.0 lower" in json.dumps(spec)


def test_millions_of_pounds_are_said_as_millions_on_the_axis() -> None:
    costs = pd.DataFrame({"part": ["a", "b"], "n": [12_600_000.0, 52_700_000.0]})
    told = svg(
        publish.bars(category="part", value="n", form="pounds").draw(costs, mark="")[0].wide, width=720, prefix="a"
    )
    assert "£20m" in told
    assert "20,000,000" not in told
    few = svg(
        publish.bars(category="part", value="n", form="pounds").draw(costs.assign(n=[1.0, 800.0]), mark="")[0].wide,
        width=720,
        prefix="a",
    )
    assert "£0m" not in few
