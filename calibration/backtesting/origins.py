"""One forecast of a backtest: from what was known at the end of a month, ``known`` months into the window.

Nothing after that month enters: the posterior is fitted to the months before, the simulation passes through them and is
anchored to them, and the simulated district carries no history. What was decided (the past) is taken as known, also
where it came later; what it means in heads and rupiah is reckoned where it can be (:mod:`.announced`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from calibration.backtesting.announced import RECKONED, addition, list_known, reckoned, without
from calibration.backtesting.series import Get, Series, observed_get
from calibration.backtesting.steer import steered
from calibration.history.errors import error_of
from calibration.history.observed import DISTRICT, Key, Observed
from calibration.posterior.calibrate import Ready
from calibration.posterior.forecast import Future
from districts.history import BY_KEY, stock_from_history
from districts.model import District, Stock
from scenarios.levers.base import Context
from scenarios.months import later
from sim.posterior import Posterior
from sim.random import Purpose, make_key, normals, numbered

FloatArray = NDArray[np.float64]

#: Months of history before the first origin.
LEAST = 12
#: A stock that can be rebuilt is used when it lies at most so many months before the origin.
OLDEST = 6
#: Flows are anchored to the mean of so many observed months: money, which grows with the members, to the last ones;
#: contacts, referrals and ratios, whose months differ by luck, to a year.
ANCHOR_MONEY, ANCHOR_CARE = 3, 12
#: An anchor moves a replicate by at most this factor, up or down: a month's luck is no change of level.
MOST = 2.0
#: Standard deviation of what a series grows in a year by what no part of the model makes, log scale (assumed; tried on
#: made-up districts that no judgement has seen).
DRIFT = 0.02


@dataclass(frozen=True)
class Start:
    """Where the simulation of an origin begins: after ``stock``, ``lead`` months before the origin; ``rebuilt`` from
    the history, or the calibration's own."""

    stock: Stock
    lead: int
    rebuilt: bool


def start_of(ready: Ready, known: int, latest: bool = False) -> Start:
    """The start for a forecast from the end of the ``known``-th month of the window: the stock of the calibration.

    With ``latest`` it is the last stock that the history up to then gives, at most :data:`OLDEST` months before, as a
    run begins from the latest stock; the stock of the calibration where there is none.
    """
    district, first = ready.setting.district, ready.observed.first
    past = _until(district, later(first, known - 1))
    for lead in range(min(OLDEST, known - 1) + 1) if latest else ():
        stock = stock_from_history(past, later(first, known - 1 - lead))
        if stock is not None:
            return Start(stock, lead, True)
    return Start(district.stock(ready.setting.stock), known, False)


def future_of(
    ready: Ready, start: Start, known: int, horizon: int, posterior: Posterior, keys: tuple[Key, ...]
) -> Future:
    """What is simulated for the origin ``known``: from its start, through the origin, ``horizon`` months further."""
    stock, setting = start.stock, ready.setting
    district = setting.district.model_copy(
        update={"stocks": (stock,), "default_stock": stock.month, "history": (), "inputs": ()}
    )
    months = start.lead + horizon
    # relative months of the past count from the window's first, wherever the simulation begins
    context = Context(district, setting.rules, later(stock.month, 1), months, ready.observed.first)
    decided = ready.past.decided(context)
    future = Future(district, setting.rules, decided, stock.month, posterior, setting.seed + known, keys)
    if list_known(ready.observed, known) is None or not reckoned(decided.policy, start.lead).any():
        return future
    apart = frozenset((name, DISTRICT) for name in RECKONED)
    return replace(future, aside=decided.but(partial(without, lead=start.lead)), aside_keys=apart)


def announced_of(
    ready: Ready, future: Future, start: Start, known: int, replicates: Sequence[int]
) -> dict[str, FloatArray]:
    """What is added to the forecasts of each indicator, (replicates, horizon); nothing where all is simulated."""
    pbi_jk = list_known(ready.observed, known)
    if future.aside is None or pbi_jk is None:
        return {}
    policies = [future.decided.of(future.seed, replicate) for replicate in replicates]
    after = later(start.stock.month, start.lead)
    return {
        name: np.stack([addition(name, policy, future.rules, start.lead, after, pbi_jk) for policy in policies])
        for name in RECKONED
    }


