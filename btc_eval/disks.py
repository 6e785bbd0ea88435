"""Which disk is full? A failed write does not say where it was going; this names the folder."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: What is wrong with a disk rather than with one file.
DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


@contextlib.contextmanager
def named(*folders: Path) -> Iterator[None]:
    """Name a folder in an error of the disk that names none, while the block runs.

    Parameters
    ----------
    folders
        Where the block writes. The one with the least room is named; the folder for temporary files counts too.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in DISK:
            error.filename = str(fullest(*folders, Path(tempfile.gettempdir())))
        raise


def fullest(*folders: Path) -> Path:
    """Which of these folders has the least room left? One that is not there yet stands for the one it would lie in."""

    def room(folder: Path) -> int:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        return shutil.disk_usage(there).free

    return min((folder.absolute() for folder in folders), key=room)
