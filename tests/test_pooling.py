"""Partial pooling of facilities: closed forms, an exact grid posterior, coverage, and who leans on whom."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.statistics.pooling import Response, learn_response, pool
from sim.random import numpy_generator
from tests.chance import assert_share, assert_uniform


def _one_effect(places: int, own: float, slope: float = 1.0, shared: float = 0.0) -> Response:
    """One figure, one effect; levels reach it with ``shared``; ``own`` variance."""
    return Response(
        level=np.zeros((places, 1)),
        effect=np.array([[slope]]),
        shared=np.array([[shared]]),
        common=np.zeros((1, 1)),
        own=np.full((places, 1, 1), own),
        r2=np.ones(1),
    )


def test_with_a_known_spread_the_mean_is_the_classical_shrinkage_estimate() -> None:
    # u[f] | y[f] ~ N(w y, w v), w = tau² / (tau² + v), if the level is known (Efron & Morris 1975).
    tau, own = 0.5, 0.04
    variance = np.array([0.0, 0.1, 0.4, 2.0])[:, None]
    y = np.array([0.8, -0.6, 1.0, 0.9])[:, None]
    draws = 4000
    found = pool(_one_effect(4, own), y, variance, np.array([tau]), np.zeros(1), draws, numpy_generator(3, 0))
    weight = tau**2 / (tau**2 + own + variance)
    error = np.sqrt(weight * (own + variance) / draws)
    # Draws are independent here (one block, nothing else moves): 8 comparisons at 1e-4 each, two-sided.
    z = (found.effects.mean(axis=0) - weight * y) / error
    assert np.abs(z).max() < stats.norm.isf(0.5e-4)
    ratio = found.effects.var(axis=0, ddof=1) * (draws - 1) / error**2 / draws
    assert (np.abs(stats.norm.ppf(stats.chi2.cdf(ratio, draws - 1))) < stats.norm.isf(0.5e-4)).all()
    assert found.shrinkage == pytest.approx(1 - weight, rel=1e-9)
    assert (found.tau == tau).all()


def test_with_an_unknown_level_the_mean_is_that_of_the_joint_normal() -> None:
    # (u, z) are jointly normal with y: the textbook conditional expectation, by one matrix inverse.
    places, tau, own, shared = 6, 0.4, 0.09, 0.7
    y = np.linspace(-0.5, 1.5, places)[:, None]
    variance = np.linspace(0.0, 0.5, places)[:, None]
    draws = 4000
    found = pool(
        _one_effect(places, own, 1.3, shared), y, variance, np.array([tau]), np.zeros(1), draws, numpy_generator(4, 0)
    )
    load = np.hstack([1.3 * np.eye(places), np.full((places, 1), shared)])
    prior = np.diag([tau**2] * places + [1.0])
    gain = prior @ load.T @ np.linalg.inv(load @ prior @ load.T + np.diag(own + variance[:, 0]))
    mean, cov = gain @ y[:, 0], prior - gain @ load @ prior
    draws_of = np.hstack([found.effects[:, :, 0], found.levels])
    z = (draws_of.mean(axis=0) - mean) / np.sqrt(np.diag(cov) / draws)
    assert np.abs(z).max() < stats.norm.isf(0.5e-4)
    assert np.cov(draws_of.T) == pytest.approx(cov, abs=5 * np.diag(cov).max() * np.sqrt(2 / draws))


def test_an_unknown_spread_has_the_posterior_of_a_fine_grid() -> None:
    # With u integrated out, y[f] ~ N(0, tau² + v): the posterior of tau alone is one-dimensional.
    places, own, median, log_sd = 10, 0.05, 0.3, 0.6
    y = numpy_generator(5, 0).normal(0.0, np.sqrt(0.5**2 + own), (places, 1))
    draws = 6000
    found = pool(
        _one_effect(places, own),
        y,
        np.zeros((places, 1)),
        np.array([median]),
        np.array([log_sd]),
        draws,
        numpy_generator(5, 1),
    )
    log_tau = np.log(median) + log_sd * np.linspace(-6, 6, 4001)
    total = np.exp(2 * log_tau)[:, None] + own
    log_p = -0.5 * ((log_tau - np.log(median)) / log_sd) ** 2 - 0.5 * (np.log(total) + y[:, 0] ** 2 / total).sum(axis=1)
    p = np.exp(log_p - log_p.max())
    cdf = np.cumsum(p) / p.sum()
    # The chain has memory: every tenth is as good as independent.
    assert_uniform(np.interp(np.log(found.tau[::10, 0]), log_tau, cdf))
    assert found.tau_informed.all()


def test_a_facility_with_few_months_leans_on_its_peers() -> None:
    places, monthly = 22, 0.3
    months = np.full(places, 24)
    months[0] = 3
    y = numpy_generator(6, 0).normal(0.0, 0.4, (places, 1))
    y[0] = y[1] = 1.0
    found = pool(
        _one_effect(places, 0.0 + 1e-6),
        y,
        (monthly / months)[:, None],
        np.array([0.4]),
        np.array([0.5]),
        2000,
        numpy_generator(6, 1),
    )
    assert found.shrinkage[0, 0] > 3 * found.shrinkage[1, 0]
    short, long = found.effects.mean(axis=0)[:2, 0]
    assert 0 < short < long < 1.0
    assert found.effects.std(axis=0)[0, 0] > found.effects.std(axis=0)[1, 0]


def test_a_facility_without_data_gets_the_pooled_prior() -> None:
    places = 12
    y = numpy_generator(7, 0).normal(0.0, 0.5, (places, 1))
    y[3] = np.nan
    variance = np.full((places, 1), 0.05)
    variance[3] = np.nan
    found = pool(_one_effect(places, 0.01), y, variance, np.array([0.3]), np.array([0.5]), 5000, numpy_generator(7, 1))
    assert found.shrinkage[3, 0] == pytest.approx(1.0)
    # Given its tau, the effect of the place is a normal of that spread, whatever the others reported.
    assert_uniform(stats.norm.cdf(found.effects[::5, 3, 0] / found.tau[::5, 0]))
    assert not found.effects_informed[3, 0]
    assert found.effects_informed[[0, 1, 2], 0].all()


def test_nothing_observed_leaves_every_prior() -> None:
    places = 8
    y = np.full((places, 1), np.nan)
    found = pool(
        _one_effect(places, 0.1, shared=1.0),
        y,
        np.ones((places, 1)),
        np.array([0.3]),
        np.array([0.5]),
        3000,
        numpy_generator(8, 0),
    )
    assert_uniform(stats.norm.cdf(found.levels[:, 0]))
    assert_uniform(stats.norm.cdf(np.log(found.tau[::3, 0] / 0.3) / 0.5))
    assert not found.levels_informed.any()
    assert not found.tau_informed.any()


def _world(luck: np.random.Generator, n: int, places: int) -> tuple[np.ndarray, ...]:
    """Simulations with 3 effects, 2 levels, 4 figures and a nuisance that all facilities share; spread as drawn."""
    B = np.array([[1.0, 0.0, 0.2], [0.0, 0.9, 0.0], [0.3, 0.0, 1.1], [0.0, 0.0, 0.5]])
    C = np.array([[0.8, 0.0], [0.0, 0.6], [0.3, 0.3], [0.0, -0.4]])
    tau = 0.35 * np.exp(0.4 * luck.standard_normal((n, 3)))
    u = tau[:, None] * luck.standard_normal((n, places, 3))
    z = luck.standard_normal((n, 2))
    size = 0.05 * np.linspace(1, 3, places)[:, None]
    common = 0.1 * luck.standard_normal((n, 1, 4))
    a = np.linspace(-1, 1, places)[:, None] + np.arange(4)
    y = a + u @ B.T + (z @ C.T)[:, None] + common + size * luck.standard_normal((n, places, 4))
    return y, u, z, tau, B, C, a, size


def test_the_response_is_found_again() -> None:
    y, u, z, _, B, C, a, size = _world(np.random.default_rng(11), 1500, 22)
    response = learn_response(y, u, z)
    # Standard errors: own sd / (tau sqrt(n F)) for effects, common sd / sqrt(n) for levels; six of them.
    assert response.effect == pytest.approx(B, abs=6 * 0.15 / 0.3 / np.sqrt(1500 * 22))
    assert response.shared == pytest.approx(C, abs=6 * 0.11 / np.sqrt(1500))
    assert response.level == pytest.approx(a, abs=6 * 0.2 / np.sqrt(1500))
    assert response.common @ response.common.T == pytest.approx(0.01 * np.eye(4), abs=6 * 0.01 * np.sqrt(2 / 1500))
    variances = np.diagonal(response.own, axis1=1, axis2=2)
    assert variances == pytest.approx(np.broadcast_to(size**2, (22, 4)), rel=6 * np.sqrt(2 / 1500), abs=5e-4)


def test_truths_rank_anywhere_in_their_posteriors() -> None:
    # Simulation-based calibration: 100 worlds, a third of the figures missing, facilities of unlike precision.
    worlds, places = 100, 10
    luck = np.random.default_rng(12)
    y, u, z, _, *_ = _world(luck, 1000, places)
    response = learn_response(y, u, z)
    y, u, z, tau, *_ = _world(luck, worlds, places)
    variance = luck.choice([0.01, 0.2], (worlds, places, 4))
    y = y + np.sqrt(variance) * luck.standard_normal(y.shape)
    y[luck.random(y.shape) < 1 / 3] = np.nan
    ranks, inside = np.empty((worlds, 6)), 0
    for i in range(worlds):
        found = pool(
            response, y[i], variance[i], np.full(3, 0.35), np.full(3, 0.4), 120, numpy_generator(13, i), warm=40
        )
        sample = np.hstack([found.levels, found.tau, found.effects[:, 0, :1]])
        truth = np.concatenate([z[i], tau[i], u[i, 0, :1]])
        ranks[i] = ((sample < truth).sum(axis=0) + luck.random(6)) / 121
        # One effect of one place a world, so that trials are independent.
        low, high = np.quantile(found.effects[:, i % places, 1], [0.1, 0.9])
        inside += int(low < u[i, i % places, 1] < high)
    for column in ranks.T:
        assert_uniform(column)
    assert_share(inside, worlds, 0.8)


def test_the_same_generator_gives_the_same_draws() -> None:
    y = np.array([[0.1], [0.4], [np.nan]])
    arguments = (_one_effect(3, 0.1, shared=1.0), y, np.ones((3, 1)), np.array([0.3]), np.array([0.5]), 20)
    first, second = pool(*arguments, numpy_generator(1, 0)), pool(*arguments, numpy_generator(1, 0))
    assert (first.effects == second.effects).all()
    assert (first.tau == second.tau).all()


def test_faults_are_told() -> None:
    response = _one_effect(2, 0.1)
    ok = (np.zeros((2, 1)), np.ones((2, 1)), np.array([0.3]), np.array([0.5]), 5, numpy_generator(1, 0))
    for place, wrong in ((0, np.zeros((3, 1))), (1, np.full((2, 1), np.nan)), (2, np.array([0.0])), (3, np.ones(2))):
        with pytest.raises(ValueError):
            pool(response, *ok[:place], wrong, *ok[place + 1 :])
    with pytest.raises(ValueError, match="finite"):
        learn_response(np.full((50, 2, 1), np.nan), np.zeros((50, 2, 1)), np.zeros((50, 1)))
    with pytest.raises(ValueError, match="too few"):
        learn_response(np.zeros((5, 2, 1)), np.zeros((5, 2, 1)), np.zeros((5, 1)))
