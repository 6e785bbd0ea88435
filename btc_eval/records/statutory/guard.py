"""May this file be committed? Refuses anything that looks like a return or holds a child's identifier.

Run before a commit (`make hooks` installs it) and by a test over every file of the repository. A made-up return may be
committed only below a folder that says so: one that holds the demonstration marker.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from btc_eval.errors import BtcEvalError, Refusal, RefusedError
from btc_eval.records.statutory.kinds import recognise
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE

#: Shapes that belong to one person: a unique pupil number and an NHS number as they are printed.
_IDENTIFIERS = {
    "a unique pupil number": re.compile(rb"(?<![A-Za-z0-9])[A-HJ-NP-RT-Z]\d{11}[A-Z\d](?![A-Za-z0-9])"),
    "an NHS number": re.compile(rb"(?<!\d)\d{3} \d{3} \d{4}(?!\d)"),
}
_RETURNS = (".xml", ".csv", ".xlsx", ".zip")
_LARGEST = 20 * 1024 * 1024


def inspect(files: Iterable[Path], root: Path) -> list[Refusal]:
    """Which of these files may not be committed, and why? Never says what a file holds, only where.

    Parameters
    ----------
    files
        Files below `root`.
    root
        The repository.
    """
    found = []
    for file in files:
        name = file.relative_to(root).as_posix()
        if name.startswith("data/raw/"):
            found.append(_refused(name, "a file of data/raw, where confidential returns lie"))
        elif not _marked(file, root):
            found += _in_file(file, name)
    return found


def _marked(file: Path, root: Path) -> bool:
    """Is the file below a folder that says its returns are made up?"""
    return any((folder / DEMONSTRATION_FILE).is_file() for folder in file.parents if folder.is_relative_to(root))


def _in_file(file: Path, name: str) -> list[Refusal]:
    if not file.is_file() or file.stat().st_size > _LARGEST:
        return []
    found = []
    if file.suffix.lower() in _RETURNS and _is_return(file):
        found.append(_refused(name, "a return of the council"))
    content = file.read_bytes()
    for what, shape in _IDENTIFIERS.items():
        match = shape.search(content)
        if match:
            line = content.count(b"\n", 0, match.start()) + 1
            found.append(_refused(name, f"the shape of {what}, line {line}"))
    return found


def _is_return(file: Path) -> bool:
    try:
        return recognise(file) is not None
    except BtcEvalError:
        return False


def _refused(name: str, what: str) -> Refusal:
    return Refusal(
        name,
        "",
        found=what,
        allowed="code, prose, compiled official figures, and made-up returns below a folder with DEMONSTRATION.txt",
        do="Take it out of the commit: git restore --staged, then move it to data/raw.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect the named files, or all that git would commit; 1 where any is refused."""
    import subprocess

    root = Path(subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip())
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given:
        listed = ["git", "-C", str(root), "diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z"]
        given = [name for name in subprocess.check_output(listed, text=True).split("\0") if name]
    refusals = inspect([root / name for name in given], root)
    if refusals:
        sys.stderr.write(f"Not committed: {RefusedError(refusals)}\n")
    return int(bool(refusals))


if __name__ == "__main__":
    sys.exit(main())
