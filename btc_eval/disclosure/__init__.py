"""Floor 5: what may be seen. `control` turns a table into a `SafeTable`; `publish` accepts nothing else."""

from __future__ import annotations

from btc_eval.disclosure.control import control
from btc_eval.disclosure.policy import Policy, policy
from btc_eval.disclosure.table import SafeTable

__all__ = ["Policy", "SafeTable", "control", "policy"]
