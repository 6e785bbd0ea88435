"""Worked examples: how looked-after returns of several years become episodes, periods of care and yearly counts.

Each example is a return small enough to read. The methods chapter shows the same ones.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

HEADINGS = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"


def episodes(folder: Path, **returns: str) -> StatutoryRecords:
    """Read returns drawn as ``child start reason status placement end reason``, one year a keyword (``y2022``)."""
    for year, text in returns.items():
        lines = [HEADINGS]
        for row in text.strip().splitlines():
            child, started, rne, status, place, ended, why = row.split()
            ended, why = ("" if cell == "-" else cell for cell in (ended, why))
            lines.append(f"{child},{started},{rne},{status},N1,{place},PR1,{ended},{why},,CH41 1AA,CH43 2BB,")
        place_of_set = folder / year[1:]
        place_of_set.mkdir()
        (place_of_set / "episodes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return statutory.read(folder)


def ends(records: StatutoryRecords) -> list[tuple[str, str, str, str]]:
    frame = records.table("looked_after_episodes").sort_values(["child_id", "started"])
    return [
        (child, f"{start:%d/%m/%Y}", "open" if pd.isna(end) else f"{end:%d/%m/%Y}", rule)
        for child, start, end, rule in zip(frame["child_id"], frame["started"], frame["ended"], frame["end_rule"])
    ]


def test_a_later_return_replaces_the_same_episode(tmp_path: Path) -> None:
    records = episodes(
        tmp_path,
        y2022="01 10/05/2021 S C1 U6 - -",
        y2023="01 10/05/2021 S C1 U6 15/06/2022 E4A",
    )
    assert ends(records) == [("01", "10/05/2021", "15/06/2022", "")]
    assert records.ledger.set_aside("looked_after_episodes") == {"the same row in a later return": 1}
    assert records.ledger.rules["a"] == 1


def test_rule_1_an_open_episode_ends_when_the_next_starts(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="01 10/10/2022 P C1 K2 - -")
    assert ends(records) == [("01", "10/05/2021", "10/10/2022", "1"), ("01", "10/10/2022", "open", "")]
    reasons = records.table("looked_after_episodes").sort_values("started")["end_reason"]
    assert reasons.iloc[0] == "new episode began the same day"
    assert records.ledger.rules["1"] == 1


def test_rule_1a_a_new_period_of_care_ends_the_old_one_by_31_march(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="01 10/10/2022 S C1 K2 - -")
    assert ends(records)[0] == ("01", "10/05/2021", "31/03/2022", "1A")
    assert len(statutory.periods_of_care(records)) == 2


def test_rule_1a_or_on_the_day_before_if_that_is_earlier(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="01 10/02/2022 S C2 K2 - -")
    assert ends(records)[0] == ("01", "10/05/2021", "09/02/2022", "1A")


def test_rule_2_without_a_next_episode_it_ends_on_31_march(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="02 10/10/2022 S C1 K2 - -")
    assert ends(records)[0] == ("01", "10/05/2021", "31/03/2022", "2")
    assert len(statutory.looked_after_on(records, "2022-03-31")) == 1, "the return said it was open on that day"
    assert len(statutory.looked_after_on(records, "2022-04-01")) == 0
    assert len(statutory.looked_after_on(records, "2022-04-01", assumed_ends=False)) == 1


def test_rule_3_a_corrected_start_date_sets_the_open_row_aside(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="01 12/05/2021 S C1 U6 - -")
    assert ends(records) == [("01", "12/05/2021", "open", "")]
    assert records.ledger.set_aside("looked_after_episodes") == {"rule 3: the same episode with another start date": 1}


def test_rule_3a_an_earlier_episode_from_a_later_return_replaces_the_open_row(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="01 01/05/2021 S V2 K2 15/06/2022 E4A")
    assert ends(records) == [("01", "01/05/2021", "15/06/2022", "")]
    assert records.ledger.rules["3A"] == 1


def test_rule_4_an_episode_is_cut_where_a_later_return_starts_the_next(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 20/03/2022 X1", y2023="01 01/03/2022 L C2 U6 - -")
    assert ends(records)[0] == ("01", "10/05/2021", "01/03/2022", "4")


def test_rule_5_a_gap_after_the_same_day_is_closed(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 20/03/2022 X1", y2023="01 05/04/2022 L C2 U6 - -")
    assert ends(records)[0] == ("01", "10/05/2021", "05/04/2022", "5")


def test_the_last_return_keeps_its_open_episodes_open(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2023="01 10/05/2022 S C1 U6 - -")
    assert ends(records) == [("01", "10/05/2022", "open", "")]
    assert set(records.ledger.rules.values()) == {0}


def test_without_rules_open_episodes_stay_open(tmp_path: Path) -> None:
    episodes(tmp_path, y2022="01 10/05/2021 S C1 U6 - -", y2023="02 10/10/2022 S C1 K2 - -")
    plain = statutory.read(tmp_path, care_rules="none")
    assert ends(plain)[0] == ("01", "10/05/2021", "open", "")


def test_a_period_of_care_chains_episodes_and_breaks_at_a_gap(tmp_path: Path) -> None:
    records = episodes(
        tmp_path,
        y2023="""
            01 10/05/2022 S C1 U6 01/06/2022 X1
            01 01/06/2022 P C1 K2 20/06/2022 X1
            01 20/06/2022 L C2 K2 01/08/2022 E4A
            01 01/09/2022 S V2 U6 - -
            02 01/07/2022 S C1 U6 05/07/2022 X1
            02 05/07/2022 S C2 U6 - -
        """,
    )
    periods = statutory.periods_of_care(records)
    drawn = list(
        zip(periods["child_id"], periods["period"], periods["episodes"], periods["started"].dt.strftime("%d/%m"))
    )
    assert drawn == [("01", 1, 3, "10/05"), ("01", 2, 1, "01/09"), ("02", 1, 1, "01/07"), ("02", 2, 1, "05/07")]
    assert periods["end_reason"].astype("str").tolist()[0] == "returned home, planned"
    assert periods["ended"].isna().tolist() == [False, True, False, True]


def test_short_breaks_are_outside_every_count(tmp_path: Path) -> None:
    records = episodes(tmp_path, y2023="01 10/05/2022 S V4 R1 - -\n02 10/05/2022 S V2 U6 - -")
    assert statutory.looked_after_on(records, "2023-03-31")["child_id"].tolist() == ["02"]
    assert len(statutory.looked_after_on(records, "2023-03-31", short_breaks=True)) == 2
    assert len(statutory.periods_of_care(records)) == 1


@pytest.mark.parametrize(
    ("day", "children"), [("2022-05-09", 0), ("2022-05-10", 1), ("2022-07-31", 1), ("2022-08-01", 0)]
)
def test_the_day_an_episode_starts_counts_and_the_day_it_ends_does_not(tmp_path: Path, day: str, children: int) -> None:
    records = episodes(tmp_path, y2023="01 10/05/2022 S C1 U6 01/08/2022 E4A")
    assert len(statutory.looked_after_on(records, day)) == children


def test_a_child_counts_once_a_year_in_starts_and_ceases(tmp_path: Path) -> None:
    records = episodes(
        tmp_path,
        y2023="""
            01 10/05/2022 S C1 U6 01/08/2022 E4A
            01 01/09/2022 S V2 U6 01/12/2022 E4A
            02 01/04/2022 S C2 U6 - -
            03 31/03/2023 S C1 U6 - -
        """,
    )
    counts = statutory.care_by_year(records).iloc[0]
    assert counts.to_dict() == {
        "year": 2023, "children_at_31_march": 2, "children_started": 3, "children_ceased": 1,
    }  # fmt: skip


def test_the_hand_made_years_together() -> None:
    """The committed returns of 2022 and 2023: rules a, 1, 1A, 2 and 3, each met once or twice."""
    records = statutory.read(Path(__file__).resolve().parents[1] / "data" / "statutory" / "care")
    assert {rule: n for rule, n in records.ledger.rules.items() if n} == {"a": 5, "3": 1, "1": 1, "1A": 1, "2": 2}
    assert statutory.care_by_year(records).to_dict("list") == {
        "year": [2022, 2023],
        "children_at_31_march": [5, 3],
        "children_started": [5, 1],
        "children_ceased": [2, 1],
    }
