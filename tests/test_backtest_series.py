"""``prakira backtest --series FILE.csv``: series of a file against simple forecasts, short and long."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from test_backtest_command import flat, prakira

from calibration.backtesting.rolling import series_backtest
from calibration.backtesting.short import Point, monthly
from calibration.statistics.baselines import BASELINES
from calibration.statistics.scores import central_normal, crps_normal
from scenarios.months import later


def points(values: list[float], first: str = "2023-01") -> list[Point]:
    return [Point(later(first, at), value) for at, value in enumerate(values) if np.isfinite(value)]


def write(folder: Path, series: dict[str, list[Point]]) -> str:
    rows = [f"{place},active,{point.month},{point.value}" for place, own in series.items() for point in own]
    (folder / "s.csv").write_text("\n".join(["place,indicator,month,value", *rows]), encoding="utf-8")
    return "s.csv"


def wavy(count: int) -> list[float]:
    """A rising year with a season, and an irregular part without any luck."""
    return [1000 + 5 * at + 40 * np.sin(at * np.pi / 6) + 9 * ((at * 7) % 5) for at in range(count)]


def test_few_figures_are_scored_one_by_one_without_a_word_on_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # 100, 110, 120: the last value misses 120 by 10; the trend of two figures says 120
    write(tmp_path, {"A": points([100, 110, 120]), "B": points(wavy(17))})
    code, said, _ = prakira("backtest", "--series", "s.csv", "--json")
    assert code == 0
    first, second = json.loads(said)
    assert first["one_by_one"] == [
        {"method": "naive", "forecasts": 1, "error": pytest.approx(10 / 120)},  # those that both methods forecast
        {"method": "drift", "forecasts": 1, "error": pytest.approx(0, abs=1e-12)},
    ]
    assert [row["method"] for row in second["one_by_one"]] == ["naive", "drift"]
    assert "scores" not in second
    assert "inside" not in said
    shown = flat(prakira("backtest", "--series", "s.csv", "--lang", "en")[1])
    assert "nothing is said of ranges" in shown
    assert "inside 5" not in shown


def test_the_eighteenth_figure_brings_all_baselines_and_their_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"A": points([100, 110, 120]), "B": points(wavy(18))})
    code, said, _ = prakira("backtest", "--series", "s.csv", "--json", "--jobs", "1")
    assert code == 0
    _short, long = json.loads(said)
    assert (long["points"], long["first"], long["last"]) == (18, "2023-01", "2024-06")
    assert long["origins"] == [later("2023-01", known - 1) for known in range(12, 18)]
    assert [score["group"] for score in long["scores"]] == [[1, 3], [4, 6]]
    # six origins leave 6, 5, … 1 months: 6 + 5 + 4 of one to three ahead, 3 + 2 + 1 of four to six
    assert [score["cases"] for score in long["scores"]] == [15, 6]
    for score in long["scores"]:
        assert set(score["miss"]) == {*BASELINES, "pool"}
        assert "difference" not in score  # there is no forecast of Prakira to differ
        assert all(set(score["inside"][name]) == {"50", "80", "95"} for name in score["miss"])
    code, said, told = prakira("backtest", "--series", "s.csv", "--jobs", "1")
    assert (code, "6" in told) == (0, True)
    assert max(len(line.rstrip()) for line in said.splitlines()) <= 80
    assert len(re.findall(r"ARIMA", said)) == 2  # a line for each distance
    assert "9,5 dari 10" in said
    assert "Di bawah 18 angka, rentang tidak dinilai." in flat(said)  # of A


def test_scores_of_a_long_series_by_hand() -> None:
    values = wavy(20)
    (record,) = series_backtest({("A", "x"): points(values)}, horizon=2, origins=3)
    assert record["origins"] == [later("2023-01", known - 1) for known in (12, 16, 19)]  # 12, 15.5, 19
    cases = [(12, 1), (12, 2), (16, 1), (16, 2), (19, 1)]
    sd = {known: np.sqrt(np.mean(np.diff(values[:known]) ** 2)) for known in (12, 16, 19)}
    seen = [values[known + step - 1] for known, step in cases]
    missed = np.array([abs(y - values[known - 1]) for y, (known, _) in zip(seen, cases, strict=True)])
    scale = np.array([np.abs(np.diff(values[:known])).mean() for known, _ in cases])
    spread = np.array([sd[known] * np.sqrt(step) for known, step in cases])
    (score,) = record["scores"]
    assert score["cases"] == 5
    assert score["miss"]["naive"] == pytest.approx(missed.mean())
    assert score["mase"]["naive"] == pytest.approx((missed / scale).mean())
    last = np.array([values[known - 1] for known, _ in cases])
    assert score["crps"]["naive"] == pytest.approx(crps_normal(last, spread, seen).mean())
    low, high = central_normal(last, spread, 0.8)
    assert score["inside"]["naive"]["80"] == int(np.sum((low <= seen) & (seen <= high)))


def test_no_forecast_sees_what_came_after_its_origin() -> None:
    values = wavy(24)
    changed = [*values[:18], *(value + 500 for value in values[18:])]
    before, after = (series_backtest({("A", "x"): points(one)}, origins=1)[0] for one in (values, changed))
    # its only origin is the end of month 12: months 13 to 18 are missed alike, the later ones are not
    for first, second in zip(before["scores"][:2], after["scores"][:2], strict=True):
        assert first["miss"] == second["miss"]
    assert before["scores"][2]["miss"] != after["scores"][2]["miss"]


def test_missing_months_are_no_figures() -> None:
    values = [*wavy(10), float("nan"), float("nan"), *wavy(18)[10:]]
    assert np.isnan(monthly(points(values))).sum() == 2
    (record,) = series_backtest({("A", "x"): points(values)}, origins=120)
    assert record["points"] == 18
    # origins at months 12 … 19 of 20; each sees the months left
    assert sum(score["cases"] for score in record["scores"]) == sum(range(1, 9))


def test_any_number_of_processes_says_the_same() -> None:
    series = {("A", "x"): points(wavy(18))}
    assert series_backtest(series, 1, 2, jobs=1) == series_backtest(series, 1, 2, jobs=2)


def test_faults_of_a_file_are_told_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["place,indicator,month,value", "A,x,2024-13,1", "A,x,2024-01,one", "A,x,2024-02,2", "A,x,2024-02,3"]
    Path("s.csv").write_text("\n".join(rows), encoding="utf-8")
    code, _, error = prakira("backtest", "--series", "s.csv", "--lang", "en")
    assert code == 2
    assert [line.split(",")[0].split(": ")[0] for line in error.splitlines()] == ["s.csv:2", "s.csv:3", "s.csv:5"]
