"""Show a released table: its caption, its cells, a reason in every blank, its source and its numbers as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from btc_eval.disclosure import SafeTable, notes_of
from btc_eval.estimates import Papers
from btc_eval.publish import blanks, emit, parts, register
from btc_eval.publish.door import admitted, blank_cells, identified, worded
from btc_eval.publish.downloads import csv_text
from btc_eval.publish.formats import Format
from btc_eval.publish.grid import grid
from btc_eval.publish.rich import Rich
from btc_eval.publish.sources import resolve, window_words

#: A table longer than this is folded away below its caption.
_FOLDED_FROM = 25


def table(
    safe: Any,
    *,
    id: str,
    caption: str,
    columns: Mapping[str, str],
    formats: Mapping[str, Format | str] | None = None,
    notes: str | Sequence[str] = "",
    row_header: str | None = None,
    anchor: str | None = None,
    rows: str = "",
    findings: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
    addresses: Mapping[str, str] | None = None,
    expected: Mapping[str, str] | None = None,
    cards: bool | Literal["always"] = False,
) -> None:
    """Which rows should the reader see? Show a released table.

    Parameters
    ----------
    safe
        The released table, with papers.
    id
        Its name for ever, unique in the book: part of the address of its file.
    caption
        What it shows, in a few words.
    columns
        Columns shown, in order, each with its words. The file holds every column of the released table.
    formats
        How values are said, by column; see `publish.Format`.
    notes
        What the reader must know to read it; how small numbers were hidden and rounded is added from the table itself.
    row_header
        The column that names the rows; the first shown where `None`.
    anchor
        A column whose values become addresses of the rows, as `source-…`.
    rows
        A column of ids that become the rows' addresses as they stand.
    findings
        Columns that hold ids of findings: the reader sees each finding's sentence and a link to it.
    links
        Column to the column that holds the id of a record: the words lead to the record's row, on its own page.
    addresses
        Column to the column that holds an address within the book, "assurance/methods#money": the words lead there.
    expected
        Column to the column that holds a month, "2026-10": where the words say that something is expected in that
        month and the edition is younger, the builder writes that it was due. The file keeps the words as they are.
    cards
        On a narrow screen show each row as a card; "always": on a wide one too, for cells of many words. Paper keeps
        the table.

    Raises
    ------
    RefusedError
        For anything but a released table with papers, and for a column it does not have.
    """
    released, papers = admitted(safe)
    identified(id, "table")
    rich = Rich(
        rows=rows,
        findings=tuple(findings),
        links=links or {},
        addresses=addresses or {},
        expected=expected or {},
        cards=cards,
    )
    released.only([*columns, *rich.columns])
    words = parts.title_words(worded(caption, f"table {id}, caption"), papers)
    cells = grid(
        released, caption=words, columns=columns, formats=formats or {}, row_header=row_header, anchor=anchor, rich=rich
    )
    if len(released.frame) > _FOLDED_FROM and anchor is None and not rows:
        cells = f"<details><summary>{parts.text(words)}: show all {len(released.frame)} rows</summary>{cells}</details>"
    told = any(sign.startswith("[c") for sign in blanks.signs(released, columns).values())
    own = notes_of(released, columns, explained=told)
    remarks = [*([notes] if isinstance(notes, str) and notes else notes), *own]
    body = (
        f'<div class="btc-exhibit" id="{id}" data-provenance="{papers.provenance.value}">{parts.mark(papers)}{cells}'
        f"{parts.notes_html(remarks)}{parts.source_line(papers, id)}</div>"
    )
    emit.exhibit(body, about("table", id, words, released, list(columns), notes=notes, columns=columns))


def about(
    kind: str,
    id: str,
    title: str,
    released: SafeTable,
    shown: Sequence[str] = (),
    *,
    notes: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the record that an exhibit hands to the builder: all of the released table goes into its file.

    `shown` names the columns of the cells under it, in order. Its words go with it into the workbook of the whole
    report: notes, names of columns, sources, why a cell is empty.
    `notes` is `None` for a table that is not shown through `publish`, of which nothing more is said.
    """
    _, papers = admitted(released)
    csv = csv_text(released.frame)
    given = [notes] if isinstance(notes, str) else list(notes or [])
    known = {} if notes is None else _about_papers(papers)
    return {
        "kind": "exhibit",
        "exhibit": kind,
        "id": id,
        "title": title,
        "csv": csv,
        "policy": released.policy.name,
        "provenance": papers.provenance.value,
        "sources": list(papers.sources),
        "register": register.line(released, csv, shown),
        "words": {
            "notes": list(dict.fromkeys([*given, *released.notes])),
            "columns": dict(columns or {}),
            "blanks": blank_cells(released),
            **known,
        },
    }


def _about_papers(papers: Papers) -> dict[str, str]:
    """Return the words of the mark, the sources and the window; they are read from the project's own records."""
    source = "; ".join(source.words for source in resolve(papers)) if papers.sources else ""
    return {"mark": parts.mark_words(papers), "source": source, "window": window_words(papers)}
