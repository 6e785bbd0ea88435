"""A page read with the keyboard, without scripts, from a folder, on paper, with less motion, in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import visit

pytestmark = pytest.mark.browser

# Where the focus is: whether it can be seen, is on screen, and lies under nothing else.
_FOCUS = """() => {
  const one = document.activeElement, box = one.getClientRects()[0], style = getComputedStyle(one);
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 1), innerHeight - 2);
  const top = document.elementFromPoint(x, y);
  return {
    name: one.tagName + ' ' + (one.id || one.textContent.trim().slice(0, 40)),
    ringed: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none',
    within: box.bottom > 0 && box.top < innerHeight,
    clear: !!top && (one.contains(top) || top.contains(one)),
  };
}"""


def walk(page: Page, most: int = 400) -> list[dict[str, object]]:
    """Press Tab until the focus leaves the page; return where it went."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        stops.append(page.evaluate(_FOCUS))
    return stops


def test_the_first_stop_of_the_keyboard_skips_to_the_words(
    context: BrowserContext, address: str, drawn_page: str
) -> None:
    page = context.new_page()
    page.goto(address + drawn_page)
    page.keyboard.press("Tab")
    link = page.locator(".btc-skip")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (768, 900), (320, 700), (320, 256)])
def test_every_stop_of_the_keyboard_is_seen_and_covered_by_nothing(
    chrome: Browser, address: str, drawn_page: str, width: int, height: int
) -> None:
    """The last is a screen of 1280 by 1024 at four hundred per cent."""
    with chrome.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce") as page:
        page.goto(address + drawn_page)
        visit.draw_all(page)
        page.evaluate("window.scrollTo(0, 0)")
        stops = walk(page)
    assert len(stops) > 20
    assert [stop for stop in stops if not (stop["ringed"] and stop["within"] and stop["clear"])] == []


def test_folded_tables_open_with_the_keyboard_and_scroll_where_they_must(
    chrome: Browser, address: str, drawn_page: str
) -> None:
    with chrome.new_page(viewport={"width": 320, "height": 700}) as page:
        page.goto(address + drawn_page)
        fold = page.locator("details.btc-data").first
        fold.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(fold.locator("table")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.wait_for_timeout(100)
        wide = page.evaluate(
            """() => [...document.querySelectorAll('.btc-scroll')].map(
                one => [one.scrollWidth > one.clientWidth + 1,
                        one.tabIndex === 0 && !!one.getAttribute('aria-label')])"""
        )
    assert any(overflows for overflows, _ in wide)
    assert all(reachable for overflows, reachable in wide if overflows)


def test_without_scripts_the_still_drawing_and_the_numbers_are_there(
    chrome: Browser, address: str, drawn_page: str
) -> None:
    for width in (1280, 320):
        with chrome.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}) as context:
            page = context.new_page()
            page.goto(address + drawn_page)
            places = page.locator(".btc-draw").all()
            assert places
            for place in places:
                shown = [still for still in place.locator(".btc-still").all() if still.is_visible()]
                assert len(shown) == 1
                box = shown[0].locator("svg").bounding_box()
                assert box is not None
                assert box["width"] > 200
                assert box["height"] > 100
            fold = page.locator("details.btc-data").first
            fold.locator("summary").click()
            expect(fold.locator("table")).to_be_visible()
            expect(page.locator(".btc-contents a").first).to_be_visible()


def test_a_page_opened_from_a_folder_draws_too(context: BrowserContext, site: Path, drawn_page: str) -> None:
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((site / drawn_page).resolve().as_uri())
    visit.draw_all(page)
    assert all(chart["drawn"] == "yes" and chart["marks"] >= 10 for chart in visit.charts(page))
    assert all(url.startswith(("file:", "data:")) for url in asked)
    assert errors == []


def test_on_paper_there_is_the_argument_and_no_navigation(
    context: BrowserContext, address: str, drawn_page: str
) -> None:
    page = context.new_page()
    page.goto(address + drawn_page)
    visit.draw_all(page)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for gone in (".btc-mast", ".btc-contents", ".btc-turn", ".btc-code summary", ".btc-live"):
        assert [one for one in page.locator(gone).all() if one.is_visible()] == [], gone
    for place in page.locator(".btc-draw").all():
        assert len([one for one in place.locator(".btc-still").all() if one.is_visible()]) == 1
    short = page.locator("details:not(.btc-code):not(:has(tbody tr:nth-child(41)))")
    assert all(one.is_visible() for one in short.locator("table").all())
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(23, 33, 43)"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--btc-navy').trim()") == "#12436d"
    )
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.btc-data[open]").count() == 0


def test_light_or_dark_is_the_readers_choice_and_is_kept(
    context: BrowserContext, address: str, drawn_page: str
) -> None:
    page = context.new_page()
    page.goto(address)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(address + drawn_page)
    assert page.evaluate(ground) == dark
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) == light


