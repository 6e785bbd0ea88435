"""Can this edition be made again? Checksums, then every notebook in a fresh kernel, then every finding and table.

Nothing of the edition is trusted: its files are held against its checksums before any of its code runs, and the frozen
library, not the one that verifies, is what the notebooks import. The edition itself is only read.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from btc_eval.edition import bundle, checksums, fingerprint
from btc_eval.edition.archive import opened
from btc_eval.edition.cache import Run
from btc_eval.edition.chapters import KERNEL, Cell, Chapter
from btc_eval.edition.compared_findings import compare_findings
from btc_eval.edition.compared_tables import compare_tables
from btc_eval.edition.layout import Layout, Page
from btc_eval.edition.tolerance import Tolerance
from btc_eval.edition.verification import CONFIDENTIAL, Line, Outcome, Verification
from btc_eval.errors import RefusedError, UsageError, refuse
from btc_eval.locations import SEED_VARIABLE
from btc_eval.progress import Progress

#: Seconds one cell may take.
_TIMEOUT = 1800
#: With other draws, an estimate may move by this share of half its interval and still say the same.
SHAKEN = 0.25


def verify(
    edition: Path, *, jobs: int | None = None, seed: int | None = None, placebo: int = 0, data: Path | None = None
) -> Verification:
    """Can this edition be made again?

    Parameters
    ----------
    edition
        A released edition's folder, its reproduction zip, or that zip unpacked.
    jobs
        Kernels at once; `None` for one a core.
    seed
        Start every draw elsewhere, and ask whether the findings still say the same; tables are then not compared.
    placebo
        Run the main design so many times where nothing happened.
    data
        A data folder to use in place of the frozen one: the council's own, so that confidential parts run too.

    Returns
    -------
    Verification

    Raises
    ------
    UsageError
        Where the call is wrong, or what is named is not an edition.
    RefusedError
        Where the edition holds no bundle, or its list of checksums cannot be read.
    """
    if (jobs is not None and jobs < 1) or (seed is not None and seed < 0) or placebo < 0:
        raise UsageError(
            "verify: found a number below its least; allowed: --jobs 1 or more, --seed and --placebo 0 or more."
        )
    begun = time.monotonic()
    with ExitStack() as stack:
        given = stack.enter_context(opened(edition))
        record = json.loads((given / "edition.json").read_text(encoding="utf-8"))
        label = str(record.get("label", ""))
        lines = _intact(given)
        if any(line.outcome is Outcome.DIFFERS for line in lines):
            return Verification(label, tuple(lines), seconds=time.monotonic() - begun)
        frozen = given
        if (given / bundle.NAME).is_file():
            frozen = stack.enter_context(opened(given / bundle.NAME))
            inner = _intact(frozen, prefix=f"{bundle.NAME}/")
            lines += inner
            if any(line.outcome is Outcome.DIFFERS for line in inner):
                return Verification(label, tuple(lines), seconds=time.monotonic() - begun)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="btc-verify-")))
        where = _prepared(frozen, place, data)
        runs, failed = _executed(where, record, jobs or os.cpu_count() or 1, seed)
        lines += [*runs.lines, *failed]
        lines += _findings(given, runs.findings, failed, shaken=seed is not None, own=data is not None)
        if seed is None:
            lines += _tables(given, runs.tables, failed, confidential=_confidential(given, own=data is not None))
        if placebo:
            from btc_eval.edition.shake import nothing_happened

            lines.append(nothing_happened(where.data, placebo, seed or 0))
    return Verification(label, tuple(lines), _versions(record), seed, time.monotonic() - begun)


def _intact(folder: Path, *, prefix: str = "") -> list[Line]:
    """Hold every file against the checksums: one line if all are sound, else one for each that is not."""
    found = checksums.check(folder)
    if found.sound:
        return [Line("file", f"{prefix}{checksums.NAME}", Outcome.REPRODUCED, f"{found.files} files as released")]
    said = (
        (found.changed, "other bytes than were released"),
        (found.missing, "released, and not there"),
        (found.added, "there, and not released"),
    )
    return [Line("file", f"{prefix}{name}", Outcome.DIFFERS, text) for names, text in said for name in names]


def _prepared(frozen: Path, place: Path, data: Path | None) -> Layout:
    """Copy what runs to a folder of its own, with the frozen library unpacked."""
    wheels = sorted(frozen.glob("*.whl"))
    if len(wheels) != 1 or not (frozen / "notebooks").is_dir():
        raise refuse(
            str(frozen),
            "the bundle",
            found=f"{len(wheels)} wheels" if len(wheels) != 1 else "no notebooks",
            allowed="a released edition with its reproduction bundle",
            do="Verify the folder that `btc-eval release` made, or the zip inside it.",
        )
    root = place / "edition"
    shutil.copytree(frozen, root, copy_function=shutil.copyfile)
    library = place / "library"
    with zipfile.ZipFile(root / wheels[0].name) as wheel:
        wheel.extractall(library)
    return Layout(
        root=root,
        data=(data or root / "data").resolve(),
        out=place / "site",
        work=root / "_build" / "work",
        library=(library / "btc_eval").resolve(),
    )


class _Runs:
    """What the notebooks gave when they ran again."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.findings: dict[str, dict[str, Any]] = {}
        self.tables: dict[str, str] = {}


