"""What can be said of a posterior before anyone uses it: a second opinion, the window replayed, the method checked on
simulations whose truth is known, observations out of reach, parameters of which nothing was learned.

None of it is fatal. The numbers go into ``posterior.json`` and from there onto the page; they depend on nothing but
the table, the history and the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.history.facility_rates import error_variance, rates
from calibration.history.summaries import features
from calibration.posterior.calibrate import Calibration
from calibration.posterior.fit import DYNAMIC, DYNAMIC_AT, LEVEL_AT, LEVELS, dynamics, pool_rates, response_of
from calibration.posterior.forecast import Future
from calibration.posterior.replay import REPLICATES, Band, replay
from calibration.posterior.rows import DRAWN, Rows
from calibration.statistics.abc import Draws
from calibration.statistics.checks import LEVELS as SHARES
from calibration.statistics.checks import holm, joint_band, leave_one_out, rank_test
from calibration.statistics.likelihood import compare, emulate, sample
from calibration.statistics.quiet import one_thread
from scenarios.months import later
from scenarios.run import Progress
from sim.posterior import Posterior
from sim.random import Purpose, make_key, normals, numbered, numpy_generator, uniforms

FloatArray = NDArray[np.float64]
Told = dict[str, Any]

#: Rows of the table that stand in for the observation: for the dynamics, and for the levels.
_DYNAMIC_ROWS, _LEVEL_ROWS = 300, 60
_LEVEL_DRAWS, _LEVEL_WARM = 100, 50
#: Below this corrected p value the ranks of the truth are called uneven.
UNEVEN = 0.01


def diagnosed(found: Calibration, jobs: int = 1, progress: Callable[[Progress], None] | None = None) -> Posterior:
    """The posterior of ``found`` with its diagnostics under ``about["diagnostics"]``, plain JSON:

    ``settled``; ``width``: posterior over prior standard deviation by parameter; ``second``: see :func:`_second`;
    ``targets`` and ``bands``: see :mod:`calibration.posterior.replay`; ``checked``: see :func:`_checked`; ``outside``
    and ``outside_p``: see :func:`_outside`.
    """
    tell = progress or (lambda _: None)
    ready = found.ready
    with one_thread():
        told: Told = {
            "settled": found.settled,
            "looks": found.looks,
            "width": _by_name(found.posterior.about["free"], found.fit.sd()),
            "second": _second(found),
            "checked": _checked(found),
            "outside": _outside(found),
            "outside_p": round(found.fit.outside.p, 4),
        }
    setting = ready.setting
    future = Future(setting.district, setting.rules, setting.decided, setting.stock, found.posterior, setting.seed, ())
    targets, bands = replay(
        future, ready.observed, ready.codes, jobs,
        lambda done: tell(Progress(done, REPLICATES)),
    )  # fmt: skip
    told["targets"] = [{**_rounded(asdict(target)), "met": target.met} for target in targets]
    told["bands"] = [_band(band) for band in bands]
    return replace(found.posterior, about={**found.posterior.about, "diagnostics": told})


def _second(found: Calibration) -> Told | None:
    """The synthetic likelihood on the same table: whether it agrees, and by dynamic parameter the ``shift`` of its mean
    in posterior standard deviations and the ``ratio`` of the standard deviations. None where no summary varies."""
    rows, fit, k = found.rows, found.fit, len(DYNAMIC)
    first = Draws(fit.z[:, DYNAMIC_AT], np.full(len(fit.z), 1.0 / len(fit.z)), fit.effective, np.arange(len(fit.z)))
    try:
        emulator = emulate(rows.z[:, DYNAMIC_AT], fit.projection.table)
    except ValueError:
        return None
    second = sample(emulator, fit.summary, k, found.ready.plan.seed)
    compared = compare(first, second)
    rounded = [
        {"shift": round(float(shift), 3), "ratio": round(float(np.exp(ratio)), 3), "agree": bool(agree)}
        for shift, ratio, agree in zip(compared.shift, compared.log_ratio, compared.agree, strict=True)
    ]
    return {"agree": compared.verdict, "parameters": dict(zip(DYNAMIC, rounded, strict=True))}


def _checked(found: Calibration) -> dict[str, Told]:
    """Simulation-based calibration on rows of the table (``dynamic``, and ``level`` where facilities report): how many
    ``rows``, the central ``shares``, the ``band`` in which all shares covered lie with 99 % if all is right, and by
    parameter the shares ``covered`` and the corrected ``p`` value of even ranks."""
    ready, rows = found.ready, found.rows
    theta, raw, _ = dynamics(rows, ready.observed, ready.codes, ready.plan.seed)
    at = np.arange(min(_DYNAMIC_ROWS, len(theta)))
    luck = uniforms(make_key(ready.plan.seed, 0), numbered(at.size * len(DYNAMIC)), 4, Purpose.OBSERVATION)
    alone = leave_one_out(theta, raw[:, found.fit.used], at, luck.reshape(at.size, len(DYNAMIC)))
    checked = {"dynamic": _judged(DYNAMIC, alone.rank)}
    if found.fit.columns:
        checked["level"] = _judged(LEVELS, _level_ranks(found))
    return checked


def _level_ranks(found: Calibration) -> FloatArray:
    """Ranks (rows, LEVELS) of the true levels of the first rows in their posteriors, from the response that the other
    rows show and their own rates in place of the history's."""
    ready, rows, layout = found.ready, found.rows, found.fit.columns
    count = min(_LEVEL_ROWS, len(rows.numbers) // 4)
    response = response_of(_after(rows, count), ready.codes, layout)
    told = rates(layout, rows.first(count).series.__getitem__, ready.codes)
    shape = (count, told.shape[1] * told.shape[2])
    names = numbered(shape[1])
    noise = np.stack([normals(make_key(ready.plan.seed, row), names, 5, Purpose.OBSERVATION) for row in range(count)])
    told = told + noise.reshape(told.shape) * np.sqrt(error_variance(layout, told))
    luck = numpy_generator(ready.plan.seed, Purpose.WALK)
    ties = uniforms(make_key(ready.plan.seed, 0), numbered(count * len(LEVELS)), 6, Purpose.OBSERVATION)
    ranks = np.empty((count, len(LEVELS)))
    for row in range(count):
        pooled = pool_rates(response, told[row], layout, _LEVEL_DRAWS, luck, _LEVEL_WARM, 1)
        below = (pooled.levels < rows.z[row, LEVEL_AT]).sum(axis=0)
        ranks[row] = (below + ties.reshape(count, -1)[row]) / (_LEVEL_DRAWS + 1.0)
    return ranks


def _after(rows: Rows, count: int) -> Rows:
    """All rows but the first ``count``."""
    series = {key: values[count:] for key, values in rows.series.items()}
    return Rows(rows.numbers[count:], rows.z[count:], rows.effects[count:], series)


def _judged(names: tuple[str, ...], ranks: FloatArray) -> Told:
    shares = np.stack([(np.abs(ranks - 0.5) < share / 2).mean(axis=0) for share in SHARES])
    band = joint_band(len(ranks), SHARES, len(names))
    sound = np.logical_and(shares >= band[:, :1], shares <= band[:, 1:]).min(axis=0)
    p = holm(rank_test(ranks))
    return {
        "rows": len(ranks),
        "shares": list(SHARES),
        "band": [[round(float(edge), 3) for edge in edges] for edges in band],
        "parameters": {
            name: {"covered": [round(float(share), 3) for share in shares[:, at]], "p": round(float(p[at]), 4),
                   "sound": bool(sound[at] and p[at] >= UNEVEN)}
            for at, name in enumerate(names)
        },
    }  # fmt: skip


def _outside(found: Calibration) -> list[Told]:
    """The observed summaries that no simulation of the table comes near: ``indicator``, ``place``, ``first`` and
    ``last`` month, whether the observation lies ``above``, and whether it was ``used`` all the same."""
    ready = found.ready
    spans = [
        (feature.key, span) for feature in features(ready.observed, ready.codes) for span in feature.spans()
    ]  # fmt: skip
    told = []
    for at in found.fit.outside.columns:
        (indicator, place), (first, last) = spans[at]
        told.append({
            "indicator": indicator, "place": place, "first": later(ready.observed.first, first),
            "last": later(ready.observed.first, last), "above": bool(found.fit.outside.z[at] > 0),
            "used": bool(found.fit.used[at]),
        })  # fmt: skip
    return told


def _by_name(names: list[str], sd: FloatArray) -> dict[str, float]:
    by_name = {parameter.name: round(float(sd[at]), 3) for at, parameter in enumerate(DRAWN)}
    return {name: by_name[name] for name in names}


def _rounded(fields: Told) -> Told:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in fields.items()}


def _band(band: Band) -> Told:
    """A band as JSON: months that are not known are null."""
    columns = {name: getattr(band, name) for name in ("observed", "low", "middle", "high")}
    return {"indicator": band.indicator, "place": band.place,
            **{name: [None if np.isnan(value) else round(float(value), 3) for value in values]
               for name, values in columns.items()}}  # fmt: skip
