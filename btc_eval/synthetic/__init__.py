"""Synthetic: a demonstration extract that behaves like the real thing.

`write` makes complete returns in the statutory formats for a synthetic Wirral, drawn to the published totals, with a
known programme effect beside them. Nothing in it is about a real child, and nothing found in it is about Wirral.
"""

from __future__ import annotations

from btc_eval.synthetic.extract import Manifest, write

#: From which seed the extract is drawn that every page is shown on until the council supplies its own returns.
SEED = 2024

__all__ = ["SEED", "Manifest", "write"]
