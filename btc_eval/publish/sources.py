"""Where does this come from, in words a reader can follow? Papers → lines that name the publication and link to it."""

from __future__ import annotations

import html
from dataclasses import dataclass

from btc_eval import assumptions, periods, programme, records
from btc_eval.estimates import Papers, release_words

#: The page that lists every source, from the root of the site; each entry's anchor is its name in the catalogue.
SOURCES_PAGE = "assurance/sources.html"

#: The page of assumptions: constants that stand behind a figure beside its tables.
ASSUMPTIONS_PAGE = "assurance/assumptions.html"

_ASSUMED = "Assumptions, each with its source"

# The list of councils stands behind every table and is named only where nothing else is.
_PLACES = "areas"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the catalogue as a reader sees it."""

    name: str
    words: str
    listed: bool = True

    @property
    def page(self) -> str:
        """Return the page that lists it."""
        return ASSUMPTIONS_PAGE if self.name == assumptions.SOURCE else SOURCES_PAGE

    @property
    def anchor(self) -> str:
        """Return the id its entry has on the sources page; returns, which hold no published table, share one."""
        return f"source-{self.name.replace('_', '-')}" if self.listed else "source-returns"


def resolve(papers: Papers) -> list[Source]:
    """Which publications stand behind these papers? In the order of the papers."""
    papers_of = {paper.id: paper.short for paper in programme.documents()}
    known, releases = papers_of | {assumptions.SOURCE: _ASSUMED} | _published(papers), vintages(papers)
    named: dict[str, Source] = {}
    main = [name for name in papers.sources if name != _PLACES] or list(papers.sources)
    for name in main:
        words = known.get(name, name)
        if said := release_words(releases.get(name, ())):
            words = f"{words} ({said})"
        named.setdefault(words, Source(name, words, listed=name in known))
    return list(named.values())


def vintages(papers: Papers) -> dict[str, tuple[str, ...]]:
    """Which release of each published table was used? Source to releases, both sorted.

    Those that the papers name; of a table they name none of, every release that still has figures in it. The list of
    councils, which holds no figure, stands for itself only where it is the one source.
    """
    chosen: dict[str, set[str]] = {}
    for name, release in papers.vintages:
        chosen.setdefault(name, set()).add(release)
    main = [name for name in papers.sources if name != _PLACES] or list(papers.sources)
    official = records.official()
    entries = {name: official.find(name) for name in main}
    held = {name: {source.vintage for source in entry.sources} for name, entry in entries.items() if entry is not None}
    nothing: set[str] = set()
    found = {name: tuple(sorted(chosen.get(name) or held.get(name, nothing))) for name in sorted(main)}
    return {name: releases for name, releases in found.items() if releases}


def window_words(papers: Papers) -> str:
    """Which time do they cover, in words? "" where the table has no time."""
    ends = [_period_words(text) for text in (papers.window_start, papers.window_end) if text]
    if not ends:
        return ""
    return ends[0] if len(ends) == 1 or ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _period_words(text: str) -> str:
    if len(text) >= 7 and text[4] == "-" and text[5:7].isdigit() and 1 <= int(text[5:7]) <= 12:
        return periods.month_words(periods.month(text[:7]))
    return f"year ending 31 March {text}" if len(text) == 4 and text.isdigit() else text


def source_html(papers: Papers) -> str:
    """Return the sources as links to the sources page; `{{root}}` is replaced by the builder."""
    return "; ".join(
        f'<a href="{{{{root}}}}{source.page}#{html.escape(source.anchor)}">{html.escape(source.words)}</a>'
        for source in resolve(papers)
    )


def _published(papers: Papers) -> dict[str, str]:
    """Return what each published table of these papers is called: by publisher and publication."""
    known, official = {}, records.official()
    for name in papers.sources:
        entry = official.find(name)
        if entry is not None:
            published = dict.fromkeys(f"{source.publisher}, {source.publication}" for source in entry.sources)
            known[name] = "; ".join(published) or entry.title
    return known
