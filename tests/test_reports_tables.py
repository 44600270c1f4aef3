"""The workbook as a spreadsheet program computes it: formulas, the sheet a planner edits, charts, protection."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from programs import program
from test_reports_made_up import EXEMPT, NAMES, made_up_run
from texts import asked_in, told_once_in

import reports
from reports.run import Run
from reports.workbook import write_workbook
from scenarios.need import need
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.rules import load_rules
from sim.uhc_budget import budget_table, heads_needed

ROOT = Path(reports.__file__).parent.parent
#: Names that a spreadsheet would take for a formula or a command if they were not stored as text.
STARTS = ("=cmd|'/c calc'!A1", '+HYPERLINK("x")', "-2+3", "@SUM(A1)")


class Book:
    """A workbook of a made-up run, with its store."""

    def __init__(self, folder: Path, replicates: int, lang: str, lines: bool = True) -> None:
        self.store = RunStore.open(made_up_run(folder, replicates, second=replicates >= 100))
        if not lines:
            self.store.manifest["own_lines"] = {}
        self.run = Run(self.store, load_rules())
        self.path = folder / "tables.xlsx"
        write_workbook(self.run, self.path, lang)
        self.values = openpyxl.load_workbook(self.path, data_only=True)
        self.formulas = openpyxl.load_workbook(self.path)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("tables") / "few", 20, "id")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("tables") / "many", 100, "id")


#: The sheet that a planner edits, and the stored figures that it reads.
OWN_SHEETS = ("Hitung sendiri", "Angka hitung sendiri")
#: New values of the sheet that a planner edits, by the words of their line.
Change = dict[str, object]


def recomputed(books: dict[str, tuple[Book, Change]], folder: Path) -> dict[str, Any]:
    """Workbooks as LibreOffice computes them from their formulas alone: openpyxl writes them without stored results."""
    for name, (book, change) in books.items():
        bare = openpyxl.load_workbook(book.path)
        for words, value in change.items():
            Sheet(bare).put(words, value)
        for other in bare.sheetnames if change else ():  # what is changed acts on its own sheet alone
            if other not in OWN_SHEETS:
                del bare[other]
        bare.save(folder / f"{name}.xlsx")
    subprocess.run(
        [program("soffice"), "--headless", f"-env:UserInstallation=file://{folder / 'profile'}", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
         *(str(folder / f"{name}.xlsx") for name in books)],
        check=True, capture_output=True, timeout=500,
    )  # fmt: skip
    return {name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx", data_only=True) for name in books}


@pytest.fixture(scope="module")
def computed(few: Book, many: Book, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The workbooks of both runs, and that of the larger with changed inputs, all in one start of the program."""
    books: dict[str, tuple[Book, Change]] = {"few": (few, {}), "many": (many, {})}
    for at, (certainty, part, ceiling) in enumerate(CASES):
        books[f"case{at}"] = (many, {CERTAINTY: certainty, SHARE: part, CEILING: ceiling})
    books["other"] = (many, {
        CHOICE: other_choice(many), CERTAINTY: 0.9, "Penduduk (Dukcapil)": 312_345, "Peserta terdaftar": 290_001,
        "Peserta aktif": 241_007, "Batas UHC: terdaftar": 0.986,
        "Sudah dianggarkan untuk peserta yang ditanggung": 3_700_000_000,
        "Bulan pertama yang dibayar (1 sampai 12)": 5,
    })  # fmt: skip
    books["given"] = (many, {HEADS: 28_795, SHARE: 0.5})
    return recomputed(books, tmp_path_factory.mktemp("computed"))


def other_choice(book: Book) -> str:
    listed = [str(row[0]) for row in book.values["Angka hitung sendiri"].iter_rows(values_only=True)]
    return next(text for text in listed if text.endswith("Tanpa keputusan baru · 2025"))


def formula_cells(book: Any) -> list[tuple[str, str]]:
    return [(sheet.title, cell.coordinate) for sheet in book for row in sheet.iter_rows() for cell in row
            if cell.data_type == "f"]  # fmt: skip


