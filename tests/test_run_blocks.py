"""Probes within a run: computed last, the same for any number of processes and after a stop, never scenarios."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import fake_engine
import numpy as np
import pytest
from test_run_units import no_files_of_the_district, ready  # noqa: F401  the fixture is for every test here

from districts.faults import UserError
from scenarios.blocks import ASSUMED, LUCK, PROBED, probe, probes
from scenarios.comparison.differences import paired
from scenarios.plan import RunPlan, manifest_of, with_second_run
from scenarios.run import Progress, execute
from scenarios.shares import block_shares, share
from scenarios.store import RunStore
from scenarios.tidy import Choice, rows

PLAN = RunPlan("tiny", ("baseline", "uhc-non-cut-off"), months=14, replicates=100)
UNITS, PROBES = 200, len(probes()) * PROBED


def run(folder: Path, plan: RunPlan = PLAN, jobs: int = 1, **options: object) -> RunStore:
    engine = options.pop("simulate", fake_engine.additive)
    return execute(plan, folder, jobs, prepared=ready(plan), simulate=engine, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with its probes."""
    folder = tmp_path_factory.mktemp("blocks") / "run"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("scenarios.plan._district_files", lambda where: [])
        run(folder).close()
    return folder


def test_probes_are_what_the_engine_gives_with_a_block_held(made: Path) -> None:
    with RunStore.open(made) as store:
        found = store.probes()
        assert set(found) == {(block, number) for block in probes() for number in range(PROBED)}
        for (block, number), told in found.items():
            vector, luck_only = probe(block, PLAN.seed, number)
            parts = [fake_engine.additive_part(vector, PLAN.seed, number, luck_only, column) for column in (0, 1)]
            assert told == tuple(12 * round(1e9 + part) for part in parts)


def test_shares_pair_each_probe_with_its_replicate(made: Path) -> None:
    with RunStore.open(made) as store:
        shares = block_shares(store)
        assert shares is not None
        assert (shares.scenario, shares.year, shares.replicates) == ("uhc-non-cut-off", 2024, PROBED)
        held = store.probes()
        for column, (figure, key) in enumerate((("need", "bill_jkn"), ("capitation", "capitation_paid"))):
            whole = store.series("uhc-non-cut-off", key)[:PROBED, 2:].sum(axis=1)
            for block, told in shares.of(figure).items():
                other = np.array([held[block, number][column] for number in range(PROBED)])
                assert told == share(whole, other if block == LUCK else whole - other), block
            assert shares.of(figure)["referral"] == share(whole, np.zeros(PROBED))  # its parameters do nothing
            assert shares.of(figure)["referral"].high == 0
            ranking = shares.ranking(figure)
            assert sorted([*ranking, ASSUMED]) == sorted(probes())
            values = [shares.of(figure)[block].value for block in ranking]
            assert values == sorted(values, reverse=True)
        assert shares.ranking("need")[0] == "segments"  # two of its parameters carry most of the bill by far
        assert shares.ranking("capitation")[0] == "care"


def test_probes_are_no_scenarios(made: Path) -> None:
    with RunStore.open(made) as store:
        assert store.scenarios == ["baseline", "uhc-non-cut-off"]
        assert len(store.done()) == UNITS
        assert len(store.replicates("uhc-non-cut-off")) == 100
        exported = rows(store, Choice.of(store, None, ["district"], ["bill_jkn"]))
        assert sum(len(unit) for unit in map(list, exported)) == UNITS * 14
        assert {one.scenario for one in paired(store, "uhc-non-cut-off")} == {"uhc-non-cut-off"}
        with pytest.raises(UserError, match="no scenario segments"):
            store.replicates("segments")


def test_one_process_and_two_give_the_same_probes(made: Path, tmp_path: Path) -> None:
    with run(tmp_path / "two", jobs=2) as two, RunStore.open(made) as one:
        assert two.probes() == one.probes()
        assert two.manifest == one.manifest
        assert block_shares(two) == block_shares(one)


def test_a_run_stopped_among_its_probes_resumes_to_the_same(made: Path, tmp_path: Path) -> None:
    def stop(state: Progress) -> None:
        assert state.total == UNITS + PROBES
        if state.done == UNITS + 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", progress=stop)
    with RunStore.open(tmp_path / "run") as store:
        kept = store.probes()
        assert len(kept) == 40
        assert block_shares(store) is None  # a part of the probes tells nothing
    seen: list[int] = []
    with run(tmp_path / "run", resume=True, progress=lambda state: seen.append(state.done)) as again:
        with RunStore.open(made) as whole:
            assert again.probes() == whole.probes()
            assert again.manifest == whole.manifest
        assert kept.items() <= again.probes().items()
    # first the scenarios, of which nothing is missing, then the probes from the 41st on
    assert seen == [UNITS, *range(UNITS + 40, UNITS + PROBES + 1)]


def test_probes_can_be_left_out_and_added_later(made: Path, tmp_path: Path) -> None:
    without = dataclasses.replace(PLAN, blocks=False)
    with run(tmp_path / "run", without) as store:
        assert (store.probes(), store.manifest["blocks"], block_shares(store)) == ({}, None, None)
        assert store.manifest["command"].endswith("--seed 1 --no-blocks")
    with run(tmp_path / "run", resume=True) as store, RunStore.open(made) as whole:
        assert store.probes() == whole.probes()
        assert store.manifest == whole.manifest
    with run(tmp_path / "run", without, resume=True) as store:
        assert block_shares(store) is None


@pytest.mark.parametrize(
    "change", [{"replicates": 99}, {"luck_only": True}, {"months": 13}, {"blocks": False}, {"scenarios": ("uhc-drop",)}]
)
def test_no_probes_without_a_certainty(change: dict[str, object]) -> None:
    assert manifest_of(ready(PLAN))["blocks"] == {"scenario": "uhc-non-cut-off", "year": 2024, "replicates": PROBED}
    assert manifest_of(ready(dataclasses.replace(PLAN, **change)))["blocks"] is None  # type: ignore[arg-type]


def test_a_run_of_luck_alone_is_not_probed(tmp_path: Path) -> None:
    with run(tmp_path / "run", dataclasses.replace(PLAN, luck_only=True, scenarios=("baseline",))) as store:
        assert store.probes() == {}
        assert len(store.done()) == 100


def test_the_scenario_of_the_second_run_is_the_one_that_is_probed(tmp_path: Path) -> None:
    both = with_second_run(ready(PLAN))
    with execute(both.plan, tmp_path / "run", prepared=both, simulate=fake_engine.additive) as store:
        assert store.manifest["blocks"]["scenario"] == store.manifest["binding"]["scenario"]
        assert len(store.done()) == 300
        assert len(store.probes()) == PROBES


def test_a_run_from_before_there_were_probes_is_read_and_gets_them(made: Path, tmp_path: Path) -> None:
    with run(tmp_path / "run", dataclasses.replace(PLAN, blocks=False)) as store:
        with store._connection:
            store._connection.execute("DROP TABLE probes")
        del store.manifest["blocks"]
        store.update()
    with RunStore.open(tmp_path / "run") as store:
        assert block_shares(store) is None
    with run(tmp_path / "run", resume=True) as store, RunStore.open(made) as whole:
        assert store.probes() == whole.probes()
