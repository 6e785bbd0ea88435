"""Where does each indicator of the plan stand, and how large a change would be out of the ordinary?

A change is out of the ordinary if few councils show one as large over as many years. That is the yardstick a yearly
figure allows: a single council has too few years for a model of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from btc_eval.estimates import Papers
from btc_eval.measures.annual import annual
from btc_eval.measures.changes import differences
from btc_eval.measures.definitions import DEFINITIONS
from btc_eval.records import WIRRAL, Official

#: Indicator of `data/programme/indicators.toml` → measure that follows it.
FOLLOWED_BY = {
    "indicator-referrals": "referral_rate",
    "indicator-repeat-referrals": "re_referral_percent",
    "indicator-two-year-review": "review_at_2_percent",
    "indicator-two-year-entitlement": "two_year_offer_percent",
    "indicator-development-at-five": "good_development_percent",
    "indicator-attendance": "absence_percent",
    "indicator-repeat-plans": "repeat_plan_percent",
    "indicator-plan-duration": "plan_two_years_percent",
    "indicator-reviews-in-time": "plan_review_percent",
    "indicator-care-rate": "looked_after_rate",
    "indicator-care-starts": "looked_after_started_rate",
    "indicator-family-network": "special_guardianship_percent",
    "indicator-placement-moves": "three_or_more_placements_percent",
    "indicator-same-worker": "three_or_more_social_workers_percent",
}
_LEAST = 200  # council spans; with fewer, the tails are a handful of councils


def watched(
    official: Official, *, spans: Sequence[int] = (1, 2, 3), share: float = 0.05
) -> tuple[pd.DataFrame, Papers]:
    """Where does each indicator stand in Wirral, and which change over so many years would few councils show?

    Parameters
    ----------
    official
        The official statistics.
    spans
        Years between the two figures.
    share
        Share of council spans beyond each end: with 0.05, one in twenty fall so far and one in twenty rise so far.

    Returns
    -------
    frame
        One row an indicator and span: `indicator`, `measure`, `title`, `unit`, `latest` (year), `value` (Wirral's, that
        year), `span`, `fall` and `rise` (in `unit`; a change beyond them is out of the ordinary), `compared` (council
        spans). Indicators whose table holds too few councils have no row.
    papers
        Of all tables used.
    """
    rows, papers = [], None
    for indicator, name in FOLLOWED_BY.items():
        panel = annual(official, name)
        own = panel.of(WIRRAL).dropna(subset=["value"]).iloc[-1]
        for span in spans:
            moved = differences(panel, years=span)["difference"]
            if len(moved) < _LEAST:
                continue
            papers = panel.papers if papers is None else papers.joined(panel.papers)
            rows.append(
                {
                    "indicator": indicator,
                    "measure": name,
                    "title": DEFINITIONS[name].title,
                    "unit": panel.unit,
                    "latest": int(own["year"]),
                    "value": float(own["value"]),
                    "span": span,
                    "fall": float(moved.quantile(share)),
                    "rise": float(moved.quantile(1 - share)),
                    "compared": len(moved),
                }
            )
    assert papers is not None  # the referral table is always there
    return pd.DataFrame(rows), papers
