"""Which published tables stand behind the report? The catalogue as a table that a page can show."""

from __future__ import annotations

import pandas as pd

from btc_eval.estimates import Papers, Provenance
from btc_eval.records.official import Official


def sources(official: Official) -> tuple[pd.DataFrame, Papers]:
    """Which published file was each compiled table made from?

    Parameters
    ----------
    official
        The official statistics of one data folder.

    Returns
    -------
    frame
        One row a compiled table and published release: `table` (its name), `title`, `publisher`, `publication`,
        `published_table`, `released` (year and month), `vintage`, `licence`, `address`, `file` (as downloaded),
        `sha256` (of that file), `years` (the window of our table, in words), `rows` (of our table).
    papers
        The papers of the listing itself: every table.

    Examples
    --------
    >>> from btc_eval import records
    >>> frame, papers = records.sources(records.official())
    >>> bool((frame["licence"].str.contains("Open Government")).all()), "monthly_referrals" in papers.sources
    (True, True)
    """
    entries = [entry for entry in official.catalogue.entries if entry.provenance == "official"]
    rows = [
        {
            "table": entry.name,
            "title": entry.title,
            "publisher": source.publisher,
            "publication": source.publication,
            "published_table": source.table,
            "released": source.released,
            "vintage": source.vintage,
            "licence": source.licence,
            "address": source.address,
            "file": source.file,
            "sha256": source.sha256,
            "years": _years(entry.window_start, entry.window_end),
            "rows": entry.rows,
        }
        for entry in entries
        for source in entry.sources
    ]
    papers = Papers(Provenance.OFFICIAL, tuple(sorted(entry.name for entry in entries)))
    return pd.DataFrame(rows), papers


def _years(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}" if first and last else "no time"
