"""In which words do we speak of the council's returns? Every table, column and code, both ways.

Readers turn a return into these words; the generator of the demonstration extract turns the words into a return.
Statutory names (`DECOM`, `LAchildID`) appear in the table modules below this one and nowhere above `records`.

Examples
--------
>>> TABLES["looked_after_episodes"].by_name["legal_status"].codes.code("care order", 2024)
'C2'
>>> SEX.code("female", 2024), SEX.code("female", 2025)
('2', 'F')
"""

from __future__ import annotations

from collections.abc import Mapping

from btc_eval.records.statutory.codes import UNRECOGNISED, Code, CodeList
from btc_eval.records.statutory.codes_903 import (
    CHANGE_REASON,
    CLOSED_BY_RULE,
    END_REASON,
    KINSHIP,
    LEGAL_STATUS,
    PARTICIPATION,
    PLACEMENT,
    PROVIDER,
    SAME_DAY,
    SDQ_REASON,
    SHORT_BREAKS,
    START_REASON,
)
from btc_eval.records.statutory.codes_cin import ASSESSMENT_FACTOR, CLOSURE_REASON
from btc_eval.records.statutory.codes_shared import ABUSE, DISABILITY, ETHNICITY, NEED, REFERRAL_SOURCE, SEX
from btc_eval.records.statutory.contract import Column, Return, Sort, Table, plain
from btc_eval.records.statutory.tables_903 import CARE_TABLES
from btc_eval.records.statutory.tables_annex_a import ANNEX_A_TABLES, CASE_STATUS
from btc_eval.records.statutory.tables_case_system import CASE_TABLES, OWN_TABLES
from btc_eval.records.statutory.tables_cin import CIN_TABLES

__all__ = [
    "ABUSE", "ASSESSMENT_FACTOR", "CASE_STATUS", "CHANGE_REASON", "CLOSED_BY_RULE", "CLOSURE_REASON",
    "DEMONSTRATION_FILE", "DEMONSTRATION_SOFTWARE", "DISABILITY", "END_REASON", "ETHNICITY", "KINSHIP", "LEGAL_STATUS",
    "NEED", "PARTICIPATION", "PLACEMENT", "PROVIDER", "REFERRAL_SOURCE", "SAME_DAY", "SDQ_REASON", "SEX",
    "SHORT_BREAKS", "START_REASON", "TABLES", "UNRECOGNISED", "Code", "CodeList", "Column", "Return", "Sort", "Table",
    "plain", "tables_of",
]  # fmt: skip

#: Written in `Header/Source/SoftwareCode` of a demonstration XML file.
DEMONSTRATION_SOFTWARE = "btc_eval demonstration"
#: A file of this name marks its folder, and every folder below it, as a demonstration extract.
DEMONSTRATION_FILE = "DEMONSTRATION.txt"

#: English name → table, of every return.
TABLES: Mapping[str, Table] = {
    table.name: table for table in (*CIN_TABLES, *CARE_TABLES, *ANNEX_A_TABLES, *CASE_TABLES, *OWN_TABLES)
}


def tables_of(kind: Return) -> tuple[Table, ...]:
    """Which tables does this return hold?"""
    return tuple(table for table in TABLES.values() if table.kind is kind)
