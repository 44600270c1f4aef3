"""What a planner reads on the page: months in words, scales, what is data, and files of district and facility."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from test_reports_made_up import made_up_run
from test_web import opened

from districts.read import read_district
from reports.answer import short_answer
from reports.run import Run
from reports.write import write_outputs
from scenarios.store import RunStore
from scenarios.tidy import Choice, write_csv
from sim.indicators import Level
from sim.rules import load_rules
from web.drafts import first_draft, read_draft
from web.levers import parse_number
from web.results import results
from web.words import month_read, month_word

EXAMPLE = "example:kabupaten-contoh"


@pytest.mark.parametrize(("month", "lang", "told"), [
    ("+0", "id", "sejak awal"), ("+0", "en", "from the start"), ("+3", "id", "3 bulan setelah awal"),
    ("+1", "en", "1 month after the start"), ("january", "id", "januari"), ("2027-01", "id", "2027-01"),
])  # fmt: skip
def test_a_month_is_told_in_words_that_are_read_back(month: str, lang: str, told: str) -> None:
    assert month_word(month, lang) == told
    assert month_read(told) == month
    assert month_read(f"  {told.upper()} ") == month


def test_the_form_offers_the_months_of_the_run_and_leaves_a_lever_that_begins_with_it_as_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        page = client.get(f"/scenarios?district={EXAMPLE}").text
    assert 'value="+0"' not in page
    assert re.search(r'value="sejak awal" class="month"[^>]* list="of-the-run"', page)
    listed = page[page.index('<datalist id="of-the-run">') : page.index("</datalist>")]
    assert re.findall('value="([^"]+)"', listed)[:2] == ["sejak awal", "2026-01"]
    assert 'value="2027-12" label="Desember 2027"' in listed
    assert ">–</option>" not in page
    assert "boleh kosong" in page
    district = read_district("kabupaten-contoh")
    (shown,) = read_draft([("s", "uhc-non-cut-off")], district, "id").chosen
    typed = [(f"uhc-non-cut-off|{at}|{name}", text) for at, entry in enumerate(shown.entries)
             for name, texts in entry.texts.items() for text in texts]  # fmt: skip
    assert ("uhc-non-cut-off|0|start", "sejak awal") in typed
    (again,) = read_draft([("s", "uhc-non-cut-off"), *typed], district, "id").chosen
    assert (again.changed, again.faults) == (0, 0)


@pytest.mark.parametrize(("level", "file"), [("district", "export.csv"), ("facility", "export-facility.csv")])
def test_the_data_of_district_and_facilities_are_those_of_the_command(tmp_path: Path, level: Level, file: str) -> None:
    folder = made_up_run(tmp_path / "run", replicates=2, months=14)
    with RunStore.open(folder) as store:
        text = io.StringIO()
        write_csv(store, Choice.of(store, None, [level], None), text)
    with opened(tmp_path) as client:
        page = client.get("/runs/run").text
        answer = client.get(f"/runs/run/files/{file}")
    assert f'href="/runs/run/files/{file}"' in page
    assert answer.content == text.getvalue().encode()
    assert answer.headers["content-disposition"].endswith(f"run-{file}")
    told = next(line for line in page.splitlines() if f"/files/{file}" in line)
    size = len(answer.content) / 1e6
    assert float(re.search(r"± ([\d,]+) MB", told)[1].replace(",", ".")) == pytest.approx(size, rel=0.2, abs=0.06)  # type: ignore[index]


def test_the_scale_of_a_comparison_has_round_marks_with_zero_among_them(tmp_path: Path) -> None:
    found = results(made_up_run(tmp_path / "run", replicates=20), "id", pictures=False)
    assert found is not None
    for marks, spreads in ((found.money_ticks, [row.money for row in found.rows if row.money]),
                           (found.active_ticks, [row.active for row in found.rows if row.active])):  # fmt: skip
        assert 2 <= len(marks) <= 4
        values = [float(text.replace("−", "-").replace(".", "").replace(",", ".")) for _at, text in marks]
        (zero,) = (at for (at, _text), value in zip(marks, values, strict=True) if value == 0)
        assert zero == spreads[0].zero
        steps = {round(after - before, 9) for before, after in zip(values, values[1:], strict=False)}
        assert len(steps) == 1
        assert f"{steps.pop():e}"[0] in "125"
        assert all(0 <= at <= 1 for at, _text in marks)
        per_unit = (marks[-1][0] - marks[0][0]) / (values[-1] - values[0])
        for spread in spreads:  # the dot stands where its number belongs
            told = float(spread.words.replace("−", "-").replace(".", "").replace(",", "."))
            assert spread.dot == pytest.approx(zero + told * per_unit, abs=0.06 * per_unit + 0.001)


def test_the_charts_say_what_is_data_and_what_is_forecast(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", replicates=3)
    with RunStore.open(folder) as store:
        months = ["2024-09", "2024-10"]
        store.update(past={"months": months, "district": {"active": [60, 65], "population": [100, 100]}})
    found = results(folder, "id")
    assert found is not None
    money, active = (picture.note for picture in found.pictures)
    assert money == "Seluruhnya prakiraan; uang tahun ini tidak ada dalam data."
    assert active.startswith("Data sampai Oktober 2024: 65,0\xa0% pada bulan itu. Mulai November 2024 prakiraan: ")
    assert active.endswith(f"dengan “{found.of}”. Perubahan di antara keduanya adalah prakiraan, bukan data.")


def test_what_was_found_in_a_district_stands_before_the_list_of_districts(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        first, chosen = client.get("/").text, client.get(f"/?district={EXAMPLE}").text
    assert first.index('class="choices"') < first.index('id="temuan"')
    assert chosen.index('id="temuan"') < chosen.index('class="choices"')


def test_a_lower_bill_under_a_ceiling_is_no_saving(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", replicates=2, months=14)
    with RunStore.open(folder) as store:
        bound = Run(store, load_rules()).binding
    assert bound
    found = results(folder, "id", pictures=False)
    assert found is not None
    said = {row.name for row in found.rows if "bukan penghematan" in row.remark}
    assert said == {row.name for row in found.rows if row.name in bound} != set()
    with opened(tmp_path) as client:
        page = client.get("/runs/run").text
    assert page.count("bukan penghematan") >= len(said)


@pytest.mark.parametrize(("text", "lang", "value"), [
    ("2,5 miliar", "id", 2_500_000_000), ("Rp 500 juta", "id", 500_000_000), ("1.143.000.000", "id", 1_143_000_000),
    ("3 M", "id", 3_000_000_000), ("2.5 bn", "en", 2_500_000_000), ("3 M", "en", 3_000_000), ("12,5 %", "id", 12.5),
    ("2,5 milyun", "id", None), ("miliar", "id", None), ("2.5 miliar", "id", None),
])  # fmt: skip
def test_a_number_is_read_as_people_write_it(text: str, lang: str, value: float | None) -> None:
    found = parse_number(text, lang)
    assert found == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(("name", "third"), [("kabupaten-contoh", "uhc-own-line"), ("bengkulu-utara", "uhc-drop")])
def test_the_own_line_is_chosen_first_where_the_run_begins_a_year_that_has_one(name: str, third: str) -> None:
    """Bengkulu Utara has a line of 2023, of which a run from November sees two months."""
    chosen = [one.key for one in first_draft(read_district(name), "id").chosen]
    assert chosen == ["baseline", "uhc-non-cut-off", third]


def test_a_scenario_with_a_line_of_ones_own_is_no_longer_called_that_of_the_district() -> None:
    district = read_district("kabupaten-contoh")
    (shown,) = read_draft([("s", "uhc-own-line")], district, "id").chosen
    at = next(at for at, entry in enumerate(shown.entries) if "rule" in entry.texts)
    typed = [(f"uhc-own-line|{at}|rule", "amounts"), (f"uhc-own-line|{at}|amounts.2026", "3,5 miliar"),
             (f"uhc-own-line|{at}|regime", "drop")]  # fmt: skip
    (own,) = read_draft([("s", "uhc-own-line"), *typed], district, "id").chosen
    assert own.faults == 0
    assert own.shown_title("id") == "UHC dengan pagu yang diatur di sini, menonaktifkan (tuas diubah)"
    assert "3.500.000.000" in own.explanation["id"]
    assert shown.shown_title("id") == "UHC dengan pagu yang diisi daerah, menonaktifkan"


def test_the_data_page_says_what_the_files_say_and_saved_runs_their_figure(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "kept", replicates=10)
    with RunStore.open(folder) as store:
        told = short_answer(Run(store, load_rules()), "id")
    write_outputs(folder)
    with opened(tmp_path) as client:
        page = re.sub("<[^>]+>", "", client.get(f"/?district={EXAMPLE}").text)
        runs = client.get("/runs").text
    assert "20.367 penduduk, Desember 2025" in page
    assert "80,7\u00a0% terdaftar" in page
    assert "Rp1,14 miliar pagu JKN 2026" in page
    assert told.startswith("kebutuhan 2025 sekitar Rp")
    assert told in runs
