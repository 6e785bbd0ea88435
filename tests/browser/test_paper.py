"""The PDF of the real book: printed from the built site, and everything that its structure must have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from btc_eval.disclosure import gate_documents, gate_register
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_text import Watch
from btc_eval.edition import layout, paper, paper_check, paper_html, record

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_whole_report_is_printed_tagged_bookmarked_and_in_words(
    chrome: Browser,  # noqa: ARG001 skipped, or failed, as every test that needs a browser
    site: Path,
    tmp_path: Path,
) -> None:
    toc = layout.read_toc(layout.layout())
    about = json.loads((site / "edition.json").read_text(encoding="utf-8"))
    found_there = json.loads((site / "findings.json").read_text(encoding="utf-8"))
    words = record.words_for_pages(about, found_there)
    root, parts = str(toc["root"]), paper_html.parts_of(toc)
    wanted = paper_html.document(site, parts, root=root, words=words, style="")
    if (site / paper.NAME).is_file():
        data = (site / paper.NAME).read_bytes()
    else:
        # `write` refuses what its own check finds wanting; the site is not written to.
        shown = tmp_path / "site"
        shown.mkdir()
        for one in site.iterdir():
            (shown / one.name).symlink_to(one)
        data = paper.write(shown, tmp_path / "kept", toc=toc, words=words, moment=about["built_at"]).read_bytes()
    found = paper_check.check(data)
    assert found.good, found.faults
    assert found.headings == len(wanted.headings)
    assert (found.figures, found.tables) == (wanted.figures, wanted.tables)
    assert found.figures > 10
    assert found.pages > 30
    # What no page says would stop a release: the gate takes every one of these pages for what the site says.
    contents = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    reading = Reading(gate_register.read(site), Watch(), frozenset(contents), contents=contents)
    gate_documents.read(reading, paper.NAME, data)
    assert not reading.seen, "\n".join(map(str, reading.seen))
