"""Cells that are more than text, rows that become cards, lines of reasoning and of time, long lists of sources."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.disclosure import SafeTable
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import parts
from btc_eval.publish.grid import grid

PAPERS = Papers(Provenance.OFFICIAL, ("paper-report-2024",))
VOID = {"br", "img", "input", "hr"}

pytestmark = pytest.mark.usefixtures("own_data")


BLOCKS = {"p", "div", "details", "ul", "ol", "dl", "table", "figure", "section", "pre", "h2", "h3", "h4"}


class Balanced(HTMLParser):
    """Checks that every element that is opened is closed, in order, and that a paragraph holds no block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        assert "p" not in self.open or tag not in BLOCKS, f"a reader's browser ends the paragraph before <{tag}>"
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def released(rows: list[dict[str, Any]], **more: Any) -> SafeTable:
    return disclosure.control(pd.DataFrame(rows), "official", keys=["id"], papers=PAPERS, **more)


CLAIMS = [
    {"id": "claim-a", "claim": "It <fell>.", "findings": "care-gap; care-before", "asked": "question-x"},
    {"id": "claim-b", "claim": "It rose.", "findings": "none", "asked": "question-x"},
]
COLUMNS = {"claim": "Claim", "findings": "Evidence"}


def test_rows_have_addresses_and_findings_are_left_for_the_builder(shown: list[tuple[str, dict[str, Any]]]) -> None:
    publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, rows="id", findings=["findings"])

    html, about = shown[0]
    Balanced(html)
    assert re.findall(r'<tr id="([^"]+)">', html) == ["claim-a", "claim-b"]
    assert "<td>{{finding:care-gap}}{{finding:care-before}}</td>" in html
    assert "<td>None published.</td>" in html
    assert "It &lt;fell&gt;." in html
    assert "care-gap; care-before" in about["csv"], "the file holds the ids"


def test_papers_read_beside_a_record_are_evidence_too(shown: list[tuple[str, dict[str, Any]]]) -> None:
    rows = [row | {"beside": beside} for row, beside in zip(CLAIMS, ("none", "A study & a letter"))]
    publish.table(released(rows), id="t", caption="C", columns=COLUMNS, findings=["findings"])

    assert shown[0][0].count("Read beside it") == 1
    assert '<span class="btc-cited">Read beside it: A study &amp; a letter.</span>' in shown[0][0]


def test_a_link_leads_to_the_record_on_its_own_page(shown: list[tuple[str, dict[str, Any]]]) -> None:
    publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, links={"claim": "id"})
    assert '<a href="{{root}}answers/claims.html#claim-a">It &lt;fell&gt;.</a>' in shown[0][0]

    publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, links={"claim": "asked"})
    assert '<a href="{{root}}answers/questions.html#question-x">' in shown[1][0]


def test_a_link_to_a_record_without_a_page_or_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(RefusedError, match="which has no page"):
        publish.table(
            released([{"id": "aim-a", "claim": "x"}]),
            id="t",
            caption="C",
            columns={"claim": "C"},
            links={"claim": "id"},
        )
    with pytest.raises(RefusedError, match="nowhere"):
        publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, links={"claim": "nowhere"})


def test_cards_keep_the_roles_of_a_table_and_name_each_cell(shown: list[tuple[str, dict[str, Any]]]) -> None:
    publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, cards=True)

    html = shown[0][0]
    Balanced(html)
    assert 'class="btc-table btc-as-cards" role="table"' in html
    for role, count in (("row", 3), ("columnheader", 2), ("rowheader", 2), ("cell", 2), ("rowgroup", 2)):
        assert len(re.findall(rf'role="{role}"', html)) == count, role
    assert html.count('<span class="btc-label" aria-hidden="true">Evidence</span>') == 2
    assert grid(released(CLAIMS), caption="C", columns=COLUMNS, formats={}).count("role=") == 1, (
        "a plain table has only its region"
    )


