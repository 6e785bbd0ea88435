"""Six key charts look as they did when somebody last looked at them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.book import drawn

every_chart = pytest.mark.parametrize("chart", drawn.CHARTS)


@every_chart
@pytest.mark.parametrize("width", drawn.WIDTHS)
def test_a_key_chart_is_drawn_as_it_was_kept(chart: str, width: str, real_site: Path) -> None:
    expected = drawn.kept(chart, width).read_text(encoding="utf-8")
    told = drawn.differences(expected, drawn.still(real_site, chart, width))
    assert told == [], "look at the chart; if it is right, renew it: python -m tests.book.drawn SITE"


def test_what_is_kept_is_small_and_nothing_more_is_kept() -> None:
    files = sorted(drawn.FOLDER.iterdir())
    assert files == sorted(drawn.kept(chart, width) for chart in drawn.CHARTS for width in drawn.WIDTHS)
    assert sum(file.stat().st_size for file in files) < 250_000


@every_chart
def test_a_kept_chart_has_marks_words_and_colours_of_the_page(chart: str) -> None:
    found = drawn.marks(drawn.kept(chart, "wide").read_text(encoding="utf-8"))
    assert len(found) >= 20
    assert sum(bool(mark.words) for mark in found) >= 5
    colours = {value for mark in found for name, value in mark.colours if name in ("fill", "stroke")}
    assert any(value.startswith("var(--btc-") for value in colours)


def moved(svg: str, by: float) -> str:
    """Return the drawing with its longest line, or its last mark, pushed down."""
    line = max(re.findall(r'd="[^"]*"', svg), key=len)
    return svg.replace(line, re.sub(r"(?<=,)(-?[\d.]+)", lambda y: f"{float(y[1]) + by:.2f}", line), 1)


@every_chart
def test_a_change_that_a_reader_would_see_is_told(chart: str) -> None:
    svg = drawn.kept(chart, "wide").read_text(encoding="utf-8")
    assert drawn.differences(svg, svg) == []
    word = next(mark.words for mark in drawn.marks(svg) if mark.words)
    assert any("now says" in line for line in drawn.differences(svg, svg.replace(f">{word}<", ">changed<", 1)))
    paint = re.search(r"(?:fill|stroke)=\"var\(--btc-[a-z-]+, #[0-9A-F]+\)\"", svg)
    assert paint is not None
    assert drawn.differences(svg, svg.replace(paint[0], paint[0].replace("var(--btc-", "var(--btc-x"), 1))
    lost = re.sub(r"<text[^>]*>[^<]*</text>", "", svg, count=1)
    assert any("were kept" in line for line in drawn.differences(svg, lost))


@pytest.mark.parametrize("chart", ["demand", "protection", "fan"])
def test_a_line_that_moves_is_told_and_the_width_of_a_font_is_not(chart: str) -> None:
    svg = drawn.kept(chart, "wide").read_text(encoding="utf-8")
    assert drawn.differences(svg, moved(svg, 2.0)) == []
    assert any("elsewhere" in line for line in drawn.differences(svg, moved(svg, 9.0)))
