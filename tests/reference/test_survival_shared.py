"""R's survival and mstate on their own data: read where they lie beside the clone, never committed.

Committed counterparts: `test_survival_statsmodels.py` (the same estimators beside statsmodels and beside published
numbers) and `tests/unit/test_cohort_states.py` (many states, worked by hand and by brute force).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "cohort"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference cases do not lie beside the clone"),
]

#: Closed formulas, R's digits printed in full: what is left is rounding in sums of a few hundred terms.
EXACT = {"rtol": 1e-11, "atol": 1e-13}
#: R stops its Newton steps at a relative change of 1e-9 in the likelihood; its coefficients carry half those digits.
NEWTON = {"rtol": 1e-7, "atol": 1e-9}


def case(name: str) -> tuple[pd.DataFrame, Any]:
    expected = json.loads((SHARED / name / "expected.json").read_text(encoding="utf-8"))
    return pd.read_csv(SHARED / name / "data.csv"), expected


def close(found: Any, expected: Any, tolerance: dict[str, float]) -> None:
    np.testing.assert_allclose(np.asarray(found, dtype=float), np.asarray(expected, dtype=float), **tolerance)


class TestLung:
    """Kaplan–Meier, its intervals, weights, clusters, restricted means and rank tests."""

    call: dict[str, Any] = {"duration": "time", "event": "event"}  # noqa: RUF012

    @pytest.mark.parametrize(("transform", "name"), [("log", "log"), ("log-log", "loglog"), ("plain", "plain")])
    def test_every_interval(self, transform: Any, name: str) -> None:
        frame, expected = case("km_lung")
        want = expected[name]
        found = cohort.survival(frame, at=want["time"], transform=transform, **self.call)
        table = found.tidy()
        columns = {
            "estimate": "surv",
            "std_error": "se",
            "conf_low": "lower",
            "conf_high": "upper",
            "at_risk": "n_risk",
        }
        for ours, theirs in columns.items():
            close(table[ours], want[theirs], EXACT)
        median = found.quantile().iloc[0][["estimate", "conf_low", "conf_high"]]
        assert median.tolist() == [want["median"], want["median_lower"], want["median_upper"]]

    def test_by_group(self) -> None:
        frame, expected = case("km_lung")
        want = expected["by_sex_loglog"]
        at = want["time"][:6]
        table = cohort.survival(frame, at=at, group="sex", transform="log-log", **self.call).tidy()
        for ours, theirs in {"estimate": "surv", "std_error": "se", "conf_low": "lower", "conf_high": "upper"}.items():
            close(table[ours], want[theirs], EXACT)

    def test_weights_and_clusters_are_robust(self) -> None:
        frame, expected = case("km_lung")
        want = expected["weighted_robust"]
        table = cohort.survival(frame, at=want["time"], weights="w", **self.call).tidy()
        close(table["estimate"], want["surv"], EXACT)
        close(table["std_error"], want["se"], EXACT)
        want = expected["cluster_inst"]
        known = frame[frame["inst"].notna()]
        table = cohort.survival(known, at=want["time"], cluster="inst", **self.call).tidy()
        close(table["std_error"], want["se"], EXACT)

    def test_the_whole_curve(self) -> None:
        frame, expected = case("km_lung")
        want = pd.DataFrame(expected["full_curve"])
        want = want[want["n_event"] > 0]
        table = cohort.survival(frame, **self.call).tidy()
        close(table["time"], want["time"], EXACT)
        close(table["estimate"], want["surv"], EXACT)
        close(table["at_risk"], want["n_risk"], EXACT)

    def test_restricted_means(self) -> None:
        frame, expected = case("km_lung")
        table = cohort.restricted_mean(frame, until=365, **self.call).tidy()
        close(table.loc[0, ["estimate", "std_error"]], expected["log"]["rmean_365"], EXACT)
        want = np.array(expected["rmean365_by_sex"]["table"])[:, 4:6]
        table = cohort.restricted_mean(frame, until=365, group="sex", **self.call).tidy()
        close(table.loc[table["event"] == 0, ["estimate", "std_error"]], want, EXACT)

    def test_rank_tests(self) -> None:
        frame, expected = case("km_lung")
        test = cohort.logrank(frame, group="sex", **self.call)
        close(test.found.statistic, expected["logrank"]["chisq"], EXACT)
        close(test.groups()["expected"], expected["logrank"]["exp"], EXACT)
        close(test.found.covariance, expected["logrank"]["var"], EXACT)
        peto = cohort.logrank(frame, group="sex", rho=1, **self.call)
        close(peto.found.statistic, expected["peto_rho1"]["chisq"], EXACT)
        known = frame[frame["ph.ecog"].notna()]
        layered = cohort.logrank(known, group="sex", strata="ph.ecog", **self.call)
        close(layered.found.statistic, expected["stratified_ecog"]["chisq"], EXACT)


class TestVeteran:
    """Cox with a category and ties, the test of proportional hazards, covariates that change with time."""

    def test_the_model(self) -> None:
        frame, expected = case("cox_veteran")
        want = expected["main"]
        frame["celltype"] = pd.Categorical(frame["celltype"], ["squamous", "smallcell", "adeno", "large"])
        covariates = ["trt", "celltype", "karno", "diagtime", "age", "prior"]
        found = cohort.cox(frame, duration="time", event="status", covariates=covariates)
        table = found.tidy()
        assert table["term"].tolist()[1] == "celltype[smallcell]"
        close(table["estimate"], list(want["coef"].values()), NEWTON)
        close(table["std_error"], list(want["se"].values()), NEWTON)
        close(table["conf_high"], list(want["ci95"]["upper"].values()), NEWTON)
        close(table["p_value"], list(want["p"].values()), NEWTON)
        close(found.covariance, want["vcov"], NEWTON)
        close(found.concordance, want["concordance"], EXACT)
        fit = found.fit_statistics()
        close([fit["log_likelihood_null"], fit["log_likelihood"]], want["loglik"], EXACT)
        close([fit["score"], fit["wald"]], [want["score_test"], want["wald"]], NEWTON)
        drift = found.proportional_hazards()
        for ours, theirs in {"statistic": "chisq", "degrees_of_freedom": "df", "p_value": "p"}.items():
            close(drift[ours], list(expected["zph"][theirs].values()), NEWTON)

    def test_effects_by_period(self) -> None:
        frame, expected = case("cox_veteran")
        pieces = []
        for k, (first, last) in enumerate([(0, 90), (90, 180), (180, np.inf)]):
            piece = frame[frame["time"] > first].assign(start=first)
            piece["status"] = piece["status"] * (piece["time"] <= last)
            piece["time"] = np.minimum(piece["time"], last)
            pieces.append(piece.assign(**{f"karno{j}": piece["karno"] * (j == k) for j in range(3)}))
        split = pd.concat(pieces)
        want = expected["step_coef"]
        assert len(split) == want["n_rows"]
        covariates = ["trt", "prior", "karno0", "karno1", "karno2"]
        table = cohort.cox(split, duration="time", entry="start", event="status", covariates=covariates).tidy()
        close(table["estimate"], list(want["coef"].values()), NEWTON)
        close(table["std_error"], list(want["se"].values()), NEWTON)


def journeys(name: str, states: list[str]) -> pd.DataFrame:
    """mstate's long rows, one a possible move, as one row an interval."""
    long, _ = case(name)
    rows = long.groupby(["id", "from", "Tstart"], sort=False)["Tstop"].first().reset_index()
    moved = long[long["status"] == 1].set_index(["id", "from", "Tstart"])["to"].rename("to")
    rows = rows.join(moved, on=["id", "from", "Tstart"])
    named = dict(enumerate(states, start=1))
    return rows.assign(state=rows["from"].map(named), next=rows["to"].map(named))


