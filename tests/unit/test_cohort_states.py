"""Many states: worked by hand, by brute force, and where two ways of computing must meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort
from btc_eval.errors import RefusedError, UsageError

CALL: dict[str, Any] = {"id": "child", "start": "start", "stop": "stop", "from_state": "state", "to_state": "next"}
STATES = ["in need", "plan", "closed"]


def rows(*lines: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["child", "start", "stop", "state", "next"])


def journeys(seed: int, children: int = 60, *, mixed: bool = False) -> pd.DataFrame:
    """Children moving to and fro between need and plan until closed, in whole days, some lost on the way."""
    rng = np.random.default_rng(seed)
    lines = []
    for child in range(children):
        state = "plan" if mixed and rng.uniform() < 0.4 else "in need"
        day, end = 0, int(rng.integers(5, 40))
        while state != "closed" and day < end:
            stay = int(rng.geometric(0.15))
            if day + stay > end:
                lines.append((child, day, end, state, None))
                break
            other = "plan" if state == "in need" else "in need"
            after = "closed" if rng.uniform() < 0.4 else other
            lines.append((child, day, day + stay, state, after))
            day, state = day + stay, after
    return rows(*lines).assign(
        w=lambda d: 0.5 + d["child"] % 5 / 3, family=lambda d: d["child"] // 3, one=lambda d: d["child"] * 0 + 1.0
    )


def found(frame: pd.DataFrame, **options: Any) -> cohort.StateProbabilities:
    return cohort.state_probabilities(frame, states=STATES, **CALL, **options)


def test_a_hand_worked_case() -> None:
    """Four children. Day 2: one of 4 needs a plan. Day 3: of 3 in need one closes, while one of 1 on a plan closes."""
    frame = rows(
        (1, 0, 2, "in need", "plan"),
        (1, 2, 3, "plan", "closed"),
        (2, 0, 3, "in need", "closed"),
        (3, 0, 3, "in need", None),
        (4, 0, 6, "in need", "plan"),
        (4, 6, 8, "plan", None),
    )
    table = found(frame, at=[1, 2, 3, 6]).tidy().pivot(index="time", columns="state", values="estimate")[STATES]
    by_hand = [[1, 0, 0], [3 / 4, 1 / 4, 0], [1 / 2, 0, 1 / 2], [0, 1 / 2, 1 / 2]]
    np.testing.assert_allclose(table, by_hand, atol=1e-15)
    stay = found(frame).length_of_stay(8).set_index("state")["estimate"]
    # 2 × 1 + 1 × 3/4 + 3 × 1/2 days in need; 1/4 + 2 × 1/2 on a plan; 5 × 1/2 closed
    np.testing.assert_allclose(stay[STATES], [4.25, 1.25, 2.5], atol=1e-14)
    counts = found(frame).counts()
    assert counts[counts["from_state"] == "in need"]["stays"].tolist() == [2, 1, 1]


def brute(frame: pd.DataFrame, weights: Any, at: float) -> Any:
    """The product of (I + dA), risk sets counted one by one."""
    code = {name: k for k, name in enumerate(STATES)}
    source = frame["state"].map(code).to_numpy()
    target = frame["next"].map(code).fillna(-1).astype(int).to_numpy()
    start, stop = frame["start"].to_numpy(), frame["stop"].to_numpy()
    first = start == 0
    p = np.bincount(source[first], weights[first], minlength=3) / weights[first].sum()
    for day in np.unique(stop[target >= 0]):
        if day > at:
            break
        step = np.eye(3)
        for h in range(3):
            here = (source == h) & (start < day) & (stop >= day)
            for j in range(3):
                share = weights[here & (stop == day) & (target == j)].sum() / max(weights[here].sum(), 1e-300)
                step[h, j] += share
                step[h, h] -= share
        p = p @ step
    return p


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize(("weights", "cluster"), [("one", None), ("w", None), ("w", "family")])
def test_errors_are_the_jackknife_of_small_changes_of_weight(mixed: bool, weights: str, cluster: str | None) -> None:
    frame = journeys(1, mixed=mixed)
    w = frame[weights].to_numpy()
    unit = frame["child" if cluster is None else cluster]
    moves = []
    for one in unit.unique():
        own = np.where(unit == one, 1e-5, 0)
        moves.append((brute(frame, w * (1 + own), 12) - brute(frame, w * (1 - own), 12)) / 2e-5)
    table = found(frame, at=[12], weights=weights, cluster=cluster).tidy()
    np.testing.assert_allclose(table["estimate"], brute(frame, w, 12), atol=1e-13)
    # central differences of a step of 1e-5 are good to about 1e-9
    np.testing.assert_allclose(table["std_error"], np.sqrt(np.sum(np.square(moves), axis=0)), rtol=1e-7)


@pytest.mark.parametrize("cluster", [None, "family"])
def test_all_times_together_are_the_times_one_by_one(cluster: str | None) -> None:
    """Influence carried forward day by day, and found backward from each day: two algorithms, one answer."""
    result = found(journeys(2, mixed=True), cluster=cluster, weights="w")
    together = result.tidy()
    alone = pd.concat([result.at(t) for t in result.found.times])
    joined = together.merge(alone, on=["state", "time"], suffixes=("", "_alone"))
    assert len(joined) == len(together)
    np.testing.assert_allclose(joined["std_error"], joined["std_error_alone"], rtol=1e-9, atol=1e-14)


def test_robust_transition_errors_of_occupation_from_one_state() -> None:
    """Everyone begins in need: P(0, t) from there is occupation, and so is its robust error."""
    result = found(journeys(3), at=[10])
    pairs = result.transition_probabilities(0, 10, variance="robust")
    own = pairs[pairs["from_state"] == "in need"].reset_index(drop=True)
    np.testing.assert_allclose(own["std_error"], result.tidy()["std_error"], rtol=1e-10)
    np.testing.assert_allclose(pairs.groupby("from_state")["estimate"].sum(), 1.0, atol=1e-12)


def test_chapman_kolmogorov() -> None:
    result = found(journeys(4))

    def matrix(s: float, t: float) -> Any:
        return result.transition_probabilities(s, t)["estimate"].to_numpy().reshape(3, 3)

    np.testing.assert_allclose(matrix(0, 20), matrix(0, 8) @ matrix(8, 20), atol=1e-13)


def test_stays_are_the_area_under_occupation() -> None:
    result = found(journeys(5, mixed=True))
    days = np.arange(0, 15)
    steps = result.at(np.maximum(days, 1e-9)).pivot(index="time", columns="state", values="estimate")[STATES]
    stay = result.length_of_stay(15).set_index("state")["estimate"][STATES]
    np.testing.assert_allclose(stay, steps.to_numpy().sum(axis=0), atol=1e-12)
    assert stay.sum() == pytest.approx(15)


def test_a_landmark_takes_only_those_who_are_there() -> None:
    frame = journeys(6)
    there = frame[(frame["start"] <= 6) & (frame["stop"] > 6) & (frame["state"] == "plan")]["child"]
    by_hand = frame[frame["child"].isin(there) & (frame["stop"] > 6)]
    by_hand = by_hand.assign(start=np.maximum(by_hand["start"], 6) - 6, stop=by_hand["stop"] - 6)
    result = found(frame).landmark("plan", 6).at([12]).set_index("state")
    direct = found(by_hand, at=[6]).tidy().set_index("state")
    columns = ["estimate", "std_error", "at_risk"]
    np.testing.assert_allclose(result[columns], direct[columns], atol=1e-13)


def test_two_states_are_kaplan_meier() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"days": rng.integers(1, 30, 80), "event": rng.integers(0, 2, 80), "child": range(80)})
    plain = cohort.survival(frame, duration="days", event="event", at=[5, 10, 20]).tidy()
    states = frame.assign(start=0, stop=frame["days"], state="open", next=frame["event"].map({0: None, 1: "closed"}))
    table = cohort.state_probabilities(states, states=["open", "closed"], at=[5, 10, 20], **CALL).tidy()
    own = table[table["state"] == "open"]
    for column in ("estimate", "std_error", "conf_low", "conf_high", "at_risk"):
        np.testing.assert_allclose(own[column], plain[column], rtol=1e-12)


def test_beyond_what_was_seen_there_is_no_estimate() -> None:
    frame = rows(
        (1, 0, 4, "in need", "plan"),
        (1, 4, 9, "plan", None),
        (2, 0, 7, "in need", None),
        (3, 0, 2, "plan", "closed"),
    )
    table = found(frame, at=[8, 10]).tidy()
    assert table.loc[table["time"] == 10, "estimate"].isna().all()
    assert table.loc[table["time"] == 8, "estimate"].notna().all()
    with pytest.raises(RefusedError, match="within which children were observed"):
        found(frame).length_of_stay(10)


def refused(frame: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        found(frame, **options)
    return str(caught.value)


GOOD = [("aaaa", 0, 4, "in need", "plan"), ("aaaa", 4, 9, "plan", "closed"), ("bbbb", 0, 7, "in need", None)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("cccc", 5, 3, "in need", None)], "a start not before stop in row 4"),
        ([("cccc", 3, 3, "in need", None)], "a start not before stop in row 4"),
        ([("cccc", 0, -2, "in need", None)], "negative follow-up in row 4"),
        ([("cccc", 0, 3, "elsewhere", None)], "a state that is not among `states` in row 4"),
        ([("cccc", 0, 3, "in need", "elsewhere")], "a state that is not among `states` in row 4"),
        ([("cccc", 0, 3, None, "plan")], "no state in row 4"),
        ([("cccc", 0, 3, "in need", "in need")], "a move from a state to itself in row 4"),
        ([("aaaa", 2, 6, "in need", None)], "an interval that begins before the child's last one ended"),
        ([("bbbb", 7, 9, "plan", "closed")], "a child in another state than the last interval led to in row 4"),
        ([("cccc", np.nan, 3, "in need", None)], "no value in row 4"),
        ([(None, 0, 3, "in need", None)], "no child in row 4"),
        ([("cccc", 0, 3, "closed", None)], "the state closed is never left: 1 intervals in it"),
    ],
)
def test_bad_intervals_are_refused_by_row_and_never_by_child(lines: list[Any], words: str) -> None:
    message = refused(rows(*GOOD, *lines))
    assert words in message
    for value in ("aaaa", "bbbb", "cccc"):
        assert value not in message


def test_a_final_state_with_intervals_may_be_declared() -> None:
    frame = rows(*GOOD, ("cccc", 0, 3, "in need", "closed"), ("cccc", 3, 9, "closed", None))
    assert "absorbing=['closed']" in refused(frame)
    assert found(frame, absorbing=["closed"]).counts()["stays"].sum() == 5
    assert "said to be absorbing" in refused(frame, absorbing=["plan", "closed"])


def test_moves_not_allowed_are_refused() -> None:
    message = refused(rows(*GOOD), allowed=[("in need", "plan")])
    assert "a move that is not among `allowed` in row 2" in message


def test_gaps_are_counted_or_refused() -> None:
    frame = rows(*GOOD, ("bbbb", 8, 12, "plan", "closed"))
    assert found(frame).gaps == 1
    assert "a gap before the interval in row 4" in refused(frame, gaps="refuse")


def test_no_moves_one_cluster_and_wrong_calls() -> None:
    frame = rows(*GOOD).assign(ward="w", next=None)
    message = refused(frame, cluster="ward")
    assert "no moves" in message or "one cluster" in message
    assert "one cluster" in refused(rows(*GOOD).assign(ward="w"), cluster="ward")
    assert "a weight of zero or below in row 2" in refused(rows(*GOOD).assign(w=[1, 0, 1]), weights="w")
    with pytest.raises(UsageError, match="two or more different states"):
        cohort.state_probabilities(rows(*GOOD), states=["plan", "plan"], **CALL)
    with pytest.raises(UsageError, match="no state"):
        found(rows(*GOOD)).landmark("elsewhere", 1)


def test_the_frame_is_left_as_it_was() -> None:
    frame = journeys(9)
    before = frame.copy(deep=True)
    found(frame, weights="w", cluster="family").tidy()
    pd.testing.assert_frame_equal(frame, before)
