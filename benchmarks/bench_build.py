"""How long does a build take, beside plain `jupyter-book build` on the same book?

Both build a copy of the clone in one run: cold; with nothing changed; after the prose of one chapter changed; after one
data file changed. The book's own cache is on (`execute_notebooks: cache`). After a changed data file it shows the old
figures, which the run verifies and says; what it takes to be right there, a build from nothing, is timed as well.

Ours does more: it executes anew when data or library changed, checks every reference, writes findings, tables,
notebooks and the edition record, puts everything on the disk before the old site goes, and replaces it in one step.

Run `python -m benchmarks.bench_build`. The checkout is copied to a temporary folder and never touched.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", ".*_cache", "raw", ".hypothesis")


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds on the wall, and seconds of processor of it and all that it started."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:9.2f} s ({self.processor:6.1f})"


def processor() -> float:
    """Return the seconds of processor of every process that was started from here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command: list[str], folder: Path) -> Cost:
    """Run a command to its end; return what it took."""
    environment = {name: value for name, value in os.environ.items() if name not in ("BTC_EVAL_DATA", "PYTHONWARNINGS")}
    environment["PYTHONPATH"] = str(folder)
    before, begun = processor(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    cost = Cost(time.perf_counter() - begun, processor() - before)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return cost


def ours(folder: Path) -> Cost:
    """Build as `make book` does."""
    return run([sys.executable, "-m", "btc_eval.cli", "build", "--strict"], folder)


def plain(folder: Path) -> Cost:
    """Build with the book's own tool and its own cache."""
    return run([str(Path(sys.executable).with_name("jupyter-book")), "build", "."], folder)


def plain_right(folder: Path) -> Cost:
    """Build with the book's own tool so that a changed data file cannot be overlooked."""
    shutil.rmtree(folder / "_build", ignore_errors=True)
    return plain(folder)


def executing(folder: Path) -> None:
    """Turn the book's own execution on, with its cache."""
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8"))
    config["execute"] |= {"execute_notebooks": "cache", "stderr_output": "show"}
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def chapter(folder: Path) -> Path:
    """Return the chapter whose prose is changed: the one on demand."""
    return folder / "book" / "outcomes" / "demand.md"


def change_prose(folder: Path) -> None:
    """Add a sentence to one chapter."""
    with chapter(folder).open("a", encoding="utf-8") as text:
        text.write("\nOne more sentence.\n")


def change_data(folder: Path) -> None:
    """Change one figure of one compiled table, and the checksum that the catalogue holds of it."""
    table, catalogue = folder / "data/official/monthly_referrals.csv", folder / "data/catalogue.toml"
    before = table.read_bytes()
    lines = before.decode("utf-8").splitlines(keepends=True)
    cells = lines[1].rstrip("\n").split(",")
    place = max(i for i, cell in enumerate(cells) if cell.isdigit())
    cells[place] = str(int(cells[place]) + 1)
    lines[1] = ",".join(cells) + "\n"
    after = "".join(lines).encode("utf-8")
    table.write_bytes(after)
    old, new = (hashlib.sha256(content).hexdigest() for content in (before, after))
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def nothing(folder: Path) -> None:
    """Change nothing."""


STEPS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("cold", nothing),
    ("nothing changed", nothing),
    ("prose of one chapter", change_prose),
    ("one data file", change_data),
)


def shown(folder: Path) -> bytes:
    """Return the page on demand as the plain tool built it."""
    return (folder / "_build/html/book/outcomes/demand.html").read_bytes()


def line(name: str, fast: Cost, slow: Cost, note: str = "") -> None:
    """Print one comparison."""
    print(f"{name:28}{fast}  {slow}{slow.wall / fast.wall:8.1f} x  {note}", flush=True)


def main() -> None:
    """Build both ways through every step, then print seconds and ratios."""
    with tempfile.TemporaryDirectory(prefix="btc-bench-") as temporary:
        mine, other = Path(temporary) / "ours", Path(temporary) / "plain"
        for folder in (mine, other):
            shutil.copytree(PROJECT, folder, ignore=LEFT_OUT)
        executing(other)
        print(f"Building the book: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first build")
        print(f"{'seconds (of processor)':28}{'btc-eval':>20}  {'jupyter-book':>20}{'ratio':>10}")
        for name, change in STEPS:
            change(mine)
            change(other)
            before = shown(other) if change is change_data else b""
            fast, slow = ours(mine), plain(other)
            stale = bool(before) and shown(other) == before
            line(name, fast, slow, "jupyter-book still shows the old figures" if stale else "")
        line("one data file, done rightly", fast, plain_right(other), "jupyter-book from nothing")


if __name__ == "__main__":
    main()
