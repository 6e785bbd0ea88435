"""Accounts of matching and weighting that must balance, whatever the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval import cohort
from btc_eval.errors import RefusedError
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.assignment import optimal_match
from btc_eval.inference.matching import Scores, greedy_match


def draw(seed: int, ties: bool) -> Scores:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 60))
    score = rng.integers(0, 12, n) / 8 if ties else rng.normal(size=n)
    treated = rng.random(n) < 0.4
    treated[:2], treated[2:4] = True, False
    traits = rng.integers(0, 5, (n, seed % 2)).astype(float)
    caliper = [np.inf, 0.375, 0.125][seed % 3]
    return Scores(score, treated, rng.integers(0, 1 + seed % 3, n), caliper, traits, np.full(seed % 2, 2.0))


def outward(settings_: Scores, unit: int, free: Bools, held: list[int], ratio: int) -> list[int]:
    """Look outwards from `unit` in the order of everyone, one place below and one above in turn: the rule in words."""
    score, order = settings_.score, np.argsort(settings_.score, kind="stable")
    rank = np.empty(len(score), dtype=int)
    rank[order] = np.arange(len(score))
    span = [rank[unit], *(rank[other] for other in held)]
    down, up = min(span), max(span)
    seen: list[tuple[float, int]] = []
    for step in range(1, len(score) + 1):
        for place in (down - step, up + step):
            if not 0 <= place < len(score):
                continue
            other = int(order[place])
            gap = abs(score[other] - score[unit])
            near = (np.abs(settings_.traits[unit] - settings_.traits[other]) <= settings_.widths).all()
            same = settings_.stratum[other] == settings_.stratum[unit]
            if free[other] and not settings_.treated[other] and same and near and gap <= settings_.caliper:
                seen.append((gap, other))
    return [other for _, other in sorted(seen, key=lambda pair: pair[0])[:ratio]]


@pytest.mark.parametrize("replace", [False, True])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), ties=st.booleans(), ratio=st.integers(1, 3))
def test_greedy_is_the_rule_word_by_word(replace: bool, seed: int, ties: bool, ratio: int) -> None:
    scores = draw(seed, ties)
    units = np.flatnonzero(scores.treated)
    free = ~scores.treated
    held: dict[int, list[int]] = {int(unit): [] for unit in units}
    order = units[np.argsort(-scores.score[units], kind="stable")]
    if replace:
        held = {unit: outward(scores, unit, free, [], ratio) for unit in held}
    for turn in range(0 if replace else ratio):
        for unit in order.tolist():
            if len(held[unit]) == turn:
                for other in outward(scores, unit, free, held[unit], 1):
                    held[unit].append(other)
                    free[other] = False
    found = greedy_match(scores, ratio=ratio, replace=replace)
    assert [[other for other in row if other >= 0] for row in found.tolist()] == list(held.values())


def total(scores: Scores, found: Ints) -> tuple[int, float]:
    units = np.flatnonzero(scores.treated)
    gaps = [abs(scores.score[a] - scores.score[b]) for a, row in zip(units, found) for b in row if b >= 0]
    return len(gaps), float(np.sum(gaps))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), ties=st.booleans(), order=st.sampled_from(["largest", "smallest", "closest"]))
def test_the_optimum_pairs_as_many_at_no_greater_a_total(seed: int, ties: bool, order: str) -> None:
    scores = draw(seed, ties)
    best, greedy = optimal_match(scores), greedy_match(scores, order=order)
    count, least = total(scores, best)
    others, sum_ = total(scores, greedy)
    assert count >= others
    assert count > others or least <= sum_ + 1e-9


def _allowed(scores: Scores, found: Ints) -> None:
    units = np.flatnonzero(scores.treated)
    for unit, row in zip(units, found):
        for other in row[row >= 0]:
            assert not scores.treated[other]
            assert scores.stratum[unit] == scores.stratum[other]
            assert abs(scores.score[unit] - scores.score[other]) <= scores.caliper
            assert (np.abs(scores.traits[unit] - scores.traits[other]) <= scores.widths).all()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), ties=st.booleans(), ratio=st.integers(1, 3))
def test_strata_calipers_and_disjoint_sets(seed: int, ties: bool, ratio: int) -> None:
    scores = draw(seed, ties)
    for order in ("largest", "closest", "farthest"):
        found = greedy_match(scores, ratio=ratio, order=order)
        _allowed(scores, found)
        used = found[found >= 0]
        assert len(set(used.tolist())) == len(used)
    best = optimal_match(scores, ratio=ratio)
    _allowed(scores, best)
    used = best[best >= 0]
    assert len(set(used.tolist())) == len(used)
    # nobody is given a second while the same control could have been somebody's first
    assert (best[:, 0] >= 0).sum() == (optimal_match(scores)[:, 0] >= 0).sum()


def frame_of(seed: int, n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    treated = rng.random(n) < 1 / (1 + np.exp(0.6 - 0.5 * x[:, 0]))
    return pd.DataFrame(
        {
            "helped": treated.astype(int),
            "a": x[:, 0],
            "b": x[:, 1],
            "area": rng.choice(["x", "y", "z"], n),
            "care": rng.integers(0, 2, n),
            "family": rng.integers(0, n // 2, n),
        },
        index=pd.Index([f"r{k}" for k in range(n)]),
    )


CALL: dict[str, Any] = {"treatment": "helped", "covariates": ["a", "b", "area"]}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    frame = frame_of(seed)
    mixed = frame.sample(frac=1.0, random_state=seed % 1000)
    first, again = (cohort.match(part, **CALL, caliper=0.5) for part in (frame, mixed))
    both = [set(zip(part.pairs["treated"], part.pairs["control"])) for part in (first, again)]
    assert both[0] == both[1]
    for estimand in ("ATE", "entropy"):
        made = [cohort.weight(part, estimand=estimand, **CALL) for part in (frame, mixed)]  # type: ignore[arg-type]
        np.testing.assert_allclose(made[0].weights, made[1].weights.reindex(frame.index), rtol=1e-7)
        results = [
            cohort.effect(part, outcome="care", treatment="helped", weights=weights, cluster="family").tidy()
            for part, weights in zip((frame, mixed), made)
        ]
        pd.testing.assert_frame_equal(results[0], results[1], rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), ratio=st.integers(1, 3))
def test_weights_add_up(seed: int, ratio: int) -> None:
    frame = frame_of(seed)
    for made in (
        cohort.match(frame, **CALL, ratio=ratio, caliper=1.0),
        cohort.match(frame, **CALL, ratio=ratio, replace=True),
        cohort.match(frame, **CALL, ratio=ratio, method="optimal", exact=["area"]),
    ):
        helped = frame["helped"] == 1
        assert set(made.weights[helped]) <= {0.0, 1.0}
        used = made.weights[~helped & (made.weights > 0)]
        assert used.sum() == pytest.approx(len(used))
        assert int((made.weights[helped] == 1).sum()) + len(made.dropped) == int(helped.sum())
        assert len(made.pairs) == len(made.pairs.drop_duplicates(["treated", "control"]))
        if len(made.sets):
            sizes = made.sets[made.sets >= 0].groupby(made.sets).size()
            assert (sizes >= 2).all()
            assert made.sets[helped & (made.sets >= 0)].is_unique


def weighted_gap(columns: Floats, treated: Bools, weights: Floats) -> Floats:
    one, two = (weights[g] @ columns[g] / weights[g].sum() for g in (treated, ~treated))
    return np.asarray(one - two)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_moments_that_hold_exactly(seed: int) -> None:
    frame = frame_of(seed)
    treated = (frame["helped"] == 1).to_numpy()
    columns = np.column_stack([frame[["a", "b"]].to_numpy(), pd.get_dummies(frame["area"]).to_numpy(dtype=float)])
    try:
        entropy = cohort.weight(frame, estimand="entropy", **CALL).weights.to_numpy()
    except RefusedError:
        return
    np.testing.assert_allclose(weighted_gap(columns, treated, entropy), 0, atol=1e-8)
    assert entropy[~treated].mean() == pytest.approx(1.0)
    # the score equation of logistic regression makes overlap weights balance means exactly (Li, Morgan, Zaslavsky)
    overlap = cohort.weight(frame, estimand="ATO", **CALL).weights.to_numpy()
    np.testing.assert_allclose(weighted_gap(columns, treated, overlap), 0, atol=1e-8)
    effect = cohort.effect(
        frame, outcome="care", treatment="helped", weights=cohort.weight(frame, **CALL), cluster="family"
    )
    np.testing.assert_allclose(effect.influence.sum(), 0, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), bins=st.integers(1, 4))
def test_coarsened_strata_hold_both_and_balance_what_was_cut(seed: int, bins: int) -> None:
    frame = frame_of(seed)
    made = cohort.coarsened_exact(frame, cuts={"a": bins, "b": bins}, **CALL)
    table = made.tidy()
    assert (table[["treated", "control"]] > 0).all().all()
    assert table["treated"].sum() + len(made.dropped) == frame["helped"].sum()
    after = made.balance().set_index("term").filter(like="area", axis=0)["smd_after"]
    np.testing.assert_allclose(after, 0, atol=1e-12)
