"""How does each layout of published table become one row an area and year?

`wide` tables already are. `groups` and `characteristics` hold one row a category, which becomes a column:
`children_started`, or `children / age / under 1 year`. `first_release` tables carry their year in a column name or in
the file's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from btc_eval.records import contracts
from btc_eval.records.areas import ENGLAND, WIRRAL, AreaList
from btc_eval.records.reading import by_small_name, cells, pick, tidy
from btc_eval.records.spec import Spec
from btc_eval.records.tables import Faults, Ledger, RawTable, Reading, Reconciled, rows_words

KEYS = ["area_code", "year"]


def read(raw: RawTable, spec: Spec, areas: AreaList, faults: Faults) -> Reading | None:
    """Which figures does this file hold? `None`, with the reasons in `faults`, where it must be refused."""
    ledger = Ledger(rows_in=len(raw.frame))
    unknown: dict[str, dict[str, int]] = {}
    frame = _LAYOUTS[spec.layout](raw, spec, areas, faults, ledger, unknown)
    if faults or frame is None or frame.empty:
        return None
    reconciled = check(frame, spec, areas, faults)
    if faults:
        return None
    vintage = spec.publication.vintage(int(frame["year"].max()) - spec.shift_year)
    return Reading(raw.offered, spec.source, vintage, {spec.table: frame}, ledger, unknown, reconciled)


def check(frame: pd.DataFrame, spec: Spec, areas: AreaList, faults: Faults) -> tuple[Reconciled, ...]:
    """Do the figures of the finished frame agree with one another?"""
    return contracts.check_sums(frame, spec, areas, faults) + contracts.check_national(frame, spec, areas, faults)


Unknown = dict[str, dict[str, int]]
Layout = Callable[[RawTable, Spec, AreaList, Faults, Ledger, Unknown], pd.DataFrame | None]


def _wide(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    del unknown
    frame = tidy(raw, spec, areas, faults, ledger)
    if frame.empty:
        return None
    filters = [item.name for item in spec.filters if item.name in frame]
    if spec.mark[0] in filters:
        other = frame[spec.mark[0]] != spec.mark[1]
        ledger.put_aside("a category this report does not use", int(other.sum()))
        frame = frame[~other]
    contracts.check_keys(frame, [*KEYS, *filters], faults)
    return frame.drop(columns=filters).assign(source_rows=1)


def _pivot(frame: pd.DataFrame, column: str, values: list[str], stem: str) -> pd.DataFrame:
    """Turn category rows into columns: `stem` is a template such as "{value}_{category}"."""
    counts = frame.groupby(KEYS, sort=False).size().rename("source_rows")
    pieces = []
    for value in values:
        wide = frame.pivot(index=KEYS, columns=column, values=value)
        pieces.append(wide.rename(columns={name: stem.format(value=value, category=name) for name in wide.columns}))
    joined = pd.concat([*pieces, counts], axis=1).reset_index()
    return joined.fillna("[x]")


def _groups(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    """Read the numbers-and-rates table: three groups of children, with their population and rate."""
    del unknown
    frame = tidy(raw, spec, areas, faults, ledger)
    if frame.empty or "group" not in frame:
        return None
    group = frame["group"].str.casefold().map(dict(spec.categories))
    other = frame.loc[group.isna(), "group"]
    if len(other):
        faults.add(
            f"column {spec.filters[0].names[0]}, {rows_words(other.index)}",
            found=f"{other.iloc[0][:60]!r}",
            allowed="children looked after on 31 March, starting, or ceasing to be looked after",
            do="Use the table of numbers and rates by local authority.",
        )
    frame["group"] = group
    contracts.check_keys(frame, [*KEYS, "group"], faults)
    if faults:
        return None
    _check_rates(frame, faults)
    population = frame.groupby(KEYS, sort=False)["population"].first().reset_index()
    wide = _pivot(frame, "group", ["number", "rate"], "{value}_{category}")
    wide = wide.rename(columns=lambda name: name.replace("number_", "children_"))
    return population.merge(wide, on=KEYS, validate="one_to_one")


def _check_rates(frame: pd.DataFrame, faults: Faults) -> None:
    """Is each published rate its number over its population? To one unit where England's number is rounded."""
    number, rate, population = (pd.to_numeric(frame[name], errors="coerce") for name in ("number", "rate", "population"))
    off = (number / population * 10_000 - rate).abs()
    wrong = off[off > 0.5 + 50_000 / population]
    if len(wrong):
        row = wrong.index[0]
        faults.add(
            f"column rate_per_10000, {rows_words(wrong.index)}",
            found=f"a rate of {rate[row]:g} beside {number[row]:g} children of {population[row]:g}",
            allowed="the number over the population, per 10,000, to the nearest unit",
            do="Use the file as downloaded: a number, a rate or a population was changed.",
        )


