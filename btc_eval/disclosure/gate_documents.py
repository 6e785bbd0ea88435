"""The whole report in one file, as a spreadsheet and on paper: do they hold only what the site's own pages hold?"""

from __future__ import annotations

from btc_eval.disclosure import gate_paper, gate_sheets, gate_workbook
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_packed import Unreadable

#: Made by the build, at the top of a site, from the tables and the pages that are read here.
WORKBOOK, PAPER = "report.xlsx", "report.pdf"
_ALLOWED = "the workbook and the paper that a build writes from its own tables and pages"


def read(reading: Reading, name: str, content: bytes) -> None:
    """Read the workbook of all tables or the printed report against the register and the pages of the site."""
    try:
        if name == WORKBOOK:
            book = gate_workbook.read(content)
            for part, words in book.words:
                reading.words(name, words, part)
            gate_sheets.hold(reading, name, book.pages, reading.said)
        else:
            gate_paper.read(reading, name, content, reading.said)
    except Unreadable as error:
        reading.refuse(name, "", str(error), _ALLOWED)
