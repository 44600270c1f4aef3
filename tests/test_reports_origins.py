"""Where the uncertainty comes from, as page, chart, workbook and terminal tell it; and the reason where they do not."""

from __future__ import annotations

import math
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from test_report_page import Page
from test_reports_made_up import made_up_run, reported_run

from cli.answer import answer
from reports.charts_blocks import blocks_chart
from reports.origins import block_words, findings, kinds_told, share_told, short_share
from reports.report import build, render_page
from reports.run import Run
from reports.workbook import write_workbook
from scenarios.blocks import ASSUMED, LUCK, PROBED, kinds, probes
from scenarios.need import need
from scenarios.shares import Share
from scenarios.store import RunStore
from sim.rules import load_rules


@pytest.fixture(scope="module")
def many() -> Path:
    return reported_run(100, "id")


@pytest.fixture(scope="module")
def true(many: Path) -> dict[str, tuple[float, float]]:
    """Shares of need and capitation by block, from the store alone."""
    with RunStore.open(many) as store:
        held = store.probes()
        figures = (need(store, "uhc-non-cut-off", 2025, None).sample[:PROBED],
                   store.series("uhc-non-cut-off", "capitation_paid")[:PROBED, 2:14].sum(axis=1))  # fmt: skip
    found = {}
    for block in probes():
        values = [np.array([held[block, number][column] for number in range(PROBED)]) for column in (0, 1)]
        parts = [value if block == LUCK else y - value for y, value in zip(figures, values, strict=True)]
        found[block] = tuple(part.var() / y.var() for part, y in zip(parts, figures, strict=True))
    return found


def run_of(folder: Path) -> Run:
    return Run(RunStore.open(folder), load_rules())


def rows_of(html: str) -> list[list[str]]:
    """The cells of the table of the parts of the model."""
    return Page(html).tables["metode"][0][1:]


def test_the_page_has_one_row_per_block_with_its_share(many: Path, true: dict[str, Any]) -> None:
    rows = rows_of((many / "report.html").read_text(encoding="utf-8"))
    assert [row[0] for row in rows] == [block_words(block).name for block in probes()]
    for block, row in zip(probes(), rows, strict=True):
        for told, value in zip(row[3:], true[block], strict=True):
            expected = "0" if value == 0 else "<1" if value < 0.005 else f"{100 * min(value, 1):.0f}"
            assert told.split("\u00a0")[0] == expected, (block, told, value)
    assert rows[probes().index("referral")][3:] == ["0\u00a0%", "0\u00a0%"]
    assert rows[0][2] == "–"  # luck has no parameters
    words = {"published": "diterbitkan", "calibrated": "dikalibrasi", "assumed": "asumsi"}
    counts = kinds("care")
    assert rows[probes().index("care")][2] == ", ".join(f"{counts[k]} {words[k]}" for k in words if k in counts)


def test_the_heaviest_is_named_with_what_would_narrow_it(many: Path, true: dict[str, Any]) -> None:
    blocks = [block for block in probes() if block != ASSUMED]
    html = unescape((many / "report.html").read_text(encoding="utf-8"))
    for column, about in enumerate(("kebutuhan 2025", "kapitasi 2025")):
        first, second = sorted(blocks, key=lambda block: -true[block][column])[:2]
        sentence = next(text for text in findings(run_of(many)) if about in text)
        assert f"berasal dari {block_words(first).name}, " in sentence
        assert f"berikutnya {block_words(second).name}: " in sentence
        assert sentence.endswith(block_words(first).narrow)
        assert sentence in html
    assumed = next(text for text in findings(run_of(many)) if text.startswith("Semua parameter asumsi"))
    for value in true[ASSUMED]:
        assert f"{100 * min(value, 1):.0f}\u00a0% (" in assumed or value < 0.005  # more than the whole is none


