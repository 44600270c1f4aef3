"""A small result page on this machine only: lists the finished runs of a folder and serves their files, read-only.

Nothing is computed or written here. The server listens on 127.0.0.1, answers GET and HEAD, and refuses a request whose
``Host`` is not this address, so that no other web site can read the results through the planner's browser.
"""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from functools import partial
from html import escape, unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from districts.faults import UserError
from districts.text import translator
from reports.page import STYLE

HOST = "127.0.0.1"
#: What a run's folder may hand out, and as what.
CONTENT_TYPES: dict[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
}
_HEADERS: dict[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def finished_runs(outputs: Path) -> list[tuple[str, str, datetime]]:
    """(folder name, title of its page, when it was written) of every run with a page, newest first.

    ``outputs`` need not exist; a run without ``report.html`` has not been reported yet and is left out.
    """
    found = []
    for page in outputs.glob("*/report.html"):
        head = page.read_text(encoding="utf-8", errors="replace")[:2000]
        title = re.search(r"<title>(.*?)</title>", head, re.DOTALL)
        name = page.parent.name
        written = datetime.fromtimestamp(page.stat().st_mtime)
        found.append((name, unescape(title.group(1)) if title else name, written))
    return sorted(found, key=lambda run: (run[2], run[0]), reverse=True)


def file_of(outputs: Path, url_path: str) -> Path | None:
    """The file that ``/runs/NAME/...`` means, or None if it is not one that may be served.

    Only plain names below ``outputs``, also after links are followed, of a known kind, in a run that has a page.
    """
    parts = [unquote(part) for part in url_path.split("/")]
    if len(parts) < 4 or parts[0] or parts[1] != "runs":
        return None
    name, *rest = parts[2:]
    rest = rest[:-1] + ["report.html"] if rest[-1] == "" else rest
    if any(part in ("", ".", "..") or part.startswith(".") or set(part) & set("/\\:\0") for part in (name, *rest)):
        return None
    root = outputs.resolve()
    wanted = root.joinpath(name, *rest).resolve()
    if not wanted.is_relative_to(root / name) or not (root / name / "report.html").is_file():
        return None
    return wanted if wanted.is_file() and wanted.suffix in CONTENT_TYPES else None


def list_page(outputs: Path, lang: str = "id") -> str:
    """The page that lists the finished runs under ``outputs``, as HTML."""
    _ = translator(lang)
    rows = [
        f'<tr><td><a href="/runs/{quote(name, safe="")}/">{escape(title)}</a></td><td>{escape(name)}</td>'
        f"<td>{written:%Y-%m-%d %H:%M}</td></tr>"
        for name, title, written in finished_runs(outputs)
    ]
    heads = "".join(f"<th>{escape(text)}</th>" for text in (_("Result"), _("Folder"), _("Written")))
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    if not rows:
        hint = _("No finished run in this folder yet. Make one with: prakira run bengkulu-utara")
        body = f"<p>{escape(hint)}</p>"
    title = escape(_("Results on this computer"))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Prakira · {title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><header><div class="wrap"><b>Prakira</b></div></header><main class="wrap"><h1>{title}</h1>'
        f"{body}</main></body></html>"
    )


class ResultHandler(BaseHTTPRequestHandler):
    """Answers one request; ``outputs`` and ``lang`` are bound by :func:`make_server`."""

    server_version, sys_version = "Prakira", ""
    timeout = 30

    def __init__(self, *arguments: object, outputs: Path, lang: str) -> None:
        self.outputs, self.lang = outputs, lang
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send the list, a file, or the reason why not."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        host, port = self.connection.getsockname()[:2]
        if self.headers.get("Host", "") not in (f"{host}:{port}", f"localhost:{port}"):
            self._send_text(HTTPStatus.MISDIRECTED_REQUEST, "text/plain; charset=utf-8", "host", with_body)
            return
        path = urlsplit(self.path).path
        if path == "/":
            self._send_text(HTTPStatus.OK, CONTENT_TYPES[".html"], list_page(self.outputs, self.lang), with_body)
        elif (found := file_of(self.outputs, path)) is not None:
            self._send_file(found, with_body)
        else:
            words = translator(self.lang)("There is no such page.")
            self._send_text(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", words, with_body)

    def _head(self, status: HTTPStatus, kind: str, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_text(self, status: HTTPStatus, kind: str, text: str, with_body: bool) -> None:
        body = text.encode()
        self._head(status, kind, len(body))
        if with_body:
            self.wfile.write(body)

    def _send_file(self, path: Path, with_body: bool) -> None:
        with path.open("rb") as source:
            self._head(HTTPStatus.OK, CONTENT_TYPES[path.suffix], path.stat().st_size)
            if with_body:
                shutil.copyfileobj(source, self.wfile)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the terminal belongs to the user."""


def make_server(outputs: Path, port: int = 8765, lang: str = "id") -> ThreadingHTTPServer:
    """A server of the runs under ``outputs`` on 127.0.0.1; port 0 takes a free one. The caller runs and closes it.

    Raises ``UserError`` when the port is taken or may not be used.
    """
    handler = partial(ResultHandler, outputs=outputs, lang=lang)
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except (OSError, OverflowError) as error:
        raise UserError("port {port} cannot be used: {reason}", port=port, reason=str(error)) from error
