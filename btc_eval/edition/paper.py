"""The whole report as one PDF: tagged, bookmarked, numbered, the same bytes for the same pages.

A browser prints `paper_html.document` twice: once to learn on which page each chapter begins, once with these numbers
in the contents. What it wrote is completed (`paper_tags`) and proved (`paper_check`) before it is kept.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from btc_eval.edition import fingerprint, paper_html
from btc_eval.edition.layout import REPORT_PDF
from btc_eval.errors import Refusal, RefusedError, refuse

#: What the file is called, at the top of the site.
NAME = REPORT_PDF

#: Names under which a browser that prints may be installed, and places where it stands on other systems.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
    "msedge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
#: Seconds after which a browser that prints is ended.
PATIENCE = 600

#: A browser that asks nothing of the network and leaves nothing behind.
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)


def browser() -> str | None:
    """Which browser on this machine can print the report? Its path; `None` where there is none."""
    named = (found for name in BROWSERS if (found := shutil.which(name)))
    return next(named, None) or next((place for place in PLACES if Path(place).is_file()), None)


def require_browser() -> str:
    """Return the browser that prints the report.

    Raises
    ------
    RefusedError
        Where there is none.
    """
    found = browser()
    if found is None:
        raise refuse(
            "btc-eval build",
            "--pdf",
            found=f"no browser to print with (looked for {', '.join(BROWSERS)})",
            allowed="Chromium, Chrome or Edge of the year 2024 or later",
            do="Install one (on Debian: apt-get install chromium), or build without --pdf.",
        )
    return found


def write(site: Path, work: Path, *, toc: Mapping[str, Any], words: Mapping[str, str], moment: str | None) -> Path:
    """Print the whole report into its site.

    Parameters
    ----------
    site
        The site, complete but for this file.
    work
        A folder in which a printed report is kept: the same pages are not printed again.
    toc
        The table of contents without its leading `book/`.
    words
        About the edition: `record.words_for_pages`.
    moment
        When the edition was made, as in `edition.json`; the PDF is dated by it, and not dated where it is `None`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    RefusedError
        Where no browser is installed, it does not print, or what it printed is not accessible; every fault is listed.
    """
    program = require_browser()
    style = Path(__file__).with_name("paper.css").read_text(encoding="utf-8")
    root, parts = str(toc["root"]).removesuffix(".md"), paper_html.parts_of(toc)
    draft = paper_html.document(site, parts, root=root, words=words, style=style)
    about = [draft.text, moment, _version(program), fingerprint.packages().get("pypdf"), _code()]
    kept = work / f"{fingerprint.sha256_of(about)}.pdf"
    if not kept.is_file():
        from btc_eval.edition import paper_check, paper_tags

        first = paper_tags.places(printed(program, draft.text))
        _refuse([] if len(first) == len(draft.headings) else ["other bookmarks than the report has headings"])
        pages = {anchor: first[position] for anchor, position in draft.chapters.items()}
        final = paper_html.document(site, parts, root=root, words=words, style=style, pages=pages)
        whole = printed(program, final.text)
        _refuse(paper_check.bookmarked(whole, final))
        done = paper_tags.finished(whole, headings=[words for words, _ in final.headings], moment=moment)
        _refuse(paper_check.check(done, expected=final, pages=pages).faults)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        half = kept.with_suffix(".half")
        half.write_bytes(done)
        half.replace(kept)
    return Path(shutil.copyfile(kept, site / NAME))


def _code() -> dict[str, str]:
    return {path.name: fingerprint.sha256_file(path) for path in sorted(Path(__file__).parent.glob("paper*.py"))}


def _refuse(faults: list[str] | tuple[str, ...]) -> None:
    if faults:
        raise RefusedError(
            Refusal(
                NAME,
                "",
                fault,
                "a PDF that everyone can read: tagged, bookmarked, in words where it draws",
                "Correct the page that is named; where none is, print with a newer Chromium.",
            )
            for fault in faults
        )


def _version(program: str) -> str:
    """Return which browser it is; another may set the same page otherwise."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return program
    return done.stdout.strip() or program


def printed(program: str, text: str) -> bytes:
    """Print one HTML document with a browser, and return the PDF as the browser wrote it.

    Raises
    ------
    RefusedError
        Where the browser does not start, does not end, writes nothing, or has no font.
    """
    with tempfile.TemporaryDirectory(prefix="btc-paper-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, out = folder / "report.html", folder / "report.pdf"
        page.write_text(text, encoding="utf-8")
        command = [program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={out}", page.as_uri()]
        said = _run(command)
        if not out.is_file() or not out.stat().st_size:
            raise refuse(
                NAME,
                Path(program).name,
                found=f"nothing printed ({said[-300:] or 'and nothing said'})",
                allowed="a browser that prints without a screen",
                do="Run the browser by hand with --headless --print-to-pdf to see what it lacks.",
            )
        data = out.read_bytes()
    _refuse_without_letters(data, program)
    return data


def _refuse_without_letters(data: bytes, program: str) -> None:
    """Refuse pages on which nothing is written: where it finds no font, a browser prints them and says nothing."""
    import pypdf

    resources = (page.get("/Resources") for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if not any(held is not None and held.get_object().get("/Font") for held in resources):
        raise refuse(
            NAME,
            Path(program).name,
            found="pages without a single letter: the browser has no font to print with",
            allowed="a machine with at least one font",
            do="Install one (on Debian: apt-get install fonts-dejavu-core), then run the command again.",
        )


def _run(command: list[str]) -> str:
    """Run the browser to its end, or end it and all it has started; return what it said, on one line."""
    apart: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **apart)
    except OSError as error:
        return str(error)
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except BaseException as error:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return f"ended after {PATIENCE} seconds"
        raise
    return " ".join(said.split())
