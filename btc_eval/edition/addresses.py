"""Addresses that last: a page of its own for every finding and exhibit, and how to cite them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from btc_eval.estimates import release_words

TITLE = "Breaking the Cycle: an independent evaluation"
AUTHORS = "The btc_eval authors"
#: Fields of a finding that its page says where they are not empty.
_SAID = ("estimand", "estimate", "conf_low", "conf_high", "unit", "method", "n", "window_start", "window_end")
#: The folder of the lasting addresses: `2026.11/f/<id>/`.
FOLDER = "f"
#: What a page may load and run: files that lie beside it, and nothing that stands in data. As in the book's template.
POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self' file:; "
    "style-src 'self' file: 'unsafe-inline'; img-src 'self' file: data:; font-src 'self' file:; connect-src 'self'; "
    "form-action 'self' file:; base-uri 'none'; object-src 'none'\">"
)


def cite(label: str, built_at: str | None, *, part: str = "") -> str:
    """How is this edition, or a part of it, cited?

    Examples
    --------
    >>> cite("2026.11", "2026-11-26T00:00:00Z", part="Finding care-gap")
    'The btc_eval authors (2026). Finding care-gap. In: Breaking the Cycle: an independent evaluation, edition 2026.11.'
    """
    year = (built_at or "")[:4] or "no date"
    inside = f" {part}. In:" if part else ""
    return f"{AUTHORS} ({year}).{inside} {TITLE}, edition {label}."


def citation_file(record: Mapping[str, Any]) -> str:
    """Return the edition's `CITATION.cff`, in version 1.2.0 of that format."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this report or its data, please cite it as below.",
        "type: dataset",
        f"title: {json.dumps(TITLE)}",
        f"version: {json.dumps(str(record['label']))}",
        f"authors:\n  - name: {json.dumps(AUTHORS)}",
        "license: MIT",
    ]
    if record.get("built_at"):
        lines.append(f"date-released: {str(record['built_at'])[:10]}")
    if record.get("git_commit"):
        lines.append(f"commit: {record['git_commit']}")
    return "\n".join(lines) + "\n"


def write(site: Path, *, label: str, findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write a page for every finding and every exhibit of a built site; return their ids.

    A finding's page says it in full, links to where it stands, and says how to cite it; an exhibit's page links to
    where it stands and to its numbers. A finding and an exhibit of one id share the page.
    """
    record = json.loads((site / "edition.json").read_text(encoding="utf-8"))
    by_finding = {str(one["id"]): one for one in findings}
    tables = {path.stem: path.relative_to(site).as_posix() for path in sorted((site / "csv").rglob("*.csv"))}
    ids = sorted({*by_finding, *tables})
    for identity in ids:
        finding, table = by_finding.get(identity), tables.get(identity)
        chapter = str(finding["chapter"]) if finding else str(Path(table or "").parent.relative_to("csv").as_posix())
        place = site / FOLDER / identity / "index.html"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_page(identity, label, record, finding, table, chapter), encoding="utf-8")
    return ids


def _page(
    identity: str,
    label: str,
    record: Mapping[str, Any],
    finding: Mapping[str, Any] | None,
    table: str | None,
    chapter: str,
) -> str:
    root = "../../"
    where = f"{root}{chapter}.html#{identity}"
    kind = "Finding" if finding else "Exhibit"
    body = [f"<h1>{kind} <code>{html.escape(identity)}</code></h1>"]
    if finding:
        body.append(f"<blockquote><p>{html.escape(str(finding['sentence']))}</p></blockquote>")
        rows = [
            (name.replace("_", " ").capitalize(), _said(finding[name]))
            for name in _SAID
            if finding.get(name) not in (None, "")
        ]
        rows += [("Kind of data", str(finding["provenance"])), ("Sources", ", ".join(finding["sources"]))]
        rows += [
            (f"Release of {name.replace('_', ' ')}", release_words(releases))
            for name, releases in (finding.get("vintages") or {}).items()
        ]
        rows += [(f"Check: {check['name']}", check["verdict"]) for check in finding["checks"]]
        cells = "".join(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>' for name, value in rows
        )
        body.append(f'<table class="btc-table"><caption>The finding in full</caption><tbody>{cells}</tbody></table>')
    body.append(f'<p><a href="{html.escape(where)}">Read it where it stands</a></p>')
    if table:
        body.append(f'<p><a href="{root}{html.escape(table)}" download>The numbers as a file (CSV)</a></p>')
    words = html.escape(cite(label, record.get("built_at"), part=f"{kind} {identity}"))
    body.append(f"<h2>Cite this</h2><p>{words}</p>")
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">{POLICY}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{kind} {html.escape(identity)}, edition {html.escape(label)}</title>"
        f'<link rel="icon" href="{root}_static/btc-mark.svg" type="image/svg+xml">'
        f'<link rel="stylesheet" href="{root}_static/btc.css">'
        f'<link rel="stylesheet" href="{root}_static/btc-exhibits.css">'
        f'<script defer src="{root}../editions.js"></script>'
        f'<script defer src="{root}_static/btc-page.js"></script></head>'
        f'<body class="btc-inside"><main id="main" class="btc-main"><article class="btc-article">{"".join(body)}'
        "</article></main></body></html>\n"
    )


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
