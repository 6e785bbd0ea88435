"""A full disk and a read-only one: one paragraph that names the place, and everything as it was before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.book import disks
from tests.book.conftest import Book, tree

WORLD = Path(__file__).resolve().parents[1] / "data" / "official" / "world"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"


@pytest.fixture
def there(built_once: Path, tmp_path: Path) -> Iterator[Book]:
    """The small book, built, on a disk of its own; one figure of its data has changed since."""
    with disks.mounted(tmp_path / "disk") as disk:
        shutil.copytree(built_once, disk / "book", copy_function=shutil.copy2)
        book = Book(disk / "book")
        book.edit("data/official/small.csv", "2024,2", "2024,3")
        yield book


def refused(book: Book, *needles: str) -> None:
    """Build, expect one paragraph with these words, and the site as it was."""
    before = book.bytes()
    done = book.run("build", "--strict")
    assert done.returncode == 1, done.stdout
    message = done.stderr[done.stderr.index("Error: ") :]
    for needle in (*needles, "Nothing was changed", "run the command again"):
        assert needle in message, message
    assert "Traceback" not in done.stderr
    assert len(message.strip().splitlines()) == 1, message
    assert book.bytes() == before


@pytest.mark.parametrize("left", [0, 200_000])
def test_a_full_disk_is_named_and_once_there_is_room_the_build_goes_through(there: Book, left: int) -> None:
    filler = disks.fill(there.root.parent, left=left)
    refused(there, "No space left on device", str(there.root))
    assert not list((there.root / "_build").glob(".site.*")), "what was half made holds no room"
    filler.unlink()
    there.build()
    assert "the total is 43" in there.page("outcomes/small")


def test_a_read_only_disk_is_named(there: Book) -> None:
    disks.read_only(there.root.parent)
    refused(there, "Read-only file system", str(there.root))


def test_a_refresh_onto_a_full_or_a_read_only_disk_changes_nothing(there: Book) -> None:
    data = there.root.parent / "store"
    first = there.run("refresh", str(WORLD), "--data", str(data))
    assert first.returncode == 0, first.stderr
    before = tree(data)
    revised = there.root / REFERRALS
    text = (WORLD / REFERRALS).read_text(encoding="utf-8")
    revised.write_text(text.replace(",4152,913,", ",4152,914,"), encoding="utf-8")
    command = ("refresh", str(revised), "--data", str(data))
    filler = disks.fill(there.root.parent, left=0)
    done = there.run(*command)
    assert (done.returncode, "No space left on device" in done.stderr, str(data) in done.stderr) == (1, True, True)
    assert tree(data) == before
    filler.unlink()
    disks.read_only(there.root.parent)
    done = there.run(*command)
    assert (done.returncode, "Read-only file system" in done.stderr, str(data) in done.stderr) == (1, True, True)
    assert "Traceback" not in done.stderr
    disks.read_only(there.root.parent, yes=False)
    assert tree(data) == before
    assert there.run(*command).returncode == 0
