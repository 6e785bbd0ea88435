"""Canary children: made-up returns with planted names, identifiers and a ward with one child, taken to an edition."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from btc_eval import disclosure, measures, synthetic
from btc_eval.records import statutory
from tests.book.test_release import Clone, make, tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and git")]

CHILD, UPN, POSTCODE = "QZ" + "7301995", "X" + "99000000" + "0007", "ZX97" + " 7ZQ"
NAME, FAMILY, WARD = "Zebedee Quillfeather", "QZF" + "7301996", "Far Point"

PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Referrals by ward

In all: {glue:text}`small-total`

```{code-cell} ipython3
:tags: [remove-input]

from btc_eval import disclosure, locations, measures, publish
from btc_eval.records import statutory
extract = locations.data_folder() / "raw" / "extract"
returns = statutory.read([extract / "cin", extract / "ssd_address.csv", extract / "ward_lookup.csv"])
counted = measures.ward_referrals(returns, first="2022-04", last="2024-03")
wards = disclosure.control(counted.years(), "council", keys=["ward_code", "year"], counts="n", papers=counted.papers)
words = {"ward_name": "Ward", "year": "Year", "n": "Referrals"}
publish.table(wards, id="ward-years", caption="Referrals by ward and year", columns=words)
totals = counted.years().groupby("year")["n"].sum().reset_index()
safe = disclosure.control(totals, "council", keys=["year"], counts="n", papers=counted.papers, name="years")
chart = publish.lines(x="year", y="n", axis="Referrals")
publish.figure(safe, chart, id="years", title="Referrals by year", text="All wards together.")
last = publish.quantity(safe, "n", at={"year": 2024}, style="count", unit="referrals")
publish.paste("small-total", publish.sentence("{n}.", n=last))
```
"""


def extract(folder: Path) -> Path:
    """Write a demonstration extract, and make one child of it the only one in a ward of its own."""
    synthetic.write(folder, seed=7, children=400, first_year=2023, last_year=2024)
    returns = (folder / "cin" / "CIN_2024.xml").read_text(encoding="utf-8")
    child = re.search(
        r"<LAchildID>(DEMO\d+)</LAchildID><UPN>(\w+)</UPN>(?:(?!</Child>).)*<CINreferralDate>2023-(?:0[4-9]|1\d)",
        returns,
        re.DOTALL,
    )
    assert child
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".xml", ".csv"):
            text = path.read_text(encoding="utf-8").replace(child[1], CHILD).replace(child[2], UPN)
            lines = text.splitlines(keepends=True)
            if path.name == "ssd_address.csv":
                lines = [re.sub(r"ZX\d\d \d[A-Z]{2}", POSTCODE, line) if CHILD in line else line for line in lines]
            if path.name == "ward_lookup.csv":
                lines.append(f"{POSTCODE},E05999999,{WARD}\n")
            if path.name == "programme_register.csv":
                lines.append(f"{FAMILY},project-6,2021-10-01,2022-08-01,family\n")
            path.write_text("".join(lines), encoding="utf-8")
    (folder.parent / "register_names.csv").write_text(f"id,name\n{FAMILY},{NAME}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, str]:
    """Return a clone whose one chapter counts the canaries, released, and all that the command said."""
    made = make(tmp_path_factory.mktemp("canaries") / "clone")
    extract(made.root / "data" / "raw" / "extract")
    (made.root / "book" / "outcomes" / "small.md").write_text(PAGE, encoding="utf-8")
    made.commit()
    done = made.release("2026.11")
    assert done.returncode == 0, done.stderr
    return made, done.stdout + done.stderr


def every_file(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of an edition, those inside archives too."""
    for name, content in tree(folder).items():
        yield from _opened(name, content)


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _opened(f"{name}/{inner}", archive.read(inner))


def test_no_canary_is_anywhere_in_the_edition_the_bundle_or_the_logs(clone: tuple[Clone, str]) -> None:
    made, said = clone
    planted = [CHILD, UPN, POSTCODE, POSTCODE.replace(" ", ""), NAME, FAMILY, "Quillfeather"]
    files = dict(every_file(made.place / "2026.11"))
    assert any(name.startswith("reproduction.zip/") for name in files)
    for word in planted:
        assert word not in said
        assert [name for name, content in files.items() if word.casefold().encode() in content.lower()] == []
    assert not any("/raw/" in f"/{name}" for name in files)


def test_the_ward_with_one_child_and_every_small_count_is_hidden(clone: tuple[Clone, str]) -> None:
    made, _ = clone
    raw = made.root / "data" / "raw" / "extract"
    returns = statutory.read([raw / "cin", raw / "ssd_address.csv", raw / "ward_lookup.csv"])
    counted = measures.ward_referrals(returns, first="2022-04", last="2024-03").years()
    least = disclosure.policy("council").minimum_cell
    truth = {(row.ward_code, str(row.year)): int(row.n) for row in counted.itertuples()}
    alone = [n for (code, _), n in truth.items() if code == "E05999999"]
    assert 0 < sum(alone) < least  # the attack is a real one
    with (made.place / "2026.11" / "csv" / "outcomes" / "small" / "ward-years.csv").open(newline="") as file:
        shown = {(row["ward_code"], row["year"]): row["n"] for row in csv.DictReader(file)}
    assert shown.keys() == truth.keys()
    small = {key for key, n in truth.items() if 0 < n < least}
    assert small
    assert {key for key in small if shown[key]} == set()
    base = disclosure.policy("council").rounding_base  # a count of six is shown as five
    assert all(int(n) == 0 or int(n) >= base * round(least / base) for n in shown.values() if n)
    page = (made.place / "2026.11" / "outcomes" / "small.html").read_text(encoding="utf-8")
    cells = re.findall(rf'<th scope="row">{WARD}</th><td>\d{{4}}</td><td[^>]*>(.*?)</td>', page)
    assert len(cells) == len(alone)
    assert not any(re.search(r"[1-5]", re.sub(r"<[^>]*>", " ", cell)) for cell in cells)


def test_the_gate_reads_the_whole_edition_and_would_have_seen_a_canary(clone: tuple[Clone, str]) -> None:
    made, _ = clone
    done = made.run("scan", str(made.place / "2026.11"), "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["accepted"], answer["refusals"]) == (0, True, [])
    assert answer["files"] >= sum(1 for _ in tree(made.place / "2026.11"))
    page = made.place / "2026.11" / "outcomes" / "small.html"
    before = page.read_text(encoding="utf-8")
    page.write_text(before.replace("</h1>", f"</h1><p>{NAME}</p>", 1), encoding="utf-8")
    try:
        done = made.run("scan", str(made.place / "2026.11"), "--json")
    finally:
        page.write_text(before, encoding="utf-8")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["accepted"]) == (1, False)
    assert {one["file"] for one in answer["refusals"]} == {"outcomes/small.html"}
    assert NAME not in done.stdout + done.stderr
