"""What a reader is shown: a table to the letter, a figure's parts, and what may not be shown at all."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import vl_convert

from btc_eval import disclosure, publish
from btc_eval.disclosure import SafeTable
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import emit, parts
from btc_eval.publish.charts import static

OFFICIAL = Papers(Provenance.OFFICIAL, ("a-source",), "2012-04", "2024-03")
DEMONSTRATION = Papers(Provenance.DEMONSTRATION, (), "2016-04", "2024-03")
GOLDEN = Path(__file__).parent / "publish"


class Shown(list[tuple[dict[str, str], dict[str, Any]]]):
    """What a chapter's cell would have displayed."""

    @property
    def html(self) -> str:
        return self[-1][0]["text/html"]

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = self[-1][1]["btc_eval"]
        return found


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    seen = Shown()
    shell = SimpleNamespace(
        display_pub=SimpleNamespace(publish=lambda *, data, metadata: seen.append((data, metadata)))
    )
    monkeypatch.setattr(emit, "_shell", lambda: shell)
    return seen


def councils(papers: Papers | None = OFFICIAL, policy: str = "official") -> SafeTable:
    frame = pd.DataFrame(
        {
            "name": ["Wirral", "St <Helens>", "=Sefton"],
            "year": [2024, 2024, 2023],
            "referrals": [4152.0, None, 3001.0],
            "rate": [612.34, 500.06, None],
            "secret": ["not", "to be", "seen"],
        }
    )
    blanks = {"referrals": "withheld by the publisher", "rate": "no population for the year"}
    return disclosure.control(frame, policy, keys=["name", "year"], blanks=blanks, papers=papers)


def months(papers: Papers = OFFICIAL, policy: str = "official") -> SafeTable:
    when = pd.date_range("2019-04-01", periods=48, freq="MS")
    frame = pd.DataFrame(
        {"month": when, "referrals": [300 + 7 * (k % 12) + k for k in range(48)], "secret": "kept back"}
    )
    return disclosure.control(frame, policy, keys=["month"], n=9_000, papers=papers)


def series(papers: Papers = OFFICIAL, policy: str = "official", **more: Any) -> None:
    publish.figure(
        months(papers, policy),
        publish.lines(x="month", y="referrals", axis="Referrals a month", events=(publish.Event("2021-10", "Start"),)),
        **{"id": "by-month", "title": "Referrals rose", "text": "They rose from 300 to 424.", **more},
    )


def specs(html: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r'class="btc-spec"[^>]*>(.*?)</script>', html, re.DOTALL)]


def test_a_table_is_shown_to_the_letter(shown: Shown) -> None:
    publish.table(
        councils(),
        id="councils",
        caption="Referrals & rates",
        columns={"name": "Council", "year": "Year", "referrals": "Referrals", "rate": "Rate per 10,000"},
        formats={"rate": "rate"},
        notes="Years end on 31 March.",
    )
    expected = (GOLDEN / "table.html").read_text(encoding="utf-8")
    assert shown.html.replace("><", ">\n<") + "\n" == expected
    assert shown.about["csv"] == (
        "name,year,referrals,rate,secret\r\nWirral,2024,4152,612.34,not\r\n"
        "St <Helens>,2024,,500.06,to be\r\n'=Sefton,2023,3001,,seen\r\n"
    )
    assert {key: shown.about[key] for key in ("kind", "exhibit", "id", "provenance", "sources")} == {
        "kind": "exhibit",
        "exhibit": "table",
        "id": "councils",
        "provenance": "official",
        "sources": ["a-source"],
    }


def test_a_figure_has_its_title_mark_drawings_message_numbers_and_source(shown: Shown) -> None:
    series(note="Twelve months to a year.")
    html = shown.html
    for part in (
        'data-provenance="official"',
        '<span class="btc-title" id="by-month-title">Referrals rose</span>',
        "btc-mark-official",
        'role="img" aria-label="Referrals rose" aria-describedby="by-month-text"',
        '<p class="btc-message" id="by-month-text">They rose from 300 to 424.</p>',
        '<p class="btc-note">Twelve months to a year.</p>',
        "<summary>The numbers in this figure</summary>",
        '<th scope="row">April 2019</th>',
        'href="{{root}}csv/{{chapter}}/by-month.csv"',
        "Window: April 2012 to March 2024",
    ):
        assert part in html, part
    assert html.count("<svg") == 2
    assert html.count('aria-hidden="true" focusable="false"') == 2
    assert html.count("<script") == 1


def test_a_figure_carries_the_drawn_columns_and_no_other(shown: Shown) -> None:
    series()
    assert "kept back" not in shown.html
    assert "secret" not in shown.html
    (spec,) = specs(shown.html)
    assert set(spec["datasets"]["table"][0]) == {"month", "referrals"}
    assert "table" not in spec["usermeta"]["narrow"]["datasets"]


