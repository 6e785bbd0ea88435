"""How is the children in need census of a year written? In XML: who was referred in the year, or open on 1 April."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER, Flags, Ints, first_day, last_day, text, year_of
from btc_eval.synthetic.people import Words
from btc_eval.synthetic.tables import coded
from btc_eval.synthetic.world import Outcome

#: Wirral's number among local authorities, as every return carries it.
COUNCIL = "344"
#: First collection year with the one-letter codes of sex, and with child in need plan dates.
SEX_FROM, PLANS_FROM = 2025, 2022
_SCHOOL_AGE_DAYS = 1700

Pieces = dict[int, list[str]]


def cin_census(borough: Borough, year: int) -> bytes:
    """How is the census of this collection year written?

    Parameters
    ----------
    borough
        Everything that happened.
    year
        Year ending 31 March; the file says nothing of what happened later.
    """
    case = cases_in(borough, year)
    blocks = _blocks(borough, case, year)
    child = borough.world.cases["child"][case]
    order = np.lexsort((borough.world.cases["referred"][case], borough.people["child_id"].to_numpy()[child]))
    case, child = case[order], child[order]
    people = dict(zip(np.unique(child).tolist(), _people(borough, np.unique(child), year)))
    parts = [_header(year)]
    before = -1
    for one, whose in zip(case.tolist(), child.tolist()):
        if whose != before:
            parts.append(("</Child>\n" if before >= 0 else "") + "<Child>" + people[whose])
            before = whose
        parts.append("<CINdetails>" + "".join(blocks[one]) + "</CINdetails>")
    parts.append(("</Child>\n" if before >= 0 else "") + "</Children>\n</Message>\n")
    return "".join(parts).encode("utf-8")


def cases_in(borough: Borough, year: int) -> Ints:
    """Which cases belong in the census of this year: referred in it, or open on 1 April before?"""
    cases = borough.world.cases
    referred, no_action = cases["referred"], cases["outcome"] == int(Outcome.NO_ACTION)
    in_year = year_of(referred) == year
    open_ = ~no_action & (referred <= last_day(year)) & (cases["closed"] >= first_day(year))
    return np.flatnonzero(in_year | open_)


def _header(year: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n<Header><CollectionDetails><Collection>CIN</Collection>'
        f"<Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>"
        f"<Source><SourceLevel>L</SourceLevel><LEA>{COUNCIL}</LEA><SoftwareCode>{DEMONSTRATION_SOFTWARE}</SoftwareCode>"
        f"<Release>1</Release><SerialNo>001</SerialNo><DateTime>{year}-07-31T12:00:00</DateTime></Source></Header>\n"
        "<Children>\n"
    )


def _tag(name: str, values: Words) -> list[str]:
    return [f"<{name}>{value}</{name}>" if value else "" for value in values.tolist()]


def _people(borough: Borough, child: Ints, year: int) -> list[str]:
    """Write identifiers and characteristics; whoever is unborn on 31 March has an expected day of birth alone."""
    people, end = borough.people.iloc[child], last_day(year)
    born = people["born"].to_numpy()
    unborn = born > end
    sex = np.where(unborn, "not recorded", people["sex"].to_numpy(dtype=object)).astype(object)
    date = text(born)
    at_school = end - born > _SCHOOL_AGE_DAYS
    died = np.where(people["died"].to_numpy() <= end, text(people["died"].to_numpy()), "")
    fields = [
        _tag("LAchildID", people["child_id"].to_numpy(dtype=object)),
        _tag("UPN", np.where(at_school, people["upn"].to_numpy(dtype=object), "")),
        _tag("UPNunknown", np.where(at_school, "", "UN1")),
        _tag("PersonBirthDate", np.where(unborn, "", date)),
        _tag("ExpectedPersonBirthDate", np.where(unborn, date, "")),
        _tag("Sex" if year >= SEX_FROM else "GenderCurrent", coded(sex, "cin_children", "sex", year)),
        _tag("PersonDeathDate", died),
    ]
    ethnicity = _tag("Ethnicity", coded(people["ethnicity"].to_numpy(dtype=object), "cin_children", "ethnicity", year))
    disability = people["disability"].to_numpy(dtype=object)
    disabled = coded(
        np.where(disability == "", "no disability", disability).astype(object), "cin_disabilities", "disability", year
    )
    return [
        f"<ChildIdentifiers>{''.join(ids)}</ChildIdentifiers>"
        f"<ChildCharacteristics>{one}<Disabilities><Disability>{code}</Disability></Disabilities></ChildCharacteristics>"
        for ids, one, code in zip(zip(*fields), ethnicity, disabled.tolist())
    ]


def _blocks(borough: Borough, case: Ints, year: int) -> Pieces:
    """Write every block of each case, in the order of the schema."""
    chosen = np.zeros(len(borough.world.cases), dtype=bool)
    chosen[case] = True
    blocks: Pieces = {one: [] for one in case.tolist()}
    _add(blocks, case, _details(borough, case, year))
    _add(blocks, *_assessments(borough, chosen, year))
    if year >= PLANS_FROM:
        _add(blocks, *_need_plans(borough, chosen, year))
    _add(blocks, *_enquiries(borough, chosen, year))
    no_action = borough.world.cases["outcome"][case] == int(Outcome.NO_ACTION)
    _add(blocks, case, [f"<ReferralNFA>{int(flag)}</ReferralNFA>" for flag in no_action.tolist()])
    _add(blocks, *_protection(borough, chosen, year))
    return blocks


def _add(blocks: Pieces, case: Ints, texts: Iterable[str]) -> None:
    for one, piece in zip(case.tolist(), texts):
        blocks[one].append(piece)


def _details(borough: Borough, case: Ints, year: int) -> list[str]:
    cases = borough.world.cases
    no_action = cases["outcome"][case] == int(Outcome.NO_ACTION)
    closed = np.where((cases["closed"][case] <= last_day(year)) & ~no_action, cases["closed"][case], NEVER)
    elsewhere = borough.transferred[case]
    fields = [
        _tag("CINreferralDate", text(cases["referred"][case])),
        _tag("ReferralSource", coded(borough.source[case], "cin_episodes", "source", year)),
        _tag("PrimaryNeedCode", coded(borough.need[case], "cin_episodes", "need", year)),
        _tag("CINclosureDate", text(closed)),
        _tag("ReasonForClosure", coded(np.where(closed == NEVER, "", borough.closure[case]).astype(object),
                                       "cin_episodes", "closure_reason", year)),
        _tag("DateOfInitialCPC", text(np.where(elsewhere <= last_day(year), elsewhere, NEVER))),
    ]  # fmt: skip
    return ["".join(pieces) for pieces in zip(*fields)]


def _rows(frame: pd.DataFrame, wanted: pd.Series | Flags) -> pd.DataFrame:
    return frame[np.asarray(wanted)].sort_values(["case", "started"], kind="stable")


def _assessments(borough: Borough, chosen: Flags, year: int) -> tuple[Ints, list[str]]:
    """Write the assessments that ended in the year or were open at its end, with the factors of those that ended."""
    frame, end = borough.assessments, last_day(year)
    wanted = chosen[frame["case"]] & (frame["started"] <= end) & (frame["authorised"] >= first_day(year))
    rows = _rows(frame, wanted)
    done = np.where(rows["authorised"] <= end, rows["authorised"], NEVER)
    here = borough.factors[borough.factors["assessment"].isin(rows.index[done != NEVER])]
    codes = coded(here["factor"].to_numpy(dtype=object), "cin_factors", "factor", year)
    named: Pieces = {}
    for row, code in zip(here["assessment"].tolist(), codes.tolist()):
        named.setdefault(row, []).append(f"<AssessmentFactors>{code}</AssessmentFactors>")
    pieces = [
        f"<Assessments>{start}{signed}"
        + (
            f"<FactorsIdentifiedAtAssessment>{''.join(named[row])}</FactorsIdentifiedAtAssessment>"
            if row in named
            else ""
        )
        + "</Assessments>"
        for row, start, signed in zip(
            rows.index.tolist(),
            _tag("AssessmentActualStartDate", text(rows["started"].to_numpy())),
            _tag("AssessmentAuthorisationDate", text(done)),
        )
    ]
    return rows["case"].to_numpy(), pieces


def _need_plans(borough: Borough, chosen: Flags, year: int) -> tuple[Ints, list[str]]:
    frame, end = borough.need_plans, last_day(year)
    wanted = chosen[frame["case"]] & (frame["started"] <= end) & (frame["ended"] >= first_day(year))
    rows = _rows(frame, wanted)
    ended = np.where(rows["ended"] <= end, rows["ended"], NEVER)
    pairs = zip(_tag("CINPlanStartDate", text(rows["started"].to_numpy())), _tag("CINPlanEndDate", text(ended)))
    return rows["case"].to_numpy(), [f"<CINPlanDates>{a}{b}</CINPlanDates>" for a, b in pairs]


def _enquiries(borough: Borough, chosen: Flags, year: int) -> tuple[Ints, list[str]]:
    """Write the enquiries of the year, and those of the year before whose conference came in this one."""
    frame, end = borough.enquiries, last_day(year)
    now = (frame["started"] >= first_day(year)) | (
        (frame["conference"] >= first_day(year)) & (frame["conference"] != NEVER)
    )
    rows = _rows(frame, (chosen[frame["case"]] & (frame["started"] <= end) & now))
    held = np.where(rows["conference"] <= end, rows["conference"], NEVER)
    fields = [
        _tag("S47ActualStartDate", text(rows["started"].to_numpy())),
        _tag("InitialCPCtarget", text(rows["target"].to_numpy())),
        _tag("DateOfInitialCPC", text(held)),
        [f"<ICPCnotRequired>{int(flag)}</ICPCnotRequired>" for flag in rows["not_required"].tolist()],
    ]
    return rows["case"].to_numpy(), [f"<Section47>{''.join(pieces)}</Section47>" for pieces in zip(*fields)]


def _protection(borough: Borough, chosen: Flags, year: int) -> tuple[Ints, list[str]]:
    plans, end = borough.world.plans, last_day(year)
    row = np.flatnonzero(chosen[plans["case"]] & (plans["started"] <= end) & (plans["ended"] >= first_day(year)))
    row = row[np.lexsort((plans["started"][row], plans["case"][row]))]
    ended = np.where(plans["ended"][row] <= end, plans["ended"][row], NEVER)
    held = borough.plan_reviews[borough.plan_reviews["reviewed"] <= end].sort_values(["plan", "reviewed"])
    reviews: Pieces = {}
    for plan, date in zip(held["plan"].tolist(), text(held["reviewed"].to_numpy()).tolist()):
        reviews.setdefault(plan, []).append(f"<CPPreviewDate>{date}</CPPreviewDate>")
    fields = [
        _tag("CPPstartDate", text(plans["started"][row])),
        _tag("CPPendDate", text(ended)),
        _tag("InitialCategoryOfAbuse", coded(borough.first_category[row], "protection_plans", "first_category", year)),
        _tag("LatestCategoryOfAbuse", coded(borough.latest_category[row], "protection_plans", "latest_category", year)),
        [f"<NumberOfPreviousCPP>{one}</NumberOfPreviousCPP>" for one in plans["before"][row].tolist()],
        [f"<Reviews>{''.join(reviews[one])}</Reviews>" if one in reviews else "" for one in row.tolist()],
    ]
    texts = [f"<ChildProtectionPlans>{''.join(pieces)}</ChildProtectionPlans>" for pieces in zip(*fields)]
    return plans["case"][row], texts
