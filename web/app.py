"""The planner's page as an application: pages, what guards them, and how every fault becomes a page with a message."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import time
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from districts.faults import InputError, UserError
from web import pages_branch, pages_data, pages_leaving, pages_proposal, pages_runs, pages_scenarios
from web.forms import MEGABYTE, TooLarge
from web.guard import HEADERS, Guard
from web.job import NoRun
from web.jobs import RUNNER, Jobs
from web.results import warm
from web.runner import is_full
from web.site import Site, language_of, render
from web.uploads import Uploads

HOST, EVERYWHERE = "127.0.0.1", "0.0.0.0"
_UPLOADS, _LOG = ".uploads", ".web.log"


def create_app(
    outputs: Path, lang: str = "id", port: int = 8765, token: str = "", command: Sequence[str] = RUNNER
) -> FastAPI:
    """The application on the runs below ``outputs``. With ``token`` it answers in the local network, to those who know
    the token. ``command`` stands in for the process of a run, in tests.

    Starting it raises ``UserError`` when another server works on the folder.
    """
    outputs = outputs.resolve()
    site = Site(outputs, Uploads(outputs / _UPLOADS), Jobs(outputs, command), lang)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        warm()
        site.jobs.start()
        yield
        site.jobs.stop()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.site = site
    for pages in (pages_data, pages_scenarios, pages_branch, pages_proposal, pages_leaving, pages_runs):
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=str(files("web").joinpath("static"))), name="static")
    app.add_exception_handler(UserError, _user_fault)
    app.add_exception_handler(InputError, _user_fault)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(RequestValidationError, _no_page)
    app.add_exception_handler(OSError, _no_room)
    app.add_exception_handler(Exception, _own_fault)
    app.add_middleware(Guard, port=port, token=token)
    return app


def make_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(12)


def bound_socket(port: int, everywhere: bool = False) -> socket.socket:
    """A socket on ``port`` of this computer, of all its addresses when ``everywhere``; port 0 takes a free one.

    Raises ``UserError`` when the port is taken or may not be used.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let two servers share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((EVERYWHERE if everywhere else HOST, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise UserError("port {port} is used by another program; choose another with --port", port=port) from error
        raise UserError("port {port} cannot be used: {reason}", port=port, reason=str(error)) from error
    return made


def serve(app: FastAPI, bound: socket.socket) -> None:
    """Answer on ``bound`` until Ctrl-C. Raises ``UserError`` when another server works on the folder."""
    import uvicorn

    config = uvicorn.Config(app, log_level="critical", access_log=False, server_header=False,
                            timeout_graceful_shutdown=1, lifespan="on")  # fmt: skip
    app.state.site.jobs.claim()
    uvicorn.Server(config).run(sockets=[bound])


def _user_fault(request: Request, error: Exception) -> Response:
    """What the user asked for cannot be done: the page says why."""
    assert isinstance(error, UserError | InputError)
    status = 404 if isinstance(error, NoRun) else 400
    return render(request, "fault.html", status, text=error.describe(language_of(request)))


def _too_large(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooLarge)
    return render(request, "too_large.html", 413, limit=max(error.limit // MEGABYTE, 1))


def _no_page(request: Request, error: Exception) -> Response:
    return render(request, "no_page.html", error.status_code if isinstance(error, HTTPException) else 404)


def _no_room(request: Request, error: Exception) -> Response:
    """A full disk is told; every other fault of files is the program's own."""
    return render(request, "full.html", 507) if is_full(error) else _own_fault(request, error)


def _own_fault(request: Request, error: Exception) -> Response:
    """A fault of the program: kept in a file for those who mend it, told without its inside."""
    site: Site = request.app.state.site
    try:
        with (site.outputs / _LOG).open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {request.method} {request.url.path}\n")
            traceback.print_exception(error, file=log)
    except OSError:
        pass  # nothing more can be done than to say so
    answer = render(request, "own_fault.html", 500, log=_LOG)
    answer.headers.update(HEADERS)  # this answer is sent outside the guard
    return answer
