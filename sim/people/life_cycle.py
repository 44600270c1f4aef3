"""Curves by age: the rates of contacts and emergencies by sex and age, and the groups of the life cycle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import MAX_AGE

FloatArray = NDArray[np.float64]

#: Groups of primary care integrated by life cycle (ILP clusters): key and first age in years.
GROUPS = (("children", 0), ("school", 5), ("adults", 18), ("elderly", 60))

#: Relative sick-contact rate by age (from, relative): 60-64 highest, 1.5 times all ages, and women about twice men
#: (Solihin and Thabrany, Cijeruk 2014: 7.29, 4.81 and 6.62 % a month); the rest of the curve is assumed.
_SICK = ((0, 1.35), (5, 0.65), (15, 0.6), (30, 0.95), (45, 1.25), (60, 1.4), (65, 1.3), (75, 1.2))
_SICK_WOMEN, _SICK_MEN = 1.38, 0.62
#: Relative emergency rate by age (assumed).
_EMERGENCY = ((0, 1.3), (5, 0.4), (15, 0.7), (45, 1.3), (60, 2.6))
#: Relative chance of a well contact by what is offered at that age: posyandu and immunisation (0-4), school health
#: (5-17), posbindu (18-59), posyandu and posbindu of the elderly (60+); women 15-49 besides antenatal care and family
#: planning. Sizes assumed.
_WELL = ((0, 4.0), (5, 1.1), (18, 0.45), (45, 0.75), (60, 1.6))
_WELL_WOMEN = 1.6


def by_age(steps: tuple[tuple[int, float], ...]) -> FloatArray:
    """A step curve by completed years of age, shape (MAX_AGE + 1,)."""
    starts = np.array([age for age, _ in steps])
    values = np.array([value for _, value in steps])
    curve: FloatArray = values[np.searchsorted(starts, np.arange(MAX_AGE + 1), side="right") - 1]
    return curve


def sick_curve() -> FloatArray:
    """Relative sick-contact rate by sex (0 men, 1 women) and age, shape (2, MAX_AGE + 1)."""
    return np.stack([_SICK_MEN * by_age(_SICK), _SICK_WOMEN * by_age(_SICK)])


def emergency_curve() -> FloatArray:
    """Relative rate of hospital emergencies by age, shape (MAX_AGE + 1,)."""
    return by_age(_EMERGENCY)


def well_curve() -> FloatArray:
    """Relative chance of a well contact by sex and age, shape (2, MAX_AGE + 1)."""
    men, women = by_age(_WELL), by_age(_WELL)
    women[15:50] *= _WELL_WOMEN
    return np.stack([men, women])


def add_met(chances: FloatArray, met: FloatArray, residents: FloatArray) -> FloatArray:
    """Chances of a well contact (facilities, 2, ages) with those of people met outside besides.

    At sessions for a life-cycle group ``met`` persons (facilities, groups) come, drawn at random among ``residents``
    (facilities, groups): with r of them a head each is met with chance 1 - exp(-r), some more than once.
    """
    reached = -np.expm1(-met / np.maximum(residents, 1.0))[:, None, group_of_age()]
    return np.asarray(chances + reached * (1.0 - chances))


def group_of_age() -> NDArray[np.uint8]:
    """Index into :data:`GROUPS` by age, shape (MAX_AGE + 1,)."""
    starts = np.array([start for _, start in GROUPS])
    return (np.searchsorted(starts, np.arange(MAX_AGE + 1), side="right") - 1).astype(np.uint8)
