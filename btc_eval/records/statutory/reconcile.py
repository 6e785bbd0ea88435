"""Does the extract come to what the council reported? Every yearly total beside the published one, with a verdict."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from btc_eval.errors import RefusedError, refuse
from btc_eval.estimates import Verdict
from btc_eval.locations import data_folder, note_read
from btc_eval.records.areas import WIRRAL
from btc_eval.records.official import Official
from btc_eval.records.statutory.care import care_by_year
from btc_eval.records.statutory.need import need_by_year
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.years import HALF_YEAR
from btc_eval.records.tables import Reconciled


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a total may be from the published one: see `data/assumptions/reconciliation.toml`."""

    share_pass: float
    count_pass: float
    share_concern: float
    count_concern: float

    def verdict(self, extract: float, published: float) -> Verdict:
        """What does this difference mean?

        Examples
        --------
        >>> Tolerance(0.02, 10, 0.05, 25).verdict(1_019, 1_000)
        <Verdict.PASS: 'pass'>
        """
        difference = abs(extract - published)
        if difference <= max(self.share_pass * published, self.count_pass):
            return Verdict.PASS
        if difference <= max(self.share_concern * published, self.count_concern):
            return Verdict.CONCERN
        return Verdict.FAIL


@dataclass(frozen=True, slots=True)
class _Total:
    """One total: in words, in the extract, and where it is published."""

    words: str
    column: str
    table: str
    measure: str
    needs_year_before: bool = False


_NEED = (
    _Total("referrals", "referrals", "referrals", "referrals"),
    _Total("re-referrals within 12 months", "re_referrals", "referrals", "re_referrals", needs_year_before=True),
    _Total("children in need at 31 March", "children_at_31_march", "children_in_need", "children_at_31_march"),
    _Total("section 47 enquiries", "section_47_enquiries", "child_protection_enquiries", "section_47_enquiries"),
    _Total("initial child protection conferences", "conferences", "child_protection_enquiries", "conferences"),
    _Total("protection plans started", "plans_started", "protection_plans", "plans_started"),
    _Total("protection plans at 31 March", "plans_at_31_march", "protection_plans", "plans_at_31_march"),
    _Total("second or subsequent plans", "repeat_plans", "repeat_plans", "repeat_plans"),
)
_CARE = (
    _Total("looked after at 31 March", "children_at_31_march", "looked_after", "children_at_31_march"),
    _Total("started to be looked after", "children_started", "looked_after", "children_started"),
    _Total("ceased to be looked after", "children_ceased", "looked_after", "children_ceased"),
)


def reconcile(records: StatutoryRecords, official: Official) -> tuple[Reconciled, ...]:
    """Where do the returns agree with the published statistics, and where do they not?

    Parameters
    ----------
    records
        The returns.
    official
        The published totals. A looked-after return does not name its council: it is set beside Wirral's totals, or
        those of the council that the census of the same read names.

    Returns
    -------
    tuple of Reconciled
        One for each total and year that both have. "not checked" where the return covers only part of the year, or
        the year before is needed and was not read.
    """
    area = _area(records, official)
    if area is None:
        return ()
    lines: list[Reconciled] = []
    for extract, totals, name in (
        (need_by_year(records), _NEED, "cin_episodes"),
        (care_by_year(records), _CARE, "looked_after_episodes"),
    ):
        partial = {y for line in records.ledger.of(name) if _is_partial(line.departures) for y in line.years}
        years = set(records.years(name))
        for total in totals:
            published = _published(official, total, area)
            for year, value in zip(extract["year"], extract[total.column]):
                if int(year) in published:
                    unsure = year in partial or (total.needs_year_before and year - 1 not in years)
                    lines.append(_line(total, int(year), float(value), published[int(year)], unsure))
    return tuple(lines)


def _is_partial(departures: Any) -> bool:
    return any(departure.what == HALF_YEAR for departure in departures)


def _line(total: _Total, year: int, extract: float, published: float, unsure: bool) -> Reconciled:
    own = total.column if total in _NEED else ""
    verdict = Verdict.NOT_CHECKED if unsure else tolerance(own).verdict(extract, published)
    return Reconciled(total.words, year, extract, published, verdict.value)


def tolerance(measure: str) -> Tolerance:
    """How far may this total differ? The measure's own tolerance, or the default.

    Raises
    ------
    RefusedError
        Where the file of assumptions is missing or incomplete.
    """
    path = data_folder() / "assumptions" / "reconciliation.toml"
    if not path.is_file():
        raise refuse(
            str(path), "", found="no such file", allowed="the tolerances of the project",
            do="Restore it from version control.",
        )  # fmt: skip
    note_read(path)
    named = _tolerances(path, path.stat().st_mtime)
    return named.get(measure, named["default"])


@cache
def _tolerances(path: Path, _stamp: float) -> Mapping[str, Tolerance]:
    fields = ("share_pass", "count_pass", "share_concern", "count_concern")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        named = {name: Tolerance(*(float(rules[field]) for field in fields)) for name, rules in tables.items()}
        named["default"]
    except (KeyError, ValueError, TypeError) as error:
        raise refuse(
            str(path), "", found="a file that is not sound", allowed="[default] with share and count, pass and concern",
            do="Restore it from version control.",
        ) from error  # fmt: skip
    return named


def _area(records: StatutoryRecords, official: Official) -> str | None:
    """Return the code of the council; `None` where there are several, or one that is not published."""
    names = [name for name in ("cin_episodes", "looked_after_episodes") if name in records.tables]
    frames = [records.table(name, columns=["council"]) for name in names]
    codes = {str(code) for frame in frames for code in frame["council"].dropna().unique()} - {""}
    if len(codes) > 1:
        return None
    if not codes:
        return WIRRAL
    areas = official.areas()
    found = areas[areas["old_la_code"].astype("str") == next(iter(codes))]
    return str(found["area_code"].iloc[-1]) if len(found) else None


def _published(official: Official, total: _Total, area: str) -> dict[int, float]:
    """Return year → the published figure of the newest release that has one."""
    try:
        table = official.table(total.table)
    except RefusedError:
        return {}
    rows = table[(table["area_code"] == area) & (table["measure"] == total.measure) & (table["breakdown"] == "")]
    rows = rows.dropna(subset=["value"]).sort_values(["year", "vintage"])
    newest: pd.Series = rows.drop_duplicates("year", keep="last").set_index("year")["value"]
    return {int(str(year)): float(value) for year, value in newest.items()}
