"""How is the workbook that inspectors ask for written? Annex A, eleven lists of children, as of the last day of the extract."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import openpyxl
import pandas as pd

from btc_eval.records.statutory.vocabulary import TABLES, CodeList, Column, Sort
from btc_eval.synthetic import annex_lists
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER
from btc_eval.synthetic.tables import codes_in

Generator = np.random.Generator
Cell = str | int | float | datetime.date | None

#: Written into the workbook's properties and shown by every program that opens it.
TITLE = "Demonstration data, not about Wirral"
#: Zip archives cannot hold an earlier date; the clock is never asked.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_STAMP = datetime.datetime(2025, 7, 31, 12, 0, 0)

_LISTS: Mapping[str, Callable[[Borough, Generator], pd.DataFrame]] = {
    "annex_a_contacts": annex_lists.contacts,
    "annex_a_early_help": annex_lists.early_help,
    "annex_a_referrals": annex_lists.referrals,
    "annex_a_assessments": annex_lists.assessments,
    "annex_a_section_47": annex_lists.enquiries,
    "annex_a_children_in_need": annex_lists.children_in_need,
    "annex_a_protection_plans": annex_lists.protection_plans,
    "annex_a_looked_after": annex_lists.looked_after,
    "annex_a_care_leavers": annex_lists.care_leavers,
    "annex_a_adoption": annex_lists.adoption,
    "annex_a_adopters": annex_lists.adopters,
}


def annex_a(borough: Borough, rng: Generator) -> bytes:
    """How is the workbook written, as of the last day of the extract? Sheets `List 1` to `List 11`, headings in row 1."""
    book = openpyxl.Workbook(write_only=True)
    properties = book.properties
    properties.title, properties.creator, properties.created = TITLE, "btc_eval demonstration", _STAMP
    year = borough.margins.last_year
    for number, (name, make) in enumerate(_LISTS.items(), start=1):
        sheet = book.create_sheet(f"List {number}")
        frame = make(borough, rng)
        columns = TABLES[name].columns
        sheet.append([column.statutory for column in columns])
        for row in zip(*(_cells(column, frame, year) for column in columns)):
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return _without_a_clock(out.getvalue())


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
    lettered = codes.name in ("sex", "ethnicity", "referral source", "category of abuse", "case status")
    spelt = {}
    # The workbook kept the older one-digit sexes in its letters, whatever the year.
    for words, code in (codes_in(codes, year) | (codes_in(codes, 2024) if codes.name == "sex" else {})).items():
        if code not in codes.letters:
            spelt[words] = f"{code}: {words}"
        else:
            spelt[words] = codes.annex_a(code) if lettered else codes.letters[code]
    return spelt


def _without_a_clock(content: bytes) -> bytes:
    """Write the archive again with fixed dates, so that the same workbook has the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in sorted(old.infolist(), key=lambda item: item.filename):
            data = old.read(info)
            if info.filename == "docProps/core.xml":
                stamp = _STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(info.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()
