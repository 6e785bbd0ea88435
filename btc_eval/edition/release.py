"""Freeze an edition: built from a clean commit, checked, gated, put beside the others whole, never changed again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from btc_eval import disks
from btc_eval.edition import addresses, bundle, checksums, paper, publication, record, swap
from btc_eval.edition.build import build
from btc_eval.edition.gate import refuse_unreleased
from btc_eval.edition.layout import Layout, layout
from btc_eval.edition.made_up import refuse_made_up_verdicts
from btc_eval.errors import Refusal, RefusedError, UsageError, refuse

_LABEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$")


@dataclass(frozen=True, slots=True)
class Released:
    """A frozen edition: its label, its folder, its files and findings counted, and whether it has a PDF."""

    label: str
    folder: Path
    files: int
    findings: int
    pdf: bool = False


def release(
    label: str,
    *,
    data: Path | None = None,
    site: Path | None = None,
    jobs: int | None = None,
    pdf: bool = True,
) -> Released:
    """Freeze what the clone says now as an edition that nothing will change.

    Parameters
    ----------
    label
        Its name and its part of every address, such as "2026.11".
    data
        The data folder; `None` for the project's own.
    site
        The folder in which editions stand side by side; `None` for `editions/` of the project.
    jobs
        Chapters executed at once.
    pdf
        Whether the whole report is printed too, where a browser is installed.

    Returns
    -------
    Released

    Raises
    ------
    UsageError
        Where the label cannot be an address.
    RefusedError
        Where the tree is not as committed, the data do not pass their checks, the pages do not pass the gate, a
        made-up result stands where verdicts are given, a table gives away what one of an earlier edition hides or the
        reverse, or the edition exists.
    """
    if not _LABEL.match(label) or label in publication.RESERVED or label.endswith("."):
        raise UsageError(
            f"release: found the label {label[:40]!r}; allowed: letters, digits, dots and hyphens, such as 2026.11, "
            f"and none of {', '.join(publication.RESERVED)}. Choose another."
        )
    where = layout(data=data)
    place = (site or where.root / publication.FOLDER).resolve()
    _refuse_wrong_place(place, where)
    with disks.named(place), swap.only_one(place / ".lock", what="the release"):
        publication.settle(place)
        _refuse_existing(place, label)
        state = record.commit(where)
        _refuse_dirty(state)
        _refuse_unchecked(where.data)
        draft = where.root / "_build" / "release" / label
        with _moment(state):
            before, printed = publication.newest(place), pdf and paper.browser() is not None
            build(data=data, out=draft, jobs=jobs, strict=True, label=label, previous=before, pdf=printed)
            return _freeze(where, draft, place, label)


def _freeze(where: Layout, draft: Path, place: Path, label: str) -> Released:
    """Complete the built pages beside the editions, prove them, and let them appear in one step."""
    new = place / f".{label}.new"
    shutil.rmtree(new, ignore_errors=True)
    try:
        findings = _complete(where, draft, new, label)
        new.rename(place / label)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)  # on a full disk it would keep the room that is missing
        raise
    _settle(place, label)
    files = sum(1 for path in (place / label).rglob("*") if path.is_file())
    return Released(label, place / label, files, findings, (place / label / paper.NAME).is_file())


def _complete(where: Layout, draft: Path, new: Path, label: str) -> int:
    """Copy the built pages, add what an edition has beside them, prove it all; return how many findings it has."""
    from btc_eval.edition.between import refuse_given_away

    shutil.copytree(draft, new, copy_function=shutil.copyfile)
    findings = json.loads((new / "findings.json").read_text(encoding="utf-8"))
    about = json.loads((new / "edition.json").read_text(encoding="utf-8"))
    refuse_made_up_verdicts(findings, new)
    addresses.write(new, label=label, findings=findings)
    rules = json.dumps(bundle.tolerances(findings), indent=1, ensure_ascii=False) + "\n"
    (new / bundle.TOLERANCES).write_text(rules, encoding="utf-8")
    (new / "CITATION.cff").write_text(addresses.citation_file(about), encoding="utf-8")
    bundle.write(where, new, new / bundle.NAME, record=about)
    refuse_unreleased(new, data=where.data)
    beside = [new.parent / str(one["label"]) for one in publication.editions(new.parent)]
    refuse_given_away(new, label, beside, where.data / "assumptions" / "disclosure.toml")
    checksums.write(new)
    swap.settle(new)
    return len(findings)


def _settle(place: Path, label: str) -> None:
    """Bring what stands above the editions up to a new one; say so where only that could not be done."""
    try:
        publication.settle(place)
    except OSError as error:
        raise refuse(
            str(place),
            str(error.filename or "latest"),
            found=f"{error.strerror or error}: edition {label} is released and whole, and the pages above it are not "
            "brought up to it",
            allowed="a disk with room and a folder that may be written",
            do="Mend that and run the command again: it brings them up to date before it says that the edition exists.",
        ) from error


def _refuse_wrong_place(place: Path, where: Layout) -> None:
    inside = (where.data, where.book, where.library, where.root / "_build", where.root / ".git")
    if place == where.root or any(place == one or place.is_relative_to(one) for one in inside):
        raise UsageError(
            f"--site: found {place}; allowed: a folder of its own for the editions. Name one outside the book, the "
            "data and the builder's own folders."
        )
    if place.exists() and not place.is_dir():
        raise UsageError(f"--site: found a file at {place}; allowed: a folder for the editions. Name another.")


def _refuse_existing(place: Path, label: str) -> None:
    if (place / label).exists():
        raise refuse(
            str(place),
            label,
            found="an edition of this label",
            allowed="a label that is new: a published edition is never changed",
            do="Choose the next label, such as the same with .1 at its end.",
        )


def _refuse_dirty(state: record.Commit) -> None:
    if state.sha is None or state.dirty:
        raise refuse(
            "the clone",
            "git status",
            found="no commit to release" if state.sha is None else "files that differ from the commit",
            allowed="a clone in which everything is committed",
            do="Commit, or set aside, what `git status` lists; then release again.",
        )


def _refuse_unchecked(data: Path) -> None:
    from btc_eval.records.taking_in import check_all

    checked = check_all(data)
    if not checked.accepted:
        refusals = [Refusal(**one) for one in checked.as_json()["refusals"]]
        raise RefusedError(
            refusals
            or [
                Refusal(
                    "the data folder",
                    "btc-eval check",
                    "a check that failed",
                    "data that pass every check",
                    "Run btc-eval check, and mend what it lists.",
                )
            ]
        )


@contextlib.contextmanager
def _moment(state: record.Commit) -> Iterator[None]:
    """Date everything by the commit while the block runs: the same commit gives the same bytes."""
    before = os.environ.get(record.EPOCH_VARIABLE)
    if not before:
        os.environ[record.EPOCH_VARIABLE] = str(state.epoch)
    try:
        yield
    finally:
        if not before:
            os.environ.pop(record.EPOCH_VARIABLE, None)
