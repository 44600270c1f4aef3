"""A branch added up from made-up runs: sums to the rupiah, shared hospitals, and the error of past forecasts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from texts import CALLS, asked_in, catalogues, fields

import reports
from districts.faults import Fault, InputError, SeveralErrors, UserError
from districts.text import translator
from districts.tiny import tiny_district
from reports.branch import words
from reports.branch.record import FILE, earlier_forecasts, forecast_of, record_of, summary, with_error
from reports.branch.write import write_branch
from scenarios.branch.actual import WHOLE, Figure, actual_of_file, actual_of_history
from scenarios.branch.plan import check_name
from scenarios.branch.skill import Forecast, Told, misses, pairs
from scenarios.branch.totals import cash, hospitals
from scenarios.months import span
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.results import Results

ROOT = Path(reports.__file__).parent.parent
MARKUP = 'RSUD <b>"A" & B</b>'
#: District: facilities, hospitals as (name, code).
MADE: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    "alfa": (2, (("RSUD Alfa", "RS1"), ("RS Bersama", "R1703016"), ("RS luar  daerah", "RS9"))),
    "beta": (3, (("RSUD Beta", "RS1"), ("rs LUAR daerah", "X"), ("RSU Bersama", "1703016"))),
    "gama": (1, (("=RS()", "G"), (MARKUP, "H"))),
}


def made_run(folder: Path, name: str, replicates: int = 12, months: int = 14, start: str = "2024-11") -> RunStore:
    """A store of whole numbers drawn at random."""
    facilities, listed = MADE[name]
    manifest: dict[str, Any] = {
        "program": {"prakira": "0.1.0"}, "command": f"prakira run {name}", "start": start, "months": months,
        "district": {"name": name, "title": f"Kabupaten {name.title()}"}, "replicates": replicates, "seed": 1,
        "luck_only": False, "stock": "2024-10", "posterior": None, "binding": None, "assumed": 3, "inputs_total": 9,
        "facilities": [f"Puskesmas {at}" for at in range(facilities)],
        "facility_codes": [f"P{at}" for at in range(facilities)], "facility_types": ["puskesmas"] * facilities,
        "kbk_exempt": [False] * facilities, "hospitals": [one for one, _code in listed],
        "hospital_codes": [code for _one, code in listed],
        "scenarios": [{"name": "baseline", "title": {"id": "Tanpa keputusan baru", "en": "No new decision"}}],
    }  # fmt: skip
    store = RunStore.create(folder / name, manifest)
    for replicate in range(replicates):
        luck = np.random.default_rng([len(name), facilities, replicate])
        shapes = {"district": (), "facility": (facilities,), "segment": (len(SEGMENTS),), "hospital": (len(listed),)}
        tables = {level: luck.integers(1, 10**9, (months, *shape, len(CATALOGUE[level]))).astype(float)
                  for level, shape in shapes.items()}  # fmt: skip
        tables["facility"][..., INDEX["facility"]["share_permille"]] = 950
        store.save("baseline", replicate, Results(
            span(start, months), tuple(manifest["facilities"]), tuple(manifest["hospitals"]), **tables,
        ), 0.0)  # fmt: skip
    return store


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[RunStore]]:
    opened = [made_run(tmp_path / "cabang", name) for name in MADE]
    yield opened
    for store in opened:
        store.close()


def test_the_cash_call_is_the_sum_over_districts_in_every_replicate(stores: list[RunStore]) -> None:
    found = cash(stores, "baseline")
    keys = {"capitation": "capitation_paid", "non_capitation": "prb_drugs", "claims": "claims_paid",
            "penalty": "claims_penalty"}  # fmt: skip
    for replicate in range(12):
        for at in range(14):
            told = {kind: sum(int(store.results("baseline", replicate).series(key)[at]) for store in stores)
                    for kind, key in keys.items()}  # fmt: skip
            assert {kind: int(found[kind][replicate, at]) for kind in keys} == told
            assert int(found["total"][replicate, at]) == sum(told.values())


def test_hospitals_of_one_name_or_one_national_code_are_added(stores: list[RunStore]) -> None:
    found = {one.name: one for one in hospitals(stores, "baseline")}
    assert list(found) == ["RSUD Alfa", "RS Bersama", "RS luar  daerah", "RSUD Beta", "=RS()", MARKUP]
    assert found["RS Bersama"].districts == ("Kabupaten Alfa", "Kabupaten Beta")
    for name, places in (("RS Bersama", ((0, 1), (1, 2))), ("RS luar  daerah", ((0, 2), (1, 1))),
                         ("RSUD Alfa", ((0, 0),)), ("RSUD Beta", ((1, 0),))):  # fmt: skip
        for field, key in (("incurred", "claims_incurred"), ("paid", "claims_paid"), ("owed", "claims_backlog")):
            expected = sum(stores[number].series("baseline", key, "hospital")[:, :, place] for number, place in places)
            assert np.array_equal(getattr(found[name], field), expected), (name, field)
    everything = sum(float(store.series("baseline", "claims_paid", "hospital").sum()) for store in stores)
    assert sum(float(one.paid.sum()) for one in found.values()) == everything


def test_a_hospital_known_by_name_here_and_by_code_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MADE, "alfa", (1, (("RS Satu", ""),)))
    monkeypatch.setitem(MADE, "beta", (1, (("RSU Satu", "1234567"),)))
    monkeypatch.setitem(MADE, "gama", (1, (("rs satu", "R1234567"),)))
    joined = hospitals([made_run(tmp_path, name) for name in MADE], "baseline")
    assert [(one.name, len(one.districts)) for one in joined] == [("RS Satu", 3)]


def test_ranges_are_of_the_sum_and_no_sums_of_ranges(stores: list[RunStore]) -> None:
    record = record_of("cabang", stores, "baseline", "prakira run")
    total = cash(stores, "baseline")["total"]
    for part, q in (("low", 0.1), ("middle", 0.5), ("high", 0.9)):
        told = record["cash"]["total"][part]
        assert told == [round(quantile(total[:, at], q).value) for at in range(14)]
        assert record["years"]["2025"]["total"][part] == round(quantile(total[:, 2:].sum(axis=1), q).value)
    highs = sum(district["cash"]["high"][0] for district in record["districts"])
    assert record["cash"]["total"]["high"][0] < highs  # independent districts do not reach their tops together
    paid = stores[1].series("baseline", "capitation_paid", "facility")
    assert record["districts"][1]["paid"]["middle"][3] == round(quantile(paid[:, 3].sum(axis=1), 0.5).value)
    assert record["districts"][1]["facilities"][2]["paid"]["middle"][3] == round(quantile(paid[:, 3, 2], 0.5).value)
    assert {year: entry["months"] for year, entry in record["years"].items()} == {"2024": 2, "2025": 12}


def test_too_few_replicates_tell_no_range(tmp_path: Path) -> None:
    few = [made_run(tmp_path, name, replicates=3) for name in MADE]
    record, _written = write_branch(tmp_path, "cabang", few, "baseline", "prakira run", {}, "id")
    assert record["cash"]["total"]["low"] == [None] * 14
    text = (tmp_path / "cabang.html").read_text(encoding="utf-8")
    assert "3 ulangan terlalu sedikit untuk rentang" in text
    assert "None" not in text


def test_runs_that_differ_are_no_branch(tmp_path: Path) -> None:
    unlike = [made_run(tmp_path, "alfa"), made_run(tmp_path, "beta", replicates=11)]
    with pytest.raises(UserError, match="the same months, seed and replicates"):
        record_of("cabang", unlike, "baseline", "prakira run")


# -- the error of past forecasts -------------------------------------------------------------------------------------
def figure(place: str, month: str = "2025-01", indicator: str = "capitation_paid") -> Figure:
    return Figure("alfa", month, indicator, place)


def test_mape_and_bias_in_closed_form() -> None:
    actual = {figure("P0"): 100.0, figure("P1"): 200.0, figure("P2"): 0.0, figure(WHOLE): 300.0,
              figure("P0", indicator="capitated"): 40.0}  # fmt: skip
    told = {figure("P0"): Told(110, 90, 130), figure("P1"): Told(150, 140, 190), figure("P2"): Told(30, None, None),
            figure(WHOLE): Told(300, 250, 350), figure("P0", indicator="capitated"): Told(40, 40, 40)}  # fmt: skip
    heads, money, whole = misses(pairs(actual, [Forecast("run", {"alfa": "2024-12"}, told)]))
    assert (heads.indicator, heads.mape, heads.bias, heads.inside, heads.ranged) == ("capitated", 0.0, 0.0, 1, 1)
    assert (money.cases, money.zero, money.of_facilities) == (3, 1, True)
    assert money.mape == pytest.approx((10 / 100 + 50 / 200) / 2)
    assert money.difference == 10 - 50 + 30
    assert money.bias == pytest.approx((10 - 50 + 30) / 300)
    assert (money.inside, money.ranged) == (1, 2)
    assert (whole.of_facilities, whole.mape, whole.bias) == (False, 0.0, 0.0)


def test_only_zeros_give_no_relative_error() -> None:
    (miss,) = misses(pairs({figure("P0"): 0.0}, [Forecast("run", {"alfa": "2024-12"}, {figure("P0"): Told(5, 0, 9)})]))
    assert (miss.mape, miss.bias, miss.difference, miss.zero) == (None, None, 5, 1)


def test_a_figure_is_held_against_the_last_forecast_that_did_not_know_it() -> None:
    def forecast(folder: str, known: str, middle: float) -> Forecast:
        return Forecast(folder, {"alfa": known}, {figure("P0"): Told(middle, None, None)})

    runs = [forecast("old", "2024-10", 1), forecast("new", "2024-12", 2), forecast("again", "2024-12", 3),
            forecast("knows", "2025-01", 4)]  # fmt: skip
    (pair,) = pairs({figure("P0"): 10.0, figure("P9"): 5.0}, runs)
    assert (pair.folder, pair.told.middle, pair.ahead) == ("again", 3, 1)
    assert pairs({figure("P0"): 10.0}, runs[3:]) == []
    (pair,) = pairs({figure("P0"): 10.0}, runs[:1])
    assert (pair.folder, pair.ahead) == ("old", 3)


def test_a_fabricated_history_gives_the_error_that_was_put_in(tmp_path: Path) -> None:
    """Every reported figure is the forecast over 1.25: MAPE and bias are 25 %, in every indicator."""
    folder = tmp_path / "cabang"
    first = [made_run(folder, name) for name in MADE]
    record, _written = write_branch(folder, "cabang", first, "baseline", "prakira run", {}, "id")
    assert record["error"]["last"] is None
    told = forecast_of(record, "cabang").told
    actual = {one: value.middle / 1.25 for one, value in told.items() if one.month in ("2024-11", "2024-12")}
    again = tmp_path / "cabang-2"
    second = [made_run(again, name) for name in MADE]
    record, written = write_branch(again, "cabang", second, "baseline", "prakira run", actual, "id")
    error = record["error"]
    assert (error["earlier_runs"], error["first"], error["last"], error["months"]) == (1, "2024-11", "2024-12", 2)
    for key, months in (("last_month", 1), ("all_months", 2)):
        cases = {(miss["indicator"], miss["of_facilities"]): miss["cases"] for miss in error[key]}
        assert cases == {("capitation_paid", True): 6 * months, ("capitated", True): 6 * months,
                         ("capitation_paid", False): 3 * months, ("capitated", False): 3 * months,
                         ("claims_incurred", False): 3 * months, ("claims_paid", False): 3 * months}  # fmt: skip
        for miss in error[key]:
            assert miss["mape"] == pytest.approx(0.25)
            assert miss["bias"] == pytest.approx(0.25)
    text = written[0].read_text(encoding="utf-8")
    assert "MAPE 25,0\u00a0%, bias +25,0\u00a0%, 6 fasilitas-bulan" in text
    sheet = openpyxl.load_workbook(written[1])["Ketepatan prakiraan"]
    cells = [row for row in sheet.iter_rows(values_only=True) if row[0] == "kapitasi"]
    assert [row[2] for row in cells] == [pytest.approx(0.25)] * 4


def test_earlier_runs_are_those_of_the_same_branch_in_the_folders_beside(tmp_path: Path) -> None:
    stores = [made_run(tmp_path / "a", name) for name in MADE]
    record = with_error(record_of("cabang", stores, "baseline", "prakira run"), [], None, 0)
    for folder, content in (("b", record), ("c", {**record, "branch": "lain"}), ("d", {**record, "format": 0})):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / FILE).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / FILE).write_text("{half", encoding="utf-8")
    assert [one.folder for one in earlier_forecasts(tmp_path / "a", "cabang")] == ["b"]
    assert earlier_forecasts(tmp_path / "b", "cabang") == []
    assert earlier_forecasts(tmp_path / "a", "cabang")[0].known == dict.fromkeys(MADE, "2024-10")


# -- what became true ------------------------------------------------------------------------------------------------
def test_a_history_gives_its_months_and_a_file_its_rows(tmp_path: Path) -> None:
    from districts.model import HistoryRow

    told = (("2024-01", "capitated", "P1", 470), ("2024", "claims_paid", "district", 9), ("2024-02", "claims_paid",
            "district", 5), ("2024-01", "billed", "district", 3), ("2024-01", "active", "segment:bp", 4))  # fmt: skip
    rows = tuple(HistoryRow(month=month, indicator=key, place=place, value=value, source="x", confidence="high")
                 for month, key, place, value in told)  # fmt: skip
    district = tiny_district().model_copy(update={"history": rows})
    assert actual_of_history(district) == {
        Figure("tiny", "2024-01", "capitated", "P1"): 470, Figure("tiny", "2024-02", "claims_paid", WHOLE): 5,
    }  # fmt: skip
    path = tmp_path / "actual.csv"
    path.write_text("month;district;facility;capitation;heads;claims\n2024-03;KABUPATEN contoh;puskesmas 2;100;20;\n"
                    "2024-03;tiny;;;;7\n", encoding="utf-8")  # fmt: skip
    assert actual_of_file(path, [district]) == {
        Figure("tiny", "2024-03", "capitation_paid", "P2"): 100, Figure("tiny", "2024-03", "capitated", "P2"): 20,
        Figure("tiny", "2024-03", "claims_paid", WHOLE): 7,
    }  # fmt: skip


def test_every_fault_of_a_file_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "actual.csv"
    path.write_text(
        "month,district,facility,capitation,claims\n"
        "2024,tiny,P1,5,\n2024-01,tinny,P1,5,\n2024-01,tiny,P7,5,\n2024-01,tiny,P1,\"1,5\",\n2024-01,tiny,P1,,4\n"
        "2024-02,tiny,P1,5,\n2024-02,tiny,Puskesmas 1,6,\n2024-03,tiny,P1,-3,\n", encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        actual_of_file(path, [tiny_district()])
    found = {(fault.row, fault.column): fault.describe("en") for fault in caught.value.faults}
    assert set(found) == {(2, "month"), (3, "district"), (4, "facility"), (5, "capitation"), (6, "claims"),
                          (8, "capitation"), (9, "capitation")}  # fmt: skip
    assert "did you mean tiny?" in found[3, "district"]
    assert "a figure that was given before" in found[8, "capitation"]
    path.write_text("month,facility,capitaton\n2024-01,P1,5\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        actual_of_file(path, [tiny_district()])
    assert [fault.column for fault in caught.value.faults] == ["capitaton", "district", ""]


# -- files and words -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["id", "en"])
def test_names_are_text_and_the_page_needs_no_network(stores: list[RunStore], tmp_path: Path, lang: str) -> None:
    _record, (page, book, kept) = write_branch(
        tmp_path / "cabang", "cabang", stores, "baseline", "prakira run", {}, lang
    )
    text = page.read_text(encoding="utf-8")
    assert "RSUD &lt;b&gt;" in text
    assert MARKUP not in text
    assert not re.search(r'<script|src=|@import|url\((?!#)|href="http', text)
    sheets = openpyxl.load_workbook(book)
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {"=RS()", MARKUP} <= {cell.value for cell in cells}
    formulas = [cell for cell in cells if cell.data_type == "f"]  # those that the program builds, no name of anybody
    assert all(re.fullmatch(r'=IF\(H\d+=0,"–",J\d+/H\d+\)', cell.value) for cell in formulas)
    assert not [cell for cell in cells if isinstance(cell.value, float) and math.isnan(cell.value)]
    assert json.loads(kept.read_text(encoding="utf-8"))["branch"] == "cabang"
    assert not list((tmp_path / "cabang").glob(".*.half"))


def test_page_workbook_and_record_hold_the_same_cash(stores: list[RunStore], tmp_path: Path) -> None:
    record, (_page, book, _kept) = write_branch(
        tmp_path / "cabang", "cabang", stores, "baseline", "prakira run", {}, "en"
    )
    rows = [row for row in openpyxl.load_workbook(book)["Cash call"].iter_rows(values_only=True)
            if str(row[0]).endswith(("2024", "2025"))]  # fmt: skip
    for at, row in enumerate(rows):
        told = [record["cash"][kind]["middle"][at] for kind in ("capitation", "non_capitation", "claims", "penalty",
                                                                 "total")]  # fmt: skip
        assert list(row[1:6]) == told
        assert list(row[6:8]) == [record["cash"]["total"][part][at] for part in ("low", "high")]
    assert len(rows) == 14
    short = summary(record)
    assert short["cash"] == record["cash"]
    assert "heads" not in short["districts"][0]["facilities"][0]
    assert "pairs" not in short["error"]


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a\\b", ".x", "a "])
def test_a_branch_needs_a_name_that_a_folder_can_have(name: str) -> None:
    with pytest.raises(UserError, match="Expected: letters"):
        check_name(name)
    assert check_name("Curup Selatan-1") == "Curup Selatan-1"


def test_errors_of_several_districts_are_told_once_each() -> None:
    place = InputError([Fault("x.yaml:3", "nothing is in it", "this column")])
    several = SeveralErrors([("a", place), ("b", place), ("a", UserError("--actual goes with --branch")),
                             ("b", UserError("--actual goes with --branch"))])  # fmt: skip
    assert several.describe("en").splitlines() == [
        "x.yaml:3: nothing is in it. Expected: this column", "a, b: --actual goes with --branch",
    ]  # fmt: skip


def test_every_text_is_translated_with_its_fields() -> None:
    paths = [*(ROOT / "scenarios" / "branch").glob("*.py"), *(ROOT / "reports" / "branch").glob("*.py"),
             ROOT / "cli" / "branch.py", ROOT / "cli" / "branch_answer.py"]  # fmt: skip
    ids = asked_in(paths, CALLS | {"UserError": 1, "problem": 2})
    same = {"bias", "MAPE {mape}, bias {bias}, {cases}", "{year} {amount}"}
    assert len(ids) > 100
    for message in sorted(ids):
        told = translator("id")(message)
        assert told != message or message in same, message
        assert fields(told) == fields(message), message
    run = {"several districts are run as a branch: add --branch NAME, or run one at a time",
           "--actual goes with --branch", "--trace is for one district without --branch"}  # fmt: skip
    assert set(catalogues()["branch"]) <= ids | run


def test_a_heading_does_not_say_cabang_twice() -> None:
    names = ["Cabang Curup", "cabang Curup", "Curup", "Cabang"]
    assert [words.bare_name({"branch": name}) for name in names] == ["Curup", "Curup", "Curup", "Cabang"]
