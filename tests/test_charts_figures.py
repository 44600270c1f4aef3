"""Charts of a run: what they draw is what the store holds, accounts close exactly, and nothing is cut off, whatever the
run: one replicate or a hundred, one facility or sixty, long names, zeros, in both languages, wide and on a phone."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_charts_paper import tips_of
from test_reports_made_up import EXEMPT, made_up_manifest, made_up_results, made_up_run
from test_reports_reliability import record, with_record
from test_sensitivity_command import FINDING

from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah
from reports.answer import answer
from reports.canvas import LEAST, Chart
from reports.charts_burndown import burn_chart, burn_down
from reports.charts_cover import cover_chart
from reports.charts_differences import differences_chart
from reports.charts_flows import flows_chart
from reports.charts_frontier import frontier_chart
from reports.charts_kbk_map import kbk_map, share_map
from reports.charts_money import capitation_chart
from reports.charts_reliability import record_chart
from reports.charts_tornado import tornado_chart
from reports.charts_waterfall import waterfall_chart
from reports.parts import bill_parts, flows, whole_parts
from reports.report.blocks import Table
from reports.report.scenarios import scenarios_section
from reports.run import Run
from reports.write import draw_charts
from scenarios.months import span
from scenarios.need import held_status, need
from scenarios.store import RunStore
from sim.indicators import INDEX, SEGMENTS
from sim.results import Results
from sim.rules import load_rules

RULES = load_rules()
PAST = span("2024-05", 6)


def past(facilities: int = 10) -> dict[str, Any]:
    """What a manifest keeps of the six months before a run that starts in November 2024; June is not known."""
    names = made_up_manifest(24, 1, "2024-11", False)["facilities"]
    active = [240_000, None, 241_000, 232_000, 233_000, 234_000]
    return {
        "months": list(PAST),
        "district": {"population": [311_000] * 6, "registered": [286_000] * 6, "active": active,
                     "bill_jkn": [None] * 6, "capitation_full": [1.2e9] * 6, "capitation_paid": [1.1e9] * 6},
        "share_permille": {names[at]: [900, None, 950, 1000, 850, 900] for at in range(min(facilities, 3))},
    }  # fmt: skip


def odd_run(
    folder: Path, replicates: int, places: int | None = None, names: str | None = None, zero: bool = False,
    months: int = 24,
) -> Path:  # fmt: skip
    """A made-up run with another number of facilities, names of another length, or nothing but zeros."""
    manifest = made_up_manifest(months, replicates, "2024-11", False)
    own = manifest["facilities"]
    count = len(own) if places is None else places
    at = np.arange(count) % len(own)
    manifest["facilities"] = [f"{own[place]} {number}" if number >= len(own) else own[place]
                              for number, place in enumerate(at)]  # fmt: skip
    if names is not None:
        manifest["facilities"] = [f"{names} {number}" for number in range(count)]
    for key in ("facility_types", "kbk_exempt"):
        manifest[key] = [manifest[key][place] for place in at]
    manifest["past"] = past()
    with RunStore.create(folder, manifest) as store:
        for scenario in manifest["scenarios"]:
            for replicate in range(replicates):
                made = made_up_results(scenario["name"], replicate, span("2024-11", months))
                tables = {level: 0 * made.table(level) if zero else made.table(level)  # type: ignore[arg-type]
                          for level in ("district", "facility", "segment", "hospital")}  # fmt: skip
                tables["facility"] = tables["facility"][:, at]
                if zero:  # shares of an empty month divide by people
                    tables["district"][..., INDEX["district"]["population_dukcapil"]] = 1
                results = Results(made.months, tuple(manifest["facilities"]), made.hospitals, **tables)
                store.save(scenario["name"], replicate, results, 0.1)
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = made_up_run(tmp_path_factory.mktemp("charts") / "many", 100, second=True)
    store = RunStore.open(folder)
    store.update(past=past())
    return Run(store, RULES)


def cut_off(chart: Chart, narrow: bool) -> list[str]:
    """Words of a drawing that lie outside it, and small ones on a phone; "edge" where ink touches an edge."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = chart.draw(titled=not narrow, narrow=narrow)
    paper = FigureCanvasAgg(canvas.figure)
    paper.draw()
    inked = (np.asarray(paper.buffer_rgba())[..., :3] < 0.97 * 255).any(axis=2)
    found = ["edge"] if inked[:1].any() or inked[-1:].any() or inked[:, :1].any() or inked[:, -1:].any() else []
    ticks = set()  # those beyond the limits are not drawn; the others the edge would show
    for axis in (axis for axes in canvas.figure.axes for axis in (axes.xaxis, axes.yaxis)):
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            ticks |= {tick.label1, tick.label2}
    whole = canvas.figure.bbox
    for text in canvas.figure.findobj(Text):
        if text in ticks or not text.get_visible() or not text.get_text().strip():  # type: ignore[attr-defined]
            continue
        box = text.get_window_extent()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > whole.x1 + 1 or box.y1 > whole.y1 + 1:
            found.append(text.get_text())  # type: ignore[attr-defined]
        if narrow and text.get_fontsize() < LEAST:  # type: ignore[attr-defined]
            found.append(f"small: {text.get_text()}")  # type: ignore[attr-defined]
    return found