def _characteristics(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    """Read a table of children by breakdown and category."""
    frame = tidy(raw, spec, areas, faults, ledger)
    if frame.empty or not {"breakdown", "category"} <= set(frame.columns):
        return None
    contracts.check_keys(frame, [*KEYS, "breakdown", "category"], faults)
    breakdown = frame["breakdown"].str.casefold().map(dict(spec.breakdowns))
    ledger.put_aside("a breakdown this report does not use", int(breakdown.isna().sum()))
    frame = frame.assign(breakdown=breakdown)[breakdown.notna()]
    totals = _check_breakdowns(frame, areas, faults)
    if faults:
        return None
    small = frame["category"].str.casefold()
    for name, rows in frame[~small.isin(spec.categories) & ~small.isin(_PLAIN)].groupby("category"):
        unknown.setdefault("characteristic", {})[str(name)] = len(rows)
    frame["category"] = small.map(dict(spec.categories)).fillna(small)
    parts = frame[small != "total"]
    column = "children / " + parts["breakdown"] + " / " + parts["category"]
    wide = _pivot(parts.assign(column=column), "column", ["number"], "{category}")
    counts = frame.groupby(KEYS, sort=False).size().rename("source_rows").reset_index()
    return totals.merge(wide.drop(columns="source_rows"), on=KEYS).merge(counts, on=KEYS)


#: Categories whose published wording is already ours.
_PLAIN = {
    "total", "under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 years and over", "16 years",
    "17 years", "18 years and over", "full care order", "interim care order", "placement order granted",
    "youth justice legal statuses", "detained for child protection", "foster placements", "placed for adoption",
    "other placements", "other residential settings", "residential schools", "private provision",
    "voluntary/third sector provision", "female", "male", "white", "mixed or multiple ethnic groups",
    "asian or asian british", "black, african, caribbean or black british", "other ethnic group",
    "refused or information not yet available", "not taken into care", "emergency protection order", "remand",
    "sentenced to youth rehabilitation order", "adopted", "died", "special guardianship order", "child moved abroad",
    "sentenced to custody", "accommodation on remand ended",
}  # fmt: skip


def _check_breakdowns(frame: pd.DataFrame, areas: AreaList, faults: Faults) -> pd.DataFrame:
    """Do the categories of each breakdown make its total, and is that total the same in every breakdown?"""
    number = pd.to_numeric(frame["number"], errors="coerce")
    total_row = frame["category"].str.casefold() == "total"
    keys = [*KEYS, "breakdown"]
    parts = frame.assign(number=number)[~total_row].groupby(keys)["number"].agg(["sum", "size", "count"])
    total = frame.assign(number=number)[total_row].set_index(keys)["number"]
    both = parts.join(total.rename("total"), how="left")
    council = both.index.get_level_values("area_code").isin(areas.codes("council"))
    slack = pd.Series(5.0 * (both["size"] + 1), index=both.index).mask(council, 0.0)
    off = both["sum"] - both["total"]
    wrong = both[(off > slack) | ((both["size"] == both["count"]) & (off < -slack))]
    if len(wrong):
        area, year, name = wrong.index[0]
        row = wrong.iloc[0]
        faults.add(
            f"{name}, {area} in {year}" + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
            found=f"categories that sum to {row['sum']:g} beside a total of {row['total']:g}",
            allowed="categories that make the total, within the publisher's rounding and suppression",
            do="Use the file as downloaded: a figure or a total was changed.",
        )
    first = frame[total_row].groupby(KEYS, sort=False)["number"]
    differ = first.nunique()
    if (differ > 1).any():
        area, year = differ.index[differ > 1][0]
        faults.add(
            f"{area} in {year}",
            found="totals that differ between breakdowns",
            allowed="the same total in every breakdown",
            do="Use the file as downloaded: a total was changed.",
        )
    return first.first().rename("children").reset_index()


def _stability(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    frame = tidy(raw, spec, areas, faults, ledger)
    if frame.empty or not {"breakdown", "category"} <= set(frame.columns):
        return None
    joined = frame["breakdown"] + "/" + frame["category"]
    measure = joined.str.casefold().map(dict(spec.categories))
    for name, rows in frame[measure.isna()].groupby(joined):
        unknown.setdefault("placement_stability", {})[str(name)] = len(rows)
    ledger.put_aside("a category this report does not use", int(measure.isna().sum()))
    frame = frame.assign(measure=measure)[measure.notna()]
    contracts.check_keys(frame, [*KEYS, "measure"], faults)
    return None if faults else _pivot(frame, "measure", ["number"], "{category}")


def _social_care_groups(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    """Read a table of pupils by social-care group and school phase, and keep all phases together."""
    frame = tidy(raw, spec, areas, faults, ledger)
    if frame.empty or not {"group", "phase"} <= set(frame.columns):
        return None
    whole = frame["phase"] == "Total"
    ledger.put_aside("one phase of school", int((~whole).sum()))
    frame = frame[whole]
    group = frame["group"].str.casefold().map(dict(spec.categories))
    for name, rows in frame[group.isna()].groupby("group"):
        unknown.setdefault("social_care_group", {})[str(name)] = len(rows)
    ledger.put_aside("a group this report does not use", int(group.isna().sum()))
    frame = frame.assign(group=group)[group.notna()]
    contracts.check_keys(frame, [*KEYS, "group"], faults)
    measures = [indicator.measure for indicator in spec.indicators]
    return None if faults else _pivot(frame, "group", measures, "{value} / group / {category}")


def _first_release(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: Unknown
) -> pd.DataFrame | None:
    """Read an underlying-data file of 2010 to 2017: councils by three-digit code, a year a file."""
    del unknown
    columns = pick(raw, spec.indicators, faults)
    small = by_small_name(raw)
    if "geog_c" not in small or "geog_l" not in small:
        faults.add(
            "the header",
            found="no columns 'geog_l' and 'geog_c'",
            allowed="the level and code of each area",
            do="Use the file as downloaded.",
        )
    year = _year_of(raw, spec, faults)
    if faults or year is None:
        return None
    level = raw.frame[small["geog_l"]].str.casefold()
    code = raw.frame[small["geog_c"]]
    council = level == "la"
    place = areas.of_old_code(code, pd.Series(year, index=code.index))
    place = place.mask(level == "national", ENGLAND).where(council | (level == "national"), "")
    lost = code[council & (place == "")]
    if len(lost):
        faults.add(
            f"geog_c, {rows_words(lost.index)}",
            found=", ".join(repr(item) for item in sorted(set(lost))[:5]),
            allowed="the three-digit code of a council of England",
            do="Use the file as downloaded.",
        )
    ledger.put_aside("a region, published without its nine-character code", int((place == "").sum() - len(lost)))
    frame = pd.DataFrame({"area_code": place, "year": year}, index=raw.frame.index)
    for indicator in spec.indicators:
        if indicator.measure in columns:
            column = columns[indicator.measure]
            frame[indicator.measure] = cells(raw.frame[column], indicator, spec, column, faults)
    frame = frame[frame["area_code"] != ""].assign(source_rows=1)
    contracts.check_keys(frame, KEYS, faults)
    if WIRRAL not in set(frame["area_code"]):
        faults.add("geog_c", found="no row for Wirral (344)", allowed="every council", do="Use the file as downloaded.")
    return frame


def _year_of(raw: RawTable, spec: Spec, faults: Faults) -> int | None:
    """Which year is the file about? Its name says so; the year in a column name was once wrong."""
    named = re.fullmatch(spec.file_name, raw.offered.file, re.IGNORECASE)
    if named:
        years = re.findall(r"20\d\d", raw.offered.file)
        return int(years[-1])
    columns = [re.search(r"(20\d\d)$", column) for column in raw.columns]
    years_in_columns = {int(found.group(1)) for found in columns if found}
    if len(years_in_columns) == 1:
        return years_in_columns.pop()
    faults.add(
        "the file's name",
        found="no year, in the name or in the columns",
        allowed="a name with the year in it, such as SFR36_CEA2014.csv",
        do="Keep the name the file was downloaded under.",
    )
    return None


_LAYOUTS: dict[str, Layout] = {
    "wide": _wide,
    "groups": _groups,
    "characteristics": _characteristics,
    "stability": _stability,
    "social_care_groups": _social_care_groups,
    "first_release": _first_release,
}
