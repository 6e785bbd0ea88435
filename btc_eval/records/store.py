"""How do new tables replace old ones without a moment in which half of each is there?

New files are written beside the data, flushed to disk, and listed in a note. Once the note is in place the change is
decided: the files are moved in one by one, and a run that is killed between two moves is finished by the next
command that opens the data. A run that is killed before the note is in place has changed nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from btc_eval import disks
from btc_eval.errors import refuse

_STAGING = ".staging-"
_NOTE = "decided.json"


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder for one writer; the lock is freed by the system if the process dies.

    The folder itself is locked, so that no file is left in it: a refusal leaves it byte for byte as it was.
    """
    data.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # no such lock outside POSIX systems: one writer is then the user's care
        yield
        return
    handle = os.open(data, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refuse(
                str(data),
                "",
                found="another refresh at work in this folder",
                allowed="one at a time",
                do="Wait until it has finished, then run the command again.",
            ) from None
        yield
    finally:
        os.close(handle)


def finish_interrupted(data: Path) -> list[str]:
    """Was a change decided but not finished? Finishes it, clears what was never decided, and names the files moved."""
    moved: list[str] = []
    for staging in sorted(data.glob(f"{_STAGING}*")) if data.is_dir() else []:
        if (staging / _NOTE).is_file():
            moved += _move_in(data, staging)
        else:
            shutil.rmtree(staging)
    return moved


def interrupted(data: Path) -> bool:
    """Is there a decided change that has not been moved in?"""
    return any((staging / _NOTE).is_file() for staging in data.glob(f"{_STAGING}*"))


def replace_files(data: Path, files: Mapping[str, bytes]) -> None:
    """Put these files, named relative to the data folder, in place of what is there: all of them or none."""
    if not files:
        return
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=data))
    try:
        with disks.named(data):
            for number, content in enumerate(files.values()):
                _write(staging / f"{number}", content)
            names = json.dumps(list(files)).encode("utf-8")
            _write(staging / "note", names)
            _flush_folder(staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    (staging / "note").replace(staging / _NOTE)
    try:
        _flush_folder(staging)
        _move_in(data, staging)
    except OSError as error:
        raise refuse(
            str(data),
            str(error.filename or ""),
            found=f"{error.strerror or error}: the change is decided and written, and not all of it is moved in",
            allowed="a disk with room and a folder that may be written",
            do="Mend that and run any btc-eval command on this folder that writes, such as check: it is then finished.",
        ) from error


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move_in(data: Path, staging: Path) -> list[str]:
    names: list[str] = json.loads((staging / _NOTE).read_text(encoding="utf-8"))
    folders = set()
    for number, name in enumerate(names):
        source, target = staging / f"{number}", data / name
        if source.exists():  # absent where an earlier, interrupted run had moved it already
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        folders.add(target.parent)
    for folder in sorted(folders):
        _flush_folder(folder)
    shutil.rmtree(staging)
    return names
