"""What several unit tests need: the project's own data, and what a chapter would show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from btc_eval import locations
from btc_eval.publish import emit


@pytest.fixture
def own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the project's data wherever the tests are run from."""
    monkeypatch.setenv(locations.DATA_VARIABLE, str(Path(__file__).resolve().parents[2] / "data"))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Return the exhibits shown so far, each as its HTML and the record that goes with it."""
    seen: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(emit, "exhibit", lambda html, about: seen.append((html, about)))
    return seen
