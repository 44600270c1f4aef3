"""Pools of forecasts: the mixture's score, weights that are known to be best, and what few origins allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from calibration.statistics.baselines import Normal
from calibration.statistics.ensemble import GROUPS, Past, Weights, fit_weights, group_of, pool, weights_by_group
from calibration.statistics.scores import crps_sample
from sim.random import Purpose, numpy_generator

GENERATOR_SEED = 11


def _past(truth: np.ndarray, forecasts: dict[str, list[object]]) -> list[Past]:
    return [
        Past(f"o{n}", 1, {name: values[n] for name, values in forecasts.items()}, float(seen))  # type: ignore[misc]
        for n, seen in enumerate(truth)
    ]


def test_the_score_of_a_mixture_is_the_integral_of_its_squared_error() -> None:
    """CRPS by its definition: the integral of (F - step)² of the equal mixture of three normals, seen once."""
    parts = {"a": (0.0, 1.0), "b": (2.0, 0.5), "c": (-1.0, 2.0)}
    found = fit_weights([Past("2023-01", 1, parts, 0.7)], list(parts))

    def squared(x: float) -> float:
        return float((np.mean([stats.norm.cdf(x, *part) for part in parts.values()]) - (x >= 0.7)) ** 2)

    expected = quad(squared, -20, 0.7, epsabs=1e-10)[0] + quad(squared, 0.7, 20, epsabs=1e-10)[0]
    assert found.score == pytest.approx(expected, rel=1e-6)


def test_samples_and_normals_mix() -> None:
    """A large sample of a normal and the normal itself score alike, alone and in a pool."""
    draws = stats.norm.ppf((np.arange(2000) + 0.5) / 2000) * 2.0 + 1.0
    past = [Past("2023-01", 1, {"sample": draws, "normal": (1.0, 2.0), "other": (4.0, 1.0)}, 2.5)]
    found = fit_weights(past, ["sample", "normal", "other"])
    assert found.single[0] == pytest.approx(found.single[1], rel=1e-3)
    as_normal = fit_weights([Past("2023-01", 1, {"x": (1.0, 2.0), "y": (1.0, 2.0), "z": (4.0, 1.0)}, 2.5)], "xyz")
    assert found.score == pytest.approx(as_normal.score, rel=1e-3)


def test_known_best_weights_are_found() -> None:
    """The truth is a mixture of 30 % and 70 %: of proper scores the pool with these weights has the least mean."""
    generator = numpy_generator(GENERATOR_SEED, Purpose.BOOTSTRAP)
    from_b = generator.random(4000) < 0.7
    truth = np.where(from_b, generator.normal(3.0, 1.0, 4000), generator.normal(0.0, 1.0, 4000))
    found = fit_weights(_past(truth, {"a": [(0.0, 1.0)] * 4000, "b": [(3.0, 1.0)] * 4000}), ["a", "b"])
    # The share of b in the sample has a standard error of 0.0072; four of it.
    assert found.best[1] == pytest.approx(0.7, abs=0.03)


def test_a_perfect_forecast_takes_all_the_backtest_gives() -> None:
    truth = np.arange(12.0)
    past = _past(truth, {"right": [(x, 0.0) for x in truth], "wrong": [(x + 9.0, 1.0) for x in truth]})
    found = fit_weights(past, ["right", "wrong"])
    assert found.best == pytest.approx((1.0, 0.0))
    assert found.values == pytest.approx((1.0, 0.0))  # without any error, by accuracy too
    assert found.origins == 12


def test_weights_are_shrunk_towards_accuracy() -> None:
    """Errors of 1 and of 3 on the same side: the best mixture is the first alone, by accuracy it gets 9 parts of 10."""
    truth = np.arange(12.0)
    past = _past(truth, {"near": [(x + 1.0, 0.0) for x in truth], "far": [(x + 3.0, 0.0) for x in truth]})
    found = fit_weights(past, ["near", "far"])
    assert found.best == pytest.approx((1.0, 0.0))
    assert found.values == pytest.approx((0.5 * 1.0 + 0.5 * 0.9, 0.5 * 0.1))  # 12 origins against 12


def test_few_origins_give_equal_weights() -> None:
    truth = np.arange(3.0)
    past = _past(truth, {"right": [(x, 0.1) for x in truth], "wrong": [(x + 9.0, 1.0) for x in truth]})
    many_horizons = [Past(one.origin, 2, one.forecasts, one.observed) for one in past] + past
    for cases in (past, many_horizons):
        found = fit_weights(cases, ["right", "wrong"])
        assert found.values == (0.5, 0.5)
        assert found.origins == 3
        assert "too few" in found.reason()
    assert fit_weights([], ["a", "b", "c"]).values == pytest.approx((1 / 3,) * 3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(4, 20))
def test_best_weights_are_weights_and_never_lose_to_a_single_forecast(seed: int, count: int, origins: int) -> None:
    generator = numpy_generator(seed, Purpose.BOOTSTRAP)
    truth = generator.normal(0.0, 2.0, origins) * 1e9
    names = [f"f{k}" for k in range(count)]
    forecasts: dict[str, list[object]] = {
        name: [
            generator.normal(x, 1e9, 15) if k == 0 else (float(x + generator.normal(0, 1e9)), 5e8 * k) for x in truth
        ]
        for k, name in enumerate(names)
    }
    found = fit_weights(_past(truth, forecasts), names)
    for weights in (found.values, found.best):
        assert min(weights) >= 0
        assert sum(weights) == pytest.approx(1.0)
    equal = fit_weights(_past(truth, forecasts)[:1], names)
    assert equal.values == pytest.approx([1 / count] * count)
    # The mixture's score is convex: shrinking loses no more than its share of what equal weights would lose, for
    # weights by accuracy lean to the better ones.
    share = 12 / (origins + 12)
    assert found.score <= min(found.single) + share * (np.mean(found.single) - min(found.single)) + 1e-6 * max(
        found.single
    )


def test_equal_forecasts_share_their_weight() -> None:
    truth = np.arange(8.0)
    same: list[object] = [(x, 1.0) for x in truth]
    found = fit_weights(
        _past(truth, {"a": same, "b": same, "far": [(x + 50.0, 1.0) for x in truth]}), ["a", "b", "far"]
    )
    assert found.best == pytest.approx((0.5, 0.5, 0.0))


def test_unusable_cases_are_left_out_and_missing_names_refused() -> None:
    whole = [Past(f"o{n}", 1, {"a": (0.0, 1.0), "b": (1.0, 1.0)}, 0.2) for n in range(4)]
    spoilt = [Past("x", 1, {"a": (0.0, np.nan), "b": (1.0, 1.0)}, 0.2), Past("y", 1, whole[0].forecasts, np.nan)]
    assert fit_weights(whole + spoilt, ["a", "b"]) == fit_weights(whole, ["a", "b"])
    with pytest.raises(ValueError):
        fit_weights(whole, ["a", "c"])
    with pytest.raises(ValueError):
        fit_weights(whole, [])


def test_horizons_have_their_own_weights() -> None:
    past = []
    for n in range(12):
        for horizon in range(1, 13):
            good, bad = (0.0, 0.1), (5.0, 0.1)
            near = horizon <= 3
            past.append(Past(f"o{n}", horizon, {"a": good if near else bad, "b": bad if near else good}, 0.0))
    found = weights_by_group(past, ["a", "b"])
    assert list(found) == list(GROUPS)
    assert found[(1, 3)].values[0] > 0.7
    assert found[(7, 12)].values[0] < 0.3
    assert [group_of(h) for h in (1, 3, 4, 6, 7, 12, 18)] == [GROUPS[0]] * 2 + [GROUPS[1]] * 2 + [GROUPS[2]] * 3
    with pytest.raises(ValueError):
        group_of(0)
    members = pool({"a": Normal(np.zeros(12), np.ones(12)), "b": np.full((12, 30), 100.0)}, found, 200)
    shares = (members > 50).mean(axis=1)
    assert shares[0] == pytest.approx(found[(1, 3)].values[1], abs=0.005)
    assert shares[11] == pytest.approx(found[(7, 12)].values[1], abs=0.005)


def test_a_pool_has_the_distribution_of_the_mixture() -> None:
    weights = Weights(("m", "s"), (0.25, 0.75), (0.25, 0.75), 20)
    sample = stats.norm.ppf((np.arange(300) + 0.5) / 300)[::-1] * 2.0 + 10.0
    members = pool({"s": Normal(np.array([0.0]), np.array([1.0])), "m": sample[None, :]}, weights, 1000)[0]
    for x in (-1.0, 0.5, 9.0, 12.0):
        expected = 0.25 * stats.norm.cdf(x, 10.0, 2.0) + 0.75 * stats.norm.cdf(x)
        assert (members <= x).mean() == pytest.approx(expected, abs=0.004)
    assert crps_sample(members[None, :], [3.0])[0] == pytest.approx(
        fit_weights([Past("o", 1, {"m": (10.0, 2.0)} | dict.fromkeys("stu", (0.0, 1.0)), 3.0)], "mstu").score, rel=5e-3
    )


def test_pools_that_do_not_fit_are_refused() -> None:
    weights = Weights(("a", "b"), (0.5, 0.5), (0.5, 0.5), 20)
    whole, short = Normal(np.zeros(3), np.ones(3)), Normal(np.zeros(2), np.ones(2))
    lacking = Normal(np.zeros(3), np.full(3, np.nan))
    for forecasts in ({"a": whole}, {"a": whole, "b": short}, {"a": whole, "b": lacking}, {"a": whole, "c": whole}):
        with pytest.raises(ValueError):
            pool(forecasts, weights)


def test_reasons_speak_both_languages() -> None:
    few = Weights(("a", "b"), (0.5, 0.5), (0.5, 0.5), 2)
    enough = Weights(("a", "b"), (0.8, 0.2), (1.0, 0.0), 12)
    assert "a weighs most (80 %)" in enough.reason()
    for one in (few, enough):
        assert one.reason("id") != one.reason("en")
