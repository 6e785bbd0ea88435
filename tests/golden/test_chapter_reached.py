"""Figures of the two pages on the register, worked out again from the extract's own files by another way."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg

from btc_eval import cohort, disclosure, measures
from btc_eval.records.statutory import StatutoryRecords

pytestmark = pytest.mark.slow
LEAST = 6
AGAIN = "Referred again"


@pytest.fixture(scope="module")
def extract() -> StatutoryRecords:
    return measures.returns()


@pytest.fixture(scope="module")
def reach(extract: StatutoryRecords) -> measures.Reach:
    return measures.reach(extract)


@pytest.fixture(scope="module")
def followed(extract: StatutoryRecords) -> measures.ReportCohorts:
    return measures.report_cohorts(extract)


@pytest.fixture(scope="module")
def found(followed: measures.ReportCohorts) -> cohort.Several:
    return cohort.compare_each(followed.followed(), covariates=measures.COMPARED_ON)


def in_the_year(first: str, last: str) -> dict[str, set[str]]:
    """Project → children on the register in the year, from the files alone."""
    place = measures.demonstration()
    with (place / "ssd_family.csv").open(encoding="utf-8") as file:
        members: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            members.setdefault(row["fami_family_id"], set()).add(row["fami_person_id"])
    reached: dict[str, set[str]] = {}
    with (place / "programme_register.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["start"] <= last and (not row["end"] or row["end"] >= first):
                who = members.get(row["id"], set()) if row["id_kind"] == "family" else {row["id"]}
                reached.setdefault(row["project"], set()).update(who)
    return reached


def test_the_register_is_counted_as_its_file_says(reach: measures.Reach) -> None:
    reached = in_the_year("2024-04-01", "2025-03-31")
    everyone = set().union(*reached.values())
    total = reach.total().iloc[0]
    assert (total["year"], total["registered"]) == (2025, len(everyone))
    ours = sorted(reach.by_project(least=LEAST)["registered"])
    assert ours == sorted(len(children) for children in reached.values())
    assert set(reach.children.loc[reach.children["reached"], "child_id"]) <= everyone


def test_children_in_need_are_those_whose_case_was_open_after_an_assessment(
    extract: StatutoryRecords, reach: measures.Reach
) -> None:
    keys = ["child_id", "referred"]
    cases = extract.table("cin_episodes").drop_duplicates(keys)
    begun = pd.concat(
        [
            extract.table("cin_assessments")[[*keys, "authorised"]].rename(columns={"authorised": "day"}),
            extract.table("cin_plans")[[*keys, "started"]].rename(columns={"started": "day"}),
        ]
    )
    cases = cases.merge(begun.groupby(keys)["day"].min().reset_index(), how="inner").dropna(subset=["day"])
    acted = ~cases["no_further_action"].fillna(False).astype(bool)
    open_after = cases["closed"].isna() | (cases["closed"] > cases["day"])
    in_year = (cases["day"] <= "2025-03-31") & (cases["closed"].isna() | (cases["closed"] > "2024-04-01"))
    assert set(cases.loc[acted & open_after & in_year, "child_id"]) == set(reach.children["child_id"])


def test_every_grouping_adds_up_and_holds_nothing_small(reach: measures.Reach) -> None:
    table = reach.by(*measures.GROUP_WORDS, least=LEAST)
    total = reach.total().iloc[0]
    sums = table.groupby("by")[["in_need", "reached"]].sum()
    assert (sums["in_need"] == total["in_need"]).all()
    assert (sums["reached"] == total["reached"]).all()
    for part in (table["reached"], table["in_need"] - table["reached"]):
        assert ((part == 0) | (part >= LEAST)).all()
    released = disclosure.control(table, "council", keys=["by", "group"], counts=["in_need", "reached"])
    assert released.suppressed.empty


def test_the_difference_of_the_answer_is_that_of_statsmodels(found: cohort.Several) -> None:
    frame = found.cohorts[AGAIN].frame
    covariates = frame[[*found.cohorts[AGAIN].covariates]]
    design = sm.add_constant(pd.get_dummies(covariates, dtype=float, drop_first=True).astype(float))
    fit = sm.GLM(frame["exposed"], design, family=sm.families.Binomial()).fit()
    weight = np.where(frame["exposed"] == 1, 1 / fit.fittedvalues, 1 / (1 - fit.fittedvalues))
    share = [
        np.average(frame["happened"][frame["exposed"] == k], weights=weight[frame["exposed"] == k]) for k in (0, 1)
    ]
    told = found.tidy().set_index(["outcome", "analysis"]).loc[(AGAIN, "made alike")]
    assert told["difference"] == pytest.approx(100 * (share[1] - share[0]), abs=0.006)  # told to two places
    assert told["ratio"] == pytest.approx(share[1] / share[0], abs=6e-5)


def test_no_outcome_is_asked_of_a_child_who_could_not_be_followed_for_a_year(found: cohort.Several) -> None:
    for outcome, frame in found.followed.items():
        assert (frame["index"] + pd.DateOffset(years=1) <= pd.Timestamp("2025-03-31")).all(), outcome
        assert frame["duration"].max() <= 366, outcome


def test_the_curve_is_the_share_by_hand(followed: measures.ReportCohorts) -> None:
    frame = followed.referred.follow_up("care")
    curves = cohort.cumulative_incidence(
        frame.astype({"exposed": int}), duration="duration", event="event", group="exposed", cluster="family"
    )
    steps = cohort.coarse(curves, months=range(0, 43, 3), step=LEAST, at_risk=2 * LEAST, names={1: "on", 0: "off"})
    for name, arm in (("on", True), ("off", False)):
        own = frame[frame["exposed"] == arm]
        free, had, course = 1.0, 0.0, {0: 0.0}
        for day in range(1, int(own["duration"].max()) + 1):
            followed_still = int((own["duration"] >= day).sum())
            today = own["event"][own["duration"] == day]
            had += free * int((today == 1).sum()) / followed_still
            free *= 1 - int((today > 0).sum()) / followed_still
            course[day] = had
        for row in steps[steps["group"] == name].to_dict("records"):
            day = round(row["month"] * 365.25 / 12)
            assert row["estimate"] == pytest.approx(course[day], abs=6e-5)  # told to four places


def test_the_effect_that_was_built_in_is_found_as_statsmodels_finds_it(extract: StatutoryRecords) -> None:
    made = measures.made_up(extract)
    parts = measures.cohort(made, measures.report_rule("from plan to care", made)).follow_up("care_from_plan")
    true = measures.built_in("from protection plan to care")
    table = cohort.hazard_ratios({"care": parts}, built_in={"care": true}).set_index("analysis")
    told = table.loc["within age bands"]
    # Half a day earlier, so that one who enters on the day of an event is not counted as at risk of it.
    other = PHReg(
        parts["duration"], parts[["exposed"]].astype(float), status=(parts["event"] == 1).astype(int),
        entry=parts["entry"] + 0.5, strata=parts["age_band"].astype(str), ties="efron",
    ).fit()  # fmt: skip
    assert told["estimate"] == pytest.approx(float(np.exp(other.params[0])), abs=6e-5)
    assert true == 0.6
    assert told["holds"]
    assert told["conf_high"] < 1  # narrow enough to say something
