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

from btc_eval.edition import bundle, checksums, fingerprint
from btc_eval.edition.archive import opened
from btc_eval.edition.comparison import FindingChange, compare_findings, compare_tables
from btc_eval.errors import refuse
from btc_eval.texts import visible

#: What a page writes as `{{ name }}` to have the words.
WORDS = ("changes_since", "changes_in_data", "changes_in_findings", "changes_in_verdicts", "changes_in_assumptions")


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


def words(earlier: Before | None, data: Path, findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What changed since the edition before? Markdown, by the names of `WORDS`.

    Parameters
    ----------
    earlier
        The edition before.
    data
        The data folder of this one.
    findings
        The findings of this one, in the shape of `findings.json`.

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
        return _compared(earlier, data, findings)
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(
            str(earlier.folder),
            "",
            found=f"an earlier edition that cannot be read ({type(error).__name__})",
            allowed="an edition as btc-eval release wrote it",
            do="Run btc-eval verify on it: the damaged file is named. Copy that one from where it was published.",
        ) from error


def _compared(earlier: Before, data: Path, findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    old = {str(one["id"]): one for one in json.loads((earlier.folder / "findings.json").read_text(encoding="utf-8"))}
    new = {str(one["id"]): one for one in findings}
    moved = compare_findings(old, new)
    with opened(earlier.folder / bundle.NAME) as held:
        said = [
            f"Compared with edition **{_plain(earlier.label)}**.",
            _inputs(held / "data", data),
            _findings(moved),
            _verdicts(held / "data", data, moved),
            _assumptions(held / "data", data),
        ]
    return dict(zip(WORDS, said))


def _plain(text: object) -> str:
    """Return text that Markdown shows as it is: nothing in data becomes a link, a tag or a cell of its own."""
    shown = re.sub(r"\s+", " ", visible(str(text))).strip()
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~$&:@-])", r"\\\1", shown)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows)])


def _catalogue(data: Path) -> dict[str, dict[str, Any]]:
    held = tomllib.loads((data / "catalogue.toml").read_text(encoding="utf-8"))
    return {str(entry["name"]): entry for entry in held.get("table", [])}


def _inputs(old: Path, new: Path) -> str:
    """Say, table by table, how many rows came and went, how many values were revised or withdrawn, which columns."""
    was, now = _catalogue(old), _catalogue(new)
    rows: list[list[object]] = []
    for name in sorted({*was, *now}):
        if name not in was or name not in now:
            rows.append([name, "new" if name in now else "no longer used", "", "", "", ""])
            continue
        one, other = old / was[name]["file"], new / now[name]["file"]
        if not one.is_file() or not other.is_file() or one.read_bytes() == other.read_bytes():
            continue
        texts = [path.read_text(encoding="utf-8") for path in (one, other)]
        change = compare_tables(*texts, name=name)
        if change is None:
            continue
        columns = [f"{column} is new" for column in change.columns_added]
        columns += [f"{column} is gone" for column in change.columns_removed]
        rows.append(
            [
                name,
                _vintages(was[name], now[name]),
                f"{change.rows_after - change.rows_before:+,}",
                f"{change.cells_changed - change.cells_emptied:,}",
                f"{change.cells_emptied:,}",
                "; ".join(columns) or "the same",
            ]
        )
    if not rows:
        return "None: every table is the one of the edition before."
    head = ("Table", "Release", "Rows", "Values revised", "Values withdrawn", "Columns")
    return _table(head, rows)


def _vintages(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    ends = [str(entry.get("window_end", "")) for entry in (was, now)]
    return f"to {ends[1]}" if ends[0] == ends[1] else f"to {ends[0]}, now to {ends[1]}"


def _findings(moved: Sequence[FindingChange]) -> str:
    if not moved:
        return "None: every finding says what it said."
    rows = []
    for change in moved:
        if change.change != "changed":
            said = change.sentence_after or change.sentence_before
            rows.append([change.id, "new" if change.change == "added" else "no longer made", said])
            continue
        if change.moved and change.against_interval is not None:
            how = f"{change.before:.4g} to {change.after:.4g}, {abs(change.against_interval):.2f} of half its interval"
        elif change.moved:
            how = f"{change.before:.4g} to {change.after:.4g}"
        else:
            how = "the same number, said otherwise" if change.sentence_after else "its papers or checks"
        rows.append([change.id, how, change.sentence_after or "the sentence is the same"])
    return _table(("Finding", "How it moved", "What it says now"), rows)


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


def _entries(folder: Path) -> dict[str, str]:
    """Return every entry of the assumptions, by file and key, as text that differs where it does."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for name, inner in value.items() if isinstance(value, dict) else [("", value)]:
                found[f"{path.stem}: {key} {name}".rstrip()] = json.dumps(inner, sort_keys=True, default=str)
    return found


def _assumptions(old: Path, new: Path) -> str:
    was, now = _entries(old / "assumptions"), _entries(new / "assumptions")
    rows: list[list[object]] = [
        [name, "new" if name not in was else "no longer used" if name not in now else "changed"]
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]
    return _table(("Assumption or rule", "What happened"), rows) if rows else "None."
