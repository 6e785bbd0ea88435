"""Time to an event beside statsmodels and beside numbers in print: witnesses that need no stored file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
from statsmodels.stats.proportion import proportion_confint

from btc_eval import cohort
from btc_eval.inference.rates import poisson_interval
from btc_eval.inference.standardised import byar_interval, wilson_interval

#: Remission of 42 children with leukaemia in weeks (Freireich 1963, as printed by Gehan 1965 and Cox 1972).
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
TREATED_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.fixture(scope="module")
def leukaemia() -> pd.DataFrame:
    weeks = [*PLACEBO, *TREATED, *TREATED_CENSORED]
    event = [1] * len(PLACEBO) + [1] * len(TREATED) + [0] * len(TREATED_CENSORED)
    return pd.DataFrame({"weeks": weeks, "event": event, "placebo": [1] * 21 + [0] * 21})


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    """600 children in days with heavy ties: two events, delayed entry, weights, families."""
    rng = np.random.default_rng(7)
    n = 600
    days = rng.integers(1, 61, n)
    return pd.DataFrame(
        {
            "days": days,
            "event": rng.integers(0, 3, n),
            "from": np.minimum(rng.integers(0, 25, n), days - 1),
            "w": rng.uniform(0.5, 2.0, n),
            "times": rng.integers(1, 4, n),
            "family": rng.integers(0, 200, n),
            "x": rng.normal(size=n),
            "help": rng.integers(0, 2, n),
            "ward": rng.choice(["north", "south", "west"], n),
        }
    )


class TestPrintedNumbers:
    """Cox's own example, in every textbook and in R's documentation of ties."""

    @pytest.mark.parametrize(("ties", "coef", "error"), [("efron", 1.57213, 0.41240), ("breslow", 1.50919, 0.40956)])
    def test_the_hazard_ratio(self, leukaemia: pd.DataFrame, ties: Any, coef: float, error: float) -> None:
        row = cohort.cox(leukaemia, duration="weeks", event="event", covariates=["placebo"], ties=ties).tidy().iloc[0]
        # printed to five places
        assert row["estimate"] == pytest.approx(coef, abs=6e-6)
        assert row["std_error"] == pytest.approx(error, abs=6e-6)

    def test_the_log_rank_test(self, leukaemia: pd.DataFrame) -> None:
        test = cohort.logrank(leukaemia, duration="weeks", event="event", group="placebo")
        assert test.found.statistic == pytest.approx(16.79, abs=5e-3)
        assert test.groups()["expected"].round(2).tolist() == [19.25, 10.75]

    def test_the_curve(self, leukaemia: pd.DataFrame) -> None:
        found = cohort.survival(leukaemia, duration="weeks", event="event", group="placebo", at=[10, 23])
        table = found.tidy().set_index(["group", "time"])
        # Kaplan–Meier of the treated, as printed: 0.753 (s.e. 0.0963) after week 10, 0.448 (0.1346) after week 23
        assert table.loc[(0, 10), "estimate"] == pytest.approx(0.753, abs=5e-4)
        assert table.loc[(0, 10), "std_error"] == pytest.approx(0.0963, abs=5e-5)
        assert table.loc[(0, 23), "estimate"] == pytest.approx(0.448, abs=5e-4)
        assert table.loc[(0, 23), "std_error"] == pytest.approx(0.1346, abs=5e-5)
        medians = found.quantile().set_index("group")["estimate"]
        assert medians.to_dict() == {0: 23.0, 1: 8.0}


class TestCurves:
    @pytest.mark.parametrize("weights", [None, "times"])
    def test_competing_events(self, children: pd.DataFrame, weights: str | None) -> None:
        """Estimates with and without frequency weights, standard errors without: statsmodels has the same formula."""
        freq = None if weights is None else children[weights].to_numpy()
        peer = CumIncidenceRight(children["days"], children["event"], freq_weights=freq)
        found = cohort.cumulative_incidence(children, duration="days", event="event", weights=weights)
        for code in (1, 2):
            table = found.tidy().query(f"event == {code}")
            place = np.searchsorted(peer.times, table["time"])
            np.testing.assert_allclose(table["estimate"], peer.cinc[code - 1][place], rtol=1e-12)
            if weights is None:
                np.testing.assert_allclose(table["std_error"], peer.cinc_se[code - 1][place], rtol=1e-10)

    def test_delayed_entry(self, children: pd.DataFrame) -> None:
        happened = (children["event"] > 0).astype(int)
        peer = SurvfuncRight(children["days"], happened, entry=children["from"])
        found = cohort.survival(children.assign(event=happened), duration="days", event="event", entry="from").tidy()
        np.testing.assert_allclose(found["estimate"], peer.surv_prob, rtol=1e-12)
        np.testing.assert_allclose(found["std_error"], peer.surv_prob_se, rtol=1e-10)
        np.testing.assert_array_equal(found["at_risk"], peer.n_risk)

    def test_log_rank(self, children: pd.DataFrame) -> None:
        happened = (children["event"] == 1).astype(int)
        for options, more in (({}, {}), ({"strata": "help"}, {"strata": children["help"]})):
            test = cohort.logrank(children, duration="days", event="event", group="ward", kind=1, **options)
            peer, p_value = survdiff(children["days"], happened, children["ward"], **more)
            assert test.found.statistic == pytest.approx(peer, rel=1e-10)
            assert test.p_value == pytest.approx(p_value, rel=1e-9)


class TestCox:
    @pytest.mark.parametrize("ties", ["efron", "breslow"])
    @pytest.mark.parametrize("option", [{}, {"entry": "from"}, {"strata": "ward"}])
    def test_coefficients_and_model_errors(self, children: pd.DataFrame, ties: Any, option: dict[str, str]) -> None:
        frame = children.assign(event=(children["event"] == 1).astype(int))
        found = cohort.cox(frame, duration="days", event="event", covariates=["x", "help"], ties=ties, **option)
        # There a row that enters on the day of an event is at risk of it, here not: half a day later is our convention.
        columns = {"entry": frame["from"] + 0.5, "strata": frame["ward"]}
        more = {name: columns[name] for name in option}
        peer = PHReg(frame["days"], frame[["x", "help"]], status=frame["event"], ties=ties, **more).fit()
        # its optimiser stops at gradients of 1e-8
        np.testing.assert_allclose(found.tidy()["estimate"], peer.params, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(found.tidy()["std_error"], peer.bse, rtol=1e-6)

    def test_clustered_errors_with_breslow_ties(self, children: pd.DataFrame) -> None:
        """statsmodels takes Breslow's score whatever the ties, so Breslow is where it can be a witness."""
        frame = children.assign(event=(children["event"] == 1).astype(int))
        call: dict[str, Any] = {"duration": "days", "event": "event", "covariates": ["x", "help"], "ties": "breslow"}
        found = cohort.cox(frame, cluster="family", **call).tidy()
        model = PHReg(frame["days"], frame[["x", "help"]], status=frame["event"], ties="breslow")
        np.testing.assert_allclose(found["std_error"], model.fit(groups=frame["family"]).bse, rtol=1e-6)

    @pytest.mark.parametrize("ties", ["efron", "breslow"])
    def test_robust_errors_are_the_jackknife_of_small_changes_of_weight(
        self, children: pd.DataFrame, ties: Any
    ) -> None:
        """With Efron's ties no Python package is right; the definition is: move each family's weights a little."""
        frame = children.head(120).assign(event=lambda d: (d["event"] == 1).astype(int))
        call: dict[str, Any] = {
            "duration": "days",
            "event": "event",
            "covariates": ["x"],
            "ties": ties,
            "entry": "from",
        }
        found = cohort.cox(frame, weights="w", cluster="family", **call).tidy().loc[0, "std_error"]
        moves = []
        for family in frame["family"].unique():
            own = frame["family"] == family
            ends = [
                cohort.cox(frame.assign(w=frame["w"] * np.where(own, 1 + h, 1)), weights="w", **call).fit.coef[0]
                for h in (1e-4, -1e-4)
            ]
            moves.append((ends[0] - ends[1]) / 2e-4)
        # central differences are good to the square of the step; Efron's mean weights of tied events move too
        assert found == pytest.approx(float(np.sqrt(np.sum(np.square(moves)))), rel=1e-6 if ties == "breslow" else 0.03)


