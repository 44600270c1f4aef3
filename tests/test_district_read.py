"""Reading and writing districts: every form gives the same district, the examples hold their published totals."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from districts import defaults
from districts.faults import InputError, UserError
from districts.inventory import REGISTRY, Figure, with_inventory
from districts.model import District, Facility
from districts.read import check_district, example_folder, read_district, shipped_examples
from districts.template import write_minimal, write_workbook
from districts.text import LANGUAGES
from districts.tiny import tiny_district
from districts.write import write_files, write_folder

DATA = Path(__file__).parent / "data" / "district"
_ASSUMABLE = tuple(name for name in Facility.model_fields if name not in ("code", "name", "type", "assumed_fields"))


# --- both forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_examples())
def test_folder_and_workbook_read_to_the_same_district(name: str, tmp_path: Path) -> None:
    district = read_district(name)
    write_folder(district, tmp_path / "folder")
    assert read_district(tmp_path / "folder") == district
    for lang in LANGUAGES:
        write_workbook(district, tmp_path / f"{lang}.xlsx", lang)
        assert read_district(tmp_path / f"{lang}.xlsx") == district


def test_the_workbook_is_the_same_file_each_time(tmp_path: Path) -> None:
    write_workbook(tiny_district(), tmp_path / "a.xlsx")
    write_workbook(tiny_district(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_semicolons_as_indonesian_excel_writes_them(tmp_path: Path) -> None:
    write_folder(tiny_district(), tmp_path / "d")
    path = tmp_path / "d" / "age_sex.csv"
    path.write_text("\ufeff" + path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert read_district(tmp_path / "d") == tiny_district()


def test_ya_and_tidak_are_understood(tmp_path: Path) -> None:
    write_folder(tiny_district(), tmp_path / "d")
    path = tmp_path / "d" / "hospitals.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",yes,", ",Ya,").replace(",no,", ",tidak,"), "utf-8")
    assert read_district(tmp_path / "d") == tiny_district()


_text = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
_confidence = st.sampled_from(["high", "medium", "low", "assumed"])


@st.composite
def districts_strategy(draw: Any) -> District:
    """Small valid districts with odd texts, any confidence, and history."""
    base = tiny_district(population=draw(st.integers(500, 5000)), facilities=draw(st.integers(1, 4)))
    month = base.default_stock
    sourced = st.fixed_dictionaries({"source": _text, "confidence": _confidence, "note": st.just("") | _text})
    facilities = tuple(
        facility.model_copy(
            update={
                "name": f"{number} {draw(_text)}",
                "type": draw(st.sampled_from(["puskesmas", "klinik_pratama", "dpm"])),
                "location": draw(st.sampled_from(["urban", "rural", "remote", "very_remote"])),
                "nurses": draw(st.integers(0, 60)),
                "blud": draw(st.booleans()),
                "hours_per_week": draw(st.integers(1, 168)) / draw(st.sampled_from([1, 2, 4, 8])),
                "assumed_fields": tuple(draw(st.lists(st.sampled_from(_ASSUMABLE), unique=True, max_size=4))),
                **draw(sourced),
            }
        )
        for number, facility in enumerate(base.facilities)
    )
    share = draw(st.integers(0, 1000)) / 1000
    hospitals = tuple(
        hospital.model_copy(update={"share": value, **draw(sourced)})
        for hospital, value in zip(base.hospitals, (share, round(1 - share, 3)), strict=True)
    )
    origins = [draw(sourced) for _ in base.stock().segments]
    segments = tuple(
        row.model_copy(update={**own, "split_assumed": own["confidence"] == "assumed"})
        for row, own in zip(base.stock().segments, origins, strict=True)
    )
    stock = base.stock().model_copy(
        update={
            "segments": segments,
            "arrears_rupiah": draw(st.none() | st.integers(0, 10**13)),
            "ghost_share": draw(st.integers(0, 50)) / 100,
            "note": draw(st.just("") | _text),
        }
    )
    older = stock.model_copy(update={"month": "2019-12", "population": draw(st.integers(6000, 9000))})
    budget = tuple(
        line.model_copy(
            update={"amount": draw(st.integers(0, 10**13)), "withheld": draw(st.booleans()), **draw(sourced)}
        )
        for line in base.budget
    )
    history = tuple(
        {"month": month, "indicator": name, "value": float(draw(st.integers(0, 10**6))), **draw(sourced)}
        for name in draw(st.lists(st.sampled_from(["billed", "contacts", "claims_paid"]), unique=True))
    )
    figures = {
        key: Figure(draw(_text), draw(_confidence))
        for key in draw(st.sets(st.sampled_from(["mean_wage", "aid_payer"])))
    }
    changed = base.model_dump() | {
        "title": draw(_text),
        "province": draw(_text),
        "uhc_agreement": draw(st.booleans()),
        "stocks": tuple(item.model_dump() for item in (older, stock)),
        "facilities": tuple(item.model_dump() for item in facilities),
        "hospitals": tuple(item.model_dump() for item in hospitals),
        "budget": tuple(item.model_dump() for item in budget),
        "history": history,
        "inputs": (),
    }
    return with_inventory(District.model_validate(changed), figures)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(district=districts_strategy())
def test_what_is_written_reads_back_the_same(district: District, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("district")
    write_files(district, folder)
    assert read_district(folder) == district


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(district=districts_strategy(), lang=st.sampled_from(LANGUAGES))
def test_a_workbook_reads_back_the_same(
    district: District, lang: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("district") / "d.xlsx"
    write_workbook(district, path, lang)
    assert read_district(path) == district


# --- examples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_examples())
def test_examples_have_no_errors_and_their_facilities_hold_every_member(name: str) -> None:
    district, faults = check_district(name)
    assert district is not None
    assert district.name == name
    assert [fault for fault in faults if not fault.found.startswith("no doctor")] == []
    assert sum(facility.registered for facility in district.facilities) == district.stock().registered
    assert (example_folder(name) / "README.md").is_file()


def test_bengkulu_utara_holds_its_published_totals() -> None:
    district = read_district("bengkulu-utara")
    may, october = district.stock("2022-05"), district.stock()
    assert (october.month, len(district.facilities)) == ("2023-10", 22)
    # 217,315 of 293,465 is the published 74.05 %; 294,670 - 28,795 of 298,945 is 88.94 %.
    assert may.registered == 217_315
    assert round(may.registered / may.population, 4) == 0.7405
    assert october.registered == 294_670 - 28_795 == 265_875
    assert round(october.registered / october.population, 4) == 0.8894
    assert sum(row.joined for row in october.segments) == 265_875 - 217_315
    for stock in (may, october):
        assert sum(row.arrears for row in stock.segments) == 33_923
        assert stock.arrears_rupiah == 22_846_024_863
        assert (stock.registered - stock.active) / stock.registered == pytest.approx(53.77 / 267.31, abs=0.0005)
    paid_by_district = [row for row in october.segments if row.payer == "district"]
    assert sum(row.active for row in paid_by_district) == round(3_700_000_000 / 37_800 / 12)
    assert sum(line.amount for line in district.budget) == 5_876_902_000
    by_month = {(row.month, row.indicator): row.value for row in district.history}
    assert by_month["2018-12", "registered"] == 200_067
    assert round(by_month["2023-11", "registered"] / october.population, 4) == 0.9857
    without_doctor = [facility.name for facility in district.facilities if not facility.doctors]
    assert without_doctor == ["Puskesmas Enggano", "Puskesmas Tanjung Agung Palik", "Puskesmas Kerkap"]
    mean = sum(row.size * row.share for row in district.household_sizes)
    assert mean == pytest.approx(3.26, abs=0.005)


def test_bengkulu_utara_staff_adds_up_to_the_map_of_2019() -> None:
    mapped = [row for row in read_district("bengkulu-utara").facilities if row.confidence != "assumed"]
    assert len(mapped) == 19
    assert sum(row.doctors + row.dentists for row in mapped) == 29
    assert sum(row.nurses for row in mapped) == 331
    assert sum(row.midwives for row in mapped) == 424
    assert sum(row.pharmacy for row in mapped) == 7
    assert sum(row.laboratory for row in mapped) == 17


def test_the_contrasts_hold_their_published_totals() -> None:
    surabaya, taliabu = read_district("kota-surabaya"), read_district("pulau-taliabu")
    assert sum(row.registered for row in surabaya.stock().segments if row.segment == "pbpu_pemda") == 1_234_187
    assert surabaya.stock().population == 3_018_022
    assert [line.amount for line in surabaya.budget] == [527_980_000_000]
    puskesmas = [row for row in surabaya.facilities if row.type == "puskesmas"]
    assert len(puskesmas) == 53
    assert sum(row.doctors + row.dentists for row in puskesmas) == 351
    assert sum(row.inpatient for row in puskesmas) == 16
    assert taliabu.stock().population == 66_361
    assert round(taliabu.stock().registered / taliabu.stock().population, 3) == 0.595
    assert sum(not row.doctors for row in taliabu.facilities) == 3


def test_an_unknown_example_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match="did you mean bengkulu-utara"):
        read_district("bengkulu utara")
    known = "bengkulu-utara, kabupaten-contoh, kota-surabaya, pulau-taliabu"
    with pytest.raises(UserError, match=f"the examples are {known}"):
        read_district("xyz")


# --- inventory ---------------------------------------------------------------------------------------------------


def test_the_inventory_is_the_same_list_for_every_district() -> None:
    keys = [item.key for item in REGISTRY]
    assert len(keys) == len(set(keys)) == 57
    for name in shipped_examples():
        assert [status.key for status in read_district(name).inputs] == keys


def test_an_input_is_assumed_when_half_of_its_rows_are(tmp_path: Path) -> None:
    base = tiny_district(facilities=4)

    def assumed(rows_without_source: int) -> bool:
        facilities = tuple(
            facility.model_copy(
                update={"confidence": "high", "assumed_fields": ("nurses",) if n < rows_without_source else ()}
            )
            for n, facility in enumerate(base.facilities)
        )
        district = with_inventory(base.model_copy(update={"facilities": facilities}), {})
        return {status.key: status.assumed for status in district.inputs}["facilities.nurses"]

    assert [assumed(count) for count in range(5)] == [False, False, True, True, True]


def test_an_empty_cell_is_filled_by_the_default_and_counted_as_assumed(tmp_path: Path) -> None:
    district = read_district("bengkulu-utara")
    write_folder(district, tmp_path / "d")
    path = tmp_path / "d" / "facilities.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row["midwives"] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    changed = read_district(tmp_path / "d")
    assert {facility.midwives for facility in changed.facilities} == {0}
    assert changed.assumed_count()[0] == district.assumed_count()[0] + 1


# --- one-sheet template ------------------------------------------------------------------------------------------


def minimal_workbook(path: Path, change: dict[str, Any] | None = None) -> Path:
    """The one-sheet workbook of the test data; ``change`` maps the first cell of a row to its new row (None: out)."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Minimal"
    for cells in csv.reader((DATA / "minimal_lines.csv").read_text(encoding="utf-8").splitlines()):
        new = (change or {}).get(cells[0], cells)
        if new is None:
            continue
        sheet.append([int(cell) if isinstance(cell, str) and cell.isdigit() else cell or None for cell in new])
    book.save(path)
    return path


