"""One pass over an XML return, in constant memory: elements become rows of text, whatever the vendor called them.

The parser is expat, driven directly: no tree is built. A document type is refused where it starts, so no entity is
ever defined, let alone expanded. Stray text, unknown elements and repeated fields are counted and passed over.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from btc_eval.errors import RefusedError, refuse
from btc_eval.records.statutory.sources import Source
from btc_eval.records.statutory.xml_handlers import attach, detach
from btc_eval.records.statutory.xml_plan import MOST_TEXT, Flow, Plan

_PIECE = 1 << 18
#: Longest run of bytes without a complete element.
_STALLED = 1 << 24


def stream(source: Source, plan: Plan, hand_over: Callable[[Flow], None]) -> Flow:
    """Read the file once; `hand_over` is called with each batch of rows, and once more at the end.

    Raises
    ------
    RefusedError
        Where the file is cut short or not well formed, defines a document type, or is nested beyond reason.
    """
    flow = Flow([[] for _ in plan.blocks], [0] * len(plan.blocks))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = MOST_TEXT
    parser.ordered_attributes = True  # nothing reads them, and a list is made sooner than a mapping
    attach(parser, plan, flow, hand_over, source)
    fed = 0
    collecting = gc.isenabled()
    gc.disable()  # rows hold no cycles, and looking for some costs a tenth of the time
    try:
        with source.open() as content:
            while piece := content.read(_PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _STALLED:
                    raise _refused(source, parser, f"more than {_STALLED >> 20} MB without one complete element")
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = expat.errors.messages[error.code]
        found = f"XML that is cut short or not well formed ({what}), after {flow.children:,} complete children"
        raise _refused(source, parser, found) from None
    except (LookupError, ValueError):
        raise _refused(source, parser, "an encoding that cannot be read") from None
    finally:
        detach(parser)
        if collecting:
            gc.enable()
    hand_over(flow)
    return flow


def _refused(source: Source, parser: Any, found: str) -> RefusedError:
    return refuse(
        source.name,
        f"line {parser.CurrentLineNumber:,}",
        found=found,
        allowed="a complete XML return, as the case system writes it",
        do="Export the return again and compare its size; nothing of this file was used.",
    )
