"""How long did each step of a build take last time? Kept in the work folder, for the estimate of the time left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from btc_eval.edition.layout import Layout

#: Steps of a build that are no chapters, in their order.
RENDERING, PRINTING, PLACING = "rendering", "printing", "placing"

_NAME = "times.json"


def expected(where: Layout, steps: Iterable[str]) -> dict[str, float]:
    """How many seconds did these steps take last time? Those of which it is known; none where the file is spoiled."""
    try:
        kept = json.loads((where.work / _NAME).read_text(encoding="utf-8"))
        return {name: max(float(kept[name]), 0.0) for name in steps if name in kept}
    except (OSError, ValueError, TypeError):
        return {}


def keep(where: Layout, measured: Mapping[str, float]) -> None:
    """Keep how long these steps took, beside what is known of others."""
    path = where.work / _NAME
    try:
        kept = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        kept = {}
    kept |= {name: round(seconds, 2) for name, seconds in measured.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(kept, indent=1, sort_keys=True), encoding="utf-8")
    half.replace(path)
