"""May a synthetic control be believed? Placebos in space and time, leaving donors out, and the quality of the fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError, refuse
from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Bools, Floats
from btc_eval.inference.synthetic import Weights
from btc_eval.its.synthetic_design import Design
from btc_eval.its.synthetic_panel import Panel
from btc_eval.its.synthetic_placebo import SyntheticPlacebo

#: Share of the earlier variance followed, from Ferman and Pinto (2021, section 5): 0.8 they call a good fit.
GOOD_FIT, POOR_FIT = 0.8, 0.5
#: A donor with more than this weight carries the comparison alone.
HEAVY = 0.5
#: Leaving out one donor may move the effect by this share of itself.
MOVES = 0.5


def gaps_of(outcomes: Floats, unit: int, fit: Weights) -> Floats:
    """Return observed less synthetic, shape (periods,)."""
    return np.asarray(outcomes[:, unit] - fit.intercept - outcomes @ fit.donors)


def every_donor_as_treated(
    panel: Panel, design: Design, fit: Weights, *, include_treated: bool, worst_fit: float | None
) -> SyntheticPlacebo:
    """Make a synthetic control for each donor from the others, and put the treated unit's beside them."""
    donors = panel.donors
    if len(donors) < 2:
        raise refuse(
            "synthetic control",
            "placebo",
            found="1 donor",
            allowed="two or more",
            do="Add untreated units: a donor taken as treated needs another to be compared with.",
        )
    pool = np.ones((len(donors), len(panel.units)), dtype=bool)
    pool[np.arange(len(donors)), donors] = False
    pool[:, panel.treated] = include_treated
    fits = [fit, *design.weigh(panel.outcomes, panel.before, donors, pool)]
    order = [panel.treated, *donors.tolist()]
    gaps = np.column_stack([gaps_of(panel.outcomes, unit, each) for unit, each in zip(order, fits)])
    placebo = SyntheticPlacebo(tuple(panel.units[i] for i in order), panel.times, gaps, panel.before, design.window)
    if worst_fit is None:
        return placebo
    if not worst_fit >= 1:
        raise UsageError(f"placebo: worst_fit {worst_fit!r} is not 1 or more (a multiple of the treated unit's).")
    kept = placebo.pre_rmspe**2 <= worst_fit * placebo.pre_rmspe[0] ** 2
    kept[0] = True
    left_out = tuple(unit for unit, keep in zip(placebo.units, kept) if not keep)
    units = tuple(unit for unit, keep in zip(placebo.units, kept) if keep)
    return replace(placebo, units=units, unit_gaps=gaps[:, kept], left_out=left_out)


def leave_one_out(panel: Panel, design: Design, fit: Weights, *, at_least: float) -> pd.DataFrame:
    """Weigh the donors again without each of those that carry weight."""
    used = [int(i) for i in np.argsort(-np.abs(fit.donors), kind="stable") if abs(fit.donors[i]) >= at_least]
    columns = ["left_out", "weight", "estimate", "pre_rmspe", "post_rmspe"]
    if len(panel.donors) < 2 or not used:
        return pd.DataFrame({name: pd.Series(dtype="str" if name == "left_out" else float) for name in columns})
    pool = np.ones((len(used), len(panel.units)), dtype=bool)
    pool[:, panel.treated] = False
    pool[np.arange(len(used)), used] = False
    fits = design.weigh(panel.outcomes, panel.before, np.full(len(used), panel.treated), pool)
    rows = []
    for donor, each in zip(used, fits):
        gaps = gaps_of(panel.outcomes, panel.treated, each)
        rows.append((panel.units[donor], fit.donors[donor], *_summary(gaps, panel.before, design.window)))
    return pd.DataFrame(rows, columns=columns)


def earlier_starts(panel: Panel, design: Design, starts: list[Any] | None, fewest_before: int) -> pd.DataFrame:
    """Pretend that the start was earlier, using only what came before the true one."""
    if design.values is not None or not design.window.all():
        raise UsageError("placebo_in_time: not with predictors or fit_window, whose periods are fixed; fit anew.")
    if starts is None:
        places = list(range(fewest_before, panel.before))
    else:
        positions = [panel.clock.index(start, place="starts") for start in starts]
        places = [int(np.sum(panel.periods < position)) for position in positions]
    wrong = [start for start, place in zip(starts or [], places) if not fewest_before <= place < panel.before]
    if wrong or not places:
        earliest = panel.clock.words(int(panel.periods[min(fewest_before, panel.before - 1)]))
        latest = panel.clock.words(int(panel.periods[panel.before - 1]))
        raise refuse(
            "synthetic control",
            "starts",
            found=", ".join(map(str, wrong)) or f"no period with {fewest_before} before it",
            allowed=f"periods from {earliest} to {latest}, before the true start",
            do="Choose dates inside that window.",
        )
    earlier = panel.outcomes[: panel.before]
    pool = np.ones((1, len(panel.units)), dtype=bool)
    pool[0, panel.treated] = False
    rows = []
    for place in places:
        window = np.ones(place, dtype=bool)
        fit = replace(design, window=window).weigh(earlier, place, np.array([panel.treated]), pool)[0]
        estimate, pre, post = _summary(gaps_of(earlier, panel.treated, fit), place, window)
        rows.append((panel.times[place], estimate, pre, post, post / pre if pre > 0 else float("inf")))
    return pd.DataFrame(rows, columns=["start", "estimate", "pre_rmspe", "post_rmspe", "ratio"])


