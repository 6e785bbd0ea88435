"""Which definitions does an edition rest on? Each by name in a few words, kept in its record for the next one.

Three kinds: *worked examples* (the made-up children of "How we count" and what the library made of them), *annual
measures* (which published figures are added up and divided), and *assumptions* (every constant and rule of
`data/assumptions`). Each is said in words that end with a short hash of all that it holds; two editions have the same
definition where these are the same. A worked example changes when its answers do, whatever the cause.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btc_eval.edition import fingerprint
from btc_eval.edition.layout import Layout

if TYPE_CHECKING:
    from btc_eval.edition.collect import Exhibit

#: The kinds, as the record names them and as a page says them.
KINDS = {"worked": "Worked example", "measure": "Measure", "assumption": "Assumption or rule"}

#: Exhibits whose ids begin so show a worked example.
_WORKED = "worked-"
_HASH = 12
#: A constant longer than this is told by its hash alone.
_LONGEST = 60

Definitions = Mapping[str, Mapping[str, str]]


def of(where: Layout, exhibits: Iterable[Exhibit]) -> dict[str, dict[str, str]]:
    """Which definitions does this edition rest on? Kind, then name, to what it says."""
    return {
        "worked": dict(sorted(_example(exhibit) for exhibit in exhibits if exhibit.id.startswith(_WORKED))),
        "measure": _measures(where),
        "assumption": assumptions(where.data),
    }


def assumptions(data: Path) -> dict[str, str]:
    """Which constants and rules does this data folder hold? "file: key" to the value, unit and a hash of all of it."""
    found = {}
    for path in sorted((data / "assumptions").glob("*.toml")):
        for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}: {key}"] = _marked(_constant(value), value)
    return found


def changed(before: Definitions, after: Definitions) -> list[tuple[str, str, str, str]]:
    """Which definitions are not the same? Kind in words, name, what it said and what it says ("" where there is none).

    A kind that the earlier record does not hold at all is left out: nothing is known of it.
    """
    return [
        (words, name, before[kind].get(name, ""), after[kind].get(name, ""))
        for kind, words in KINDS.items()
        if kind in before and kind in after
        for name in sorted({*before[kind], *after[kind]})
        if before[kind].get(name) != after[kind].get(name)
    ]


def _marked(words: str, value: Any) -> str:
    sha = fingerprint.sha256_of(json.loads(json.dumps(value, default=str)))[:_HASH]
    return f"{words} [{sha}]".lstrip()


def _constant(value: Any) -> str:
    """Say a constant in words: its value with its unit, or all its parts where they are few."""
    if not isinstance(value, dict):
        return str(value)[:_LONGEST]
    if "value" in value and not isinstance(value["value"], dict | list):
        return f"{value['value']} {value.get('unit', '')}".strip()[:_LONGEST]
    numbers = {key: part for key, part in value.items() if isinstance(part, int | float)}
    said = ", ".join(f"{key} {part}" for key, part in numbers.items())
    return said if len(said) <= _LONGEST else ""


def _example(exhibit: Exhibit) -> tuple[str, str]:
    words = exhibit.about.get("words") or {}
    shown = [exhibit.csv, words.get("columns"), words.get("notes")]
    title = str(exhibit.about.get("title", "")).partition(": ")[2] or str(exhibit.about.get("title", ""))
    return exhibit.id.removeprefix(_WORKED), _marked(title, shown)


def _measures(where: Layout) -> dict[str, str]:
    """Say every annual measure as its arithmetic; kept in the work folder, for they change with the library alone."""
    key = fingerprint.sha256_of(fingerprint.tree(where.library / "measures", suffixes=[".py"]))
    path = where.work / "measures.json"
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return dict(kept["measures"])
    from btc_eval.measures.definitions import DEFINITIONS, said

    made = {name: said(definition) for name, definition in sorted(DEFINITIONS.items())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"key": key, "measures": made}), encoding="utf-8")
    return made
