"""Regression-adjusted ABC and the second opinion: closed forms, calibration of ranks, reports out of reach."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.statistics.abc import Draws, accepted, adjust, learn, resample
from calibration.statistics.checks import LEVELS, holm, joint_band, leave_one_out, outside, rank_test
from calibration.statistics.likelihood import Sampled, compare, emulate, sample
from tests.chance import FALSE_ALARM, assert_share, assert_uniform

ROWS, PARAMETERS, REPORTS = 3000, 4, 20


class Linear:
    """Reports = A theta + noise: the posterior is normal. The last parameter reaches nothing, report 7 never varies."""

    def __init__(self) -> None:
        luck = np.random.default_rng(31)
        self.slope = luck.standard_normal((PARAMETERS, REPORTS)) / 2
        self.slope[-1], self.slope[:, 7], self.noise = 0.0, 0.0, np.full(REPORTS, 2.0)
        self.noise[7] = 0.0
        self.theta, self.raw = self.simulate(luck, ROWS)
        self.new_theta, self.new_raw = self.simulate(luck, 60)

    def simulate(self, luck: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        theta = luck.standard_normal((n, PARAMETERS))
        return theta, 5.0 + theta @ self.slope + self.noise * luck.standard_normal((n, REPORTS))

    def posterior(self, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exact means (m, k) and standard deviations (k,)."""
        used = self.noise > 0
        weighted = self.slope[:, used] / self.noise[used] ** 2
        cov = np.linalg.inv(np.eye(PARAMETERS) + weighted @ self.slope[:, used].T)
        return (raw[:, used] - 5.0) @ weighted.T @ cov, np.sqrt(np.diag(cov))


@pytest.fixture(scope="module")
def linear() -> Linear:
    return Linear()


def test_the_linear_model_has_its_exact_posterior(linear: Linear) -> None:
    projection = learn(linear.theta, linear.raw)
    mean, sd = linear.posterior(linear.new_raw)
    found = [adjust(linear.theta, projection.table, projection(raw)) for raw in linear.new_raw]
    shift = (np.array([draws.mean() for draws in found]) - mean) / sd
    ratio = np.array([draws.sd() for draws in found]) / sd
    # Expected squared shift: (REPORTS + 1) / ROWS from learning the summaries and 1 / effective from the weighted
    # draws and as much from the local level; observations share a table, so half as much again in root mean square.
    effective = min(draws.effective for draws in found)
    expected = np.sqrt((REPORTS + 1) / ROWS + 2 / effective)
    assert np.sqrt((shift**2).mean()) < 1.5 * expected
    assert np.abs(shift).max() < 5 * expected
    # A standard deviation of m draws has relative error 1 / sqrt(2 m), and learning loses (REPORTS + 1) / (2 ROWS).
    # Where slopes of the log variance are kept, that at the observation errs by pi / sqrt(8) (half the standard
    # deviation of the log of a squared normal) times its leverage, (1 + d²) / effective with d² up to 9: four of these.
    assert np.sqrt(((ratio - 1) ** 2).mean()) < 2 * (1 / np.sqrt(2 * effective) + (REPORTS + 1) / (2 * ROWS))
    assert np.abs(ratio - 1).max() < 4 * np.pi / np.sqrt(8) * np.sqrt(10 / effective)
    assert projection.informed.tolist() == [True, True, True, False]
    assert projection.r2[:3] == pytest.approx(1 - sd[:3] ** 2, abs=0.05)


def test_a_parameter_without_information_keeps_its_prior(linear: Linear) -> None:
    projection = learn(linear.theta, linear.raw)
    draws = adjust(linear.theta, projection.table, projection(linear.new_raw[0]))
    error = 1 / np.sqrt(draws.effective)
    assert abs(draws.mean()[3]) < 4 * error
    assert abs(draws.sd()[3] - 1) < 4 * error / np.sqrt(2)
    nothing = np.zeros((ROWS, 1))
    alone = adjust(linear.theta, nothing, np.zeros(1))
    assert alone.mean() == pytest.approx(linear.theta[alone.rows].mean(axis=0))
    assert alone.sd() == pytest.approx(np.ones(PARAMETERS), abs=4 / np.sqrt(2 * alone.effective))


