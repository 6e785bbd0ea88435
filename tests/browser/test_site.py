"""Every page of the built site in a browser: alone on the network, drawn, without a fault, no wider than a phone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.visit import VIEWS, Visit

pytestmark = pytest.mark.browser

_KILOBYTE = 1000


def test_the_pages_ask_nothing_of_any_other_machine(visits: list[Visit]) -> None:
    hosts = {urlsplit(url).hostname for seen in visits for url in seen.requests if urlsplit(url).scheme != "data"}
    schemes = {urlsplit(url).scheme for seen in visits for url in seen.requests}
    assert hosts == {"127.0.0.1"}
    assert schemes <= {"http", "data"}


def test_no_page_reports_an_error(visits: list[Visit]) -> None:
    assert {seen.name: seen.errors for seen in visits if seen.errors} == {}


def test_every_chart_is_drawn_at_every_width_and_in_the_dark(visits: list[Visit]) -> None:
    shown = [chart for seen in visits for chart in seen.charts]
    assert len(shown) >= 5 * len(VIEWS)
    assert [chart for chart in shown if chart["drawn"] != "yes" or chart["live"] != 1 or chart["marks"] < 10] == []


def test_the_still_drawing_gives_way_to_the_live_one(visits: list[Visit]) -> None:
    assert [chart for seen in visits for chart in seen.charts if chart["still"]] == []


def test_axe_finds_nothing_on_any_page(visits: list[Visit]) -> None:
    assert {seen.name: seen.faults for seen in visits if seen.faults} == {}


def test_no_page_is_wider_than_the_screen_also_with_a_readers_own_spacing(visits: list[Visit]) -> None:
    """320 pixels are a phone, and a laptop of 1280 at four hundred per cent (WCAG 1.4.10); spacing as in 1.4.12."""
    assert all(len(seen.widths) == 5 for seen in visits)
    wide = {
        (seen.name, view): width
        for seen in visits
        for view, width in seen.widths.items()
        if width > int(view.partition(" ")[0])
    }
    assert wide == {}


def test_no_word_is_cut_off_at_any_width_or_spacing(visits: list[Visit]) -> None:
    assert {seen.name: seen.cut for seen in visits if seen.cut} == {}


def test_no_page_is_heavy_once_the_first_was_read(visits: list[Visit]) -> None:
    """What every page shares is fetched once; the rest of a page is its own."""
    own = {
        seen.name: sum(size for url, size in seen.sizes.items() if "/_static/" not in url) / _KILOBYTE
        for seen in visits
    }
    assert {name: size for name, size in own.items() if size > 500} == {}
    shared = {url: size for seen in visits for url, size in seen.sizes.items() if "/_static/" in url}
    assert sum(size for url, size in shared.items() if not url.endswith("btc-vega.js")) < 100 * _KILOBYTE
