"""Chapters taken apart: cells with their lines, what is pasted, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from btc_eval.edition.chapters import Chapter, pasted_keys, read_chapter, read_chapters
from btc_eval.edition.collect import pasted_page
from btc_eval.edition.layout import Page
from btc_eval.errors import RefusedError

FRONT = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""


def chapter(tmp_path: Path, body: str, front: str = FRONT, name: str = "outcomes/small") -> Chapter:
    source = tmp_path / f"{name.replace('/', '-')}.md"
    source.write_text(front + body, encoding="utf-8")
    return read_chapter(Page(name, source))


BODY = """

# A title

Prose with {glue:text}`here` and {glue:text}`../plan/other.md::there:s`.

```{code-cell} ipython3
:tags: [remove-input]

first = 1
second = 2
```


More prose,
with {glue:md}`last`.

```{code-cell} ipython3
third = 3
```
"""


def test_every_cell_knows_its_line(tmp_path: Path) -> None:
    read = chapter(tmp_path, BODY)
    lines = read.page.source.read_text().splitlines()
    assert [cell.kind for cell in read.cells] == ["markdown", "code", "markdown", "code"]
    for cell in read.cells:
        assert lines[cell.line - 1] == cell.source.splitlines()[0]
    assert [cell.number for cell in read.code] == [1, 2]
    assert read.code[0].source == "first = 1\nsecond = 2"
    assert read.code[0].metadata == {"tags": ["remove-input"]}
    assert read.place(2) == f"code cell 2 (line {lines.index('third = 3') + 1})"


def test_what_is_pasted_is_found_with_page_and_line(tmp_path: Path) -> None:
    read = chapter(tmp_path, BODY)
    lines = read.page.source.read_text().splitlines()
    prose, last = (n for n, line in enumerate(lines, 1) if "{glue" in line)
    assert pasted_keys(read) == [("here", "", prose), ("there", "../plan/other.md", prose), ("last", "", last)]
    assert pasted_page(read, "") == "outcomes/small"
    assert pasted_page(read, "../plan/other.md") == "plan/other"
    assert pasted_page(read, "near.md") == "outcomes/near"
    assert pasted_page(read, "/index.md") == "index"


def test_the_hash_is_of_the_code_and_nothing_else(tmp_path: Path) -> None:
    before = chapter(tmp_path, BODY).code_hash
    assert chapter(tmp_path, BODY.replace("More prose", "Other prose")).code_hash == before
    assert chapter(tmp_path, BODY.replace("[remove-input]", "[hide-input]")).code_hash == before
    assert chapter(tmp_path, BODY.replace("third = 3", "third = 4")).code_hash != before
    moved = BODY.replace("first = 1\nsecond = 2", "third = 3", 1).replace(
        "third = 3\n```\n", "first = 1\nsecond = 2\n```\n"
    )
    assert chapter(tmp_path, moved).code_hash != before


def test_a_page_without_code_needs_no_kernel(tmp_path: Path) -> None:
    read = chapter(tmp_path, "# Words\n\nOnly prose.\n", front="")
    assert (read.code, read.metadata) == ((), {})
    assert read.prose == "# Words\n\nOnly prose."


@pytest.mark.parametrize(
    ("front", "body", "needle"),
    [
        ("---\na: : b\n---\n", "text", "cannot be read"),
        (FRONT, "```{code-cell} ipython3\n---\ntags: [a\n---\nx = 1\n```\n", "cannot be read"),
        ("---\n- a list\n---\n", "text", "cannot be read"),
        (FRONT, "```{code-cell} ipython3\n:load: other.py\n```\n", "cannot be read"),
        (FRONT, "See {glue:text}`other.md::key`.\n", "without a format, 'other.md::key'"),
        (FRONT, "```{raw-cell}\nraw\n```\n", "a raw cell"),
        (FRONT.replace("  name: python3\n", ""), "text", "'name' is a required property"),
        ("", "```{code-cell} ipython3\nx = 1\n```\n", "no kernelspec"),
        (FRONT.replace("name: python3", "name: ir"), "```{code-cell} ipython3\nx = 1\n```\n", "another kernel"),
    ],
)
def test_a_faulty_page_is_refused_with_its_name(tmp_path: Path, front: str, body: str, needle: str) -> None:
    with pytest.raises(RefusedError, match=needle) as refused:
        chapter(tmp_path, body, front)
    assert all(fault.file == "book/outcomes/small.md" for fault in refused.value.refusals)


def test_jupytext_reads_the_same_cells() -> None:
    """A second reader, which writers use to open a chapter in Jupyter, takes every page of the book apart alike."""
    import jupytext

    book = Path(__file__).resolve().parents[2] / "book"
    for source in sorted(book.rglob("*.md")):
        ours = read_chapter(Page(source.relative_to(book).as_posix().removesuffix(".md"), source))
        theirs = jupytext.read(source, fmt="md:myst")
        assert [(cell.kind, cell.source, cell.metadata) for cell in ours.cells] == [
            (cell.cell_type, cell.source, dict(cell.metadata)) for cell in theirs.cells
        ]


def test_a_page_in_another_encoding_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "small.md"
    source.write_bytes("# Café\n".encode("latin-1"))
    with pytest.raises(RefusedError, match="cannot be read"):
        read_chapter(Page("small", source))


def test_the_faults_of_all_pages_are_told_at_once(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text("```{code-cell} ipython3\nx = 1\n```\n")
        pages.append(Page(name, tmp_path / f"{name}.md"))
    with pytest.raises(RefusedError) as refused:
        read_chapters(tuple(pages))
    assert [fault.file for fault in refused.value.refusals] == ["book/one.md", "book/two.md"]
