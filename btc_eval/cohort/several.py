"""Several outcomes, one comparison each, told in one table: the plain one beside the fair one, differences first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.bias import bias_analysis
from btc_eval.cohort.comparable import MINIMUM, Comparable, comparable
from btc_eval.cohort.compare import Comparison, compare
from btc_eval.cohort.effect_result import Effect
from btc_eval.cohort.frames import frame_of
from btc_eval.cohort.subgroups import subgroups
from btc_eval.errors import RefusedError, UsageError
from btc_eval.inference.multiplicity import holm

DOOR = "cohort.compare_each"
#: To how many places estimates are told: enough to read, too few to work out the counts behind them.
PLACES = 4
FIFTHS = ("lowest fifth", "second", "third", "fourth", "highest fifth")


#: Why numbers of `Several.tidy` may be empty.
BLANKS = dict.fromkeys(
    ("difference_low", "difference_high", "ratio", "ratio_low", "ratio_high", "p_value", "p_adjusted"),
    "nobody in one of the groups had it",
)


@dataclass(frozen=True, slots=True)
class Groups:
    """Effects by group.

    Parameters
    ----------
    table
        by, group, treated, control (children), treated_events, control_events, difference, difference_low,
        difference_high (percentage points), p_value, p_adjusted (over all rows).
    left_out
        by, group, reason: groups that were not estimated.
    tests
        by, statistic, degrees, p_value, p_adjusted: do the groups of a column differ?
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    tests: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Several:
    """Comparisons of several outcomes.

    Parameters
    ----------
    comparisons
        By outcome, as `cohort.compare` found them.
    cohorts
        By outcome, what was compared: see `Comparable`.
    followed
        By outcome, the same children before their covariates were made fit.
    left_out
        outcome, reason: outcomes that could not be compared.
    treatment, cluster, minimum
        As asked.
    """

    comparisons: Mapping[str, Comparison] = field(repr=False)
    cohorts: Mapping[str, Comparable] = field(repr=False)
    followed: Mapping[str, pd.DataFrame] = field(repr=False)
    left_out: pd.DataFrame
    treatment: str
    cluster: str | None
    minimum: int

    def tidy(self, *, least: int = 0) -> pd.DataFrame:
        """What was the effect on each outcome?

        Parameters
        ----------
        least
            Leave out outcomes that fewer children than this had in either group; p-values still allow for them.

        Returns
        -------
        DataFrame
            One row an outcome and analysis ("as counted", "made alike"): outcome, analysis, treated, control (rows),
            treated_events, control_events, treated_share, control_share (risks), difference, difference_low,
            difference_high (of risks, in percentage points), ratio, ratio_low, ratio_high, p_value (of the difference),
            p_adjusted (Holm, over the outcomes of an analysis).
        """
        rows = []
        for outcome, found in self.comparisons.items():
            for analysis, part in (("as counted", found.crude), ("made alike", found.adjusted)):
                rows.append({"outcome": outcome, "analysis": analysis, **_told(found.crude, part)})
        table = pd.DataFrame(rows)
        table["p_adjusted"] = np.nan
        for analysis in table["analysis"].unique():
            here = (table["analysis"] == analysis) & table["p_value"].notna()
            table.loc[here, "p_adjusted"] = holm(table.loc[here, "p_value"].to_numpy(dtype=float))
        kept = table[["treated_events", "control_events"]].min(axis=1) >= least
        return table[kept].reset_index(drop=True)

    def of(self, outcome: str) -> Comparison:
        """Return one comparison, with its balance, overlap, sizes and checks."""
        if outcome not in self.comparisons:
            raise UsageError(f"{DOOR}: no outcome {outcome!r}; there are {', '.join(self.comparisons)}.")
        return self.comparisons[outcome]

    def love(self, outcome: str, *, most: int = 12, names: Mapping[str, str] | None = None) -> pd.DataFrame:
        """How alike are the groups?

        Returns
        -------
        DataFrame
            term, sample ("as counted", "made alike"), smd (size of the standardised difference), n (rows). The `most`
            covariates that differ most, before or after, the worst before first; `names` has words for their columns.
        """
        found = self.of(outcome)
        size = found.balance[["smd_before", "smd_after"]].abs().fillna(0.0)
        chosen = size.max(axis=1).nlargest(most).index
        table = size.loc[chosen].sort_values("smd_before", ascending=False).round(PLACES)
        parts = [
            pd.DataFrame(
                {
                    "term": found.balance.loc[table.index, "term"].map(lambda term: _words(term, names or {})),
                    "sample": words,
                    "smd": table[when],
                }
            )
            for when, words in (("smd_before", "as counted"), ("smd_after", "made alike"))
        ]
        return pd.concat(parts, ignore_index=True).assign(n=int(found.sizes["rows"].sum()))

    def overlap(self, outcome: str) -> pd.DataFrame:
        """Did both groups have a chance of being reached? By fifths of that chance: fifth, treated, control."""
        groups = self.of(outcome).groups
        chance = getattr(groups, "propensity", None)
        if chance is None or not len(chance):
            raise UsageError(f"{DOOR}: overlap is shown where a chance of treatment was estimated, design='weight'.")
        fifth = np.minimum((chance.rank(method="first", pct=True) * 5 - 1e-9).astype(int).to_numpy(), 4)
        treated = np.asarray(groups.treated, dtype=bool)  # type: ignore[union-attr]
        counts = [[int((arm & (fifth == k)).sum()) for arm in (treated, ~treated)] for k in range(len(FIFTHS))]
        return pd.DataFrame(counts, columns=["treated", "control"]).assign(fifth=FIFTHS)[
            ["fifth", "treated", "control"]
        ]

    def sizes(self, outcome: str) -> pd.DataFrame:
        """How much are the rows worth after weighting? group, rows, effective (whole rows)."""
        table = self.of(outcome).sizes[["group", "rows", "effective"]]
        return table.assign(effective=table["effective"].round().astype("int64"))

    def weights(self, outcome: str) -> pd.Series[Any]:
        """Return what each row of the outcome's frame counts for."""
        groups = self.of(outcome).groups
        if groups is None:
            raise UsageError(f"{DOOR}: this design gives rows no weights.")
        return groups.weights

    def strength(self, outcome: str) -> pd.DataFrame:
        """How strong must an unmeasured cause be to explain the fair ratio? point, limit (E-values), n (rows)."""
        found = self.of(outcome)
        if found.evalue is None:
            raise UsageError(f"{DOOR}: there is no ratio of {outcome!r} from which to work out an E-value.")
        row = {"outcome": outcome, "point": found.evalue.point, "limit": found.evalue.limit}
        return pd.DataFrame([{**row, "n": int(found.sizes["rows"].sum())}]).round(PLACES)

    def bias(
        self,
        outcome: str,
        *,
        treated: Sequence[float] = (0.2, 0.4),
        control: Sequence[float] = (0.2, 0.4),
        strength: Sequence[float] = (2.0, 3.0),
    ) -> pd.DataFrame:
        """What would the fair ratio be, had an unmeasured cause been adjusted for? As `cohort.bias_analysis`.

        Returns
        -------
        DataFrame
            prevalence_treated, prevalence_control, strength, ratio, ratio_low, ratio_high, n (rows): pairs of
            prevalences that are equal, which change nothing, are left out.
        """
        found = self.of(outcome)
        ends = [found.adjusted.value("risk_ratio", column) for column in ("estimate", "conf_low", "conf_high")]
        analysis = bias_analysis(*ends, prevalence_treated=treated, prevalence_control=control, strength=strength)
        table = analysis.tidy().rename(
            columns={"risk_ratio": "ratio", "conf_low": "ratio_low", "conf_high": "ratio_high"}
        )
        table = table[table["prevalence_treated"] != table["prevalence_control"]].reset_index(drop=True)
        chosen = ["prevalence_treated", "prevalence_control", "strength", "ratio", "ratio_low", "ratio_high"]
        return table[chosen].round(PLACES).assign(n=int(found.sizes["rows"].sum()))

    def groups(
        self, outcome: str, *, by: Sequence[str], covariates: Sequence[str], names: Mapping[str, str] | None = None
    ) -> Groups:
        """For whom? The fair difference in each group, with p-values that allow for looking at several.

        Parameters
        ----------
        by
            Columns whose values are the groups, as they were before rare levels were joined.
        covariates
            What is made alike within a group; fewer than for all, since groups are smaller.
        names
            Words for the columns of `by`.
        """
        fit, raw = self.cohorts[outcome], self.followed[outcome]
        frame = fit.frame.assign(**{column: raw[column].array for column in by})
        kept = [name for name in covariates if name in fit.covariates]
        found = subgroups(
            frame, outcome="happened", treatment=self.treatment, by=by, covariates=kept, cluster=self.cluster,
            minimum=self.minimum,
        )  # fmt: skip
        rows = [_group_row(line, frame, self.treatment) for line in found.table.to_dict("records")]
        words = dict(names or {})
        table, left = pd.DataFrame(rows).replace({"by": words}), found.left_out.replace({"by": words})
        return Groups(table, left, found.tests.replace({"by": words}))

    def checks(self, outcome: str) -> pd.DataFrame:
        """What speaks for and against it? check, verdict (in words)."""
        return pd.DataFrame([(c.name, c.verdict.value) for c in self.of(outcome).checks], columns=["check", "verdict"])


