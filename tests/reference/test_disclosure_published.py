"""Bounds that somebody else has worked out: a published example, and an R package on two tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btc_eval import disclosure

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "cohort" / "sdc_suppression"


def test_the_example_of_the_handbook() -> None:
    """Geurts (1992), Table 10; Handbook on Statistical Disclosure Control, 2nd edition, section 4.2, example 3."""
    rows = ["1", "2", "3", "Total"]
    cells = [(r, c) for r in rows for c in ["1", "2", "Total"]]
    n = [None, None, 7, None, None, 3, 3, 3, 6, 9, 7, 16]
    frame = pd.DataFrame(cells, columns=["row", "column_"]).assign(n=n)
    found = disclosure.audit(frame, keys=["row", "column_"], counts="n", totals="Total").set_index(["row", "column_"])
    assert found.loc[("1", "1"), ["lower", "upper"]].tolist() == [3, 6]
    # worked by hand from X11 in [3, 6]: X12 = 7 - X11, X21 = 6 - X11, X22 = X11 - 3
    assert found.loc[("1", "2"), ["lower", "upper"]].tolist() == [1, 4]
    assert found.loc[("2", "1"), ["lower", "upper"]].tolist() == [0, 3]
    assert found.loc[("2", "2"), ["lower", "upper"]].tolist() == [0, 3]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the stored R results do not lie beside the clone")
@pytest.mark.parametrize(("name", "keys"), [("t2", ["ward", "v1"]), ("t3", ["ward", "v1", "v2"])])
def test_bounds_equal_gauss_suppression(name: str, keys: list[str]) -> None:
    """GaussSuppression 1.2.3 with lpSolve, its own pattern of blanks; bounds are unique, so only they are compared.

    Tolerance: both are vertices of the same polytope, so they differ by rounding alone. The committed counterparts
    are the handbook's example above and the tables that are written down in `tests/property`.
    """
    theirs = pd.read_csv(SHARED / f"{name}_gauss_intervals.csv")
    frame = theirs[[*keys, "n"]].assign(n=theirs["n"].where(~theirs["suppressed"]))
    ours = disclosure.audit(frame, keys=keys, counts="n", totals="Total", whole=False).merge(theirs, on=keys)
    stated = ours.dropna(subset=["lo", "up"])
    assert len(stated) == theirs["lo"].notna().sum() > 10
    np.testing.assert_allclose(stated["lower"], stated["lo"], atol=1e-9)
    np.testing.assert_allclose(stated["upper"], stated["up"], atol=1e-9)
