"""The plan's dates, matrix, answers to inspectors and monitoring, and the checklists: nothing is left out or made up.

What the cells show is compared with the records, and with counts and figures worked out here in another way.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from btc_eval import disclosure, locations, measures, programme, records
from btc_eval.measures.monitoring import PUBLISHED_IN
from tests.book.test_programme_pages import ROOT, SAID, ran
from tests.browser.test_links import read


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.DATA_VARIABLE, str(ROOT / "data"))


def test_each_step_has_the_date_of_the_record_it_names() -> None:
    shown = programme.schedule().set_index("id")
    due = {item.id: item.due for item in programme.commitments()} | {e.id: e.date for e in programme.events()}
    due |= {paper.id: paper.date for paper in programme.documents()}
    for step in programme.steps():
        row, date = shown.loc[step.id], due[step.dated_by]
        assert row["precision"] == ("none", "year", "month", "day")[date.count("-") + 1 if date else 0]
        if date:
            assert f"{row['start']:%Y-%m-%d}".startswith(date)
            assert row["end"] >= row["start"]
        else:
            assert pd.isna(row["start"])
            assert row["said"].endswith("no date given")


def test_all_twelve_hubs_are_promised_and_only_the_reported_are_drawn_open() -> None:
    shown = programme.hub_dates()
    assert shown["standing"].value_counts()["promised"] == len(programme.hubs()) == 12
    opened = set(shown.query("standing == 'reported'")["id"])
    assert opened == {hub.id for hub in programme.hubs() if hub.opening.value != "not known"}
    assert shown.loc[shown["id"] == "hub-st-james-centre", "said"].tolist() == [
        "promised: April 2024",
        "open: no date given",
    ]


def test_what_the_charts_say_in_words_is_what_the_records_give() -> None:
    openings = [hub.opening.value for hub in programme.hubs()]
    named, likely = openings.count("reported open"), openings.count("probably open, from the place a report names")
    text = ran("hubs").tables["plan-hub-dates"]
    assert f"Public pages name {SAID[named]} as open" in text
    assert f"make {SAID[likely]} more likely" in text
    assert f"For the other {SAID[openings.count('not known')]} nothing was found" in text
    promised = [step for step in programme.steps() if step.standing.value == "promised"]
    undated = programme.schedule().query("standing == 'promised' and precision == 'none'")
    said = f"Of {SAID[len(promised)]} promised steps, {SAID[len(undated)]} have no date."
    assert ran("hubs").pasted["plan-undated"] == said


def test_the_matrix_is_whole_and_ties_only_what_the_report_ties() -> None:
    matrix = programme.framework_matrix().set_index("id")
    priorities = {priority.id: priority for priority in programme.priorities()}
    assert list(matrix.columns) == ["outcome", *priorities, "priority-none"]
    assert list(matrix.index) == [outcome.id for outcome in programme.outcomes()] + ["outcome-none"]
    assert (matrix.map(len) > 0).all(axis=None)
    for outcome in programme.outcomes():
        for name, priority in priorities.items():
            tied = matrix.loc[outcome.id, name].startswith("Tied by the report.")
            assert tied == (outcome.id in priority.outcomes)
    for indicator in programme.indicators():
        cells = [
            matrix.loc[outcome, priority]
            for outcome in indicator.outcomes or ("outcome-none",)
            for priority in indicator.priorities or ("priority-none",)
        ]
        assert all(indicator.name in cell for cell in cells), indicator.id


def test_every_weakness_has_one_answer_and_each_promise_it_names_is_of_the_plan() -> None:
    answers = programme.readiness()
    weak = [found.id for found in programme.inspections().where(side="weakness")]
    assert sorted(answer.weakness for answer in answers) == sorted(weak)
    plan = {item.id for item in programme.commitments().where(era="remodelling plan")}
    for answer in answers:
        assert set(answer.commitments) <= plan
        unanswered = answer.answering.value in ("not mentioned", "found after the plan")
        assert unanswered == (not answer.commitments), answer.id
    found = [answer.answering.value for answer in answers]
    assert ran("readiness").pasted["plan-readiness"] == (
        f"Of {len(found)} weaknesses the plan answers {SAID[found.count('answered')]} and "
        f"{SAID[found.count('answered in part')]} in part; it does not mention {SAID[found.count('not mentioned')]}, "
        f"and {SAID[found.count('found after the plan')]} was found later."
    )


def test_baselines_are_the_published_figures_of_the_year_before_the_plan() -> None:
    official = records.official()
    plan = measures.monitoring_plan(official)[0].set_index("id")
    assert list(plan.index) == [indicator.id for indicator in programme.indicators()]
    for indicator, measure in measures.FOLLOWED_BY.items():
        own = measures.annual(official, measure).of(records.WIRRAL).set_index("year")["value"].dropna()
        row = plan.loc[indicator]
        assert row["baseline_year"] == max(year for year in own.index if year <= 2024)
        assert row["baseline"] == own[row["baseline_year"]]
        assert row["latest_year"] == max(own.index)
        assert row["latest"] == own[row["latest_year"]]
    # By hand from two published counts: 766 children looked after on 31 March 2024, of 66,152 aged 0 to 17.
    assert plan.loc["indicator-care-rate", "baseline"] == pytest.approx(766 / 66_152 * 10_000, rel=1e-9)
    # By hand from the printed tables: 15 of 368 plans, 66 of 766 children; two shares as the tool prints them.
    assert plan.loc["indicator-plan-duration", "baseline"] == pytest.approx(15 / 368 * 100, rel=1e-9)
    assert plan.loc["indicator-placement-moves", "baseline"] == pytest.approx(66 / 766 * 100, rel=1e-9)
    assert plan.loc["indicator-family-network", "baseline"] == 15 == round(33 / 216 * 100)
    assert plan.loc["indicator-same-worker", ["baseline_year", "baseline"]].tolist() == [2024, 17]
    rest = sorted(set(plan.index) - set(measures.FOLLOWED_BY))
    assert plan.loc[rest, ["baseline", "latest", "fall"]].isna().all(axis=None)


def test_whatever_is_published_for_every_council_is_followed_and_a_gap_says_why() -> None:
    frame, papers = measures.monitoring_plan(records.official())
    disclosure.control(frame, "official", keys=["id"], papers=papers, blanks=measures.MONITORING_BLANKS)
    plan = frame.set_index("id")
    published = {i.id for i in programme.indicators() if i.available.value == "published for every council"}
    assert set(measures.FOLLOWED_BY) == published
    for indicator, row in plan.iterrows():
        for name in ("fall", "rise"):
            assert pd.isna(row[name]) == bool(row[f"{name}_reason"]), indicator
        if indicator not in published:
            assert row["fall_reason"] == "held by the council, not published"
    assert plan.loc["indicator-same-worker", "rise_reason"] == "only one year is published"
    wanting = set(plan.index[plan["fall"].isna()])
    assert wanting == {*plan.index.difference(published), "indicator-same-worker"}


def test_one_council_in_twenty_falls_as_far_as_the_monitoring_plan_says() -> None:
    official = records.official()
    plan = measures.monitoring_plan(official)[0].set_index("id")
    for indicator in ("indicator-care-rate", "indicator-plan-duration", "indicator-placement-moves"):
        councils = measures.annual(official, measures.FOLLOWED_BY[indicator]).councils()
        panel = councils.pivot(index="area_code", columns="year", values="value")
        moved = (panel - panel.shift(2, axis=1)).stack().dropna()
        row = plan.loc[indicator]
        assert (moved <= row["fall"]).mean() == pytest.approx(0.05, abs=1 / len(moved))
        assert (moved >= row["rise"]).mean() == pytest.approx(0.05, abs=1 / len(moved))


def test_what_is_published_is_expected_in_a_month_and_what_is_not_says_so() -> None:
    plan = measures.monitoring_plan(records.official())[0].set_index("id")
    published = {i.id for i in programme.indicators() if i.available.value == "published for every council"}
    assert published == set(PUBLISHED_IN)
    for indicator, row in plan.iterrows():
        if indicator in published:
            assert re.fullmatch(r"20\d\d-\d\d, expected [A-Z][a-z]+ 20\d\d", row["next"]), indicator
            assert row["judged"].startswith("2025-26")
            month = pd.Timestamp(row["next_due"])
            assert row["next"].endswith(f"expected {month:%B %Y}")
        else:
            assert row["next"] == row["judged"] == "whenever the council counts it"
            assert pd.isna(row["next_due"])


def test_a_figure_whose_month_is_past_is_said_to_be_late_by_the_date_of_the_edition(real_site: Path) -> None:
    edition = json.loads((real_site / "edition.json").read_text(encoding="utf-8"))
    page = (real_site / "plan/monitoring.html").read_text(encoding="utf-8")
    table = page[page.index('id="monitoring-plan"') :].partition("</table>")[0]
    assert "{{" not in table
    plan = measures.monitoring_plan(records.official())[0]
    months = pd.concat([plan["next_due"], plan["judged_due"]]).dropna()
    made = edition["built_at"][:7]
    said = {month: table.count(f" {pd.Timestamp(month):%B %Y}") for month in set(months)}
    assert said == months.value_counts().to_dict()
    assert table.count("was due ") == (months < made).sum()
    assert table.count(", due ") == (months == made).sum()
    assert table.count("not in this edition") == (months <= made).sum()


@pytest.mark.parametrize("guideline", ["guideline-series", "guideline-strobe", "guideline-record"])
def test_every_item_of_a_guideline_is_shown_in_its_order(guideline: str) -> None:
    shown = programme.checklist(guideline)
    assert tuple(shown["item"]) == programme.guidelines()[guideline].numbers
    table = ran("reporting").tables[guideline.replace("guideline", "checklist")]
    for row in shown.to_dict("records"):
        for name in ("asks", "reporting", "evidence"):
            assert row[name] in table, row["id"]


def test_strobe_and_record_have_the_items_that_their_authors_published() -> None:
    strobe = (
        "1a 1b 2 3 4 5 6a 6b 7 8 9 10 11 12a 12b 12c 12d 12e 13a 13b 13c 14a 14b 14c 15 16a 16b 16c 17 18 19 20 21 22"
    )
    record = "1.1 1.2 1.3 6.1 6.2 6.3 7.1 12.1 12.2 12.3 13.1 19.1 22.1"
    assert programme.guidelines()["guideline-strobe"].numbers == tuple(strobe.split())
    assert programme.guidelines()["guideline-record"].numbers == tuple(record.split())


def test_the_tally_adds_up() -> None:
    tally = programme.reporting_tally().set_index("guideline")
    kinds = ["reported", "partly", "made_up", "not_done", "not_applicable"]
    assert (tally[kinds].sum(axis=1) == tally["items"]).all()
    assert tally.loc["All", "items"] == len(programme.checklists()) == tally["items"].iloc[:-1].sum()


def test_every_place_that_a_checklist_names_is_on_the_built_site(real_site: Path) -> None:
    site = read(real_site)
    dead = [item.id for item in programme.checklists() if not _there(site, item.place)]
    assert dead == []


def _there(site: dict[str, object], place: str) -> bool:
    page, _, address = place.partition("#")
    found = site.get(f"{page}.html")
    return found is not None and address in found.ids  # type: ignore[attr-defined]


def test_no_evidence_is_graded_above_what_its_design_can_bear() -> None:
    for grading in programme.gradings():
        assert grading.findings, grading.id
        assert grading.maryland <= 3, "no design of this edition has more than a comparison"
        assert grading.nesta <= 2, "no effect has been shown"
        if grading.maryland == 0:
            assert grading.nesta <= 1


def test_every_finding_about_the_programmes_effect_is_graded_once() -> None:
    graded = [finding for grading in programme.gradings() for finding in grading.findings]
    assert len(graded) == len(set(graded))
    written = "".join(page.read_text(encoding="utf-8") for page in sorted((ROOT / "book/outcomes").glob("*.md")))
    made = set(re.findall(r"publish\.finding\(\s*\w+, id=\"([a-z0-9-]+)\"", written))
    assert made
    assert made <= set(graded)


def test_each_decision_has_its_day_and_its_reason() -> None:
    text = (ROOT / "book/assurance/decisions.md").read_text(encoding="utf-8")
    decided = re.findall(r"^- \*\*(\d{1,2} \w+ 20\d\d)\. .*?(?=^- |^#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    items = re.findall(r"^- \*\*\d{1,2} .*?(?=^- |^#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(decided) == len(items) >= 15
    reasons = [item for item in items if "*Why:*" in item or "*Turned down:*" in item or "anyone" in item]
    assert [item[:60] for item in items if item not in reasons] == []


def test_no_work_is_listed_that_the_methods_do_not_name() -> None:
    text = (ROOT / "book/references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", text, flags=re.MULTILINE | re.DOTALL)
    assert len(entries) >= 30
    for key, body in entries:
        fields = dict(re.findall(r"^  (\w+) *= \{(.*)\},$", body, flags=re.MULTILINE))
        cited = (ROOT / fields["used"]).read_text(encoding="utf-8")
        if fields["used"].endswith(".md"):
            assert re.search(rf"\{{cite:[tp]\}}`[^`]*\b{key}\b", cited), key
        else:
            assert fields["author"].split(",")[0] in cited, key
            assert fields["year"] in cited, key


def test_every_work_is_on_the_page_of_references(real_site: Path) -> None:
    page = (real_site / "assurance/references.html").read_text(encoding="utf-8")
    text = (ROOT / "book/references.bib").read_text(encoding="utf-8")
    for title in re.findall(r"^  title *= \{\{(.{12})", text, flags=re.MULTILINE):
        assert title.split("“")[0].split("'")[0] in page, title
