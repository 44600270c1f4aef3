"""Vital rates by age: mortality (Siler), fertility and moves, as chances per month by completed age in years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import MAX_AGE

FloatArray = NDArray[np.float64]


class Siler(NamedTuple):
    """Yearly hazard ``infant * exp(-decline * x) + background + ageing * exp(pace * x)`` at age x (Siler 1979)."""

    infant: float
    decline: float
    background: float
    ageing: float
    pace: float


class LifeTable(NamedTuple):
    """Survivors to exact age x (of 1), chance to die within the year of age, and years still to live, by sex.

    All have shape (2, MAX_AGE + 1), sex 0 men, 1 women.
    """

    survivors: FloatArray
    chance: FloatArray
    expectancy: FloatArray


#: Men and women. Chosen, not estimated: infant mortality 19 and 15 per 1,000 (17 for both), life expectancy 70 and 74
#: years, which makes about 6 deaths per 1,000 and year on the age structure of Bengkulu Utara, younger than the country
#: with its 6.5 (general knowledge of the Long Form SP2020 and the BPS projection; low confidence).
SILER = (Siler(0.0430, 2.0, 0.0006, 5.1e-5, 0.095), Siler(0.0340, 2.0, 0.0004, 2.7e-5, 0.100))
#: Births per 1,000 women and year at 15-19, 20-24 ... 45-49: the shape only, its sum is replaced by the TFR (general
#: knowledge near the Long Form SP2020; low confidence).
_FERTILITY_FROM, _FERTILITY = 15, (27.0, 100.0, 128.0, 106.0, 60.0, 18.0, 3.0)
#: Moves out by age (from, relative): young adults and their small children move most (assumed).
_MOVES = ((0, 1.1), (5, 0.7), (15, 1.5), (20, 2.2), (25, 1.8), (30, 1.2), (40, 0.6), (60, 0.4))


def _yearly_hazard(multiplier: float) -> FloatArray:
    """Hazard summed over each year of age, shape (2, MAX_AGE + 1); beyond MAX_AGE the last one holds."""
    x = np.arange(MAX_AGE + 1)

    def summed(s: Siler) -> FloatArray:
        infant = s.infant / s.decline * (np.exp(-s.decline * x) - np.exp(-s.decline * (x + 1)))
        ageing = s.ageing / s.pace * (np.exp(s.pace * (x + 1)) - np.exp(s.pace * x))
        total: FloatArray = infant + s.background + ageing
        return total

    return multiplier * np.stack([summed(sex) for sex in SILER])


def monthly_deaths(multiplier: float) -> FloatArray:
    """Chance to die in a month by sex and completed age, shape (2, MAX_AGE + 1); twelve of them compound to the year's.

    ``multiplier`` (parameter demo.mortality) is a factor on the hazard. Raises ``ValueError`` if it is negative.
    """
    if multiplier < 0:
        raise ValueError(f"the mortality multiplier must not be negative: {multiplier}")
    chance: FloatArray = -np.expm1(-_yearly_hazard(multiplier) / 12)
    return chance


def life_table(multiplier: float) -> LifeTable:
    """The life table of ``multiplier`` times the Siler hazard. Raises ``ValueError`` unless it is positive.

    Within a year of age the hazard is taken as constant, as the monthly chances are; so it is beyond MAX_AGE.
    """
    if multiplier <= 0:
        raise ValueError(f"the mortality multiplier must be positive: {multiplier}")
    hazard = _yearly_hazard(multiplier)
    survivors = np.exp(-(np.cumsum(hazard, axis=1) - hazard))
    lived = survivors * -np.expm1(-hazard) / hazard
    lived[:, -1] = survivors[:, -1] / hazard[:, -1]
    remaining = np.cumsum(lived[:, ::-1], axis=1)[:, ::-1]
    return LifeTable(survivors, -np.expm1(-hazard), remaining / survivors)


def monthly_births(tfr: float) -> FloatArray:
    """Chance that a woman bears a child in a month by completed age, shape (MAX_AGE + 1,); ``tfr`` births in a life.

    Raises ``ValueError`` if ``tfr`` is negative or so large that a chance would exceed 1.
    """
    shape = np.zeros(MAX_AGE + 1)
    for group, rate in enumerate(_FERTILITY):
        start = _FERTILITY_FROM + 5 * group
        shape[start : start + 5] = rate
    chance: FloatArray = shape / shape.sum() * tfr / 12
    if tfr < 0 or chance.max() > 1:
        raise ValueError(f"no total fertility rate: {tfr}")
    return chance


def monthly_moves(rate: float, ages: NDArray[np.integer]) -> FloatArray:
    """Chance to move away in a month by completed age, shape (MAX_AGE + 1,).

    ``rate`` moves per resident-year is the mean over residents aged ``ages`` (completed years, shape (residents,)).
    """
    starts, values = (np.array(column) for column in zip(*_MOVES, strict=True))
    shape = values[np.searchsorted(starts, np.arange(MAX_AGE + 1), side="right") - 1]
    chance: FloatArray = shape / shape[np.minimum(ages, MAX_AGE)].mean() * rate / 12
    return chance
