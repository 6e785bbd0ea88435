"""What does this report assume? Every entry of every file in one list, each with its unit, date and source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from btc_eval.assumptions import door, load
from btc_eval.assumptions.kinds import Status
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.locations import data_folder, note_read

#: What a table made with an assumption names among its sources.
SOURCE = "assumptions"
PAPERS = Papers(Provenance.OFFICIAL, (SOURCE,))

#: Files that the library reads where it uses them: what each is about, and the keys that say an entry's value.
_OTHERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "disclosure": ("What may be shown", ("minimum_cell", "zero_may_show", "rounding_base")),
    "measures": ("How the returns are counted", ("days_open",)),
    "stockflow": (
        "How numbers in care move",
        (
            "newborn_share",
            "discount",
            "entry_level",
            "entry_walk",
            "entry_year",
            "exit_level",
            "exit_walk",
            "exit_year",
        ),
    ),
    "reconciliation": ("How far a total may differ", ("share_pass", "count_pass", "share_concern", "count_concern")),
}
_WORDS: Mapping[str, str] = {
    "deflators": "Prices",
    "discounting": "Discounting",
    "optimism_bias": "Correction for optimism",
    "releases": "When figures come out",
    "shares": "Shares",
    "spend_lines": "Early and late spending",
    "unit_costs": "Unit costs",
    "synthetic": "The demonstration extract",
}


def listed(*, folder: Path | None = None) -> pd.DataFrame:
    """What is assumed, with which unit, since when, and on whose word?

    Returns
    -------
    pd.DataFrame
        One row an entry: `file`, `about` (what the file is for), `name`, `title`, `value` (in words), `unit`, `dated`,
        `status` and `source`; no cell is empty.

    Raises
    ------
    RefusedError
        With every fault in every file: an entry without source, date or unit is not an assumption but a number.

    Examples
    --------
    >>> from btc_eval import assumptions
    >>> found = assumptions.listed()
    >>> bool((found == "").any().any()), sorted(set(found["file"]))[:2]
    (False, ['deflators', 'disclosure'])
    """
    place = folder or data_folder() / "assumptions"
    rows: list[dict[str, str]] = []
    faults: list[Refusal] = []
    for file in (*load.KEYS, *_OTHERS):
        try:
            rows += _typed(file, place) if file in load.KEYS else _plain(file, place)
        except RefusedError as error:
            faults += error.refusals
    try:
        rows += _synthetic(place)
    except RefusedError as error:
        faults += error.refusals
    if faults:
        raise RefusedError(faults)
    return pd.DataFrame(rows)


def _typed(file: str, place: Path) -> list[dict[str, str]]:
    return [
        {
            "file": file,
            "about": _WORDS[file],
            "name": entry.name,
            "title": entry.title,
            "value": entry.value_words(),
            "unit": entry.unit,
            "dated": entry.dated,
            "status": entry.status.value,
            "source": entry.source,
        }
        for entry in load.entries(file, folder=place).values()
    ]


def _plain(file: str, place: Path) -> list[dict[str, str]]:
    """Return the entries of a file whose numbers are read elsewhere; here only their papers are asked for."""
    sheet = _sheet(place / f"{file}.toml")
    about, keys = _OTHERS[file]
    titled = {
        name: {"title": name.replace("_", " "), "status": Status.CHOSEN.value, **v} for name, v in sheet.entries.items()
    }
    _checked(door.Sheet(sheet.file, titled, sheet.lines))
    return [
        _row(
            file,
            about,
            name,
            values,
            ", ".join(f"{key.replace('_', ' ')} {_said(values[key])}" for key in keys if key in values),
        )
        for name, values in titled.items()
    ]


def _synthetic(place: Path) -> list[dict[str, str]]:
    """Return the blocks of the demonstration's parameters in short: how many there are, and where they come from."""
    path = place / "synthetic.toml"
    note_read(path)
    sheet = door.read(path, top=("dated",))
    common = {
        "unit": "shares of 1, days or counts, as each is named",
        "status": Status.CHOSEN.value,
        "dated": sheet.top.get("dated", ""),
    }
    entries = {
        name: {
            "title": name.replace("_", " "),
            **common,
            **{key: value for key, value in values.items() if key == "source"},
            "parameters": len(set(values) - {"source"}),
        }
        for name, values in sheet.entries.items()
    }
    _checked(door.Sheet(sheet.file, entries, sheet.lines))
    return [_row("synthetic", _WORDS["synthetic"], n, v, f"{v['parameters']} parameters") for n, v in entries.items()]


def _sheet(path: Path) -> door.Sheet:
    note_read(path)
    return door.read(path)


def _checked(sheet: door.Sheet) -> None:
    faults = door.Faults(sheet)
    for entry in sheet.entries:
        door.papers_of(faults, entry)
    if faults.found:
        raise RefusedError(faults.found)


def _row(file: str, about: str, name: str, values: Mapping[str, Any], value: str) -> dict[str, str]:
    keys = ("title", "unit", "status", "source")
    papers = {key: str(values[key]) for key in keys} | {"dated": str(values["dated"])}
    row = {"file": file, "about": about, "name": name, "value": value, **papers}
    return {key: row[key] for key in ("file", "about", "name", "title", "value", "unit", "dated", "status", "source")}


def _said(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value:g}"
