"""Covariates made fit, several outcomes in one table, the steps of a curve that may be shown, flows that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg

from btc_eval import cohort
from btc_eval.errors import RefusedError, UsageError


def people(n: int = 600, seed: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    poor = rng.random(n) < 0.4
    exposed = rng.random(n) < np.where(poor, 0.5, 0.25)
    event = (rng.random(n) < np.where(poor, 0.3, 0.15)).astype(int)
    kind = rng.choice(["a", "b", "c", "d"], n, p=[0.5, 0.44, 0.04, 0.02])
    return pd.DataFrame(
        {
            "id": np.arange(n), "family": np.arange(n) // 2, "poor": poor, "exposed": exposed, "kind": kind,
            "event": event, "age": rng.integers(0, 18, n).astype(float), "age_band": rng.choice(["young", "old"], n),
            "duration": rng.integers(1, 900, n), "entry": 0,
        }
    )  # fmt: skip


def test_rare_levels_are_joined_until_none_is_rare_and_the_caller_keeps_the_frame() -> None:
    frame = people()
    before = frame.copy(deep=True)
    found = cohort.comparable(frame, treatment="exposed", covariates=["kind", "poor", "age"], minimum=10)
    pd.testing.assert_frame_equal(frame, before)
    counts = found.frame.groupby(["exposed", "kind"], observed=True).size().unstack()
    assert counts.min().min() >= 10
    assert counts.columns.tolist() == ["a", "b", "c or d"]
    assert found.changes.values.tolist() == [["kind", "c or d", "joined: c, d"]]
    assert found.covariates == ("kind", "poor", "age")


def test_blanks_have_a_place_and_what_does_not_vary_is_left_out_and_told() -> None:
    frame = people().astype({"poor": "boolean"})
    frame.loc[:39, "poor"] = pd.NA
    frame.loc[frame.index % 10 == 0, "age"] = np.nan
    found = cohort.comparable(frame.assign(same=1.0), treatment="exposed", covariates=["poor", "age", "same"])
    assert found.covariates == ("poor", "age", "age_not_known")
    assert found.frame["poor"].cat.categories.tolist() == ["no", "yes", "not known"]
    known = frame["age"].notna()
    assert found.frame.loc[~known, "age"].eq(frame["age"].mean()).all()
    assert found.changes["what"].tolist() == ["blanks have the mean", "left out: it does not vary in both arms"]


def test_the_plain_and_the_fair_difference_are_those_of_statsmodels() -> None:
    frame = people()
    found = cohort.compare_each({"care": frame}, covariates=["poor", "kind", "age"])
    table = found.tidy().set_index("analysis")
    arms = frame.groupby("exposed")["event"]
    assert table.loc["as counted", ["treated", "control", "treated_events", "control_events"]].tolist() == [
        arms.size()[True], arms.size()[False], arms.sum()[True], arms.sum()[False],
    ]  # fmt: skip
    plain = sm.OLS(frame["event"], sm.add_constant(frame["exposed"].astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": frame["family"], "use_correction": True}
    )
    # Percentage points are told to two places; the two small-sample factors differ by less than that.
    assert table.loc["as counted", "difference"] == pytest.approx(100 * plain.params["exposed"], abs=0.006)
    low, high = plain.conf_int().loc["exposed"]
    told = table.loc["as counted", ["difference_low", "difference_high"]].tolist()
    assert told == pytest.approx([100 * low, 100 * high], abs=0.05)
    kinds = pd.get_dummies(frame["kind"].replace({"d": "c"}), dtype=float).drop(columns="a")
    design = sm.add_constant(kinds.assign(poor=frame["poor"].astype(float), age=frame["age"]))
    chance = sm.Logit(frame["exposed"].astype(float), design).fit(disp=0).predict()
    weight = np.where(frame["exposed"], 1 / chance, 1 / (1 - chance))
    means = [np.average(frame["event"][arm], weights=weight[arm]) for arm in (frame["exposed"], ~frame["exposed"])]
    assert table.loc["made alike", "difference"] == pytest.approx(100 * (means[0] - means[1]), abs=0.006)
    assert table.loc["made alike", "ratio"] == pytest.approx(means[0] / means[1], abs=6e-5)


def test_p_values_allow_for_all_outcomes_and_small_ones_are_left_out_on_request() -> None:
    one, two = people(seed=1), people(seed=2)
    rare = one.assign(event=0)
    rare.loc[one.index[one["exposed"]][:3], "event"] = 1
    rare.loc[one.index[~one["exposed"]][:40], "event"] = 1
    found = cohort.compare_each({"one": one, "two": two, "rare": rare}, covariates=["poor"])
    table = found.tidy()
    part = table[table["analysis"] == "as counted"].sort_values("p_value")
    by_hand = np.minimum(np.maximum.accumulate(part["p_value"].to_numpy() * [3, 2, 1]), 1.0)
    assert part["p_adjusted"].to_numpy() == pytest.approx(by_hand)
    assert found.tidy(least=6)["outcome"].unique().tolist() == ["one", "two"]
    kept = table[table["outcome"] != "rare"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.tidy(least=6), kept)


def test_an_outcome_without_two_groups_is_named_and_none_at_all_refused() -> None:
    frame = people()
    few = pd.concat([frame[~frame["exposed"]], frame[frame["exposed"]].head(4)])
    found = cohort.compare_each({"fine": frame, "few": few}, covariates=["poor"])
    assert found.left_out.values.tolist() == [["few", "fewer than 10 children in an arm"]]
    with pytest.raises(UsageError, match="no outcome can be compared"):
        cohort.compare_each({"few": few}, covariates=["poor"])


def test_balance_overlap_and_bias_are_told_in_words_and_rounded() -> None:
    found = cohort.compare_each({"care": people()}, covariates=["poor", "kind"])
    love = found.love("care", most=3, names={"kind": "Kind"})
    assert len(love) == 6
    assert {"Chance of being reached", "poor"} <= set(love["term"])
    assert set(love["term"]) <= {"Chance of being reached", "poor", "Kind: a", "Kind: b", "Kind: c or d"}
    overlap = found.overlap("care")
    assert overlap[["treated", "control"]].sum(axis=1).tolist() == [120] * 5
    bias = found.bias("care")
    assert (bias["prevalence_treated"] != bias["prevalence_control"]).all()
    row = bias.iloc[0]
    factor = (1 + row["prevalence_treated"] * (row["strength"] - 1)) / (
        1 + row["prevalence_control"] * (row["strength"] - 1)
    )
    fair = found.of("care").adjusted.value("risk_ratio")
    assert row["ratio"] == pytest.approx(fair / factor, abs=6e-5)


def test_groups_count_their_children_and_name_those_refused() -> None:
    frame = people()
    found = cohort.compare_each({"care": frame}, covariates=["poor", "age"])
    groups = found.groups("care", by=["kind"], covariates=["age"], names={"kind": "Kind"})
    assert groups.table["by"].unique().tolist() == ["Kind"]
    counts = frame.groupby(["kind", "exposed"])["event"].agg(["size", "sum"])
    for row in groups.table.to_dict("records"):
        assert (row["treated"], row["treated_events"]) == tuple(counts.loc[(row["group"], True)])
        assert (row["control"], row["control_events"]) == tuple(counts.loc[(row["group"], False)])
    assert set(groups.left_out["group"]) | set(groups.table["group"]) == {"a", "b", "c", "d"}
    assert "d" in set(groups.left_out["group"])


def test_steps_of_a_curve_are_large_and_end_while_enough_are_followed() -> None:
    frame = people(300, seed=5).assign(duration=lambda f: f["duration"] % 365 + 1)
    found = cohort.cumulative_incidence(frame, duration="duration", event="event", group="exposed")
    steps = cohort.coarse(found, months=range(13), step=6, at_risk=10, names={True: "on", False: "off"})
    assert set(steps["group"]) == {"on", "off"}
    assert ((steps["events"] >= 6) | (steps["events"] == 0)).all()
    assert (steps["at_risk"] >= 10).all()
    for name, part in steps.groupby("group"):
        own = frame[frame["exposed"] == (name == "on")]
        last = round(part["month"].max() * 365.25 / 12)
        assert part["events"].sum() == ((own["duration"] <= last) & (own["event"] == 1)).sum()
        assert part["month"].iloc[0] == 0
        assert (part[["estimate", "conf_low", "conf_high"]].iloc[0] == 0).all()
    with pytest.raises(UsageError, match="months of 0 or more"):
        cohort.coarse(found, months=[3], step=0, at_risk=10)


@pytest.mark.parametrize("small", [1, 5])
def test_a_flow_tells_no_small_step_alone(small: int) -> None:
    flow = pd.DataFrame({"reason": ["all", "x", "y", "z"], "removed": [0, small, 0, 40]})
    flow["n"] = 100 + small - flow["removed"].cumsum() + 40
    told = cohort.selection(flow, pd.Series([True] * 30 + [False] * 70), least=6, names=("on", "off"))
    assert told[["reason", "n"]].values.tolist() == [["x; z", 40 + small], ["y", 0], ["on", 30], ["off", 70]]
    assert told["n"].sum() == flow["n"].iloc[0]
    with pytest.raises(RefusedError, match="too small"):
        cohort.selection(flow, pd.Series([True] * 3 + [False] * 97), least=6, names=("on", "off"))


def test_hazard_ratios_are_those_of_statsmodels() -> None:
    frame = people(400, seed=8)
    # Half days: whether one who enters on the day of an event was at risk of it is another question.
    frame["entry"] = np.minimum(frame["id"] % 30 + 0.5, frame["duration"] - 0.5)
    found = cohort.hazard_ratios({"care": frame}, built_in={"care": 1.0}).set_index("analysis")
    for analysis, strata in (("as counted", None), ("within age bands", frame["age_band"])):
        other = PHReg(
            frame["duration"], frame[["exposed"]].astype(float), status=frame["event"], entry=frame["entry"],
            strata=strata, ties="efron",
        ).fit()  # fmt: skip
        # Told to four places.
        assert found.loc[analysis, "estimate"] == pytest.approx(float(np.exp(other.params[0])), abs=6e-5)
    assert found["n"].tolist() == [400, 400]
    inside = (found["conf_low"] <= 1) & (found["conf_high"] >= 1)
    assert found["holds"].tolist() == inside.tolist()


def test_mean_days_are_the_area_under_the_share_without_the_event() -> None:
    frame = people(200, seed=3).assign(duration=lambda f: f["duration"] % 400 + 1)
    frame.loc[frame["duration"] > 365, "event"] = 0
    days = cohort.mean_days(frame, until=300).set_index("group")
    for name, exposed in (("treated", True), ("control", False)):
        own = frame[frame["exposed"] == exposed]
        left, area = 1.0, 0.0
        for day in range(1, 301):
            area += left
            followed = (own["duration"] >= day).sum()
            left *= 1 - ((own["duration"] == day) & (own["event"] == 1)).sum() / followed
        assert days.loc[name, "estimate"] == pytest.approx(area, abs=0.006)  # told to two places
        assert days.loc[name, "n"] == len(own)
    gap = days["estimate"]
    assert gap["difference"] == pytest.approx(gap["treated"] - gap["control"], abs=0.011)