PAID = "PBPU Pemda yang dibayar kabupaten/kota (jiwa)"

#: What the one-sheet template states; everything else in the inventory is assumed.
STATED = {
    "population",
    *(
        f"segments.{name}.{part}"
        for name in ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")
        for part in ("registered", "split")
    ),
    "segments.pbpu_pemda.payer",
    "segments.pbpu.arrears",
    "facilities",
    "facilities.registered",
    "facilities.doctors",
    "facilities.dentists",
    "budget.line",
}


def test_the_one_sheet_template_gives_a_district_and_counts_what_it_assumes(tmp_path: Path) -> None:
    district = read_district(minimal_workbook(tmp_path / "m.xlsx"))
    assert {status.key for status in district.inputs if not status.assumed} == STATED
    assert district.assumed_count() == (57 - len(STATED), 57)
    stock = district.stock()
    assert (district.name, stock.month, stock.population) == ("seluma", "2026-01", 216_149)
    assert (stock.registered, stock.active) == (214_451, 197_314)
    assert sum(row.arrears for row in stock.segments) == 6_000
    assert sum(row.men + row.women for row in district.age_sex) == 216_149
    assert sum(line.amount for line in district.budget) == 18_000_000_000
    assert district.facilities[0].nurses == 10  # median of Bengkulu, 2019
    assert district.facilities[0].midwives == 15


