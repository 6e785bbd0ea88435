"""Editions side by side: which there are, which is the newest, and what stands at the top of them.

Everything here is made from the editions that are there and can be made again at any time: a kill between two steps of
a release is mended by the next call. Old editions are never opened for writing: that they are superseded is said by
`editions.js`, which lies beside them and which each of their pages loads.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

from btc_eval.edition import addresses, checksums, swap

#: Where editions stand in a clone, unless another folder is named; never committed.
FOLDER = "editions"
#: Names that an edition cannot have, because something else stands there.
RESERVED = ("latest", "index.html", "editions.json", "editions.js")


def editions(place: Path) -> list[dict[str, Any]]:
    """Which editions are complete, oldest first? An edition is complete once its checksums are written.

    Returns
    -------
    list of dict
        `label`, `built_at`, `findings` (how many), sorted by label read as numbers, then by date.
    """
    found = []
    for folder in sorted(place.iterdir()) if place.is_dir() else []:
        if folder.name in RESERVED or folder.name.startswith(".") or not (folder / checksums.NAME).is_file():
            continue
        record = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
        count = len(json.loads((folder / "findings.json").read_text(encoding="utf-8")))
        found.append({"label": folder.name, "built_at": record.get("built_at") or "", "findings": count})
    return sorted(found, key=lambda one: (_numbers(one["label"]), one["built_at"]))


def _numbers(label: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.-]", label)]


def newest(place: Path) -> Path | None:
    """Return the folder of the newest edition; `None` where there is none."""
    known = editions(place)
    return place / known[-1]["label"] if known else None


def settle(place: Path) -> None:
    """Make what stands above the editions agree with them; half-made ones of a killed release are taken away."""
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob(".*.new"):
        if left.name != ".latest.new":
            shutil.rmtree(left, ignore_errors=True)
    swap.recover(place / "latest")
    known = editions(place)
    if not known:
        return
    labels = [one["label"] for one in known]
    _replace(place / "editions.json", json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    _replace(place / "editions.js", f"window.btcEditions = {json.dumps(labels)};\n")
    _replace(place / "index.html", _page(known))
    if _stands(place / "latest") != (place / labels[-1] / checksums.NAME).read_text(encoding="utf-8"):
        swap.bring(place / labels[-1], place / "latest")
        swap.put_in_place(place / "latest")


def _stands(latest: Path) -> str:
    path = latest / checksums.NAME
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, and only where it says something else."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _page(known: list[dict[str, Any]]) -> str:
    """Return the page above the editions: plain, readable without anything else, newest first."""
    newest = html.escape(known[-1]["label"])
    rows = "".join(
        f'<li><a href="{html.escape(one["label"])}/index.html">Edition {html.escape(one["label"])}</a>'
        f"{_dated(one['built_at'])}: {one['findings']} findings{' (the newest)' if one is known[-1] else ''}</li>"
        for one in reversed(known)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">{addresses.POLICY}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Breaking the Cycle: an independent evaluation, all editions</title>"
        f'<link rel="icon" href="{newest}/_static/btc-mark.svg" type="image/svg+xml">'
        f'<link rel="stylesheet" href="{newest}/_static/btc.css"></head><body class="btc-inside">'
        '<main id="main" class="btc-main"><article class="btc-article">'
        f'<h1>Breaking the Cycle: an independent evaluation</h1><p><a href="{newest}/index.html">Read the newest '
        f"edition, {newest}</a></p><h2>All editions</h2><ul>{rows}</ul>"
        "<p>An edition is never changed after it is published.</p>"
        "</article></main></body></html>\n"
    )


def _dated(moment: str) -> str:
    return f", {html.escape(moment[:10])}" if moment else ""
