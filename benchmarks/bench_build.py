"""How long does a build take, beside `jupyter-book build --all` and beside jupyter-cache, on the same book?

All three build a small book of seven pages, taken from this one, in one run and in turn, through five cases: cold;
nothing changed; the prose of one chapter; one data file; one function of the library. `--all` executes and renders
everything each time. jupyter-cache is the book tool's own cache (`execute_notebooks: cache`): it looks at the code of a
page and at nothing that the code reads, so after a changed file or function it shows the old figures, which the run
verifies and says.

Ours does more: it executes anew when data or library changed, checks every reference, writes findings, tables,
notebooks and the edition record, reads all of it again in the gate, puts everything on the disk before the old site
goes, and replaces it in one step.

The physical limit of each case is timed too: starting a bare kernel, which no execution can do without, and one run of
Sphinx that reads and writes a single changed page of the same book and executes nothing.

Run `python -m benchmarks.bench_build`, or `--whole` for the whole book. The checkout is copied to a temporary folder
and never touched.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
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


def cached(folder: Path) -> Cost:
    """Build with the book's own tool; what it does again is what its configuration says."""
    return run([str(Path(sys.executable).with_name("jupyter-book")), "build", "."], folder)


def everything(folder: Path) -> Cost:
    """Build with the book's own tool, all of it."""
    return run([str(Path(sys.executable).with_name("jupyter-book")), "build", "--all", "."], folder)


def executing(folder: Path, how: str) -> None:
    """Say how the book's own tool executes: "force", "cache" or "off"."""
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8"))
    config["execute"] |= {"execute_notebooks": how, "stderr_output": "show"}
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


# --- the small book ------------------------------------------------------------------------------------------------

PAGES = ("demand", "child-protection", "domestic-abuse", "neglect", "equality")
KEPT = ("index", *(f"outcomes/{name}" for name in PAGES), "assurance/glossary")
_LINK = re.compile(r"\[([^\]\n]*)\]\((?!https?:)([^)\s]*?)\.md(#[^)]*)?\)")


def cut_down(folder: Path) -> None:
    """Keep seven pages, and nothing that points at the others."""
    chapters = [{"file": f"book/{name}"} for name in KEPT[1:]]
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    book = folder / "book"
    for page in book.rglob("*.md"):
        name = page.relative_to(book).with_suffix("").as_posix()
        if name not in KEPT:
            page.unlink()
            continue
        text = page.read_text(encoding="utf-8")

        def kept(found: re.Match[str], name: str = name) -> str:
            goal = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))
            return found[0] if goal in KEPT else found[1]

        page.write_text(_LINK.sub(kept, text), encoding="utf-8")
    (book / "index.md").write_text("# A small book\n\nSeven pages.\n", encoding="utf-8")
    # Claims and gradings cite findings of pages that are left out.
    for name in ("claims", "gradings"):
        facts = folder / "data" / "programme" / f"{name}.toml"
        text = facts.read_text(encoding="utf-8")
        facts.write_text(re.sub(r"(?ms)^findings = \[.*?\]\n", "", text), encoding="utf-8")


# --- the cases -----------------------------------------------------------------------------------------------------


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


def change_function(folder: Path) -> None:
    """Change what one function of the library says, on every page that shows a figure."""
    code = folder / "btc_eval" / "estimates.py"
    text = code.read_text(encoding="utf-8")
    assert '"Official statistics"' in text
    code.write_text(text.replace('"Official statistics"', '"Published statistics"'), encoding="utf-8")


def nothing(folder: Path) -> None:
    """Change nothing."""


STEPS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("cold", nothing),
    ("nothing changed", nothing),
    ("prose of one chapter", change_prose),
    ("one data file", change_data),
    ("one function of the library", change_function),
)


def shown(folder: Path) -> bytes:
    """Return the page on demand as the book's own tool built it."""
    return (folder / "_build/html/book/outcomes/demand.html").read_bytes()


# --- the limit -----------------------------------------------------------------------------------------------------

_BARE = """
import nbformat, nbclient
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbclient.NotebookClient(book, kernel_name="python3").execute()
"""


def limits(folder: Path) -> tuple[Cost, Cost]:
    """Return what it takes to start a bare kernel, and to read and write one changed page."""
    idle = run([sys.executable, "-c", "import nbformat, nbclient"], folder)
    started = run([sys.executable, "-c", _BARE], folder)
    executing(folder, "off")
    cached(folder)
    change_prose(folder)
    page = cached(folder)
    return Cost(started.wall - idle.wall, started.processor - idle.processor), page


def main(*, whole: bool) -> None:
    """Build three ways through every case, then print seconds, ratios and how near the limit they are."""
    with tempfile.TemporaryDirectory(prefix="btc-bench-") as temporary:
        mine, all_, cache, bare = (Path(temporary) / name for name in ("ours", "all", "cache", "bare"))
        for folder in (mine, all_, cache, bare):
            shutil.copytree(PROJECT, folder, ignore=LEFT_OUT)
            if not whole:
                cut_down(folder)
        executing(all_, "force")
        executing(cache, "cache")
        print(
            f"Building the {'whole' if whole else 'small'} book: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        kernel, page = limits(bare)
        print(f"Bare kernel {kernel.wall:.2f} s; Sphinx over one changed page {page.wall:.2f} s, nothing executed\n")
        print(
            f"{'seconds (of processor)':28}{'btc-eval':>20}{'--all':>22}{'jupyter-cache':>22}{'ratios':>15}{'limit':>8}"
        )
        floor = {nothing: 0.0, change_prose: page.wall}
        for name, change in STEPS:
            for folder in (mine, all_, cache):
                change(folder)
            stale = change in (change_data, change_function)
            before = shown(cache) if stale else b""
            fast, full, kept = ours(mine), everything(all_), cached(cache)
            limit = floor.get(change, kernel.wall + page.wall) if name != "cold" else kernel.wall + page.wall
            near = f"{fast.wall / limit:7.1f}x" if limit else "       –"
            note = "jupyter-cache still shows the old figures" if stale and shown(cache) == before else ""
            ratios = f"{full.wall / fast.wall:7.1f}x{kept.wall / fast.wall:6.1f}x"
            print(f"{name:28}{fast}  {full}  {kept} {ratios}{near}  {note}", flush=True)


if __name__ == "__main__":
    main(whole="--whole" in sys.argv[1:])
