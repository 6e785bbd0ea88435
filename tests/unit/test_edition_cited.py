"""Findings quoted on other pages: filled in with their address, refused where no page makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import Chapter, read_chapter
from btc_eval.edition.cited import TOKEN, Cited, addressed, citable, fill, unpasted
from btc_eval.edition.collect import Collected
from btc_eval.edition.layout import Page
from btc_eval.edition.stage import published_notebook, staged_notebook
from btc_eval.errors import RefusedError

FRONT = "---\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n\n"
CELL = "```{code-cell} ipython3\npass\n```\n"
KNOWN = {"care-gap": Cited("It fell by <2.", "outcomes/care", "Are fewer & fewer in care?")}


def chapter(folder: Path, name: str, body: str) -> Chapter:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FRONT + body, encoding="utf-8")
    return read_chapter(Page(name, path))


def run(*outputs: dict[str, Any]) -> Run:
    return Run(outputs=[list(outputs)], inputs={}, seconds=0.0, stderr=[])


def shows(html: str, **about: object) -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {"btc_eval": about}, "data": {"text/html": html}}


def makes(key: str) -> dict[str, object]:
    """Return the output by which a cell hands over a finding."""
    metadata = {"scrapbook": {"name": key, "mime_prefix": "x"}, "btc_eval": {"kind": "finding", "id": key}}
    return {"output_type": "display_data", "metadata": metadata, "data": {"x": "'said'"}}


def test_a_citation_becomes_the_sentence_and_a_link_with_nothing_unescaped() -> None:
    text = fill("<td>{{finding:care-gap}}</td>", KNOWN, "../")

    assert text == (
        '<td><span class="btc-cited">It fell by &lt;2. '
        '<a href="../outcomes/care.html#finding-care-gap">Are fewer &amp; fewer in care?</a></span></td>'
    )
    assert TOKEN.search(text) is None
    assert '<a href="#finding-care-gap">How we know</a>' in fill("{{finding:care-gap}}", KNOWN, "../", "outcomes/care")
    assert fill("no citation {{root}}", KNOWN, "../") == "no citation {{root}}"


def test_a_citation_of_what_no_page_makes_is_refused_with_page_and_cell(tmp_path: Path) -> None:
    page = chapter(tmp_path, "answers/claims", f"# Claims\n\n{CELL}")
    runs = {"answers/claims": run(shows("{{finding:care-gap}}{{finding:care-lost}}"))}
    made = {"id": "care-gap", "chapter": "answers/claims", "sentence": "It fell."}

    with pytest.raises(RefusedError) as refused:
        citable([page], runs, Collected((made,), (), {}, ()))

    (fault,) = refused.value.refusals
    assert fault.file == "book/answers/claims.md"
    assert "'care-lost'" in fault.found
    runs["answers/claims"] = run(shows("{{finding:care-gap}}"))
    known = citable([page], runs, Collected((made,), (), {}, ()))
    assert known == {"care-gap": Cited("It fell.", "answers/claims", "Claims")}


def test_a_finding_gets_its_address_at_its_first_paste_and_only_there(tmp_path: Path) -> None:
    first = "First {glue:text}`care-gap`, then {glue:text}`care-gap`."
    body = f"# Care\n\n{CELL}\n{first}\n\n{CELL}\n{{glue:text}}`other`\n"
    page = chapter(tmp_path, "outcomes/care", body)

    (text,) = addressed(page, ["care-gap", "care-unsaid"]).values()

    assert text == "First [{glue:text}`care-gap`]{#finding-care-gap}, then {glue:text}`care-gap`."
    assert unpasted(page, ["care-gap", "care-unsaid"]) == {"care-unsaid"}


def test_the_staged_page_has_addresses_and_the_published_notebook_has_plain_words(tmp_path: Path) -> None:
    page = chapter(tmp_path, "outcomes/care", f"# Care\n\n{CELL}\n{{glue:text}}`care-gap`\n")
    collected = Collected((), (), {"outcomes/care": {"care-gap": "It fell.", "care-unsaid": "It rose."}}, ())
    known = KNOWN | {"care-unsaid": Cited("It rose.", "outcomes/care", "Care")}
    shown = run(makes("care-gap"), makes("care-unsaid"), shows("{{finding:care-gap}}", kind="exhibit", id="t"))

    staged = json.loads(staged_notebook(page, shown, collected, {}, known))
    published = json.loads(published_notebook(page, shown, collected, {}, known))

    outputs = [text for cell in staged["cells"] for out in cell.get("outputs", []) for text in out["data"].values()]
    assert '<span class="btc-anchor" id="finding-care-unsaid"></span>' in outputs
    assert not any('id="finding-care-gap"' in text for text in outputs), "it is pasted, and has its address there"
    assert any('href="#finding-care-gap"' in text for text in outputs)
    assert "[{glue:text}`care-gap`]{#finding-care-gap}" in staged["cells"][-1]["source"]
    assert published["cells"][-1]["source"] == "It fell."
    assert "{{finding" not in json.dumps(published)
