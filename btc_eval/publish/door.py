"""May this be published? The checks that every part of `publish` makes before it shows anything."""

from __future__ import annotations

import functools
import re
from typing import Any

import pandas as pd

from btc_eval.disclosure import Reason, SafeTable
from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.texts import ALLOWED, unfit

_ID = re.compile(r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$")


def admitted(safe: Any) -> tuple[SafeTable, Papers]:
    """Is this a released table with its papers? Return both.

    Raises
    ------
    RefusedError
        For anything but a `SafeTable`, for a table without papers or sources, and for data of a kind its policy
        does not cover (the official policy covers official statistics alone).
    """
    if not isinstance(safe, SafeTable):
        raise refuse(
            "publish",
            "the table",
            found=f"a {type(safe).__name__}",
            allowed="a SafeTable",
            do="Pass the frame through disclosure.control with a policy, its keys and its papers.",
        )
    papers = safe.papers
    if papers is None:
        raise refuse(
            "publish",
            "papers",
            found="a table that does not say where it comes from",
            allowed="a table with provenance, sources and window",
            do="Give disclosure.control the papers of the measure: papers=series.papers.",
        )
    if papers.provenance not in safe.policy.requires_provenance:
        raise refuse(
            "publish",
            f"policy {safe.policy.name!r}",
            found=f"{papers.provenance.value} data",
            allowed=", ".join(kind.value for kind in safe.policy.requires_provenance),
            do="Choose the policy made for this kind of data.",
        )
    if papers.provenance is Provenance.OFFICIAL and not papers.sources:
        raise refuse(
            "publish",
            "papers",
            found="official statistics without a source",
            allowed="at least one entry of data/catalogue.toml",
            do="Take the papers from the measure the table was made from.",
        )
    if found := _unfit(safe):
        raise refuse(
            "publish", found[0], found=found[1], allowed=ALLOWED, do="Mend the file that the table is made from."
        )
    return safe, papers


@functools.lru_cache(maxsize=64)
def _unfit(safe: SafeTable) -> tuple[str, str] | None:
    """Return the place of the first text in a table that no page can show, and what is wrong with it."""
    named = f"table {safe.name}" if safe.name else "the table"
    for column in safe.frame.columns:
        for place, texts in (("name of a column", [column]), (f"column {column}", safe.frame[column].unique())):
            found = next((wrong for one in texts if isinstance(one, str) and (wrong := unfit(one))), "")
            if found:
                return f"{named}, {place}", found
    return None


def identified(name: str, what: str) -> str:
    """Is this a usable id: lower-case words of letters and digits joined by hyphens or underscores?"""
    if not _ID.match(name):
        raise refuse(
            f"publish.{what}",
            "id",
            found=repr(name),
            allowed="lower-case letters and digits in words joined by hyphens or underscores, such as demand-rank",
            do="Choose another id; it becomes part of an address.",
        )
    return name


def worded(text: str, place: str) -> str:
    """Are there words here?"""
    if found := unfit(text):
        raise refuse("publish", place, found=found, allowed=ALLOWED, do="Say it shorter, in plain characters.")
    if not text.strip():
        raise refuse(
            "publish",
            place,
            found="nothing",
            allowed="a sentence",
            do="Say in plain words what the reader should see; someone may have only the words.",
        )
    return text.strip()


def why_blank(safe: SafeTable, column: str, index: Any) -> str:
    """In words, why is this cell empty? From the row's own reason, the list of hidden cells, or the column's reason."""
    frame = safe.frame
    for name in (f"{column}_reason", "reason"):
        if name in frame.columns:
            reason = frame.loc[index, name]
            if pd.notna(reason) and str(reason):
                return str(reason)
    hidden = safe.why(column, index)
    if hidden is not None:
        return hidden
    return safe.blanks.get(column, "not available")


def blank_cells(safe: SafeTable) -> dict[str, dict[str, list[int]]]:
    """Which cells are empty, and why? In the shorthand of official spreadsheets, and in the words that a page may say.

    Returns
    -------
    dict
        For each column with empty cells: the shorthand and the reason in words ("[c] fewer than 5") to the numbers of
        the rows (0 is the first). `[c]`: hidden to protect people; `[x]`: not available; `[z]`: has no meaning here.
    """
    frame, keys = safe.frame, list(safe.keys)
    hidden = {
        (str(row["column"]), *(row[key] for key in keys)): Reason(str(row["reason"])).public(safe.policy.reasons_told)
        for _, row in safe.suppressed.iterrows()
    }
    own = [frame[key].tolist() for key in keys]
    found: dict[str, dict[str, list[int]]] = {}
    for column in frame.columns:
        empty = frame[column].isna().tolist()
        if not any(empty):
            continue
        name = next((one for one in (f"{column}_reason", "reason") if one in frame.columns and one != column), None)
        said = frame[name].tolist() if name else [None] * len(frame)
        usual = safe.blanks.get(str(column), "not available")
        for row in (row for row, blank in enumerate(empty) if blank):
            guarded = hidden.get((str(column), *(values[row] for values in own)))
            reason = str(said[row]) if said[row] and pd.notna(said[row]) else guarded or usual
            code = "c" if guarded is not None else "x" if reason.startswith("not ava") else "z"
            found.setdefault(str(column), {}).setdefault(f"[{code}] {reason}", []).append(row)
    return found
