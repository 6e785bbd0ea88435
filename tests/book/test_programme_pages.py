"""The pages of learning and of the plan: every record in its table, sentences that count right, answers that are plain.

The cells are run here one after another, as the builder's kernel would, and what they show is caught on its way out.
What holds for every chapter (short cells, no loops, nothing typed) is in test_rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from btc_eval import locations, programme
from btc_eval.publish import emit
from tests.book.reading import age, sentences

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "learning": ROOT / "book/learning/what-was-learned.md",
    "plan": ROOT / "book/plan/remodelling.md",
    "priorities": ROOT / "book/plan/priorities.md",
    "hubs": ROOT / "book/plan/teams-and-hubs.md",
    "framework": ROOT / "book/plan/framework.md",
    "readiness": ROOT / "book/plan/readiness.md",
    "reporting": ROOT / "book/assurance/reporting.md",
    "programme": ROOT / "book/learning/programme.md",
    "timeline": ROOT / "book/learning/timeline.md",
    "practice": ROOT / "book/learning/relationship-based-practice.md",
    "inspectors": ROOT / "book/learning/inspectors.md",
    "papers": ROOT / "book/answers/papers.md",
}
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
PASTE = re.compile(r"\{glue:text\}`([^`]+)`")
ANSWER = re.compile(r"^:::\{admonition\} The answer\n:class: answer\n(?P<body>.*?)^:::$", re.MULTILINE | re.DOTALL)


@dataclass
class Shown:
    """What a page showed when it was run: tables by id as text, and pasted words by key."""

    tables: dict[str, str] = field(default_factory=dict)
    pasted: dict[str, str] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)


def text_of(page: str) -> str:
    """Return the page as it is written."""
    return PAGES[page].read_text(encoding="utf-8")


def cells_of(page: str) -> list[str]:
    """Return the code of each cell, without its options."""
    bodies = (match["body"] for match in CELL.finditer(text_of(page)))
    return ["\n".join(line for line in body.splitlines() if not line.startswith(":")) for body in bodies]


@cache
def ran(page: str) -> Shown:
    """Run the page's cells in order and return what they showed."""
    shown = Shown()

    def record(key: str, text: str, about: dict[str, Any]) -> None:
        assert key not in shown.pasted, f"{key} is pasted twice"
        shown.pasted[key] = text
        if about.get("kind") == "finding":
            shown.findings.append(about["finding"])

    def exhibit(html: str, about: dict[str, Any]) -> None:
        shown.tables[about["id"]] = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emit, "record", record)
        patch.setattr(emit, "exhibit", exhibit)
        patch.setenv(locations.DATA_VARIABLE, str(ROOT / "data"))
        names: dict[str, Any] = {}
        for cell in cells_of(page):
            exec(compile(cell, page, "exec"), names)
    return shown


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.DATA_VARIABLE, str(ROOT / "data"))


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_what_prose_pastes_was_made_on_the_page_and_the_other_way_round(page: str) -> None:
    assert set(PASTE.findall(text_of(page))) == set(ran(page).pasted)


def test_findings_bear_on_records_that_exist(page: str) -> None:
    findings = ran(page).findings
    assert findings
    for finding in findings:
        assert set(finding["bears_on"]) <= programme.known_ids()
        assert finding["estimate"] is not None


@pytest.mark.parametrize(
    ("page", "table", "kind", "fields"),
    [
        ("learning", "themes", "themes", ["name", "tried", "learned", "strength", "why"]),
        ("practice", "practice", "practice", ["element", "meaning"]),
        ("programme", "projects", "projects", ["what"]),
        ("programme", "disadvantages", "disadvantages", ["name", "counted_as"]),
        ("programme", "offer", "offer", ["element"]),
        ("programme", "aims", "aims", ["aim"]),
        ("timeline", "line-of-time", "events", ["label", "what", "when"]),
        ("priorities", "priorities", "priorities", ["name", "summary", "success"]),
        ("hubs", "teams", "teams", ["what", "standing"]),
        ("hubs", "hubs", "hubs", ["name", "locality", "type", "run_by", "opening"]),
        ("hubs", "plan-hub-dates", "hubs", ["name", "locality"]),
        ("hubs", "plan-steps", "steps", ["label", "lane", "standing"]),
        ("hubs", "roles", "roles", ["role", "phase", "works_in", "note"]),
        ("framework", "framework-matrix", "outcomes", ["outcome"]),
        ("framework", "framework-matrix", "indicators", ["name"]),
        ("framework", "indicators", "indicators", ["name", "caution"]),
        ("readiness", "risks", "risks", ["risk", "answer"]),
        ("readiness", "readiness", "readiness", ["what", "evidence", "later"]),
        ("reporting", "evidence-levels", "gradings", ["question", "why", "maryland_words", "nesta_words"]),
    ],
)
def test_every_record_stands_in_its_table(page: str, table: str, kind: str, fields: list[str]) -> None:
    shown = ran(page).tables[table]
    frame = getattr(programme, kind)().frame()
    for name in fields:
        for cell in frame[name]:
            assert re.sub(r"\s+", " ", str(cell)) in shown, cell