def _executed(where: Layout, record: Mapping[str, Any], jobs: int, seed: int | None) -> tuple[_Runs, list[Line]]:
    """Run every notebook; return what they gave, and a line for each that did not run to its end."""
    from btc_eval.edition.collect import collect
    from btc_eval.edition.execute import execute

    chapters = [_chapter(where.root, str(one["name"])) for one in record.get("notebooks", [])]
    with_code = [chapter for chapter in chapters if chapter.code]
    done, failed = _Runs(), []
    runs: dict[str, Run] = {}
    before = os.environ.get(SEED_VARIABLE)
    if seed is not None:
        os.environ[SEED_VARIABLE] = str(seed)
    try:
        with Progress(len(with_code)) as progress:
            try:
                runs = execute(
                    with_code, where, jobs=jobs, strict=False, timeout=_TIMEOUT, progress=progress,
                    keep=lambda chapter, run: runs.__setitem__(chapter.page.name, run), shaken=seed is not None,
                )  # fmt: skip
            except RefusedError as error:
                failed = [
                    Line("notebook", one.file, Outcome.DIFFERS, f"{one.place}: {one.found}") for one in error.refusals
                ]
    finally:
        if seed is not None:
            os.environ.pop(SEED_VARIABLE)
            if before is not None:
                os.environ[SEED_VARIABLE] = before
    for name, run in runs.items():
        done.lines.append(
            Line("notebook", name, Outcome.REPRODUCED, "ran from its first cell to its last", run.seconds)
        )
    collected = collect([chapter for chapter in chapters if chapter.page.name in runs], runs, None)
    done.findings = {str(finding["id"]): dict(finding) for finding in collected.findings}
    done.tables = {exhibit.path: exhibit.csv for exhibit in collected.exhibits}
    return done, failed


def _chapter(root: Path, name: str) -> Chapter:
    """Return a published notebook as the builder's own kind of page."""
    path = root / "notebooks" / f"{name}.ipynb"
    cells, number = [], 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        code = cell["cell_type"] == "code"
        number += code
        source = "".join(cell["source"])
        cells.append(Cell(cell["cell_type"], source, cell.get("metadata", {}), 1, number if code else 0))
    return Chapter(Page(name, path), {"kernelspec": KERNEL}, tuple(cells))


