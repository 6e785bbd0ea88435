"""Nine hundred tables more, by the heuristic that large tables rely on: a thousand with those of the other file."""

from __future__ import annotations

import pytest

from tests.property.disclosure_tables import attacked


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(9))
def test_no_small_cell_can_be_narrowed(chunk: int) -> None:
    first = 100 + 100 * chunk
    assert sum(attacked(seed, wards=4, statuses=2, exact_cells=0)[0] for seed in range(first, first + 100)) > 200
