"""Simple forecasts of one monthly series, which a model must beat: last value, seasonal naive, drift, ETS, ARIMA.

Missing months, one rule for all: those before the first observation are dropped; a gap inside is filled by a straight
line between its neighbours; months missing at the end lengthen the horizon (a forecast of month 1 from a series whose
last two months are missing is a forecast of three months from the last one seen). Filled months never count as
observations in an estimate of spread.

Standard deviations of the naive methods: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
section 5.5, with residuals divided by the number of them less the parameters estimated.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

#: Months in a season.
SEASON = 12
#: Under so many monthly observations only the last value and drift stand beside a model, and no coverage is stated.
SHORT = 18
FEW = ("naive", "drift")
#: Figures that a series needs before it is forecast.
FEWEST = 3
#: Months, gaps included, from which ETS has seasonal candidates, and ARIMA.
ETS_SEASONAL = 24
ARIMA_SEASONAL = 36
#: Observations below which ETS and ARIMA are not fitted (then: drift).
FITTED = 10
#: Highest order of the autoregressive and moving-average parts.
ORDER = 2


@dataclass(frozen=True)
class Normal:
    """A normal forecast at horizons 1 … h: ``mean`` (h,) and ``sd`` (h,), in the unit of the series. ``sd`` is NaN
    where the series is too short to tell a spread."""

    mean: FloatArray
    sd: FloatArray


@dataclass(frozen=True)
class _Series:
    """A series after the rule for missing months."""

    values: FloatArray  # first to last observation, gaps filled
    seen: NDArray[np.bool_]  # which of them were observed
    late: int  # months missing at the end

    @property
    def observed(self) -> int:
        return int(self.seen.sum())


def naive(series: ArrayLike, horizon: int) -> Normal:
    """The last value for ever; sd: that of a month's change times the root of the horizon (one observation: NaN).

    ``series`` is monthly, oldest first, NaN where missing. Raises ``ValueError`` without an observation or horizon.
    """
    return _naive(_series(series), horizon)


def _naive(data: _Series, horizon: int) -> Normal:
    # A gap of k months is one change of k times the variance; filled by a line it is k squares that add up to 1/k of
    # its square. So the sum over filled months, divided by the number of observed changes, is unbiased.
    sigma = _root(np.sum(np.diff(data.values) ** 2), data.observed - 1)
    steps = _horizons(horizon) + data.late
    return Normal(np.full(horizon, data.values[-1]), sigma * np.sqrt(steps))


def drift(series: ArrayLike, horizon: int) -> Normal:
    """The straight line from the first to the last observation, continued. Two observations tell a slope but not how
    far off it is: the spread then starts from their whole change. One observation: the last value.

    Arguments and errors as :func:`naive`.
    """
    return _drift(_series(series), horizon)


def _drift(data: _Series, horizon: int) -> Normal:
    if data.observed < 2:
        return _naive(data, horizon)
    changes = np.diff(data.values)
    slope = changes.mean()
    known = slope if data.observed > 2 else 0.0
    sigma = _root(np.sum((changes - known) ** 2), max(1, data.observed - 2))
    steps = _horizons(horizon) + data.late
    return Normal(data.values[-1] + slope * steps, sigma * np.sqrt(steps * (1.0 + steps / changes.size)))


def seasonal_naive(series: ArrayLike, horizon: int) -> Normal:
    """The same month of the year before; with no two observations twelve months apart: the last value.

    Arguments and errors as :func:`naive`.
    """
    data = _series(series)
    both = data.seen[SEASON:] & data.seen[:-SEASON]
    if not both.any():
        return _naive(data, horizon)
    changes = (data.values[SEASON:] - data.values[:-SEASON])[both]
    sigma = _root(np.sum(changes**2), changes.size)
    steps = np.arange(horizon) + data.late
    return Normal(data.values[-SEASON:][steps % SEASON], sigma * np.sqrt(steps // SEASON + 1.0))


def ets(series: ArrayLike, horizon: int) -> Normal:
    """Exponential smoothing with additive errors: simple, Holt's, damped, from 24 months each with a season as
    well, chosen by AICc; variance in closed form (the models are linear). Fewer than ten observations, or no model that
    can be fitted: :func:`drift`.

    Arguments and errors as :func:`naive`.
    """
    return _fitted(series, horizon, _ets)


def arima(series: ArrayLike, horizon: int) -> Normal:
    """ARIMA of small order: differenced once if the KPSS test rejects a level at 5 %; orders up to 2 and, differenced,
    with or without drift, by AICc; from 36 months the best is tried with a seasonal term. Fewer than ten
    observations, or no model that can be fitted: :func:`drift`.

    Arguments and errors as :func:`naive`.
    """
    return _fitted(series, horizon, _arima)


#: Baselines by name, in the order of tables.
BASELINES: dict[str, Callable[[ArrayLike, int], Normal]] = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "drift": drift,
    "ets": ets,
    "arima": arima,
}


def baselines_of(points: int) -> tuple[str, ...]:
    """The names of the baselines that a series with so many monthly figures can be set against: all, or the last value
    and drift under 18."""
    return FEW if points < SHORT else tuple(BASELINES)


def forecasts_of(series: ArrayLike, horizon: int, names: Iterable[str]) -> dict[str, Normal]:
    """The forecasts of the baselines ``names`` from one series; none from fewer than three figures. Arguments and
    errors as :func:`naive`."""
    known = int(np.isfinite(np.asarray(series, np.float64)).sum())
    return {name: BASELINES[name](series, horizon) for name in names} if known >= FEWEST else {}


def with_step(baseline: Normal, known: ArrayLike) -> Normal:
    """A forecast of heads that knows an announced step: ``baseline`` made without it, plus the heads ``known`` (h,)
    that are announced to come (or, negative, to go) in each month, added up to each horizon. The spread stays.

    Raises ``ValueError`` when lengths differ.
    """
    heads = np.asarray(known, np.float64)
    if heads.shape != baseline.mean.shape:
        raise ValueError(f"announced heads for {heads.size} months, forecast for {baseline.mean.size}")
    return Normal(baseline.mean + np.cumsum(heads), baseline.sd)


def _series(series: ArrayLike) -> _Series:
    values = np.asarray(series, np.float64)
    seen = np.flatnonzero(np.isfinite(values)) if values.ndim == 1 else np.zeros(0, np.int64)
    if seen.size == 0:
        raise ValueError("a monthly series with at least one observation is needed")
    whole = np.arange(seen[0], seen[-1] + 1)
    return _Series(np.interp(whole, seen, values[seen]), np.isfinite(values[whole]), int(values.size - 1 - seen[-1]))


def _horizons(horizon: int) -> FloatArray:
    if horizon < 1:
        raise ValueError(f"a horizon has at least one month: {horizon}")
    return np.arange(1.0, horizon + 1.0)


def _root(squares: Any, count: int) -> float:
    return float(np.sqrt(squares / count)) if count > 0 else float("nan")


def _fitted(series: ArrayLike, horizon: int, fit: Callable[[FloatArray, int], Normal | None]) -> Normal:
    """``fit`` on the series in standard units: these models are equivariant, their optimisers are not."""
    data = _series(series)
    _horizons(horizon)
    fallback = _drift(data, horizon)
    scale = float(np.std(data.values))
    # A straight line leaves no error to fit a variance to.
    if data.observed < FITTED or np.ptp(np.diff(data.values)) <= 1e-9 * max(scale, 1e-300):
        return fallback
    centre = float(data.values.mean())
    with _quiet():
        found = fit((data.values - centre) / scale, horizon + data.late)
    if found is None:
        return fallback
    return Normal(centre + scale * found.mean[data.late :], scale * found.sd[data.late :])


def _ets(values: FloatArray, horizon: int) -> Normal | None:
    from pandas import Series
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = Series(values)
    seasons = (None, "add") if values.size >= ETS_SEASONAL else (None,)
    best, least = None, np.inf
    for season in seasons:
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            try:
                model = ETSModel(
                    series,
                    error="add",
                    trend=trend,
                    damped_trend=damped,
                    seasonal=season,
                    seasonal_periods=SEASON if season else None,
                    initialization_method="estimated",
                )
                result = model.fit(disp=False, maxiter=200)
                aicc = float(result.aicc)
                if not aicc < least or values.size - result.df_model - 2 <= 0:
                    continue
                found = _checked(result.get_prediction(start=values.size, end=values.size + horizon - 1))
            except (ValueError, np.linalg.LinAlgError, ArithmeticError):
                continue
            if found is not None:
                best, least = found, aicc
    return best


def _arima(values: FloatArray, horizon: int) -> Normal | None:
    from statsmodels.tsa.stattools import kpss

    try:
        once = int(kpss(values, regression="c", nlags="auto")[1] < 0.05)
    except (ValueError, OverflowError, np.linalg.LinAlgError):
        once = 1
    trends = ("n", "t") if once else ("c",)
    best = None
    chosen = ((0, once, 0), trends[0])
    for trend in trends:
        for p in range(ORDER + 1):
            for q in range(ORDER + 1):
                best, chosen = _better(values, (p, once, q), trend, (0, 0, 0, 0), best, chosen)
    if values.size >= ARIMA_SEASONAL and best is not None:
        order, trend = chosen
        for season in ((1, 0, 0, SEASON), (0, 0, 1, SEASON)):
            best, chosen = _better(values, order, trend, season, best, chosen)
    return None if best is None else _checked(best.get_forecast(horizon))


def _better(values: FloatArray, order: Any, trend: str, season: Any, best: Any, chosen: Any) -> tuple[Any, Any]:
    """``best`` and what was ``chosen``, or this model if its AICc is smaller."""
    from statsmodels.tsa.arima.model import ARIMA

    try:
        result = ARIMA(values, order=order, seasonal_order=season, trend=trend).fit(
            method_kwargs={"maxiter": 50}, cov_type="none", low_memory=False
        )
        better = np.isfinite(result.aicc) and (best is None or result.aicc < best.aicc)
        if better and _checked(result.get_forecast(1)) is not None:
            return result, (order, trend)
    except (ValueError, IndexError, np.linalg.LinAlgError, ArithmeticError):
        pass
    return best, chosen


def _checked(prediction: Any) -> Normal | None:
    """Mean and sd of a statsmodels prediction, unless a number is missing."""
    variance = getattr(prediction, "var_pred_mean", None)
    if variance is None:
        variance = prediction.forecast_variance
    mean = np.asarray(prediction.predicted_mean, np.float64)
    sd = np.sqrt(np.asarray(variance, np.float64))
    return Normal(mean, sd) if np.isfinite(mean).all() and np.isfinite(sd).all() else None


@contextmanager
def _quiet() -> Iterator[None]:
    """No word of convergence: AICc compares what was reached, and a bad optimum loses. One thread of BLAS: matrices of
    a dozen rows gain nothing by more, and on a busy machine lose a factor of ten by waiting for them."""
    # Statsmodels sets its own warning filters when it is imported, so it comes before ours.
    import statsmodels.tsa.arima.model
    import statsmodels.tsa.exponential_smoothing.ets  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
