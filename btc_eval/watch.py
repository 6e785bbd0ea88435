"""Inside the kernel: which files does the chapter read, and which parts of the library does it use?

An audit hook notes every file opened for reading under the data folder, so a reader need not cooperate;
`locations.reads()` adds what native code opened. The builder runs `begin` before a chapter's first cell and `report`
after its last, and takes both cells out again. It stands beside the floors and not in `edition`, so that a kernel
loads nothing of the builder: a chapter would otherwise run again at every change to it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from btc_eval.locations import data_folder, parts, reads

#: The type under which the report travels from the kernel to the builder.
MIME = "application/vnd.btc-eval.reads+json"

#: The cells that the builder adds; the names they bind are taken away again.
PRELUDE = "import btc_eval.watch as _watch; _watch.begin(); del _watch"
POSTLUDE = "import btc_eval.watch as _watch; _watch.report(); del _watch"

_opened: dict[str, tuple[int, int]] = {}
_watched: list[str] = []


def begin() -> None:
    """Start to note the files that are opened under the data folder and inside the library."""
    library = str(Path(__file__).resolve().parent)
    first = not _watched
    _watched[:] = [str(data_folder()) + os.sep, library + os.sep]
    if first:
        sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - at every file opened: cheap, no links followed
    if path in _opened or not path.startswith(tuple(_watched)) or path.endswith(".pyc"):
        return
    try:
        stat = Path(path).stat()
    except OSError:
        return
    _opened[path] = (stat.st_size, stat.st_mtime_ns)


def _library_modules() -> list[str]:
    """Return the source files of the library's modules that are loaded now."""
    files = [
        getattr(module, "__file__", None)
        for name, module in sorted(sys.modules.items())
        if name == "btc_eval" or name.startswith("btc_eval.")
    ]
    return sorted({str(Path(file).resolve()) for file in files if file})


def _seed() -> int | None:
    """Return the seed from which the library draws where a chapter gives none; `None` where nothing loaded can draw."""
    seed: int | None = getattr(sys.modules.get("btc_eval.its.bootstrap"), "BOOTSTRAP_SEED", None)
    return seed


def report() -> None:
    """Show what was read, as a display output that only the builder sees."""
    from IPython.display import display

    files = {path: list(stat) for path, stat in sorted(_opened.items())}
    for path in [*(str(path) for path in reads()), *_library_modules()]:
        files.setdefault(path, [])
    named = {str(path): list(names) for path, names in parts().items()}
    display({MIME: {"files": files, "parts": named, "seed": _seed()}}, raw=True)  # type: ignore[no-untyped-call]
