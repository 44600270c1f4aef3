"""Births, deaths and moves, and the register's memory of the dead and the moved."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    DEAD_ON_REGISTER,
    FREE,
    GONE,
    MAX_AGE_MONTHS,
    MOVED_ON_REGISTER,
    NEVER,
    NEVER_SEGMENT,
    PAYER_NONE,
    RESIDENT,
)
from sim.random import CHUNK, Purpose, fill, unit, words

_LIFE, _ARRIVAL = int(Purpose.LIFE), int(Purpose.ARRIVAL)
#: First name of those who arrive from elsewhere: above every name given at the start.
_ARRIVALS = 0x80000000

# Columns of ``events``.
BIRTHS, DEATHS, MOVED_OUT, MOVED_IN, CLEANSED, NO_ROOM = range(6)


def mortality_shape() -> np.ndarray:
    """Relative death rate by age in months, shape (MAX_AGE_MONTHS + 1,).

    Gompertz, doubling every 9 years, infants apart (assumed).
    """
    age = np.arange(MAX_AGE_MONTHS + 1) // 12
    shape: np.ndarray = 0.02 * np.exp(np.log(2.0) / 9.0 * (age - 20.0)) + np.where(age == 0, 0.9, 0.0)
    return shape


def fertility_shape() -> np.ndarray:
    """Relative birth rate of women by age 15-49 (peak at 20-34; assumed shape), shape (MAX_AGE_MONTHS + 1,)."""
    shape = np.zeros(MAX_AGE_MONTHS + 1)
    for low, value in ((15, 0.25), (20, 1.0), (25, 1.15), (30, 0.95), (35, 0.55), (40, 0.2), (45, 0.03)):
        shape[12 * low : 12 * (low + 5)] = value
    return shape


@nb.njit(error_model="numpy", cache=True, nogil=True)
def live_and_die(ppl, k0, k1, month, used, death, birth, p, events):  # type: ignore[no-untyped-def]
    """One month of deaths, moves out, register cleansing and births; returns the new number of used slots.

    ``death`` and ``birth`` are monthly chances by age; ``p``: move out, unreported deaths, unreported moves, cleansing,
    newborns named at birth. A newborn takes the mother's household, facility and, if she is active and the child is
    named in time, her segment and payer from birth (28-day rule). Receives ``events`` (6,).
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    end = used
    for lo in range(0, used, CHUNK):
        hi = min(used, lo + CHUNK)
        fill(k0, k1, ppl.name, ppl.serial, lo, hi, month, _LIFE, w0, w1, w2, w3)
        for i in range(lo, hi):
            presence = ppl.presence[i]
            if presence == FREE or presence == GONE:
                continue
            if presence != RESIDENT:
                if unit(w0[i - lo]) < p[3]:
                    ppl.presence[i] = GONE
                    events[CLEANSED] += 1
                continue
            age = min(month - ppl.birth[i], MAX_AGE_MONTHS)
            if unit(w0[i - lo]) < death[age]:
                kept = ppl.status[i] != NEVER and unit(w3[i - lo]) < p[1]
                ppl.presence[i] = DEAD_ON_REGISTER if kept else GONE
                events[DEATHS] += 1
            elif unit(w1[i - lo]) < p[0]:
                kept = ppl.status[i] != NEVER and unit(w3[i - lo]) < p[2]
                ppl.presence[i] = MOVED_ON_REGISTER if kept else GONE
                events[MOVED_OUT] += 1
            elif ppl.female[i] == 1 and unit(w2[i - lo]) < birth[age]:
                if end < ppl.name.size:
                    _be_born(ppl, i, end, k0, k1, month, p[4])
                    end += 1
                    events[BIRTHS] += 1
                else:
                    events[NO_ROOM] += 1
    return end


@nb.njit(error_model="numpy", forceinline=True)
def _be_born(ppl, mother, child, k0, k1, month, named):  # type: ignore[no-untyped-def]
    """Fill the slot ``child``; the child is named for luck by mother and month."""
    a, _b, c, _d = words(k0, k1, ppl.name[mother], month + 1, 1, month, _LIFE)
    ppl.name[child] = ppl.name[mother]
    ppl.serial[child] = month + 1
    ppl.household[child] = ppl.household[mother]
    ppl.facility[child] = ppl.facility[mother]
    ppl.birth[child] = month
    ppl.female[child] = unit(a) < 0.488
    ppl.presence[child] = RESIDENT
    ppl.frailty[child] = ppl.frailty[mother]
    ppl.since[child] = month
    if ppl.status[mother] == ACTIVE and unit(c) < named:
        ppl.segment[child] = ppl.segment[mother]
        ppl.payer[child] = ppl.payer[mother]
        ppl.klass[child] = ppl.klass[mother]
        ppl.status[child] = ACTIVE
    else:
        ppl.segment[child] = NEVER_SEGMENT
        ppl.payer[child] = PAYER_NONE
        ppl.status[child] = NEVER


@nb.njit(error_model="numpy", cache=True, nogil=True)
def arrive(ppl, k0, k1, month, used, first, count, events):  # type: ignore[no-untyped-def]
    """Let ``count`` persons move in; returns the new number of used slots.

    Each resembles, and joins the household of, one of the ``first`` persons of the start, drawn by name, so that the
    same people arrive in every scenario; where that person is gone, the newcomer is not registered.
    """
    end = used
    for n in range(count):
        if end >= ppl.name.size:
            events[NO_ROOM] += 1
            continue
        a, b, c, d = words(k0, k1, n, month + 1, 0, month, _ARRIVAL)
        i = min(int(unit(a) * first), first - 1)
        ppl.name[end] = _ARRIVALS + (month << 18) + n  # the month, so that no newborn of an earlier arrival shares it
        ppl.serial[end] = month + 1
        ppl.household[end] = ppl.household[i]
        ppl.facility[end] = ppl.facility[i]
        ppl.birth[end] = ppl.birth[i]
        ppl.female[end] = ppl.female[i]
        ppl.presence[end] = RESIDENT
        ppl.frailty[end] = ppl.frailty[i]
        ppl.chronic[end] = ppl.chronic[i]
        ppl.sbp[end] = ppl.sbp[i]
        ppl.fbg[end] = ppl.fbg[i]
        ppl.since[end] = month
        if ppl.presence[i] == RESIDENT:
            ppl.segment[end] = ppl.segment[i]
            ppl.payer[end] = ppl.payer[i]
            ppl.klass[end] = ppl.klass[i]
            ppl.status[end] = ppl.status[i]
            ppl.active_from[end] = ppl.active_from[i]
        end += 1
        events[MOVED_IN] += 1
    return end
