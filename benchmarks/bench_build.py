"""How long does a build take, beside plain `jupyter-book build` on the same book?

Both build the same copy of the clone in one run: cold; after the prose of one chapter changed; after one data file
changed; with nothing changed. The book's own cache is given every chance (`execute_notebooks: cache`), although after a
changed data file it shows the old numbers: what it would need to be right, `--all` with an empty cache, is timed too.

Run `python -m benchmarks.bench_build`. The checkout is copied to a temporary folder and never touched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", ".*_cache", "raw", ".hypothesis")


def run(command: list[str], folder: Path) -> float:
    """Run a command to its end; return its seconds."""
    environment = {name: value for name, value in os.environ.items() if name not in ("BTC_EVAL_DATA", "PYTHONWARNINGS")}
    environment["PYTHONPATH"] = str(folder)
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return seconds


def ours(folder: Path) -> float:
    """Build as `make book` does."""
    return run([sys.executable, "-m", "btc_eval.cli", "build", "--strict"], folder)


def plain(folder: Path) -> float:
    """Build with the book's own tool and its own cache."""
    return run([sys.executable, "-m", "jupyter_book.cli.main", "build", "."], folder)


def plain_right(folder: Path) -> float:
    """Build with the book's own tool so that a changed data file cannot be overlooked."""
    shutil.rmtree(folder / "_build", ignore_errors=True)
    return run([sys.executable, "-m", "jupyter_book.cli.main", "build", "--all", "."], folder)


def prepare(folder: Path) -> None:
    """Copy the clone; let the copy for the plain tool execute, with its cache."""
    shutil.copytree(PROJECT, folder, ignore=LEFT_OUT)


def for_plain(folder: Path) -> None:
    """Turn the book's own execution on, and put its styles where it looks for them."""
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
    import hashlib

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


def main() -> None:
    """Build both ways through every step, then print seconds and ratios."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="btc-bench-") as temporary:
        mine, other = Path(temporary) / "ours", Path(temporary) / "plain"
        for folder in (mine, other):
            prepare(folder)
        for_plain(other)
        print(f"{'':24}{'btc-eval':>12}{'jupyter-book':>16}{'ratio':>9}   (seconds; jupyter-book with its cache)")
        for name, change in STEPS:
            change(mine)
            change(other)
            fast, slow = ours(mine), plain(other)
            print(f"{name:24}{fast:12.2f}{slow:16.2f}{slow / fast:8.1f}x", flush=True)
        right = plain_right(other)
        print(f"{'one data file, correctly':24}{fast:12.2f}{right:16.2f}{right / fast:8.1f}x")


if __name__ == "__main__":
    main()
