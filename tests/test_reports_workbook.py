"""The workbook: its numbers are the store's, its sums are sums, its labels are text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import openpyxl
import pytest
from test_reports_made_up import EVIL, EXEMPT, HOSPITALS, MARKUP, NAMES, made_up_run

from reports.law import bars_met
from reports.run import Run
from reports.sheets_clinics import COLUMNS
from reports.workbook import write_workbook
from scenarios.need import need
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.rules import load_rules

SHEETS = {
    "id": ["Sampul", "Ringkasan", "Hitung sendiri", "Angka hitung sendiri", "Kepesertaan", "Tidak aktif", "Segmen",
           "Mutasi", "Peta KBK", "KBK", "Rencana KBK", "Kontak menurut usia", "Kapitasi seluruhnya", "Kapitasi",
           "Layanan FKTP", "Tenaga", "Klaim", "APBD", "Peserta baru Pemda", "Skenario", "Biaya dan hasil",
           "Keandalan", "Ketidakpastian", "Asumsi", "Catatan"],
    "en": ["Cover", "Summary", "Work it out", "Figures for it", "Membership", "Not active", "Segments", "Movements",
           "KBK map", "KBK", "KBK plan", "Contacts by age", "Capitation in all", "Capitation", "Clinics",
           "Staff", "Claims", "APBD", "New Pemda members", "Scenarios", "Cost and effect", "Reliability",
           "Uncertainty", "Assumptions", "Notes"],
}  # fmt: skip


class Made:
    """A made-up run with its workbook read twice: values as cached, and formulas as written."""

    def __init__(self, folder: Path, replicates: int, second: bool, lang: str = "id") -> None:
        self.store = RunStore.open(made_up_run(folder, replicates, second=second))
        self.run = Run(self.store, load_rules())
        self.path = folder / "tables.xlsx"
        write_workbook(self.run, self.path, lang)
        self.values = openpyxl.load_workbook(self.path, data_only=True)
        self.formulas = openpyxl.load_workbook(self.path)

    def rows(self, sheet: str) -> Iterator[tuple[Any, ...]]:
        yield from self.values[sheet].iter_rows(values_only=True)

    def texts(self) -> list[str]:
        return [cell for sheet in self.values for row in sheet.iter_rows(values_only=True) for cell in row
                if isinstance(cell, str)]  # fmt: skip


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("workbook") / "few", 20, second=False)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("workbook") / "many", 100, second=True, lang="en")


def find(rows: Iterator[tuple[Any, ...]], *start: Any) -> tuple[Any, ...]:
    return next(row for row in rows if row[: len(start)] == start)


def test_sheets_are_named_in_both_languages(few: Made, many: Made) -> None:
    assert few.values.sheetnames == SHEETS["id"]
    assert many.values.sheetnames == SHEETS["en"]


def test_membership_equals_the_store(few: Made) -> None:
    registered = few.store.series("uhc-owe", "registered")[:, 5]
    active = few.store.series("uhc-owe", "active")[:, 5]
    population = few.store.series("uhc-owe", "population_dukcapil")[:, 5]
    row = find(few.rows("Kepesertaan"), "UHC, pagu kurang tiga bulan, menunggak", "Apr 2025")
    assert list(row[2:5]) == [quantile(registered, q).value for q in (0.5, 0.1, 0.9)]
    assert list(row[5:8]) == [quantile(active, q).value for q in (0.5, 0.1, 0.9)]
    assert row[17] == pytest.approx(quantile(active / population, 0.5).value, rel=1e-12)


def test_kbk_equals_the_store_and_is_not_a_ratio_of_medians(few: Made) -> None:
    place, month = 2, 7
    contacts = few.store.series("uhc-non-cut-off", "contacts", "facility")[:, month, place]
    capitated = few.store.series("uhc-non-cut-off", "capitated", "facility")[:, month, place]
    row = find(few.rows("KBK"), "Air Lais", "Jun 2025")
    assert row[4] == pytest.approx(quantile(1000 * contacts / capitated, 0.5).value, rel=1e-12)
    assert row[4] != pytest.approx(1000 * np.median(contacts) / np.median(capitated), rel=1e-9)
    permille = few.store.series("uhc-non-cut-off", "share_permille", "facility")[:, month, place]
    assert row[14] * 10 in permille
    assert row[12] == f"{int((permille == row[14] * 10).sum())} dari 20 ulangan"


def test_an_exempt_facility_has_no_rating(few: Made) -> None:
    row = find(few.rows("KBK"), NAMES[EXEMPT], "Jun 2025")
    assert row[12] == "dikecualikan"
    assert row[5] is None
    assert row[13:15] == (None, None)


def test_capitation_and_its_sums_to_the_rupiah(few: Made) -> None:
    paid = few.store.series("uhc-non-cut-off", "capitation_paid", "facility")
    rows = list(few.rows("Kapitasi"))
    start = next(at for at, row in enumerate(rows) if row[0] == "November 2024")
    shown = [row[5] for row in rows[start + 1 : start + 1 + len(NAMES)]]
    assert shown == [quantile(paid[:, 0, place], 0.5).value for place in range(len(NAMES))]
    total, district = rows[start + 1 + len(NAMES)], rows[start + 2 + len(NAMES)]
    assert total[0] == "Jumlah"
    assert total[5] == sum(shown)
    assert district[5] == quantile(paid[:, 0].sum(axis=1), 0.5).value
    assert rows[-1][5] == quantile(paid.sum(axis=(1, 2)), 0.5).value


def test_claims_by_month_and_year(few: Made) -> None:
    rows = list(few.rows("Klaim"))
    keys = [f"claims_{key}" for key in ("incurred", "submitted", "returned", "paid", "late", "penalty", "backlog")]
    samples = [few.store.series("uhc-non-cut-off", key) for key in keys]
    header = next(row for row in rows if row[0] == "bulan")
    assert header[1:8] == (
        "klaim rumah sakit terjadi", "klaim rumah sakit diajukan", "klaim dikembalikan untuk dilengkapi",
        "klaim rumah sakit dibayar", "klaim dibayar terlambat", "denda terlambat bayar klaim",
        "klaim rumah sakit belum dibayar",
    )  # fmt: skip
    assert find(iter(rows), "Maret 2025")[1:8] == tuple(quantile(sample[:, 4], 0.5).value for sample in samples)
    year = [sample[:, 2:14].sum(axis=1) for sample in samples[:-1]] + [samples[-1][:, 13]]
    assert find(iter(rows), "2025, per ulangan")[1:8] == tuple(quantile(sample, 0.5).value for sample in year)


def test_claims_by_hospital_in_the_year_of_the_answer(few: Made) -> None:
    rows = list(few.rows("Klaim"))
    start = next(at for at, row in enumerate(rows) if row[0] == "Menurut rumah sakit, 2025")
    flows = ["outpatient", "admissions", "severe"]
    flows += [f"claims_{key}" for key in ("incurred", "paid", "late", "penalty")]
    stocks = [f"claims_{key}" for key in ("backlog", "unsubmitted", "incomplete", "waiting")]
    sums = [few.store.series("uhc-non-cut-off", key, "hospital")[:, 2:14].sum(axis=1) for key in flows]
    sums += [few.store.series("uhc-non-cut-off", key, "hospital")[:, 13] for key in stocks]
    for place, name in enumerate(HOSPITALS):
        expected = tuple(quantile(sample[:, place], 0.5).value for sample in sums)
        assert find(iter(rows[start:]), name)[1:12] == expected
    district = find(iter(rows[start:]), "Kabupaten, per ulangan")
    assert district[1:12] == tuple(quantile(sample.sum(axis=1), 0.5).value for sample in sums)


def computed(sheet: Any, formula: str) -> float:
    """What a formula of the forms in use, =SUM(A1:A9), =A1+A5 and =IF(D1=0,"–",F1/D1), comes to."""
    if shared := re.fullmatch(r'=IF\((\w+)=0,"–",(\w+)/\1\)', formula):
        return sheet[shared[2]].value / sheet[shared[1]].value
    if formula.startswith("=SUM("):
        return sum(cell.value or 0 for row in sheet[formula[5:-1]] for cell in row)
    return sum(sheet[place].value for place in formula[1:].split("+"))


@pytest.mark.parametrize("sheet", ["Kapitasi", "Peserta baru Pemda"])
def test_every_formula_has_the_value_it_computes(few: Made, sheet: str) -> None:
    formulas = [cell for row in few.formulas[sheet].iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) > 10
    for cell in formulas:
        assert few.values[sheet][cell.coordinate].value == computed(few.values[sheet], cell.value), cell.coordinate


def test_bill_lines_add_up_to_the_bill(few: Made) -> None:
    # in the made-up run the bill is exactly its lines, which all rise and fall together
    bill = few.store.series("uhc-non-cut-off", "bill_jkn")
    row = find(few.rows("APBD"), "Maret 2025")
    assert row[7] == sum(row[2:7])
    assert row[8] == quantile(bill[:, 4], 0.5).value
    row = find(few.rows("APBD"), "Jumlah 2025")
    assert list(row[8:11]) == [quantile(bill[:, 2:14].sum(axis=1), q).value for q in (0.5, 0.1, 0.9)]


def test_the_bars_are_told_under_every_denominator(few: Made) -> None:
    rows = (row for row in few.rows("Ringkasan") if isinstance(row[3], str))
    row = find(rows, "UHC non cut-off, status ditahan", "2025", 12)
    met = bars_met(few.store, "uhc-non-cut-off", load_rules())
    assert row[4:7] == pytest.approx([part[:, 2:14].mean() for part in (met.dukcapil, met.residents, met.members)])


def test_bars_by_hand() -> None:
    """980 of 1,000 registered in 2025: 799 active miss 80 % of the population and pass 80 % of the registered (784);
    of 999 residents 799.2 would be needed. At exactly 98 % and 80 % both bars are met."""
    heads = {"registered": [980, 980, 979], "active": [799, 800, 980], "population_dukcapil": [1000] * 3,
             "population": [998, 1000, 999]}  # fmt: skip
    store = SimpleNamespace(
        months=["2025-01", "2025-02", "2025-03"], series=lambda _, key: np.array([heads[key]], float)
    )
    met = bars_met(store, "any", load_rules())  # type: ignore[arg-type]
    assert met.dukcapil.tolist() == [[False, True, False]]
    assert met.residents.tolist() == [[True, True, False]]
    assert met.members.tolist() == [[True, True, False]]


def test_the_clinics_by_facility_and_month_equal_the_store(few: Made) -> None:
    row = find(few.rows("Layanan FKTP"), NAMES[1], "Mar 2025")
    doctors = few.store.series("uhc-non-cut-off", "doctors", "facility", 1)[:, 4]
    assert row[2] == quantile(doctors, 0.5).value
    spent = few.store.series("uhc-non-cut-off", "fund_balance", "facility", 1)[:, 4]
    assert row[2 + COLUMNS.index("fund_balance")] == quantile(spent, 0.5).value


def test_intake_by_source(few: Made) -> None:
    row = find(few.rows("Peserta baru Pemda"), "UHC non cut-off, status ditahan", "2025")
    assert row[3] == 12 * 200
    assert row[7] == sum(row[2:7])
    before = sum(few.store.series("uhc-non-cut-off", key)[:, 2:14].sum(axis=1) for key in
                 ("intake_never", "intake_lapsed", "intake_arrears", "intake_pbpu", "intake_ppu"))  # fmt: skip
    assert row[9] == quantile(before, 0.5).value


def block(rows: list[tuple[Any, ...]], heading: str) -> list[tuple[Any, ...]]:
    """The rows beneath ``heading`` up to the next empty one."""
    start = next(at for at, row in enumerate(rows) if row[0] == heading) + 1
    stop = next((at for at in range(start, len(rows)) if not any(rows[at])), len(rows))
    return rows[start:stop]


#: What a reader looks for under each heading: label in the workbook, unit, indicator in the store.
MOVEMENTS = {
    "penduduk": [
        ("lahir", "jiwa", "births"), ("meninggal", "jiwa", "deaths"), ("datang", "jiwa", "moved_in"),
        ("pindah", "jiwa", "moved_out"), ("dihapus dari daftar", "jiwa", "cleansed"),
    ],
    "pindah segmen": [
        ("keluar PBI-JK", "jiwa", "pbi_out"), ("masuk PBI-JK", "jiwa", "pbi_in"), ("keluar PPU", "jiwa", "job_loss"),
        ("masuk PPU", "jiwa", "job_gain"), ("daftar mandiri", "jiwa", "pbpu_joined"),
        ("usia 21, keluar dari kartu orang tua", "jiwa", "aged_out"),
    ],
    "iuran peserta mandiri": [
        ("berhenti aktif karena menunggak", "jiwa", "suspended"), ("aktif kembali", "jiwa", "reactivated"),
        ("keluarga ikut REHAB", "keluarga", "joined_rehab"), ("keluarga turun kelas", "keluarga", "class_down"),
        ("keluarga berhenti membayar menunggu Pemda", "keluarga", "stopped_to_wait"),
    ],
    "jalan kembali saat sakit, dan permintaan kepada Pemda": [
        ("masuk PBPU Pemda saat sakit", "jiwa", "intake_point_of_care"),
        ("PBI-JK aktif kembali saat sakit", "jiwa", "pbi_returned"),
        ("menunggak dan minta ditanggung Pemda", "jiwa", "asked_pemda"),
    ],
}  # fmt: skip
YEARS = (("2024 (2 dari 12 bulan)", slice(0, 2)), ("2025", slice(2, 14)), ("2026 (10 dari 12 bulan)", slice(14, 24)))


@pytest.mark.parametrize("group", MOVEMENTS)
def test_movements_are_the_sums_of_each_year(few: Made, group: str) -> None:
    rows = list(few.rows("Mutasi"))
    parts = [f"{year}: {part}" for year, _ in YEARS for part in ("tengah", "bawah", "atas")]
    assert ("mutasi", "satuan", *parts) in rows
    for name, title in (("baseline", "Tanpa keputusan baru"), ("uhc-owe", "UHC, pagu kurang tiga bulan, menunggak")):
        expected = []
        for told, unit, key in MOVEMENTS[group]:
            sums = [few.store.series(name, key)[:, months].sum(axis=1) for _, months in YEARS]
            expected.append((told, unit, *(quantile(year, q).value for year in sums for q in (0.5, 0.1, 0.9))))
        assert block(rows, f"{title}: {group}") == expected


def test_movements_in_english(many: Made) -> None:
    rows = list(many.rows("Movements"))
    assert ("movement", "unit", "2024 (2 of 12 months): middle", "2024 (2 of 12 months): lower") in [
        r[:4] for r in rows
    ]
    families = block(rows, "No new decision: premiums of self-payers")[2]
    assert families[:2] == ("families that joined REHAB", "families")


def test_what_the_dead_and_the_moved_cost(few: Made) -> None:
    rows = block(list(few.rows("APBD")), "Biaya untuk yang meninggal dan pindah")
    for name, title in (("uhc-non-cut-off", "UHC non cut-off, status ditahan"), ("baseline", "Tanpa keputusan baru")):
        heads, billed, cost, bill = (
            few.store.series(name, key)[:, 14:24]
            for key in ("billed_ghosts", "billed", "bill_ghosts", "bill_jkn")
        )  # fmt: skip
        row = find(iter(rows), title, "2026")
        assert row[2] == 10
        assert row[3:6] == tuple(round(quantile(heads.mean(axis=1), q).value) for q in (0.5, 0.1, 0.9))
        assert row[6] == pytest.approx(quantile(heads.sum(axis=1) / billed.sum(axis=1), 0.5).value)
        assert row[7:10] == tuple(quantile(cost.sum(axis=1), q).value for q in (0.5, 0.1, 0.9))
        assert row[10] == pytest.approx(quantile(cost.sum(axis=1) / bill.sum(axis=1), 0.5).value)


def test_contacts_by_age_are_means_of_the_year(few: Made) -> None:
    rows = list(few.rows("Kontak menurut usia"))
    header = next(row for row in rows if row[0] == "skenario")
    ages = ("0-4", "5-17", "18-59", "60+")
    assert header[3:11] == tuple(
        f"kontak {kind} tercatat, {age} tahun" for age in ages for kind in ("sakit", "sehat")
    )  # fmt: skip
    row = find(iter(rows), "UHC non cut-off, status ditahan", "2025", 12)
    keys = [f"{kind}_{group}" for group in ("children", "school", "adults", "elderly") for kind in ("sick", "well")]
    means = [few.store.series("uhc-non-cut-off", key)[:, 2:14].mean(axis=1) for key in keys]
    assert row[3:11] == tuple(round(quantile(mean, 0.5).value) for mean in means)
    assert row[11:14] == tuple(round(quantile(sum(means), q).value) for q in (0.5, 0.1, 0.9))


def test_staff_against_the_minimum_in_people_and_rupiah(few: Made) -> None:
    """Three puskesmas: one without its two doctors, one whose doctors are unknown, one that lacks one."""
    rows = list(few.rows("Tenaga"))
    assert find(iter(rows), "Enggano", "dokter")[2:] == (0, 2, 2, 180_000_000)
    assert find(iter(rows), EVIL, "dokter")[2:] == ("belum diketahui", 2, "–", "–")
    assert find(iter(rows), MARKUP, "dokter")[2:] == (1, 2, 1, 90_000_000)
    assert find(iter(rows), MARKUP, "perawat")[2:] == (9, 8, 0, 0)
    assert find(iter(rows), "Jumlah yang diketahui")[4:] == (3, 270_000_000)
    last = list(few.formulas["Tenaga"].iter_rows(values_only=True))[-1]
    assert last[4:] == ("=SUM(E4:E9)", "=SUM(F4:F9)")


def test_posts_that_are_not_known_are_not_added_up(tmp_path: Path) -> None:
    run = Run(RunStore.open(made_up_run(tmp_path / "run", 20)), load_rules())
    for entry in run.manifest["staffing"]:
        for post in entry["posts"].values():
            post["held"] = None
    write_workbook(run, tmp_path / "tables.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "tables.xlsx")["Tenaga"].iter_rows(values_only=True))
    assert rows[-1][0] is not None
    assert rows[-1][0].startswith("Belum ada tenaga yang diketahui")
    assert all(row[0] not in ("Jumlah", "Jumlah yang diketahui") for row in rows)


def test_a_run_without_a_minimum_of_staff_says_so(tmp_path: Path) -> None:
    run = Run(RunStore.open(made_up_run(tmp_path / "run", 20)), load_rules())
    del run.manifest["staffing"]
    write_workbook(run, tmp_path / "tables.xlsx", "en")
    texts = [row[0] for row in openpyxl.load_workbook(tmp_path / "tables.xlsx")["Staff"].iter_rows(values_only=True)]
    assert "Nothing is compared: no puskesmas, or no minimum is known for this date." in texts


def test_differences_name_their_unit(few: Made) -> None:
    rows = list(few.rows("Skenario"))
    assert {row[1]: row[3] for row in rows if row[1] in ("keaktifan", "aktif", "keluarga ikut REHAB",
            "tagihan JKN daerah (baris APBD)", "rawat inap rumah sakit (RITL)")} == {
        "keaktifan": "poin persen", "aktif": "jiwa", "keluarga ikut REHAB": "keluarga",
        "tagihan JKN daerah (baris APBD)": "rupiah", "rawat inap rumah sakit (RITL)": "kunjungan",
    }  # fmt: skip


def test_differences_are_paired(few: Made) -> None:
    active = [few.store.series(name, "active")[:, -1] for name in ("uhc-non-cut-off", "baseline")]
    row = find(few.rows("Skenario"), "UHC non cut-off, status ditahan", "aktif")
    assert row[4] == quantile(active[0] - active[1], 0.5).value


def test_a_label_never_becomes_a_formula(few: Made) -> None:
    with zipfile.ZipFile(few.path) as parts:
        for name in parts.namelist():
            if name.startswith(("xl/worksheets/sheet", "xl/charts/chart")):
                assert not re.search(rb"<(c:)?f>[^<]*(cmd|calc|RS\(\)|1\+1)", parts.read(name)), name
    assert find(few.rows("KBK"), EVIL)[0] == EVIL
    assert find(few.rows("KBK"), MARKUP)[0] == MARKUP


def test_no_certainty_with_few_replicates(few: Made) -> None:
    found = need(few.store, "uhc-non-cut-off", 2025, None)
    amount = quantile(found.sample, 0.8).value
    for sheet in few.values:
        for row in sheet.iter_rows(values_only=True):
            assert amount not in row
    texts = few.texts()
    assert not [text for text in texts if "Usulkan" in text or "kemungkinan" in text]
    assert any("sedikitnya 100 ulangan" in text for text in texts)


def test_certainty_with_enough_replicates(many: Made) -> None:
    found = need(many.store, "uhc-non-cut-off", 2025, 0.8)
    row = next(row for row in many.rows("Summary") if row[:2] == ("UHC non-cut-off, status held", "2025"))
    assert row[5:8] == (found.median, found.interval_low, found.interval_high)
    assert row[9] == found.amount == quantile(found.sample, 0.8).value
    texts = many.texts()
    assert any(text.startswith("Propose IDR ") for text in texts)
    assert any("enough in 8 in 10 cases" in text for text in texts)
    assert "If the ceiling equals the proposal" in texts


def test_a_ceiling_is_told_by_year(few: Made) -> None:
    told = block(list(few.rows("APBD")), "Akibat pagu")
    rows = [row for row in told if row[:2] == ("UHC, pagu kurang tiga bulan, menonaktifkan", "2025")]
    unfunded = few.store.series("uhc-drop", "unfunded")[:, 2:14]
    (row,) = rows
    assert row[2] == 17_600_000_000
    assert row[4] == f"{int((unfunded > 0).any(axis=1).sum())} dari 20 ulangan"
    assert row[6] == quantile(unfunded.sum(axis=1), 0.5).value
    first = np.array([np.flatnonzero(replicate)[0] for replicate in unfunded])
    names = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
    assert row[5] == f"{names[np.bincount(first).argmax()]} 2025"


def test_a_year_without_a_line_gets_no_chance(few: Made) -> None:
    told = block(list(few.rows("APBD")), "Akibat pagu")
    row = find(iter(told), "UHC, pagu kurang tiga bulan, menonaktifkan", "2024")
    assert row[2] == "–"
    assert row[4] == "tanpa pagu"
    assert row[5] == "–"


def test_the_own_line_is_set_against_the_need(few: Made, many: Made) -> None:
    title = "Pagu yang diisi daerah dibandingkan dengan kebutuhan (rupiah)"
    rows = list(few.rows("APBD"))
    start = next(at for at, row in enumerate(rows) if row[0] == title)
    row = find(iter(rows[start:]), "UHC non cut-off, status ditahan", "2025")
    median = need(few.store, "uhc-non-cut-off", 2025, None).median
    assert row[2:5] == (20_000_000_000, median, 20_000_000_000 - median)
    told = next(str(row[0]) for row in rows[start:] if str(row[0]).startswith("2024: "))
    assert "Rp4.000.000.000" in told
    assert "hanya mencakup 2 bulan" in told
    rows = list(many.rows("APBD"))
    start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("The line filled in by the district"))
    row = find(iter(rows[start:]), "UHC non-cut-off, status held", "2025")
    amount = quantile(need(many.store, "uhc-non-cut-off", 2025, None).sample, 0.8).value
    assert row[4:6] == (amount, 20_000_000_000 - amount)


def test_status_is_told_for_every_year(few: Made) -> None:
    rows = list(few.rows("Ringkasan"))
    start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Status UHC bertahan"))
    spans = (("2024", slice(0, 2)), ("2025", slice(2, 14)), ("2026", slice(14, 24)))
    told = set()
    for name, title in (("baseline", "Tanpa keputusan baru"), ("uhc-non-cut-off", "UHC non cut-off, status ditahan")):
        status = few.store.series(name, "status_uhc") > 0
        for year, part in spans:
            row = find(iter(rows[start:]), title, year)
            assert row[2:4] == (part.stop - part.start, f"{int(status[:, part].all(axis=1).sum())} dari 20 ulangan")
            told.add(row[3])
    assert len(told) > 2


def test_print_is_never_small(few: Made) -> None:
    # A4 across has 10.89 inches between the margins, A3 15.74; Excel counts 7 pixels a character and 5 a column
    printable, upright = {9: 10.89 * 96, 8: 15.74 * 96}, set()
    for sheet in few.formulas:
        paper = int(sheet.page_setup.paperSize)
        widths = [7 * sheet.column_dimensions[column].width for column in columns_of(sheet)]
        printed = sum(widths)
        if sheet.title in ("Kepesertaan", "Tidak aktif"):  # two pages side by side, scenario and month on both
            assert sheet.page_setup.fitToWidth == 2
            assert sheet.print_title_cols == "$A:$B"
            printed = (sum(widths) + sum(widths[:2])) / 2
        if sheet.page_setup.orientation == "portrait":  # A4 upright: 7.47 inches between the margins
            assert paper == 9
            upright.add(sheet.title)
            printed *= 10.89 / 7.47
        assert 9 * min(1, printable[paper] / printed) >= 6.9, sheet.title  # points
        assert f"A{ {8: 3, 9: 4}[paper] }" in str(sheet.oddFooter.left.text)
    # long and narrow ones, and those that have only words to print: nothing of a table without replicates or a record
    assert upright == {"Sampul", "Kapitasi", "Tenaga", "Keandalan", "Ketidakpastian"}


def columns_of(sheet: Any) -> list[str]:
    """The first column letter of each column of a sheet: openpyxl groups neighbours of one width under the first."""
    from openpyxl.utils import get_column_letter

    found = []
    for letter, dimension in sheet.column_dimensions.items():
        found += [letter] * ((dimension.max or 1) - (dimension.min or 1) + 1)
    assert len(found) >= sheet.max_column, get_column_letter(sheet.max_column)
    return found


def test_assumptions_list_inputs_parameters_and_rules(few: Made) -> None:
    from sim.behaviour import PARAMETERS

    rows = list(few.rows("Asumsi"))
    assert find(iter(rows), "Bagian data ganda")[2:5] == ("ya", "asumsi", "=1+1")
    assert find(iter(rows), "Penduduk")[2:4] == ("tidak", "tinggi")
    for parameter in PARAMETERS:
        assert any(str(row[0]).endswith(f" ({parameter.name})") for row in rows), parameter.name
    assert any(str(row[0]).startswith("kbk.ak_denominator: ") for row in rows)


def test_assumptions_list_what_was_changed(few: Made) -> None:
    rows = list(few.rows("Asumsi"))
    # 312,480 for 300,000: 4.16 % more
    assert find(iter(rows), "Umur dan jenis kelamin")[1:5] == ("300.000", "312.480", "4,2\u00a0%", "jumlah")
    assert find(iter(rows), "Ukuran keluarga")[1:5] == ("0", "3", "", "5")


def test_equal_runs_give_equal_workbooks(few: Made, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(few.run, again, "id")
    assert again.read_bytes() == few.path.read_bytes()
