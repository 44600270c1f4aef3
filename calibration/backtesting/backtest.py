"""``prakira backtest``: forecasts from the months of a district's past, each against what followed.

For each origin the model is fitted anew to the months before, with the rows of the one stored table; the simulation
begins at the stock of the calibration, passes through the months before the origin and is anchored to them, and goes
on under the past policy. Last value, seasonal naive, drift, ETS and ARIMA forecast from the same months. Each origin is
kept as it ends, so that a stopped backtest goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from calibration.backtesting.origins import LEAST, Start, announced_of, future_of, members, origins_of, start_of
from calibration.backtesting.record_scores import MODEL
from calibration.backtesting.series import Series, observed_get, series_of
from calibration.posterior.calibrate import DRAWS, FIRST, CalibrationPlan, Ready, as_posterior, calibrate
from calibration.posterior.fit import fit, series_needed
from calibration.posterior.forecast import Future, one
from calibration.posterior.rows import load
from calibration.posterior.table import Table, grow, identity
from calibration.statistics.baselines import baselines_of, forecasts_of
from calibration.statistics.scores import mean_change
from districts.faults import UserError
from districts.history import history_digest
from districts.whole import write_whole
from scenarios.months import later
from scenarios.run import Progress
from scenarios.workers import each
from sim.posterior import ABOUT, Posterior, posterior_folder

FloatArray = NDArray[np.float64]
Tell = Callable[[Progress], None]
#: Months of the past a district is forecast from, at most, unless more are asked for.
ORIGINS = 8
_BOUNDS = {"origins": (1, 120), "horizon": (1, 60), "draws": (10, DRAWS), "rows": (50, 100_000)}
#: Changes whenever an origin's forecasts are made in another way: those stored before are made anew.
_FORMAT = 2
#: The folder of the stored origins, in that of the table.
FOLDER = "backtest"


@dataclass(frozen=True)
class BacktestPlan:
    """What a user asks for: ``origins`` at most, ``horizon`` in months, ``draws`` of the posterior for each origin, and
    the ``rows`` of the table (None: those the posterior was made from, else all there are, else as many as a
    calibration takes). ``latest`` begins each simulation at the latest rebuilt stock, as a run does, without passing
    through the months before. ``posterior`` is the folder of the posterior (None: that beside the district)."""

    calibration: CalibrationPlan
    origins: int = ORIGINS
    horizon: int = 12
    draws: int = 60
    rows: int | None = None
    latest: bool = False
    posterior: Path | None = None

    @property
    def beside(self) -> Path:
        """The folder of the posterior, where the record lies too."""
        return posterior_folder(self.calibration.where) if self.posterior is None else self.posterior

    def kept(self, folder: Path) -> Path:
        """Where the origins are kept, in the ``folder`` of the table."""
        return folder / (f"{FOLDER}-latest" if self.latest else FOLDER)

    def check(self) -> None:
        """Raises ``UserError`` for a number that makes no sense."""
        check(origins=self.origins, horizon=self.horizon, draws=self.draws,
              rows=FIRST if self.rows is None else self.rows)  # fmt: skip


def check(**numbers: int) -> None:
    """Raises ``UserError`` for a number, named as in :data:`_BOUNDS`, that makes no sense."""
    for name, value in numbers.items():
        least, most = _BOUNDS[name]
        if not least <= value <= most:
            raise UserError("{name} is {value}; it lies between {least} and {most}",
                            name=name, value=value, least=least, most=most)  # fmt: skip


@dataclass(frozen=True)
class Origins:
    """The forecasts of all origins, as they are stored, and of the end of the history (``ahead``)."""

    ready: Ready
    rows: int
    records: tuple[dict[str, Any], ...]
    ahead: dict[str, Any]


def run_origins(plan: BacktestPlan, ready: Ready, folder: Path, jobs: int = 1, progress: Tell | None = None) -> Origins:
    """Forecast from every origin; what is in ``folder``/backtest already is used where it was made of the same.

    The result depends on neither the number of processes nor on interruptions. Raises ``UserError`` when the history is
    too short.
    """
    plan.check()
    observed = ready.observed
    wanted = origins_of(observed.months, plan.origins)
    if not wanted:
        raise UserError("{district} has {months} months of history after its membership stock of {stock}; a backtest "
                        "needs at least {least}", district=ready.setting.district.title, months=observed.months,
                        stock=ready.setting.stock, least=LEAST + 1)  # fmt: skip
    rows = table_rows(plan, ready, folder, jobs, progress)
    made_of = _made_of(plan, ready, rows)
    kept = plan.kept(folder)
    points = (*wanted, observed.months)
    missing = [known for known in points if _read(kept, ready, known, made_of) is None]
    if missing:
        _forecast(plan, ready, folder, rows, missing, jobs, made_of, progress or (lambda _: None))
    found = [_read(kept, ready, known, made_of) for known in points]
    records = [record for record in found if record is not None]
    return Origins(ready, rows, tuple(records[:-1]), records[-1])


def table_rows(plan: BacktestPlan, ready: Ready, folder: Path, jobs: int, progress: Tell | None) -> int:
    """How many rows of the table are used; it is grown where they are missing."""
    made = identity(ready.setting, ready.past)
    with Table.open(folder, made) as table:
        there = table.numbers()
        count = next(number for number in range(len(there) + 1) if number not in there)
        if plan.rows is None:
            about = _about(plan.beside)
            if about.get("made_of") == made and about.get("rows", 0) <= count:
                return int(about["rows"])
            if count >= FIRST:
                return count
        elif count < plan.rows:
            began, total = time.monotonic(), plan.rows

            def tell(done: int) -> None:
                pace = (time.monotonic() - began) / max(done - len(there), 1)
                if progress:
                    progress(Progress(done, total, "", done, pace * (total - done)))

            grow(table, ready.setting, plan.rows, jobs, tell)
    if plan.rows is not None:
        return plan.rows
    return len(calibrate(ready, folder, jobs, progress).rows.numbers)


def _about(folder: Path) -> dict[str, Any]:
    """What the posterior in ``folder`` says of itself; nothing where there is none that can be read."""
    if not (folder / ABOUT).is_file():
        return {}
    try:
        return Posterior.load(folder).about
    except UserError:
        return {}


@dataclass(frozen=True)
class _Work:
    """What the processes share: the futures by origin, and the known values of every series."""

    futures: dict[int, Future]
    series: tuple[FloatArray, ...]
    names: tuple[tuple[str, ...], ...]
    horizon: int


def _unit(work: _Work, unit: tuple[str, int, int]) -> Any:
    """One simulation ("run", origin, replicate), or the baselines of one series ("base", origin, series)."""
    kind, known, number = unit
    if kind == "run":
        return one(work.futures[known], number)
    values = work.series[number][:known]
    found = forecasts_of(values, work.horizon, work.names[number])
    return {name: {"mean": _plain(each.mean), "sd": _plain(each.sd)} for name, each in found.items()}


def _forecast(
    plan: BacktestPlan, ready: Ready, folder: Path, rows: int, missing: Sequence[int], jobs: int,
    made_of: str, tell: Tell,
) -> None:  # fmt: skip
    """Forecast from the origins ``missing`` and keep each as it ends."""
    observed, codes = ready.observed, ready.codes
    layout = series_of(observed, codes)
    truth = tuple(series.of(observed_get(observed)) for series in layout)
    keys = tuple(dict.fromkeys(key for series in layout for key in series.needed))
    with Table.open(folder, identity(ready.setting, ready.past)) as table:
        simulations = load(table, series_needed(observed, codes), codes, rows)
    starts = {known: start_of(ready, known, plan.latest) for known in missing}
    futures = {}
    for known in missing:
        with threadpool_limits(1, "blas"):  # small matrices: more threads wait for each other, and may round otherwise
            found = fit(simulations, observed.until(known), codes, plan.calibration.seed, DRAWS)
        posterior = as_posterior(ready, found, rows)
        horizon = _horizon(plan, ready, known)
        futures[known] = future_of(ready, starts[known], known, horizon, posterior, keys)
    work = _Work(futures, truth, names_of(layout, truth), plan.horizon)
    units = [unit for known in missing for unit in (
        *(("run", known, replicate) for replicate in range(plan.draws)),
        *(("base", known, number) for number in range(len(layout))))]  # fmt: skip
    done: dict[tuple[str, int, int], Any] = {}
    began, ended_count = time.monotonic(), 0
    tell(Progress(0, len(units)))
    with closing(each(_unit, work, units, jobs)) as ended:
        for unit, result in ended:
            done[unit] = result
            ended_count += 1
            pace = (time.monotonic() - began) / ended_count
            tell(Progress(ended_count, len(units), "", unit[2], pace * (len(units) - ended_count)))
            known = unit[1]
            mine = [(kind, known, number) for kind, of in (("run", plan.draws), ("base", len(layout)))
                    for number in range(of)]  # fmt: skip
            if all(name in done for name in mine):
                sampled = np.stack([done.pop(("run", known, replicate)) for replicate in range(plan.draws)])
                others = [done.pop(("base", known, number)) for number in range(len(layout))]
                added = announced_of(ready, futures[known], starts[known], known, range(plan.draws))
                record = _record(plan, ready, layout, truth, starts[known], known, sampled, others, keys, added)
                _keep(_file(plan.kept(folder), ready, known), {"made_of": made_of, **record})


def names_of(layout: Sequence[Series], truth: Sequence[FloatArray]) -> tuple[tuple[str, ...], ...]:
    """The baselines of each series: an indicator has those that its longest series allows."""
    points: dict[tuple[str, str], int] = {}
    for series, values in zip(layout, truth, strict=True):
        points[series.name] = max(points.get(series.name, 0), int(np.isfinite(values).sum()))
    return tuple(baselines_of(points[series.name]) for series in layout)


def _record(
    plan: BacktestPlan, ready: Ready, layout: Sequence[Series], truth: Sequence[FloatArray], start: Start, known: int,
    sampled: FloatArray, baselines: Sequence[dict[str, Any]], keys: Sequence[Any], added: dict[str, FloatArray],
) -> dict[str, Any]:  # fmt: skip
    """One origin as it is stored."""
    samples = {key: sampled[:, position] for position, key in enumerate(keys)}
    horizon = _horizon(plan, ready, known)
    entries = []
    for at, (series, values) in enumerate(zip(layout, truth, strict=True)):
        before = values[:known]
        if not baselines[at] or (series.mask is not None and known == ready.observed.months):
            continue  # too few figures to forecast from; or which facilities will report is not known
        found = members(series, samples, ready.observed, known, start, plan.calibration.seed, at, added)
        entries.append({
            "indicator": series.indicator,
            "kind": series.kind,
            "place": series.place,
            "scale": _plain([mean_change(before)])[0],
            "observed": _plain(values[known : known + horizon]),
            "forecasts": {MODEL: [_plain(row) for row in found.T],
                          **{name: {part: numbers[:horizon] for part, numbers in told.items()}
                             for name, told in baselines[at].items()}},
        })  # fmt: skip
    return {"known": known, "month": later(ready.observed.first, known - 1), "horizon": horizon,
            "stock": start.stock.month, "lead": start.lead, "series": entries}  # fmt: skip


def _horizon(plan: BacktestPlan, ready: Ready, known: int) -> int:
    """Months that are forecast: to the end of the history; from its end, the whole horizon."""
    left = ready.observed.months - known
    return min(plan.horizon, left) if left else plan.horizon


def _made_of(plan: BacktestPlan, ready: Ready, rows: int) -> str:
    """The checksum of all that decides an origin's forecasts."""
    parts = {
        **identity(ready.setting, ready.past),
        "origin": _FORMAT,
        "history": history_digest(ready.setting.district),
        "rows": rows,
        "draws": plan.draws,
        "horizon": plan.horizon,
        "latest": plan.latest,
        "calibration": plan.calibration.seed,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _file(folder: Path, ready: Ready, known: int) -> Path:
    return folder / f"{later(ready.observed.first, known - 1)}.json"


def _read(folder: Path, ready: Ready, known: int, made_of: str) -> dict[str, Any] | None:
    """A stored origin; None where there is none, or one that was made of something else."""
    try:
        record = json.loads(_file(folder, ready, known).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("made_of") == made_of else None


def _keep(path: Path, record: dict[str, Any]) -> None:
    """Write a record whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(record))


def _plain(values: Any) -> list[float | None]:
    """Numbers for JSON with seven digits; None for what is missing."""
    return [float(f"{value:.7g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64)]
