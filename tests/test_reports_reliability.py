"""The section on past forecasts in page and workbook, in both languages; and what is said where there are none."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from test_report_page import Page, report_of
from test_reports_made_up import made_up_run

from reports.charts_reliability import record_chart
from reports.law import unsure_rules
from reports.reliability import how_made, how_to, lines_of, winners
from reports.report.html import render_page
from reports.run import Run
from reports.write import write_outputs
from scenarios.months import later
from scenarios.store import RunStore
from sim.rules import load_rules

NAMES = ("prakira", "naive", "seasonal_naive", "drift", "ets", "arima")


def entry(indicator: str, kind: str, unit: str, misses: tuple[float, ...], **changes: Any) -> dict[str, Any]:
    """One comparison; ``misses`` in the order of NAMES, the pool's last."""
    miss = dict(zip((*NAMES, "pool"), misses, strict=True))
    reason = {"id": "prakira berbobot terbesar.", "en": "prakira weighs most."}
    made = {
        "indicator": indicator, "kind": kind, "unit": unit, "points": 24, "places": 1, "group": [1, 3], "cases": 20,
        "origins": 8, "miss": miss, "crps": miss, "mase": {name: value / 10 for name, value in miss.items()},
        "best": "naive", "difference": {"estimate": 0.0, "low": -1.0, "high": 1.0},
        "inside": {name: {"50": 10, "80": 16, "95": 19} for name in miss},
        "weights": {"names": list(NAMES), "values": [0.5, 0.1, 0.1, 0.1, 0.1, 0.1], "origins": 8, "reason": reason},
    }  # fmt: skip
    return {**made, **changes}


def record(**changes: Any) -> dict[str, Any]:
    """A made-up record: ten past forecasts, two of them outside."""
    points = []
    for at in range(10):
        seen = 12_000.0 + 100 * at
        inside = at not in (6, 7)
        low, high = (seen - 80, seen + 90) if inside else (seen + 20, seen + 200)
        origin = later("2025-01", at)
        points.append({"origin": origin, "month": later(origin, 2), "low": low, "middle": (low + high) / 2,
                       "high": high, "observed": seen, "inside": inside})  # fmt: skip
    months = [later("2026-01", at) for at in range(3)]
    own, pool = ([13_000.0, 13_100.0, 13_200.0], [12_900.0, 13_150.0, 13_300.0])
    ahead = {"months": months, "own": [own] * 3, "pool": [pool] * 3}
    scores = [
        entry("active", "district", "persons", (2180.0, 2840.0, 3000.0, 2710.0, 2650.0, 2590.0, 2100.0)),
        entry("bill_jkn", "district", "rupiah", (24e6, 41e6, 50e6, 33e6, 32e6, 30e6, 25e6),
              difference={"estimate": -5e6, "low": -9e6, "high": -1e6}),
        entry("capitation_paid", "district", "rupiah", (19e6, 17e6, 30e6, 20e6, 18e6, 18e6, 18e6),
              difference={"estimate": 2e6, "low": 1e6, "high": 3e6}),
        entry("ak", "facility", "permille", (3.4, 4.1, 5.0, 4.4, 3.7, 3.6, 3.5), cases=252, places=10,
              inside={name: {"50": 100, "80": 130, "95": 200} for name in (*NAMES, "pool")}),
    ]  # fmt: skip
    made = {
        "program": "0.1.0", "history": ["2024-01", "2025-12"], "months": 24, "past": "past", "announced": [],
        "stock": "2023-12", "start": "calibration", "rows": 600, "draws": 60,
        "origins": [later("2024-12", at) for at in range(8)], "scores": scores, "recent": {"active": points},
        "ahead": {"active": ahead},
    }  # fmt: skip
    return {**made, **changes}


def with_record(folder: Path, told: dict[str, Any] | None) -> Path:
    made_up_run(folder, 3, months=14)
    with RunStore.open(folder) as store:
        store.update(track_record=told)
    return folder


def page(folder: Path, told: dict[str, Any] | None, lang: str) -> str:
    return render_page(report_of(with_record(folder, told), lang))


def section(html: str, title: str) -> str:
    start = html.index(title)
    return html[start : html.index("</section>", start)]


@pytest.fixture(scope="module")
def indonesian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = with_record(tmp_path_factory.mktemp("reliability") / "id", record())
    write_outputs(folder, "id")
    return folder