@pytest.mark.parametrize("which", ["few", "many"])
def test_a_spreadsheet_program_computes_what_the_cells_hold(
    which: str, few: Book, many: Book, computed: dict[str, Any]
) -> None:
    book, found_book = {"few": few, "many": many}[which], computed[which]
    cells = formula_cells(book.formulas)
    assert len(cells) > 400
    assert {sheet for sheet, _place in cells} >= {
        "Sampul", "Hitung sendiri", "Peta KBK", "Kapitasi seluruhnya", "Kapitasi", "APBD", "Tenaga",
        "Peserta baru Pemda",
    }  # fmt: skip
    for sheet, place in cells:
        held, found = book.values[sheet][place].value, found_book[sheet][place].value
        if isinstance(held, float):
            assert found == pytest.approx(held, rel=1e-12), (sheet, place)
        else:
            assert found == held, (sheet, place)
    # and against the store, to the rupiah: the bill of 2025 by account, capitation of March
    rows = list(found_book["APBD"].iter_rows(values_only=True))
    at = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Tagihan menurut rekening"))
    premium = book.store.series("uhc-non-cut-off", "bill_premium")
    assert rows[at + 1][3:6] == ("2024", "2025", "2026")
    assert rows[at + 2][4] == sum(quantile(premium[:, month], 0.5).value for month in range(2, 14))
    paid = book.store.series("uhc-non-cut-off", "capitation_paid", "facility")[:, 4]
    rows = list(found_book["Kapitasi"].iter_rows(values_only=True))
    start = next(at for at, row in enumerate(rows) if row[0] == "Maret 2025")
    assert rows[start + 1 + len(NAMES)][5] == sum(quantile(paid[:, place], 0.5).value for place in range(len(NAMES)))


class Sheet:
    """The sheet that a planner edits, read by the words in its first column."""

    def __init__(self, workbook: Any) -> None:
        self.sheet = workbook["Hitung sendiri"]
        self.places: dict[str, int] = {}
        for row in self.sheet.iter_rows(max_col=1):
            if row[0].value:
                self.places.setdefault(str(row[0].value), row[0].row)

    def __getitem__(self, words: str) -> Any:
        return self.sheet.cell(self.places[words], 2).value

    def put(self, words: str, value: Any) -> None:
        self.sheet.cell(self.places[words], 2).value = value

    def months(self) -> list[tuple[Any, ...]]:
        """Need of the month, added up, ceiling, left: January to December."""
        first = self.places["Januari"]
        return [tuple(self.sheet.cell(first + at, column).value for column in (2, 3, 4, 5)) for at in range(12)]

    def starts(self) -> list[tuple[Any, ...]]:
        """Months paid, additional, total: by start month."""
        first = self.places["Januari 2025"]
        return [tuple(self.sheet.cell(first + at, column).value for column in (2, 3, 4)) for at in range(12)]


AMOUNT = "Jumlah yang cukup sampai Desember pada kepastian itu"
OWN, LEFT = "di antaranya bagian daerah", "Pagu dikurangi bagian daerah"
CHANCE, OUT = "Kemungkinan pagu cukup", "Uang habis pada (bila kebutuhannya sebesar jumlah di atas)"
CERTAINTY = "Kepastian (kemungkinan jumlah itu cukup)"
SHARE, CEILING, CHOICE = "Bagian daerah dari uang itu", "Pagu setahun", "Skenario dan tahun"
HEADS = "Jiwa yang didaftarkan (kosong: sebanyak yang diminta batas)"
#: Certainty, the district's share, the ceiling.
CASES = ((0.63, 0.75, 40_000_000_000), (0.5, 0.333, 1_000_000_000))


def test_the_sheet_begins_with_the_answer(many: Book) -> None:
    sheet = Sheet(many.values)
    found = need(many.store, "uhc-non-cut-off", 2025, 0.8)
    assert sheet[CHOICE] == "1 · UHC non cut-off, status ditahan · 2025"
    assert (sheet[CERTAINTY], sheet[SHARE], sheet[CEILING]) == (0.8, 1, 20_000_000_000)
    assert sheet[AMOUNT] == sheet[OWN] == found.amount
    assert sheet[LEFT] == 20_000_000_000 - (found.amount or 0)
    assert sheet.months()[-1][1] == found.amount
    cover = {row[0]: row[1] for row in many.values["Sampul"].iter_rows(values_only=True)}
    assert cover["usulan"] == found.amount
    assert cover["pagu dikurangi usulan"] == sheet[LEFT]
    assert cover["kebutuhan, perkiraan tengah"] == found.median


