"""Do the pages of a site say this? What is printed or tabled beside them may say nothing that they do not."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser

#: Letters in a row that are taken for a passage of a page, and not for a chance.
PASSAGE = 24
#: How far from a passage, in letters, words count as near it, and the next passage is looked for first.
_AROUND, _NEXT = 2500, 200_000
#: A number from one to nine.
_SINGLE = re.compile(r"(?<!\d)[1-9](?!\d)")
_SILENT = frozenset(("script", "style", "template"))


def letters(text: str) -> str:
    """Return letters and digits alone, in one case: how words compare however they are set, broken or spaced.

    Examples
    --------
    >>> letters("Re-\\nferrals: 1,204")
    'referrals1204'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _inside(text: str) -> frozenset[int]:
    """Return the places between two digits of one number, counted in letters and digits."""
    found, at, digit, apart = set(), 0, False, True
    for sign in unicodedata.normalize("NFKC", text).casefold():
        if sign.isalnum():
            if digit and sign.isdigit() and not apart:
                found.add(at)
            digit, apart = sign.isdigit(), False
            at += 1
        elif sign not in ",.":
            apart = True
    return frozenset(found)


def _words(piece: str) -> Iterator[str]:
    """Words of a piece of text. A single digit is one where it is the whole piece; else with the word beside it."""
    words = [word for part in piece.split() if (word := letters(part))]
    for at, word in enumerate(words):
        if len(word) > 1 or not word.isdigit():
            yield word
        elif at:
            yield words[at - 1] + word
        elif len(words) > 1:
            yield word + words[1]


class _Words(HTMLParser):
    """The words of a page, one piece of text after another."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.silent = 0
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)


class Said:
    """Everything that the pages of a site say, in order.

    Parameters
    ----------
    pages
        Their HTML.
    """

    def __init__(self, pages: Iterable[str]) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        self._pieces: list[str] = []
        self._pages: list[int] = []
        self._known: dict[int, frozenset[str]] = {}
        length = 0
        for page in pages:
            self._pages.append(length)
            reader = _Words()
            reader.feed(page)
            reader.close()
            for piece in reader.pieces:
                said = letters(piece)
                if said:
                    self._starts.append(length)
                    self._pieces.append(piece)
                    parts.append(said)
                    length += len(said)
            parts.append("|")
            length += 1
        self._all = "".join(parts)

    @classmethod
    def of(cls, contents: Mapping[str, bytes]) -> Said:
        """Return what the pages among the files of a site say."""
        names = sorted(name for name in contents if name.endswith(".html") and not name.startswith("_static/"))
        return cls(contents[name].decode("utf-8", "replace") for name in names)

    def says(self, *texts: str) -> bool:
        """Does a page say one of these texts, in one piece?"""
        return any((wanted := letters(text)) and wanted in self._all for text in texts)

    def unsaid(self, text: str) -> Iterator[str]:
        """Which pieces of this text, in letters and digits, do the pages not say there?

        The text is taken apart into passages of at least `PASSAGE` letters and digits that a page has in the same
        order. What stands between two of them must be put together from whole words and cells that the pages have
        near one or the other: a table whose cells were drawn in another order, a label drawn twice. What remains is
        returned.
        """
        run, inside = letters(text), _inside(text)
        passages = list(self._passages(run))
        ends = [(0, passages[0][1] if passages else 0)]
        ends += [(at + length, found + length) for at, found, length in passages]
        starts = [(at, found) for at, found, _ in passages] + [(len(run), ends[-1][1])]
        most: Counter[int] = Counter()
        for _, found, length in passages:
            most[bisect.bisect_right(self._pages, found) - 1] += length
        # A passage may also be a phrase of another page: the page that is printed here says most of it.
        here = frozenset().union(*(self._vocabulary(page) for page, _ in most.most_common(2)))
        for (first, before), (last, after) in zip(ends, starts):
            if first == last and first not in inside:
                continue
            if self._made_of(run, first, last, here | self._near(before, after), inside):
                continue
            # The head of a table that goes on over a page stands far from its last rows.
            piece = run[first:last] or run[first - 1 : last + 1]
            if piece not in self._all or (any(map(str.isdigit, piece)) and len(piece) < PASSAGE // 2):
                yield piece

    def _passages(self, run: str) -> Iterator[tuple[int, int, int]]:
        """Passages of this run, in order: where each begins in it and in the pages, and its length.

        They are looked for where the last one ended first, so that a whole report takes one walk.
        """
        at = near = 0
        while at + PASSAGE <= len(run):
            probe = run[at : at + PASSAGE]
            found = self._all.find(probe, near, near + _NEXT)
            found = self._all.find(probe) if found < 0 else found
            if found < 0:
                at += 1
                continue
            length = self._same(run, at, found)
            yield at, found, length
            at, near = at + length, found + length

    def _same(self, run: str, at: int, found: int) -> int:
        """How far are the two alike?"""
        length, step = PASSAGE, 64
        while at + length + step <= len(run) and run.startswith(
            self._all[found + length : found + length + step], at + length
        ):
            length += step
        while at + length < len(run) and run[at + length] == self._all[found + length : found + length + 1]:
            length += 1
        return length

    def _near(self, before: int, after: int) -> frozenset[str]:
        """Words and whole pieces of text near these two places: what has a single digit counts nowhere else."""
        found: set[str] = set()
        for place in {before, after}:
            first = bisect.bisect_left(self._starts, place - _AROUND)
            last = bisect.bisect_right(self._starts, place + _AROUND)
            for piece in self._pieces[max(first - 1, 0) : last]:
                found |= {letters(piece), *_words(piece)}
        return frozenset(found - {""})

    def _vocabulary(self, page: int) -> frozenset[str]:
        """Words and whole pieces of text of a page, without those that have a single digit."""
        if page not in self._known:
            begins = self._pages[page]
            ends = self._pages[page + 1] if page + 1 < len(self._pages) else len(self._all)
            pieces = self._pieces[bisect.bisect_left(self._starts, begins) : bisect.bisect_left(self._starts, ends)]
            words = {word for piece in pieces for word in (letters(piece), *_words(piece))}
            self._known[page] = frozenset(word for word in words if not _SINGLE.search(word))
        return self._known[page]

    @staticmethod
    def _made_of(run: str, first: int, last: int, words: frozenset[str], inside: frozenset[int]) -> bool:
        """Is this part of a run put together from these words? A passage may have begun or ended inside one.

        What is put together begins and ends outside every number. Numbers that were drawn so close together that
        nothing tells where one ends, as the labels of a chart are, count as one that words may part.
        """
        begin, end = first, last
        while begin in inside:
            begin -= 1
        while end in inside:
            end += 1
        lengths = sorted({len(word) for word in words})
        waiting = [at for at in range(max(begin - PASSAGE, 0), begin + 1) if at not in inside]
        reached = set(waiting)
        while waiting:
            at = waiting.pop()
            for length in lengths:
                to = at + length
                if to in reached or run[at:to] not in words:
                    continue
                if to >= end and to not in inside:
                    return True
                reached.add(to)
                waiting.append(to)
        return False
