"""One scenario taken out of a run under way, or in again; what is hardly meant is asked first."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from districts.faults import UserError
from web.forms import read_form
from web.job import Job
from web.leaving import LEAVING, may_leave
from web.progress import titles
from web.runner import is_proposal
from web.site import Site, language_of, render, site_of

router = APIRouter()


@router.get("/runs/{name}/leave-out")
def ask_leaving(request: Request, name: str, scenario: str = "") -> Response:
    """Ask whether the scenario is really to be taken out, and say what becomes of the others."""
    site, lang = site_of(request), language_of(request)
    job = site.jobs.get(name)
    if not _may(site, job, scenario):
        return RedirectResponse(f"/runs/{quote(name)}", 303)
    others = [one for one in job.names if one != scenario]
    told = {one: title[lang] for one, title in titles(site.outputs / name, job).items()}
    next_one = told[_reference(others)] if others and scenario == _reference(job.names) else ""
    return render(
        request, "leave_out.html", job=job, scenario=scenario, title=told[scenario], alone=not others,
        next_reference=next_one, proposal=_proposal(job.names) == scenario,
        here=f"/runs/{quote(name)}/leave-out?{urlencode({'scenario': scenario})}",
    )  # fmt: skip


@router.post("/runs/{name}/leave-out")
async def leave_out(request: Request, name: str) -> Response:
    """Take a scenario out of the run: at once, or after it was asked where the others depend on it."""
    scenario, sure = await _asked(request)
    site, here = site_of(request), f"/runs/{quote(name)}"
    job = await run_in_threadpool(site.jobs.get, name)
    if not sure and (_reference(job.names) == scenario or _proposal(job.names) == scenario):
        return RedirectResponse(f"{here}/leave-out?{urlencode({'scenario': scenario})}", 303)
    await run_in_threadpool(site.jobs.leave_out, name, scenario)
    return RedirectResponse(here, 303)


@router.post("/runs/{name}/take-in")
async def take_in(request: Request, name: str) -> Response:
    """Compute a scenario again that was taken out."""
    scenario, _sure = await _asked(request)
    await run_in_threadpool(site_of(request).jobs.take_in, name, scenario)
    return RedirectResponse(f"/runs/{quote(name)}", 303)


async def _asked(request: Request) -> tuple[str, bool]:
    """The scenario of the form, and whether its sender was asked."""
    async with read_form(request) as form:
        scenario = str(form.get("scenario", ""))
        if not scenario:
            raise UserError("there is no such page")
        return scenario, bool(form.get("sure"))


def _may(site: Site, job: Job, scenario: str) -> bool:
    return job.kind == "run" and job.state in LEAVING and may_leave(site.outputs, job, scenario)


def _reference(names: tuple[str, ...] | list[str]) -> str:
    """What the others are compared with: as :attr:`reports.run.Run.reference`."""
    return "baseline" if "baseline" in names else next(iter(names), "")


def _proposal(names: tuple[str, ...]) -> str:
    """The scenario whose need is proposed, "" where there is none."""
    return next(filter(is_proposal, names), "")
