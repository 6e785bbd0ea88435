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
_NAMES = re.compile(r' class="(mark-[a-z]+)?[^"]*"')
_EMPTY = re.compile(r'<path(?: class="")? d=""[^>]*/>')
_GRADIENT = re.compile(r'id="([^"]+)"')
_LONG = re.compile(r"-?\d+\.\d{3,}")
_GROUP = re.compile(r'(<g class="mark-[a-z]+")>((?:<(?:path|line|text|rect)[^>]*(?:/>|>[^<]*</text>))+)</g>')
_MARK = re.compile(r"<(path|line|text|rect)([^>]*)>")
_SHARED = re.compile(r' (fill|stroke|stroke-width|stroke-dasharray|font-size|font-weight|text-anchor)="[^"]*"')
_DOT = re.compile(
    r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"([^>]*)/>'
)


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
    drawn = _LONG.sub(lambda number: f"{float(number.group()):.1f}".removesuffix(".0"), drawn)
    drawn = _NAMES.sub(lambda found: f' class="{found[1]}"' if found[1] else "", drawn)
    drawn = _EMPTY.sub("", drawn)
    for name in set(_GRADIENT.findall(drawn)):
        drawn = drawn.replace(f'id="{name}"', f'id="{prefix}-{name}"').replace(
            f"url(#{name})", f"url(#{prefix}-{name})"
        )
    drawn = drawn.replace(f'font-family="{style.FONT.replace(chr(34), "&quot;")}"', "")
    drawn = _DOT.sub(r'<circle cx="\1" cy="\2" r="\3"\4/>', _GROUP.sub(_hoisted, drawn))
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _hoisted(group: re.Match[str]) -> str:
    """Say once, on the group, what is the same for every mark in it."""
    marks = _MARK.findall(group[2])
    same = set.intersection(*({found.group() for found in _SHARED.finditer(rest)} for _, rest in marks))
    inner = group[2]
    for words in same:
        inner = inner.replace(words, "")
    return f"{group[1]}{''.join(sorted(same))}>{inner}</g>"
