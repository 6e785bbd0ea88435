"""Draw what happened in order: on one side what is evaluated, on the other what else could explain a change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from btc_eval.publish import emit, parts
from btc_eval.publish.door import admitted, identified, worded
from btc_eval.publish.tables import about


def history(
    safe: Any,
    *,
    id: str,
    title: str,
    text: str,
    own: Collection[str],
    heads: tuple[str, str],
    note: str = "",
) -> None:
    """What happened when, and what else happened? Show a released table as a line of time with two sides.

    Parameters
    ----------
    safe
        The released table, with papers, in order of date: `id`, `when`, `label`, `what`, `type`, `start`.
    id, title
        Its name for ever, and its message in one line.
    text
        The message for someone who has only the words.
    own
        The types that belong to what is evaluated; the rest stand on the other side.
    heads
        What the two sides are called.
    note
        What the reader must know to read it.

    Raises
    ------
    RefusedError
        For anything but a released table with papers, and for a column it does not have.
    """
    released, papers = admitted(safe)
    identified(id, "history")
    words = parts.title_words(worded(title, f"history {id}, title"), papers)
    frame = released.only(["id", "when", "label", "what", "type", "start"])
    rows, year = [], None
    for row in frame.to_dict("records"):
        if row["start"].year != year:
            year = row["start"].year
            rows.append(f'<li class="btc-year" id="{id}-{year}"><span>{year}</span></li>')
        mine = str(row["type"]) in own
        rows.append(
            f'<li class="btc-event {"btc-own" if mine else "btc-else"}" id="{parts.text(str(row["id"]))}">'
            f'<p class="btc-when">{parts.text(str(row["when"]))} <span class="btc-kind">{parts.text(str(row["type"]))}'
            f"</span></p><p><strong>{parts.text(str(row['label']))}.</strong> {parts.text(str(row['what']))}</p></li>"
        )
    body = (
        f'<figure class="btc-figure" id="{id}" data-provenance="{papers.provenance.value}">'
        f'<figcaption class="btc-caption"><span class="btc-title">{parts.text(words)}</span> {parts.mark(papers)}'
        f'</figcaption><div class="btc-sides" aria-hidden="true"><span>{parts.text(heads[0])}</span>'
        f'<span>{parts.text(heads[1])}</span></div><ol class="btc-history">{"".join(rows)}</ol>'
        f'<p class="btc-message">{parts.text(worded(text, f"history {id}, text"))}</p>{parts.notes_html(note)}'
        f"{parts.source_line(papers, id)}</figure>"
    )
    said = [text, note] if isinstance(note, str) else [text, *note]
    emit.exhibit(body, about("figure", id, words, released, notes=said))
