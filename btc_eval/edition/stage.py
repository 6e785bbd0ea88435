"""Pages and their outputs, put together for Sphinx, for the site's downloads and for a reviewer's Jupyter.

Sphinx is given the executed notebooks under the chapters' own names (`outcomes/demand.md` holds a notebook), so that
links and pastes between pages work as they are written, and messages carry the chapter's own lines. A file is written
only where its contents change: Sphinx reads again what is newer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from btc_eval.edition import awaited
from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import KERNEL, PASTE, Chapter, pasted_keys, taken_apart
from btc_eval.edition.cited import Cited, addressed, anchor, fill, unpasted
from btc_eval.edition.collect import Collected, pasted_page
from btc_eval.edition.layout import Layout, Page
from btc_eval.edition.roles import in_words

# What Markdown would read as more than text, in words that come from data.
_MARKUP = re.compile(r"[\\`*_\[\]<>${}|~&]")
_SUBSTITUTION = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def staged_notebook(
    chapter: Chapter,
    run: Run | None,
    collected: Collected,
    words: Mapping[str, str],
    known: Mapping[str, Cited] = MappingProxyType({}),
    *,
    moment: str | None = None,
) -> str:
    """What is Sphinx given for this page? The notebook with its outputs, as JSON text.

    Parameters
    ----------
    chapter
        The page as it stands now.
    run
        What its code showed; `None` for a page without code.
    collected
        The pastes of all pages: a page is read again when the words that it takes from another page change.
    words
        What `{{ name }}` stands for.
    known
        The findings that outputs may cite; those of this page are given an address on it.
    moment
        When the edition was made, as in `edition.json`; `None` where that is not known.
    """
    own_ids = sorted(name for name, quoted in known.items() if quoted.page == chapter.page.name)
    metadata = {key: value for key, value in chapter.metadata.items() if key != "jupytext"}
    used = sorted(set(_SUBSTITUTION.findall(chapter.prose)) & set(words))
    if used:
        own = metadata.get("myst") or {}
        said = {**{name: words[name] for name in used}, **(own.get("substitutions") or {})}
        metadata["myst"] = {**own, "substitutions": said}
    borrowed = {
        f"{page}::{key}": collected.pastes[page][key]
        for key, other, _ in pasted_keys(chapter)
        if (page := pasted_page(chapter, other)) != chapter.page.name
    }
    if borrowed:
        metadata["btc_eval_borrowed"] = json.dumps(borrowed, sort_keys=True, ensure_ascii=False)
    # The book counts the lines before a cell, and its first line once more.
    metadata["source_map"] = [cell.line - 2 for cell in chapter.cells]
    if run is not None:
        metadata["kernelspec"] = KERNEL
    return _notebook(
        chapter,
        run,
        metadata,
        root=chapter.page.root,
        keep=("kind", "id"),
        known=known,
        moment=moment,
        changed=addressed(chapter, own_ids),
        anchors=unpasted(chapter, own_ids),
    )


def published_notebook(
    chapter: Chapter,
    run: Run | None,
    collected: Collected,
    words: Mapping[str, str],
    known: Mapping[str, Cited] = MappingProxyType({}),
    works: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    *,
    moment: str | None = None,
) -> str:
    """What does a reviewer download for this page? The executed notebook, with its pastes and words written out.

    Parameters
    ----------
    chapter, run, collected, words, known, moment
        As in `staged_notebook`.
    works
        The works that prose may cite, by key: see `roles.works`.
    """
    metadata: dict[str, Any] = {"kernelspec": KERNEL, "language_info": {"name": KERNEL["language"]}}
    root = "../" * (chapter.page.name.count("/") + 1)

    def pasted(match: re.Match[str]) -> str:
        key, other = taken_apart(match[1])
        return _MARKUP.sub(r"\\\g<0>", collected.pastes[pasted_page(chapter, other)][key])

    def written(text: str) -> str:
        text = in_words(PASTE.sub(pasted, text), works, page=chapter.page.label)
        return _SUBSTITUTION.sub(lambda match: words.get(match[1], match[0]), text)

    keep = ("kind", "id", "finding", "provenance", "quotes")
    return _notebook(chapter, run, metadata, root=root, keep=keep, known=known, moment=moment, prose=written)


def _notebook(
    chapter: Chapter,
    run: Run | None,
    metadata: Mapping[str, Any],
    *,
    root: str,
    keep: Sequence[str],
    known: Mapping[str, Cited],
    moment: str | None,
    prose: Any = str,
    changed: Mapping[int, str] = MappingProxyType({}),
    anchors: Collection[str] = (),
) -> str:
    outputs = iter(run.outputs if run is not None else [])
    cells = []
    for number, cell in enumerate(chapter.cells, start=1):
        made: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{number:03d}",
            "metadata": cell.metadata,
            "source": prose(changed.get(number - 1, cell.source)) if cell.kind == "markdown" else cell.source,
        }
        if cell.kind == "code":
            shown = []
            for output in next(outputs, []):
                shown.append(_output(output, chapter.page, root, keep, known, moment))
                name = output.get("metadata", {}).get("scrapbook", {}).get("name")
                shown += [anchor(name)] if name in anchors else []
            made |= {"execution_count": cell.number, "outputs": shown}
        cells.append(made)
    body = {"cells": cells, "metadata": dict(metadata), "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def _output(
    output: Mapping[str, Any],
    page: Page,
    root: str,
    keep: Sequence[str],
    known: Mapping[str, Cited],
    moment: str | None,
) -> dict[str, Any]:
    """Return an output with the builder's tokens filled in and without what only the builder needs."""
    about = output.get("metadata", {}).get("btc_eval", {})
    metadata = {
        **output.get("metadata", {}),
        "btc_eval": {key: about[key] for key in keep if key in about},
    }
    data = {
        kind: _filled(text, page, root, known, moment) if kind == "text/html" and isinstance(text, str) else text
        for kind, text in output.get("data", {}).items()
    }
    return {**output, "metadata": metadata, "data": data}


def _filled(text: str, page: Page, root: str, known: Mapping[str, Cited], moment: str | None) -> str:
    text = awaited.fill(text.replace("{{root}}", root).replace("{{chapter}}", page.name), moment)
    return fill(text, known, root, page.name)


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds these bytes already; say whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def stage(
    where: Layout, chapters: Sequence[Chapter], notebooks: Mapping[str, str], toc: Mapping[str, Any], folder: Path
) -> None:
    """Put together the folder that Sphinx reads: pages, everything else of the book, the table of contents.

    Parameters
    ----------
    where
        The folders of the build.
    chapters
        All pages.
    notebooks
        Name of a page to the text of `staged_notebook`.
    toc
        The table of contents without the leading `book/`.
    folder
        The staged folder; what is no longer in the book is deleted from it, `_static/assets` of the library is left.
    """
    import yaml

    wanted: dict[str, bytes] = {
        f"{chapter.page.name}.md": notebooks[chapter.page.name].encode() for chapter in chapters
    }
    wanted["_toc.yml"] = yaml.safe_dump(dict(toc), sort_keys=False, allow_unicode=True).encode()
    for path in sorted(where.book.rglob("*")):
        name = path.relative_to(where.book).as_posix()
        if path.is_file() and name not in wanted and not any(part.startswith(".") for part in name.split("/")):
            wanted[name] = path.read_bytes()
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, content in wanted.items():
        write_if_changed(folder / name, content)
