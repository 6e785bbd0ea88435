"""Whatever is projected, the books close in every draw and month; a scenario without changes changes nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval import stockflow
from btc_eval.inference.cohorts import thin
from btc_eval.inference.shapley import parts
from tests.spec.test_stockflow_refusals import good

SEEDS = st.integers(0, 2**32 - 1)
OPENING = st.tuples(st.integers(0, 400), st.integers(0, 400))
WANDER = stockflow.Drift(0.1, 0.2, 0.1, 0.1, 0.2, 0.1, 0.3, (0.2, 0.4), (0.3,))


def ahead(opening: tuple[int, int], months: int, seed: int, **options: object) -> stockflow.Projection:
    rates = dataclasses.replace(good(), drift=WANDER)
    counted = dict(zip(rates.bands.names, opening))
    return stockflow.project(rates, counted, horizon=months, draws=8, rng=seed, **options)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(OPENING, st.integers(1, 40), SEEDS)
def test_opening_plus_starts_less_ceases_is_closing_in_every_draw_month_and_band(
    opening: tuple[int, int], months: int, seed: int
) -> None:
    p = ahead(opening, months, seed).paths
    out = np.zeros_like(p.starts)
    out[:, :, -1] = p.aged_out
    assert (p.stock[:, 1:] == p.stock[:, :-1] + p.starts - p.ceases + p.ageing - out).all()
    assert (p.stock[:, 0] == np.array(opening)).all()
    assert (p.ageing.sum(axis=2) == 0).all()
    assert min(part.min() for part in (p.stock, p.starts, p.ceases, p.aged_out)) >= 0


@settings(max_examples=15, deadline=None)
@given(OPENING, st.integers(1, 30), SEEDS)
def test_a_scenario_without_changes_is_the_baseline_draw_for_draw(
    opening: tuple[int, int], months: int, seed: int
) -> None:
    plain, null = ahead(opening, months, seed), ahead(opening, months, seed, scenario=stockflow.scenario("As now"))
    one = stockflow.change("exits", start="2022-04", ratio=1.0)
    same = ahead(opening, months, seed, scenario=stockflow.scenario("Times one", one))
    for other in (null, same):
        for part in ("stock", "starts", "ceases", "aged_out", "ageing"):
            assert (getattr(plain.paths, part) == getattr(other.paths, part)).all()


@settings(max_examples=10, deadline=None)
@given(OPENING, SEEDS)
def test_nothing_changes_before_the_month_of_a_change(opening: tuple[int, int], seed: int) -> None:
    later = stockflow.scenario("More", stockflow.change("entries", start="2023-01", ratio=5.0))
    plain, more = ahead(opening, 18, seed), ahead(opening, 18, seed, scenario=later)
    # The opening is 31 March 2022: nine months are before January 2023.
    assert (plain.paths.stock[:, :10] == more.paths.stock[:, :10]).all()
    assert more.paths.starts[:, 9:].sum() > plain.paths.starts[:, 9:].sum()


def test_books_that_do_not_close_cannot_become_a_projection() -> None:
    found = ahead((100, 100), 6, 1)
    wrong = dataclasses.replace(found.paths, starts=found.paths.starts + 1)
    with pytest.raises(ValueError, match="differs from closing"):
        dataclasses.replace(found, paths=wrong)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=50), st.floats(0.001, 0.999), SEEDS)
def test_no_more_leave_than_there_are(count: list[int], stay: float, seed: int) -> None:
    held = np.array(count)
    left = thin(held, np.full(len(held), np.log(stay)), np.random.default_rng(seed))
    assert ((left >= 0) & (left <= held)).all()


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_the_parts_of_any_gap_sum_to_it(first: list[float], second: list[float]) -> None:
    def tangled(f: object) -> np.ndarray:
        a, b, c, d = f  # type: ignore[misc]
        return np.asarray(np.sin(a) * b + max(c, d) ** 2 - a * c)

    assert parts(tangled, first, second).sum() == pytest.approx(float(tangled(first) - tangled(second)), abs=1e-9)
