"""What the pages on quality, monitoring and methods show is what was read, published and simulated."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from btc_eval import measures, records, synthetic
from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.locations import data_folder
from btc_eval.records import statutory


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> statutory.StatutoryRecords:
    folder = tmp_path_factory.mktemp("extract") / "demo"
    synthetic.write(folder, seed=6, first_year=2023, last_year=2024, children=500)
    return statutory.read(folder)


def test_the_ledger_on_the_page_loses_no_row(returns: statutory.StatutoryRecords) -> None:
    frame, papers = measures.ledger(returns)
    assert (frame["rows_in"] == frame["rows_used"] + frame["rows_set_aside"]).all()
    assert frame["rows_in"].sum() == returns.ledger.rows_in
    assert frame["table"].is_unique
    assert (frame.loc[frame["rows_set_aside"] == 0, "reasons"] == "none set aside").all()
    assert papers.provenance is Provenance.DEMONSTRATION


def test_totals_beside_the_published_ones_are_counted_once(returns: statutory.StatutoryRecords) -> None:
    official = records.official()
    frame, papers = measures.reconciled(returns, official)
    assert (frame["years"] == frame["agree"] + frame["differ"] + frame["not_checked"]).all()
    assert frame["years"].sum() == len(statutory.reconcile(returns, official))
    assert papers.provenance is Provenance.DEMONSTRATION


def test_wirrals_own_totals_agree_but_for_those_that_cannot() -> None:
    own, counts = measures.published_totals()
    assert (own["years"] == own["agree"] + own["differ"]).all()
    differ = own[own["differ"] > 0]["measure"]
    # The two sums that the publisher's definitions do not make equal; see the page.
    assert len(differ) <= 2
    assert counts["agree"].item() > counts["differ"].item()
    assert counts["not_checked"].item() == 0


def test_an_unusual_change_is_one_that_one_council_in_twenty_exceeds() -> None:
    official = records.official()
    frame, papers = measures.watched(official)
    assert papers.provenance is Provenance.OFFICIAL
    row = frame[(frame["measure"] == "looked_after_rate") & (frame["span"] == 2)].iloc[0]
    panel = measures.annual(official, "looked_after_rate").councils().dropna(subset=["value"])
    values = panel.set_index(["area_code", "year"])["value"]
    moved = np.array([v - values[a, y - 2] for (a, y), v in values.items() if (a, y - 2) in values.index])
    assert row["compared"] == len(moved)
    assert np.mean(moved < row["fall"]) == pytest.approx(0.05, abs=0.002)
    assert np.mean(moved > row["rise"]) == pytest.approx(0.05, abs=0.002)
    own = measures.annual(official, "looked_after_rate").of(records.WIRRAL).dropna(subset=["value"]).iloc[-1]
    assert (row["latest"], row["value"]) == (own["year"], own["value"])
    assert (frame["compared"] >= 200).all()


def test_coverage_is_the_worst_of_what_was_simulated() -> None:
    rows = pd.DataFrame(
        json.loads((data_folder() / "simulations/coverage_its.json").read_text(encoding="utf-8"))["rows"]
    )
    wide, papers = measures.coverage_by_length("rate", "slope")
    default = rows[(rows["kind"] == "rate") & (rows["estimator"] == "default")]
    by_hand = default[default["n"] == 12]["slope"].min()
    assert wide.set_index("estimator").loc["default", "n12"] == by_hand
    assert wide["method"].notna().all()
    assert papers.provenance is Provenance.DEMONSTRATION
    with pytest.raises(RefusedError, match="count, rate"):
        measures.coverage("neither")


def test_the_default_keeps_its_promise_from_twelve_points_on() -> None:
    for change in ("level", "slope"):
        wide, _ = measures.coverage_by_length("rate", change)
        default = wide.set_index("estimator").loc["default", ["n12", "n16", "n24", "n36", "n48", "n60", "n100", "n240"]]
        assert default.astype(float).between(0.93, 0.98).all(), change
        least = wide.set_index("estimator").loc["ols", ["n24", "n48", "n100"]].astype(float)
        assert (least < 0.7).all()
