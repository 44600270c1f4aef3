"""The commands a user types: run, compare, export, scenarios, levers, month; and each mistake with its message."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command import prakira, typed

from cli.answer import table
from cli.progress import time_left
from districts.text import number, rupiah_short
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.need import need
from scenarios.scenario import library, load_scenario
from scenarios.shares import block_shares
from scenarios.store import LEVELS, RunStore
from scenarios.tidy import COLUMNS, Choice, rows
from sim.indicators import INDEX, SEGMENTS
from sim.month import STEPS

BOUNDED = """name: bounded
title: {id: Dengan pagu, en: With a line}
explanation: {id: Pagu tahun 2030 saja., en: A line for 2030 only.}
levers:
  - {kind: apbd_line, rule: amounts, amounts: {2030: 1000000}, regime: owe}
"""
SCENARIOS = ["baseline", "uhc-non-cut-off", "uhc-drop", "pbi-cut"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a district and one finished run of 14 months and 3 replicates."""
    where = tmp_path_factory.mktemp("place")
    district = tiny_district(1200, facilities=2, month="2023-12")
    own = tuple(district.budget[0].model_copy(update={"year": year, "amount": amount})
                for year, amount in ((2024, 300_000_000), (2025, 400_000_000)))  # fmt: skip
    write_folder(district.model_copy(update={"budget": own}), where / "tiny")
    words = [word for name in SCENARIOS for word in ("--scenario", name)]
    done = typed("run", "tiny", *words, "--months", "14", "--replicates", "3", "--jobs", "1", "--lang", "en", at=where)
    assert done.returncode == 0, done.stderr
    (where / "said.txt").write_text(done.stdout, encoding="utf-8")
    return where


@pytest.fixture
def store(place: Path) -> Iterator[RunStore]:
    with RunStore.open(place / "outputs" / "tiny") as opened:
        yield opened


