"""Where commands are killed: a small place for each of refresh, build and release, and what its state is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from btc_eval import synthetic
from btc_eval.records.refresh import refresh
from btc_eval.records.statutory.snapshot import MANIFEST, POINTER, pointer, verify
from btc_eval.records.store import interrupted
from tests.book.clones import Clone, make
from tests.book.conftest import COMMAND, PROJECT, Book, clean_environment, lay_out, tree

State = Mapping[str, bytes]

WORLD = PROJECT / "tests" / "data" / "official" / "world"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"


class Place(ABC):
    """A folder, the command that is killed in it, and the state that must be whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "here"
        self.number = 0

    @abstractmethod
    def lay_out(self) -> None:
        """Make the folder, and its first complete state."""

    @abstractmethod
    def change(self) -> None:
        """Change what the command reads, so that it has something to do."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command."""

    @abstractmethod
    def state(self) -> State:
        """Return every file of the state, as its readers find it."""

    @abstractmethod
    def at_work(self) -> bool:
        """Is it putting its work in place?"""

    @abstractmethod
    def halves(self) -> list[Path]:
        """Which half-made things lie about?"""

    @abstractmethod
    def compare_with_one_never_killed(self) -> None:
        """Is the last state that of a place in which nothing was ever killed?"""

    def locks(self) -> list[Path]:
        """Which lock files lie about?"""
        return []

    def environment(self) -> dict[str, str]:
        """Return the environment of the command: everything is dated by one moment."""
        return clean_environment() | {"SOURCE_DATE_EPOCH": "1793534400"}

    def is_done(self, code: int, said: str) -> bool:  # noqa: ARG002 - one of them reads it
        """Did the command come to its end?"""
        return code == 0

    def decided(self) -> bool:
        """Is the later state decided, and not all of it moved in yet?"""
        return False

    def parts_whole(self, left: State, earlier: State, later: State) -> bool:
        """Is every file of the earlier or of the later state?"""
        return all(left.get(name) in (earlier.get(name), later.get(name)) for name in {*left, *earlier, *later})

    def settled(self) -> State:
        """Return the state after a complete run, in which nothing half-made lies about."""
        left = [*self.halves(), *self.locks()]
        assert not left, f"still there after a complete run: {', '.join(path.name for path in left)}"
        return self.state()


class Refresh(Place):
    """Official statistics: the same publication with another figure each time."""

    def lay_out(self) -> None:
        self.data = self.folder / "data"
        self.folder.mkdir()
        assert refresh([WORLD], data=self.data).accepted
        self.twin = Path(shutil.copytree(self.data, self.folder / "twin"))

    def change(self) -> None:
        self.number += 1
        text = (WORLD / REFERRALS).read_text(encoding="utf-8")
        # Both tables that are compiled from it change, and the catalogue with them.
        changed = text.replace(",4152,913,", f",4152,{911 + self.number % 9},")
        (self.folder / REFERRALS).write_text(changed, encoding="utf-8")

    def command(self) -> list[str]:
        return [*COMMAND, "refresh", REFERRALS, "--data", "data"]

    def environment(self) -> dict[str, str]:
        return super().environment() | {"BTC_EVAL_DATA": str(self.data)}

    def state(self) -> State:
        return {name: body for name, body in tree(self.data).items() if not name.startswith(".")}

    def at_work(self) -> bool:
        return bool(self.halves())

    def halves(self) -> list[Path]:
        return sorted(self.data.glob(".*"))

    def decided(self) -> bool:
        return interrupted(self.data)

    def compare_with_one_never_killed(self) -> None:
        assert refresh([self.folder / REFERRALS], data=self.twin).accepted
        _same(tree(self.data), tree(self.twin))


class Returns(Refresh):
    """The council's returns, made up: another set of children each time."""

    def lay_out(self) -> None:
        super().lay_out()
        shutil.copytree(PROJECT / "data" / "assumptions", self.data / "assumptions")

    def change(self) -> None:
        self.number += 1
        shutil.rmtree(self.folder / "returns", ignore_errors=True)
        synthetic.write(self.folder / "returns", seed=self.number, children=300, first_year=2023, last_year=2023)

    def command(self) -> list[str]:
        return [*COMMAND, "refresh", "returns", "--data", "data"]

    def state(self) -> State:
        """Return the pointer and the snapshots that it names; older ones stay, and are nobody's state."""
        named = [f"{place}/" for place in pointer(self.data).values()]
        assert not verify(self.data), "a snapshot in use is not whole"
        kept = super().state()
        return {name: body for name, body in kept.items() if name == POINTER or name.startswith(tuple(named))}

    def compare_with_one_never_killed(self) -> None:
        for place in pointer(self.data).values():
            assert json.loads((self.data / place / MANIFEST).read_text(encoding="utf-8"))["files"]


