"""Moves between segments: jobs won and lost, voluntary joining, crowd-out, ageing out, and PBI-JK updates."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    ARREARS,
    FREE,
    GONE,
    HAS_PPU_LAPSED,
    HAS_PPU_PRIVATE,
    HAS_PPU_STATE,
    HAS_UNCOVERED,
    JOB_GAIN,
    JOB_LOSS,
    JOB_LOSS_SELF,
    JOIN,
    LAPSED,
    NEED_HOSPITAL,
    NEVER,
    NO_EVENT,
    PAYER_DISTRICT,
    PAYER_PRIVATE,
    PAYER_SELF,
    PBI,
    PBPU,
    PEMDA,
    PENDING,
    PPU,
    RESIDENT,
    TAKEOVER,
)
from sim.random import CHUNK, Purpose, fill, unit, words

_FAMILY, _SEGMENT = int(Purpose.FAMILY), int(Purpose.SEGMENT)

#: Class that a self-registering family picks, by wealth quintile (assumed).
CLASS_CHOICE = np.array([3, 3, 3, 2, 1], np.uint8)

# Columns of ``moves``.
PBI_OUT, PBI_IN, LOST_JOB, GOT_JOB, JOINED, AGED_OUT = range(6)
# Columns of ``origin`` (where Pemda heads came from; FROM_PPU: fell out of PPU, FROM_LAPSED: of any other segment).
FROM_NEVER, FROM_LAPSED, FROM_ARREARS, FROM_PBPU, FROM_PPU, AT_POINT_OF_CARE = range(6)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def family_events(hh, k0, k1, month, p, non_cut_off):  # type: ignore[no-untyped-def]
    """What happens to each family this month (``hh.event``; a take-over already set stands).

    ``p``: job loss private, job loss state, job gain, job gain after a loss, share that registers as self-payers,
    share with lay-off cover, joining rate, joining factor when sick, crowd-out, share of job gains that wait.
    """
    wait = p[9] if non_cut_off else 0.0
    for h in range(hh.name.size):
        a, b, c, d = words(k0, k1, hh.name[h], 0, 0, month, _FAMILY)
        holds = hh.holds[h]
        if hh.cover_until[h] == month:
            hh.cover_until[h] = -1
            hh.event[h] = JOB_LOSS
            continue
        if hh.event[h] != NO_EVENT:
            continue
        u = unit(a)
        if holds & HAS_PPU_PRIVATE or holds & HAS_PPU_STATE:
            loss = p[0] if holds & HAS_PPU_PRIVATE else p[1]
            if u < loss and hh.cover_until[h] < 0:
                outcome = unit(d)
                if outcome < p[4]:
                    hh.event[h] = JOB_LOSS_SELF
                elif outcome < p[4] + p[5]:
                    hh.cover_until[h] = month + 6
                else:
                    hh.event[h] = JOB_LOSS
                continue
        else:
            gain = p[3] if holds & HAS_PPU_LAPSED else p[2]
            if u < gain * (1.0 - wait):
                hh.event[h] = JOB_GAIN
                continue
        if holds & HAS_UNCOVERED:
            join = p[6] * (p[7] if hh.need[h] & NEED_HOSPITAL else 1.0)
            if unit(b) < join:
                hh.event[h] = JOIN
        if not non_cut_off:
            hh.waiting[h] = 0
        elif hh.payers[h] > 0 and hh.debt[h] == 0 and hh.klass[h] == 3 and unit(c) < p[8]:
            hh.waiting[h] = 1


@nb.njit(error_model="numpy", cache=True, nogil=True)
def apply_events(ppl, hh, k0, k1, month, used, p, wait_days, class_choice, moves, origin):  # type: ignore[no-untyped-def]
    """Carry each family's event to its members, and let single members leave PBI-JK or age out.

    ``p``: chance to leave PBI-JK by the month's update, share of dependants dropped at 21. ``wait_days`` is the
    waiting period of self-registered members. Receives ``moves`` (6,) and ``origin`` (6,).
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    for lo in range(0, used, CHUNK):
        hi = min(used, lo + CHUNK)
        fill(k0, k1, ppl.name, ppl.serial, lo, hi, month, _SEGMENT, w0, w1, w2, w3)
        for i in range(lo, hi):
            if ppl.presence[i] == FREE or ppl.presence[i] == GONE:
                continue
            status = ppl.status[i]
            if ppl.segment[i] == PBI and status == ACTIVE and unit(w0[i - lo]) < p[0]:
                ppl.status[i] = LAPSED
                moves[PBI_OUT] += 1
                continue
            if ppl.presence[i] != RESIDENT:
                continue
            h = ppl.household[i]
            event = hh.event[h]
            if event == NO_EVENT:
                if ppl.segment[i] == PPU and status == ACTIVE and month - ppl.birth[i] == 252:
                    if unit(w1[i - lo]) < p[1]:
                        ppl.status[i] = LAPSED
                        moves[AGED_OUT] += 1
                continue
            uncovered = status == NEVER or status == LAPSED
            wage_earner = ppl.segment[i] == PPU and status == ACTIVE
            if event == JOB_LOSS:
                if wage_earner:
                    moves[LOST_JOB] += 1
                    ppl.status[i] = LAPSED
            elif event == JOB_GAIN:
                if ppl.segment[i] != PPU or status == LAPSED:
                    moves[GOT_JOB] += 1
                    ppl.segment[i], ppl.payer[i], ppl.klass[i] = PPU, PAYER_PRIVATE, 0
                    ppl.status[i] = ACTIVE
                    ppl.since[i] = month
            elif (event == JOB_LOSS_SELF and wage_earner) or (event == JOIN and uncovered):
                moves[LOST_JOB] += event == JOB_LOSS_SELF
                moves[JOINED] += 1
                if hh.klass[h] == 0:  # nobody on the card pays yet: the family picks its class
                    hh.klass[h] = class_choice[hh.wealth[h]]
                ppl.segment[i], ppl.payer[i], ppl.klass[i] = PBPU, PAYER_SELF, hh.klass[h]
                ppl.since[i] = month
                if event == JOB_LOSS_SELF:
                    ppl.status[i] = ACTIVE if hh.debt[h] == 0 else ARREARS
                else:
                    _a, _b, _c, d = words(k0, k1, hh.name[h], 0, 1, month, _FAMILY)
                    day = 1 + int(unit(d) * 28.0)
                    ppl.status[i] = PENDING
                    ppl.active_from[i] = month + (1 if day + wait_days <= 30 else 2)
            elif event == TAKEOVER and status != ACTIVE and status != PENDING:
                origin[origin_of(status, ppl.segment[i])] += 1
                origin[AT_POINT_OF_CARE] += 1
                ppl.segment[i], ppl.payer[i], ppl.klass[i] = PEMDA, PAYER_DISTRICT, 0
                ppl.status[i] = ACTIVE
                ppl.since[i] = month


@nb.njit(error_model="numpy", forceinline=True)
def origin_of(status, segment):  # type: ignore[no-untyped-def]
    """The column of ``origin`` for a head that becomes PBPU Pemda; debt stays with the family."""
    if status == NEVER:
        return FROM_NEVER
    if status == LAPSED:
        return FROM_PPU if segment == PPU else FROM_LAPSED
    if status == ARREARS:
        return FROM_ARREARS
    return FROM_PBPU
