"""The register of released tables: what it holds, what it never holds, and that it reads back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval import disclosure
from btc_eval.errors import RefusedError

WARDS = pd.DataFrame({"ward": ["A", "B", "C", "Total"], "n": [12, 3, 31, 46]})


def release(name: str = "wards") -> disclosure.SafeTable:
    return disclosure.control(WARDS, "council", keys=["ward"], counts="n", totals="Total", name=name)


def test_every_released_table_is_entered_once_with_its_fingerprint() -> None:
    safe = release("a name of its own")
    release("a name of its own")
    mine = [entry for entry in disclosure.released() if entry.name == "a name of its own"]
    assert [entry.fingerprint for entry in mine] == [disclosure.fingerprint(safe)]
    assert (mine[0].rows, mine[0].hidden, mine[0].policy) == (4, 2, "council")


def test_it_holds_no_hidden_value() -> None:
    release("held")
    entry = next(entry for entry in disclosure.released() if entry.name == "held")
    assert entry.values == {"n": ("30", "45")}


def test_the_fingerprint_follows_the_content() -> None:
    changed = disclosure.control(WARDS.assign(n=[12, 3, 41, 56]), keys=["ward"], counts="n", totals="Total")
    assert disclosure.fingerprint(changed) != disclosure.fingerprint(release())
    assert disclosure.fingerprint(release("another")) == disclosure.fingerprint(release())


def test_it_reads_back(tmp_path: Path) -> None:
    release()
    path = tmp_path / "register.jsonl"
    disclosure.write_register(path)
    assert sorted(e.line() for e in disclosure.read_register(path)) == sorted(e.line() for e in disclosure.released())
    path.write_text(path.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="no entry"):
        disclosure.read_register(path)
