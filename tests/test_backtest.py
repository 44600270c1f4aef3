"""Backtests: which months they forecast from, that nothing later enters, anchors, scores by hand, and going on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import calibration.backtesting.backtest as backtest
from calibration.backtesting.backtest import BacktestPlan, run_origins
from calibration.backtesting.origins import Start, anchor, members, origins_of, start_of, summed
from calibration.backtesting.record_scores import POOL, Case, pooled_then, scores_of
from calibration.backtesting.series import observed_get, series_of
from calibration.backtesting.track_record import assemble, cases_of
from calibration.history.observed import Observed, simulated
from calibration.posterior.calibrate import CalibrationPlan, Ready, prepare_loaded
from districts.model import District, HistoryRow
from districts.tiny import tiny_district
from scenarios.months import later
from scenarios.scenario import load_scenario
from sim.behaviour import default_behaviour
from sim.policy import baseline_policy
from sim.rules import load_rules
from sim.simulate import simulate

RULES = load_rules()
MONTHS = 16
PLAN = BacktestPlan(CalibrationPlan("tiny"), origins=2, horizon=3, draws=10, rows=50)


def history(months: int = MONTHS) -> tuple[District, tuple[HistoryRow, ...]]:
    """A tiny district and what one simulation of it would report."""
    district = tiny_district(600, 2)
    results = simulate(district, RULES, default_behaviour(), baseline_policy(months, 2), 77)
    codes = [facility.code for facility in district.facilities]
    keys = [(key, "district") for key in ("registered", "active", "arrears", "billed", "bill_jkn")]
    keys += [(key, code) for key in ("contacts", "capitated", "capitation_paid") for code in codes]
    rows = [
        HistoryRow(month=later("2023-11", at), indicator=key, place=place, value=float(values[at]), source="made up",
                   confidence="assumed")
        for key, place in keys for values in (simulated(results, codes, (key, place)),) for at in range(months)
    ]  # fmt: skip
    return district, tuple(rows)


@pytest.fixture(scope="module")
def ready() -> Ready:
    district, rows = history()
    return prepare_loaded(PLAN.calibration, district.model_copy(update={"history": rows}), RULES,
                          load_scenario("baseline"))  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, ready: Ready) -> Path:
    where = tmp_path_factory.mktemp("backtest")
    run_origins(PLAN, ready, where)
    return where


def stored(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "backtest").glob("*.json"))}


# -- origins ---------------------------------------------------------------------------------------------------------


def test_origins_leave_a_month_to_compare_and_are_evenly_spaced() -> None:
    assert origins_of(12, 8) == ()
    assert origins_of(13, 8) == (12,)
    assert origins_of(16, 8) == (12, 13, 14, 15)
    spaced = origins_of(36, 8)  # 12 … 35 in seven steps of 23/7
    assert spaced == tuple(round(12 + 23 / 7 * step) for step in range(8))


def test_each_origin_is_a_file_with_what_followed(folder: Path, ready: Ready) -> None:
    assert list(stored(folder)) == ["2024-10.json", "2025-01.json", "2025-02.json"]  # months 12, 15 and the end
    record = json.loads(stored(folder)["2024-10.json"])
    assert (record["known"], record["month"], record["horizon"], record["lead"]) == (12, "2024-10", 3, 12)
    truth = {(row.indicator, row.place, row.month): row.value for row in ready.setting.district.history}
    entry = next(entry for entry in record["series"] if entry["indicator"] == "active")
    assert entry["observed"] == [truth["active", "district", later("2024-10", step)] for step in (1, 2, 3)]
    assert np.array(entry["forecasts"]["prakira"]).shape == (3, 10)
    # the last value is the last value: 16 figures are too few for any but it and drift
    assert set(entry["forecasts"]) == {"prakira", "naive", "drift"}
    assert entry["forecasts"]["naive"]["mean"] == [truth["active", "district", "2024-10"]] * 3


def test_what_came_after_an_origin_changes_nothing_of_its_forecast(ready: Ready, folder: Path, tmp_path: Path) -> None:
    known = "2024-10"
    rows = tuple(
        row if row.month <= known else row.model_copy(update={"value": round(1.3 * row.value)})
        for row in ready.setting.district.history
    )
    changed = prepare_loaded(PLAN.calibration, ready.setting.district.model_copy(update={"history": rows}), RULES,
                             load_scenario("baseline"))  # fmt: skip
    (tmp_path / "table.sqlite").write_bytes((folder / "table.sqlite").read_bytes())
    run_origins(PLAN, changed, tmp_path)
    before, after = (json.loads(stored(where)["2024-10.json"]) for where in (folder, tmp_path))
    for one, other in zip(before["series"], after["series"], strict=True):
        assert one["forecasts"] == other["forecasts"]
        assert one["scale"] == other["scale"]
        assert one["observed"] != other["observed"]
    # and the changed months do enter where they were known
    later_on = (json.loads(stored(where)["2025-01.json"])["series"] for where in (folder, tmp_path))
    assert all(one["forecasts"] != other["forecasts"] for one, other in zip(*later_on, strict=True))


def test_the_latest_stock_is_rebuilt_from_the_months_before(ready: Ready) -> None:
    whole = start_of(ready, 12)
    assert (whole.stock.month, whole.lead, whole.rebuilt) == ("2023-10", 12, False)
    assert start_of(ready, 12, latest=True) == whole  # this history has no segments
    district = ready.setting.district
    segments = []
    for row in district.stock().segments:
        for key in ("registered", "active"):
            segments.append(HistoryRow(month="2024-09", indicator=key, place=f"segment:{row.segment}",
                                       value=float(getattr(row, key)), source="s", confidence="assumed"))  # fmt: skip
    told = district.model_copy(update={"history": (*district.history, *segments)})
    other = replace(ready, setting=replace(ready.setting, district=told))
    latest = start_of(other, 12, latest=True)
    assert (latest.stock.month, latest.lead, latest.rebuilt) == ("2024-09", 1, True)
    assert start_of(other, 10, latest=True).stock.month == "2023-10"  # September was not known in August


# -- anchors ---------------------------------------------------------------------------------------------------------


def test_an_anchor_carries_each_replicate_to_the_last_figures() -> None:
    simulated = np.array([[10.0, 20.0, 40.0], [5.0, 5.0, 5.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    seen = np.array([np.nan, 30.0, np.nan])
    # by hand: 30/20, 30/5 held at 2, nothing to divide by, 30/1 held at 2
    assert anchor(simulated, seen, 1) == pytest.approx([1.5, 2.0, 1.0, 2.0])
    assert anchor(simulated, np.array([15.0, 30.0, 30.0]), 2) == pytest.approx([60 / 60, 2.0, 1.0, 2.0])
    assert anchor(simulated, np.full(3, np.nan), 1) is None


PARTS = ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")


def by_segment(told: dict[str, float], months: int = 2) -> Observed:
    """The same figures of active members in each month, of the segments ``told`` and of the district."""
    monthly = {("active", f"segment:{name}"): np.full(months, heads) for name, heads in told.items()}
    return Observed("2024-01", months, {("active", "district"): np.full(months, sum(told.values())), **monthly})


def test_a_count_of_members_is_the_sum_of_its_segments_where_all_are_told() -> None:
    whole = by_segment(dict.fromkeys(PARTS, 20.0))
    (series,) = series_of(whole, [])
    assert series.parts == tuple(("active", f"segment:{name}") for name in PARTS)
    assert series.needed == (("active", "district"), *series.parts)
    (other,) = series_of(by_segment(dict.fromkeys(PARTS[:4], 20.0)), [])
    assert other.parts == ()


def test_a_cut_takes_its_share_of_the_segment_as_it_is_known() -> None:
    """60 of 100 are PBI-JK and half of them are cut: 70 stay. The simulation has 80 of 125 and would keep 85 of 125,
    which is 68 of 100."""
    told = dict(zip(PARTS, (60.0, 10.0, 10.0, 15.0, 5.0), strict=True))
    own = dict(zip(PARTS, ((80.0, 40.0), (10.0, 10.0), (10.0, 10.0), (20.0, 20.0), (5.0, 5.0)), strict=True))
    paths = {
        ("active", f"segment:{name}"): np.array([[before, before, after]] * 2) for name, (before, after) in own.items()
    }
    paths["active", "district"] = np.sum(list(paths.values()), axis=0)
    observed = by_segment(told)
    (series,) = series_of(observed, [])
    found = summed(series.parts, paths, observed_get(observed), 0, 2)
    assert found is not None
    assert found == pytest.approx(np.array([[100.0, 100.0, 70.0]] * 2))
    assert summed((), paths, observed_get(observed), 0, 2) is None
    assert summed(series.parts, paths, observed_get(observed), 0, 0) is None  # no figure to carry them to
    start = Start(tiny_district().stock(), 2, False)
    many = {key: np.repeat(path, 500, axis=0) for key, path in paths.items()}
    forecast = members(series, many, observed, 2, start, 1, 0)
    assert np.median(forecast) == pytest.approx(70.0, abs=0.05)  # errors of observation of 0.2 % each


def test_forecasts_pass_through_what_was_observed(folder: Path, ready: Ready) -> None:
    """One month ahead heads lie within a tenth of the last figure: the chance that a district of 600 moves further is
    none, and an anchor that failed would show."""
    truth = {(row.indicator, row.place, row.month): row.value for row in ready.setting.district.history}
    entry = json.loads(stored(folder)["2024-10.json"])["series"][0]
    assert entry["indicator"] == "registered"
    last = truth["registered", "district", "2024-10"]
    assert np.abs(np.array(entry["forecasts"]["prakira"][0]) / last - 1).max() < 0.1


# -- going on --------------------------------------------------------------------------------------------------------


def test_a_stopped_backtest_goes_on_and_gives_the_same(
    ready: Ready, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "table.sqlite").write_bytes((folder / "table.sqlite").read_bytes())
    first = stored(folder)
    (tmp_path / "backtest").mkdir()
    for name in ("2024-10.json", "2025-02.json"):
        (tmp_path / "backtest" / name).write_bytes(first[name])
    fitted = []
    monkeypatch.setattr(backtest, "fit", lambda *args: fitted.append(args[1]) or real(*args))
    run_origins(PLAN, ready, tmp_path)
    assert len(fitted) == 1
    assert stored(tmp_path) == first
    run_origins(replace(PLAN, draws=11), ready, tmp_path)  # other forecasts are made anew
    assert len(fitted) == 4


real = backtest.fit


# -- series ----------------------------------------------------------------------------------------------------------


def test_ratios_are_made_from_the_counts_of_those_who_report() -> None:
    nan = np.nan
    monthly = {
        ("contacts", "P1"): np.array([10.0, 20.0, 30.0]), ("capitated", "P1"): np.array([100.0, 100.0, 200.0]),
        ("contacts", "P2"): np.array([nan, 5.0, 0.0]), ("capitated", "P2"): np.array([50.0, 50.0, 0.0]),
    }  # fmt: skip
    observed = Observed("2024-01", 3, monthly)
    found = {(series.indicator, series.place): series.of(observed_get(observed))
             for series in series_of(observed, ("P1", "P2"))}  # fmt: skip
    assert found["ak", "pooled"] == pytest.approx([100.0, 25 / 150 * 1000, 150.0])
    assert found["ak", "P1"] == pytest.approx([100.0, 200.0, 150.0])
    assert found["ak", "P2"] == pytest.approx([nan, 100.0, nan], nan_ok=True)
    assert found["contacts", "P2"] == pytest.approx([nan, 5.0, 0.0], nan_ok=True)


# -- scores ----------------------------------------------------------------------------------------------------------


def case(known: int, horizon: int, observed: float, model: list[float], naive: tuple[float, float]) -> Case:
    return Case("active", "district", "district", known, horizon, observed,
                {"prakira": np.array(model), "naive": naive, "drift": naive}, 2.0)  # fmt: skip


def test_scores_by_hand() -> None:
    cases = [case(12, 1, 10.0, [8.0, 10.0, 12.0], (14.0, 0.0)), case(12, 2, 20.0, [8.0, 10.0, 12.0], (14.0, 0.0)),
             case(13, 1, np.nan, [0.0, 0.0, 0.0], (0.0, 0.0))]  # fmt: skip
    (record,) = scores_of(cases, 17)
    assert (record["group"], record["cases"], record["origins"]) == ([1, 3], 2, 1)
    assert record["miss"]["prakira"] == pytest.approx((0 + 10) / 2)
    assert record["miss"]["naive"] == pytest.approx((4 + 6) / 2)
    assert record["mase"]["prakira"] == pytest.approx(5 / 2)
    # fair CRPS: mean distance 4/3 (and 10) less half of the mean distance of different members, 8/3
    assert record["crps"]["prakira"] == pytest.approx(((4 / 3 - 4 / 3) + (10 - 4 / 3)) / 2)
    assert record["crps"]["naive"] == pytest.approx(5.0)
    assert "inside" not in record  # 17 figures are too few to speak of ranges
    assert record["difference"]["low"] is None  # a single origin tells no spread
    (longer,) = scores_of([replace(one, forecasts={**one.forecasts, **dict.fromkeys(
        ("seasonal_naive", "ets", "arima"), (14.0, 0.0))}) for one in cases], 18)  # fmt: skip
    assert longer["inside"]["prakira"] == {"50": 1, "80": 1, "95": 1}
    assert longer["inside"]["naive"]["80"] == 0


def test_the_pool_learns_only_from_what_was_known() -> None:
    model, other = [8.0, 9.0, 9.5], (30.0, 1.0)
    cases = [case(known, horizon, 10.0, model, other) for known in range(12, 20) for horizon in (1, 3)]
    early, late = cases[0], cases[-1]
    names = ("prakira", "naive", "drift")
    shares = [np.mean(pooled_then(one, cases, names) < 20) for one in (early, late)]
    assert shares[0] == pytest.approx(1 / 3, abs=0.01)  # nothing had come yet: equal weights
    # Seven origins had a figure a month ahead by the end of month 19. Fair CRPS: model 7/6 - 1/2, others 20 - 1/√pi;
    # weights by accuracy 1/CRPS², so nearly all goes to the model, by the best mixture and by accuracy alike.
    assert shares[1] == pytest.approx(1.0, abs=0.02)
    blind = [one if one.known + one.horizon <= 19 else replace(one, observed=1e9) for one in cases]
    assert np.array_equal(pooled_then(late, blind, names), pooled_then(late, cases, names))


def test_the_record_holds_scores_past_forecasts_and_the_next_months(ready: Ready, folder: Path) -> None:
    record = assemble(PLAN, run_origins(PLAN, ready, folder))
    assert record["origins"] == ["2024-10", "2025-01"]
    assert record["months"] == 16
    cases = [one for one in cases_of(run_origins(PLAN, ready, folder).records) if one.indicator == "bill_jkn"]
    (entry,) = [one for one in record["scores"] if one["indicator"] == "bill_jkn"]
    assert entry["cases"] == len(cases) == 4  # three months after the first origin, one after the second
    expected = np.mean([abs(np.median(one.forecasts["prakira"]) - one.observed) for one in cases])
    assert entry["miss"]["prakira"] == pytest.approx(expected, rel=1e-5)
    assert POOL in entry["miss"]
    (point,) = record["recent"]["active"]  # only the first origin has a figure two months ahead
    assert (point["origin"], point["month"]) == ("2024-10", "2024-12")
    assert record["ahead"]["active"]["months"] == ["2025-03", "2025-04", "2025-05"]
    assert json.loads(json.dumps(record)) == record
