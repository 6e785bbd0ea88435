"""The built site, a browser, and what was seen on every page of it: looked at once, judged by many tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium, visit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site named in BTC_EVAL_SITE, else the whole book, built now."""
    named = os.environ.get("BTC_EVAL_SITE")
    if named:
        folder = Path(named)
        assert (folder / "index.html").is_file(), f"BTC_EVAL_SITE names {folder}, which holds no site"
        return folder
    folder = tmp_path_factory.mktemp("browser") / "site"
    command = [sys.executable, "-m", "btc_eval.cli", "build", "--strict", "--out", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr or built.stdout
    return folder


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """Headless Chromium. Without it the tests are skipped, and fail where CI is set."""
    if chromium.executable() is None:
        chromium.missing("the pages were not tested")
    with chromium.browser() as started:
        yield started


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, on this machine alone."""
    with chromium.served(site) as found:
        yield found


@pytest.fixture(scope="session")
def visits(chrome: Browser, site: Path, address: str) -> list[visit.Visit]:
    """What was seen on every page, by one reader going from page to page."""
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as reader:
        return [visit.look(reader, address, name) for name in chromium.pages(site)]


@pytest.fixture(scope="session")
def drawn_page(site: Path) -> str:
    """A page with charts: the one with the most."""
    counts = {
        name: (site / name).read_text(encoding="utf-8").count('class="btc-draw"') for name in chromium.pages(site)
    }
    name = max(counts, key=counts.__getitem__)
    assert counts[name], "no page of the site has a chart"
    return name


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile, 1280 pixels wide."""
    opened = chrome.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()
