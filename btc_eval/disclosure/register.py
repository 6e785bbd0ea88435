"""Which tables have been released? One line a table, for the gate that reads the built pages and for later editions.

A line holds no hidden value: names, keys, columns, policy, provenance, fingerprints of what is shown (whole and column
by column), and every value that may stand on a page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import refuse

_ENTERED: dict[str, Entry] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One released table, as the register knows it.

    Parameters
    ----------
    name, policy, provenance, no_people
        As released; provenance is "" for a table without papers, which no page accepts.
    keys, counts, columns
        Names of its columns.
    rows, hidden
        How many rows, and how many hidden cells.
    fingerprint
        SHA-256 of the whole: columns in order, then values row by row.
    column_prints
        For each column, SHA-256 of its values in order; what a chart or a download of fewer columns is matched by.
    values
        For each column of numbers, every value shown, once, sorted, as text; what stands on a page as a number must be
        among them or above every threshold.
    """

    name: str
    policy: str
    provenance: str
    no_people: str
    keys: tuple[str, ...]
    counts: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    hidden: int
    fingerprint: str
    column_prints: dict[str, str]
    values: dict[str, tuple[str, ...]]

    def line(self) -> str:
        """Return the entry as one line of JSON, keys sorted."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def entry(safe: SafeTable) -> Entry:
    """How does this released table stand in the register?"""
    texts = {str(column): [_text(value) for value in safe.frame[column]] for column in safe.frame.columns}
    prints = {column: _print(values) for column, values in texts.items()}
    numbers = [str(c) for c in safe.frame.columns if pd.api.types.is_numeric_dtype(safe.frame[c].dtype)]
    return Entry(
        name=safe.name,
        policy=safe.policy.name,
        provenance=safe.papers.provenance.value if safe.papers else "",
        no_people=safe.no_people,
        keys=safe.keys,
        counts=safe.counts,
        columns=tuple(texts),
        rows=len(safe.frame),
        hidden=len(safe.suppressed),
        fingerprint=_print([*texts, *prints.values()]),
        column_prints=prints,
        values={column: tuple(sorted(set(texts[column]) - {""})) for column in numbers},
    )


def fingerprint(safe: SafeTable) -> str:
    """Which content has this table? The same for the same columns and values, whatever its name.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure
    >>> frame = pd.DataFrame({"ward": ["A", "B"], "n": [12, 31]})
    >>> one, two = (disclosure.control(frame, "council", keys=["ward"], counts="n", name=n) for n in ("one", "two"))
    >>> disclosure.fingerprint(one) == disclosure.fingerprint(two)
    True
    """
    return entry(safe).fingerprint


def enter(safe: SafeTable) -> None:
    """Enter a table in the register of this process; `control` does it for every table it releases."""
    found = entry(safe)
    _ENTERED[found.fingerprint + found.name] = found


def released() -> tuple[Entry, ...]:
    """Which tables has this process released, in order? Each content and name once."""
    return tuple(_ENTERED.values())


def write_register(path: Path, entries: Iterable[Entry] | None = None) -> None:
    """Write entries (by default all of this process) as JSON lines, sorted, each once."""
    lines = sorted({found.line() for found in (released() if entries is None else entries)})
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_register(path: Path) -> tuple[Entry, ...]:
    """Which tables does this register hold?

    Raises
    ------
    RefusedError
        For every line that is no entry, with its number.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            raw: dict[str, Any] = json.loads(line)
            raw |= {key: tuple(raw[key]) for key in ("keys", "counts", "columns")}
            raw["values"] = {column: tuple(shown) for column, shown in raw["values"].items()}
            found.append(Entry(**raw))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise refuse(
                path.name, f"line {number}", found="no entry", allowed="a line of the register", do="Write it again."
            ) from None
    return tuple(found)


def _text(value: Any) -> str:
    """A value as it is compared: "" for a blank, numbers without a trailing nought, the rest as it prints."""
    if pd.isna(value) if pd.api.types.is_scalar(value) else False:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _print(values: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for value in values:
        digest.update(value.encode("utf-8"))
        digest.update(b"\x1f")
    return digest.hexdigest()
