"""A BPJS branch on the page: the form, and what is shown of a branch under way or finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from web.branch_form import BranchDraft, first_branch, read_branch, start_branch
from web.branch_results import branch_results
from web.cells import MOST_SHOWN, shown_faults
from web.districts import examples, uploaded
from web.downloads import OF_BRANCH
from web.drafts import shelf
from web.forms import read_form
from web.job import Job
from web.shared import begun, job_page
from web.site import language_of, render, site_of

router = APIRouter()


@router.get("/branch")
def branch_form(request: Request, district: str = "", run: str = "") -> Response:
    """The form as it is first shown, or as it was when the branch ``run`` was started."""
    site, lang = site_of(request), language_of(request)
    pairs = list(site.jobs.get(run).form) if run else []
    draft = read_branch(pairs, lang, site.uploads) if pairs else first_branch(lang, district, site.uploads)
    return _page(request, draft)


@router.post("/branch")
async def begin_branch(request: Request) -> Response:
    """Start the branch that the form describes, or tell every fault at its field and at its cell."""
    async with read_form(request) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        file = form.get("actual")
        given = (file.file, file.filename) if isinstance(file, UploadFile) and file.filename else None
        return await run_in_threadpool(_started, request, pairs, given)


def branch_page(request: Request, job: Job) -> Response:
    """A branch: how far it is, or what it came to."""
    folder = site_of(request).outputs / job.name
    found = branch_results(folder, language_of(request)) if job.state == "done" else None
    return job_page(request, "branch.html", job, found, OF_BRANCH)


def _started(request: Request, pairs: Sequence[tuple[str, str]], actual: tuple[BinaryIO, str] | None) -> Response:
    site, lang = site_of(request), language_of(request)
    draft = read_branch(pairs, lang, site.uploads)
    if draft.faults or draft.faulty:
        return _page(request, draft, 422)
    return begun(request, lambda: start_branch(site, draft, actual, pairs, lang),
                 lambda wrong: _page(request, draft, 422, wrong))  # fmt: skip


def _page(request: Request, draft: BranchDraft, status: int = 200, wrong: str = "") -> Response:
    site, lang = site_of(request), language_of(request)
    faults = [(choice, shown_faults(found, choice.upload.path if choice.upload else None, lang), len(found))
              for choice in draft.faulty if (found := choice.faults("error"))]  # fmt: skip
    return render(
        request, "branch_form.html", status, draft=draft, choices=[*examples(), *uploaded(site.uploads)], shelf=shelf(),
        faults=faults, most=MOST_SHOWN, wrong=wrong, here="/branch",
    )  # fmt: skip
