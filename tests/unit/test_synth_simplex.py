"""The simplex solvers against a general optimiser, a hand-worked case and each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from btc_eval.inference.simplex import frank_wolfe, nearest_in_hull, optimality_gap, simplex_weights
from btc_eval.inference.synthetic_conformal import effect_interval, shift_p_value
from btc_eval.inference.synthetic_predictors import nested
from btc_eval.inference.synthetic_search import descend


def problem(seed: int, rows: int, donors: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(rows, 3)) @ rng.normal(size=(3, donors)) + rng.normal(size=(rows, donors))
    return A, A @ rng.dirichlet(np.ones(donors)) + rng.normal(size=rows)


def test_by_hand() -> None:
    # two donors at 0 and 4 in both rows, target 1 and 3: the mean 2 is best
    assert simplex_weights(np.array([[0.0, 4.0], [0.0, 4.0]]), np.array([1.0, 3.0])) == pytest.approx([0.5, 0.5])
    # a target outside the hull is met by its nearest corner
    assert simplex_weights(np.array([[0.0, 4.0]]), np.array([9.0])) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("ridge", [0.0, 2.5])
@pytest.mark.parametrize(("rows", "donors"), [(3, 8), (12, 5), (40, 30)])
def test_no_general_optimiser_does_better(rows: int, donors: int, ridge: float) -> None:
    A, b = problem(rows + donors, rows, donors)
    ours = simplex_weights(A, b, ridge=ridge)

    def loss(w: np.ndarray) -> float:
        return float(np.sum((A @ w - b) ** 2) + ridge * w @ w)

    theirs = minimize(
        loss,
        np.full(donors, 1 / donors),
        method="SLSQP",
        bounds=[(0, 1)] * donors,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert ours.min() >= 0
    assert ours.sum() == pytest.approx(1.0, abs=1e-12)
    assert loss(ours) <= theirs.fun + 1e-8
    assert loss(ours) == pytest.approx(theirs.fun, rel=1e-4, abs=1e-6)
    assert optimality_gap(A, b, ours, ridge=ridge) <= 1e-9 * (b @ b)
    assert optimality_gap(A, b, np.full(donors, 1 / donors), ridge=ridge) >= loss(np.full(donors, 1 / donors)) - loss(
        ours
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_start_changes_the_speed_and_not_the_answer(seed: int) -> None:
    A, b = problem(seed, 25, 40)
    cold = simplex_weights(A, b)
    for start in (np.full(40, 1 / 40), np.eye(40)[seed], simplex_weights(A[:20], b[:20])):
        assert simplex_weights(A, b, start=start) == pytest.approx(cold, abs=1e-9)


def test_a_target_inside_the_hull_is_met() -> None:
    A, _ = problem(1, 4, 20)
    b = A @ np.full(20, 0.05)
    for start in (None, np.eye(20)[3]):
        weights = simplex_weights(A, b, start=start)
        assert A @ weights == pytest.approx(b, abs=1e-9)


def test_identical_donors_still_have_an_answer() -> None:
    D = np.ones((5, 3))
    for start in (None, np.array([1.0, 0.0, 0.0])):
        assert nearest_in_hull(D, start=start).sum() == pytest.approx(1.0)
    assert nearest_in_hull(np.zeros((4, 3))).sum() == pytest.approx(1.0)


def test_frank_wolfe_nears_the_minimum_and_keeps_to_its_donors() -> None:
    problems = [problem(seed, 15, 6) for seed in range(4)]
    gram = np.stack([A.T @ A for A, _ in problems])
    linear = np.stack([A.T @ b for A, b in problems])
    constant = np.array([b @ b for _, b in problems])
    allowed = np.ones((4, 6), dtype=bool)
    allowed[2, 4] = False
    ridge = np.array([0.0, 1.0, 0.5, 3.0])
    start = allowed / allowed.sum(axis=1, keepdims=True)
    found = frank_wolfe(
        gram, linear, constant, ridge, start,
        allowed=allowed, rows=np.full(4, 15.0), decrease=np.full(4, 1e-14), steps=20_000,
    )  # fmt: skip
    for k, (A, b) in enumerate(problems):
        exact = simplex_weights(A[:, allowed[k]], b, ridge=float(ridge[k]))
        assert found[k, allowed[k]] == pytest.approx(exact, abs=2e-3)
        assert found[k].sum() == pytest.approx(1.0)
    assert found[2, 4] == 0.0


def test_shift_p_value_by_hand() -> None:
    gaps = np.array([1.0, -2.0, 3.0, 4.0])
    assert shift_p_value(gaps, 1) == 0.25  # only the true place has as much as 4
    assert shift_p_value(gaps, 2) == 0.25  # pairs: 7 (own), 5, −1, 1
    assert shift_p_value(-gaps, 2) == 0.25
    assert shift_p_value(np.array([4.0, 1.0, 1.0]), 1) == 1.0


def test_the_interval_is_where_the_p_value_crosses() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(31, 6)).cumsum(axis=0)
    x = X @ np.full(6, 1 / 6) + rng.normal(size=31) * 0.3
    x[-1] += 2.0
    p_value, low, high = effect_interval(X, x, 1, proxy="demeaned", ridge=None, estimate=2.0, level=0.9)

    def p_at(effect: float) -> float:
        null = x.copy()
        null[-1] -= effect
        return effect_interval(X, null, 1, proxy="demeaned", ridge=None, estimate=0.0, level=0.9)[0]

    assert p_value <= 0.1
    assert low < 2.0 < high
    for inside in (low + 0.01, high - 0.01):
        assert p_at(inside) > 0.1
    for outside in (low - 0.01, high + 0.01):
        assert p_at(outside) <= 0.1


def test_descend_keeps_to_its_box() -> None:
    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        curve = np.array([1.0, 10.0, 100.0])
        return float(curve @ (x - 3) ** 2), 2 * curve * (x - 3)

    value, where = descend(loss, np.array([-4.0, 0.0, 1.5]), -5.0, 2.0, steps=100)
    assert where == pytest.approx([2.0, 2.0, 2.0], abs=1e-6)
    assert value == pytest.approx(111.0, abs=1e-4)


def test_nested_gradient_agrees_with_differences() -> None:
    from btc_eval.inference.synthetic_predictors import _Nested

    rng = np.random.default_rng(5)
    nest = _Nested(rng.normal(1.0, 1.0, (4, 12)), rng.normal(0.5, 1.0, (9, 12)))
    logs = rng.normal(size=4)
    gradient = nest.loss(logs)[1]
    steps = 1e-6 * np.eye(4)
    numeric = [(nest.loss(logs + s)[0] - nest.loss(logs - s)[0]) / 2e-6 for s in steps]
    assert gradient == pytest.approx(numeric, rel=1e-4, abs=1e-7)


def test_a_treated_unit_inside_the_hull_has_its_predictors_met() -> None:
    rng = np.random.default_rng(11)
    X0, Z0 = rng.normal(size=(3, 15)), rng.normal(size=(10, 15))
    mixture = rng.dirichlet(np.ones(15))
    found = nested(X0, X0 @ mixture, Z0, Z0 @ mixture)
    assert X0 @ found.donors == pytest.approx(X0 @ mixture, abs=1e-7)
    assert found.loss == pytest.approx(0.0, abs=1e-12)


def test_the_same_seed_gives_the_same_weights() -> None:
    rng = np.random.default_rng(2)
    X0, Z0 = rng.normal(size=(3, 8)), rng.normal(size=(10, 8))
    x1, z1 = np.full(3, 2.0), np.ones(10)
    one, two = (nested(X0, x1, Z0, z1, searches=12, seed=4) for _ in range(2))
    assert (one.donors == two.donors).all()
    assert one.predictors is not None
    assert one.predictors.sum() == pytest.approx(1.0)