def members(
    series: Series,
    samples: Mapping[Key, FloatArray],
    observed: Observed,
    known: int,
    start: Start,
    seed: int,
    at: int,
    announced: Mapping[str, FloatArray] = MappingProxyType({}),
) -> FloatArray:
    """The forecast of ``series``, (replicates, horizon): simulated, steered by the pace and anchored to the level of
    what was ``observed`` up to the origin, where the simulation passes through it, with errors of observation.

    ``samples`` hold (replicates, lead + horizon) by key; ``at`` numbers the series, for its errors. What is
    ``announced`` of the district's own series, (replicates, horizon) by indicator, is added as it is.
    """
    first, get = known - start.lead, observed_get(observed)
    seen = series.of(get)[first:known]
    length = next(iter(samples.values())).shape[1]
    simulated = summed(series.parts, samples, get, first, known)
    if simulated is None:
        simulated = series.of(samples.__getitem__, slice(first, first + length))
    past, future = simulated[:, : start.lead], simulated[:, start.lead :]
    factor = anchor(past, seen, _anchored(series))
    error = error_of(series.indicator)
    replicates, horizon = future.shape
    noise = np.stack([
        normals(make_key(seed, replicate), numbered(horizon + 6), 1000 + at, Purpose.OBSERVATION)
        for replicate in range(replicates)
    ])  # fmt: skip
    own, shared, last, paces, drift = np.split(noise, horizon + np.array([0, 1, 2, 5]), axis=1)
    months = max(1, min(_anchored(series), int(np.isfinite(seen).sum())))
    future = steered(past, future, seen, months, error.month / np.sqrt(months) * paces, DRIFT * drift[:, 0])
    # the months that anchor have errors of their own
    scale = 1.0 if factor is None else factor[:, None] * np.exp(error.month / np.sqrt(months) * last)
    # a series that was anchored carries the error that all its months share already, and so does a stock of its own
    carried = factor is not None or (start.rebuilt and not series.flow)
    added = announced.get(series.indicator, 0.0) if series.kind == DISTRICT else 0.0
    noisy = np.exp((0.0 if carried else error.series * shared) + error.month * own)
    return np.asarray((future * scale + added) * noisy)


def summed(
    parts: Sequence[Key], samples: Mapping[Key, FloatArray], get: Get, first: int, known: int
) -> FloatArray | None:
    """The sum (replicates, lead + horizon) of the ``parts`` of a series, each carried to its last figure between the
    months ``first`` and ``known`` of the window; None without parts, or where one of them has no figure.

    A cut takes a share of one segment: how many heads that is depends on how large the segment is known to be.
    """
    lead = known - first
    factors = {key: anchor(samples[key][:, :lead], get(key)[first:known], 1) for key in parts}
    carried = [samples[key] * factor[:, None] for key, factor in factors.items() if factor is not None]
    return np.sum(carried, axis=0) if carried and len(carried) == len(parts) else None


def anchor(simulated: FloatArray, observed: FloatArray, months: int) -> FloatArray | None:
    """The factor of each replicate (replicates,) that carries ``simulated`` (replicates, months) to ``observed``
    (months,) over its last ``months`` known months, at most by :data:`MOST`; None without any."""
    seen = np.flatnonzero(np.isfinite(observed))[-months:]
    if not seen.size:
        return None
    own = simulated[:, seen]
    total, count = np.nansum(own, axis=1), np.isfinite(own).sum(axis=1)
    usable = total > 0
    mean = np.where(usable, total, 1.0) / np.maximum(count, 1)
    return np.asarray(np.where(usable, np.clip(observed[seen].mean() / mean, 1 / MOST, MOST), 1.0))


def _anchored(series: Series) -> int:
    """How many months a series is anchored to."""
    if not series.flow:
        return 1
    return ANCHOR_MONEY if BY_KEY[series.indicator].unit == "rupiah" else ANCHOR_CARE


def origins_of(months: int, count: int) -> tuple[int, ...]:
    """The origins of a backtest of so many ``months``: from the twelfth on, each leaving a month to compare, at most
    ``count`` of them evenly spaced. Empty for a history that is too short."""
    first, last = LEAST, months - 1
    if last < first:
        return ()
    spaced = np.linspace(first, last, min(count, last - first + 1))
    return tuple(dict.fromkeys(int(month) for month in np.round(spaced)))


def _until(district: District, month: str) -> District:
    """The district as its history and stocks told it up to ``month``."""
    history = tuple(row for row in district.history if (row.month if "-" in row.month else f"{row.month}-12") <= month)
    stocks = tuple(stock for stock in district.stocks if stock.month <= month)
    return district.model_copy(update={"history": history, "stocks": stocks or district.stocks})
