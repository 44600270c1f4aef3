"""The store of a run: whole units or none, damage told, tables as the units say."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pytest

from districts.faults import UserError
from districts.tiny import tiny_district
from scenarios.store import FILE, LEVELS, MANIFEST, RunStore, is_at_work
from sim.indicators import INDEX
from sim.policy import baseline_policy
from sim.results import Results

DISTRICT = tiny_district(facilities=2)
MADE: dict[str, Any] = {
    "start": "2023-11", "months": 3, "facilities": [facility.name for facility in DISTRICT.facilities],
    "hospitals": [hospital.name for hospital in DISTRICT.hospitals],
    "scenarios": [{"name": "baseline", "line_rule": "unbounded"}, {"name": "other", "line_rule": "amounts"}],
}  # fmt: skip


def unit(replicate: int) -> Results:
    return fake_engine.simulate(DISTRICT, None, None, baseline_policy(3, 2), 1, replicate=replicate)


def filled(folder: Path) -> RunStore:
    store = RunStore.create(folder, MADE)
    for replicate in (5, 0, 2):
        store.save("baseline", replicate, unit(replicate), 0.1)
    return store


def test_tables_follow_the_replicates_in_their_order(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as store:
        assert store.done() == {("baseline", 0), ("baseline", 2), ("baseline", 5)}
        assert store.replicates("baseline") == [0, 2, 5]
        assert store.months == ("2023-11", "2023-12", "2024-01")
        assert store.facilities == tuple(MADE["facilities"])
        assert store.hospitals == tuple(MADE["hospitals"])
        for level in LEVELS:
            expected = np.stack([unit(replicate).table(level) for replicate in (0, 2, 5)])
            assert np.array_equal(store.table("baseline", level), expected)
        assert store.series("baseline", "bill_jkn").shape == (3, 3)
        assert store.series("baseline", "referrals", "facility").shape == (3, 3, 2)
        column = INDEX["facility"]["referrals"]
        assert store.series("baseline", "claims_paid", "hospital").shape == (3, 3, 2)
        assert store.series("baseline", "referrals", "facility", 1)[2, 0] == unit(5).facility[0, 1, column]


def test_a_new_unit_is_seen_after_the_tables_were_read(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as store:
        assert len(store.table("baseline", "district")) == 3
        store.save("baseline", 9, unit(9), 0.1)
        assert len(store.table("baseline", "district")) == 4


def test_what_was_stored_is_read_back_by_another_process_of_reading(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    with RunStore.open(tmp_path / "run") as store:
        assert store.results("baseline", 5).to_bytes() == unit(5).to_bytes()
        assert store.manifest == MADE
        assert json.loads((tmp_path / "run" / MANIFEST).read_text(encoding="utf-8")) == MADE


def test_a_run_is_held_by_one_process_until_that_ends_in_whatever_way(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    assert not is_at_work(tmp_path / "run")
    with RunStore.open(tmp_path / "run") as store, RunStore.open(tmp_path / "run") as other:
        store.hold()
        assert is_at_work(tmp_path / "run")
        with pytest.raises(UserError, match="another process"):
            other.hold()
    assert not is_at_work(tmp_path / "run")
    code = ("import sys, time, pathlib; from scenarios.store import RunStore; "
            "kept = RunStore.open(pathlib.Path(sys.argv[1])); kept.hold(); print(flush=True); "
            "time.sleep(600)")  # fmt: skip
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert is_at_work(tmp_path / "run")
        process.kill()
        process.wait()
        assert not is_at_work(tmp_path / "run")
    with RunStore.open(tmp_path / "run") as store:
        store.hold()  # what the killed one left is no obstacle


def test_the_same_unit_is_not_stored_twice(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as store, pytest.raises(sqlite3.IntegrityError):
        store.save("baseline", 0, unit(0), 0.1)


def test_the_manifest_is_changed_in_both_places(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    with RunStore.open(tmp_path / "run") as store:
        store.update(months=2)
    with RunStore.open(tmp_path / "run") as store:
        assert store.manifest["months"] == 2
    assert json.loads((tmp_path / "run" / MANIFEST).read_text(encoding="utf-8"))["months"] == 2


def test_tables_cannot_be_written_into(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as store, pytest.raises(ValueError, match="read-only"):
        store.table("baseline", "district")[0, 0, 0] = 1


def test_no_run_a_foreign_file_and_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        RunStore.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look like one " * 40)
    with pytest.raises(UserError, match="damaged or not a run"):
        RunStore.open(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    sqlite3.connect(other / FILE).execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(UserError, match="damaged or not a run"):
        RunStore.open(other)


@pytest.mark.parametrize("version", ["2", "99"])  # 2: before arrears were told by class
def test_another_format_is_refused(tmp_path: Path, version: str) -> None:
    filled(tmp_path / "run").close()
    with sqlite3.connect(tmp_path / "run" / FILE) as connection:
        connection.execute("UPDATE meta SET json = ? WHERE key = 'format'", (version,))
    connection.close()
    with pytest.raises(UserError, match=f"format {version}; this program reads format 3"):
        RunStore.open(tmp_path / "run")


@pytest.mark.parametrize("change", ["UPDATE units SET blob = substr(blob, 1, 40) WHERE replicate = 2",
                                    "UPDATE units SET blob = zeroblob(9) WHERE replicate = 2"])  # fmt: skip
def test_a_damaged_unit_is_told_by_its_number(tmp_path: Path, change: str) -> None:
    filled(tmp_path / "run").close()
    with sqlite3.connect(tmp_path / "run" / FILE) as connection:
        connection.execute(change)
    connection.close()
    with RunStore.open(tmp_path / "run") as store:
        assert store.results("baseline", 0).months[0] == "2023-11"
        with pytest.raises(UserError, match="replicate 2 of scenario baseline is damaged"):
            store.table("baseline", "district")


def test_unknown_scenario_indicator_and_replicate(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as store:
        with pytest.raises(UserError, match="no scenario nothing; it has baseline, other"):
            store.replicates("nothing")
        with pytest.raises(UserError, match="no indicator nothing"):
            store.series("baseline", "nothing")
        with pytest.raises(UserError, match="replicate 7"):
            store.results("baseline", 7)
        with pytest.raises(UserError, match="no replicate of scenario other"):
            store.table("other", "district")
    with pytest.raises(UserError, match="already holds a run"):
        RunStore.create(tmp_path / "run", MADE)
