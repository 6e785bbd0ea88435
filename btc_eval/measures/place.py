"""Where do children live, where is need greatest, and where were the hubs put? From public records of each ward.

Localities are the smallest places for which the council's papers say where its hubs are. Nothing here is about families
who were helped: no public figure says in which ward a referral was made, or who came to a hub.
"""

from __future__ import annotations

import pandas as pd

from btc_eval import programme
from btc_eval.estimates import Papers

_OPEN = "reported open"
WIRRAL_ROW = "All of Wirral"


def localities() -> pd.DataFrame:
    """How many children, how much deprivation and how many hubs has each locality?

    Returns
    -------
    pd.DataFrame
        Most deprived first, then a row for all of Wirral: `locality`; `wards`; `children` (aged 0 to 17, mid-2020);
        `deprivation` (score of 2019, averaged over its wards by children); `small_areas`, of which `most_deprived` are
        in the most deprived tenth of England; `hubs` planned, and `hubs_open` reported open by name; shares of Wirral's
        children, most deprived small areas and hubs, `children_share`, `deprived_share` and `hub_share` (0 to 1);
        `children_per_hub`; and the hubs it would have were they shared out evenly, `hubs_by_children` and
        `hubs_by_deprived`.

    Examples
    --------
    >>> found = localities().set_index("locality")
    >>> found["hubs"].tolist()
    [5, 3, 2, 2, 12]
    >>> int(found.loc["All of Wirral", "children"])
    67431
    """
    wards, hubs = programme.wards().frame(), programme.hubs().frame()
    wards = wards.assign(weighted=wards["deprivation"] * wards["children"], wards=1)
    summed = wards.groupby("locality")[["wards", "children", "small_areas", "most_deprived", "weighted"]].sum()
    summed["hubs"] = hubs.groupby("locality").size().reindex(summed.index, fill_value=0)
    summed["hubs_open"] = hubs[hubs["opening"] == _OPEN].groupby("locality").size().reindex(summed.index, fill_value=0)
    summed = summed.assign(order=summed["weighted"] / summed["children"]).sort_values("order", ascending=False)
    whole = summed.sum().rename(WIRRAL_ROW).to_frame().T
    table = pd.concat([summed, whole]).drop(columns="order")
    counts = ["wards", "children", "small_areas", "most_deprived", "hubs", "hubs_open"]
    table = table.astype(dict.fromkeys(counts, "int64"))
    total = table.loc[WIRRAL_ROW]
    return (
        table.assign(
            deprivation=table["weighted"] / table["children"],
            children_share=table["children"] / total["children"],
            deprived_share=table["most_deprived"] / total["most_deprived"],
            hub_share=table["hubs"] / total["hubs"],
            children_per_hub=table["children"] / table["hubs"],
            hubs_by_children=table["children"] / total["children"] * total["hubs"],
            hubs_by_deprived=table["most_deprived"] / total["most_deprived"] * total["hubs"],
        )
        .drop(columns="weighted")
        .rename_axis("locality")
        .reset_index()
    )


def concentration(*, wards: int) -> pd.DataFrame:
    """How much of Wirral's deepest deprivation lies in its most deprived wards?

    Parameters
    ----------
    wards
        How many wards to take, from the most deprived.

    Returns
    -------
    pd.DataFrame
        One row: `wards`; `children_share` and `deprived_share` of Wirral's children and most deprived small areas (0 to
        1); `highest` and `lowest` score of all wards, `ratio` of the two, and `all_wards`.
    """
    table = programme.wards().frame().sort_values("deprivation", ascending=False)
    first = table.head(wards)
    row = {
        "wards": len(first),
        "children_share": first["children"].sum() / table["children"].sum(),
        "deprived_share": first["most_deprived"].sum() / table["most_deprived"].sum(),
        "highest": table["deprivation"].max(),
        "lowest": table["deprivation"].min(),
        "ratio": table["deprivation"].max() / table["deprivation"].min(),
        "all_wards": len(table),
    }
    return pd.DataFrame([row])


def papers() -> Papers:
    """Where do these figures come from? The papers of the wards and of the hubs together."""
    return programme.wards().papers.joined(programme.hubs().papers)
