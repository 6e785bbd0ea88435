"""What a chapter's kernel loads of the library: what it uses, and neither the gate nor the builder."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from btc_eval import disclosure, watch

RELEASE = """
import pandas as pd
from btc_eval import disclosure, publish
from btc_eval.estimates import Papers, Provenance
frame = pd.DataFrame({"ward": ["A", "B", "C"], "n": [40, 1, 60]})
papers = Papers(Provenance.DEMONSTRATION, (), "2020", "2023")
safe = disclosure.control(frame, "council", keys=["ward"], counts="n", papers=papers, name="wards")
assert isinstance(safe, disclosure.SafeTable) and publish.table
"""
LOADED = "import sys; print(sorted(name for name in sys.modules if name.startswith('btc_eval')))"


@pytest.fixture(scope="module")
def held() -> tuple[set[str], set[str]]:
    """Return which modules of the library a fresh process holds once it has released a table, and after a scan."""
    cells = "\n".join([watch.PRELUDE, RELEASE, LOADED, "disclosure.scan", LOADED])
    done = subprocess.run([sys.executable, "-c", cells], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()[-2:]
    return set(ast.literal_eval(before)), set(ast.literal_eval(after))


def test_a_kernel_that_releases_tables_loads_neither_the_gate_nor_the_builder(held: tuple[set[str], set[str]]) -> None:
    before, _ = held
    assert {"btc_eval.watch", "btc_eval.disclosure.control", "btc_eval.publish.tables"} <= before
    assert not {name for name in before if name.startswith(("btc_eval.disclosure.gate", "btc_eval.edition"))}


def test_the_gate_is_loaded_at_its_first_use_and_is_told_by_its_names(held: tuple[set[str], set[str]]) -> None:
    """The test above looks for names; a module of the gate under another name would pass it by.

    The one module outside the gate that comes with it tells which errors a damaged archive raises.
    """
    before, after = held
    gates = {f"btc_eval.disclosure.{path.stem}" for path in Path(disclosure.__file__).parent.glob("gate*.py")}
    assert after - before == gates | {"btc_eval.zips"}


def test_its_doors_are_found_as_any_other() -> None:
    from btc_eval.disclosure import Scan, gate, scan

    assert (Scan, scan) == (gate.Scan, gate.scan) == (disclosure.Scan, disclosure.scan)
    assert set(disclosure.__all__) <= set(dir(disclosure))
    assert not hasattr(disclosure, "scans")
