"""How do new returns come in? All of it is read, accounted for, reconciled and compared before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Verdict
from btc_eval.records.official import Official
from btc_eval.records.statutory import snapshot as keeping
from btc_eval.records.statutory import wording
from btc_eval.records.statutory.changes import compare, summarise
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.ledger import Ledger, TableLine
from btc_eval.records.statutory.reading import read
from btc_eval.records.statutory.reconcile import reconcile
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.snapshot import Kept, Snapshot
from btc_eval.records.statutory.sources import Source, gather
from btc_eval.records.store import finish_interrupted, locked
from btc_eval.records.tables import Reconciled


@dataclass(frozen=True)
class Report:
    """What a refresh of returns came to, in the shape of the `--json` output.

    Parameters
    ----------
    refusals
        Every fault; with any, nothing was changed.
    ledger
        Where every row went, of the files offered and of those carried over; `None` where they were refused.
    reconciliation
        Totals beside the published ones.
    changed
        Kind → what moved against the snapshot before.
    judged
        Whether a total that fails fails the whole: so in a check of a council's returns. A refresh reports it, and
        made-up returns need not come to what was published.
    """

    refusals: tuple[Refusal, ...] = ()
    ledger: Ledger | None = None
    reconciliation: tuple[Reconciled, ...] = ()
    changed: Mapping[str, Any] = field(default_factory=dict)
    judged: bool = False

    @property
    def accepted(self) -> bool:
        """Return whether nothing was refused, and no total that is judged is beyond its tolerance."""
        return not self.refusals and not (self.judged and self.failing)

    @property
    def failing(self) -> int:
        """Return how many totals are further from the published ones than the named tolerance allows."""
        return sum(line.verdict == Verdict.FAIL.value for line in self.reconciliation)

    @property
    def tables(self) -> tuple[TableLine, ...]:
        """Return the lines of the ledger."""
        return () if self.ledger is None else self.ledger.lines

    def words(self) -> str:
        """Return the report as a person reads it."""
        if self.ledger is None:
            return "\n".join(wording.refusals_in_words(self.refusals))
        lines = wording.ledger_in_words(self.ledger) + wording.totals_in_words(self.reconciliation)
        lines += wording.changes_in_words(self.changed)
        return "\n".join([*lines, *wording.judgement_in_words(self.failing, judged=self.judged)])

    def as_json(self) -> dict[str, Any]:
        """Return accepted, refusals, tables, reconciliation and changed; and rules, overlap and remarks besides."""
        ledger = self.ledger or Ledger(())
        return {
            "accepted": self.accepted,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "tables": [line.as_dict() for line in ledger.lines],
            "reconciliation": [line.as_dict() for line in self.reconciliation],
            "changed": dict(self.changed),
            "rules": dict(ledger.rules),
            "overlap": [
                {
                    "returns": [overlap.first, overlap.second],
                    "children": [overlap.children_first, overlap.children_second],
                    "shared": overlap.shared,
                }
                for overlap in ledger.overlaps
            ],
            "remarks": list(ledger.remarks),
            "unused": dict(ledger.unused),
        }


@dataclass
class Staged:
    """Returns that were read and are not yet in use: `commit` them, or `discard` them."""

    report: Report
    data: Path
    snapshots: tuple[Snapshot, ...] = ()
    records: StatutoryRecords | None = None
    _folder: Path | None = None

    def commit(self) -> None:
        """Put the new snapshots in use. Does nothing where they were refused, or on a dry run.

        The data folder must be locked, as `store` does.
        """
        if self._folder is not None:
            keeping.move_in(self.data, self._folder, self.snapshots)
            self.discard()

    def discard(self) -> None:
        """Forget them; what was in use before stays in use."""
        keeping.clear(self._folder)
        self._folder = None


def stage(
    paths: Sequence[str | Path], data: Path, *, dry_run: bool = False, official: Official | None = None
) -> Staged:
    """What would these returns bring? Reads, accounts, reconciles and compares; nothing visible is changed.

    Parameters
    ----------
    paths
        Files, folders or zips of returns.
    data
        The data folder. The caller holds its lock, unless `dry_run`.
    dry_run
        Write nothing at all.
    official
        The published totals to reconcile with, if there are any.

    Returns
    -------
    Staged
        With the report; `commit` makes it so.
    """
    folder: Path | None = None
    try:
        records, snapshots, before, notices = _prepare(paths, data)
        changed = {
            new.kind.value: {
                "before": None if old is None else old.sha256,
                "after": new.sha256,
                "files": _files(old, new),
                **compare(old.summary if old is not None else None, new.summary),
            }
            for new, old in zip(snapshots, before)
        }
        reconciliation = () if official is None else reconcile(records, official)
        new_ones = tuple(new for new, old in zip(snapshots, before) if _is_new(new, old))
        if new_ones and not dry_run:
            folder = keeping.staging_folder(data)
            for new in new_ones:
                new.write(folder / new.place)
    except RefusedError as error:
        keeping.clear(folder)
        return Staged(Report(refusals=error.refusals), data)
    except BaseException:
        keeping.clear(folder)
        raise
    ledger = replace(records.ledger, remarks=(*records.ledger.remarks, *notices))
    return Staged(Report((), ledger, reconciliation, changed), data, new_ones, records, folder)


def _is_new(new: Snapshot, old: Snapshot | None) -> bool:
    """Return whether a snapshot must be written: there is none like it, or the one there has been damaged."""
    return old is None or old.sha256 != new.sha256 or bool(old.faults())


def store(
    paths: Sequence[str | Path], data: Path, *, dry_run: bool = False, official: Official | None = None
) -> Report:
    """Bring these returns in, in one step: all of them or, on any refusal, none.

    Raises
    ------
    RefusedError
        Where another refresh is at work in the data folder.
    """
    if dry_run:
        return stage(paths, data, dry_run=True, official=official).report
    with locked(data):
        finish_interrupted(data)
        staged = stage(paths, data, official=official)
        staged.commit()
    return staged.report


def _prepare(
    paths: Sequence[str | Path], data: Path
) -> tuple[StatutoryRecords, list[Snapshot], list[Snapshot | None], list[str]]:
    """Read the new files, lay them over what is held, and read all of it together."""
    offered = read(paths)
    lines = offered.ledger.lines
    kinds = [kind for kind in Return if any(line.kind == kind.value for line in lines)]
    sources, _ = gather(paths)
    notices: list[str] = []
    before = [_held(data, kind, notices) for kind in kinds]
    bare = [
        Snapshot(kind, tuple(_laid_over(old, _kept(kind, sources, lines), mark)), mark)
        for kind, old in zip(kinds, before)
        for mark in [offered.is_demonstration(kind)]
    ]
    others = [old for kind in Return if kind not in kinds if (old := keeping.held(data, kind)) is not None]
    carried = any(file.path.is_relative_to(data / keeping.RAW) for snapshot in bare for file in snapshot.files)
    records = keeping.together([*bare, *others]) if carried or others else offered
    snapshots = [replace(snapshot, summary=summarise(records, snapshot.kind)) for snapshot in bare]
    return records, snapshots, before, notices


def _held(data: Path, kind: Return, notices: list[str]) -> Snapshot | None:
    """Return the snapshot to be replaced; one that can no longer be read gives way, and that is said."""
    try:
        return keeping.held(data, kind)
    except RefusedError as error:
        if kind.value not in keeping.pointer(data):
            raise
        notices.append(f"{error.refusals[0].file}: the snapshot before was damaged, and nothing of it was carried over")
        return None


def _kept(kind: Return, sources: Iterable[Source], lines: Iterable[TableLine]) -> list[Kept]:
    """Return the files that brought a table of this kind, each once (a zip as a whole)."""
    covers: dict[Path, set[tuple[str, int]]] = {}
    by_name = {source.name: source for source in sources}
    for line in lines:
        source = by_name.get(line.file) or by_name.get(line.file.rpartition("[")[0])
        if source is not None and line.kind == kind.value:
            years = (line.latest_month,) if kind is Return.ANNEX_A and line.latest_month else line.years or (0,)
            covers.setdefault(source.path, set()).update((line.name, year) for year in years)
    kept: dict[str, Kept] = {}
    for path in sorted(covers):
        digest = keeping.fingerprint(path)
        name = f"{path.resolve().parent.name or 'files'}/{path.name}"
        if name in kept and kept[name].sha256 != digest:
            name = f"{digest[:8]}/{name}"
        kept[name] = Kept(name, digest, path, frozenset(covers[path]))
    return list(kept.values())


def _laid_over(old: Snapshot | None, new: Sequence[Kept], demonstration: bool) -> list[Kept]:
    """Return the files to be in use: the new ones, and those held that bring something the new ones do not.

    Raises
    ------
    RefusedError
        Where a demonstration would hide the council's own return.
    """
    if old is not None and demonstration and not old.demonstration:
        raise RefusedError(
            [
                Refusal(
                    str(new[0].path),
                    "",
                    "a demonstration extract",
                    f"the council's own {old.kind.words}, which is held already",
                    "Use another data folder for the demonstration.",
                )
            ]
        )
    if old is None or old.demonstration != demonstration:
        return sorted(new, key=lambda file: file.name)
    again = frozenset().union(*(file.covers for file in new))
    digests = {file.sha256 for file in new}
    carried = [file for file in old.files if not file.covers <= again and file.sha256 not in digests]
    if faults := replace(old, files=tuple(carried)).faults():
        raise RefusedError(faults)
    names = {file.name for file in new}
    renamed = [
        Kept(f"{file.sha256[:8]}/{file.name}", file.sha256, file.path, file.covers) if file.name in names else file
        for file in carried
    ]
    return sorted([*new, *renamed], key=lambda file: file.name)


def _files(old: Snapshot | None, new: Snapshot) -> dict[str, int]:
    """Return how many files were added, carried over and left behind."""
    before = set() if old is None else {file.sha256 for file in old.files}
    after = {file.sha256 for file in new.files}
    return {"added": len(after - before), "kept": len(after & before), "left_behind": len(before - after)}
