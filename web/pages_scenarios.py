"""The second step: choose scenarios, move their levers, and start the run."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from districts.faults import InputError, UserError
from scenarios.months import later, span
from web.districts import Choice, choice_of
from web.drafts import CERTAINTIES, Draft, first_draft, read_draft, shelf
from web.forms import read_form
from web.site import language_of, render, site_of
from web.starting import start

router = APIRouter()
#: Months of the run that a lever's month may be chosen from; others are written.
_LISTED = 60


@router.get("/scenarios")
def scenarios_page(request: Request, district: str = "", run: str = "") -> Response:
    """The form as it is first shown, or as it was when the run ``run`` was started."""
    site, lang = site_of(request), language_of(request)
    pairs = list(site.jobs.get(run).form) if run else []
    choice = _ready(choice_of(dict(pairs).get("district", "") or district, site.uploads))
    if choice is None:
        return RedirectResponse(f"/?district={quote(district)}", 303)
    assert choice.district is not None  # _ready says so
    draft = read_draft(pairs, choice.district, lang) if pairs else first_draft(choice.district, lang)
    return _page(request, choice, draft)


@router.post("/scenarios")
async def changed_page(request: Request) -> Response:
    """The form with what was typed, and the levers of what is now chosen."""
    pairs = await _pairs(request)
    return await run_in_threadpool(_changed, request, pairs)


@router.post("/runs")
async def start_run(request: Request) -> Response:
    """Start the run that the form describes, or tell every fault at its field."""
    pairs = await _pairs(request)
    return await run_in_threadpool(_started, request, pairs)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    async with read_form(request) as form:
        return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _changed(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    choice, draft = _draft(request, pairs)
    return _page(request, choice, draft)


def _started(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    choice, draft = _draft(request, pairs)
    if draft.fault_count:
        return _page(request, choice, draft, 422)
    lang = language_of(request)
    try:
        job = start(site_of(request), choice, draft, [pair for pair in pairs if pair[0] != "copy"], lang)
    except (InputError, UserError) as error:
        return _page(request, choice, draft, 422, error.describe(lang))
    return RedirectResponse(f"/runs/{quote(job.name)}", 303)


def _draft(request: Request, pairs: Sequence[tuple[str, str]]) -> tuple[Choice, Draft]:
    choice = _ready(choice_of(dict(pairs).get("district", ""), site_of(request).uploads))
    if choice is None:
        raise UserError("the data of this district hold errors; mend them first")
    assert choice.district is not None  # _ready says so
    return choice, read_draft(pairs, choice.district, language_of(request))


def _ready(choice: Choice) -> Choice | None:
    """The choice, None while its data hold errors."""
    return choice if choice.district is not None else None


def _reference(draft: Draft) -> str:
    """The scenario with which the others are compared: the baseline, or else the first."""
    keys = [one.key for one in draft.chosen]
    return "baseline" if "baseline" in keys or not keys else keys[0]


def _page(request: Request, choice: Choice, draft: Draft, status: int = 200, wrong: str = "") -> Response:
    district = choice.district
    assert district is not None  # only a usable district has this page
    return render(
        request, "scenarios.html", status, choice=choice, draft=draft, shelf=shelf(choice.district),
        certainties=CERTAINTIES, reference=_reference(draft), wrong=wrong,
        chosen={one.key.partition("~")[0]: one for one in reversed(draft.chosen)},
        months=span(draft.values["start"] or later(district.default_stock, 1), min(draft.values["months"], _LISTED)),
        first_start=later(district.default_stock, 1), here=f"/scenarios?district={quote(choice.key)}",
    )  # fmt: skip
