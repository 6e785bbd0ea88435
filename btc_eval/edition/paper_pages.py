"""One page of the site as paper shows it: its article alone, with links that stay inside and drawings in words.

The pages are our own, so they are read as a stream of tags and written again with what paper needs: without code and
without what only a screen can do; ids that carry their page, so that none stands twice; headings one level down, below
the document's title and its parts; each drawing a picture with its message for those who do not see it.
"""

from __future__ import annotations

import base64
import html
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from btc_eval.edition.layout import REPORT_TABLES

#: The letters of the whole document: free, with the measures of Arial, and on every Debian with a browser.
FONT = "Liberation Sans, Arial, sans-serif"

#: A folded table longer than this is left out, and a line says where its rows are.
LONGEST = 40

_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
_DROPPED = ("script", "style", "button", "form", "nav", "template")
_DROPPED_CLASSES = ("btc-code", "headerlink", "btc-csv", "btc-turn", "btc-live")
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
_MESSAGE = re.compile(r'<p class="btc-message" id="([^"]+)-text">(.*?)</p>', re.DOTALL)
_HEADING = re.compile(r"h[1-6]")
#: A colour of a drawing, which a page may change for the dark: `var(--btc-navy, #12436D)`.
_COLOUR = re.compile(r"var\(--[a-z-]+, (#[0-9A-Fa-f]{3,8})\)")
_BOX = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+"')
#: Words of a drawing may stand over its edge, by as many of its units.
_EDGE = 12


