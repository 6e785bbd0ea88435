"""One file of records, checked at the door: every key, type, word, id and date, each fault with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from btc_eval.errors import Refusal
from btc_eval.programme.appraisal import Number
from btc_eval.programme.schema import Record
from btc_eval.programme.tables import Lines, Table, find_lines
from btc_eval.programme.when import precision_of
from btc_eval.texts import ALLOWED, unfit, within

_ID = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_LINE_IN_MESSAGE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class Read:
    """What one file gave: its sound records with their lines, the lines of every id, and every fault."""

    table: Table
    records: tuple[tuple[Record, Lines], ...]
    ids: tuple[tuple[str, int], ...]
    faults: tuple[Refusal, ...]


def read_table(path: Path, table: Table) -> Read:
    """Which records does this file hold, and what is wrong with it?

    A file that cannot be read at all gives one fault and no records; otherwise every record is looked at, and one
    that is at fault is left out of `records`, though not out of `ids`.
    """

    def whole(place: str, found: str, allowed: str, do: str) -> Read:
        return Read(table, (), (), (Refusal(table.file, place, found, allowed, do),))

    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except FileNotFoundError:
        return whole("", "no such file", f"a file of [[{table.header}]] records", "Put the file back.")
    except UnicodeDecodeError as error:
        return whole(f"byte {error.start}", "text that is not UTF-8", "UTF-8", "Save the file as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        line = _LINE_IN_MESSAGE.search(str(error))
        place = f"line {line.group(1)}" if line else "last line"
        return whole(place, f"text that cannot be read ({error})", "TOML", "Mend the line; quote dates and words.")
    raw = content.get(table.header, [])
    if set(content) - {table.header} or not isinstance(raw, list) or not raw:
        names = ", ".join(sorted(content)) or "nothing"
        return whole("", names, f"[[{table.header}]] records alone", f"Head every record [[{table.header}]].")
    return _read_records(raw, find_lines(text, table.header), table)


def _read_records(raw: list[dict[str, Any]], lines: list[Lines], table: Table) -> Read:
    sound: list[tuple[Record, Lines]] = []
    faults: list[Refusal] = []
    for values, where in zip(raw, lines):
        found = _faults(values, where, table)
        faults.extend(found)
        if not found:
            sound.append((_make(values, table.kind), where))
    named = ((values.get("id"), where.of("id")) for values, where in zip(raw, lines))
    return Read(table, tuple(sound), tuple((i, line) for i, line in named if isinstance(i, str)), tuple(faults))


#: The type of each field by class: to look them up takes longer than all the checks of a record.
_HINTS: dict[type[Record], dict[str, Any]] = {}


def _hints(kind: type[Record]) -> dict[str, Any]:
    """Return the type of each field of a class, looked up once."""
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def _make(values: Mapping[str, Any], kind: type[Record]) -> Record:
    hints = _hints(kind)
    return kind(**{key: _convert(value, hints[key]) for key, value in values.items()})


def _convert(value: Any, hint: Any) -> Any:
    if get_origin(hint) is tuple:
        member = get_args(hint)[0]
        return tuple(Number(**item) if member is Number else member(item) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return " ".join(value.split()) if hint is str else value


def _faults(values: Mapping[str, Any], where: Lines, table: Table) -> list[Refusal]:
    known = {item.name: item for item in fields(table.kind)}
    hints = _hints(table.kind)
    name = str(values["id"])[:60] if isinstance(values.get("id"), str) else "a record without an id"
    faults: list[Refusal] = []

    def refuse(key: str, found: str, allowed: str, do: str) -> None:
        faults.append(Refusal(table.file, f"line {where.of(key)}, {name}, {key}", found, allowed, do))

    for key, value in values.items():
        for found in dict.fromkeys(filter(None, (unfit(text) for _, text in within({key: value})))):
            refuse(key, found, ALLOWED, "Shorten the text, or take the character out.")
    if faults:
        return faults
    for key in values:
        if key not in known:
            refuse(key, "an unknown key", ", ".join(known), "Remove the key, or correct its spelling.")
    for key, item in known.items():
        needed = item.default is MISSING and item.default_factory is MISSING
        if key not in values:
            if needed:
                refuse(key, "nothing", _allowed(hints[key]), f"Add the {key}.")
        elif wrong := _wrong(values[key], hints[key], needed):
            refuse(key, wrong, _allowed(hints[key]), f"Correct the {key}.")
        elif _is_date(item) and values[key] and precision_of(values[key]) is None:
            refuse(
                key,
                f"the impossible date {values[key]!r}",
                "YYYY, YYYY-MM or YYYY-MM-DD, as exact as the source",
                "Look the date up in the document.",
            )
    if not faults:
        _check_id_and_dates(values, table, refuse)
    return faults


def _is_date(item: Field[Any]) -> bool:
    return bool(item.metadata.get("date"))


def _check_id_and_dates(values: Mapping[str, Any], table: Table, refuse: Any) -> None:
    if not (_ID.match(values["id"]) and values["id"].startswith(table.prefix)):
        refuse(
            "id",
            repr(values["id"]),
            f"{table.prefix} and small letters, figures and hyphens",
            "Write the id so; once published it never changes.",
        )
    date = str(values.get("date", ""))
    if "precision" in values and precision_of(date) != values["precision"]:
        refuse(
            "precision",
            f"{values['precision']!r} beside the date {date!r}",
            f"{precision_of(date)!s}, which is how exact the date is",
            "Make the two agree.",
        )
    until = str(values.get("until", ""))
    if until and until < date[: len(until)]:
        refuse("until", f"{until!r}, before {date!r}", "the same date or a later one", "Put the dates in order.")


def _wrong(value: Any, hint: Any, needed: bool) -> str:
    """Return what is wrong with a value, or nothing."""
    if get_origin(hint) is tuple:
        return _wrong_list(value, get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "" if value in set(hint) else repr(value)
    if type(value) is not hint:
        return f"{type(value).__name__} {value!r}"
    return "empty text" if needed and hint is str and not value.strip() else ""


def _wrong_list(value: Any, member: type) -> str:
    if not isinstance(value, list):
        return f"{type(value).__name__} {value!r}"
    if member is str:
        bad = [item for item in value if not isinstance(item, str)]
        twice = len(set(map(str, value))) < len(value)
        return f"{bad[0]!r} in the list" if bad else "a list that names one thing twice" if twice else ""
    shape = {"value", "unit", "what"}
    sound = all(isinstance(i, dict) and set(i) == shape and type(i["value"]) in (int, float) for i in value)
    return "" if sound else "a number without its value, unit or meaning"


def _allowed(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "a list of {value, unit, what}" if get_args(hint)[0] is Number else "a list of different ids"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(hint)
    return {str: "text in quotes", bool: "true or false", int: "a whole number"}[hint]
