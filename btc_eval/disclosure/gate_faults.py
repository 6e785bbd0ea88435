"""What one reading of a site has found so far, and the readers' common ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from btc_eval.disclosure.gate_register import Register
from btc_eval.disclosure.gate_said import Said
from btc_eval.disclosure.gate_text import Watch
from btc_eval.errors import Refusal

_DO = "Take it out, or publish it through btc_eval.publish, and build again."


@dataclass
class Reading:
    """A site that is being read.

    Parameters
    ----------
    register
        What was released.
    watch
        What must stand nowhere.
    names
        Every file of the site, with `/`.
    phrases
        What the notebooks pasted, as it compares, with whether it rests on children's records.
    findings
        What the notebooks found, by id.
    contents
        The bytes of every file.
    seen
        Every fault, each once.
    """

    register: Register
    watch: Watch
    names: frozenset[str]
    phrases: dict[str, bool] = field(default_factory=dict)
    findings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    seen: dict[Refusal, None] = field(default_factory=dict)

    @cached_property
    def said(self) -> Said:
        """Return what the pages of the site say, which the workbook and the paper may repeat."""
        return Said.of(self.contents)

    def refuse(self, file: str, place: str, found: str, allowed: str, do: str = _DO) -> None:
        """Note a fault: where it is and of which kind, never what stands there."""
        self.seen[Refusal(file, place, found, allowed, do)] = None

    def words(self, file: str, text: str, place: str = "", *, code: bool = False, amounts: bool = False) -> None:
        """Read text for identifiers, names and paths."""
        for what, line in self.watch.kinds(text, code=code, amounts=amounts):
            self.refuse(file, place or f"line {line}", what, "words and released numbers, nothing that names a child")
