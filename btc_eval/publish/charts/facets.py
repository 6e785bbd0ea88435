"""How does the same comparison look for several measures or places? One small chart each, on its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from btc_eval.publish.charts import base
from btc_eval.publish.charts.lines import Lines


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Draw one panel of lines for each value of a column.

    Parameters
    ----------
    by
        Column whose values become panels, in the order they first appear.
    lines
        How each panel is drawn.
    axes
        What each panel's vertical axis counts, by panel; the axis of `lines` where a panel is not named.
    """

    by: str
    lines: Lines
    axes: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns drawn."""
        return (self.by, *self.lines.columns)

    def draw(self, frame: pd.DataFrame, *, mark: str) -> list[base.Panel]:
        """Draw a panel for each value."""
        panels = []
        for name in dict.fromkeys(frame[self.by].astype(str)):
            part = frame[frame[self.by].astype(str) == name].drop(columns=[self.by])
            recipe = replace(self.lines, axis=self.axes.get(name, self.lines.axis))
            panels += [replace(panel, title=name) for panel in recipe.draw(part, mark=mark)]
        return panels
