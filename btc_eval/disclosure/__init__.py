"""Floor 5: what may be seen. `control` turns a table into a `SafeTable`; `publish` accepts nothing else."""

from __future__ import annotations

from btc_eval.disclosure.attack import audit
from btc_eval.disclosure.compare import compare
from btc_eval.disclosure.control import control
from btc_eval.disclosure.estimates import control_estimates
from btc_eval.disclosure.example import example, example_attacked
from btc_eval.disclosure.gate import Scan, scan
from btc_eval.disclosure.leaks import Finding, Leak
from btc_eval.disclosure.linked import control_linked
from btc_eval.disclosure.money import Contributions
from btc_eval.disclosure.policy import Policy, policies, policy, policy_sources
from btc_eval.disclosure.reasons import Reason
from btc_eval.disclosure.register import Entry, fingerprint, read_register, released, write_register
from btc_eval.disclosure.table import SafeTable

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
    "policies",
    "policy",
    "policy_sources",
    "read_register",
    "released",
    "scan",
    "write_register",
]
