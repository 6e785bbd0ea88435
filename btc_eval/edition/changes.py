"""What changed in this edition? Written from the edition before it and this one: data, findings, verdicts, definitions.

The words are Markdown for the page "What changed", made after the chapters ran and before the pages are rendered. They
hold counts and published findings; a table of the council's confidential returns is never compared, because no edition
holds one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from btc_eval.edition import bundle, checksums, definitions, fingerprint
from btc_eval.edition.archive import opened
from btc_eval.edition.changed_inputs import changed_inputs
from btc_eval.edition.compared_findings import FindingChange, compare_findings, vintage_words
from btc_eval.edition.definitions import Definitions
from btc_eval.errors import refuse
from btc_eval.texts import visible

#: What a page writes as `{{ name }}` to have the words.
WORDS = ("changes_since", "changes_in_data", "changes_in_findings", "changes_in_verdicts", "changes_in_definitions")


@dataclass(frozen=True, slots=True)
class Before:
    """The edition before this one: its folder, its label, and a hash of all it holds."""

    folder: Path
    label: str
    key: str


def before(folder: Path | None) -> Before | None:
    """Return the edition to compare with; `None` where there is none."""
    if folder is None or not (folder / checksums.NAME).is_file():
        return None
    return Before(folder, folder.name, fingerprint.sha256_file(folder / checksums.NAME))


def words(
    earlier: Before | None, data: Path, findings: Sequence[Mapping[str, Any]], defined: Definitions
) -> dict[str, str]:
    """What changed since the edition before? Markdown, by the names of `WORDS`.

    Parameters
    ----------
    earlier
        The edition before.
    data
        The data folder of this one.
    findings
        The findings of this one, in the shape of `findings.json`.
    defined
        The definitions of this one; see `definitions.of`.

    Raises
    ------
    RefusedError
        Where the edition before cannot be read.
    """
    if earlier is None:
        return dict.fromkeys(WORDS, "There is no earlier edition to compare with.") | {
            WORDS[
                0
            ]: "This is the first edition, or it is built where no earlier one lies beside it. The next edition will "
            "list here what was revised, what moved and what was decided otherwise."
        }
    try:
        return _compared(earlier, data, findings, defined)
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(
            str(earlier.folder),
            "",
            found=f"an earlier edition that cannot be read ({type(error).__name__})",
            allowed="an edition as btc-eval release wrote it",
            do="Run btc-eval verify on it: the damaged file is named. Copy that one from where it was published.",
        ) from error


def _compared(
    earlier: Before, data: Path, findings: Sequence[Mapping[str, Any]], defined: Definitions
) -> dict[str, str]:
    old = {str(one["id"]): one for one in json.loads((earlier.folder / "findings.json").read_text(encoding="utf-8"))}
    record = json.loads((earlier.folder / "edition.json").read_text(encoding="utf-8"))
    new = {str(one["id"]): one for one in findings}
    moved = compare_findings(old, new)
    with opened(earlier.folder / bundle.NAME) as held:
        # An edition from before definitions were kept has its assumptions in its bundle all the same.
        was = record.get("definitions") or {"assumption": definitions.assumptions(held / "data")}
        said = [
            f"Compared with edition **{_plain(earlier.label)}**.",
            _inputs(held / "data", data),
            _findings(moved),
            _verdicts(held / "data", data, moved),
            _definitions(was, defined),
        ]
    return dict(zip(WORDS, said))


def _plain(text: object) -> str:
    """Return text that Markdown shows as it is: nothing in data becomes a link, a tag or a cell of its own."""
    shown = re.sub(r"\s+", " ", visible(str(text))).strip()
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~$&:@-])", r"\\\1", shown)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows)])


def _inputs(old: Path, new: Path) -> str:
    rows = changed_inputs(old, new)
    if not rows:
        return "None: every table is the one of the edition before."
    head = ("Table", "Years", "Release", "Rows", "Revised", "Withdrawn", "First given", "Columns")
    return _table(head, rows)


def _findings(moved: Sequence[FindingChange]) -> str:
    if not moved:
        return "None: every finding says what it said."
    rows: list[list[object]] = []
    for change in moved:
        if change.change != "changed":
            said = change.sentence_after or change.sentence_before
            rows.append([change.id, "new" if change.change == "added" else "no longer made", "", said])
            continue
        releases = "; ".join(vintage_words(change)) or "the same"
        rows.append([change.id, _move(change), releases, change.sentence_after or "the sentence is the same"])
    return _table(("Finding", "How it moved", "Releases it rests on", "What it says now"), rows)


def _move(change: FindingChange) -> str:
    """Say how far a finding's estimate moved, or what else of it is not the same."""
    if change.moved:
        against = (
            "" if change.against_interval is None else f", {abs(change.against_interval):.2f} of half its interval"
        )
        return f"{change.before:.4g} to {change.after:.4g}{against}"
    if {"conf_low", "conf_high"} & {*change.fields}:
        return "its interval alone" if change.before == change.after else "an estimate that was not there, or is not"
    if change.sentence_after:
        return "the same number, said otherwise"
    return "its releases alone" if change.vintages else "its papers or checks"


def _claims(data: Path) -> dict[str, str]:
    path = data / "programme" / "claims.toml"
    held = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {str(claim["id"]): str(claim.get("verdict", "")) for claim in held.get("claim", [])}


def _verdicts(old: Path, new: Path, moved: Sequence[FindingChange]) -> str:
    was, now = _claims(old), _claims(new)
    rows: list[list[object]] = [
        [f"claim {name}", was.get(name, "not in that edition"), now.get(name, "no longer listed")]
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]
    rows += [
        [f"check {name} of {change.id}", one or "not made", other or "no longer made"]
        for change in moved
        for name, one, other in change.verdicts
    ]
    return _table(("What", "Before", "Now"), rows) if rows else "None."


def _definitions(was: Definitions, now: Definitions) -> str:
    changed = definitions.changed(was, now)
    known = [words.lower() for kind, words in definitions.KINDS.items() if kind not in was]
    unknown = f" The edition before kept no list of: {', '.join(known)}." if known else ""
    if not changed:
        return f"None.{unknown}"
    rows = [[kind, name, one or "not there", other or "no longer there"] for kind, name, one, other in changed]
    return _table(("Kind", "Name", "Before", "Now"), rows) + (f"\n\n{unknown.strip()}" if unknown else "")
