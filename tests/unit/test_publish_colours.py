"""Can the page's colours be read? Contrast by the formula of WCAG 2, from the style sheet itself, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from btc_eval.publish.charts import style

PROJECT = Path(__file__).resolve().parents[2]
SHEETS = PROJECT / "book" / "_static"
SHEET = (SHEETS / "btc.css").read_text(encoding="utf-8")
TEXT = ("ink", "soft", "link", "brand", "good", "alert")
GROUNDS = ("paper", "wash", "answer")
WORDS = ("navy", "plum", "charcoal", "orange-words", "teal-words", "lilac-words", "chart-ink", "chart-muted")
LINES = ("navy", "teal", "plum", "charcoal")


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--btc-([a-z-]+):\s*(#[0-9a-f]{6})", block))


def schemes() -> dict[str, dict[str, str]]:
    light = variables(SHEET[SHEET.index(":root {") : SHEET.index("}", SHEET.index(":root {"))])
    dark = re.findall(r":root[^{]*data-theme[^{]*\{([^}]*--btc-ink[^}]*)\}", SHEET)
    chosen, asked = (variables(block) for block in dark)
    assert chosen == asked, "dark by choice and dark by the reader's system differ"
    return {"light": light, "dark": {**light, **chosen}}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_contrast_that_everyone_knows() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(scheme: str) -> None:
    known = schemes()[scheme]
    weak = {(a, b): contrast(known[a], known[b]) for a in TEXT for b in GROUNDS}
    weak |= {(a, "chart-paper"): contrast(known[a], known["chart-paper"]) for a in WORDS}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_the_ring_of_the_focus_can_be_seen(scheme: str) -> None:
    known = schemes()[scheme]
    seen = {name: contrast(known[name], known["chart-paper"]) for name in (*LINES, "focus", "edge")}
    assert {name: value for name, value in seen.items() if value < 3} == {}


def test_a_chart_outside_the_page_has_the_colours_of_the_light_page() -> None:
    light = schemes()["light"]
    named = [value for name, value in vars(style).items() if name.isupper() and isinstance(value, str)]
    pairs = [
        pair
        for value in [*named, *style.LABELS]
        for pair in re.findall(r"var\(--btc-([a-z-]+), (#[0-9A-Fa-f]{6})\)", value)
    ]
    assert len(pairs) >= 11
    assert {name: colour for name, colour in pairs if light[name] != colour.lower()} == {}


STYLE_SHEETS = [*SHEETS.glob("*.css"), *(PROJECT / "btc_eval").rglob("*.css")]


@pytest.mark.parametrize("sheet", STYLE_SHEETS, ids=lambda path: path.name)
def test_every_block_of_a_style_sheet_is_closed(sheet: Path) -> None:
    """A block left open swallows every rule after it, in its own sheet and, on paper, in the sheets that follow."""
    text = re.sub(r'/\*.*?\*/|"[^"]*"', "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    open_blocks: list[str] = []
    for head, brace in re.findall(r"([^{};]*)([{};])", text):
        if brace == "{":
            outer = [one for one in open_blocks if not one.startswith("@")]
            assert not outer, f"{head.strip()!r} stands inside {outer[-1]!r}"
            open_blocks.append(head.strip())
        elif brace == "}":
            assert open_blocks, "a block is closed that was not opened"
            open_blocks.pop()
    assert not open_blocks