def compare_each(
    followed: Mapping[str, Any],
    *,
    covariates: Sequence[str],
    treatment: str = "exposed",
    event: str = "event",
    cluster: str | None = "family",
    minimum: int = MINIMUM,
    conf_level: float = 0.95,
) -> Several:
    """Did those who were reached fare differently from others like them, outcome by outcome?

    Parameters
    ----------
    followed
        By the outcome's words, a frame with one row a child at risk of it.
    covariates, treatment, cluster, conf_level
        As in `cohort.compare`. Covariates are made fit first: see `cohort.comparable`.
    event
        Column of codes: 1 the outcome happened in time, anything else that it did not.
    minimum
        Fewest children of a level in each arm; an outcome with fewer in an arm is left out.

    Returns
    -------
    Several

    Raises
    ------
    UsageError
        Where no outcome can be compared.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"exposed": [1, 1, 0] * 20, "poor": [1, 0, 1, 0, 1] * 12})
    >>> people["event"] = [0, 1, 2, 0, 0, 1] * 10
    >>> found = compare_each({"Taken into care": people}, covariates=["poor"], cluster=None)
    >>> found.tidy()[["analysis", "treated", "treated_events"]].values.tolist()
    [['as counted', 40, 10], ['made alike', 40, 10]]
    """
    comparisons, cohorts, kept, left = {}, {}, {}, []
    for outcome, given in followed.items():
        frame = frame_of(given).reset_index(drop=True)
        frame = frame.assign(
            happened=(frame[event] == 1).astype("int64"), **{treatment: frame[treatment].astype("int64")}
        )
        arms = frame.groupby(treatment).size()
        if len(arms) < 2 or arms.min() < minimum:
            left.append((outcome, f"fewer than {minimum} children in an arm"))
            continue
        try:
            fit = comparable(frame, treatment=treatment, covariates=covariates, minimum=minimum)
            comparisons[outcome] = compare(
                fit.frame, outcome="happened", treatment=treatment, covariates=fit.covariates, cluster=cluster,
                conf_level=conf_level,
            )  # fmt: skip
            cohorts[outcome], kept[outcome] = fit, frame
        except RefusedError as error:
            left.append((outcome, f"not estimable: {error.refusals[0].allowed} is needed"))
    if not comparisons:
        raise UsageError(f"{DOOR}: no outcome can be compared: " + "; ".join(f"{name}: {why}" for name, why in left))
    told = pd.DataFrame(left, columns=["outcome", "reason"])
    return Several(comparisons, cohorts, kept, told, treatment, cluster, minimum)


