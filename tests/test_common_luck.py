"""The same luck makes differences between policies far more certain than independent luck does."""

from __future__ import annotations

import pytest

from benchmarks.common_luck import LEVERS, factors, shown

#: At 30 pairs a factor of 2.6 times the tenfold asked for falls below ten by chance once in 200 seeds (F distribution
#: of two sample variances); the seeds are fixed. Measured at 60 pairs: bill 12, active 200, contacts 300 and more.
_PAIRS = 30


@pytest.mark.parametrize(
    ("lever", "figure"), [(0, "active"), (0, "contacts"), (1, "contacts"), (2, "active"), (2, "bill")]
)
def test_pairs_are_worth_ten_independent_replicates(lever: int, figure: str) -> None:
    assert _factors(lever)[figure] >= 10


def test_the_bill_of_more_intake_too() -> None:
    """Its factor is the smallest (10 at 10,000 residents, 14 at 40,000), so it gets more residents and more pairs."""
    assert factors(LEVERS[0], 40_000, 40)["bill"] >= 10


def _factors(lever: int, found: dict[int, dict[str, float]] = {}) -> dict[str, float]:  # noqa: B006 (a cache)
    if lever not in found:
        found[lever] = factors(LEVERS[lever], 6_000, _PAIRS)
    return found[lever]


def test_a_factor_without_a_number_is_told_in_words() -> None:
    assert [shown(value) for value in (12.34, float("inf"), float("nan"))] == ["12.3", "exact", "never varies"]


def test_one_replicate_has_no_variance() -> None:
    with pytest.raises(ValueError, match="two"):
        factors(LEVERS[0], 1000, 1)