def _findings(
    given: Path, again: Mapping[str, Mapping[str, Any]], failed: Sequence[Line], *, shaken: bool, own: bool
) -> list[Line]:
    """Hold every published finding against the one made again."""
    published = {one["id"]: one for one in json.loads((given / "findings.json").read_text(encoding="utf-8"))}
    rules = bundle.read_tolerances(given)
    lines = []
    for identity, finding in published.items():
        rule = Tolerance.read(rules["findings"].get(identity, rules["numbers"]))
        if finding["provenance"] == "statutory" and not own:
            lines.append(Line("finding", identity, Outcome.NOT_CHECKED, CONFIDENTIAL))
        elif identity not in again:
            why = "its notebook did not run to its end" if failed else "no notebook makes it"
            lines.append(Line("finding", identity, Outcome.DIFFERS, why))
        elif shaken:
            lines.append(_shaken(identity, finding, again[identity]))
        else:
            changes = compare_findings({identity: finding}, {identity: again[identity]}, tolerance=rule)
            said = f"{', '.join(changes[0].fields)} differ" if changes else ""
            lines.append(Line("finding", identity, Outcome.DIFFERS if changes else Outcome.REPRODUCED, said))
    lines += [
        Line("finding", identity, Outcome.DIFFERS, "made again, and not published")
        for identity in sorted(again.keys() - published.keys())
    ]
    return lines


def _shaken(identity: str, published: Mapping[str, Any], again: Mapping[str, Any]) -> Line:
    """Ask whether a finding says the same with other draws: the same verdicts, and an estimate that hardly moved."""
    changes = compare_findings({identity: published}, {identity: again})
    if not changes:
        return Line("finding", identity, Outcome.REPRODUCED, "the same with other draws")
    moved, verdicts = changes[0].against_interval, changes[0].verdicts
    if verdicts or (moved is not None and abs(moved) > SHAKEN):
        turned = "; ".join(f"{name}: {old} to {new}" for name, old, new in verdicts)
        return Line(
            "finding", identity, Outcome.DIFFERS, turned or f"moved by {abs(moved or 0):.2f} of half its interval"
        )
    said = f"moved by {abs(moved):.3f} of half its interval" if moved is not None else "in its last digits"
    return Line("finding", identity, Outcome.REPRODUCED, f"with other draws {said}")


def _confidential(given: Path, *, own: bool) -> frozenset[str]:
    """Return the files of the tables that rest on the council's returns, where this run does not have them."""
    path = given / "tables.json"
    if own or not path.is_file():
        return frozenset()
    held = json.loads(path.read_text(encoding="utf-8"))
    return frozenset(str(one["file"]) for one in held if one.get("provenance") == "statutory")


def _tables(
    given: Path, again: Mapping[str, str], failed: Sequence[Line], *, confidential: frozenset[str]
) -> list[Line]:
    """Hold every released table against the one made again."""
    rule = Tolerance.read(bundle.read_tolerances(given)["numbers"])
    lines = []
    for path in sorted((given / "csv").rglob("*.csv")):
        name = path.relative_to(given).as_posix()
        if name in confidential:
            lines.append(Line("table", name, Outcome.NOT_CHECKED, CONFIDENTIAL))
        elif name not in again:
            why = "its notebook did not run to its end" if failed else "no notebook makes it"
            lines.append(Line("table", name, Outcome.DIFFERS, why))
        else:
            before = path.read_bytes().decode("utf-8")
            change = compare_tables(before, again[name], name=name, tolerance=rule)
            rows = f"{change.rows_come} rows more, {change.rows_gone} fewer" if change else ""
            said = f"{change.cells_changed} cells, {rows}" if change else ""
            lines.append(Line("table", name, Outcome.DIFFERS if change else Outcome.REPRODUCED, said))
    published = {line.name for line in lines}
    lines += [
        Line("table", name, Outcome.DIFFERS, "made again, and not published")
        for name in sorted(again.keys() - published)
    ]
    return lines


def _versions(record: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the packages that the edition's chapters ran with in another version, and the Python."""
    then = {"python": str(record.get("python", "")), **record.get("packages", {})}
    now = {"python": platform.python_version(), **fingerprint.packages()}
    return {
        name: (then[name], now.get(name, "not installed"))
        for name in sorted(then)
        if then[name] != now.get(name) and name != "btc-eval"
    }
