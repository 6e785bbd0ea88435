"""Long tables sorted by their reader: with the keyboard, by value, blanks and totals last; on paper as published."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import visit

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"
#: Ten rows and a total; each column is out of order as it stands, two cells of it are blank or alike.
COLUMNS: dict[str, list[str]] = {
    "Name": ["Éa", "b10", "b9", "Zed", "alder", "Bea", "c", "d", "e", "f"],
    "Count": ["1,204", "−3", "+12", "7.5", "7.5", "£1.2 million", "£900", "15% lower", "none", "3rd"],
    "Rate": ["1.2 (0.8 to 1.9)", "less than 0.001", "more than 0.999", "0.5", "", "−0.2", "0.001", "12%", "0.999", "2"],
    "When": ["2024-25", "March 2024", "6 March 2024", "2019", "2023-24", "", "May 2012", "1 May 2012", "2012", "2013"],
}
NUMERIC = ("Count", "Rate")
BLANK = '<td class="btc-blank"><span aria-hidden="true">[z]</span><span class="btc-heard">none yet</span></td>'


def made(rows: int = 10) -> str:
    """Return a page with one table of that many rows and a total in their midst."""
    heads = "".join(f'<th scope="col"{_kind(name)}>{name}</th>' for name in COLUMNS)
    body = [
        f'<tr><th scope="row">{COLUMNS["Name"][at]}</th>'
        + "".join(
            f"<td{_kind(name)}>{COLUMNS[name][at]}</td>" if COLUMNS[name][at] else BLANK for name in list(COLUMNS)[1:]
        )
        + "</tr>"
        for at in range(rows)
    ]
    body.insert(3, '<tr class="btc-total"><th scope="row">All</th><td>5</td><td>5</td><td>2020</td></tr>')
    return (
        '<main id="main"><div class="btc-scroll"><table class="btc-table"><caption>Made</caption><thead><tr>'
        f"{heads}</tr></thead><tbody>{''.join(body)}</tbody></table></div></main>"
    )


def _kind(name: str) -> str:
    return ' class="btc-number"' if name in NUMERIC else ""


def dressed(page: Page, html: str) -> Page:
    """Show words in the report's own style and with its own script."""
    page.set_content(html)
    for sheet in ("btc.css", "btc-exhibits.css"):
        page.add_style_tag(content=(STATIC / sheet).read_text(encoding="utf-8"))
    page.add_script_tag(content=(STATIC / "btc-sort.js").read_text(encoding="utf-8"))
    return page


def column(page: Page, at: int) -> list[str]:
    """Return the words of one column from top to bottom, as they are seen."""
    cells: list[str] = page.eval_on_selector_all(
        f"table.btc-sortable tbody tr > :nth-child({at})", "all => all.map(one => one.innerText.trim())"
    )
    return cells


def test_values_go_by_what_they_say_and_blanks_and_totals_stay_last(chrome: Browser) -> None:
    with chrome.new_page() as page:
        dressed(page, made())
        published = column(page, 1)
        expected = {
            "Name": ["alder", "b9", "b10", "Bea", "c", "d", "e", "Éa", "f", "Zed"],
            "Count": ["15% lower", "−3", "none", "3rd", "7.5", "7.5", "+12", "£900", "1,204", "£1.2 million"],
            "Rate": [
                "−0.2",
                "less than 0.001",
                "0.001",
                "0.5",
                "0.999",
                "more than 0.999",
                "1.2 (0.8 to 1.9)",
                "2",
                "12%",
            ],
            "When": [
                "2012",
                "May 2012",
                "1 May 2012",
                "2013",
                "2019",
                "2023-24",
                "March 2024",
                "6 March 2024",
                "2024-25",
            ],
        }
        said = page.get_by_role("status")
        for at, (name, order) in enumerate(expected.items(), start=1):
            press = page.get_by_role("button", name=name, exact=True)
            press.focus()
            page.keyboard.press("Enter")
            rest = ([] if len(order) == 10 else ["[z]\nnone yet"]) + [column(page, at)[-1]]
            upwards = column(page, at)
            assert upwards == [*order, *rest], name
            assert page.get_by_role("columnheader", name=name).get_attribute("aria-sort") == "ascending"
            page.keyboard.press("Space")
            downwards = column(page, at)
            assert downwards[len(order) :] == rest, "blanks and the total are last in either direction"
            assert page.locator("[aria-sort]").count() == 1
            expect(press).to_be_focused()
        # Alike by value: in the order of the report, whichever way.
        assert downwards.index("May 2012") < downwards.index("1 May 2012")
        expect(said).to_have_text("Sorted by When, latest first.")
        assert said.get_attribute("aria-live") == "polite"
        page.keyboard.press("Enter")
        assert column(page, 1) == published
        expect(said).to_have_text("In the order of the report again.")
        assert page.locator("[aria-sort]").count() == 0


def test_a_short_table_one_with_groups_and_one_without_scripts_stay_as_they_are(chrome: Browser) -> None:
    with chrome.new_page() as page:
        dressed(page, made(rows=9))
        assert page.get_by_role("button").count() == 0, "ten rows with the total are seen at a glance"
        dressed(page, made().replace("<td", '<td rowspan="1"', 1))
        assert page.get_by_role("button").count() == 0


def test_in_the_report_the_monitoring_plan_can_be_sorted_and_is_printed_as_published(
    chrome: Browser, address: str
) -> None:
    name = "plan/monitoring.html"
    with chrome.new_page(viewport={"width": 1280, "height": 900}) as page:
        page.goto(address + name)
        table = page.locator("#monitoring-plan table")
        published = table.locator("tbody th").all_inner_texts()
        press = table.get_by_role("button", name="Latest", exact=True)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        press.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        latest = table.locator("tbody tr > :nth-child(5)")
        numbers = [text for text in latest.all_inner_texts() if "[" not in text]
        assert numbers == sorted(numbers, key=lambda text: -float(text.replace(",", "")))
        assert len(numbers) > 10
        assert "btc-blank" in (latest.last.get_attribute("class") or "")
        expect(table.get_by_role("columnheader", name="Latest", exact=True)).to_have_attribute(
            "aria-sort", "descending"
        )
        expect(page.locator(".btc-sorted")).to_have_text("Sorted by Latest, high to low.")
        box = press.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
        assert page.evaluate("document.scrollingElement.scrollWidth") == wide
        assert visit.axe(page, {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]}) == []
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert [one for one in page.locator(".btc-sort, .btc-sorter").all() if one.is_visible()] == []
        expect(table.locator("thead")).to_contain_text("Latest")
        assert table.locator("tbody th").all_inner_texts() == published
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        assert table.locator("tbody th").all_inner_texts() != published
        page.set_viewport_size({"width": 320, "height": 700})
        assert [one for one in table.get_by_role("button").all() if one.is_visible()] == []
        choice = page.locator("#monitoring-plan").get_by_label("Sort this table")
        expect(choice).to_have_value("4 descending")
        choice.focus()
        page.keyboard.press("Home")
        assert table.locator("tbody th").all_inner_texts() == published
        expect(page.locator(".btc-sorted")).to_have_text("In the order of the report again.")
    with chrome.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(address + name)
        assert page.locator(".btc-sort, .btc-sorter").count() == 0
