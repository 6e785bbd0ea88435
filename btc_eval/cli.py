"""btc-eval: the project's commands. Floor 8: arranges what lies below, and says in one paragraph what went wrong.

Exit codes: 0 done and good; 1 the answer is no (a check failed, a file was refused); 2 the call was wrong. Results go
to the standard stream, progress and errors to the error stream. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol

import click

from btc_eval import __version__
from btc_eval.errors import BtcEvalError, RefusedError, UsageError

_FOLDER = click.Path(path_type=Path, file_okay=False)
_data = click.option(
    "--data", type=_FOLDER, default=None, metavar="DIR", help="The data folder; the project's own if left out."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_debug = click.option("--debug", is_flag=True, expose_value=False, help="Show the whole traceback of an error.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="btc-eval")
def cli() -> None:
    """Official statistics in; a published evaluation that anyone can re-execute out."""


@cli.command()
@_data
@click.option("--out", type=_FOLDER, default=None, metavar="DIR", help="Where the site goes; _build/site if left out.")
@click.option("--jobs", type=int, default=None, metavar="N", help="Chapters executed at once; every core if left out.")
@click.option("--strict", is_flag=True, help="A Python warning in a chapter fails the build.")
@click.option("--pdf", is_flag=True, help="Print the whole report into the site too, as report.pdf; needs a browser.")
@_debug
def build(data: Path | None, out: Path | None, jobs: int | None, strict: bool, pdf: bool) -> None:
    """Execute the chapters that changed, render the book, and replace the site."""
    from btc_eval import edition

    done = edition.build(data=data, out=out, jobs=jobs, strict=strict, pdf=pdf)
    for warning in done.warned:
        click.echo(f"Warning: {warning}", err=True)
    if not done.changed:
        click.echo(f"Nothing changed since the last build ({done.seconds:.1f} s).")
    else:
        ran = f"{len(done.executed)} chapter{'s' * (len(done.executed) != 1)} executed"
        click.echo(f"Built in {done.seconds:.1f} s: {ran}.")
    click.echo(f"Open {(done.out / 'index.html').as_uri()}")


@cli.command()
@click.argument("site", type=_FOLDER, required=False, default=None)
@click.option("--port", type=int, default=8000, show_default=True, metavar="N", help="The port; 0 for any free one.")
@_debug
def serve(site: Path | None, port: int) -> None:
    """Look at a built site on this machine, and from nowhere else."""
    from btc_eval import edition
    from btc_eval.locations import project_folder

    with edition.serve(site or project_folder() / "_build" / "site", port) as server:
        click.echo(f"Serving http://{server.server_address[0]!s}:{server.server_address[1]}/ - end with Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")


@cli.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_data
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--scope",
    type=click.Choice(["all", "report"]),
    default="all",
    show_default=True,
    help="Keep every area in the files, or where a table is large those of the report.",
)
@_json
@_debug
def refresh(paths: tuple[Path, ...], data: Path | None, dry_run: bool, scope: str, as_json: bool) -> None:
    """Take in new files: recognise, check and compile them; a bad file changes nothing."""
    from btc_eval.locations import data_folder
    from btc_eval.progress import Progress, watched
    from btc_eval.records.taking_in import take_in

    kept: Any = scope
    # A program that reads the JSON wants nothing else said; a log, a line now and then.
    with nullcontext() if as_json else Progress(0, every=5.0) as progress, watched(progress):
        report = take_in(paths, data=data or data_folder(), dry_run=dry_run, scope=kept)
    _answer(report, as_json)


@cli.command()
@_data
@_json
@_debug
def check(data: Path | None, as_json: bool) -> None:
    """Verify the data folder: contracts, ledger, reconciliation with the published totals.

    Ends with 1 where there is a fault, or where a total of the council's returns is further from the published one than
    data/assumptions/reconciliation.toml allows.
    """
    from btc_eval.locations import data_folder
    from btc_eval.records.taking_in import check_all as verify

    folder = data or data_folder()
    if not (folder / "catalogue.toml").is_file():
        raise UsageError(
            f"--data: found no catalogue.toml in {folder}; allowed: a data folder of this project. "
            "Name the folder that holds catalogue.toml, or leave --data out."
        )
    _answer(verify(folder), as_json)


@cli.command()
@click.argument("out", metavar="OUT", type=_FOLDER)
@click.option("--seed", type=int, required=True, metavar="N", help="The same seed gives the same bytes.")
@click.option("--first-year", type=int, default=None, metavar="Y", help="First collection year, ending 31 March.")
@click.option("--last-year", type=int, default=None, metavar="Y", help="Last collection year, included.")
@click.option("--children", type=int, default=None, metavar="N", help="About how many; Wirral's own size if left out.")
@click.option("--dirt", is_flag=True, help="Plant the faults of real files, with a key to them.")
@_debug
def synth(
    out: Path, seed: int, first_year: int | None, last_year: int | None, children: int | None, dirt: bool
) -> None:
    """Write a demonstration extract: made-up returns in the statutory formats."""
    from btc_eval import synthetic

    years: dict[str, Any] = {
        name: year for name, year in (("first_year", first_year), ("last_year", last_year)) if year is not None
    }
    made = synthetic.write(out, seed=seed, children=children, dirt=dirt, **years)
    click.echo(
        f"Wrote {len(made.files)} files about {made.children:,} made-up children to {made.folder}, "
        f"years {made.first_year} to {made.last_year}. Nothing in them is about a real child."
    )


@cli.command()
@click.argument("label")
@_data
@click.option("--site", type=_FOLDER, default=None, metavar="DIR", help="Where editions stand; editions/ if left out.")
@click.option("--jobs", type=int, default=None, metavar="N", help="Chapters executed at once; every core if left out.")
@click.option("--no-pdf", is_flag=True, help="Leave the PDF of the whole report out, though a browser is installed.")
@_debug
def release(label: str, data: Path | None, site: Path | None, jobs: int | None, no_pdf: bool) -> None:
    """Freeze an edition under LABEL, such as 2026.11: checked, gated, reproducible, and never changed again."""
    from btc_eval import edition

    done = edition.release(label, data=data, site=site, jobs=jobs, pdf=not no_pdf)
    if not done.pdf and not no_pdf:
        click.echo(
            "NO PDF: no browser is installed here, so this edition has no report.pdf. Install Chromium and release the "
            "next label to have one.",
            err=True,
        )
    click.echo(f"Released {done.label}: {done.findings} findings, {done.files} files in {done.folder}.")
    click.echo(f"Publish by copying the folder {done.folder.parent}. Anyone can run: btc-eval verify {done.folder}")


@cli.command()
@click.argument("edition_path", metavar="EDITION", type=click.Path(path_type=Path))
@click.option("--jobs", type=int, default=None, metavar="N", help="Notebooks executed at once; every core if left out.")
@click.option("--seed", type=int, default=None, metavar="N", help="Start every draw elsewhere: is a result luck?")
@click.option("--placebo", type=int, default=0, metavar="N", help="Run the main design N times where nothing happened.")
@click.option(
    "--report", type=_FOLDER, default=None, metavar="DIR", help="Where the report goes; verification-LABEL if left out."
)
@_data
@_json
@_debug
def verify(
    edition_path: Path,
    jobs: int | None,
    seed: int | None,
    placebo: int,
    report: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Make an edition again, from its folder or its reproduction zip, and compare every finding and table."""
    from btc_eval import edition

    found = edition.verify(edition_path, jobs=jobs, seed=seed, placebo=placebo, data=data)
    folder = report or Path(f"verification-{found.label}")
    found.write(folder)
    click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False) if as_json else found.words())
    click.echo(f"The report: {(folder / 'index.html').resolve().as_uri()}", err=True)
    if not found.reproduced:
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("before", metavar="EDITION_A", type=click.Path(path_type=Path))
@click.argument("after", metavar="EDITION_B", type=click.Path(path_type=Path))
@_json
@_debug
def diff(before: Path, after: Path, as_json: bool) -> None:
    """Compare two editions: findings, tables, inputs and what made them. Ends with 1 where what is shown differs."""
    from btc_eval import edition

    with edition.opened(before) as one, edition.opened(after) as other:
        found = edition.compare(one, other)
    click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False) if as_json else found.words())
    if not found.same:
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("site", type=_FOLDER)
@_data
@_json
@_debug
def scan(site: Path, data: Path | None, as_json: bool) -> None:
    """Read everything that would be published, and refuse what no released table holds."""
    from btc_eval import edition

    _answer(edition.scan(site, data=data), as_json)


