"""Does a page show anything that was not released? Its exhibits, cells, drawings, pasted words, links and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import combinations
from urllib.parse import unquote

from btc_eval.disclosure import gate_links, gate_specs
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_numbers import Values, numbers, small_wholes, spoken, value
from btc_eval.disclosure.gate_register import Table, plain

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_BREAKS = frozenset(
    ("p", "div", "td", "th", "tr", "li", "section", "article", "figure", "figcaption", "table", "h1", "h2", "h3")
) | {"h4", "title", "summary", "text"}
_RAW = frozenset({"stream", "stderr", "stdout", "text_plain", "traceback", "text_latex", "application_json"})
_SAID = ("aria-label", "title", "alt", "aria-description", "aria-valuetext", "placeholder", "content", "value")


@dataclass
class _Exhibit:
    """One figure or table of a page, while it is read."""

    identity: str
    depth: int
    table: Table | None
    rows: list[list[str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    drawn: list[list[str]] = field(default_factory=list)


#: "2023-24", which the released table holds as 2024.
_YEAR = re.compile(r"(?<!\d)(\d{4})-(\d\d)$")


class _Page(HTMLParser):
    """Reads one page from top to bottom."""

    def __init__(self, reading: Reading, file: str, chapter: str) -> None:
        super().__init__(convert_charrefs=True)
        self.reading, self.file, self.chapter = reading, file, chapter
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.exhibit: _Exhibit | None = None
        self.cell: list[str] | None = None
        self.paste: tuple[int, list[str]] | None = None
        self.cited: tuple[int, list[str]] | None = None
        self.output = 0
        self.script: tuple[dict[str, str], list[str]] | None = None

    def _refuse(self, place: str, found: str, allowed: str) -> None:
        self.reading.refuse(self.file, place, found, allowed)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: given or "" for name, given in attrs}
        kinds = set(about.get("class", "").split())
        gate_links.read(self.reading, self.file, tag, about)
        self.text += [f"\n{unquote(given) if '%' in given else given}\n" for given in about.values() if given]
        if tag in _BREAKS:
            self.text.append("\n")
        self._kinds(tag, kinds)
        if tag in _VOID:
            return
        self.stack.append((tag, about))
        depth = len(self.stack)
        if "data-provenance" in about and self.exhibit is None:
            self._open(about, depth)
        if self.exhibit is not None:
            self.exhibit.words += [about[name] for name in _SAID if about.get(name)]
            if tag == "svg":
                self.exhibit.drawn.append([])
            elif tag == "tr":
                self.exhibit.rows.append([])
            elif tag in ("td", "th") and about.get("scope") != "col":
                self.cell = []
            elif tag == "span" and self.cell:
                self.cell.append(" ")  # the name of the column before it ends here
        if "pasted-text" in kinds:
            self.paste = (depth, [])
        if "btc-cited" in kinds:
            self.cited = (depth, [])
        if "cell_output" in kinds and not self.output:
            self.output = depth
        if tag in ("script", "style"):
            self.script = (about, [])

    def _kinds(self, tag: str, kinds: set[str]) -> None:
        """Refuse what a cell printed by itself: text, a frame, a traceback, an image."""
        if kinds & _RAW and ("output" in kinds or kinds & {"stderr", "traceback"}):
            self._refuse("a cell's output", "something printed that did not come through publish", "exhibits")
        if tag == "table" and "dataframe" in kinds:
            self._refuse("<table>", "a frame printed as it is", "tables shown by publish.table")
        if self.output and tag in ("img", "video", "audio", "canvas"):
            self._refuse("a cell's output", "an image that did not come through publish", "exhibits")

    def _open(self, about: dict[str, str], depth: int) -> None:
        identity = about.get("id", "")
        table = self.reading.register.tables.get((self.chapter, identity))
        if table is None:
            self._refuse(f"exhibit {identity[:60]}", "an exhibit that is not in the register", "released tables")
        elif table.about["provenance"] != about["data-provenance"]:
            self._refuse(f"exhibit {identity}", "another mark of provenance than its table has", "that of the table")
        self.exhibit = _Exhibit(identity, depth, table)

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.script[1].append(data)
            return
        self.text.append(data)
        if self.cited is not None:
            self.cited[1].extend([data] if self.stack[-1][0] != "a" else [])
            return
        if self.cell is not None:
            self.cell.append(data)
        if self.paste is not None:
            self.paste[1].append(data)
        if self.exhibit is not None:
            drawing = any(tag == "svg" for tag, _ in self.stack)
            if drawing and self.exhibit.drawn:
                self.exhibit.drawn[-1].append(data)
            elif self.cell is None:
                self.exhibit.words.append(data)
        elif self.output and data.strip():
            self._refuse("a cell's output", "words that did not come through publish", "exhibits of the register")

    def handle_comment(self, data: str) -> None:
        self.text.append(f"\n{data}\n")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    handle_pi = unknown_decl = handle_comment

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.text.append("\n")
        if self.script is not None and tag in ("script", "style"):
            self._script(tag, *self.script)
            self.script = None
        if tag in ("td", "th") and self.cell is not None and self.exhibit is not None:
            self.exhibit.rows[-1:] = [[*(self.exhibit.rows[-1] if self.exhibit.rows else []), "".join(self.cell)]]
            self.cell = None
        while self.stack:
            depth, (open_tag, _) = len(self.stack), self.stack.pop()
            if self.exhibit is not None and self.exhibit.depth == depth:
                self._close(self.exhibit)
                self.exhibit = None
            if self.paste is not None and self.paste[0] == depth:
                self._pasted("".join(self.paste[1]))
                self.paste = None
            if self.cited is not None and self.cited[0] == depth:
                text, self.cited = "".join(self.cited[1]), None
                # A finding of another page, filled in by the builder; any other words are the cell's own.
                if plain(text) not in self.reading.phrases and self.cell is not None:
                    self.cell.append(text)
            if self.output == depth:
                self.output = 0
            if open_tag == tag:
                break

    def _script(self, tag: str, about: dict[str, str], parts: list[str]) -> None:
        text = "".join(parts)
        if about.get("type") != "application/json":
            self.text.append(f"\n{text}\n")
        if tag == "style":
            gate_links.style(self.reading, self.file, "<style>", text)
        elif about.get("type") == "application/json":
            table = self.exhibit.table if self.exhibit is not None else None
            identity = self.exhibit.identity if self.exhibit is not None else ""
            gate_specs.read(self.reading, self.file, identity, text, table)
        elif text.strip():
            self._refuse("<script>", "a program written into the page", "the scripts under _static")

    def _pasted(self, text: str) -> None:
        if plain(text) not in self.reading.phrases:
            self._refuse("pasted words", "a phrase that no notebook of the site pastes", "phrases of publish.paste")

    def _close(self, exhibit: _Exhibit) -> None:
        if exhibit.table is not None:
            for found, allowed in _faults(exhibit, exhibit.table):
                self._refuse(f"exhibit {exhibit.identity}", found, allowed)


def _faults(exhibit: _Exhibit, table: Table) -> Iterator[tuple[str, str]]:
    """What does an exhibit show that its released table does not hold?"""
    rows = [row for row in exhibit.rows if row]
    shown = [str(name) for name in table.about["shown"]]
    if rows and (len(rows) != len(table.rows) or any(len(row) != len(shown) for row in rows)):
        yield (
            f"{len(rows)} rows of {max(map(len, rows))} cells",
            f"the {len(table.rows)} rows and {len(shown)} columns released",
        )
    elif rows:
        places = [table.columns.index(name) for name in shown]
        wrong = sum(
            not _same(cell, released[place], restricted=table.restricted)
            for row, released in zip(rows, table.rows)
            for cell, place in zip(row, places)
        )
        if wrong:
            yield f"{wrong} cells that say something else than the released table", "the released values"
    if table.restricted:
        yield from _small(exhibit, table)


def _same(shown: str, released: str, *, restricted: bool) -> bool:
    """Does a cell of the page say what the released cell holds?"""
    if plain(shown) == plain(released):
        return True
    if released == "":
        return not any(numbers(shown)) and not (restricted and spoken(shown))
    number = value(released)
    if number is None and plain(shown).endswith(plain(released)):
        return True  # on a narrow page the name of the column stands before it
    if number is None:
        held = {one.lstrip("+-−") for one in numbers(released)} | set(released.replace("-", " ").split())
        return all(one.lstrip("+-−") in held for one in numbers(shown))
    year = _YEAR.search(plain(shown))
    if year is not None and number == int(year[1]) + 1 and int(year[2]) == number % 100:
        return True  # a year ending 31 March, as it is said
    said = Values([released])
    bounded = plain(shown).startswith(("less than", "more than"))
    return bounded or all(said.say(one) for one in numbers(shown))


def _small(exhibit: _Exhibit, table: Table) -> Iterator[tuple[str, str]]:
    """Small whole numbers around and inside the drawing that are neither released, nor rules, nor marks of an axis."""
    least = table.least
    known = {table.rules.rounding_base}
    allowed = f"{least} and more, released values, and the marks of an axis"
    loose = [n for text in exhibit.words for n in small_wholes(text, least) if n not in known]
    if any(not table.values.hold(n) for n in loose):
        yield "a number below the smallest that may be shown, in its words", allowed
    for texts in exhibit.drawn:
        marks = [number for text in texts if (number := value(text.strip())) is not None]
        drawn = [n for text in texts for n in small_wholes(text, least)]
        if any(not table.values.hold(n) and not _on_axis(n, marks) for n in drawn):
            yield "a number below the smallest that may be shown, in its drawing", allowed


def _on_axis(number: int, marks: list[float]) -> bool:
    """Is this one of three or more equally spaced numbers in the drawing?"""
    others = sorted(set(marks))
    for one, other in combinations(others, 2):
        step = other - one
        if float(number) in (one, other) and (other + step in others or one - step in others):
            return True
        if abs((one + other) / 2 - number) < 1e-9 and float(number) in others:
            return True
    return False


def read(reading: Reading, file: str, text: str, *, chapter: str | None = None) -> None:
    """Read one page, or one exhibit of a notebook, against the register.

    Parameters
    ----------
    reading
        The site.
    file
        The page's name in the site.
    text
        Its source.
    chapter
        The page whose exhibits it shows; its own name without a suffix where `None`.
    """
    page = _Page(reading, file, file.removesuffix(".html") if chapter is None else chapter)
    page.feed(text)
    page.close()
    reading.words(file, "".join(page.text), "its text")
