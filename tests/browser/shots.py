"""Pictures of every page, to be looked at by a person: `python -m tests.browser.shots SITE OUT [PAGE ...]`.

Each page is taken whole at 1280, 768 and 320 pixels, at 1280 in the dark, and as it goes to paper (a PDF).
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import chromium

VIEWS = ((1280, "light"), (768, "light"), (320, "light"), (1280, "dark"), (320, "dark"))


def draw_all(page: Page) -> None:
    """Bring every drawing into view and wait until each is drawn or known not to be."""
    for place in page.locator(".btc-draw").all():
        place.scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('.btc-draw')].every(one => one.dataset.drawn)")
    page.evaluate("window.scrollTo(0, 0)")


def take(browser: Browser, address: str, name: str, out: Path) -> None:
    """Take the pictures of one page."""
    stem = name.removesuffix(".html").replace("/", "-")
    for width, scheme in VIEWS:
        with browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
            page.goto(address + name)
            draw_all(page)
            page.screenshot(path=out / f"{stem}-{width}-{scheme}.png", full_page=True)
            if (width, scheme) == VIEWS[0]:
                page.pdf(path=out / f"{stem}.pdf", prefer_css_page_size=True, print_background=True)


def main(site: str, out: str, *names: str) -> None:
    """Take pictures of the pages named, or of all."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.served(Path(site)) as address, chromium.browser() as browser:
        for name in names or chromium.pages(Path(site)):
            take(browser, address, name, folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