def test_the_sheet_holds_the_same_shares_as_numbers(many: Path, true: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(many / "tables.xlsx", data_only=True)["Ketidakpastian"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    for block in probes():
        row = rows[block_words(block).name]
        assert (row[2], row[5]) == pytest.approx(np.minimum(true[block], 1), rel=1e-9, abs=1e-12)
        assert row[3] <= row[2] <= row[4]
        assert row[6] <= row[5] <= row[7]
        assert row[8:11] == tuple(kinds(block).get(kind, 0) for kind in ("published", "calibrated", "assumed"))


def test_the_terminal_names_the_heaviest_for_the_need_alone(many: Path, true: dict[str, Any]) -> None:
    first = max((block for block in probes() if block != ASSUMED), key=lambda block: true[block][0])
    with RunStore.open(many) as store:
        store.manifest.update(assumed=1, inputs_total=2)
        said = answer(store, many, [], "en")
    assert max(map(len, said.splitlines())) <= 80
    flat = " ".join(said.split())
    assert f"The uncertainty of the need of 2025 comes first of all from {block_words(first, 'en').name}: " in flat
    assert block_words(first, "en").narrow in flat
    assert "uncertainty of the capitation" not in flat


def test_the_chart_tells_the_heaviest_and_lists_all_for_those_who_cannot_see_it(many: Path) -> None:
    chart = blocks_chart(run_of(many), "en")
    assert chart is not None
    shares = run_of(many).shares
    assert shares is not None
    assert block_words(shares.ranking("need")[0], "en").name in chart.title
    for block in probes():
        assert f"{block_words(block, 'en').name}: {share_told(shares.need[block], 'en')}" in chart.description
    svg = chart.svg()
    positions = [svg.index(f">{block_words(block, 'en').name}<") for block in (*shares.ranking("need"), ASSUMED)]
    assert positions == sorted(positions)  # the heaviest first, what is assumed as a whole last


@pytest.mark.parametrize(
    ("change", "told"),
    [({"replicates": 20}, "sedikitnya 100 ulangan, sedangkan hitungan ini baru 20"), ({}, "--no-blocks"),
     ({"luck_only": True}, "--luck-only"), ({"months": 10}, "satu tahun kalender penuh"),
     ({"scenarios": []}, "pagu membatasi")],
)  # fmt: skip
def test_a_run_without_shares_says_why(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    folder = made_up_run(tmp_path / "run", 1)
    with RunStore.open(folder) as store:
        store.manifest.update({"replicates": 100, **change})
        run = Run(store, load_rules())
        assert run.shares is None
        (reason,) = findings(run)
        assert told in reason
        assert blocks_chart(run) is None


def test_the_reason_stands_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    run = run_of(made_up_run(tmp_path / "run", 3))
    report = build(run, "en")
    write_workbook(run, tmp_path / "tables.xlsx", "en")
    reason = "This cannot be told yet: it takes at least 100 replicates and this run has 3."
    assert reason in unescape(render_page(report))
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["Uncertainty"]
    assert reason in [row[0] for row in sheet.iter_rows(values_only=True)]
    assert "ketidakpastian" not in {chart.name for chart in report.charts}


def test_shares_are_told_as_finely_as_they_are_known() -> None:
    assert share_told(Share(0.654, 0.384, 1.112), "en") == "65% (38–100%)"
    assert share_told(Share(0.654, 0.384, 1.112)) == "65\u00a0% (38–100\u00a0%)"
    assert share_told(Share(0.001, 0.0, 0.004), "en") == "<1%"
    assert share_told(Share(0.02, 0.001, 0.09), "en") == "2% (<1–9%)"
    assert share_told(Share(0.3, 0.0, math.inf), "en") == "30% (0–?)"
    assert share_told(Share(0, 0, 0), "en") == "0%"
    assert share_told(Share(math.nan, math.nan, math.nan)) == short_share(math.nan) == "–"
    assert kinds_told(LUCK) == "–"


def test_a_figure_that_does_not_vary_has_no_heaviest(many: Path, tmp_path: Path) -> None:
    import dataclasses

    shares = run_of(many).shares
    assert shares is not None
    nothing = Share(math.nan, math.nan, math.nan)
    still = dataclasses.replace(shares, capitation=dict.fromkeys(probes(), nothing))
    assert still.ranking("capitation") == []
    run = run_of(many)
    run.__dict__["shares"] = still  # as if computed
    assert not any("kapitasi 2025" in text for text in findings(run))
    chart = blocks_chart(run)
    assert chart is not None
    assert chart.svg().count(">–<") == len(probes())


def test_a_block_that_carries_nearly_all_is_told_without_a_share_above_all(many: Path) -> None:
    """Shares overlap, so that one may lie above 100 %: on the first screen that would be nonsense."""
    run = run_of(many)
    assert run.shares is not None
    first = run.shares.ranking("need")[0]
    run.shares.need[first] = Share(1.07, 0.89, 1.29)
    decides = build(run, "id").facts[1].lines[0]
    assert decides.startswith(f"Ketidakpastian kebutuhan hampir seluruhnya berasal dari {block_words(first).name};")
    chart = blocks_chart(run, "id")
    assert chart is not None
    assert chart.title == f"Ketidakpastian kebutuhan hampir seluruhnya berasal dari {block_words(first).name}"
