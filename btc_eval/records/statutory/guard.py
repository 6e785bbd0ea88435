"""May this file be committed? Refuses anything that looks like a return or holds a child's identifier.

Run before a commit (`make hooks` installs it) and by a test over every file of the repository. Files are judged by what
they hold and not by what they are called: archives and workbooks are opened, text is read in any encoding, and tables
are looked for inside pages, notebooks and code as well. Before a commit the staged contents are read, which need not be
those on disk. A made-up return may be committed only below a folder that says so: one with the demonstration marker.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from btc_eval.errors import Refusal, RefusedError
from btc_eval.records.statutory import guard_shapes as shapes
from btc_eval.records.statutory.guard_layers import LARGEST, Unreadable, layers
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE


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
        marked = any((f / DEMONSTRATION_FILE).is_file() for f in file.parents if f.is_relative_to(root))
        if _is_raw(name):
            found.append(_refused(name, _RAW))
        elif not marked and file.is_file():
            small = file.stat().st_size <= LARGEST
            found += _in_contents(name, file.read_bytes()) if small else [_refused(name, _TOO_LARGE)]
    return found


_RAW = "a file of data/raw, where confidential returns lie"
_TOO_LARGE = f"more than {LARGEST >> 20} MB, which is larger than anything that belongs here"


def _is_raw(name: str) -> bool:
    return PurePosixPath(name.casefold()).is_relative_to("data/raw")


def _in_contents(name: str, content: bytes) -> list[Refusal]:
    """Look through every layer of one file; each reason is given once."""
    reasons: dict[str, None] = {}
    try:
        for layer in layers(content):
            if shapes.is_return(layer):
                reasons["a return of the council"] = None
            for reason in shapes.identifiers(layer.text):
                reasons[reason] = None
    except Unreadable as error:
        reasons[str(error)] = None
    return [_refused(name, reason) for reason in reasons]


def _refused(name: str, what: str) -> Refusal:
    return Refusal(
        name,
        "",
        found=what,
        allowed="code, prose, compiled official figures, and made-up returns below a folder with DEMONSTRATION.txt",
        do="Take it out of the commit: git restore --staged, then move it to data/raw.",
    )


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True).stdout


def _staged(root: Path) -> list[Refusal]:
    """Inspect what git would commit, as it is staged."""
    changed = _git(root, "diff", "--cached", "--name-only", "--diff-filter=d", "--no-renames", "-z").decode()
    listed = _git(root, "ls-files", "-z").decode().split("\0")
    markers = {PurePosixPath(name).parent for name in listed if PurePosixPath(name).name == DEMONSTRATION_FILE}
    found = []
    for name in filter(None, changed.split("\0")):
        if _is_raw(name):
            found.append(_refused(name, _RAW))
        elif _git(root, "ls-files", "--stage", "-z", "--", name).startswith(b"160000"):
            continue  # another repository, named and not held
        elif markers.isdisjoint(PurePosixPath(name).parents):
            size = int(_git(root, "cat-file", "-s", f":{name}"))
            whole = size <= LARGEST
            content = _git(root, "cat-file", "blob", f":{name}") if whole else b""
            found += _in_contents(name, content) if whole else [_refused(name, _TOO_LARGE)]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect the named files, or all that git would commit as they are staged; 1 where any is refused."""
    root = Path(_git(Path(), "rev-parse", "--show-toplevel").decode().strip())
    given = list(sys.argv[1:] if arguments is None else arguments)
    refusals = inspect([root / name for name in given], root) if given else _staged(root)
    if refusals:
        sys.stderr.write(f"Not committed: {RefusedError(refusals)}\n")
    return int(bool(refusals))


if __name__ == "__main__":
    sys.exit(main())
