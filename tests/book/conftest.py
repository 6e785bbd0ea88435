"""A tiny book to build again and again, and the real one, built once."""

from __future__ import annotations

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import btc_eval

PROJECT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).resolve().parent / "fixture"
COMMAND = [sys.executable, "-m", "btc_eval.cli"]


@dataclass(frozen=True)
class Book:
    """A small project in a temporary folder, and the command run inside it."""

    root: Path

    @property
    def site(self) -> Path:
        """Return the folder it is built into."""
        return self.root / "_build" / "site"

    def run(
        self, *arguments: str, environment: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run btc-eval inside the project."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=clean_environment() | (environment or {}),
        )

    def build(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Build strictly, and expect success."""
        done = self.run("build", "--strict", *arguments, environment=environment)
        assert done.returncode == 0, done.stderr
        return done

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file of the project."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def page(self, name: str) -> str:
        """Return the HTML of a built page."""
        return (self.site / f"{name}.html").read_text(encoding="utf-8")

    def bytes(self) -> dict[str, bytes]:
        """Return every file of the site."""
        return tree(self.site)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def lay_out(root: Path) -> None:
    """Copy the small project into a folder, with the lock, the policies and the frame of pages of the real one."""
    shutil.copytree(FIXTURE, root)
    shutil.copyfile(PROJECT / "requirements.lock", root / "requirements.lock")
    (root / "data" / "assumptions").mkdir()
    shutil.copy(PROJECT / "data" / "assumptions" / "disclosure.toml", root / "data" / "assumptions")
    for folder in ("_static", "_templates"):
        shutil.copytree(PROJECT / "book" / folder, root / "book" / folder)
    _, _, frame = (PROJECT / "_config.yml").read_text(encoding="utf-8").partition("\nsphinx:\n")
    with (root / "_config.yml").open("a", encoding="utf-8") as config:
        # The small book quotes no paper, so it needs no list of them.
        frame = frame.replace(", sphinxcontrib.bibtex", "").replace("    bibtex_reference_style: author_year\n", "")
        # Nor has it an address that readers write to, whatever the real one has.
        frame = re.sub(r"(\n +feedback:).*", r'\1 ""', frame)
        config.write(f"\nsphinx:\n{frame}")


@functools.cache
def library() -> Path:
    """Return a copy of the library as it stands now: a build refuses to go on while somebody edits what it runs."""
    folder = Path(tempfile.mkdtemp(prefix="btc-library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy_library(folder)
    return folder


def copy_library(folder: Path) -> None:
    """Copy the library into a folder that can stand first on Python's path."""
    shutil.copytree(
        Path(btc_eval.__file__).parent, folder / "btc_eval", ignore=shutil.ignore_patterns("__pycache__", ".*")
    )


def clean_environment() -> dict[str, str]:
    """Return the environment without what a test run or a build around it has set, with our copy of the library."""
    unwanted = ("BTC_EVAL_DATA", "SOURCE_DATE_EPOCH", "PYTHONWARNINGS")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"PYTHONPATH": str(library())}


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small project, built once; tests work on copies."""
    root = tmp_path_factory.mktemp("small") / "book"
    lay_out(root)
    Book(root).build()
    return root


@pytest.fixture
def book(built_once: Path, tmp_path: Path) -> Book:
    """Return a copy of the small project with its built site and its caches."""
    root = tmp_path / "book"
    shutil.copytree(built_once, root, copy_function=shutil.copy2)
    return Book(root)


@pytest.fixture
def unbuilt(tmp_path: Path) -> Book:
    """Return a copy of the small project that was never built."""
    root = tmp_path / "book"
    lay_out(root)
    return Book(root)


@pytest.fixture
def own_library(tmp_path: Path) -> Callable[[], dict[str, str]]:
    """Return a maker of a copy of the library and the environment in which it is the one that runs."""

    def make() -> dict[str, str]:
        copy_library(tmp_path / "library")
        return {"PYTHONPATH": str(tmp_path / "library")}

    return make


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the real book as `make test` has built it, or build it strictly into a temporary folder."""
    if named := os.environ.get("BTC_EVAL_SITE"):
        yield Path(named)
        return
    site = tmp_path_factory.mktemp("real") / "site"
    for _ in range(60):
        done = Book(PROJECT).run("build", "--strict", "--out", str(site), timeout=1200)
        if done.returncode == 0 or "another one at work" not in done.stderr:
            break
        time.sleep(5)
    assert done.returncode == 0, done.stderr
    yield site
    shutil.rmtree(site, ignore_errors=True)


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site that the gate accepts, put together once; tests work on copies."""
    from tests.book import released

    return released.write(tmp_path_factory.mktemp("released") / "site")


@pytest.fixture
def site(released_once: Path, tmp_path: Path) -> Path:
    """Return a copy of a site that the gate accepts."""
    return Path(shutil.copytree(released_once, tmp_path / "site"))
