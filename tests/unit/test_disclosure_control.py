"""What `disclosure.control` lets through, what it hides, and what it refuses, one below, at and above the line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval import disclosure
from btc_eval.disclosure import Reason, SafeTable
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance

OFFICIAL = Papers(Provenance.OFFICIAL, ("referrals",), "2012-04", "2024-03")
DEMONSTRATION = Papers(Provenance.DEMONSTRATION, ("demonstration",))


def wards(*counts: float) -> pd.DataFrame:
    return pd.DataFrame({"ward": [f"Ward {i}" for i in range(len(counts))], "n": list(counts)})


@pytest.mark.parametrize(
    ("policy", "count", "shown"),
    [
        ("council", 5, None),
        ("council", 6, 5),
        ("council", 7, 5),
        ("council", 8, 10),
        ("council", 0, 0),
        ("open", 9, None),
        ("open", 10, 10),
        ("open", 11, 10),
        ("open", 0, None),
        ("official", 1, 1),
        ("official", 6, 6),
    ],
)
def test_one_below_at_and_above_the_line(policy: str, count: int, shown: int | None) -> None:
    safe = disclosure.control(wards(count, 100), policy, keys=["ward"], counts="n")
    value = safe.frame["n"].iloc[0]
    assert (None if pd.isna(value) else int(value)) == shown
    assert len(safe.suppressed) == (shown is None)


def test_every_hidden_cell_is_listed_with_its_reason() -> None:
    safe = disclosure.control(wards(3, 12, 4), "council", keys=["ward"], counts="n")
    assert safe.suppressed["ward"].tolist() == ["Ward 0", "Ward 2"]
    assert safe.suppressed["reason"].str.len().min() > 10
    assert "n" in safe.blanks


def test_the_callers_frame_is_untouched_and_cannot_reach_the_page() -> None:
    frame = wards(3, 12)
    before = frame.copy()
    safe = disclosure.control(frame, "council", keys=["ward"], counts="n")
    pd.testing.assert_frame_equal(frame, before)
    frame.loc[1, "n"] = 1
    assert safe.frame["n"].iloc[1] == 10


def test_a_safe_table_cannot_be_made_by_hand() -> None:
    with pytest.raises(RefusedError, match=r"disclosure\.control"):
        SafeTable(
            frame=wards(1),
            policy=disclosure.policy("official"),
            keys=("ward",),
            counts=("n",),
            suppressed=pd.DataFrame(),
        )


def test_totals_that_would_give_a_hidden_cell_away_are_guarded() -> None:
    frame = pd.concat([wards(3, 12), pd.DataFrame({"ward": ["Total"], "n": [15]})])
    safe = disclosure.control(frame, "council", keys=["ward"], counts="n", totals="Total")
    assert safe.frame["n"].isna().sum() == 2
    assert safe.suppressed["reason"].tolist()[0] is Reason.PRIMARY
    nothing_hidden = pd.concat([wards(13, 12), pd.DataFrame({"ward": ["Total"], "n": [25]})])
    assert len(disclosure.control(nothing_hidden, "council", keys=["ward"], counts="n", totals="Total").frame) == 3


def test_a_page_does_not_say_which_blank_is_small_and_which_guards_it() -> None:
    frame = pd.concat([wards(3, 12, 40), pd.DataFrame({"ward": ["Total"], "n": [55]})])
    safe = disclosure.control(frame, "council", keys=["ward"], counts="n", totals="Total")
    rows = np.flatnonzero(safe.frame["n"].isna())
    assert len(rows) == 2
    assert len({safe.why("n", row) for row in rows} | {safe.blanks["n"]}) == 1
    assert safe.why("n", 2) is None


def test_totals_are_worked_out_again_from_what_is_shown() -> None:
    """Twice 12 is 24, which by itself would show as 25; beside two figures that show as 10 it shows as 20."""
    rows = {"A": (12, 12), "B": (3, 14), "C": (12, 12), "D": (12, 12)}
    frame = pd.DataFrame(
        [(ward, status, n) for ward, (x, y) in rows.items() for status, n in (("x", x), ("y", y), ("Total", x + y))],
        columns=["ward", "status", "n"],
    )
    safe = disclosure.control(frame, "council", keys=["ward", "status"], counts="n", totals="Total")
    wide = safe.frame.pivot(index="ward", columns="status", values="n")
    assert wide.loc[["A", "C", "D"], "Total"].tolist() == [20, 20, 20]
    assert wide.loc["B"].isna().sum() == 2
    assert "added up" in " ".join(safe.notes)
    official = disclosure.control(frame, "official", keys=["ward", "status"], counts="n", totals="Total")
    assert official.frame["n"].tolist() == frame["n"].tolist()


def test_totals_over_two_keys_at_once_are_found() -> None:
    """Only a grand total, no row or column totals: still a sum, so one small cell is never alone."""
    frame = pd.DataFrame({"w": [*"AABB", "Total"], "s": [*"xyxy", "Total"], "n": [3, 40, 50, 60, 153]})
    safe = disclosure.control(frame, "council", keys=["w", "s"], counts="n", totals="Total")
    assert safe.frame["n"].isna().sum() == 2


def test_totals_that_readers_know_count_although_they_are_not_shown() -> None:
    frame = wards(3, 12, 40)
    alone = disclosure.control(frame, "council", keys=["ward"], counts="n")
    known = disclosure.control(frame, "council", keys=["ward"], counts="n", known_totals=["ward"])
    assert [safe.frame["n"].isna().sum() for safe in (alone, known)] == [1, 2]
    with pytest.raises(RefusedError, match="no pattern of blanks can protect"):
        disclosure.control(wards(1, 2, 0), "council", keys=["ward"], counts="n", known_totals=["ward"])


def test_noughts_by_definition_guard_nothing() -> None:
    frame = wards(3, 0, 30, 33).assign(never=[False, True, False, False])
    frame.loc[3, "ward"] = "Total"
    safe = disclosure.control(frame, "council", keys=["ward"], counts="n", totals="Total", structural="never")
    assert safe.frame["n"].iloc[1] == 0
    assert "never" not in safe.frame.columns
    with pytest.raises(RefusedError, match="not nought"):
        disclosure.control(frame.assign(never=True), "council", keys=["ward"], counts="n", structural="never")


def test_a_count_across_columns_is_a_sum_too() -> None:
    frame = pd.DataFrame({"ward": ["A", "B"], "girls": [3, 30], "boys": [20, 25], "children": [23, 55]})
    call = {"keys": ["ward"], "counts": ["girls", "boys", "children"], "across": {"children": ["girls", "boys"]}}
    safe = disclosure.control(frame, "council", **call)  # type: ignore[arg-type]
    assert safe.frame.iloc[0].isna().sum() == 2
    assert len(safe.suppressed) == 2


def test_a_proof_without_time_refuses_the_table() -> None:
    frame = pd.concat([wards(3, 12), pd.DataFrame({"ward": ["Total"], "n": [15]})])
    with pytest.raises(RefusedError, match="no proof within 0 seconds"):
        disclosure.control(frame, "council", keys=["ward"], counts="n", totals="Total", seconds=0)


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (wards(13, 12, 26), {"totals": "Ward 2"}, "1 totals that are not the sum"),
        (wards(13, 12), {"hierarchies": {"ward": {"Ward 0": "North"}}}, "1 members of the table"),
        (wards(13, 12), {"hierarchies": {"place": {}}}, "no key place"),
        (wards(13, 12), {"hierarchies": {"ward": {"Ward 0": "Ward 1", "Ward 1": "Ward 0"}}}, "above itself"),
        (wards(13, 12).assign(child_id=[1, 2]), {}, "the columns child_id"),
        (wards(13, 12), {"unit": "pair"}, "one row a pair"),
        (wards(13, 12), {"amounts": {"cost": disclosure.Contributions("n", "a", "b")}}, "no column"),
    ],
)
def test_what_cannot_be_protected_is_refused(frame: pd.DataFrame, arguments: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        disclosure.control(frame, "council", keys=["ward"], counts="n", name="wards", **arguments)  # type: ignore[arg-type]
    assert caught.value.refusals[0].file == "wards"
    assert "13" not in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (wards(1, -2), {}, "1 negative"),
        (wards(1, 2.5), {}, "1 not whole"),
        (wards(1, np.nan), {}, "1 empty"),
        (wards(1, np.inf), {}, "1 infinite"),
        (wards(1, 2).assign(n=["one", "2"]), {}, "1 not numbers"),
        (wards(1, 2).assign(ward="Same"), {}, "1 rows whose key stands earlier"),
        (wards(1, 2).assign(ward=[None, "B"]), {}, "1 rows with an empty key"),
        (wards(1, 2), {"keys": ["place"]}, "no column place"),
        (wards(1, 2), {"keys": []}, "no keys named"),
        (wards(1, 2).assign(rate=[1.0, np.nan]), {}, "1 empty cells without a reason"),
    ],
)
def test_bad_tables_are_refused_with_the_place(frame: pd.DataFrame, arguments: dict[str, object], words: str) -> None:
    call = {"keys": ["ward"], "counts": "n"} | arguments
    with pytest.raises(RefusedError, match=words) as caught:
        disclosure.control(frame, "official", name="wards", **call)  # type: ignore[arg-type]
    assert caught.value.refusals[0].file == "wards"
    assert caught.value.refusals[0].do


def test_all_faults_are_told_at_once_and_no_value_with_them() -> None:
    frame = pd.DataFrame({"ward": ["A", "A", None], "n": [-987654, 2.5, 3.0]})
    with pytest.raises(RefusedError) as caught:
        disclosure.control(frame, "council", keys=["ward"], counts="n")
    assert len(caught.value.refusals) == 3
    assert "987654" not in str(caught.value)


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(RefusedError, match="council, official, open"):
        disclosure.control(wards(1), "lenient", keys=["ward"], counts="n")


def test_the_official_policy_is_for_official_statistics_alone() -> None:
    assert disclosure.control(wards(1), "official", keys=["ward"], counts="n", papers=OFFICIAL).papers == OFFICIAL
    with pytest.raises(RefusedError, match="demonstration data under the policy 'official'"):
        disclosure.control(wards(1), "official", keys=["ward"], counts="n", papers=DEMONSTRATION)


def test_a_row_is_found_by_its_key_or_refused() -> None:
    safe = disclosure.control(wards(7, 12), "official", keys=["ward"], counts="n")
    assert safe.row(ward="Ward 1")["n"] == 12
    with pytest.raises(RefusedError, match="0 rows"):
        safe.row(ward="Ward 9")
    with pytest.raises(RefusedError, match="no column district"):
        safe.row(district="x")


def test_joined_papers_take_the_weaker_provenance_and_the_wider_window() -> None:
    both = OFFICIAL.joined(Papers(Provenance.DEMONSTRATION, ("demonstration",), "2021-04", "2025-03"))
    assert both == Papers(Provenance.DEMONSTRATION, ("demonstration", "referrals"), "2012-04", "2025-03")
