"""The content of a report: its figures are those of the answer, the workbook and the store, and it reads well where a
run tells little."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from test_reports_made_up import made_up_manifest, made_up_results, made_up_run

from districts.text import month_name, number, percent, rupiah, rupiah_short
from reports.answer import answer
from reports.charts_kbk_map import share_map
from reports.charts_money import capitation_chart
from reports.cuts import CUTS, bills_of, outcome, parts_of
from reports.facility.facts import Beside, facility_facts
from reports.report import Report, build, render_page
from reports.report.blocks import Block, Cell, Figure, Table
from reports.report.facilities import facilities_section
from reports.run import Run
from reports.wording import chance_words
from reports.workbook import write_workbook
from scenarios.kbk_efforts import best_effort
from scenarios.kbk_sites import sites_of_run
from scenarios.need import exhaustion, need
from scenarios.store import RunStore
from sim.kbk import capitation_rupiah, scheme
from sim.kbk_plan import Terms, terms
from sim.rules import load_rules

HEADLINE, YEAR, MONTHS = "uhc-non-cut-off", 2025, slice(2, 14)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = made_up_run(tmp_path_factory.mktemp("content") / "many", 100, second=True)
    return Run(RunStore.open(folder), load_rules())


@pytest.fixture(scope="module")
def report(run: Run) -> Report:
    return build(run, "id")


def tables(report: Report, section: str) -> list[Table]:
    blocks: tuple[Block, ...] = next(entry.blocks for entry in report.sections if entry.key == section)
    return [block for block in blocks if isinstance(block, Table)]


def texts(row: tuple[Cell, ...]) -> list[str]:
    return [cell.text for cell in row]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_answer_is_that_of_every_other_face(run: Run, lang: str, tmp_path: Path) -> None:
    found, told = build(run, lang), answer(run, lang)
    assert found.head.sentences == told.sentences
    assert len(found.head.sentences) == 3
    assert found.head.tenths == 8
    assert all(word in f"{told.first} {told.second}" for word in found.head.stressed)
    assert [section.key for section in found.sections] == [
        "usulan", "bulanan", "puskesmas", "skenario", "keandalan", "metode"]  # fmt: skip
    write_workbook(run, tmp_path / "tables.xlsx", lang)
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True).worksheets
    cells = {str(cell) for page in sheet[:2] for row in page.iter_rows(values_only=True) for cell in row if cell}
    assert set(told.sentences) <= cells


def test_the_parts_add_up_to_the_proposal_and_their_prices_are_exact(run: Run, report: Report) -> None:
    found = need(run.store, HEADLINE, YEAR, 0.8)
    assert found.amount is not None
    parts = parts_of(run, HEADLINE, found.amount)
    assert sum(part.rupiah for part in parts) == found.amount
    reserve = next(part.rupiah for part in parts if part.key == "reserve")
    assert reserve == found.amount - found.median
    table = tables(report, "usulan")[1]
    assert [cell.text for *_others, cell in table.rows] == [*(rupiah(part.rupiah) for part in parts),
                                                            rupiah(found.amount)]  # fmt: skip
    assert table.total
    at = int(np.flatnonzero(found.sample == found.median)[0])
    heads = round(run.store.series(HEADLINE, "billed")[at, MONTHS].sum())
    assert table.rows[0][0].beneath.startswith(f"{number(heads)} orang-bulan")


def test_a_cut_does_what_the_bills_say(run: Run, report: Report) -> None:
    """How often an amount suffices, when it is used up and what is missing, counted from the bills by hand."""
    found = need(run.store, HEADLINE, YEAR, 0.8)
    assert found.amount is not None
    bills = run.store.series(HEADLINE, "bill_jkn")[:, MONTHS]
    amount = round(found.amount * 0.8)
    result = outcome(bills_of(run, HEADLINE), amount)
    assert result.enough.tolist() == (bills.sum(axis=1) <= amount).tolist()
    first = [next((at for at, spent in enumerate(np.cumsum(row)) if spent > amount), None) for row in bills]
    often = max((at for at in first if at is not None), key=lambda at: (first.count(at), -at))
    assert result.empty == 2 + often
    short = np.sort(np.maximum(bills.sum(axis=1) - amount, 0))
    assert result.missing == short[49]  # of 100 replicates: half lie at or below the fiftieth
    ladder = tables(report, "usulan")[0]
    amounts = [row[0].text for row in ladder.rows]
    assert {rupiah_short(round(found.amount * (1 - cut))) for cut in CUTS} <= set(amounts)
    row = ladder.rows[amounts.index(rupiah_short(amount))]
    assert row[2].tenths == round(10 * result.enough.mean())
    assert rupiah_short(result.missing) in row[-1].text
    assert row[-1].beneath == f"{number(result.person_months)} orang-bulan"
    assert ladder.own is not None
    assert ladder.rows[ladder.own][0].text == rupiah_short(found.amount)


def test_person_months_are_the_missing_rupiah_at_the_price_of_a_head(run: Run) -> None:
    year = bills_of(run, HEADLINE)
    heads = run.store.series(HEADLINE, "billed")[:, MONTHS].sum(axis=1)
    money = sum(run.store.series(HEADLINE, key)[:, MONTHS].sum(axis=1) for key in ("bill_premium", "bill_aid_pemda"))
    assert year.head_month == pytest.approx(money / heads)
    assert year.head_month == pytest.approx(37_800, rel=1e-4)  # the made-up heads are no whole numbers


def test_debt_and_what_others_pay_count_as_in_the_need(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", 12)
    with RunStore.open(folder) as store:
        store.update(others_pay={str(YEAR): 3_000_000_000})
        run = Run(store, load_rules())
        found = need(store, HEADLINE, YEAR, None)
        year = bills_of(run, HEADLINE)
        assert np.maximum(year.used[:, -1], 0).tolist() == found.sample.tolist()
        parts = {part.key: part.rupiah for part in parts_of(run, HEADLINE, found.median)}
        assert parts["others"] == -3_000_000_000
        assert sum(parts.values()) == found.median
        assert "reserve" not in parts


def test_what_a_ceiling_does_is_counted_from_the_store(run: Run, report: Report) -> None:
    table = tables(report, "bulanan")[1]
    names = [entry["title"]["id"] for entry in run.manifest["scenarios"]]
    for row in table.rows:
        scenario = run.manifest["scenarios"][names.index(row[0].text)]["name"]
        short = np.sort(run.store.series(scenario, "unfunded")[:, MONTHS].sum(axis=1))[49]
        assert row[3].text == rupiah_short(short)
        found = next(entry for entry in exhaustion(run.store, scenario) if entry.year == YEAR)
        assert (row[2].text == "cukup") == (not found.months)
    assert len(table.rows) == 3


def test_what_is_left_falls_to_what_the_ladder_says(run: Run, report: Report) -> None:
    found = need(run.store, HEADLINE, YEAR, 0.8)
    assert found.amount is not None
    table = tables(report, "bulanan")[0]
    assert len(table.heads) == 13
    bills = np.sort(np.cumsum(run.store.series(HEADLINE, "bill_jkn")[:, MONTHS], axis=1), axis=0)[49]
    assert texts(table.rows[0])[1:] == [number((found.amount - spent) / 1e9, "id", 2) for spent in bills]
    own = next(row for row in table.rows if row[0].beneath == "Rp20,00 miliar")
    assert own[-1].mark == ("warn" if bills[-1] > 20e9 else "")


def test_levels_and_differences_are_the_workbooks(run: Run, report: Report, tmp_path: Path) -> None:
    write_workbook(run, tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)
    cells = {
        cell for row in book["Ringkasan"].iter_rows(values_only=True) for cell in row if isinstance(cell, float | int)
    }
    levels = tables(report, "skenario")[0]
    for row in levels.rows:
        bill, capitation = (int(re.sub(r"\D", "", row[at].text)) for at in (2, 4))
        assert {bill, capitation} <= cells
    rows = [row for row in book["Skenario"].iter_rows(values_only=True) if row[2] == str(YEAR)]
    told = {(row[0], row[1]): [number(value / 1e9, "id", 2).lstrip("+") for value in row[4:7]] for row in rows
            if row[3] == "rupiah"}  # fmt: skip
    assert levels.rows[0][4].beneath == ""  # the reference has no difference from itself
    for row in levels.rows[1:]:
        middle, low, high = told[row[0].text, "kapitasi dibayar"]
        shown = row[4].beneath.replace("+", "")
        assert shown in (f"{middle} ({low} … {high})", "sama pada semua ulangan")


def test_what_it_takes_is_told_of_every_facility_that_is_not_paid_in_full(run: Run, report: Report) -> None:
    """Each facility's best effort, judged anew from the replicates; where none surely pays, the cheapest way up."""
    rule, costs = scheme(run.rules, run.months[0]), terms(run.rules, run.months[0])
    best, lost = {}, {}
    for site in sites_of_run(run.store, HEADLINE, run.months[0], run.rules):
        if site.exempt or rule.evaluate_counts(site.counts, site.type).share_permille == 1000:
            continue
        effort = best_effort(site, rule, costs)
        lost[site.name] = site
        if effort is None:
            continue
        plan = effort.plan
        paid = [[rule.evaluate_counts(counts, site.type).share_permille for counts in (world, plan.added(world))]
                for world in site.worlds]  # fmt: skip
        gains = np.diff(np.array(paid), axis=1)[:, 0] * site.capitated * site.tariff / 1000
        net = round(gains.mean()) - plan.cost
        if net > 1.645 * gains.std(ddof=1) / 10:
            best[site.name] = (net, plan, np.mean(paid, axis=0) / 1000, gains > 0, site)
            del lost[site.name]
    assert best
    table = tables(report, "puskesmas")[0]
    rows = [row[0].text for row in table.rows]
    assert rows[: len(best)] == sorted(best, key=lambda name: -best[name][0])[:7]
    assert set(rows[len(best) :]) <= set(lost)
    assert len(rows) == min(7, len(best) + len(lost))
    for row in table.rows[: len(best)]:
        net, plan, (before, after), raised, site = best[row[0].text]
        assert row[5].text == f"+{rupiah_short(net)}"
        assert row[5].beneath == f"tambahan {rupiah_short(net + plan.cost)}, biaya {rupiah_short(plan.cost)}"
        assert row[4].beneath.startswith(f"dibayar rata-rata {percent(before)} → {percent(after)}")
        if plan.contacts:
            assert f"tambah {number(plan.contacts)} peserta kontak" in row[4].text
        full = plan.referrals > 0 and rule.rating("rrns", site.counts) == 4
        lower = chance_words(np.array([rule.rating("rrns", world) < 4 for world in site.worlds]))
        assert (f"; RRNS di bawah peringkat 4 pada {lower}" in row[4].beneath) == full
        assert row[2].mark != "warn" or not full
        assert row[6].text == chance_words(raised)
    for row in table.rows[len(best) :]:
        if ways := lost[row[0].text].plans(rule, costs)[1]:
            assert f"bila tercapai {rupiah_short(ways[0].gain)}" in row[5].beneath
            assert "belum tentu menutup biaya" in row[4].beneath
    assert ("Belum tentu" in table.note) == bool(lost)
    section = next(entry for entry in report.sections if entry.key == "puskesmas")
    assert rupiah_short(sum(net for net, *_rest in best.values())) in section.title
    staff = tables(report, "puskesmas")[1]
    assert texts(staff.rows[-1])[2:] == ["3", rupiah(270_000_000)]
    assert staff.rows[0][2].text == "2"


