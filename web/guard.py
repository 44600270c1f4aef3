"""Who may ask, and what an answer allows the browser: checked for every request before a page sees it.

A page of another web site must neither read results nor start anything: the ``Host`` has to be this server (which
stops names that were pointed at it), a form has to come from one of its own pages, and an answer loads nothing from
elsewhere.
In a local network a token is needed as well; it is printed when the server starts and kept in a cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from districts.text import LANGUAGES
from web.site import LANGUAGE_COOKIE, render

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_COOKIE = "prakira_kunci"
_YEAR = 365 * 24 * 3600
#: Sent with every answer. The drawings of the program carry their style in attributes; nothing else is allowed beside
#: what it serves itself.
HEADERS: dict[str, str] = {
    "Content-Security-Policy": "default-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not no-referrer: with it a browser sends its own forms with a null origin
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """The outermost layer of the application. ``token`` is needed where others in the network may ask (``lan``)."""

    app: ASGIApp
    port: int
    token: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what may not pass, and passes on the rest."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused = self._refused(request)
        cookies = [f"{LANGUAGE_COOKIE}={lang}; Path=/; Max-Age={_YEAR}; SameSite=Lax; HttpOnly"
                   for lang in (request.query_params.get("lang"),) if lang in LANGUAGES]  # fmt: skip

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name.encode(), value.encode()) for name, value in HEADERS.items()
                      if name.lower().encode() not in names),
                    *((b"set-cookie", cookie.encode()) for cookie in cookies),
                ]  # fmt: skip
            await send(message)

        await (refused or self.app)(scope, receive, guarded)

    def _refused(self, request: Request) -> Response | None:
        """Why the request may not pass, as an answer; None when it may."""
        host = request.headers.get("host", "")
        if not self._is_here(host):
            return render(request, "refused.html", 421, why="host")
        if request.method not in ("GET", "HEAD") and not _from_here(request, host):
            return render(request, "refused.html", 403, why="origin")
        if not self.token or self._is_token(request.cookies.get(TOKEN_COOKIE, "")):
            return None
        given = request.query_params.get("token", "")
        if not self._is_token(given.strip()):
            return render(request, "token.html", 403, wrong=bool(given))
        rest = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
        answer = RedirectResponse(request.url.path + (f"?{urlencode(rest)}" if rest else ""), 303)
        answer.set_cookie(TOKEN_COOKIE, self.token, httponly=True, samesite="strict")
        return answer

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self.token.encode())

    def _is_here(self, host: str) -> bool:
        """Whether ``host`` is this server. In a local network it is any address in numbers: a name could have been
        pointed here by somebody else."""
        if host in (f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            return True
        try:
            found = urlsplit(f"//{host}")
            ip_address(found.hostname or "")
            return bool(self.token) and found.port == self.port
        except ValueError:
            return False


def _from_here(request: Request, host: str) -> bool:
    """Whether a form was sent by a page of this server. A browser says where a form comes from."""
    return request.headers.get("origin", "") == f"http://{host}"
