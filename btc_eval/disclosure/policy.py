"""Which counts may be shown? Named policies, read from `data/assumptions/disclosure.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from btc_eval.errors import refuse
from btc_eval.estimates import Provenance
from btc_eval.locations import data_folder


@dataclass(frozen=True, slots=True)
class Policy:
    """A named set of disclosure rules.

    Parameters
    ----------
    name, title, source
        What it is called in code, in words, and where its rules come from.
    minimum_cell
        The smallest count that may be shown; 0 where the publisher has already applied the rule.
    zero_may_show
        Whether a count of nought may be shown.
    rounding_base
        Counts are rounded to the nearest multiple of this; 1 for none.
    requires_provenance
        The kinds of data it may be applied to.
    """

    name: str
    title: str
    source: str
    minimum_cell: int
    zero_may_show: bool
    rounding_base: int
    requires_provenance: tuple[Provenance, ...]


@cache
def _read(path: Path, _stamp: float) -> dict[str, Policy]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Policy(
            name=name,
            title=rules["title"],
            source=rules["source"],
            minimum_cell=rules["minimum_cell"],
            zero_may_show=rules["zero_may_show"],
            rounding_base=rules["rounding_base"],
            requires_provenance=tuple(Provenance(kind) for kind in rules["requires_provenance"]),
        )
        for name, rules in tables.items()
    }


def policy(name: str) -> Policy:
    """Which rules does this name stand for?

    Raises
    ------
    RefusedError
        Where no policy has that name; the known names are listed.
    """
    path = data_folder() / "assumptions" / "disclosure.toml"
    known = _read(path, path.stat().st_mtime)
    if name not in known:
        raise refuse(
            "disclosure.control",
            "policy",
            found=f"the name {name!r}",
            allowed=", ".join(sorted(known)),
            do=f"Use one of these, or add the policy with its source to {path.name}.",
        )
    return known[name]
