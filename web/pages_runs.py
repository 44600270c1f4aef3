"""The third step: a run on its way and its results, what may be taken home, and the runs that are kept."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse

from districts.faults import UserError
from web.downloads import CHARTS_ZIP, EXPORTS, OF, OF_CHARTS, downloads, export, file_of, packed_charts
from web.forms import read_form
from web.job import Job
from web.jobs import has_results
from web.pages_branch import branch_page
from web.pages_proposal import proposal_page
from web.progress import progress
from web.results import facility_of, results
from web.site import Site, fragment, language_of, render, site_of
from web.translated import in_language, written_in

router = APIRouter()
_PACE = 0.5  # seconds between two looks at a run
_SIGN = 15.0  # seconds after which a silent stream says that it is still there
#: A report is a page of its own with its own script: it is shown apart from this site, and may load nothing.
_REPORT_POLICY = ("sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; "
                  "script-src 'unsafe-inline'; img-src data:")  # fmt: skip

#: Pages of what is no run of one district.
_PAGES: dict[str, Callable[[Request, Job], Response]] = {"branch": branch_page, "rkpd": proposal_page}


@router.get("/runs/{name}")
def run_page(request: Request, name: str, ref: str = "") -> Response:
    """A run: how far it is, and its results so far."""
    site, lang = site_of(request), language_of(request)
    job = site.jobs.get(name)
    if job.kind in _PAGES:
        return _PAGES[job.kind](request, job)
    folder = site.outputs / name
    stored = has_results(site.outputs, job)
    growing = job.state in ("running", "queued", "closing")
    try:
        found = results(folder, lang, ref, pictures=not growing, growing=growing) if stored else None
    except sqlite3.Error:  # a full disk: the store cannot be opened, and the panel says why
        found = None
    return render(
        request, "run.html", job=job, results=found, files=[] if growing or not stored else downloads(folder),
        jobs=site.jobs.all()[:12], here=f"/runs/{quote(name)}", progress=progress(site.outputs, job),
        place=site.jobs.place(name) if job.under_way else 0, other=written_in(folder) not in ("", lang),
    )  # fmt: skip


@router.get("/hover.js")
def hover() -> Response:
    """The script that shows the words of a chart's areas."""
    from reports.canvas import hover_script

    return Response(hover_script(), media_type="text/javascript; charset=utf-8")


@router.get("/runs/{name}/interim")
def interim(request: Request, name: str) -> Response:
    """The results so far, as a part of the page."""
    site, lang = site_of(request), language_of(request)
    job = site.jobs.get(name)
    found = results(site.outputs / name, lang, pictures=False, growing=True)
    return render(request, "_interim.html", job=job, results=found)


@router.get("/runs/{name}/events")
def events(request: Request, name: str) -> Response:
    """How far the run is, told as it changes: a stream that a browser takes up again by itself."""
    site, lang = site_of(request), language_of(request)
    site.jobs.get(name)
    return StreamingResponse(_told(request, site, name, lang), media_type="text/event-stream",
                             headers={"X-Accel-Buffering": "no"})  # fmt: skip


@router.post("/runs/{name}/{act}")
async def act_on_run(request: Request, name: str, act: str) -> Response:
    """Pause, cancel, resume, rename or delete a run."""
    async with read_form(request) as form:
        title = str(form.get("title", ""))
    jobs, here = site_of(request).jobs, f"/runs/{quote(name)}"
    if act == "rename":
        await run_in_threadpool(jobs.rename, name, title)
    elif act == "delete":
        await run_in_threadpool(jobs.delete, name)
        here = "/runs"
    elif act in ("pause", "cancel", "resume"):
        await run_in_threadpool(getattr(jobs, act), name)
    else:
        raise UserError("there is no such page")
    return RedirectResponse(here, 303)


@router.get("/runs")
def runs_page(request: Request) -> Response:
    """All runs that are kept."""
    return render(request, "runs.html", jobs=site_of(request).jobs.all())


@router.get("/runs/{name}/delete")
def ask_delete(request: Request, name: str) -> Response:
    """Ask whether the run is really to be removed."""
    return render(request, "delete.html", job=site_of(request).jobs.get(name))


@router.get("/runs/{name}/report")
def shown_report(request: Request, name: str) -> Response:
    """The report, to be read here."""
    site = site_of(request)
    found = file_of(in_language(site.outputs / site.jobs.get(name).name, language_of(request)), "report.html")
    if found is None:
        raise UserError("this run has no report yet")
    return FileResponse(found[0], media_type=found[1].media, headers={"Content-Security-Policy": _REPORT_POLICY})


