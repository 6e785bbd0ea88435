"""Which figure of children looked after stands for each year? The newest one published, over fifteen years.

No single release covers them. The releases of 2010 to 2017 carry one year each; the Local Authority Interactive Tool
carries revised numbers from 2016; the yearly releases carry the five years before each.
"""

from __future__ import annotations

import pandas as pd

from btc_eval.records import Official

_KEYS = ["area_code", "year", "measure"]

#: The first yearly release in the present form; what was published before is ranked below the tool.
_FIRST_YEARLY = "2018"


def releases(rows: pd.DataFrame, official: Official) -> tuple[tuple[str, str], ...]:
    """From which releases are these rows of `newest_looked_after`, or of one release? (table, release), sorted."""
    yearly = set(official.table("looked_after")["vintage"])
    found = {("looked_after" if one in yearly else "looked_after_tool", str(one)) for one in rows["vintage"].unique()}
    return tuple(sorted(found))


def newest_looked_after(official: Official) -> pd.DataFrame:
    """Which figures stand, measure by measure? In the shape of `Official.table`.

    In this order: the newest yearly release; the Interactive Tool (2016 to 2018); the release of the year itself.
    Populations are those printed beside the number that stands, where any is.
    """
    releases = official.table("looked_after")
    tool = official.table("looked_after_tool")
    yearly = releases["vintage"] >= _FIRST_YEARLY
    ranked = pd.concat(
        [
            releases[~yearly].assign(rank=0),
            tool[tool["measure"].isin(releases["measure"].unique())].assign(rank=1),
            releases[yearly].assign(rank=2),
        ]
    )
    # Within a rank the newest release; a tool's dash does not displace a number that was printed at the time.
    ranked = ranked[(ranked["rank"] != 1) | ranked["value"].notna()]
    ranked = ranked.sort_values([*_KEYS, "rank", "vintage"], kind="stable")
    return ranked.drop_duplicates(_KEYS, keep="last").drop(columns="rank").reset_index(drop=True)
