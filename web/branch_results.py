"""What a page shows of a finished branch: the words of its own page, and its chart, from the same files."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from districts.faults import UserError
from web.job import BRANCH
from web.results import Picture, drawn

if TYPE_CHECKING:
    from reports.branch.page import Content


@dataclass(frozen=True)
class BranchResults:
    """The ``content`` of the branch's page, the chart of its cash call (None where a district's run is gone), and the
    names and titles of its districts, each with whether its own report is there."""

    content: Content
    picture: Picture | None
    districts: tuple[tuple[str, str, bool], ...]


def branch_results(folder: Path, lang: str) -> BranchResults | None:
    """What the branch in ``folder`` came to; None while it has not. Raises ``UserError`` for a damaged file."""
    path = folder / BRANCH
    return _results(folder, path.stat().st_mtime_ns, lang) if path.is_file() else None


@lru_cache(maxsize=8)
def _results(folder: Path, _written: int, lang: str) -> BranchResults:
    from reports.branch.page import content

    try:
        record = json.loads((folder / BRANCH).read_text(encoding="utf-8"))
        districts = tuple((one["name"], one["title"], (folder / one["name"] / "report.html").is_file())
                          for one in record["districts"])  # fmt: skip
        return BranchResults(content(record, lang), _picture(folder, record, lang), districts)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError("{path} is damaged or not a run of this program", path=f"{folder.name}/{BRANCH}") from error


def _picture(folder: Path, record: dict[str, Any], lang: str) -> Picture | None:
    """The cash call as the branch's page draws it."""
    from reports.branch.chart import cash_chart
    from scenarios.branch.totals import cash
    from scenarios.store import FILE, RunStore

    places = [folder / one["name"] for one in record["districts"]]
    if not all((place / FILE).is_file() for place in places):
        return None
    with ExitStack() as opened:
        stores = [opened.enter_context(RunStore.open(place)) for place in places]
        total = cash(stores, record["scenario"]["name"])["total"]
    return drawn(cash_chart(record, total, lang))
