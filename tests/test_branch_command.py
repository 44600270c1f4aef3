"""``prakira run A B --branch NAME`` as a user types it, on two tiny districts that share a hospital."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import prakira, typed

from cli.answer import table
from districts.model import Hospital
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.quantiles import quantile
from scenarios.store import RunStore

WORDS = ["run", "alfa", "beta", "--branch", "curup", "--months", "2", "--replicates", "10", "--jobs", "1"]
FILES = ("branch.json", "cabang.html", "cabang.xlsx")


def hospital(code: str, name: str, share: float) -> Hospital:
    return Hospital(code=code, name=name, hclass="C", share=share, source="made up", confidence="assumed")


def made(name: str, people: int, facilities: int, month: str, hospitals: tuple[Hospital, ...], where: Path) -> None:
    district = tiny_district(people, facilities=facilities, month=month)
    told = {"name": name, "title": f"Kabupaten {name.title()}", "hospitals": hospitals}
    write_folder(district.model_copy(update=told), where / name)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two districts, one known a month later than the other, and one finished run of their branch."""
    where = tmp_path_factory.mktemp("place")
    made("alfa", 900, 2, "2023-12", (hospital("RS1", "RSUD Alfa", 0.5), hospital("R1", "RS Bersama", 0.5)), where)
    made("beta", 600, 1, "2023-11", (hospital("RS1", "RSUD Beta", 0.6), hospital("X", "RS  bersama", 0.4)), where)
    done = typed(*WORDS, "--lang", "en", at=where)
    assert done.returncode == 0, done.stderr
    (where / "said.txt").write_text(done.stdout, encoding="utf-8")
    (where / "progress.txt").write_text(done.stderr, encoding="utf-8")
    return where


def record(place: Path, folder: str = "curup") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / "outputs" / folder / "branch.json").read_text(encoding="utf-8"))
    return found


