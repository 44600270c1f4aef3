"""Who falls ill this month: sick visits wanted and hospital emergencies, before anyone asks about cover."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import ACTIVE, EMERGENCY, MAX_AGE_MONTHS, NEED_CARE, NEED_HOSPITAL, RESIDENT
from sim.random import CHUNK, Purpose, fill, unit

_ILLNESS = int(Purpose.ILLNESS)

#: Relative sick-contact rate by age (from, relative); the curve is assumed, its peak at 60-64 and the ratio of women
#: to men follow Solihin and Thabrany (Cijeruk 2014: women about twice men, ages 60-64 highest).
_AGE_CURVE = ((0, 1.35), (5, 0.65), (15, 0.55), (30, 0.85), (45, 1.35), (60, 1.95), (75, 1.7))
_WOMEN, _MEN = 1.22, 0.78
#: Relative emergency rate by age (assumed).
_EMERGENCY_CURVE = ((0, 1.3), (5, 0.4), (15, 0.7), (45, 1.3), (60, 2.6))


def curve(steps: tuple[tuple[int, float], ...]) -> np.ndarray:
    """A step curve by age in months as float64 of shape (MAX_AGE_MONTHS + 1,)."""
    starts = np.array([12 * age for age, _ in steps])
    values = np.array([value for _, value in steps])
    result: np.ndarray = values[np.searchsorted(starts, np.arange(MAX_AGE_MONTHS + 1), side="right") - 1]
    return result


def sick_curve() -> np.ndarray:
    """Relative sick-contact rate by sex (0 men, 1 women) and age, shape (2, MAX_AGE_MONTHS + 1)."""
    return np.stack([_MEN * curve(_AGE_CURVE), _WOMEN * curve(_AGE_CURVE)])


def emergency_curve() -> np.ndarray:
    """Relative rate of hospital emergencies by age, shape (MAX_AGE_MONTHS + 1,)."""
    return curve(_EMERGENCY_CURVE)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def fall_ill(ppl, hh, k0, k1, month, used, rate, facility, emergency, uncovered):  # type: ignore[no-untyped-def]
    """Set ``ppl.sick`` (visits wanted, plus the EMERGENCY bit) and ``hh.need``.

    Visits are Poisson with mean ``rate[sex, age]`` x frailty x ``facility[f]``, times ``uncovered`` for those who are
    not active. Emergencies have chance ``emergency[age]`` x frailty and ask no one.
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    hh.need[:] = 0
    for lo in range(0, used, CHUNK):
        hi = min(used, lo + CHUNK)
        fill(k0, k1, ppl.name, ppl.serial, lo, hi, month, _ILLNESS, w0, w1, w2, w3)
        for i in range(lo, hi):
            ppl.sick[i] = 0
            if ppl.presence[i] != RESIDENT:
                continue
            age = min(month - ppl.birth[i], MAX_AGE_MONTHS)
            frailty = np.float64(ppl.frailty[i])
            mean = rate[ppl.female[i], age] * frailty * facility[ppl.facility[i]]
            if ppl.status[i] != ACTIVE:
                mean *= uncovered
            u = unit(w0[i - lo])
            visits = 0
            if u >= 1.0 - mean:  # below it there is no visit: exp(-x) is never less than 1 - x
                chance = np.exp(-mean)
                cumulative = chance
                while u >= cumulative and visits < 7:
                    visits += 1
                    chance *= mean / visits
                    cumulative += chance
            hospital = unit(w1[i - lo]) < emergency[age] * frailty
            if visits > 0 or hospital:
                ppl.sick[i] = visits | (EMERGENCY if hospital else 0)
                hh.need[ppl.household[i]] |= (NEED_CARE | NEED_HOSPITAL) if hospital else NEED_CARE
