"""What is written down of a fault that is planted."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

Generator = np.random.Generator
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault in one file.

    Parameters
    ----------
    file, column
        Where it is; the column as the file should have it, or the XML element, or blank for the whole file.
    kind, what
        A short name, and a sentence.
    rows
        How many rows (or children, in XML) it touches; 0 where it touches the file and no row.
    at
        Their numbers.
    """

    file: str
    column: str
    kind: str
    what: str
    rows: int
    at: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the line for `dirt_key.json`."""
        return asdict(self)
