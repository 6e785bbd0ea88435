"""The register a site carries, and its tables: what the gate holds every page against."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from btc_eval.disclosure.gate_numbers import Values, value
from btc_eval.disclosure.held import BINDING, TABLES
from btc_eval.disclosure.policy import Policy, policy
from btc_eval.errors import Refusal, RefusedError
from btc_eval.texts import in_spreadsheet

#: The list of what the pages of a site load, beside the register of its tables.
ASSETS = "assets.json"

_FIELDS = {
    "id", "chapter", "file", "policy", "provenance", "keys", "counts", "columns", "shown", "rows",
    "fingerprint", "column_prints", "csv_sha256", "sources", "name", "no_people", "hidden",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One released table, as the site carries it.

    Parameters
    ----------
    about
        Its line in the register.
    rows
        Every row of its file, as text; a blank is "".
    rules
        The policy it was released under.
    """

    about: Mapping[str, Any]
    rows: tuple[tuple[str, ...], ...]
    rules: Policy

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of its columns."""
        return tuple(self.about["columns"])

    @property
    def restricted(self) -> bool:
        """Whether the rows tell of children's records, so that small counts were hidden."""
        return self.rules.hides and self.about["provenance"] != "official" and not self.about["no_people"]

    @property
    def least(self) -> int:
        """Return the smallest count that may stand in it: the policy's, as it reads after rounding."""
        base, least = self.rules.rounding_base, self.rules.minimum_cell
        return min(least, base * round(least / base))

    @cached_property
    def values(self) -> Values:
        """Return its numbers."""
        return Values(cell for row in self.rows for cell in row)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Return its cells that are no numbers, and its column names, as they compare."""
        found = {cell for row in self.rows for cell in row if value(cell) is None}
        return frozenset(plain(text) for text in (*found, *self.columns))

    def projected(self, columns: Sequence[str]) -> Counter[tuple[object, ...]]:
        """How often does each combination of these columns stand in the table? Numbers to six significant figures."""
        places = [self.columns.index(name) for name in columns]
        return Counter(tuple(compared(row[place]) for place in places) for row in self.rows)


@dataclass
class Register:
    """Everything released in a site.

    Parameters
    ----------
    tables
        By page and id.
    assets
        The hash of everything that the pages load, by its name under `_static`.
    faults
        What is wrong with the register itself.
    """

    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    assets: dict[str, str] = field(default_factory=dict)
    faults: list[Refusal] = field(default_factory=list)

    @cached_property
    def files(self) -> dict[str, Table]:
        """Return the tables by the name of their file."""
        return {str(table.about["file"]): table for table in self.tables.values()}

    @cached_property
    def strictest(self) -> int:
        """Return the largest of the smallest counts that the policies in use let be shown; 0 where none hides any."""
        return max((t.least for t in self.tables.values() if t.restricted), default=0)


def read(site: Path) -> Register:
    """Which tables does this site say were released, and are their files what was released?"""
    register = Register()
    assets = _json(site / ASSETS, register.faults, dict)
    register.assets = {str(name): str(sha) for name, sha in (assets or {}).items()}
    for number, line in enumerate(_json(site / TABLES, register.faults, list) or [], start=1):
        place = f"entry {number}"
        if not isinstance(line, dict) or not _FIELDS <= set(line) <= _FIELDS | {*BINDING}:
            register.faults.append(_fault(TABLES, place, "an entry of another shape", ", ".join(sorted(_FIELDS))))
            continue
        register.faults += _enter(register, site, line)
    return register


def _json(path: Path, faults: list[Refusal], kind: type) -> Any:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = None
    if not isinstance(held, kind):
        faults.append(_fault(path.name, "", "no list that can be read", "the list that the build writes"))
        return None
    return held


def _enter(register: Register, site: Path, line: Mapping[str, Any]) -> Iterator[Refusal]:
    file = str(line["file"])
    try:
        rules = policy(str(line["policy"]))
    except RefusedError:
        yield _fault(file, "policy", "a policy that is not known", "a policy of data/assumptions/disclosure.toml")
        return
    kinds = [kind.value for kind in rules.requires_provenance]
    if line["provenance"] not in kinds:
        yield _fault(file, f"policy {rules.name}", "data of a kind that the policy is not for", ", ".join(kinds))
    if file != f"csv/{line['chapter']}/{line['id']}.csv":
        yield _fault(file, "", "a file under another name than its exhibit's", "csv/CHAPTER/ID.csv")
        return
    path = site / file
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != line["csv_sha256"]:
        found = "other rows than the released table has" if content else "no file of the released table"
        yield _fault(file, "", found, "the released table, byte for byte", "Build the site again.")
    try:
        heading, *rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except (ValueError, csv.Error):
        yield _fault(file, "", "no table", "comma-separated text with a heading")
        return
    if [name.removeprefix("'") for name in heading] != [str(name).removeprefix("'") for name in line["columns"]]:
        yield _fault(file, "heading", "other columns than were released", f"{len(line['columns'])} columns")
        return
    if len(rows) != line["rows"] or any(len(row) != len(heading) for row in rows):
        yield _fault(file, "rows", f"{len(rows)} rows", f"the {line['rows']} that were released")
    table = Table(line, tuple(tuple(row) for row in rows if len(row) == len(heading)), rules)
    register.tables[str(line["chapter"]), str(line["id"])] = table
    yield from _small_counts(table)


def _small_counts(table: Table) -> Iterator[Refusal]:
    """Refuse counts of a table that its own policy would have hidden: the register is not taken at its word."""
    if not table.restricted:
        return
    for name in table.about["counts"]:
        if name not in table.columns:
            continue
        place = table.columns.index(name)
        shown = [value(row[place]) for row in table.rows]
        small = sum(1 for n in shown if n and n < table.least)
        noughts = 0 if table.rules.zero_may_show else sum(1 for n in shown if n == 0)
        if small or noughts:
            yield _fault(
                str(table.about["file"]),
                f"column {name}",
                f"{small + noughts} counts below the smallest that may be shown",
                f"blanks, or {table.least} and more, under the policy {table.rules.name}",
            )


def compared(cell: object) -> object:
    """A cell as a chart and a file agree on it: numbers to six significant figures, a blank None, dates as days."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return float(f"{float(cell):.6g}")
    text = in_spreadsheet(str(cell)).removeprefix("'")
    number = value(text)
    return text if number is None or "," in text or "%" in text else float(f"{number:.6g}")


def plain(text: str) -> str:
    """Text as it compares: without what a page sets finer, without invisible breaks, one space, in one case."""
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    text = text.replace("…", "...").replace("—", "---").replace("–", "--")
    return " ".join(text.replace("\u00ad", "").replace("\u200b", "").replace("\u00a0", " ").split()).casefold()


def _fault(file: str, place: str, found: str, allowed: str, do: str = "") -> Refusal:
    return Refusal(file, place, found, allowed, do or "Publish it through btc_eval.publish, and build again.")