def plain(markup: str) -> str:
    """Return the words of a piece of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def anchor_of(name: str) -> str:
    """Return the id that a page has in the document."""
    return "p-" + name.replace("/", "-")


@dataclass(slots=True)
class Written:
    """What a page gave: its text for paper, its headings with their levels, how many drawings and tables."""

    text: str = ""
    headings: list[tuple[str, int]] = field(default_factory=list)
    figures: int = 0
    tables: int = 0


def rewritten(site: Path, name: str, names: Sequence[str], *, cover: bool = False) -> Written:
    """What does this page look like on paper?

    `names` are the pages of the document; `cover` leaves out the first heading, which the cover has already.
    """
    source = (site / f"{name}.html").read_text(encoding="utf-8")
    messages = {match[1]: plain(match[2]) for match in _MESSAGE.finditer(source)}
    reader = _Rewriter(site, name, frozenset(names), messages, cover=cover)
    reader.feed(source)
    reader.close()
    return Written("".join(reader.out), reader.headings, reader.figures, reader.tables)


class _Rewriter(HTMLParser):
    """Reads one page of the site and keeps its article as paper shows it."""

    def __init__(
        self, site: Path, name: str, names: frozenset[str], messages: Mapping[str, str], *, cover: bool
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.site, self.name, self.names, self.messages, self.cover = site, name, names, messages, cover
        self.out: list[str] = []
        self.headings: list[tuple[str, int]] = []
        self.figures = self.tables = 0
        #: For each open tag of the article: its name, the name it is written under, and where it begins in `out`.
        self.open: list[tuple[str, str, int]] = []
        self.silent = 0  # open tags since one whose contents are left out
        self.drawing = 0  # open tags inside an <svg>
        self.drawn = 0  # where the open <svg> begins in `out`
        self.alternative = ""  # the words for the drawing that comes
        self.folded: list[int] = []  # depths of open <details>
        self.exhibit_fold = False  # inside the folded table of an exhibit
        self.above = ""  # classes of the element begun last
        self.panels = 1
        self.table: tuple[int, int] = (0, 0)  # where the open table begins in `out`, its rows so far
        self.exhibit = ""
        self.heading: int | None = None  # where the words of the open heading begin in `out`

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not self.open:
            if tag == "article":
                self.open.append((tag, "", 0))
            return
        void = tag in _VOID
        if self.silent:
            self.silent += not void
            return
        if self._left_out(tag, given):
            self.silent += not void
            return
        if tag == "svg" or self.drawing:
            self.drawn = self.drawn if self.drawing else len(self.out)
            self.drawing += not void
            self.out.append(self.get_starttag_text() or "")
            return
        name = self._begun(tag, given)
        if not void:
            self.open.append((tag, name, len(self.out)))
        self.above = given.get("class", "")
        self.out.append(_tag(name, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.drawing and not self.silent:
            self.out.append(self.get_starttag_text() or "")
        elif tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or tag in _VOID:
            return
        if self.silent:
            self.silent -= 1
        elif self.drawing:
            self.drawing -= 1
            self.out.append(f"</{tag}>")
            if not self.drawing and self.alternative:
                self._picture()
        else:
            opened, name, begun = self.open.pop()
            if name == "div" and not "".join(self.out[begun + 1 :]).strip():
                del self.out[begun:]  # a cell whose code is left out would keep a heading from what follows it
            elif name:
                self.out.append(f"</{name}>")
            self._ended(opened, name)

    def handle_data(self, data: str) -> None:
        if self.open and not self.silent:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _left_out(self, tag: str, given: Mapping[str, str]) -> bool:
        classes = given.get("class", "").split()
        still = "btc-wide" if self.panels > 1 else "btc-narrow"
        return (
            tag in _DROPPED
            or any(name in _DROPPED_CLASSES for name in classes)
            or ("btc-still" in classes and still in classes)
            or ("btc-key" in classes and self.panels == 1)
            or (tag == "h1" and self.cover)
            or (tag == "summary" and self.exhibit_fold)  # the table's own caption says it
        )

    def _begun(self, tag: str, given: dict[str, str]) -> str:
        """Note what begins, change its attributes for paper, and return the name under which it is written."""
        classes = given.get("class", "").split()
        for name in ("onclick", "tabindex"):
            given.pop(name, None)
        if "btc-scroll" in classes:
            given.pop("role", None)
            given.pop("aria-label", None)
        if given.get("id"):
            if tag == "figure" or "btc-exhibit" in classes:
                self.exhibit = given["id"]
            given["id"] = self._own(given["id"])
        for name in _REFERENCES:
            if given.get(name):
                given[name] = " ".join(self._own(one) for one in given[name].split())
        for one in classes:
            if one.startswith("btc-panels-"):
                self.panels = int(one.removeprefix("btc-panels-"))
        if tag == "details":
            self.folded.append(len(self.open))
            self.exhibit_fold = "btc-data" in classes or "btc-exhibit" in self.above
            given.pop("open", None)
            return "div"
        if tag in ("summary", "figcaption"):
            given["class"] = "paper-opened" if tag == "summary" else given.get("class", "")
            return "p"
        if tag == "figure":
            return "div"  # a reader's program takes the drawing alone for the figure: words and table follow it
        if tag == "a":
            return self._link(given)
        if tag == "img" and given.get("src") and ":" not in given["src"]:
            given["src"] = (self.site / self._address(given["src"])).resolve().as_uri()
        self.figures += tag == "img"
        if "btc-draw" in classes:
            for name in ("role", "aria-describedby"):
                given.pop(name, None)
            message = self.messages.get(self.exhibit, "")
            self.alternative = ". ".join(part for part in ("Chart", given.pop("aria-label", ""), message) if part)
        if tag == "table":
            self.table = (len(self.out), 0)
        if tag == "tr":
            self.table = (self.table[0], self.table[1] + 1)
        if _HEADING.fullmatch(tag):
            self.heading = len(self.out) + 1
            return f"h{min(int(tag[1]) + (not self.cover), 6)}"
        return tag

    def _ended(self, tag: str, name: str) -> None:
        if tag == "details":
            self.folded.pop()
            self.exhibit_fold = False
        elif _HEADING.fullmatch(tag) and self.heading is not None:
            self.headings.append((plain("".join(self.out[self.heading : -1])), int(name[1])))
            self.heading = None
        elif tag == "table":
            begun, rows = self.table
            if self.folded and rows > LONGEST + 1:
                del self.out[begun:]
                self.out.append(
                    f'<p class="paper-elsewhere">The {rows - 1:,} rows of this table are on the site, in '
                    f"{html.escape(REPORT_TABLES)} (see its contents) and in "
                    f"csv/{html.escape(self.name)}/{html.escape(self.exhibit)}.csv.</p>"
                )
            else:
                self.tables += 1
                columns = "".join(self.out[begun:]).partition("</tr>")[0].count("<th")
                self.out[begun] = self.out[begun].replace('class="', f'class="paper-columns-{min(columns, 12)} ', 1)

    def _picture(self) -> None:
        """Turn the drawing that has ended into a picture with its words: browsers tag it so, and not a drawing."""
        drawing = _COLOUR.sub(lambda found: found[1], "".join(self.out[self.drawn :]))
        drawing = _BOX.sub(_with_edge, drawing, count=1).replace("<svg ", f'<svg font-family="{FONT}" ', 1)
        del self.out[self.drawn :]
        source = "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()
        words = {"class": "paper-drawing", "alt": self.alternative, "src": source}
        self.out.append(_tag("img", words))
        self.figures += 1
        self.alternative = ""

    def _own(self, identity: str) -> str:
        return f"{anchor_of(self.name)}--{identity}"

    def _address(self, target: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), target))

    def _link(self, given: dict[str, str]) -> str:
        """Point a link to its place in the document; one to a file of the site becomes plain words."""
        target = given.pop("href", "")
        for name in ("download", "rel", "target"):
            given.pop(name, None)
        path, _, fragment = target.partition("#")
        if re.match(r"(?:https?|mailto):", target):
            given["href"] = target
            return "a"
        page = self.name if not path else self._address(path).removesuffix(".html")
        if page not in self.names or (path and not path.endswith(".html")):
            return "span"
        given["href"] = "#" + anchor_of(page) + (f"--{fragment}" if fragment else "")
        return "a"


def _with_edge(found: re.Match[str]) -> str:
    width, height = float(found[1]) + 2 * _EDGE, float(found[2]) + 2 * _EDGE
    return f'width="{width:g}" height="{height:g}" viewBox="-{_EDGE} -{_EDGE} {width:g} {height:g}"'


def _tag(name: str, given: Mapping[str, str]) -> str:
    said = "".join(f' {key}="{html.escape(value, quote=True)}"' for key, value in given.items())
    return f"<{name}{said}>"
