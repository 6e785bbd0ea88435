"""Do the figures of a table agree with one another? Keys, parts and totals, councils and England.

Councils' counts are exact; regions and England are rounded, each cell by itself. Where a council's figure is held
back, its parts cannot be added, and where a council is missing its sum can only fall short of England's.
"""

from __future__ import annotations

import pandas as pd

from btc_eval.records.areas import AreaList
from btc_eval.records.spec import Spec, Sum
from btc_eval.records.tables import Faults, Reconciled, rows_words

_AS_DOWNLOADED = "Use the file as downloaded. If it is, tell the publisher: these figures cannot all be right."


def numbers(frame: pd.DataFrame, measures: tuple[str, ...]) -> pd.DataFrame:
    """Return the measures as numbers, missing where the publisher gives a reason instead."""
    return pd.DataFrame({name: pd.to_numeric(frame[name], errors="coerce") for name in measures})


def check_keys(frame: pd.DataFrame, keys: list[str], faults: Faults) -> None:
    """Is each area and year (and category) there once?"""
    again = frame.duplicated(keys, keep=False)
    if not again.any():
        return
    first = frame[again].iloc[0]
    same = frame[again & (frame[keys] == first[keys]).all(axis=1)]
    groups = int(frame[again].drop_duplicates(keys).shape[0])
    faults.add(
        rows_words(same.index),
        found=f"the same {' and '.join(key.replace('_', ' ') for key in keys)} more than once "
        f"({', '.join(str(first[key]) for key in keys)}; {groups} such)",
        allowed="each once",
        do="Use the file as downloaded; delete nothing by hand.",
    )


def check_sums(frame: pd.DataFrame, spec: Spec, areas: AreaList, faults: Faults) -> tuple[Reconciled, ...]:
    """Do the parts make the totals, row by row? Returns one line a total and year, over councils with every part."""
    level = frame["area_code"].map(areas.frame.set_index("area_code")["level"])
    lines: list[Reconciled] = []
    for rule in spec.sums:
        if not {rule.total, *rule.parts} <= set(frame.columns):
            continue
        values = numbers(frame, (rule.total, *rule.parts))
        whole = values.notna().all(axis=1)
        parts = values[list(rule.parts)].sum(axis=1)
        off = parts - values[rule.total]
        slack = pd.Series(rule.slack, index=frame.index)
        slack = slack.mask(level != "council", rule.rounded_to / 2 * (len(rule.parts) + 1))
        wrong = whole & ((off > slack) | ((off < -slack) & rule.exact))
        if wrong.any() and rule.binding:
            _note_sum(frame, rule, parts, values[rule.total], frame.index[wrong], faults)
        if len(rule.parts) > 1:
            lines += _lines(frame, rule, parts, values[rule.total], whole & (level == "council"))
    return tuple(lines)


def _note_sum(
    frame: pd.DataFrame, rule: Sum, parts: pd.Series, total: pd.Series, rows: pd.Index, faults: Faults
) -> None:
    row = rows[0]
    where = f"{frame.loc[row, 'area_code']!s} in {frame.loc[row, 'year']!s}"
    named = f"the {len(rule.parts)} parts of {rule.total}" if len(rule.parts) > 1 else rule.parts[0]
    relation = "equal to" if rule.exact else "at most"
    faults.add(
        rows_words(rows),
        found=f"{named} making {parts[row]:g} for {where}, where {rule.total} is {total[row]:g}",
        allowed=f"{relation} the total, within the publisher's rounding",
        do=_AS_DOWNLOADED,
    )


def _lines(frame: pd.DataFrame, rule: Sum, parts: pd.Series, total: pd.Series, kept: pd.Series) -> list[Reconciled]:
    lines = []
    for year, rows in frame[kept].groupby("year"):
        made, published = float(parts[rows.index].sum()), float(total[rows.index].sum())
        agreed = abs(made - published) <= rule.slack * len(rows) or not rule.exact
        name = f"{rule.total}: sum of its {len(rule.parts)} parts, {len(rows)} councils"
        otherwise = "fail" if rule.binding else "concern"
        lines.append(Reconciled(name, int(str(year)), made, published, "pass" if agreed else otherwise))
    return lines


def check_national(frame: pd.DataFrame, spec: Spec, areas: AreaList, faults: Faults) -> tuple[Reconciled, ...]:
    """Do the councils make England? Tested where the whole country is in the table."""
    lines: list[Reconciled] = []
    level = frame["area_code"].map(areas.frame.set_index("area_code")["level"])
    for measure in spec.national:
        if measure not in frame:
            continue
        value = pd.to_numeric(frame[measure], errors="coerce")
        for year, england in frame[level == "england"].groupby("year"):
            councils = frame[(level == "council") & (frame["year"] == year)]
            expected = areas.councils(int(str(year)) + (1 if spec.table == "population" else 0))
            if not expected or not expected <= set(councils["area_code"]):
                continue
            held = councils[councils["area_code"].isin(expected)]
            lines += _england(measure, int(str(year)), value, held, england, spec, faults)
    return tuple(lines)


def _england(
    measure: str,
    year: int,
    value: pd.Series,
    councils: pd.DataFrame,
    england: pd.DataFrame,
    spec: Spec,
    faults: Faults,
) -> list[Reconciled]:
    published = float(value[england.index[0]])
    made = float(value[councils.index].sum())
    missing = int(value[councils.index].isna().sum())
    slack = spec.rounded_to / 2
    wrong = made - published > slack or (missing == 0 and published - made > slack)
    if wrong:
        faults.add(
            f"column {measure}, year {year}",
            found=f"councils that sum to {made:,.0f} beside {published:,.0f} for England",
            allowed=f"a difference of at most {slack:g}, England's rounding",
            do=_AS_DOWNLOADED,
        )
    name = f"{measure}: sum of councils and England"
    if missing:
        return [Reconciled(f"{name} ({missing} councils held back)", year, made, published, "concern")]
    return [Reconciled(name, year, made, published, "fail" if wrong else "pass")]
