"""Draw a line of reasoning: steps that lead to one another, what stands in each, and what every arrow rests on.

It is made of words in boxes and not of a picture, so that it wraps on a phone, prints, is read out in order, and says
with words what it says with colour.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from btc_eval.publish import emit, parts
from btc_eval.publish.door import admitted, identified, worded
from btc_eval.publish.rich import linked
from btc_eval.publish.tables import about

#: A row of the table is one of these: something that stands in a step, or a claim on which its arrow rests.
HOLDS, RESTS = "holds", "rests on"


def chain(
    safe: Any,
    *,
    id: str,
    title: str,
    text: str,
    note: str = "",
    lead: str = "This is said to lead to the next step because:",
    last: str = "The whole is said to work because:",
) -> None:
    """By which steps is it meant to work? Show a released table as boxes joined by arrows.

    Parameters
    ----------
    safe
        The released table, with papers, in the order shown: `id`, `position`, `stage`, `kind` ("holds" or "rests on"),
        `words`, and the `verdict` on what an arrow rests on.
    id, title
        Its name for ever, and its message in one line.
    text
        The message for someone who has only the words.
    note
        What the reader must know to read it.
    lead, last
        Words above what an arrow rests on, and above what the last step rests on.

    Raises
    ------
    RefusedError
        For anything but a released table with papers, and for a column it does not have.
    """
    released, papers = admitted(safe)
    identified(id, "chain")
    words = parts.title_words(worded(title, f"chain {id}, title"), papers)
    frame = released.only(["id", "position", "stage", "kind", "words", "verdict"])
    steps = [rows for _, rows in frame.groupby("position", sort=True)]
    shown = "".join(_step(rows, lead if rows is not steps[-1] else last) for rows in steps)
    body = (
        f'<figure class="btc-figure" id="{id}" data-provenance="{papers.provenance.value}">'
        f'<figcaption class="btc-caption"><span class="btc-title">{parts.text(words)}</span> {parts.mark(papers)}'
        f'</figcaption><ol class="btc-chain">{shown}</ol>'
        f'<p class="btc-message">{parts.text(worded(text, f"chain {id}, text"))}</p>{parts.notes_html(note)}'
        f"{parts.source_line(papers, id)}</figure>"
    )
    said = [text, note] if isinstance(note, str) else [text, *note]
    emit.exhibit(body, about("figure", id, words, released, notes=said))


def _step(rows: pd.DataFrame, lead: str) -> str:
    holds, rests = rows[rows["kind"] == HOLDS], rows[rows["kind"] == RESTS]
    items = "".join(f"<li>{parts.text(str(words))}</li>" for words in holds["words"])
    name = parts.text(str(rows["stage"].iloc[0]))
    step = f'<div class="btc-step"><p><strong>{name}</strong></p><ul>{items}</ul></div>'
    claims = "".join(_claim(row) for row in rests.to_dict("records"))
    arrow = f'<div class="btc-arrow"><p>{parts.text(lead)}</p><ul>{claims}</ul></div>' if claims else ""
    return f"<li>{step}{arrow}</li>"


def _claim(row: dict[Any, Any]) -> str:
    said = linked(str(row["id"]), parts.text(str(row["words"])))
    return f'<li>{said} <span class="btc-verdict">{parts.text(str(row["verdict"]))}</span></li>'
