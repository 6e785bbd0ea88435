"""One command from the clone to the site: only what changed is done again; the site is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from btc_eval import disks
from btc_eval.edition import changes, fingerprint, memory, publication, record, swap, times
from btc_eval.edition.layout import Layout, layout, pages
from btc_eval.errors import Refusal, RefusedError, UsageError
from btc_eval.locations import DATA_VARIABLE
from btc_eval.progress import Progress

if TYPE_CHECKING:
    from btc_eval.edition.cache import Cache, Run
    from btc_eval.edition.chapters import Chapter


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did.

    Parameters
    ----------
    out
        The site.
    changed
        Whether anything was done; False where the site was up to date.
    executed
        Names of the pages that ran, in reading order.
    warned
        For each warning that a chapter gave in a build that is not strict: page, place and text.
    seconds
        How long it took.
    """

    out: Path
    changed: bool
    executed: tuple[str, ...]
    warned: tuple[str, ...]
    seconds: float


def build(
    *,
    data: Path | None = None,
    out: Path | None = None,
    jobs: int | None = None,
    strict: bool = False,
    label: str | None = None,
    previous: Path | None = None,
    pdf: bool = False,
) -> Built:
    """Build the site from the clone around the current folder.

    Parameters
    ----------
    data
        The data folder; `None` for the project's own.
    out
        Where the site goes; `None` for `_build/site`. Replaced whole when, and only when, everything succeeded.
    jobs
        How many kernels run at once; `None` for one a core.
    strict
        Whether a Python warning in a chapter stops the build.
    label
        What the edition is called, for one that is released; `None` for a draft, which is named by its commit.
    previous
        The edition to compare with; `None` for the newest in `editions/` of the project.
    pdf
        Whether the whole report is printed into the site as `report.pdf`; needs a browser.

    Returns
    -------
    Built
        What was done.

    Raises
    ------
    UsageError
        Where the call itself is wrong.
    RefusedError
        Where a page, a chapter's code or its rendering is at fault; every fault of the failing step is listed.

    Examples
    --------
    >>> from btc_eval import edition
    >>> edition.build(strict=True).out.name  # doctest: +SKIP
    'site'
    """
    begun = time.monotonic()
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs: found {jobs}; allowed: 1 or more. Leave it out to use every core.")
    if pdf:
        from btc_eval.edition import paper

        paper.require_browser()
    where = layout(data=data, out=out)
    where = replace(where, previous=previous or publication.newest(where.root / publication.FOLDER))
    with (
        disks.named(where.work, where.out.parent),
        swap.only_one(where.work / "lock", what="the build"),
        swap.only_one(where.out.parent / f".{where.out.name}.lock", what="the site"),
        _kernels_data(where.data),
    ):
        swap.recover(where.out)
        _finish_refresh(where.data)
        state = record.commit(where)
        named = f"{record.built_at(state)} {label} {changes.before(where.previous)}{' with a PDF' * pdf}"
        static = fingerprint.static(where, strict=strict, git=state.as_dict(), built_at=named)
        if memory.up_to_date(where, static):
            return Built(where.out, False, (), (), time.monotonic() - begun)
        return _build(where, state, static, jobs or os.cpu_count() or 1, strict, begun, label, pdf=pdf)


def _finish_refresh(data: Path) -> None:
    """Finish a refresh that was killed after it was decided, as the next command does; another at work is refused."""
    if next(data.glob(".staging-*"), None) is not None:
        from btc_eval.records.store import finish_interrupted, locked

        with locked(data):
            finish_interrupted(data)


@contextlib.contextmanager
def _kernels_data(data: Path) -> Iterator[None]:
    """Let the library, here and in the kernels, read the data folder that was named; put things back after."""
    before = os.environ.get(DATA_VARIABLE)
    os.environ[DATA_VARIABLE] = str(data)
    try:
        yield
    finally:
        if before is None:
            del os.environ[DATA_VARIABLE]
        else:
            os.environ[DATA_VARIABLE] = before


