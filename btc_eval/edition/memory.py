"""What the site in place was built from: a build that would make the same again has nothing to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from btc_eval.edition import fingerprint
from btc_eval.edition.cache import Run, hash_of
from btc_eval.edition.layout import Layout


def _path(where: Layout) -> Path:
    """Return the file that remembers the last build of this site."""
    return where.work / f"built-{fingerprint.sha256_of(str(where.out))[:12]}.json"


def remember(where: Layout, static: str, runs: Mapping[str, Run]) -> None:
    """Remember what the site in place was built from, so that the next build knows whether anything changed."""
    inputs = {name: sha for run in runs.values() for name, sha in run.inputs.items()}
    path = _path(where)
    half = path.with_suffix(".half")
    half.write_text(
        json.dumps({"static": static, "inputs": inputs, "listing": fingerprint.listing(where.out)}), encoding="utf-8"
    )
    half.replace(path)


def up_to_date(where: Layout, static: str) -> bool:
    """Is the site in place the one that a build would make now?"""
    try:
        memory = json.loads(_path(where).read_text(encoding="utf-8"))
        return (
            memory["static"] == static
            and where.out.is_dir()
            and memory["listing"] == fingerprint.listing(where.out)
            and all(hash_of(name, where) == sha for name, sha in memory["inputs"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False