def test_cells_of_many_words_are_cards_on_a_wide_screen_too_and_words_of_other_tables_are_not(
    shown: list[tuple[str, dict[str, Any]]],
) -> None:
    publish.table(released(CLAIMS), id="t", caption="C", columns=COLUMNS, cards="always")
    publish.table(released(CLAIMS), id="u", caption="C", columns=COLUMNS)

    assert 'class="btc-table btc-as-cards btc-always-cards" role="table"' in shown[0][0]
    assert 'class="btc-table"' in shown[1][0]


STEPS = [
    {"id": "a", "position": 1, "stage": "First", "kind": "holds", "words": "A & B", "verdict": "none"},
    {"id": "claim-a", "position": 1, "stage": "First", "kind": "rests on", "words": "Because.", "verdict": "not shown"},
    {"id": "c", "position": 2, "stage": "Second", "kind": "holds", "words": "C", "verdict": "none"},
    {"id": "claim-b", "position": 2, "stage": "Second", "kind": "rests on", "words": "So.", "verdict": "confirmed"},
]


def test_a_chain_reads_in_order_with_the_verdict_in_words(shown: list[tuple[str, dict[str, Any]]]) -> None:
    publish.chain(released(STEPS), id="chain", title="How", text="Two steps.", lead="Next:", last="In all:")

    html, about = shown[0]
    Balanced(html)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    order = [
        "How",
        "First",
        "A &amp; B",
        "Next:",
        "Because.",
        "not shown",
        "Second",
        "C",
        "In all:",
        "So.",
        "confirmed",
        "Two steps.",
    ]
    places = [words.index(word) for word in order]
    assert places == sorted(places)
    assert '<a href="{{root}}answers/claims.html#claim-a">Because.</a>' in html
    assert about["kind"] == "exhibit"
    assert len(about["csv"].splitlines()) == 5


def test_a_history_parts_the_two_sides_and_marks_each_year_once(shown: list[tuple[str, dict[str, Any]]]) -> None:
    rows = [
        {"id": f"event-{k}", "when": when, "label": "L", "what": "W.", "type": kind, "start": pd.Timestamp(start)}
        for k, (when, kind, start) in enumerate(
            [
                ("2020", "programme", "2020-01-01"),
                ("May 2020", "national", "2020-05-01"),
                ("2021", "programme", "2021-01-01"),
            ]
        )
    ]
    publish.history(released(rows), id="time", title="T", text="Said.", own=("programme",), heads=("Ours", "Else"))

    html = shown[0][0]
    Balanced(html)
    assert re.findall(r'class="btc-event (btc-\w+)" id="(event-\d)"', html) == [
        ("btc-own", "event-0"), ("btc-else", "event-1"), ("btc-own", "event-2"),
    ]  # fmt: skip
    assert re.findall(r'id="time-(\d+)"', html) == ["2020", "2021"]
    assert ">national</span>" in html, "the side is said in words, not by its place alone"


def test_a_chain_takes_nothing_but_a_released_table() -> None:
    with pytest.raises(RefusedError, match="SafeTable"):
        publish.chain(pd.DataFrame(STEPS), id="chain", title="How", text="Two steps.")
    with pytest.raises(RefusedError, match="SafeTable"):
        publish.history(pd.DataFrame(STEPS), id="time", title="T", text="x", own=(), heads=("a", "b"))


def test_a_long_list_of_sources_is_folded_and_a_short_one_is_not() -> None:
    known = ("paper-report-2024", "paper-minutes-2024", "paper-report-2021", "paper-report-2022", "paper-report-2023")
    more = ("paper-prospectus", "paper-stable-homes", "paper-national-framework", "paper-inspection-2016")

    short = parts.source_line(Papers(Provenance.OFFICIAL, (*known, *more[:3])), "x")
    long = parts.source_line(Papers(Provenance.OFFICIAL, (*known, *more)), "x")

    assert "<details>" not in short
    assert "<summary>Sources: 9, by name</summary>" in long
    assert long.count("<a ") == 10, "nine sources and the file"
    Balanced(long)
