"""Which text may come in, and how is odd text shown? Words from files that anybody may have written.

Two things are refused wherever text comes in: a text longer than any that a person writes in one field, and control
characters, which no page and no spreadsheet can show. Marks that turn the direction of what follows are let in, because
names may hold them, and are shown by their number: the reader sees that they are there, and they turn nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Characters in one field of one record; the longest in the project's own files has 316.
LONGEST = 5_000

# Line ends and tabs are text; a page cannot hold the rest, and a terminal would obey some of it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Embeddings, overrides and isolates: what stands after one is read in another order than it is written.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ODD = re.compile(f"{_CONTROL.pattern}|{_TURNING.pattern}")

# A spreadsheet runs a cell that begins with one of these, or with its full-width form; an apostrophe in front makes it
# text again. The list is OWASP's, "CSV Injection"; blanks and marks of direction before it are looked through, because
# some programs take them off.
_RUNS = re.compile(r"[\s\u200b-\u200f\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
# In countries where a semicolon parts the columns, what stands after one begins a cell.
_PARTED = re.compile(r";(?=[=+\-@＝＋－＠])")

#: What is allowed, in the words of a refusal.
ALLOWED = f"text of at most {LONGEST:,} characters, without control characters"


def unfit(text: str, *, longest: int = LONGEST) -> str:
    """What is wrong with this text? A few words that do not repeat it; "" where nothing is.

    Examples
    --------
    >>> unfit("Early help"), unfit("a" * 10_000_000), unfit("a\\x00b")
    ('', 'a text of 10,000,000 characters', 'the control character U+0000, as character 2')
    """
    if len(text) > longest:
        return f"a text of {len(text):,} characters"
    found = _CONTROL.search(text)
    return f"the control character {_number(found[0])}, as character {found.start() + 1}" if found else ""


def visible(text: str) -> str:
    """How does this text look where nothing in it acts? Control characters and turning marks by their number.

    Examples
    --------
    >>> visible("annual\\u202etroper")
    'annual[U+202E]troper'
    """
    return _ODD.sub(lambda found: f"[{_number(found[0])}]", text) if _ODD.search(text) else text


def in_spreadsheet(text: str) -> str:
    """How does this text stand in a spreadsheet or a CSV file? So that it is shown and not run.

    Text that a spreadsheet would run begins with an apostrophe, and so does what stands after a semicolon. What stands
    there already stays as it is.

    Examples
    --------
    >>> in_spreadsheet("=1+1"), in_spreadsheet("a;=1+1"), in_spreadsheet("'=1+1"), in_spreadsheet("Sefton")
    ("'=1+1", "a;'=1+1", "'=1+1", 'Sefton')
    """
    parted = _PARTED.sub(";'", visible(text))
    return f"'{parted}" if _RUNS.match(parted) else parted


def within(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Which texts stand inside this value, however deep? Each with the name it stands under; names are texts too."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield name, str(key)
            yield from within(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from within(inner, name)


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"
