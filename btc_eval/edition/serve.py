"""Look at a site on this machine: loopback only, files of the site only, no listings."""

from __future__ import annotations

import functools
import http.server
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from btc_eval.errors import UsageError

#: The only address served: a page can be opened on this machine and from nowhere else.
ADDRESS = "127.0.0.1"


class SiteHandler(http.server.SimpleHTTPRequestHandler):
    """Answers for files inside one folder."""

    server_version = "btc-eval"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 - the base class has it so
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".ipynb": "application/json",
        ".csv": "text/csv; charset=utf-8",
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
    }

    def send_head(self) -> Any:
        """Answer only what asks for this machine by name, and only with a file that lies in the folder."""
        if self.asked_host() not in (ADDRESS, "localhost", "::1"):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "This site is served to this machine only")
            return None
        path = self.inside()
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND, "No such page")
            return None
        return super().send_head()

    def asked_host(self) -> str | None:
        """Return the machine that the request names; `None` where it names none, or cannot be read."""
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            return None

    def inside(self) -> Path | None:
        """Return the file asked for, links followed, or a folder that has an index.

        `None` for what is not there, lies outside the folder, is hidden, or is neither a file nor a folder.
        """
        try:
            asked = unquote(urlsplit(self.path).path, errors="strict")
            if any(sign in asked for sign in "\x00\\:"):
                return None
            root = Path(self.directory).resolve()
            parts = [part for part in asked.split("/") if part not in ("", ".")]
            if ".." in parts or any(part.startswith(".") for part in parts):
                return None
            path = root.joinpath(*parts).resolve()
            page = path / "index.html" if path.is_dir() else path
            # A page that is a link must not lead out of the site either, nor be a pipe that never ends.
            return path if page.is_file() and page.resolve().is_relative_to(root) else None
        except (OSError, ValueError, RuntimeError):  # no disk can hold the name, it is no address, links go in a circle
            return None

    def translate_path(self, path: str) -> str:  # noqa: ARG002 - the address is that of the request
        """Return the file for an address; one that cannot exist where it would lie outside."""
        found = self.inside()
        return str(found) if found is not None else str(Path(self.directory) / "\0")

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - whichever it is
        """Refuse: what is not linked is not shown."""
        self.send_error(HTTPStatus.NOT_FOUND, "No such page")

    def end_headers(self) -> None:
        """Let a page be seen as it is now, and as what it says it is."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the terminal shows the address alone."""


def serve(site: Path, port: int = 8000) -> http.server.ThreadingHTTPServer:
    """Make the server for a site, listening on the loopback address; call `serve_forever` on it, end it with Ctrl-C.

    Parameters
    ----------
    site
        A built site.
    port
        The port; 0 for any free one.

    Raises
    ------
    UsageError
        Where there is no site, or the port is taken.
    """
    site = site.resolve()
    if not (site / "index.html").is_file():
        raise UsageError(
            f"serve: found no index.html in {site}; allowed: a built site. Run btc-eval build, or name the folder."
        )
    try:
        return http.server.ThreadingHTTPServer((ADDRESS, port), functools.partial(SiteHandler, directory=str(site)))
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"serve: found port {port} in use or not allowed; allowed: a free port from 1024 to 65535. "
            "Name another with --port."
        ) from error
