"""What do two totals reported for one ward come to, set beside its children and the borough's published counts?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.annual import AnnualPanel
from btc_eval.records import WIRRAL


def reported_totals(
    before: float, after: float, *, ward_code: str, wards: pd.DataFrame, borough: AnnualPanel, years: Sequence[int]
) -> pd.DataFrame:
    """If these totals were counts of what the borough's series counts, how large a part of it would they be?

    Parameters
    ----------
    before, after
        The two totals, as reported.
    ward_code
        The ward.
    wards
        One row a ward: `code` and `children`.
    borough
        The borough's yearly count of what the totals are said to count.
    years
        Years ending 31 March that the first total may belong to.

    Returns
    -------
    DataFrame
        One row a year: `year`, `before`, `after`, `ratio` (after over before), `borough` (its count that year), `share`
        (before over borough), `children_share` (the ward's share of the borough's children), `rate` (before, a thousand
        children of the ward).

    Raises
    ------
    RefusedError
        Where the ward is not in the table or a year has no published count.
    """
    own = wards.loc[wards["code"] == ward_code, "children"]
    counts = borough.of(WIRRAL).set_index("year")["value"].reindex(list(years))
    if len(own) != 1 or counts.isna().any() or before <= 0:
        raise refuse(
            "reported_totals",
            ward_code,
            found="a ward or a year without its figure, or a first total of nought",
            allowed="a ward of the table and years with a published count",
            do="Name the ward by its code, and years that the borough's series has.",
        )
    return pd.DataFrame(
        {
            "year": list(years),
            "before": int(before),
            "after": int(after),
            "ratio": after / before,
            "borough": counts.to_numpy(),
            "share": before / counts.to_numpy(),
            "children_share": float(own.iloc[0]) / float(wards["children"].sum()),
            "rate": 1000 * before / float(own.iloc[0]),
        }
    )
