"""Are the official statistics in this folder whole, unedited and consistent? `check` says so, table by table.

Four questions: is every file the one its catalogue entry vouches for; does every cell hold a number or a known
shorthand, for a known area, once; do parts make totals; and do tables that print the same figure agree. A difference
that the publisher's own figures have is a concern and is shown; a fault in what we hold is a refusal.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.records import contracts, registry
from btc_eval.records.areas import ENGLAND, WIRRAL, AreaList
from btc_eval.records.catalogue import NAME, Catalogue, Entry, read_catalogue
from btc_eval.records.compiling import from_bytes
from btc_eval.records.official import areas_from, read_bytes
from btc_eval.records.report import CheckReport, TableLine
from btc_eval.records.store import finish_interrupted, interrupted, locked
from btc_eval.records.symbols import SHORTHAND
from btc_eval.records.tables import Faults, Reconciled, rows_words

_COMPILE_AGAIN = "Compile the table again with btc-eval refresh, or restore it from version control."


def check(data: Path) -> CheckReport:
    """Can this data folder be built upon?

    A refresh that was killed while its files were moved in is finished first: its outcome was decided.

    Parameters
    ----------
    data
        The data folder.
    """
    if interrupted(data):
        with locked(data):
            finish_interrupted(data)
    try:
        catalogue = read_catalogue(data)
    except RefusedError as error:
        return CheckReport(error.refusals, (), ())
    refusals = _strays(data, catalogue)
    tables: dict[str, pd.DataFrame] = {}
    lines = []
    for entry in catalogue.entries:
        if entry.provenance != "official":
            continue
        try:
            frame = from_bytes(read_bytes(data, entry))
        except RefusedError as error:
            refusals += error.refusals
            continue
        tables[entry.name] = frame
        lines.append(_line(entry, frame))
        if len(frame) != entry.rows:
            refusals.append(
                Refusal(f"data/{entry.file}", "", f"{len(frame)} rows", f"the catalogue's {entry.rows}", _COMPILE_AGAIN)
            )
    if "areas" not in tables:
        if not refusals:
            refusals.append(
                Refusal(
                    f"data/{NAME}",
                    "areas",
                    "no list of areas",
                    "data/official/areas.csv",
                    "Run btc-eval refresh with the population file.",
                )
            )
        return CheckReport(tuple(refusals), tuple(lines), ())
    areas = areas_from(tables.pop("areas"))
    reconciled: list[Reconciled] = []
    for name, frame in tables.items():
        faults = Faults(f"data/official/{name}.csv")
        reconciled += _contract(name, frame, areas, faults)
        refusals += faults.found
    return CheckReport(tuple(refusals), tuple(lines), (*reconciled, *across_tables(tables)))


def _strays(data: Path, catalogue: Catalogue) -> list[Refusal]:
    """Name the files under `official` that no entry vouches for."""
    listed = {entry.file for entry in catalogue.entries}
    folder = data / "official"
    found = sorted(p.relative_to(data).as_posix() for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []
    return [
        Refusal(
            f"data/{name}",
            "",
            "a file without an entry in the catalogue",
            "files compiled by btc-eval refresh",
            "Take it out of data/official; a downloaded file belongs in data/raw.",
        )
        for name in found
        if name not in listed
    ]


def _line(entry: Entry, frame: pd.DataFrame) -> TableLine:
    years = tuple(sorted(int(year) for year in frame["year"].unique())) if "year" in frame else ()
    return TableLine(entry.title, "official", f"data/{entry.file}", years, len(frame), len(frame))


def _contract(name: str, frame: pd.DataFrame, areas: AreaList, faults: Faults) -> list[Reconciled]:
    """Check one table: its cells, its keys, its areas and its sums."""
    numbered = frame.set_index(pd.RangeIndex(1, len(frame) + 1))
    contracts.check_keys(numbered, [key for key in ("area_code", "year", "vintage") if key in frame], faults)
    unknown = numbered.loc[~numbered["area_code"].isin(areas.codes()), "area_code"]
    if len(unknown):
        faults.add(
            f"area_code, {rows_words(unknown.index)}",
            found=", ".join(repr(code) for code in sorted(set(unknown))[:5]),
            allowed="a code of data/official/areas.csv",
            do=_COMPILE_AGAIN,
        )
    if name == "neighbours":
        return []
    for column in [c for c in frame.columns if c not in ("area_code", "year", "vintage")]:
        text = numbered[column]
        strange = text[~text.isin(SHORTHAND) & pd.to_numeric(text, errors="coerce").isna()]
        if len(strange):
            faults.add(
                f"column {column}, {rows_words(strange.index)}",
                found=", ".join(repr(cell) for cell in sorted(set(strange))[:5]),
                allowed="a number, or one of " + " ".join(SHORTHAND),
                do=_COMPILE_AGAIN,
            )
    lines: list[Reconciled] = []
    for spec in registry.SPECS:
        if spec.table == name and spec.layout == "wide":
            lines += contracts.check_sums(numbered, spec, areas, faults)
            lines += contracts.check_national(numbered, spec, areas, faults)
    return lines


#: Figures printed in two tables: (table, measure), (table, measure). Releases may differ, so a difference is shown.
SAME = (
    (("monthly_referrals", "referrals"), ("referrals", "referrals")),
    (("referral_sources", "referrals"), ("referrals", "referrals")),
    (("primary_need", "children_at_31_march"), ("children_in_need", "children_at_31_march")),
    (("plan_duration", "plans_at_31_march"), ("protection_plans", "plans_at_31_march")),
    (("repeat_plans", "plans_started"), ("protection_plans", "plans_started")),
    (("looked_after_stock", "children"), ("looked_after", "children_at_31_march")),
    (("looked_after_starts", "children"), ("looked_after", "children_started")),
    (("looked_after_ceases", "children"), ("looked_after", "children_ceased")),
    (("looked_after_tool", "children_at_31_march"), ("looked_after", "children_at_31_march")),
    (("looked_after_tool", "three_or_more_placements"), ("placement_stability", "three_or_more_placements")),
    (("child_protection_tool", "plans_at_31_march"), ("protection_plans", "plans_at_31_march")),
)


def across_tables(tables: dict[str, pd.DataFrame]) -> list[Reconciled]:
    """Do tables that print the same figure agree, and do the flows of children explain the stocks? For Wirral."""
    lines: list[Reconciled] = []
    for (one, measure), (other, twin) in SAME:
        if one in tables and other in tables:
            left, right = _wirral(tables[one], measure), _wirral(tables[other], twin)
            for year in left.index.intersection(right.index):
                same = left[year] == right[year]
                name = f"Wirral: {measure} in {one}, beside {twin} in {other}"
                lines.append(Reconciled(name, int(year), left[year], right[year], "pass" if same else "concern"))
    if "looked_after" in tables:
        lines += _flows(tables["looked_after"])
        lines += _rates(tables["looked_after"])
    return lines


def _wirral(frame: pd.DataFrame, measure: str, area: str = WIRRAL) -> pd.Series:
    """Return the newest figure of each year, for one area."""
    rows = frame[frame["area_code"] == area].sort_values("vintage").drop_duplicates("year", keep="last")
    value = pd.to_numeric(rows.set_index("year")[measure], errors="coerce").dropna()
    return value.sort_index()


def _flows(frame: pd.DataFrame) -> list[Reconciled]:
    """Set last year's stock plus starts less ceases beside this year's stock; revisions leave a small difference."""
    stock, starts, ceases = (
        _wirral(frame, name) for name in ("children_at_31_march", "children_started", "children_ceased")
    )
    lines = []
    for year in stock.index:
        if year - 1 in stock.index and year in starts.index and year in ceases.index:
            made = float(stock[year - 1] + starts[year] - ceases[year])
            verdict = "pass" if made == stock[year] else "concern"
            name = "Wirral: children looked after a year before, plus starts, less ceases"
            lines.append(Reconciled(name, int(year), made, float(stock[year]), verdict))
    return lines


def _rates(frame: pd.DataFrame) -> list[Reconciled]:
    """Set the number over the population beside the printed rate, for Wirral and England, newest release."""
    lines = []
    for area, name in ((WIRRAL, "Wirral"), (ENGLAND, "England")):
        number, people, rate = (
            _wirral(frame, column, area) for column in ("children_at_31_march", "population", "rate_at_31_march")
        )
        for year in rate.index.intersection(people.index).intersection(number.index):
            made = round(float(number[year] / people[year] * 10_000), 2)
            # The printed rate is a whole number; England's is made from a number that is rounded to 10 afterwards.
            slack = 0.5 + (50_000 / people[year] if area == ENGLAND else 0.005)
            verdict = "pass" if abs(made - rate[year]) <= slack else "fail"
            lines.append(Reconciled(f"{name}: looked-after rate from number and population", int(year), made,
                                    float(rate[year]), verdict))  # fmt: skip
    return lines
