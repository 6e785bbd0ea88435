"""The council's own returns: read as they are, every row accounted for, reconciled with the published totals."""

from __future__ import annotations

from btc_eval.records.statutory.care import care_by_year, looked_after_on, periods_of_care
from btc_eval.records.statutory.examples import made_up
from btc_eval.records.statutory.kinds import recognise, split
from btc_eval.records.statutory.ledger import Departure, Ledger, Overlap, TableLine, UnknownCodes
from btc_eval.records.statutory.need import conferences, in_need_on, need_by_year, plans_on, referrals
from btc_eval.records.statutory.reading import read
from btc_eval.records.statutory.reconcile import reconcile
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.snapshot import current, verify
from btc_eval.records.statutory.staging import Report, Staged, stage, store
from btc_eval.records.statutory.wards import ward_on

__all__ = [
    "Departure",
    "Ledger",
    "Overlap",
    "Report",
    "Staged",
    "StatutoryRecords",
    "TableLine",
    "UnknownCodes",
    "care_by_year",
    "conferences",
    "current",
    "in_need_on",
    "looked_after_on",
    "made_up",
    "need_by_year",
    "periods_of_care",
    "plans_on",
    "read",
    "recognise",
    "reconcile",
    "referrals",
    "split",
    "stage",
    "store",
    "verify",
    "ward_on",
]
