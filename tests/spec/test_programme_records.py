"""What the papers state, counted by hand from the papers and compared with the records.

The counts and names below were taken from the printed report, not from the files. Where the papers themselves lie
beside the clone, the records are compared with their text as well.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from btc_eval import locations, programme
from btc_eval.programme.load import load
from btc_eval.programme.schema import Document, Sourced

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "data" / "programme"
PAPERS = ROOT.parent / "shared" / "council_papers"

#: Paragraph 3.13 of the report, read by hand.
HUBS = {
    "North Wirral": ["Eastway Primary School", "Seacombe Family Hub", "Millennium Centre"],
    "South Wirral": ["Grove Street Primary School", "Bromborough Family Hub"],
    "East Wirral": ["St James Centre", "Brassey Gardens Family Hub", "Equilibrium Centre", "Koala Hub", "Joy"],
    "West Wirral": ["Ganneys Meadow School", "Pensby and Stanley School"],
}

#: The five papers that were before us, and the file each came in.
SEEN_PAPERS = {
    "paper-minutes-2024": "000_committee_minutes_2024-03-06.txt",
    "paper-report-2024": "001_committee_report_2024-03-06.txt",
    "paper-edge-of-care-minutes": "002_board_item_vulnerable_children.txt",
    "paper-safeguarding-minutes": "003_safeguarding_partnership_annual_report_item.txt",
    "paper-portfolio-2015": "004_cabinet_portfolio_summary_2015.txt",
}


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.DATA_VARIABLE, str(ROOT / "data"))


def sourced() -> list[Sourced]:
    """Return every record that stands on a document."""
    return [r for records in load(RECORDS).records.values() for r in records if isinstance(r, Sourced)]


def test_every_record_has_its_document_and_paragraph() -> None:
    known = set(load(RECORDS).documents)
    for record in sourced():
        assert record.document in known, record.id
        assert record.paragraph.strip(), record.id
    assert {type(r) for records in load(RECORDS).records.values() for r in records} - {Document} == {
        type(record) for record in sourced()
    }


def test_nothing_is_read_from_a_document_that_was_not_seen() -> None:
    documents = load(RECORDS).documents
    assert [r.id for r in sourced() if documents[r.document].seen == "not seen"] == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("projects", 8),
        ("hubs", 12),
        ("partners", 14),
        ("training", 6),
        ("offer", 10),
        ("practice", 6),
        ("outcomes", 4),
        ("priorities", 4),
        ("disadvantages", 5),
        ("resources", 4),
    ],
)
def test_the_papers_own_counts(kind: str, number: int) -> None:
    assert len(getattr(programme, kind)()) == number


def test_twelve_hubs_by_locality() -> None:
    listed = {place: [hub.name for hub in programme.hubs().where(locality=place)] for place in HUBS}

    assert listed == HUBS
    counts = programme.hubs().count("locality").set_index("locality")["n"]
    assert counts.to_dict() == {
        "North Wirral": 3,
        "South Wirral": 2,
        "East Wirral": 5,
        "West Wirral": 2,
        "all": 12,
    }


def test_three_council_centres_four_schools_and_five_charities() -> None:
    kinds = [hub.type.value for hub in programme.hubs()]
    assert kinds.count("council children's centre") == 3
    assert kinds.count("voluntary organisation") == 5
    assert sum("school" in kind for kind in kinds) == 4


def test_two_family_help_teams_become_six() -> None:
    teams = programme.teams().where(family_help=True)
    assert len(teams) == 6
    assert len(teams.where(standing="at work in March 2024")) == 2


def test_roles_by_phase_as_the_report_lists_them() -> None:
    counts = programme.roles().count("phase").set_index("phase")["n"].to_dict()
    assert counts == {
        "first phase": 6,
        "next phase": 1,
        "phase after that": 3,
        "one for each team": 1,
        "child protection teams": 6,
        "child protection supervisors": 3,
        "all": 20,
    }


def test_positions_run_from_one_without_a_gap() -> None:
    for kind in ("training", "offer", "practice", "outcomes", "priorities"):
        positions = [record.position for record in getattr(programme, kind)()]
        assert positions == list(range(1, len(positions) + 1))


def test_three_projects_are_named_and_five_are_not() -> None:
    named = [project.name for project in programme.projects() if project.name]
    assert len(named) == 3
    assert any("Cradle to Career" in name for name in named)


def test_events_are_in_order_and_hold_the_dates_that_charts_need() -> None:
    events = list(programme.events())
    assert [event.start for event in events] == sorted(event.start for event in events)
    dates = {event.id: (event.date, event.until) for event in events}
    assert dates["event-covid"] == ("2020-03-23", "2021-07-19")
    assert dates["event-engagement"] == ("2020-11", "2021-04")
    assert dates["event-referral-sources"] == ("2022-04-01", "")
    assert dates["event-joint-inspection-2022"] == ("2022-12", "")
    assert dates["event-inspection-2023"][0] == "2023-09-18"
    assert dates["event-inspection-2023-published"][0] == "2024-02-02"
    assert dates["event-report-2024"][0] == "2024-03-06"
    assert dates["event-pathfinder"] == ("2024-04-10", "")


def test_both_dates_of_cradle_to_career_are_kept() -> None:
    events = programme.events()
    assert events["event-cradle-to-career-paper"].date == "2020"
    assert events["event-cradle-to-career-partners"].date == "2021"


def test_the_start_of_delivery_is_marked_as_worked_out() -> None:
    start = programme.events()["event-delivery-start"]
    assert (start.date, start.until, start.certainty.value) == ("2021-09", "2021-10", "inferred")
    thirty_months_before_the_report = (2024 * 12 + 3) - 30
    assert divmod(thirty_months_before_the_report - 1, 12) == (2021, 8), "thirty months lead back to September 2021"


def test_the_plan_has_enough_commitments_and_every_priority_some() -> None:
    plan = programme.commitments().where(era="remodelling plan")
    assert len(plan) >= 30
    for priority in programme.priorities():
        assert len(plan.where(priorities=priority.id)) >= 5, priority.id


def test_only_these_promises_of_the_plan_carry_a_date() -> None:
    plan = programme.commitments().where(era="remodelling plan")
    dated = {item.id: item.due for item in plan if item.due}
    assert dated == {
        "commitment-remodel-services": "2025-09",
        "commitment-framework-progress": "2024-12-31",
        "commitment-first-phase": "2024-04-01",
        "commitment-teams-six": "2024-04",
        "commitment-hubs-twelve": "2024-04",
        "commitment-partner-roles": "2024-04",
    }


def test_ids_stay_what_findings_and_pages_cite() -> None:
    assert {
        "claim-referrals-bidston-fall",
        "claim-demand-reduction",
        "claim-care-rate-2020",
        "commitment-hubs-twelve",
        "commitment-teams-six",
        "question-why-high-rate",
        "question-best-evidence",
        "event-pathfinder",
    } <= programme.known_ids()


def test_inspections_hold_both_sides_and_the_five_grades() -> None:
    found = programme.inspections()
    grades = [f for f in found.where(inspection="Inspection of September 2023") if f.side.value == "judgement"]
    assert len(grades) == 5
    assert all(f.what.startswith("Requires improvement") for f in grades)
    asked = found.where(inspection="Joint inspection of December 2022", side="weakness")
    assert len(asked) == 4
    assert len(found.where(side="weakness", in_report=True)) == 0


FIGURE = re.compile(r"\d[\d,.]*")
YEAR = re.compile(r"^(19|20)\d\d$")


def our_words() -> list[tuple[str, str]]:
    """Return what we say about claims, themes and commitments: judgements, where a typed figure would be a defect."""
    texts: list[tuple[str, str]] = []
    for record in sourced():
        for name in ("why", "evidence", "success", "caution"):
            if hasattr(record, name):
                texts.append((record.id, getattr(record, name)))
    return texts


def test_our_own_judgements_hold_no_typed_figure_but_years() -> None:
    for record_id, text in our_words():
        figures = [f.strip(".,") for f in FIGURE.findall(text)]
        assert [f for f in figures if not YEAR.match(f)] == [], record_id


def test_quotations_are_a_few_words() -> None:
    for records in load(RECORDS).records.values():
        for record in records:
            for value in (getattr(record, name, "") for name in ("what", "why", "learned", "claim", "note")):
                for quoted in re.findall(r"‘([^’]*)’", value):
                    assert len(quoted.split()) <= 6, record.id


def test_wording_is_british_and_names_no_officer() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(RECORDS.glob("*.toml")))
    american = r"\b(program(?!me)s?|center|behavior|organiz\w+|recogniz\w+|summariz\w+|labor)\b"
    assert re.findall(american, text.replace("Program/", ""), flags=re.IGNORECASE) == []
    assert re.findall(r"\b(Skinner|Crichlow|Hassall|Pender|Hartley)\b", text) == []


#: Pieces of each paper, counted in an inventory that was made before the records: minutes, report, edge of care,
#: safeguarding, portfolio.
PIECES = {"000": 12, "001": 151, "002": 26, "003": 16, "004": 24}
NUMBERED = re.compile(r"^item-(00\d)-(\d+)$")


def test_every_piece_of_the_five_papers_is_held_or_left_out_with_a_reason() -> None:
    counted: dict[str, list[int]] = {}
    for item in programme.items():
        match = NUMBERED.match(item.id)
        assert match, item.id
        counted.setdefault(match[1], []).append(int(match[2]))
        assert bool(item.held) != bool(item.left_out), item.id
        assert SEEN_PAPERS[item.document].startswith(f"{match[1]}_"), item.id
    assert {paper: len(numbers) for paper, numbers in counted.items()} == PIECES
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in counted.values())
    assert len(programme.items().where(went="left out")) <= 15


def test_what_holds_a_piece_comes_from_its_paper_or_bears_on_it() -> None:
    records = {r.id: r for held in load(RECORDS).records.values() for r in held}
    for item in programme.items():
        kept = [records[name] for name in item.held]
        of_paper = [r for r in kept if isinstance(r, Sourced) and item.document in (r.document, *r.also)]
        whole = [r for r in kept if isinstance(r, Document)]
        assert item.left_out or of_paper or whole, item.id


def test_no_claim_goes_without_a_verdict_and_no_verdict_without_evidence() -> None:
    for claim in programme.claims():
        assert claim.why
        if claim.verdict.value != "cannot be tested with public data":
            assert claim.findings or claim.also, claim.id


def test_causal_claims_are_never_confirmed_by_a_count() -> None:
    verdicts = {claim.verdict.value for claim in programme.claims().where(type="causal")}
    assert verdicts <= {"not shown", "cannot be tested with public data", "consistent"}


# Against the papers themselves, where they lie beside the clone. The tests above hold the same facts without them.


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    if not PAPERS.is_dir():
        pytest.skip("the council papers do not lie beside this clone")
    return {name: (PAPERS / file).read_text(encoding="utf-8") for name, file in SEEN_PAPERS.items()}


@pytest.mark.shared
def test_hubs_stand_in_the_report_under_their_locality(texts: dict[str, str]) -> None:
    report = texts["paper-report-2024"].replace("St. James", "St James")
    section = report[report.index("North Wirral\n") : report.index("3.14")]
    blocks = re.split(r"^(North|South|East|West) Wirral$", section, flags=re.MULTILINE)
    for direction, block in zip(blocks[1::2], blocks[2::2]):
        assert [line.split(" (")[0].strip() for line in block.splitlines() if "(" in line] == HUBS[
            f"{direction} Wirral"
        ]


@pytest.mark.shared
def test_numbered_paragraphs_exist_in_the_report(texts: dict[str, str]) -> None:
    report = texts["paper-report-2024"]
    for record in sourced():
        if record.document == "paper-report-2024":
            for number in re.findall(r"\d+\.\d+", record.paragraph):
                assert re.search(rf"(^|\s|-){re.escape(number)}\s", report), (record.id, number)


@pytest.mark.shared
def test_the_figures_of_claims_stand_in_their_papers(texts: dict[str, str]) -> None:
    words = {2: "two", 3: "third", 6: "six", 8: "eight", 12: "twelve", 14: "fourteen"}
    checked = 0
    for claim in programme.claims():
        for number in claim.numbers if claim.document in texts else ():
            text = texts[claim.document].lower()
            shown = f"{number.value:,}" if number.unit != "year" else str(number.value)
            assert shown in text or words.get(int(number.value), "?") in text, (claim.id, shown)
            checked += 1
    assert checked >= 15


@pytest.mark.shared
def test_roles_training_and_practice_stand_in_the_report(texts: dict[str, str]) -> None:
    report = texts["paper-report-2024"].lower()

    def stands(record: Any, name: str) -> None:
        assert name.lower().rstrip("s") in report, record.id

    for role in programme.roles():
        if "Education, Health" not in role.role:
            stands(role, role.role)
    for element in programme.practice():
        stands(element, f"{element.element}:")


@pytest.mark.shared
def test_quoted_words_stand_in_the_paper_they_are_read_from(texts: dict[str, str]) -> None:
    report = re.sub(r"\s+", " ", texts["paper-report-2024"])
    for finding in programme.inspections().where(document="paper-report-2024"):
        for quoted in re.findall(r"‘([^’]*)’", finding.what):
            assert quoted in report, finding.id


@pytest.mark.shared
def test_the_inventory_has_the_pieces_that_were_counted_beside_the_clone() -> None:
    matrix = ROOT.parent / "shared" / "research" / "claims_matrix.md"
    if not matrix.is_file():
        pytest.skip("the inventory does not lie beside this clone")
    text = matrix.read_text(encoding="utf-8")
    counted = re.findall(r"^\| (00\d-\d+) \|", text, flags=re.MULTILINE)
    assert [f"item-{number}" for number in counted] == [item.id for item in programme.items()]
