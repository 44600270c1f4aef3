"""The same promises with the real engine, on a tiny district: bytes, zero differences, nothing before a start."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.comparison.differences import paired
from scenarios.plan import RunPlan, prepare
from scenarios.run import Progress, execute
from scenarios.store import FILE, LEVELS, RunStore
from sim.behaviour import default_behaviour
from sim.simulate import simulate

HEAD = "title: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("districts") / "tiny"
    write_folder(tiny_district(1200, facilities=2), where)
    (where.parent / "same.yaml").write_text(f"name: same\n{HEAD}extends: baseline\n", encoding="utf-8")
    (where.parent / "late.yaml").write_text(
        f"name: late\n{HEAD}levers:\n  - {{kind: pemda_intake, start: '+3', quota: 40}}\n", encoding="utf-8"
    )
    return where


def plan(folder: Path) -> RunPlan:
    files = [str(folder.parent / f"{name}.yaml") for name in ("same", "late")]
    return RunPlan(str(folder), ("baseline", *files), months=5, replicates=2)


def test_one_process_and_two_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    with execute(plan(folder), tmp_path / "one", jobs=1) as one, execute(plan(folder), tmp_path / "two", jobs=2) as two:
        assert one.done() == two.done()
        assert len(one.done()) == 6
        for unit in one.done():
            assert one.results(*unit).to_bytes() == two.results(*unit).to_bytes()


PARTING = ("baseline", "pbi-cut", "uhc-from-january", "uhc-from-july", "mass-lay-off", "dengue-year", "uhc-drop")


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_scenarios_that_share_a_past_are_stored_as_if_each_had_run_alone(
    folder: Path, tmp_path: Path, jobs: int
) -> None:
    """And after a kill: of a replicate whose units are stored in part only the others are computed."""
    many = RunPlan(str(folder), PARTING, months=10, replicates=2)
    ready = prepare(many)
    alone = {
        (name, number): simulate(
            ready.district, ready.rules, default_behaviour().draw(1, number), ready.decisions[name].of(1, number), 1,
            replicate=number,
        ).to_bytes()
        for name in PARTING for number in range(2)
    }  # fmt: skip
    with execute(many, tmp_path / "run", jobs) as store:
        assert {unit: store.results(*unit).to_bytes() for unit in store.done()} == alone
    lost = {("baseline", 0), ("mass-lay-off", 0), ("uhc-from-july", 0), ("dengue-year", 1)}
    with closing(sqlite3.connect(tmp_path / "run" / FILE)) as file, file:
        file.executemany("DELETE FROM units WHERE scenario = ? AND replicate = ?", sorted(lost))
    seen: list[Progress] = []
    with execute(many, tmp_path / "run", jobs, resume=True, progress=seen.append) as store:
        assert {unit: store.results(*unit).to_bytes() for unit in store.done()} == alone
    assert {(state.scenario, state.replicate) for state in seen[1:]} == lost


def test_an_empty_change_is_zero_and_a_late_lever_leaves_the_months_before(folder: Path, tmp_path: Path) -> None:
    with execute(plan(folder), tmp_path / "run") as store:
        for level in LEVELS:
            same, late, base = (store.table(name, level) for name in ("same", "late", "baseline"))
            assert np.array_equal(same, base, equal_nan=True)
            assert np.array_equal(late[:, :3], base[:, :3], equal_nan=True)
        assert all(difference.equal for difference in paired(store, "same"))
        assert (store.series("late", "bill_jkn").sum(axis=1) > store.series("baseline", "bill_jkn").sum(axis=1)).all()


def test_the_manifest_hashes_the_files_of_the_district(folder: Path, tmp_path: Path) -> None:
    with execute(plan(folder), tmp_path / "run") as store:
        hashed = store.manifest["sha256"]["district_files"]
        assert set(hashed) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert str(folder) not in (tmp_path / "run" / "manifest.json").read_text(encoding="utf-8")
        assert store.manifest["inputs_total"] == len(store.manifest["inputs"]) > 0


def test_a_lucky_run_holds_the_parameters_and_a_plain_one_draws_them(folder: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    wide = RunPlan(str(folder), ("baseline",), months=3, replicates=8)
    with (
        execute(wide, tmp_path / "drawn") as drawn,
        execute(replace(wide, luck_only=True), tmp_path / "lucky") as lucky,
    ):
        # drawn contact rates are several times as far apart as luck alone moves them; the ratio of the two spreads
        # would have to fall below 1 by chance, which paired luck makes remote; fixed seed
        spread = [store.series("baseline", "contacts", "facility").sum(axis=(1, 2)).std() for store in (drawn, lucky)]
        assert spread[0] > spread[1]


def test_an_example_can_be_planned_by_its_name() -> None:
    ready = prepare(RunPlan("bengkulu-utara", months=14))
    assert ready.start == "2023-11"
    assert ready.binding_year == 2024


def test_an_open_run_can_be_read_by_another(folder: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_: object) -> None:
        with RunStore.open(tmp_path / "run") as other:
            seen.append(len(other.done()))

    execute(plan(folder), tmp_path / "run", progress=look).close()
    assert seen == list(range(7))


def test_a_local_bar_is_used_and_quoted(tmp_path: Path) -> None:
    """A district's own rule decides its status and stands beside the results for the reports."""
    where = tmp_path / "tiny"
    write_folder(tiny_district(1200, facilities=1), where)
    text = (where / "district.yaml").read_text(encoding="utf-8")
    (where / "district.yaml").write_text(text + "rules_file: rules.yaml\n", encoding="utf-8")
    (where / "rules.yaml").write_text(LOCAL_BARS, encoding="utf-8")
    with execute(
        RunPlan(str(where), ("baseline", "uhc-non-cut-off"), months=2, replicates=1), tmp_path / "run"
    ) as store:
        assert store.series("uhc-non-cut-off", "status_uhc").all()
        assert (tmp_path / "run" / "rules.yaml").read_text(encoding="utf-8") == LOCAL_BARS
        assert store.series("uhc-non-cut-off", "intake_never").sum() == 0  # the bars are met already


LOCAL_BARS = """
uhc.bar.registered:
  title: local registered bar
  unit: share of population
  values:
    - {from: 2023-01-01, value: 0.30, instrument: local agreement, article: "-", source: made up, confidence: assumed}
uhc.bar.active:
  title: local active bar
  unit: share of population
  values:
    - {from: 2023-01-01, value: 0.20, instrument: local agreement, article: "-", source: made up, confidence: assumed}
"""