def test_a_figure_names_no_other_address(shown: Shown) -> None:
    series()
    outside = re.findall(r"https?://[^\"' <)]+", shown.html)
    assert set(outside) <= {"http://www.w3.org/2000/svg"}


def test_a_specification_cannot_end_its_script(shown: Shown) -> None:
    frame = pd.DataFrame({"name": ["</script><b>", "b"], "value": [1.0, 2.0]})
    safe = disclosure.control(frame, "official", keys=["name"], papers=OFFICIAL)
    publish.figure(safe, publish.bars(category="name", value="value"), id="bars", title="A", text="B")
    assert shown.html.count("</script>") == 1
    assert any("</script><b>" in json.dumps(spec) for spec in specs(shown.html))


def test_a_demonstration_says_so_in_title_pixels_and_text(shown: Shown) -> None:
    series(DEMONSTRATION, "council")
    html = shown.html
    words = parts.DEMONSTRATION
    assert f'<span class="btc-title" id="by-month-title">{words}: Referrals rose</span>' in html
    assert "btc-mark-demonstration" in html
    assert f'id="by-month-text">{words}. They rose' in html
    assert f'aria-label="{words}: Referrals rose"' in html
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(drawings) == 2
    assert all(words.upper() in drawing for drawing in drawings)
    (spec,) = specs(html)
    for one in (spec, spec["usermeta"]["narrow"]):
        assert words.upper() in json.dumps(one)
    assert shown.about["title"].startswith(words)


def test_an_official_drawing_bears_no_such_mark(shown: Shown) -> None:
    series()
    assert "demonstration" not in shown.html.lower()


@pytest.mark.parametrize("given", [pd.DataFrame({"n": [1]}), {"n": 1}, None, "a table"])
def test_nothing_is_shown_but_a_released_table(shown: Shown, given: Any) -> None:
    for show in (
        lambda: publish.table(given, id="t", caption="T", columns={"n": "N"}),
        lambda: publish.figure(given, publish.bars(category="n", value="n"), id="f", title="F", text="T"),
        lambda: publish.download(given, id="d", title="D"),
        lambda: publish.quantity(given, "n"),
        lambda: publish.marks(given),
    ):
        with pytest.raises(RefusedError, match=f"a {type(given).__name__}; allowed: a SafeTable"):
            show()
    assert shown == []


def test_a_table_without_papers_is_not_shown(shown: Shown) -> None:
    with pytest.raises(RefusedError, match="does not say where it comes from"):
        publish.table(councils(papers=None), id="t", caption="T", columns={"name": "Name"})
    with pytest.raises(RefusedError, match="without a source"):
        publish.table(councils(Papers(Provenance.OFFICIAL, ())), id="t", caption="T", columns={"name": "Name"})
    assert shown == []


@pytest.mark.parametrize(
    ("change", "found"),
    [({"id": "By Month"}, "id"), ({"title": " "}, "title"), ({"text": ""}, "text")],
)
def test_a_figure_without_words_or_with_an_unusable_id_is_refused(
    shown: Shown, change: dict[str, str], found: str
) -> None:
    with pytest.raises(RefusedError, match=found):
        series(**change)
    assert shown == []


def test_nothing_to_draw_is_refused(shown: Shown) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "value": [None, None]}, dtype="object").astype({"value": "float"})
    safe = disclosure.control(frame, "official", keys=["name"], papers=OFFICIAL, blanks={"value": "not collected"})
    with pytest.raises(RefusedError, match="no value to draw"):
        publish.figure(safe, publish.bars(category="name", value="value"), id="none", title="A", text="B")
    assert shown == []


class Shapes(HTMLParser):
    """The visible marks of a drawing: how many, and the words among them."""

    def __init__(self, drawing: str) -> None:
        super().__init__()
        self.marks = 0
        self.words: list[str] = []
        self.feed(drawing)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        empty = dict(attrs).get("d") == ""
        self.marks += tag in ("path", "line", "text", "circle", "rect") and not empty

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def test_the_still_drawing_is_lighter_and_shows_the_same(shown: Shown) -> None:
    """Second witness: the renderer's own drawing of the same specification, before it is made lighter."""
    series()
    (spec,) = specs(shown.html)
    plain = {key: value for key, value in spec.items() if key != "usermeta"}
    plain["layer"] = [layer for layer in plain["layer"] if layer.get("name") != "hover"]
    full = vl_convert.vegalite_to_svg({**plain, "width": 700})
    light = static.svg(spec, width=708, prefix="x")
    assert len(light) < 0.8 * len(full)
    assert Shapes(light).marks == Shapes(full).marks
    assert Shapes(light).words == Shapes(full).words
    assert set(re.findall(r"--btc-[a-z-]+", light)) == set(re.findall(r"--btc-[a-z-]+", full))
