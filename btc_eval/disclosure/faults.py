"""The door: every fault of a table that is to be released, found at once and told without a value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.disclosure.money import money_faults
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.request import Request
from btc_eval.errors import Refusal
from btc_eval.estimates import Provenance

#: Names of columns that tell one person from another. A table that carries one is a list of people.
PERSONAL = frozenset(
    {"child_id", "person_id", "pupil_id", "family_id", "carer_id", "mother_id", "case_id", "treated_id", "control_id"}
    | {"child", "upn", "former_upn", "uln", "nhs_number", "date_of_birth", "dob", "postcode", "surname", "forename"}
)


def faults(request: Request, rules: Policy) -> list[Refusal]:
    """What is wrong with this request? Empty where nothing is."""
    absent = [column for column in request.named if column not in request.table.columns]
    if absent or not request.keys:
        return [
            Refusal(
                request.name,
                "columns",
                found=f"no column {', '.join(absent)}" if absent else "no keys named",
                allowed=f"keys and counts among {', '.join(map(str, request.table.columns))}",
                do="Name the columns that identify a row and those that count.",
            )
        ]
    found = [*_keys(request), *_counts(request), *_blanks(request), *_provenance(request, rules)]
    found += [*_hierarchies(request), *_evidence(request, rules), *_people(request, rules), *_structural(request)]
    for column, by in request.amounts.items():
        found += money_faults(request.table, column, by, request.name)
    return found


def _keys(request: Request) -> list[Refusal]:
    found, keys = [], list(request.keys)
    missing = int(request.table[keys].isna().any(axis=1).sum())
    if missing:
        found.append(
            Refusal(
                request.name,
                ", ".join(keys),
                found=f"{missing} rows with an empty key",
                allowed="a value in every key column",
                do="Give rows without a category the category 'not recorded'.",
            )
        )
    doubled = int(request.table.duplicated(keys).sum())
    if doubled:
        found.append(
            Refusal(
                request.name,
                ", ".join(keys),
                found=f"{doubled} rows whose key stands earlier in the table",
                allowed="one row a key",
                do="Add the column that tells the rows apart, or sum them first.",
            )
        )
    return found


def _counts(request: Request) -> list[Refusal]:
    found = []
    for column in request.counts:
        given = request.table[column]
        value = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        empty = given.isna().to_numpy()
        wrong = {
            "not numbers": int((np.isnan(value) & ~empty).sum()),
            "infinite": int(np.isinf(value).sum()),
            "negative": int((value < 0).sum()),
            "not whole": int((np.isfinite(value) & (value != np.floor(value))).sum()),
            "empty": int(empty.sum()) if column not in request.blanks else 0,
        }
        seen = ", ".join(f"{rows} {what}" for what, rows in wrong.items() if rows)
        if seen:
            found.append(
                Refusal(
                    request.name,
                    f"column {column}",
                    found=f"counts that are {seen}",
                    allowed="whole numbers of nought or more, or a reason for empty cells in `blanks`",
                    do="Count first; pass rates and estimates without naming them as counts.",
                )
            )
    return found


def _blanks(request: Request) -> list[Refusal]:
    seen = {*request.keys, *request.counts, *request.rates, *request.unreleased}
    return [
        Refusal(
            request.name,
            f"column {column}",
            found=f"{int(request.table[column].isna().sum())} empty cells without a reason",
            allowed="no empty cells, or a reason in `blanks`",
            do=f"Say why the cells are empty: blanks={{{column!r}: '…'}}.",
        )
        for column in request.table.columns
        if column not in seen and column not in request.blanks and request.table[column].isna().any()
    ]


def _provenance(request: Request, rules: Policy) -> list[Refusal]:
    if request.papers is None or request.papers.provenance in rules.requires_provenance:
        return []
    return [
        Refusal(
            request.name,
            "papers",
            found=f"{request.papers.provenance.value} data under the policy {rules.name!r}",
            allowed=", ".join(kind.value for kind in rules.requires_provenance),
            do="Choose the policy made for this kind of data.",
        )
    ]


def _hierarchies(request: Request) -> list[Refusal]:
    found = []
    for key, parents in request.hierarchies.items():
        place = f"hierarchies, {key}"
        if key not in request.keys:
            keys = ", ".join(request.keys)
            found.append(Refusal(request.name, place, f"no key {key}", keys, "Name a key of the table."))
            continue
        known = {*parents, *parents.values(), request.totals}
        unknown = {member for member in request.table[key].astype(object) if member not in known}
        if unknown:
            found.append(
                Refusal(
                    request.name,
                    place,
                    found=f"{len(unknown)} members of the table that the hierarchy does not hold",
                    allowed="every member as a child or a parent",
                    do="Add them, if only below the total.",
                )
            )
        if any(_circular(member, parents) for member in parents):
            found.append(Refusal(request.name, place, "a member above itself", "a tree", "Mend the parents."))
    return found


def _circular(member: object, parents: object) -> bool:
    seen, tree = set(), dict(parents)  # type: ignore[call-overload]
    while member in tree:
        if member in seen:
            return True
        seen.add(member)
        member = tree[member]
    return False


def _evidence(request: Request, rules: Policy) -> list[Refusal]:
    """Numbers that are not counts need to say on how many children they rest, or that they rest on none."""
    papers = request.papers
    if papers is None or papers.provenance is Provenance.OFFICIAL or not (rules.hides and request.loose):
        return []
    if request.n is not None or request.no_people.strip():
        return []
    return [
        Refusal(
            request.name,
            f"columns {', '.join(map(str, request.loose))}",
            found=f"numbers from {papers.provenance.value} data without the children behind them",
            allowed="counts=…, rates=…, public=…; or n=… for estimates; or no_people='why' where no person is counted",
            do="Say how many children each estimate rests on: n=412, or n='children' for a column of them.",
        )
    ]


def _people(request: Request, rules: Policy) -> list[Refusal]:
    """A list of people is refused, unless they are said to be invented and are not from the council's returns."""
    invented = request.no_people.strip() and (
        request.papers is None or request.papers.provenance is not Provenance.STATUTORY
    )
    if not rules.hides or rules.pairs_may_show or invented:
        return []
    named = sorted(PERSONAL & {str(column).lower() for column in request.table.columns})
    single = isinstance(request.n, int) and not request.counts and len(request.table) >= request.n
    if not named and not single and not request.unit:
        return []
    seen = f"the columns {', '.join(named)}" if named else f"one row a {request.unit or 'child'}"
    return [
        Refusal(
            request.name,
            "rows",
            found=seen,
            allowed="tables of counts and estimates; no list of people, pairs or cases",
            do="Count them first, or show the summary of the matching.",
        )
    ]


def _structural(request: Request) -> list[Refusal]:
    if request.structural is None:
        return []
    marked = request.table[request.structural]
    if marked.isna().any() or not marked.isin([True, False]).all():
        found = "marks that are not true or false"
    elif (request.table.loc[marked.astype(bool), list(request.counts)] != 0).any(axis=None):
        found = f"{int(marked.sum())} marked cells, some of them not nought"
    else:
        return []
    do = "Mark only what is nought by definition."
    return [Refusal(request.name, f"column {request.structural}", found, "true for noughts by definition", do)]
