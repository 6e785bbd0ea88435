"""Records laid out as tables: chosen, counted, with their papers, and fit to be released."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, locations, programme
from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.programme import load
from btc_eval.programme.tables import TABLES

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.DATA_VARIABLE, str(DATA))


def every() -> list[tuple[str, Any]]:
    """Return the public function of each file."""
    return [(table.name, getattr(programme, table.name)) for table in TABLES]


@pytest.mark.parametrize(("name", "facts"), every(), ids=[name for name, _ in every()])
def test_every_kind_of_record_passes_the_official_policy_as_a_table(name: str, facts: Any) -> None:
    together = facts()
    frame = together.frame()

    safe = disclosure.control(frame, "official", keys=["id"], papers=together.papers, name=name)

    assert safe.frame["id"].is_unique
    assert not frame.isna().any(axis=None)
    assert together.papers.provenance is Provenance.OFFICIAL
    assert set(together.papers.sources) <= set(programme.documents().frame()["id"])


def test_where_chooses_by_value_list_member_and_derived_column() -> None:
    hubs, commitments = programme.hubs(), programme.commitments()

    east = hubs.where(locality="East Wirral")
    schools = hubs.where(type=("primary school", "primary and specialist school", "maintained nursery school"))
    help_team = commitments.where(priorities="priority-family-help", said="neither owner nor date")

    assert [hub.id for hub in east][:1] == ["hub-st-james-centre"]
    assert len(schools) == 4
    assert all("priority-family-help" in item.priorities for item in help_team)
    assert all(not item.owner and not item.due for item in help_team)
    assert len(hubs.where(locality="East Wirral", type="council children's centre")) == 1
    assert len(hubs) == 12, "choosing leaves the records as they were"


def test_no_match_still_has_its_columns() -> None:
    none = programme.hubs().where(name="no such hub")

    assert none.frame().empty
    assert "locality" in none.frame().columns
    assert none.count("locality")["n"].tolist() == [0, 0, 0, 0, 0]


def test_an_unknown_field_or_id_is_refused_with_what_there_is() -> None:
    with pytest.raises(RefusedError, match="locality"):
        programme.hubs().where(place="East Wirral")
    with pytest.raises(RefusedError, match="hub-joy"):
        programme.hubs()["hub-nowhere"]
    assert programme.hubs()["hub-joy"].run_by == "The Open Door"


def test_counts_cover_every_allowed_word_and_agree_with_a_count_by_hand() -> None:
    verdicts = programme.claims().count("verdict")
    frame = programme.claims().frame()

    assert verdicts["verdict"].tolist() == [
        "confirmed",
        "consistent",
        "not shown",
        "contradicted",
        "cannot be tested with public data",
        "all",
    ]
    by_hand = frame.groupby("verdict").size()
    for verdict, n in zip(verdicts["verdict"][:-1], verdicts["n"][:-1]):
        assert n == by_hand.get(verdict, 0)
    assert verdicts["n"].iloc[-1] == len(frame) == verdicts["n"].iloc[:-1].sum()


def test_a_strength_that_no_theme_has_is_counted_as_none() -> None:
    strengths = programme.themes().count("strength").set_index("strength")["n"]

    assert strengths["strong"] == 0


def test_an_absence_is_in_words() -> None:
    commitments = programme.commitments()
    row = commitments.frame().set_index("id").loc["commitment-family-help-forum"]

    assert (row["owner"], row["by_when"], row["said"]) == (
        "no owner named",
        "no date given",
        "neither owner nor date",
    )
    partners = programme.partners().frame()
    assert set(partners["name"]) == {"not named"}
    assert programme.projects().frame()["name"].tolist().count("not named") == 5


def test_a_worked_out_date_says_about() -> None:
    commitments = programme.commitments().frame().set_index("id")

    assert commitments.loc["commitment-remodel-services", "by_when"] == "about September 2025"
    assert commitments.loc["commitment-first-phase", "by_when"] == "1 April 2024"
    assert programme.events().frame().set_index("id").loc["event-delivery-start", "when"].startswith("about ")


def test_a_source_is_cited_as_a_reader_would() -> None:
    frame = programme.hubs().frame()

    assert set(frame["source"]) == {"Committee report, 6 March 2024, paragraph 3.13"}


def test_events_come_with_days_that_can_be_drawn() -> None:
    frame = programme.events().frame()

    assert pd.api.types.is_datetime64_any_dtype(frame["start"])
    assert (frame["start"] <= frame["end"]).all()
    thresholds = frame.set_index("id").loc["event-thresholds-2015"]
    assert (str(thresholds["start"].date()), str(thresholds["end"].date())) == ("2015-12-01", "2016-12-31")


def test_the_figures_of_claims_are_a_table_of_their_own() -> None:
    numbers = programme.claim_numbers().set_index(["claim", "what"])["value"]

    assert numbers["claim-referrals-bidston-fall", "Bidston and St James, 2020"] == 1618
    assert numbers["claim-care-rate-2020", "Wirral, 31 March 2020"] == 122.0
    shown = programme.claims().frame().set_index("id")["numbers"]
    assert shown["claim-care-rate-2020"] == "122.0 per 10,000 children (Wirral, 31 March 2020)"
    assert shown["claim-referrals-bidston-2020"] == "1,618 referrals (Bidston and St James, 2020)"
    assert shown["claim-cradle-to-career-start"] == "2020 (start of the project)"


def test_reading_is_noted_for_the_builder() -> None:
    programme.hubs()

    read = {path.name for path in locations.reads()}
    assert {"hubs.toml", "documents.toml"} <= read
    assert all(path.is_absolute() for path in locations.reads())


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "programme"
    copy.mkdir()
    for path in (DATA / "programme").glob("*.toml"):
        (copy / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv(locations.DATA_VARIABLE, str(tmp_path))
    assert programme.hubs()["hub-joy"].name == "Joy"

    hubs = copy / "hubs.toml"
    hubs.write_text(hubs.read_text(encoding="utf-8").replace('name = "Joy"', 'name = "Joy!"'), encoding="utf-8")

    assert programme.hubs()["hub-joy"].name == "Joy!"


def test_known_ids_and_check_speak_of_the_same_records() -> None:
    known = programme.known_ids()

    assert {"claim-referrals-bidston-fall", "commitment-hubs-twelve", "question-why-high-rate"} <= known
    assert len(known) == sum(len(load.facts(table.name)) for table in TABLES)
    programme.check()
    programme.check(findings={name for names in programme.cited().values() for name in names})
    with pytest.raises(RefusedError, match="finding"):
        programme.check(findings=[])


def test_the_reasoning_names_what_stands_in_each_step_and_counts_what_has_no_name() -> None:
    steps = programme.chain()
    holds = steps[steps["kind"] == "holds"]

    assert holds.groupby("position").size().tolist() == [5, 4, 6, 10, 4]
    assert "5 more, which no paper that we saw names" in holds["words"].tolist()
    rests = steps[steps["kind"] == "rests on"].set_index("id")
    assert rests.loc["claim-demand-reduction", "verdict"] == "not shown"
    assert set(rests.index) <= {claim.id for claim in programme.claims()}


def test_questions_and_lessons_are_joined_with_their_claims() -> None:
    answers, lessons = programme.answers(), programme.lessons()

    assert len(answers) == sum(len(question.claims) for question in programme.questions())
    assert set(answers["question"]) == {question.id for question in programme.questions()}
    assert len(lessons) == sum(len(theme.claims) for theme in programme.themes())


def test_no_figure_in_the_claims_counts_those_who_were_helped() -> None:
    kinds = programme.figures_by_kind().set_index("kind")["n"]

    assert kinds["families or people who were helped"] == 0
    assert kinds["all"] == kinds.iloc[:-1].sum() == len(programme.claim_numbers())
