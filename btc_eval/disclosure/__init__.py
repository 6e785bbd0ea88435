"""Floor 5: what may be seen. `control` turns a table into a `SafeTable`; `publish` accepts nothing else.

The gate over built pages is loaded when it is asked for: a chapter that only releases tables rests on nothing of it,
and is not run again when the gate changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from btc_eval.disclosure.attack import audit
from btc_eval.disclosure.compare import compare
from btc_eval.disclosure.control import control
from btc_eval.disclosure.estimates import control_estimates
from btc_eval.disclosure.example import example, example_attacked
from btc_eval.disclosure.leaks import Finding, Leak
from btc_eval.disclosure.linked import control_linked
from btc_eval.disclosure.money import Contributions
from btc_eval.disclosure.policy import Policy, policies, policy, policy_sources
from btc_eval.disclosure.reasons import Reason
from btc_eval.disclosure.register import Entry, fingerprint, read_register, released, write_register
from btc_eval.disclosure.show import notes_of
from btc_eval.disclosure.table import SafeTable

if TYPE_CHECKING:
    from btc_eval.disclosure.gate import Scan, scan

__all__ = [
    "Contributions",
    "Entry",
    "Finding",
    "Leak",
    "Policy",
    "Reason",
    "SafeTable",
    "Scan",
    "audit",
    "compare",
    "control",
    "control_estimates",
    "control_linked",
    "example",
    "example_attacked",
    "fingerprint",
    "notes_of",
    "policies",
    "policy",
    "policy_sources",
    "read_register",
    "released",
    "scan",
    "write_register",
]

_OF_THE_GATE = ("Scan", "scan")


def __getattr__(name: str) -> Any:
    """Return a door of the gate, loading the gate at its first use."""
    if name not in _OF_THE_GATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from btc_eval.disclosure import gate

    globals().update({one: getattr(gate, one) for one in _OF_THE_GATE})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
