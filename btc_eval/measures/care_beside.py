"""Do the books of the returns close, and how far are they from what was published?"""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.care_flows import CareFlows


def books(flows: CareFlows, history: pd.DataFrame) -> pd.DataFrame:
    """How does each year's account from the returns stand beside the published one?

    Parameters
    ----------
    flows
        Stock and flow by year.
    history
        `year`, `stock`, `starts` and `ceases` as published: `PublishedFlows.history`.

    Returns
    -------
    DataFrame
        One row a year ending 31 March that both have: `year`, `opening`, `starts`, `ceases` and `closing` (periods of
        care in the returns), `left_over` (closing less opening plus starts less ceases: always nought), and beside
        them `published`, `published_starts`, `published_ceases` (each child once a year) and `published_left_over`,
        missing where the year before was not published.

    Raises
    ------
    RefusedError
        For flows that are not by year, and where no year is in both.
    """
    total = flows.total()
    if not pd.api.types.is_integer_dtype(total["period"]):
        raise refuse(
            "measures.books", "period", found="flows by month", allowed="flows by year",
            do='Make them with care_flows(records, period="year").',
        )  # fmt: skip
    own = total.rename(columns={"period": "year"})[["year", "opening", "starts", "ceases", "closing"]]
    own = own.assign(left_over=own["closing"] - (own["opening"] + own["starts"] - own["ceases"]))
    told = history.sort_values("year")[["year", "stock", "starts", "ceases"]]
    before = told.assign(year=told["year"] + 1).set_index("year")["stock"]
    told = told.assign(before=told["year"].map(before))
    told = told.assign(published_left_over=told["stock"] - (told["before"] + told["starts"] - told["ceases"]))
    named = {"stock": "published", "starts": "published_starts", "ceases": "published_ceases"}
    both = own.merge(told.drop(columns="before").rename(columns=named), on="year")
    if both.empty:
        raise refuse(
            "measures.books", "year", found="no year that both have", allowed="years of the returns and of `history`",
            do="Look at flows.total() and at the published totals.",
        )  # fmt: skip
    return both
