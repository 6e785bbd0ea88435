"""How do our charts look? The colours, sizes and fonts that every recipe shares.

The colours are the Analysis Function's categorical palette. Each is written as a CSS variable with the colour as its
fallback: the page may lighten them on a dark ground or on paper without redrawing, and a chart taken out of the page
keeps its colours.

References
----------
Government Analysis Function (2022), "Data visualisation: colours in charts".
"""

from __future__ import annotations

from typing import Any

NAVY = "var(--btc-navy, #12436D)"
TEAL = "var(--btc-teal, #28A197)"
PLUM = "var(--btc-plum, #801650)"
ORANGE = "var(--btc-orange, #F46A25)"
CHARCOAL = "var(--btc-charcoal, #3D3D3D)"
LILAC = "var(--btc-lilac, #A285D1)"

INK = "var(--btc-chart-ink, #17212B)"
MUTED = "var(--btc-chart-muted, #4A5763)"
FAINT = "var(--btc-chart-faint, #A9B4BE)"
GRID = "var(--btc-chart-grid, #E3E8EC)"
PAPER = "var(--btc-chart-paper, #FFFFFF)"

#: Colour and dash of the first, second, third … series: either tells them apart.
SERIES: tuple[tuple[str, list[int]], ...] = (
    (NAVY, [1, 0]),
    (ORANGE, [6, 3]),
    (TEAL, [2, 2]),
    (PLUM, [8, 3, 2, 3]),
    (CHARCOAL, [1, 0]),
    (LILAC, [4, 2]),
)

#: The colours of the words beside the first, second, … series: darker where the line's own is too light to read.
LABELS: tuple[str, ...] = (
    NAVY,
    "var(--btc-orange-words, #A8480F)",
    "var(--btc-teal-words, #14736B)",
    PLUM,
    CHARCOAL,
    "var(--btc-lilac-words, #6D4AA8)",
)

FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
FONT_SIZE = 13
LINE = 16  # the height of a line of label, in pixels

#: Below this width of the page's column, in pixels, the narrow drawing is used.
NARROW_BELOW = 560
WIDE, NARROW = 720, 340  # the widths of the static drawings


def text_width(text: str, size: int = FONT_SIZE) -> float:
    """About how wide is this text, in pixels? On the generous side: 0.55 of the size a character."""
    return 0.55 * size * len(text)


def config() -> dict[str, Any]:
    """Return the settings every chart shares."""
    return {
        "aria": False,  # the figure names the drawing once; hundreds of named marks would drown it
        "background": None,
        "font": FONT,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "labelFontSize": FONT_SIZE,
            "labelPadding": 6,
            "titleColor": MUTED,
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "titlePadding": 10,
            "gridColor": GRID,
            "domainColor": FAINT,
            "tickColor": FAINT,
            "tickSize": 5,
        },
        "axisY": {"domain": False, "ticks": False},
        "axisX": {"grid": False},
        "text": {"font": FONT, "fontSize": FONT_SIZE, "fill": INK},
        "line": {"strokeWidth": 2.25, "strokeCap": "round", "strokeJoin": "round"},
    }
