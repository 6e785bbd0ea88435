"""What the book says beside what the records hold: every record has its place, every verdict its evidence.

Read from the site as built, with eyes of its own: notebooks as JSON, pages as HTML, findings as they were written.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from btc_eval import locations, programme
from btc_eval.edition.layout import Page
from btc_eval.publish.phrases import DEMONSTRATION_MARK
from btc_eval.publish.rich import HOMES
from tests.book.conftest import PROJECT, Book
from tests.book.reading import WORD, age, american, sentences
from tests.book.test_rules import PAGES, html

BOX = re.compile(r"^:::\{admonition\} [^\n]*\n:class: answer\n(?P<body>.*?)^:::$", re.MULTILINE | re.DOTALL)
MADE_HERE = ("front/", "learning/", "answers/")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.DATA_VARIABLE, str(PROJECT / "data"))


@cache
def written(site: Path, page: str) -> str:
    """Return a page's prose as its notebook has it, with what is pasted written out and without marks and code."""
    notebook = json.loads((site / f"notebooks/{page}.ipynb").read_text(encoding="utf-8"))
    return "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def plain(text: str) -> str:
    """Return prose without headings, fences and marks."""
    text = re.sub(r"^(?:#+ .*|:{3,}.*|:[a-z]+:.*|\([^)]*\)=)$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*_`]", "", text)


def findings(site: Path) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in json.loads((site / "findings.json").read_text(encoding="utf-8"))}


def test_every_claim_question_theme_event_commitment_and_hub_has_a_row_with_an_address(real_site: Path) -> None:
    for beginning, page in HOMES.items():
        records = [name for name in programme.known_ids() if name.startswith(beginning)]
        assert records, beginning
        assert set(records) <= html(real_site / f"{page}.html").names, beginning


def test_what_a_claim_and_a_question_say_is_on_their_pages_word_for_word(real_site: Path) -> None:
    claims, questions = (html(real_site / f"answers/{name}.html").text for name in ("claims", "questions"))
    for claim in programme.claims():
        assert claim.claim in claims
        assert claim.why in claims
    for question in programme.questions():
        assert question.question in questions
        assert question.answered in questions


def test_every_finding_that_a_claim_cites_is_quoted_beside_it_and_can_be_reached(real_site: Path) -> None:
    known = findings(real_site)
    page = html(real_site / "answers/claims.html")
    for claim in programme.claims():
        for name in claim.findings:
            found = known[name]
            assert found["provenance"] == "official", (claim.id, name)
            assert found["sentence"] in page.text
            assert f"finding-{name}" in html(real_site / f"{found['chapter']}.html").names
            elsewhere = "" if found["chapter"] == "answers/claims" else f"../{found['chapter']}.html"
            assert f"{elsewhere}#finding-{name}" in page.targets


def test_every_finding_of_the_edition_has_an_address_on_its_page(real_site: Path) -> None:
    for name, found in findings(real_site).items():
        assert f"finding-{name}" in html(real_site / f"{found['chapter']}.html").names, name


def test_the_tally_is_that_of_the_lists_on_the_page(real_site: Path) -> None:
    text = (real_site / "answers/claims.html").read_text(encoding="utf-8")
    for verdict, slug in (
        ("confirmed", "confirmed"),
        ("consistent", "consistent"),
        ("not shown", "not-shown"),
        ("contradicted", "contradicted"),
        ("cannot be tested with public data", "not-testable"),
    ):
        start = text.index(f'id="claims-{slug}"')
        rows = re.findall(r'<tr id="(claim-[^"]+)"', text[start : text.index("</table>", start)])
        assert rows == [claim.id for claim in programme.claims().where(verdict=verdict)]
    total = sum(len(programme.claims().where(verdict=v)) for v in programme.claims().count("verdict")["verdict"][:-1])
    assert total == len(programme.claims())
    assert findings(real_site)["claims-tally"]["estimate"] == len(programme.claims().where(verdict="confirmed"))


def test_the_summary_and_the_cover_quote_no_demonstration(real_site: Path) -> None:
    known = findings(real_site)
    for page in ("front/what-we-found", "front/plain-words", "index"):
        source = (PROJECT / "book" / f"{page}.md").read_text(encoding="utf-8")
        quoted = re.findall(r"\{glue:text\}`[^`]*::([a-z0-9-]+):s`", source)
        assert quoted or page == "front/plain-words"
        assert DEMONSTRATION_MARK not in written(real_site, page)
        for key in quoted:
            assert key not in known or known[key]["provenance"] == "official", (page, key)
    demonstrations = {name for name, found in known.items() if found["provenance"] == "demonstration"}
    assert demonstrations, "the test would pass for want of anything to find"


