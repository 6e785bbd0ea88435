"""The gate over built pages: what `build --strict`, `release` and `btc-eval scan` ask before anybody sees them."""

from __future__ import annotations

import csv
from pathlib import Path

from btc_eval.disclosure.gate import Scan
from btc_eval.disclosure.gate_register import ASSETS, TABLES
from btc_eval.errors import RefusedError, UsageError
from btc_eval.locations import data_folder

__all__ = ["ASSETS", "TABLES", "confidential_words", "refuse_unreleased", "scan"]

#: Columns of the programme register that name a child or a family.
_NAMING = ("id", "name", "forename", "surname", "upn", "nhs_number")


def scan(site: Path, *, data: Path | None = None) -> Scan:
    """May these pages be seen? Read everything under a built site.

    Parameters
    ----------
    site
        The folder of a built site, or of a released edition.
    data
        The data folder, whose `raw` says which identifiers may stand nowhere; `None` for the project's own.

    Raises
    ------
    UsageError
        Where there is no such folder.
    """
    from btc_eval.disclosure.gate import scan as read_through

    if not site.is_dir():
        raise UsageError(f"scan: found no folder at {site}; allowed: a built site. Run btc-eval build first.")
    return read_through(site, canaries=confidential_words(data or data_folder()))


def refuse_unreleased(site: Path, *, data: Path | None = None) -> None:
    """Refuse pages that hold anything which is not in the register of released tables.

    Raises
    ------
    RefusedError
        With every fault of every file.
    """
    found = scan(site, data=data)
    if not found.accepted:
        raise RefusedError(found.refusals)


def confidential_words(data: Path) -> frozenset[str]:
    """Which names and identifiers of the council's register, where it lies in `data/raw`, may stand nowhere?"""
    words: set[str] = set()
    for path in sorted((data / "raw").rglob("*register*.csv")) if (data / "raw").is_dir() else []:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                words |= {(row.get(column) or "").strip() for column in _NAMING}
    # A running number of a few digits is on every page; it says nothing without the register.
    return frozenset(word for word in words if len(word) >= 5 and not (word.isdigit() and len(word) < 8))