def test_what_the_template_leaves_out_is_assumed(tmp_path: Path) -> None:
    out = {f"{name} aktif": None for name in ("PBI-JK", "PBPU Pemda", "PPU", "PBPU", "BP")}
    out |= {"PBPU menunggak": None, PAID: None, "Puskesmas Tais": ["Puskesmas Tais", "", 114451]}
    out |= {"Puskesmas Cahaya Negeri": ["Puskesmas Cahaya Negeri", "", 100000]}
    out |= {"Tahun pagu JKN": None, "Pagu JKN pada APBD": None}
    district, faults = check_district(minimal_workbook(tmp_path / "m.xlsx", out))
    assert district is not None
    assert [fault.found for fault in faults] == ["no budget line"]
    gone = {key for key in STATED if key.endswith(".split")} | {
        "facilities.doctors",
        "facilities.dentists",
        "budget.line",
        "segments.pbpu_pemda.payer",
        "segments.pbpu.arrears",
    }
    assert district.assumed_count()[0] == 57 - len(STATED - gone)
    stock = district.stock()
    assert stock.active / stock.registered == pytest.approx(1 - 53.77 / 267.31, abs=0.0001)
    assert sum(row.arrears for row in stock.segments) == sum(
        row.registered - row.active for row in stock.segments if row.segment == "pbpu"
    )