#: Language and form of a drawing; Indonesian words are the longer ones.
FORMS = (("id", False), ("id", True))


def every_form(run: Run, forms: tuple[tuple[str, bool], ...] = FORMS) -> dict[tuple[str, str, bool], list[str]]:
    found = {}
    for lang, narrow in forms:
        for chart in draw_charts(run, lang):
            if not narrow or chart.narrow_height is not None:
                found[chart.name, lang, narrow] = cut_off(chart, narrow)
    return found


@pytest.mark.parametrize("replicates", [1, 20])
def test_nothing_is_cut_off_with_few_replicates(tmp_path: Path, replicates: int) -> None:
    with RunStore.open(odd_run(tmp_path / "run", replicates)) as store:
        assert not {key: words for key, words in every_form(Run(store, RULES)).items() if words}


def test_nothing_is_cut_off_with_a_hundred(many: Run) -> None:
    found = every_form(many, (*FORMS, ("en", False)))
    assert not {key: words for key, words in found.items() if words}
    assert len({name for name, _lang, narrow in found if narrow}) >= 10


@pytest.mark.parametrize("case", [
    {"places": 1, "months": 1}, {"places": 60, "names": "Puskesmas Rawat Inap Terpadu Tanjung Agung Palik Hulu"},
    {"zero": True}, {"months": 40, "places": 4},
])  # fmt: skip
def test_nothing_is_cut_off_in_odd_runs(tmp_path: Path, case: dict[str, Any]) -> None:
    with RunStore.open(odd_run(tmp_path / "run", 3, **case)) as store:
        assert not {key: words for key, words in every_form(Run(store, RULES)).items() if words}


def test_charts_of_a_record_and_of_an_analysis_are_not_cut_off(tmp_path: Path) -> None:
    with RunStore.open(with_record(tmp_path / "run", record())) as store:
        charts = [record_chart(Run(store, RULES), "id"), tornado_chart(FINDING, 2027, "Kabupaten Contoh, UHC", "id")]
    for chart in charts:
        assert chart is not None
        assert tips_of(chart.svg())
        assert cut_off(chart, narrow=False) == []
    assert charts[0] is not None
    assert cut_off(charts[0], narrow=True) == []