class TestRates:
    def test_poisson_with_families(self, children: pd.DataFrame) -> None:
        frame = children.assign(n=children["event"], years=children["days"] / 365.25)
        found = cohort.rate_ratio(frame, events="n", exposure="years", covariates=["x", "ward"], cluster="family")
        wards = [(frame["ward"] == ward).astype(float) for ward in ("south", "west")]
        x = np.column_stack([np.ones(len(frame)), frame["x"], *wards])
        model = sm.GLM(frame["n"], x, family=sm.families.Poisson(), exposure=frame["years"])
        plain = model.fit(tol=1e-12)
        peer = model.fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": frame["family"], "use_correction": False})
        count = frame["family"].nunique()
        np.testing.assert_allclose(found.tidy()["estimate"], peer.params, rtol=1e-8)
        np.testing.assert_allclose(found.tidy()["std_error"], peer.bse * np.sqrt(count / (count - 1)), rtol=1e-8)
        np.testing.assert_allclose(found.tidy()["model_std_error"], plain.bse, rtol=1e-8)

    def test_negative_binomial(self) -> None:
        rng = np.random.default_rng(5)
        frame = pd.DataFrame({"x": rng.normal(size=800), "years": rng.uniform(0.5, 2, 800)})
        mean = np.exp(0.3 + 0.4 * frame["x"]) * frame["years"]
        frame["n"] = rng.negative_binomial(2, 2 / (2 + mean))
        found = cohort.rate_ratio(
            frame, events="n", exposure="years", covariates=["x"], model="negative-binomial", robust=True
        )
        x = sm.add_constant(frame["x"])
        model = sm.GLM(
            frame["n"], x, family=sm.families.NegativeBinomial(alpha=found.fit.alpha), exposure=frame["years"]
        )
        peer = model.fit(tol=1e-12, scale=1)
        # Its own robust option takes the observed information; R's sandwich and we the expected, so it is put together.
        bread, scores = np.asarray(peer.cov_params()), model.score_obs(np.asarray(peer.params), scale=1)
        errors = np.sqrt(np.diag(bread @ scores.T @ scores @ bread) * 800 / 799)
        np.testing.assert_allclose(found.tidy()["estimate"], peer.params, rtol=1e-7)
        np.testing.assert_allclose(found.tidy()["std_error"], errors, rtol=1e-6)

    def test_one_group_rates_are_the_model_without_covariates(self, children: pd.DataFrame) -> None:
        """The ratio of totals and its clustered error are those of a Poisson model of the groups."""
        frame = children.assign(n=children["event"])
        rates = cohort.event_rates(frame, events="n", exposure="days", group="help", cluster="family").ratio().iloc[0]
        model = cohort.rate_ratio(frame, events="n", exposure="days", covariates=["help"], cluster="family").tidy()
        assert np.log(rates["estimate"]) == pytest.approx(model.loc[1, "estimate"], rel=1e-9)
        assert rates["std_error"] == pytest.approx(model.loc[1, "std_error"], rel=1e-9)


