"""A disk of its own for a test: small enough to fill, and one that can be made read-only even for root."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def mounted(place: Path, *, megabytes: int = 200) -> Iterator[Path]:
    """Mount an empty disk in memory at a folder while the block runs; the test is skipped where that is not allowed.

    What it shows is shown without a mount too, by errors put in at every write, in `tests/unit/test_disks.py`.
    """
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "btc-test", str(place)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("NO DISK OF ITS OWN: mounting one needs Linux and root")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"NO DISK OF ITS OWN: this system does not let root mount one ({done.stderr.strip()})")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True)


def fill(disk: Path, *, left: int) -> Path:
    """Fill a disk until only so many bytes are left; return the file that fills it."""
    filler = disk / ".filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 512):
            pass
    os.truncate(filler, max(filler.stat().st_size - left, 0))
    return filler


def read_only(disk: Path, *, yes: bool = True) -> None:
    """Make a mounted disk read-only, or writable again."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(disk)], check=True, capture_output=True)
