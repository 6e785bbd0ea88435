"""Does this text hold an identifier of a child, a name that was given, or a path of somebody's machine?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

_UPN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Z]\d{11}[A-Z\d](?![A-Za-z0-9])", re.IGNORECASE)
#: The same, written in groups as people do, which is told from other numbers by its check letter.
_UPN_PARTS = re.compile(r"(?<![\w.])[A-HJ-NP-RT-Z]\d{2,}(?:[ -]\d{2,}[A-Z]?){1,4}(?!\w)", re.IGNORECASE)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NHS = re.compile(r"(?<![\w.])(\d{3})([ .–-]| {2})(\d{3})\2(\d{4})(?!\w)")
_BARE = re.compile(r"(?<![\w.,/-])\d{10}(?![\w-]|[.,]\d)")
_ULN = re.compile(r"\bULN\b\W{0,12}\d{10}(?!\d)", re.IGNORECASE)
_AREAS = (
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVWU]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
#: In capitals however it is spaced; in small letters only where its two halves stand apart and the area exists.
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9#&/+=])[A-Z]{1,2}\d[A-Z\d]?(?:[ \t]{0,3}|\r?\n)\d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9+/=])"
    rf"|(?<![\w#&/+=.-])(?i:(?:{_AREAS})\d[A-Z\d]?(?:[ \t]{{1,3}}|\r?\n|-)\d[ABD-HJLNP-UW-Z]{{2}})(?![\w+/=-])"
)
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTHS},? \d{{4}}|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|(?<!\d)(?:(?:19|20)\d{6}|\d{4}(?:19|20)\d\d)(?!\d))"
)
_BORN = re.compile(
    rf"(?:\bborn\b|\bd\.?o\.?b\b|date.?of.?birth|birth.?da(?:te|y))[^\n]{{0,80}}?{_DATE}|{_DATE}\W{{0,10}}"
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
    r"|(?<![\w./~-])~/[\w.-]+/|file:///?[\w.-]|\\\\[\w.-]+\\[\w.$-]+",
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
        return frozenset(folded for word in self.words if " " not in (folded := _folded(word)) and folded)

    @cached_property
    def _phrases(self) -> tuple[str, ...]:
        """Names of several words, as they are and with the last word first."""
        found = {folded for word in self.words if " " in (folded := _folded(word))}
        turned = {f"{last} {first}" for first, _, last in (each.rpartition(" ") for each in found)}
        return tuple(sorted(found | turned))

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
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
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
        parts = ((m.start(), re.sub("[ -]", "", m.group()).upper()) for m in _UPN_PARTS.finditer(text))
        at = next((place for place, characters in parts if pupil_number(characters)), None)
        if at is not None:
            yield "the shape of a unique pupil number", text.count("\n", 0, at) + 1
        at = next((place for place, digits in shaped if nhs_number(digits)), None)
        if at is not None:
            yield "an NHS number", text.count("\n", 0, at) + 1
        if self.words and self._named(_folded(text)):
            line = next((at for at, one in enumerate(text.split("\n"), 1) if self._named(_folded(one))), 1)
            yield "a name or identifier from the register", line

    def _named(self, small: str) -> bool:
        return not self._single.isdisjoint(small.split()) or any(phrase in small for phrase in self._phrases)


def _folded(text: str) -> str:
    """Return words in small letters without accents, parted by single spaces: how names compare."""
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(text.casefold()))


def pupil_number(characters: str) -> bool:
    """Are these the thirteen characters of a unique pupil number whose first letter checks the others, modulo 23?

    Examples
    --------
    >>> pupil_number("K" + "0" * 11 + "6"), pupil_number("L" + "0" * 11 + "6")
    (True, False)
    """
    if len(characters) != 13 or not characters[1:12].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(range(2, 13), characters[1:12]))
    last = characters[12]
    total += 13 * (int(last) if last.isdigit() else _UPN_LETTERS.find(last))
    return _UPN_LETTERS[total % 23] == characters[0]


def nhs_number(digits: str) -> bool:
    """Is this ten digits whose last one checks the others, modulo 11, as in every NHS number?

    Examples
    --------
    >>> nhs_number("9434765919"), nhs_number("9434765918")
    (True, False)
    """
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits))
    return (11 - total % 11) % 11 == int(digits[9]) and len(set(digits)) > 1
