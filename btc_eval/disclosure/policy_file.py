"""Read the file of policies and refuse every fault in it at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Provenance

_TABLE = re.compile(r"^\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z_][\w-]*)\s*=")
_LINE = re.compile(r"line (\d+)")

#: Every rule of a policy with its type, and the range of its numbers (both ends included).
TEXT = ("title", "source", "unit", "dated")
SWITCHES = (
    "zero_may_show",
    "zero_may_guard",
    "reasons_told",
    "medians_may_show",
    "extremes_may_show",
    "pairs_may_show",
)
NUMBERS: Mapping[str, tuple[int, int]] = {
    "minimum_cell": (0, 100),
    "class_minimum": (0, 1000),
    "rounding_base": (1, 100),
    "protected_low": (0, 100),
    "protected_high": (1, 1000),
    "minimum_denominator": (0, 10_000),
    "dominance_n": (0, 2),
    "dominance_percent": (0, 100),
    "p_ratio_percent": (0, 100),
    "quantile_each_side": (0, 1000),
    "curve_step": (0, 1000),
    "at_risk_minimum": (0, 1000),
    "minimum_df": (0, 1000),
    "minimum_level": (0, 1000),
}
TOTALS = ("summed", "rounded")
SOURCES = ("counts", "rates", "money", "statistics", "curves", "rows", "models")
RULES = (*TEXT, *SWITCHES, *NUMBERS, "totals", "requires_provenance", "sources")


def fields_of(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that are passed on as they stand."""
    return {key: rules[key] for key in ("title", "source", *SWITCHES, *NUMBERS, "totals")}


def sources_of(rules: Mapping[str, Any]) -> dict[str, str]:
    """Return where each kind of rule comes from."""
    return dict(rules["sources"])


@cache
def read(path: Path, _stamp: float) -> dict[str, dict[str, Any]]:
    """Which policies does this file hold? `_stamp` is the time of its last change, so that an edit is seen."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, file: str) -> dict[str, dict[str, Any]]:
    """Which policies does this text hold? `file` is what it is called in a refusal.

    Raises
    ------
    RefusedError
        For every fault at once, each with the line it stands on: a key that is no rule, a rule that is missing, of
        the wrong type or out of range, a rule without a source.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        place = f"line {line.group(1)}" if line else "last line"
        fault = Refusal(file, place, "text that cannot be read", "TOML", "Mend the line; quote words.")
        raise RefusedError([fault]) from error
    lines = _lines(text)
    faults = [fault for name, rules in tables.items() for fault in _faults(file, name, rules, lines)]
    if not tables:
        faults.append(Refusal(file, "", "no policy", "at least one [policy]", "Put the policies back."))
    if faults:
        raise RefusedError(faults)
    return tables


def _lines(text: str) -> dict[tuple[str, str], int]:
    """On which line does each (table, key) stand? The key "" stands for the table's own header."""
    where: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := _TABLE.match(line):
            table = opened.group(1)
            where[table, ""] = number
        elif named := _KEY.match(line):
            where[table, named.group(1)] = number
    return where


def _faults(file: str, name: str, rules: Any, lines: Mapping[tuple[str, str], int]) -> list[Refusal]:
    def at(key: str, table: str = name) -> str:
        return f"line {lines.get((table, key), lines.get((table, ''), 1))}"

    def fault(key: str, found: str, allowed: str, do: str = "Mend the line.") -> Refusal:
        return Refusal(file, at(key), found=found, allowed=allowed, do=do)

    if not isinstance(rules, dict):
        return [
            Refusal(file, f"line {lines.get(('', name), 1)}", f"a loose key {name!r}", "[policy] tables", "Move it.")
        ]
    unknown = [key for key in rules if key not in RULES]
    missing = [key for key in RULES if key not in rules]
    found = [fault(key, f"the key {key!r}", f"the rules {', '.join(RULES)}", "Check the spelling.") for key in unknown]
    found += [fault("", f"no rule {key!r} in [{name}]", "every rule in every policy", "Add it.") for key in missing]
    checks: dict[str, tuple[bool, str]] = {}
    for key in TEXT:
        checks[key] = (isinstance(rules.get(key), str) and bool(rules[key].strip()), "words")
    for key in SWITCHES:
        checks[key] = (isinstance(rules.get(key), bool), "true or false")
    for key, (low, high) in NUMBERS.items():
        value = rules.get(key)
        sound = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        checks[key] = (sound, f"a whole number from {low} to {high}")
    checks["totals"] = (rules.get("totals") in TOTALS, " or ".join(TOTALS))
    kinds = rules.get("requires_provenance")
    known = [kind.value for kind in Provenance]
    sound = isinstance(kinds, list) and bool(kinds) and all(kind in known for kind in kinds)
    checks["requires_provenance"] = (sound, f"a list among {', '.join(known)}")
    found += [
        fault(key, f"{key} that is not {allowed}", allowed)
        for key, (sound, allowed) in checks.items()
        if not sound and key not in missing
    ]
    if not found and rules["minimum_cell"] and rules["protected_high"] < rules["minimum_cell"] - 1:
        found.append(
            fault("protected_high", "an interval that ends below the small counts", "minimum_cell - 1 or more")
        )
    if not found and rules["protected_low"] > 1:
        found.append(fault("protected_low", "an interval that begins above one", "0 or 1"))
    sources = rules.get("sources")
    if isinstance(sources, dict):
        table = f"{name}.sources"
        wrong = [key for key in sources if key not in SOURCES or not str(sources[key]).strip()]
        found += [Refusal(file, at(key, table), f"the source {key!r}", ", ".join(SOURCES), "Mend it.") for key in wrong]
        absent = [key for key in SOURCES if key not in sources]
        found += [Refusal(file, at("", table), f"no source for {key}", ", ".join(SOURCES), "Say it.") for key in absent]
    elif "sources" not in missing:
        found.append(fault("sources", "sources that are not a table", f"[{name}.sources]"))
    return found
