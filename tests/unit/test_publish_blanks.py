"""Empty cells: a repeated reason is a sign, said once below and read out in each; notes say what is true."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.disclosure import SafeTable
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import blanks

PAPERS = Papers(Provenance.OFFICIAL, ("paper-report-2024",))
MADE_UP = Papers(Provenance.DEMONSTRATION, ())
HELD, FEW = "held by the council, not published", "too few councils to say"

pytestmark = pytest.mark.usefixtures("own_data")


def gaps(**more: Any) -> SafeTable:
    rows = {
        "id": ["a", "b", "c"],
        "latest": [None, None, 3.5],
        "fall": [None, None, None],
        "fall_reason": [HELD, FEW, FEW],
        "rise": [1.0, None, 2.0],
        **more,
    }
    why = {"latest": HELD, "fall": FEW, "rise": "none"}
    return disclosure.control(pd.DataFrame(rows), "official", keys=["id"], papers=PAPERS, blanks=why)


def test_a_reason_that_is_long_and_stands_in_several_cells_is_a_sign() -> None:
    assert blanks.signs(gaps(), ["id", "latest", "fall", "rise"]) == {HELD: "[z]", FEW: "[z*]"}
    assert blanks.signs(gaps(), ["id", "fall"]) == {FEW: "[z]"}, "only what is shown counts"
    assert blanks.signs(gaps(), ["id", "rise"]) == {}, "a short reason stands as it is"


@pytest.mark.parametrize("cards", [False, True])
def test_who_sees_reads_the_sign_and_who_listens_hears_the_reason(
    shown: list[tuple[str, dict[str, Any]]], cards: bool
) -> None:
    columns = {"id": "Name", "latest": "Latest", "fall": "A fall of", "rise": "A rise of"}
    publish.table(gaps(), id="t", caption="C", columns=columns, cards=cards)
    html, about = shown[0]
    cell = f'<span class="btc-sign" aria-hidden="true">[z]</span><span class="btc-heard">{HELD}</span>'
    assert html.count(cell) == 3
    assert html.count("btc-blank") == 6
    assert html.count(f"In place of a figure: [z] {HELD}; [z*] {FEW}.") == 1
    assert ">none<" in html
    assert about["words"]["blanks"]["latest"] == {f"[z] {HELD}": [0, 1]}


def test_a_total_is_known_by_its_label_so_that_it_can_stay_last(shown: list[tuple[str, dict[str, Any]]]) -> None:
    wards = pd.DataFrame({"ward": ["A", "Every ward", "B"], "n": [20, 50, 30]})
    safe = disclosure.control(wards, "council", keys=["ward"], counts="n", totals="Every ward", papers=MADE_UP)
    publish.table(safe, id="t", caption="C", columns={"ward": "Ward", "n": "Children"})
    assert re.findall(r'<tr class="btc-total"><th scope="row">([^<]*)', shown[0][0]) == ["Every ward"]


def test_a_note_stands_only_under_what_it_is_true_of(shown: list[tuple[str, dict[str, Any]]]) -> None:
    frame = pd.DataFrame({"ward": ["A", "B", "C"], "n": [21, 3, 32], "few": [1, 2, 40]})
    safe = disclosure.control(
        frame, "council", keys=["ward"], counts=["n", "few"], rates={"share": ("n", "few", 100)}, papers=MADE_UP
    )
    assert len(safe.notes) == 2
    rounded = "Counts are rounded to the nearest 5."
    for columns, noted in (({"ward": "Ward", "n": "N"}, True), ({"ward": "Ward", "share": "Share"}, False)):
        publish.table(safe, id="t", caption="C", columns=columns)
        html, about = shown.pop()
        assert (rounded in html) == noted, columns
        assert rounded in about["words"]["notes"], "the file and the workbook hold the counts"
    assert disclosure.notes_of(safe, ["ward"]) == ()
    assert disclosure.notes_of(safe, ["n"], explained=True) == (rounded,)


def test_a_month_that_something_is_expected_in_is_left_for_the_builder(
    shown: list[tuple[str, dict[str, Any]]],
) -> None:
    rows = {"id": ["a", "b"], "next": ["2025-26, expected October 2026", "never"], "due": ["2026-10", None]}
    safe = disclosure.control(
        pd.DataFrame(rows), "official", keys=["id"], papers=PAPERS, blanks={"due": "no month is expected"}
    )
    publish.table(safe, id="t", caption="C", columns={"id": "A", "next": "Next"}, expected={"next": "due"})
    html, about = shown[0]
    assert "<td>2025-26, {{expected:2026-10}}</td>" in html
    assert "<td>never</td>" in html
    assert "2025-26, expected October 2026" in about["csv"]
    for wrong in ("2026-11", "soon"):
        frame = safe.frame.assign(due=[wrong, None])
        other = disclosure.control(frame, "official", keys=["id"], papers=PAPERS, blanks={"due": "none"})
        with pytest.raises(RefusedError, match="expected"):
            publish.table(other, id="t", caption="C", columns={"id": "A", "next": "Next"}, expected={"next": "due"})


def test_no_record_of_an_empty_cell_tells_a_small_number_from_the_one_that_guards_it(
    shown: list[tuple[str, dict[str, Any]]],
) -> None:
    wards = pd.DataFrame({"ward": ["A", "B", "C", "Total"], "n": [12, 3, 31, 46]})
    safe = disclosure.control(wards, "council", keys=["ward"], counts="n", totals="Total", papers=MADE_UP)
    assert set(safe.suppressed["reason"]) == {disclosure.Reason.PRIMARY, disclosure.Reason.SECONDARY}
    publish.table(safe, id="t", caption="C", columns={"ward": "Ward", "n": "Children"})
    html, about = shown[0]
    alike = "a small number, or one that would give a small number away"
    assert about["words"]["blanks"] == {"n": {f"[c] {alike}": [0, 1]}}
    assert html.count('<td class="btc-blank btc-number"><span class="btc-sign" aria-hidden="true">[c]</span>') == 2
    for told in (disclosure.Reason.PRIMARY.value, disclosure.Reason.SECONDARY.value):
        assert told not in f"{html} {about}"
