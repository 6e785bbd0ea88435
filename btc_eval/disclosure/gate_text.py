"""Does this text hold an identifier of a child, a name that was given, or a path of somebody's machine?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

_UPN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Z]\d{11}[A-Z\d](?![A-Za-z0-9])", re.IGNORECASE)
_NHS = re.compile(r"(?<![\w.])(\d{3})([ -])(\d{3})\2(\d{4})(?!\w)")
_BARE = re.compile(r"(?<![\w.,/-])\d{10}(?![\w-]|[.,]\d)")
_ULN = re.compile(r"\bULN\b\W{0,12}\d{10}(?!\d)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<![A-Za-z0-9#&/+=])[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9+/=])")
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d\d)|\d{{1,2}}(?:st|nd|rd|th)? {_MONTHS},? \d{{4}})"
)
_BORN = re.compile(
    rf"(?:\bborn\b|\bd\.?o\.?b\b|date.?of.?birth|birth.?date)[^\n]{{0,40}}?{_DATE}|{_DATE}\W{{0,10}}"
    r"(?:\(?(?:born|d\.?o\.?b\.?)\b)",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"(?:\bLAchildID\b|\bCHILDID\b|\b(?:la_)?child_?id\b|\bperson_id\b)[\"'`]?\s*(?:>|=|:|,)\s*[\"'`]?[A-Z]*\d{3,}"
    r"|(?<![A-Za-z0-9])DEMO[A-Z]{0,2}\d{6,}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])")
_PATH = re.compile(
    r"(?<![\w./:~-])/(?:home|Users|root|work|tmp|mnt|Volumes|private/var)/[\w.-]+|(?<![A-Za-z])[A-Za-z]:\\{1,2}[\w.-]+"
    r"|file:///?[\w.-]|\\\\[\w.-]+\\[\w.$-]+",
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff")) | {0xA0: " ", 0x2009: " ", 0x202F: " "}
_WORD = re.compile(r"[A-Za-z0-9]+")

#: What each kind is called in a refusal. Code is told from what is written for people: an example of a path or
#: a birthday in a library's comment, or the address of its author in a licence, points at no child.
ALWAYS = {
    "the shape of a unique pupil number": _UPN,
    "a learner's number": _ULN,
    "a child's identifier": _CHILD,
}
WRITTEN = {"a date of birth": _BORN, "a postcode": _POSTCODE, "an e-mail address": _MAIL, "a path of a machine": _PATH}


@dataclass(frozen=True)
class Watch:
    """What must stand nowhere, besides what has the shape of an identifier.

    Parameters
    ----------
    words
        Names and identifiers that were given: of the programme register, or planted by a test.
    public
        The e-mail address that whoever publishes the site has set for its readers, or "": it may stand anywhere.
    """

    words: Collection[str] = field(default_factory=frozenset)
    public: str = ""

    @cached_property
    def _single(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self.words if _WORD.fullmatch(word))

    @cached_property
    def _phrases(self) -> tuple[str, ...]:
        return tuple(sorted({" ".join(word.casefold().split()) for word in self.words if not _WORD.fullmatch(word)}))

    def kinds(self, text: str, *, code: bool = False, amounts: bool = False) -> Iterator[tuple[str, int]]:
        """Which kinds of thing that may not be shown does this text hold, and in which line first?

        Parameters
        ----------
        text
            Any text.
        code
            Whether it is a program or a style, in which an address or a path says nothing about a child.
        amounts
            Whether it is a table of published figures, in which ten digits in a row may be a sum of money.
        """
        text = text.translate(_INVISIBLE)
        for what, shape in {**ALWAYS, **({} if code else WRITTEN)}.items():
            # What the edition says of itself frees an e-mail address, and nothing that has another shape.
            free = self.public if shape is _MAIL else ""
            found = next((one for one in shape.finditer(text) if not free or one[0] != free), None)
            if found:
                yield what, text.count("\n", 0, found.start()) + 1
        shaped = [(m.start(), "".join(m.group(1, 3, 4))) for m in _NHS.finditer(text)]
        if not (code or amounts):
            # Sums that were rounded end in noughts.
            shaped += [(m.start(), m.group()) for m in _BARE.finditer(text) if not m.group().endswith("000")]
        at = next((place for place, digits in shaped if nhs_number(digits)), None)
        if at is not None:
            yield "an NHS number", text.count("\n", 0, at) + 1
        if self.words:
            small = text.casefold()
            word = next((m for m in _WORD.finditer(small) if m.group() in self._single), None) if self._single else None
            if word is not None:
                yield "a name or identifier from the register", small.count("\n", 0, word.start()) + 1
            elif self._phrases:
                spaced = " ".join(small.split())
                if any(phrase in spaced for phrase in self._phrases):
                    yield "a name or identifier from the register", 1


def nhs_number(digits: str) -> bool:
    """Is this ten digits whose last one checks the others, modulo 11, as in every NHS number?

    Examples
    --------
    >>> nhs_number("9434765919"), nhs_number("9434765918")
    (True, False)
    """
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits))
    return (11 - total % 11) % 11 == int(digits[9]) and len(set(digits)) > 1
