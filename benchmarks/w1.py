"""W1: the reduced work that this model and its peers run, its exact expectation, and the check against it.

N residents of 20 facilities, 24 months. Each month, for each resident, in this order:

1. a month older; age band under 15, 15-59, 60 and over;
2. premium: paying (0) -> owing (1) with ``MISS``; owing -> paying with ``CATCH_UP``, -> suspended (2) with
   ``SUSPEND``; suspended -> paying with ``RETURN`` (one uniform; tables by segment and band);
3. hypertension, 15 % of residents: control is lost or gained, by the premium status just drawn (one uniform);
4. contact of those who pay, with the resident's own propensity;
5. referral of those in contact, likelier with hypertension out of control;
6. non-specialist referral of those referred.

Counted per facility and month: paying, contacts, referrals, non-specialist referrals, hypertension under control.
All rates are made up for this benchmark. Residents are independent, so the mean and the variance of every count
follow exactly from each resident's distribution over states: implementations are judged by z, not by eye.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FACILITIES, MONTHS = 20, 24
MEASURES = ("paying", "contacts", "referrals", "non-specialist", "under control")
#: Ages in months at which the second and the third band begin.
BAND_STARTS = (15 * 12, 60 * 12)

# Chance a month, by segment (row) and age band (column).
MISS = np.array([[0.002, 0.002, 0.001], [0.006, 0.005, 0.004], [0.045, 0.040, 0.030]])
CATCH_UP = np.array([[0.30, 0.30, 0.35], [0.40, 0.40, 0.45], [0.25, 0.22, 0.28]])
SUSPEND = np.array([[0.05, 0.05, 0.04], [0.08, 0.08, 0.06], [0.15, 0.18, 0.12]])
RETURN = np.array([[0.10, 0.10, 0.12], [0.12, 0.12, 0.15], [0.04, 0.03, 0.05]])
# Chance a month that control of hypertension is lost or gained, by premium status.
LOSE = np.array([0.05, 0.12, 0.15])
GAIN = np.array([0.08, 0.03, 0.02])
# Chance of a referral at a contact (with hypertension out of control), and that a referral is non-specialist.
REFER, REFER_UNCONTROLLED, NON_SPECIALIST = 0.12, 0.17, 0.15

# The premium step as tables of 27 cells (status x segment x band): a uniform below LOW moves to FIRST[status],
# one from LOW to below HIGH to SECOND[status].
LOW = np.stack([MISS, CATCH_UP, RETURN]).ravel()
HIGH = np.stack([MISS, CATCH_UP + SUSPEND, RETURN]).ravel()
FIRST, SECOND = np.array([1, 0, 0], np.int8), np.array([1, 2, 0], np.int8)


class Population(NamedTuple):
    """The residents at the start, in random order; all arrays have shape (residents,). ``age`` in months."""

    age: NDArray[np.int16]
    segment: NDArray[np.int8]
    status: NDArray[np.int8]
    facility: NDArray[np.int8]
    hypertension: NDArray[np.bool_]
    controlled: NDArray[np.bool_]
    propensity: FloatArray


def make_population(residents: int, seed: int = 1) -> Population:
    """``residents`` made-up residents, the same for every implementation."""
    draw = np.random.default_rng(seed)
    hypertension = draw.random(residents) < 0.15
    late = np.where(draw.random(residents) < 0.5, 1, 2)
    return Population(
        age=draw.integers(0, 80 * 12, residents).astype(np.int16),
        segment=draw.choice(3, residents, p=[0.60, 0.25, 0.15]).astype(np.int8),
        status=np.where(draw.random(residents) < 0.85, 0, late).astype(np.int8),
        facility=draw.integers(0, FACILITIES, residents).astype(np.int8),
        hypertension=hypertension,
        controlled=hypertension & (draw.random(residents) < 0.4),
        propensity=np.minimum(draw.gamma(2.0, 0.05, residents), 0.9),
    )


def empty_counts() -> IntArray:
    """Zero counts, shape (months, facilities, measures)."""
    return np.zeros((MONTHS, FACILITIES, len(MEASURES)), np.int64)


def expectation(people: Population) -> tuple[FloatArray, FloatArray]:
    """Exact mean and variance of every count, each of shape (months, facilities, measures).

    Every resident's distribution over status x control is carried forward; counts are sums of independent events.
    """
    residents = people.age.size
    mean, variance = np.zeros(empty_counts().shape), np.zeros(empty_counts().shape)
    share = np.zeros((residents, 3, 2))
    share[np.arange(residents), people.status, people.controlled.astype(int)] = 1.0
    ill = people.hypertension[:, None]
    for month in range(MONTHS):
        band = np.searchsorted(BAND_STARTS, people.age.astype(int) + month + 1, side="right")
        miss, catch_up, suspend, back = (
            table[people.segment, band][:, None] for table in (MISS, CATCH_UP, SUSPEND, RETURN)
        )
        paying = share[:, 0] * (1 - miss) + share[:, 1] * catch_up + share[:, 2] * back
        owing = share[:, 0] * miss + share[:, 1] * (1 - catch_up - suspend)
        share = np.stack([paying, owing, share[:, 1] * suspend + share[:, 2] * (1 - back)], axis=1)
        flow = share[:, :, 0] * GAIN * ill - share[:, :, 1] * LOSE
        share[:, :, 1] += flow
        share[:, :, 0] -= flow
        paying = share[:, 0].sum(1)
        rate = np.where(people.hypertension, REFER_UNCONTROLLED, REFER)
        referral = people.propensity * (share[:, 0, 1] * REFER + share[:, 0, 0] * rate)
        events = (paying, paying * people.propensity, referral, referral * NON_SPECIALIST, share[:, :, 1].sum(1))
        for measure, chance in enumerate(events):
            mean[month, :, measure] = np.bincount(people.facility, chance, FACILITIES)
            variance[month, :, measure] = np.bincount(people.facility, chance * (1 - chance), FACILITIES)
    return mean, variance


class Agreement(NamedTuple):
    """How counts stand to their expectation: rms z over facilities, largest \\|z\\| of the district's totals."""

    rms: float
    worst: float

    def holds(self) -> bool:
        """Whether the counts agree.

        ``RMS_RANGE`` is several standard deviations wide on both sides for one run, and more for seven; a right
        implementation passes ``WORST`` in all 120 totals with a chance above 0.9999.
        """
        return RMS_RANGE[0] < self.rms < RMS_RANGE[1] and self.worst < WORST


#: Bounds of :class:`Agreement` (rms z is 1 in expectation).
RMS_RANGE, WORST = (0.85, 1.15), 5.0


def agreement(counts: IntArray, mean: FloatArray, variance: FloatArray) -> Agreement:
    """Compare ``counts``, shape (runs, months, facilities, measures), with the exact ``mean`` and ``variance``.

    The rms is taken over runs and over the counts with variance above 1; the totals are pooled over runs, so that a
    small bias shows better the more runs there are.
    """
    runs = counts.shape[0]
    large = variance > 1
    z = ((counts - mean) / np.sqrt(np.where(large, variance, 1.0)))[:, large]
    total = (counts.sum((0, 2)) - runs * mean.sum(1)) / np.sqrt(runs * variance.sum(1))
    return Agreement(float(np.sqrt((z**2).mean())), float(np.abs(total).max()))
