"""The server: this machine only, the site's files only, no listings."""

from __future__ import annotations

import http.client
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from btc_eval import edition
from btc_eval.errors import UsageError


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "outcomes").mkdir(parents=True)
    (site / "index.html").write_text("<title>Cover</title>")
    (site / "outcomes" / "demand.html").write_text("<title>Demand</title>")
    (site / "data.csv").write_text("year\n2024\n")
    (site / ".hidden").write_text("hidden")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site-two").mkdir()
    (tmp_path / "site-two" / "secret.txt").write_text("secret")
    (site / "way-out").symlink_to(tmp_path / "secret.txt")
    (site / "folder-out").symlink_to(tmp_path)
    (site / "within").symlink_to(site / "data.csv")
    (site / "linked").mkdir()
    (site / "linked" / "index.html").symlink_to(tmp_path / "secret.txt")
    (site / "chain").symlink_to(site / "way-out")
    (site / "round").symlink_to(site / "round")
    (site / "deep" / ".git").mkdir(parents=True)
    (site / "deep" / ".git" / "config").write_text("secret")
    if hasattr(os, "mkfifo"):
        os.mkfifo(site / "pipe")
    return site


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    with edition.serve(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(port: int, path: str, *, method: str = "GET", host: str | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Send the path exactly as it is written here, which a browser or a client library would tidy first."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}


def test_pages_are_served_with_their_types(port: int) -> None:
    status, body, headers = ask(port, "/")
    assert (status, body) == (200, b"<title>Cover</title>")
    assert headers["content-type"].startswith("text/html")
    assert headers["x-content-type-options"] == "nosniff"
    assert ask(port, "/outcomes/demand.html?x=1#y")[0] == 200
    assert ask(port, "/data.csv")[2]["content-type"].startswith("text/csv")
    status, body, _ = ask(port, "/data.csv", method="HEAD")
    assert (status, body) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/outcomes/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/../site-two/secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/..\\secret.txt",
        "/%00/../secret.txt",
        "/way-out",
        "/folder-out/secret.txt",
        "/folder-out/",
        "/.hidden",
        "/outcomes",
        "/outcomes/",
        "/nothing.html",
        "/linked/",
        "/linked/index.html",
        "/chain",
        "/round",
        "/deep/.git/config",
        "/pipe",
        "/%252e%252e/secret.txt",
        "/%2e%2e%5csecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/..%c0%afsecret.txt",
        "/%e0%80%ae%e0%80%ae/secret.txt",
        "/index.html%00.txt",
        "/index.html::$DATA",
        "/C:/secret.txt",
        "/file:///etc/passwd",
        "///../secret.txt",
        "/./.././secret.txt",
        "/;/../secret.txt",
        "/" + "a" * 5_000,
        "/" + "a/" * 5_000,
        "/" + "%2e%2e/" * 200 + "etc/passwd",
        "//[::1",
        "http://[half/index.html",
        "*",
    ],
)
def test_nothing_outside_hidden_or_listed_is_served(port: int, path: str) -> None:
    status, body, _ = ask(port, path)
    assert status == 404, path
    assert b"secret" not in body
    assert b"root:" not in body
    assert b"demand.html" not in body


def test_another_machines_name_is_not_answered(port: int) -> None:
    assert ask(port, "/", host="attacker.example.org")[0] == 421
    assert ask(port, "/", host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("host", ["", "[::1", "127.0.0.1.example.org", "127.0.0.1@example.org", "0x7f000001", "a b"])
def test_a_host_that_is_not_this_machine_is_not_answered(port: int, host: str) -> None:
    status, body, _ = ask(port, "/", host=host or " ")
    assert status == 421
    assert b"Cover" not in body


def test_an_address_in_full_and_a_link_inside_the_site_are_answered(port: int) -> None:
    assert ask(port, f"http://127.0.0.1:{port}/data.csv")[0] == 200
    assert ask(port, "/within")[1] == b"year\n2024\n"
    assert ask(port, "//data.csv")[0] == 200


def test_after_every_odd_request_the_next_one_is_answered(port: int) -> None:
    for path in ("//[::1", "/" + "a" * 5_000, "/pipe", "/%ff"):
        assert ask(port, path)[0] == 404
        assert ask(port, "/")[0] == 200


def test_what_changes_something_is_not_understood(port: int) -> None:
    assert ask(port, "/index.html", method="POST")[0] == 501
    assert ask(port, "/index.html", method="PUT")[0] == 501


def test_only_the_loopback_address_listens(site: Path) -> None:
    with edition.serve(site, 0) as server:
        assert server.socket.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_and_a_missing_site_are_wrong_calls(site: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="in use or not allowed"):
            edition.serve(site, taken.getsockname()[1])
    with pytest.raises(UsageError, match=r"no index\.html"):
        edition.serve(tmp_path)
    with pytest.raises(UsageError, match="port 99999"):
        edition.serve(site, 99999)
