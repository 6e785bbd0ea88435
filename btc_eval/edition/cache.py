"""What a chapter showed when it last ran on the same things, so that only what changed runs again.

An entry is found by the chapter's code, the packages, the lock and the names of the data files; it counts only while
every file that the chapter read, and every module of the library that it used, still has the hash it had then.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from btc_eval.edition import fingerprint
from btc_eval.edition.chapters import Chapter
from btc_eval.edition.layout import Layout

#: Raise when an entry's shape changes: old ones are then never found.
_SHAPE = 3

#: How many runs of one chapter are kept, so that going back to an earlier state costs nothing.
_KEPT = 6


@dataclass(frozen=True, slots=True)
class Run:
    """What one execution of a chapter gave.

    Parameters
    ----------
    outputs
        For each code cell, in order, its outputs as a notebook holds them.
    inputs
        Every file it depended on ("data/…" below the data folder, "library/…" below the library) to its SHA-256; of the
        catalogue, each entry that it used ("data/catalogue.toml#…").
    seconds
        Wall-clock time from the start of the kernel to its end.
    stderr
        For each cell that wrote to the error stream: its number, and what it wrote.
    seed
        The seed from which the library draws where the chapter gives none; `None` where it cannot draw.
    """

    outputs: list[list[dict[str, Any]]]
    inputs: dict[str, str]
    seconds: float
    stderr: list[tuple[int, str]]
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Cache:
    """The runs kept in the work folder."""

    folder: Path
    where: Layout
    static: str

    @classmethod
    def of(cls, where: Layout) -> Cache:
        """Open the cache of a project for the packages, the lock and the data files there are now."""
        static = fingerprint.sha256_of(
            [
                _SHAPE,
                fingerprint.environment(),
                fingerprint.sha256_file(where.lock),
                fingerprint.data_names(where.data),
            ]
        )
        return cls(where.work / "runs", where, static)

    def _folder(self, chapter: Chapter) -> Path:
        key = fingerprint.sha256_of([self.static, chapter.code_hash])
        return self.folder / chapter.page.name.replace("/", "--") / key[:32]

    def find(self, chapter: Chapter, hashes: dict[str, str], *, strict: bool) -> Run | None:
        """Which earlier run still holds?

        Parameters
        ----------
        chapter
            The chapter as it stands now.
        hashes
            Hashes already known in this build, by name; added to.
        strict
            Pass over runs that wrote to the error stream, so that they run again and fail.
        """
        for path in sorted(self._folder(chapter).glob("*.json")):
            run = _load(path)
            if run is None:
                path.unlink(missing_ok=True)
            elif not (strict and run.stderr) and all(
                self._hash(name, hashes) == known for name, known in run.inputs.items()
            ):
                os.utime(path)
                return run
        return None

    def _hash(self, name: str, hashes: dict[str, str]) -> str:
        if name not in hashes:
            hashes[name] = hash_of(name, self.where)
        return hashes[name]

    def keep(self, chapter: Chapter, run: Run) -> None:
        """Keep a run; the oldest of a chapter's runs are let go."""
        folder = self._folder(chapter)
        folder.mkdir(parents=True, exist_ok=True)
        body = asdict(run)
        text = json.dumps({"sha256": fingerprint.sha256_of(body), "run": body}, ensure_ascii=False)
        path = folder / f"{fingerprint.sha256_of(run.inputs)[:32]}.json"
        half = path.with_suffix(f".{os.getpid()}.half")
        half.write_text(text, encoding="utf-8")
        half.replace(path)
        runs = sorted(folder.parent.glob("*/*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for old in runs[_KEPT:]:
            old.unlink(missing_ok=True)


def _load(path: Path) -> Run | None:
    """Return a kept run, or None where the file is damaged."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        body = entry["run"]
        if entry["sha256"] != fingerprint.sha256_of(body):
            return None
        return Run(
            outputs=body["outputs"],
            inputs=body["inputs"],
            seconds=body["seconds"],
            stderr=[(int(number), str(text)) for number, text in body["stderr"]],
            seed=body["seed"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def hash_of(name: str, where: Layout) -> str:
    """Return the SHA-256 of an input as it is now; "" where it is no longer there."""
    file, _, part = name.partition("#")
    kind, _, rest = file.partition("/")
    path = {"data": where.data, "library": where.library}[kind] / rest
    return fingerprint.sha256_entry(path, part) if part else fingerprint.sha256_file(path)


def name_of(path: Path, where: Layout) -> str | None:
    """How is this file named as an input? `None` for a file that is neither data nor library."""
    for kind, folder in (("data", where.data), ("library", where.library)):
        if path.is_relative_to(folder):
            return f"{kind}/{path.relative_to(folder).as_posix()}"
    return None