def test_the_one_sheet_template_of_an_example_keeps_its_members(tmp_path: Path) -> None:
    district = read_district("bengkulu-utara")
    for lang in ("id", "en"):
        write_minimal(district, tmp_path / f"{lang}.xlsx", lang)
        small = read_district(tmp_path / f"{lang}.xlsx")
        assert (small.stock().registered, small.stock().active) == (265_875, 212_394)
        assert [row.registered for row in small.facilities] == [row.registered for row in district.facilities]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Penduduk": ["Penduduk", "banyak"]}, 'row 4, column Isi: the text "banyak"'),
        ({"Penduduk": ["Pendduk", 216149]}, "row 4: the unknown line Pendduk. Expected: did you mean Penduduk?"),
        ({"Bulan data": ["Bulan data", 46023]}, "row 5, column Isi: the number 46023, which is how Excel stores"),
        ({"BP aktif": ["BP aktif", 3000]}, "row 15, column Isi: 3000 active and 0 in arrears, but 2000 registered"),
        ({"PBPU menunggak": ["PBPU menunggak", 9000]}, "row 14, column Isi: 26000 active and 9000 in arrears"),
        ({"PBI-JK terdaftar": None}, "the line PBI-JK terdaftar is missing"),
        ({"Tahun pagu JKN": None}, "row 18, column Isi: a JKN line without its year"),
        ({"FKTP": None, "Puskesmas Tais": None, "Puskesmas Cahaya Negeri": None}, "the list of facilities is missing"),
        ({"Puskesmas Tais": ["Puskesmas Tais", "puskemas", 114451]}, 'row 22, column Jenis: "puskemas"'),
        ({"Puskesmas Tais": ["Puskesmas Tais", "", ""]}, "row 22, column Peserta terdaftar: the cell is empty"),
        (
            {PAID: [PAID, 40_001]},
            "row 17, column Isi: 40001 paid by the district, but 40000 registered",
        ),
    ],
)
def test_faults_of_the_one_sheet_template_name_their_row(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_district(minimal_workbook(tmp_path / "m.xlsx", change))
    assert message in caught.value.describe("en")
    assert "Minimal" in caught.value.describe("en")


def listed(*columns: str | None) -> dict[str, Any]:
    """Changes that give the list of facilities these columns, each with the cells that belong to it by position."""
    cells: dict[str, tuple[object, object]] = {
        "FKTP": ("Puskesmas Tais", "Puskesmas Cahaya Negeri"),
        "Jenis": ("puskesmas", "puskesmas"),
        "Peserta terdaftar": (114451, 100000),
        "Dokter": (3, 2),
        "Dokter gigi": (1, 0),
    }
    own = list(zip(cells, columns, strict=True))
    return {
        "FKTP": [new for _, new in own if new],
        "Puskesmas Tais": [cells[old][0] for old, new in own if new],
        "Puskesmas Cahaya Negeri": [cells[old][1] for old, new in own if new],
    }


@pytest.mark.parametrize("order", [(0, 1, 2, 4, 3), (2, 1, 0, 3, 4), (4, 3, 2, 1, 0), (1, 0, 2, 3, 4)])
def test_columns_of_the_list_are_read_by_their_header(order: tuple[int, ...], tmp_path: Path) -> None:
    swapped = {
        first: [cells[position] for position in order]
        for first, cells in listed("FKTP", "Jenis", "Peserta terdaftar", "Dokter", "Dokter gigi").items()
    }
    district = read_district(minimal_workbook(tmp_path / "m.xlsx", swapped))
    found = [(row.name, row.registered, row.doctors, row.dentists) for row in district.facilities]
    assert found == [("Puskesmas Tais", 114_451, 3, 1), ("Puskesmas Cahaya Negeri", 100_000, 2, 0)]


@pytest.mark.parametrize("gone", range(5))
def test_a_column_taken_out_of_the_list_is_a_fault(gone: int, tmp_path: Path) -> None:
    names = ["FKTP", "Jenis", "Peserta terdaftar", "Dokter", "Dokter gigi"]
    columns = [None if position == gone else name for position, name in enumerate(names)]
    district, faults = check_district(minimal_workbook(tmp_path / "m.xlsx", listed(*columns)))
    assert district is None
    assert [fault.describe("id").partition(", lembar ")[2] for fault in faults] == [
        f"Minimal, baris 21, kolom {names[gone]}: kolom tidak ada. Seharusnya: kolom ini di baris 21"
    ]


def test_a_renamed_column_of_the_list_is_a_fault_with_the_nearest_name(tmp_path: Path) -> None:
    changed = listed("FKTP", "Jenis", "Peserta", "Dokter", "Dokter gigi")
    with pytest.raises(InputError) as caught:
        read_district(minimal_workbook(tmp_path / "m.xlsx", changed))
    told = caught.value.describe("en")
    assert "row 21, column Peserta: the unknown column Peserta. Expected: did you mean Peserta terdaftar?" in told
    assert "row 21, column Peserta terdaftar: the column is missing" in told


def test_a_column_of_the_list_without_a_header_or_twice_is_a_fault(tmp_path: Path) -> None:
    changed = listed("FKTP", "Jenis", "Peserta terdaftar", "Dokter", "Dokter gigi")
    changed["Puskesmas Tais"] = [*changed["Puskesmas Tais"], 7]
    with pytest.raises(InputError, match="row 21: column number 6 has no name"):
        read_district(minimal_workbook(tmp_path / "m.xlsx", changed))
    changed["FKTP"] = [*changed["FKTP"], "Dokter"]
    with pytest.raises(InputError, match='row 21, column Dokter: "Dokter" a second time'):
        read_district(minimal_workbook(tmp_path / "m.xlsx", changed))


def pemda(district: District) -> dict[str, tuple[int, int]]:
    """(registered, active) of PBPU Pemda by payer."""
    rows = [row for row in district.stock().segments if row.segment == "pbpu_pemda"]
    return {row.payer: (row.registered, row.active) for row in rows}


def test_the_district_pays_for_those_that_the_sheet_names(tmp_path: Path) -> None:
    # 38,000 of 40,000 are active: 25,001 x 0.95 = 23,750.95 and 14,999 x 0.95 = 14,249.05.
    stated = read_district(minimal_workbook(tmp_path / "a.xlsx"))
    assert pemda(stated) == {"district": (25_001, 23_751), "province": (14_999, 14_249)}
    silent = read_district(minimal_workbook(tmp_path / "b.xlsx", {PAID: [PAID, ""]}))
    assert pemda(silent) == {"district": (40_000, 38_000)}
    nothing = read_district(minimal_workbook(tmp_path / "c.xlsx", {PAID: [PAID, "0"]}))
    assert pemda(nothing) == {"province": (40_000, 38_000)}

    def payer(district: District) -> tuple[bool, str]:
        status = next(status for status in district.inputs if status.key == "segments.pbpu_pemda.payer")
        return status.assumed, status.source

    assert payer(silent) == (True, defaults.PEMDA_PAYER.source)
    assert not payer(stated)[0]
    assert not payer(nothing)[0]
    assert silent.assumed_count()[0] == stated.assumed_count()[0] + 1


def test_an_assumed_division_stays_assumed_in_a_folder(tmp_path: Path) -> None:
    district = read_district(minimal_workbook(tmp_path / "m.xlsx", {PAID: None}))
    write_folder(district, tmp_path / "d")
    again = {status.key: status.assumed for status in read_district(tmp_path / "d").inputs}
    assert {key for key, assumed in again.items() if not assumed} == STATED - {"segments.pbpu_pemda.payer"}


def test_the_one_sheet_template_of_bengkulu_utara_names_its_district_paid_members(tmp_path: Path) -> None:
    write_minimal(read_district("bengkulu-utara"), tmp_path / "m.xlsx")
    heads = {payer: registered for payer, (registered, _) in pemda(read_district(tmp_path / "m.xlsx")).items()}
    assert heads == {"district": 8_157, "province": 21_808 - 8_157}


# --- defaults ----------------------------------------------------------------------------------------------------


@given(total=st.integers(0, 10**7), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_sharing_out_adds_up_and_stays_within_one(total: int, weights: list[int]) -> None:
    parts = defaults.share_out(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True))


def test_sharing_out_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="more than zero"):
        defaults.share_out(3, [0, 0])


