"""Contradictions in a history: each is found and told with its rows, by `prakira check` too; a sound one has none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import prakira
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from districts.faults import InputError
from districts.history import BY_KEY, HISTORY, DataFault, data_faults, derived, level_of, row_numbers, without
from districts.model import District, HistoryRow
from districts.read import check_district, read_district, shipped_examples
from districts.template import write_workbook
from districts.tiny import tiny_district
from districts.write import write_folder
from sim.kbk_payable import payable_shares
from sim.results import Results
from sim.rules import load_rules
from tests.engine import RULES, results

ROOT = Path(__file__).parent.parent
PAYABLE = payable_shares(load_rules())

# Two facilities of 1,200 and 1,400 capitated members. 1200 x 4500 = 5,400,000; 1400 x 6000 = 8,400,000.
SOUND = """\
2023-01 population district 3000
2023-01 registered district 2600
2023-01 active district 2300
2023-01 never district 390
2023-01 registered segment:pbi_jk 1340
2023-01 registered segment:pbpu_pemda 360
2023-01 registered segment:ppu 420
2023-01 registered segment:pbpu 450
2023-01 registered segment:bp 30
2023-01 active segment:pbpu 350
2023-01 arrears segment:pbpu 80
2023-01 lapsed segment:pbpu 20
2023-01 arrears district 80
2023-01 arrears class:1 5
2023-01 arrears class:2 10
2023-01 arrears class:3 65
2022-12 debt_pemda district 1000
2023-01 billed district 350
2023-01 bill_jkn district 13230
2023-01 paid_jkn district 14230
2023-02 bill_jkn district 13230
2023-02 paid_jkn district 13230
2023-01 capitated P1 1200
2023-01 contacts P1 171
2023-01 contacts_sick P1 120
2023-01 ak P1 142.5
2023-01 referrals P1 40
2023-01 referrals_nonspecialist P1 1
2023-01 rrns P1 2.5
2023-01 ht_diagnosed P1 60
2023-01 dm_diagnosed P1 20
2023-01 ht_prolanis P1 12
2023-01 dm_prolanis P1 6
2023-01 ht_controlled P1 4
2023-01 dm_controlled P1 1
2023-01 rppt P1 5.8
2023-01 capitation_full P1 5400000
2023-01 capitation_paid P1 4860000
2023-01 share_permille P1 900
2023-01 capitated P2 1400
2023-01 contacts P2 200
2023-01 capitation_full P2 8400000
2023-01 capitation_paid P2 7980000
2023-01 contacts district 371
2023-01 capitation_full district 13800000
2023-01 capitation_paid district 12840000
2023 claims_paid district 1200
2023-01 claims_paid district 90
2023-02 claims_paid district 110"""


def typed(lines: str) -> str:
    """CSV lines of a history from "month indicator place value" lines."""
    return "".join(",".join(line.split()) + ",x,low,\n" for line in lines.splitlines() if line.strip())


def folder(where: Path, lines: str) -> Path:
    """A folder of the tiny district with these lines as its history, from row 2 down."""
    write_folder(tiny_district(), where)
    (where / "history.csv").write_text("month,indicator,place,value,source,confidence,note\n" + typed(lines), "utf-8")
    return where


def found(where: Path, lines: str) -> list[DataFault]:
    """The contradictions of a history, through the reader and with the dated rules."""
    return data_faults(read_district(folder(where, lines)), PAYABLE)


def test_a_sound_history_has_no_faults(tmp_path: Path) -> None:
    assert [item.fault.describe("en") for item in found(tmp_path / "d", SOUND)] == []


@pytest.mark.parametrize("name", shipped_examples())
def test_the_shipped_histories_have_no_faults(name: str) -> None:
    assert data_faults(read_district(name), PAYABLE) == []


SPIKE = "2023-02 {key} {place} 2600\n2023-03 {key} {place} {value}\n2023-04 {key} {place} 2620"

#: (case, history, rows of the fault, English text without the place it stands in).
CASES: list[tuple[str, str, tuple[int, ...], str]] = [
    ("active", "2023-01 registered district 900\n2023-01 active district 901", (3, 2),
     "active 901, above registered 900 (district, 2023-01; rows 3, 2). Expected: active of at most registered"),
    ("active in a segment", "2023-01 registered segment:ppu 900\n2023-01 active segment:ppu 901", (3, 2),
     "active 901, above registered 900 (segment:ppu, 2023-01; rows 3, 2)"),
    ("December by year", "2023 registered district 900\n2023-12 active district 901", (3, 2), "active 901, above"),
    ("arrears", "2023-01 registered district 9\n2023-01 arrears district 10", (3, 2), "arrears 10, above registered 9"),
    ("lapsed", "2023-01 registered district 9\n2023-01 lapsed district 10", (3, 2), "lapsed 10, above registered 9"),
    ("never", "2023-01 population district 9\n2023-01 never district 10", (3, 2), "never 10, above population 9"),
    ("states together", "2023-01 registered segment:bp 9\n2023-01 active segment:bp 6\n2023-01 arrears segment:bp 4",
     (2, 3, 4), "active + arrears together 10, above registered 9 (segment:bp"),
    ("members and people", "2023-01 population district 1000\n2023-01 registered district 1101", (3, 2),
     "registered 1101 in a population of 1000"),
    ("segments", "2023-01 registered district 2627\n" + "\n".join(
        f"2023-01 registered segment:{name} {heads}"
        for name, heads in (("pbi_jk", 1340), ("pbpu_pemda", 360), ("ppu", 420), ("pbpu", 450), ("bp", 30))
    ), (2, 3, 4, 5, 6, 7), "registered 2627 of the district, but its parts (segment) add up to 2600"),
    ("one segment above", "2023-01 active district 100\n2023-01 active segment:bp 102", (2, 3),
     "active 100 of the district, but its parts (segment) add up to 102"),
    ("classes", "2023-01 arrears district 90\n2023-01 arrears class:1 1\n2023-01 arrears class:2 2\n"
     "2023-01 arrears class:3 80", (2, 3, 4, 5), "arrears 90 of the district, but its parts (class) add up to 83"),
    ("facilities", "2023-01 contacts district 90\n2023-01 contacts P1 30\n2023-01 contacts P2 40", (2, 3, 4),
     "contacts 90 of the district, but its parts (facility) add up to 70"),
    ("year of a flow", "2023 claims_paid district 90\n2023-05 claims_paid district 91", (2, 3),
     "claims_paid 90 for the year, but 91 by its months"),
    ("whole year of a flow", "2023 births district 130\n"
     + "\n".join(f"2023-{month:02d} births district 10" for month in range(1, 13)), tuple(range(2, 15)),
     "births 130 for the year, but 120 by its months"),
    ("December of a stock", "2023 debt_pemda district 90\n2023-12 debt_pemda district 95", (2, 3),
     "debt_pemda 90 for the year, but 95 by its months"),
    ("billed", "2023-01 registered segment:pbpu_pemda 360\n2023-01 billed district 370", (3, 2),
     "billed 370, above 360 registered in PBPU Pemda"),
    ("paid", "2022-12 debt_pemda district 5\n2023-01 bill_jkn district 100\n2023-01 paid_jkn district 106", (4, 3, 2),
     "paid_jkn 106, above 105, all that was billed and owed by then"),
    ("paid in spring", "2023-02 debt_pemda district 0\n2023-03 bill_jkn district 100\n2023-03 paid_jkn district 301",
     (4, 3, 2), "paid_jkn 301, above 300"),
    ("paid twice", "2022-12 debt_pemda district 0\n2023-01 bill_jkn district 100\n2023-01 paid_jkn district 100\n"
     "2023-02 bill_jkn district 100\n2023-02 paid_jkn district 101", (6, 5, 2), "paid_jkn 101, above 100"),
    ("paid in a year", "2022 debt_pemda district 5\n2023 bill_jkn district 100\n2023 paid_jkn district 106", (4, 3, 2),
     "paid_jkn 106, above 105"),
    ("ak", "2023-01 ak P1 1500", (2,), "ak of 1500. Expected: at most 1000"),
    ("rrns", "2023-01 rrns district 101", (2,), "rrns of 101. Expected: at most 100"),
    ("rppt", "2023-01 rppt P1 100.5", (2,), "rppt of 100.5. Expected: at most 100"),
    ("contacts", "2023-01 capitated P1 120\n2023-01 contacts P1 121", (3, 2), "contacts 121, above capitated 120"),
    ("contacts and register", "2023-01 registered P1 120\n2023-01 contacts P1 121", (3, 2),
     "contacts 121, above registered 120"),
    ("sick contacts", "2023-01 contacts P1 120\n2023-01 contacts_sick P1 121", (3, 2), "contacts_sick 121, above"),
    ("referrals", "2023-01 referrals P1 4\n2023-01 referrals_nonspecialist P1 5", (3, 2),
     "referrals_nonspecialist 5, above referrals 4"),
    ("controlled", "2023-01 ht_prolanis P1 4\n2023-01 ht_controlled P1 5", (3, 2), "ht_controlled 5, above ht_pro"),
    ("prolanis", "2023-01 dm_diagnosed P1 4\n2023-01 dm_prolanis P1 5", (3, 2), "dm_prolanis 5, above dm_diagnosed 4"),
    ("ratio of contacts", "2023-01 capitated P1 1000\n2023-01 contacts P1 140\n2023-01 ak P1 147", (4, 3, 2),
     "ak 147, but 140 by contacts, capitated"),
    ("ratio of referrals", "2023-01 referrals P1 40\n2023-01 referrals_nonspecialist P1 1\n2023-01 rrns P1 2.7",
     (4, 3, 2), "rrns 2.7, but 2.5 by referrals_nonspecialist, referrals"),
    ("ratio of Prolanis", "2023-01 dm_controlled P1 1\n2023-01 dm_diagnosed P1 20\n2023-01 ht_controlled P1 4\n"
     "2023-01 ht_diagnosed P1 60\n2023-01 rppt P1 6.3", (6, 2, 3, 4, 5), "rppt 6.3, but 5.83 by"),
    ("share and rupiah", "2023-01 capitation_full P1 1000\n2023-01 capitation_paid P1 900\n"
     "2023-01 share_permille P1 950",
     (4, 3, 2), "share_permille 950, but 900 by capitation_paid, capitation_full"),
    ("paid above full", "2023-01 capitation_full P1 1000\n2023-01 capitation_paid P1 1001", (3, 2),
     "capitation_paid 1001, above capitation_full 1000"),
    ("share of no rule", "2023-01 share_permille P1 970", (2,),
     "share_permille 970 (P1, 2023-01). Expected: a share that KBK can pay, per mille: 850, 900, 950, 1000"),
    ("payment of no rule", "2023-01 capitation_full P1 1000000\n2023-01 capitation_paid P1 930000", (3, 2),
     "capitation_paid 930000 is 930 ‰ of capitation_full 1000000"),
    ("district paid too little", "2023-01 capitation_full district 1000\n2023-01 capitation_paid district 800", (3, 2),
     "capitation_paid 800 is 800 ‰ of capitation_full 1000"),
    ("tariff not whole", "2023-01 capitated P1 1000\n2023-01 capitation_full P1 4500500", (3, 2),
     "capitation_full 4500500 for 1000 capitated is 4500.5 a head"),
    ("tariff too low", "2023-01 capitated district 1000\n2023-01 capitation_full district 450000", (3, 2),
     "capitation_full 450000 for 1000 capitated is 450 a head"),
    ("tariff without members", "2023-01 capitated P1 0\n2023-01 capitation_full P1 5", (3, 2),
     "capitation_full 5 for 0 capitated is 0 a head"),
    ("digit lost", SPIKE.format(key="active", place="segment:pbpu", value=260), (3, 2, 4),
     "active 260 between 2600 and 2620"),
    ("digit added", SPIKE.format(key="arrears_rupiah", place="district", value=26000), (3, 2, 4),
     "arrears_rupiah 26000 between 2600 and 2620"),
    ("half gone for a month", SPIKE.format(key="registered", place="P1", value=1700), (3, 2, 4),
     "registered 1700 between 2600 and 2620"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "rows", "told"), [pytest.param(lines, rows, told, id=name) for name, lines, rows, told in CASES]
)
def test_a_contradiction_is_found_with_its_rows(lines: str, rows: tuple[int, ...], told: str, tmp_path: Path) -> None:
    one = found(tmp_path / "d", lines)
    assert [item.rows for item in one] == [rows], [item.fault.describe("en") for item in one]
    fault = one[0].fault
    where = f"{tmp_path / 'd'}/history.csv, row {rows[0]}, column value: "
    assert fault.describe("en").startswith(where + told)
    assert fault.severity == "warning"
    assert fault.describe("id").startswith(where.replace("row", "baris").replace("column", "kolom"))
    # Without the rows it names, the contradiction is gone, and the rows that stay keep their numbers.
    district = read_district(tmp_path / "d")
    rest = without(district, rows)
    assert data_faults(rest, PAYABLE) == []
    assert row_numbers(rest.history) == [n for n in row_numbers(district.history) if n not in rows]


FINE = [
    SPIKE.format(key="debt_pemda", place="district", value=26),  # a debt is settled in lumps
    SPIKE.format(key="active", place="segment:pbpu_pemda", value=1400),  # a line that ran out
    "2023-02 dm_prolanis P1 2\n2023-03 dm_prolanis P1 12\n2023-04 dm_prolanis P1 2",  # few people
    "2022-02 registered district 2600\n2023-03 registered district 260\n2024-04 registered district 2600",  # far apart
    "2016-06 capitation_full P1 1000\n2016-06 capitation_paid P1 1150",  # the rule of 2016 paid prestasi
    "2017-06 share_permille P1 925",
    "2019-12 share_permille P1 925",
    "2023-01 capitated P1 1000\n2023-01 contacts P1 140\n2023-01 ak P1 141",  # heads of another day
    "2023-01 registered P1 1100\n2023-01 capitated P1 1000\n2023-01 contacts P1 140\n2023-01 ak P1 127.3",
    "2023-01 referrals P1 0\n2023-01 referrals_nonspecialist P1 0\n2023-01 rrns P1 0",
    "2023-03 bill_jkn district 100\n2023-03 paid_jkn district 900",  # what was owed is unknown
    "2022-12 registered segment:pbpu_pemda 400\n2023-01 registered segment:pbpu_pemda 360\n2023-01 billed district 390",
    "2023 registered district 900\n2023-01 active district 901",  # the year stands for December
]


@pytest.mark.parametrize("lines", FINE)
def test_what_can_be_right_is_no_fault(lines: str, tmp_path: Path) -> None:
    assert found(tmp_path / "d", lines) == []


def test_the_shares_that_can_be_paid_follow_the_dated_rule() -> None:
    assert PAYABLE("2015-12", "puskesmas") is None
    assert PAYABLE("2023-01", "puskesmas") == {850, 900, 950, 1000}
    assert PAYABLE("2023-01", "klinik_pratama") == {950, 960, 970, 1000}
    assert PAYABLE("2018-01", "dpm") == {900, 925, 950, 1000}
    assert PAYABLE("2016-05", "puskesmas") == {750, 800, 900, 950, 980, 1000, 1050, 1100, 1150}
    # December 2019 pays what November earned under the rule of 2017; from January 2020 that of 2019 alone counts.
    assert PAYABLE("2019-12", "puskesmas") == {850, 900, 925, 950, 1000}
    assert PAYABLE("2020-01", "puskesmas") == {850, 900, 950, 1000}


def test_without_the_rule_payments_are_held_against_the_full_capitation(tmp_path: Path) -> None:
    lines = "2023-01 capitation_full P1 1000000\n2023-01 capitation_paid P1 930000\n"
    lines += "2023-02 capitation_full P1 1000000\n2023-02 capitation_paid P1 1030000"
    district = read_district(folder(tmp_path / "d", lines))
    assert [item.rows for item in data_faults(district)] == [(5, 4)]


# --- as a user types it ------------------------------------------------------------------------------------------


def test_check_tells_contradictions_as_warnings(tmp_path: Path) -> None:
    lines = "2023-01 registered district 900\n2023-01 active district 901\n2023-01 share_permille P1 930"
    folder(tmp_path / "d", lines)
    shown = prakira("check", "d", "--lang", "en", at=tmp_path)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Warnings (2):" in shown.stdout
    said = " ".join(shown.stdout.split())
    assert "d/history.csv, row 3, column value: active 901, above registered 900" in said
    assert "d/history.csv, row 4, column value: share_permille 930 (P1, 2023-01). Expected: a share" in said
    said = " ".join(prakira("check", "d", at=tmp_path).stdout.split())
    assert "d/history.csv, baris 3, kolom value: active 901, di atas registered 900" in said
    record = json.loads(prakira("check", "d", "--json", at=tmp_path).stdout)
    assert [(item["file"], item["row"]) for item in record["warnings"]] == [("d/history.csv", 3), ("d/history.csv", 4)]


def test_a_workbook_names_sheet_and_row(tmp_path: Path) -> None:
    district = read_district(
        folder(tmp_path / "d", "2023-01 registered P1 90\n2023-01 contacts P1 91\n2022 births district 9")
    )
    write_workbook(district, tmp_path / "d.xlsx", "en")
    again, faults = check_district(tmp_path / "d.xlsx")
    assert again == district
    assert [fault.describe("en").partition(": ")[0] for fault in faults] == [
        f"{tmp_path / 'd.xlsx'}, sheet history, row 3, column value"
    ]
    assert [(row.month, row.row, row.sheet) for row in again.history] == [
        ("2023-01", 2, "history"), ("2023-01", 3, "history"), ("2022", 4, "history"),
    ]  # fmt: skip


def test_a_year_in_a_number_cell_is_a_year(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    write_workbook(tiny_district(), tmp_path / "d.xlsx", "en")
    book = load_workbook(tmp_path / "d.xlsx")
    book["history"].append([2023, "births", None, 9, "x", "low"])
    book["history"].append([45231, "births", None, 9, "x", "low"])
    book.save(tmp_path / "d.xlsx")
    with pytest.raises(InputError, match="row 3, column month: the number 45231, which is how Excel stores") as caught:
        read_district(tmp_path / "d.xlsx")
    assert len(caught.value.faults) == 1


# --- rows --------------------------------------------------------------------------------------------------------


def history(*rows: tuple[str, str, str, float]) -> tuple[HistoryRow, ...]:
    """Rows made in memory: (month, indicator, place, value)."""
    return tuple(
        HistoryRow(month=month, indicator=key, place=place, value=value, source="x", confidence="low")
        for month, key, place, value in rows
    )


def with_history(*rows: tuple[str, str, str, float]) -> District:
    """The tiny district with a history made in memory."""
    return tiny_district().model_copy(update={"history": history(*rows)})


def test_where_a_row_was_read_is_no_part_of_it() -> None:
    one = history(("2023-01", "births", "district", 3.0))[0]
    two = one.model_copy(update={"row": 7, "file": "d/history.csv", "sheet": "s"})
    assert (one == two, hash(one) == hash(two), one == "x") == (True, True, False)
    assert one.model_dump_json() == two.model_dump_json()
    assert not {"row", "file", "sheet"} & set(two.model_dump())
    assert one != one.model_copy(update={"value": 4.0})


def test_rows_made_in_memory_count_as_in_a_file() -> None:
    district = with_history(("2023-01", "registered", "district", 9.0), ("2023-01", "active", "district", 10.0))
    (one,) = data_faults(district)
    assert (one.rows, one.fault.file, one.fault.row) == ((3, 2), "history", 3)
    assert without(district, one.rows).history == ()


def test_negative_figures_made_in_memory_are_faults() -> None:
    (one,) = data_faults(with_history(("2023-01", "births", "district", -1.0)))
    assert one.fault.describe("en") == (
        "history, row 2, column value: the negative number -1.0. Expected: a number of at least 0"
    )


def test_leaving_rows_out_renews_the_inventory(tmp_path: Path) -> None:
    district = read_district(folder(tmp_path / "d", SOUND))
    assert without(district, ()) == district
    rest = without(district, range(2, 1000))
    assert rest == read_district(folder(tmp_path / "e", ""))


# --- against the engine ------------------------------------------------------------------------------------------


def observed(run: Results, district: District) -> District:
    """A history that holds everything of a run that a history may hold."""
    rows = []
    codes = [facility.code for facility in district.facilities]
    for at, month in enumerate(run.months):
        for item in HISTORY:
            for place in (
                "district",
                *(f"segment:{name}" for name in ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")),
                *codes,
            ):
                level = level_of(place)
                if level not in item.levels:
                    continue
                value = _seen(run, item.key, at, place, codes)
                if value is not None:
                    rows.append((month, item.key, place, value))
    return district.model_copy(update={"history": history(*rows)})


def _seen(run: Results, key: str, at: int, place: str, codes: list[str]) -> float | None:
    from sim.indicators import INDEX, SEGMENTS

    level = level_of(place)
    if BY_KEY[key].parts and not (key == "share_permille" and level == "facility"):
        figures = {part: _seen(run, part, at, place, codes) if part in BY_KEY
                   else float(run.series(part)[at]) for part in BY_KEY[key].parts}  # fmt: skip
        return derived(key, lambda part: figures[part] or 0.0)
    if level == "district" and key in INDEX["district"]:
        return float(run.series(key)[at])
    if level == "district":
        return float(run.series(key, "facility")[at].sum())
    if level == "segment":
        return float(run.series(key, "segment")[at, SEGMENTS.index(place.partition(":")[2])])
    return float(run.series(key, "facility")[at, codes.index(place)])


def test_what_a_run_reports_does_not_contradict_itself() -> None:
    from tests.engine import small

    district = small(6_000, 3)
    seen = observed(results(district, months=14, seed=3), district)
    assert len(seen.history) > 1700
    assert [item.fault.describe("en") for item in data_faults(seen, payable_shares(RULES))] == []


# --- any history -------------------------------------------------------------------------------------------------


_places = st.sampled_from(["district", "segment:pbpu", "segment:bp", "class:3", "P1", "P2"])
_periods = st.sampled_from(["2022", "2022-11", "2022-12", "2023-01", "2023-02", "2023"])


@st.composite
def _histories(draw: st.DrawFn) -> tuple[tuple[str, str, str, float], ...]:
    cells = draw(st.lists(st.tuples(_periods, st.sampled_from(HISTORY), _places), unique=True, max_size=60))
    return tuple(
        (period, item.key, place, float(draw(st.integers(0, 3000))))
        for period, item, place in cells
        if level_of(place) in item.levels and (item.yearly or len(period) == 7)
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=_histories())
def test_any_history_is_judged_and_leaving_out_ends_in_a_sound_one(
    rows: tuple[tuple[str, str, str, float], ...],
) -> None:
    district = with_history(*rows)
    known = set(row_numbers(district.history))
    for _ in range(len(rows) + 1):
        faults = data_faults(district, PAYABLE)
        for item in faults:
            assert item.rows
            assert len(set(item.rows)) == len(item.rows)
            assert set(item.rows) <= known
            assert item.fault.row == item.rows[0]
            assert "{" not in item.fault.describe("id") + item.fault.describe("en")
        if not faults:
            return
        district = without(district, faults[0].rows)
        known = set(row_numbers(district.history))
    raise AssertionError("leaving rows out did not end")


@settings(max_examples=60, deadline=None)
@given(registered=st.integers(0, 5000), active=st.integers(0, 5000))
def test_active_above_registered_is_a_fault_and_nothing_else_is(registered: int, active: int) -> None:
    district = with_history(
        ("2023-01", "registered", "segment:bp", float(registered)), ("2023-01", "active", "segment:bp", float(active))
    )
    assert bool(data_faults(district)) == (active > registered)
