"""The flow diagram: every step is drawn, nothing lies over a number, and no box is crossed, whatever the counts."""

from __future__ import annotations

import itertools
import json
import re
import types

import numpy as np
import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.charts import style
from btc_eval.publish.charts.flow_layout import BOX, COLUMN, Step, narrow_rows, staircase
from btc_eval.publish.charts.static import svg

STATES = ("contact", "referral", "assessment", "child in need", "protection plan", "looked after", "closed")
Area = tuple[float, float, float, float]  # left, right, top, bottom
#: The narrowest page with the wide drawing, as a share of the width that the layout is planned for.
SQUEEZED = style.NARROW_BELOW / (COLUMN * len(STATES))
#: The widest a digit is set in the fonts of the page, in pixels: 0.5563 em in Arial, 0.5508 em in Roboto.
DIGIT, COMMA = 0.5563 * 12.5, 0.278 * 12.5


def drawn(seed: int) -> tuple[list[str], list[Step]]:
    """Steps as a front door may have them: a few or all that can be, from one child to tens of thousands."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a, b in itertools.permutations(STATES, 2) if a != "closed" and b != "contact"]
    chosen = [pair for pair in pairs if rng.uniform() < (0.3, 0.6, 1.0)[seed % 3]] or pairs[:1]
    return [*STATES], [Step(a, b, float(int(10 ** rng.uniform(0.7, 4.7)))) for a, b in chosen]


def squeezed(area: Area, share: float) -> Area:
    return area[0] * share, area[1] * share, area[2], area[3]


def meet(a: Area, b: Area) -> bool:
    slack = 0.01
    return a[0] < b[1] - slack and b[0] < a[1] - slack and a[2] < b[3] - slack and b[2] < a[3] - slack


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("share", [SQUEEZED, 1.0, 1.35])
def test_numbers_lie_over_nothing_and_no_box_is_crossed(seed: int, share: float) -> None:
    names, steps = drawn(seed)
    boxes, arrows, height = staircase(names, steps)
    assert {arrow.step for arrow in arrows} == set(steps)
    numbers, legs = [], []
    for arrow in arrows:
        wide = sum(COMMA if mark == "," else DIGIT for mark in arrow.said)
        at = arrow.label_x * share
        left, right = (at, at + wide) if arrow.back else (at - wide, at)
        numbers.append((left, right, arrow.label_y - 6.0, arrow.label_y + 6.0))  # digits have no descenders
        half, (across, along) = arrow.width / 2, arrow.legs
        legs.append((arrow, squeezed(across, share), (arrow.x * share - half, arrow.x * share + half, *along[2:])))
    cards = {box.name: (box.x * share, (box.x + BOX) * share, box.y, box.y + box.height) for box in boxes}
    for a, b in itertools.combinations([*numbers, *cards.values()], 2):
        assert not meet(a, b)
    for number in numbers:
        for arrow, across, along in legs:
            assert not meet(number, across), arrow.step
            assert not meet(number, along), arrow.step
    for arrow, across, along in legs:
        for name, card in cards.items():
            assert not meet(across, card), (arrow.step, name)
            assert not meet(along, card), (arrow.step, name)
    for (a, a_across, a_along), (b, b_across, b_along) in itertools.combinations(legs, 2):
        assert not meet(a_across, b_across), (a.step, b.step)  # arrows cross at right angles only, never side on side
        assert not meet(a_along, b_along), (a.step, b.step)
        together = a.back == b.back and (a.step.source == b.step.source or a.step.target == b.step.target)
        if together:  # out of one box, or into one, they do not cross at all
            assert not meet(a_across, b_along), (a.step, b.step)
            assert not meet(a_along, b_across), (a.step, b.step)
    inside = [*cards.values(), *numbers]
    assert min(area[2] for area in inside) >= 0
    assert max(area[3] for area in inside) <= height


@pytest.mark.parametrize("seed", range(6))
def test_width_carries_the_count(seed: int) -> None:
    names, steps = drawn(seed)
    _, arrows, _ = staircase(names, steps)
    thinnest = min(arrow.width for arrow in arrows)
    some = [arrow for arrow in arrows if arrow.width > thinnest]
    ratios = [arrow.width / arrow.step.count for arrow in some]
    assert ratios == pytest.approx([ratios[0]] * len(ratios) if ratios else [])
    order = sorted(arrows, key=lambda arrow: arrow.step.count)
    assert [a.width for a in order] == sorted(a.width for a in order)


@pytest.mark.parametrize("seed", range(6))
def test_the_list_has_every_step_under_its_state(seed: int) -> None:
    names, steps = drawn(seed)
    heads, lines, height = narrow_rows(names, steps)
    assert {line.step for line in lines} == set(steps)
    places = sorted(row.y for row in [*heads, *lines])
    assert min(b - a for a, b in itertools.pairwise(places)) >= 20
    assert places[-1] + 12 <= height
    for line in lines:
        above = max((head for head in heads if head.y < line.y), key=lambda head: head.y)
        assert above.name == f"From {line.step.source}"
        onwards = names.index(line.step.target) > names.index(line.step.source)
        assert line.verb == ("to" if onwards else "back to")


def table() -> pd.DataFrame:
    rows = [
        ("contact", "referral", 21833), ("contact", "closed", 31301), ("referral", "assessment", 20612),
        ("assessment", "protection plan", 740), ("protection plan", "looked after", 516),
        ("protection plan", "assessment", 3), ("looked after", "closed", 906),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["from_state", "to_state", "n"])


RECIPE = publish.flow(source="from_state", target="to_state", value="n", order=STATES, ends=["closed"])


def test_a_count_that_is_hidden_is_not_drawn_and_not_in_the_page() -> None:
    papers = Papers(Provenance.DEMONSTRATION, ("children in need census",))
    safe = disclosure.control(table(), "council", keys=["from_state", "to_state"], counts="n", papers=papers)
    panel = RECIPE.draw(safe.only([*RECIPE.columns]), mark="Demonstration data, not about Wirral")[0]
    for spec in (panel.wide, panel.narrow):
        text = json.dumps(spec)
        said = set(re.findall(r'"said": "([\d,]+)"', text))
        assert said == {"21,835", "31,300", "20,610", "740", "515", "905"}
        assert "DEMONSTRATION DATA" in text
    assert "child in need" not in json.dumps(panel.wide)  # a state without a step has no box


@pytest.mark.parametrize("narrow", [False, True])
def test_it_is_set_as_a_still_picture_in_colours_that_the_page_can_change(narrow: bool) -> None:
    panel = RECIPE.draw(table(), mark="")[0]
    picture = svg(panel.narrow if narrow else panel.wide, width=340 if narrow else 720, prefix="a")
    assert "31,301" in picture
    # Every colour is a variable with its fallback, so that the dark page and the printed one can lighten it.
    plain = re.findall(r'(?:fill|stroke)="(#[0-9a-fA-F]{3,6})"', picture)
    assert plain == []


def test_a_watermark_does_not_make_the_narrow_list_narrower() -> None:
    """A line of text wider than the plot once squeezed everything else into a sixth of the page."""
    marked, bare = (
        svg(RECIPE.draw(table(), mark=mark)[0].narrow, width=300, prefix="a")
        for mark in ("Demonstration data, not about Wirral", "")
    )

    def reach(picture: str) -> float:
        boxes = re.findall(r"M(-?[\d.]+),(-?[\d.]+)h(-?[\d.]+)", picture)
        return max((float(wide) for _, _, wide in boxes), default=0.0)

    assert reach(bare) > 250
    assert reach(marked) > 0.9 * reach(bare)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(RefusedError, match="no value to draw"):
        RECIPE.draw(table().assign(n=np.nan), mark="")
    with pytest.raises(RefusedError, match="states it does not name: contact"):
        publish.flow(source="from_state", target="to_state", value="n", order=STATES[1:]).draw(table(), mark="")
    with pytest.raises(RefusedError, match="1 steps that stand twice"):
        RECIPE.draw(pd.concat([table(), table().head(1)]), mark="")
    with pytest.raises(RefusedError, match="1 steps from a state to itself"):
        RECIPE.draw(table().replace({"to_state": {"referral": "contact"}}), mark="")
    many = pd.DataFrame({"from_state": list("abcdefgh"), "to_state": list("bcdefghi"), "n": 10})
    with pytest.raises(RefusedError, match="9 states"):
        publish.flow(source="from_state", target="to_state", value="n").draw(many, mark="")


def test_no_name_of_the_package_is_hidden_by_a_module() -> None:
    """A module named as a recipe takes its place in the package as soon as it is imported."""
    assert [name for name in publish.__all__ if isinstance(getattr(publish, name), types.ModuleType)] == []
    assert publish.flow.__name__ == "Flow"