class TestStandardisedRates:
    """Committed counterpart of the health indicators' own test data."""

    def test_shares_and_counts(self) -> None:
        count, of = np.array([0.0, 1, 20, 65]), np.array([100.0, 100, 100, 90])
        peer = proportion_confint(count, of, method="wilson")
        np.testing.assert_allclose(wilson_interval(count, of), peer, rtol=1e-12, atol=1e-15)
        # Byar's approximation as printed for 65 events, and within a hundredth of the exact interval from ten on
        low, high = byar_interval(np.array([65.0]))
        assert (round(float(low[0]), 2), round(float(high[0]), 2)) == (50.16, 82.85)
        counts = np.arange(10.0, 400.0)
        exact = poisson_interval(counts, np.ones_like(counts))
        for ours, theirs in zip(byar_interval(counts), exact):
            np.testing.assert_allclose(ours, theirs, rtol=0.01)

    def test_one_band_needs_no_standard(self) -> None:
        """With one age band Dobson's interval is that of the count, and both methods are plain ratios."""
        frame = pd.DataFrame({"n": [25, 40], "people": [1000, 900], "std": [7, 7], "ward": ["a", "b"]}).assign(
            rate=0.02
        )
        call: dict[str, Any] = {"events": "n", "population": "people", "group": "ward"}
        low, high = byar_interval(frame["n"].to_numpy(float))
        direct = cohort.standardised_rates(frame, standard="std", per=1000, **call).tidy()
        np.testing.assert_allclose(direct["estimate"], 1000 * frame["n"] / frame["people"])
        np.testing.assert_allclose(direct["conf_low"], 1000 * low / frame["people"])
        ratio = cohort.standardised_rates(frame, standard="rate", method="indirect", **call).tidy()
        np.testing.assert_allclose(ratio["conf_high"], high / (0.02 * frame["people"]))


class TestEventsThatRecur:
    def test_the_mean_and_its_error_by_hand(self) -> None:
        """Three children watched for 10 days; child 1 has events on days 2 and 4, child 2 on day 4, child 3 none."""
        lines = [(1, 0, 2, 1), (1, 2, 4, 1), (1, 4, 10, 0), (2, 0, 4, 1), (2, 4, 10, 0), (3, 0, 10, 0)]
        frame = pd.DataFrame(lines, columns=["child", "from", "to", "event"])
        found = cohort.mean_events(frame, id="child", duration="to", entry="from", event="event", at=[3, 9]).tidy()
        np.testing.assert_allclose(found["estimate"], [1 / 3, 1.0])
        # numbers of events 2, 1, 0 around a mean of 1: Σ (n − 1)² / 9
        np.testing.assert_allclose(found["std_error"], [np.sqrt((4 / 9 + 1 / 9 + 1 / 9) / 9), np.sqrt(2 / 9)])

    def test_with_one_event_a_child_it_is_the_cumulative_hazard(self, children: pd.DataFrame) -> None:
        frame = children.assign(event=(children["event"] > 0).astype(int), child=range(len(children)))
        found = cohort.mean_events(frame, id="child", duration="days", entry="from", event="event").tidy()
        peer = SurvfuncRight(frame["days"], frame["event"], entry=frame["from"])
        np.testing.assert_allclose(found["estimate"], np.cumsum(peer.n_events / peer.n_risk), rtol=1e-12)
