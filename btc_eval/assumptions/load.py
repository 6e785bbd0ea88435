"""Which constant has this name? Every file read through one door, kept until it changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from btc_eval.assumptions import door
from btc_eval.assumptions.kinds import (
    Account,
    Assumption,
    Band,
    Deflator,
    Grade,
    OptimismTable,
    Release,
    Schedule,
    Share,
    SpendLines,
    Status,
    UnitCost,
)
from btc_eval.errors import RefusedError, refuse
from btc_eval.locations import data_folder, note_read

A = TypeVar("A", bound=Assumption)

#: File → the keys its entries have of their own.
KEYS: Mapping[str, tuple[str, ...]] = {
    "deflators": ("values",),
    "discounting": ("bands",),
    "optimism_bias": ("grades",),
    "releases": ("month", "after"),
    "shares": ("value", "low", "high"),
    "spend_lines": ("early", "late", "comparable_from"),
    "unit_costs": ("value", "low", "high", "price_year", "account", "cashable"),
}
_YEARS = (1950, 2100)


def deflator(name: str = "gdp", *, folder: Path | None = None) -> Deflator:
    """Which index of prices has this name? "gdp" for the economy as a whole, "cpih" for what households buy."""
    return _one("deflators", name, Deflator, folder)


def schedule(name: str = "green-book", *, folder: Path | None = None) -> Schedule:
    """At which rates is later money discounted? "green-book", or "health" for effects on health and life."""
    return _one("discounting", name, Schedule, folder)


def optimism_table(name: str = "local-partnerships", *, folder: Path | None = None) -> OptimismTable:
    """How far are hopes marked down, by grade of evidence?"""
    return _one("optimism_bias", name, OptimismTable, folder)


def release(name: str, *, folder: Path | None = None) -> Release:
    """In which month does this yearly table come out?"""
    return _one("releases", name, Release, folder)


def share(name: str, *, folder: Path | None = None) -> Share:
    """Which share is assumed, and how far may it be otherwise?"""
    return _one("shares", name, Share, folder)


def spend_lines(name: str = "main", *, folder: Path | None = None) -> SpendLines:
    """Which lines of the section 251 return are early help, and which are late, under this definition?"""
    return _one("spend_lines", name, SpendLines, folder)


def spend_line_names(*, folder: Path | None = None) -> tuple[str, ...]:
    """Which definitions of early and late spending are there? The first is the report's own."""
    return tuple(entries("spend_lines", folder=folder))


def unit_cost(name: str, *, folder: Path | None = None) -> UnitCost:
    """What does one of these cost?

    Raises
    ------
    RefusedError
        For a name that is not there, and for a file that is not sound: every fault, with its line.

    Examples
    --------
    >>> from btc_eval import assumptions
    >>> assumptions.unit_cost("childrens-home-year").price_year
    2024
    """
    return _one("unit_costs", name, UnitCost, folder)


def unit_costs(*, folder: Path | None = None) -> tuple[UnitCost, ...]:
    """Which unit costs are there, in the order of the file?"""
    return cast(tuple[UnitCost, ...], tuple(entries("unit_costs", folder=folder).values()))


def entries(file: str, *, folder: Path | None = None) -> Mapping[str, Assumption]:
    """Which entries has this file, sound and typed?"""
    path = (folder or data_folder() / "assumptions") / f"{file}.toml"
    note_read(path)
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0, file)


def _one(file: str, name: str, kind: type[A], folder: Path | None) -> A:
    known = entries(file, folder=folder)
    if name not in known:
        raise refuse(
            f"data/assumptions/{file}.toml",
            "name",
            found=f"the name {name!r}",
            allowed=", ".join(known),
            do="Use one of these, or add the entry with its unit, date and source.",
        )
    found = known[name]
    assert isinstance(found, kind)  # the file decides the kind
    return found


@lru_cache(maxsize=32)
def _read(path: Path, _stamp: int, file: str) -> Mapping[str, Assumption]:
    sheet = door.read(path)
    faults = door.Faults(sheet)
    for entry in sheet.entries:
        door.papers_of(faults, entry)
        door.unknown_keys(faults, entry, KEYS[file])
        _CHECKS[file](faults, entry)
    if faults.found:
        raise RefusedError(faults.found)
    return {entry: _make(file, entry, values) for entry, values in sheet.entries.items()}


def _make(file: str, name: str, values: Mapping[str, Any]) -> Assumption:
    common: dict[str, Any] = {key: values[key] for key in (*door.NEEDED, *door.OPTIONAL) if key in values}
    common |= {"name": name, "dated": str(values["dated"]), "status": Status(values["status"])}
    if file == "deflators":
        return Deflator(**common, values={int(year): float(value) for year, value in values["values"].items()})
    if file == "discounting":
        bands = tuple(Band(band["first"], band.get("last"), float(band["rate"])) for band in values["bands"])
        return Schedule(**common, bands=bands)
    if file == "optimism_bias":
        return OptimismTable(**common, grades=tuple(Grade(**grade) for grade in values["grades"]))
    if file == "releases":
        return Release(**common, month=values["month"], after=values["after"])
    if file == "shares":
        return Share(**common, value=float(values["value"]), low=float(values["low"]), high=float(values["high"]))
    if file == "spend_lines":
        own: dict[str, Any] = {"early": tuple(values["early"]), "late": tuple(values["late"])}
        return SpendLines(**common, **own, comparable_from=values["comparable_from"])
    numbers: dict[str, Any] = {key: float(values[key]) for key in ("value", "low", "high") if key in values}
    own_unit = {
        "price_year": values["price_year"],
        "account": Account(values["account"]),
        "cashable": values["cashable"],
    }
    return UnitCost(**common, **numbers, **own_unit)


