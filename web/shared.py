"""What the pages of a branch and of a proposal do alike: a form that starts a job, and the page of the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from districts.faults import InputError, UserError
from web.downloads import Kind, present
from web.job import Job
from web.progress import progress
from web.site import language_of, render, site_of


def begun(request: Request, start: Callable[[], Job], again: Callable[[str], Response]) -> Response:
    """The page of the job that ``start`` puts into the queue; where it cannot be run, the form ``again`` with the
    reason."""
    try:
        job = start()
    except (InputError, UserError) as error:
        return again(error.describe(language_of(request)))
    return RedirectResponse(f"/runs/{quote(job.name)}", 303)


def job_page(request: Request, template: str, job: Job, found: Any, kinds: Sequence[Kind]) -> Response:
    """The page of a job: how far it is, or what was ``found``, with the files of these ``kinds`` to take home."""
    site = site_of(request)
    return render(
        request, template, job=job, found=found, files=present(site.outputs / job.name, kinds) if found else [],
        jobs=site.jobs.all()[:12], here=f"/runs/{quote(job.name)}", progress=progress(site.outputs, job),
        place=site.jobs.place(job.name) if job.under_way else 0,
    )  # fmt: skip
