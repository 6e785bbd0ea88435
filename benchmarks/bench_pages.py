"""How heavy are the pages, and how soon does a reader on a slow line see the first chart?

Every chapter of a built site is opened in headless Chromium as one reader would go through it, in one profile whose
cache fills as it goes. Through the browser's developer protocol the line is slowed to 1.6 Mbit/s with 150 ms there and
back, and the processor sixfold. Served over loopback by `btc-eval serve`, which packs nothing: the bytes are those of
the files, and a web server that packs them sends about a quarter (the last column, reckoned with gzip).

A chart is seen when the first drawing of an exhibit has a size on the page. Pages carry still drawings, which need no
script; when the drawing that answers the pointer has taken its place is shown beside it.

Targets: under 500 kB for a chapter after the first, and the first chart within 3 s.

Run `python -m benchmarks.bench_pages [SITE]`; `_build/site` where none is named.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium

PROJECT = Path(__file__).resolve().parents[1]
#: Bytes a second each way, and milliseconds there and back: a slow mobile line.
DOWN, UP, LATENCY = 1_600_000 // 8, 750_000 // 8, 150
SLOWER = 6
MOST_BYTES, MOST_SECONDS = 500_000, 3.0
#: How many times a page with a late chart is opened again.
AGAIN = 4
#: Milliseconds that a page may take before it is given up.
PATIENCE = 90_000

#: Notes, at each frame, whether a drawing can be seen; the still one comes first, the one that answers later.
_EYE = """
(() => {
  const seen = window.btcSeen = { still: null, live: null };
  const visible = (one) => one.getBoundingClientRect().height > 20 && getComputedStyle(one).visibility !== "hidden";
  const drawings = () => [...document.querySelectorAll(".btc-draw svg")];
  const look = () => {
    if (seen.still === null && drawings().some(visible)) seen.still = performance.now();
    if (seen.live === null && document.querySelector('.btc-draw[data-drawn="yes"]')) seen.live = performance.now();
    if (seen.live === null) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@dataclass
class Load:
    """What one page took: bytes over the line, seconds to the first still and the first answering drawing."""

    name: str
    files: dict[str, int] = field(default_factory=dict)
    still: float | None = None
    live: float | None = None
    complete: float = 0.0

    @property
    def transferred(self) -> int:
        """Return the bytes that came over the line, headings included."""
        return sum(self.files.values())


def load(context: BrowserContext, address: str, name: str) -> Load:
    """Open one page on the slow line and wait until its first chart answers, where it has one."""
    page = context.new_page()
    page.add_init_script(_EYE)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
    line.send("Network.emulateNetworkConditions", slow)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    found, addresses = Load(name), {}

    def began(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def ended(event: dict[str, Any]) -> None:
        file = addresses.get(event["requestId"], "").removeprefix(address)
        found.files[file] = found.files.get(file, 0) + int(event["encodedDataLength"])

    line.on("Network.requestWillBeSent", began)
    line.on("Network.loadingFinished", ended)
    page.goto(address + name, wait_until="load", timeout=PATIENCE)
    found.complete = page.evaluate("performance.timing.loadEventStart - performance.timing.navigationStart") / 1000
    if page.locator(".btc-draw").count():
        page.locator(".btc-draw").first.scroll_into_view_if_needed(timeout=PATIENCE)
        # The page forbids that text is run, so that a condition in words cannot be waited for.
        page.wait_for_selector('.btc-draw[data-drawn="yes"]', state="attached", timeout=PATIENCE)
        page.wait_for_timeout(300)
        seen = page.evaluate("window.btcSeen")
        found.still, found.live = (seen[one] / 1000 if seen[one] else None for one in ("still", "live"))
    page.wait_for_timeout(300)
    page.close()
    return found


def packed(site: Path, one: Load) -> int:
    """Return what the same files come to where the server packs them."""
    found = 0
    for file, size in one.files.items():
        path = site / file.split("?")[0]
        # An answer of a few hundred bytes says that the file is as it was.
        whole = path.is_file() and size > 600 and path.suffix not in (".woff2", ".png", ".jpg")
        found += min(size, len(gzip.compress(path.read_bytes(), 6)) + 300) if whole else size
    return found


def walk(chrome: Browser, site: Path, names: list[str]) -> list[Load]:
    """Open these pages one after the other, as one reader."""
    with chromium.served(site) as address, chrome.new_context(viewport={"width": 1280, "height": 900}) as reader:
        return [load(reader, address, name) for name in names]


def told(site: Path, one: Load, note: str = "") -> str:
    """Return a line about one page."""
    still, live = (f"{seconds:7.2f}" if seconds is not None else "      –" for seconds in (one.still, one.live))
    size, small = (site / one.name).stat().st_size / 1000, packed(site, one) / 1000
    return f"{one.name:42}{size:8.0f}{one.transferred / 1000:10.0f}{still}{live}{one.complete:8.2f}{small:9.0f}  {note}"


def main(site: Path) -> None:
    """Walk through the site, then print weights, times and targets."""
    names = [name for name in chromium.pages(site) if name not in ("search.html", "genindex.html")]
    whole = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    shown = sum((site / name).stat().st_size for name in names)
    heaviest = max(names, key=lambda name: (site / name).stat().st_size)
    drawn = [name for name in names if 'class="btc-draw"' in (site / name).read_text(encoding="utf-8")]
    # The first page a reader opens is a chapter with charts, so that it pays for the library that draws them.
    order = [drawn[0], *(name for name in names if name != drawn[0])]
    print(f"Load of this machine {os.getloadavg()[0]:.1f}; {len(names)} pages, {shown / 1e6:.1f} MB of HTML")
    print(f"The whole site: {whole / 1e6:.1f} MB. Largest page: {heaviest}, {(site / heaviest).stat().st_size:,} bytes")
    with chromium.browser() as chrome:
        first, *rest = walk(chrome, site, order)
        alone = walk(chrome, site, [heaviest])[0]
        late = [one.name for one in (first, *rest) if (one.still or 0.0) > MOST_SECONDS]
        # One late chart may be the machine's doing: such a page is opened again, and the middle of all times counts.
        more = [walk(chrome, site, [order[0], name])[1] for name in late for _ in range(AGAIN)]
    print(f"\n{'page':42}{'HTML kB':>8}{'sent kB':>10}{'chart s':>7}{'live s':>7}{'done s':>8}{'gzip kB':>9}")
    print(told(site, first, "nothing in the cache"))
    for one in rest:
        print(told(site, one))
    print(told(site, alone, "the largest page, nothing in the cache"))
    for one in more:
        print(told(site, one, "again"))
    most = max(rest, key=lambda one: one.transferred)
    times: dict[str, list[float]] = {}
    for one in (first, *rest, *more):
        if one.still is not None:
            times.setdefault(one.name, []).append(one.still)
    middle = {name: statistics.median(found) for name, found in times.items()}
    slowest = max(middle, key=middle.__getitem__)
    print(f"\nMost for a chapter after the first: {most.transferred / 1000:.0f} kB ({most.name}); target under 500 kB:"
          f" {'met' if most.transferred < MOST_BYTES else 'MISSED'}")  # fmt: skip
    print(f"Latest first chart: {middle[slowest]:.2f} s ({slowest}); target 3 s:"
          f" {'met' if middle[slowest] <= MOST_SECONDS else 'MISSED'}")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "_build" / "site")
