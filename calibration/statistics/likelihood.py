"""A second opinion on a posterior: the synthetic likelihood of the summaries, emulated from the table, by Markov chain.

Mean and variance of the summaries are regressed on the parameters over the whole table (Wood 2010, Nature 466; emulated
once, as Meeds & Welling 2014, UAI), the likelihood is normal, the prior N(0, 1), and an ensemble sampler walks
(Goodman & Weare 2010; emcee: Foreman-Mackey et al. 2013, PASP 125). What it assumes (normal summaries, polynomial
means) is not what the adjusted draws of ``abc`` assume (local linearity), so that agreement is worth something.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.abc import Draws
from calibration.statistics.ridge import FloatArray, Ridge, fit_ridge
from sim.random import Purpose, legacy_state, numpy_generator

#: Where the emulated response stops.
_EDGE = 3.0
#: The two posteriors agree on a parameter within these bounds; see :func:`compare`.
FURTHEST_SHIFT, WIDEST_RATIO = 0.5, 1.5


@dataclass(frozen=True)
class Emulator:
    """Summaries given parameters: ``mean`` of the standardised summaries, polynomial in theta, and ``log_variance``,
    linear; ``level`` (d,) what turns the latter's mean into that of the variance; ``inverse`` (d, d) of the residual
    correlation; ``centre``, ``scale`` (d,) of standardisation; ``used`` the columns that vary."""

    mean: Ridge
    log_variance: Ridge
    level: FloatArray
    inverse: FloatArray
    centre: FloatArray
    scale: FloatArray
    used: NDArray[np.intp]

    def log_likelihood(self, theta: FloatArray, s_obs: FloatArray) -> FloatArray:
        """(m,) for parameters ``theta`` (m, k) and observed summaries ``s_obs`` (all columns of the table), up to a
        constant."""
        features = _features(theta)
        log_variance = np.clip(self.log_variance(_held(theta)) + self.level, -12.0, 6.0)
        target = (s_obs[self.used] - self.centre) / self.scale
        standard = (target - self.mean(features)) * np.exp(-0.5 * log_variance)
        return -0.5 * (np.einsum("md,de,me->m", standard, self.inverse, standard) + log_variance.sum(axis=1))


def emulate(theta: FloatArray, s: FloatArray) -> Emulator:
    """Learn mean, variance and correlation of summaries ``s`` (n, d) given ``theta`` (n, k) by cross-validated ridge
    regression: the mean on a polynomial; the logarithm of the variance linearly, for its squares are so ill determined
    that they open false modes in the tails. Raises ``ValueError`` if no summary varies."""
    used = np.flatnonzero(s.std(axis=0) > 1e-9)
    if used.size == 0:
        raise ValueError("no summary varies: the reports tell nothing of any parameter")
    centre, scale = s[:, used].mean(axis=0), s[:, used].std(axis=0)
    features = _features(theta)
    standard = (s[:, used] - centre) / scale
    mean = fit_ridge(features, standard)
    rest = standard - mean.left_out  # out of sample: in sample it would be too small
    floor = 1e-6 * (rest**2).mean(axis=0) + 1e-12
    log_variance = fit_ridge(_held(theta), np.log(rest**2 + floor))
    level = np.log((rest**2 * np.exp(-log_variance.left_out)).mean(axis=0))
    scaled = rest * np.exp(-0.5 * (log_variance.left_out + level))
    correlation = np.corrcoef(scaled, rowvar=False).reshape(used.size, used.size)
    inverse = np.linalg.inv(0.999 * correlation + 0.001 * np.eye(used.size))
    return Emulator(mean, log_variance, level, inverse, centre, scale, used)


def _held(theta: FloatArray) -> FloatArray:
    """Parameters, none further out than the response is followed."""
    return np.clip(theta, -_EDGE, _EDGE)


def _features(theta: FloatArray) -> FloatArray:
    """Parameters, their squares, products and cubes (Hermite), (m, 2 k + k (k + 1) / 2).

    Cubes let a response that levels off do so without turning back; beyond 3 prior standard deviations, where the
    table has next to no rows, the response stays as it is there and the prior decides.
    """
    z = _held(theta)
    first, second = np.triu_indices(theta.shape[1])
    return np.hstack([z, z[:, first] * z[:, second] - (first == second), z**3 - 3.0 * z])


@dataclass(frozen=True)
class Sampled:
    """Equally weighted draws ``theta`` (m, k), the share of steps ``accepted`` and the longest ``autocorrelation`` time
    in steps (infinite if it cannot be told)."""

    theta: FloatArray
    accepted: float
    autocorrelation: float

    def mean(self) -> FloatArray:
        """Posterior means (k,)."""
        return np.asarray(self.theta.mean(axis=0))

    def sd(self) -> FloatArray:
        """Posterior standard deviations (k,)."""
        return np.asarray(self.theta.std(axis=0))


def sample(emulator: Emulator, s_obs: FloatArray, parameters: int, seed: int, steps: int = 900) -> Sampled:
    """Draws given summaries ``s_obs`` (d,): 4 walkers a parameter start from the prior; a third of ``steps`` is thrown
    away, every fifth of the rest is kept. The same seed gives the same draws."""
    import emcee

    walkers = 4 * parameters

    def log_posterior(theta: FloatArray) -> FloatArray:
        return emulator.log_likelihood(theta, s_obs) - 0.5 * (theta * theta).sum(axis=1)

    # Differential evolution moves along the posterior's own axes: at a dozen parameters it mixes about twice as fast.
    moves = [(emcee.moves.DEMove(), 0.7), (emcee.moves.DEMove(gamma0=1.0), 0.1), (emcee.moves.StretchMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, parameters, log_posterior, vectorize=True, moves=moves)
    start = numpy_generator(seed, Purpose.WALK).standard_normal((walkers, parameters))
    sampler.run_mcmc(emcee.State(start, random_state=legacy_state(seed, Purpose.WALK)), steps)
    chain = sampler.get_chain(discard=steps // 3)
    times = emcee.autocorr.integrated_time(chain, quiet=True, tol=0)
    longest = float(np.max(times)) if np.isfinite(times).all() else float("inf")
    return Sampled(chain[::5].reshape(-1, parameters), float(sampler.acceptance_fraction.mean()), longest)


@dataclass(frozen=True)
class Comparison:
    """Two posteriors, parameter by parameter (k,): ``shift`` of the second's mean in posterior standard deviations,
    ``log_ratio`` of its standard deviation to the first's, and whether they ``agree``."""

    shift: FloatArray
    log_ratio: FloatArray
    agree: NDArray[np.bool_]

    @property
    def verdict(self) -> bool:
        """Whether they agree on every parameter."""
        return bool(self.agree.all())


def compare(first: Draws, second: Sampled) -> Comparison:
    """How far the ``second`` opinion is from the ``first``.

    The rule, fixed before any data: they agree on a parameter if the means differ by less than half a posterior
    standard deviation (the geometric mean of the two) and one standard deviation is at most 1.5 times the other. A
    shift of a half moves the ends of an 80 % interval by a fifth of its length and leaves it a coverage of about 75 %;
    errors of either sampler are about a tenth. Agreement is for the whole vector: one parameter out and the verdict is
    no.
    """
    shift = (second.mean() - first.mean()) / np.sqrt(first.sd() * second.sd())
    log_ratio = np.log(second.sd() / first.sd())
    agree = (np.abs(shift) < FURTHEST_SHIFT) & (np.abs(log_ratio) < np.log(WIDEST_RATIO))
    return Comparison(shift, log_ratio, agree)
