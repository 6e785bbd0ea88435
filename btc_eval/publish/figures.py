"""Show a released table as a figure: title, drawing, message in words, the numbers, source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from btc_eval.estimates import Provenance
from btc_eval.publish import emit, parts
from btc_eval.publish.charts import style
from btc_eval.publish.charts.base import Panel, Recipe
from btc_eval.publish.charts.static import svg
from btc_eval.publish.door import admitted, identified, worded
from btc_eval.publish.formats import Format
from btc_eval.publish.grid import grid
from btc_eval.publish.tables import about
from btc_eval.texts import visible


def figure(
    safe: Any,
    chart: Recipe,
    *,
    id: str,
    title: str,
    text: str,
    note: str | Sequence[str] = "",
    columns: Mapping[str, str] | None = None,
    formats: Mapping[str, Format | str] | None = None,
) -> None:
    """What does this table look like? Show it as a figure with its message in words.

    Parameters
    ----------
    safe
        The released table, with papers.
    chart
        How to draw it: `publish.lines`, `publish.counterfactual`, `publish.strip`, `publish.dates`, `publish.bars`.
        Only the columns it draws reach the page.
    id
        Its name for ever, unique in the book.
    title
        The message, in one line.
    text
        The message and the numbers for someone who has only the words; stands below the drawing for everyone.
    note
        What the reader must know to read it.
    columns
        Words for the columns of the data table, in order; the drawn columns under their own names where `None`.
    formats
        How values are said in the data table.

    Raises
    ------
    RefusedError
        For anything but a released table with papers, for a column it does not have, and for nothing to draw.
    """
    released, papers = admitted(safe)
    identified(id, "figure")
    words = parts.title_words(worded(title, f"figure {id}, title"), papers)
    message = worded(text, f"figure {id}, text")
    drawn = _as_shown(released.only(list(chart.columns)))
    demonstration = papers.provenance is Provenance.DEMONSTRATION
    panels = chart.draw(drawn, mark=parts.DEMONSTRATION if demonstration else "")
    if demonstration:
        message = f"{parts.DEMONSTRATION}. {message}"
    shown = columns or {name: name.replace("_", " ").capitalize() for name in chart.columns}
    cells = grid(released, caption=words, columns=shown, formats=formats or {}, hide_caption=True)
    drawing = "".join(_panel(panel, id, number, words) for number, panel in enumerate(panels, start=1))
    body = (
        f'<figure class="btc-figure" id="{id}" data-provenance="{papers.provenance.value}">'
        f'<figcaption class="btc-caption"><span class="btc-title" id="{id}-title">{parts.text(words)}</span> '
        f"{parts.mark(papers)}</figcaption>"
        f'<div class="btc-panels btc-panels-{min(len(panels), 4)}">{drawing}</div>'
        f'<p class="btc-message" id="{id}-text">{parts.text(message)}</p>{parts.notes_html(note)}'
        f'<details class="btc-data"><summary>The numbers in this figure</summary>{cells}</details>'
        f"{parts.source_line(papers, id)}</figure>"
    )
    emit.exhibit(
        body, about("figure", id, words, released, list(shown), notes=[message, *_several(note)], columns=columns)
    )


def download(safe: Any, *, id: str, title: str) -> None:
    """Where can a reader get this whole table? Offer it as a file, without showing its rows.

    Parameters
    ----------
    safe
        The released table, with papers.
    id
        Its name for ever, unique in the book.
    title
        What the file holds.

    Raises
    ------
    RefusedError
        For anything but a released table with papers.
    """
    released, papers = admitted(safe)
    identified(id, "download")
    words = parts.title_words(worded(title, f"download {id}, title"), papers)
    size = f"{len(released.frame):,} rows"
    body = (
        f'<div class="btc-exhibit btc-download" id="{id}" data-provenance="{papers.provenance.value}">'
        f"<p><strong>{parts.text(words)}</strong> ({size}) {parts.mark(papers)}</p>"
        f"{parts.source_line(papers, id)}</div>"
    )
    emit.exhibit(body, about("download", id, words, released, notes=""))


def _as_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their texts as cells show them; a column in which nothing is odd stays as it is."""
    for name in frame.columns:
        odd = {text: visible(text) for text in frame[name].unique() if isinstance(text, str) and visible(text) != text}
        if odd:
            frame[name] = frame[name].map(lambda cell, odd=odd: odd.get(cell, cell))
    return frame


def _still(panel: dict[str, Any], width: int, prefix: str) -> str:
    """Return the drawing as it stands in the page, where its words hold no token that the builder fills in."""
    return svg(panel, width=width, prefix=prefix).replace("{{", "&#123;&#123;")


def _several(note: str | Sequence[str]) -> list[str]:
    return [one for one in ([note] if isinstance(note, str) else note) if one]


def _panel(panel: Panel, id: str, number: int, title: str) -> str:
    name = f"{id}-{number}"
    own = f'<p class="btc-panel-title">{parts.text(panel.title)}</p>' if panel.title else ""
    axis = f'<p class="btc-axis" aria-hidden="true">{parts.text(panel.axis)}</p>' if panel.axis else ""
    label = f"{title}: {panel.title}" if panel.title else title
    words = "".join(f"<li>{parts.text(one)}</li>" for one in panel.key)
    key = f'<ol class="btc-key">{words}</ol>' if words else ""
    spec = json.dumps(panel.page_spec(), separators=(",", ":"), ensure_ascii=False)
    # Inside a script only these are read as anything but data: a tag, a comment, a token that the builder fills in.
    spec = spec.replace("<", "\\u003c").replace("{{", "{\\u007b")
    return (
        f'<div class="btc-panel">{own}{axis}'
        f'<div class="btc-draw" id="{name}" role="img" aria-label="{parts.text(label)}" aria-describedby="{id}-text">'
        f'<div class="btc-still btc-wide">{_still(panel.wide, style.WIDE, f"{name}-w")}</div>'
        f'<div class="btc-still btc-narrow">{_still(panel.narrow, style.NARROW, f"{name}-n")}</div>'
        f'</div>{key}<script type="application/json" class="btc-spec" data-for="{name}">{spec}</script></div>'
    )
