"""Do the words of a page, outside its exhibits and pasted phrases, say a small number of children?

Numbers that were found are pasted, so that the words around them hold none: dates, years, ages and sections of an Act
may be typed. A whole number below the smallest that may be shown has no business there, nor has a table of numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from btc_eval.disclosure.gate_numbers import WORDS_WITH_DIGITS, Values, numbers, value

#: Attributes that are read aloud or shown.
SPOKEN = ("aria-label", "title", "alt", "aria-description", "aria-valuetext", "placeholder", "content", "value")
#: What the build tells of this edition and the one before, and the class it wears.
TOLD = "btc-changes"
#: Words go on through these; everything else parts them.
_INLINE = frozenset(
    ("a", "abbr", "b", "cite", "code", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "u")
)
_SPACE = re.compile(r"\s+")
_WHOLE = re.compile(r"(?<![\w.,/£–−-])\d{1,3}(?![\w%]|[.,/–:-]\w)")
_FEW = r"(?:[1-9]|two|three|four|five|six|seven|eight|nine|(?:only|just) (?:one|a single))"
_COUNTED = (
    r"(?:child(?:ren)?|boys?|girls?|bab(?:y|ies)|infants?|toddlers?|teenagers?|pupils?|siblings?|brothers?|sisters?"
    r"|sons?|daughters?|young people|young persons?|famil(?:y|ies)|persons?|people|mothers?|fathers?|parents?|victims?)"
)
#: "Two children", "three young boys", "only one family"; not "four in five children", nor "two hundred children".
_PEOPLE = re.compile(
    rf"(?<![\w.,/£–−-])(?<!\bin )(?<!\bof ){_FEW}"
    rf"(?: (?!of\b|in\b|or\b|to\b|and\b|hundred|thousand|million|per\b)[\w-]+)? {_COUNTED}\b",
    re.IGNORECASE,
)


def few_people(text: str) -> bool:
    """Does the text count one to nine children, families or people? A line is taken for itself.

    Examples
    --------
    >>> few_people("Three young children"), few_people("four in five children"), few_people("Help for one child")
    (True, False, False)
    """
    return any(_PEOPLE.search(" ".join(line.split())) for line in text.splitlines())


class Prose:
    """The words of one page outside its exhibits, as they are read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.code: list[str] = []
        self.cell: list[str] | None = None
        self.numbered: list[str] = []

    def begins(self, tag: str, about: Mapping[str, str]) -> None:
        """Note an element that begins."""
        if tag not in _INLINE:
            self.words.append("\n")
        if tag in ("td", "th"):
            self.cell = []
        if tag != "meta" or about.get("name") != "viewport":
            self.words += [f"\n{about[name]}\n" for name in SPOKEN if about.get(name)]

    def ends(self, tag: str) -> None:
        """Note an element that ends."""
        if tag not in _INLINE:
            self.words.append("\n")
        if tag in ("td", "th") and self.cell is not None:
            cell, self.cell = "".join(self.cell).strip(), None
            self.numbered += [cell] if value(cell) is not None and any(numbers(cell)) else []

    def says(self, text: str, stack: list[tuple[str, dict[str, str]]]) -> None:
        """Note words; what is a program, the number of a reference or of a shut piece of program counts nothing, nor
        does what the build itself tells of two editions, from the findings and records of both."""
        inside = {tag for tag, _ in stack}
        kinds = {kind for _, about in stack for kind in about.get("class", "").split()}
        quiet = (
            inside & {"pre", "code"} or ("summary" in inside and "btc-code" in kinds) or {"citation", "label"} <= kinds
        )
        if TOLD in kinds:
            self.cell = None
        elif quiet:
            self.code.append(text)
        else:
            self.words.append(_SPACE.sub(" ", text))
        if self.cell is not None:
            self.cell.append(text)

    def faults(self, least: int, finding: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What do the words say that only a released table may?

        Parameters
        ----------
        least
            The smallest number that may be shown; 0 where there is none.
        finding
            The finding that the page is about, whose words and numbers it repeats; empty for any other page.
        """
        if not least:
            return
        words, allowed = "".join(self.words), "numbers pasted from released tables; dates, years, ages and sections"
        held = Values(numbers(json.dumps(finding, default=str)))
        small = [one.group() for one in _WHOLE.finditer(WORDS_WITH_DIGITS.sub(" ", words)) if 0 < int(one[0]) < least]
        if any(not held.say(one) for one in small):
            yield "a number below the smallest that may be shown, outside every exhibit", allowed
        if few_people(words.replace(str(finding.get("sentence", "\0")), " ")) or few_people("".join(self.code)):
            yield "a small number of children, families or people, outside every exhibit", allowed
        loose = sum(not held.say(one) for one in self.numbered)
        if loose:
            yield f"{loose} numbers in a table that is no exhibit", "tables shown by publish.table"
