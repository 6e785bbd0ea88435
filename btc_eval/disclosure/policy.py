"""Which figures may be shown? Named policies, read from `data/assumptions/disclosure.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from btc_eval import assumptions
from btc_eval.disclosure.policy_file import fields_of, parse, read, sources_of
from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.locations import data_folder, note_read


@dataclass(frozen=True, slots=True)
class Policy:
    """A named set of disclosure rules.

    Parameters
    ----------
    name, title, source
        What it is called in code, in words, and where its rules come from.
    minimum_cell
        The smallest count that may be shown; 0 where the publisher has already applied the rule.
    zero_may_show, zero_may_guard
        Whether a count of nought may be shown, and whether one may be hidden to guard another cell.
    class_minimum
        A group smaller than this is not shown to fall wholly in one category; 0 for no rule.
    rounding_base
        Counts are rounded to the nearest multiple of this; 1 for none.
    totals
        "summed": totals are the sum of what is shown, or rounded by themselves where a part is hidden; "rounded":
        always rounded by themselves.
    protected_low, protected_high
        What can be proved about a small cell must leave all of this interval open, both ends included.
    reasons_told
        Whether the words under a blank say if it is small or guards another. If so the engine reckons with an
        attacker who knows.
    minimum_denominator
        The smallest denominator of a rate.
    dominance_n, dominance_percent, p_ratio_percent
        Money: a sum is hidden where its `dominance_n` largest contributions exceed this share, or where the second
        largest contributor could estimate the largest to within the p-ratio; 0 for no rule.
    medians_may_show, quantile_each_side, extremes_may_show
        Whether medians and quantiles, and minima and maxima, may show, and how many must lie on each side.
    curve_step, at_risk_minimum
        Survival and incidence curves: the fewest events in a step, and the fewest at risk.
    pairs_may_show
        Whether a table with one row a child, or matched pairs, may show.
    minimum_df, minimum_level
        Models: the fewest residual degrees of freedom, and the fewest children behind an estimate.
    requires_provenance
        The kinds of data it may be applied to.
    sources
        Where the rules on `counts`, `rates`, `money`, `statistics`, `curves`, `rows` and `models` come from.
    """

    name: str
    title: str
    source: str
    minimum_cell: int
    zero_may_show: bool
    zero_may_guard: bool
    class_minimum: int
    rounding_base: int
    totals: Literal["summed", "rounded"]
    protected_low: int
    protected_high: int
    reasons_told: bool
    minimum_denominator: int
    dominance_n: int
    dominance_percent: int
    p_ratio_percent: int
    medians_may_show: bool
    quantile_each_side: int
    extremes_may_show: bool
    curve_step: int
    at_risk_minimum: int
    pairs_may_show: bool
    minimum_df: int
    minimum_level: int
    requires_provenance: tuple[Provenance, ...]
    sources: Mapping[str, str]

    @property
    def hides(self) -> bool:
        """Whether it hides small counts itself, rather than repeating what a publisher has already controlled."""
        return self.minimum_cell > 0


def _known() -> dict[str, Policy]:
    path = data_folder() / "assumptions" / "disclosure.toml"
    note_read(path)
    return _policies(read(path, path.stat().st_mtime))


def _policies(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Policy]:
    return {
        name: Policy(
            name=name,
            requires_provenance=tuple(Provenance(kind) for kind in rules["requires_provenance"]),
            sources=sources_of(rules),
            **fields_of(rules),
        )
        for name, rules in tables.items()
    }


def policies_in(text: str, file: str) -> dict[str, Policy]:
    """Which policies does this text hold, by name? For the rules of an edition that is frozen.

    Raises
    ------
    RefusedError
        For every fault of the text, which is called `file` in it.
    """
    return _policies(parse(text, file))


def policy(name: str) -> Policy:
    """Which rules does this name stand for?

    Parameters
    ----------
    name
        A policy in `data/assumptions/disclosure.toml`: "official", "council" or "open".

    Raises
    ------
    RefusedError
        Where no policy has that name (the known names are listed), and for every fault of the file, with its line.

    Examples
    --------
    >>> policy("council").minimum_cell
    6
    """
    known = _known()
    if name not in known:
        raise refuse(
            "disclosure.control",
            "policy",
            found=f"the name {name!r}",
            allowed=", ".join(sorted(known)),
            do="Use one of these, or add the policy with its source to data/assumptions/disclosure.toml.",
        )
    return known[name]


def policies() -> tuple[pd.DataFrame, Papers]:
    """What does each policy allow? One row a rule and one column a policy, in words.

    Returns
    -------
    tuple
        A table of text: `rule` in plain English, then a column for each policy in the order of the file; and its
        papers: the rules are assumptions of this report.
    """
    columns = {name: _in_words(rules) for name, rules in _known().items()}
    return pd.DataFrame(columns).rename_axis("rule").reset_index(), assumptions.PAPERS


def policy_sources(name: str) -> tuple[pd.DataFrame, Papers]:
    """Where does each rule of this policy come from? One row a kind of rule: `about, source`; and the papers."""
    rows = [{"about": about, "source": source} for about, source in policy(name).sources.items()]
    return pd.DataFrame(rows), assumptions.PAPERS


def _in_words(rules: Policy) -> dict[str, str]:
    def least(number: int, unit: str = "") -> str:
        return f"{number}{unit}" if number else "no rule of ours"

    def may(allowed: bool) -> str:
        return "yes" if allowed else "no"

    quantiles = f"yes, with {rules.quantile_each_side} on each side" if rules.quantile_each_side else "yes"
    totals = "added up from what is shown" if rules.totals == "summed" else "rounded by themselves"
    totals = totals if rules.rounding_base > 1 else "as published"
    return {
        "Smallest count that is shown": least(rules.minimum_cell),
        "Nought is shown": may(rules.zero_may_show),
        "Smallest group in which “all” or “none” is shown": least(rules.class_minimum),
        "Counts are rounded to the nearest": str(rules.rounding_base) if rules.rounding_base > 1 else "not rounded",
        "Totals": totals,
        "What must stay possible for a hidden cell": f"{rules.protected_low} to {rules.protected_high}",
        "Smallest denominator of a rate": least(rules.minimum_denominator),
        "Largest share of a sum of money from one or two": least(rules.dominance_percent, "%"),
        "Medians are shown": quantiles if rules.medians_may_show else "no",
        "Lowest and highest are shown": may(rules.extremes_may_show),
        "Fewest events in a step of a curve": least(rules.curve_step),
        "Fewest children still followed on a curve": least(rules.at_risk_minimum),
        "One row a child, or matched pairs": may(rules.pairs_may_show),
        "Fewest degrees of freedom of a model": least(rules.minimum_df),
        "Fewest children behind an estimate": least(rules.minimum_level),
    }
