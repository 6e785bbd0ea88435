"""What do the statistical first releases of 2010 to 2017 say? One file a year and subject, councils by number.

Their columns carry the year in their names, once the wrong one, and the files of children ceasing carry none: the
year is in the file's name.
"""

from __future__ import annotations

import re

import pandas as pd

from btc_eval.records import contracts
from btc_eval.records.areas import ENGLAND, WIRRAL, AreaList
from btc_eval.records.reading import by_small_name, cells, pick
from btc_eval.records.spec import Spec
from btc_eval.records.tables import Faults, Ledger, RawTable, rows_words


def read_first_release(
    raw: RawTable, spec: Spec, areas: AreaList, faults: Faults, ledger: Ledger, unknown: dict[str, dict[str, int]]
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
    contracts.check_keys(frame, ["area_code", "year"], faults)
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
