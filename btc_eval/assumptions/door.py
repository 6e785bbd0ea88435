"""One file of assumptions, checked at the door: every fault at once, each with its file and line."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from btc_eval.assumptions.kinds import Status
from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.texts import ALLOWED, unfit, within

_HEADER = re.compile(r"^\s*\[\s*([\w.\"-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")
_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
_LINE = re.compile(r"line (\d+)")

#: What every entry must have, and what it may have, beside what its own kind needs.
NEEDED = ("title", "unit", "dated", "status", "source")
OPTIONAL = ("address",)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read: its entries by name, and the line of each header and key."""

    file: str
    entries: Mapping[str, Mapping[str, Any]]
    lines: Mapping[tuple[str, str], int]
    top: Mapping[str, Any] = field(default_factory=dict)

    def line(self, entry: str, key: str = "") -> int:
        """On which line does the key stand, or the header of its entry where the key is absent?"""
        return self.lines.get((entry, key), self.lines.get((entry, ""), 1))


class Faults:
    """What is wrong with one sheet, collected."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.found: list[Refusal] = []

    def add(self, entry: str, key: str, found: str, allowed: str, do: str = "Correct the entry.") -> None:
        """Note a fault at its line."""
        place = f"line {self.sheet.line(entry, key)}, [{entry}], {key}"
        self.found.append(Refusal(self.sheet.file, place, found, allowed, do))

    def number(self, entry: str, key: str, *, low: float, high: float = float("inf")) -> float | None:
        """Return a finite number between the ends, both included, or note what stands there instead."""
        value = self.sheet.entries[entry].get(key)
        good = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        if not good or not low <= value <= high:  # type: ignore[operator]
            words = f"{low:g} or more" if high == float("inf") else f"{low:g} to {high:g}"
            self.add(entry, key, "nothing" if value is None else repr(value), f"a number, {words}")
            return None
        return float(value)  # type: ignore[arg-type]


def read(path: Path, *, top: tuple[str, ...] = ()) -> Sheet:
    """Which entries does this file hold, and on which lines? `top` names the values that may stand before them.

    Raises
    ------
    RefusedError
        Where the file is missing, is not TOML, holds something outside an entry, or a text that no page can show.
    """
    file = f"data/assumptions/{path.name}"
    if not path.is_file():
        raise refuse(file, "", found="no such file", allowed="the file of the project", do="Restore it.")
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        place = f"line {line.group(1)}" if line else "last line"
        raise refuse(file, place, found=f"text that cannot be read ({error})", allowed="TOML", do="Mend it.") from None
    before = {key: content.pop(key) for key in top if key in content}
    loose = [key for key, value in content.items() if not isinstance(value, dict)]
    if loose or not content:
        raise refuse(
            file,
            ", ".join(loose) or "the whole file",
            found="a value outside an entry" if loose else "no entry",
            allowed="entries headed [name], each with its source",
            do="Move the value into the entry that it belongs to.",
        )
    sheet = Sheet(file, content, _lines(text), before)
    faults = Faults(sheet)
    for entry, values in content.items():
        for name, found in ((name, unfit(text)) for name, text in within(values)):
            if found:
                faults.add(entry, name.split(".")[0], found, ALLOWED, "Shorten the text, or take the character out.")
    if faults.found:
        raise RefusedError(faults.found)
    return sheet


def _lines(text: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    entry = inner = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            entry, _, inner = header.group(1).partition(".")
            found.setdefault((entry, inner), number)
        elif (key := _KEY.match(line)) and entry:
            found.setdefault((entry, key.group(1)), number)
    return found


def papers_of(faults: Faults, entry: str) -> None:
    """Has the entry its title, unit, date, source and status, each of the right sort?"""
    values = faults.sheet.entries[entry]
    for key in NEEDED:
        value = values.get(key)
        if key == "dated" and isinstance(value, dt.date):
            continue
        if not isinstance(value, str) or not value.strip():
            faults.add(
                entry, key, "nothing" if value is None else repr(value), "text", f"Say the {key}: a constant needs one."
            )
        elif key == "dated" and not _DATE.match(value):
            faults.add(entry, key, repr(value), "YYYY, YYYY-MM or YYYY-MM-DD, as exact as the source")
        elif key == "status" and value not in set(Status):
            faults.add(entry, key, repr(value), ", ".join(Status))


def unknown_keys(faults: Faults, entry: str, own: tuple[str, ...]) -> None:
    """Is there a key that nothing reads? It may be a misspelling of one that matters."""
    for key in sorted(set(faults.sheet.entries[entry]) - {*NEEDED, *OPTIONAL, *own}):
        faults.add(
            entry, key, "an unknown key", ", ".join((*NEEDED, *OPTIONAL, *own)), "Remove it, or correct its spelling."
        )


Check = Callable[[Faults, str], None]
