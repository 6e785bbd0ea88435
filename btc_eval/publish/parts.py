"""The pieces that figures and tables share: the mark of provenance, the line of sources, the grid of cells."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from btc_eval import assumptions, programme
from btc_eval.disclosure import SafeTable
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.door import why_blank
from btc_eval.publish.formats import Format, named, say, usual
from btc_eval.publish.sources import source_html, window_words
from btc_eval.texts import visible

if TYPE_CHECKING:
    from btc_eval.publish.rich import Rich

#: Words set across a demonstration figure and in front of its title.
DEMONSTRATION = "Demonstration data, not about Wirral"

#: More sources than this are folded away.
_LISTED = 8


def _papers() -> set[str]:
    """Return the ids of the documents that are not tables of statistics."""
    return {paper.id for paper in programme.documents() if paper.kind != "official statistics"}


def text(words: str) -> str:
    """Return words as they stand, safe in a page: no tag, no turned direction, no token that the builder fills in."""
    return html.escape(visible(words), quote=True).replace("{{", "&#123;&#123;")


def mark(papers: Papers) -> str:
    """Return the mark a reader sees beside a title: official, published papers, the council's own, or demonstration."""
    return f'<span class="btc-mark btc-mark-{papers.provenance.value}">{text(mark_words(papers))}</span>'


def mark_words(papers: Papers) -> str:
    """Return the words of the mark."""
    kind = papers.provenance
    on_paper = kind is Provenance.OFFICIAL and all(name in _papers() for name in papers.sources)
    words = "Published papers" if on_paper else kind.words
    return "Assumptions" if papers.sources == (assumptions.SOURCE,) else words


def title_words(title: str, papers: Papers) -> str:
    """Return the title; a demonstration's says so in its own words, wherever it is quoted."""
    if papers.provenance is Provenance.DEMONSTRATION:
        return f"{DEMONSTRATION}: {title}"
    return title


def source_line(papers: Papers, csv: str) -> str:
    """Return the line below an exhibit: sources, window, and its numbers as a file.

    A long list of sources is folded away, as it would hide what follows.
    """
    listed, many = source_html(papers), len(papers.sources)
    window = window_words(papers)
    told = [f"Window: {text(window)}"] if window else []
    link = (
        f'<a class="btc-csv" href="{{{{root}}}}csv/{{{{chapter}}}}/{csv}.csv" download>The numbers as a file (CSV)</a>'
    )
    if many > _LISTED:
        folded = f"<details><summary>Sources: {many}, by name</summary>{listed}</details>"
        return f'<div class="btc-source">{folded}<p>{". ".join([*told, link])}</p></div>'
    known = [f"Source: {listed}"] if papers.sources else []
    return f'<p class="btc-source">{". ".join([*known, *told, link])}</p>'


def grid(
    safe: SafeTable,
    *,
    caption: str,
    columns: Mapping[str, str],
    formats: Mapping[str, Format | str],
    row_header: str | None = None,
    anchor: str | None = None,
    hide_caption: bool = False,
    rich: Rich | None = None,
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
    rich
        Columns shown as more than text, and whether rows become cards on a narrow screen.
    """
    cards = rich is not None and bool(rich.cards)
    frame = safe.frame
    kinds = {name: named(formats[name]) if name in formats else usual(frame[name]) for name in columns}
    header = row_header or next(iter(columns))
    head = "".join(
        f'<th scope="col"{_role("columnheader", cards)}{_align(kinds[name])}>{text(words)}</th>'
        for name, words in columns.items()
    )
    rows = []
    seen: set[str] = set()
    for index in frame.index:
        cells = "".join(
            _cell(safe, name, index, kinds[name], name == header, rich, words if cards else "")
            for name, words in columns.items()
        )
        identity = f' id="{text(str(frame.loc[index, rich.rows]))}"' if rich is not None and rich.rows else ""
        if anchor is not None:
            name = f"source-{str(frame.loc[index, anchor]).replace('_', '-')}"
            identity = "" if name in seen else f' id="{text(name)}"'
            seen.add(name)
        rows.append(f"<tr{identity}{_role('row', cards)}>{cells}</tr>")
    hidden = ' class="btc-heard"' if hide_caption else ""
    kind = "btc-table" + " btc-as-cards" * cards
    kind += " btc-always-cards" * (rich is not None and rich.cards == "always")
    return (
        f'<div class="btc-scroll" role="region" tabindex="0" aria-label="{text(caption)}">'
        f'<table class="{kind}"{_role("table", cards)}><caption{hidden}><span>{text(caption)}</span></caption>'
        f"<thead{_role('rowgroup', cards)}><tr{_role('row', cards)}>{head}</tr></thead>"
        f"<tbody{_role('rowgroup', cards)}>{''.join(rows)}</tbody></table></div>"
    )


def _role(role: str, cards: bool) -> str:
    """Return a part's role in words: laid out as cards, a table would lose its own."""
    return f' role="{role}"' if cards else ""


def _align(kind: Format) -> str:
    return ' class="btc-number"' if kind.numeric else ""


def _cell(safe: SafeTable, name: str, index: object, kind: Format, header: bool, rich: Rich | None, label: str) -> str:
    value = safe.frame.loc[index, name]  # type: ignore[index]
    if pd.isna(value):
        shown, blank = text(why_blank(safe, name, index)), ' class="btc-blank"'
    else:
        shown, blank = text(say(value, kind)), _align(kind)
    shown = rich.cell(safe, name, index, shown) if rich is not None else shown
    if label:
        blank += f' role="{"rowheader" if header else "cell"}"'
        shown = f'<span class="btc-label" aria-hidden="true">{text(label)}</span><span>{shown}</span>'
    return f'<th scope="row"{blank}>{shown}</th>' if header else f"<td{blank}>{shown}</td>"


def notes_html(notes: str | Sequence[str]) -> str:
    """Return the notes under an exhibit, each a paragraph."""
    given = [notes] if isinstance(notes, str) else list(notes)
    return "".join(f'<p class="btc-note">{text(note)}</p>' for note in given if note)
