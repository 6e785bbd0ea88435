"""What did the chapters find and show? Findings, exhibits with their CSV, and the phrases that prose pastes."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import Chapter, pasted_keys
from btc_eval.errors import Refusal, RefusedError

#: The fields of one object in `findings.json`, in order.
FINDING_FIELDS = (
    "id",
    "chapter",
    "sentence",
    "estimand",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "unit",
    "method",
    "n",
    "window_start",
    "window_end",
    "provenance",
    "sources",
    "checks",
    "bears_on",
    "vintages",
)

#: An id becomes part of an address and of a file name.
_ID = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")

_RECORD = "application/papermill.record/text/plain"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One figure or table: the page it stands on, its id, the table behind it and what is said about it.

    `about` is the record that `publish` handed over: title, kind, provenance and words; see `publish.tables.about`.
    """

    chapter: str
    id: str
    csv: str
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return where its CSV lies in the site."""
        return f"csv/{self.chapter}/{self.id}.csv"

    def line(self) -> dict[str, Any]:
        """Return its line in `tables.json`."""
        at = {"id": self.id, "chapter": self.chapter, "file": self.path}
        return {**at, **self.register, "sources": list(self.about.get("sources") or ())}

    @property
    def register(self) -> Mapping[str, Any]:
        """Return what the register of released tables says of it; empty where it did not come from one."""
        return self.about.get("register") or {}


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything the chapters handed over.

    Parameters
    ----------
    findings
        In the shape of `findings.json`, sorted by id.
    exhibits
        In reading order.
    pastes
        For each page, the words behind each key.
    policies
        Names of the disclosure policies under which the exhibits were released, sorted.
    """

    findings: tuple[dict[str, Any], ...]
    exhibits: tuple[Exhibit, ...]
    pastes: Mapping[str, Mapping[str, str]]
    policies: tuple[str, ...]


class _Reader:
    """Goes through the outputs of all chapters and notes every fault on the way."""

    def __init__(self) -> None:
        self.findings: dict[str, dict[str, Any]] = {}
        self.exhibits: dict[str, Exhibit] = {}
        self.pastes: dict[str, dict[str, str]] = {}
        self.policies: set[str] = set()
        self.faults: list[Refusal] = []

    def fault(self, chapter: Chapter, place: str, found: str, allowed: str, do: str) -> None:
        self.faults.append(Refusal(chapter.page.label, place, found, allowed, do))

    def read(self, chapter: Chapter, run: Run) -> None:
        self.pastes[chapter.page.name] = {}
        for number, outputs in enumerate(run.outputs, start=1):
            for output in outputs:
                self._output(chapter, chapter.place(number), output)

    def _output(self, chapter: Chapter, place: str, output: Mapping[str, Any]) -> None:
        about = output.get("metadata", {}).get("btc_eval")
        if not isinstance(about, dict) or about.get("kind") not in ("finding", "exhibit", "paste"):
            self.fault(
                chapter,
                place,
                f"something shown that did not come through publish ({_what(output)})",
                "figures, tables, findings and phrases of btc_eval.publish, which accepts released tables alone",
                "Publish it, or give the value a name so that the notebook does not echo it.",
            )
            return
        if about.get("policy"):
            self.policies.add(str(about["policy"]))
        if about["kind"] == "exhibit":
            self._exhibit(chapter, place, about)
            return
        self._paste(chapter, place, output)
        if about["kind"] == "finding":
            self._finding(chapter, place, about)

    def _paste(self, chapter: Chapter, place: str, output: Mapping[str, Any]) -> None:
        key = str(output["metadata"].get("scrapbook", {}).get("name", ""))
        known = self.pastes[chapter.page.name]
        if key in known:
            self.fault(
                chapter, place, f"the key {key!r} a second time", "every key once on a page", "Rename one of the two."
            )
        known[key] = _words(output["data"].get(_RECORD, ""))

    def _exhibit(self, chapter: Chapter, place: str, about: Mapping[str, Any]) -> None:
        identity = str(about.get("id", ""))
        if not self._named(chapter, place, identity, "exhibit", self.exhibits):
            return
        self.exhibits[identity] = Exhibit(chapter.page.name, identity, str(about.get("csv", "")), about)

    def _finding(self, chapter: Chapter, place: str, about: Mapping[str, Any]) -> None:
        record = {**about.get("finding", {}), "chapter": chapter.page.name}
        identity = str(record.get("id", ""))
        if not self._named(chapter, place, identity, "finding", self.findings):
            return
        # An edition from before findings named the releases they used is made again as it was.
        if odd := sorted((set(record) ^ set(FINDING_FIELDS)) - {"vintages"}):
            self.fault(
                chapter,
                f"{place}, finding {identity}",
                f"other fields than a finding has ({', '.join(odd)})",
                ", ".join(FINDING_FIELDS),
                "Make the finding with publish.finding.",
            )
            return
        self.findings[identity] = {field: record[field] for field in FINDING_FIELDS if field in record}

    def _named(self, chapter: Chapter, place: str, identity: str, what: str, known: Mapping[str, Any]) -> bool:
        """Note an id that cannot be an address, or that another of its kind has already."""
        if not _ID.match(identity):
            allowed = "lower-case letters and digits in words joined by hyphens or underscores"
            self.fault(chapter, place, f"the {what} id {identity!r}", allowed, "Choose another id.")
        elif identity in known:
            other = known[identity]
            page = other.chapter if isinstance(other, Exhibit) else other["chapter"]
            found = f"the {what} id {identity!r}, which is on page {page} already"
            self.fault(chapter, place, found, "every id once in the whole book", "Rename one of the two.")
        else:
            return True
        return False