CALL: dict[str, Any] = {"id": "id", "start": "Tstart", "stop": "Tstop", "from_state": "state", "to_state": "next"}


@pytest.fixture(scope="module")
def found() -> cohort.StateProbabilities:
    _, expected = case("multistate_ebmt4")
    names = expected["state_names"]
    return cohort.state_probabilities(journeys("multistate_ebmt4", names), states=names, **CALL)


class TestSixStates:
    """mstate's six states after a transplant."""

    @pytest.mark.parametrize(
        ("variance", "key", "state"),
        [
            ("greenwood", "greenwood_from_Tx", "Tx"),
            ("greenwood", "greenwood_from_AE", "AE"),
            ("aalen", "aalen_from_Tx", "Tx"),
        ],
    )
    def test_from_the_beginning(self, found: Any, variance: Any, key: str, state: str) -> None:
        _, expected = case("multistate_ebmt4")
        want = expected[key]
        table = found.transition_probabilities(0, want["time"], variance=variance)
        table = table[table["from_state"] == state]
        both = [table[c].to_numpy().reshape(6, -1).T for c in ("estimate", "std_error")]
        close(np.hstack(both), want["values"], EXACT)

    def test_occupation_is_the_first_row(self, found: Any) -> None:
        _, expected = case("multistate_ebmt4")
        want = expected["greenwood_from_Tx"]
        table = found.at(want["time"])
        close(table["estimate"].to_numpy().reshape(6, -1).T, np.array(want["values"])[:, :6], EXACT)
        # The jackknife is another estimator of the same error: within one in a hundred with 2,279 children.
        np.testing.assert_allclose(
            table["std_error"].to_numpy().reshape(6, -1).T, np.array(want["values"])[:, 6:], rtol=0.01, atol=1e-5
        )

    def test_from_day_100(self, found: Any) -> None:
        _, expected = case("multistate_ebmt4")
        for state, want in zip(expected["state_names"], expected["predt100_from_each"]):
            later = [t for t in want["time"] if t >= 100]
            table = found.transition_probabilities(100, later)
            table = table[table["from_state"] == state]
            both = [table[c].to_numpy().reshape(6, -1).T for c in ("estimate", "std_error")]
            close(np.hstack(both), want["values"][-len(later) :], EXACT)

    def test_to_a_fixed_horizon(self, found: Any) -> None:
        _, expected = case("multistate_ebmt4")
        for state, want in zip(expected["state_names"], expected["fixed_horizon_1826"]):
            for since, values in zip(want["time"], want["values"]):
                table = found.transition_probabilities(since, 1826)
                table = table[table["from_state"] == state]
                close(np.r_[table["estimate"], table["std_error"]], values, EXACT)

    def test_hazards_counts_and_stays(self, found: Any) -> None:
        _, expected = case("multistate_ebmt4")
        names, numbers = expected["state_names"], np.array(expected["trans_matrix"], dtype=float)
        table = found.hazards()
        for want in expected["cumulative_hazards"]:
            h, j = (names[int(k)] for k in np.argwhere(numbers == want["trans"])[0])
            own = table[(table["from_state"] == h) & (table["to_state"] == j)]
            steps = np.r_[0.0, own["estimate"]]
            close(steps[np.searchsorted(own["time"], want["time"], side="right")], want["Haz"], EXACT)
        counts = found.counts().set_index(["from_state", "to_state"])["stays"]
        for h, row in zip(names[:4], expected["events_counts"]):
            for j, number in zip(names, row):
                assert int(counts.get((h, j), 0)) == number
        for state, row in zip(names, expected["ELOS_1826"]["values"]):
            close(found.length_of_stay(1826, from_state=state)["estimate"], row, EXACT)


