"""All pages as one document for paper: cover, contents, then the chapters in reading order; see `paper_pages`."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from btc_eval.edition.paper_pages import anchor_of, plain, rewritten

_TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_SELF = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """Chapters that stand together: the words above them ("" for none) and the names of their pages."""

    words: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One document for paper.

    Parameters
    ----------
    text
        The HTML.
    headings
        Words and level (1 to 6) of every heading, in order.
    figures
        How many drawings it has.
    tables
        How many tables it has.
    chapters
        The anchor of each part and chapter in the contents, with the position of its heading in `headings`.
    """

    text: str
    headings: tuple[tuple[str, int], ...]
    figures: int
    tables: int
    chapters: Mapping[str, int]


def parts_of(toc: Mapping[str, Any]) -> tuple[Part, ...]:
    """In which parts do the chapters stand? From the table of contents without its leading `book/`."""

    def names(node: Any) -> list[str]:
        if isinstance(node, list):
            return [name for one in node for name in names(one)]
        if isinstance(node, dict):
            own = [str(node["file"]).removesuffix(".md")] if "file" in node else []
            return own + names(node.get("sections") or []) + names(node.get("chapters") or [])
        return []

    found = [Part("", tuple(names(toc.get("chapters") or [])))]
    found += [Part(str(one.get("caption") or ""), tuple(names(one))) for one in toc.get("parts") or []]
    return tuple(part for part in found if part.pages)


def document(
    site: Path,
    parts: Sequence[Part],
    *,
    root: str,
    words: Mapping[str, str],
    style: str,
    pages: Mapping[str, int] | None = None,
) -> Paper:
    """What does the whole report look like on paper?

    Parameters
    ----------
    site
        The built site.
    parts
        The chapters in reading order.
    root
        The page that the report opens with.
    words
        About the edition: `record.words_for_pages`.
    style
        The style sheet for paper; those of the site that are there come before it.
    pages
        The page on which each anchor of the contents stands; `None` while that is not known, for places of the same
        width.
    """
    names = [root, *(name for part in parts for name in part.pages)]
    opening = rewritten(site, root, names, cover=True)
    called = title(site, root)
    headings = [(called, 1), ("Contents", 2), *opening.headings]
    body: list[str] = []
    chapters: dict[str, int] = {}
    lines: list[str] = []
    figures, tables = opening.figures, opening.tables
    for number, part in enumerate(parts, start=1):
        if part.words:
            anchor = f"part-{number}"
            chapters[anchor] = len(headings)
            headings.append((part.words, 1))
            body.append(f'<h1 class="paper-part" id="{anchor}">{html.escape(part.words)}</h1>')
            lines.append(_line(anchor, part.words, pages, "paper-line-part"))
        for name in part.pages:
            chapter = rewritten(site, name, names)
            anchor = anchor_of(name)
            chapters[anchor] = len(headings)
            headings += chapter.headings
            figures += chapter.figures
            tables += chapter.tables
            body.append(f'<div class="paper-chapter" id="{anchor}">{chapter.text}</div>')
            lines.append(_line(anchor, title(site, name), pages, "paper-line"))
    sheets = [site / "_static" / name for name in ("btc.css", "btc-exhibits.css", "btc-print.css")]
    styles = "\n".join(path.read_text(encoding="utf-8") for path in sheets if path.is_file())
    running = f"{called} · Edition {words.get('edition_label', '')}"
    text = (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        f'img-src data: file:"><title>{html.escape(called)}</title>'
        # The address of a picture in a style sheet would be one of this machine's files.
        f"<style>{re.sub(r'url[(][^)]*[)]', 'none', styles)}\n{style.replace('{running}', _css(running))}</style>"
        '</head><body class="btc-inside btc-paper"><main class="btc-main"><article class="btc-article">'
        f"{_cover(site, called, words)}"
        f'<section class="paper-contents"><h2>Contents</h2><ul>{"".join(lines)}</ul></section>'
        f'<div class="paper-opening" id="{anchor_of(root)}">{opening.text}</div>{"".join(body)}'
        "</article></main></body></html>\n"
    )
    return Paper(text, tuple(headings), figures, tables, chapters)


def _css(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")


def title(site: Path, name: str) -> str:
    """What is a page called? The words of its first heading."""
    found = _TITLE.search(_SELF.sub("", (site / f"{name}.html").read_text(encoding="utf-8")))
    return plain(found[1]) if found else name


def _line(anchor: str, words: str, pages: Mapping[str, int] | None, kind: str) -> str:
    number = "000" if pages is None else str(pages[anchor])
    return (
        f'<li class="{kind}"><a href="#{anchor}"><span class="paper-words">{html.escape(words)}</span> '
        f'<span class="paper-number">{number}</span></a></li>'
    )


def _cover(site: Path, called: str, words: Mapping[str, str]) -> str:
    drawing = site / "_static" / "btc-cover.svg"
    art = (
        drawing.read_text(encoding="utf-8").replace("<svg ", '<svg aria-hidden="true" ', 1) if drawing.is_file() else ""
    )
    head, _, rest = called.partition(": ")
    split = f"{html.escape(head)}: <span>{html.escape(rest)}</span>" if rest else html.escape(called)
    lines = [
        f"Edition {words.get('edition_label', 'draft')}",
        f"Built on: {words.get('built_on', 'not recorded')}",
        f"Data: {words.get('data_window', 'no data yet')}",
    ]
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return (
        f'<header class="paper-cover">{art}<h1>{split}</h1>'
        f'<div class="paper-edition">{said}'
        "<p>An independent report. Not published by, or on behalf of, Wirral Council.</p></div></header>"
    )