def test_the_summary_gives_every_verdict_with_what_shows_it(real_site: Path) -> None:
    source = (PROJECT / "book/front/what-we-found.md").read_text(encoding="utf-8")
    rows = source.partition("\n:::::\n")[0].split("::::{div} btc-row")[1:]
    assert len(rows) >= 6
    for row in rows:
        assert row.count("**") == 4, "a question and a verdict"
        assert "{glue:text}" in row
        assert re.search(r"\]\(\.\./[a-z/-]+\.md\)", row)
    words = written(real_site, "front/what-we-found")
    assert len(re.findall(r"interval|Chance allows", words)) >= 4
    assert len(WORD.findall(plain(words))) < 560, "one page, not two"


def test_each_question_is_answered_in_three_sentences_of_which_one_is_ours_to_show(real_site: Path) -> None:
    boxes = [match["body"] for match in BOX.finditer(written(real_site, "answers/questions"))]
    source = [
        match["body"] for match in BOX.finditer((PROJECT / "book/answers/questions.md").read_text(encoding="utf-8"))
    ]
    headings = re.findall(r"^## (.+)$", written(real_site, "answers/questions"), flags=re.MULTILINE)

    assert headings[: len(boxes)] == [question.question for question in programme.questions()]
    assert len(boxes) == len(programme.questions())
    for box, raw in zip(boxes, source):
        assert len(sentences(plain(box))) == 3, box
        assert "{glue:text}" in raw


@every_page
def test_the_answer_boxes_can_be_read_at_fourteen(page: Page, real_site: Path) -> None:
    for match in BOX.finditer(written(real_site, page.name)):
        # The mark of made-up data is set by rule after each sentence and is not part of what the sentence says.
        text = plain(match["body"]).replace(f" ({DEMONSTRATION_MARK})", "")
        assert age(text) <= 14.05, (round(age(text), 1), text)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name.startswith("learning/")], ids=lambda page: page.name
)
def test_a_chapter_of_learning_asks_answers_in_two_sentences_and_ends_with_its_sources(
    page: Page, real_site: Path
) -> None:
    text = written(real_site, page.name)
    (box,) = [plain(match["body"]) for match in BOX.finditer(text)]
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert text.index("**The question.**") < text.index("The answer") < text.index("\n## ")
    assert len(sentences(box)) == 2, box
    assert "How sure we are" in headings[:-1]
    assert headings[-1] in ("Sources", "The data")


def test_plain_words_are_plain(real_site: Path) -> None:
    text = plain(written(real_site, "front/plain-words"))
    said = sentences(text)
    assert age(text) <= 9, "at most what a child of nine can read; the aim is eleven"
    assert max(len(WORD.findall(one)) for one in said) <= 15
    lines = [line for line in text.splitlines() if line.strip()]
    assert max(len(sentences(line)) for line in lines) <= 3, "one idea a line"
    hard = ("interval", "statistic", "referral", "provenance", "estimate", "cohort", "p-value", "counterfactual")
    assert [word for word in hard if word in text.lower()] == []


@every_page
def test_spelling_is_british(page: Page, real_site: Path) -> None:
    text = html(real_site / f"{page.name}.html").text
    if page.name == "assurance/references":  # titles of works are as their authors spelt them
        text = page.source.read_text(encoding="utf-8")
    assert american(text) == []


def test_every_verdict_and_kind_that_readers_meet_is_explained(real_site: Path) -> None:
    text = written(real_site, "front/how-to-read").lower()
    for verdict in programme.claims().count("verdict")["verdict"][:-1]:
        assert verdict in text, verdict
    timeline = written(real_site, "learning/timeline").lower()
    for kind in programme.events().count("type")["type"][:-1]:
        assert f"**{kind}" in timeline, kind


def test_a_claim_that_cites_a_finding_no_page_makes_stops_the_build_with_file_and_line(book: Book) -> None:
    shutil.copytree(PROJECT / "data/programme", book.root / "data/programme")
    before = book.bytes()

    done = book.run("build", "--strict", environment={locations.DATA_VARIABLE: str(book.root / "data")})

    assert done.returncode == 1
    assert book.bytes() == before
    message = done.stderr[done.stderr.index("Error: ") :]
    claims = (PROJECT / "data/programme/claims.toml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(claims, start=1) if text.startswith("findings = "))
    assert f"data/programme/claims.toml, line {line}, " in message
    assert "the id of a finding of this edition" in message