def _check_deflator(faults: door.Faults, entry: str) -> None:
    values = faults.sheet.entries[entry].get("values")
    if not isinstance(values, dict) or not values:
        faults.add(entry, "values", "no table of years", f"[{entry}.values] with a number for each year")
        return
    for year, value in values.items():
        if not year.isdigit() or not _YEARS[0] <= int(year) <= _YEARS[1]:
            faults.add(entry, year, repr(year), "a year ending 31 March, such as 2024")
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < float("inf"):
            faults.add(entry, year, repr(value), "an index number above nought")


def _check_schedule(faults: door.Faults, entry: str) -> None:
    bands = faults.sheet.entries[entry].get("bands")
    shape = (
        isinstance(bands, list) and bands and all(isinstance(b, dict) and {"first", "rate"} <= set(b) for b in bands)
    )
    if not shape:
        faults.add(entry, "bands", "no list of bands", "bands of {first, last, rate}")
        return
    expected: int | None = 0
    for band in bands:  # type: ignore[union-attr]
        if expected is None or band["first"] != expected:
            faults.add(entry, "bands", f"a band from year {band['first']}", f"one from {expected}: no gap, no overlap")
        if not isinstance(band["rate"], int | float) or not 0 <= band["rate"] < 1:
            faults.add(entry, "bands", f"the rate {band['rate']!r}", "a share from 0 to below 1")
        expected = band["last"] + 1 if "last" in band else None
    if expected is not None:
        faults.add(entry, "bands", "a last band that ends", "a last band without `last`, for all later years")


def _check_optimism(faults: door.Faults, entry: str) -> None:
    grades = faults.sheet.entries[entry].get("grades")
    keys = {"grade", "costs", "benefits"}
    if not isinstance(grades, list) or not grades or any(not isinstance(g, dict) or set(g) != keys for g in grades):
        faults.add(entry, "grades", "no list of grades", "grades of {grade, costs, benefits}")
        return
    if [grade["grade"] for grade in grades] != list(range(1, len(grades) + 1)):
        faults.add(entry, "grades", "grades out of order", "1, 2, 3 and so on, the strongest evidence first")
    for side in ("costs", "benefits"):
        shares = [grade[side] for grade in grades]
        if any(not 0 <= share < 1 for share in shares) or shares != sorted(shares):
            faults.add(
                entry, "grades", f"{side} of {shares}", "shares from 0 to below 1, none smaller for weaker evidence"
            )


def _check_release(faults: door.Faults, entry: str) -> None:
    for key, low, high in (("month", 1, 12), ("after", 0, 5)):
        number = faults.number(entry, key, low=low, high=high)
        if number is not None and number != int(number):
            faults.add(entry, key, repr(number), "a whole number")


def _check_share(faults: door.Faults, entry: str) -> None:
    ends = [faults.number(entry, key, low=0, high=1) for key in ("low", "value", "high")]
    known = [end for end in ends if end is not None]
    if len(known) == len(ends) and known != sorted(known):
        faults.add(entry, "low", "a range that does not hold the value", "low <= value <= high")


def _check_lines(faults: door.Faults, entry: str) -> None:
    values = faults.sheet.entries[entry]
    lists = [values.get(side) for side in ("early", "late")]
    for side, names in zip(("early", "late"), lists):
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            faults.add(entry, side, repr(names), "a list of lines of the return")
            return
    both = set(lists[0] or []) & set(lists[1] or [])
    if both:
        faults.add(entry, "late", f"{', '.join(sorted(both))} on both sides", "each line early or late")
    faults.number(entry, "comparable_from", low=_YEARS[0], high=_YEARS[1])


def _check_cost(faults: door.Faults, entry: str) -> None:
    values = faults.sheet.entries[entry]
    value = faults.number(entry, "value", low=0)
    faults.number(entry, "price_year", low=_YEARS[0], high=_YEARS[1])
    ends = {key: faults.number(entry, key, low=0) for key in ("low", "high") if key in values}
    if len(ends) == 1:
        faults.add(entry, next(iter(ends)), "one end of a range", "both ends, or neither")
    elif len(ends) == 2 and None not in (value, *ends.values()) and not ends["low"] <= value <= ends["high"]:  # type: ignore[operator]
        faults.add(entry, "low", "a range that does not hold the value", "low <= value <= high, at the same prices")
    if values.get("account") not in set(Account):
        faults.add(entry, "account", repr(values.get("account")), ", ".join(Account))
    if not isinstance(values.get("cashable"), bool):
        faults.add(entry, "cashable", repr(values.get("cashable")), "true or false")
    elif values["cashable"] and values.get("account") != Account.FISCAL:
        faults.add(entry, "cashable", "true for money that is no budget's", "false, unless the account is fiscal")


_CHECKS: Mapping[str, door.Check] = {
    "deflators": _check_deflator,
    "discounting": _check_schedule,
    "optimism_bias": _check_optimism,
    "releases": _check_release,
    "shares": _check_share,
    "spend_lines": _check_lines,
    "unit_costs": _check_cost,
}
