"""Statistical assertions: each states its false-alarm rate, and refuses a sample too small ever to fail."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

#: Chance that a single assertion fails although the code is right.
FALSE_ALARM = 1e-4


def assert_share(hits: int, trials: int, expected: float, false_alarm: float = FALSE_ALARM) -> None:
    """The share of hits is ``expected``: exact two-sided binomial test."""
    worst = max(stats.binomtest(0, trials, expected).pvalue, stats.binomtest(trials, trials, expected).pvalue)
    assert worst < false_alarm, f"{trials} trials can never contradict {expected}"
    p = stats.binomtest(hits, trials, expected).pvalue
    assert p > false_alarm, f"{hits} of {trials} where {expected:.4f} is expected (p = {p:.2g})"


def assert_mean(sample: np.ndarray, expected: float, false_alarm: float = FALSE_ALARM) -> None:
    """The mean of independent draws is ``expected``: normal test with the sample's own spread."""
    sample = np.asarray(sample, float)
    error = sample.std(ddof=1) / math.sqrt(sample.size)
    assert error > 0, "a sample without spread can never fail"
    assert error < 0.2 * max(abs(expected), 1e-12) or sample.size >= 1000, (
        "the sample is too small to contradict anything"
    )
    z = (sample.mean() - expected) / error
    assert abs(z) < stats.norm.isf(false_alarm / 2), f"mean {sample.mean():.5g}, expected {expected:.5g} (z = {z:.1f})"


def assert_uniform(sample: np.ndarray, false_alarm: float = FALSE_ALARM) -> None:
    """The sample is uniform on (0, 1): Kolmogorov-Smirnov."""
    assert sample.size >= 100, "the sample is too small to contradict anything"
    p = stats.kstest(sample, "uniform").pvalue
    assert p > false_alarm, f"not uniform (p = {p:.2g})"
