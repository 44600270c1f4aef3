"""The record of a district's past forecasts, as ``backtest.json`` keeps it beside the posterior.

``prakira backtest`` writes it, runs copy it into their manifest (:mod:`scenarios.track_record`), reports show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.backtesting.backtest import BacktestPlan, Origins
from calibration.backtesting.record_scores import MODEL, Case, interval, pooled, scores_of, weights_from
from calibration.backtesting.series import observed_get, series_of
from calibration.posterior.calibrate import Ready
from calibration.posterior.table import identity
from calibration.statistics.ensemble import Marginal, group_of
from districts.history import BY_KEY, history_digest
from districts.whole import write_whole
from scenarios.levers.base import Context
from scenarios.months import later
from scenarios.track_record import FILE, FORMAT

FloatArray = NDArray[np.float64]

#: Of these a result page shows past forecasts, and the pooled forecast of the next months.
MAIN = ("active", "registered", "bill_jkn")
#: The forecasts that a chart shows: so many months ahead, the last so many.
AHEAD, LAST = 2, 10
_DIGITS = 6


def assemble(plan: BacktestPlan, origins: Origins) -> dict[str, Any]:
    """The whole record: scores by indicator and distance, past forecasts of the main figures, and the next months."""
    ready = origins.ready
    cases = cases_of(origins.records)
    points = _points(ready)
    scores = []
    for name in dict.fromkeys((case.indicator, case.kind) for case in cases):
        mine = [case for case in cases if (case.indicator, case.kind) == name]
        about = {"indicator": name[0], "kind": name[1], "unit": BY_KEY[name[0]].unit, "points": points[name],
                 "places": len({case.place for case in mine})}  # fmt: skip
        scores += [{**about, **found} for found in scores_of(mine, points[name])]
    return _rounded({
        "format": FORMAT,
        "program": version("prakira"),
        "district": ready.setting.district.name,
        "sha256": {"history": history_digest(ready.setting.district), "table": identity(ready.setting, ready.past)},
        "history": [ready.observed.first, ready.observed.last],
        "months": ready.observed.months,
        "past": ready.past.name,
        "past_title": dict(ready.past.title),
        "announced": announced(ready, origins.records[0]["known"]),
        "stock": ready.setting.stock,
        "start": "latest" if plan.latest else "calibration",
        "rows": origins.rows,
        "draws": plan.draws,
        "horizon": plan.horizon,
        "origins": [record["month"] for record in origins.records],
        "scores": scores,
        "recent": {key: made for key in MAIN if (made := recent(origins.records, key))},
        "ahead": {key: next_ for key in MAIN if (next_ := ahead(origins.ahead, scores, key))},
    })  # fmt: skip


def cases_of(records: Iterable[Mapping[str, Any]]) -> list[Case]:
    """Every forecast of every record with what was observed."""
    cases = []
    for record in records:
        for entry in record["series"]:
            told = [(name, _forecasts(found)) for name, found in entry["forecasts"].items()]
            for step, value in enumerate(entry["observed"]):
                scale = np.nan if entry["scale"] is None else entry["scale"]
                cases.append(Case(
                    entry["indicator"], entry["kind"], entry["place"], record["known"], step + 1,
                    np.nan if value is None else value, {name: found[step] for name, found in told}, scale,
                ))  # fmt: skip
    return cases


def recent(records: Sequence[Mapping[str, Any]], indicator: str) -> list[dict[str, Any]]:
    """The last forecasts of ``indicator`` two months ahead: range of 8 in 10, middle, and what came."""
    found = []
    for case in cases_of(records):
        if (case.indicator, case.kind, case.horizon) == (indicator, "district", AHEAD) and np.isfinite(case.observed):
            forecast = case.forecasts[MODEL]
            low, high = interval(forecast, 0.8)
            month = next(record["month"] for record in records if record["known"] == case.known)
            middle, seen = _three(forecast)[1], case.observed
            found.append({"origin": month, "month": later(month, AHEAD), "low": low, "middle": middle, "high": high,
                          "observed": seen, "inside": bool(low <= seen <= high)})  # fmt: skip
    return found[-LAST:]


def ahead(record: Mapping[str, Any], scores: Sequence[Mapping[str, Any]], indicator: str) -> dict[str, Any] | None:
    """The forecast of the months after the history: the model's own and the pool, each with its range of 8 in 10."""
    entry = next((one for one in record["series"] if (one["indicator"], one["kind"]) == (indicator, "district")), None)
    weights = {tuple(one["group"]): one["weights"] for one in scores
               if (one["indicator"], one["kind"]) == (indicator, "district")}  # fmt: skip
    if entry is None or not weights:
        return None
    steps = [step for step in range(record["horizon"]) if group_of(step + 1) in weights]
    told = {name: _forecasts(found) for name, found in entry["forecasts"].items()}
    own, mixed = [], []
    for step in steps:
        each = {name: found[step] for name, found in told.items()}
        own.append(_three(each[MODEL]))
        used = weights[group_of(step + 1)]
        chosen = {name: each[name] for name in used["names"]}
        mixed.append(_three(pooled(chosen, weights_from(used))))
    return {"months": [later(record["month"], step + 1) for step in steps], "own": own, "pool": mixed}


def announced(ready: Ready, known: int) -> list[str]:
    """The kinds of levers of the past that began after the first origin: the model knew them, the others did not."""
    context = Context(ready.setting.district, ready.setting.rules, ready.observed.first, ready.observed.months)
    found = []
    for placed in ready.past.levers:
        month = getattr(placed.lever, "start", None) or getattr(placed.lever, "month", None)
        if isinstance(month, str) and context.position(month) >= known:
            found.append(str(getattr(placed.lever, "kind", "")))
    return sorted(set(found))


def save(record: Mapping[str, Any], folder: Path) -> Path:
    """Write the record into ``folder``, that of the posterior, whole or not at all."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def _points(ready: Ready) -> dict[tuple[str, str], int]:
    """Monthly figures of the longest series of each name."""
    get, found = observed_get(ready.observed), dict[tuple[str, str], int]()
    for series in series_of(ready.observed, ready.codes):
        found[series.name] = max(found.get(series.name, 0), int(np.isfinite(series.of(get)).sum()))
    return found


def _forecasts(stored: Any) -> list[Marginal]:
    """The forecast of each month out of its stored form."""
    if isinstance(stored, dict):
        numbers = [[np.nan if value is None else value for value in stored[part]] for part in ("mean", "sd")]
        return list(zip(*numbers, strict=True))
    return [np.array([np.nan if value is None else value for value in row], np.float64) for row in stored]


def _three(forecast: Marginal) -> list[float]:
    """Low end of the range of 8 in 10, middle, high end."""
    low, high = interval(forecast, 0.8)
    return [low, forecast[0] if isinstance(forecast, tuple) else float(np.median(forecast)), high]


def _rounded(value: Any) -> Any:
    """The same with six significant digits in every fraction."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
    return value
