"""What does a browser see on a page: what it asks for, what it draws, what axe-core finds, whether it fits?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response

#: Every rule of axe-core, with the one on the size of targets, which it leaves off unless asked.
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
#: In the dark a page has the same parts in the same places; what may differ is whether they can be read.
AXE_IN_THE_DARK = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
VIEWS = ((1280, "light"), (1280, "dark"), (320, "light"), (320, "dark"))

_READY = """() => [...document.querySelectorAll('.btc-draw')].every(
    one => one.dataset.drawn && one.dataset.width === String(one.clientWidth))"""

# The drawn marks of one chart with a width or a height; a chart that failed has none.
_DRAWN = """place => {
  const shapes = place.querySelectorAll('.btc-live svg :is(path, line, text, rect, circle)');
  const has = box => box.width > 0 || box.height > 0;
  const marks = [...shapes].filter(one => has(one.getBoundingClientRect())).length;
  const seen = selector => [...place.querySelectorAll(selector)].filter(one => one.getClientRects().length).length;
  return {id: place.id, drawn: place.dataset.drawn, marks, live: seen('.btc-live svg'), still: seen('.btc-still')};
}"""

# axe looks at every element, and the page holds many that are alike: for it, the first twelve rows of a table and the
# first token of each kind in the code stand for the rest, and a drawing that gave way to the live one is not there.
_SHORTEN = """() => {
  const alike = [...document.querySelectorAll('tbody tr:nth-child(n+13), .btc-draw[data-drawn=yes] .btc-still')];
  const kinds = new Set();
  for (const token of document.querySelectorAll('pre span[class]:not(:has(span))'))
    kinds.has(token.className) ? alike.push(token) : kinds.add(token.className);
  alike.forEach(one => one.remove());
}"""


@dataclass(frozen=True)
class Visit:
    """One page as it was seen."""

    name: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    charts: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)


def draw_all(page: Page) -> None:
    """Bring every drawing into view, and wait until each is drawn for the width it has or is known not to be."""
    for place in page.locator(".btc-draw").all():
        place.scroll_into_view_if_needed()
    page.wait_for_function(_READY)


def charts(page: Page) -> list[dict[str, Any]]:
    """Return what each drawing of the page shows."""
    return [place.evaluate(_DRAWN) for place in page.locator(".btc-draw").all()]


def look(context: BrowserContext, address: str, name: str) -> Visit:
    """Open a page, draw its charts, and look at it in every view with everything unfolded."""
    seen = Visit(name)
    with context.new_page() as page:
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("requestfailed", lambda request: seen.errors.append(f"failed: {request.url}"))
        page.on("response", lambda response: _answered(seen, response))
        page.on("console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.goto(address + name, wait_until="load")
        draw_all(page)
        for width, scheme in VIEWS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            draw_all(page)
            seen.charts.extend({**chart, "view": f"{width} {scheme}"} for chart in charts(page))
            if scheme == "light":
                page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                seen.widths[width] = page.evaluate("document.scrollingElement.scrollWidth")
                page.evaluate(_SHORTEN)
            seen.faults.extend(
                f"{width} {scheme}: {fault}" for fault in axe(page, AXE if scheme == "light" else AXE_IN_THE_DARK)
            )
    return seen


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe-core finds on the page as it stands, one line for each place."""
    found = Axe().run(page, options=options)
    return [
        f"{fault['id']}: {' '.join(node['html'].split())[:160]} ({' '.join(str(node['failureSummary']).split())[:200]})"
        for fault in found.response["violations"]
        for node in fault["nodes"]
    ]


def _answered(seen: Visit, response: Response) -> None:
    if response.status >= 400:
        seen.errors.append(f"{response.status}: {response.url}")
    elif response.status == 200:
        seen.sizes[response.url] = int(response.headers.get("content-length", 0))