def test_the_answer_says_cover_need_and_honesty_in_80_columns(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert max(map(len, said.splitlines())) <= 80
    assert all(f"\n  {name}: {load_scenario(name).title['en']}\n" in said for name in SCENARIOS)
    for name in SCENARIOS:
        assert re.search(rf"^{name} .*→", said, re.MULTILINE)
    assert "Results go to outputs/tiny" in said
    assert re.search(r"\d+ of \d+ inputs are assumed\.", said)
    assert "uhc-drop, 2024: runs out in" in said or "uhc-drop, 2024: lasts" in said


def test_the_answer_tells_the_status_of_every_year(place: Path, store: RunStore) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    block = said[said.index("UHC status held in every month") :].split("\n\n")[0]
    assert re.search(r"^scenario +2024 +2025 \(2 mo\)$", block, re.MULTILINE)
    for name in SCENARIOS:
        held = store.series(name, "status_uhc") > 0
        counts = [int(held[:, part].all(axis=1).sum()) for part in (slice(0, 12), slice(12, 14))]
        told = r" +".join(f"{count} of 3 replicates" for count in counts)
        assert re.search(rf"^{name} +{told}$", block, re.MULTILINE), name


def test_fewer_than_ten_replicates_tell_no_range_and_say_so_once(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert " … " not in said
    assert "8 in 10" not in said
    assert said.count("Too few replicates for a range: it takes at least 10.") == 1
    compared = prakira("compare", "outputs/tiny", "--scenario", "pbi-cut", at=place).stdout
    assert " … " not in compared


def test_the_own_line_is_set_against_the_need_or_the_reason_is_told(place: Path, store: RunStore) -> None:
    said = " ".join((place / "said.txt").read_text(encoding="utf-8").split())
    lines = store.manifest["own_lines"]
    assert set(lines) == {"2024", "2025"}
    assert f"2024: the line filled in is {rupiah_short(lines['2024'], 'en')};" in said
    assert "the run covers only 2 months of that year" in said
    median = need(store, "uhc-non-cut-off", 2024, None).median
    shown = [number(value / 1e9, "en", 2) for value in (median, lines["2024"] - median)]
    assert f"uhc-non-cut-off {shown[0]} {shown[1]}" in said


def test_a_year_without_a_line_is_said_to_have_none(place: Path, store: RunStore) -> None:
    lines = np.isfinite(store.series("uhc-drop", "line"))
    assert lines[:, :12].all()  # the line of 2024 comes from the heads at the start
    words = ["--scenario", "bounded.yaml", "--months", "2", "--replicates", "1", "--jobs", "1", "--out", "nolines"]
    (place / "bounded.yaml").write_text(BOUNDED, encoding="utf-8")
    done = prakira("run", "tiny", *words, at=place, reports=False)
    assert done.returncode == 0, done.stderr
    assert "bounded, 2024 (2 bln): tanpa pagu" in done.stdout
    assert "cukup pada semua ulangan" not in done.stdout


def test_the_answer_names_all_files(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    told = " ".join(said[said.index("Files in ") :].split()).split(": ")[1].split(", ")
    assert told == ["charts", "manifest.json", "report.docx", "report.html", "results.sqlite", "tables.xlsx"]


def test_without_100_replicates_no_certainty_is_told_and_why(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert "No certainty figure: it needs at least 100 replicates, this run has 3." in said
    assert "certainty (" not in said


def test_a_binding_bill_is_never_called_need(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    need = said[said.index("Need of the year") :].split("\n\n")[0]
    assert "uhc-non-cut-off" in need
    assert "uhc-drop" not in need


def test_the_reports_are_written(place: Path) -> None:
    folder = place / "outputs" / "tiny"
    assert {"results.sqlite", "manifest.json", "tables.xlsx", "report.html", "report.docx"} <= {
        path.name for path in folder.iterdir()
    }


def test_the_default_folder_takes_the_next_number_and_resume_the_last(place: Path) -> None:
    words = ["run", "tiny", "--scenario", "baseline", "--months", "1", "--replicates", "1", "--jobs", "1", "--quiet"]
    again = prakira(*words, at=place, reports=False)
    assert again.stdout.strip().splitlines()[-1] == str(Path("outputs") / "tiny-2")
    resumed = prakira(*words, "--resume", at=place, reports=False)
    assert resumed.returncode == 0, resumed.stderr
    assert not (place / "outputs" / "tiny-3").exists()


def test_where_the_uncertainty_comes_from_is_told_where_a_certainty_is(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.blocks.PROBED", 12)
    write_folder(tiny_district(400, facilities=1, month="2023-12"), place / "small")
    words = ["run", "small", "--scenario", "baseline", "--months", "12", "--lang", "en", "--out", "sure"]
    told = "The uncertainty of the need of 2024 comes first of all from "
    done = prakira(*words, "--no-blocks", at=place, reports=False)
    assert done.returncode == 0, done.stderr
    assert told not in " ".join(done.stdout.split())
    manifest = json.loads((place / "sure" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["blocks"] is None
    assert manifest["command"].endswith("--no-blocks")
    done = prakira(*words, "--resume", at=place)
    assert done.returncode == 0, done.stderr
    assert told in " ".join(done.stdout.split())
    assert (place / "sure" / "charts" / "ketidakpastian.png").exists()  # a run without shares has none: see origins
    with RunStore.open(place / "sure") as finished:
        shares = block_shares(finished)
        assert shares is not None
        assert shares.replicates == finished.manifest["blocks"]["replicates"]
        for figure in ("need", "capitation"):
            assert all(share.low <= share.value <= share.high for share in shares.of(figure).values())
            assert sum(shares.of(figure)[block].value for block in shares.ranking(figure)) > 0.5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "tiny", "--out", "outputs/tiny"], "tambahkan --resume"),
        (["run", "tiny", "--out", "outputs/tiny", "--resume"], "berisi hitungan lain"),
        (["run", "tiny", "--scenario", "uhc-dorp"], "yang terdekat: uhc-drop"),
        (["run", "tiny", "--scenario", "x.yaml"], "tidak ada berkas skenario x.yaml"),
        (["run", "tiny", "--start", "2023-01"], "setelah bulan stok"),
        (["run", "tiny", "--replicates", "0"], "replicates berisi 0"),
        (["run", "tiny", "--lang", "fr"], "bahasa fr tidak dikenal"),
        (["run", "tiny", "--jobs", "0", "--out", "new"], "jobs berisi 0"),
        (["levers", "pbi_cutt"], "yang terdekat: pbi_cut"),
        (["compare", "tiny"], "tidak berisi hitungan"),
        (["compare", "outputs/tiny", "--reference", "base"], "tidak memiliki skenario base"),
        (["export", "outputs/tiny", "--out", "x.xlsx"], "akhirannya harus .csv atau .parquet"),
        (["export", "outputs/tiny", "--out", "no/x.csv"], "tidak ada folder no"),
        (["export", "outputs/tiny", "--out", "-", "--indicator", "bill_jk"], "yang terdekat: bill_jkn"),
    ],
)
def test_mistakes_are_told_and_nothing_is_made(place: Path, words: list[str], message: str) -> None:
    before = sorted(path for path in place.rglob("*") if "-wal" not in path.name and "-shm" not in path.name)
    done = prakira(*words, at=place)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert sorted(path for path in place.rglob("*") if "-wal" not in path.name and "-shm" not in path.name) == before


def test_export_and_back(place: Path, store: RunStore) -> None:
    done = prakira("export", "outputs/tiny", "--out", "all.csv", at=place)
    assert done.returncode == 0, done.stderr
    assert not list(place.glob("*.half"))
    with (place / "all.csv").open(encoding="utf-8", newline="") as stream:
        read = csv.reader(stream)
        assert tuple(next(read)) == COLUMNS
        tables = {
            (name, level): np.full(store.table(name, level).shape, -1.0) for name in SCENARIOS for level in LEVELS
        }
        places = {"district": ["district"], "facility": list(store.facilities), "segment": list(SEGMENTS),
                  "hospital": list(store.hospitals)}  # fmt: skip
        for scenario, replicate, month, level, where, indicator, value in read:
            array = tables[scenario, level].reshape(3, 14, len(places[level]), -1)  # type: ignore[index]
            cell = (int(replicate), store.months.index(month), places[level].index(where), INDEX[level][indicator])  # type: ignore[index]
            array[cell] = float(value) if value else np.nan
    for (name, level), array in tables.items():
        assert np.array_equal(array, store.table(name, level), equal_nan=True), (name, level)


def test_export_filters_to_standard_output_with_whole_numbers(place: Path) -> None:
    words = ["--scenario", "pbi-cut", "--level", "district", "--indicator", "bill_jkn"]
    done = prakira("export", "outputs/tiny", "--out", "-", *words, at=place)
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(found) == 3 * 14
    assert {row["indicator"] for row in found} == {"bill_jkn"}
    assert all(row["value"].isdecimal() for row in found)


def test_export_to_parquet_or_a_plain_word_why_not(place: Path, store: RunStore) -> None:
    done = prakira("export", "outputs/tiny", "--out", "all.parquet", "--level", "district", "--lang", "en", at=place)
    try:
        from importlib import import_module

        parquet = import_module("pyarrow.parquet")
    except ImportError:
        assert done.returncode == 2
        assert 'pip install "prakira[parquet]"' in done.stderr
        assert not list(place.glob("all.parquet*"))
        return
    assert done.returncode == 0, done.stderr
    read = parquet.read_table(place / "all.parquet").to_pylist()
    expected = [row for unit in rows(store, Choice.of(store, None, ["district"], None)) for row in unit]
    assert np.array_equal([row["value"] for row in read], [row[6] for row in expected], equal_nan=True)
    assert [tuple(row.values())[:6] for row in read] == [row[:6] for row in expected]


def test_a_name_that_a_spreadsheet_would_run_is_quoted(place: Path) -> None:
    from scenarios.tidy import _safe

    assert _safe("=cmd|x") == "'=cmd|x"
    assert _safe("Puskesmas 1") == "Puskesmas 1"


def test_compare_prints_json_and_a_table(place: Path) -> None:
    done = prakira("compare", "outputs/tiny", "--scenario", "pbi-cut", "--json", at=place)
    found = json.loads(done.stdout)["differences"]
    assert {entry["scenario"] for entry in found} == {"pbi-cut"}
    removed = next(entry for entry in found if entry["indicator"] == "pbi_out" and entry["period"] == "2024")
    assert removed["low"] > 0
    said = prakira("compare", "outputs/tiny", "--scenario", "pbi-cut", at=place)
    assert "keluar PBI-JK" in said.stdout
    same = prakira("compare", "outputs/tiny", "--reference", "baseline", "--scenario", "baseline", at=place)
    assert "semua angka sama" in same.stdout


def test_scenarios_levers_and_month_list_what_the_code_holds(tmp_path: Path) -> None:
    listed = json.loads(prakira("scenarios", "--json", at=tmp_path).stdout)
    assert [entry["name"] for entry in listed] == library()
    assert [row["name"] for row in json.loads(prakira("month", "--json", at=tmp_path).stdout)] == [
        step.name for step in STEPS
    ]
    said = prakira("levers", "pbi_cut", "--lang", "en", at=tmp_path).stdout
    assert "takeover" in said
    assert "share of active PBI-JK; 0…1" in said
    assert "pengurangan PBI-JK" in prakira("levers", at=tmp_path).stdout
    for words in (["month"], ["scenarios"], ["levers", "apbd_line"]):
        assert max(map(len, prakira(*words, at=tmp_path).stdout.splitlines())) <= 80


def test_columns_are_aligned() -> None:
    assert table(["a", "bb"], [["ccc", "d"]]) == "a    bb\nccc   d"


@pytest.mark.parametrize(("subject", "name", "told"), [
    ("facility:puskesmas 2", "facility-puskesmas-2.txt", "Puskesmas 2: skenario baseline, ulangan 0"),
    ("household:5", "household-5.txt", "kartu keluarga 5: skenario baseline, ulangan 0"),
])  # fmt: skip
def test_a_trace_is_printed_and_kept_with_the_run(place: Path, subject: str, name: str, told: str) -> None:
    out = name.removesuffix(".txt")
    words = ("--scenario", "baseline", "--months", "2", "--replicates", "1", "--jobs", "1", "--out", out)
    done = prakira("run", "tiny", *words, "--trace", subject, at=place, reports=False)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert (place / out / name).read_text(encoding="utf-8").strip() in done.stdout


@pytest.mark.parametrize(("subject", "told"), [
    ("facility:puskesmas 3", "faskes puskesmas 3 tidak dikenal; yang terdekat: Puskesmas"),
    ("household:999999", "nomor 0 sampai"),
    ("clinic:1", "facility:NAMA atau household:NOMOR"),
])  # fmt: skip
def test_what_cannot_be_traced_is_said_before_anything_is_computed(place: Path, subject: str, told: str) -> None:
    done = prakira("run", "tiny", "--scenario", "baseline", "--trace", subject, "--out", "nothing", at=place)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (place / "nothing").exists()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.2, ""), (1, "about 5 seconds left"), (61, "about 65 seconds left"), (200, "about 3 minutes left")],
)
def test_the_time_left_is_told_in_round_figures(seconds: float | None, text: str) -> None:
    assert time_left(seconds, "en") == text
