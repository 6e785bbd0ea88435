"""The pieces that figures and tables share: the mark of provenance, the line of sources, the grid of cells."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import pandas as pd

from btc_eval import assumptions, programme
from btc_eval.disclosure import SafeTable
from btc_eval.disclosure.policy import RULES_SOURCE
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.door import why_blank
from btc_eval.publish.formats import Format, named, say, usual
from btc_eval.publish.sources import source_html, window_words

#: Words set across a demonstration figure and in front of its title.
DEMONSTRATION = "Demonstration data, not about Wirral"


def _papers() -> set[str]:
    """Return the ids of the documents that are not tables of statistics."""
    return {paper.id for paper in programme.documents() if paper.kind != "official statistics"}


def text(words: str) -> str:
    """Return words as they stand, safe in a page."""
    return html.escape(words, quote=True)


def mark(papers: Papers) -> str:
    """Return the mark a reader sees beside a title: official, published papers, the council's own, or demonstration."""
    kind = papers.provenance
    on_paper = kind is Provenance.OFFICIAL and all(name in _papers() for name in papers.sources)
    words = "Published papers" if on_paper else kind.words
    words = "Assumptions" if papers.sources == (assumptions.SOURCE,) else words
    words = "Rules of this report" if papers.sources == (RULES_SOURCE,) else words
    return f'<span class="btc-mark btc-mark-{kind.value}">{text(words)}</span>'


def title_words(title: str, papers: Papers) -> str:
    """Return the title; a demonstration's says so in its own words, wherever it is quoted."""
    if papers.provenance is Provenance.DEMONSTRATION:
        return f"{DEMONSTRATION}: {title}"
    return title


def source_line(papers: Papers, csv: str) -> str:
    """Return the line below an exhibit: sources, window, and its numbers as a file."""
    window = window_words(papers)
    parts = [f"Source: {source_html(papers)}" if papers.sources else "", f"Window: {text(window)}" if window else ""]
    known = ". ".join(part for part in parts if part)
    link = (
        f'<a class="btc-csv" href="{{{{root}}}}csv/{{{{chapter}}}}/{csv}.csv" download>The numbers as a file (CSV)</a>'
    )
    return f'<p class="btc-source">{known}{". " if known else ""}{link}</p>'


def grid(
    safe: SafeTable,
    *,
    caption: str,
    columns: Mapping[str, str],
    formats: Mapping[str, Format | str],
    row_header: str | None = None,
    anchor: str | None = None,
    hide_caption: bool = False,
) -> str:
    """Return the cells as an accessible HTML table.

    Parameters
    ----------
    safe
        The released table.
    caption
        What the table shows; read out first.
    columns
        Columns shown, in order, each with its words.
    formats
        How the values of a column are said; the rest by their type.
    row_header
        The column that names the rows; the first one shown where `None`.
    anchor
        A column whose values become the rows' ids on the page.
    hide_caption
        Leave the caption to listeners, where a title stands above already.
    """
    frame = safe.frame
    kinds = {name: named(formats[name]) if name in formats else usual(frame[name]) for name in columns}
    header = row_header or next(iter(columns))
    head = "".join(f'<th scope="col"{_align(kinds[name])}>{text(words)}</th>' for name, words in columns.items())
    rows = []
    seen: set[str] = set()
    for index in frame.index:
        cells = "".join(_cell(safe, name, index, kinds[name], name == header) for name in columns)
        identity = ""
        if anchor is not None:
            name = f"source-{str(frame.loc[index, anchor]).replace('_', '-')}"
            identity = "" if name in seen else f' id="{text(name)}"'
            seen.add(name)
        rows.append(f"<tr{identity}>{cells}</tr>")
    hidden = ' class="btc-heard"' if hide_caption else ""
    return (
        f'<div class="btc-scroll" role="region" tabindex="0" aria-label="{text(caption)}"><table class="btc-table">'
        f"<caption{hidden}><span>{text(caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _align(kind: Format) -> str:
    return ' class="btc-number"' if kind.numeric else ""


def _cell(safe: SafeTable, name: str, index: object, kind: Format, header: bool) -> str:
    value = safe.frame.loc[index, name]  # type: ignore[index]
    if pd.isna(value):
        shown, blank = text(why_blank(safe, name, index)), ' class="btc-blank"'
    else:
        shown, blank = text(say(value, kind)), _align(kind)
    return f'<th scope="row"{blank}>{shown}</th>' if header else f"<td{blank}>{shown}</td>"


def notes_html(notes: str | Sequence[str]) -> str:
    """Return the notes under an exhibit, each a paragraph."""
    given = [notes] if isinstance(notes, str) else list(notes)
    return "".join(f'<p class="btc-note">{text(note)}</p>' for note in given if note)
