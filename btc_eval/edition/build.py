"""One command from the clone to the site: only what changed is done again; the site is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btc_eval.edition import fingerprint, record, swap
from btc_eval.edition.layout import Layout, layout, pages, read_toc
from btc_eval.edition.progress import Progress
from btc_eval.errors import UsageError
from btc_eval.locations import DATA_VARIABLE

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


def build(*, data: Path | None = None, out: Path | None = None, jobs: int | None = None, strict: bool = False) -> Built:
    """Build the site from the clone around the current folder.

    Parameters
    ----------
    data
        The data folder; `None` for the project's own.
    out
        Where the site goes; `None` for `_build/html`. Replaced whole when, and only when, everything succeeded.
    jobs
        How many kernels run at once; `None` for one a core.
    strict
        Whether a Python warning in a chapter stops the build.

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
    'html'
    """
    begun = time.monotonic()
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs: found {jobs}; allowed: 1 or more. Leave it out to use every core.")
    where = layout(data=data, out=out)
    with (
        swap.only_one(where.work / "lock", what="the build"),
        swap.only_one(where.out.parent / f".{where.out.name}.lock", what="the site"),
        _kernels_data(where.data),
    ):
        swap.recover(where.out)
        state = record.commit(where)
        static = fingerprint.static(where, strict=strict, git=state.as_dict(), built_at=record.built_at(state) or "")
        if _up_to_date(where, static):
            return Built(where.out, False, (), (), time.monotonic() - begun)
        return _build(where, state, static, jobs or os.cpu_count() or 1, strict, begun)


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


def _build(where: Layout, state: record.Commit, static: str, jobs: int, strict: bool, begun: float) -> Built:
    from btc_eval.edition.cache import Cache
    from btc_eval.edition.chapters import read_chapters

    chapters = read_chapters(pages(where))
    cache = Cache.of(where)
    hashes: dict[str, str] = {}
    runs: dict[str, Run] = {}
    for chapter in chapters:
        if chapter.code and (run := cache.find(chapter, hashes, strict=strict)) is not None:
            runs[chapter.page.name] = run
    stale = [chapter for chapter in chapters if chapter.code and chapter.page.name not in runs]
    with Progress(len(stale) + 2) as progress:
        if stale:
            runs |= _execute(stale, where, cache, jobs=jobs, strict=strict, progress=progress)
        files = len(fingerprint.listing(_assemble(where, state, chapters, runs, progress)))
        swap.put_in_place(where.out)
        progress.step(f"put {files} files in place")
    _remember(where, static, runs)
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
    runs = execute(stale, where, jobs=jobs, strict=strict, timeout=timeout, progress=progress)
    for chapter in stale:
        cache.keep(chapter, runs[chapter.page.name])
    return runs


def _import_renderer() -> None:
    """Load what rendering needs, so that it is there when the chapters are done."""
    for name in ("jupyter_book.config", "sphinx.application", "sphinx_book_theme", "myst_nb.sphinx_ext"):
        importlib.import_module(name)


def _warning(text: str) -> str:
    """Return the part of what a chapter wrote to the error stream that says what is wrong."""
    found = re.search(r"\w*Warning: .*", text)
    return found[0] if found else " ".join(text.split())


def _known_ids(where: Layout) -> frozenset[str] | None:
    """Return the ids of claims and commitments that a finding may bear on; `None` where the data holds none."""
    if not (where.data / "programme").is_dir():
        return None
    from btc_eval import programme

    return frozenset(programme.known_ids())


def _assemble(
    where: Layout,
    state: record.Commit,
    chapters: Sequence[Chapter],
    runs: Mapping[str, Run],
    progress: Progress,
) -> Path:
    """Put the new site together beside the old one, and return its folder."""
    from btc_eval.edition import render, stage
    from btc_eval.edition.collect import collect

    bears = any(
        (output.get("metadata", {}).get("btc_eval", {}).get("finding") or {}).get("bears_on")
        for run in runs.values()
        for outputs in run.outputs
        for output in outputs
    )
    collected = collect(chapters, runs, _known_ids(where) if bears else None)
    about = record.edition(where, state=state, notebooks=[])
    words = record.words_for_pages(about, collected.findings)
    source = where.work / "src"
    staged = {
        chapter.page.name: stage.staged_notebook(chapter, runs.get(chapter.page.name), collected, words)
        for chapter in chapters
    }
    stage.stage(where, chapters, staged, read_toc(where), source)
    _assets(where, source / "_static")
    progress.say("rendering the pages")
    html = render.render(where, source, render.settings(where, source, words))
    progress.step(f"rendered {len(chapters)} pages")
    site = swap.bring(html, where.out)
    notebooks = []
    for chapter in chapters:
        name = f"notebooks/{chapter.page.name}.ipynb"
        run = runs.get(chapter.page.name)
        stage.write_if_changed(site / name, stage.published_notebook(chapter, run, collected, words).encode())
        notebooks.append(
            {
                "name": chapter.page.name,
                "sha256": fingerprint.sha256_file(site / name),
                "seconds": None if os.environ.get(record.EPOCH_VARIABLE) or run is None else run.seconds,
            }
        )
    for exhibit in collected.exhibits:
        stage.write_if_changed(site / exhibit.path, exhibit.csv.encode())
    _write_json(site / "findings.json", list(collected.findings))
    _write_json(site / "edition.json", {**about, "notebooks": notebooks})
    return site


def _assets(where: Layout, static: Path) -> None:
    """Put the scripts, styles and fonts of the library's pages into the staged book; made once for one library."""
    made = where.work / "assets"
    key = fingerprint.sha256_of([fingerprint.tree(fingerprint.library_folder() / "publish"), fingerprint.packages()])
    stamp = where.work / "assets.key"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != key:
        from btc_eval.publish.assets import write_assets

        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        write_assets(made)
        stamp.write_text(key, encoding="utf-8")
    shutil.copytree(made, static, dirs_exist_ok=True)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _memory(where: Layout) -> Path:
    """Return the file that remembers the last build of this site."""
    return where.work / f"built-{fingerprint.sha256_of(str(where.out))[:12]}.json"


def _remember(where: Layout, static: str, runs: Mapping[str, Run]) -> None:
    """Remember what the site in place was built from, so that the next build knows whether anything changed."""
    inputs = {name: sha for run in runs.values() for name, sha in run.inputs.items()}
    path = _memory(where)
    half = path.with_suffix(".half")
    _write_json(half, {"static": static, "inputs": inputs, "listing": fingerprint.listing(where.out)})
    half.replace(path)


def _up_to_date(where: Layout, static: str) -> bool:
    """Is the site in place the one that a build would make now?"""
    from btc_eval.edition.cache import path_of

    try:
        memory = json.loads(_memory(where).read_text(encoding="utf-8"))
        return (
            memory["static"] == static
            and where.out.is_dir()
            and memory["listing"] == fingerprint.listing(where.out)
            and all(fingerprint.sha256_file(path_of(name, where)) == sha for name, sha in memory["inputs"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False
