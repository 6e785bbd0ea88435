"""Findings quoted on pages that did not make them: their words and addresses, filled in when all pages are known.

A page runs by itself and cannot know what another page found. So a table that cites findings leaves a token for each,
`{{finding:care-gap}}`, and the builder writes the sentence there with a link to the place where it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import Chapter, own_findings
from btc_eval.edition.collect import Collected
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import latest_words

TOKEN = re.compile(r"\{\{finding:([a-z0-9_-]+)\}\}")

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cited:
    """A finding as another page quotes it: its sentence, the page it stands on, that page's title, and until when the
    published figures behind it were released ("" where none stand behind it)."""

    sentence: str
    page: str
    title: str
    released: str = ""


def citable(chapters: Sequence[Chapter], runs: Mapping[str, Run], collected: Collected) -> dict[str, Cited]:
    """Which findings can be quoted, by id?

    Raises
    ------
    RefusedError
        Where a page cites a finding that no page makes; all such citations at once.
    """
    titles = {chapter.page.name: _title(chapter) for chapter in chapters}
    known = {
        str(found["id"]): Cited(
            str(found["sentence"]), str(found["chapter"]), titles[str(found["chapter"])], _released(found)
        )
        for found in collected.findings
    }
    faults = [
        Refusal(
            chapter.page.label,
            chapter.place(number),
            f"a citation of the finding {absent!r}, which no page makes",
            "ids in findings.json",
            "Correct the id in the record that cites it, or put back the chapter that makes the finding.",
        )
        for chapter in chapters
        if chapter.page.name in runs
        for number, outputs in enumerate(runs[chapter.page.name].outputs, start=1)
        for absent in sorted(_tokens(outputs) - set(known))
    ]
    if faults:
        raise RefusedError(faults)
    return known


def _released(finding: Mapping[str, Any]) -> str:
    return latest_words(release for releases in (finding.get("vintages") or {}).values() for release in releases)


def _title(chapter: Chapter) -> str:
    match = _TITLE.search(chapter.prose)
    return match[1].strip() if match else chapter.page.name


def _tokens(outputs: Sequence[Mapping[str, object]]) -> set[str]:
    # Exhibits alone hold tokens; a pasted phrase that looks like one is only words.
    texts = [dict(output.get("data") or {}).get("text/html") for output in outputs]  # type: ignore[call-overload]
    return {name for text in texts if isinstance(text, str) for name in TOKEN.findall(text)}


def fill(text: str, known: Mapping[str, Cited], root: str, page: str = "") -> str:
    """What does this output say once the findings it cites are written in?

    Parameters
    ----------
    text
        The output, with a token for each finding it cites.
    known
        The findings, by id.
    root
        What leads from the page to the site's first folder.
    page
        The page itself: a finding of its own is elsewhere on it, and the link says so.
    """

    def one(match: re.Match[str]) -> str:
        found = known[match[1]]
        own = found.page == page
        address = f"#finding-{match[1]}" if own else f"{root}{found.page}.html#finding-{match[1]}"
        words = "How we know" if own else html.escape(found.title)
        words += f" ({found.released})" if found.released else ""
        return (
            f'<span class="btc-cited">{html.escape(found.sentence)} <a href="{html.escape(address)}">{words}</a></span>'
        )

    return TOKEN.sub(one, text)


def addressed(chapter: Chapter, findings: Collection[str]) -> dict[int, str]:
    """Where does each finding stand on its own page? Prose with an address at its first paste.

    Parameters
    ----------
    chapter
        The page.
    findings
        Ids of the findings that it makes.

    Returns
    -------
    dict
        Index of a cell of prose that was changed to its text.
    """
    waiting = set(findings)
    changed: dict[int, str] = {}
    for index, cell in enumerate(chapter.cells):
        if cell.kind != "markdown":
            continue
        text = cell.source
        for key in own_findings(text, waiting):
            paste = f"{{glue:text}}`{key}`"
            text = text.replace(paste, f"[{paste}]{{#finding-{key}}}", 1)
            waiting.discard(key)
        if text != cell.source:
            changed[index] = text
    return changed


def unpasted(chapter: Chapter, findings: Collection[str]) -> set[str]:
    """Which of its findings does a page not paste? Their address is where they were made."""
    return set(findings) - set(own_findings(chapter.prose, findings))


def anchor(finding: str) -> dict[str, object]:
    """Return an output that shows nothing and gives a finding its address."""
    mark = f'<span class="btc-anchor" id="finding-{finding}"></span>'
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": mark}}
