"""The cells of a released table as an accessible HTML table; on a narrow screen each row can be a card."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from btc_eval.disclosure import SafeTable
from btc_eval.publish import blanks
from btc_eval.publish.door import why_blank
from btc_eval.publish.formats import Format, named, say, usual
from btc_eval.publish.parts import text
from btc_eval.publish.rich import Rich

#: What a row is called that sums up the others, where the table does not say.
_TOTALS = ("all", "total")


def grid(
    safe: SafeTable,
    *,
    caption: str,
    columns: Mapping[str, str],
    formats: Mapping[str, Format | str],
    row_header: str | None = None,
    anchor: str | None = None,
    hide_caption: bool = False,
    rich: Rich | None = None,
) -> str:
    """Return the cells as an accessible HTML table.

    Parameters
    ----------
    safe
        The released table.
    caption
        What the table shows; read out first.
    columns
        Columns shown, in order, each with its words.
    formats
        How the values of a column are said; the rest by their type.
    row_header
        The column that names the rows; the first one shown where `None`.
    anchor
        A column whose values become the rows' ids on the page.
    hide_caption
        Leave the caption to listeners, where a title stands above already.
    rich
        Columns shown as more than text, and whether rows become cards on a narrow screen.
    """
    cards = rich is not None and bool(rich.cards)
    frame = safe.frame
    kinds = {name: named(formats[name]) if name in formats else usual(frame[name]) for name in columns}
    header = row_header or next(iter(columns))
    signs = blanks.signs(safe, columns)
    head = "".join(
        f'<th scope="col"{_role("columnheader", cards)}{_align(kinds[name])}>{text(words)}</th>'
        for name, words in columns.items()
    )
    rows = []
    seen: set[str] = set()
    for index in frame.index:
        cells = "".join(
            _cell(safe, name, index, kinds[name], name == header, rich, words if cards else "", signs)
            for name, words in columns.items()
        )
        identity = f' id="{text(str(frame.loc[index, rich.rows]))}"' if rich is not None and rich.rows else ""
        if anchor is not None:
            name = f"source-{str(frame.loc[index, anchor]).replace('_', '-')}"
            identity = "" if name in seen else f' id="{text(name)}"'
            seen.add(name)
        total = ' class="btc-total"' if _sums_up(safe, index, header) else ""
        rows.append(f"<tr{identity}{total}{_role('row', cards)}>{cells}</tr>")
    hidden = ' class="btc-heard"' if hide_caption else ""
    kind = "btc-table" + " btc-as-cards" * cards
    kind += " btc-always-cards" * (rich is not None and rich.cards == "always")
    return (
        f'<div class="btc-scroll" role="region" tabindex="0" aria-label="{text(caption)}">'
        f'<table class="{kind}"{_role("table", cards)}><caption{hidden}><span>{text(caption)}</span></caption>'
        f"<thead{_role('rowgroup', cards)}><tr{_role('row', cards)}>{head}</tr></thead>"
        f"<tbody{_role('rowgroup', cards)}>{''.join(rows)}</tbody></table></div>{blanks.key(signs)}"
    )


def _sums_up(safe: SafeTable, index: object, header: str) -> bool:
    """Is this row a total of others? It stays last however a reader sorts the table."""
    frame = safe.frame
    if safe.totals is not None and any(str(frame.loc[index, key]) == safe.totals for key in safe.keys):  # type: ignore[index]
        return True
    return str(frame.loc[index, header]).casefold() in _TOTALS  # type: ignore[index]


def _role(role: str, cards: bool) -> str:
    """Return a part's role in words: laid out as cards, a table would lose its own."""
    return f' role="{role}"' if cards else ""


def _align(kind: Format) -> str:
    return ' class="btc-number"' if kind.numeric else ""


def _cell(
    safe: SafeTable,
    name: str,
    index: object,
    kind: Format,
    header: bool,
    rich: Rich | None,
    label: str,
    signs: Mapping[str, str],
) -> str:
    value = safe.frame.loc[index, name]  # type: ignore[index]
    if pd.isna(value):
        reason = why_blank(safe, name, index)
        kinds = "btc-blank btc-number" if reason in signs and kind.numeric else "btc-blank"
        shown, blank = blanks.shown(reason, signs), f' class="{kinds}"'
    else:
        shown, blank = text(say(value, kind)), _align(kind)
    shown = rich.cell(safe, name, index, shown) if rich is not None else shown
    if label:
        blank += f' role="{"rowheader" if header else "cell"}"'
        shown = f'<span class="btc-label" aria-hidden="true">{text(label)}</span><span>{shown}</span>'
    return f'<th scope="row"{blank}>{shown}</th>' if header else f"<td{blank}>{shown}</td>"
