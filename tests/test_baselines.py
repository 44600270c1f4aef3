"""Baselines against closed forms, and against the models they wrap."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from pandas import Series
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from calibration.statistics.baselines import (
    BASELINES,
    Normal,
    arima,
    baselines_of,
    drift,
    ets,
    forecasts_of,
    naive,
    seasonal_naive,
    with_step,
)
from sim.random import Purpose, numpy_generator
from tests.chance import assert_mean


def _walk(months: int, seed: int = 1, step: float = 0.0) -> np.ndarray:
    return 1000.0 + np.cumsum(numpy_generator(seed, Purpose.BOOTSTRAP).normal(step, 10.0, months))


def test_naive() -> None:
    found = naive([1.0, 3.0, 2.0], 4)
    # Changes 2 and -1: variance (4 + 1) / 2.
    assert found.mean.tolist() == [2.0] * 4
    np.testing.assert_allclose(found.sd, np.sqrt(2.5 * np.array([1, 2, 3, 4])))


def test_drift() -> None:
    found = drift([1.0, 3.0, 2.0, 7.0], 2)
    # Slope 2, residuals 0, -3, 3; variance 18 / (3 - 1) times h (1 + h / 3).
    np.testing.assert_allclose(found.mean, [9.0, 11.0])
    np.testing.assert_allclose(found.sd, np.sqrt(9.0 * np.array([1 * (1 + 1 / 3), 2 * (1 + 2 / 3)])))


def test_seasonal_naive() -> None:
    series = np.concatenate([np.arange(12.0), np.arange(12.0) + 2.0])
    found = seasonal_naive(series, 13)
    np.testing.assert_allclose(found.mean, [*(np.arange(12.0) + 2.0), 2.0])
    np.testing.assert_allclose(found.sd, [2.0] * 12 + [2.0 * np.sqrt(2.0)])


def test_a_gap_inside_is_one_change_of_more_months() -> None:
    """1, -, -, 4, 2: changes 3 over three months (9/3) and -2: variance (3 + 4) / 2."""
    found = naive([np.nan, 1.0, np.nan, np.nan, 4.0, 2.0], 1)
    assert found.mean.tolist() == [2.0]
    np.testing.assert_allclose(found.sd**2, [3.5])


def test_a_gap_does_not_bias_the_spread() -> None:
    """Random walks with every other month missing: the variance of a month's change is 100 in the mean."""
    estimates = []
    for seed in range(400):
        series = _walk(21, seed)
        series[1::2] = np.nan
        estimates.append(naive(series, 1).sd[0] ** 2)
    assert_mean(np.array(estimates), 100.0)


def test_months_missing_at_the_end_lengthen_the_horizon() -> None:
    whole, late = np.array([1.0, 3.0, 2.0, 7.0, 5.0]), np.array([1.0, 3.0, 2.0, 7.0, 5.0, np.nan, np.nan])
    for method in (naive, drift):
        ahead = method(whole, 5)
        found = method(late, 3)
        np.testing.assert_allclose(found.mean, ahead.mean[2:])
        np.testing.assert_allclose(found.sd, ahead.sd[2:])
    year = np.arange(30.0)
    np.testing.assert_allclose(seasonal_naive([*year, np.nan], 2).mean, seasonal_naive(year, 3).mean[1:])
    for fitted in (ets, arima):
        series = _walk(24)
        np.testing.assert_allclose(fitted([*series, np.nan], 2).mean, fitted(series, 3).mean[1:])


@pytest.mark.parametrize("name", BASELINES)
def test_missing_months_anywhere_give_whole_forecasts(name: str) -> None:
    series = _walk(30)
    series[[0, 4, 5, 17, 29]] = np.nan
    found = BASELINES[name](series, 12)
    assert found.mean.shape == found.sd.shape == (12,)
    assert np.isfinite(found.mean).all()
    assert (found.sd > 0).all()


@pytest.mark.parametrize("name", BASELINES)
def test_what_no_method_can_forecast_is_refused(name: str) -> None:
    for series, horizon in (([], 3), ([np.nan, np.nan], 3), ([[1.0, 2.0]], 3), ([1.0, 2.0], 0)):
        with pytest.raises(ValueError):
            BASELINES[name](series, horizon)


@pytest.mark.parametrize("name", BASELINES)
def test_one_point_has_no_spread_and_two_have_that_of_their_change(name: str) -> None:
    one = BASELINES[name]([7.0], 2)
    assert one.mean.tolist() == [7.0, 7.0]
    assert np.isnan(one.sd).all()
    two = BASELINES[name]([5.0, 7.0], 2)
    on = name in ("drift", "ets", "arima")
    assert two.mean.tolist() == ([9.0, 11.0] if on else [7.0, 7.0])
    np.testing.assert_allclose(two.sd, 2.0 * np.sqrt([2.0, 6.0] if on else [1.0, 2.0]))


