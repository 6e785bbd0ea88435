"""A released table as its reader holds it: from this process, or from the folder of an edition that is out.

What binds its rows (totals, hierarchies, sums across columns) and which of its cells are withheld go into the site's
register beside its file, so that a later edition can be held against it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.disclosure.cells import Sheet
from btc_eval.disclosure.knowledge import sheet_of
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.publisher import suppressed
from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import RefusedError, refuse
from btc_eval.estimates import Provenance

#: The register of released tables in a site.
TABLES = "tables.json"
#: What its lines say of the sums, the withheld cells and the window of a table; lines of old editions may lack it.
BINDING = ("totals", "hierarchies", "across", "amounts", "withheld", "window")

_PERIOD = re.compile(r"^(19|20|21)\d\d(-\d\d(-\d\d)?)?$")


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One released table, as a reader has it.

    Parameters
    ----------
    name
        What it is called in messages: within an edition, its file.
    sheet
        Its rows with blanks empty, and what binds them; its counts hold amounts of money too.
    counts
        Which of them count people or events.
    rules
        The policy it was released under.
    withheld
        For a column, the rows (0 is the first) whose cell the policy or the publisher hides.
    provenance, no_people, window, fingerprint
        As in the register; the window is its first and last period, "" where it has none.
    """

    name: str
    sheet: Sheet
    counts: tuple[str, ...]
    rules: Policy
    withheld: Mapping[str, frozenset[int]]
    provenance: str = ""
    no_people: str = ""
    window: tuple[str, str] = ("", "")
    fingerprint: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the columns that identify a row."""
        return self.sheet.shape.keys

    @property
    def shape(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return what must be alike for two tables to hold the same cells: keys, and columns that are counted."""
        return frozenset(self.keys), frozenset(self.sheet.counts)

    @property
    def dated(self) -> bool:
        """Whether a key says to which year, month or day each row belongs."""
        return any(
            all(_PERIOD.match(str(value)[:10]) for value in self.sheet.frame[key] if value != self.sheet.shape.label)
            for key in self.keys
            if len(self.sheet.frame)
        )

    @property
    def made_up(self) -> bool:
        """Whether its children do not exist."""
        return self.provenance == Provenance.DEMONSTRATION.value


def of(safe: SafeTable) -> Held:
    """How does the reader of this released table hold it?"""
    papers = safe.papers
    return Held(
        name=safe.name,
        sheet=sheet_of(safe),
        counts=safe.counts,
        rules=safe.policy,
        withheld=withheld(safe),
        provenance=papers.provenance.value if papers else "",
        no_people=safe.no_people,
        window=(papers.window_start, papers.window_end) if papers else ("", ""),
    )


def withheld(safe: SafeTable) -> dict[str, frozenset[int]]:
    """Which cells does the policy, or under a policy that hides nothing the publisher, withhold? Rows by column."""
    keys = list(safe.keys)
    if not safe.policy.hides:
        found = {column: suppressed(safe.frame, column) for column in (*safe.counts, *safe.amounts)}
        return {column: frozenset(np.flatnonzero(rows).tolist()) for column, rows in found.items() if rows.any()}
    row = {tuple(members): number for number, members in enumerate(safe.frame[keys].astype(object).to_numpy().tolist())}
    listed: dict[str, set[int]] = {}
    for members, column in zip(safe.suppressed[keys].astype(object).to_numpy().tolist(), safe.suppressed["column"]):
        listed.setdefault(str(column), set()).add(row[tuple(members)])
    return {column: frozenset(rows) for column, rows in sorted(listed.items())}


def binding(safe: SafeTable, text: Callable[[Any], str]) -> dict[str, Any]:
    """What says the register of a table's sums, withheld cells and window? `text` writes a cell as its file does."""
    return {
        "totals": None if safe.totals is None else text(safe.totals),
        "hierarchies": {
            key: {text(member): text(parent) for member, parent in tree.items()}
            for key, tree in safe.hierarchies.items()
        },
        "across": {whole: list(parts) for whole, parts in safe.across.items()},
        "amounts": list(safe.amounts),
        "withheld": {column: sorted(rows) for column, rows in withheld(safe).items()},
        "window": [safe.papers.window_start, safe.papers.window_end] if safe.papers else ["", ""],
    }


def read(folder: Path, rules: Mapping[str, Policy]) -> list[Held]:
    """Which tables does the reader of this edition hold?

    Parameters
    ----------
    folder
        A built site or an edition.
    rules
        The policies under which it was released, by name.

    Raises
    ------
    RefusedError
        Where its register or one of its tables cannot be read: what is not known is not safe.
    """
    try:
        lines = json.loads((folder / TABLES).read_text(encoding="utf-8"))
        return [_held(folder, line, rules[str(line["policy"])]) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(folder, error) from None


def _held(folder: Path, line: Mapping[str, Any], rules: Policy) -> Held:
    text = (folder / str(line["file"])).read_text(encoding="utf-8")
    heading, *rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(heading) != len(line["columns"]) or len(rows) != line["rows"]:
        raise ValueError
    frame = pd.DataFrame(rows, columns=[str(name) for name in line["columns"]], dtype=object)
    across: Mapping[str, Sequence[str]] = line.get("across") or {}
    amounts = [str(name) for name in line.get("amounts") or ()]
    counts = tuple(str(name) for name in line["counts"] if name in frame.columns)
    for column in (*counts, *amounts):
        frame[column] = pd.to_numeric(frame[column].replace("", None)).astype("Float64")
    frame = frame.replace("", None)
    keys = tuple(str(key) for key in line["keys"])
    shape = Shape(keys, line.get("totals"), line.get("hierarchies") or {})
    blank = {column: np.flatnonzero(frame[column].isna()).tolist() for column in (*counts, *amounts)}
    start, end = line.get("window") or ("", "")
    return Held(
        name=str(line["file"]),
        sheet=Sheet(str(line["file"]), frame, shape, (*counts, *amounts), across=across, whole=counts),
        counts=counts,
        rules=rules,
        withheld={
            str(column): frozenset(int(row) for row in found) for column, found in line.get("withheld", blank).items()
        },
        provenance=str(line["provenance"]),
        no_people=str(line["no_people"]),
        window=(str(start), str(end)),
        fingerprint=str(line["fingerprint"]),
    )


def _unreadable(folder: Path, error: Exception) -> RefusedError:
    return refuse(
        f"edition {folder.name}",
        TABLES,
        found=f"released tables that cannot be read ({type(error).__name__})",
        allowed="a whole edition, so that a new one can be held against it",
        do="Run btc-eval verify on it, and put its folder back as it was published.",
    )