def test_without_a_line_the_ceiling_begins_as_the_amount(tmp_path: Path) -> None:
    book = Book(tmp_path / "run", 100, "id", lines=False)
    sheet = Sheet(book.values)
    assert sheet[CEILING] == need(book.store, "uhc-non-cut-off", 2025, 0.8).amount
    assert (sheet[LEFT], sheet[CHANCE], sheet[OUT]) == (0, "8 dari 10", "cukup sampai Desember")


def test_few_replicates_offer_no_certainty(few: Book) -> None:
    sheet = Sheet(few.values)
    assert CERTAINTY not in sheet.places
    assert CHANCE not in sheet.places
    assert sheet["Kebutuhan, perkiraan tengah"] == need(few.store, "uhc-non-cut-off", 2025, None).median


def halves_up(value: float) -> int:
    return floor(value + 0.5)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_changed_inputs_give_the_closed_form(many: Book, computed: dict[str, Any], case: int) -> None:
    """An independent computation from the store: the amount between the stored twentieths, its months, the chance."""
    certainty, part, ceiling = CASES[case]
    sheet = Sheet(computed[f"case{case}"])
    sample = need(many.store, "uhc-non-cut-off", 2025, None).sample
    grid = [step / 20 for step in range(10, 20)]
    stored = [quantile(sample, step).value for step in grid]
    amount = halves_up(float(np.interp(certainty, grid, stored)))
    own = halves_up(amount * part)
    assert (sheet[AMOUNT], sheet[OWN], sheet[LEFT]) == (amount, own, ceiling - own)
    bill = many.store.series("uhc-non-cut-off", "bill_jkn")[:, 2:14]
    middles = np.array([quantile(month, 0.5).value for month in bill.T])
    added = [halves_up(own * round(one, 6)) for one in np.cumsum(middles) / middles.sum()]
    assert [row[1] for row in sheet.months()] == added
    assert [row[0] for row in sheet.months()] == list(np.diff([0, *added]))
    assert [row[3] for row in sheet.months()] == [ceiling - one for one in added]
    names = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
             "November", "Desember"]  # fmt: skip
    out = next((name for name, one in zip(names, added, strict=True) if one > ceiling), "cukup sampai Desember")
    assert sheet[OUT] == out
    reach = ceiling / part
    chance = "di bawah 5 dari 10" if reach < stored[0] else "19 dari 20 atau lebih"
    if stored[0] <= reach < stored[-1]:
        chance = f"{halves_up(10 * float(np.interp(reach, stored, grid)))} dari 10"
    assert sheet[CHANCE] == chance


def test_another_scenario_and_the_uhc_budget(many: Book, computed: dict[str, Any]) -> None:
    """Choosing another scenario reads its own figures; the heads and their money are those of ``budget uhc``."""
    sheet = Sheet(computed["other"])
    assert sheet[AMOUNT] == need(many.store, "baseline", 2025, 0.9).amount
    heads = heads_needed(312_345, 290_001, 241_007, Fraction("0.986"), Fraction("0.8"))
    assert heads.for_registered == ceil(0.986 * 312_345 - 1e-6) - 290_001
    assert sheet["Jiwa yang kurang sampai batas terdaftar"] == heads.for_registered
    assert sheet["Jiwa yang kurang sampai batas aktif"] == heads.for_active
    assert sheet["Jiwa yang didaftarkan"] == heads.total
    rows = budget_table(heads.total, 37_800, 3_700_000_000)
    assert sheet.starts() == [(row.months, row.additional, row.total) for row in rows]
    assert sheet["Biaya sampai Desember"] == rows[4].additional
    assert sheet["ditambah yang sudah dianggarkan"] == rows[4].total

    sheet = Sheet(computed["given"])
    already = need(many.store, "baseline", 2025, None).median  # what those who are covered need stands there at first
    assert sheet.starts() == [(row.months, row.additional, row.additional + already)
                              for row in budget_table(28_795, 18_900)]  # fmt: skip