def test_typical_staff_follows_the_province() -> None:
    assert defaults.typical_staff("Bengkulu")[:4] == (1, 0, 10, 15)
    assert defaults.typical_staff("jawa timur")[:4] == (2, 1, 14, 15)
    # The 17th and 18th of the 34 provinces' medians of nurses, sorted, are both 11.
    assert defaults.typical_staff("Nowhere").nurses == 11


def test_the_tiny_district_adds_up() -> None:
    district = tiny_district(population=4321, facilities=3)
    assert sum(row.men + row.women for row in district.age_sex) == 4321
    assert sum(row.registered for row in district.facilities) == district.stock().registered
    assert district == tiny_district(population=4321, facilities=3)
    own = tiny_district(segments={"pbpu": 100, "pbi_jk": 200})
    assert own.stock().registered == 300
    with pytest.raises(ValueError, match="positive"):
        tiny_district(population=0)


def _spoilt(folder: Path, *cells: tuple[str, int, str, str]) -> None:
    """Overwrites cells of a district's folder: (table, row, column, what is typed)."""
    for name, row, column, typed in cells:
        path = folder / f"{name}.csv"
        rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
        rows[row - 1][rows[0].index(column)] = typed
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def test_a_cell_that_cannot_be_read_hides_only_what_depends_on_it(tmp_path: Path) -> None:
    """One round: a fault of a cell in each table, and in other cells faults that need several of them."""
    write_folder(tiny_district(), tmp_path / "tiny")
    _spoilt(
        tmp_path / "tiny",
        ("age_sex", 2, "men", "x"), ("age_sex", 3, "age_from", "999"),
        ("segments", 2, "registered", "1.3,5"), ("segments", 3, "active", "999999"),
        ("facilities", 2, "doctors", "dua"), ("facilities", 3, "name", "Puskesmas 1"),
        ("households", 2, "source", ""), ("households", 3, "share", "0.99"),
        ("stocks", 2, "population", "abc"),
    )  # fmt: skip
    _district, faults = check_district(tmp_path / "tiny")
    found = {(fault.file.rpartition("/")[2], fault.row, fault.column) for fault in faults if fault.severity == "error"}
    assert found >= {
        ("age_sex.csv", 2, "men"), ("segments.csv", 2, "registered"), ("facilities.csv", 2, "doctors"),
        ("households.csv", 2, "source"), ("stocks.csv", 2, "population"),
        ("age_sex.csv", 3, "age_from"), ("segments.csv", 3, "registered"), ("facilities.csv", 3, "name"),
        ("households.csv", None, "share"),
    }  # fmt: skip
    # the sums that need the cells which could not be read are left unsaid
    assert not any("population of" in fault.found or "at the facilities" in fault.found for fault in faults)


