"""From a clone to a site: execute the chapters, collect what they found, render, and put the whole in place at once.

Floor 7. Modules, in the order a build meets them: `layout` (where everything lies), `fingerprint` (has anything
changed?), `chapters` (MyST into notebooks), `cache` and `execute` (run only what must run; `btc_eval.watch` is the
part inside the kernel), `collect` (findings, exhibits), `record` (edition.json), `stage` and `render` (Sphinx),
`workbook` (all tables in one file), `paper` (the whole report as a PDF), `swap` (replaced whole or not at all), `serve`
(look at it on this machine). Nothing heavy is imported until it is needed: a build with nothing to do reads hashes and
stops.
"""

from __future__ import annotations

from btc_eval.edition.archive import opened
from btc_eval.edition.build import Built, build
from btc_eval.edition.comparison import Comparison, compare
from btc_eval.edition.gate import scan
from btc_eval.edition.release import Released, release
from btc_eval.edition.serve import serve
from btc_eval.edition.verification import Verification
from btc_eval.edition.verify import verify

__all__ = [
    "Built",
    "Comparison",
    "Released",
    "Verification",
    "build",
    "compare",
    "opened",
    "release",
    "scan",
    "serve",
    "verify",
]
