"""The gate reads what a real browser has printed: the honest paper passes, and one number more is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from btc_eval import disclosure
from btc_eval.edition import paper
from tests.book import released
from tests.book.released import CHAPTER, edit, put

pytestmark = pytest.mark.browser

TOC = {"root": "index", "chapters": [{"file": CHAPTER}]}
WORDS = {"edition_label": "draft", "built_on": "1 November 2026", "data_window": "2020 to 2023"}
FOOT = "<footer><p>Edition draft. Built on: 1 November 2026. Data: 2020 to 2023.</p><p>{}</p></footer>"
INDEPENDENT = "An independent report. Not published by, or on behalf of, Wirral Council."


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site in whose pages the article is marked, as the builder marks it."""
    made = released.write(tmp_path / "site")
    for name in ("index.html", f"{CHAPTER}.html"):
        edit(made, name, "<body>", '<body><article class="btc-article">')
        edit(made, name, "</body>", f"</article>{FOOT.format(INDEPENDENT)}</body>")
    edit(made, "index.html", "<a href", "<h1>Wards of a town</h1><p>What this is about.</p><a href")
    return made


def printed(site: Path, folder: Path) -> bytes:
    return paper.write(site, folder, toc=TOC, words=WORDS, moment="2026-11-01T12:00:00Z").read_bytes()


def test_what_a_browser_prints_of_the_pages_passes_and_one_number_more_does_not(
    chrome: Browser,  # noqa: ARG001 skipped, or failed, as every test that needs a browser
    site: Path,
    tmp_path: Path,
) -> None:
    printed(site, tmp_path / "kept")
    found = disclosure.scan(site)
    assert found.refusals == (), found.words()
    page = f"{CHAPTER}.html"
    honest = (site / page).read_bytes()
    edit(site, page, '<td class="btc-blank">', '<td class="btc-blank">1 ')
    planted = printed(site, tmp_path / "planted")
    put(site, page, honest)
    put(site, paper.NAME, planted)
    refusals = disclosure.scan(site).refusals
    assert [one.file for one in refusals] == [paper.NAME]
    assert "a number that no page of the site says" in refusals[0].found
