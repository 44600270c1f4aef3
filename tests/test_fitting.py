"""Fitting whole numbers to margins: closed forms, invariants, and sums that hold whatever the table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.people.fitting import apportion, fit, round_table


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_apportioning_keeps_the_total_and_stays_within_one(weights: list[float], total: int) -> None:
    found = apportion(np.array(weights), total)
    if sum(weights) > 0:
        assert found.sum() == total
        assert (np.abs(found - np.array(weights) / sum(weights) * total) <= 1 + 1e-6 * total).all()
    else:
        assert found.sum() == 0


def test_fitting_an_even_seed_gives_the_product_of_the_margins() -> None:
    rows, columns = np.array([10, 20, 70]), np.array([25, 25, 30, 20])
    found = fit(np.ones((3, 4)), rows, columns)
    assert found == pytest.approx(np.outer(rows, columns) / 100)


@pytest.mark.parametrize("ratio", [0.2, 3.0, 40.0])
def test_a_two_by_two_table_is_the_root_of_its_quadratic(ratio: float) -> None:
    # a (n - r - c + a) = ratio (r - a) (c - a), with a the upper left entry: one root lies within the margins.
    rows, columns = np.array([30, 70]), np.array([45, 55])
    r, c, n = 30, 45, 100
    roots = np.roots([1 - ratio, n - r - c + ratio * (r + c), -ratio * r * c])
    a = next(root.real for root in roots if 0 < root.real < 30)
    found = fit(np.array([[ratio, 1.0], [1.0, 1.0]]), rows, columns)
    assert found[0, 0] == pytest.approx(a, abs=1e-5)


def test_fitting_keeps_the_cross_product_ratios_and_the_zeros_of_the_seed() -> None:
    seed = np.array([[5.0, 1.0, 0.2], [1.0, 1.0, 2.0], [0.0, 3.0, 1.0]])
    found = fit(seed, np.array([100, 250, 50]), np.array([120, 180, 100]))
    ratio = found[0, 0] * found[1, 2] / (found[0, 2] * found[1, 0])
    assert ratio == pytest.approx(5.0 * 2.0 / (0.2 * 1.0), rel=1e-6)
    assert found[2, 0] == 0
    assert found.sum(1) == pytest.approx([100, 250, 50], abs=1e-5)


def test_margins_that_no_table_can_have_are_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        fit(np.ones((2, 2)), np.array([1, 2]), np.array([2, 2]))
    with pytest.raises(ValueError, match="zeros"):
        fit(np.eye(2), np.array([3, 1]), np.array([2, 2]))
    with pytest.raises(ValueError, match="whole"):
        round_table(np.array([[0.5, 0.2], [0.5, 0.8]]))


@st.composite
def _margins(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.array(draw(st.lists(st.integers(0, 3000), min_size=1, max_size=12)))
    total = int(rows.sum())
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=0, max_size=9)))
    columns = np.diff([0, *cuts, total])
    weights = st.lists(st.floats(0.05, 20), min_size=rows.size * columns.size, max_size=rows.size * columns.size)
    return np.array(draw(weights)).reshape(rows.size, columns.size), rows, columns


@given(_margins())
@settings(max_examples=150, deadline=None)
def test_rounding_keeps_every_sum_and_moves_no_entry_by_one(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    seed, rows, columns = case
    table = fit(seed, rows, columns)
    found = round_table(table)
    assert found.sum(1).tolist() == rows.tolist()
    assert found.sum(0).tolist() == columns.tolist()
    assert (np.abs(found - table) < 1 + 1e-5).all()
    assert (found[table == 0] == 0).all()


def test_a_whole_table_is_left_as_it_is() -> None:
    table = np.array([[3.0, 0.0, 4.0], [1.0, 9.0, 0.0]])
    assert round_table(table).tolist() == [[3, 0, 4], [1, 9, 0]]


def test_a_large_table_keeps_its_sums() -> None:
    rows = apportion(np.arange(1.0, 301.0), 2_984_187)
    columns = apportion(np.linspace(3.0, 1.0, 113), 2_984_187)
    found = round_table(fit(np.ones((300, 113)), rows, columns))
    assert found.sum(1).tolist() == rows.tolist()
    assert found.sum(0).tolist() == columns.tolist()