def test_a_misspelt_column_hides_its_own_checks_alone(tmp_path: Path) -> None:
    write_folder(tiny_district(), tmp_path / "tiny")
    path = tmp_path / "tiny" / "age_sex.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("age_to", "age_too"), encoding="utf-8")
    _spoilt(tmp_path / "tiny", ("age_sex", 2, "men", "900000"))
    _district, faults = check_district(tmp_path / "tiny")
    assert [(fault.column, fault.severity) for fault in faults] == [("age_too", "error"), ("men, women", "warning")]


def test_contradictions_of_the_history_are_told_beside_errors_elsewhere(tmp_path: Path) -> None:
    history = tmp_path / "tiny" / "history.csv"
    write_folder(tiny_district(), tmp_path / "tiny")
    history.write_text(
        "month,indicator,place,value,source,confidence\n"
        "2023-10,registered,district,2000,x,low\n2023-10,active,district,2100,x,low\n",
        encoding="utf-8",
    )
    alone = [fault for fault in check_district(tmp_path / "tiny")[1] if fault.file.endswith("history.csv")]
    assert alone
    _spoilt(tmp_path / "tiny", ("households", 2, "source", ""))
    district, faults = check_district(tmp_path / "tiny")
    assert district is None
    assert [fault for fault in faults if fault.file.endswith("history.csv")] == alone


def test_the_one_sheet_form_tells_all_in_one_round(tmp_path: Path) -> None:
    """A cell that cannot be read, a contradiction, more members than persons, and a facility listed twice."""
    path = tmp_path / "m.xlsx"
    write_minimal(tiny_district(), path, "en")
    book = load_workbook(path)
    sheet = book["Minimal"]
    rows = {str(sheet.cell(row, 1).value): row for row in range(1, sheet.max_row + 1)}
    sheet.cell(rows["Name of the district"], 2).value = None
    sheet.cell(rows["Population"], 2).value = 10
    sheet.cell(rows["PBPU active"], 2).value = 10**7
    sheet.cell(rows["Facility"] + 2, 1).value = sheet.cell(rows["Facility"] + 1, 1).value
    book.save(path)
    found = [(fault.row, fault.severity) for fault in check_district(path)[1]]
    wanted = [rows["Name of the district"], rows["PBPU active"], rows["Population"], rows["Facility"] + 2]
    assert sorted(found) == sorted((row, "error") for row in wanted)
