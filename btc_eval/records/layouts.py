"""How does each layout of published table become one row an area and year?

`wide` tables already are. `groups` and `characteristics` hold one row a category, which becomes a column:
`children_started`, or `children / age / under 1 year`. `first_release` tables carry their year in a column name or in
the file's.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from btc_eval.records import contracts
from btc_eval.records.areas import COUNCIL_CODE, AreaList
from btc_eval.records.characteristics import KEYS, pivot, read_characteristics
from btc_eval.records.first_releases import read_first_release
from btc_eval.records.reading import tidy
from btc_eval.records.spec import Spec
from btc_eval.records.tables import Faults, Ledger, RawTable, Reading, rows_words


def read(raw: RawTable, spec: Spec, areas: AreaList, faults: Faults) -> Reading | None:
    """Which figures does this file hold? `None`, with the reasons in `faults`, where it must be refused."""
    ledger = Ledger(rows_in=len(raw.frame))
    unknown: dict[str, dict[str, int]] = {}
    frame = _LAYOUTS[spec.layout](raw, spec, areas, faults, ledger, unknown)
    if frame is None or frame.empty:
        return None
    reconciled = contracts.check_sums(frame, spec, areas, faults)
    if faults:
        return None
    reconciled += contracts.check_national(frame, spec, areas, faults)
    if faults:
        return None
    vintage = spec.publication.vintage(int(frame["year"].max()) - spec.shift_year)
    return Reading(raw.offered, spec.source, vintage, {spec.table: frame}, ledger, unknown, reconciled)


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
    wide = pivot(frame, "group", ["number", "rate"], "{value}_{category}")
    wide = wide.rename(columns=lambda name: name.replace("number_", "children_"))
    return population.merge(wide, on=KEYS, validate="one_to_one")


def _check_rates(frame: pd.DataFrame, faults: Faults) -> None:
    """Is each published rate its number over its population? Only councils' numbers are not rounded."""
    number, rate, population = (
        pd.to_numeric(frame[name], errors="coerce") for name in ("number", "rate", "population")
    )
    off = (number / population * 10_000 - rate).abs()
    rounded = ~frame["area_code"].str.fullmatch(COUNCIL_CODE.pattern)
    wrong = off[off > 0.5 + 1e-9 + rounded * 50_000 / population]
    if len(wrong):
        row = wrong.index[0]
        faults.add(
            f"column rate_per_10000, {rows_words(wrong.index)}",
            found=f"a rate of {rate[row]:g} beside {number[row]:g} children of {population[row]:g}",
            allowed="the number over the population, per 10,000, to the nearest unit",
            do="Use the file as downloaded: a number, a rate or a population was changed.",
        )


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
    return None if faults else pivot(frame, "measure", ["number"], "{category}")


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
    return None if faults else pivot(frame, "group", measures, "{value} / group / {category}")


_LAYOUTS: dict[str, Layout] = {
    "wide": _wide,
    "groups": _groups,
    "characteristics": read_characteristics,
    "stability": _stability,
    "social_care_groups": _social_care_groups,
    "first_release": read_first_release,
}
