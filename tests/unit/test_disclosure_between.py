"""What two tables give away together: editions, geographies, filters, rates, rounded totals; and linked tables."""

from __future__ import annotations

import pandas as pd
import pytest

from btc_eval import disclosure
from btc_eval.disclosure import Leak, SafeTable
from btc_eval.errors import RefusedError

WARDS = pd.DataFrame({"ward": ["A", "B", "C"], "year": 2024, "n": [12, 3, 31]})


def official(frame: pd.DataFrame, name: str, **options: object) -> SafeTable:
    """Released as published, unrounded: what an attacker would like best."""
    return disclosure.control(frame, "official", keys=["ward", "year"], counts="n", name=name, **options)  # type: ignore[arg-type]


def council(frame: pd.DataFrame, name: str, **options: object) -> SafeTable:
    return disclosure.control(frame, "council", keys=["ward", "year"], counts="n", name=name, **options)  # type: ignore[arg-type]


def leaks(*tables: SafeTable, **options: bool) -> list[Leak]:
    return [finding.leak for finding in disclosure.compare(tables[0], tables[1], **options)]


def test_a_cell_hidden_now_that_an_earlier_edition_showed_is_found_and_the_reverse() -> None:
    then, now = council(WARDS.assign(n=[12, 8, 31]), "2023"), council(WARDS, "2024")
    found = disclosure.compare(then, now, revised=True)
    assert [finding.leak for finding in found] == [Leak.SHOWN]
    assert found[0].tables == ("2023", "2024")
    assert found[0].keys == ((("ward", "B"), ("year", 2024)),)
    assert leaks(now, then, revised=True) == [Leak.SHOWN]


def test_tables_that_hide_the_same_are_safe_beside_each_other() -> None:
    assert leaks(council(WARDS, "one"), council(WARDS.assign(n=[14, 4, 33]), "two"), revised=True) == []


def test_a_total_published_elsewhere_gives_a_hidden_cell_away() -> None:
    """Each table is safe alone: the first has no total, the second no wards. Unrounded, subtraction does the rest."""
    hidden = official(WARDS.assign(n=[12, None, 31]), "wards", blanks={"n": "suppressed by the publisher"})
    total = disclosure.control(
        pd.DataFrame({"year": [2024], "n": [46]}), "official", keys=["year"], counts="n", name="council"
    )
    found = disclosure.compare(hidden, total)
    assert [finding.leak for finding in found] == [Leak.NARROWED]
    assert "46" not in str(found[0])
    assert "3" not in str(found[0]).replace("cell", "")
    assert disclosure.compare(hidden, hidden) == []


def test_rounding_blurs_the_same_total_enough() -> None:
    wide = pd.DataFrame({"ward": [f"w{i}" for i in range(9)], "year": 2024, "n": [3, *range(31, 39)]})
    total = pd.DataFrame({"year": [2024], "n": [int(wide["n"].sum())]})
    released = disclosure.control(total, "council", keys=["year"], counts="n", name="council")
    assert leaks(council(wide, "wards"), released) == []


def test_two_geographies_of_the_same_children() -> None:
    """Wards and localities, each safe alone: linked they are protected together."""
    wards = pd.DataFrame({"ward": ["A", "B", "C", "D"], "status": "plan", "n": [30, 3, 40, 50]})
    everyone = pd.DataFrame({"status": ["plan"], "n": [123]})
    alone = [
        disclosure.control(f, keys=k, counts="n") for f, k in ((wards, ["ward", "status"]), (everyone, ["status"]))
    ]
    assert [len(safe.suppressed) for safe in alone] == [1, 0]
    keys = {"wards": ["ward", "status"], "all": ["status"]}
    safe = disclosure.control_linked({"wards": wards, "all": everyone}, keys=keys, counts="n")
    assert sum(len(table.suppressed) for table in safe.values()) == 2


def test_a_filter_and_its_complement() -> None:
    """38 of 40 had a plan: the two without one follow by subtraction, and are guarded or found."""
    all_of = pd.DataFrame({"ward": ["A", "B"], "n": [40, 90]})
    plans = pd.DataFrame({"ward": ["A", "B"], "plan": "yes", "n": [38, 50]})
    keys = {"all": ["ward"], "plans": ["ward", "plan"]}
    safe = disclosure.control_linked({"all": all_of, "plans": plans}, keys=keys, counts="n")
    assert sum(table.frame["n"].isna().sum() for table in safe.values()) >= 1
    one, two = (
        disclosure.control(frame, "official", keys=keys[name], counts="n", name=name)
        for name, frame in (("all", all_of), ("plans", plans))
    )
    assert Leak.REST not in leaks(one, two)  # the official policy has no smallest count
    council_rules = [
        disclosure.control(f, "council", keys=keys[n], counts="n", name=n)
        for n, f in (("all", all_of), ("plans", plans))
    ]
    assert leaks(*council_rules) == []  # both show as 40: rounding leaves nought to five, not a small number for sure


def test_a_complement_that_rounding_does_not_blur_is_found() -> None:
    """Under "open" 40 and 35 leave from one to nine, and fewer than ten may not show."""
    all_of = pd.DataFrame({"ward": ["A"], "n": [41]})
    plans = pd.DataFrame({"ward": ["A"], "plan": "yes", "n": [34]})
    one = disclosure.control(all_of, "open", keys=["ward"], counts="n", name="all")
    two = disclosure.control(plans, "open", keys=["ward", "plan"], counts="n", name="plans")
    assert leaks(one, two) == [Leak.REST]


def test_figures_that_moved_by_a_few_children_are_found_where_nothing_blurs_them() -> None:
    then, now = official(WARDS, "2023"), official(WARDS.assign(n=[13, 3, 31]), "2024")
    assert leaks(then, now, revised=True) == []  # published figures of councils, without a smallest count
    then, now = council(WARDS, "2023"), council(WARDS.assign(n=[13, 3, 31]), "2024")
    assert leaks(then, now, revised=True) == []  # 12 shows as 10 and 13 as 15: a step of five


def test_linked_tables_show_a_shared_cell_in_all_or_in_none() -> None:
    by_age = pd.DataFrame({"ward": list("AABB"), "age": ["0-9", "10-17"] * 2, "n": [40, 9, 31, 12]})
    by_plan = pd.DataFrame({"ward": list("AABB"), "plan": ["yes", "no"] * 2, "n": [3, 46, 15, 28]})
    keys = {"age": ["ward", "age"], "plan": ["ward", "plan"]}
    assert len(disclosure.control(by_age, "council", keys=keys["age"], counts="n").suppressed) == 0
    safe = disclosure.control_linked({"age": by_age, "plan": by_plan}, keys=keys, counts="n")
    assert sum(len(table.suppressed) for table in safe.values()) == 2
    with pytest.raises(RefusedError, match="keys for age"):
        disclosure.control_linked({"age": by_age, "plan": by_plan}, keys={"age": ["ward", "age"]}, counts="n")


def test_a_shared_cell_that_differs_between_linked_tables_is_refused() -> None:
    one = pd.DataFrame({"ward": ["A", "Total"], "n": [40, 40]})
    two = pd.DataFrame({"ward": ["A", "Total"], "n": [41, 41]})
    with pytest.raises(RefusedError, match="2 cells that differ"):
        disclosure.control_linked({"one": one, "two": two}, keys={"one": ["ward"], "two": ["ward"]}, counts="n")
