"""Six key charts as they should look: kept as drawings, compared mark by mark, renewed by one command.

    python -m tests.book.drawn SITE

takes them from a built site. Look at each before it is committed: they are ordinary SVG files, a mark a line.

What is compared is what a reader sees: which marks there are, in which order and colour, where, and every word. A
number may differ by `TOLERANCE` pixels of a drawing 720 or 340 wide, because fonts of another make give labels another
width, and the plot what is left. A mark that moved, is lost or has another colour, or a changed word, is told.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

#: Chart → page and the address of its first panel.
CHARTS = {
    "demand": ("outcomes/demand", "referrals-by-month-1"),
    "protection": ("outcomes/child-protection", "reviews-in-time-1"),
    "gap": ("outcomes/looked-after", "gap-by-year-1"),
    "fan": ("outcomes/care-heading", "ahead-1"),
    "tiles": ("outcomes/place", "ward-map-1"),
    "schedule": ("plan/teams-and-hubs", "plan-steps-1"),
}
WIDTHS = ("wide", "narrow")
FOLDER = Path(__file__).resolve().parent / "drawings"

#: Pixels by which a mark may lie elsewhere.
TOLERANCE = 4.0

_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_SHIFT = re.compile(r"translate\(([^,)]+)(?:,\s*([^)]+))?\)")
_COLOURS = ("fill", "stroke", "stroke-dasharray", "font-weight", "text-anchor", "fill-opacity", "stroke-opacity")
_PLACES = ("d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height")


@dataclass(frozen=True)
class Mark:
    """One mark: what it is, how it is coloured, the words it holds, and its numbers, the shifts around it first."""

    kind: str
    colours: tuple[tuple[str, str], ...]
    words: str
    numbers: tuple[float, ...]


def still(site: Path, chart: str, width: str) -> str:
    """Return a chart as it is drawn in a page of the built site."""
    page, address = CHARTS[chart]
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    start = text.index(f'id="{address}"')
    found = re.search(rf'<div class="btc-still btc-{width}">(<svg.*?</svg>)</div>', text[start:], re.DOTALL)
    assert found, f"{page} has no drawing {address} that is {width}"
    return found[1]


def marks(svg: str) -> list[Mark]:
    """Which marks does a drawing show, in their order? Groups and invisible frames are no marks."""
    found: list[Mark] = []
    _collect(ET.fromstring(svg), {}, (0.0, 0.0), "", found)
    return found


def _collect(node: ET.Element, given: dict[str, str], at: tuple[float, float], kind: str, found: list[Mark]) -> None:
    tag = node.tag.rpartition("}")[2]
    given = given | {name: node.attrib[name] for name in _COLOURS if name in node.attrib}
    kind = node.get("class", kind)
    if shift := _SHIFT.search(node.get("transform", "")):
        at = (at[0] + float(shift[1]), at[1] + float(shift[2] or 0))
    words = " ".join("".join(node.itertext()).split()) if tag == "text" else ""
    if tag in ("path", "line", "rect", "circle", "text"):
        numbers = [float(value) for name in _PLACES for value in _NUMBER.findall(node.get(name, ""))]
        seen = given.get("fill", "none") != "none" or given.get("stroke", "none") != "none"
        if seen or words:
            found.append(Mark(f"{tag} {kind}".strip(), tuple(sorted(given.items())), words, (*at, *numbers)))
    if tag != "text":
        for child in node:
            _collect(child, given, at, kind, found)


def differences(expected: str, drawn: str) -> list[str]:
    """In what does a drawing differ from the one that was kept? One line each; none if they look alike."""
    old, new = marks(expected), marks(drawn)
    told = [] if len(old) == len(new) else [f"{len(new)} marks, where {len(old)} were kept"]
    for number, (was, now) in enumerate(zip(old, new), start=1):
        name = f"mark {number} ({was.kind}{f' “{was.words}”' if was.words else ''})"
        if was.kind != now.kind:
            told.append(f"{name} is now {now.kind}")
        elif was.words != now.words:
            told.append(f"{name} now says “{now.words}”")
        elif was.colours != now.colours:
            told.append(f"{name} is now {dict(set(now.colours) - set(was.colours))}")
        elif len(was.numbers) != len(now.numbers):
            told.append(f"{name} now has {len(now.numbers)} numbers, not {len(was.numbers)}")
        else:
            away = max(abs(a - b) for a, b in zip(was.numbers, now.numbers))
            if away > TOLERANCE:
                told.append(f"{name} lies {away:.1f} pixels elsewhere")
    return told


def kept(chart: str, width: str) -> Path:
    """Return where a chart is kept."""
    return FOLDER / f"{chart}-{width}.svg"


def main(site: str) -> None:
    """Keep the six charts as they are drawn in a built site."""
    FOLDER.mkdir(exist_ok=True)
    for chart in CHARTS:
        for width in WIDTHS:
            lines = still(Path(site), chart, width).replace("><", ">\n<")
            kept(chart, width).write_text(f"{lines}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
