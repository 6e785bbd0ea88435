"""Tables that join records of several kinds: the plan at a glance, roles by phase, the reasoning, questions and claims.

None has an empty cell. Their papers are those of the records they are made from: join the papers of the facts named.
"""

from __future__ import annotations

from typing import cast

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.programme.appraisal import Claim, Commitment, Indicator, Outcome, Priority, Question, Theme
from btc_eval.programme.facts import Facts
from btc_eval.programme.load import facts
from btc_eval.programme.options import Era, Phase, Status
from btc_eval.programme.schema import Record, Role, Stage

_WHOLE_PLAN = "The plan as a whole"
_NONE = "none named"


def claim_numbers() -> pd.DataFrame:
    """Which figures do the claims give?

    Returns
    -------
    pandas.DataFrame
        One row a figure: `claim` (the claim's id), `what`, `value` as the paper gives it, `unit`. The papers are
        those of `programme.claims()`.
    """
    rows = [
        {"claim": claim.id, "what": number.what, "value": float(number.value), "unit": number.unit}
        for claim in cast(Facts[Claim], facts("claims"))
        for number in claim.numbers
    ]
    return pd.DataFrame(rows, columns=["claim", "what", "value", "unit"])


def plan_by_priority() -> pd.DataFrame:
    """How many promises has the remodelling plan, under each priority, and how many say who or when?

    Returns
    -------
    pandas.DataFrame
        One row a priority in the report's order, then the promises that belong to the plan as a whole, then "All".
        `priority`; `promises`; `with_owner` and `with_date`, those that name one; `shown`, those of which public
        sources show something (kept, partly kept, started or carried over); `not_known`. A promise that serves
        every priority is counted once, with the plan as a whole. Papers: priorities joined with commitments.
    """
    plan = cast(Facts[Commitment], facts("commitments")).where(era=Era.REMODELLING)
    groups: list[tuple[str, list[Commitment]]] = []
    for priority in cast(Facts[Priority], facts("priorities")):
        groups.append((priority.name, [item for item in plan if item.priorities == (priority.id,)]))
    groups.append((_WHOLE_PLAN, [item for item in plan if len(item.priorities) != 1]))
    groups.append(("All", list(plan)))
    return pd.DataFrame([{"priority": name, **_tally(items)} for name, items in groups])


def _tally(items: list[Commitment]) -> dict[str, int]:
    unknown = sum(item.status is Status.NOT_KNOWN for item in items)
    return {
        "promises": len(items),
        "with_owner": sum(bool(item.owner) for item in items),
        "with_date": sum(bool(item.due) for item in items),
        "shown": len(items) - unknown,
        "not_known": unknown,
    }


def outcomes_by_priority() -> pd.DataFrame:
    """Which priority serves which national outcome, and what could be counted to see it?

    Returns
    -------
    pandas.DataFrame
        One row an outcome in the framework's order: `id`, `position`, `outcome`; `priorities`, those to which the
        report ties it; `indicators`, what could be counted. Papers: outcomes, priorities and indicators joined.
    """
    priorities = cast(Facts[Priority], facts("priorities"))
    indicators = cast(Facts[Indicator], facts("indicators"))
    rows = [
        {
            "id": outcome.id,
            "position": outcome.position,
            "outcome": outcome.outcome,
            "priorities": "; ".join(p.name for p in priorities.where(outcomes=outcome.id)) or _NONE,
            "indicators": "; ".join(i.name for i in indicators.where(outcomes=outcome.id)) or _NONE,
        }
        for outcome in cast(Facts[Outcome], facts("outcomes"))
    ]
    return pd.DataFrame(rows)


def roles_by_phase() -> pd.DataFrame:
    """Who joins the teams in which phase?

    Returns
    -------
    pandas.DataFrame
        One row a phase in the plan's order: `phase`, `roles` joined with "; ", and `n`, how many kinds of worker.
        The papers are those of `programme.roles()`.
    """
    roles = cast(Facts[Role], facts("roles"))
    rows = [(phase.value, [role.role for role in roles.where(phase=phase)]) for phase in Phase]
    return pd.DataFrame([{"phase": phase, "roles": "; ".join(names), "n": len(names)} for phase, names in rows])


