"""Forecasts of series too short for a season or a fit: a few dated figures, such as a branch office tells the press.

Each figure but the first is forecast from those before it, by the last value, by drift, and by a model where there is
one. Errors are stated; whether intervals hold their level is not: under 18 figures nothing can be said of it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.baselines import BASELINES, FEW
from calibration.statistics.scores import central, central_normal, crps_normal, crps_sample

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, order=True)
class Point:
    """A figure dated ``month`` ("YYYY-MM", or "YYYY" for the total of a year), where it was published, and what is
    doubtful about it."""

    month: str
    value: float
    source_id: str = ""
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Where a figure was read."""

    title: str
    url: str
    year: str


@dataclass(frozen=True)
class PublishedSeries:
    """Dated figures, oldest first, of one ``indicator`` in one ``place``: of ``group`` (a segment, or "class1" …;
    "" all), in ``unit`` (persons, rupiah or visits), with the ``sources`` of its points by their id."""

    place: str
    indicator: str
    group: str
    unit: str
    points: tuple[Point, ...]
    sources: Mapping[str, Source]

    def at(self, month: str) -> float:
        """The value of ``month``. Raises ``KeyError`` when there is none."""
        for point in self.points:
            if point.month == month:
                return point.value
        raise KeyError(f"{self.place}: no {self.indicator} {self.group} of {month}")


class ModelForecast(Protocol):
    """Members (m,) of the forecast for ``month`` from the ``known`` points, or None where it has nothing to say."""

    def __call__(self, known: Sequence[Point], month: str) -> FloatArray | None: ...


@dataclass(frozen=True)
class ShortScore:
    """One forecast of one figure: made at ``origin`` for ``month``, ``ahead`` months later. ``centre`` is its mean
    (a model's: the median), ``low`` and ``high`` its central 80 % interval, ``error`` the absolute error relative to
    what was ``observed`` and ``crps`` in the unit of the series (NaN where the past is too short to tell a spread)."""

    method: str
    origin: str
    month: str
    ahead: int
    centre: float
    low: float
    high: float
    observed: float
    error: float
    crps: float


@dataclass(frozen=True)
class ShortBacktest:
    """All forecasts of a series of ``points`` figures."""

    points: int
    scores: tuple[ShortScore, ...]

    def of(self, method: str) -> tuple[ShortScore, ...]:
        """The forecasts of one method."""
        return tuple(score for score in self.scores if score.method == method)


def short_backtest(points: Sequence[Point], models: Mapping[str, ModelForecast] | None = None) -> ShortBacktest:
    """Forecast each point but the first from those before it, by the last value ("naive"), "drift" and ``models``.

    Dates may be irregular: between two figures k months apart lies one change, of k times a month's variance. Drift
    starts at the third point. Raises ``ValueError`` when two points have one date.
    """
    ordered = sorted(points)
    months = [_month(point.month) for point in ordered]
    if len(set(months)) < len(months):
        raise ValueError("two figures have the same date")
    scores = []
    for at in range(1, len(ordered)):
        known, target, ahead = ordered[:at], ordered[at], months[at] - months[at - 1]
        grid = monthly(known)
        for name in FEW[:at]:  # one figure has no trend
            found = BASELINES[name](grid, ahead)
            scores.append(_score(name, known[-1], target, ahead, float(found.mean[-1]), float(found.sd[-1])))
        for name, model in (models or {}).items():
            members = model(known, target.month)
            if members is not None:
                scores.append(_score(name, known[-1], target, ahead, np.asarray(members, np.float64)))
    return ShortBacktest(len(ordered), tuple(scores))


def _score(
    name: str, last: Point, target: Point, ahead: int, forecast: float | FloatArray, sd: float = 0.0
) -> ShortScore:
    seen = target.value
    if isinstance(forecast, float):
        centre, crps = forecast, float(crps_normal(forecast, sd, seen))
        bounds = central_normal(forecast, sd, 0.8)
    else:
        row = forecast[None, :]
        centre, crps = float(np.median(forecast)), float(crps_sample(row, [seen])[0])
        bounds = central(row, 0.8)
    low, high = (float(np.squeeze(end)) for end in bounds)
    error = abs(centre - seen) / abs(seen) if seen else float("nan")
    return ShortScore(name, last.month, target.month, ahead, centre, low, high, seen, error, crps)


def monthly(points: Sequence[Point]) -> FloatArray:
    """The figures (months,) from the first month to the last, NaN where there is none."""
    months = np.array([_month(point.month) for point in points])
    grid = np.full(np.ptp(months) + 1, np.nan)
    grid[months - months.min()] = [point.value for point in points]
    return grid


def _month(name: str) -> int:
    """Months since year 0; a year counts as its December."""
    year, month = (name.split("-") + ["12"])[:2]
    return int(year) * 12 + int(month) - 1


@cache
def load_published() -> tuple[PublishedSeries, ...]:
    """All published series, ordered by place, indicator and group. Figures that contradict better ones are kept in
    ``calibration/studies/published/points.csv`` with the reason, and left out here."""
    folder = files("calibration.studies").joinpath("published")

    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(folder.joinpath(name).read_text(encoding="utf-8").splitlines()))

    sources = {row["source_id"]: Source(row["title"], row["url"], row["year"]) for row in rows("sources.csv")}
    series: dict[tuple[str, str, str, str], list[Point]] = {}
    for row in rows("points.csv"):
        if row["use"] == "yes":
            point = Point(row["date"], float(row["value"]), row["source_id"], row["note"])
            series.setdefault((row["place"], row["indicator"], row["group"], row["unit"]), []).append(point)
    return tuple(
        PublishedSeries(*key, tuple(sorted(points)), {point.source_id: sources[point.source_id] for point in points})
        for key, points in sorted(series.items())
    )


def published(place: str, indicator: str, group: str = "") -> PublishedSeries:
    """One published series. Raises ``KeyError`` when there is none."""
    for series in load_published():
        if (series.place, series.indicator, series.group) == (place, indicator, group):
            return series
    raise KeyError(f"no published {indicator} {group} of {place}")


def short_table(found: ShortBacktest) -> list[dict[str, Any]]:
    """One record for each method: mean ``error`` (a share of the figure; None where all figures are 0) over the
    ``forecasts`` of figures that all methods forecast. Nothing on ranges: there are too few figures."""
    methods = list(dict.fromkeys(score.method for score in found.scores))
    months = [{score.month for score in found.of(name)} for name in methods]
    common = set.intersection(*months) if months else set()
    rows = []
    for name in methods:
        scores = [score for score in found.of(name) if score.month in common]
        errors = [score.error for score in scores if np.isfinite(score.error)]
        rows.append({"method": name, "forecasts": len(scores), "error": float(np.mean(errors)) if errors else None})
    return rows
