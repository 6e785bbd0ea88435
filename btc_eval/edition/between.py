"""Does the new edition, beside one that is out, give away what either hides? Asked before it is released.

An edition that is out is never changed, so the reader of a new one has both. A table that stands in both under one
name, with the same keys and counts, is held against itself; a table that stands in one alone is held against every
table of the other that counts the same.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from btc_eval.disclosure import Finding, compare
from btc_eval.disclosure.held import Held, read
from btc_eval.disclosure.policy import Policy, policies_in
from btc_eval.edition import bundle
from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.zips import UNREADABLE

#: Where the rules of an edition lie in its bundle.
_RULES = "data/assumptions/disclosure.toml"
#: Processor time for one pair of tables, in seconds; a pair without an answer by then stops the release.
SECONDS = 60.0


def refuse_given_away(new: Path, label: str, earlier: Sequence[Path], rules: Path) -> None:
    """Refuse an edition that gives away, together with an earlier one, a figure that one of the two hides.

    Parameters
    ----------
    new
        The folder of the edition that is to be released.
    label
        What it is called.
    earlier
        The folders of the editions that stand beside it.
    rules
        The file of policies under which the new one was made; an earlier one brings its own.

    Raises
    ------
    RefusedError
        With every pair of tables that gives something away: both tables, both editions, the names of the column and
        of the keys, and never a value. Also where an edition cannot be read.
    """
    if not earlier:
        return
    tables = read(new, policies_in(rules.read_text(encoding="utf-8"), rules.name))
    faults: list[Refusal] = []
    for folder in earlier:
        held = read(folder, _rules_of(folder, rules))
        if _other_children(folder, new):
            # Another recipe makes other children, who do not exist either.
            held = [table for table in held if not table.made_up]
        for before, after in _pairs(held, tables):
            found = compare(before, after, revised=True, seconds=SECONDS)
            faults += [_fault(one, folder.name, label, (before, after)) for one in found]
    if faults:
        raise RefusedError(dict.fromkeys(faults))


def _pairs(before: Sequence[Held], after: Sequence[Held]) -> Iterator[tuple[Held, Held]]:
    """Which tables could tell something together that one edition alone does not?"""
    old, new = _by_name(before), _by_name(after)
    both = {name for name in old.keys() & new.keys() if old[name].shape == new[name].shape}
    for name in sorted(both):
        if old[name].fingerprint != new[name].fingerprint:
            yield old[name], new[name]
    for one in before:
        for other in after:
            if one.name not in both or other.name not in both:
                yield one, other


def _by_name(tables: Iterable[Held]) -> dict[str, Held]:
    return {table.name: table for table in tables}


def _rules_of(folder: Path, ours: Path) -> Mapping[str, Policy]:
    """Under which policies was this edition released? Those in its bundle; ours where it has none."""
    try:
        with zipfile.ZipFile(folder / bundle.NAME) as archive:
            name = next((name for name in archive.namelist() if name.partition("/")[2] == _RULES), None)
            text = ours.read_text(encoding="utf-8") if name is None else archive.read(name).decode("utf-8")
    except FileNotFoundError:
        text = ours.read_text(encoding="utf-8")
    except UNREADABLE as error:
        raise refuse(
            f"edition {folder.name}",
            bundle.NAME,
            found=f"a bundle that cannot be read ({type(error).__name__})",
            allowed="a whole edition, so that a new one can be held against it",
            do="Run btc-eval verify on it, and put its folder back as it was published.",
        ) from None
    return policies_in(text, f"{folder.name}, disclosure.toml")


def _other_children(one: Path, other: Path) -> bool:
    """Whether the made-up children of two editions are known to come from different recipes."""
    recipes = [
        json.loads((folder / "edition.json").read_text(encoding="utf-8")).get("demonstration")
        for folder in (one, other)
    ]
    return None not in recipes and recipes[0] != recipes[1]


def _fault(found: Finding, before: str, after: str, tables: tuple[Held, Held]) -> Refusal:
    old, new = tables
    keys = ", ".join(dict.fromkeys([*new.keys, *old.keys]))
    cells = f"{len(found.keys)} cell{'s' * (len(found.keys) != 1)}"
    return Refusal(
        f"{new.name} of edition {after}",
        f"column {found.column}, by {keys}",
        f"beside {old.name} of edition {before}: {found.leak.value} ({cells})",
        "two editions that together show nothing which one of them hides",
        "Show the cells in neither: widen the categories of the new table or leave it out. The edition that is out "
        "cannot be changed; take it from the folder only where it was never published.",
    )