@pytest.mark.parametrize("name", BASELINES)
def test_a_straight_line_and_a_constant_break_nothing(name: str) -> None:
    flat = BASELINES[name](np.full(30, 8.0), 3)
    np.testing.assert_allclose(flat.mean, 8.0)
    np.testing.assert_allclose(flat.sd, 0.0, atol=1e-9)
    assert np.isfinite(BASELINES[name](2.0 * np.arange(30.0), 3).mean).all()
    if name in ("drift", "ets", "arima"):
        np.testing.assert_allclose(BASELINES[name](2.0 * np.arange(30.0), 3).mean, [60.0, 62.0, 64.0])


def test_short_series_are_set_against_last_value_and_drift() -> None:
    assert set(baselines_of(17)) == {"naive", "drift"}
    assert set(baselines_of(18)) == set(BASELINES)


def test_nothing_is_forecast_from_two_figures() -> None:
    assert forecasts_of([1.0, np.nan, 2.0], 3, ("naive",)) == {}
    assert list(forecasts_of([1.0, np.nan, 2.0, 3.0], 3, ("naive",))["naive"].mean) == [3.0, 3.0, 3.0]


def test_few_points_fall_back_to_drift() -> None:
    series = _walk(9)
    for method in (ets, arima):
        np.testing.assert_allclose(method(series, 3).mean, drift(series, 3).mean)


def test_ets_of_a_walk_is_simple_smoothing_by_statsmodels() -> None:
    """Under 24 points of a walk without trend the simple model has the least AICc; its forecast is statsmodels' own."""
    series = _walk(20, 5)
    result = ETSModel(Series(series), error="add", initialization_method="estimated").fit(disp=False)
    found = ets(series, 6)
    np.testing.assert_allclose(found.mean, result.forecast(6), rtol=1e-4)
    alpha, sigma = result.params[0], np.sqrt(result.mse)
    np.testing.assert_allclose(found.sd, sigma * np.sqrt(1 + alpha**2 * np.arange(6)), rtol=0.02)


def test_ets_sees_a_season() -> None:
    season = 50.0 * np.sin(np.arange(48) * 2 * np.pi / 12)
    series = 1000.0 + season + numpy_generator(3, Purpose.BOOTSTRAP).normal(0.0, 1.0, 48)
    np.testing.assert_allclose(ets(series, 12).mean, 1000.0 + season[:12], atol=6.0)


def test_arima_of_a_stationary_series_returns_to_its_mean() -> None:
    noise = numpy_generator(4, Purpose.BOOTSTRAP).normal(0.0, 1.0, 300)
    series = np.zeros(300)
    for t in range(1, 300):
        series[t] = 0.6 * series[t - 1] + noise[t]
    found = arima(series[100:136], 12)
    far = arima(series, 40)
    assert abs(far.mean[-1]) < 0.6  # six standard errors of the mean of 300: 1 / 0.4 / sqrt(300) = 0.14
    assert far.sd[-1] == pytest.approx(1.25, rel=0.15)  # 1 / sqrt(1 - 0.36)
    assert found.sd[0] < found.sd[-1]


def test_arima_of_a_walk_with_drift_goes_on() -> None:
    found = arima(_walk(36, 2, 30.0), 12)
    assert found.mean[-1] - found.mean[0] == pytest.approx(11 * 30.0, rel=0.3)
    assert found.sd[-1] > 2.0 * found.sd[0]


@pytest.mark.parametrize("fitted", [ets, arima])
def test_units_do_not_matter(fitted: object) -> None:
    assert callable(fitted)
    series = _walk(28, 6)
    one, rupiah = fitted(series, 6), fitted(1e9 + 1e6 * series, 6)
    np.testing.assert_allclose(rupiah.mean, 1e9 + 1e6 * one.mean, rtol=1e-5)
    np.testing.assert_allclose(rupiah.sd, 1e6 * one.sd, rtol=1e-2)


def test_both_fits_are_quick() -> None:
    series = _walk(35)
    arima(series, 12)
    start = time.process_time()
    ets(series, 12)
    arima(series, 12)
    assert time.process_time() - start < 3.0  # 0.3 s on an idle machine


def test_fits_say_nothing() -> None:
    """Not even in the first call of a process, which imports statsmodels and with it its warning filters."""
    code = (
        "import numpy as np; from calibration.statistics.baselines import ets, arima; "
        "y = np.cumsum(np.sin(np.arange(40.0) ** 2)); ets(y, 3); arima(y, 3); ets(y[:11], 3); arima(y[:11], 3)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout + found.stderr == ""


def test_an_announced_step_is_added_from_its_month_on() -> None:
    base = Normal(np.array([100.0, 110.0, 120.0]), np.array([1.0, 2.0, 3.0]))
    found = with_step(base, [0.0, 50.0, -20.0])
    assert found.mean.tolist() == [100.0, 160.0, 150.0]
    assert found.sd.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(ValueError):
        with_step(base, [1.0])
