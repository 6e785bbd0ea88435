"""Replace a folder whole or not at all, and let only one build work at a time."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from btc_eval.errors import refuse

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def only_one(lock: Path, *, what: str) -> Iterator[None]:
    """Hold a lock while the block runs.

    The operating system holds it for the process, so that it is gone when the process is, however it ended: a lock
    file left by a killed build stops nobody.

    Parameters
    ----------
    lock
        The lock file; made where it is missing, taken away at the end.
    what
        What is being done, for the message to a second one.

    Raises
    ------
    RefusedError
        Where another process holds it; its number is named.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _hold(lock, what)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # some systems keep an open file; it stops nobody
            lock.unlink()
        os.close(descriptor)


def _hold(lock: Path, what: str) -> int:
    """Open and lock the file; again where another holder took it away between the two."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _try_lock(descriptor)
        except OSError as error:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise refuse(
                what,
                str(lock),
                found=f"another one at work (process {holder})",
                allowed="one at a time",
                do="Wait until it is done, or end that process; its lock goes with it.",
            ) from error
        try:
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _beside(out: Path, what: str) -> Path:
    """Return the hidden folder beside the site in which a new or an old one stands for a moment."""
    return out.parent / f".{out.name}.{what}"


def recover(out: Path) -> bool:
    """Was a build killed while it put its site in place? Mend what it left, and say whether a site was brought back.

    A half-made new site is deleted. An old one that was moved aside is moved back where the new one never arrived,
    and deleted where it did.
    """
    old, new = _beside(out, "old"), _beside(out, "new")
    brought_back = old.exists() and not out.exists()
    if brought_back:
        old.rename(out)
    for left in (old, new):
        if left.exists():
            shutil.rmtree(left)
    return brought_back


def bring(folder: Path, out: Path, *, without: Sequence[str] = ()) -> Path:
    """Copy a folder to where the new site is put together: beside `out`, so that it is on the same disk.

    Parameters
    ----------
    folder
        What the site starts from; it stays as it is.
    out
        Where the site goes in the end.
    without
        Names, or patterns of names, that are left out in every folder.
    """
    new = _beside(out, "new")
    new.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, new, ignore=shutil.ignore_patterns(*without), copy_function=shutil.copyfile)
    return new


def settle(folder: Path) -> None:
    """Make sure that every file and folder is on the disk before anything points to it."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_symlink() or (path.is_dir() and sys.platform == "win32"):
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def put_in_place(out: Path) -> None:
    """Let the new site, already complete beside `out`, take its place; the old one goes.

    Where the system can exchange two folders in one step it is done so, and there is no moment without a site.
    Elsewhere the old one is moved aside first; `recover` mends a kill between the two moves.
    """
    new, old = _beside(out, "new"), _beside(out, "old")
    settle(new)
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        out.rename(old)
        new.rename(out)
    if sys.platform != "win32":
        descriptor = os.open(out.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    # The earlier site: in the place of the new one where the two were exchanged.
    for left in (old, new):
        if left.exists():
            shutil.rmtree(left)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return False where this system or disk cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of the system call
    if rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(other))
