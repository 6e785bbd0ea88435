"""A write that fails anywhere: what was there stays whole, the folder is named, the next run goes through."""

from __future__ import annotations

import errno
import importlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from btc_eval import cli, disks
from btc_eval.edition import publication, swap
from btc_eval.errors import RefusedError
from btc_eval.records import store


def read(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


#: A full disk, and one that may only be read.
FAULTS = pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS], ids=["full", "read-only"])


def failing_at(step: int, change: Callable[..., object], fault: int = errno.ENOSPC) -> Callable[..., object]:
    """Return the change to the disk, which fails for this fault of the disk from its n-th call on."""
    count = iter(range(10_000))

    def changed(*arguments: object, **options: object) -> object:
        if next(count) >= step:
            raise OSError(fault, os.strerror(fault))
        return change(*arguments, **options)

    return changed


@FAULTS
@pytest.mark.parametrize("step", range(4))
def test_a_store_on_a_disk_that_fails_is_as_it_was_and_the_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, fault: int
) -> None:
    store.replace_files(tmp_path, {"a.csv": b"1", "deep/b.csv": b"1"})
    before = read(tmp_path)
    monkeypatch.setattr(os, "fsync", failing_at(step, os.fsync, fault))
    with pytest.raises(OSError, match=os.strerror(fault)) as caught:
        store.replace_files(tmp_path, {"a.csv": b"2", "deep/b.csv": b"2"})
    assert caught.value.filename == str(tmp_path)
    assert read(tmp_path) == before
    assert not list(tmp_path.glob(".staging-*"))


@pytest.mark.parametrize("step", range(4))
def test_a_change_that_was_decided_says_so_and_is_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    store.replace_files(tmp_path, {"a.csv": b"1", "deep/b.csv": b"1"})
    with monkeypatch.context() as patch:
        # Three files are flushed, then the folder: from there on the change is decided.
        patch.setattr(os, "fsync", failing_at(4 + step, os.fsync))
        if step < 3:
            with pytest.raises(RefusedError, match="the change is decided"):
                store.replace_files(tmp_path, {"a.csv": b"2", "deep/b.csv": b"2"})
        else:
            store.replace_files(tmp_path, {"a.csv": b"2", "deep/b.csv": b"2"})
    store.finish_interrupted(tmp_path)
    assert read(tmp_path) == {"a.csv": b"2", "deep/b.csv": b"2"}


@FAULTS
@pytest.mark.parametrize("function", ["copytree", "rename", "fsync", "_exchange"])
@pytest.mark.parametrize("step", [0, 1])
def test_a_site_on_a_disk_that_fails_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, step: int, fault: int
) -> None:
    out, made = tmp_path / "site", tmp_path / "made"
    for folder, body in ((out, "old"), (made, "new")):
        (folder / "deep").mkdir(parents=True)
        (folder / "index.html").write_text(body)
        (folder / "deep" / "page.html").write_text(body)
    old, new = read(out), read(made)
    home = {"copytree": shutil, "rename": Path, "fsync": os, "_exchange": swap}[function]
    with monkeypatch.context() as patch:
        patch.setattr(home, function, failing_at(step, getattr(home, function), fault))
        try:
            swap.bring(made, out)
            swap.put_in_place(out)
            whole = [new]
        except OSError:
            whole = [old]
    swap.recover(out)
    assert read(out) in whole
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_error_of_the_disk_without_a_name_is_given_the_folder_with_the_least_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "full"
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: type("Usage", (), {"free": 0 if Path(path) == full else 10**9})
    )
    full.mkdir()
    with pytest.raises(OSError, match="No space") as caught, disks.named(tmp_path, full / "not" / "yet"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(full / "not" / "yet")
    with pytest.raises(OSError, match="busy") as other, disks.named(full):
        raise OSError(errno.EBUSY, "busy")
    assert other.value.filename is None


def test_the_command_says_in_one_paragraph_what_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))

    monkeypatch.setattr("btc_eval.edition.build", full)
    with pytest.raises(SystemExit) as ended:
        cli.main(["build"])
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.count("\n") == 1
    for part in (str(tmp_path), "No space left on device", "allowed: a disk with room", "Nothing was changed"):
        assert part in said


def test_an_edition_is_there_though_the_page_above_it_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "latest"))

    monkeypatch.setattr(publication, "settle", full)
    with pytest.raises(RefusedError, match=r"edition 2026\.11 is released and whole"):
        importlib.import_module("btc_eval.edition.release")._settle(tmp_path, "2026.11")
