"""Which inputs are not those of the edition before? Table by table: years, release, rows, values, columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from btc_eval.edition.compared_tables import TableChange, compare_tables
from btc_eval.estimates import release_words


def changed_inputs(old: Path, new: Path) -> list[list[object]]:
    """Which tables of the catalogue changed between these data folders, and how?

    Returns
    -------
    list of list
        A row a table: its name, years, release, how many rows came and went, how many values were
        revised, withdrawn and given for the first time, and which columns came, went or were renamed. Empty where
        every table is the same.
    """
    was, now = _catalogue(old), _catalogue(new)
    rows: list[list[object]] = []
    for name in sorted({*was, *now}):
        if name not in was or name not in now:
            there = now.get(name) or was[name]
            what = "new" if name in now else "no longer used"
            rows.append([name, f"{what}: {_years(there)}", release_words(_releases(there)), "", "", "", "", ""])
            continue
        change = _change(old / str(was[name]["file"]), new / str(now[name]["file"]), name)
        if change is not None:
            rows.append([name, *_moved(was[name], now[name]), *_counts(change)])
    return rows


def _catalogue(data: Path) -> dict[str, dict[str, Any]]:
    held = tomllib.loads((data / "catalogue.toml").read_text(encoding="utf-8"))
    return {str(entry["name"]): entry for entry in held.get("table", [])}


def _change(one: Path, other: Path, name: str) -> TableChange | None:
    if not one.is_file() or not other.is_file() or one.read_bytes() == other.read_bytes():
        return None
    # Which release a row is from is said in a column of its own.
    texts = (path.read_text(encoding="utf-8") for path in (one, other))
    return compare_tables(*texts, name=name, uncounted=("vintage",))


def _moved(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str]:
    """Say the years and the release of a table, and what they were before where that is not the same."""
    said = []
    for tell in (_years, lambda entry: release_words(_releases(entry))):
        before, after = tell(was), tell(now)
        said.append(after if before == after else f"{after}, before {before or 'not named'}")
    return said[0], said[1]


def _years(entry: Mapping[str, Any]) -> str:
    first, last = (str(entry.get(end, "")) for end in ("window_start", "window_end"))
    return f"{first} to {last}" if first and first != last else last or "no time"


def _releases(entry: Mapping[str, Any]) -> list[str]:
    return [str(source["vintage"]) for source in entry.get("source", [])]


def _counts(change: TableChange) -> list[object]:
    columns = [f"{old} is now called {new}" for old, new in change.columns_renamed]
    columns += [f"{column} is new" for column in change.columns_added]
    columns += [f"{column} is gone" for column in change.columns_removed]
    return [
        f"{change.rows_come:,} new, {change.rows_gone:,} gone" if change.rows_come or change.rows_gone else "the same",
        f"{change.cells_revised:,}",
        f"{change.cells_emptied:,}",
        f"{change.cells_filled:,}",
        "; ".join(columns) or "the same",
    ]
