"""Floor 6: what a reader sees. Everything here takes a released table and nothing else.

`quantity`, `quantities`, `sentence` and `paste` make the words; `figure`, `table` and `download` the exhibits;
`finding` the record of what was found; `chain` a line of reasoning, `history` what happened when and `flow_diagram` how
children were chosen. `lines`, `counterfactual`, `strip`, `dates`, `bars`, `tiles`, `fan`, `flow`, `steps`, `points`,
`facets` and `schedule` say how a figure is drawn.
"""

from __future__ import annotations

from btc_eval.publish.chain import chain
from btc_eval.publish.charts.bars import Bars as bars
from btc_eval.publish.charts.counterfactual import Counterfactual as counterfactual
from btc_eval.publish.charts.dates import Dates as dates
from btc_eval.publish.charts.facets import Facets as facets
from btc_eval.publish.charts.fan import Fan as fan
from btc_eval.publish.charts.flow import Flow as flow
from btc_eval.publish.charts.layout import Event
from btc_eval.publish.charts.lines import Lines as lines
from btc_eval.publish.charts.points import Points as points
from btc_eval.publish.charts.schedule import Schedule as schedule
from btc_eval.publish.charts.steps import Steps as steps
from btc_eval.publish.charts.strip import Strip as strip
from btc_eval.publish.charts.tiles import Tiles as tiles
from btc_eval.publish.events import beyond, marks
from btc_eval.publish.figures import download, figure
from btc_eval.publish.findings import Finding, finding
from btc_eval.publish.formats import Format
from btc_eval.publish.history import history
from btc_eval.publish.phrases import Phrase, either, paste, quantity, sentence
from btc_eval.publish.selection_flow import flow_diagram
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
    "either",
    "facets",
    "fan",
    "figure",
    "finding",
    "flow",
    "flow_diagram",
    "history",
    "lines",
    "marks",
    "paste",
    "point",
    "points",
    "quantities",
    "quantity",
    "schedule",
    "sentence",
    "spans",
    "steps",
    "strip",
    "table",
    "tiles",
]
