"""A word of the glossary stands once and is linked where a chapter first uses it; a work is cited where it is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from btc_eval.edition.layout import Page
from btc_eval.edition.roles import TERM, works
from tests.book.conftest import PROJECT
from tests.book.test_rules import PAGES, chapter

GLOSSARY = (PROJECT / "book/assurance/glossary.md").read_text(encoding="utf-8")
WORKS = works(PROJECT / "book/references.bib")
ENTRY = re.compile(r"^(\S[^\n]*)\n((?:  [^\n]+\n)+)", re.MULTILINE)
CHAPTERS = [page for page in PAGES if page.name.partition("/")[0] in ("learning", "outcomes", "plan")]

#: Words that mean one thing wherever they stand in a chapter: the first use of each is a link. Others, such as
#: “claim” or “year”, are everyday words too, and are linked where they are meant as terms.
UNMISTAKABLE = (
    "adjusted p-value", "calibrated interval", "permutation p-value", "persistent absence", "section 47 enquiry",
    "neighbours' mean", "placebo in space", "placebo in time", "false alarm", "hazard ratio", "cumulative incidence",
    "counterfactual", "synthetic control", "theory of change", "propensity score", "special guardianship order",
    "restricted mean", "re-referral", "immortal time", "optimism bias", "present value", "e-value",
)  # fmt: skip

#: What is no running prose: code, boxes, headings, links, roles, quotations, tables.
NOT_PROSE = re.compile(
    r"^(`{3,}).*?^\1[ ]*$|^(:{3,})\{.*?^\2[ ]*$|^#[^\n]*$"
    r"|\[[^\]]*\]\([^)]*\)|\{[a-z:]+\}`[^`]*`|`[^`]*`|“[^”]*”|^\|[^\n]*$",
    re.MULTILINE | re.DOTALL,
)


def entries() -> dict[str, str]:
    """Return the entries as they stand, in order: a second one of the same name would be lost, so they are counted."""
    blocks = re.findall(r"^```\{glossary\}\n(.*?)^```", GLOSSARY, re.MULTILINE | re.DOTALL)
    found = [pair for block in blocks for pair in ENTRY.findall(block + "\n")]
    assert len(found) == len({name for name, _ in found}), "a term has two entries"
    return dict(found)


def order(name: str) -> str:
    """Return what a term is put in order by: letters, figures and spaces."""
    return re.sub(r"[^a-z0-9 ]", "", name.lower())


def linked(text: str) -> list[str]:
    """Return the entries that prose links to, in order."""
    return [(match[2] or match[1]).lower() for match in TERM.finditer(text)]


def test_each_term_has_one_entry_and_they_stand_in_order() -> None:
    names = [order(name) for name in entries()]
    assert len(names) >= 90
    assert names == sorted(names)
    alike = {re.sub(r"s$", "", name.replace(" ", "")) for name in names}
    assert len(alike) == len(names), "two terms differ by an ending or a hyphen alone"


def test_each_entry_stands_under_the_letter_it_begins_with() -> None:
    parts = re.split(r"^## ([A-Z])(?: to ([A-Z]))?\n", GLOSSARY, flags=re.MULTILINE)[1:]
    for first, last, text in zip(parts[::3], parts[1::3], parts[2::3]):
        begun = [order(name)[0].upper() for name, _ in ENTRY.findall(text.replace("```", "\n"))]
        assert begun
        assert all(first <= letter <= (last or first) for letter in begun), first


def test_what_an_entry_sets_in_italics_has_an_entry() -> None:
    known = {name.lower() for name in entries()}
    told = [
        (name, " ".join(word.split()))
        for name, text in entries().items()
        for word in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", text)
    ]
    assert len(told) >= 15
    assert [(name, word) for name, word in told if not {word.lower(), word.lower().rstrip("s")} & known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_links_each_term_once_and_only_terms_there_are(page: Page) -> None:
    known = {name.lower() for name in entries()}
    found = linked(chapter(page).prose)
    assert set(found) <= known
    assert len(found) == len(set(found)), "a term is linked at its first use, and not again"


def test_most_chapters_link_terms() -> None:
    linking = [page for page in CHAPTERS if linked(chapter(page).prose)]
    assert len(linking) >= 15


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_the_first_use_of_an_unmistakable_term_is_a_link(page: Page) -> None:
    prose = chapter(page).prose
    plain = NOT_PROSE.sub(lambda match: " " * len(match[0]), prose)
    links = {(match[2] or match[1]).lower(): match.start() for match in TERM.finditer(prose)}
    for term in UNMISTAKABLE:
        words = r"\s+".join(map(re.escape, term.split())).replace("enquiry", "enquir(?:y|ies)")
        used = re.search(rf"(?<![\w-]){words}(?![\w-])", plain, re.IGNORECASE)
        if used:
            assert links.get(term, len(prose)) < used.start(), f"{term!r} is used at {used.start()} before it is linked"


def test_every_work_is_cited_on_a_page_and_every_citation_is_listed() -> None:
    cited: set[str] = set()
    for page in PAGES:
        for keys in re.findall(r"\{cite:[a-z]+\}`([^`]+)`", chapter(page).prose):
            cited |= {key.strip() for key in keys.split(",")}
    assert len(cited) >= 50
    assert cited == set(WORKS)


def test_no_role_is_left_in_a_notebook_and_works_are_named_there(real_site: Path) -> None:
    for page in PAGES:
        book = json.loads((real_site / f"notebooks/{page.name}.ipynb").read_text(encoding="utf-8"))
        text = "\n".join(cell["source"] for cell in book["cells"] if cell["cell_type"] == "markdown")
        assert not re.search(r"\{(?:term|cite:[a-z]+)\}`", text), page.name
        if page.name == "assurance/methods":
            assert "Newey and West (1987)" in text


def test_on_the_site_a_citation_leads_to_its_work_and_a_term_to_its_entry(real_site: Path) -> None:
    methods = (real_site / "assurance/methods.html").read_text(encoding="utf-8")
    references = (real_site / "assurance/references.html").read_text(encoding="utf-8")
    leads = set(re.findall(r'href="references\.html#([^"]+)"', methods))
    assert len(leads) >= 30
    assert all(f'id="{name}"' in references for name in leads)
    demand = (real_site / "outcomes/demand.html").read_text(encoding="utf-8")
    assert 'href="../assurance/glossary.html#term-Permutation-p-value"' in demand
    assert 'id="term-Permutation-p-value"' in (real_site / "assurance/glossary.html").read_text(encoding="utf-8")


def test_the_first_page_leads_to_every_other_and_to_each_chapter_in_its_words(real_site: Path) -> None:
    built = (real_site / "index.html").read_text(encoding="utf-8")
    led = set(re.findall(r'href="([a-z0-9/-]+)\.html"', built))
    assert {page.name for page in PAGES} - {"index"} <= led
    own = (PROJECT / "book/index.md").read_text(encoding="utf-8")
    for name in ("care-heading", "reached", "what-happened-next", "journeys", "spend", "universal-offer"):
        assert f"](outcomes/{name}.md)" in own, name
