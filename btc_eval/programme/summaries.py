"""Tables that join records of several kinds: the plan at a glance, outcomes beside priorities, roles by phase.

None has an empty cell. Their papers are those of the records they are made from: join the papers of the facts named.
"""

from __future__ import annotations

from typing import cast

import pandas as pd

from btc_eval.programme.appraisal import Claim, Commitment, Indicator, Outcome, Priority
from btc_eval.programme.facts import Facts
from btc_eval.programme.load import facts
from btc_eval.programme.options import Era, Phase, Status
from btc_eval.programme.schema import Role

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
