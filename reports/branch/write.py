"""Everything a branch opens after its run: ``branch.json``, ``cabang.xlsx``, ``cabang.html``."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.branch.chart import cash_chart
from reports.branch.page import render
from reports.branch.record import FILE, Record, earlier_forecasts, record_of, with_error
from reports.branch.sheets import write_book
from reports.write import put
from scenarios.branch.actual import Actual
from scenarios.branch.skill import pairs
from scenarios.branch.totals import cash
from scenarios.store import RunStore

BOOK, PAGE = "cabang.xlsx", "cabang.html"


def write_branch(
    folder: Path, name: str, stores: Sequence[RunStore], scenario: str, command: str, actual: Actual, lang: str = "id"
) -> tuple[Record, list[Path]]:
    """Writes the files of branch ``name`` into ``folder``, which holds its districts' runs, and returns the record and
    the paths, the page first.

    Each file is made under another name and then put in place; the page, which links to the others, comes last.
    Raises ``UserError`` when the runs differ in months, seed or replicates.
    """
    earlier = earlier_forecasts(folder, name)
    reported = max((figure.month for figure in actual), default=None)
    record = record_of(name, stores, scenario, command)
    record = with_error(record, pairs(actual, earlier), reported, len(earlier))
    kept = put(folder / FILE, (json.dumps(record, ensure_ascii=False) + "\n").encode())
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write_book(record, Path(scratch) / BOOK, lang)
        os.replace(Path(scratch) / BOOK, folder / BOOK)
    chart = cash_chart(record, cash(stores, scenario)["total"], lang)
    page = put(folder / PAGE, render(record, chart, _links(stores), lang).encode())
    return record, [page, folder / BOOK, kept]


def _links(stores: Sequence[RunStore]) -> list[tuple[str, str]]:
    """The branch's own files, and of each district the page of its run, else its tables."""
    links = [(name, name) for name in (BOOK, FILE)]
    for store in stores:
        pages = [name for name in ("report.html", "index.html", "tables.xlsx") if (store.folder / name).exists()]
        links += [(f"{store.folder.name}/{name}", store.manifest["district"]["title"]) for name in pages[:1]]
    return links