def test_only_the_yellow_cells_can_be_changed(many: Book) -> None:
    sheet = Sheet(many.formulas)
    assert sheet.sheet.protection.sheet
    assert not sheet.sheet.protection.password
    free = [cell for row in sheet.sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert len(free) == 13
    assert {cell.fill.fgColor.rgb for cell in free} == {"FFFFF6D6"}
    assert not [cell for cell in free if cell.data_type == "f"]
    ruled = {place.coord for rule in sheet.sheet.data_validations.dataValidation for place in rule.sqref.ranges}
    assert ruled == {cell.coordinate for cell in free}
    kinds = {rule.type for rule in sheet.sheet.data_validations.dataValidation}
    assert kinds == {"list", "decimal", "whole"}
    assert many.formulas["Angka hitung sendiri"].protection.sheet


def test_the_bands_have_their_colours_and_the_digits_can_be_read(many: Book) -> None:
    colours = {100: ("EDF3F7", "16222C"), 95: ("BCD3E2", "16222C"), 90: ("4478A0", "FFFFFF"), 85: ("0C3350", "FFFFFF")}
    seen = set()
    sheet = many.formulas["Peta KBK"]
    key = next(row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value == "Arti warna")
    for row in sheet.iter_rows(min_row=key, max_row=key + 1 + len(NAMES), min_col=2, max_col=25):
        for cell in row:
            if isinstance(cell.value, int):
                assert (cell.fill.fgColor.rgb[2:], cell.font.color.rgb[2:]) == colours[cell.value], cell.coordinate
                seen.add((cell.value, cell.row > key))
    assert seen >= {(100, False), (95, False), (90, False), (85, False), (95, True), (90, True)}
    for ground, digits in colours.values():
        assert contrast(ground, digits) >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.1 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_map_equals_the_store(many: Book) -> None:
    rows = {row[0]: row for row in many.values["Peta KBK"].iter_rows(values_only=True)}
    permille = many.store.series("uhc-non-cut-off", "share_permille", "facility")[:, 7, 2]
    values, counts = np.unique(permille, return_counts=True)
    assert rows["Air Lais"][1 + 7] * 10 == values[counts.argmax()]
    marked = many.formulas["Peta KBK"]
    place = next(row[0].row for row in marked.iter_rows(max_col=1) if row[0].value == "Air Lais")
    assert ("?" in marked.cell(place, 9).number_format) == (counts.max() < 60)
    full, paid = (many.store.series("uhc-non-cut-off", f"capitation_{key}", "facility") for key in ("full", "paid"))
    lost = (full - paid)[:, 2:14].sum(axis=1)
    assert rows["Air Lais"][26] == quantile(lost[:, 2], 0.5).value
    assert rows[NAMES[EXEMPT]][1:] == ("·",) * 24 + ("dikecualikan",) * 3
    scored = [rows[name][26] for name in NAMES if name != NAMES[EXEMPT]]
    assert rows["Jumlah"][26] == sum(scored)


def test_charts_are_excels_own_and_told_in_words(many: Book) -> None:
    """Each chart reads names and values from cells, and has a text for those who cannot see it."""
    told, references = [], []
    with zipfile.ZipFile(many.path) as parts:
        names = parts.namelist()
        for name in names:
            if name.startswith("xl/drawings/drawing"):
                told += re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', parts.read(name).decode())
            if name.startswith("xl/charts/chart"):
                tree = ElementTree.fromstring(parts.read(name))
                space = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
                references += [node.text for node in tree.iter(f"{space}f")]
                assert list(tree.iter(f"{space}ser"))
        assert not [name for name in names if name.startswith("xl/media")]  # no pictures of charts
        assert not [name for name in names if "vba" in name.lower() or "externalLink" in name]
    assert len(told) == 5
    assert all(len(text) > 60 for text in told)
    for reference in references:
        assert re.fullmatch(r"('[\w ]+'|\w+)!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", str(reference)), reference
    sheets = {str(reference).split("!")[0].strip("'") for reference in references}
    assert sheets == {"Ringkasan", "Hitung sendiri", "Peta KBK", "Kapitasi seluruhnya", "APBD"}


def test_every_sheet_prints_and_keeps_its_head_in_sight(many: Book) -> None:
    for sheet in many.formulas:
        assert sheet.print_area, sheet.title
        assert sheet.print_title_rows, sheet.title
        assert sheet.freeze_panes, sheet.title
        assert sheet.page_setup.paperSize in ("8", "9", 8, 9), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title


def test_sums_of_money_name_rupiah(many: Book) -> None:
    for sheet, words in (("APBD", "Jumlah 2025"), ("Kapitasi", "Jumlah semua bulan"), ("Kapitasi seluruhnya", "Jumlah"),
                         ("Peta KBK", "Jumlah")):  # fmt: skip
        cells = [row for row in many.formulas[sheet].iter_rows() if row[0].value == words]
        formats = {cell.number_format for row in cells for cell in row if cell.data_type == "f"}
        assert any("Rp" in one for one in formats), sheet


@pytest.mark.parametrize("start", STARTS)
def test_names_of_everything_stay_text(tmp_path: Path, start: str) -> None:
    """District, scenario, facility and hospital with names that begin as formulas do."""
    folder = made_up_run(tmp_path / "run", 100)
    with RunStore.open(folder) as store:
        manifest = store.manifest
        manifest["district"]["title"] = start
        for entry in manifest["scenarios"]:
            entry["title"] = {"id": f"{start} {entry['name']}", "en": start}
        manifest["facilities"] = [f"{start} {at}" for at in range(len(NAMES))]
        manifest["hospitals"] = [f"{start} RS {at}" for at in range(3)]
        for entry in manifest["staffing"]:
            entry["facility"] = start
        write_workbook(Run(store, load_rules()), tmp_path / "tables.xlsx", "id")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row
             if isinstance(cell.value, str) and cell.value.startswith(start)]  # fmt: skip
    assert len(texts) > 300
    assert {cell.data_type for cell in texts} == {"s"}
    marks = ("cmd", "HYPERLINK", "-2+3", "@SUM")
    for sheet, place in formula_cells(book):
        assert not any(mark in book[sheet][place].value for mark in marks)
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as parts:
        for name in parts.namelist():
            if name.startswith("xl/charts/"):
                formulas = re.findall(r"<c:f>(.*?)</c:f>", parts.read(name).decode())
                assert not [one for one in formulas if any(mark in one for mark in marks)]


