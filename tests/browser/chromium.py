"""Headless Chromium and a site served to this machine, for the browser tests and for pictures of the pages."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from btc_eval.edition.serve import serve

NAMES = ("chromium", "chromium-browser", "google-chrome")

#: A browser that asks nothing of the network on its own account.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
)


def executable() -> str | None:
    """Which browser on this machine can be used? Its path, or `None`."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


_OPEN: list[Browser] = []


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser that `executable` found, and end it afterwards; one that is open already is lent.

    One process drives one browser at a time, whichever tests it was given and in whichever order.
    """
    if _OPEN:
        yield _OPEN[0]
        return
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        _OPEN.append(started)
        try:
            yield started
        finally:
            _OPEN.remove(started)
            started.close()


def missing(what: str) -> NoReturn:
    """Skip a test for want of a browser, and say what was not tested; where CI is set that is a failure."""
    words = f"NO CHROMIUM: none of {', '.join(NAMES)} is installed, so {what}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@contextlib.contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site on the loopback address while the block runs; its address, with a slash at the end."""
    server = serve(site, port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pages(site: Path) -> list[str]:
    """Which pages does a site have? Their addresses within it, in order of name."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(name for name in found if not name.startswith("_static/"))
