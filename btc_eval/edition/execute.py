"""Run chapters, each in a fresh kernel of this Python, several at once."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from btc_eval import watch
from btc_eval.edition.cache import Run, hash_of, name_of
from btc_eval.edition.chapters import KERNEL, Chapter
from btc_eval.edition.kernel import Client, OwnKernel, kernel_environment
from btc_eval.edition.layout import Layout
from btc_eval.errors import Refusal, RefusedError
from btc_eval.progress import Progress

#: Seconds a kernel may take to start before it counts as dead.
_START = 120

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def execute(
    chapters: Sequence[Chapter],
    where: Layout,
    *,
    jobs: int,
    strict: bool,
    timeout: int,
    progress: Progress,
    keep: Callable[[Chapter, Run], None],
    shaken: bool = False,
) -> dict[str, Run]:
    """What do these chapters show when they run now?

    Parameters
    ----------
    chapters
        Chapters with code.
    where
        The folders of the build.
    jobs
        How many kernels run at once.
    strict
        Whether a Python warning, or anything on the error stream, stops the build.
    timeout
        Seconds one cell may take.
    progress
        Told when a chapter is done.
    keep
        Given each run as soon as it is there, so that nothing is lost where another chapter fails.
    shaken
        Whether draws start where the environment says, and not at their fixed seeds.

    Returns
    -------
    dict
        Name of the page to its run.

    Raises
    ------
    RefusedError
        With one fault for each chapter that could not be run to its end.
    """
    environment = kernel_environment(where, strict=strict, shaken=shaken)
    return asyncio.run(_execute(chapters, where, jobs, strict, timeout, progress, keep, environment))


async def _execute(
    chapters: Sequence[Chapter],
    where: Layout,
    jobs: int,
    strict: bool,
    timeout: int,
    progress: Progress,
    keep: Callable[[Chapter, Run], None],
    environment: dict[str, str],
) -> dict[str, Run]:
    gate = asyncio.Semaphore(jobs)
    folder = where.work / "run"
    folder.mkdir(parents=True, exist_ok=True)

    # Sockets are files here where the system allows, in a folder whose name is short enough for one.
    with tempfile.TemporaryDirectory(prefix="btc-") as sockets:

        async def one(chapter: Chapter, number: int) -> Run | _Failure:
            async with gate:
                connection = Path(sockets) / f"{number}.json"
                client = _client(chapter, folder, connection, timeout)
                with connection.with_suffix(".log").open("w+b") as log:
                    outcome = await _run(chapter, where, client, environment, log, strict=strict)
            if isinstance(outcome, Run):
                keep(chapter, outcome)
            took = outcome.seconds if isinstance(outcome, Run) else None
            said = ": it did not run to its end" if took is None else f" in {took:.1f} s"
            progress.step(f"executed {chapter.page.label}{said}", chapter.page.name if took else "", took)
            return outcome

        outcomes = await asyncio.gather(*(one(chapter, number) for number, chapter in enumerate(chapters)))
    failures = [outcome for outcome in outcomes if isinstance(outcome, _Failure)]
    if failures:
        error = RefusedError(failure.refusal for failure in failures)
        for failure in failures:
            error.add_note(failure.trace)
        raise error
    return {c.page.name: outcome for c, outcome in zip(chapters, outcomes) if isinstance(outcome, Run)}


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a chapter did not run to its end, and the whole traceback for --debug."""

    refusal: Refusal
    trace: str = ""


def _client(chapter: Chapter, folder: Path, connection: Path, timeout: int) -> Client:
    """Make the client that starts a kernel and runs a chapter's cells, ours before and after them included."""
    cells = [new_code_cell(source) for source in (watch.PRELUDE, *(c.source for c in chapter.code), watch.POSTLUDE)]  # type: ignore[no-untyped-call]
    settings = {"connection_file": str(connection)}
    if sys.platform != "win32":
        settings["transport"] = "ipc"
    return Client(
        new_notebook(cells=cells, metadata={"kernelspec": KERNEL}),  # type: ignore[no-untyped-call]
        timeout=timeout,
        startup_timeout=_START,
        kernel_manager_class=OwnKernel,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        record_timing=False,
        config=Config({"OwnKernel": settings}),
    )