#: What the units of the claims' figures count.
_COUNTED = {
    "children in care, as a rate": ("per 10,000 children",),
    "referrals and decisions": ("referrals", "decisions a week", "decisions a year", "per cent"),
    "what the programme was made of": ("reports", "projects", "teams", "hubs", "venues", "organisations"),
    "time and money": ("year", "months", "£ million"),
    "families or people who were helped": ("families", "people"),
}


def figures_by_kind() -> pd.DataFrame:
    """What do the figures in the papers' claims count, and do any count those who were helped?

    Returns
    -------
    pandas.DataFrame
        One row a kind, in a fixed order and then "all": `kind`, `n` (figures). Papers: those of the claims.

    Raises
    ------
    RefusedError
        For a unit that belongs to no kind.
    """
    units = claim_numbers()["unit"]
    known = {unit: kind for kind, group in _COUNTED.items() for unit in group}
    if strange := sorted(set(units) - set(known)):
        raise refuse(
            "data/programme/claims.toml",
            "numbers, unit",
            found=f"units of no known kind: {', '.join(strange)}",
            allowed=", ".join(known),
            do="Use one of these units, or add the new one to a kind.",
        )
    counts = units.map(known).value_counts()
    rows = [(kind, int(counts.get(kind, 0))) for kind in _COUNTED]
    return pd.DataFrame([*rows, ("all", len(units))], columns=["kind", "n"])


def answers() -> pd.DataFrame:
    """What does each answer that members were given claim, and how does each claim stand?

    Returns
    -------
    pandas.DataFrame
        One row a claim within a question, in the order of the minutes: `question` (its id), `asked`, `claim` (its id),
        `said` (the claim in our words), `verdict`, `why` and `findings`. Papers: questions joined with claims.
    """
    claims = cast(Facts[Claim], facts("claims"))
    rows = [
        {
            "question": question.id,
            "asked": question.question,
            "claim": name,
            "said": claims[name].claim,
            "verdict": claims[name].verdict.value,
            "why": claims[name].why,
            "findings": "; ".join(claims[name].findings) or "none",
        }
        for question in cast(Facts[Question], facts("questions"))
        for name in question.claims
    ]
    return pd.DataFrame(rows)


def lessons() -> pd.DataFrame:
    """On which claims does each lesson lean, and how does each claim stand?

    Returns
    -------
    pandas.DataFrame
        One row a claim within a lesson: `theme` (its id), `name`, `claim` (its id), `said` and `verdict`. A lesson that
        leans on no claim has no row. Papers: themes joined with claims.
    """
    claims = cast(Facts[Claim], facts("claims"))
    rows = [
        (theme.id, theme.name, name, claims[name].claim, claims[name].verdict.value)
        for theme in cast(Facts[Theme], facts("themes"))
        for name in theme.claims
    ]
    return pd.DataFrame(rows, columns=["theme", "name", "claim", "said", "verdict"])


#: The field that names a record of each kind that can stand in a step of the reasoning.
_NAMED_BY = ("name", "element", "outcome", "aim", "role", "subject")


def chain() -> pd.DataFrame:
    """By which steps was the programme meant to work, and on which claims does each step rest?

    Returns
    -------
    pandas.DataFrame
        One row a thing shown, in order: `id` (of the record), `position` and `stage` (of the step), `kind` ("holds" for
        what stands in the step, "rests on" for a claim by which it leads on), `words`, and `verdict` ("none" for
        what stands in a step). Records without a name are counted in one row. Papers: those of the stages.
    """
    claims = cast(Facts[Claim], facts("claims"))
    rows = []
    for stage in cast(Facts[Stage], facts("theory")):
        step = {"position": stage.position, "stage": stage.name}
        for name, words in _named(list(facts(stage.shows)), stage):
            rows.append({"id": name, **step, "kind": "holds", "words": words, "verdict": "none"})
        for name in stage.rests_on:
            claim = claims[name]
            rows.append({"id": name, **step, "kind": "rests on", "words": claim.claim, "verdict": claim.verdict.value})
    return pd.DataFrame(rows)


def _named(records: list[Record], stage: Stage) -> list[tuple[str, str]]:
    """Return the records that a step shows, each with its name; those without one are counted in the last row."""
    named = [(record.id, next((w for f in _NAMED_BY if (w := getattr(record, f, ""))), "")) for record in records]
    unnamed = sum(not words for _, words in named)
    more = [(f"{stage.id}-more", f"{unnamed} more, which no paper that we saw names")] if unnamed else []
    return [(name, words) for name, words in named if words] + more
