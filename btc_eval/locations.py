"""Where the project and its data lie. Floor 1: the only module that knows.

A command's `--data` travels to the kernels that execute chapters in the environment variable `BTC_EVAL_DATA`,
so a chapter never names a path.
"""

from __future__ import annotations

import os
from pathlib import Path

from btc_eval.errors import refuse

#: Set by the commands for the kernels they start.
DATA_VARIABLE = "BTC_EVAL_DATA"
#: From which other seed draws start; set by `btc-eval verify --seed`, and never seen by a build.
SEED_VARIABLE = "BTC_EVAL_SEED"


def project_folder(start: Path | None = None) -> Path:
    """In which folder does the project lie: the nearest one, from `start` upwards, that holds `data/catalogue.toml`?

    Falls back on the folder above the installed library, which is the project in an editable install.
    """
    here = (start or Path.cwd()).resolve()
    beside_library = Path(__file__).resolve().parent.parent
    for folder in (here, *here.parents, beside_library):
        if (folder / "data" / "catalogue.toml").is_file() and (folder / "_toc.yml").is_file():
            return folder
    raise refuse(
        "the project folder",
        str(here),
        found="no data/catalogue.toml here or in any folder above",
        allowed="a clone of the project",
        do="Run the command inside the clone, or name the data folder with --data.",
    )


def data_folder() -> Path:
    """Which data folder is in use: the one the command was given, else `data/` of the project."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named).resolve() if named else project_folder() / "data"


_READ: set[Path] = set()


def note_read(path: Path) -> None:
    """Remember that this data file shaped what is being shown. Whatever opens a file under `data/` calls this.

    Both `records` and `programme` call it at every read, also where the parsed file was kept from an earlier one,
    so that the list is whole in every kernel.
    """
    _READ.add(path.resolve())


_PARTS: dict[Path, set[str] | None] = {}


def note_part(path: Path, part: str | None) -> None:
    """Remember which part of a data file shaped what is being shown, where a file holds many that stand apart.

    Parameters
    ----------
    path
        The file.
    part
        The name of the part; `None` where the file was read as a whole, whatever else is said of it.
    """
    held = _PARTS.setdefault(path.resolve(), set())
    if part is None or held is None:
        _PARTS[path.resolve()] = None
    else:
        held.add(part)


def parts() -> dict[Path, tuple[str, ...]]:
    """Of which data files were only parts used since the library was loaded, and which? Names sorted."""
    return {path: tuple(sorted(held)) for path, held in sorted(_PARTS.items()) if held}


def reads() -> tuple[Path, ...]:
    """Which data files have been read since the library was loaded? The builder keys a chapter's cache on them.

    Returns
    -------
    tuple of Path
        Absolute paths, sorted, each once.
    """
    return tuple(sorted(_READ))