def half(sample: np.ndarray) -> float:
    """The middle as reports define it: the smallest value at or below which half the replicates lie."""
    return float(np.sort(sample)[-(-len(sample) // 2) - 1])


def test_the_burn_down_ends_at_the_need_and_says_so_everywhere(many: Run) -> None:
    found = need(many.store, "uhc-non-cut-off", 2025, 0.8)
    burn = burn_down(many)
    assert np.array_equal(burn.total[:, -1], found.sample)
    assert burn.proposal == found.amount
    line = np.full(100, 20_000_000_000.0)  # the district's own, though scenarios have lines too
    assert (burn.bound, burn.ceiling) == (None, half(line))
    chart = burn_chart(many, "en")
    svg = chart.svg()
    for words in (f"Ceiling {rupiah_short(half(line), 'en')}", f"Proposal {rupiah_short(found.amount or 0, 'en')}",
                  f"middle: {rupiah_short(found.median, 'en')}", f"high: {rupiah_short(found.interval_high, 'en')}",
                  f"low: {rupiah_short(found.interval_low, 'en')}"):  # fmt: skip
        assert words in svg
    tips = tips_of(svg)
    assert len(tips) == 12
    assert f"needed so far: {rupiah_short(found.median, 'en')} (8 in 10" in tips[-1]
    assert f"left of the ceiling: {rupiah_short(half(line) - found.median, 'en')}" in tips[-1]
    summed = many.store.series("uhc-non-cut-off", "bill_jkn")[:, 2:14].cumsum(axis=1)
    passed = [int(np.argmax(row > limit)) if (row > limit).any() else -1
              for row, limit in zip(summed, line, strict=True)]  # fmt: skip
    assert burn.first.tolist() == passed
    assert burn.month == Counter(month for month in passed if month >= 0).most_common(1)[0][0]


def test_the_chart_and_the_answer_name_one_month_in_which_money_runs_out(tmp_path: Path) -> None:
    with RunStore.open(made_up_run(tmp_path / "run", 20)) as store:
        run = Run(store, RULES)
        own = answer(run, "en").third
        burn = burn_down(run)
        assert burn.month is not None
        assert own.startswith("With the line filled in, IDR 20.00 bn, the money of 2025 runs out (20 of 20")
        assert f"most often in {month_name(burn.months[burn.month], 'en')}" in own
        missing = half(burn.total[:, -1] - 20e9)
        assert f"and {rupiah_short(missing, 'en')} (" in own
        own, another = own.split("person-months) is missing. ")
        assert another.startswith("With “UHC, line three months short, drop” (ceiling IDR 17.60 bn, enough for ")
        store.update(own_lines={})
        run = Run(store, RULES)
        burn = burn_down(run)
        assert burn.bound == "uhc-drop"
        assert burn.month is not None
        when = month_name(burn.months[burn.month], "en")
        assert f"most often in {when}" in answer(run, "en").third
        assert "so that its month differs" not in burn_chart(run, "en").lead
        carried = half(burn.first.astype(float))  # whole months before the one that is not paid
        assert f"(ceiling IDR 17.60 bn, enough for {carried:.0f} of 12 months)" in answer(run, "en").third


def test_a_ceiling_that_costs_nobody_his_cover_still_tells_what_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bills without budget are told where nobody is switched off, also where it is the line that was filled in."""
    series = RunStore.series
    monkeypatch.setattr(RunStore, "series", lambda store, name, key: series(store, name, key) * (key != "dropped"))
    with RunStore.open(made_up_run(tmp_path / "run", 20)) as store:
        line = half(store.series("uhc-drop", "line")[:, 13])
        store.update(own_lines={"2025": round(line)})
        own, less = answer(Run(store, RULES), "en").third.split("; ")
        store.update(own_lines={})
        alone = answer(Run(store, RULES), "en").third
    assert own.startswith("With the line filled in")
    assert "with “UHC, line three months short, drop”, IDR " in less  # of the bills that have no money
    assert "lost their cover" not in less + alone
    assert "12 months) the money of 2025 runs out (" in alone


def test_the_own_line_is_the_ceiling_where_no_scenario_has_one(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", 3)
    with RunStore.open(folder) as store:
        store.update(scenarios=store.manifest["scenarios"][:2])
        burn = burn_down(Run(store, RULES))
        assert (burn.bound, burn.ceiling) == (None, 20_000_000_000)
        assert "Pagu: pagu daerah sendiri." in burn_chart(Run(store, RULES), "id").lead
        store.update(own_lines={})
        burn = burn_down(Run(store, RULES))
        assert (burn.ceiling, burn.month, burn.first.size) == (None, None, 0)


def test_history_and_forecast_are_told_apart(many: Run) -> None:
    svg = cover_chart(many, "id").svg()
    assert "data sampai Okt 2024" in svg
    assert ">prakiraan<" in svg
    tips = tips_of(svg)
    assert tips[0] == f"Mei 2024\ndata: {percent(240_000 / 311_000, 'id')}"
    assert tips[1] == "Juni 2024\n–"
    assert len(tips) == 6 + 24
    assert "Agustus 2024: −2,9 poin" in svg  # the one note: (232 − 241) / 311
    last = many.store.series("uhc-non-cut-off", "active")[:, -1]
    last = last / many.store.series("uhc-non-cut-off", "population_dukcapil")[:, -1]
    assert f"aktif: {percent(half(last), 'id')} (8 dari 10" in tips[-1]


def test_a_scenario_whose_bills_go_unpaid_is_not_praised_for_what_they_buy(many: Run, tmp_path: Path) -> None:
    chart = differences_chart(many, "id")
    assert chart is not None
    assert chart.title.startswith("“UHC non cut-off")  # uhc-owe has as many active members, and debt
    with RunStore.open(made_up_run(tmp_path / "owe", 12)) as store:
        kept = [one for one in store.manifest["scenarios"] if one["name"] in ("baseline", "uhc-owe")]
        store.update(scenarios=kept, own_lines={})
        run = Run(store, RULES)
        short = half(store.series("uhc-owe", "unfunded")[:, 2:14].sum(axis=1))
        assert short > 0
        for found in (differences_chart(run, "id"), frontier_chart(run, "id")):
            assert found is not None
            assert f"tetapi tagihan {rupiah_short(short, 'id')} tidak beranggaran" in found.title
        assert f"tagihan {rupiah_short(short, 'id')} tidak beranggaran" in answer(run, "id").third
        assert "uang kurang" not in cover_chart(run, "id").svg()
    with RunStore.open(made_up_run(tmp_path / "drop", 12)) as store:
        chart = cover_chart(Run(store, RULES), "id")  # of uhc-drop, which switches members off
        assert "tiga bulan" in chart.lead
        less = np.sort(store.series("uhc-drop", "active") / store.series("uhc-drop", "population_dukcapil"), axis=0)[5]
        lowest = f"uang kurang: {percent(float(less.min()), 'id')} ("
        assert (lowest in chart.svg()) == (less[-1] >= less.min() + 0.02)  # its end is told beside it
        assert lowest in chart.svg(narrow=True)


def test_the_title_of_the_share_says_why_the_status_holds_below_the_bar(tmp_path: Path) -> None:
    """In the made-up run the status follows the share; where it holds although a month lies below, the reviews are
    named."""
    words = "Status UHC hanya ditinjau pada Januari, April, Juli, dan Oktober"
    with RunStore.open(made_up_run(tmp_path / "run", 12)) as store:
        run = Run(store, RULES)
        share = store.series("uhc-non-cut-off", "active")[:, 2:14] / store.series(
            "uhc-non-cut-off", "population_dukcapil")[:, 2:14]  # fmt: skip
        above, held = (share >= 0.8).all(axis=1), held_status(store, "uhc-non-cut-off")[2025]
        assert (words in cover_chart(run, "id").lead) == (above.sum() != held.sum())
        tables = [block for block in scenarios_section(run).blocks if isinstance(block, Table)]
        assert words in tables[0].note


def test_without_a_past_there_is_no_rule(tmp_path: Path) -> None:
    with RunStore.open(made_up_run(tmp_path / "run", 3, months=14)) as store:
        for chart in draw_charts(Run(store, RULES), "id"):
            assert "data sampai" not in chart.svg()


def test_every_cell_of_the_map_is_the_most_frequent_share(many: Run) -> None:
    sample = many.store.series("uhc-non-cut-off", "share_permille", "facility")
    full, paid = (many.store.series("uhc-non-cut-off", key, "facility")[:, 2:14] for key in
                  ("capitation_full", "capitation_paid"))  # fmt: skip
    lost = [half(row) for row in (full - paid).sum(axis=1).T]
    scored = [place for place in range(10) if place != EXEMPT]
    drawn = kbk_map(many)
    assert drawn.order.tolist() == [*sorted(scored, key=lambda place: -lost[place]), EXEMPT]
    assert drawn.months == ("2024-07", "2024-08", "2024-09", "2024-10", *many.months)
    svg = share_map(many, "en").svg()
    tips = tips_of(svg)
    assert len(tips) == 10 * 28
    unsure = 0
    for row, place in enumerate(drawn.order):
        for month in range(28):
            tip = tips[28 * row + month]
            if place == EXEMPT:
                assert tip.endswith("exempt")
            elif month < 4:
                known = {0: "95", 1: "100", 2: "85", 3: "90"}[month] if place < 3 else None
                assert tip.endswith(f"\n{known}% of capitation paid (data)" if known else "not known")
            else:
                counts = Counter(sample[:, month - 4, place].tolist())
                most = max(counts.values())
                share = min(value for value, count in counts.items() if count == most)
                assert f"\n{share / 10:.0f}% of capitation paid (" in tip
                unsure += most < 60
    assert unsure == sum(int((drawn.chances[:, place] < 0.6).sum()) for place in scored)
    for place in scored:
        assert f">{number(lost[place] / 1e6, 'en', 1)}<" in svg
    total = half((full - paid).sum(axis=(1, 2)))
    assert f">{number(total / 1e6, 'en', 1)}<" in svg


def test_a_phone_shows_the_months_of_the_answers_year(many: Run) -> None:
    tips = tips_of(share_map(many, "id").svg(titled=False, narrow=True))
    assert len(tips) == 10 * 12
    assert [tip.split("\n")[0].split(", ")[-1] for tip in tips[:12:11]] == ["Januari 2025", "Desember 2025"]


def test_capitation_is_paid_and_lost(many: Run) -> None:
    tips = tips_of(capitation_chart(many, "id").svg())
    assert tips[0] == "Mei 2024\ndibayar (data): Rp1,10 miliar\nhilang karena KBK: Rp100,00 juta"
    paid, full = (many.store.series("uhc-non-cut-off", key) for key in ("capitation_paid", "capitation_full"))
    for month in (0, 23):
        assert f"dibayar: {rupiah_short(half(paid[:, month]), 'id')} (" in tips[6 + month]
        assert f"hilang karena KBK: {rupiah_short(half((full - paid)[:, month]), 'id')} (" in tips[6 + month]


def test_differences_are_those_of_pairs_under_the_same_luck(many: Run) -> None:
    chart = differences_chart(many, "en")
    assert chart is not None
    svg = chart.svg()
    bills = {name: many.store.series(name, "bill_jkn")[:, 2:14].sum(axis=1) for name in many.main}
    for name in many.main[1:]:
        change = (bills[name] - bills["baseline"]) / 1e9
        assert f">+{number(half(change), 'en', 2)}<" in svg
        low, high = np.sort(change)[[9, 89]]
        assert f">(+{number(low, 'en', 2)} … +{number(high, 'en', 2)})<" in svg
    assert len(tips_of(svg)) == 2 * 3
    assert "money that is not there" in chart.lead


def rupiah_of(words: str) -> int:
    """The whole rupiah that end a text such as "+Rp1.234" or "−Rp5"."""
    found = re.search(r"([+−]?)Rp([\d.]+)$", words)
    assert found, words
    return (-1 if found[1] == "−" else 1) * int(found[2].replace(".", ""))


def test_the_waterfall_adds_up_to_the_rupiah(many: Run) -> None:
    chart = waterfall_chart(many, "id")
    assert chart is not None
    tips = [rupiah_of(tip) for tip in tips_of(chart.svg())]
    assert tips[0] + sum(tips[1:-1]) == tips[-1]
    sums = {name: need(many.store, name, 2025, None).sample for name in ("baseline", "uhc-non-cut-off")}
    assert tips[0] == round(sum(map(Fraction, sums["baseline"])) / 100)
    assert tips[-1] == round(sum(map(Fraction, sums["uhc-non-cut-off"])) / 100)
    heads = [many.store.series(name, "billed")[:, 2:14].sum() / 100 for name in sums]
    account, is_need = bill_parts(many, "baseline", "uhc-non-cut-off")
    assert is_need
    first = account.parts[0]
    assert (first.key, first.heads) == ("heads", round(heads[1] - heads[0]))
    assert first.value == pytest.approx(35_000 * (heads[1] - heads[0]), rel=1e-5)  # made-up premiums are rounded
    assert rupiah(account.end, "id") in chart.description
    change = np.sort(sums["uhc-non-cut-off"] - sums["baseline"])
    assert account.central == round(change[49])  # of 100 the lower of the two in the middle
    assert f"Perkiraan tengah perubahannya {signed_rupiah(account.central)}." in chart.lead
    assert f"rata-rata sebesar {signed_rupiah(account.end - account.start)}" in chart.title


def test_a_waterfall_to_a_scenario_under_a_ceiling_is_of_the_bill(many: Run) -> None:
    account, is_need = bill_parts(many, "uhc-non-cut-off", "uhc-drop")
    assert not is_need
    assert account.start + sum(part.value for part in account.parts) == account.end
    chart = waterfall_chart(many, "id", "uhc-non-cut-off", "uhc-drop")
    assert chart is not None
    assert "belanja, bukan kebutuhan" in chart.lead


def test_another_premium_is_told_apart_from_more_heads(tmp_path: Path) -> None:
    """By hand: 10 heads at 35,000 become 12 at 40,000: 2 × 35,000 by heads, 12 × 5,000 by the premium."""
    manifest = made_up_manifest(12, 1, "2025-01", False)
    with RunStore.create(tmp_path / "run", manifest) as store:
        for scenario in manifest["scenarios"]:
            made = made_up_results(scenario["name"], 0, span("2025-01", 12))
            heads, rate = (12, 40_000) if scenario["name"] == "uhc-non-cut-off" else (10, 35_000)
            table = np.zeros_like(made.table("district"))
            for key, value in (("billed", heads), ("bill_premium", heads * rate), ("bill_jkn", heads * rate)):
                table[:, INDEX["district"][key]] = value
            store.save(scenario["name"], 0, Results(made.months, made.facilities, made.hospitals, table,
                       made.table("facility"), made.table("segment"), made.table("hospital")), 0.1)  # fmt: skip
        account, _is_need = bill_parts(Run(store, RULES), "baseline", "uhc-non-cut-off")
    assert [(part.key, part.value) for part in account.parts] == [
        ("heads", 12 * 2 * 35_000), ("tariff", 12 * 12 * 5_000)]  # fmt: skip
    assert (account.start, account.end) == (12 * 350_000, 12 * 480_000)


def test_movements_close_every_segment_to_the_person(many: Run) -> None:
    accounts = flows(many, "uhc-non-cut-off")
    store = many.store
    for account in accounts:
        assert account.start + sum(part.value for part in account.parts) == account.end
        if account.name == "residents":
            stock = store.series("uhc-non-cut-off", "population")
        else:
            place = SEGMENTS.index(account.name)
            stock = sum(store.series("uhc-non-cut-off", key, "segment", place) for key in ("active", "pending"))
        assert account.start == pytest.approx(stock[:, 1].mean(), abs=0.501)
        assert account.end == pytest.approx(stock[:, 13].mean(), abs=0.501)
    pemda = {part.key: part.value for part in next(one for one in accounts if one.name == "pbpu_pemda").parts}
    assert pemda["intake_lapsed"] == 12 * 200
    assert pemda["intake_never"] == pytest.approx(
        store.series("uhc-non-cut-off", "intake_never")[:, 2:14].sum(axis=1).mean(), abs=1
    )
    chart = flows_chart(many, "id")
    assert chart is not None
    shown = [tip for tip in tips_of(chart.svg()) if tip.startswith("PBPU Pemda\n")]
    assert f"PBPU Pemda\nmasuk PBPU Pemda: keluar dari PBI-JK, Pemda: +{number(2400, 'id')}" in shown
    assert len(shown) == len(pemda)


def test_residents_of_the_model_close_without_a_rest() -> None:
    """In the model births, deaths and moves are all that changes the residents."""
    from tests.engine import results

    final = results(months=14)
    change = sum(sign * final.series(key)[2:14].sum() for key, sign in
                 (("births", 1), ("moved_in", 1), ("deaths", -1), ("moved_out", -1)))  # fmt: skip
    assert final.series("population")[13] - final.series("population")[1] == change


@pytest.mark.parametrize(("parts", "total", "expected"), [
    ([Fraction(1, 2), Fraction(1, 2)], 1, [1, 0]), ([Fraction(-1, 3), Fraction(4, 3)], 1, [0, 1]),
    ([Fraction(5), Fraction(-2)], 3, [5, -2]), ([Fraction(1, 3)] * 3, 1, [1, 0, 0]),
])  # fmt: skip
def test_parts_are_rounded_to_their_sum(parts: list[Fraction], total: int, expected: list[int]) -> None:
    assert whole_parts(parts, total) == expected


def test_parts_far_from_their_sum_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        whole_parts([Fraction(1, 2)], 3)
