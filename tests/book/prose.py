"""Which digits did a writer type? Numbers that were found are pasted; dates, years and section numbers may be typed."""

from __future__ import annotations

import re

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"

#: What is not prose: taken out before digits are looked for. In this order.
NOT_PROSE = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.DOTALL | re.MULTILINE),  # fenced blocks
    re.compile(r"^:{3,}.*$", re.MULTILINE),  # the lines that open and close a colon fence
    re.compile(r"^:[a-z-]+:.*$", re.MULTILINE),  # options of a directive
    re.compile(r"^#{1,6} .*$", re.MULTILINE),  # headings
    re.compile(r"^\([^)\n]+\)=\s*$", re.MULTILINE),  # targets
    re.compile(r"\{[a-z:]+\}`[^`]*`"),  # roles: pastes and references
    re.compile(r"(`+).*?\1", re.DOTALL),  # code
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL),  # formulas
    re.compile(r"\{\{.*?\}\}"),  # words of the edition
    re.compile(r"\]\([^)]*\)"),  # where a link goes
    re.compile(r"<https?://[^>]*>"),
    re.compile(r"\[\^[^\]]+\]"),  # footnote marks
    re.compile(r"^\s*\d+\.\s", re.MULTILINE),  # numbered lists
)

#: Typed on purpose: they say when or where, not how many.
_NUMBERS = r"\d+(?:\.\d+)*"
DATES_AND_PLACES = (
    re.compile(rf"\b\d{{1,2}}(?= (?:and|to) \d{{1,2}} {MONTH})"),
    re.compile(rf"\b(?:\d{{1,2}} )?{MONTH}(?: \d{{4}})?\b"),
    re.compile(r"\b(?:19|20)\d{2}(?:[-–/](?:\d{2}|\d{4}))?\b"),
    re.compile(rf"\b(?i:sections?|paragraphs?|chapters?|appendix|pages?) {_NUMBERS}(?:(?:,| and| to|–) ?{_NUMBERS})*"),
)

#: A digit with what stands around it, as one would point it out.
TYPED = re.compile(r"\S*\d\S*")


def typed_numbers(text: str, allowed: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    """Which numbers are typed in this prose?

    Parameters
    ----------
    text
        A page's prose as it is written.
    allowed
        Phrases with a number that may stand; each must be there, so that the list stays short.

    Returns
    -------
    list of tuple
        Line of the text, from 1, and the word that holds a digit.
    """
    for pattern in NOT_PROSE:
        text = pattern.sub(_blank, text)
    for phrase in allowed:
        parts = [re.escape(word) for word in phrase.split()]
        text, count = re.subn(r"\s+".join(parts), _blank, text)
        if not count:
            raise AssertionError(f"{phrase!r} is allowed and nowhere written: take it off the list")
    for pattern in DATES_AND_PLACES:
        text = pattern.sub(_blank, text)
    return [
        (number, match[0]) for number, line in enumerate(text.splitlines(), start=1) for match in TYPED.finditer(line)
    ]


def _blank(match: re.Match[str]) -> str:
    """Take a text out and keep its lines, so that what is left stands where it stood."""
    return "\n" * match[0].count("\n") + " "