def test_ranks_are_uniform_and_intervals_cover(linear: Linear) -> None:
    rows = np.arange(400)
    found = leave_one_out(linear.theta, linear.raw, rows, np.random.default_rng(32).random((400, PARAMETERS)))
    # One joint band and one corrected test, each at the false-alarm rate.
    band = joint_band(400, LEVELS, PARAMETERS, 1 - FALSE_ALARM)
    coverage = found.coverage()
    assert ((band[:, :1] <= coverage) & (coverage <= band[:, 1:])).all()
    assert holm(rank_test(found.rank)).min() > FALSE_ALARM
    _, sd = linear.posterior(linear.raw[:1])
    assert found.sd.mean(axis=0) == pytest.approx(sd, rel=0.05)


def test_a_posterior_too_narrow_is_found_out() -> None:
    # Intervals of 0.7 of their length: of 300 ranks of a normal truth both tests must see it.
    ranks = stats.norm.cdf(np.random.default_rng(33).standard_normal((300, 3)) / 0.7)
    assert holm(rank_test(ranks)).max() < 0.01
    covered = np.stack([np.abs(ranks - 0.5) < level / 2 for level in LEVELS]).mean(axis=1)
    assert (covered[1] < joint_band(300, LEVELS, 3)[1, 0]).all()


def test_spread_that_depends_on_the_parameter_is_followed() -> None:
    # One report, theta + noise of standard deviation exp(theta / 3) / 2: the posterior by quadrature.
    luck = np.random.default_rng(34)
    theta = luck.standard_normal((6000, 1))
    raw = theta + 0.5 * np.exp(theta / 3) * luck.standard_normal((6000, 1))
    projection = learn(theta, raw)
    emulator = emulate(theta, projection.table)
    grid = np.linspace(-5, 5, 4001)
    for observed in (-1.2, 1.2):
        log_p = -0.5 * grid**2 - grid / 3 - 0.5 * ((observed - grid) / (0.5 * np.exp(grid / 3))) ** 2
        p = np.exp(log_p - log_p.max())
        mean = p @ grid / p.sum()
        sd = np.sqrt(p @ (grid - mean) ** 2 / p.sum())
        summary = projection(np.array([observed]))
        draws = adjust(theta, projection.table, summary)
        # 2,000 draws: 0.02 of a sd each; the rest is curvature, for which a tenth is allowed.
        assert draws.mean()[0] == pytest.approx(mean, abs=0.16 * sd)
        assert draws.sd()[0] == pytest.approx(sd, rel=0.16)
        second = sample(emulator, summary, 1, 3)
        assert second.mean()[0] == pytest.approx(mean, abs=0.3 * sd)


def test_the_second_opinion_is_the_exact_posterior_too(linear: Linear) -> None:
    projection = learn(linear.theta, linear.raw)
    emulator = emulate(linear.theta, projection.table)
    mean, sd = linear.posterior(linear.new_raw[:3])
    for raw, exact in zip(linear.new_raw[:3], mean, strict=True):
        found = sample(emulator, projection(raw), PARAMETERS, 35)
        # 16 walkers of 600 steps, autocorrelation below 40: 240 effective draws or more.
        assert found.autocorrelation < 40
        error = 4 * np.sqrt(1 / 240 + (REPORTS + 1) / ROWS)
        assert np.abs((found.mean() - exact) / sd).max() < error
        assert np.abs(found.sd() / sd - 1).max() < 4 / np.sqrt(480) + (REPORTS + 1) / ROWS
        assert compare(adjust(linear.theta, projection.table, projection(raw)), found).verdict
    again = sample(emulator, projection(linear.new_raw[2]), PARAMETERS, 35)
    assert (again.theta == found.theta).all()


def test_the_verdict_follows_its_rule() -> None:
    z = stats.norm.ppf((np.arange(999) + 0.5) / 999)[:, None]
    first = Draws(np.hstack([z, z, z]), np.full(999, 1 / 999), 999.0, np.arange(999))
    told = compare(first, Sampled(np.hstack([z + 0.4, z + 0.6, 1.6 * z]), 0.3, 10.0))
    assert told.agree.tolist() == [True, False, False]
    assert not told.verdict
    assert told.shift[:2] == pytest.approx([0.4, 0.6], rel=0.01)
    assert told.log_ratio == pytest.approx([0, 0, np.log(1.6)], abs=1e-9)


