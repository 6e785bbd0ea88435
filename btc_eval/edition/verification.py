"""What a verification found: one line for every file, notebook, finding and table; as JSON, JUnit XML and a page."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from btc_eval.edition.addresses import POLICY


class Outcome(StrEnum):
    """What came of one thing. What was not checked is not reproduced."""

    NOT_CHECKED = "not checked"
    DIFFERS = "differs"
    REPRODUCED = "reproduced"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was verified.

    Parameters
    ----------
    kind
        "file", "notebook", "finding", "table" or "shake".
    name
        Its name: a file relative to the edition, a page, an id.
    outcome
        What came of it.
    detail
        What differs, or why it was not checked.
    seconds
        How long it took, for a notebook.
    """

    kind: str
    name: str
    outcome: Outcome = Outcome.NOT_CHECKED
    detail: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything a verification found.

    Parameters
    ----------
    label
        The edition.
    lines
        In the order in which they were done.
    versions
        What differs between the Python and packages of the edition and those of this run: name to (then, now).
    seed
        The other start of the draws, where one was asked for.
    seconds
        How long all of it took.
    """

    label: str
    lines: tuple[Line, ...]
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    seed: int | None = None
    seconds: float = 0.0

    @property
    def reproduced(self) -> bool:
        """Return whether something was reproduced, nothing differs, and only confidential parts were left unchecked."""
        outcomes = [line.outcome for line in self.lines]
        unchecked = [line for line in self.lines if line.outcome is Outcome.NOT_CHECKED]
        return (
            Outcome.REPRODUCED in outcomes
            and Outcome.DIFFERS not in outcomes
            and all(line.detail == CONFIDENTIAL for line in unchecked)
        )

    def count(self, kind: str, outcome: Outcome) -> int:
        """Return how many things of this kind came out so."""
        return sum(line.kind == kind and line.outcome is outcome for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Return it in the shape of `btc-eval verify --json`."""
        return {
            "label": self.label,
            "reproduced": self.reproduced,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "counts": {
                kind: {outcome.value: self.count(kind, outcome) for outcome in Outcome} for kind in self._kinds()
            },
            "versions": {name: list(pair) for name, pair in self.versions.items()},
            "lines": [
                {
                    "kind": line.kind,
                    "name": line.name,
                    "outcome": line.outcome.value,
                    "detail": line.detail,
                    "seconds": line.seconds,
                }
                for line in self.lines
            ],
        }

    def words(self) -> str:
        """Return it as a person reads it: the count of each kind, and a line for all that is not reproduced."""
        said = [f"Edition {self.label}:"]
        said += [f"  {_counted(self, kind)}" for kind in self._kinds()]
        said += [
            f"  {line.kind} {line.name}: {line.outcome.value}. {line.detail}"
            for line in self.lines
            if line.outcome is not Outcome.REPRODUCED or line.kind == "shake"
        ]
        if self.versions:
            said.append(f"  {len(self.versions)} packages in another version than the edition's.")
        said.append("Reproduced." if self.reproduced else "NOT reproduced.")
        return "\n".join(said)

    def _kinds(self) -> Sequence[str]:
        return list(dict.fromkeys(line.kind for line in self.lines))

    def write(self, folder: Path) -> None:
        """Write `verification.json`, `junit.xml` and `index.html` into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.as_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (folder / "verification.json").write_text(text, encoding="utf-8")
        (folder / "junit.xml").write_text(_junit(self), encoding="utf-8")
        (folder / "index.html").write_text(_page(self), encoding="utf-8")


#: The one reason for which something may stay unchecked and the edition still count as reproduced.
CONFIDENTIAL = "It rests on the council's confidential returns, which this run does not have."


def _counted(found: Verification, kind: str) -> str:
    parts = [f"{number} {outcome.value}" for outcome in Outcome if (number := found.count(kind, outcome))]
    return f"{kind}s: {', '.join(reversed(parts))}"


def _junit(found: Verification) -> str:
    """Return the report as JUnit XML: a suite for each kind, a case for each thing."""
    suites = []
    for kind in found._kinds():
        lines = [line for line in found.lines if line.kind == kind]
        cases = "".join(_case(line) for line in lines)
        failures, skipped = found.count(kind, Outcome.DIFFERS), found.count(kind, Outcome.NOT_CHECKED)
        suites.append(
            f'<testsuite name={quoteattr(kind)} tests="{len(lines)}" failures="{failures}" errors="0" '
            f'skipped="{skipped}">{cases}</testsuite>'
        )
    name = quoteattr(f"edition {found.label}")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={name}>{"".join(suites)}</testsuites>\n'


def _case(line: Line) -> str:
    seconds = f' time="{line.seconds:.2f}"' if line.seconds is not None else ""
    detail = quoteattr(_xml(line.detail))
    inner = {
        Outcome.DIFFERS: f"<failure message={detail}/>",
        Outcome.NOT_CHECKED: f"<skipped message={detail}/>",
        Outcome.REPRODUCED: "",
    }[line.outcome]
    return f"<testcase classname={quoteattr(line.kind)} name={quoteattr(_xml(line.name))}{seconds}>{inner}</testcase>"


def _xml(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return "".join(char if char >= " " or char in "\t\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#14202b;background:#fff}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.35rem .6rem;"
    "border-bottom:1px solid #ccd6de;"
    "vertical-align:top;overflow-wrap:anywhere}caption{text-align:left;font-weight:600;padding:.5rem 0}"
    ".no{color:#8a1c1c;font-weight:600}@media(prefers-color-scheme:dark){body{color:#e8eef3;background:#10202f}"
    ".no{color:#ffb3ab}}"
)


def _page(found: Verification) -> str:
    """Return the report as a page that needs nothing but itself."""
    rows = "".join(
        f"<tr><th scope=row>{html.escape(line.kind)}</th><td>{html.escape(line.name)}</td>"
        f"<td{'' if line.outcome is Outcome.REPRODUCED else ' class=no'}>{line.outcome.value}</td>"
        f"<td>{html.escape(line.detail)}</td></tr>"
        for line in sorted(found.lines, key=lambda line: line.outcome is Outcome.REPRODUCED)
    )
    tallies = "".join(f"<li>{html.escape(_counted(found, kind))}</li>" for kind in found._kinds())
    versions = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(then)}</td><td>{html.escape(now)}</td></tr>"
        for name, (then, now) in found.versions.items()
    )
    packages = (
        "<table><caption>Made with other versions than the edition's</caption><thead><tr><th scope=col>What</th>"
        f"<th scope=col>Edition</th><th scope=col>Here</th></tr></thead><tbody>{versions}</tbody></table>"
        if versions
        else "<p>Made with the same Python and the same packages as the edition.</p>"
    )
    seed = f"<p>Every draw started elsewhere: seed {found.seed}.</p>" if found.seed is not None else ""
    verdict = "Reproduced" if found.reproduced else "Not reproduced"
    label = html.escape(found.label)
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">{POLICY}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{verdict}: edition {label}</title><style>{_STYLE}</style></head><body><main><h1>Edition {label}: "
        f"{verdict.lower()}</h1><ul>{tallies}</ul>{seed}{packages}"
        "<table><caption>Everything that was verified, what is not reproduced first</caption><thead><tr>"
        "<th scope=col>Kind</th><th scope=col>Name</th><th scope=col>Outcome</th><th scope=col>Detail</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></main></body></html>\n"
    )
