"""How do category rows become columns? For the tables of children by age, need, legal status, placement and reason."""

from __future__ import annotations

import pandas as pd

from btc_eval.records import contracts
from btc_eval.records.areas import AreaList
from btc_eval.records.reading import tidy
from btc_eval.records.spec import Spec
from btc_eval.records.tables import Faults, Ledger, RawTable

KEYS = ["area_code", "year"]


def pivot(frame: pd.DataFrame, column: str, values: list[str], stem: str) -> pd.DataFrame:
    """Turn category rows into columns: `stem` is a template such as "{value}_{category}"."""
    counts = frame.groupby(KEYS, sort=False).size().rename("source_rows")
    pieces = []
    for value in values:
        wide = frame.pivot(index=KEYS, columns=column, values=value)
        pieces.append(wide.rename(columns={name: stem.format(value=value, category=name) for name in wide.columns}))
    joined = pd.concat([*pieces, counts], axis=1).reset_index()
    return joined.fillna("[x]")


def read_characteristics(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: dict[str, dict[str, int]]
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
    wide = pivot(parts.assign(column=column), "column", ["number"], "{category}")
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