@router.get("/runs/{name}/facilities/{number}")
def facility(request: Request, name: str, number: int) -> Response:
    """The page of one facility, by its number in the run's order from 1; it prints on one A4."""
    site = site_of(request)
    found = facility_of(site.outputs / site.jobs.get(name).name, number, language_of(request))
    return HTMLResponse(found, headers={"Content-Security-Policy": _REPORT_POLICY})


@router.get("/runs/{name}/files/{file}")
def download(request: Request, name: str, file: str) -> Response:
    """One file of the run, to be kept."""
    site = site_of(request)
    job = site.jobs.get(name)
    folder = site.outputs / name
    level = next((level for level, kind in EXPORTS.items() if kind.file == file), None)
    if level is not None and job.kind == "run":
        if not has_results(site.outputs, job):
            raise UserError("this run has no such file")
        return StreamingResponse(
            export(folder, level), media_type=EXPORTS[level].media, headers=_kept_as(f"{name}-{file}")
        )
    if job.kind == "run" and file in (kind.file for kind in OF["run"]):
        folder = in_language(folder, language_of(request))
    found = file_of(folder, file, OF[job.kind])
    if found is None and file == CHARTS_ZIP and job.kind == "run" and any((folder / "charts").glob("*.*")):
        return Response(packed_charts(folder), media_type=OF_CHARTS.media, headers=_kept_as(f"{name}-{file}"))
    if found is None:
        raise UserError("this run has no such file")
    return FileResponse(found[0], media_type=found[1].media, headers=_kept_as(f"{name}-{file}"))


@router.get("/runs/{name}/read/{file}")
def shown_page(request: Request, name: str, file: str) -> Response:
    """A page among the files of the run, to be read here."""
    site = site_of(request)
    found = file_of(site.outputs / name, file, OF[site.jobs.get(name).kind])
    if found is None or found[0].suffix != ".html":
        raise UserError("this run has no such file")
    return FileResponse(found[0], media_type=found[1].media, headers={"Content-Security-Policy": _REPORT_POLICY})


@router.get("/runs/{name}/districts/{district}/report")
def district_report(request: Request, name: str, district: str) -> Response:
    """The report of one district of a branch, to be read here."""
    site = site_of(request)
    folder = _inside(site, name, district)
    found = file_of(folder, "report.html")
    if found is None:
        raise UserError("this run has no report yet")
    return FileResponse(found[0], media_type=found[1].media, headers={"Content-Security-Policy": _REPORT_POLICY})


@router.get("/runs/{name}/districts/{district}/tables.xlsx")
def district_tables(request: Request, name: str, district: str) -> Response:
    """The workbook of one district of a branch, to be kept."""
    found = file_of(_inside(site_of(request), name, district), "tables.xlsx")
    if found is None:
        raise UserError("this run has no such file")
    return FileResponse(found[0], media_type=found[1].media, headers=_kept_as(f"{name}-{district}-tables.xlsx"))


def _inside(site: Site, name: str, district: str) -> Path:
    """The run of one district of the branch ``name``. Raises ``UserError`` when there is none."""
    job = site.jobs.get(name)
    if district not in job.ask.get("names", ()):
        raise UserError("there is no such page")
    return site.outputs / name / district


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


async def _told(request: Request, site: Site, name: str, lang: str) -> AsyncIterator[str]:
    """The events of the stream: "progress" with the panel as HTML, "results" when there are new ones, "end"."""
    before, silent, told = "", 0.0, "0"
    yield "retry: 1000\n\n"
    while not await request.is_disconnected():
        try:
            job, panel, state = await run_in_threadpool(_looked, site, name, lang)
        except UserError:  # it was deleted
            yield "event: end\ndata: {}\n\n"
            return
        silent += _PACE
        if panel != before:
            before, silent = panel, 0.0
            yield f"event: progress\ndata: {json.dumps(panel)}\n\n"
        if state != told:
            told = state
            yield f"event: results\ndata: {state}\n\n"
        if not job.under_way:
            yield "event: end\ndata: {}\n\n"
            return
        if silent >= _SIGN:
            silent = 0.0
            yield ": here\n\n"
        await asyncio.sleep(_PACE)


def _looked(site: Site, name: str, lang: str) -> tuple[Job, str, str]:
    """The run, its panel, and a text that changes whenever its results are to be shown anew ("0": there are none)."""
    job = site.jobs.get(name)
    far, place = progress(site.outputs, job), site.jobs.place(name) if job.under_way else 0
    return job, fragment(lang, "_panel.html", job=job, progress=far, place=place), far.state
