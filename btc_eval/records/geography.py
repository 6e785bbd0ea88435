"""Which area is each row about? Checks level, codes and names of a published table against the list of areas."""

from __future__ import annotations

import pandas as pd

from btc_eval.records.areas import ENGLAND, REGIONS, WIRRAL, AreaList
from btc_eval.records.tables import Faults, Ledger, RawTable, rows_words

#: Published level → ours; a level with an empty name holds no area of ours and is set aside.
LEVELS = {
    "National": "england",
    "Regional": "region",
    "Local authority": "council",
    "Statistical neighbours (median)": "",
}
_LONDON = "E12000007"
_HALVES_OF_LONDON = ("E13000001", "E13000002")
_AS_DOWNLOADED = "Use the file as downloaded from the publisher."


def locate(raw: RawTable, areas: AreaList, faults: Faults, ledger: Ledger) -> pd.Series | None:
    """Which area code has each row? Blank where the row holds no area of ours; `None` where that cannot be told.

    Understands the standard's columns (`country_code`, `region_code`, `new_la_code`) and the reduced files' shape
    (`geo_breakdown` holding a name).
    """
    frame = raw.frame.rename(columns=str.casefold)
    needed = [column for column in ("geographic_level", "new_la_code") if column not in frame]
    if "region_code" not in frame and "geo_breakdown" not in frame:
        needed.append("region_code")
    for column in needed:
        faults.add("the header", found=f"no column {column!r}", allowed=f"{column!r}", do=_AS_DOWNLOADED)
    if needed:
        return None
    level = frame["geographic_level"]
    odd = level[~level.isin(LEVELS)]
    if len(odd):
        faults.add(
            f"geographic_level, {rows_words(odd.index)}",
            found=f"{odd.iloc[0][:30]!r}",
            allowed=" or ".join(repr(name) for name in LEVELS if LEVELS[name]),
            do=_AS_DOWNLOADED,
        )
    other = level.map(LEVELS) == ""
    ledger.put_aside("the median of a neighbour group, not an area", int(other.sum()))
    nameless = pd.Series(False, index=frame.index)
    if {"region_code", "region_name"} <= set(frame.columns):
        unnamed = ~frame["region_name"].str.casefold().isin(REGIONS)
        nameless = (level == "Regional") & (frame["region_code"] == "") & unnamed
        ledger.put_aside("a row that names no region", int(nameless.sum()))
    council = level == "Local authority"
    joint = council & frame["new_la_code"].str.contains("/", regex=False)
    ledger.put_aside("two councils that returned together", int(joint.sum()))
    lost = council & (frame["new_la_code"] == "") & (frame.get("old_la_code", frame["new_la_code"]) == "")
    ledger.put_aside("a row that names no council", int(lost.sum()))
    place = pd.Series("", index=frame.index, dtype="str")
    place = place.mask(level == "National", ENGLAND)
    place = place.mask((level == "Regional") & ~nameless, _region(frame))
    place = place.mask(council, areas.listed(frame["new_la_code"]).mask(joint | lost, ""))
    _check_codes(frame, level.mask(nameless | joint | lost, ""), place, areas, faults)
    if WIRRAL not in set(place):
        faults.add(
            "new_la_code",
            found=f"no row for Wirral ({WIRRAL})",
            allowed="a table in which Wirral appears",
            do="Download the table with every local authority, not a selection without Wirral.",
        )
    return place


def _region(frame: pd.DataFrame) -> pd.Series:
    if "region_code" in frame:
        return frame["region_code"]
    return frame["geo_breakdown"].str.casefold().map(REGIONS).fillna("x")


def _check_codes(frame: pd.DataFrame, level: pd.Series, place: pd.Series, areas: AreaList, faults: Faults) -> None:
    """Note codes that do not exist, and codes that contradict the level or one another."""
    council, region, national = level == "Local authority", level == "Regional", level == "National"
    for rows, known, what in ((council, areas.codes("council"), "council"), (region, areas.codes("region"), "region")):
        unknown = place[rows & ~place.isin(known)]
        if len(unknown):
            seen = ", ".join(repr(code) for code in sorted(set(unknown))[:5])
            faults.add(
                f"{'new_la_code' if what == 'council' else 'region_code'}, {rows_words(unknown.index)}",
                found=f"{seen}, which is not a {what} of England",
                allowed=f"a {what} code of data/official/areas.csv",
                do="Use the file as downloaded. After a reorganisation, refresh the population file first: it brings "
                "the new council.",
            )
    for column in ("country_code",):
        if column in frame:
            abroad = frame.loc[frame[column] != ENGLAND, column]
            if len(abroad):
                faults.add(
                    f"{column}, {rows_words(abroad.index)}",
                    found=f"{abroad.iloc[0]!r}",
                    allowed=ENGLAND,
                    do=_AS_DOWNLOADED,
                )
    carries = national & (frame["new_la_code"].replace({"z": "", "x": ""}) != "")
    if "region_code" in frame:
        carries |= (national & (frame["region_code"].replace({"z": "", "x": ""}) != "")) | (
            region & (frame["new_la_code"].replace({"z": "", "x": ""}) != "")
        )
    if carries.any():
        faults.add(
            f"geographic_level, {rows_words(frame.index[carries])}",
            found="a national or regional row with the code of a smaller area",
            allowed="National rows with a country code only, Regional rows with a region code only",
            do=_AS_DOWNLOADED,
        )
    facts = areas.frame.set_index("area_code")
    known_council = council & place.isin(facts.index)
    for column in ("old_la_code", "region_code"):
        if column not in frame:
            continue
        expected = place[known_council].map(facts[column])
        published = frame.loc[known_council, column]
        # Some publications place a London borough in London, others in Inner or Outer London.
        differs = (published != expected) & ~((published == _LONDON) & expected.isin(_HALVES_OF_LONDON))
        if differs.any():
            row = differs.index[differs][0]
            faults.add(
                f"{column}, {rows_words(differs.index[differs])}",
                found=f"{frame.at[row, column]!r} beside {place[row]}",
                allowed=f"{expected[row]!r}, the {column} of that council",
                do=_AS_DOWNLOADED,
            )