class Build(Place):
    """The small book: one figure of its data changes each time, so that its chapter runs again."""

    @property
    def book(self) -> Book:
        """Return the small project."""
        return Book(self.folder)

    def lay_out(self) -> None:
        lay_out(self.folder)
        self._build(self.folder)

    def _build(self, folder: Path) -> None:
        done = subprocess.run(self.command(), cwd=folder, env=self.environment(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def change(self) -> None:
        self.number += 1
        self._say(self.folder)

    def _say(self, folder: Path) -> None:
        path = folder / "data" / "official" / "small.csv"
        path.write_text(f"year,count\n2023,40\n2024,{self.number}\n", encoding="utf-8")

    def command(self) -> list[str]:
        return [*COMMAND, "build", "--strict"]

    def state(self) -> State:
        return self.book.bytes()

    def at_work(self) -> bool:
        return bool(self.halves())

    def halves(self) -> list[Path]:
        return [path for path in (self.folder / "_build").glob(".site.*") if path.suffix != ".lock"]

    def locks(self) -> list[Path]:
        return [path for path in (self.folder / "_build/work/lock", self.folder / "_build/.site.lock") if path.exists()]

    def settled(self) -> State:
        state = super().settled()
        assert f"the total is {40 + self.number}" in state["outcomes/small.html"].decode()
        return state

    def compare_with_one_never_killed(self) -> None:
        # Built in the same place, so that no path can make a difference.
        aside = self.folder.rename(self.folder.with_name("aside"))
        lay_out(self.folder)
        self._say(self.folder)
        self._build(self.folder)
        _same(tree(aside / "_build" / "site"), self.state())


class Release(Place):
    """A second edition beside a first one, of a clone with the real data folder and one chapter."""

    @property
    def clone(self) -> Clone:
        """Return the clone."""
        return Clone(self.folder)

    def lay_out(self) -> None:
        make(self.folder)
        assert self.clone.release("2026.11").returncode == 0
        self.clone.edit("book/outcomes/small.md", "The total is", "In sum:")
        self.clone.commit()
        self.kept = Path(tempfile.mkdtemp(dir=self.folder.parent)) / "published"
        shutil.copytree(self.clone.place, self.kept)
        self.later: State = {}

    def change(self) -> None:
        """Take the second edition away again, and the draft that it was made from."""
        shutil.rmtree(self.clone.place)
        shutil.copytree(self.kept, self.clone.place)
        shutil.rmtree(self.folder / "_build" / "release", ignore_errors=True)

    def command(self) -> list[str]:
        return [*COMMAND, "release", "2027.03", "--site", str(self.clone.place), "--no-pdf"]

    def environment(self) -> dict[str, str]:
        return clean_environment()

    def is_done(self, code: int, said: str) -> bool:
        # Killed after the edition was there: the next run brings the front page up to it, and refuses to make it twice.
        return code == 0 or (code == 1 and "an edition of this label" in said)

    def state(self) -> State:
        return {name: body for name, body in tree(self.clone.place).items() if not name.split("/")[0].startswith(".")}

    def at_work(self) -> bool:
        return bool(self.halves())

    def halves(self) -> list[Path]:
        return [path for path in self.clone.place.glob(".*") if path.name not in (".lock", ".latest.lock")]

    def locks(self) -> list[Path]:
        work = [self.folder / "_build/work/lock", *(self.folder / "_build/release").glob(".*.lock")]
        return [path for path in (self.clone.place / ".lock", *work) if path.exists()]

    def decided(self) -> bool:
        return (self.clone.place / "2027.03" / "SHA256SUMS").is_file()

    def parts_whole(self, left: State, earlier: State, later: State) -> bool:
        """Is every edition, and every file beside them, whole: of the earlier state or of the later one?"""
        for part in {name.split("/")[0] for name in {*left, *earlier, *later}}:
            have, was, will = (
                {name: body for name, body in state.items() if name.split("/")[0] == part}
                for state in (left, earlier, later)
            )
            if have not in (was, will):
                return False
        return True

    def compare_with_one_never_killed(self) -> None:
        """Release it once more in a copy of the clone that holds no work of an earlier run."""
        other = Clone(self.folder.parent / "never" / "here")
        shutil.copytree(self.folder, other.root, ignore=shutil.ignore_patterns("_build"), symlinks=True)
        shutil.copytree(self.kept, other.place)
        assert other.release("2027.03").returncode == 0
        _same(*({k: v for k, v in tree(one.place).items() if k[0] != "."} for one in (self.clone, other)))


def _same(mine: State, never_killed: State) -> None:
    """Refuse a state that differs from that of a place in which nothing was killed."""
    differ = sorted(name for name in {*mine, *never_killed} if mine.get(name) != never_killed.get(name))
    assert not differ, f"other bytes than where nothing was killed: {', '.join(differ[:8])}"


#: Every command that is killed, by the name it goes by in the table.
PLACES: dict[str, type[Place]] = {"refresh": Refresh, "returns": Returns, "build": Build, "release": Release}

assert os.name == "posix", "needs POSIX signals"