def test_no_effort_is_advised_where_every_one_costs_more_than_it_brings(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    dear = Terms(contact=10**9, referral=10**9, patient=10**9, lag=1)
    for place in ("reports.report.facilities.terms", "reports.run.terms"):
        monkeypatch.setattr(place, lambda *_: dear)
    section = facilities_section(Run(run.store, run.rules), "id")
    table = section.blocks[0]
    assert isinstance(table, Table)
    assert all("belum tentu menutup biaya" in row[4].beneath for row in table.rows if row[6].text != "–")
    assert "menguntungkan" not in section.title
    assert "tidak ada upaya di sana yang jelas menutup biayanya" in table.note


def test_facilities_and_capitation_are_told_of_the_scenario_of_the_answer(run: Run, tmp_path: Path) -> None:
    """Not of the one without new decisions: what is proposed is what facilities would live with."""
    names, shares = run.store.facilities, share_map(run, "id")
    assert "Skenario: UHC non cut-off" in shares.lead
    paid = run.store.series(HEADLINE, "capitation_paid")[:, MONTHS].sum(axis=1)
    base = run.store.series("baseline", "capitation_paid")[:, MONTHS].sum(axis=1)
    chart = capitation_chart(run, "id")
    assert f"Kapitasi 2025 sekitar {rupiah_short(np.sort(paid)[49])};" in chart.title
    assert f"dibanding “Tanpa keputusan baru”: +{rupiah_short(np.sort(paid - base)[49])}." in chart.lead
    facts = facility_facts(run, names[0])
    assert facts.scenario == HEADLINE
    assert facts.beside is not None
    assert facts.beside == Beside("baseline", *next(
        (one.now.share_permille, capitation_rupiah(one.capitated, one.tariff, one.now.share_permille))
        for one in [facility_facts(run, names[0], None, "baseline")]
    ))  # fmt: skip
    assert facility_facts(run, names[0], None, "baseline").beside is None
    write_workbook(run, tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)
    for name in ("KBK", "Peta KBK", "Rencana KBK", "Kapitasi", "Kapitasi seluruhnya", "Layanan FKTP", "Klaim"):
        told = " ".join(str(cell.value) for row in book[name]["A1:A3"] for cell in row)
        assert "UHC non cut-off" in told, name


def test_few_replicates_tell_no_certainty_and_no_curve(tmp_path: Path) -> None:
    run = Run(RunStore.open(made_up_run(tmp_path / "few", 9)), load_rules())
    report = build(run, "id")
    assert report.head.tenths is None
    assert "kurva" not in {chart.name for chart in report.charts}
    ladder = tables(report, "usulan")[0]
    assert all(row[2].text.endswith("dari 9 ulangan") and row[2].tenths is None for row in ladder.rows)
    assert "ketelitian hitungan" not in ladder.heads
    said = re.sub(r"<[^>]+>", " ", render_page(report).partition("<main")[2].partition("<script>")[0])
    assert "Usulan 2025" not in said
    assert not re.search(r"\bnan\b", said)
    assert "kemungkinan" not in said
    assert all(cell.beneath == "" for row in tables(report, "bulanan")[-1].rows for cell in row)


def test_a_run_of_one_scenario_compares_nothing(tmp_path: Path) -> None:
    manifest = made_up_manifest(24, 12, "2024-11", second=False)
    manifest["scenarios"] = manifest["scenarios"][:1]
    with RunStore.create(tmp_path / "one", manifest) as store:
        for replicate in range(12):
            store.save("baseline", replicate, made_up_results("baseline", replicate, store.months), 0.1)
    report = build(Run(RunStore.open(tmp_path / "one"), load_rules()), "en")
    section = next(entry for entry in report.sections if entry.key == "skenario")
    assert section.title == "Nothing is compared: the run has one scenario."
    assert not [block for block in section.blocks if isinstance(block, Figure)]
    assert not report.head.harm
    assert "What a ceiling does" not in " ".join(table.title for table in tables(report, "bulanan"))
    assert "<h2" in render_page(report)


def test_a_run_in_which_every_line_binds_tells_what_the_lines_do(tmp_path: Path) -> None:
    manifest = made_up_manifest(24, 12, "2024-11", second=False)
    manifest["scenarios"] = manifest["scenarios"][2:]
    names = [entry["name"] for entry in manifest["scenarios"]]
    with RunStore.create(tmp_path / "bound", manifest) as store:
        for name in names:
            for replicate in range(12):
                store.save(name, replicate, made_up_results(name, replicate, store.months), 0.1)
    report = build(Run(RunStore.open(tmp_path / "bound"), load_rules()), "id")
    section = report.sections[0]
    assert section.title == "Kebutuhan tidak dapat disebutkan: pagu membatasi pada semua skenario"
    (table,) = tables(report, "usulan")
    assert len(table.rows) == 2
    assert report.head.harm
    assert "<h2" in render_page(report)


def test_a_run_of_one_month_is_told(tmp_path: Path) -> None:
    report = build(Run(RunStore.open(made_up_run(tmp_path / "run", 1, months=1)), load_rules()), "en")
    assert len(tables(report, "bulanan")[0].heads) == 2
    assert "<h2" in render_page(report)


def test_the_head_counts_have_every_december_and_the_last_month(run: Run, report: Report) -> None:
    table = next(entry for entry in tables(report, "bulanan") if entry.heads[0] == "bulan")
    shown = [row[0].text.replace("\u00a0", " ") for row in table.rows]
    ends = [month for month in run.months if month.endswith("-12")]
    assert ends
    for month in {*ends, run.months[0], run.months[-1]}:
        assert month_name(month, "id", short=True) in shown
    assert len(set(shown)) == len(shown)


def test_the_state_on_the_first_page_is_data_where_known_and_else_called_a_forecast(tmp_path: Path) -> None:
    store = RunStore.open(made_up_run(tmp_path / "run", 10))
    stock = store.manifest["stock"]
    kept = {"registered": [90_000], "active": [72_000], "population": [100_000]}
    store.manifest["past"] = {"months": [stock], "district": kept, "share_permille": {}}
    state = build(Run(store, load_rules()), "id").facts[0]
    assert state.name == f"Data {month_name(stock)} (jiwa)"
    assert state.lines[0].startswith("90.000 terdaftar (90,0\u00a0%; ")
    assert state.lines[1].startswith("72.000 aktif (72,0\u00a0%; ")
    assert len(state.lines) == 3
    assert state.lines[2].startswith(f"Prakiraan {month_name(store.months[0], 'id', True)}, skenario usulan: ")
    assert " dikapitasi; " in state.lines[2]
    store.manifest["past"] = {}
    unknown = build(Run(store, load_rules()), "id").facts[0]
    assert unknown.name == f"Prakiraan akhir {month_name(store.months[0])} (jiwa)"
