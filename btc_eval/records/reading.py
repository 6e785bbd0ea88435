"""What figures does a published table hold? One reader a layout, all ending in the same frame.

A reader takes the table of text and its `Spec`, finds out which area and year each row is about, checks every cell
against the allowed symbols, and returns one row an area and year. It reports every fault and raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from btc_eval.records.areas import AreaList
from btc_eval.records.spec import Filter, Indicator, Kind, Spec
from btc_eval.records.symbols import number_text, shorthand, words
from btc_eval.records.tables import Faults, Ledger, RawTable, rows_words

_YEAR = re.compile(r"(19|20)\d\d")
_ACADEMIC = re.compile(r"(20\d\d)(\d\d)")


def find_column(columns: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """Under which of these names is the column published here? `columns` maps small letters to the published name."""
    return next((columns[name.casefold()] for name in names if name.casefold() in columns), None)


def by_small_name(raw: RawTable) -> dict[str, str]:
    """Return the published column names keyed by their small letters."""
    return {column.casefold(): column for column in raw.columns}


def pick(raw: RawTable, wanted: tuple[Indicator | Filter, ...], faults: Faults) -> dict[str, str]:
    """Which published column holds each wanted one? A missing one is a fault."""
    columns = by_small_name(raw)
    found: dict[str, str] = {}
    for item in wanted:
        name = item.measure if isinstance(item, Indicator) else item.name
        column = find_column(columns, item.names)
        if column is not None:
            found[name] = column
        elif not (isinstance(item, Indicator) and item.optional):
            faults.add(
                "the header",
                found=f"no column for {name!r}",
                allowed=" or ".join(repr(alias) for alias in item.names),
                do="Use the file as downloaded. If the publisher renamed the column, add the new name to the table's "
                "description in btc_eval/records.",
            )
    return found


def years(raw: RawTable, spec: Spec, faults: Faults) -> pd.Series:
    """Which year is each row about? Academic and financial years are named by the year they end in."""
    text = raw.frame["time_period"]
    academic = text.str.fullmatch(_ACADEMIC.pattern)
    plain = text.str.fullmatch(_YEAR.pattern)
    wrong = text[~(academic | plain)]
    if len(wrong):
        faults.add(
            f"time_period, {rows_words(wrong.index)}",
            found=f"{wrong.iloc[0][:20]!r}",
            allowed="a year of four digits, or six for an academic or financial year",
            do="Use the file as downloaded.",
        )
    year = pd.to_numeric(text.where(plain, text.str[:2] + text.str[4:6]), errors="coerce").fillna(0).astype("int64")
    column = by_small_name(raw).get("time_identifier")
    if column is not None:
        other = raw.frame.loc[~raw.frame[column].isin(spec.years), column]
        if len(other):
            faults.add(
                f"{column}, {rows_words(other.index)}",
                found=f"{other.iloc[0][:30]!r}",
                allowed=" or ".join(repr(kind) for kind in spec.years),
                do="Use the table as published: a table of another kind of year does not belong here.",
            )
    return year + spec.shift_year


def cells(values: pd.Series, indicator: Indicator, spec: Spec, column: str, faults: Faults) -> pd.Series:
    """What does each cell of a column say: a number, or why there is none? Anything else is a fault."""
    translate = {text: _cell(text, spec) for text in values.unique()}
    result = values.map(translate)
    unknown = values[result.isna()]
    if len(unknown):
        seen = ", ".join(repr(text[:20]) for text in sorted(set(unknown))[:5])
        faults.add(
            f"column {column}, {rows_words(unknown.index)}",
            found=f"{seen}",
            allowed=words(spec.symbols),
            do="Use the file as downloaded. A new symbol must be given a meaning in btc_eval/records/symbols.py first.",
        )
    _check_kind(result, indicator, column, faults)
    return result


def _cell(text: str, spec: Spec) -> str | None:
    number = number_text(text)
    if number is not None:
        return number
    reason = spec.symbols.get(text.casefold() if text.casefold() in spec.symbols else text)
    return None if reason is None else shorthand(reason)


def _check_kind(result: pd.Series, indicator: Indicator, column: str, faults: Faults) -> None:
    number = pd.to_numeric(result, errors="coerce")
    if indicator.kind is Kind.COUNT:
        wrong, allowed = number[(number < 0) | (number % 1 != 0) & number.notna()], "a whole number, nought or more"
    elif indicator.kind is Kind.PERCENT:
        wrong, allowed = number[(number < 0) | (number > 100)], "a percentage from 0 to 100"
    elif indicator.kind is Kind.NUMBER:
        wrong, allowed = number[number < 0], "a number, nought or more"
    else:
        return
    if len(wrong):
        faults.add(
            f"column {column}, {rows_words(wrong.index)}",
            found=f"{wrong.iloc[0]:g}",
            allowed=allowed,
            do="Use the file as downloaded.",
        )


def tidy(raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger) -> pd.DataFrame:
    """Which figures does an Explore Education Statistics table hold, an area and year a row?

    Returns
    -------
    pd.DataFrame
        `area_code`, `year`, `source_rows` and one text column a measure.
    """
    from btc_eval.records.geography import locate

    filters = pick(raw, spec.filters, faults)
    columns = pick(raw, spec.indicators, faults)
    if "time_period" not in by_small_name(raw):
        faults.add(
            "the header", found="no column 'time_period'", allowed="'time_period'", do="Use the file as downloaded."
        )
        return pd.DataFrame()
    place = locate(raw, areas, faults, ledger)
    if place is None:
        return pd.DataFrame()
    year = years(raw, spec, faults)
    frame = pd.DataFrame({"area_code": areas.in_year(place, year), "year": year}, index=raw.frame.index)
    for name, column in filters.items():
        frame[name] = raw.frame[column]
    for indicator in spec.indicators:
        if indicator.measure in columns:
            column = columns[indicator.measure]
            frame[indicator.measure] = cells(raw.frame[column], indicator, spec, column, faults)
    return frame[frame["area_code"] != ""]