def test_the_page_shows_misses_with_the_least_in_bold_and_the_facts_inside(indonesian: Path) -> None:
    html = (indonesian / "report.html").read_text(encoding="utf-8")
    rows = Page(html).tables["keandalan"][0][1:]
    assert rows == [
        ["peserta aktif, jiwa", "1–3", "2.180", "2.840", "2.710", "2.650", "2.590", "16 dari 20"],
        ["tagihan Pemda, Rp juta", "1–3", "24", "41", "33", "32", "30", "16 dari 20"],
        ["kapitasi dibayar, Rp juta", "1–3", "19", "17", "20", "18", "18", "16 dari 20"],
        ["AK per puskesmas, ‰", "1–3", "3,4", "4,1", "4,4", "3,7", "3,6", "130 dari 252"],
    ]
    html = section(html, "Seberapa andal prakiraan ini")
    assert re.findall(r"<b[^>]*>([^<]*)</b>", html[: html.index("</table>")]) == ["2.180", "24", "17", "3,4"]
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    assert "8 dari 10 kenyataan jatuh di dalam rentang prakiraan" in text
    assert "10 titik belum cukup untuk memastikan" in text
    assert "lebih tepat daripada Prakira, lebih dari kebetulan: kapitasi dibayar 1–3 (angka bulan lalu)" in text
    assert "terlalu sempit untuk: AK per puskesmas." in text
    assert "ditambatkan" in text
    assert "Prakira 50\u00a0%" in text  # which forecast weighs how much
    assert "Gabungan lebih tepat daripada Prakira sendiri" in text
    assert "Prakira berbobot terbesar" in text  # and why
    assert "angka untuk RKPD tetap dari Prakira" in text
    assert "13.150" in text


def test_the_first_page_tells_the_record(indonesian: Path) -> None:
    html = (indonesian / "report.html").read_text(encoding="utf-8")
    assert "di 3 dari 4 perbandingan Prakira paling kecil melesetnya" in html
    assert "Belum ada rekam jejak" not in html


def test_the_sheet_holds_every_score_as_a_number(indonesian: Path) -> None:
    sheet = openpyxl.load_workbook(indonesian / "tables.xlsx", data_only=True)["Keandalan"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "tagihan Pemda, Rp juta"]
    miss, crps, mase, held = rows
    assert miss[1:10] == ("1–3", 20, 24, 41, 50, 33, 32, 30, 25)
    assert crps[3:10] == miss[3:10]
    assert mase[3:5] == (2.4e6, 4.1e6)
    assert held[3:9] == (0.5, 0.8, 0.95, 0.5, 0.1, 0.1)
    texts = [row[0] for row in sheet.iter_rows(values_only=True) if row[0]]
    assert "Prakiraan gabungan: peserta aktif, jiwa" in texts


def test_the_chart_is_a_file_and_says_the_same_in_words(indonesian: Path) -> None:
    assert (indonesian / "charts" / "keandalan.png").stat().st_size > 10_000
    with RunStore.open(indonesian) as store:
        chart = record_chart(Run(store, load_rules()), "en")
    assert chart is not None
    assert chart.title == "8 of 10 facts lay inside the range of the forecast"
    assert "Mar 2025: 11,920 – 12,090, 12,000" in chart.description


def test_without_a_record_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    for lang, said, how in (("id", "Belum ada rekam jejak prakiraan", "uji prakiraan masa lalu"),
                            ("en", "No track record of forecasts", "test past forecasts")):  # fmt: skip
        html = page(tmp_path / lang, None, lang)
        assert said in html
        title = "Seberapa andal prakiraan ini" if lang == "id" else "How reliable is this forecast"
        assert how in section(html, title)
        assert "prakira backtest" not in section(html, title)  # what to type is for the method and the workbook


def test_a_short_history_is_no_track_record(tmp_path: Path) -> None:
    scores = [entry("active", "district", "persons", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), points=17)]
    del scores[0]["inside"]
    told = record(months=17, scores=scores, ahead={}, announced=["pbi_cut"])
    html = page(tmp_path / "short", told, "en")
    assert "No track record of forecasts" in html
    text = unescape(section(html, "How reliable is this forecast"))
    assert "A track record needs 24 months of the district's own history; this one has 17" in text
    assert "nothing is said of ranges" in text
    assert "Of all facts" not in text
    assert "(PBI-JK cut) the model was told" in text
    assert "Pooled forecast" not in text


def test_whoever_wins_is_told() -> None:
    worse = entry("active", "district", "persons", (9.0, 8.0, 1.0, 7.0, 6.0, 5.0, 4.0))
    told = record(scores=[worse])
    (line,) = lines_of(told, "en")
    assert line.least == "seasonal_naive"
    assert winners(told, "en")[0] == "Least mean miss, by number of lines: same month last year 1 (of 1)."
    assert how_to(told, "en") == ""
    assert "begin from the latest stock, as" in " ".join(how_made(record(start="latest"), "en"))


def test_a_run_may_begin_in_a_month_in_which_a_rule_begins_late() -> None:
    """The criteria of the awards of 2026 hold from 27 January: on the 1st there are none."""
    rules = load_rules()
    assert rules.history("uhc.award_2026")[0].effective_from.isoformat() == "2026-01-27"
    for month in ("2026-01", "2026-02"):
        assert all(entry.effective_from.isoformat() <= f"{month}-01" for entry in unsure_rules(month, rules))
