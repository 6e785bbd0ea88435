"""Records: what comes in at the door, checked, and read back with its papers.

`official()` gives the compiled official statistics; `refresh.refresh` compiles them from the publishers' files;
`check.check` verifies a data folder.
"""

from __future__ import annotations

from btc_eval.records.areas import ENGLAND, NORTH_WEST, WIRRAL
from btc_eval.records.catalogue import Entry, Source
from btc_eval.records.listing import sources
from btc_eval.records.official import Official, official, reads
from btc_eval.records.symbols import Reason

__all__ = [
    "ENGLAND",
    "NORTH_WEST",
    "WIRRAL",
    "Entry",
    "Official",
    "Reason",
    "Source",
    "official",
    "reads",
    "sources",
]
