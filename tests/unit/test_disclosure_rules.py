"""Each rule one below, at and above its line: classes, denominators, money, quantiles, curves, models, people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from btc_eval import disclosure, locations
from btc_eval.disclosure import Contributions, Reason, SafeTable
from btc_eval.disclosure.policy_file import read
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance

RULES = disclosure.policy("council")
MADE_UP = Papers(Provenance.DEMONSTRATION, ("demonstration",))


def reasons(safe: SafeTable) -> list[Reason]:
    return [Reason(str(reason)) for reason in safe.suppressed["reason"]]


@pytest.mark.parametrize(("group", "told"), [(19, False), (20, True), (21, True)])
def test_all_of_a_small_group_in_one_category_is_not_shown(group: int, told: bool) -> None:
    frame = pd.DataFrame(
        {"ward": ["A"] * 3 + ["B"] * 3, "plan": ["yes", "no", "Total"] * 2, "n": [0, group, group, 30, 40, 70]}
    )
    safe = disclosure.control(frame, "council", keys=["ward", "plan"], counts="n", totals="Total")
    assert (Reason.CLASS in reasons(safe)) is not told
    assert safe.frame["n"].isna().any() != told


@pytest.mark.parametrize(("children", "shown"), [(9, False), (10, True), (11, True)])
def test_a_rate_needs_a_denominator(children: int, shown: bool) -> None:
    frame = pd.DataFrame({"ward": ["A"], "n": [8], "children": [children]})
    safe = disclosure.control(
        frame, "council", keys=["ward"], counts="n", public=["children"], rates={"rate": ("n", "children", 100)}
    )
    assert safe.frame["rate"].notna().iloc[0] == shown
    assert reasons(safe) == ([] if shown else [Reason.DENOMINATOR])


def test_a_rate_is_worked_out_from_what_is_shown_and_hidden_with_its_parts() -> None:
    frame = pd.DataFrame({"ward": ["A", "B"], "n": [12, 3], "children": [1_000, 2_000]})
    safe = disclosure.control(frame, "council", keys=["ward"], counts="n", rates={"rate": ("n", "children", 10_000)})
    assert safe.frame["rate"].iloc[0] == 100
    assert pd.isna(safe.frame["rate"].iloc[1])
    assert Reason.PART_HIDDEN in reasons(safe)


def test_what_a_rate_leaves_of_its_denominator_is_guarded() -> None:
    """38 of 40: the two left over are as small as two that are counted, and both counts may not show."""
    frame = pd.DataFrame({"ward": ["A"], "reviewed": [38], "children": [40]})
    call = {"keys": ["ward"], "counts": ["reviewed", "children"], "rates": {"share": ("reviewed", "children", 100)}}
    safe = disclosure.control(frame, "council", **call)  # type: ignore[arg-type]
    assert safe.frame[["reviewed", "children"]].isna().any(axis=None)
    assert pd.isna(safe.frame["share"].iloc[0])
    safe = disclosure.control(frame.assign(reviewed=34), "council", **call)  # type: ignore[arg-type]
    assert not len(safe.suppressed)


@pytest.mark.parametrize(
    ("number", "largest", "second", "shown"),
    [
        (9, 20.0, 15.0, False),
        (10, 20.0, 15.0, True),
        (20, 60.0, 31.0, False),  # the two largest give 91 of 100
        (20, 59.0, 31.0, True),  # exactly 90
        (20, 80.0, 12.5, False),  # 7.5 left is less than a tenth of 80
        (20, 80.0, 9.0, True),  # 11 left is more
    ],
)
def test_money_from_few_or_mostly_from_two_is_hidden(number: int, largest: float, second: float, shown: bool) -> None:
    frame = pd.DataFrame({"team": ["A"], "cost": [100.0], "children": [number], "first": [largest], "next": [second]})
    by = {"cost": Contributions("children", "first", "next")}
    safe = disclosure.control(frame, "council", keys=["team"], amounts=by)
    assert safe.frame["cost"].notna().iloc[0] == shown
    assert {"first", "next"}.isdisjoint(safe.frame.columns)


def test_sums_of_money_are_guarded_like_counts() -> None:
    frame = pd.DataFrame(
        {"team": ["A", "B", "C", "Total"], "cost": [100.0, 900.0, 800.0, 1_800.0], "children": [20, 90, 80, 190]}
    ).assign(first=[95.0, 30.0, 20.0, 95.0], next=[1.0, 20.0, 20.0, 30.0])
    by = {"cost": Contributions("children", "first", "next")}
    safe = disclosure.control(frame, "council", keys=["team"], totals="Total", amounts=by)
    assert safe.frame["cost"].isna().sum() == 2
    found = disclosure.audit(safe)
    assert (found["lower"] <= 90).any()


@pytest.mark.parametrize(("children", "shown"), [(19, False), (20, True), (21, True)])
def test_a_median_needs_ten_on_each_side(children: int, shown: bool) -> None:
    frame = pd.DataFrame({"team": ["A"], "days": [41.0], "children": [children]})
    call = {"kind": "statistics", "keys": ["team"], "n": "children"}
    safe = disclosure.control_estimates(frame, "council", quantiles={"days": 0.5}, **call)  # type: ignore[arg-type]
    assert safe.frame["days"].notna().iloc[0] == shown
    with pytest.raises(RefusedError, match="lowest or the highest"):
        disclosure.control_estimates(frame, "council", quantiles={"days": 1.0}, **call)  # type: ignore[arg-type]


@pytest.mark.parametrize(("events", "kept"), [(5, [0, 2, 3]), (6, [0, 1, 3]), (7, [0, 1, 3])])
def test_a_curve_moves_in_steps_of_enough_events(events: int, kept: list[int]) -> None:
    frame = pd.DataFrame(
        {"quarter": [0, 1, 2, 3], "estimate": [1.0, 0.9, 0.85, 0.7], "events": [0, events, 3, 9], "followed": 60}
    )
    safe = disclosure.control_estimates(
        frame, "council", kind="curve", keys=["quarter"], time="quarter", events="events", at_risk="followed"
    )
    assert safe.frame["quarter"].tolist() == kept


@pytest.mark.parametrize(("followed", "rows"), [(9, 1), (10, 2), (11, 2)])
def test_a_curve_ends_where_too_few_are_followed(followed: int, rows: int) -> None:
    frame = pd.DataFrame({"quarter": [0, 1], "estimate": [1.0, 0.5], "events": [0, 8], "followed": [30, followed]})
    safe = disclosure.control_estimates(
        frame, "council", kind="curve", keys=["quarter"], time="quarter", events="events", at_risk="followed"
    )
    assert len(safe.frame) == rows


@pytest.mark.parametrize(("df", "released"), [(9, False), (10, True), (11, True)])
def test_a_model_needs_degrees_of_freedom(df: int, released: bool) -> None:
    fit = pd.DataFrame({"term": ["age"], "estimate": [0.9]})
    call = {"kind": "model", "keys": ["term"], "n": 400, "df": df}
    if released:
        assert len(disclosure.control_estimates(fit, "council", **call).frame) == 1  # type: ignore[arg-type]
    else:
        with pytest.raises(RefusedError, match="degrees of freedom"):
            disclosure.control_estimates(fit, "council", **call)  # type: ignore[arg-type]


@pytest.mark.parametrize(("children", "shown"), [(9, False), (10, True), (11, True)])
def test_an_estimate_needs_children_behind_it(children: int, shown: bool) -> None:
    fit = pd.DataFrame({"term": ["age", "first"], "estimate": [0.9, 1.2], "children": [400, children]})
    safe = disclosure.control(fit, "council", keys=["term"], n="children", papers=MADE_UP)
    assert safe.frame["estimate"].notna().tolist() == [True, shown]


def test_estimates_from_records_say_how_many_children_stand_behind_them() -> None:
    fit = pd.DataFrame({"term": ["age"], "estimate": [0.9]})
    with pytest.raises(RefusedError, match="without the children behind them"):
        disclosure.control(fit, "council", keys=["term"], papers=MADE_UP)
    assert len(disclosure.control(fit, "council", keys=["term"], n=400, papers=MADE_UP).frame) == 1
    safe = disclosure.control(fit, "council", keys=["term"], no_people="drawn by a simulation", papers=MADE_UP)
    assert safe.no_people == "drawn by a simulation"
    with pytest.raises(RefusedError, match="fewer children"):
        disclosure.control(fit, "council", keys=["term"], n=9, papers=MADE_UP)


def test_lists_of_people_and_pairs_are_refused() -> None:
    with pytest.raises(RefusedError, match="matched pairs"):
        disclosure.control_estimates(pd.DataFrame({"pair": [1]}), "council", kind="pairs", keys=["pair"])
    people = pd.DataFrame({"row": range(12), "days": range(12)})
    with pytest.raises(RefusedError, match="one row a child"):
        disclosure.control(people, "council", keys=["row"], n=12, papers=MADE_UP)


def test_a_list_of_invented_children_may_show_and_one_from_the_returns_may_not() -> None:
    people = pd.DataFrame({"child": ["Ana", "Ben"], "age": [4, 9]})
    call = {"keys": ["child"], "no_people": "invented children"}
    assert len(disclosure.control(people, "council", papers=MADE_UP, **call).frame) == 2  # type: ignore[arg-type]
    returns = Papers(Provenance.STATUTORY, ("cin_census",))
    with pytest.raises(RefusedError, match="the columns child"):
        disclosure.control(people, "council", papers=returns, **call)  # type: ignore[arg-type]


def _policy_file(tmp_path: Path, change: Callable[[str], str]) -> Path:
    text = (locations.data_folder() / "assumptions" / "disclosure.toml").read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path = tmp_path / "disclosure.toml"
    path.write_text(changed, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("minimum_cell = 6", "minimum_cell = 6\nmaximum_cell = 7", "the key 'maximum_cell'"),
        ("minimum_cell = 6\n", "", "no rule 'minimum_cell'"),
        ("minimum_cell = 6", "minimum_cell = 6.5", "a whole number from 0 to 100"),
        ("minimum_cell = 6", "minimum_cell = true", "a whole number from 0 to 100"),
        ("class_minimum = 20", "class_minimum = -1", "a whole number from 0 to 1000"),
        ('totals = "summed"', 'totals = "guessed"', "summed or rounded"),
        ("zero_may_show = false", 'zero_may_show = "no"', "true or false"),
        ('requires_provenance = ["official"]', 'requires_provenance = ["gossip"]', "a list among"),
        ("protected_high = 6", "protected_high = 4", "ends below the small counts"),
        ('curves = "None are', 'curve = "None are', "no source for curves"),
        ("[open]", "[open", "cannot be read"),
    ],
)
def test_a_fault_of_the_policy_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = _policy_file(tmp_path, lambda text: text.replace(old, new, 1))
    with pytest.raises(RefusedError, match=words) as caught:
        read(path, 0.0)
    line = int(caught.value.refusals[0].place.removeprefix("line "))
    near = path.read_text(encoding="utf-8").splitlines()[line - 1]
    assert near.split(" ")[0] in {new.splitlines()[-1].split(" ")[0] if new else "[council]", "[official.sources]"}


def test_every_policy_is_put_in_words() -> None:
    told, _ = disclosure.policies()
    assert list(told.columns) == ["rule", "official", "council", "open"]
    assert told.notna().all(axis=None)
    assert str(RULES.minimum_cell) in told["council"].tolist()
