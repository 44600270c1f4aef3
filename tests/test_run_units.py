"""Running a plan: same bytes for any number of processes, after a kill and a resume, and errors before any work."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_engine
import numpy as np
import pytest

from districts.faults import UserError
from districts.tiny import tiny_district
from scenarios.binding import binding_name
from scenarios.comparison.differences import paired
from scenarios.months import later
from scenarios.need import need
from scenarios.plan import Prepared, RunPlan, manifest_of, prepare_loaded, staffing, with_second_run
from scenarios.run import Progress, execute
from scenarios.store import FILE, LEVELS, MANIFEST, RunStore
from scenarios.units import shares
from sim.rules import load_rules

TESTS = Path(__file__).parent
PLAN = RunPlan("tiny", ("baseline", "pbi-cut", "outreach"), months=6, replicates=4)
HEAD = "title: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"


@pytest.fixture(autouse=True)
def no_files_of_the_district(monkeypatch: pytest.MonkeyPatch) -> None:
    # the district of these tests is in memory; a run hashes the files of one on disk
    monkeypatch.setattr("scenarios.plan._district_files", lambda where: [])


def ready(plan: RunPlan = PLAN) -> Prepared:
    return prepare_loaded(plan, tiny_district(facilities=2), load_rules())


def blobs(store: RunStore) -> dict[tuple[str, int], bytes]:
    return {unit: store.results(*unit).to_bytes() for unit in sorted(store.done())}


def run(folder: Path, plan: RunPlan = PLAN, jobs: int = 1, **options: object) -> dict[tuple[str, int], bytes]:
    engine = options.pop("simulate", fake_engine.simulate)
    with execute(plan, folder, jobs, prepared=ready(plan), simulate=engine, **options) as store:  # type: ignore[arg-type]
        return blobs(store)


def test_one_process_and_two_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = run(tmp_path / "one", jobs=1), run(tmp_path / "two", jobs=2)
    assert len(one) == 12
    assert one == two
    assert (tmp_path / "one" / MANIFEST).read_bytes() == (tmp_path / "two" / MANIFEST).read_bytes()


def test_replicates_and_seeds_differ(tmp_path: Path) -> None:
    units = run(tmp_path / "one")
    assert len(set(units.values())) > 4
    assert units["baseline", 0] != run(tmp_path / "two", dataclasses.replace(PLAN, seed=2))["baseline", 0]


def test_units_come_replicate_by_replicate(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(tmp_path / "run", progress=seen.append)
    assert [(state.replicate, state.scenario) for state in seen[1:5]] == [
        (0, "baseline"), (0, "pbi-cut"), (0, "outreach"), (1, "baseline")]  # fmt: skip
    assert [state.done for state in seen] == list(range(13))
    assert {state.total for state in seen} == {12}


def test_each_process_takes_whole_replicates_while_there_are_enough() -> None:
    units = [(name, number) for number in range(3) for name in ("a", "b", "c", "d", "e")]
    assert shares(units, 2) == shares(units, 3) == [(number, ("a", "b", "c", "d", "e")) for number in range(3)]
    assert shares(units[:7], 4) == [(0, ("a", "b", "c")), (0, ("d", "e")), (1, ("a",)), (1, ("b",))]
    assert shares([], 4) == []


def test_a_dead_process_is_replaced_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKIRA_TEST_MARKER", str(tmp_path / "marker"))
    again = run(tmp_path / "two", jobs=2, simulate=fake_engine.dies_once)
    assert (tmp_path / "marker").exists()
    assert again == run(tmp_path / "one")


def test_processes_that_always_die_end_the_run_with_a_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="died 3 times"):
        run(tmp_path / "run", jobs=2, simulate=fake_engine.always_dies)


#: Interrupts are heard as at a terminal, also where the tests run in the background and would inherit deafness.
SCRIPT = """
import signal, sys
import fake_engine, test_run_units
from pathlib import Path
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import scenarios.plan
    scenarios.plan._district_files = lambda where: []
    plan = test_run_units.PLAN
    test_run_units.execute(plan, Path(sys.argv[1]), int(sys.argv[2]), prepared=test_run_units.ready(plan),
                           simulate=fake_engine.slow)
