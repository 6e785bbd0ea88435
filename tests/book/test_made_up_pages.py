"""Pages on made-up children say so wherever they are quoted: in every title, drawing, sentence and finding."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WORDS = "Demonstration data, not about Wirral"
SAID = "demonstration data, not about Wirral"
PAGES = ("outcomes/reached", "outcomes/what-happened-next")

every_page = pytest.mark.parametrize("page", PAGES)


@every_page
def test_every_exhibit_is_marked_in_title_picture_and_text(page: str, real_site: Path) -> None:
    text = (real_site / f"{page}.html").read_text(encoding="utf-8")
    held = re.findall(r'<(?:figure|div) class="btc-(?:figure|exhibit)[^>]*data-provenance="(\w+)"', text)
    assert len(held) >= 5
    assert set(held) == {"demonstration"}
    for figure in re.findall(r'<figure class="btc-figure".*?</figure>', text, flags=re.DOTALL):
        assert re.search(rf'class="btc-title"[^>]*>{WORDS}: ', figure)
        assert re.search(rf'class="btc-message"[^>]*>{WORDS}\. ', figure)
        assert "DEMONSTRATION DATA," in figure or f'data-stamp="{WORDS}' in figure
    for caption in re.findall(r"<caption[^>]*><span>(.*?)</span>", text):
        assert caption.startswith(f"{WORDS}: ")


@every_page
def test_every_sentence_and_finding_is_marked_and_bears_on_nothing(page: str, real_site: Path) -> None:
    findings = json.loads((real_site / "findings.json").read_text(encoding="utf-8"))
    own = [finding for finding in findings if finding["chapter"].startswith(page)]
    assert own
    for finding in own:
        assert finding["provenance"] == "demonstration"
        assert SAID in finding["sentence"]
        assert finding["bears_on"] == []
    notebook = json.loads((real_site / f"notebooks/{page}.ipynb").read_text(encoding="utf-8"))
    pasted = [
        next(iter(output["data"].values()))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    ]
    assert pasted
    assert [text for text in pasted if SAID not in str(text)] == []