#: Where a promise of the plan stands, by the one priority it serves.
PROMISES = {
    "priority-childhood": "promises-childhood",
    "priority-family-help": "promises-family-help",
    "priority-child-protection": "promises-child-protection",
    "priority-connection": "promises-connection",
}


def test_every_commitment_stands_under_its_priority_with_what_it_lacks() -> None:
    tables = ran("priorities").tables
    for item in programme.commitments():
        one = PROMISES[item.priorities[0]] if len(item.priorities) == 1 else "promises-whole"
        table = tables[one if item.era.value == "remodelling plan" else "other-promises"]
        for cell in (item.what, item.status.value, item.evidence):
            assert cell in table, item.id
    promised = " ".join(tables[name] for name in (*PROMISES.values(), "promises-whole"))
    assert promised.count("no owner named") == 32
    assert promised.count("no date given") == 29


def test_every_finding_of_inspectors_stands_under_its_side() -> None:
    tables = ran("inspectors").tables
    names = {"judgement": "grades", "strength": "strengths", "weakness": "weaknesses"}
    for finding in programme.inspections():
        table = tables[f"inspection-{names[finding.side.value]}"]
        assert finding.what in table, finding.id
        assert finding.area in table, finding.id


def test_every_piece_of_the_papers_is_on_the_page_that_accounts_for_them() -> None:
    tables = ran("papers").tables
    for item in programme.items():
        for words in (item.left_out, *item.held):
            assert not words or words in tables["left-out" if item.left_out else "inventory"], item.id


def test_what_was_not_seen_is_told() -> None:
    table = ran("learning").tables["not-seen"]
    for document in programme.documents().where(seen="not seen"):
        assert document.title in table


SAID = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def test_sentences_say_what_a_count_by_hand_gives() -> None:
    plan, hubs, learning, inspectors = (ran(name).pasted for name in ("plan", "hubs", "learning", "inspectors"))
    promised = [item for item in programme.commitments() if item.era.value == "remodelling plan"]
    neither = [item for item in promised if not item.owner and not item.due]
    unknown = [item for item in promised if item.status.value == "not known"]
    strengths = [theme.strength.value for theme in programme.themes()]

    assert plan["plan-commitments"].startswith(f"The plan makes {len(promised)} promises, and {len(neither)} of them")
    assert plan["plan-known"].startswith(f"For {len(unknown)} of the {len(promised)} ")
    assert hubs["plan-hubs"] == "The plan lists 12 Family Hubs, 5 of them in the east of the borough."
    assert learning["learning-strength"].startswith(
        f"Of {len(strengths)} lessons in the papers, {SAID[strengths.count('strong')]} were put to a fair test"
    )
    assert f"{SAID[strengths.count('none shown')]} come with nothing" in learning["learning-strength"]
    assert learning["learning-outside"] == SAID[strengths.count("moderate")]
    assert "quotes four strengths" in inspectors["learning-inspections"]
    assert "of the nine weaknesses" in inspectors["learning-inspections"]


def test_the_answer_is_two_sentences_and_can_be_read_at_fourteen(page: str) -> None:
    (box,) = [match["body"] for match in ANSWER.finditer(text_of(page))]
    pasted = ran(page).pasted
    answer = PASTE.sub(lambda match: pasted[match[1]], box).strip()
    assert len(sentences(answer)) == 2
    assert age(answer) <= 14


def test_every_question_comes_before_its_answer_and_sources_come_last(page: str) -> None:
    headings = re.findall(r"^## (.+)$", text_of(page), flags=re.MULTILINE)
    text = text_of(page)
    assert text.index("**The question.**") < text.index("The answer") < text.index("\n## ")
    assert headings.index("How sure we are") < len(headings) - 1
    assert headings[-1] == "Sources"