"""


def started(folder: Path, script: Path, jobs: int) -> subprocess.Popen[bytes]:
    script.write_text(SCRIPT, encoding="utf-8")
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    return subprocess.Popen([sys.executable, str(script), str(folder), str(jobs)],
                            env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.PIPE)  # fmt: skip


def wait_for_units(folder: Path, least: int) -> int:
    for _ in range(600):
        if (folder / FILE).exists():
            with RunStore.open(folder) as store:
                if len(store.done()) >= least:
                    return len(store.done())
        time.sleep(0.05)
    raise AssertionError("no unit was stored within half a minute")


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the process table of Linux")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_killed_in_the_middle_resumes_to_the_same_results(tmp_path: Path, jobs: int) -> None:
    folder = tmp_path / "killed"
    process = started(folder, tmp_path / "script.py", jobs)
    wait_for_units(folder, 2)
    workers = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with RunStore.open(folder) as store:
        kept = blobs(store)
    assert 2 <= len(kept) < 12, "the run was not in its middle"
    resumed = run(folder, resume=True, jobs=jobs)
    assert resumed == run(tmp_path / "whole")
    assert {unit: resumed[unit] for unit in kept} == kept
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(Path(f"/proc/{worker}").exists() for worker in workers):
        time.sleep(0.1)
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == [], "orphans are left"


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_ended(tmp_path: Path, jobs: int) -> None:
    folder = tmp_path / "stopped"
    process = started(folder, tmp_path / "script.py", jobs)
    wait_for_units(folder, 1)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode != 0
    assert error.decode().strip().endswith("KeyboardInterrupt")
    with RunStore.open(folder) as store:
        assert 1 <= len(store.done()) < 12
    assert run(folder, resume=True) == run(tmp_path / "whole")


def test_resume_computes_only_what_is_missing(tmp_path: Path) -> None:
    whole = run(tmp_path / "run")
    seen: list[Progress] = []
    assert run(tmp_path / "run", resume=True, progress=seen.append) == whole
    assert [(state.done, state.total) for state in seen] == [(12, 12)]


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": 2}, "seed"), ({"months": 7}, "months"), ({"scenarios": ("baseline",)}, "scenarios"),
     ({"replicates": 5}, "replicates"), ({"luck_only": True}, "luck_only"), ({"start": "2024-01"}, "start")],
)  # fmt: skip
def test_resume_refuses_another_plan_and_names_what_differs(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    run(tmp_path / "run")
    with pytest.raises(UserError, match=rf"these differ: {named}\. Choose another --out"):
        run(tmp_path / "run", dataclasses.replace(PLAN, **change), resume=True)  # type: ignore[arg-type]


def test_an_existing_folder_is_refused_without_resume(tmp_path: Path) -> None:
    run(tmp_path / "run")
    with pytest.raises(UserError, match="--resume"):
        run(tmp_path / "run")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="not empty"):
        run(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"start": "2023-10"}, "starts after its membership stock"), ({"start": "2099-01"}, "908 months; the most is 600"),
     ({"start": "2024-1"}, "not a month"),
     ({"stock": "2019-01"}, "no membership stock dated 2019-01"), ({"months": 0}, "months is 0"),
     ({"replicates": 0}, "replicates is 0"), ({"seed": -1}, "seed is -1"),
     ({"scenarios": ("baseline", "baseline")}, "named twice"), ({"binding": "baseline"}, "needs 100 replicates"),
     ({"binding": "uhc-drop"}, "no scenario uhc-drop")],
)  # fmt: skip
def test_a_plan_that_cannot_be_run_is_refused_before_any_work(change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        ready(dataclasses.replace(PLAN, **change))  # type: ignore[arg-type]


def test_a_later_start_cuts_the_months_before_it(tmp_path: Path) -> None:
    late = dataclasses.replace(PLAN, start="2024-02", months=3, scenarios=("baseline",), replicates=1)
    early = dataclasses.replace(late, start=None, months=6)
    with execute(late, tmp_path / "late", prepared=ready(late), simulate=fake_engine.simulate) as store:
        assert store.months == ("2024-02", "2024-03", "2024-04")
        cut = store.table("baseline", "district")
    with execute(early, tmp_path / "early", prepared=ready(early), simulate=fake_engine.simulate) as store:
        assert np.array_equal(store.table("baseline", "district")[:, 3:], cut)


def test_extending_the_baseline_differs_by_exactly_zero_in_every_cell(tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text(f"name: same\n{HEAD}extends: baseline\n", encoding="utf-8")
    plan = dataclasses.replace(PLAN, scenarios=("baseline", str(same), "pbi-cut"))
    with execute(plan, tmp_path / "run", prepared=ready(plan), simulate=fake_engine.simulate) as store:
        for level in LEVELS:
            assert np.array_equal(store.table("same", level), store.table("baseline", level))
        assert all(difference.equal for difference in paired(store, "same"))
        assert not all(difference.equal for difference in paired(store, "pbi-cut"))


def test_the_manifest_names_what_the_run_was_made_of_and_no_folder_of_the_machine(tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text(f"name: same\n{HEAD}extends: baseline\n", encoding="utf-8")
    plan = dataclasses.replace(PLAN, where=str(tmp_path / "mine"), scenarios=("baseline", str(same)))
    manifest = manifest_of(ready(plan))
    assert manifest["command"] == (
        "prakira run mine --scenario baseline --scenario same.yaml --months 6 --replicates 4 --seed 1"
    )
    assert [scenario["title"]["en"] for scenario in manifest["scenarios"]] == ["No new decision", "title"]
    assert set(manifest["program"]) == {"prakira", "python", "numpy", "numba", "scipy", "platform"}
    text = json.dumps(manifest)
    assert str(tmp_path) not in text
    assert str(Path.home()) not in text or str(Path.home()) == "/"


def test_the_manifest_holds_the_posts_of_each_puskesmas() -> None:
    """Permenkes 43/2019: with beds 2 doctors; the tiny district has one, and its figures are assumed."""
    rules, district = load_rules(), tiny_district()
    first, second = staffing(district, rules, "2023-11")
    assert [first["facility"], second["facility"]] == ["Puskesmas 1", "Puskesmas 2"]
    assert first["posts"]["doctors"] == {"held": None, "minimum": 2, "missing": 0, "rupiah": 0}
    known = district.facilities[0].model_copy(update={"confidence": "high", "assumed_fields": ()})
    (only,) = staffing(district.model_copy(update={"facilities": (known,)}), rules, "2023-11")
    yearly = 12 * rules.value("staff.pay_month.doctor", "2023-11")
    assert only["posts"]["doctors"] == {"held": 1, "minimum": 2, "missing": 1, "rupiah": yearly}
    assert staffing(district, rules, "2016-05") == []
    assert manifest_of(ready(PLAN))["staffing"][0]["posts"]["nurses"]["minimum"] == 8


def test_the_second_run_binds_the_line_at_the_need_and_is_resumable(tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, scenarios=("baseline", "uhc-non-cut-off"), months=14, replicates=100)
    both = with_second_run(ready(plan))
    name = binding_name("uhc-non-cut-off", 0.8)
    assert (both.plan.binding, both.binding_year, name) == ("uhc-non-cut-off", 2024, "uhc-non-cut-off@80")
    with execute(both.plan, tmp_path / "run", prepared=both, simulate=fake_engine.simulate) as store:
        assert store.scenarios == ["baseline", "uhc-non-cut-off", name]
        assert len(store.replicates(name)) == 100
        first = blobs(store)
        needed = need(store, "uhc-non-cut-off", 2024, 0.8)
        entry = store.manifest["scenarios"][-1]
        assert entry["levers"][-1] == {"kind": "apbd_line", "rule": "amounts", "amounts": {"2024": needed.amount}}
        assert entry["line_rule"] == "amounts"
        # the line is the 80 % quantile of the bills: 20 of 100 replicates must run out, no more and no fewer
        within = [month.startswith("2024") for month in store.months]
        assert (store.series(name, "unfunded")[:, within].sum(axis=1) > 0).sum() == 20
        with pytest.raises(UserError, match="binds"):
            need(store, name, 2024, 0.8)
    with execute(both.plan, tmp_path / "run", resume=True, prepared=both, simulate=fake_engine.simulate) as store:
        assert blobs(store) == first
        assert store.scenarios == ["baseline", "uhc-non-cut-off", name]


@pytest.mark.parametrize("change", [{"replicates": 99}, {"months": 12}, {"scenarios": ("baseline",)}])
def test_no_second_run_without_replicates_a_full_year_or_the_scenario(change: dict[str, object]) -> None:
    whole = RunPlan("tiny", ("baseline", "uhc-non-cut-off"), months=14, replicates=100)
    assert with_second_run(ready(whole)).plan.binding == "uhc-non-cut-off"
    assert with_second_run(ready(dataclasses.replace(whole, **change))).plan.binding is None  # type: ignore[arg-type]


def test_the_default_start_is_the_month_after_the_stock() -> None:
    prepared = ready()
    assert prepared.start == prepared.first_month == later(tiny_district().default_stock, 1)
    assert prepared.simulated == 6
