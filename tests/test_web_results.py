"""What a page shows of a store: of one moment while the run goes on, and honest of a run that was cut short."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from test_reports_made_up import made_up_results, made_up_run
from test_web import opened

from scenarios.comparison import differences
from scenarios.months import span
from scenarios.store import FILE, RunStore
from web.results import results


def test_results_are_of_one_moment_though_units_arrive_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process of the run stores a unit of every scenario after the tables were read, before the pairs are."""
    folder = made_up_run(tmp_path / "run", replicates=7)
    pairs, arrived = differences.pairs, iter(range(7, 100))

    def after_a_unit(*arguments: Any) -> Any:
        replicate = next(arrived)
        with RunStore.open(folder) as other:
            for name in other.scenarios:
                other.save(name, replicate, made_up_results(name, replicate, span("2024-11", 24)), 0.1)
        return pairs(*arguments)

    monkeypatch.setattr(differences, "pairs", after_a_unit)
    found = results(folder, "id", pictures=False, growing=True)
    assert found is not None
    assert found.replicates == 7
    with RunStore.open(folder) as store:
        assert len(store.replicates("baseline")) > 7


def test_the_charts_of_a_run_of_the_command_line_are_packed_when_they_are_asked_for(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "by-hand", replicates=2)
    (folder / "charts").mkdir()
    for name in ("burn.svg", "burn.png"):
        (folder / "charts" / name).write_text(name, encoding="utf-8")
    (folder / "report.html").write_text("<p>", encoding="utf-8")
    with opened(tmp_path) as client:
        assert 'href="/runs/by-hand/files/charts.zip"' in client.get("/runs/by-hand").text
        answer = client.get("/runs/by-hand/files/charts.zip")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {name: archive.read(name).decode() for name in archive.namelist()} == {
        name: name for name in ("burn.png", "burn.svg")
    }
    assert not (folder / "charts.zip").exists()


def test_a_run_that_was_cut_short_says_what_is_stored_of_each_scenario_and_what_is_missing(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "short", replicates=7)
    with sqlite3.connect(folder / FILE) as store:
        store.execute("DELETE FROM units WHERE scenario = 'uhc-drop' AND replicate > 1")
        store.execute("DELETE FROM units WHERE scenario = 'uhc-owe'")
    with opened(tmp_path) as client:
        page = client.get("/runs/short").text
        told = (
            "Ulangan tersimpan dari 7: Tanpa keputusan baru 7; UHC non cut-off, status ditahan 7; UHC, pagu "
            "kurang tiga bulan, menonaktifkan 2. "
            "Tidak ada satu ulangan pun untuk: UHC, pagu kurang tiga bulan, menunggak;"
        )
        assert told in page
        assert page.index(told) < page.index("<h1")
    made_up_run(tmp_path / "whole", replicates=7)
    with opened(tmp_path) as client:
        assert "Ulangan tersimpan" not in client.get("/runs/whole").text
