"""Facilities that learn from one another: a hierarchical normal model of their rates (partial pooling).

Transformed means of facility f (logits of contact rate, referral ratio, …) answer to effects of the place u[f], to
levels z that all share and to everything else that the simulation varies:

    y[f] = a[f] + B u[f] + C z + common + e[f],
    u[f] ~ N(0, diag(tau²)), z ~ N(0, 1), common ~ N(0, K K'), e[f] ~ N(0, S[f])

:func:`learn_response` takes a, B, C, K and S from simulations, :func:`pool` the posterior of u, z and tau from what was
observed (Lindley & Smith 1972, JRSS B 34; Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 5 and 15). Draws come
from the generator that is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.ridge import FloatArray
from sim.random import Generator

#: Points on the grid of a standard deviation, and how many prior log-sds it reaches to either side.
_GRID, _REACH = 241, 4.5
#: A parameter is informed if its posterior variance is below this part of its prior variance.
_LEARNED = 0.9
#: No facility's own variance lies below this part of the average one.
_LEAST_OWN = 0.05


@dataclass(frozen=True)
class Response:
    """How facility means answer: ``level`` a (F, q), ``effect`` B (q, e), ``shared`` C (q, k), ``common`` K (q, q) with
    K K' the covariance of what all facilities of one simulation have in common beyond z, ``own`` S (F, q, q), and
    ``r2`` (q,): the share of the variance within facilities that effects and levels explain."""

    level: FloatArray
    effect: FloatArray
    shared: FloatArray
    common: FloatArray
    own: FloatArray
    r2: FloatArray


def learn_response(y: FloatArray, effects: FloatArray, levels: FloatArray) -> Response:
    """The response of ``y`` (n simulations, F, q) to ``effects`` (n, F, e) and ``levels`` (n, k).

    Least squares with an intercept per facility and slopes that all share. Residuals are split into a part common to
    the facilities of a simulation (nuisance parameters, months) and one of their own, whose correlations are pooled and
    whose variances are by facility (few people: much luck). Raises ``ValueError`` if anything is not finite or rows are
    fewer than twice the slopes.
    """
    n, places, q = y.shape
    e, k = effects.shape[2], levels.shape[1]
    if not (np.isfinite(y).all() and np.isfinite(effects).all() and np.isfinite(levels).all()):
        raise ValueError("simulated means, effects and levels must be finite")
    if n < 2 * (e + k) + 2:
        raise ValueError(f"{n} simulations are too few for {e + k} slopes")
    x = np.concatenate([effects, np.broadcast_to(levels[:, None], (n, places, k))], axis=2)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    flat_x, flat_y = (x - x_mean).reshape(-1, e + k), (y - y_mean).reshape(-1, q)
    slope = np.linalg.lstsq(flat_x, flat_y, rcond=None)[0]
    rest = (flat_y - flat_x @ slope).reshape(n, places, q)
    total = (flat_y**2).sum(axis=0)
    r2 = 1.0 - (rest**2).sum(axis=(0, 1)) / np.where(total > 0, total, 1.0)
    common, own = _split(rest, n - 1 - (e + k) / places)
    return Response(y_mean - x_mean @ slope, slope[:e].T, slope[e:].T, common, own, r2)


def _split(rest: FloatArray, freedom: float) -> tuple[FloatArray, FloatArray]:
    """A root (q, q) of the common covariance and the own ones (F, q, q) of residuals ``rest`` (n, F, q)."""
    _, places, q = rest.shape
    shared = rest.mean(axis=1)
    away = rest - shared[:, None]
    if places < 3:
        return np.zeros((q, q)), np.einsum("nfa,nfb->fab", rest, rest) / freedom + 1e-12 * np.eye(q)
    pooled = np.einsum("nfa,nfb->ab", away, away) / (freedom * (places - 1)) + 1e-12 * np.eye(q)
    mean = np.diag(pooled)
    variance = ((away**2).sum(axis=0) / freedom - mean / places) / (1.0 - 2.0 / places)
    scale = np.sqrt(np.maximum(variance, _LEAST_OWN * mean) / mean)
    values, vectors = np.linalg.eigh(shared.T @ shared / freedom - pooled / places)
    return vectors * np.sqrt(np.maximum(values, 0.0)), scale[:, :, None] * pooled * scale[:, None, :]


@dataclass(frozen=True)
class Pooled:
    """A posterior, equally weighted: ``levels`` (draws, k), ``effects`` (draws, F, e), ``tau`` (draws, e).

    ``shrinkage`` (F, q): the part of the variance among facilities that a facility's own figures leave unknown (0: it
    speaks for itself; 1: only its peers speak for it). ``levels_informed`` (k,), ``tau_informed`` (e,) and
    ``effects_informed`` (F, e) say where the posterior variance is below nine tenths of the prior's.
    """

    levels: FloatArray
    effects: FloatArray
    tau: FloatArray
    shrinkage: FloatArray
    levels_informed: NDArray[np.bool_]
    tau_informed: NDArray[np.bool_]
    effects_informed: NDArray[np.bool_]


def pool(
    response: Response,
    observed: FloatArray,
    variance: FloatArray,
    tau_median: FloatArray,
    tau_log_sd: FloatArray,
    draws: int,
    luck: Generator,
    warm: int = 200,
    thin: int = 1,
) -> Pooled:
    """The posterior of levels, facility effects and their spread given ``observed`` (F, q), NaN where missing.

    ``variance`` (F, q) is the error of observation on the same scale, beyond the residual that simulations of the whole
    window have already (fewer months: more). The standard deviations of the effects have log-normal priors with medians
    ``tau_median`` (e,) and ``tau_log_sd`` (e,), 0 for one that is known. Gibbs sampling, ``warm`` iterations thrown
    away and every ``thin``-th kept: levels with the effects integrated out, effects given levels, and each spread twice
    by inverse distribution function on a grid, given the effects and given the effects in units of it (interweaving: Yu
    & Meng 2011, JCGS 20), so that neither a spread near 0 nor one without data is slow to move. Raises ``ValueError``
    for shapes that do not match, infinite figures or variances that are negative or not finite where observed.
    """
    places, q = response.level.shape
    e, k = response.effect.shape[1], response.shared.shape[1]
    seen = ~np.isnan(observed)
    if observed.shape != (places, q) or variance.shape != (places, q):
        raise ValueError(f"observed {observed.shape} and variance {variance.shape} must be {(places, q)}")
    if tau_median.shape != (e,) or tau_log_sd.shape != (e,) or (tau_median <= 0).any() or (tau_log_sd < 0).any():
        raise ValueError(f"each of {e} effects needs a positive median spread and a log-sd of at least 0")
    if np.isinf(observed).any() or not (np.isfinite(variance[seen]).all() and (variance[seen] >= 0).all()):
        raise ValueError("observed means must not be infinite; their variances must be finite and at least 0")
    precision = _precision(response.own, variance, seen)
    load = np.hstack([response.shared, response.common])
    away = np.where(seen, observed - response.level, 0.0)
    B = response.effect
    # Products that no iteration changes.
    pb, pc = precision @ B, precision @ load
    bpb, bpc, cpc = np.einsum("qe,fqg->feg", B, pb), np.einsum("qe,fqk->fek", B, pc), load.T @ pc
    bpy, cpy = np.einsum("fqe,fq->fe", pb, away), np.einsum("fqk,fq->fk", pc, away)
    grid = np.exp(np.log(tau_median) + tau_log_sd * np.linspace(-_REACH, _REACH, _GRID)[:, None])  # (grid, e)
    log_prior = -0.5 * np.linspace(-_REACH, _REACH, _GRID) ** 2
    free = np.flatnonzero(tau_log_sd > 0)
    tau = tau_median.astype(float)
    kept_z, kept_u, kept_tau = np.empty((draws, k)), np.empty((draws, places, e)), np.empty((draws, e))
    shrinkage = np.zeros((places, q))
    for iteration in range(-warm, draws * thin):
        spread = np.linalg.inv(bpb + np.diag(tau**-2.0))  # covariance of u[f] given z
        through = spread @ bpc  # (F, e, k + q)
        z_precision = np.eye(load.shape[1]) + (cpc - np.einsum("fek,fel->fkl", bpc, through)).sum(axis=0)
        z_pull = (cpy - np.einsum("fek,fe->fk", through, bpy)).sum(axis=0)
        root = np.linalg.cholesky(z_precision)
        z = np.linalg.solve(z_precision, z_pull) + np.linalg.solve(root.T, luck.standard_normal(len(z_pull)))
        pull = bpy - bpc @ z  # (F, e)
        noise = np.einsum("feg,fg->fe", np.linalg.cholesky(spread), luck.standard_normal((places, e)))
        u = np.einsum("feg,fg->fe", spread, pull) + noise
        for j in free:
            squares = float(u[:, j] @ u[:, j])
            value = _inverse(
                grid[:, j], log_prior - places * np.log(grid[:, j]) - 0.5 * squares / grid[:, j] ** 2, luck
            )
            unit = u[:, j] / value
            others = pull[:, j] - np.einsum("fg,fg->f", bpb[:, j], u) + bpb[:, j, j] * u[:, j]
            linear, square = float(unit @ others), float(unit**2 @ bpb[:, j, j])
            tau[j] = _inverse(grid[:, j], log_prior + grid[:, j] * linear - 0.5 * grid[:, j] ** 2 * square, luck)
            u[:, j] = unit * tau[j]
        if iteration >= 0 and iteration % thin == 0:
            at = iteration // thin
            kept_z[at], kept_u[at], kept_tau[at] = z[:k], u, tau
            shrinkage += _left_unknown(B, np.linalg.inv(bpb + np.diag(tau**-2.0)), tau)
    tau_prior = tau_median**2 * np.exp(tau_log_sd**2) * np.expm1(tau_log_sd**2)
    return Pooled(
        kept_z,
        kept_u,
        kept_tau,
        shrinkage / draws,
        kept_z.var(axis=0) < _LEARNED,
        kept_tau.var(axis=0) < _LEARNED * tau_prior,
        kept_u.var(axis=0) < _LEARNED * (kept_tau**2).mean(axis=0),
    )


def _precision(own: FloatArray, variance: FloatArray, seen: NDArray[np.bool_]) -> FloatArray:
    """Inverse covariances (F, q, q) of what each facility reports; rows and columns of what is missing are zero."""
    precision = np.zeros_like(own)
    for place, here in enumerate(seen):
        columns = np.flatnonzero(here)
        block = np.ix_(columns, columns)
        precision[place][block] = np.linalg.inv(own[place][block] + np.diag(variance[place, columns]))
    return precision


def _left_unknown(B: FloatArray, spread: FloatArray, tau: FloatArray) -> FloatArray:
    """Variance of B u[f] given the figures over that without, (F, q); 1 where no effect reaches."""
    after = np.einsum("qe,feg,qg->fq", B, spread, B)
    before = B**2 @ tau**2
    return np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)


def _inverse(grid: FloatArray, log_density: FloatArray, luck: Generator) -> float:
    """A draw from a density over the logarithm of ``grid`` (evenly spaced), linear between its points."""
    density = np.exp(log_density - log_density.max())
    steps = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return float(np.exp(np.interp(luck.random() * steps[-1], steps, np.log(grid))))
