"""Has anything changed? Hashes of files, of the library, of the installed packages, and of the whole build."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import btc_eval
from btc_eval.edition.layout import Layout

#: Names under the data folder that are not data: locks and half-made things of a running refresh.
_PASSING = (".lock", ".staging", ".old", ".new", ".DS_Store")


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits; "" where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""


def sha256_entry(catalogue: Path, name: str) -> str:
    """Return the SHA-256 of one table's entry of a catalogue, its papers and checksum; "" where there is none."""
    try:
        stat = catalogue.stat()
        return _entries(catalogue, stat.st_size, stat.st_mtime_ns).get(name, "")
    except (OSError, ValueError):
        return ""


@functools.lru_cache(maxsize=8)
def _entries(catalogue: Path, size: int, changed: int) -> dict[str, str]:
    del size, changed  # the key: a file is read once as long as it stands as it is
    held = tomllib.loads(catalogue.read_text(encoding="utf-8")).get("table", [])
    return {str(entry.get("name")): hashlib.sha256(repr(entry).encode()).hexdigest() for entry in held}


def sha256_of(value: Any) -> str:
    """Return the SHA-256 of a value that JSON can hold; keys in any order give the same."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def library_folder() -> Path:
    """In which folder does the library that is running lie?"""
    return Path(btc_eval.__file__).resolve().parent


def tree(folder: Path, *, suffixes: Iterable[str] = ()) -> dict[str, str]:
    """Which files lie under a folder, and what is each one's hash?

    Caches of Python and files whose name starts with a dot are left out.

    Parameters
    ----------
    folder
        The folder; need not exist.
    suffixes
        Only files that end so; empty for all.

    Returns
    -------
    dict
        Path relative to the folder, with `/`, to SHA-256; sorted.
    """
    wanted = tuple(suffixes)
    return {
        path.relative_to(folder).as_posix(): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and (not wanted or path.suffix in wanted)
        and not any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(folder).parts)
    }


def data_names(data: Path) -> list[str]:
    """Which files are in the data folder? Names only: a file that comes or goes may change what a chapter does."""
    return [
        path.relative_to(data).as_posix()
        for path in sorted(data.rglob("*"))
        if path.is_file() and not any(part.startswith(_PASSING) for part in path.relative_to(data).parts)
    ]


def packages() -> dict[str, str]:
    """Which packages are installed, in which versions? Read from the folder names, which takes a millisecond."""
    found: dict[str, str] = {}
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for folder in Path(place).glob("*.dist-info"):
            name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
            found[re.sub(r"[-_.]+", "-", name).lower()] = version
    return dict(sorted(found.items()))


def environment() -> str:
    """Return one hash of what executes a chapter: the Python, its machine and every installed package."""
    return sha256_of([sys.version_info[:3], platform.machine(), sys.platform, packages()])


def static(where: Layout, *, strict: bool, git: Mapping[str, Any], built_at: str) -> str:
    """Return one hash over everything a build depends on, save the contents of data files, which are listed apart."""
    return sha256_of(
        {
            "book": tree(where.book),
            "toc": sha256_file(where.toc),
            "config": sha256_file(where.config),
            "lock": sha256_file(where.lock),
            "library": tree(library_folder()),
            "environment": environment(),
            "data": str(where.data),
            "data_names": data_names(where.data),
            "catalogue": sha256_file(where.data / "catalogue.toml"),
            "programme": tree(where.data / "programme"),
            "strict": strict,
            "git": dict(git),
            "built_at": built_at,
        }
    )


def recipe(where: Layout) -> str | None:
    """Which made-up children are on the pages: one hash of the recipe, its parameters, program and seed.

    `None` where the council's returns, or an extract of the reader's own, lie in the data folder instead.
    """
    parameters = where.data / "assumptions" / "synthetic.toml"
    if (where.data / "raw" / "current.json").is_file() or not parameters.is_file():
        return None
    return sha256_of([sha256_file(parameters), tree(where.library / "synthetic", suffixes=[".py"])])


def listing(folder: Path) -> dict[str, list[int]]:
    """Which files lie in a site, with size and time of change? Shows whether someone touched it since it was built."""
    return {
        path.relative_to(folder).as_posix(): [stat.st_size, stat.st_mtime_ns]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (stat := path.stat())
    }
