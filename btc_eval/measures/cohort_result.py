"""The type of a cohort: who was in it, what came of them, and how they were chosen, with books that must balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.cohort_rule import CohortRule, Outcome, TimeVarying
from btc_eval.measures.days import NEVER, days_of

#: Columns of a cohort before its outcomes: who and when, then what was known on the entry date.
WHO = ("id", "child_id", "family", "entered", "index")
COVARIATES = (
    "age", "age_band", "sex", "ethnicity_group", "disabled", "prior_referrals", "prior_plan", "prior_care",
    "early_help_before", "need", "source", "source_group", "ward_code", "ward_name", "locality", "deprivation",
    "domestic_abuse", "substances", "mental_health", "disadvantage",
)  # fmt: skip
FLOW = ("step", "reason", "removed", "n")


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Children who entered by a rule, with what was known then and what came of them.

    It holds children: it is never shown, only estimated from and counted.

    Parameters
    ----------
    rule
        The rule.
    frame
        One row an entry. `WHO`: `id` (the child's, with the number of the entry where a child enters more than once),
        `child_id`, `family`, `entered` (date of the event), `index` (date from which follow-up runs: the same, or the
        landmark). `COVARIATES`, as known on the entry date: `age` (completed years, −1 unborn), bands and groups,
        `disabled` (missing where not recorded), earlier referrals, plan, care and early help (before the entry date),
        need and source of the latest referral, place on the entry date with its index of deprivation, and troubles of
        a parent found by the latest completed assessment. With an exposure: `exposed` (by the index date) and
        `project`; of a time-varying one `exposed_at_index`, for the rest see `follow_up`. For each outcome `…_days`
        (from the index date), `…_event` (0 censored, 1 the outcome, 2 and more what competes) and `…_end` (in words);
        blank, and "not at risk", where the child cannot have it. For each count `…_n` and `…_days` at risk.
    flow
        How the cohort was chosen: `step` (1, 2, …), `reason`, `removed`, `n` (kept). The first row holds the events
        that the rule starts from.
    exposed_from
        For a time-varying exposure, the day on which it begins, by row of `frame`; blank where it never does.
    papers
        Provenance, sources and window.
    """

    rule: CohortRule
    frame: pd.DataFrame
    flow: pd.DataFrame
    papers: Papers
    exposed_from: pd.Series | None = None

    def __post_init__(self) -> None:
        kept, removed = self.flow["n"].to_numpy(), self.flow["removed"].to_numpy()
        if (kept[:-1] - removed[1:] != kept[1:]).any() or kept[-1] != len(self.frame):
            raise ValueError("the flow of selection does not add up")
        cut_off = pd.Timestamp(self.rule.cut_off)
        for outcome in self.rule.outcomes:
            days, event = self.frame[f"{outcome.name}_days"], self.frame[f"{outcome.name}_event"]
            known = days.notna()
            if (days[known] <= 0).any() or (known != event.notna()).any():
                raise ValueError("an outcome on or before its index date, or one without a day")
            end = self.frame["index"] + pd.to_timedelta(days.fillna(0).astype("int64"), unit="D")
            if (end[known] > cut_off).any():
                raise ValueError("an outcome after the cut-off")
        if not self.frame["id"].is_unique:
            raise ValueError("an entry stands in the cohort twice")

    def __len__(self) -> int:
        return len(self.frame)

    def codes(self, outcome: str) -> dict[int, str]:
        """Which event code of this outcome stands for what?"""
        return self._outcome(outcome).codes()

    def _outcome(self, name: str) -> Outcome:
        for outcome in self.rule.outcomes:
            if outcome.name == name:
                return outcome
        raise refuse(
            f"cohort {self.rule.name!r}", "outcome", found=repr(name),
            allowed=", ".join(outcome.name for outcome in self.rule.outcomes), do="Name one of the rule's outcomes.",
        )  # fmt: skip

    def follow_up(self, outcome: str) -> pd.DataFrame:
        """Who was at risk of this outcome, for how long, and what ended it? Ready for an estimator.

        Returns
        -------
        pd.DataFrame
            `WHO`, `COVARIATES`, `exposed` where the rule has an exposure, `entry` (days; 0 but after a split),
            `duration` (days) and `event` (code). One row an entry at risk; with a time-varying exposure one for each
            part of follow-up: the unexposed part ends, without an event, on the day before the exposure begins.
        """
        name = self._outcome(outcome).name
        held = self.frame[self.frame[f"{name}_days"].notna()]
        columns = [*WHO, *COVARIATES, *(c for c in ("exposed", "project") if c in self.frame)]
        told = held[columns].assign(
            entry=0, duration=held[f"{name}_days"].astype("int64"), event=held[f"{name}_event"].astype("int64")
        )
        if self.exposed_from is None:
            return told.reset_index(drop=True)
        begins = days_of(self.exposed_from.loc[told.index])
        before = np.where(begins < NEVER, begins - days_of(told["index"]) - 1, NEVER)
        before = np.clip(before, 0, told["duration"].to_numpy())
        split = (before > 0) & (before < told["duration"].to_numpy())
        first = told.assign(exposed=before == 0)
        first.loc[split, "event"] = 0
        first.loc[split, "duration"] = before[split]
        second = told[split].assign(exposed=True, entry=before[split])
        both = pd.concat([first, second]).sort_values(["id", "entry"], kind="stable", ignore_index=True)
        return both

    def outcomes(self) -> pd.DataFrame:
        """What came of the cohort? `outcome`, `code`, `meaning`, `n` (entries), `days` at risk, `not_at_risk`."""
        rows = []
        for outcome in self.rule.outcomes:
            event, days = self.frame[f"{outcome.name}_event"], self.frame[f"{outcome.name}_days"]
            for code, meaning in outcome.codes().items():
                rows.append(
                    {
                        "outcome": outcome.name, "code": code, "meaning": meaning, "n": int((event == code).sum()),
                        "days": int(days[event == code].sum()), "not_at_risk": int(event.isna().sum()),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def time_varying(self) -> bool:
        """Return whether exposure may begin after the index date."""
        return isinstance(self.rule.exposure, TimeVarying)