def _summary(gaps: Floats, before: int, window: Bools) -> tuple[float, float, float]:
    earlier, later = gaps[:before][window], gaps[before:]
    return float(later.mean()), float(np.sqrt(np.mean(earlier**2))), float(np.sqrt(np.mean(later**2)))


def fit_quality(panel: Panel, design: Design, fit: Weights) -> tuple[Check, ...]:
    """Check the fit before the start, the donors used, and how far the effect depends on any one of them."""
    return (
        _earlier_fit(panel, design, fit),
        _within_range(panel, fit),
        _concentration(panel, fit),
        _enough_periods(panel, design),
        _rests_on_one(panel, design, fit),
    )


def _earlier_fit(panel: Panel, design: Design, fit: Weights) -> Check:
    window = design.window
    own = panel.outcomes[: panel.before, panel.treated][window]
    gaps = gaps_of(panel.outcomes, panel.treated, fit)[: panel.before][window]
    if design.method == "sdid":
        gaps = gaps - gaps.mean()
    plain = own - panel.outcomes[: panel.before, panel.donors][window].mean(axis=1)
    followed = 1.0 - float(np.mean(gaps**2)) / float(own.var())
    improved = 1.0 - float(np.sqrt(np.mean(gaps**2) / np.mean(plain**2))) if plain.any() else 0.0
    verdict = Verdict.PASS if followed >= GOOD_FIT else Verdict.CONCERN if followed >= POOR_FIT else Verdict.FAIL
    return Check(
        "fit before the start",
        verdict,
        f"The synthetic unit follows {followed:.0%} of the variance before the start; its typical gap is "
        f"{np.sqrt(np.mean(gaps**2)):.4g}, {improved:.0%} less than that of a plain average of the donors.",
    )


def _within_range(panel: Panel, fit: Weights) -> Check:
    means = panel.outcomes[: panel.before].mean(axis=0)
    own, others = means[panel.treated], means[panel.donors]
    name = "level within the donors' range"
    if fit.intercept != 0.0:
        return Check(name, Verdict.NOT_CHECKED, "The method takes differences in level away.")
    inside = bool(others.min() <= own <= others.max())
    words = f"Mean before the start {own:.4g}; the donors' run from {others.min():.4g} to {others.max():.4g}."
    return Check(name, Verdict.PASS if inside else Verdict.CONCERN, words)


def _concentration(panel: Panel, fit: Weights) -> Check:
    weights = fit.donors[panel.donors]
    heaviest = int(np.argmax(weights))
    name = panel.units[panel.donors[heaviest]]
    effective = 1.0 / float(np.sum(weights**2))
    negative = float(weights[weights < 0].sum())
    words = f"The heaviest donor is {name} ({weights[heaviest]:.2f}); the weights count as {effective:.1f} equal donors"
    words += f"; negative weights sum to {negative:.2f}, an extrapolation." if negative < 0 else "."
    good = weights[heaviest] <= HEAVY and negative >= 0
    return Check("spread of the weights", Verdict.PASS if good else Verdict.CONCERN, words)


def _enough_periods(panel: Panel, design: Design) -> Check:
    periods, donors = int(design.window.sum()), len(panel.donors)
    words = f"{periods} periods before the start and {donors} donors to choose from"
    if periods > donors:
        return Check("periods against donors", Verdict.PASS, words + ".")
    return Check("periods against donors", Verdict.CONCERN, words + ": a close fit can come about by chance.")


def _rests_on_one(panel: Panel, design: Design, fit: Weights) -> Check:
    name = "leaving one donor out"
    without = leave_one_out(panel, design, fit, at_least=0.01)
    if without.empty:
        return Check(name, Verdict.NOT_CHECKED, "There is no other donor to take over.")
    effect = float(gaps_of(panel.outcomes, panel.treated, fit)[panel.before :].mean())
    low, high = float(without["estimate"].min()), float(without["estimate"].max())
    words = f"The effect is {effect:.4g}; without any one donor it lies between {low:.4g} and {high:.4g}."
    if min(low * effect, high * effect) <= 0:
        return Check(name, Verdict.FAIL, words + " Its sign rests on one donor.")
    moved = max(abs(low - effect), abs(high - effect)) > MOVES * abs(effect)
    return Check(name, Verdict.CONCERN if moved else Verdict.PASS, words)
