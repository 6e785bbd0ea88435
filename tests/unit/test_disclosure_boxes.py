"""Witnesses found along boxes: every proposal keeps every sum, and nothing is taken for proved that is not."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
import pytest

from btc_eval import disclosure
from btc_eval.disclosure.box_routes import box_prune, box_route
from btc_eval.disclosure.boxes import Boxes
from btc_eval.disclosure.cells import Cells, Sheet, gather
from btc_eval.disclosure.links import NEVER, Key, added
from btc_eval.disclosure.policy import policy
from btc_eval.disclosure.prove import prove
from btc_eval.disclosure.region import Clock, OutOfTimeError
from btc_eval.disclosure.small import as_system, small_cells
from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.system import System
from btc_eval.disclosure.witness import Witnesses
from btc_eval.errors import RefusedError

Parents = Mapping[str, Mapping[Hashable, Hashable]]

#: Wards in localities, months in quarters in years: chains of one, two and three above a member.
TREES: Parents = {
    "ward": {f"ward {i}": f"locality {i % 3}" for i in range(9)},
    "month": {f"month {i}": f"quarter {i // 3}" for i in range(12)}
    | {f"quarter {i}": f"year {i // 2}" for i in range(4)},
}


def table(seed: int, trees: Parents, sizes: tuple[int, int, int] = (9, 12, 4), mean: float = 3.0) -> pd.DataFrame:
    """Return made-up counts by ward, month and source with every total that the trees and the word Total ask for."""
    rng = np.random.default_rng(seed)
    keys = ["ward", "month", "source"]
    index = pd.MultiIndex.from_product(
        [[f"{key} {i}" for i in range(size)] for key, size in zip(keys, sizes)], names=keys
    )
    frame = pd.DataFrame({"n": rng.negative_binomial(0.7, 0.7 / (0.7 + mean), len(index))}, index=index).reset_index()
    for key in keys:
        parents, level = dict(trees.get(key, {})), frame
        while len(level):
            above = [parents.get(member, "Total" if member != "Total" else None) for member in level[key]]
            level = level.assign(**{key: above}).dropna(subset=[key]).groupby(keys, as_index=False)["n"].sum()
            frame = pd.concat([frame, level], ignore_index=True)
        frame = frame.groupby(keys, as_index=False, sort=False)["n"].agg(lambda found: found.iloc[0])
    return frame


def system(frame: pd.DataFrame, trees: Parents) -> System:
    shape = Shape(("ward", "month", "source"), "Total", trees)
    return _system(gather([Sheet("table", frame, shape, ("n",), whole=("n",))]))


def _system(cells: Cells) -> System:
    rules = policy("council")
    return as_system(cells, small_cells(cells, rules), rules, "information")


@pytest.mark.parametrize("trees", [{}, TREES], ids=["flat", "trees"])
def test_every_way_along_boxes_is_a_witness(trees: Parents) -> None:
    """Checked against the sums here, not by the code under test."""
    whole = system(table(3, trees), trees)
    witnesses, hidden = Witnesses(whole), whole.hidden.copy()
    lay = Boxes(whole, whole.grids[0], hidden, witnesses)
    found, small = 0, whole.protected & (whole.value > 0)
    for cell, sign in itertools.product(np.flatnonzero(small)[::7], (1, -1)):
        moved = lay.way(int(cell), sign)
        if moved is not None:
            found += 1
            deviation = np.zeros(len(hidden))
            deviation[moved] = lay.by[moved]
            assert not (whole.A @ deviation).any()
            value = whole.value + deviation
            assert (value >= whole.low).all()
            assert not (deviation[whole.fixed]).any()
            assert value[cell] == (6 if sign > 0 else 0)
        lay.forget()
        assert not lay.by.any()
    assert found > 50


@pytest.mark.parametrize("trees", [{}, TREES], ids=["flat", "trees"])
def test_the_route_and_the_pruned_route_are_proved_by_programs_alone(trees: Parents) -> None:
    """The proof starts without the witnesses found on the way and so has to find its own."""
    whole = system(table(5, trees, (6, 6, 3) if not trees else (9, 12, 2)), trees)
    witnesses, hidden, clock = Witnesses(whole), whole.hidden.copy(), Clock.of(100)
    box_route(whole, hidden, clock, witnesses)
    up, down = witnesses.borne(hidden)
    settled = up & down
    assert settled[whole.protected].mean() > 0.9
    guards = np.flatnonzero(hidden & ~whole.hidden)
    pruned = box_prune(whole, hidden, guards, clock, witnesses)
    assert whole.hidden.sum() < pruned.sum() < hidden.sum()
    exposed = {cut.cell for cut in prove(whole, pruned, clock).cuts if cut.proved}
    assert not exposed & set(np.flatnonzero(settled))


def test_a_released_cube_stands_up_to_the_attack_by_linear_programming() -> None:
    frame = table(11, {}, (13, 13, 7))
    keys = ["ward", "month", "source"]
    safe = disclosure.control(frame, "council", keys=keys, counts="n", totals="Total")
    assert safe.protection is not None
    assert safe.protection.method == "heuristic"
    assert safe.protection.cells == len(frame) > 1_500
    shown = frame.set_index(keys)["n"].astype("Int64")
    shown[safe.suppressed.set_index(keys).index] = pd.NA
    found = disclosure.audit(shown.reset_index(), keys=keys, counts="n", totals="Total").set_index(keys)
    true = frame.set_index(keys)["n"].reindex(found.index)
    small = (true > 0) & (true < 6)
    assert small.sum() > 100
    assert (found.loc[small, "lower"] == 0).all()
    assert (found.loc[small, "upper"] >= 6).all()


def test_where_nothing_may_guard_no_way_is_found_and_the_table_is_refused() -> None:
    """Totals that everyone knows and noughts by definition: of two cells in a ward, neither can stand for the other."""
    frame = table(2, {}, (9, 9, 7), mean=40.0)
    frame = frame[(frame[["ward", "month", "source"]] != "Total").all(axis=1)].reset_index(drop=True)
    ward = frame["ward"] == "ward 0"
    frame.loc[ward, "n"] = 0
    frame.loc[ward & (frame["month"] == "month 0") & (frame["source"] == "source 0"), "n"] = 3
    frame.loc[ward & (frame["month"] == "month 1") & (frame["source"] == "source 1"), "n"] = 40
    frame["never"] = ward & (frame["n"] == 0)
    keys = ["ward", "month", "source"]
    with pytest.raises(RefusedError, match="no pattern of blanks can protect") as refused:
        disclosure.control(
            frame, "council", keys=keys, counts="n", totals="Total", known_totals=keys, structural="never"
        )
    assert "ward 0" not in str(refused.value)


def test_cells_bound_elsewhere_are_left_to_the_programs() -> None:
    """The totals that two tables share stand in the sums of both: no box in either keeps them."""
    one = table(4, {}, (9, 9, 1)).query("source == 'Total'")[["ward", "month", "n"]]
    inner = one[(one[["ward", "month"]] != "Total").all(axis=1)]
    status = inner.groupby("ward", as_index=False)["n"].sum().assign(status="open")
    other = status.assign(n=status["n"] // 3)
    both = pd.concat([other, status.assign(status="closed", n=status["n"] - other["n"])], ignore_index=True)
    sheets = [
        Sheet("by month", one.reset_index(drop=True), Shape(("ward", "month"), "Total"), ("n",), whole=("n",)),
        Sheet("by status", both, Shape(("ward", "status"), "Total"), ("n",), known=("status",), whole=("n",)),
    ]
    cells = gather(sheets)
    whole = _system(cells)
    lay = Boxes(whole, whole.grids[0], whole.hidden.copy(), Witnesses(whole))
    rows = sheets[0].frame
    total = cells.where[0][(rows["month"] == "Total") & (rows["ward"] != "Total"), 0]
    free = cells.where[0][(rows["month"] != "Total") & (rows["ward"] != "Total"), 0]
    assert lay.stuck[total].all()
    assert not lay.stuck[free].any()


def with_rest(seed: int) -> pd.DataFrame:
    """Return a table of a count, what it is a part of, and what is left of that."""
    frame = table(seed, {}, (9, 8, 3))
    rest = table(seed + 1, {}, (9, 8, 3), mean=30.0)
    assert frame[["ward", "month", "source"]].equals(rest[["ward", "month", "source"]])
    return frame.assign(rest=rest["n"], all=frame["n"] + rest["n"])


def ways(whole: System) -> float:
    """Which share of the ways, up and down, of the small cells of the grids is found? Each is checked against every
    sum."""
    witnesses, hidden = Witnesses(whole), whole.hidden.copy()
    lays = [Boxes(whole, grid, hidden, witnesses) for grid in whole.grids]
    found, inside = 0, np.any([lay.place >= 0 for lay in lays], axis=0)
    small = np.flatnonzero(whole.protected & (whole.value > 0) & inside)
    for cell, sign in itertools.product(small, (1, -1)):
        for lay in lays:
            moved = lay.way(int(cell), sign)
            if moved is not None:
                deviation = np.zeros(len(hidden))
                deviation[moved] = lay.by[moved]
                assert not (whole.A @ deviation).any()
                assert (whole.value + deviation >= whole.low).all()
                found += 1
            lay.forget()
            assert not lay.by.any()
    return found / (2 * len(small))


def test_what_a_rate_leaves_of_its_denominator_follows_its_numerator() -> None:
    """Each count stands in the sum of its rate too: without what follows, no way along boxes would keep that."""
    frame = with_rest(6)
    shape = Shape(("ward", "month", "source"), "Total")
    counts = ("n", "all")
    whole = _system(gather([Sheet("table", frame, shape, counts, shares=(("n", "all"),), whole=counts)]))
    assert ways(whole) > 0.9
    safe = disclosure.control(
        frame.drop(columns="rest"),
        "council",
        keys=list(shape.keys),
        counts=counts,
        totals="Total",
        rates={"share": ("n", "all", 100)},
    )
    assert safe.protection is not None
    assert safe.protection.cells == 3 * len(frame)


def test_counts_that_add_up_across_columns_are_one_more_key() -> None:
    frame = with_rest(8)
    shape = Shape(("ward", "month", "source"), "Total")
    counts = ("n", "rest", "all")
    cells = gather([Sheet("table", frame, shape, counts, across={"all": ("n", "rest")}, whole=counts)])
    assert [grid.at.shape for grid in cells.grids] == [(10, 9, 4, 3)]
    assert cells.grids[0].above[3].tolist() == [2, 2, -1]
    whole = _system(cells)
    assert ways(whole) > 0.9


def test_columns_that_are_said_to_add_up_to_each_other_end() -> None:
    frame = with_rest(8)
    shape = Shape(("ward", "month", "source"), "Total")
    across = {"all": ("n",), "n": ("all",)}
    cells = gather([Sheet("table", frame, shape, ("n", "all"), across=across, whole=("n", "all"))])
    assert len(cells.grids) in (1, 2)


def test_where_what_follows_has_no_room_there_is_no_way() -> None:
    """All children but one have a plan: what is left can fall by one, so the numerator can rise by no more."""
    frame = with_rest(6).assign(rest=1)
    frame["all"] = frame["n"] + 1
    shape = Shape(("ward", "month", "source"), "Total")
    counts = ("n", "all")
    cells = gather([Sheet("table", frame, shape, counts, shares=(("n", "all"),), whole=counts)])
    lay = Boxes(_system(cells), cells.grids[0], _system(cells).hidden, Witnesses(_system(cells)))
    ones = cells.where[0][(frame["n"] == 1).to_numpy(), 0]
    assert len(ones) > 20
    assert (lay.high[ones] == 2).all()
    assert (lay.low[ones] == 0).all()
    assert all(lay.way(int(one), 1) is None for one in ones[:20])


def test_time_over_is_no_answer_for_a_route_and_the_proved_pattern_for_a_prune() -> None:
    whole = system(table(3, {}), {})
    witnesses, hidden = Witnesses(whole), whole.hidden.copy()
    with pytest.raises(OutOfTimeError):
        box_route(whole, hidden, Clock(0.0), witnesses)
    box_route(whole, hidden, Clock.of(100), witnesses)
    guards = np.flatnonzero(hidden & ~whole.hidden)
    assert (box_prune(whole, hidden, guards, Clock(0.0), witnesses) == hidden).all()


def test_a_large_table_is_refused_when_its_time_is_over() -> None:
    with pytest.raises(RefusedError, match="no proof within"):
        disclosure.control(
            table(3, {}), "council", keys=["ward", "month", "source"], counts="n", totals="Total", seconds=0.02
        )


def test_the_links_of_a_key() -> None:
    """Three months in two quarters (0, 1 | 2) in a year, which stands under nothing; drawn up by hand."""
    month, quarter, year, none = 0, 3, 5, 6
    above = np.array([3, 3, 4, 5, 5, -1])

    def listed(member: int) -> set[frozenset[tuple[int, int]]]:
        found = Key(above).links(member)
        rows = [row for row in range(len(found.members)) if row not in found.wrong]
        return {
            frozenset((int(m), int(t)) for m, t in zip(found.members[row], found.turns[row]) if m != none)
            for row in rows
        }

    assert listed(month) == {
        frozenset({(0, 1), (1, -1)}),
        frozenset({(0, 1), (3, 1), (2, -1), (4, -1)}),
        frozenset({(0, 1), (3, 1), (5, 1)}),
    }
    assert listed(quarter) == {
        frozenset({(0, 1), (3, 1), (5, 1)}),
        frozenset({(1, 1), (3, 1), (5, 1)}),
        frozenset({(0, 1), (3, 1), (2, -1), (4, -1)}),
        frozenset({(1, 1), (3, 1), (2, -1), (4, -1)}),
    }
    assert listed(year) == {
        frozenset({(0, 1), (3, 1), (5, 1)}),
        frozenset({(1, 1), (3, 1), (5, 1)}),
        frozenset({(2, 1), (4, 1), (5, 1)}),
    }


@pytest.mark.parametrize("member", range(6))
def test_the_prices_of_links_are_the_prices_of_what_they_move(member: int) -> None:
    above = np.array([3, 3, 4, 5, 5, -1])
    rng = np.random.default_rng(member)
    same, other = rng.uniform(1, 9, (2, 4, 7)).astype(np.float32)
    same[:, 6] = other[:, 6] = 0
    found = Key(above).links(member)
    got = added(same, other, found, 1)
    for link in range(len(found.members)):
        want = sum(
            (same if turn > 0 else other)[:, moved]
            for moved, turn in zip(found.members[link], found.turns[link])
            if turn != 0
        )
        if link in found.wrong:
            assert (got[:, link] == np.float32(NEVER)).all()
        else:
            np.testing.assert_allclose(got[:, link], want, rtol=1e-6)


def test_a_sparse_table_is_not_laid_out_and_still_protected() -> None:
    """A thousand combinations of keys with a hundred rows: no grid, and no harm."""
    rows = [{"a": f"a{i}", "b": f"b{i * 7 % 50}", "c": f"c{i * 3 % 40}", "n": 3 + i % 9} for i in range(50)]
    cells = gather([Sheet("table", pd.DataFrame(rows), Shape(("a", "b", "c")), ("n",), whole=("n",))])
    assert cells.grids == ()
    safe = disclosure.control(pd.DataFrame(rows), "council", keys=["a", "b", "c"], counts="n")
    assert len(safe.suppressed) == sum(row["n"] < 6 for row in rows)
