"""What does this statutory code mean, in which collection years? The shape of a code list, and how a cell is matched.

A code list pairs every code with English words, one to one within a year, so that a reader turns codes into words
and a writer turns words back into codes. Years are collection years, ending 31 March, both ends included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

#: Open ends of a window of collection years.
ALWAYS, STILL = 0, 9999

#: Words for a code that no list knows; the code itself is named in the ledger.
UNRECOGNISED = "code not recognised"

_LETTER = re.compile(r"^[a-z]{1,2}\)\s*", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[a-z0-9]+")
_OLD_NUMBER = re.compile(r"\(?\b([a-z]\.)?[a-z]{1,2}\d{1,2}(\.\d)?\b\)?")
#: A code this long is recognised among other words; a shorter one may be a word itself.
LONG_CODE = 4


@dataclass(frozen=True, slots=True)
class Code:
    """One code, its words and the collection years in which it may be used, both included."""

    code: str
    words: str
    first: int = ALWAYS
    last: int = STILL

    def allowed_in(self, year: int) -> bool:
        """Return whether the code belongs to the collection of this year."""
        return self.first <= year <= self.last


@dataclass(frozen=True, eq=False)
class CodeList:
    """A list of codes with the spellings met in real files.

    Parameters
    ----------
    name
        What the codes say, such as "legal status".
    codes
        Every code of every year. Two codes may share words where a coding changed (sex `1` to 2024, `M` from 2025).
    aliases
        Other spellings, in small letters → code.
    letters
        How the list is written in an Annex A workbook: code → label; the order gives the letter ("a) 1A: Individual").
    phrases
        Further wordings → code, compared by their words alone: punctuation, brackets and the numbers of an older list
        ("(A.A1) White - British", "A1 White/British") do not count.
    """

    name: str
    codes: tuple[Code, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def words_in_order(self) -> tuple[str, ...]:
        """Return every wording once, in the order of the list, with the one for an unknown code at the end."""
        return (*dict.fromkeys(code.words for code in self.codes), UNRECOGNISED)

    @cached_property
    def _by_text(self) -> Mapping[str, Code]:
        by_code = {code.code.casefold(): code for code in self.codes}
        found: dict[str, Code] = {}
        for code in self.codes:
            found.setdefault(code.words.casefold(), code)
        for code_text, label in self.letters.items():
            found.setdefault(label.casefold(), by_code[code_text.casefold()])
        found.update({alias.casefold(): by_code[code.casefold()] for alias, code in self.aliases.items()})
        found.update(by_code)
        return found

    def match(self, text: str) -> Code | None:
        """Which code is written in this cell? `None` where none is recognised.

        Examples
        --------
        >>> from btc_eval.records.statutory.vocabulary import REFERRAL_SOURCE
        >>> REFERRAL_SOURCE.match("a) 1A: Individual").words
        'family member, relative or carer'
        """
        plain = _SPACES.sub(" ", text).strip().casefold()
        known = self._by_text
        if plain in known:
            return known[plain]
        bare = _LETTER.sub("", plain)
        for candidate in (bare, *_leading(bare)):
            if candidate in known:
                return known[candidate]
        return self._by_words(plain) if self.phrases else None

    def other_name(self, text: str) -> bool:
        """Is a known code written here under a name that is neither the list's own nor a return's?

        Examples
        --------
        >>> from btc_eval.records.statutory.vocabulary import ABUSE
        >>> ABUSE.other_name("Physical"), ABUSE.other_name("PHY"), ABUSE.other_name("PHY - physical abuse")
        (True, False, False)
        """
        plain = _SPACES.sub(" ", text).strip().casefold()
        bare = _LETTER.sub("", plain)
        if not {plain, bare, *_leading(bare)}.isdisjoint(self._own_names):
            return False
        return self.match(text) is not None

    @cached_property
    def _own_names(self) -> frozenset[str]:
        own = {name for code in self.codes for name in (code.code, code.words)} | set(self.letters.values())
        return frozenset(name.casefold() for name in (*own, *(self.annex_a(code) for code in self.letters)))

    @cached_property
    def _by_phrase(self) -> Mapping[str, Code]:
        by_code = {code.code: code for code in self.codes}
        found = {_bare(code.words): code for code in self.codes}
        return found | {_bare(phrase): by_code[code] for phrase, code in self.phrases.items()}

    def _by_words(self, text: str) -> Code | None:
        """Look for one code among the words, then for a wording that is known."""
        by_code = {code.code.casefold(): code for code in self.codes if len(code.code) >= LONG_CODE}
        named = {word for word in _WORD.findall(text) if word in by_code}
        if len(named) == 1:
            return by_code[named.pop()]
        return self._by_phrase.get(_bare(text))

    def code(self, words: str, year: int) -> str:
        """With which code were these words written in the collection of this year?

        Raises
        ------
        KeyError
            Where the words are not on the list in that year.
        """
        for code in self.codes:
            if code.words == words and code.allowed_in(year):
                return code.code
        raise KeyError(f"{self.name}: {words!r} has no code in {year}")

    def words_in(self, year: int) -> tuple[str, ...]:
        """Which words may be used in the collection of this year?"""
        return tuple(dict.fromkeys(code.words for code in self.codes if code.allowed_in(year)))

    def annex_a(self, code: str) -> str:
        """How is this code written in an Annex A workbook? Its letter, the code, its label.

        Examples
        --------
        >>> from btc_eval.records.statutory.vocabulary import ETHNICITY
        >>> ETHNICITY.annex_a("WBRI")
        'a) WBRI'
        """
        position = list(self.letters).index(code)
        label = self.letters[code]
        letter = "abcdefghijklmnopqrstuvwxyz"[position % 26] if position < 26 else f"z{position - 25}"
        return f"{letter}) {label}"


def _bare(text: str) -> str:
    """Return the words of a text, without punctuation and without the numbers of an older list."""
    words = _WORD.findall(_OLD_NUMBER.sub(" ", text.casefold().replace("&", " and ")))
    return " ".join(words)


def _leading(text: str) -> tuple[str, ...]:
    """Codes that may stand before a colon, a dash or a space: "n1 - abuse" gives "n1"."""
    pieces = [re.split(separator, text, maxsplit=1)[0].strip() for separator in (r":", r"\s[-–]\s?", r"[\s:(–-]")]
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def codes(text: str, *, first: int = ALWAYS, last: int = STILL) -> tuple[Code, ...]:
    """Write a list compactly: one `CODE words` a line.

    Examples
    --------
    >>> codes("NEG neglect\\nPHY physical abuse")[1].words
    'physical abuse'
    """
    pairs = [line.split(maxsplit=1) for line in text.strip().splitlines()]
    return tuple(Code(code, words.strip(), first, last) for code, words in pairs)
