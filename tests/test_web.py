"""The result page: lists finished runs, serves their files and nothing else, on this machine only."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from cli.main import app
from districts.faults import UserError
from web.server import HOST, finished_runs, make_server


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs"
    run = folder / "run one"
    (run / "charts").mkdir(parents=True)
    (run / "report.html").write_text("<!doctype html><title>Prakiraan &lt;A&gt; &amp; B</title>", encoding="utf-8")
    (run / "tables.xlsx").write_bytes(b"PK\3\4 table")
    (run / "charts" / "peta.svg").write_text("<svg/>", encoding="utf-8")
    (run / "notes.txt").write_text("not served", encoding="utf-8")
    (run / ".hidden.html").write_text("hidden", encoding="utf-8")
    (folder / "unfinished").mkdir()
    (folder / "unfinished" / "tables.xlsx").write_bytes(b"half")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    return folder


class Browser:
    """Asks the server; every answer as (status, headers, body)."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host if host is not None else f"{HOST}:{self.port}")
        connection.endheaders()
        answer = connection.getresponse()
        told = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return told


@pytest.fixture
def browser(outputs: Path) -> Iterator[Browser]:
    server = make_server(outputs, 0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Browser(int(server.server_address[1]))
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_list_names_finished_runs_escaped(browser: Browser) -> None:
    status, headers, body = browser.ask("/")
    text = body.decode()
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Prakiraan &lt;A&gt; &amp; B" in text
    assert 'href="/runs/run%20one/"' in text
    assert "unfinished" not in text
    assert "http://" not in text
    assert "<script" not in text


@pytest.mark.parametrize(("path", "kind", "content"), [
    ("/runs/run%20one/", "text/html; charset=utf-8", b"<!doctype html>"),
    ("/runs/run%20one/tables.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\3\4"),
    ("/runs/run%20one/charts/peta.svg?x=1", "image/svg+xml; charset=utf-8", b"<svg/>"),
])  # fmt: skip
def test_files_have_their_content_type(browser: Browser, path: str, kind: str, content: bytes) -> None:
    status, headers, body = browser.ask(path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert body.startswith(content)
    assert int(headers["Content-Length"]) == len(body)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_head_has_no_body(browser: Browser) -> None:
    status, headers, body = browser.ask("/runs/run%20one/tables.xlsx", "HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == "10"


@pytest.mark.parametrize("path", [
    "/runs/run%20one/../../secret.html", "/runs/run%20one/%2e%2e/%2e%2e/secret.html",
    "/runs/run%20one/..%2f..%2fsecret.html", "/runs/run%20one/..%5c..%5csecret.html", "/runs/../secret.html",
    "//secret.html", "/secret.html", "/runs/run%20one/notes.txt", "/runs/run%20one/.hidden.html",
    "/runs/unfinished/tables.xlsx", "/runs/run%20one/charts/", "/runs/run%20one/charts", "/runs/run%20one/no.html",
    "/runs/run%20one/report.html%00.xlsx", "/runs/", "/runs", "/runs//report.html", "/runs/run%20one//secret.html",
])  # fmt: skip
def test_nothing_else_is_served(browser: Browser, path: str) -> None:
    status, _headers, body = browser.ask(path)
    assert status == 404
    assert b"secret" not in body


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_links_out_of_the_folder_are_not_followed(browser: Browser, outputs: Path) -> None:
    (outputs / "run one" / "out.html").symlink_to(outputs.parent / "secret.html")
    (outputs / "linked").symlink_to(outputs.parent)
    (outputs.parent / "report.html").write_text("<title>outside</title>", encoding="utf-8")
    assert browser.ask("/runs/run%20one/out.html")[0] == 404
    assert browser.ask("/runs/linked/secret.html")[0] == 404
    assert browser.ask("/runs/linked/")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "", "127.0.0.1:1", "evil.example:80"])
def test_another_host_is_refused(browser: Browser, host: str) -> None:
    status, _headers, body = browser.ask("/", host=host)
    assert status == 421
    assert b"Prakiraan" not in body


def test_localhost_is_this_machine(browser: Browser) -> None:
    assert browser.ask("/", host=f"localhost:{browser.port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(browser: Browser, method: str, outputs: Path) -> None:
    assert browser.ask("/runs/run%20one/tables.xlsx", method)[0] == 501
    assert (outputs / "run one" / "tables.xlsx").read_bytes() == b"PK\3\4 table"


def test_listens_on_loopback_only(outputs: Path) -> None:
    server = make_server(outputs, 0)
    try:
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.server_close()


def test_a_taken_port_is_told(outputs: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} cannot be used"):
            make_server(outputs, port)
    with pytest.raises(UserError, match="port 70000 cannot be used"):
        make_server(outputs, 70000)


def test_newest_run_comes_first(outputs: Path) -> None:
    later = outputs / "second"
    later.mkdir()
    (later / "report.html").write_text("no title here", encoding="utf-8")
    os.utime(later / "report.html", (2_000_000_000, 2_000_000_000))
    assert [(name, title) for name, title, _written in finished_runs(outputs)] == [
        ("second", "second"), ("run one", "Prakiraan <A> & B")]  # fmt: skip


def test_command_refuses_a_missing_folder(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(app, ["web", "--no-browser", "--outputs", str(tmp_path / "none")])
    assert isinstance(outcome.exception, UserError)
    assert "tidak ada folder" in outcome.exception.describe("id")


def test_command_refuses_an_unknown_language(outputs: Path) -> None:
    outcome = CliRunner().invoke(app, ["web", "--no-browser", "--outputs", str(outputs), "--lang", "fr"])
    assert isinstance(outcome.exception, UserError)
    assert outcome.exception.describe("id") == "bahasa fr tidak dikenal; pilih id atau en"


def test_an_empty_folder_says_how_to_make_a_run(tmp_path: Path) -> None:
    from web.server import list_page

    assert "prakira run bengkulu-utara" in list_page(tmp_path, "id")
    assert "No finished run" in list_page(tmp_path, "en")
