"""A figure that is late is told from one that is still to come, by the date that the edition bears."""

from __future__ import annotations

from btc_eval.edition import awaited


def test_a_figure_is_late_by_the_editions_own_month_and_not_by_the_clock() -> None:
    text = "<td>{{expected:2026-10}}</td><td>{{expected:2027-03}}</td>"
    assert awaited.fill(text, "2026-11-26T10:00:00Z") == (
        "<td>was due October 2026, not in this edition</td><td>expected March 2027</td>"
    )
    assert "was due" not in awaited.fill(text, "2026-09-30T23:59:59Z")
    assert awaited.fill(text, "2026-10-01T00:00:00Z").startswith("<td>due October 2026, not in this edition")
    assert awaited.fill(text, None) == "<td>expected October 2026</td><td>expected March 2027</td>"
