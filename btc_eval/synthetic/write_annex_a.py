"""How is the workbook written that inspectors ask for? Annex A: eleven lists, as of the extract's last day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE, TABLES, CodeList, Column, Sort
from btc_eval.synthetic import annex_care, annex_lists
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER
from btc_eval.synthetic.tables import codes_in
from btc_eval.synthetic.workbook import Cell, workbook

Generator = np.random.Generator

#: Written into the workbook's properties and shown by every program that opens it.
TITLE = "Demonstration data, not about Wirral"

#: In the workbook's order.
_LISTS: Mapping[str, Callable[[Borough, Generator], pd.DataFrame]] = {
    "annex_a_contacts": annex_lists.contacts,
    "annex_a_early_help": annex_lists.early_help,
    "annex_a_referrals": annex_lists.referrals,
    "annex_a_assessments": annex_lists.assessments,
    "annex_a_section_47": annex_lists.enquiries,
    "annex_a_children_in_need": annex_lists.children_in_need,
    "annex_a_protection_plans": annex_lists.protection_plans,
    "annex_a_looked_after": annex_care.looked_after,
    "annex_a_care_leavers": annex_care.care_leavers,
    "annex_a_adoption": annex_care.adoption,
    "annex_a_adopters": annex_care.adopters,
}
#: Lists of codes that the workbook writes with a letter before them.
_LETTERED = ("sex", "ethnicity", "referral source", "category of abuse", "case status")


def annex_a(borough: Borough, rng: Generator) -> bytes:
    """How is the workbook written, as of the extract's last day? Sheets `List 1` to `List 11`, headings in row 1."""
    year = borough.margins.last_year
    sheets: dict[str, list[list[Cell]]] = {}
    for number, (name, make) in enumerate(_LISTS.items(), start=1):
        frame, columns = make(borough, rng), TABLES[name].columns
        rows = zip(*(_cells(column, frame, year) for column in columns))
        sheets[f"List {number}"] = [[column.statutory for column in columns], *(list(row) for row in rows)]
    return workbook(sheets, title=TITLE, creator=DEMONSTRATION_SOFTWARE, stamp=f"{year}-07-31T12:00:00Z")


def _cells(column: Column, frame: pd.DataFrame, year: int) -> list[Cell]:
    if column.name not in frame:
        return [None] * len(frame)
    values = frame[column.name].tolist()
    if column.sort is Sort.DATE:
        epoch = datetime.date(1970, 1, 1)
        return [None if day == NEVER else epoch + datetime.timedelta(days=int(day)) for day in values]
    if column.sort is Sort.CODE and column.codes is not None:
        spelt = spellings(column.codes, year)
        return [spelt[words] if words else None for words in values]
    if column.sort is Sort.FLAG:
        return ["a) Yes" if flag else "b) No" for flag in values]
    return [None if value == "" else value for value in values]


def spellings(codes: CodeList, year: int) -> dict[str, str]:
    """How does the workbook spell each wording: with the list's letter, with its label, or as code and words?"""
    known = codes_in(codes, year)
    if codes.name == "sex":
        # The workbook kept the older codes behind its letters, whatever the year.
        known |= codes_in(codes, 2024)
    spelt = {}
    for words, code in known.items():
        if code not in codes.letters:
            spelt[words] = f"{code}: {words}"
        else:
            spelt[words] = codes.annex_a(code) if codes.name in _LETTERED else codes.letters[code]
    return spelt
