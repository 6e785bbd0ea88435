"""How is a council followed through a change of its code? Under its newest one."""

from __future__ import annotations

import pandas as pd


def newest_codes(areas: pd.DataFrame) -> dict[str, str]:
    """Which newer code did each council take? Old code → newest code, as `areas()` lists the continuations."""
    follows = {str(old): str(new) for old, new in zip(areas["continues"], areas["area_code"]) if old}
    newest = {}
    for old in follows:
        code = old
        while code in follows:
            code = follows[code]
        newest[old] = code
    return newest


def follow(frame: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `area_code`, `year`, `value`, `reason` under newest codes, one an area and year.

    Some releases give a council a row under both codes, one of them empty: the row with the value stands.
    """
    moved = frame.assign(area_code=frame["area_code"].replace(newest_codes(areas)), empty=frame["value"].isna())
    moved = moved.sort_values(["area_code", "year", "empty"], kind="stable")
    return moved.drop_duplicates(["area_code", "year"]).drop(columns="empty").reset_index(drop=True)
