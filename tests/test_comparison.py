"""Cost and effect: the frontier, the value of information and ratio intervals against closed forms and simulation."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scenarios.comparison.costs import unit_cost
from scenarios.comparison.frontier import options, places
from scenarios.comparison.information import information
from scenarios.comparison.intervals import fieller, mean_interval, sign
from sim.random import Purpose, numpy_generator
from tests.chance import FALSE_ALARM, assert_share


def test_a_frontier_by_hand() -> None:
    """From none, B buys 10 units at 10 each; C has less for more. From B, E buys at 25 a unit; D, at 40, is outdone by
    half of each. F is B once more."""
    names = ["none", "B", "C", "D", "E", "F"]
    cost = np.array([[0.0, 100, 120, 300, 350, 100]])
    effect = np.array([[0.0, 10, 8, 15, 20, 10]])
    found = {option.name: option for option in options(names, cost, effect)}
    assert [found[name].place for name in names] == [
        "frontier", "frontier", "dominated", "extended", "frontier", "equal"
    ]  # fmt: skip
    assert [found[name].step for name in ("none", "B", "E")] == [None, 10, 25]
    assert (found["C"].by, found["D"].by, found["F"].by) == (("B",), ("B", "E"), ("B",))


def test_options_stand_by_their_means_and_say_how_often_that_holds() -> None:
    """The second option is dearer and no better in one world of four, by far the better in the others."""
    cost = np.array([[0.0, 10.0]] * 4)
    effect = np.array([[0.0, 20.0]] * 3 + [[0.0, 0.0]])
    found = options(["a", "b"], cost, effect)
    assert [(option.place, option.sure) for option in found] == [("frontier", 1.0), ("frontier", 0.75)]
    assert found[1].step == 10 / 15


def test_a_step_has_the_interval_of_the_ratio_it_is() -> None:
    """Costs of the step follow its effects exactly in one case (no width), with luck in the other (Fieller)."""
    generator = numpy_generator(5, Purpose.BOOTSTRAP)
    effect, noise = 100 + generator.normal(0, 5, 40), generator.normal(0, 50, 40)
    nothing = np.zeros(40)
    exact = options(["a", "b"], np.stack([nothing, 3 * effect], 1), np.stack([nothing, effect], 1))[1]
    assert (exact.low, exact.high) == (pytest.approx(3), pytest.approx(3))
    loose = options(["a", "b"], np.stack([nothing, 3 * effect + noise], 1), np.stack([nothing, effect], 1))[1]
    assert (loose.low, loose.high) == fieller(3 * effect + noise, effect)
    few = options(["a", "b"], np.stack([nothing, 3 * effect], 1)[:5], np.stack([nothing, effect], 1)[:5])[1]
    assert (few.step, few.low) == (pytest.approx(3), None)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=7))
@settings(max_examples=300, deadline=None)
def test_the_frontier_is_what_no_option_and_no_mixture_outdoes(points: list[tuple[int, int]]) -> None:
    cost, effect = (np.array(column, float) for column in zip(*points, strict=True))
    found = places(cost, effect)
    for at, (place, by, _step) in enumerate(found):
        c, e = points[at]
        outdone = any(oc <= c and oe >= e and (oc, oe) != (c, e) for oc, oe in points)
        mixed = any(_mixture_outdoes(points[i], points[j], (c, e)) for i, j in combinations(range(len(points)), 2))
        twin = points.index((c, e)) < at
        if outdone:
            assert place == "dominated"
            assert cost[by[0]] <= c
            assert effect[by[0]] >= e
        elif mixed:
            assert place == ("equal" if twin else "extended")
        else:
            assert place == ("equal" if twin else "frontier")
    steps = sorted((effect[at], step) for at, (place, _by, step) in enumerate(found) if place == "frontier")
    prices = [step for _effect, step in steps if step is not None]
    assert len(prices) == len(steps) - 1
    assert prices == sorted(prices)


def _mixture_outdoes(one: tuple[int, int], other: tuple[int, int], point: tuple[int, int]) -> bool:
    """Whether some mixture of two points costs less than a third for the same effect."""
    low, high = sorted((one, other), key=lambda pair: pair[1])
    if not low[1] < point[1] < high[1]:
        return False
    part = Fraction(point[1] - low[1], high[1] - low[1])
    return low[0] + part * (high[0] - low[0]) < point[0]


def test_the_value_of_information_of_two_options_in_two_states() -> None:
    """Doing it brings 10 in half of the worlds and loses 6 in the others; leaving it brings nothing. Without knowing,
    doing it is worth 2; knowing, 5: knowing is worth 3 (half of the worlds lose 6)."""
    cost = np.tile([[0.0, 6.0]], (40, 1))
    effect = np.column_stack([np.zeros(40), np.repeat([8.0, 0.0], 20)])
    found = information(["leave", "do"], cost, effect, worth=2.0)
    assert (found.best, found.value) == ("do", 3.0)
    assert found.often == {"leave": 0.5, "do": 0.5}
    assert found.low is not None
    assert found.low < 3.0 < (found.high or 0.0)
    sure = information(["leave", "do"], cost, effect + [0.0, 3.0], worth=2.0)
    assert (sure.value, sure.low, sure.high) == (0.0, 0.0, 0.0)
    dear = information(["leave", "do"], cost, effect, worth=1.0)  # +2 or -6: leave it, and half the worlds miss 2
    assert (dear.best, dear.value) == ("leave", 1.0)
    few = information(["leave", "do"], cost[::10], effect[::10], worth=2.0)
    assert (few.value, few.low, few.high) == (3.0, None, None)


@pytest.mark.parametrize("mean", [0.0, 0.3])
def test_the_interval_of_the_value_of_information_covers_it(mean: float) -> None:
    """For a normal benefit the value is sd x (density - |mean| x tail); 100 replicates, 1,000 runs. The sample is
    lopsided, so the interval may cover a little less than 95 %: at least 92 % is asked, false alarm 1 in 10,000."""
    generator, runs = numpy_generator(7, Purpose.BOOTSTRAP), 1000
    truth = stats.norm.pdf(mean) - mean * stats.norm.sf(mean)
    hits = 0
    for benefit in generator.normal(mean, 1.0, (runs, 100)):
        found = information(["a", "b"], np.zeros((100, 2)), np.column_stack([np.zeros(100), benefit]), worth=1.0)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert hits >= stats.binom.ppf(FALSE_ALARM, runs, 0.92)


def _pairs(runs: int, size: int, means: tuple[float, float], seed: int) -> np.ndarray:
    """Normal pairs (top, bottom) that go together (correlation 0.6), standard deviations 3 and 1."""
    covariance = [[9.0, 1.8], [1.8, 1.0]]
    return numpy_generator(seed, Purpose.BOOTSTRAP).multivariate_normal(means, covariance, (runs, size))


def test_the_interval_of_a_ratio_covers_it_in_95_of_100() -> None:
    """Fieller is exact for normal pairs: 4,000 simulated samples of 15, true ratio 5 / 2; false alarm 1 in 10,000."""
    hits = 0
    for sample in _pairs(4000, 15, (5.0, 2.0), 1):
        low, high = fieller(sample[:, 0], sample[:, 1])
        hits += low <= 2.5 <= high
    assert_share(hits, 4000, 0.95)


def test_the_edges_of_a_ratio_are_where_a_t_test_just_gives_way() -> None:
    top, bottom = _pairs(1, 15, (5.0, 2.0), 2)[0].T
    for edge in fieller(top, bottom):
        assert stats.ttest_1samp(top - edge * bottom, 0.0).pvalue == pytest.approx(0.05, rel=1e-6)


def test_a_ratio_of_equal_parts_is_known_exactly() -> None:
    effect = np.arange(1.0, 21.0)
    assert fieller(40_000 * effect, effect) == pytest.approx((40_000, 40_000))
    found = unit_cost(40_000 * effect, effect, "s", "r", "pemda", "contacts")
    assert (found.status, found.value, found.spread) == ("costs", 40_000, (40_000, 40_000))


def test_without_an_effect_a_ratio_is_told_in_5_of_100() -> None:
    """4,000 samples whose true effect is zero; false alarm 1 in 10,000."""
    found = [unit_cost(*sample.T, "s", "r", "pemda", "contacts") for sample in _pairs(4000, 12, (5.0, 0.0), 3)]
    assert_share(sum(one.status != "unclear" for one in found), 4000, 0.05)
    assert all(one.value is None and one.low is None for one in found if one.status == "unclear")


def test_when_there_is_no_ratio_the_status_says_why() -> None:
    up, down, noise = np.linspace(9, 11, 20), np.linspace(-11, -9, 20), np.tile([-1.0, 1.0], 10)

    def status(cost: np.ndarray, effect: np.ndarray) -> str:
        found = unit_cost(cost, effect, "s", "r", "pemda", "contacts")
        assert (found.value is None) == (found.status not in ("costs", "saves"))
        return found.status

    assert status(up, up) == "costs"
    assert status(noise, up) == "costs"  # a cost that may be nothing, told with an interval around nothing
    assert status(down, down) == "saves"
    assert status(down, up) == "better"
    assert status(up, down) == "worse"
    assert status(noise, down) == "lost"
    assert status(up, noise) == "unclear"
    assert status(up, np.zeros(20)) == "none"
    assert status(up[:9], up[:9]) == "few"
    mixed = unit_cost(up, np.append(np.full(19, 5.0), -1.0), "s", "r", "pemda", "contacts")
    assert (mixed.status, mixed.spread) == ("costs", None)  # one replicate has the effect the other way round


def test_the_interval_of_a_mean_is_students() -> None:
    sample = np.array([1.0, 2.0, 4.0, 8.0, 9.0])
    expected = stats.t.interval(0.95, 4, sample.mean(), stats.sem(sample))
    assert mean_interval(sample) == pytest.approx(expected)
    assert (sign(sample + 1), sign(-sample - 1), sign(sample - 5)) == (1, -1, 0)