def test_the_answer_fits_80_columns_and_names_what_was_made(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert max(map(len, said.splitlines())) <= 80
    assert said.startswith("Results go to outputs/curup\nBranch curup, January 2024 to February 2024, 10 replicates")
    for text in ("The cash call of January 2024 is about IDR", "Kabupaten Alfa", "RS Bersama", "this branch has no"):
        assert text in " ".join(said.split())
    assert all(name in said for name in FILES)
    assert "Kabupaten Beta (2 of 2)" in (place / "progress.txt").read_text(encoding="utf-8")
    assert {path.name for path in (place / "outputs" / "curup").iterdir()} == {"alfa", "beta", *FILES}


def test_a_long_name_is_cut_where_its_figures_leave_no_room() -> None:
    name = "Kabupaten Kepulauan Siau Tagulandang Biaro"
    told = table(["district", *["cash call"] * 5], [[name, *["1.234.567,8"] * 5], ["Kota", *["1,0"] * 5]]).splitlines()
    assert max(map(len, told)) <= 80
    assert told[1].startswith("Kabupaten Kepu…  1.234.567,8")
    assert name in table(["district", "cash call"], [[name, "1,0"]])


def test_each_district_is_a_run_of_its_own_from_the_same_month(place: Path) -> None:
    found = record(place)
    assert found["months"] == ["2024-01", "2024-02"]  # the month after the later stock
    for name, stock in (("alfa", "2023-12"), ("beta", "2023-11")):
        folder = place / "outputs" / "curup" / name
        assert {"tables.xlsx", "manifest.json"} <= {path.name for path in folder.iterdir()}
        with RunStore.open(folder) as store:
            assert (store.manifest["start"], store.manifest["stock"], store.manifest["seed"]) == ("2024-01", stock, 1)
            assert store.scenarios == ["baseline"]


def test_totals_are_the_sums_of_the_stores_to_the_rupiah(place: Path) -> None:
    found = record(place)
    folder = place / "outputs" / "curup"
    with RunStore.open(folder / "alfa") as alfa, RunStore.open(folder / "beta") as beta:
        keys = ("capitation_paid", "prb_drugs", "claims_paid", "claims_penalty")
        total = sum(store.series("baseline", key) for store in (alfa, beta) for key in keys)
        parts = [store.series("baseline", "claims_paid", "hospital", 1) for store in (alfa, beta)]
        facilities = alfa.series("baseline", "capitation_paid", "facility")
        assert np.array_equal(facilities.sum(axis=2), alfa.series("baseline", "capitation_paid"))
    shared = parts[0] + parts[1]
    for part, q in (("low", 0.1), ("middle", 0.5), ("high", 0.9)):
        assert found["cash"]["total"][part] == [int(quantile(total[:, at], q).value) for at in (0, 1)]
        (hospital,) = [one for one in found["hospitals"] if one["name"] == "RS Bersama"]
        assert hospital["paid"][part] == [int(quantile(shared[:, at], q).value) for at in (0, 1)]
        paid = found["districts"][0]["facilities"][1]["paid"]
        assert paid[part] == [int(quantile(facilities[:, at, 1], q).value) for at in (0, 1)]
    assert [one["name"] for one in found["hospitals"]] == ["RSUD Alfa", "RS Bersama", "RSUD Beta"]


def test_json_is_the_summary_and_nothing_else(place: Path, tmp_path: Path) -> None:
    done = prakira(*WORDS, "--json", "--out", str(tmp_path / "json"), at=place, reports=False)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["cash"] == record(place)["cash"]
    assert told["command"] == ("prakira run alfa beta --branch curup --scenario baseline --start 2024-01 --months 2 "
                               "--replicates 10 --seed 1")  # fmt: skip
    assert "heads" not in told["districts"][0]["facilities"][0]
    assert [Path(name).name for name in told["files"]] == ["cabang.html", "cabang.xlsx", "branch.json"]


def test_a_stopped_branch_goes_on_to_the_same_bytes(place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "outputs" / "curup"
    shutil.copytree(place / "outputs" / "curup", folder)
    for name in FILES:
        (folder / name).unlink()
    shutil.rmtree(folder / "beta")
    with sqlite3.connect(folder / "alfa" / "results.sqlite") as half:
        half.execute("DELETE FROM units WHERE replicate > 6")
    for name in ("alfa", "beta"):
        shutil.copytree(place / name, tmp_path / name)
    done = prakira(*WORDS, "--resume", "--quiet", "--lang", "en", at=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{Path('outputs') / 'curup'}\n"), done.stderr
    for name in FILES:
        assert (folder / name).read_bytes() == (place / "outputs" / "curup" / name).read_bytes(), name
    other = prakira("run", "alfa", *WORDS[3:], "--resume", at=tmp_path)
    assert other.returncode == 2
    assert "yang berbeda: beta" in other.stderr


def test_the_next_run_tells_how_far_the_last_one_missed(place: Path, tmp_path: Path) -> None:
    for name in ("alfa", "beta"):
        shutil.copytree(place / name, tmp_path / name)
    shutil.copytree(place / "outputs" / "curup", tmp_path / "outputs" / "curup")
    paid = record(place)["districts"][0]["facilities"][0]["paid"]["middle"][0]
    claims = record(place)["districts"][1]["claims_paid"]["middle"]
    with (tmp_path / "alfa" / "history.csv").open("a", encoding="utf-8") as history:
        history.write(f"2024-01,capitation_paid,P1,{paid * 2},made up,assumed,\n")
    lines = ["month,district,facility,capitation,claims", f"2024-01,beta,,,{claims[0] // 2}",
             f"2024-02,Kabupaten Beta,,,{claims[1]}"]  # fmt: skip
    (tmp_path / "actual.csv").write_text("\n".join(lines), encoding="utf-8")
    done = prakira(*WORDS, "--actual", "actual.csv", "--lang", "en", at=tmp_path, reports=False)
    assert done.returncode == 0, done.stderr
    error = record(tmp_path, "curup-2")["error"]
    assert (error["last"], error["months"], error["earlier_runs"]) == ("2024-02", 2, 1)
    (last,) = error["last_month"]
    assert (last["indicator"], last["mape"], last["bias"], last["cases"]) == ("claims_paid", 0.0, 0.0, 1)
    capitation, claim = error["all_months"]
    assert (capitation["mape"], capitation["bias"], capitation["of_facilities"]) == (0.5, -0.5, True)
    assert claim["mape"] == pytest.approx(0.5 * (claims[0] - claims[0] // 2) / (claims[0] // 2))
    said = done.stdout
    assert max(map(len, said.splitlines())) <= 80
    assert "February 2024\n" in said
    assert "1 facility-months  50.0%  −50.0%" in said
    assert [(pair["run"], pair["ahead"]) for pair in error["pairs"]] == [("curup", 1), ("curup", 2), ("curup", 3)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "alfa", "beta"], "tambahkan --branch NAMA"),
        (["run", "alfa", "--actual", "x.csv"], "--actual dipakai bersama --branch"),
        ([*WORDS, "--trace", "facility:P1"], "--trace hanya untuk satu"),
        ([*WORDS, "--posterior", "x"], "--posterior hanya untuk satu"),
        (["run", "alfa", "beta", "--branch", "../x"], 'cabang bernama "../x"'),
        (["run", "alfa", "alfa", "--branch", "x"], "dua kabupaten/kota dalam cabang bernama sama: alfa"),
        ([*WORDS, "--actual", "none.csv"], "none.csv: berkas tidak ada"),
        ([*WORDS, "--out", "outputs/curup"], "tambahkan --resume"),
        ([*WORDS, "--stock", "2023-12"], "beta: "),
        ([*WORDS, "--scenario", "basline"], "alfa, beta: skenario basline tidak dikenal"),
    ],
)
def test_mistakes_are_told_and_nothing_is_made(place: Path, words: list[str], told: str) -> None:
    before = sorted(path for path in place.rglob("*") if "-wal" not in path.name and "-shm" not in path.name)
    done = prakira(*words, at=place)
    assert done.returncode == 2, done.stdout
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path for path in place.rglob("*") if "-wal" not in path.name and "-shm" not in path.name) == before


def test_faults_of_all_districts_are_told_at_once_before_anything_is_computed(place: Path, tmp_path: Path) -> None:
    for name in ("alfa", "beta"):
        shutil.copytree(place / name, tmp_path / name)
        path = tmp_path / name / "district.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("uhc_agreement:", "uhc_agrement:"), encoding="utf-8")
    done = prakira("run", "alfa", "beta", "gamma", "--branch", "curup", at=tmp_path)
    assert done.returncode == 2
    for name in ("alfa/district.yaml", "beta/district.yaml", "gamma"):
        assert name in done.stderr
    assert not (tmp_path / "outputs").exists()
