"""Premium compliance of self-paying families (PBPU, and BP who pay themselves), decided per family card."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import NEED_CARE, NEED_HOSPITAL
from sim.random import CHUNK, Purpose, unit, words

_PREMIUM = int(Purpose.PREMIUM)

#: Relative miss rate by wealth quintile, poorest first (direction: all studies name income; sizes assumed).
WEALTH_MISS = np.array([1.5, 1.2, 1.0, 0.8, 0.6])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def pay_premiums(hh, k0, k1, month, p, wealth_miss, paid, moves):  # type: ignore[no-untyped-def]
    """One due day for every family with self-paying members.

    ``p`` holds, in order: miss, miss factor of class III, miss factor when sick, return, return factor when a member
    needs hospital care, return factor per month owed, arrears cap, least months for REHAB, REHAB join, REHAB
    instalment, instalments, class move. ``paid`` (classes, 2) receives person-months of current and of old premium
    paid, ``moves`` (3,) families that returned, joined REHAB, moved a class down.
    """
    cap = int(p[6])
    for lo in range(0, hh.name.size, CHUNK):
        for h in range(lo, min(hh.name.size, lo + CHUNK)):
            members = hh.payers[h]
            if members == 0:
                continue
            a, b, c, d = words(k0, k1, hh.name[h], 0, 0, month, _PREMIUM)
            klass = hh.klass[h]
            if hh.debt[h] == 0:
                miss = p[0] * wealth_miss[hh.wealth[h]]
                if klass == 3:
                    miss *= p[1]
                if hh.need[h] & NEED_CARE:
                    miss *= p[2]
                if hh.waiting[h] == 1 or unit(a) < miss:
                    hh.debt[h] = 1
                    continue
                paid[klass, 0] += members
                if klass < 3 and unit(d) < p[11]:
                    hh.klass[h] = klass + 1
                    moves[2] += 1
            elif hh.rehab[h] > 0:
                if unit(c) < p[9]:
                    months = (hh.debt[h] + hh.rehab[h] - 1) // hh.rehab[h]  # an equal part of what is still owed
                    hh.rehab[h] -= 1
                    if hh.rehab[h] == 0:
                        _settle(hh, h, month, paid, members)
                        moves[0] += 1
                    else:
                        paid[klass, 1] += members * months
                        hh.debt[h] -= months
                else:
                    hh.rehab[h] = 0
            else:
                back = p[3] * p[5] ** (hh.debt[h] - 1)
                if hh.need[h] & NEED_HOSPITAL:
                    back *= p[4]
                if hh.waiting[h] == 0 and unit(b) < back:
                    _settle(hh, h, month, paid, members)
                    moves[0] += 1
                else:
                    hh.debt[h] = min(hh.debt[h] + 1, cap)
                    if hh.debt[h] >= int(p[7]) and unit(c) < p[8]:
                        hh.rehab[h] = min(int(p[10]), hh.debt[h])
                        moves[1] += 1


@nb.njit(error_model="numpy", forceinline=True)
def _settle(hh, h, month, paid, members):  # type: ignore[no-untyped-def]
    """The family pays everything owed and the running month (Perpres 64/2020 art. 42)."""
    paid[hh.klass[h], 0] += members
    paid[hh.klass[h], 1] += members * hh.debt[h]
    hh.owed_at_back[h] = hh.debt[h]
    hh.back_at[h] = month
    hh.debt[h] = 0
