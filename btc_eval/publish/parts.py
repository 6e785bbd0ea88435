"""The pieces that figures and tables share: words safe in a page, the mark of provenance, the line of sources."""

from __future__ import annotations

import html
from collections.abc import Sequence

from btc_eval import assumptions, programme
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.sources import source_html, window_words
from btc_eval.texts import visible

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


def notes_html(notes: str | Sequence[str]) -> str:
    """Return the notes under an exhibit, each a paragraph."""
    given = [notes] if isinstance(notes, str) else list(notes)
    return "".join(f'<p class="btc-note">{text(note)}</p>' for note in given if note)