async def _run(
    chapter: Chapter, where: Layout, client: Client, environment: dict[str, str], log: BinaryIO, *, strict: bool
) -> Run | _Failure:
    """Run one chapter; return what it gave, or why it could not be run. What the kernel itself says goes to `log`."""
    reached = 0

    def note(cell_index: int, **_: Any) -> None:
        nonlocal reached
        reached = cell_index

    client.on_cell_start = note
    begun = time.monotonic()
    try:
        await client.async_execute(env=environment, stdout=log, stderr=log)
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        log.seek(0)
        trace = f"{getattr(error, 'traceback', '') or error}\n{log.read().decode(errors='replace')}"
        return _Failure(_refusal(chapter, reached, error, client.timeout or 0), _COLOUR.sub("", trace))
    seconds = round(time.monotonic() - begun, 2)
    outcome = _outcome(chapter, where, client.nb, seconds, strict=strict)
    return _Failure(outcome) if isinstance(outcome, Refusal) else outcome


def _refusal(chapter: Chapter, reached: int, error: Exception, timeout: int) -> Refusal:
    """Say in which cell a chapter stopped, and why."""
    place = chapter.place(reached) if 1 <= reached <= len(chapter.code) else "the start of its kernel"
    if isinstance(error, CellTimeoutError):
        found = f"a cell still running after {timeout} seconds"
        do = "Make the cell faster, or raise execute.timeout in _config.yml."
    elif isinstance(error, CellExecutionError):
        found = f"{error.ename}: {_last_line(error.evalue)}"
        do = "Mend the cell, or what it calls; --debug shows the whole traceback."
    else:
        found = "a kernel that died"
        do = "The machine may be short of memory: try --jobs 1; or a library stopped the process."
    return Refusal(chapter.page.label, place, found, "a chapter that runs from its first cell to its last", do)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in _COLOUR.sub("", str(text)).splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def _outcome(
    chapter: Chapter, where: Layout, notebook: nbformat.NotebookNode, seconds: float, *, strict: bool
) -> Run | Refusal:
    """Read the outputs, take out what is ours, and check that nothing it read changed meanwhile."""
    body = json.loads(json.dumps(notebook.cells[1:-1]))
    outputs = [[_clean(output) for output in cell["outputs"]] for cell in body]
    stderr = [
        (number, output["text"])
        for number, shown in enumerate(outputs, start=1)
        for output in shown
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]
    if strict and stderr:
        number, text = stderr[0]
        return Refusal(
            chapter.page.label,
            chapter.place(number),
            f"a message on the error stream: {_last_line(text)}",
            "no warning in a chapter that is published",
            "Mend what causes it; without --strict the build goes on and reports it.",
        )
    outputs = [[o for o in shown if o.get("name") != "stderr"] for shown in outputs]
    inputs: dict[str, str] = {}
    reported = _reported(notebook)
    for path, stat in reported["files"].items():
        name = name_of(Path(path), where)
        if name is None:
            continue
        now = Path(path).stat() if Path(path).exists() else None
        if stat and (now is None or [now.st_size, now.st_mtime_ns] != stat):
            return Refusal(
                chapter.page.label,
                name,
                "a file that changed while the chapter ran",
                "data and library that stand still during a build",
                "Run the build again.",
            )
        # Where a chapter used parts of a file that stand apart, a change to another part is none of its business.
        for part in reported["parts"].get(path, [""]):
            used = f"{name}#{part}" if part else name
            inputs[used] = hash_of(used, where)
    return Run(outputs, dict(sorted(inputs.items())), seconds, stderr, reported["seed"])


def _clean(output: dict[str, Any]) -> dict[str, Any]:
    """Drop what differs between two runs of the same chapter."""
    return {**output, "execution_count": None} if "execution_count" in output else output


def _reported(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Return what the cell after the last reported: `files`, with size and time when opened; `parts`; `seed`."""
    for output in notebook.cells[-1]["outputs"]:
        if watch.MIME in output.get("data", {}):
            reported: dict[str, Any] = output["data"][watch.MIME]
            return reported
    raise RuntimeError("the kernel did not report what the chapter read")
