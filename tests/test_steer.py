"""Forecasts steered by the pace of their own past: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.backtesting.steer import APART, FURTHEST, LEAST, steered

NONE = np.zeros((LEAST, 3))
STILL = np.zeros(LEAST)


def _paths(rates: np.ndarray, months: int, keeps: float) -> tuple[np.ndarray, np.ndarray]:
    """Each replicate grows by its rate a month, and later by ``keeps`` of it: (past, 12 months of future)."""
    past = 1000.0 * np.exp(np.outer(rates, np.arange(months)))
    future = past[:, -1:] * np.exp(keeps * np.outer(rates, np.arange(1, 13)))
    return past, future


@pytest.mark.parametrize("keeps", [1.0, 0.5, -0.2])
def test_a_pace_that_lasts_in_part_is_carried_on_in_that_part(keeps: float) -> None:
    rates = np.linspace(0.0, 0.02, LEAST)
    past, future = _paths(rates, 24, keeps)
    observed = 500.0 * np.exp(0.015 * np.arange(24))  # the level is another; only the pace counts here
    found = steered(past, future, observed, 1, NONE, STILL)
    wanted = past[:, -1:] * np.exp(keeps * 0.015 * np.arange(1, 13))
    assert found == pytest.approx(wanted, rel=1e-3)


def test_a_pace_that_tells_nothing_changes_little() -> None:
    rates = np.linspace(0.0, 0.02, LEAST)
    past, _ = _paths(rates, 24, 1.0)
    onward = np.where(np.arange(LEAST) % 2 == 0, 0.01, -0.01)  # no straight line through growth before
    future = past[:, -1:] * np.exp(np.outer(onward, np.arange(1, 13)))
    found = steered(past, future, 500.0 * np.exp(0.02 * np.arange(24)), 1, NONE, STILL)
    assert np.abs(np.log(found / future)).max() < 0.02


def test_no_further_than_the_replicates_know() -> None:
    rates = np.linspace(0.0, 0.02, LEAST)
    past, future = _paths(rates, 24, 1.0)
    found = steered(past, future, 500.0 * np.exp(0.5 * np.arange(24)), 1, NONE, STILL)
    grown = 12 * rates
    most = grown.mean() + FURTHEST * grown.std()
    assert np.log(found[:, -1] / past[:, -1]) == pytest.approx(np.full(LEAST, most), rel=1e-3)


@pytest.mark.parametrize("case", ["short", "few", "gap", "zero", "same"])
def test_it_stays_as_it_is_where_nothing_can_be_learned(case: str) -> None:
    count = LEAST - 1 if case == "few" else LEAST
    past, future = _paths(np.full(count, 0.01) if case == "same" else np.linspace(0.0, 0.02, count), 24, 1.0)
    observed = 500.0 * np.exp(0.03 * np.arange(24))
    if case == "short":
        past, observed = past[:, -12:], observed[-12:]
    if case == "gap":
        observed[-13] = np.nan
    if case == "zero":
        past[3, -13] = 0.0
    assert steered(past, future, observed, 1, np.zeros((count, 3)), np.zeros(count)) is future


@pytest.mark.parametrize(("early", "late"), [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5)])
def test_what_of_two_paces_lasts_is_learned(early: float, late: float) -> None:
    """Each replicate grows by one rate for a year and by another in the next; either may be what goes on."""
    first = np.tile([0.0, 0.005, 0.01, 0.015], LEAST // 4)
    second = np.repeat([0.0, 0.005, 0.01, 0.015], LEAST // 4)
    months = np.arange(25)
    past = 1000.0 * np.exp(np.outer(first, np.minimum(months, 12)) + np.outer(second, np.maximum(months - 12, 0)))
    onward = early * first + late * second
    future = past[:, -1:] * np.exp(np.outer(onward, np.arange(1, 13)))
    observed = 700.0 * np.exp(0.004 * np.minimum(months, 12) + 0.012 * np.maximum(months - 12, 0))
    found = np.log(steered(past, future, observed, 1, NONE, STILL) / past[:, -1:])
    assert found == pytest.approx(np.tile((0.004 * early + 0.012 * late) * np.arange(1, 13), (LEAST, 1)), abs=1e-3)


@pytest.mark.parametrize(("extra", "alike"), [(APART - 1, True), (APART, False)])
def test_first_months_near_those_of_a_year_ago_are_not_asked(extra: int, alike: bool) -> None:
    """What was observed in the first month matters only where that lies far enough back."""
    rates = np.linspace(0.0, 0.02, LEAST)
    past, future = _paths(rates, 13 + extra, 1.0)
    past = past * np.exp(0.01 * np.sin(np.arange(LEAST))[:, None] * (np.arange(13 + extra) == 0))  # not the same line
    observed = 500.0 * np.exp(0.015 * np.arange(13 + extra))
    other = observed.copy()
    other[0] *= 0.97
    found, moved = (steered(past, future, seen, 1, NONE, STILL) for seen in (observed, other))
    assert np.allclose(found, moved, rtol=1e-12, atol=0) == alike


def test_errors_of_observation_flatten_the_slope() -> None:
    """Growth over a year seen with an error as large as its spread tells half as much (attenuation: 1 / (1 + 1))."""
    many = 4000
    rates = 0.01 + 0.001 * np.sin(np.arange(many) * 0.7)
    past, future = _paths(rates, 13, 1.0)  # the first known month is a year back: one growth alone
    noise = np.zeros((many, 3))
    noise[:, 0], noise[:, 1] = (12 * 0.001 * np.sqrt(0.5) * np.sin(np.arange(many) * step) for step in (1.3, 2.9))
    observed = 500.0 * np.exp(0.011 * np.arange(13))
    middle = np.log(steered(past, future, observed, 1, noise, np.zeros(many))[:, -1] / past[:, -1]).mean()
    assert middle == pytest.approx(12 * (0.01 + 0.5 * 0.001), rel=2e-3)


@pytest.mark.parametrize("drift", [0.5, 1.0, 2.0])
def test_growth_beyond_the_model_lasts_as_far_as_the_drift_is_likelier_than_luck(drift: float) -> None:
    """Replicates grow by luck of standard deviation s in the past year, which ends, and drift by d x s a year,
    which does: of what was observed beyond their mean d^2 / (d^2 + 1) goes on (normal theory)."""
    many = 4000
    luck, own = (0.01 * np.sqrt(2.0) * np.sin(np.arange(many) * step) for step in (0.7, 1.9))
    past = 1000.0 * np.exp(np.outer(luck, np.arange(13) == 12))
    future = np.repeat(past[:, -1:], 12, axis=1)
    observed = 500.0 * np.exp(0.02 * (np.arange(13) == 12))
    found = np.log(steered(past, future, observed, 1, np.zeros((many, 3)), drift * own) / past[:, -1:])
    lasting = 0.02 * drift**2 / (drift**2 + 1.0) * np.arange(1, 13) / 12
    assert found.mean(axis=0) == pytest.approx(lasting, rel=0.01)
    # and what is not known of the drift remains: its variance less the part explained
    left = 0.01 * drift / np.sqrt(drift**2 + 1.0)
    assert found[:, -1].std() == pytest.approx(left, rel=0.02)
