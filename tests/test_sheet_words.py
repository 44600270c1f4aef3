"""The full workbook in Indonesian: its words, that it is read whichever of both languages a sheet or cell is in, and
that a fault is told in the words on the sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from districts.read import check_district, read_district
from districts.sheet_words import SHEETS, WORDS, choices, label, labels
from districts.tables import SCALARS, TABLES
from districts.template import write_workbook
from districts.tiny import tiny_district


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_workbook(read_district("kabupaten-contoh"), tmp_path / "d.xlsx")
    return tmp_path / "d.xlsx"


def changed(path: Path, change: Callable[[openpyxl.Workbook], None]) -> list[str]:
    """What is told of the workbook after a change, in Indonesian, without its path."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return [fault.describe("id").replace(f"{path}, ", "") for fault in check_district(path)[1]
            if fault.severity == "error"]  # fmt: skip


def test_every_sheet_column_and_word_has_one_name_of_its_own() -> None:
    assert set(SHEETS) == {"district", *(spec.name for spec in TABLES)}
    assert len({name.casefold() for name in SHEETS.values()}) == len(SHEETS)
    for table in SHEETS:
        told = [name.casefold() for name in labels(table).values()]
        assert len(set(told)) == len(told), table
        assert not set(told) & (set(labels(table)) - {"kecamatan", "blud"}), table  # no label is another column's name
    assert len({word.casefold() for word in WORDS.values()}) == len(WORDS)
    for column in (*SCALARS.values(), *(column for spec in TABLES for column in spec.columns)):
        assert len(set(choices(column))) == len(choices(column))


def test_the_template_of_an_indonesian_holds_no_english_names(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Petunjuk", *SHEETS.values()]
    same = {"kecamatan", "BLUD"}
    for name, sheet in SHEETS.items():
        header = [cell.value for cell in book[sheet][1]]
        assert not (set(header) - same) & set(labels(name))
    assert {cell.value for cell in book["Daerah"]["A"][1:]} <= {label("district", key) for key in SCALARS}
    faskes = {cell.value: book["Faskes"].cell(2, cell.column).value for cell in book["Faskes"][1]}
    assert (faskes["letak"], faskes["rawat inap"], faskes["keyakinan"]) == ("perdesaan", "ya", "asumsi")
    lists = {rule.formula1 for rule in book["Segmen"].data_validations.dataValidation}
    assert '"PBI-JK,PBPU Pemda,PPU,PBPU,BP"' in lists
    rows = {row[0] for row in book["Petunjuk"].iter_rows(values_only=True)}
    assert {"Faskes", "Riwayat", "terdaftar"} <= rows
    assert "facilities" not in rows


def test_sheets_columns_and_words_of_both_languages_are_read_beside_each_other(path: Path) -> None:
    before = read_district(path)

    def mix(book: openpyxl.Workbook) -> None:
        book["Faskes"].title = "facilities"
        book["facilities"]["D1"].value = "location"
        book["facilities"]["D2"].value = "rural"
        book["facilities"]["J1"].value = " Terdaftar "
        book["Segmen"]["B2"].value = "pbi_jk"
        book["Segmen"]["K2"].value = "Assumed"
        book["Daerah"]["A8"].value = "minimum_wage"
        for cell in book["Keluarga"][1]:  # a whole sheet with English columns and Indonesian words
            cell.value = next(name for name, told in labels("households").items() if told == cell.value)
        book["Riwayat"]["B2"].value = "population"
        book["Riwayat"]["C2"].value = "district"

    assert changed(path, mix) == []
    assert read_district(path) == before


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "expected"),
    [
        ("Faskes", "J3", "1.305,0", "lembar Faskes, baris 3, kolom terdaftar: tertulis teks “1.305,0”"),
        ("Faskes", "D2", "kotaan", "salah satu dari perkotaan, perdesaan, terpencil, sangat terpencil"),
        ("Segmen", "B2", "PBI", "salah satu dari PBI-JK, PBPU Pemda, PPU, PBPU, BP; apakah maksudnya PBI-JK?"),
        ("Daerah", "B8", "banyak", "lembar Daerah, baris 8, kolom upah minimum"),
        (
            "Daerah",
            "D8",
            "?",
            "kolom upah minimum: keyakinan: tertulis “?”. Seharusnya: salah satu dari tinggi, sedang, rendah",
        ),
        ("Daerah", "A8", "upah", "lembar Daerah, baris 8, kolom isian"),
        ("Riwayat", "D2", "x", "lembar Riwayat, baris 2, kolom nilai"),
        ("APBD", "A2", None, "lembar APBD, baris 2, kolom tahun: sel kosong"),
        ("Faskes", "B1", None, "lembar Faskes, baris 1"),
    ],
)
def test_a_fault_is_told_with_the_words_on_the_sheet(
    path: Path, sheet: str, cell: str, value: str | None, expected: str
) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        book[sheet][cell].value = value

    told = " ".join(changed(path, spoil))
    assert expected in told
    for english in ("confidence", "registered", "minimum_wage", "assumed", "pbi_jk"):
        assert english not in told


def test_a_missing_sheet_is_named_as_the_others_are(path: Path) -> None:
    def remove(book: openpyxl.Workbook) -> None:
        del book["Umur"]

    assert any(told.startswith("lembar Umur: ") for told in changed(path, remove))


def test_what_contradicts_itself_in_the_history_is_placed_in_its_column(tmp_path: Path) -> None:
    write_workbook(tiny_district(), tmp_path / "d.xlsx")

    def put(book: openpyxl.Workbook) -> None:
        for row in (["2023-01", "terdaftar", "daerah", 90, "x", "rendah"],
                    ["2023-01", "aktif", "daerah", 91, "x", "rendah"]):  # fmt: skip
            book["Riwayat"].append(row)

    assert changed(tmp_path / "d.xlsx", put) == []
    told = [fault.describe("id") for fault in check_district(tmp_path / "d.xlsx")[1] if fault.sheet == "Riwayat"]
    assert told
    assert all("kolom nilai" in one for one in told)
