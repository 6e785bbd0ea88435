"""The new site, put together beside the old one: findings, pages, notebooks, tables, the edition record."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from btc_eval.disclosure.gate_prose import TOLD
from btc_eval.edition import (
    changes,
    cited,
    feedback,
    fingerprint,
    gate,
    paper,
    paper_html,
    record,
    render,
    roles,
    stage,
    swap,
    times,
    workbook,
)
from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import Chapter
from btc_eval.edition.collect import Collected, collect
from btc_eval.edition.layout import Layout, read_toc
from btc_eval.progress import Progress


def assemble(
    where: Layout,
    state: record.Commit,
    chapters: Sequence[Chapter],
    runs: Mapping[str, Run],
    progress: Progress,
    label: str | None = None,
    *,
    pdf: bool = False,
) -> Path:
    """What does the site look like, made from these pages and what their code showed?

    Parameters
    ----------
    where
        The folders of the build.
    state
        The commit that is built.
    chapters
        All pages in reading order.
    runs
        Name of a page to what it gave, for those with code.
    progress
        Told when the pages are rendered.
    label
        What a released edition is called; `None` for a draft.
    pdf
        Whether the whole report is printed into the site.

    Returns
    -------
    Path
        The complete site, in the folder beside `where.out` from which `swap.put_in_place` takes it.

    Raises
    ------
    RefusedError
        For anything that the chapters may not show, or that does not render without a warning.
    """
    collected = collect(chapters, runs, _known_ids(where, runs))
    _check_citations(where, collected)
    known = cited.citable(chapters, runs, collected)
    seeds = {run.seed for run in runs.values() if run.seed is not None}
    about = record.edition(
        where,
        state=state,
        policies=collected.policies,
        seeds=seeds,
        named=label,
        exhibits=collected.exhibits,
        address=feedback.address(where.config),
    )
    words = record.words_for_pages(about, collected.findings)
    # For the foot of every page, which offers what is there.
    words |= {"report_pdf": paper.NAME if pdf else "", "report_tables": workbook.NAME if collected.exhibits else ""}
    if any(name in chapter.prose for chapter in chapters for name in changes.WORDS):
        told = changes.words(changes.before(where.previous), where.data, collected.findings, about["definitions"])
        # By this class the gate knows that the numbers are those of the findings and records of two editions.
        words |= {name: f"::::{{container}} {TOLD}\n{text}\n::::" for name, text in told.items()}
    source = where.work / "src"
    staged = {
        chapter.page.name: stage.staged_notebook(
            chapter, runs.get(chapter.page.name), collected, words, known, moment=about["built_at"]
        )
        for chapter in chapters
    }
    stage.stage(where, chapters, staged, read_toc(where), source)
    _add_assets(where, source / "_static")
    progress.say("rendering the pages")
    html = render.render(where, source, render.settings(where, source, words))
    progress.step(f"rendered {len(chapters)} pages", times.RENDERING)
    site = swap.bring(html, where.out, without=render.NOT_PUBLISHED)
    render.forget_old_words(site)
    # Before anything else is written there: what lies in this folder now is what the pages load.
    _write_json(site / gate.ASSETS, fingerprint.tree(site / "_static"))
    works = roles.works(where.book / "references.bib")
    about["notebooks"] = [
        _write_notebook(
            site, chapter, runs.get(chapter.page.name), collected, words, known, works, moment=about["built_at"]
        )
        for chapter in chapters
    ]
    for exhibit in collected.exhibits:
        stage.write_if_changed(site / exhibit.path, exhibit.csv.encode())
    _write_json(site / "findings.json", list(collected.findings))
    _write_json(site / "edition.json", about)
    # An exhibit that did not come from a released table has no line, and the gate refuses its file.
    _write_json(site / gate.TABLES, [exhibit.line() for exhibit in collected.exhibits if exhibit.register])
    _write_wholes(where, site, collected, words, about["built_at"], progress, pdf=pdf)
    return site


def _write_wholes(
    where: Layout,
    site: Path,
    collected: Collected,
    words: Mapping[str, str],
    moment: str | None,
    progress: Progress,
    *,
    pdf: bool,
) -> None:
    """Write what holds the whole report in one file: the workbook of all tables and, where it is asked for, the PDF."""
    toc = read_toc(where)
    names = {str(toc["root"]).removesuffix(".md"), *(one.chapter for one in collected.exhibits)}
    chapters = {name: paper_html.title(site, name) for name in sorted(names)}
    title = chapters[str(toc["root"]).removesuffix(".md")]
    folder = where.work / "wholes"
    workbook.write(
        site, folder / "tables", collected.exhibits, title=title, words=words, chapters=chapters, moment=moment
    )
    if pdf:
        progress.say("printing the whole report")
        paper.write(site, folder / "paper", toc=toc, words=words, moment=moment)
        progress.step("printed the whole report", times.PRINTING)


def _known_ids(where: Layout, runs: Mapping[str, Run]) -> frozenset[str] | None:
    """Return the ids that a finding may bear on; `None` where no finding bears on any, or the data holds none."""
    bears = any(
        (output.get("metadata", {}).get("btc_eval", {}).get("finding") or {}).get("bears_on")
        for run in runs.values()
        for outputs in run.outputs
        for output in outputs
    )
    if not bears or not (where.data / "programme").is_dir():
        return None
    return frozenset(_kept(where)["ids"])


def _check_citations(where: Layout, collected: Collected) -> None:
    """Refuse a claim that cites a finding this edition does not have, with its file and line."""
    if not (where.data / "programme").is_dir():
        return
    found = {str(one["id"]) for one in collected.findings}
    if set(_kept(where)["cited"]) - found:
        from btc_eval import programme

        programme.check(findings=found)


def _kept(where: Layout) -> dict[str, list[str]]:
    """Return the ids of the records and of the findings they cite.

    Kept between builds, because to read the records takes longer than all else that a change of prose needs here.
    """
    library = fingerprint.library_folder()
    sources = [fingerprint.tree(folder) for folder in (where.data / "programme", library / "programme")]
    key, path = fingerprint.sha256_of(sources), where.work / "known-ids.json"
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8") or "{}")
        if kept.get("key") == key:
            return {name: list(kept[name]) for name in ("ids", "cited")}
    from btc_eval import programme

    names = sorted({name for names in programme.cited().values() for name in names})
    made = {"ids": sorted(programme.known_ids()), "cited": names}
    _write_json(path, {"key": key, **made})
    return made


def _add_assets(where: Layout, static: Path) -> None:
    """Put the scripts, styles and fonts of the library's pages into the staged book; made once for one library."""
    made, stamp = where.work / "assets", where.work / "assets.key"
    key = fingerprint.sha256_of([fingerprint.tree(fingerprint.library_folder() / "publish"), fingerprint.packages()])
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != key:
        from btc_eval.publish.assets import write_assets

        stamp.unlink(missing_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        write_assets(made)
        stamp.write_text(key, encoding="utf-8")
    shutil.copytree(made, static, dirs_exist_ok=True)


def _write_notebook(
    site: Path,
    chapter: Chapter,
    run: Run | None,
    collected: Collected,
    words: Mapping[str, str],
    known: Mapping[str, cited.Cited],
    works: Mapping[str, tuple[str, str]],
    *,
    moment: str | None,
) -> dict[str, Any]:
    """Write the notebook that a reviewer downloads, and return its line in `edition.json`."""
    path = site / "notebooks" / f"{chapter.page.name}.ipynb"
    written = stage.published_notebook(chapter, run, collected, words, known, works, moment=moment)
    stage.write_if_changed(path, written.encode())
    # A reproducible build, which names its moment, holds nothing that another run of it would not.
    measured = run is not None and not os.environ.get(record.EPOCH_VARIABLE)
    return {
        "name": chapter.page.name,
        "sha256": fingerprint.sha256_file(path),
        "seconds": run.seconds if run is not None and measured else None,
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