def test_the_illness_death_model_by_transition() -> None:
    """Every transition's Cox model with Breslow ties, and its counts, on 2,204 patients."""
    frame, expected = case("multistate_ebmt3")
    names = ["Tx", "PR", "RelDeath"]
    counts = cohort.state_probabilities(journeys("multistate_ebmt3", names), states=names, **CALL).counts()
    found = counts[counts["to_state"].notna()].set_index(["from_state", "to_state"])["stays"]
    events = expected["events"]
    assert found.to_dict() == {
        ("Tx", "PR"): events[0][1],
        ("Tx", "RelDeath"): events[0][2],
        ("PR", "RelDeath"): events[1][2],
    }
    levels = {"dissub": ["AML", "ALL", "CML"], "age": ["<=20", "20-40", ">40"]}
    for name, order in levels.items():
        frame[name] = pd.Categorical(frame[name], order)
    frame["drmatch"] = (frame["drmatch"] == "Gender mismatch").astype(int)
    frame["tcd"] = (frame["tcd"] == "TCD").astype(int)
    want = expected["stratified_by_trans"]
    for transition in (1, 2, 3):
        rows = frame[frame["trans"] == transition]
        covariates = ["dissub", "age", "drmatch", "tcd"]
        model = cohort.cox(
            rows, duration="Tstop", entry="Tstart", event="status", covariates=covariates, ties="breslow"
        )
        terms = [f"{name}.{transition}" for name in ("dissub1", "dissub2", "age1", "age2", "drmatch", "tcd")]
        close(model.tidy()["estimate"], [want["coef"][t] for t in terms], NEWTON)
        close(model.tidy()["std_error"], [want["se"][t] for t in terms], NEWTON)


def test_standardised_rates_of_the_health_indicators() -> None:
    """Dobson, Byar, Wilson and exact intervals, and indirectly standardised ratios, as OHID's package gives them."""
    folder = SHARED / "rates_phe"
    bands = pd.read_csv(folder / "DSR_ISR__testdata_multiarea_isr.csv").dropna()
    want = (
        pd.read_csv(folder / "DSR_ISR__testresults_ISR.csv")
        .drop_duplicates("area")
        .set_index("area")
        .loc[bands["area"].unique()]
    )
    bands["rate"] = bands["refcount"] / bands["refpop"]
    found = cohort.standardised_rates(
        bands, events="count", population="pop", standard="rate", group="area", method="indirect"
    ).tidy()
    table = found.set_index("group").loc[want.index]
    close(table["estimate"], want["observed"] / want["expected"], EXACT)
    scale = want["ref_rate"]
    close(table["conf_low"] * scale, want["lower95_0cl"], {"rtol": 1e-9, "atol": 0})
    close(table["conf_high"] * scale, want["upper95_0cl"], {"rtol": 1e-9, "atol": 0})
