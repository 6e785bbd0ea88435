"""What a person is told when something cannot be done: where, what was found, what is allowed, what to do.

Floor 0: imports nothing of ours. Every refusal in the library is one of these, so a command prints one
paragraph and a chapter fails with a sentence. Messages carry file names, columns, row numbers and counts;
never a value of a child's record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

#: Characters of one part of a message: enough for a list of names, too few to fill a terminal.
_MOST = 2_000

# What a terminal would obey, or would show in another order than it is written.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault found at a door.

    What it quotes is cut after 2,000 characters, and a control character in it is written by its number.

    Parameters
    ----------
    file
        The file, table or argument at fault, as the user named it.
    place
        Where in it: a column, a row number (1 is the first data row), a key.
    found
        What was there.
    allowed
        What would have been accepted.
    do
        The next step for the person reading this.
    """

    file: str
    place: str
    found: str
    allowed: str
    do: str

    def __post_init__(self) -> None:
        for part in fields(self):
            text = str(getattr(self, part.name))
            if len(text) > _MOST:
                text = f"{text[:_MOST]}… ({len(text):,} characters in all)"
            object.__setattr__(self, part.name, _OBEYED.sub(lambda found: f"[U+{ord(found[0]):04X}]", text))

    def as_dict(self) -> dict[str, str]:
        """Return the fault in the shape of the `--json` output."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: found {self.found}; allowed: {self.allowed}. {self.do}"


class BtcEvalError(Exception):
    """Base of every error this library raises on purpose."""

    exit_code = 1


class RefusedError(BtcEvalError):
    """Input was refused; `refusals` lists every fault found, not only the first."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals: tuple[Refusal, ...] = tuple(refusals)
        if not self.refusals:
            raise ValueError("a refusal needs at least one fault")
        super().__init__("\n".join(str(refusal) for refusal in self.refusals))


class UsageError(BtcEvalError):
    """The call itself was wrong (an unknown option value, a missing argument)."""

    exit_code = 2


def refuse(file: str, place: str, *, found: str, allowed: str, do: str) -> RefusedError:
    """Build the error for a single fault, to be raised at the call site."""
    return RefusedError([Refusal(file=file, place=place, found=found, allowed=allowed, do=do)])
