"""The reproduction bundle: everything that a reviewer without confidential records needs, in one zip.

It holds the edition's findings, tables, notebooks and record; the library as a wheel; the lock; the official figures
and every other file of the data folder that is public; the book's sources; and a script that sets up and verifies with
one command. It never holds `data/raw`. The same inputs give the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from btc_eval.edition import checksums
from btc_eval.edition.layout import Layout
from btc_eval.edition.tolerance import EXACT, MACHINE
from btc_eval.errors import refuse

NAME = "reproduction.zip"
#: How near a number must come, and why; beside the findings it is for.
TOLERANCES = "tolerances.json"

#: Parts of the data folder that are never given away, or are not data.
PRIVATE = ("raw",)
_PASSING = (".", "~")
#: The first moment that a zip can hold: a date in it would be the clock's.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_OF_SITE = ("edition.json", "findings.json", "tables.json", TOLERANCES)
_OF_CLONE = ("_toc.yml", "_config.yml", "requirements.lock", "pyproject.toml", "LICENSE", "CITATION.cff")

_README = """# {label}: run it again

This folder holds everything that is public of the edition {label} of "Breaking the Cycle: an independent evaluation":
the notebooks, the library, the versions of every package, the official figures, the released tables and the findings.

You need Python 3.11, 3.12 or 3.13 and a connection to your usual package index. Then one command

    python3 reproduce.py

sets up an environment of its own in this folder, runs every notebook in a fresh kernel and compares every finding and
every table with those published. It writes verification/index.html, .json and .xml and ends with 0 if all agree.

- `python3 reproduce.py --seed 7` starts every random draw elsewhere: what is left of a result then is not luck.
- `python3 reproduce.py --placebo 200` runs the main design where nothing happened, 200 times.
- Chapters on made-up records make their extract anew from its seed ({seed}). Results on the council's own confidential
  returns, where an edition has any, cannot be run from here and are listed as not checked.
"""

_SCRIPT = '''"""Set up an environment and verify the edition: python3 reproduce.py [--seed N] [--placebo N]."""

import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
PLACE = HERE.parent / (HERE.name + "-environment")


def main():
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit("Python 3.11, 3.12 or 3.13 is needed; found " + sys.version.split()[0])
    python = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = PLACE / ".ready"
    if not ready.exists():
        print("Setting up", PLACE, "(once)", flush=True)
        venv.create(PLACE, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--requirement", str(HERE / "requirements.lock")], check=True)
        wheel = next(HERE.glob("*.whl"))
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
        ready.touch()
    report = HERE.parent / (HERE.name + "-verification")
    command = [str(python), "-m", "btc_eval.cli", "verify", str(HERE), "--report", str(report), *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=HERE).returncode)


if __name__ == "__main__":
    main()
'''


def tolerances(findings: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what `tolerances.json` holds: the rule for numbers, the rule for all else, exceptions by finding."""
    return {
        "numbers": MACHINE.as_dict(),
        "words": EXACT.as_dict(),
        "findings": {finding["id"]: MACHINE.as_dict() for finding in findings if finding["estimate"] is not None},
    }


def write(where: Layout, site: Path, target: Path, *, record: Mapping[str, Any]) -> Path:
    """Write the bundle of a built site and return its path.

    Parameters
    ----------
    where
        The folders of the clone it was built from.
    site
        The built site, with `tolerances.json`.
    target
        The zip to write; replaced where it exists.
    record
        The edition's record, for the words of its README.

    Raises
    ------
    RefusedError
        Where the library cannot be made a wheel.
    """
    with tempfile.TemporaryDirectory(prefix="btc-bundle-") as folder:
        top = Path(folder) / f"breaking-the-cycle-{record['label']}".replace(" ", "-")
        top.mkdir()
        _gather(where, site, top)
        _wheel(where, top)
        words = {"label": str(record["label"]), "seed": str(record.get("demonstration_seed") or "in the library")}
        (top / "README.md").write_text(_README.format(**words), encoding="utf-8", newline="\n")
        (top / "reproduce.py").write_text(_SCRIPT, encoding="utf-8", newline="\n")
        checksums.write(top)
        half = target.with_suffix(".half")
        pack(top, half)
        half.replace(target)
    return target


def _gather(where: Layout, site: Path, top: Path) -> None:
    for name in _OF_SITE:
        shutil.copyfile(site / name, top / name)
    for name in _OF_CLONE:
        if (where.root / name).is_file():
            shutil.copyfile(where.root / name, top / name)
    for folder in ("csv", "notebooks"):
        if (site / folder).is_dir():
            shutil.copytree(site / folder, top / folder, copy_function=shutil.copyfile)
    shutil.copytree(where.book, top / "book", ignore=_left_out, copy_function=shutil.copyfile)

    def public(folder: str, names: list[str]) -> set[str]:
        aside = set(PRIVATE) if Path(folder) == where.data else set()
        return _left_out(folder, names) | (aside & set(names))

    shutil.copytree(where.data, top / "data", ignore=public, copy_function=shutil.copyfile)


def _left_out(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(_PASSING) or name == "__pycache__"}


def _wheel(where: Layout, top: Path) -> None:
    """Build the library's wheel into the bundle: the same files give the same bytes."""
    from hatchling.build import build_wheel

    with _as_built(where.root):
        try:
            build_wheel(str(top))
        except Exception as error:  # the builder has no one class of error
            raise refuse(
                "pyproject.toml",
                "",
                found=f"a library that cannot be packed ({type(error).__name__}: {' '.join(str(error).split())})",
                allowed="a project that its build system accepts",
                do="Run the release in a whole clone of the project.",
            ) from error


@contextlib.contextmanager
def _as_built(root: Path) -> Iterator[None]:
    """Stand in the clone, with the moment of a reproducible build, for the block."""
    before, moment = Path.cwd(), os.environ.get("SOURCE_DATE_EPOCH")
    os.chdir(root)
    os.environ["SOURCE_DATE_EPOCH"] = moment or "315532800"
    try:
        yield
    finally:
        os.chdir(before)
        if moment is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def pack(folder: Path, target: Path) -> None:
    """Pack a folder, under its own name, into a zip whose bytes depend on nothing but its files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", date_time=_MOMENT)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())


def read_tolerances(folder: Path) -> dict[str, Any]:
    """Return `tolerances.json` of an edition; the rules of this library where it has none."""
    path = folder / TOLERANCES
    if not path.is_file():
        return tolerances([])
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return held
