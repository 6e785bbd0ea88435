"""Does a page show anything that was not released? Its exhibits, cells, drawings, pasted words, links and scripts."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote

from btc_eval.disclosure import gate_links, gate_specs
from btc_eval.disclosure.gate_exhibits import Exhibit, faults
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_prose import SPOKEN, Prose
from btc_eval.disclosure.gate_register import plain

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_BREAKS = frozenset(
    ("p", "div", "td", "th", "tr", "li", "section", "article", "figure", "figcaption", "table", "h1", "h2", "h3")
) | {"h4", "title", "summary", "text"}
_RAW = frozenset({"stream", "stderr", "stdout", "text_plain", "traceback", "text_latex", "application_json"})


class _Page(HTMLParser):
    """Reads one page from top to bottom."""

    def __init__(self, reading: Reading, file: str, chapter: str) -> None:
        super().__init__(convert_charrefs=True)
        self.reading, self.file, self.chapter = reading, file, chapter
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.exhibit: Exhibit | None = None
        self.cell: list[str] | None = None
        self.paste: tuple[int, list[str]] | None = None
        self.cited: tuple[int, list[str]] | None = None
        self.output = 0
        self.script: tuple[dict[str, str], list[str]] | None = None
        self.prose = Prose()

    @property
    def _own(self) -> bool:
        """Whether the words here are the page's own: no exhibit's, not pasted, not cited."""
        return self.exhibit is None and self.paste is None and self.cited is None

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
        if self._own and "data-provenance" not in about:
            self.prose.begins(tag, about)
        if tag in _VOID:
            return
        self.stack.append((tag, about))
        depth = len(self.stack)
        if "data-provenance" in about and self.exhibit is None:
            self._open(about, depth)
        if self.exhibit is not None:
            self.exhibit.words += [about[name] for name in SPOKEN if about.get(name)]
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
        self.exhibit = Exhibit(identity, depth, table)

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.script[1].append(data)
            return
        self.text.append(data)
        if self._own:
            self.prose.says(data, self.stack)
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
        self.prose.words.append(f"\n{data}\n")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    handle_pi = unknown_decl = handle_comment

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.text.append("\n")
        if self._own:
            self.prose.ends(tag)
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

    def _close(self, exhibit: Exhibit) -> None:
        for found, allowed in faults(exhibit):
            self._refuse(f"exhibit {exhibit.identity}", found, allowed)


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
    about = reading.findings.get(file.split("/")[1], {}) if file.startswith("f/") else {}
    for found, allowed in page.prose.faults(reading.register.strictest, about):
        reading.refuse(file, "its text", found, allowed)
