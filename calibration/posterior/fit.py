"""From a table of simulations and a history to a posterior.

Two parts. *Dynamics*: regression-adjusted ABC on the summaries of district, segment and class series; the free
parameters make the summaries, others of the same processes ride along, so that what the data tell of a sum (removals
and cleansing, say) is kept jointly. *Levels*: the rates of facilities, pooled over facilities; they take the place of
the level parameters and give every facility its effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.facility_rates import Column, columns, error_variance, history_get, needed, rates
from calibration.history.observed import Key, Observed
from calibration.history.summaries import Feature, features, observed_summaries, simulated_summaries
from calibration.posterior.rows import DRAWN, Rows
from calibration.statistics.abc import Projection, accepted, adjust, learn, resample
from calibration.statistics.checks import Outside, outside
from calibration.statistics.pooling import Pooled, Response, learn_response, pool
from sim.random import Generator, Purpose, make_key, normals, numbered, numpy_generator, uniforms
from sim.shocks import EFFECT_SD, EFFECTS

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

DYNAMIC = tuple(parameter.name for parameter in DRAWN if parameter.fit == "dynamic")
LEVELS = tuple(parameter.name for parameter in DRAWN if parameter.fit == "level")
#: A parameter is informed when its posterior is narrower than this share of its prior, or its middle has moved by more
#: than SHIFTED prior standard deviations.
INFORMED, SHIFTED = 0.7, 1.0
#: It is extrapolated when more than this share of its draws lie at the end of what the table holds.
AT_THE_END = 0.1
#: Parameters that ride along with the free ones: those of the same processes. Others do not speak in the summaries, and
#: a regression of them would only add noise.
_ALONG = ("demo.", "register.", "stock.", "premium.", "segment.")
_INDEX = {parameter.name: at for at, parameter in enumerate(DRAWN)}
#: Where they stand among the drawn parameters.
DYNAMIC_AT = [_INDEX[name] for name in DYNAMIC]
LEVEL_AT = [_INDEX[name] for name in LEVELS]
_ALONG_AT = [at for at, parameter in enumerate(DRAWN)
             if parameter.name.startswith(_ALONG) or parameter.fit == "dynamic"]  # fmt: skip
#: Effects that facility reports tell of; that of premiums is not among them.
POOLED_EFFECTS = tuple(name for name in EFFECTS if name != "premium")
#: Of the chain of levels and facility effects, one draw in so many is kept.
_THIN = 3
_POOLED_AT = [EFFECTS.index(name) for name in POOLED_EFFECTS]


@dataclass(frozen=True)
class Fit:
    """Posterior draws on the z scale of the priors, ``z`` (draws, DRAWN), and facility effects ``places`` (draws,
    POOLED_EFFECTS, facilities), None without reports of facilities.

    ``r2`` of the free parameters, ``effective`` size of the ABC sample, ``labels`` and ``outside`` of the summaries,
    ``columns`` the facility rates that were pooled. ``ends`` (2, DRAWN): least and largest value in the table, beyond
    which no draw lies, since a regression would only guess there. ``used`` tells of each summary whether it entered.
    """

    z: FloatArray
    places: FloatArray | None
    projection: Projection
    summary: FloatArray
    effective: float
    labels: tuple[str, ...]
    outside: Outside
    columns: tuple[Column, ...]
    pooled: Pooled | None
    ends: FloatArray
    used: BoolArray

    def mean(self) -> FloatArray:
        """Posterior means on the z scale, (DRAWN,)."""
        return np.asarray(self.z.mean(axis=0))

    def sd(self) -> FloatArray:
        """Posterior standard deviations on the z scale, where those of the prior are 1, (DRAWN,)."""
        return np.asarray(self.z.std(axis=0, ddof=1))

    def informed(self) -> tuple[str, ...]:
        """The free parameters and levels of which the history tells."""
        told = (self.sd() < INFORMED) | (np.abs(self.mean()) > SHIFTED)
        levels = LEVELS if self.pooled is not None else ()
        return tuple(name for name in (*DYNAMIC, *levels) if told[_INDEX[name]])

    def extrapolated(self) -> tuple[str, ...]:
        """The free parameters that the history pushes to the end of what simulations were made for: what they are is a
        guess of the regression, and the model may be wrong for this district."""
        low, high = self.ends
        at_end = ((self.z <= low) | (self.z >= high)).mean(axis=0)
        return tuple(name for name in DYNAMIC if at_end[_INDEX[name]] > AT_THE_END)

    def uninformed(self) -> tuple[str, ...]:
        """The free parameters and levels of which the history tells nothing worth having."""
        told = self.informed()
        return tuple(name for name in (*DYNAMIC, *LEVELS) if name not in told)


def series_needed(observed: Observed, codes: Sequence[str]) -> tuple[Key, ...]:
    """The series of the table that :func:`fit` asks for."""
    return tuple(dict.fromkeys((*observed.asked(), *needed(columns(observed, codes), codes))))


def dynamics(
    rows: Rows, observed: Observed, codes: Sequence[str], seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What ABC works on: ``theta`` (n, DYNAMIC) and summaries of the table (n, q) and of the history (q,)."""
    layout = features(observed, codes)
    width = len(layout) * (observed.months + 1)
    noise = np.stack([
        normals(make_key(seed, int(number)), numbered(width), 0, Purpose.OBSERVATION) for number in rows.numbers
    ]).reshape(len(rows.numbers), len(layout), observed.months + 1)  # fmt: skip
    raw = simulated_summaries(layout, rows.series.__getitem__, codes, noise)
    return rows.z[:, DYNAMIC_AT], raw, observed_summaries(layout, observed, codes)


