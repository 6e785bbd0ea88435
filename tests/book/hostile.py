"""A small book whose every input holds hostile text: what stands in its data, and the chapter that shows all of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from btc_eval.edition import bundle, checksums
from tests.book.conftest import PROJECT, Book, lay_out

#: What a page does where a text of its data runs.
_ACT = 'document.documentElement.dataset.ran="yes"'
SCRIPT = f"<script>{_ACT};alert(1)</script>"
IMAGE = f"<img src=x onerror='{_ACT}'>"
LINK = f"[press](javascript:{_ACT}) <a href='javascript:alert(1)'>press</a>"
CLOSING = f"</td></table></script><script>{_ACT}</script><!--<script>"
QUOTES = f"\"' onmouseover='{_ACT}' x=\"{{{{finding:hostile-places}}}}"
TOKENS = "{{finding:no-such}} {{root}} {{ git_commit }} {glue:text}`x` $x$"
FORMULA = '=HYPERLINK("http://evil.example";"press")'
COMMAND = "+1+cmd|' /C calc'!A0"
MINUS = "-2+3+cmd|' /C calc'!A0"
CALLED = "@SUM(1+1)*cmd|' /C calc'!A0"
PARTED = "harmless;=1+1"
WIDE = "＝1+1"
TURNED = "annual\u202etroper lanif\u202c"
HEBREW = "\u200fשלום\u200f"
ALL = (SCRIPT, IMAGE, LINK, CLOSING, QUOTES, TOKENS, FORMULA, COMMAND, MINUS, CALLED, PARTED, WIDE, TURNED, HEBREW)

#: Which texts of the real data folder are replaced: file, the text that stands there, the hostile one.
_RECORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "programme/hubs.toml": (
        ("Eastway Primary School", SCRIPT),
        ("Seacombe Family Hub", FORMULA),
        ("Millennium Centre", TURNED),
        ("Wirral Development Trust", QUOTES),
        ("Moreton.", LINK),
        ("Grove Street Primary School", CLOSING),
    ),
    "programme/claims.toml": (
        ("The programme helps to lower the need for acute services.", IMAGE),
        ("The earlier reports that would hold the learning were not seen.", TOKENS),
    ),
    "programme/documents.toml": (("Committee report, 6 March 2024", f"{SCRIPT} {LINK}"), ("What members asked", IMAGE)),
    "programme/commitments.toml": (("Early help", f"{COMMAND} "),),
    "assumptions/unit_costs.toml": (("A child looked after, average of all placements, a year", SCRIPT),),
    "catalogue.toml": (("Department for Education", IMAGE),),
}
_AREAS = ("Hartlepool", "Middlesbrough", "Redcar and Cleveland", "Stockton-on-Tees", "Darlington", "Halton")

#: The chapter that shows it all.
_CHAPTER = Path(__file__).with_name("hostile_chapter.md")


def lay_out_hostile(root: Path) -> Book:
    """Lay out a book whose data holds hostile text in every field that reaches a reader."""
    lay_out(root)
    shutil.rmtree(root / "data")
    shutil.copytree(PROJECT / "data", root / "data", ignore=shutil.ignore_patterns("raw", ".*"))
    _earlier(root)
    for name, changes in _RECORDS.items():
        for old, new in changes:
            replace(root / "data" / name, old, json.dumps(new, ensure_ascii=False)[1:-1])
    _areas(root / "data")
    named = {"script": SCRIPT, "image": IMAGE, "link": LINK, "closing": CLOSING, "quotes": QUOTES, "tokens": TOKENS}
    texts = json.dumps({**named, "formula": FORMULA, "all": ALL})
    (root / "data" / "texts.json").write_text(texts, encoding="utf-8")
    shutil.copyfile(_CHAPTER, root / "book" / "outcomes" / "small.md")
    replace(root / "book" / "index.md", "small.md::small-total:s", "small.md::hostile-places:s")
    for path in sorted((root / "data" / "programme").glob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line if not line.startswith("findings = [") else 'findings = ["hostile-places"]' for line in lines]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return Book(root)


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def _areas(data: Path) -> None:
    """Give councils hostile names in the compiled list of areas, which the catalogue then vouches for."""
    path = data / "official" / "areas.csv"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    for name, text in zip(_AREAS, (SCRIPT, CLOSING, FORMULA, QUOTES, TURNED, TOKENS)):
        replace(path, f",{name},", ',"' + text.replace('"', '""') + '",')
    replace(data / "catalogue.toml", before, hashlib.sha256(path.read_bytes()).hexdigest())


def _earlier(root: Path) -> None:
    """Put an earlier edition beside the book, whose findings and labels are hostile too."""
    folder, inner = root / "editions" / "2025.01", root / "earlier"
    folder.mkdir(parents=True)
    shutil.copytree(root / "data", inner / "data")
    (inner / "edition.json").write_text("{}", encoding="utf-8")
    replace(inner / "data" / "programme" / "claims.toml", "claim-third-of-three", SCRIPT.replace('"', "'"))
    replace(inner / "data" / "official" / "spend.csv", "area_code,", f"area_code,{IMAGE.replace(',', '')},")
    replace(inner / "data" / "assumptions" / "unit_costs.toml", "[foster-week]", f"['{LINK.replace(chr(39), '')}']")
    bundle.pack(inner, folder / bundle.NAME)
    finding = {
        "id": "gone",
        "sentence": " ".join(ALL),
        "estimate": 1.0,
        "conf_low": None,
        "conf_high": None,
        "checks": [],
    }
    (folder / "findings.json").write_text(json.dumps([finding]), encoding="utf-8")
    (folder / "edition.json").write_text('{"label": "2025.01"}', encoding="utf-8")
    checksums.write(folder)
    shutil.rmtree(inner)
