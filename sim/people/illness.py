"""What the month asks for: sick visits, well contacts and emergencies, before anyone asks about cover or payment."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import ACTIVE, EMERGENCY, MAX_AGE, NEED_CARE, NEED_HOSPITAL, RECORDED, RESIDENT, STATUSES, VISITS, WELL
from sim.random import CHUNK, Purpose, fill, unit

_ILLNESS = int(Purpose.ILLNESS)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def fall_ill(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, lo, hi, sick, emergency, well, sick_place, hurt_place, recorded, near, uncovered
):  # fmt: skip
    """Set ``ppl.wish`` of the persons ``lo`` ... ``hi``-1 and ``hh.need`` of their households.

    Sick visits are Poisson with mean ``sick[sex, age]`` x frailty x ``sick_place[f]`` x ``near[distance]``, times
    ``uncovered`` for those who are not active: given a gamma frailty they are negative binomial. An emergency has
    chance ``emergency[age]`` x frailty x ``hurt_place[f]`` and asks no one. A well contact has chance
    ``well[f, sex, age]`` x ``near[distance]``; ``recorded[f]`` is the chance that a contact is entered in P-Care.
    """
    name, serial, presence, status, female = ppl.name, ppl.serial, ppl.presence, ppl.status, ppl.female
    birth, place, frailty, household, wish = ppl.birth, ppl.facility, ppl.frailty, ppl.household, ppl.wish
    distance, need = hh.distance, hh.need
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    visits, hurts, contacts, entered = np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    asking = np.empty(CHUNK, np.int64)
    cover = np.full(STATUSES, uncovered)
    cover[ACTIVE] = 1.0
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        fill(k0, k1, name, serial, start, end, month, _ILLNESS, w0, w1, w2, w3)
        for j in range(end - start):  # the chances of everyone, without a branch
            i = start + j
            f, sex = np.uint64(place[i]), np.uint64(female[i])
            age = min(np.uint64(np.uint32(month - birth[i]) // np.uint32(12)), np.uint64(MAX_AGE))
            frail, access = np.float64(frailty[i]), near[distance[np.uint64(household[i])]]
            visits[j] = sick[sex, age] * frail * sick_place[f] * access * cover[status[i]]
            hurts[j] = emergency[age] * frail * hurt_place[f]
            contacts[j] = well[f, sex, age] * access
            entered[j] = recorded[f]
        here, asks = presence[start:end], wish[start:end]
        for j in range(end - start):  # compared several at a time
            visit = np.uint8(unit(w0[j]) >= 1.0 - visits[j])  # no visit below it: exp(-x) is never less than 1 - x
            hurt = np.uint8(unit(w1[j]) < hurts[j]) * np.uint8(EMERGENCY)
            asked = visit | hurt | np.uint8(unit(w2[j]) < contacts[j]) * np.uint8(WELL)
            noted = np.uint8(unit(w3[j]) < entered[j]) * np.uint8(RECORDED)
            asks[j] = (asked | noted) * np.uint8(asked != 0) * np.uint8(here[j] == RESIDENT)
        some = 0
        for j in range(end - start):
            asking[some] = j
            some += asks[j] & (1 | EMERGENCY) != 0
        for j in asking[:some]:  # the few who are sick
            if asks[j] & 1:
                asks[j] += _poisson(unit(w0[j]), visits[j]) - 1
            if asks[j] & EMERGENCY:
                need[household[start + j]] |= NEED_HOSPITAL | NEED_CARE
            elif asks[j] & VISITS:
                need[household[start + j]] |= NEED_CARE


@nb.njit(error_model="numpy")
def _poisson(u, mean):  # type: ignore[no-untyped-def]
    """The quantile ``u`` of a Poisson law, at most what the bits of ``wish`` hold."""
    count = 0
    chance = np.exp(-mean)
    cumulative = chance
    while u >= cumulative and count < VISITS:
        count += 1
        chance *= mean / count
        cumulative += chance
    return count
