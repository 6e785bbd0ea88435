"""Which release of an official table does a finding rest on? From the rows that were used to the page that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, measures, publish, records
from btc_eval.edition import addresses
from btc_eval.edition.chapters import Chapter
from btc_eval.edition.cited import Cited, citable, fill
from btc_eval.edition.collect import Collected
from btc_eval.edition.layout import Page
from btc_eval.estimates import Papers, Provenance, latest_words, release_words
from btc_eval.measures.comparison import compare
from btc_eval.publish import emit
from btc_eval.publish.parts import source_line
from btc_eval.publish.sources import resolve, vintages

THEN = Papers(Provenance.OFFICIAL, ("looked_after",), "2013", "2023", (("looked_after", "2023-11"),))
WHOLE = Papers(Provenance.OFFICIAL, ("looked_after", "spend"), "2013", "2025")


def held(table: str) -> tuple[str, ...]:
    """Return the releases that the catalogue holds of a table."""
    entry = records.official().catalogue.entry(table)
    assert entry is not None
    return tuple(sorted({source.vintage for source in entry.sources}))


def test_papers_joined_name_the_releases_of_both_and_all_where_one_used_all() -> None:
    other = Papers(Provenance.OFFICIAL, ("looked_after",), vintages=(("looked_after", "2024-11"),))
    assert THEN.joined(other).vintages == (("looked_after", "2023-11"), ("looked_after", "2024-11"))
    assert THEN.joined(WHOLE).vintages == ()  # all releases
    spend = Papers(Provenance.OFFICIAL, ("spend",))
    assert THEN.joined(spend).vintages == spend.joined(THEN).vintages == THEN.vintages
    moved = THEN.over("2014", "2015")
    assert (moved.window_start, moved.window_end, moved.vintages) == ("2014", "2015", THEN.vintages)


def test_the_measure_names_the_releases_of_the_rows_it_used() -> None:
    official = records.official()
    then = measures.annual(official, "looked_after_rate", vintage="2023-11")
    assert [pair for pair in then.papers.vintages if pair[0] == "looked_after"] == [("looked_after", "2023-11")]
    now = dict.fromkeys(name for name, _ in measures.annual(official, "looked_after_rate").papers.vintages)
    assert list(now) == ["looked_after", "looked_after_tool"]
    newest = max(held("looked_after"))
    assert ("looked_after", newest) in measures.annual(official, "looked_after_rate").papers.vintages


def test_a_comparison_names_the_neighbour_model_it_used_and_no_other() -> None:
    official = records.official()
    both = held("neighbours")
    assert len(both) == 2
    found = compare(official, ["looked_after_rate"], vintage="2023-11", model=2021)
    assert vintages(found.papers)["neighbours"] == (both[0],)
    assert vintages(found.papers)["looked_after"] == ("2023-11",)


def test_a_source_of_which_none_is_named_stands_with_every_release_that_is_held() -> None:
    assert vintages(WHOLE) == {"looked_after": held("looked_after"), "spend": held("spend")}
    assert vintages(THEN) == {"looked_after": ("2023-11",)}
    # The list of councils holds no figure; papers and returns have no release.
    assert vintages(Papers(Provenance.OFFICIAL, ("areas", "paper-report-2024", "spend"))) == {"spend": held("spend")}
    assert vintages(Papers(Provenance.STATUTORY, ("children in need census",))) == {}


def test_the_line_under_an_exhibit_names_the_release() -> None:
    assert "(released November 2023)</a>" in source_line(THEN, "care")
    assert resolve(THEN)[0].words.endswith("(released November 2023)")
    assert "released" not in source_line(Papers(Provenance.STATUTORY, ("children in need census",)), "care")


def found(monkeypatch: pytest.MonkeyPatch, papers: Papers) -> dict[str, Any]:
    """Make a finding on these papers and return it as the builder is given it."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(emit, "_display", lambda _, metadata: shown.append(metadata))
    frame = pd.DataFrame({"year": [2023], "rate": [117.5]})
    safe = disclosure.control(frame, "official", keys=["year"], papers=papers)
    rate = publish.quantity(safe, "rate", at={"year": 2023}, style="rate")
    told = publish.sentence("The rate was {rate}.", rate=rate)
    publish.finding(safe, id="care-rate", sentence=told, estimand="Rate", at={"year": 2023}, columns=("rate",))
    (about,) = (one["btc_eval"]["finding"] for one in shown if "finding" in one.get("btc_eval", {}))
    return {**about, "chapter": "outcomes/care"}


def test_a_finding_names_its_releases_in_the_list_and_on_its_own_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finding = found(monkeypatch, THEN)
    assert finding["vintages"] == {"looked_after": ["2023-11"]}
    (tmp_path / "edition.json").write_text(json.dumps({"label": "2026.11", "built_at": None}))
    addresses.write(tmp_path, label="2026.11", findings=[json.loads(json.dumps(finding))])
    page = (tmp_path / "f/care-rate/index.html").read_text()
    assert '<th scope="row">Release of looked after</th><td>released November 2023</td>' in page
    old = {name: value for name, value in finding.items() if name != "vintages"}
    addresses.write(tmp_path, label="2026.11", findings=[old])
    assert "Release of" not in (tmp_path / "f/care-rate/index.html").read_text()


def test_an_answer_that_quotes_a_finding_says_until_when_its_figures_were_released(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finding = found(monkeypatch, THEN)
    chapter = Chapter(Page("outcomes/care", tmp_path / "care.md"), {}, ())
    known = citable([chapter], {}, Collected((finding,), (), {}, ()))
    assert known["care-rate"].released == "as released by November 2023"
    shown = fill("{{finding:care-rate}}", known, "../")
    assert "(as released by November 2023)</a></span>" in shown
    # The sentence itself stays what it was: the gate holds it against the list of findings.
    assert shown.startswith(f'<span class="btc-cited">{finding["sentence"]} <a')
    assert "(" not in fill("{{finding:care-rate}}", {"care-rate": Cited("It fell.", "a", "A")}, "")


@pytest.mark.parametrize(
    ("releases", "words", "latest"),
    [
        ([], "", ""),
        (["2025"], "figures to 2025", "figures to 2025"),
        (["2025", "2021"], "figures to 2021 and 2025", "figures to 2025"),
        (["2024-10", "2024-10"], "released October 2024", "as released by October 2024"),
        (["2023-11", "2024-11"], "released November 2023 and November 2024", "as released by November 2024"),
        (["2010-09", "2025-11", "2020-12", "2025"], "released September 2010 to November 2025, figures to 2025",
         "as released by November 2025"),
        (["2021-13"], "figures to 2021-13", "figures to 2021-13"),
    ],
)  # fmt: skip
def test_how_releases_are_said(releases: list[str], words: str, latest: str) -> None:
    assert release_words(releases) == words
    assert latest_words(releases) == latest
