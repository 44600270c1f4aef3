"""Series of a file, held against simple forecasts: no district and no model, figures and their months alone.

Eighteen figures or more are forecast as a district's history is, from many months of the past, one to twelve months
ahead, by every baseline, and scored by the same rules (:mod:`calibration.backtesting.record_scores`). Fewer are taken
one by one (:mod:`calibration.backtesting.short`), and nothing is said of ranges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.backtesting.origins import origins_of
from calibration.backtesting.record_scores import Case, scores_of
from calibration.backtesting.short import Point, monthly, short_backtest, short_table
from calibration.statistics.baselines import BASELINES, SHORT, Normal, forecasts_of
from calibration.statistics.ensemble import marginal
from calibration.statistics.scores import mean_change
from scenarios.months import later
from scenarios.run import Progress
from scenarios.workers import each

FloatArray = NDArray[np.float64]
#: Place and indicator.
Name = tuple[str, str]
#: Months of the past a series is forecast from, at most, unless more are asked for.
ORIGINS = 24


@dataclass(frozen=True)
class _Work:
    """What the processes share: the figures (months,) of each long series, and the months ahead."""

    series: Mapping[Name, FloatArray]
    horizon: int


def series_backtest(
    series: Mapping[Name, Sequence[Point]], horizon: int = 12, origins: int = ORIGINS, jobs: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """One record for each series, by place and indicator: ``points``, ``first`` and ``last`` month, and

    - from 18 figures on the ``origins`` it was forecast from and the ``scores`` by months ahead (those of
      :func:`~calibration.backtesting.record_scores.scores_of`, in the unit of the series);
    - below, ``one_by_one``: the mean error of the last value and of the trend.

    Each origin sees only the figures up to it. The result is the same for any number of processes. Raises
    ``ValueError`` when two figures of a series have one date.
    """
    long = {name: monthly(points) for name, points in series.items() if len(points) >= SHORT}
    units = [(name, known) for name, values in long.items() for known in origins_of(values.size, origins)]
    found: dict[tuple[Name, int], dict[str, Normal]] = {}
    began = time.monotonic()
    with closing(each(_unit, _Work(long, horizon), units, jobs)) as ended:
        for unit, told in ended:
            found[unit] = told
            if progress:
                pace = (time.monotonic() - began) / len(found)
                progress(Progress(len(found), len(units), "", 0, pace * (len(units) - len(found))))
    records = []
    for name, points in sorted(series.items()):
        months = sorted(point.month for point in points)
        record: dict[str, Any] = {"place": name[0], "indicator": name[1], "points": len(points), "first": months[0],
                                  "last": months[-1]}  # fmt: skip
        if name in long:
            said = {known: found[one, known] for one, known in units if one == name and found[one, known]}
            cases = [case for known, forecasts in said.items() for case in _cases(name, long[name], known, forecasts)]
            record["origins"] = [later(months[0], known - 1) for known in said]
            record["scores"] = scores_of(cases, len(points))
        else:
            record["one_by_one"] = short_table(short_backtest(points))
        records.append(record)
    return records


def _unit(work: _Work, unit: tuple[Name, int]) -> dict[str, Normal]:
    """The forecasts of one series from the end of one month."""
    name, known = unit
    return forecasts_of(work.series[name][:known], work.horizon, BASELINES)


def _cases(name: Name, values: FloatArray, known: int, forecasts: Mapping[str, Normal]) -> list[Case]:
    """What was said from the end of month ``known``, with what followed."""
    scale = mean_change(values[:known])
    horizon = next(iter(forecasts.values())).mean.size
    return [
        Case(name[1], "series", name[0], known, step + 1, float(seen),
             {method: marginal(told, step) for method, told in forecasts.items()}, scale)
        for step, seen in enumerate(values[known : known + horizon])
    ]  # fmt: skip
