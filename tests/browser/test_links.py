"""Does every link of the built site lead somewhere inside it, and does every id stand once on its page?"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser.chromium import pages


class Page(HTMLParser):
    """The ids of a page, and what it points at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.heads: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in ("script", "img", "link", "iframe", "source") and (given.get("src") or given.get("href")):
            self.loads.append(str(given.get("src") or given.get("href")))
        if tag in ("h1", "h2", "h3", "h4"):
            self.heads.append(int(tag[1]))


def read(site: Path) -> dict[str, Page]:
    """Return every page by its address."""
    return {name: Page((site / name).read_text(encoding="utf-8")) for name in pages(site)}


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    known = read(site)
    lost = []
    for name, page in known.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = ((site / name).parent / unquote(parts.path)).resolve() if parts.path else (site / name).resolve()
            address = target.relative_to(site.resolve()).as_posix() if target.is_relative_to(site.resolve()) else ""
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in known[address].ids):
                lost.append(f"{name} → {link}")
    assert lost == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    assert [(name, load) for name, page in read(site).items() for load in page.loads if urlsplit(load).netloc] == []


def test_every_id_stands_once_on_its_page(site: Path) -> None:
    twice = {name: [i for i, n in Counter(page.ids).items() if n > 1] for name, page in read(site).items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_headings_begin_with_one_title_and_skip_no_level(site: Path) -> None:
    for name, page in read(site).items():
        assert page.heads[0] == 1, name
        assert page.heads.count(1) == 1, name
        assert all(later - earlier <= 1 for earlier, later in zip(page.heads, page.heads[1:])), name


def test_every_page_offers_its_notebook_and_says_which_edition_it_is(site: Path) -> None:
    for name, page in read(site).items():
        if name != "search.html":
            assert any(link.endswith(name.removesuffix(".html") + ".ipynb") for link in page.links), name
        assert "Edition <strong>" in (site / name).read_text(encoding="utf-8"), name