class _Report(Protocol):
    """What a refresh or a check came to."""

    @property
    def accepted(self) -> bool: ...
    def as_json(self) -> dict[str, Any]: ...
    def words(self) -> str: ...


def _answer(report: _Report, as_json: bool) -> None:
    """Print a report, and end with 1 where the answer is no."""
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(report.words(), err=not report.accepted)
    if not report.accepted:
        raise click.exceptions.Exit(1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; an error is one paragraph, its traceback only with --debug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        code = cli.main(args=given, prog_name="btc-eval", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        sys.exit(_fail(f"{' '.join(error.format_message().split())} {_where_help(error)}", 2, debug))
    except (KeyboardInterrupt, click.Abort):
        sys.exit(_fail("Stopped before it was done; what was there before is still there.", 130, False))
    except BtcEvalError as error:
        sys.exit(_fail(_paragraph(error), error.exit_code, debug))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.exit(
            _fail(
                f"{where}found {error.strerror or error}; allowed: a disk with room and a folder that may be written. "
                "Nothing was changed; mend that and run the command again.",
                1,
                debug,
            )
        )
    except Exception as error:
        sys.exit(
            _fail(
                f"btc-eval: found a fault of its own ({type(error).__name__}{_place(error)}); "
                "allowed: none. Nothing was changed; run it again with --debug and report what it shows.",
                1,
                debug,
            )
        )
    sys.exit(code if isinstance(code, int) else 0)


def _place(error: BaseException) -> str:
    """Return where an error came up. What it says stays unsaid: it may quote a value of a child's record."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""


def _frames(error: BaseException) -> str:
    """Return the traceback of an error and of what caused it: every frame, and the words of our own errors alone."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = "" if cause is None else f"{_frames(cause)}\nThe above led to this:\n\n"
    words = f": {error}" if isinstance(error, BtcEvalError | click.ClickException | OSError) else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    # What a chapter's kernel said is kept with our own refusals alone.
    notes = "".join(f"{note}\n" for note in getattr(error, "__notes__", ()) if isinstance(error, BtcEvalError))
    return f"{before}Traceback (most recent call last):\n{frames}{type(error).__name__}{words}\n{notes}"


def _where_help(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "btc-eval"
    return f"See {path} --help."


def _paragraph(error: BtcEvalError) -> str:
    """Return the message: a line for each fault, and how many there are where there is more than one."""
    if isinstance(error, RefusedError) and len(error.refusals) > 1:
        return f"{len(error.refusals)} faults were found.\n{error}"
    if isinstance(error, UsageError | RefusedError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _fail(message: str, code: int, debug: bool) -> int:
    error = sys.exc_info()[1]
    if debug and error is not None:
        click.echo(_frames(error), err=True, nl=False)
    click.echo(f"Error: {message}", err=True)
    return code


if __name__ == "__main__":
    main()
