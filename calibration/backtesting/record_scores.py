"""What the forecasts of a backtest were worth, by indicator and distance, and how they are best pooled.

Every score compares the same cases: a case counts only when all forecasts of its indicator have a number. The pool is
scored with weights learned from what had been observed by the origin of each forecast; the weights that are kept are
learned from all origins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.baselines import SHORT, Normal, baselines_of
from calibration.statistics.ensemble import GROUPS, Marginal, Past, Weights, fit_weights, group_of, pool, whole
from calibration.statistics.ensemble import crps as crps_of
from calibration.statistics.scores import (
    LEVELS,
    Interval,
    central,
    central_normal,
    inside,
)

FloatArray = NDArray[np.float64]
Group = tuple[int, int]
MODEL, POOL = "prakira", "pool"
#: Members of a pooled forecast.
_MEMBERS = 200


@dataclass(frozen=True)
class Case:
    """Forecasts by name of one figure: ``indicator`` of ``kind`` at ``place``, from the end of month ``known`` of the
    window, ``horizon`` months later; what was ``observed``, and the mean absolute change from month to month before
    (``scale``, NaN: unknown)."""

    indicator: str
    kind: str
    place: str
    known: int
    horizon: int
    observed: float
    forecasts: Mapping[str, Marginal]
    scale: float

    @property
    def past(self) -> Past:
        """The case as the pool learns from it."""
        return Past(f"{self.known:03d}", self.horizon, self.forecasts, self.observed)


#: Level of the interval of a difference, and origins below which there is none.
SURE, _FEWEST = 0.9975, 4


def scores_of(cases: Sequence[Case], points: int) -> list[dict[str, Any]]:
    """One record for each group of horizons with cases, of ``cases`` of one indicator with ``points`` monthly figures.

    Of each forecast: ``miss`` (mean absolute error of its middle), ``crps``, ``mase``, and ``inside``: how many of the
    ``cases`` lay in its central 50, 80 and 95 % (left out with fewer than 18 figures). ``best`` names the baseline of
    least CRPS, ``difference`` Prakira's CRPS less that of it with its interval over origins (:func:`paired`). Cases
    without a forecast of Prakira's are those of the baselines alone, and have no difference.
    """
    own = (MODEL,) if any(MODEL in case.forecasts for case in cases) else ()
    others = baselines_of(points)
    names = (*own, *others)
    usable = [case for case in cases if whole(case.observed, case.forecasts, names)]
    records = []
    for group in GROUPS:
        mine = [case for case in usable if group_of(case.horizon) == group]
        if not mine:
            continue
        weights = fit_weights([case.past for case in mine], names)
        told = [{**case.forecasts, POOL: pooled_then(case, mine, names)} for case in mine]
        observed = np.array([case.observed for case in mine])
        by_name = {name: [forecasts[name] for forecasts in told] for name in (*names, POOL)}
        crps = {name: np.array([crps_of(f, y) for f, y in zip(found, observed, strict=True)])
                for name, found in by_name.items()}  # fmt: skip
        missed = {name: np.abs(np.array([_middle(f) for f in found]) - observed) for name, found in by_name.items()}
        scale = np.array([case.scale for case in mine])
        mean_crps = {name: float(values.mean()) for name, values in crps.items()}
        best = min(others, key=mean_crps.__getitem__)
        record: dict[str, Any] = {
            "group": list(group),
            "cases": len(mine),
            "origins": len({case.known for case in mine}),
            "miss": {name: float(values.mean()) for name, values in missed.items()},
            "crps": mean_crps,
            "mase": {name: _scaled(values, scale) for name, values in missed.items()},
            "best": best,
            "weights": weights_record(weights),
        }
        if own:
            found = paired(crps[MODEL], crps[best], np.array([case.known for case in mine]))
            record["difference"] = {"estimate": _number(found.estimate), "low": _number(found.low),
                                    "high": _number(found.high)}  # fmt: skip
        if points >= SHORT:
            record["inside"] = {
                name: {_percent(level): _held(found, observed, level) for level in LEVELS}
                for name, found in by_name.items()
            }
        records.append(record)
    return records


def paired(first: FloatArray, second: FloatArray, origins: NDArray[np.int64]) -> Interval:
    """Mean score of ``first`` less that of ``second`` (n,) with Student's interval over the means of the ``origins``
    (n,), at :data:`SURE` so that some forty lines together claim a difference by chance about once in ten tables.

    NaN bounds below four origins: too few to tell. Origins overlap, so that the interval is rather too narrow.
    """
    from scipy.stats import t

    names = np.unique(origins)
    means = np.array([(first - second)[origins == name].mean() for name in names])
    estimate = float((first - second).mean())
    if len(names) < _FEWEST:
        return Interval(estimate, np.nan, np.nan)
    reach = float(t.ppf(0.5 + SURE / 2, len(names) - 1) * means.std(ddof=1) / np.sqrt(len(names)))
    return Interval(estimate, estimate - reach, estimate + reach)


def pooled_then(case: Case, others: Sequence[Case], names: Sequence[str]) -> FloatArray:
    """The pool of ``case`` with weights from the ``others`` whose figure was known at its origin, (members,)."""
    seen = [one.past for one in others if one.known + one.horizon <= case.known]
    return pooled(case.forecasts, fit_weights(seen, names))


def pooled(forecasts: Mapping[str, Marginal], weights: Weights) -> FloatArray:
    """The pool of forecasts of one figure, (members,)."""
    parts = {name: Normal(np.array([f[0]]), np.array([f[1]])) if isinstance(f, tuple) else f[None, :]
             for name in weights.names for f in (forecasts[name],)}  # fmt: skip
    return pool(parts, weights, _MEMBERS)[0]


def weights_record(weights: Weights) -> dict[str, Any]:
    """Weights as plain JSON, with the reason in both languages."""
    return {
        "names": list(weights.names),
        "values": [round(value, 4) for value in weights.values],
        "origins": weights.origins,
        "reason": {lang: weights.reason(lang) for lang in ("id", "en")},
    }


def weights_from(record: Mapping[str, Any]) -> Weights:
    """The weights of a record."""
    values = np.array(record["values"], np.float64)
    values = values / values.sum()
    names = tuple(record["names"])
    return Weights(names, tuple(values.tolist()), tuple(values.tolist()), int(record["origins"]))


def interval(forecast: Marginal, level: float) -> tuple[float, float]:
    """The central interval of ``level`` of one forecast."""
    ends = central_normal(*forecast, level) if isinstance(forecast, tuple) else central(forecast[None, :], level)
    return float(np.squeeze(ends[0])), float(np.squeeze(ends[1]))


def _middle(forecast: Marginal) -> float:
    return forecast[0] if isinstance(forecast, tuple) else float(np.median(forecast))


def _held(found: Sequence[Marginal], observed: FloatArray, level: float) -> int:
    return sum(bool(inside(interval(f, level), y)) for f, y in zip(found, observed, strict=True))


def _scaled(missed: FloatArray, scale: FloatArray) -> float | None:
    """Mean absolute error over the mean change of each series before its origin; None where none ever changed."""
    known = scale > 0
    return float((missed[known] / scale[known]).mean()) if known.any() else None


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _percent(level: float) -> str:
    return f"{100 * level:.0f}"
