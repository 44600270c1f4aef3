"""Cost and effect in reports: the sheet is the store's, the chart is drawn from it, every text has its Indonesian."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from test_reports_made_up import made_up_run

from districts.text import rupiah, translator
from reports.charts_frontier import frontier_chart
from reports.run import Run
from reports.workbook import write_workbook
from scenarios.comparison.intervals import fieller
from scenarios.store import RunStore
from sim.rules import load_rules

ROOT = Path(__file__).parents[1]
SOURCES = [*(ROOT / "scenarios" / "comparison").glob("*.py"), ROOT / "scenarios" / "kbk_sites.py",
           *(ROOT / "cli" / f"{name}.py" for name in ("compare", "comparison_answer", "kbk_plan"))]  # fmt: skip
DROP = "UHC, pagu kurang tiga bulan, menonaktifkan"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(RunStore.open(made_up_run(tmp_path_factory.mktemp("cost") / "run", replicates=20)), load_rules())


def _changes(run: Run, scenario: str) -> tuple[np.ndarray, np.ndarray]:
    """Bill and active person-months over the run, minus the baseline, (R,)."""
    bill, active = (
        run.store.series(scenario, key).sum(axis=1) - run.store.series("baseline", key).sum(axis=1)
        for key in ("bill_jkn", "active")
    )
    return bill, active


def test_the_sheet_equals_the_store(run: Run, tmp_path: Path) -> None:
    write_workbook(run, tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)["Biaya dan hasil"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[:3] == (DROP, "orang-bulan aktif", "Pemda")]
    bill, active = _changes(run, "uhc-drop")
    edges = fieller(bill, active)
    expected = [bill.mean(), active.mean(), bill.mean() / active.mean(), *edges]
    assert list(rows[0][3:8]) == pytest.approx(expected, abs=0.5)
    assert edges[0] < rows[0][5] < edges[1]


def test_the_chart_tells_the_last_step_of_the_line(run: Run) -> None:
    """In the made-up run what is active does not depend on the regime, save that dropping loses members: the step to
    the choice with most members is told, in rupiah of the Pemda."""
    efficient = sorted((one for one in run.frontier if one.place == "frontier"), key=lambda one: one.effect)
    before, last = (np.array([sample.mean() for sample in _changes(run, one.name)]) for one in efficient[-2:])
    step = (last[0] - before[0]) / (last[1] - before[1])
    chart = frontier_chart(run)
    assert chart is not None
    assert rupiah(step) in chart.title
    assert "8 dari 10" in chart.lead
    assert chart.svg().count("</text>") > len(run.frontier) * 3


def test_without_a_choice_there_is_no_chart(tmp_path: Path) -> None:
    store = RunStore.open(made_up_run(tmp_path / "run", replicates=2, months=2))
    store.update(scenarios=store.manifest["scenarios"][:1])
    assert frontier_chart(Run(store, load_rules())) is None
    write_workbook(Run(store, load_rules()), tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["Biaya dan hasil"]
    assert "Tidak ada yang dibandingkan: hitungan ini hanya punya satu skenario." in [row[0].value for row in sheet]


def test_every_text_has_its_indonesian() -> None:
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                caller = node.func.func if isinstance(node.func, ast.Call) else node.func
                if getattr(caller, "id", "") in ("_", "UserError", "translator"):
                    found.add(str(node.args[0].value))
    assert len(found) > 20
    same = {text for text in found if translator("id")(text) == text}
    assert same == set()
