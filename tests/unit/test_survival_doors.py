"""What the doors of time to an event refuse, and what their results say; no value of a record in any message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort
from btc_eval.errors import RefusedError, UsageError

SECRET = 4242.5


def children(n: int = 40, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "days": rng.integers(2, 30, n).astype(float),
            "event": np.r_[0, 1, 1, rng.integers(0, 2, n - 3)],
            "from": 0.0,
            "w": 1.0,
            "family": np.arange(n) // 2,
            "ward": rng.choice(["north", "south"], n),
            "x": rng.normal(size=n),
            "child": np.arange(n),
        }
    )


DOORS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "incidence": lambda f: cohort.cumulative_incidence(
        f, duration="days", event="event", entry="from", weights="w", cluster="family"
    ),
    "survival": lambda f: cohort.survival(
        f, duration="days", event="event", entry="from", weights="w", cluster="family"
    ),
    "mean": lambda f: cohort.restricted_mean(
        f, duration="days", event="event", entry="from", weights="w", cluster="family", until=5
    ),
    "cox": lambda f: cohort.cox(
        f, duration="days", event="event", entry="from", weights="w", cluster="family", covariates=["x"]
    ),
    "recurrent": lambda f: cohort.mean_events(
        f, id="child", duration="days", event="event", entry="from", weights="w", cluster="family"
    ),
}

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"days": -SECRET}, "negative follow-up in row 5"),
    ({"days": np.nan}, "no value in row 5"),
    ({"days": np.inf}, "an infinite value in row 5"),
    ({"from": SECRET}, "a start not before days in row 5"),
    ({"w": 0.0}, "a weight of zero or below in row 5"),
    ({"w": np.nan}, "no value in row 5"),
    ({"event": SECRET}, "an unknown event code in row 5"),
    ({"event": -1}, "an unknown event code in row 5"),
    ({"family": np.nan}, "no cluster in row 5"),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_faults_are_told_by_row(door: str, change: dict[str, Any], words: str) -> None:
    frame = children().astype({"event": float, "family": float})
    for column, value in change.items():
        frame.loc[4, column] = value
    with pytest.raises(RefusedError) as caught:
        DOORS[door](frame)
    assert words in str(caught.value)
    assert str(SECRET) not in str(caught.value)
    assert "4242" not in str(caught.value)


@pytest.mark.parametrize("door", DOORS)
def test_all_faults_at_once(door: str) -> None:
    frame = children().assign(family=1)
    frame.loc[3, "days"] = -1.0
    frame.loc[7, "w"] = -1.0
    with pytest.raises(RefusedError) as caught:
        DOORS[door](frame)
    assert len(caught.value.refusals) >= 3
    assert "one cluster" in str(caught.value)


@pytest.mark.parametrize("door", DOORS)
def test_nothing_to_estimate(door: str) -> None:
    with pytest.raises(RefusedError, match="no events"):
        DOORS[door](children().assign(event=0))
    with pytest.raises(RefusedError, match="no rows"):
        DOORS[door](children().head(0))
    with pytest.raises(RefusedError, match="no column w"):
        DOORS[door](children().drop(columns="w"))
    with pytest.raises(RefusedError, match="values of type"):
        DOORS[door](children().assign(days=pd.Timestamp("2024-04-01")))
    with pytest.raises(RefusedError, match="a pandas DataFrame"):
        DOORS[door]({"days": [1]})  # type: ignore[arg-type]


@pytest.mark.parametrize("door", DOORS)
def test_the_frame_is_left_as_it_was(door: str) -> None:
    frame = children()
    before = frame.copy(deep=True)
    DOORS[door](frame).tidy()
    pd.testing.assert_frame_equal(frame, before)


class TestCox:
    call: dict[str, Any] = {"duration": "days", "event": "event"}  # noqa: RUF012

    def test_complete_separation_is_refused_and_named(self) -> None:
        frame = children().assign(lost=lambda d: 1 - d["event"])
        with pytest.raises(RefusedError, match="complete separation: the likelihood keeps rising along lost;"):
            cohort.cox(frame, covariates=["x", "lost"], **self.call)
        ordered = children().assign(event=1, early=lambda d: -d["days"])
        with pytest.raises(RefusedError, match="complete separation: the likelihood keeps rising along early;"):
            cohort.cox(ordered, covariates=["early"], **self.call)

    def test_a_large_but_finite_effect_is_not_separation(self) -> None:
        rng = np.random.default_rng(1)
        x = np.repeat([0.0, 1.0], 500)
        days = np.ceil(rng.exponential(np.where(x == 1, 5, 1000)))
        frame = pd.DataFrame({"days": days, "event": 1, "x": x})
        assert 4.5 < cohort.cox(frame, covariates=["x"], **self.call).tidy().loc[0, "estimate"] < 6.5

    def test_collinear_and_constant_covariates_are_refused_and_named(self) -> None:
        frame = children().assign(y=lambda d: 3 * d["x"] - 1, same=4.0)
        with pytest.raises(RefusedError, match="x, y"):
            cohort.cox(frame, covariates=["x", "y"], **self.call)
        with pytest.raises(RefusedError, match="the same value in every row"):
            cohort.cox(frame, covariates=["x", "same"], **self.call)
        with pytest.raises(RefusedError, match="do not vary among those at risk"):
            cohort.cox(frame, covariates=["x", "ward"], strata="ward", **self.call)

    def test_competing_codes_belong_elsewhere(self) -> None:
        frame = children()
        frame.loc[6, "event"] = 2
        with pytest.raises(RefusedError, match="an event code above 1 in row 7"):
            cohort.cox(frame, covariates=["x"], **self.call)

    def test_categories_are_named_beside_their_reference(self) -> None:
        frame = children(200)
        plain = cohort.cox(frame, covariates=["ward"], **self.call).tidy()
        assert plain["term"].tolist() == ["ward[south]"]
        turned = frame.assign(ward=pd.Categorical(frame["ward"], ["south", "north", "east"]))
        other = cohort.cox(turned, covariates=["ward"], **self.call).tidy()
        assert other["term"].tolist() == ["ward[north]"]
        assert other.loc[0, "estimate"] == pytest.approx(-plain.loc[0, "estimate"])
        ratio = cohort.cox(frame, covariates=["ward"], **self.call).tidy(exponentiate=True)
        ends = ["estimate", "conf_low", "conf_high"]
        np.testing.assert_allclose(np.log(ratio[ends]), plain[ends])
        assert ratio.loc[0, "std_error"] == plain.loc[0, "std_error"]

    def test_the_robust_error_stands_beside_the_models(self) -> None:
        frame = children(120)
        plain = cohort.cox(frame, covariates=["x"], **self.call).tidy().iloc[0]
        assert plain["std_error"] == plain["model_std_error"]
        clustered = cohort.cox(frame, covariates=["x"], cluster="family", **self.call).tidy().iloc[0]
        assert clustered["std_error"] != clustered["model_std_error"] == plain["model_std_error"]

    def test_predictions_are_those_of_the_baseline(self) -> None:
        frame = children(150)
        found = cohort.cox(frame, covariates=["x", "ward"], **self.call)
        given = pd.DataFrame({"x": [0.0, 1.0], "ward": ["north", "south"]})
        table = found.survival(given)
        base = found.baseline_hazard()["cumulative_hazard"].to_numpy()
        np.testing.assert_allclose(table.loc[table["row"] == 1, "cumulative_hazard"], base, rtol=1e-12)
        factor = np.exp(found.tidy()["estimate"].sum())
        np.testing.assert_allclose(table.loc[table["row"] == 2, "estimate"], np.exp(-base * factor), rtol=1e-10)
        with pytest.raises(RefusedError, match="a level the fit has not seen in row 2"):
            found.survival(given.assign(ward=["north", "west"]))

    def test_concordance_counts_pairs(self) -> None:
        rng = np.random.default_rng(3)
        n = 90
        frame = children(n, 3).assign(x=rng.integers(0, 5, n), w=rng.uniform(1, 2, n))
        frame["from"] = np.minimum(rng.integers(0, 10, n), frame["days"] - 1)
        found = cohort.cox(frame, covariates=["x"], entry="from", weights="w", **self.call)
        risk = frame["x"].to_numpy() * np.sign(found.fit.coef[0])
        stop, start, event, w = (frame[c].to_numpy() for c in ("days", "from", "event", "w"))
        good = pairs = 0.0
        for i in np.flatnonzero(event):
            later = (start < stop[i]) & ((stop > stop[i]) | ((stop == stop[i]) & (event == 0)))
            pairs += w[i] * w[later].sum()
            good += w[i] * (w[later] * ((risk[later] < risk[i]) + 0.5 * (risk[later] == risk[i]))).sum()
        assert found.concordance == pytest.approx(good / pairs, rel=1e-12)


def test_fine_and_gray_is_cox_on_rows_with_falling_weights() -> None:
    """The expansion that `finegray` makes, row by row, beside the model that never makes it."""
    rng = np.random.default_rng(3)
    n = 120
    frame = pd.DataFrame({"days": rng.integers(1, 20, n), "event": rng.integers(0, 3, n), "x": rng.normal(size=n)})
    lines = []
    for child, row in enumerate(frame.itertuples()):
        lines.append((child, -1, row.days, int(row.event == 1), 1.0, row.x))
        weight, last = 1.0, row.days
        for day in range(int(row.days) + 1, 20):
            left = (frame["days"] > day - 1).sum() + ((frame["days"] == day - 1) & (frame["event"] == 0)).sum()
            gone = ((frame["days"] == day - 1) & (frame["event"] == 0)).sum()
            weight *= 1 - gone / max(left, 1)
            if row.event == 2 and weight > 0:
                lines.append((child, last, day, 0, weight, row.x))
            last = day
    rows = pd.DataFrame(lines, columns=["child", "from", "days", "event", "w", "x"])
    for ties in ("efron", "breslow"):
        call: dict[str, Any] = {"duration": "days", "event": "event", "covariates": ["x"], "ties": ties}
        long = cohort.cox(rows, entry="from", weights="w", cluster="child", **call)
        short = cohort.fine_gray(frame, **call)
        for column in ("estimate", "std_error"):
            np.testing.assert_allclose(short.tidy()[column], long.tidy()[column], rtol=1e-10)


def test_rates_refuse_what_is_not_a_count() -> None:
    frame = pd.DataFrame({"n": [1.0, 2.0, 0.5], "years": [1.0, 0.0, 1.0], "x": [0, 1, 0]})
    with pytest.raises(RefusedError) as caught:
        cohort.event_rates(frame, events="n", exposure="years")
    assert "a count below 0 or not whole in row 3" in str(caught.value)
    assert "an exposure of 0 or below in row 2" in str(caught.value)
    none = pd.DataFrame({"n": [1, 2, 0, 0], "x": [0, 0, 1, 1]})
    with pytest.raises(RefusedError, match="complete separation"):
        cohort.rate_ratio(none, events="n", covariates=["x"])


def test_wrong_calls_say_what_is_allowed() -> None:
    frame = children()
    call: dict[str, Any] = {"duration": "days", "event": "event"}
    with pytest.raises(UsageError, match="transform 'logistic' is not one of"):
        cohort.cumulative_incidence(frame, transform="logistic", **call)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="each 0 or later"):
        cohort.cumulative_incidence(frame, at=[-1], **call)
    with pytest.raises(UsageError, match="needs times"):
        cohort.cumulative_incidence(frame, group="ward", **call).difference()
    with pytest.raises(UsageError, match="there is one group"):
        cohort.cumulative_incidence(frame, **call).difference([5])
    with pytest.raises(UsageError, match="list of one column or more"):
        cohort.cox(frame, covariates="x", **call)
    with pytest.raises(RefusedError, match="one group"):
        cohort.logrank(frame.assign(ward="north"), group="ward", **call)
    with pytest.raises(RefusedError, match="the group followed least long"):
        cohort.restricted_mean(frame, until=500, **call)


def test_beyond_follow_up_there_is_no_estimate_unless_nobody_is_left() -> None:
    frame = pd.DataFrame({"days": [3, 5, 8, 4, 6], "event": [1, 1, 0, 1, 1], "group": list("aaabb")})
    table = cohort.cumulative_incidence(frame, duration="days", event="event", group="group", at=[10]).tidy()
    assert np.isnan(table.loc[0, "estimate"])
    assert table.loc[1, "estimate"] == 1.0
    assert np.isnan(table.loc[1, "conf_low"])


def test_a_day_of_many_kinds() -> None:
    """On one day of 10 at risk 2 have event 1, 3 event 2, and 1 is lost, after them."""
    frame = pd.DataFrame({"days": [4] * 6 + [9] * 4, "event": [1, 1, 2, 2, 2, 0, 1, 0, 0, 0]})
    found = cohort.cumulative_incidence(frame, duration="days", event="event", at=[4, 9]).tidy()
    np.testing.assert_allclose(found["estimate"], [0.2, 0.2 + 0.5 / 4, 0.3, 0.3])
    assert found["at_risk"].tolist() == [10, 4, 10, 4]
    # one event's share of ten: √(0.2 × 0.8 / 10)
    assert found.loc[0, "std_error"] == pytest.approx(np.sqrt(0.016))
