"""Floor 6: what a reader sees. Everything here takes a released table and nothing else.

`quantity`, `quantities`, `sentence` and `paste` make the words; `figure`, `table` and `download` the exhibits;
`finding` the record of what was found; `chain` a line of reasoning and `history` what happened when. `lines`,
`counterfactual`, `strip`, `dates`, `bars`, `tiles`, `fan` and `facets` say how a figure is drawn.
"""

from __future__ import annotations

from btc_eval.publish.chain import chain
from btc_eval.publish.charts.bars import Bars as bars
from btc_eval.publish.charts.counterfactual import Counterfactual as counterfactual
from btc_eval.publish.charts.dates import Dates as dates
from btc_eval.publish.charts.facets import Facets as facets
from btc_eval.publish.charts.fan import Fan as fan
from btc_eval.publish.charts.layout import Event
from btc_eval.publish.charts.lines import Lines as lines
from btc_eval.publish.charts.strip import Strip as strip
from btc_eval.publish.charts.tiles import Tiles as tiles
from btc_eval.publish.events import beyond, marks
from btc_eval.publish.figures import download, figure
from btc_eval.publish.findings import Finding, finding
from btc_eval.publish.formats import Format
from btc_eval.publish.history import history
from btc_eval.publish.phrases import Phrase, paste, quantity, sentence
from btc_eval.publish.several import point, quantities, spans
from btc_eval.publish.tables import table

__all__ = [
    "Event",
    "Finding",
    "Format",
    "Phrase",
    "bars",
    "beyond",
    "chain",
    "counterfactual",
    "dates",
    "download",
    "facets",
    "fan",
    "figure",
    "finding",
    "history",
    "lines",
    "marks",
    "paste",
    "point",
    "quantities",
    "quantity",
    "sentence",
    "spans",
    "strip",
    "table",
    "tiles",
]
