"""The first step: choose or upload a district, and see every fault at its cell."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from districts.faults import UserError
from districts.model import District
from districts.template import write_minimal, write_workbook
from districts.text import month_name, number, percent, rupiah_short, translator
from scenarios.levers.apbd_line import district_lines
from web.cells import MOST_SHOWN, marked, shown_faults
from web.districts import Choice, choice_of, examples, uploaded
from web.forms import MEGABYTE, UPLOAD_LIMIT, read_form
from web.site import Site, language_of, render, site_of

router = APIRouter()
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: More than a workbook may weigh: what the rest of its form adds.
_FORM = UPLOAD_LIMIT + 64 * 1024


@router.get("/")
def data_page(request: Request, district: str = "") -> Response:
    """The districts, and what is found in the chosen one."""
    site, lang = site_of(request), language_of(request)
    chosen = choice_of(district, site.uploads) if district else None
    return render(request, "data.html", **_content(request, chosen, lang))


@router.post("/uploads")
async def upload(request: Request) -> Response:
    """Keep an uploaded workbook and show what is in it."""
    site = site_of(request)
    async with read_form(request, _FORM) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UserError("choose a workbook first, then upload it")
        kept = await run_in_threadpool(site.uploads.add, file.file, file.filename)
        mended = str(form.get("mended", ""))
    if mended:
        await run_in_threadpool(_replaced, site, mended)
    return RedirectResponse(f"/?district={quote(f'upload:{kept.key}')}#temuan", 303)


def _replaced(site: Site, key: str) -> None:
    """Remove the faulty workbook in whose place a mended one came; a sound one stays."""
    try:
        old = choice_of(f"upload:{key}", site.uploads)
    except UserError:
        return  # removed in the meantime
    if old.upload is not None and old.district is None:
        site.uploads.remove(old.upload)


@router.get("/uploads/{key}/marked.xlsx")
def marked_workbook(request: Request, key: str) -> Response:
    """The uploaded workbook with its wrong cells marked."""
    chosen = choice_of(f"upload:{key}", site_of(request).uploads)
    assert chosen.upload is not None  # its key says so
    content = marked(chosen.upload.path, chosen.checked.faults, language_of(request))
    return _attached(content, "data-bertanda.xlsx" if language_of(request) == "id" else "data-marked.xlsx")


@router.post("/uploads/{key}/delete")
def remove_upload(request: Request, key: str) -> Response:
    """Remove an upload."""
    site = site_of(request)
    site.uploads.remove(site.uploads.get(key))
    return RedirectResponse("/", 303)


@router.get("/templates/{name}.xlsx")
def template(request: Request, name: str) -> Response:
    """The short or the full template, empty."""
    lang = language_of(request)
    if name not in _TEMPLATES:
        raise UserError("there is no such template")
    return _attached(_template(name, lang), f"{_NAMES[name][lang]}.xlsx")


def _content(request: Request, chosen: Choice | None, lang: str) -> dict[str, object]:
    site = site_of(request)
    content: dict[str, object] = {
        "examples": examples(), "uploads": uploaded(site.uploads), "chosen": chosen, "jobs": site.jobs.all()[:8],
        "limit": UPLOAD_LIMIT // MEGABYTE, "limit_bytes": UPLOAD_LIMIT, "faults": [], "warnings": [], "more": 0,
        "most": MOST_SHOWN,
    }  # fmt: skip
    if chosen is not None:
        path = chosen.upload.path if chosen.upload else None
        errors, warnings = chosen.faults("error"), chosen.faults("warning")
        content |= {
            "summary": [] if chosen.district is None else summary(chosen.district, lang),
            "faults": shown_faults(errors, path, lang), "warnings": shown_faults(warnings, path, lang),
            "errors": len(errors), "warned": len(warnings), "more": max(len(errors) - MOST_SHOWN, 0),
        }  # fmt: skip
    return content


def summary(district: District, lang: str) -> list[tuple[str, str]]:
    """What the files say, in the figures that a planner knows by heart: a figure and what it is."""
    _, stock = translator(lang), district.stock()
    month = month_name(stock.month, lang)
    found = [
        (number(stock.population, lang), _("residents, {month}").format(month=month)),
        (percent(stock.registered / stock.population, lang), _("of them registered")),
        (percent(stock.active / stock.population, lang), _("of them active")),
        (number(len(district.facilities), lang), _("primary care facilities")),
    ]
    found += [(rupiah_short(amount, lang), _("JKN line of {year}").format(year=year))
              for year, amount in sorted(district_lines(district).items())[-1:]]  # fmt: skip
    return found


def _attached(content: bytes, name: str) -> Response:
    return Response(content, media_type=_SHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@lru_cache(maxsize=8)
def _template(name: str, lang: str) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "template.xlsx"
        _TEMPLATES[name](None, path, lang)
        return path.read_bytes()


_TEMPLATES: dict[str, Callable[[District | None, Path, str], None]] = {"short": write_minimal, "full": write_workbook}
_NAMES = {"short": {"id": "templat-singkat", "en": "template-short"},
          "full": {"id": "templat-lengkap", "en": "template-full"}}  # fmt: skip
