"""Pictures of every page, to be looked at by a person: `python -m tests.browser.shots SITE OUT [PAGE ...]`.

Each page is taken whole at 1280, 768 and 320 pixels, at 1280 and 320 in the dark, and as it goes to paper (a PDF).
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chromium, visit

VIEWS = ((1280, "light"), (768, "light"), (320, "light"), (1280, "dark"), (320, "dark"))


def take(browser: Browser, address: str, name: str, out: Path) -> None:
    """Take the pictures of one page."""
    stem = name.removesuffix(".html").replace("/", "-")
    with browser.new_page() as page:
        for width, scheme in VIEWS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            if (width, scheme) == VIEWS[0]:
                page.goto(address + name)
            visit.draw_all(page)
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=out / f"{stem}-{width}-{scheme}.png", full_page=True)
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
