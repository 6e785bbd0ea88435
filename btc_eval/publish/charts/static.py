"""The drawing without a script: a specification → SVG that stands in the page, on paper and where scripts are off."""

from __future__ import annotations

import copy
import re
from typing import Any

import vl_convert

from btc_eval.publish.charts import base, style

_DROP = re.compile(
    r' (?:xmlns:xlink="[^"]*"|version="1\.1"|role="[^"]*"|aria-[a-z]+="[^"]*"|pointer-events="none"|opacity="1")'
)
_GRADIENT = re.compile(r'id="([^"]+)"')
_LONG = re.compile(r"-?\d+\.\d{3,}")


def svg(spec: dict[str, Any], *, width: int, prefix: str) -> str:
    """How does this specification look at this width, in pixels? As SVG, coloured by the page's variables.

    Parameters
    ----------
    spec
        A specification from `base.assemble`.
    width
        Of the whole drawing, labels included.
    prefix
        Put before every id inside the drawing, so that two drawings on a page do not share one.
    """
    still = copy.deepcopy(spec)
    still["width"] = width - 8
    still["layer"] = [layer for layer in still["layer"] if layer.get("name") != base.HOVER]
    still.pop("usermeta", None)
    drawn = vl_convert.vegalite_to_svg(still)
    drawn = _DROP.sub("", drawn)
    drawn = _LONG.sub(lambda number: f"{float(number.group()):.2f}", drawn)
    for name in set(_GRADIENT.findall(drawn)):
        drawn = drawn.replace(f'id="{name}"', f'id="{prefix}-{name}"').replace(
            f"url(#{name})", f"url(#{prefix}-{name})"
        )
    drawn = drawn.replace(f'font-family="{style.FONT.replace(chr(34), "&quot;")}"', "")
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