def test_who_asked_for_less_motion_gets_none(chrome: Browser, address: str, drawn_page: str) -> None:
    with chrome.new_page(reduced_motion="reduce") as page:
        page.goto(address + drawn_page)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        moving = """() => [...document.querySelectorAll('*')].filter(one => { const s = getComputedStyle(one);
            return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none'; }).length"""
        assert page.evaluate(moving) == 0


def test_on_a_small_screen_the_contents_fold_away(chrome: Browser, address: str, drawn_page: str) -> None:
    with chrome.new_page(viewport={"width": 320, "height": 700}) as page:
        page.goto(address + drawn_page)
        button, contents = page.get_by_role("button", name="Contents"), page.locator("#contents")
        expect(contents).to_be_hidden()
        button.click()
        expect(contents).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(contents).to_be_hidden()
        expect(button).to_be_focused()


def test_search_finds_a_page_offline_from_a_server_and_from_a_folder(
    context: BrowserContext, address: str, site: Path
) -> None:
    for start in (address, (site / "index.html").resolve().as_uri()):
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.goto(start)
        page.get_by_role("searchbox", name="Search the report").fill("referrals")
        page.keyboard.press("Enter")
        expect(page.locator("#search-results li a").first).to_be_visible()
        expect(page.locator("#search-results")).to_contain_text(re.compile("demand", re.IGNORECASE))
        assert errors == []


def test_at_four_hundred_per_cent_nothing_scrolls_both_ways_and_no_word_is_lost(
    chrome: Browser, address: str, drawn_page: str
) -> None:
    for name in ("index.html", drawn_page, "plan/monitoring.html", "assurance/glossary.html"):
        # 1280 by 1024 at 400 per cent: a quarter as many pixels each way, each four times as large.
        with chrome.new_page(viewport={"width": 320, "height": 256}, device_scale_factor=4) as page:
            page.goto(address + name)
            visit.draw_all(page)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, name
            assert page.evaluate(visit.CUT) == [], name
            stuck = """() => [...document.querySelectorAll('body *')].filter(one => {
                const style = getComputedStyle(one), box = one.getBoundingClientRect();
                return /fixed|sticky/.test(style.position) && box.height > innerHeight / 3 && box.width > 0
                    && style.visibility !== 'hidden'; }).map(one => one.className)"""
            assert page.evaluate(stuck) == [], "something stays on the screen and takes up a third of it"


def test_words_that_are_cut_are_found(chrome: Browser) -> None:
    """The measure itself: a box that hides what is too much is told, one that scrolls or is for the ear is not."""
    with chrome.new_page(viewport={"width": 320, "height": 600}) as page:
        page.set_content(
            """<style>div { width: 60px; white-space: nowrap; }</style>
            <div style="overflow: hidden">hidden words that are too long</div>
            <div style="overflow: auto">scrolled words that are too long</div>
            <div style="overflow: hidden; clip-path: inset(50%)">words for the ear that are too long</div>
            <div style="overflow: hidden; height: 10px; width: 200px; white-space: normal">two lines of words here in
            a box as low as half of one</div>
            <div>words that run off the side of the screen because they are far too long for it</div>"""
        )
        found = page.evaluate(visit.CUT)
    assert [why.partition(":")[0] for why in found] == ["cut by DIV", "cut by DIV", "off the screen"]


# The least contrast of a text drawn in a chart with the ground of the page, and what bounds each thing to be pressed.
_FORCED = """() => {
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(Number).map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const words = [...document.querySelectorAll('.btc-live svg text')].filter(one => one.textContent.trim());
  const edge = one => { const style = getComputedStyle(one);
      return parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== 'none'; };
  const boxes = [...document.querySelectorAll('button, input, .admonition')].filter(one => one.getClientRects().length);
  return {
    ground, words: words.length,
    least: Math.min(...words.map(one => contrast(light(getComputedStyle(one).fill), ground))),
    boxes: boxes.length, unbounded: boxes.filter(one => !edge(one)).map(one => one.className || one.tagName),
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_readers_own_colours_everything_is_still_told_apart(
    chrome: Browser, address: str, drawn_page: str, scheme: str
) -> None:
    with chrome.new_page(forced_colors="active", color_scheme=scheme, reduced_motion="reduce") as page:
        page.goto(address + drawn_page)
        visit.draw_all(page)
        seen = page.evaluate(_FORCED)
        page.evaluate("window.scrollTo(0, 0)")
        stops = walk(page, most=40)
    assert (seen["ground"] < 0.5) == (scheme == "dark"), "the reader's own ground is not used"
    assert seen["words"] > 20
    assert seen["least"] >= 4.5
    assert seen["boxes"] > 2
    assert seen["unbounded"] == []
    assert [stop for stop in stops if not stop["ringed"]] == []
