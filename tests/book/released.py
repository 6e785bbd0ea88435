"""A small site put together without the builder: real exhibits and phrases, in the shape a build gives them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.disclosure import SafeTable
from btc_eval.edition.collect import Exhibit
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import emit
from btc_eval.publish.downloads import csv_text

CHAPTER = "outcomes/wards"
MADE_UP = Papers(Provenance.DEMONSTRATION, (), "2020", "2023")
PUBLISHED = Papers(Provenance.OFFICIAL, ("referrals",), "2020", "2023")


def raw_wards() -> pd.DataFrame:
    """Return counts as they were made: one ward has a single child."""
    counts = [61, 1, 44, 87, 103, 39]
    return pd.DataFrame({"ward": [f"Ward {letter}" for letter in "ABCDEF"], "n": counts, "family": list(range(6))})


def wards() -> SafeTable:
    """Return them as they may be shown."""
    return disclosure.control(
        raw_wards()[["ward", "n"]], "council", keys=["ward"], counts="n", papers=MADE_UP, name="wards"
    )


def trend() -> SafeTable:
    """Return a published series."""
    frame = pd.DataFrame({"series": ["Wirral"] * 4, "year": [2020, 2021, 2022, 2023], "value": [3030, 3120, 3, 4152]})
    return disclosure.control(frame, "official", keys=["series", "year"], papers=PUBLISHED, name="trend")


@dataclass
class Shown:
    """What was displayed, in order: each with its data and metadata."""

    outputs: list[dict[str, Any]] = field(default_factory=list)

    def display(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Take the place of the notebook's own display."""
        self.outputs.append({"output_type": "display_data", "data": data, "metadata": metadata})


def show() -> None:
    """Show what the chapter shows."""
    safe, series = wards(), trend()
    publish.table(safe, id="ward-table", caption="Children by ward", columns={"ward": "Ward", "n": "Children"})
    chart = publish.lines(x="year", y="value", series="series", axis="Referrals")
    publish.figure(series, chart, id="referrals", title="Referrals rose", text="They rose each year.")
    most = publish.quantity(safe, "n", at={"ward": "Ward E"}, style="count")
    publish.paste("most", publish.sentence("The most children, {n}, were in one ward.", n=most))
    last = publish.quantity(series, "value", at={"year": 2023}, style="count")
    told = publish.sentence("There were {n} referrals in 2023.", n=last)
    publish.finding(series, id="last", sentence=told, estimand="Referrals", at={"year": 2023}, columns=("value",))


def shown_by(chapter: Callable[[], None]) -> Shown:
    """Return what this function shows."""
    shown = Shown()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emit, "_display", shown.display)
        chapter()
    return shown


def exhibits(chapter: Callable[[], None] = show) -> list[Exhibit]:
    """Return the exhibits that this function shows, as a build collects them."""
    told = [output["metadata"]["btc_eval"] for output in shown_by(chapter).outputs]
    return [Exhibit(CHAPTER, one["id"], one["csv"], one) for one in told if one["kind"] == "exhibit"]


def write(site: Path, chapter: Callable[[], None] = show) -> Path:
    """Write the site of one page that shows what this function shows."""
    shown = shown_by(chapter)
    tables, findings, exhibits, pasted = [], [], [], []
    for output in shown.outputs:
        about = output["metadata"]["btc_eval"]
        if about["kind"] == "exhibit":
            html = output["data"]["text/html"].replace("{{chapter}}", CHAPTER)
            output["data"] = {"text/html": html.replace("{{root}}", "../../")}
            exhibits.append(html.replace("{{root}}", "../"))
            file = f"csv/{CHAPTER}/{about['id']}.csv"
            put(site, file, about["csv"].encode())
            at = {"id": about["id"], "chapter": CHAPTER, "file": file, "sources": about["sources"]}
            tables.append({**at, **about["register"]})
        else:
            words = about.get("text") or about["finding"]["sentence"]
            pasted.append(f'<p><span class="pasted-text">{words}</span></p>')
            findings += [{**about["finding"], "chapter": CHAPTER}] if "finding" in about else []
        keep = ("kind", "id", "finding", "provenance", "quotes")
        output["metadata"]["btc_eval"] = {key: about[key] for key in keep if key in about}
    cells = [{"cell_type": "code", "id": "c1", "metadata": {}, "source": "show()", "outputs": shown.outputs}]
    notebook = {"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    put_json(site, f"notebooks/{CHAPTER}.ipynb", notebook)
    body = "".join(f'<div class="cell_output"><div class="output text_html">{one}</div></div>' for one in exhibits)
    nav = '<a href="../index.html">Start</a><script defer src="../_static/page.js"></script>'
    put(site, f"{CHAPTER}.html", f"<html><body>{nav}<h1>Wards</h1>{body}{''.join(pasted)}</body></html>".encode())
    put(site, "index.html", b'<html><body><a href="outcomes/wards.html">Wards</a></body></html>')
    put(site, "assurance/sources.html", b"<html><body><p>Sources</p></body></html>")
    put(site, "_static/page.js", b"document.title;\n")
    put(site, "searchindex.js", b'Search.setIndex({"terms": {"ward": 0}, "titles": ["Wards"]})')
    put_json(site, "findings.json", findings)
    put_json(site, "edition.json", {"label": "draft"})
    put_json(site, "tables.json", tables)
    put_json(site, "assets.json", {"page.js": hashlib.sha256(b"document.title;\n").hexdigest()})
    return site


def put(site: Path, name: str, content: bytes) -> None:
    """Write one file of the site."""
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def put_json(site: Path, name: str, value: Any) -> None:
    """Write one JSON file of the site."""
    put(site, name, json.dumps(value, ensure_ascii=False).encode())


def edit(site: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file of the site."""
    text = (site / name).read_text(encoding="utf-8")
    assert old in text, f"{old!r} does not stand in {name}"
    (site / name).write_bytes(text.replace(old, new, 1).encode())


def raw_csv() -> str:
    """Return the raw table as a file."""
    return csv_text(raw_wards())


def refused(site: Path, name: str, content: bytes, what: str, *, planted: Sequence[str]) -> None:
    """Put a file into a site, and expect that it is refused for this reason, and that nothing else is.

    The first of what is planted is also on the register of children; none of it may be repeated.
    """
    put(site, name, content)
    found = disclosure.scan(site, canaries=planted[:1])
    said = found.words()
    assert {one.file for one in found.refusals} == {name}, said
    assert any(re.search(what, one.found) for one in found.refusals), said
    assert not any(one in said for one in planted)