def _words(term: str, names: Mapping[str, str]) -> str:
    """Say a term of the balance in words: "age_band_1 to 4 years" → "Age: 1 to 4 years"."""
    if term == "distance":
        return "Chance of being reached"
    column = max((name for name in names if term == name or term.startswith(f"{name}_")), key=len, default="")
    if not column:
        return term.replace("_", " ")
    level = term.removeprefix(column).removeprefix("_").replace("_", " ")
    return f"{names[column]}: {level}" if level else names[column]


def _told(crude: Effect, part: Effect) -> dict[str, Any]:
    events, rows = crude.events, crude.rows
    told: dict[str, Any] = {"treated": rows[1], "control": rows[0]}
    told |= {"treated_events": round(events[1]), "control_events": round(events[0])}
    told |= {f"{arm}_share": round(part.value(f"risk_{arm}"), PLACES - 1) for arm in ("treated", "control")}
    for name, times in (("difference", 100.0), ("ratio", 1.0)):
        for column, end in _ENDS:
            told[f"{name}{end}"] = round(times * part.value(f"risk_{name}", column), PLACES - (2 if times > 1 else 0))
    return told | {"p_value": part.value("risk_difference", "p_value")}


def _group_row(line: dict[Any, Any], frame: pd.DataFrame, treatment: str) -> dict[str, Any]:
    column = frame[line["by"]]
    here = column.isna() if line["group"] == "not recorded" else column.astype("str") == line["group"]
    arms = {name: frame[here & (frame[treatment] == code)] for name, code in (("treated", 1), ("control", 0))}
    told = {"by": line["by"], "group": line["group"], **{name: len(part) for name, part in arms.items()}}
    told |= {f"{name}_events": int(part["happened"].sum()) for name, part in arms.items()}
    told |= {f"difference{end}": round(100 * float(line[column]), PLACES - 2) for column, end in _ENDS}
    return told | {name: float(line[name]) for name in ("p_value", "p_adjusted")}


_ENDS = (("estimate", ""), ("conf_low", "_low"), ("conf_high", "_high"))
