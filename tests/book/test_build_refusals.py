"""What stops a build: one paragraph that names page and place, exit code 1, and the earlier site as it was."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from btc_eval.records.store import locked
from tests.book.conftest import COMMAND, PROJECT, Book, clean_environment

PAGE = "book/outcomes/small.md"
TOTAL = 'total = int(frame["count"].sum())'
#: From linux/prctl.h and linux/capability.h.
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def refused(book: Book, *needles: str, strict: bool = True, code: int = 1) -> str:
    """Build, expect a refusal that says these things, and the site as it was before."""
    before = book.bytes()
    done = book.run("build", *(["--strict"] if strict else []))
    assert done.returncode == code, done.stderr
    message = done.stderr[done.stderr.index("Error: ") :]
    for needle in needles:
        assert needle in message
    assert "Traceback" not in done.stderr
    assert book.bytes() == before
    return message


def test_a_mistyped_paste_key_names_page_line_and_key(book: Book) -> None:
    book.edit(PAGE, "{glue:text}`small-total`", "{glue:text}`small-totl`")
    refused(book, f"{PAGE}, line 25", "'small-totl'", "small-total")


def test_a_mistyped_key_of_another_page_is_named(book: Book) -> None:
    book.edit("book/index.md", "small.md::small-total:s", "small.md::small-totals:s")
    refused(book, "book/index.md, line 16", "'small-totals'")


def test_a_broken_cross_reference_names_page_line_and_target(book: Book) -> None:
    book.edit(PAGE, "The total is", "See {ref}`nowhere`, [that](gone.md) and {{ nothing }}. The total is")
    message = refused(book, f"{PAGE}, line 25", "nowhere", "gone.md", "nothing")
    assert message.startswith("Error: 3 faults were found.")
    assert executed_nothing_is_kept(book)


def executed_nothing_is_kept(book: Book) -> bool:
    """After a failed rendering, the mended book builds cleanly."""
    book.edit(PAGE, "See {ref}`nowhere`, [that](gone.md) and {{ nothing }}. The total is", "The total is")
    book.build()
    return "nowhere" not in book.page("outcomes/small")


def test_an_exception_names_page_cell_and_its_last_line(book: Book) -> None:
    book.edit(PAGE, TOTAL, "total = 1 // 0")
    refused(book, f"{PAGE}, code cell 1 (line 17)", "ZeroDivisionError: integer division or modulo by zero")


def test_every_faulty_chapter_is_named_at_once(book: Book) -> None:
    book.edit(PAGE, TOTAL, "total = 1 // 0")
    code = "\n```{code-cell} ipython3\nraise KeyError('no such area')\n```\n"
    with (book.root / "book/index.md").open("a") as page:
        page.write(code)
    assert refused(book, "book/index.md", PAGE, "KeyError: 'no such area'").startswith("Error: 2 faults were found.")


def test_a_traceback_is_shown_only_when_asked_for(book: Book) -> None:
    book.edit(PAGE, TOTAL, "total = 1 // 0")
    done = book.run("build", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "total = 1 // 0" in done.stderr, done.stderr


def test_a_warning_stops_a_strict_build_and_is_reported_by_another(book: Book) -> None:
    book.edit(PAGE, TOTAL, f'import warnings; warnings.warn("mind the gap"); {TOTAL}')
    refused(book, "code cell 1 (line 17)", "UserWarning: mind the gap")
    done = book.run("build")
    assert done.returncode == 0
    assert f"Warning: {PAGE}, code cell 1 (line 17): UserWarning: mind the gap" in done.stderr
    assert "mind the gap" not in book.page("outcomes/small")
    refused(book, "UserWarning: mind the gap")


def test_anything_on_the_error_stream_stops_a_strict_build(book: Book) -> None:
    book.edit(PAGE, TOTAL, f'import sys; sys.stderr.write("odd\\n"); {TOTAL}')
    refused(book, "code cell 1 (line 17)", "odd")


def test_a_warning_in_a_hidden_cell_counts_as_well(book: Book) -> None:
    book.edit(PAGE, "remove-input", "remove-cell")
    book.edit(PAGE, TOTAL, f'import warnings; warnings.warn("hidden", RuntimeWarning); {TOTAL}')
    refused(book, "RuntimeWarning: hidden")


def test_a_cell_that_hangs_is_stopped_and_named(book: Book) -> None:
    book.edit("_config.yml", "timeout: 20", "timeout: 1")
    book.edit(PAGE, TOTAL, "import time; time.sleep(60)")
    refused(book, "code cell 1 (line 17)", "still running after 1 seconds")


def test_a_kernel_that_dies_is_named(book: Book) -> None:
    book.edit(PAGE, TOTAL, "import os; os._exit(7)")
    refused(book, "code cell 1 (line 17)", "a kernel that died")


def test_only_what_came_through_publish_is_shown(book: Book) -> None:
    book.edit(PAGE, TOTAL, f"{TOTAL}; display(frame)")
    refused(book, "code cell 1 (line 17)", "did not come through publish", "text/html")
    book.edit(PAGE, "display(frame)", "print(frame)")
    refused(book, "did not come through publish (printed text)")


def test_ids_are_given_once(book: Book) -> None:
    text = (book.root / PAGE).read_text()
    second = text.replace("small-table", "other-table").replace("# On small numbers", "# On other numbers")
    (book.root / "book/outcomes/other.md").write_text(second)
    book.edit(
        "_toc.yml", "  - file: book/outcomes/small\n", "  - file: book/outcomes/small\n  - file: book/outcomes/other\n"
    )
    refused(book, "'small-total', which is on page outcomes/small already")
    (book.root / "book/outcomes/other.md").write_text(text.replace("small-total", "other-total"))
    refused(book, "'small-table', which is on page outcomes/small already")


def test_an_unknown_claim_is_refused(book: Book) -> None:
    shutil.copytree(PROJECT / "data" / "programme", book.root / "data" / "programme")
    book.edit(PAGE, "bears_on=[]", 'bears_on=["no-such-claim"]')
    refused(book, "finding small-total, bears_on", "'no-such-claim'")


def test_a_page_that_is_missing_is_named(book: Book) -> None:
    (book.root / PAGE).unlink()
    refused(book, "_toc.yml", PAGE)


def test_code_needs_the_same_kernel_everywhere(book: Book) -> None:
    book.edit(PAGE, "name: python3", "name: python2")
    refused(book, f"{PAGE}, front matter, kernelspec")
    text = (book.root / PAGE).read_text()
    start, end = text.index("kernelspec:"), text.index("---\n\n#")
    (book.root / PAGE).write_text(text[:start] + text[end:])
    refused(book, f"{PAGE}, front matter", "no kernelspec")


def test_a_folder_that_is_not_a_site_is_never_replaced(book: Book, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.docx").write_text("years of work")
    for out in (precious, book.root, book.root / "data", book.root / "data" / "site", tmp_path):
        done = book.run("build", "--out", str(out))
        assert done.returncode == 2, done.stderr
        assert "--out: found" in done.stderr
    assert (precious / "thesis.docx").read_text() == "years of work"


def test_an_empty_data_folder_is_a_wrong_call(book: Book, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    done = book.run("build", "--data", str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert "catalogue.toml" in done.stderr


def test_two_builds_at_once_are_one_too_many(book: Book) -> None:
    book.edit(PAGE, TOTAL, f"import time; time.sleep(4); {TOTAL}")
    first = subprocess.Popen(
        [*COMMAND, "build"], cwd=book.root, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    lock = book.root / "_build/work/lock"
    for _ in range(100):
        if lock.is_file() and lock.read_text().strip() == str(first.pid):
            break
        time.sleep(0.05)
    refused(book, f"another one at work (process {first.pid})")
    assert first.wait(60) == 0


def test_a_build_finishes_a_refresh_that_was_killed_while_it_moved_files(book: Book) -> None:
    staging = book.root / "data" / ".staging-x"
    staging.mkdir()
    (staging / "0").write_text("year,count\n2023,40\n2024,5\n")
    (staging / "decided.json").write_text('["official/small.csv"]')
    (book.root / "data" / ".staging-y").mkdir()
    book.build()
    assert "the total is 45" in book.page("outcomes/small")
    assert not list((book.root / "data").glob(".staging-*"))


def test_a_build_waits_for_no_refresh_that_is_at_work(book: Book) -> None:
    (book.root / "data" / ".staging-x").mkdir()
    book.edit(PAGE, "The total is", "In sum:")
    with locked(book.root / "data"):
        refused(book, "another refresh at work in this folder")


def test_a_lock_left_behind_stops_nobody(book: Book) -> None:
    (book.root / "_build/work/lock").write_text("99999999\n")
    book.edit(PAGE, "The total is", "In sum:")
    book.build()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupted_build_says_so_in_one_line(book: Book) -> None:
    book.edit(PAGE, TOTAL, "import time; time.sleep(30)")
    before = book.bytes()
    running = subprocess.Popen(
        [*COMMAND, "build"],
        cwd=book.root,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests behind itself leaves them deaf to this signal, and what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert running.stderr is not None
    assert b"executing" in running.stderr.readline()
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"Stopped before it was done" in stderr
    assert b"Traceback" not in stderr
    assert book.bytes() == before


def _mind_the_rights_of_folders() -> None:
    """Give up, in a process about to start, the right of root to write where nobody may."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0 and libc.prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the rights of Linux")
def test_a_folder_that_may_not_be_written_is_named(book: Book, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = subprocess.run(
        [*COMMAND, "build", "--out", str(closed / "site")],
        cwd=book.root,
        env=clean_environment(),
        capture_output=True,
        text=True,
        preexec_fn=_mind_the_rights_of_folders,
    )
    assert done.returncode == 1
    assert str(closed) in done.stderr
    assert "Traceback" not in done.stderr
