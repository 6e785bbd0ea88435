"""Which findings are not the same in two editions, and how far did each move?

A finding is compared field by field; how far its estimate moved is said against half the width of its earlier
interval. Numbers are the same within `tolerance.MACHINE`, so that an edition made again on another machine is not a
different one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from btc_eval.edition.tolerance import MACHINE, Tolerance
from btc_eval.estimates import release_words

#: Fields of a finding that are numbers.
_NUMBERS = ("estimate", "conf_low", "conf_high", "conf_level", "n")


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One finding that is not the same in both.

    Parameters
    ----------
    id, change
        Which, and "added", "removed" or "changed".
    fields
        Names of the fields that differ; empty where it was added or removed.
    before, after
        The estimates; `None` where there is none.
    moved
        After less before.
    against_interval
        `moved` in halves of the earlier interval's width: 1 is from its middle to its end.
    verdicts
        For each check whose verdict differs: name, before, after ("" where it was not made).
    sentence_before, sentence_after
        The sentences, where they differ.
    vintages
        For each published table of which other releases were used: its name, the releases before, those after.
    """

    id: str
    change: str
    fields: tuple[str, ...] = ()
    before: float | None = None
    after: float | None = None
    moved: float | None = None
    against_interval: float | None = None
    verdicts: tuple[tuple[str, str, str], ...] = ()
    sentence_before: str = ""
    sentence_after: str = ""
    vintages: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()


def compare_findings(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], *, tolerance: Tolerance = MACHINE
) -> tuple[FindingChange, ...]:
    """Which findings were added, removed or changed? Both by id, in the shape of `findings.json`; sorted by id."""
    changes = []
    for identity in sorted({*before, *after}):
        if identity not in before or identity not in after:
            there = after.get(identity) or before[identity]
            kind = "added" if identity in after else "removed"
            said = str(there.get("sentence", ""))
            changes.append(
                FindingChange(
                    identity,
                    kind,
                    before=None if kind == "added" else there.get("estimate"),
                    after=there.get("estimate") if kind == "added" else None,
                    sentence_before="" if kind == "added" else said,
                    sentence_after=said if kind == "added" else "",
                )
            )
        elif (change := _compare_finding(identity, before[identity], after[identity], tolerance)) is not None:
            changes.append(change)
    return tuple(changes)


def _compare_finding(
    identity: str, old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance
) -> FindingChange | None:
    fields = [
        field
        for field in {**old, **new}
        if not (
            _same_number(old.get(field), new.get(field), tolerance) if field in _NUMBERS else _alike(old, new, field)
        )
    ]
    if not fields:
        return None
    was, now = old.get("estimate"), new.get("estimate")
    moved = now - was if was is not None and now is not None else None
    low, high = old.get("conf_low"), old.get("conf_high")
    half = (high - low) / 2 if low is not None and high is not None else 0.0
    return FindingChange(
        identity,
        "changed",
        fields=tuple(fields),
        before=was,
        after=now,
        moved=moved,
        against_interval=moved / half if moved is not None and half > 0 else None,
        vintages=_vintages(old.get("vintages"), new.get("vintages")),
        verdicts=_verdicts(old.get("checks", []), new.get("checks", [])),
        sentence_before=str(old.get("sentence", "")) if "sentence" in fields else "",
        sentence_after=str(new.get("sentence", "")) if "sentence" in fields else "",
    )


def _alike(old: Mapping[str, Any], new: Mapping[str, Any], field: str) -> bool:
    if field == "vintages":
        return not _vintages(old.get(field), new.get(field))
    return bool(old.get(field) == new.get(field))


def _vintages(
    old: Mapping[str, Sequence[str]] | None, new: Mapping[str, Sequence[str]] | None
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Of which tables were other releases used? An edition that does not name its releases says nothing of that."""
    if not old or not new:
        return ()
    return tuple(
        (name, tuple(old.get(name, ())), tuple(new.get(name, ())))
        for name in sorted({*old, *new})
        if list(old.get(name, ())) != list(new.get(name, ()))
    )


def vintage_words(change: FindingChange) -> list[str]:
    """On which releases does the finding rest now, and on which before? One clause a published table."""
    return [
        f"{name.replace('_', ' ')}: {release_words(now) or 'no longer used'}, before {release_words(was) or 'not used'}"
        for name, was, now in change.vintages
    ]


def _same_number(one: Any, other: Any, tolerance: Tolerance) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return tolerance.same(float(one), float(other))


def _verdicts(old: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str, str], ...]:
    was = {check["name"]: check["verdict"] for check in old}
    now = {check["name"]: check["verdict"] for check in new}
    return tuple(
        (name, was.get(name, ""), now.get(name, "")) for name in sorted({*was, *now}) if was.get(name) != now.get(name)
    )


def words(change: FindingChange) -> str:
    if change.change != "changed":
        return f"{change.id}: {change.change}"
    moved = ""
    if change.moved:
        scale = "" if change.against_interval is None else f", {abs(change.against_interval):.2f} of half its interval"
        moved = f" estimate {change.before:.6g} -> {change.after:.6g}{scale};"
    verdicts = "".join(
        f" check {name!r}: {old or 'not made'} -> {new or 'not made'};" for name, old, new in change.verdicts
    )
    rests = "".join(f" rests on {clause};" for clause in vintage_words(change))
    return f"{change.id}: changed;{moved}{verdicts}{rests} fields {', '.join(change.fields)}"
