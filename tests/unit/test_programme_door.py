"""The door of the programme's records: each fault alone, in a copy of the real files, refused with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from btc_eval.errors import Refusal, RefusedError
from btc_eval.programme.load import load
from btc_eval.programme.tables import TABLES, find_lines
from btc_eval.programme.when import date_words, first_day, last_day, precision_of

RECORDS = Path(__file__).resolve().parents[2] / "data" / "programme"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the records in which a test may plant a fault."""
    folder = tmp_path / "programme"
    shutil.copytree(RECORDS, folder)
    return folder


def planted(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first `old` in a file by `new`; return the line on which it stands."""
    path = folder / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusals(folder: Path, findings: set[str] | None = None) -> tuple[Refusal, ...]:
    """Return every fault that the folder is refused for."""
    with pytest.raises(RefusedError) as caught:
        load(folder, findings=findings)
    return caught.value.refusals


def own(faults: tuple[Refusal, ...]) -> list[Refusal]:
    """Return the faults but those of the inventory, which misses every record that lost its id."""
    lost = [fault for fault in faults if fault.file.endswith("items.toml") and "the unknown id" in fault.found]
    return [fault for fault in faults if fault not in lost] or lost


def test_the_real_records_pass() -> None:
    assert set(load(RECORDS).records) == {table.name for table in TABLES}


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "found"),
    [
        ("commitments", 'due = "2024-12-31"', 'due = "2024-02-30"', "due", "the impossible date '2024-02-30'"),
        ("commitments", 'due = "2024-04"', 'due = "2024-13"', "due", "the impossible date '2024-13'"),
        ("commitments", 'due = "2024-04"', 'due = "April 2024"', "due", "the impossible date 'April 2024'"),
        ("events", 'date = "2024-04-10"', 'date = "2204-04-10"', "date", "the impossible date '2204-04-10'"),
        ("hubs", 'locality = "South Wirral"', 'locality = "Central Wirral"', "locality", "'Central Wirral'"),
        ("claims", 'verdict = "confirmed"', 'verdict = "probably"', "verdict", "'probably'"),
        ("commitments", 'status = "not known"', 'status = "kept?"', "status", "'kept?'"),
        ("claims", 'verdict = "confirmed"', 'verdict = "not yet tested"', "verdict", "'not yet tested'"),
        ("items", 'held = ["hub-joy"]', 'held = ["hub-sorrow"]', "held", "the unknown id 'hub-sorrow'"),
        ("theory", 'rests_on = ["claim-capacity-parents"]', 'rests_on = ["claim-x"]', "rests_on", "'claim-x'"),
        ("hubs", 'type = "voluntary organisation"', 'type = "charity"', "type", "'charity'"),
        ("themes", 'strength = "moderate"', 'strength = "Moderate"', "strength", "'Moderate'"),
        ("hubs", 'run_by = "Koala Northwest"', 'runs_by = "Koala Northwest"', "runs_by", "an unknown key"),
        ("teams", "family_help = true", 'family_help = "yes"', "family_help", "str 'yes'"),
        ("training", "position = 3", "position = true", "position", "bool True"),
        (
            "claims",
            "numbers = [\n  { value = 1618",
            'numbers = [\n  { value = "1,618"',
            "numbers",
            "a number without its value, unit or meaning",
        ),
        ("hubs", 'name = "Joy"', 'name = " "', "name", "empty text"),
        ("hubs", 'id = "hub-joy"', 'id = "Hub Joy"', "id", "'Hub Joy'"),
        ("hubs", 'id = "hub-joy"', 'id = "site-joy"', "id", "'site-joy'"),
        ("events", 'precision = "month"', 'precision = "day"', "precision", "'day' beside the date"),
        ("events", 'until = "2021-07-19"', 'until = "2019-07-19"', "until", "'2019-07-19', before '2020-03-23'"),
        (
            "hubs",
            'document = "paper-report-2024"',
            'document = "paper-lost"',
            "document",
            "the unknown id 'paper-lost'",
        ),
        (
            "themes",
            'claims = ["claim-adult-links"]',
            'claims = ["claim-none"]',
            "claims",
            "the unknown id 'claim-none'",
        ),
        ("themes", 'claims = ["claim-adult-links"]', 'claims = "claim-adult-links"', "claims", "str"),
        (
            "themes",
            'claims = ["claim-adult-links"]',
            'claims = ["claim-adult-links", "claim-adult-links"]',
            "claims",
            "a list that names one thing twice",
        ),
        (
            "commitments",
            'priorities = ["priority-connection"]',
            'priorities = ["priority-five"]',
            "priorities",
            "the unknown id 'priority-five'",
        ),
    ],
)
def test_a_planted_fault_is_refused_with_its_line(
    copy: Path, name: str, old: str, new: str, place: str, found: str
) -> None:
    line = planted(copy, name, old, new)

    (fault,) = own(refusals(copy))

    assert fault.file == f"data/programme/{name}.toml"
    assert fault.place.startswith(f"line {line}, ")
    assert fault.place.endswith(f", {place}")
    assert found in fault.found
    assert fault.allowed
    assert fault.do


@pytest.mark.parametrize(
    ("name", "line", "key"),
    [
        ("hubs", 'document = "paper-report-2024"\n', "document"),
        ("hubs", 'paragraph = "paragraph 3.13"\n', "paragraph"),
        ("commitments", 'known_by = "A published statement, outcome by outcome."\n', "known_by"),
        ("claims", 'type = "causal"\n', "type"),
    ],
)
def test_a_missing_key_is_refused_at_the_head_of_its_record(copy: Path, name: str, line: str, key: str) -> None:
    at = planted(copy, name, line, "")
    header = (copy / f"{name}.toml").read_text(encoding="utf-8").splitlines()[:at]
    opened = max(number for number, text in enumerate(header, start=1) if text.startswith("[["))

    (fault,) = refusals(copy)

    assert fault.place.startswith(f"line {opened}, ")
    assert fault.place.endswith(f", {key}")
    assert fault.found == "nothing"


def test_one_id_twice_is_refused_also_across_files(copy: Path) -> None:
    line = planted(copy, "training", 'id = "training-trauma"', 'id = "training-oral-health"')

    (fault,) = own(refusals(copy))

    assert fault.place == f"line {line}, training-oral-health, id"
    assert "data/programme/training.toml, line" in fault.found


def test_a_claim_may_cite_only_findings_that_exist_once_they_are_given(copy: Path) -> None:
    line = planted(
        copy,
        "claims",
        'findings = ["claims-rates"]\n',
        'findings = ["claims-rates", "care-rate-lost"]\n',
    )
    there = {
        name for kind in ("claims", "gradings") for record in load(RECORDS).records[kind] for name in record.findings
    }

    assert load(copy) is not None
    (fault,) = refusals(copy, findings=there)
    assert load(copy, findings=there | {"care-rate-lost"}) is not None

    assert fault.place.startswith(f"line {line}, claim-")
    assert fault.place.endswith(", findings")
    assert "'care-rate-lost'" in fault.found
    assert "finding" in fault.allowed


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("items", 'held = ["hub-joy"]\n', "", "neither `held` nor `left_out`"),
        ("items", 'held = ["hub-joy"]\n', 'held = ["hub-joy"]\nleft_out = "No."\n', "both `held` and `left_out`"),
        ("theory", 'shows = "offer"', 'shows = "offers"', "shows 'offers'"),
    ],
)
def test_a_piece_without_a_home_and_a_step_without_a_file_are_refused(
    copy: Path, name: str, old: str, new: str, found: str
) -> None:
    at = planted(copy, name, old, new)
    text = (copy / f"{name}.toml").read_text(encoding="utf-8").splitlines()[:at]
    opened = max(number for number, line in enumerate(text, start=1) if line.startswith("[["))

    (fault,) = refusals(copy)

    assert fault.place.startswith(f"line {opened}, ")
    assert found in fault.found


def test_every_fault_of_every_file_is_told_at_once(copy: Path) -> None:
    planted(copy, "hubs", 'locality = "North Wirral"', 'locality = "North"')
    planted(copy, "hubs", 'locality = "West Wirral"', 'locality = "West"')
    planted(copy, "claims", 'verdict = "contradicted"', 'verdict = "wrong"')
    planted(copy, "commitments", 'due = "2025-09"', 'due = "2025-09-31"')
    planted(copy, "questions", 'document = "paper-minutes-2024"\n', "")

    faults = refusals(copy)

    assert sorted(fault.file.rpartition("/")[2] for fault in faults) == [
        "claims.toml",
        "commitments.toml",
        "hubs.toml",
        "hubs.toml",
        "questions.toml",
    ]


def test_a_record_at_fault_is_still_known_to_those_that_cite_it(copy: Path) -> None:
    planted(copy, "priorities", 'success = "Families helped', 'succes = "Families helped')

    faults = refusals(copy)

    assert {fault.file for fault in faults} == {"data/programme/priorities.toml"}


def spoil_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# caf\xe9\n")


def spoil_syntax(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n[[hub]]\nid = hub-x\n", encoding="utf-8")


def spoil_date(path: Path) -> None:
    path.write_text("[[hub]]\nopened = 2024-02-30\n", encoding="utf-8")


def spoil_header(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("[[hub]]", "[[hubs]]"), encoding="utf-8")


def empty(path: Path) -> None:
    path.write_text("# nothing\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (spoil_bytes, "text that is not UTF-8"),
        (spoil_syntax, "text that cannot be read"),
        (spoil_date, "text that cannot be read"),
        (spoil_header, "hubs"),
        (empty, "nothing"),
        (Path.unlink, "no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(copy: Path, spoil: Callable[[Path], None], found: str) -> None:
    spoil(copy / "hubs.toml")

    faults = [fault for fault in refusals(copy) if fault.file == "data/programme/hubs.toml"]

    assert len(faults) == 1
    assert found in faults[0].found


def test_a_syntax_fault_names_its_line(copy: Path) -> None:
    text = (copy / "hubs.toml").read_text(encoding="utf-8")
    spoil_syntax(copy / "hubs.toml")

    (fault,) = refusals(copy)

    assert fault.place == f"line {text.count(chr(10)) + 3}"


def test_a_file_that_nothing_reads_is_refused(copy: Path) -> None:
    (copy / "hub.toml").write_text('[[hub]]\nid = "hub-a"\n', encoding="utf-8")

    (fault,) = refusals(copy)

    assert fault.file == "data/programme/hub.toml"


def test_lines_are_found_also_past_a_text_of_several_lines() -> None:
    text = '[[hub]]\nid = "hub-a"\nnote = """\nid = "no key"\n[[hub]]\n"""\nname = "A"\n[[hub]]\nid = "hub-b"\n'

    first, second = find_lines(text, "hub")

    assert (first.header, first.of("id"), first.of("name"), first.of("absent")) == (1, 2, 7, 1)
    assert (second.header, second.of("id")) == (8, 9)


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2024-04-10", "2024-04-10", "2024-04-10", "10 April 2024"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        ("2023-02", "2023-02-01", "2023-02-28", "February 2023"),
        ("2015", "2015-01-01", "2015-12-31", "2015"),
    ],
)
def test_a_date_is_as_wide_as_it_is_vague_and_both_ends_are_included(
    text: str, first: str, last: str, words: str
) -> None:
    assert str(first_day(text).date()) == first
    assert str(last_day(text).date()) == last
    assert date_words(text) == words


@pytest.mark.parametrize("text", ["", "24", "2024-4", "2024-00", "2023-02-29", "1979", "2051-01", "2024-04-10 "])
def test_what_is_no_date_has_no_precision(text: str) -> None:
    assert precision_of(text) is None
