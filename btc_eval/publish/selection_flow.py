"""Show how children were chosen: a diagram made of words and boxes, which a screen reader reads as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Provenance
from btc_eval.publish import emit, parts
from btc_eval.publish.door import admitted, identified, why_blank, worded
from btc_eval.publish.formats import say
from btc_eval.publish.grid import grid
from btc_eval.publish.tables import about

#: Columns of a released flow of selection, and the two kinds of line.
COLUMNS = ("step", "kind", "reason", "n")
_OUT, _IN = "left out", "compared"


def flow_diagram(
    safe: Any, *, id: str, title: str, text: str, start: str, unit: str = "children", note: str | Sequence[str] = ""
) -> None:
    """How were children chosen? Show a released flow of selection as a diagram.

    Parameters
    ----------
    safe
        A released table of `cohort.selection`: step, kind ("left out" or "compared"), reason, n.
    id, title, text, note
        As in `publish.figure`.
    start
        What the flow starts from, in words: "referrals in the window".
    unit
        What is counted from the first step on.

    Raises
    ------
    RefusedError
        For anything but a released table with papers, for other columns or kinds, and for fewer than two groups.

    Notes
    -----
    How many are left after each step is added up from the figures shown, from the groups at the end upwards. So the
    diagram tells nothing that its lines do not, and a figure that is hidden stays hidden.
    """
    released, papers = admitted(safe)
    identified(id, "flow_diagram")
    frame = released.only(list(COLUMNS)).sort_values("step", kind="stable")
    groups = frame[frame["kind"] == _IN]
    if not frame["kind"].isin([_OUT, _IN]).all() or len(groups) < 2 or groups["n"].isna().any():
        raise refuse(
            f"flow diagram {id}", "kind", found="lines of another kind, or a group without number",
            allowed="left out, compared; two groups or more", do="Make the table with cohort.selection and release it.",
        )  # fmt: skip
    words = parts.title_words(worded(title, f"flow diagram {id}, title"), papers)
    message = worded(text, f"flow diagram {id}, text")
    demonstration = papers.provenance is Provenance.DEMONSTRATION
    message = f"{parts.DEMONSTRATION}. {message}" if demonstration else message
    left = int(groups["n"].sum())
    out = frame[frame["kind"] == _OUT]
    remain = left + out["n"].fillna(0).astype(int).iloc[::-1].cumsum().iloc[::-1]
    boxes = [_box(f"{say(int(remain.iloc[0]) if len(out) else left, 'count')} {start}")]
    after = [*remain.iloc[1:], left] if len(out) else []
    for (index, line), rest in zip(out.iterrows(), after):
        boxes.append(_out(_said(released, line["n"], index), str(line["reason"])))
        if pd.isna(line["n"]) or line["n"] > 0:
            boxes.append(_box(f"{say(int(rest), 'count')} {unit} left"))
    said = [
        f"{_said(released, line['n'], index)} {parts.text(str(line['reason']))}" for index, line in groups.iterrows()
    ]
    ends = "".join(f'<li class="btc-flow-box btc-flow-end">{words}</li>' for words in said)
    stamp = parts.text(parts.DEMONSTRATION) if demonstration else ""
    # Drawn over the boxes by the style sheet: for the eye alone, since the message says the same in words.
    stamp = stamp and f' data-stamp="{stamp}"'
    shown = {"step": "Step", "kind": "What happened", "reason": "Who", "n": unit.capitalize()}
    cells = grid(
        released, caption=words, columns=shown, formats={"step": "plain"}, row_header="reason", hide_caption=True
    )
    body = (
        f'<figure class="btc-figure" id="{id}" data-provenance="{papers.provenance.value}">'
        f'<figcaption class="btc-caption"><span class="btc-title" id="{id}-title">{parts.text(words)}</span> '
        f"{parts.mark(papers)}</figcaption>"
        f'<div class="btc-flow"{stamp}><ol class="btc-flow-steps" aria-labelledby="{id}-title">{"".join(boxes)}'
        f'<li class="btc-flow-split"><span class="btc-flow-note">Compared</span><ul>{ends}</ul></li></ol></div>'
        f'<p class="btc-message" id="{id}-text">{parts.text(message)}</p>{parts.notes_html(note)}'
        f'<details class="btc-data"><summary>The numbers in this figure</summary>{cells}</details>'
        f"{parts.source_line(papers, id)}</figure>"
    )
    emit.exhibit(body, about("figure", id, words, released, list(shown)))


def _box(words: str) -> str:
    return f'<li class="btc-flow-box">{parts.text(words)}</li>'


def _out(number: str, reason: str) -> str:
    """Return who is left out, beside the line that leads down."""
    return f'<li class="btc-flow-out"><span class="btc-flow-note">Left out</span> {number}: {parts.text(reason)}</li>'


def _said(released: Any, n: Any, index: Any) -> str:
    if pd.isna(n):
        return parts.text(f"a number that is not shown ({why_blank(released, 'n', index)})")
    return "nobody" if int(n) == 0 else say(int(n), "count")