def _build(
    where: Layout,
    state: record.Commit,
    static: str,
    jobs: int,
    strict: bool,
    begun: float,
    label: str | None,
    *,
    pdf: bool,
) -> Built:
    from btc_eval.edition.assemble import assemble
    from btc_eval.edition.cache import Cache
    from btc_eval.edition.chapters import read_chapters
    from btc_eval.edition.feedback import address
    from btc_eval.edition.gate import refuse_unreleased

    address(where.config)  # a wrong one is refused before anything runs
    chapters = read_chapters(pages(where))
    cache = Cache.of(where)
    hashes: dict[str, str] = {}
    runs: dict[str, Run] = {}
    for chapter in chapters:
        if chapter.code and (run := cache.find(chapter, hashes, strict=strict)) is not None:
            runs[chapter.page.name] = run
    stale = [chapter for chapter in chapters if chapter.code and chapter.page.name not in runs]
    names = [chapter.page.name for chapter in stale]
    rest = [times.RENDERING, *([times.PRINTING] if pdf else []), times.PLACING]
    known = times.expected(where, [*names, *rest])
    with Progress(len(names) + len(rest), expected=known, together=names, jobs=jobs) as progress:
        try:
            if stale:
                runs |= _execute(stale, where, cache, jobs=jobs, strict=strict, progress=progress)
            site = assemble(where, state, chapters, runs, progress, label, pdf=pdf)
            files = len(fingerprint.listing(site))
            _check_still(where, runs)
            if strict:
                progress.say("reading every file as a stranger would")
                refuse_unreleased(site, data=where.data)
            swap.put_in_place(where.out)
        finally:
            swap.recover(where.out)
            # Also of a build that stops: the next one runs the same chapters and can say how long they take.
            times.keep(where, progress.measured)
        progress.step(f"put {files} files in place", times.PLACING)
    with contextlib.suppress(OSError):  # the new site stands; without the memory the next build does it over
        times.keep(where, progress.measured)
        memory.remember(where, static, runs)
    warned = tuple(
        f"{chapter.page.label}, {chapter.place(number)}: {_warning(text)}"
        for chapter in chapters
        if chapter.page.name in runs
        for number, text in runs[chapter.page.name].stderr
    )
    return Built(where.out, True, tuple(chapter.page.name for chapter in stale), warned, time.monotonic() - begun)


def _execute(
    stale: Sequence[Chapter], where: Layout, cache: Cache, *, jobs: int, strict: bool, progress: Progress
) -> Mapping[str, Run]:
    import yaml

    from btc_eval.edition.execute import execute

    config = yaml.safe_load(where.config.read_text(encoding="utf-8")) or {}
    timeout = int((config.get("execute") or {}).get("timeout") or 600)
    # While kernels start, this process has nothing else to do.
    threading.Thread(target=_import_renderer, daemon=True).start()
    progress.say(f"executing {len(stale)} of the book's chapters, {min(jobs, len(stale))} at once")
    return execute(stale, where, jobs=jobs, strict=strict, timeout=timeout, progress=progress, keep=cache.keep)


def _check_still(where: Layout, runs: Mapping[str, Run]) -> None:
    """Refuse a site whose chapters saw different data, because a file changed while they ran one after the other."""
    from btc_eval.edition.cache import hash_of

    inputs = {(name, sha) for run in runs.values() for name, sha in run.inputs.items()}
    faults = [
        Refusal(
            name,
            "",
            "a file that changed during the build",
            "data and library that stand still during a build",
            "Run the build again.",
        )
        for name, sha in sorted(inputs)
        if hash_of(name, where) != sha
    ]
    if faults:
        raise RefusedError(faults)


def _import_renderer() -> None:
    """Load what rendering needs, so that it is there when the chapters are done."""
    for name in ("jupyter_book.config", "sphinx.application", "sphinx_book_theme", "myst_nb.sphinx_ext"):
        importlib.import_module(name)


def _warning(text: str) -> str:
    """Return the part of what a chapter wrote to the error stream that says what is wrong."""
    found = re.search(r"\w*Warning: .*", text)
    return found[0] if found else " ".join(text.split())
