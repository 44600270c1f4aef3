"""A run whose scenarios are chosen anew while it goes on: nothing stored is lost, the rest is as if asked for so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import fake_engine
import pytest

from districts.faults import UserError
from scenarios.left_out import LEFT_OUT, choose_scenarios
from scenarios.plan import Prepared, RunPlan, asked, prepare
from scenarios.run import execute
from scenarios.store import MANIFEST, RunStore

ALL = ("baseline", "uhc-non-cut-off", "pbi-cut")


def ready_for(scenarios: tuple[str, ...], **but: object) -> Prepared:
    """A small plan with these scenarios."""
    return prepare(replace(RunPlan("kabupaten-contoh", scenarios, months=14, replicates=3), **but))  # type: ignore[arg-type]


def computed(ready: Prepared, folder: Path, resume: bool = False) -> None:
    """The run of the plan, by an engine that stands in."""
    execute(ready.plan, folder, resume=resume, prepared=ready, simulate=fake_engine.simulate).close()


def test_what_is_left_out_is_told_of_no_more_stays_stored_and_comes_back(tmp_path: Path) -> None:
    whole, fewer = ready_for(ALL), ready_for(("baseline", "pbi-cut"))
    computed(whole, tmp_path / "run")
    with RunStore.open(tmp_path / "run") as store:
        kept = store.series("uhc-non-cut-off", "bill_jkn").copy()
    choose_scenarios(tmp_path / "run", fewer)
    computed(fewer, tmp_path / "run", resume=True)  # is taken for the run of these two
    computed(fewer, tmp_path / "alone")
    with RunStore.open(tmp_path / "run") as store, RunStore.open(tmp_path / "alone") as alone:
        assert asked(store.manifest) == asked(alone.manifest)
        assert store.manifest["command"] == alone.manifest["command"]
        assert store.scenarios == ["baseline", "pbi-cut"]
        assert [entry["name"] for entry in store.manifest[LEFT_OUT]] == ["uhc-non-cut-off"]
        assert ("uhc-non-cut-off", 2) in store.done()
        for name in store.scenarios:
            assert (store.series(name, "bill_jkn") == alone.series(name, "bill_jkn")).all()
    assert json.loads((tmp_path / "run" / MANIFEST).read_text(encoding="utf-8"))["scenarios"][1]["name"] == "pbi-cut"
    choose_scenarios(tmp_path / "run", whole)
    with RunStore.open(tmp_path / "run") as store:
        assert store.scenarios == list(ALL)
        assert store.manifest[LEFT_OUT] == []
        assert (store.series("uhc-non-cut-off", "bill_jkn") == kept).all()


def test_probes_of_another_scenario_than_the_one_whose_need_is_told_are_removed(tmp_path: Path) -> None:
    whole = ready_for(ALL)
    computed(whole, tmp_path / "run")
    with RunStore.open(tmp_path / "run") as store:
        store.update(blocks={"scenario": "uhc-non-cut-off", "year": 2026, "replicates": 2})
        store.save_probe("luck", 0, 1.0, 1.0)
    choose_scenarios(tmp_path / "run", ready_for(("baseline", "pbi-cut")))
    with RunStore.open(tmp_path / "run") as store:
        assert store.probes() == {}


def test_units_of_a_scenario_that_has_another_content_by_now_are_not_taken_for_its_own(tmp_path: Path) -> None:
    whole = ready_for(ALL)
    computed(whole, tmp_path / "run")
    choose_scenarios(tmp_path / "run", ready_for(("baseline",)))
    with RunStore.open(tmp_path / "run") as store:
        told = store.manifest[LEFT_OUT]
        store.update(**{LEFT_OUT: [{**entry, "sha256": "of before"} for entry in told if entry["name"] == "pbi-cut"]})
    choose_scenarios(tmp_path / "run", whole)
    with RunStore.open(tmp_path / "run") as store:
        assert store.replicates("pbi-cut") == []
        assert store.replicates("baseline") == [0, 1, 2]


def test_a_run_that_differs_in_more_than_its_scenarios_is_left_alone(tmp_path: Path) -> None:
    computed(ready_for(ALL), tmp_path / "run")
    with pytest.raises(UserError, match="seed"):
        choose_scenarios(tmp_path / "run", ready_for(("baseline",), seed=2))
    with RunStore.open(tmp_path / "run") as store:
        assert store.scenarios == list(ALL)
