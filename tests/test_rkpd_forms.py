"""The forms of a proposal: page, note and workbook say the same rupiah, and every form adds up by itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from programs import program
from rkpd_example import AID, AMOUNT, EXAMPLE, PREMIUM
from texts import asked_in, told_once_in

import reports.rkpd.files
from cli.main import main
from districts.text import month_name, number, rupiah, rupiah_short
from districts.tiny import tiny_district
from districts.write import write_folder
from reports.rkpd import write
from scenarios.rkpd.proposal import AccountChange, CashMonth, Money, Proposal, Revision, Row

ROOT = Path(reports.rkpd.files.__file__).parent.parent.parent
EVIL = "=1+1 <script>alert(1)</script>"

#: What a district with debt, a programme and withheld tax asks for in the middle of a year: half a year is billed.
ROWS = (
    Row("premium", PREMIUM, 1, 3, 1_000, 3, 35_000),
    Row("premium", PREMIUM, 4, 6, 1_010, 3, 42_000),
    Row("premium", PREMIUM, 7, 12, 1_020, 6, 42_000),
    Row("premium_extra", PREMIUM, 7, 12, 15, 6, 42_000),
    Row("aid", AID, 1, 12, 1_011, 12, 2_800),
    Row("aid_self", AID, 1, 12, 200, 12, 2_800),
    Row("debt", PREMIUM, 1, 12, 1, 1, 123_456_789),
    Row("levers", "", 1, 12, 1, 1, 7_000_001),
)
TAX = Money("cigarette_tax", 90_000_000, withheld=True, month=6)


def hard_case() -> Proposal:
    """By hand: 105,000,000 + 127,260,000 + 257,040,000 + 3,780,000 + 33,969,600 + 6,720,000 + 123,456,789 + 7,000,001
    = 664,226,390, of which 90,000,000 is withheld tax: 574,226,390 is asked for."""
    amount = 574_226_390
    cash = tuple(replace(month, bill=0, premium=0, aid=0) for month in EXAMPLE.cash[:11])
    last = CashMonth("2027-12", 664_226_390, 526_536_789, 40_689_600, 7_000_001, 90_000_000)
    revision = Revision((AccountChange("", 0, 7_000_001), AccountChange(PREMIUM, 400_000_000, 526_536_789),
                         AccountChange(AID, 50_000_000, 40_689_600)))  # fmt: skip
    return replace(
        EXAMPLE, amount=amount, rows=ROWS, deductions=(TAX,), sources=(Money("pad_dau", amount),),
        cash=(*cash, last), revision=revision,
        basis=replace(EXAMPLE.basis, known_months=6),
    )  # fmt: skip


class Page(HTMLParser):
    """The tables of a page as rows of (class of the row, texts of its cells), the check line, and all links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sheets: dict[str, list[tuple[str, list[str]]]] = {}
        self.checks: list[str] = []
        self.links: list[str] = []
        self._sheet, self._inside = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.links += [f"{name}={value}" for name, value in attrs if name in ("src", "href", "action", "srcset")]
        if tag == "section":
            self._sheet = known.get("id") or "note"
            self.sheets[self._sheet] = []
        elif tag == "tr":
            self.sheets[self._sheet].append((known.get("class") or "", []))
        elif tag in ("td", "th"):
            self._inside = "cell"
            self.sheets[self._sheet][-1][1].append("")
        elif tag == "b" and self._sheet == "rka":
            self._inside = "check"
            self.checks.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "b"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "cell":
            self.sheets[self._sheet][-1][1][-1] += data
        elif self._inside == "check":
            self.checks[-1] += data

    def row(self, sheet: str, first: str) -> list[str]:
        return next(cells for _look, cells in self.sheets[sheet] if cells[0] == first)


def figure(text: str) -> int:
    """The whole number in a cell, whatever stands around it."""
    digits = re.sub(r"[^\d−]", "", text).replace("−", "-")
    return int(digits)


class Made:
    """A proposal written once, and read back."""

    def __init__(self, proposal: Proposal, folder: Path, lang: str = "id") -> None:
        self.proposal, self.folder = proposal, folder
        self.files = write(proposal, folder, lang)
        self.text = (folder / "usulan.html").read_text(encoding="utf-8")
        self.note = (folder / "nota.html").read_text(encoding="utf-8")
        self.page = Page(self.text)
        self.values = openpyxl.load_workbook(folder / "rka.xlsx", data_only=True)
        self.formulas = openpyxl.load_workbook(folder / "rka.xlsx")

    def words(self) -> str:
        """The note as a reader sees it."""
        return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", self.note, flags=re.DOTALL))

    def find(self, sheet: str, text: str) -> list[Any]:
        """The sheet's first row with a cell of that text, without its empty cells."""
        rows = self.values[sheet].iter_rows(values_only=True)
        return next([cell for cell in row if cell is not None] for row in rows if text in row)


