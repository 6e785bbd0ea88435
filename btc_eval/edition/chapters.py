"""MyST chapters into notebooks: cells, where each stands in the file, and what is asked of every chapter."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from btc_eval.edition.fingerprint import sha256_of
from btc_eval.edition.layout import Page
from btc_eval.errors import Refusal, RefusedError, refuse

#: What Jupyter is told about the kernel; the same in every chapter.
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

#: A paste, in prose: the key, with the page it comes from where that is another one.
PASTE = re.compile(r"\{glue(?::[a-z]*)?\}`([^`]+)`")


def own_findings(prose: str, findings: Collection[str]) -> list[str]:
    """Which of these findings does prose paste from its own page, in the order of their first paste?"""
    keys = dict.fromkeys(match[1] for match in PASTE.finditer(prose))
    return [key for key in keys if key in findings and f"{{glue:text}}`{key}`" in prose]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a chapter.

    Parameters
    ----------
    kind
        "markdown" or "code".
    source
        Its text, without the fence.
    metadata
        What its author wrote about it, such as tags.
    line
        The line of the file on which its text starts; the first line is 1.
    number
        Counts the code cells from 1; 0 for prose.
    """

    kind: str
    source: str
    metadata: dict[str, Any]
    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page taken apart: its front matter and its cells in order."""

    page: Page
    metadata: dict[str, Any]
    cells: tuple[Cell, ...]

    @property
    def code(self) -> tuple[Cell, ...]:
        """Return the code cells."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def prose(self) -> str:
        """Return all the prose, cell after cell."""
        return "\n\n".join(cell.source for cell in self.cells if cell.kind == "markdown")

    @property
    def code_hash(self) -> str:
        """Return the hash of what runs: the code cells in order and the kernel."""
        return sha256_of([[cell.source for cell in self.code], KERNEL["name"]])

    def place(self, number: int) -> str:
        """Return where a code cell stands, in words."""
        return f"code cell {number} (line {self.code[number - 1].line})"


def read_chapter(page: Page) -> Chapter:
    """What stands in this page? It is taken apart by the book's own reader, so that both see the same cells.

    Raises
    ------
    RefusedError
        Where the file is not UTF-8 text, its front matter or a cell's options cannot be read, or it has code cells
        and does not name the kernel.
    """
    from myst_nb.core.read import read_myst_markdown_notebook

    text = ""
    try:
        text = page.source.read_text(encoding="utf-8")
        notebook = read_myst_markdown_notebook(text, _markdown(), add_source_map=True)
    except Exception as error:  # the reader has no one class of error: what it says is what the writer needs
        raise refuse(
            page.label,
            "",
            found=f"a page that cannot be read ({_told(error)})",
            allowed="a MyST notebook in UTF-8: YAML front matter, prose and {code-cell} blocks",
            do="Mend the place named in the message.",
        ) from error
    lines = text.splitlines()
    cells: list[Cell] = []
    number = 0
    for cell, start in zip(notebook.cells, notebook.metadata.pop("source_map")):
        code = cell.cell_type == "code"
        number += code
        cells.append(
            Cell(
                kind=cell.cell_type,
                source=cell.source,
                metadata=_plain(cell.metadata),
                line=_first_line(lines, start, cell.source),
                number=number if code else 0,
            )
        )
    chapter = Chapter(page=page, metadata=_plain(notebook.metadata), cells=tuple(cells))
    _check(chapter)
    return chapter


def _markdown() -> Any:
    """Return the settings under which a code cell inside a colon fence is part of the prose, as it is for the book."""
    from myst_parser.config.main import MdParserConfig

    return MdParserConfig(enable_extensions={"colon_fence"})


def _told(error: Exception) -> str:
    """Return what an error says, without the whole of the text it was found in."""
    return " ".join(str(getattr(error, "message", error)).split())


def _first_line(lines: list[str], start: int, source: str) -> int:
    """Return the line on which a cell's text starts: after blank lines in prose, after the options in code."""
    first = source.split("\n", 1)[0]
    for number in range(start, len(lines)):
        if lines[number].strip() == first.strip() and (first.strip() or not source.strip()):
            return number + 1
    return start + 1


def _plain(node: Any) -> Any:
    """Return nested notebook nodes as plain dictionaries and lists."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def _check(chapter: Chapter) -> None:
    """Refuse a chapter that Sphinx would read differently from us, or whose kernel is not ours."""
    label = chapter.page.label
    faults = []
    kernel = chapter.metadata.get("kernelspec")
    if chapter.code and kernel is None:
        faults.append(
            Refusal(
                label,
                "front matter",
                "code cells and no kernelspec",
                "the same front matter in every chapter",
                "Copy the front matter of book/index.md.",
            )
        )
    elif chapter.code and (not isinstance(kernel, dict) or kernel.get("name") != KERNEL["name"]):
        faults.append(
            Refusal(
                label,
                "front matter, kernelspec",
                "another kernel",
                f"the kernel {KERNEL['name']!r}",
                "Copy the front matter of book/index.md.",
            )
        )
    faults += [
        Refusal(
            label,
            f"line {cell.line}",
            "a raw cell",
            "prose and code cells",
            "Write it as prose, or take it out.",
        )
        for cell in chapter.cells
        if cell.kind == "raw"
    ]
    faults += [
        Refusal(
            label,
            f"line {line}",
            f"a paste from another page without a format, {match[1]!r}",
            "page.md::key:s; without the last two characters the book takes the key for a format",
            "Add :s to its end.",
        )
        for cell in chapter.cells
        if cell.kind == "markdown"
        for match in PASTE.finditer(cell.source)
        if "::" in match[1] and ":" not in match[1].rpartition("::")[2]
        for line in [cell.line + cell.source.count("\n", 0, match.start())]
    ]
    if faults:
        raise RefusedError(faults)


def read_chapters(pages: tuple[Page, ...]) -> tuple[Chapter, ...]:
    """What stands in all these pages? Every fault of every page is reported at once."""
    chapters: list[Chapter] = []
    faults: list[Refusal] = []
    for page in pages:
        try:
            chapters.append(read_chapter(page))
        except RefusedError as error:
            faults += error.refusals
    if faults:
        raise RefusedError(faults)
    return tuple(chapters)


def pasted_keys(chapter: Chapter) -> list[tuple[str, str, int]]:
    """What does the prose paste?

    Returns
    -------
    list of tuple
        The key, the page it comes from ("" for this one), and the line; in the order of the text.
    """
    return [
        (*taken_apart(match[1]), cell.line + cell.source.count("\n", 0, match.start()))
        for cell in chapter.cells
        if cell.kind == "markdown"
        for match in PASTE.finditer(cell.source)
    ]


def taken_apart(paste: str) -> tuple[str, str]:
    """Which key is pasted, and from which page? `page.md::key:s` has both, and a format that the book needs."""
    page, separator, key = paste.rpartition("::")
    return (key.partition(":")[0], page) if separator else (key, "")
