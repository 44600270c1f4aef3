"""The RKPD proposal on the page: the form, and what is shown of a proposal under way or finished."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from districts.faults import UserError
from scenarios.rkpd.stages import last_data
from web.districts import Choice
from web.downloads import OF_PROPOSAL
from web.drafts import CERTAINTIES, shelf
from web.forms import read_form
from web.job import Job
from web.proposal_form import ProposalDraft, choice_for, read_proposal, start_proposal
from web.proposal_run import SHOWN
from web.shared import begun, job_page
from web.site import language_of, render, site_of

router = APIRouter()


@router.get("/proposal")
def proposal_form(request: Request, district: str = "", run: str = "") -> Response:
    """The form as it is first shown, or as it was when the proposal ``run`` was started."""
    site, lang = site_of(request), language_of(request)
    job = site.jobs.get(run) if run else None
    choice = choice_for(site, f"run:{run}" if job else district)
    if choice.district is None:
        return RedirectResponse(f"/?district={quote(district)}", 303)
    return _page(request, choice, read_proposal(job.form if job else (), choice.district, lang))


@router.post("/proposal")
async def begin_proposal(request: Request) -> Response:
    """Start the proposal that the form describes, or tell every fault at its field."""
    async with read_form(request) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return await run_in_threadpool(_started, request, pairs)


def proposal_page(request: Request, job: Job) -> Response:
    """A proposal: how far it is, or its first lines."""
    folder = site_of(request).outputs / job.name
    found = _shown(folder, language_of(request)) if job.state == "done" else None
    return job_page(request, "proposal.html", job, found, OF_PROPOSAL)


def _shown(folder: Path, lang: str) -> dict[str, Any] | None:
    """The first lines of the proposal; None where it has none. Raises ``UserError`` for a damaged file."""
    try:
        found: dict[str, Any] = json.loads((folder / SHOWN).read_text(encoding="utf-8"))[lang]
        return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("{path} is damaged or not a run of this program", path=f"{folder.name}/{SHOWN}") from error


def _started(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    site, lang = site_of(request), language_of(request)
    choice = choice_for(site, dict(pairs).get("district", ""))
    if choice.district is None:
        raise UserError("the data of this district hold errors; mend them first")
    draft = read_proposal(pairs, choice.district, lang)
    if draft.faults:
        return _page(request, choice, draft, 422)
    return begun(request, lambda: start_proposal(site, choice, draft, pairs, lang),
                 lambda wrong: _page(request, choice, draft, 422, wrong))  # fmt: skip


def _page(request: Request, choice: Choice, draft: ProposalDraft, status: int = 200, wrong: str = "") -> Response:
    assert choice.district is not None  # only a usable district has this page
    return render(
        request, "proposal_form.html", status, choice=choice, draft=draft, shelf=shelf(choice.district),
        certainties=CERTAINTIES, data=last_data(choice.district), wrong=wrong,
        here=f"/proposal?district={quote(choice.key)}",
    )  # fmt: skip
