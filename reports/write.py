"""Everything a person opens after a run: ``report.html``, ``report.docx``, ``tables.xlsx`` and ``charts/``."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from districts.text import LANGUAGES
from reports.answer import short_answer
from reports.canvas import Chart
from reports.report import build, render_page, write_document
from reports.run import Run, opened
from reports.workbook import write_workbook

TABLES, CHARTS, PAGE, WORD = "tables.xlsx", "charts", "report.html", "report.docx"
#: The figure of the answer in a few words of each language, for lists of runs, and the language of the files ("lang").
SHORT = ".answer.json"


def write_outputs(folder: Path, lang: str = "id", into: Path | None = None) -> list[Path]:
    """Writes the reports of the run in ``folder`` there, or ``into`` another folder, and returns their paths, the page
    first.

    Each file is made under another name and then put in place, so that no half-written file is ever seen; the page
    comes last. Raises ``UserError`` when the folder holds no run or no result yet.
    """
    into = Path(folder if into is None else into)
    with opened(Path(folder)) as run:
        into.mkdir(exist_ok=True)
        report = build(run, lang)
        written = [path for chart in report.charts for path in put_chart(into / CHARTS, chart)]
        with tempfile.TemporaryDirectory(dir=into) as scratch:
            write_workbook(run, Path(scratch) / TABLES, lang)
            write_document(report, Path(scratch) / WORD)
            for name in (TABLES, WORD):
                os.replace(Path(scratch) / name, into / name)
        short = {"lang": lang, **{each: short_answer(run, each) for each in LANGUAGES}}
        put(into / SHORT, json.dumps(short, ensure_ascii=False).encode())
        page = put(into / PAGE, render_page(report).encode())
        return [page, into / WORD, into / TABLES, *written]


def read_short(folder: Path) -> dict[str, str]:
    """What the reports of the run in ``folder`` left of themselves (:data:`SHORT`); empty without them."""
    try:
        found = json.loads((Path(folder) / SHORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def draw_charts(run: Run, lang: str = "id") -> list[Chart]:
    """The charts of a run in the order in which its report shows them."""
    return list(build(run, lang).charts)


def put_chart(folder: Path, chart: Chart) -> list[Path]:
    """Writes ``chart`` as PNG and SVG into ``folder``."""
    forms = (("png", chart.png()), ("svg", chart.svg().encode()))
    return [put(folder / f"{chart.name}.{form}", content) for form, content in forms]


def put(path: Path, content: bytes) -> Path:
    """Writes ``path`` (and its folder) whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(content)
    os.replace(half, path)
    return path