def within_reach(layout: Sequence[Feature], far: Sequence[int]) -> BoolArray:
    """Which summaries (q,) of ``layout`` tell of parameters: those of series without any in ``far``, the numbers of the
    summaries that no simulation comes near; all of them where no series would be left.

    What the model cannot produce tells that the model is wrong there, not which of its parameters are right; let in, it
    would push them to where all else fits worse (Frazier, Robert & Rousseau 2020, JRSS B 82).
    """
    of_series = np.repeat(np.arange(len(layout)), [len(feature.spans()) for feature in layout])
    near = ~np.isin(of_series, of_series[list(far)])
    return near if near.any() else np.ones_like(near)


def fit(rows: Rows, observed: Observed, codes: Sequence[str], seed: int, draws: int = 1000) -> Fit:
    """The posterior of ``observed`` from ``rows``; the same arguments give the same posterior.

    ``codes`` are the codes of the facilities. Series out of the table's reach are left out, see :func:`within_reach`.
    Raises ``ValueError`` when the history holds nothing.
    """
    if not observed.asked():
        raise ValueError("the history holds no figure within the window")
    theta, raw, here = dynamics(rows, observed, codes, seed)
    described = features(observed, codes)
    far = outside(raw, here)
    used = within_reach(described, far.columns)
    projection = learn(theta, raw[:, used])
    summary = projection(here[used])
    share = accepted(len(theta), len(DYNAMIC)) / len(theta)
    adjusted = adjust(rows.z[:, _ALONG_AT], projection.table, summary, share)
    ends = np.stack([rows.z.min(axis=0), rows.z.max(axis=0)])
    together = rows.z[adjusted.rows].copy()
    together[:, _ALONG_AT] = np.clip(adjusted.theta, *ends[:, _ALONG_AT])
    key = make_key(seed, 0)
    start = float(uniforms(key, numbered(1), 0, Purpose.OBSERVATION)[0])
    z = resample(together, adjusted.weights, draws, start)
    z = z[np.argsort(uniforms(key, numbered(draws), 1, Purpose.OBSERVATION), kind="stable")]
    layout = columns(observed, codes)
    pooled = _pool(rows, observed, codes, layout, seed, draws) if layout else None
    places = None
    if pooled is not None:
        # A chain's neighbours are alike; runs take draws in their order.
        order = np.argsort(uniforms(key, numbered(draws), 2, Purpose.OBSERVATION), kind="stable")
        z[:, LEVEL_AT] = pooled.levels[order]
        places = np.swapaxes(pooled.effects[order], 1, 2)
    labels = tuple(label for feature in described for label in feature.labels())
    return Fit(z, places, projection, summary, adjusted.effective, labels, far, layout, pooled, ends, used)


def response_of(rows: Rows, codes: Sequence[str], layout: Sequence[Column]) -> Response:
    """How the rates of facilities answer to effects and levels, as ``rows`` show it."""
    simulated = rates(layout, rows.series.__getitem__, codes, whole=True)
    effects = np.swapaxes(rows.effects[:, _POOLED_AT], 1, 2)
    return learn_response(simulated, effects, rows.z[:, LEVEL_AT])


def pool_rates(
    response: Response, told: FloatArray, layout: Sequence[Column], draws: int, luck: Generator, warm: int, thin: int
) -> Pooled:
    """The posterior of levels and facility effects given the rates ``told`` (facilities, columns)."""
    spreads = [DRAWN[_INDEX[EFFECT_SD[name]]] for name in POOLED_EFFECTS]
    middles = np.array([parameter.default for parameter in spreads])
    widths = np.array([np.log(parameter.high / parameter.low) / (2 * 1.2815515655446004) for parameter in spreads])
    return pool(response, told, error_variance(layout, told), middles, widths, draws, luck, warm, thin)


def _pool(
    rows: Rows, observed: Observed, codes: Sequence[str], layout: tuple[Column, ...], seed: int, draws: int
) -> Pooled:
    """Levels and facility effects from the rates of facilities, with the response that the table shows."""
    told = rates(layout, history_get(observed), codes)
    luck = numpy_generator(seed, Purpose.OBSERVATION)
    return pool_rates(response_of(rows, codes, layout), told, layout, draws, luck, 200, _THIN)