def test_the_cover_leads_to_every_sheet(few: Book) -> None:
    links = [row[0].hyperlink.location for row in few.formulas["Sampul"].iter_rows(max_col=1) if row[0].hyperlink]
    assert links == [f"'{name}'!A1" for name in few.formulas.sheetnames[1:]]


def test_need_and_line_by_month_in_a_year_without_line(few: Book) -> None:
    rows = list(few.values["APBD"].iter_rows(values_only=True))
    start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Kebutuhan dan pagu per bulan"))
    told = {row[0]: row for row in rows[start : start + 30]}
    bill = few.store.series("uhc-non-cut-off", "bill_jkn")
    middles = [quantile(bill[:, at], 0.5).value for at in range(24)]
    assert told["Mar 2025"][2:6] == (middles[4], sum(middles[2:5]), 20_000_000_000, 20_000_000_000 - sum(middles[2:5]))
    assert told["Feb 2026"][3:6] == (sum(middles[14:16]), "–", "–")


def test_the_amount_stands_beside_the_line_in_full_years(few: Book, many: Book) -> None:
    rows = {row[0]: row for row in many.values["APBD"].iter_rows(values_only=True) if row[0]}
    assert rows["Mar 2025"][6] == need(many.store, "uhc-non-cut-off", 2025, 0.8).amount
    assert rows["Feb 2026"][6] == "–"
    rows = {row[0]: row for row in few.values["APBD"].iter_rows(values_only=True) if row[0]}
    assert rows["Mar 2025"][6] is None


def test_every_text_has_its_indonesian() -> None:
    asked = asked_in((ROOT / "reports" / "tables").glob("*.py"))
    assert len(asked) > 90
    told_once_in("tables", asked)
