"""How near must two numbers be to count as the same, and why?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A rule under which two numbers are the same.

    Parameters
    ----------
    relative
        Of the larger of the two.
    absolute
        For numbers about nought.
    reason
        Why it is not nought.
    """

    relative: float
    absolute: float
    reason: str

    def same(self, one: float, other: float) -> bool:
        """Return whether the two are the same under this rule; two that are not numbers are."""
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=self.relative, abs_tol=self.absolute)

    def as_dict(self) -> dict[str, Any]:
        """Return it as `tolerances.json` holds it."""
        return {"relative": self.relative, "absolute": self.absolute, "reason": self.reason}

    @classmethod
    def read(cls, held: dict[str, Any]) -> Tolerance:
        """Make one from its line in `tolerances.json`."""
        return cls(float(held["relative"]), float(held["absolute"]), str(held["reason"]))


#: Nothing but the same bytes.
EXACT = Tolerance(0.0, 0.0, "Counts, words and everything that no floating-point sum touches.")

#: What the same program gives for the same data on another machine.
MACHINE = Tolerance(
    1e-6,
    1e-9,
    "Sums are taken in another order by other processors and other builds of the algebra library, and an optimiser "
    "stops at another last step; draws start from a stored seed and are the same.",
)


def number(text: str) -> float | None:
    """Return a cell of a table as a number; `None` where it is not one.

    Examples
    --------
    >>> number("12.5"), number("2021-04-01"), number("")
    (12.5, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return value if text.strip() and math.isfinite(value) else None