@pytest.fixture(scope="module")
def easy(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(EXAMPLE, tmp_path_factory.mktemp("forms") / "easy")


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(hard_case(), tmp_path_factory.mktemp("forms") / "hard", "en")


@pytest.fixture(params=["easy", "hard"])
def made(request: pytest.FixtureRequest) -> Made:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_the_three_files_are_written(made: Made) -> None:
    assert [path.name for path in made.files] == ["usulan.html", "nota.html", "rka.xlsx"]
    assert sorted(path.name for path in made.folder.iterdir()) == ["nota.html", "rka.xlsx", "usulan.html"]


def test_rows_of_the_page_multiply_and_add_up_to_the_amount(made: Made) -> None:
    """Every sum is of what stands beneath it: items make groups, groups make accounts, accounts make the amount."""
    item_sum = group_sum = account_sum = 0
    items, groups, accounts = 0, None, None
    for look, cells in made.page.sheets["rka"]:
        if look == "item":
            _code, _name, heads, months, _unit, volume, price, amount = cells
            assert figure(heads) * figure(months) == figure(volume)
            assert figure(volume) * figure(price) == figure(amount)
            items += 1
            item_sum += figure(amount)
        elif look in ("group", "account", "total") and (look != "account" or cells[0] != "Sub Kegiatan"):
            if groups is not None:
                assert groups == item_sum - group_sum
            group_sum = item_sum
            groups = figure(cells[-1]) if look == "group" and cells[-1] else None
            if look != "group":
                if accounts is not None:
                    assert accounts == item_sum - account_sum
                account_sum, accounts = item_sum, figure(cells[-1])
    assert items == len(made.proposal.rows) + len(made.proposal.deductions)
    assert item_sum == accounts == made.proposal.amount


def test_every_form_names_the_same_amount(made: Made) -> None:
    amount = made.proposal.amount
    page = made.page
    plan = page.row("rkpd", "1.02.02.2.02.26")
    assert figure(plan[5]) == amount
    assert figure(plan[9]) == made.proposal.forward.amount
    becomes = next(cells for look, cells in page.sheets["rkpd"] if look == "total")
    assert [figure(cell) for cell in becomes if figure_in(cell)] == [amount, made.proposal.forward.amount]
    assert figure(page.row("rka", f"Alokasi tahun {made.proposal.year} (n)")[1]) == amount
    assert figure(page.row("rka", "Masukan")[2]) == amount
    revised = next(cells for look, cells in page.sheets["rkap"] if look == "total")
    assert figure(revised[3]) == amount
    assert figure(revised[3]) - figure(revised[2]) == figure(revised[4])
    cash = next(cells for look, cells in page.sheets["kas"] if look == "total")
    assert figure(cash[-2]) == amount
    assert rupiah(amount, made_lang(made)) in made.words()


def made_lang(made: Made) -> str:
    return "en" if 'lang="en"' in made.note else "id"


def figure_in(text: str) -> bool:
    return bool(re.search(r"\d", text))


def test_the_output_indicator_is_the_person_months_of_the_rows(easy: Made) -> None:
    assert figure(easy.page.row("rka", "Keluaran")[2]) == 465_111
    assert easy.page.row("rkpd", "1.02.02.2.02.26")[4].startswith("465.111\norang-bulan")


def test_accounts_before_deductions_and_after_agree_with_the_revision(hard: Made) -> None:
    """Premium: 105,000,000 + 127,260,000 + 257,040,000 + 3,780,000 + debt 123,456,789 − tax 90,000,000."""
    for account in hard.proposal.revision.accounts if hard.proposal.revision else ():
        own = next(cells for look, cells in hard.page.sheets["rka"] if look == "account" and cells[0] == account.code)
        assert figure(own[-1]) == account.after
    top = hard.page.row("rka", "5.1")
    assert figure(top[-1]) == hard.proposal.amount
    assert figure(hard.page.row("rka", "5.1.02.02.02")[-1]) == hard.proposal.amount - 7_000_001  # without programmes


def test_cash_adds_up_month_by_month(made: Made) -> None:
    running = 0
    months = [cells for look, cells in made.page.sheets["kas"] if look == "plain"]
    assert [cells[0] for cells in months] == [month_name(f"2027-{at:02d}").split()[0] for at in range(1, 13)]
    for cells in months:
        running += figure(cells[-2])
        assert figure(cells[-1]) == running
    assert running == made.proposal.amount


def test_checks_are_computed_and_show_what_is_wrong(made: Made, tmp_path: Path) -> None:
    assert [figure(text) for text in made.page.checks] == [made.proposal.amount, 0, 0, 0, 0]
    amount = made.proposal.amount
    wrong = replace(made.proposal, amount=amount + 1, sources=made.proposal.sources[1:], cash=made.proposal.cash[:11])
    broken = Made(wrong, tmp_path / "wrong")
    missing = made.proposal.sources[0].amount, made.proposal.cash[11].withdrawal
    assert [figure(text) for text in broken.page.checks] == [amount, 1, -missing[0], -missing[1], 0]
    assert '<b class="warn">Rp1</b>' in broken.text


def formula_cells(book: Any) -> Iterator[tuple[str, str, str]]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cell.value


def test_the_workbook_multiplies_and_adds_live(easy: Made) -> None:
    """The rows' products, all sums and the differences are formulas; people, months and prices are typed."""
    sheet = easy.formulas["RKA"]
    rows = [row for row in sheet.iter_rows() if row[4].value == "orang-bulan"]
    assert len(rows) == 11
    for row in rows:
        at = row[0].row
        assert [cell.data_type for cell in row[2:4]] == ["n", "n"]
        assert row[5].value == f"=C{at}*D{at}"
        assert row[7].value == f"=F{at}*G{at}"
        assert row[6].data_type == "n"
    assert len(list(formula_cells(easy.formulas))) > 80


def test_the_workbook_holds_the_figures_of_the_page(made: Made) -> None:
    for _look, cells in made.page.sheets["rka"]:
        if len(cells) == 8 and figure_in(cells[2]):
            rows = [row for row in made.values["RKA"].iter_rows(values_only=True) if cells[1] in row]
            figures = [[value for value in row if isinstance(value, int)] for row in rows]
            assert [figure(cells[at]) for at in (2, 3, 5, 6, 7)] in figures
    assert made.find("RKA", "Jumlah Anggaran Sub Kegiatan")[-1] == made.proposal.amount
    assert made.find("RKAP", "Jumlah")[3] == made.proposal.amount
    assert made.find("RKA", "selisih RKPD")[-1] == 0


def test_libreoffice_computes_the_same(made: Made, tmp_path: Path) -> None:
    """The values are taken out of the file first, so that every figure read back was computed from the formulas."""
    office = program("soffice")
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(made.folder / "rka.xlsx") as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", text)
            target.writestr(name, text)
    assert openpyxl.load_workbook(bare, data_only=True)["RKA"]["H1"].value is None
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
               "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(bare)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    computed = openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True)
    compared = 0
    for sheet, at, formula in formula_cells(made.formulas):
        assert computed[sheet][at].value == pytest.approx(made.values[sheet][at].value, abs=1e-9), (sheet, at, formula)
        compared += 1
    assert compared > 80


def test_sheets_print_on_a4_across_with_panes(made: Made) -> None:
    assert made.formulas.sheetnames == ["RKPD", "RKA", "RKAP", "Anggaran kas"]
    for sheet in made.formulas:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.print_area
        assert sheet.freeze_panes


def evil(proposal: Proposal) -> Proposal:
    basis = replace(proposal.basis, title=EVIL, scenario_title={"id": EVIL, "en": EVIL})
    return replace(proposal, basis=basis, sources=(Money(EVIL, proposal.amount),),
                   possible=(replace(proposal.possible[0], name=EVIL),))  # fmt: skip


def test_text_stays_text(tmp_path: Path) -> None:
    made = Made(evil(EXAMPLE), tmp_path / "evil")
    told = [cell for sheet in made.formulas for row in sheet.iter_rows() for cell in row
            if isinstance(cell.value, str) and EVIL in cell.value]  # fmt: skip
    assert len(told) >= 3
    assert {cell.data_type for cell in told} == {"s"}
    for text in (made.text, made.note):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_pages_need_no_network(made: Made) -> None:
    for text in (made.text, made.note):
        assert [link for link in Page(text).links if not link.split("=", 1)[1].startswith("#")] == []
        plain = text.replace("http://www.w3.org/", "")  # names of SVG, not places
        assert not re.search(r"https?://|url\((?!#)|@import|<script|<link|<img|<iframe", plain)


def test_forms_are_indonesian_in_both_languages(easy: Made, tmp_path: Path) -> None:
    english = Made(EXAMPLE, tmp_path / "en", "en")
    for sheet in ("rkpd", "rka", "kas"):
        assert english.page.sheets[sheet] == easy.page.sheets[sheet]
    assert "Sheet 2 of 4" in english.text
    assert "Lembar 2 dari 4" in easy.text
    assert "What a cut does" in english.note
    assert "Akibat pemotongan" in easy.note


def test_the_note_says_what_each_cut_does(easy: Made) -> None:
    rows = Page(easy.note).sheets["note"][1:]
    assert [figure(cells[1]) for _look, cells in rows] == [line.line for line in EXAMPLE.cuts()]
    for (_look, cells), line in zip(rows, EXAMPLE.cuts(), strict=True):
        assert cells[3] == (month_name(line.first_empty) if line.first_empty else "tidak habis")
        assert cells[4] == number(line.lose_cover)
    assert [cells[0] for _look, cells in rows] == ["usulan", "10\u00a0%", "20\u00a0%", "30\u00a0%"]


def test_the_note_answers_the_council(easy: Made) -> None:
    words = easy.words()
    for asked in ("Mengapa sebesar ini?", "Seberapa pasti?", "Bagaimana bila kurang", "Bagaimana bila iuran berubah?",
                  "Siapa yang membayar?", "Seberapa baik prakiraan yang lalu?", "Apa yang diasumsikan?"):  # fmt: skip
        assert asked in words
    for told in (rupiah(AMOUNT), "465.111 × Rp35.000 = Rp16.278.885.000", rupiah_short(EXAMPLE.need.median),
                 rupiah_short(EXAMPLE.possible[0].amount), "Rp48.000", "31 dari 78", "8 dari 10",
                 *(rupiah(money.amount) for money in EXAMPLE.sources)):  # fmt: skip
        assert told in words, told


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    """No certainty for want of replicates, no line of the year, no side questions, no history."""
    basis = replace(EXAMPLE.basis, posterior=None, track_record=False, replicates=20, side_replicates=0)
    bare = replace(EXAMPLE, certainty=None, lines=(), possible=(), crowd_out=(), restated=(), curve=(), line=None,
                   before=None, revision=None, basis=basis)  # fmt: skip
    made = Made(bare, tmp_path / "bare")
    assert "ulangan belum cukup" in made.words()
    assert "Akibat pemotongan tidak dihitung" in made.words()
    assert "Belum ada rekam jejak prakiraan" in made.words()
    assert "Belum ada pagu tertulis untuk 2027" in made.text
    assert made.page.row("rka", "Alokasi tahun 2026 (n−1)")[1] == "belum tertulis"
    assert len(made.page.checks) == 4


def test_the_command_writes_the_forms_of_what_it_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tiny_district(400, facilities=1, month="2026-05"), tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    asked = ["prakira", "rkpd", "tiny", "--replicates", "1", "--side-replicates", "0", "--no-stages", "--jobs", "1"]
    monkeypatch.setattr(sys, "argv", [*asked, "--out", "usulan"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0, capsys.readouterr().err
    record = json.loads((tmp_path / "usulan" / "proposal.json").read_text(encoding="utf-8"))
    page = Page((tmp_path / "usulan" / "usulan.html").read_text(encoding="utf-8"))
    assert [figure(text) for text in page.checks] == [record["amount"], 0, 0, 0]
    book = openpyxl.load_workbook(tmp_path / "usulan" / "rka.xlsx", data_only=True)
    row = next(row for row in book["RKPD"].iter_rows(values_only=True) if row[0] == "1.02.02.2.02.26")
    assert row[5] == record["amount"] > 0
    assert "tidak dihitung" in (tmp_path / "usulan" / "nota.html").read_text(encoding="utf-8")


def test_equal_proposals_give_equal_files(easy: Made, tmp_path: Path) -> None:
    for path in write(EXAMPLE, tmp_path):
        assert path.read_bytes() == (easy.folder / path.name).read_bytes(), path.name


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("no room on the disk")

    monkeypatch.setattr(reports.rkpd.files, "write_book", fail)
    with pytest.raises(OSError, match="no room"):
        write(EXAMPLE, tmp_path / "forms")
    assert list((tmp_path / "forms").iterdir()) == []


def test_every_text_has_its_indonesian() -> None:
    asked = asked_in((ROOT / "reports" / "rkpd").glob("*.py"))
    assert len(asked) > 80
    told_once_in("rkpd_forms", asked)
