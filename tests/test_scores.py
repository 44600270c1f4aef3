"""Scores against closed forms and an independent library."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from calibration.statistics.scores import (
    LEVELS,
    central_normal,
    covered,
    crps_normal,
    crps_sample,
    inside,
    mase,
    paired_bootstrap,
    pit,
    pit_normal,
    skill,
)
from sim.random import Purpose, numpy_generator
from tests.chance import assert_mean, assert_share, assert_uniform

NUMBERS = st.floats(-1e6, 1e6)


def test_normal_at_its_mean() -> None:
    assert crps_normal(5.0, 2.0, 5.0) == pytest.approx(2.0 * (np.sqrt(2.0) - 1.0) / np.sqrt(np.pi))


def test_normal_without_spread_is_the_absolute_error() -> None:
    assert crps_normal([5.0, 5.0], 0.0, [7.0, 5.0]).tolist() == [2.0, 0.0]
    assert crps_normal(5.0, 1e-310, 7.0) == 2.0


def test_normal_agrees_with_scoringrules() -> None:
    mean, sd, seen = np.array([0.0, 1e9, -3.0]), np.array([1.0, 1e7, 0.5]), np.array([2.0, 9.6e8, -3.1])
    np.testing.assert_allclose(crps_normal(mean, sd, seen), scoringrules.crps_normal(seen, mean, sd), rtol=1e-12)


def test_normal_refuses_a_negative_spread() -> None:
    with pytest.raises(ValueError):
        crps_normal(0.0, -1.0, 0.0)


def test_sample_agrees_with_the_fair_estimator_of_scoringrules() -> None:
    generator = numpy_generator(1, Purpose.BOOTSTRAP)
    members, seen = generator.normal(1e9, 1e6, (20, 37)), generator.normal(1e9, 1e6, 20)
    expected = scoringrules.crps_ensemble(seen, members, estimator="pwm")
    np.testing.assert_allclose(crps_sample(members, seen), expected, rtol=1e-6)


def test_sample_by_hand() -> None:
    # Distances 1 and 3, mean 2; the two members are 4 apart, half of it 2.
    assert crps_sample([[0.0, 4.0]], [1.0]).tolist() == [0.0]
    assert crps_sample([[3.0]], [1.0]).tolist() == [2.0]


def test_small_samples_score_as_their_distribution_in_the_mean() -> None:
    members = numpy_generator(2, Purpose.BOOTSTRAP).normal(0.0, 1.0, (4000, 3))
    assert_mean(crps_sample(members, np.full(4000, 0.4)), float(crps_normal(0.0, 1.0, 0.4)))


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=NUMBERS), NUMBERS, NUMBERS)
def test_sample_moves_and_scales_with_its_unit(members: np.ndarray, seen: float, shift: float) -> None:
    observed = np.full(len(members), seen)
    score = crps_sample(members, observed)
    np.testing.assert_allclose(crps_sample(members + shift, observed + shift), score, atol=1e-3)
    np.testing.assert_allclose(crps_sample(-3.0 * members, -3.0 * observed), 3.0 * score, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(crps_sample(members[:, ::-1], observed), score, atol=1e-3)
    assert np.all(score <= np.abs(members - seen).mean(axis=1) + 1e-6)


@settings(max_examples=50, deadline=None)
@given(NUMBERS, st.floats(0, 1e6), NUMBERS)
def test_normal_lies_between_zero_and_the_absolute_error(mean: float, sd: float, seen: float) -> None:
    assert 0 <= crps_normal(mean, sd, seen) <= abs(seen - mean) + sd


def test_a_missing_observation_has_a_missing_score() -> None:
    assert np.isnan(crps_sample([[1.0, 2.0]], [np.nan])).all()
    assert np.isnan(crps_normal(1.0, 1.0, np.nan))
    assert np.isnan(pit([[1.0, 2.0]], [np.nan])).all()


def test_shapes_must_match() -> None:
    for members, seen in ((np.zeros((2, 3)), np.zeros(3)), (np.zeros(3), np.zeros(3)), (np.zeros((2, 0)), np.zeros(2))):
        with pytest.raises(ValueError):
            crps_sample(members, seen)


def test_mase_by_hand() -> None:
    assert mase([1.0, -3.0, np.nan], [10.0, 12.0, 11.0, 14.0]) == pytest.approx(2.0 / 2.0)
    assert mase([1.0], [1.0, 5.0, 2.0, 9.0], season=2) == pytest.approx(1.0 / 2.5)
    assert np.isnan(mase([1.0], [4.0, 4.0, 4.0]))
    assert np.isnan(mase([1.0], [4.0, np.nan]))
    with pytest.raises(ValueError):
        mase([1.0], [4.0, 5.0], season=0)


@pytest.mark.parametrize("level", LEVELS)
def test_coverage_of_true_ensembles(level: float) -> None:
    generator = numpy_generator(3, Purpose.BOOTSTRAP)
    members, seen = generator.normal(size=(3000, 999)), generator.normal(size=3000)
    # With m members Hazen's ends differ from the level by less than 1/m.
    assert_share(int(covered(members, seen, level).sum()), 3000, level)
    assert_share(int(inside(central_normal(0.0, np.ones(3000), level), seen).sum()), 3000, level)


def test_coverage_includes_the_ends_and_excludes_missing() -> None:
    members = np.full((3, 5), 2.0)
    assert covered(members, [2.0, 2.1, np.nan], 0.8).tolist() == [True, False, False]
    with pytest.raises(ValueError):
        covered(members, [2.0, 2.0, 2.0], 1.0)


def test_pit_is_uniform_for_true_ensembles() -> None:
    generator = numpy_generator(4, Purpose.BOOTSTRAP)
    places = pit(generator.normal(size=(1000, 199)), generator.normal(size=1000))
    assert_uniform(places)
    assert_uniform(pit_normal(0.0, 1.0, generator.normal(size=1000)))


def test_pit_by_hand() -> None:
    assert pit([[1.0, 2.0, 3.0]], [2.5]).tolist() == [2.5 / 4]
    assert pit([[2.0, 2.0, 2.0]], [2.0]).tolist() == [0.5]
    assert pit_normal(1.0, 0.0, [0.0, 1.0, 2.0]).tolist() == [0.0, 0.5, 1.0]
    assert pit_normal(1.0, 2.0, 3.0) == pytest.approx(stats.norm.cdf(1.0))


def test_skill() -> None:
    assert skill(0.75) == 0.25


def test_bootstrap_resamples_whole_units() -> None:
    """Two origins that differ by -1 and +3: a resample holds both of one, both of the other, or one of each."""
    a, b = np.array([0.0, 0.0, 3.0, 3.0]), np.array([1.0, 1.0, 0.0, 0.0])
    found = paired_bootstrap(a, b, np.array(["2023", "2023", "2024", "2024"]), numpy_generator(5, Purpose.BOOTSTRAP))
    assert (found.estimate, found.low, found.high) == (1.0, -1.0, 3.0)


def test_bootstrap_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = numpy_generator(6, Purpose.BOOTSTRAP)
    hits = 0
    for _ in range(300):
        unit = generator.normal(0.5, 1.0, 60)
        a = np.repeat(unit, 3)
        found = paired_bootstrap(a, np.zeros(180), np.repeat(np.arange(60), 3), generator, 0.8, draws=400)
        hits += found.low <= 0.5 <= found.high
    # A percentile interval of 60 units is narrower by about (1 + 1/60)/2 of its variance: 0.79 in truth.
    assert_share(hits, 300, 0.79)


def test_bootstrap_of_a_ratio() -> None:
    a = np.array([1.0, 2.0, 3.0, np.nan])
    found = paired_bootstrap(a, 2.0 * a, np.arange(4), numpy_generator(7, Purpose.BOOTSTRAP), ratio=True)
    assert (found.estimate, found.low, found.high) == (0.5, 0.5, 0.5)


def test_bootstrap_of_one_unit_states_no_interval() -> None:
    found = paired_bootstrap([1.0, 2.0], [0.0, 0.0], ["a", "a"], numpy_generator(8, Purpose.BOOTSTRAP))
    assert found.estimate == 1.5
    assert np.isnan([found.low, found.high]).all()
    nothing = paired_bootstrap([np.nan], [1.0], ["a"], numpy_generator(8, Purpose.BOOTSTRAP))
    assert np.isnan(nothing.estimate)


def test_generators_are_named_by_seed_and_purpose() -> None:
    def first(seed: int, purpose: int) -> float:
        return float(numpy_generator(seed, purpose).random())

    assert first(1, 22) == first(1, Purpose.BOOTSTRAP)
    assert len({first(1, 22), first(2, 22), first(1, 23), first(22, 1)}) == 4
    with pytest.raises(ValueError):
        numpy_generator(-1, 1)