def test_reports_out_of_reach_are_named(linear: Linear) -> None:
    # One row in 75 has a report beyond the range of the table by chance (20 reports, 2 in 3001 each); this has none.
    fine = outside(linear.raw, linear.new_raw[1])
    assert fine.columns == []
    assert fine.p > FALSE_ALARM
    odd = linear.new_raw[1].copy()
    odd[3], odd[7] = 60.0, 5.5
    told = outside(linear.raw, odd)
    assert told.columns == [3, 7]
    assert told.z[3] > 4
    assert np.isinf(told.z[7])


def test_a_combination_that_never_occurs_is_seen() -> None:
    # Two reports that always rise together: each is in range, but not the one up and the other down.
    luck = np.random.default_rng(36)
    first = luck.standard_normal(2000)
    raw = np.column_stack([first, first + 0.1 * luck.standard_normal(2000), luck.standard_normal(2000)])
    told = outside(raw, np.array([1.5, -1.5, 0.0]))
    assert told.columns == []
    assert told.p == pytest.approx(2 / 2001)


def test_observations_of_the_model_are_rarely_called_odd(linear: Linear) -> None:
    p = [outside(linear.raw[:800], raw).p < 0.2 for raw in linear.raw[800:1000]]
    # Bonferroni over two all but independent distances: 0.19 at a level of 0.2.
    assert_share(sum(p), 200, 0.19)


def test_resampling_keeps_the_weights() -> None:
    weights = np.random.default_rng(37).dirichlet(np.ones(50))
    draws = np.arange(50.0)[:, None]
    found = resample(draws, weights, 1000, 0.37)
    counts = np.bincount(found[:, 0].astype(int), minlength=50)
    assert np.abs(counts - 1000 * weights).max() < 1
    assert (resample(draws, weights, 1000, np.full(1000, 0.37)) == found).all()
    assert_uniform(resample(np.linspace(0, 1, 2000)[:, None], np.ones(2000), 500, 0.5)[:, 0])


def test_the_joint_band_holds_what_it_says() -> None:
    band = joint_band(300, LEVELS, 12)
    hits = np.round(band * 300).astype(int)
    out = sum(
        stats.binom.cdf(low - 1, 300, level) + stats.binom.sf(high, 300, level)
        for (low, high), level in zip(hits, LEVELS, strict=True)
    )
    assert 12 * out <= 0.01
    assert (band[:, 0] < LEVELS).all()
    assert (band[:, 1] > LEVELS).all()


def test_holm_is_the_published_example() -> None:
    # Step-down by hand: 0.01 × 4; 0.02 × 3; 0.03 × 2 is not below the one before; 0.04 × 1 neither.
    assert holm(np.array([0.03, 0.01, 0.04, 0.02])) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_a_short_table_is_used_whole_and_faults_are_told() -> None:
    assert accepted(150, 12) == 150
    assert accepted(400, 12) == 260
    assert accepted(3000, 12) == 1200
    with pytest.raises(ValueError, match="at least 20"):
        learn(np.zeros((10, 1)), np.zeros((10, 1)))
    with pytest.raises(ValueError, match="finite"):
        learn(np.zeros((30, 1)), np.full((30, 1), np.nan))
    with pytest.raises(ValueError, match="finite"):
        adjust(np.zeros((30, 1)), np.zeros((30, 1)), np.array([np.nan]))
    with pytest.raises(ValueError, match="no summary"):
        emulate(np.zeros((30, 1)), np.zeros((30, 1)))


def test_constant_reports_leave_the_prior() -> None:
    theta = np.random.default_rng(38).standard_normal((500, 2))
    projection = learn(theta, np.ones((500, 3)))
    assert not projection.informed.any()
    draws = adjust(theta, projection.table, projection(np.ones(3)))
    assert draws.sd() == pytest.approx([1, 1], abs=4 / np.sqrt(2 * draws.effective))
