"""What every page needs beside its words: the drawing library, packed into one file that the site carries itself."""

from __future__ import annotations

import functools
from pathlib import Path

import vl_convert

#: The file a page fetches from its own site, once, when its first chart comes into view.
BUNDLE = "btc-vega.js"

_NOTICE = (
    "/* Vega, Vega-Lite, Vega-Embed (BSD 3-Clause) and D3 (ISC), copyright their authors; see THIRD_PARTY.md. */\n"
)


@functools.cache
def _bundle() -> str:
    # Wrapped, because a page opened from a folder cannot load a module, and a plain script must not leave names behind.
    return f"{_NOTICE}(function(){{{vl_convert.javascript_bundle('window.vegaEmbed = vegaEmbed;')}}})();\n"


def write_assets(static: Path) -> None:
    """Write the drawing library into the site's static folder.

    Parameters
    ----------
    static
        The folder; made where it is missing.
    """
    static.mkdir(parents=True, exist_ok=True)
    (static / BUNDLE).write_text(_bundle(), encoding="utf-8")
