"""What concerns more than one table: councils or demonstrations mixed, identifiers that clash, codes out of year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.ledger import Departure, Overlap
from btc_eval.records.statutory.parts import Part
from btc_eval.records.statutory.stacking import Stacked

if TYPE_CHECKING:
    from btc_eval.records.statutory.records import StatutoryRecords

#: Where more than this share of the children in two returns have two dates of birth, the identifiers are not of one
#: case system: two councils were mixed, or one renumbered its children.
MOST_CONFLICTS = 0.2
#: Children in two returns below which that share says nothing.
LEAST_SHARED = 10


def mixed_councils(parts: Sequence[Part], several: bool) -> list[Refusal]:
    """Are these returns of more than one council? A refusal, unless that is meant."""
    councils: dict[str, str] = {}
    for part in parts:
        for council in {part.council, *part.own_years} - {""}:
            councils.setdefault(council, part.source.name)
    if several or len(councils) < 2:
        return []
    first = sorted(councils.values())
    return [
        Refusal(
            first[0],
            "the code of the council",
            f"returns of {len(councils)} councils, such as this one and {first[-1]}",
            "the returns of one council",
            "Offer one council's returns at a time.",
        )
    ]


def mixed_provenance(parts: Sequence[Part]) -> list[Refusal]:
    """Does one return hold both demonstration files and real ones? Never stacked together."""
    faults = []
    for kind in dict.fromkeys(part.table.kind for part in parts):
        marks = {part.demonstration: part.source.name for part in parts if part.table.kind is kind}
        if len(marks) > 1:
            faults.append(
                Refusal(
                    marks[False],
                    "",
                    f"the {kind.words} of a council beside a demonstration one ({marks[True]})",
                    "one or the other",
                    "Take the demonstration files out, or read them alone.",
                )
            )
    return faults


def mixed_identifiers(state: Stacked, several: bool) -> list[Refusal]:
    """Do the same identifiers stand for different children in different files?"""
    if several or state.held < LEAST_SHARED or state.conflicts <= MOST_CONFLICTS * state.held:
        return []
    return [
        Refusal(
            "the returns together",
            "identifiers and dates of birth",
            f"{state.conflicts:,} of {state.held:,} identifiers in more than one return with two dates of birth",
            "one date of birth a child",
            "Check that every file is of the same council and that its case system has not renumbered the children.",
        )
    ]


def about(parts: Sequence[Part], state: Stacked) -> list[str]:
    """What else should be known of these returns together?"""
    said = []
    if state.conflicts:
        said.append(
            f"{state.conflicts:,} of {state.held:,} children in more than one return have different dates of birth: "
            "the latest return's was used"
        )
    kinds = {part.table.kind for part in parts}
    if Return.CASE_SYSTEM in kinds and Return.WARDS not in kinds and any(p.table.name == "addresses" for p in parts):
        said.append("addresses without a ward look-up: wards are not known")
    return said


def codes_outside_their_years(part: Part, years: set[int]) -> list[Departure]:
    """Which codes were used in a collection that does not have them? They were read all the same."""
    if len(years) != 1 or part.table.kind not in (Return.CIN, Return.LOOKED_AFTER):
        return []
    year = next(iter(years))
    found = []
    for column, used in sorted(part.notes.used.items()):
        codes = part.table.by_name[column].codes
        assert codes is not None
        outside = {code.code for code in codes.codes if not code.allowed_in(year)}
        for code, rows in sorted(used.items()):
            if code in outside:
                found.append(Departure(column, f"code {code}, which the collection of {year} does not have", rows))
    return found


def dates_in_two_ways(part: Part) -> list[Departure]:
    """Which columns hold dates written year first and dates written day first? The fewer of the two are counted."""
    return [
        Departure(column, TWO_WAYS, min(orders.values()))
        for column, orders in sorted(part.notes.orders.items())
        if len(orders) > 1
    ]


TWO_WAYS = "a date written in another way than most of its column, read"


def wards_not_known(records: StatutoryRecords) -> tuple[str, ...]:
    """How many addresses have a postcode that the ward look-up does not have?"""
    if not {"addresses", "ward_lookup"} <= set(records.tables):
        return ()
    postcodes = records.table("addresses", columns=["postcode"])["postcode"].dropna()
    unknown = int((~postcodes.isin(records.table("ward_lookup", columns=["postcode"])["postcode"])).sum())
    if not unknown:
        return ()
    return (f"{unknown:,} of {len(postcodes):,} addresses have a postcode that the ward look-up does not have",)


def identifiers(records: StatutoryRecords) -> tuple[tuple[Overlap, ...], tuple[str, ...]]:
    """How many children do the returns share, and which identifiers look alike but for leading zeros?"""
    known: dict[Return, pd.Index] = {}
    for name in records.tables:
        spec = records.spec(name)
        column = "child_id" if "child_id" in spec.by_name else "id" if "id" in spec.by_name else None
        if column is not None:
            ids = pd.Index(records.table(name, columns=[column])[column].dropna().unique())
            known[spec.kind] = ids if spec.kind not in known else known[spec.kind].union(ids)
    kinds = list(known)
    overlaps = [
        Overlap(one.value, other.value, len(known[one]), len(known[other]), int(known[one].isin(known[other]).sum()))
        for place, one in enumerate(kinds)
        for other in kinds[place + 1 :]
    ]
    said = []
    every = pd.Index(np.unique(np.concatenate([ids.to_numpy(dtype=object) for ids in known.values()]))) if known else []
    if len(every):
        bare = pd.Series(every).astype("str").str.lstrip("0")
        alike = int(bare.duplicated(keep=False).sum())
        if alike:
            said.append(f"{alike:,} identifiers differ from another only by leading zeros: they were kept apart")
    return tuple(overlaps), tuple(said)
