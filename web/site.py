"""What every page needs to know of the place it is served from, and how a template becomes an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from districts.text import LANGUAGES, month_name, number, percent, rupiah, rupiah_short, translator
from web.words import month_word

if TYPE_CHECKING:
    from jinja2 import Environment

    from web.jobs import Jobs
    from web.uploads import Uploads

#: The cookie that holds the language a reader chose.
LANGUAGE_COOKIE = "prakira_bahasa"


@dataclass(frozen=True)
class Site:
    """One server: the folder of the runs, its uploads and its jobs, and the language where nobody chose one."""

    outputs: Path
    uploads: Uploads
    jobs: Jobs
    lang: str = "id"


def site_of(request: Request) -> Site:
    """The site that answers ``request``."""
    site: Site = request.app.state.site
    return site


def language_of(request: Request) -> str:
    """The language of the answer: asked for in the address, else that of the cookie, else the server's."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in LANGUAGES:
            return str(asked)
    return site_of(request).lang


def render(request: Request, template: str, status: int = 200, /, **content: Any) -> HTMLResponse:
    """The page ``template`` in the language of the request; ``content`` is what it shows, escaped."""
    lang = language_of(request)
    known = {"here": _here(request), "answer_of": partial(answer_of, site_of(request).outputs, lang)}
    return HTMLResponse(fragment(lang, template, **{**known, **content}), status)


def answer_of(outputs: Path, lang: str, name: str) -> str:
    """The figure that a finished run of this name proposes, in a few words, as its reports left it; "" without one."""
    from reports.write import read_short

    return read_short(outputs / name).get(lang, "")


def _here(request: Request) -> str:
    """The address of this page, to which a language may be added; of what a form was sent to, the first page."""
    if request.method != "GET":
        return "/"
    rest = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "token")]
    return request.url.path + (f"?{urlencode(rest)}" if rest else "")


def fragment(lang: str, template: str, /, **content: Any) -> str:
    """A template, or a part of a page, as text in ``lang``."""
    words = {name: partial(told, lang=lang) for name, told in _FORMS.items()}
    return environment().get_template(template).render(lang=lang, _=translator(lang), **words, **content)


@cache
def environment() -> Environment:
    """The templates; everything that is put into them is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    from reports.report.html import stress

    loader = ChoiceLoader([PackageLoader("web", "templates"), PackageLoader("reports.branch", "templates")])
    found = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    found.filters["stress"], found.filters["sentence"] = stress, sentence
    return found


def sentence(text: str) -> str:
    """A message as a sentence: a capital letter, unless it begins with the name of a file, and a full stop."""
    first = text.partition(" ")[0]
    begun = text if "." in first or "/" in first else f"{text[:1].upper()}{text[1:]}"
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."


def size_words(size: int, lang: str = "id") -> str:
    """The size of a file: ``1,1 MB``, ``84 kB``."""
    return f"{number(size / 1e6, lang, 1)} MB" if size >= 95_000 else f"{number(max(size / 1e3, 1), lang)} kB"


def time_words(seconds: float | None, lang: str = "id") -> str:
    """How long something takes, roughly: ``2 menit``; ``""`` where it is not known."""
    _ = translator(lang)
    if seconds is None:
        return ""
    if seconds < 90:
        return _("{seconds} seconds").format(seconds=5 * max(1, round(seconds / 5)))
    if seconds < 5400:
        return _("{minutes} minutes").format(minutes=round(seconds / 60))
    return _("{hours} hours").format(hours=number(seconds / 3600, lang, 1))


def moment_words(moment: float, lang: str = "id") -> str:
    """A moment (seconds since 1970) on this computer's clock: ``25 Mei 2026, 09.31``."""
    from datetime import datetime

    from babel.dates import format_date

    when = datetime.fromtimestamp(moment)
    day = format_date(when, "d MMMM yyyy", locale="id_ID" if lang == "id" else "en_GB")
    return f"{day}, {when:%H.%M}" if lang == "id" else f"{day}, {when:%H:%M}"


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` whole or not at all. Raises ``OSError`` where it cannot be written, as on a full disk."""
    from districts.whole import write_whole

    write_whole(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


_FORMS: dict[str, Any] = {
    "number": number, "percent": percent, "rupiah": rupiah, "rupiah_short": rupiah_short, "month_name": month_name,
    "month_word": month_word, "size_words": size_words, "time_words": time_words, "moment_words": moment_words,
}  # fmt: skip