def _what(output: Mapping[str, Any]) -> str:
    """Say what kind of output it is, without its contents."""
    if output.get("output_type") == "stream":
        return "printed text"
    return ", ".join(sorted(output.get("data", {}))) or str(output.get("output_type"))


def _words(text: str) -> str:
    """Return the words of a pasted record: it is written as a Python string literal."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


def collect(chapters: Sequence[Chapter], runs: Mapping[str, Run], known_ids: frozenset[str] | None) -> Collected:
    """What did the chapters find and show?

    Parameters
    ----------
    chapters
        All pages in reading order.
    runs
        Name of a page to what it gave, for those with code.
    known_ids
        Ids of the claims and commitments that a finding may bear on; `None` where the project has none.

    Raises
    ------
    RefusedError
        For an output that did not come through `publish`, an id twice, an unknown claim, or a paste without its key;
        all at once.
    """
    reader = _Reader()
    for chapter in chapters:
        if chapter.page.name in runs:
            reader.read(chapter, runs[chapter.page.name])
    for chapter in chapters:
        _check_pastes(chapter, reader)
    if known_ids is not None:
        labels = {chapter.page.name: chapter for chapter in chapters}
        for identity, record in reader.findings.items():
            for claim in sorted(set(record["bears_on"]) - known_ids):
                reader.fault(
                    labels[record["chapter"]],
                    f"finding {identity}, bears_on",
                    f"the unknown id {claim!r}",
                    "ids of claims and commitments in data/programme",
                    "Correct the id, or add the claim with its source.",
                )
    if reader.faults:
        raise RefusedError(reader.faults)
    findings = tuple(reader.findings[identity] for identity in sorted(reader.findings))
    return Collected(findings, tuple(reader.exhibits.values()), reader.pastes, tuple(sorted(reader.policies)))


def pasted_page(chapter: Chapter, other: str) -> str:
    """Which page does a paste take its key from? `other` is the path written before `::`, "" for this page."""
    if not other:
        return chapter.page.name
    folder = posixpath.dirname(chapter.page.name)
    return posixpath.normpath(posixpath.join(folder, other)).removesuffix(".md").lstrip("/")


def _check_pastes(chapter: Chapter, reader: _Reader) -> None:
    for key, other, line in pasted_keys(chapter):
        page = pasted_page(chapter, other)
        if key not in reader.pastes.get(page, {}):
            keys = ", ".join(sorted(reader.pastes.get(page, {}))) or "none"
            reader.fault(
                chapter,
                f"line {line}",
                f"the paste key {key!r}, which no cell of {page} makes",
                f"keys made on that page: {keys}",
                "Correct the key, or add the publish call that makes it.",
            )
