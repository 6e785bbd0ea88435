"""What do new files bring, whatever they are? Official statistics and the council's returns by one door.

Each family is read, checked and reconciled before anything is changed; if either refuses, neither changes. What lies in
a folder of returns beside them (notes, markers) is listed as not used; official statistics are taken from folders of
their own, or where they are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.records.check import check
from btc_eval.records.official import official
from btc_eval.records.refresh import Scope, refresh
from btc_eval.records.report import CheckReport, RefreshReport
from btc_eval.records.statutory.kinds import split
from btc_eval.records.statutory.reconcile import reconcile
from btc_eval.records.statutory.snapshot import current, pointer, verify
from btc_eval.records.statutory.staging import Report, store
from btc_eval.records.store import finish_interrupted, interrupted, locked


@dataclass(frozen=True, slots=True)
class Taken:
    """What both families came to; either may be absent."""

    published: RefreshReport | CheckReport | None
    returns: Report | None
    beside: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Return whether nothing was refused."""
        return all(part.accepted for part in (self.published, self.returns) if part is not None)

    def as_json(self) -> dict[str, Any]:
        """Return one object in the shape of the `--json` output, the lists of both families joined."""
        parts = [part.as_json() for part in (self.published, self.returns) if part is not None]
        joined: dict[str, Any] = {"accepted": self.accepted}
        for name in ("refusals", "tables", "reconciliation"):
            joined[name] = [line for part in parts for line in part[name]]
        joined["changed"] = {key: value for part in parts for key, value in part["changed"].items()}
        for part in parts:
            joined |= {key: value for key, value in part.items() if key not in joined}
        if self.beside:
            joined["beside"] = list(self.beside)
        return joined

    def words(self) -> str:
        """Return the report as a person reads it."""
        lines = [part.words() for part in (self.published, self.returns) if part is not None]
        lines += [f"{name}: beside the returns, not used" for name in self.beside]
        return "\n".join(lines)


def take_in(paths: Sequence[str | Path], *, data: Path, dry_run: bool = False, scope: Scope = "all") -> Taken:
    """What do these files bring: official statistics, returns, or both?

    Parameters
    ----------
    paths
        Files, folders or zips.
    data
        The data folder.
    dry_run
        Say what would change and write nothing.
    scope
        Which areas of official statistics to keep; see `records.refresh`.
    """
    if not dry_run:
        _finish(data)
    ours, _ = split(list(paths))
    if not ours:
        return Taken(refresh(paths, data=data, dry_run=dry_run, scope=scope), None)
    given = [Path(path) for path in paths]
    mine = {path.resolve() for path in ours}
    with_returns = [path for path in given if path.is_dir() and any(one.is_relative_to(path.resolve()) for one in mine)]
    published = [path for path in given if path not in with_returns and path.resolve() not in mine]
    beside = [file for folder in with_returns for file in sorted(folder.rglob("*")) if _is_beside(file, mine)]
    totals = official(data) if (data / "catalogue.toml").is_file() else None
    returns = [path for path in given if path not in published]
    first = refresh(published, data=data, dry_run=True, scope=scope) if published else None
    trial = dry_run or (first is not None and not first.accepted)
    second = store(returns, data, dry_run=trial, official=totals)
    if published and not trial and second.accepted:
        first = refresh(published, data=data, scope=scope)
    return Taken(first, second, tuple(file.name for file in beside))


def _finish(data: Path) -> None:
    """Finish a refresh that was killed after it was decided: the statistics it was moving in are read below."""
    if data.is_dir() and interrupted(data):
        with locked(data):
            finish_interrupted(data)


def check_all(data: Path) -> Taken:
    """Can this data folder be built upon: the compiled statistics, and the returns where there are any?

    The returns are read again from their snapshots, accounted for and reconciled; a snapshot that is no longer what it
    was is refused. A council's returns fail where a total is further from the published one than its named tolerance
    (`data/assumptions/reconciliation.toml`); a total that cannot be compared does not fail, nor do made-up returns,
    which may be of another size than Wirral.
    """
    published = check(data)
    if not pointer(data):
        return Taken(published, None)
    faults = tuple(verify(data))
    if faults or not published.accepted:
        return Taken(published, Report(refusals=faults) if faults else None)
    try:
        held = current(data)
    except RefusedError as error:
        return Taken(published, Report(refusals=error.refusals))
    assert held is not None  # there is a pointer
    judged = held.provenance is not Provenance.DEMONSTRATION
    return Taken(published, Report((), held.ledger, reconcile(held, official(data)), {}, judged))


def _is_beside(file: Path, mine: set[Path]) -> bool:
    return file.is_file() and file.resolve() not in mine
