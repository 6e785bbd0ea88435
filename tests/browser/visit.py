"""What does a browser see on a page: what it asks for, what it draws, what axe-core finds, whether all of it fits?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page, Response

#: Every rule of axe-core, with the one on the size of targets, which it leaves off unless asked. It need not fetch any
#: style or sound again: the two rules that would read them are about what no page has.
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False}
#: In the dark a page has the same parts in the same places; what may differ is whether they can be read.
AXE_IN_THE_DARK = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"], "preload": False}
#: Width of a view → rows of each table that axe is shown: more where a page is looked at first.
ROWS = {1280: 12, 768: 4, 320: 4}
VIEWS = tuple((width, scheme) for width in ROWS for scheme in ("light", "dark"))

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

# axe looks at every element, and the page holds many that are alike: for it, the first rows of a table, the first token
# of each kind in the code and the first marks of each kind in a drawing stand for the rest, and a drawing that gave way
# to the live one is not there.
_SHORTEN = """rows => {
  const alike = [...document.querySelectorAll(
      `tbody tr:nth-child(n+${rows + 1}), .btc-draw[data-drawn=yes] .btc-still`)];
  const kinds = new Set();
  for (const token of document.querySelectorAll('pre span[class]:not(:has(span))'))
    kinds.has(token.className) ? alike.push(token) : kinds.add(token.className);
  for (const group of document.querySelectorAll('.btc-live svg g')) {
    const many = {};
    for (const mark of group.querySelectorAll(':scope > :is(path, line, rect, text)')) {
      const kind = mark.tagName + mark.getAttribute('role') + mark.getAttribute('fill');
      many[kind] = (many[kind] || 0) + 1;
      if (many[kind] > rows) alike.push(mark);
    }
  }
  window.kept = alike.map(one => [document.createComment(''), one]);
  window.kept.forEach(([mark, one]) => one.replaceWith(mark));
}"""
# The same in its place again, before anything is measured.
_WHOLE = "() => { (window.kept || []).forEach(([mark, one]) => mark.replaceWith(one)); window.kept = []; }"

# Words that nobody can read: cut by a box that neither shows nor scrolls what is too much, or off the side of the
# screen. Drawings scale as a whole, and what is hidden from the eye on purpose is there for the ear.
CUT = """() => {
  const lost = [], range = document.createRange();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const one = text.parentElement;
    if (!text.data.trim() || one.closest('svg, script, style, noscript, template')) continue;
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter(box => box.width > 0 && box.height > 0);
    if (!boxes.length) continue;
    const right = Math.max(...boxes.map(box => box.right)), bottom = Math.max(...boxes.map(box => box.bottom));
    let why = right > innerWidth + 1 ? 'off the screen' : '';
    for (let box = one; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box), edge = box.getBoundingClientRect();
      if (style.clipPath !== 'none' || edge.width <= 1 || edge.height <= 1) { why = ''; break; }
      if (/auto|scroll/.test(style.overflowX)) { why = ''; break; }
      const hides = way => /hidden|clip/.test(way);
      if ((hides(style.overflowX) && right > edge.right + 1) || (hides(style.overflowY) && bottom > edge.bottom + 1))
        why = 'cut by ' + (box.className || box.tagName);
    }
    if (why) lost.push(why + ': ' + text.data.trim().slice(0, 60));
  }
  return lost;
}"""

#: A reader's own spacing, as WCAG 1.4.12 states it.
SPACING = """*:not(svg, svg *) { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""
_SPACED = """css => { const style = document.createElement('style'); style.id = 'spaced'; style.textContent = css;
    document.head.append(style); }"""


@dataclass(frozen=True)
class Visit:
    """One page as it was seen."""

    name: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    charts: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)


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
        for width in ROWS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(_WHOLE)
            for scheme in ("dark", "light"):
                page.emulate_media(color_scheme=scheme)
                draw_all(page)
                seen.charts.extend({**chart, "view": f"{width} {scheme}"} for chart in charts(page))
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            measure(page, seen, f"{width}")
            if width != 768:
                page.evaluate(_SPACED, SPACING)
                measure(page, seen, f"{width} spaced")
                page.evaluate("document.getElementById('spaced').remove()")
            page.evaluate(_SHORTEN, ROWS[width])
            for scheme, rules in (("light", AXE), ("dark", AXE_IN_THE_DARK)):
                page.emulate_media(color_scheme=scheme)
                seen.faults.extend(f"{width} {scheme}: {fault}" for fault in axe(page, rules))
    return seen


def measure(page: Page, seen: Visit, view: str) -> None:
    """Note how wide the page is as it stands, and which of its words cannot be read."""
    seen.widths[view] = page.evaluate("document.scrollingElement.scrollWidth")
    seen.cut.extend(f"{view}: {words}" for words in page.evaluate(CUT))


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe-core finds on the page as it stands: one line for each place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    return [
        f"{fault['id']}: {' '.join(node['html'].split())[:160]} ({' '.join(str(node['failureSummary']).split())[:200]})"
        for fault in violations
        for node in fault["nodes"]
    ]


def _answered(seen: Visit, response: Response) -> None:
    if response.status >= 400:
        seen.errors.append(f"{response.status}: {response.url}")
    elif response.status == 200:
        seen.sizes[response.url] = int(response.headers.get("content-length", 0))
