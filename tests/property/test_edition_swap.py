"""However a build is stopped while it puts its site in place, the next one finds a whole site: the old or the new."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval.edition import swap
from btc_eval.errors import RefusedError

#: A small site: file names of two levels with short contents.
SITES = st.dictionaries(
    st.tuples(st.sampled_from(["", "csv/", "outcomes/deep/"]), st.sampled_from(["a.html", "b.json", "c"])).map("".join),
    st.binary(max_size=20),
    min_size=1,
    max_size=6,
)


class Killed(BaseException):
    """Stands for the process's death: nothing catches it on purpose."""


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def read(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _never(one: Path, other: Path) -> bool:  # noqa: ARG001 - a system that cannot exchange
    return False


def stopping_at(step: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Return a wrapper under which the n-th change to the disk, counted over all wrapped functions, never happens."""
    count = iter(range(10_000))

    def wrap(change: Callable[..., object]) -> Callable[..., object]:
        def changed(*arguments: object, **options: object) -> object:
            if next(count) == step:
                raise Killed
            return change(*arguments, **options)

        return changed

    return wrap


@pytest.mark.parametrize("in_one_step", [True, False])
@given(old=SITES, new=SITES, step=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_a_stop_at_any_change_leaves_a_whole_site(
    in_one_step: bool, old: dict[str, bytes], new: dict[str, bytes], step: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, made = Path(folder) / "site", Path(folder) / "work"
        write(out, old)
        write(made, new)
        wrap = stopping_at(step)
        exchange = swap._exchange if in_one_step else _never
        finished = False
        with (
            mock.patch.object(Path, "rename", wrap(Path.rename)),
            mock.patch.object(shutil, "copytree", wrap(shutil.copytree)),
            mock.patch.object(shutil, "rmtree", wrap(shutil.rmtree)),
            mock.patch.object(os, "fsync", wrap(os.fsync)),
            mock.patch.object(swap, "_exchange", wrap(exchange)),
        ):
            try:
                swap.bring(made, out)
                swap.put_in_place(out)
                finished = True
            except Killed:
                pass
        swap.recover(out)
        assert read(out) in ([new] if finished else [old, new])
        assert [p.name for p in Path(folder).iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("in_one_step", [True, False])
def test_the_new_site_takes_the_place_of_the_old(tmp_path: Path, in_one_step: bool) -> None:
    out = tmp_path / "site"
    for files in ({"index.html": b"1", "gone.html": b"x"}, {"index.html": b"2"}):
        write(tmp_path / "made", files)
        swap.bring(tmp_path / "made", out)
        shutil.rmtree(tmp_path / "made")
        with mock.patch.object(swap, "_exchange", swap._exchange if in_one_step else _never):
            swap.put_in_place(out)
        assert read(out) == files
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.skipif(not os.sys.platform.startswith("linux"), reason="the one-step exchange is Linux's")
def test_there_is_no_moment_without_a_site(tmp_path: Path) -> None:
    out, other = tmp_path / "site", tmp_path / "other"
    write(out, {"a": b"old"})
    write(other, {"a": b"new"})
    if not swap._exchange(other, out):
        pytest.skip("this disk cannot exchange two folders")
    assert (read(out), read(other)) == ({"a": b"new"}, {"a": b"old"})


def test_a_lock_is_held_once_and_goes_with_the_block(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "lock"
    with (
        swap.only_one(lock, what="the build"),
        pytest.raises(RefusedError, match=f"another one at work \\(process {os.getpid()}\\)"),
        swap.only_one(lock, what="the build"),
    ):
        pytest.fail("two held it")
    assert not lock.exists()
    with swap.only_one(lock, what="the build"):
        assert lock.read_text().strip() == str(os.getpid())
