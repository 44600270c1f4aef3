"""What happens to families: jobs won and lost, voluntary joining, waiting for the Pemda, asking it, ways back in."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    ARREARS,
    ASK_PEMDA,
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
    PBI_BACK,
    PBPU,
    PEMDA,
    PENDING,
    PPU,
    RESIDENT,
    TAKEOVER,
)
from sim.people.family_screen import job_limits, join_limits, screen
from sim.random import CHUNK, Purpose, fill, limit, unit, words

_FAMILY, _OFFICE = int(Purpose.FAMILY), int(Purpose.OFFICE)

#: Class that a self-registering family picks, by wealth quintile (assumed).
CLASS_CHOICE = np.array([3, 3, 3, 2, 1], np.uint8)
#: Months of cover after a lay-off (Perpres 82/2018: up to six months without premium; general knowledge).
LAY_OFF_COVER = 6

# Columns of ``moves``: persons, but WAITING_STARTED: families.
(PBI_OUT, PBI_IN, LOST_JOB, GOT_JOB, JOINED, AGED_OUT, PBI_RETURNED, ASKED, WAITING_STARTED) = range(9)
MOVES = 9
# Columns of ``origin`` (where Pemda heads came from; FROM_PPU: fell out of PPU, FROM_LAPSED: of any other segment).
FROM_NEVER, FROM_LAPSED, FROM_ARREARS, FROM_PBPU, FROM_PPU, AT_POINT_OF_CARE = range(6)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def family_events(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, lo, hi, rates, non_cut_off, taking_in, wait_days, class_choice, moves, origin, asking,
):  # fmt: skip
    """Decide what happens to the households ``lo`` ... ``hi``-1 and carry it to their resident members at once.

    A way back in found at the point of care (``hh.event`` TAKEOVER or PBI_BACK) stands, unless the family settled its
    debt this month: one illness opens one way back in, in the order pay, Pemda, PBI-JK, none. ``taking_in``: the Pemda
    takes heads in. ``wait_days``: waiting period of self-registered members; ``class_choice`` (5,) by wealth.
    Receives ``moves`` (9,) and ``origin`` (6,), columns above, and ``asking`` (at least persons + 1, int32): the
    persons whose family asks the Pemda to take them over, from entry 1 on; entry 0 is their number.
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    flag, serials = np.empty(CHUNK, np.bool_), np.zeros(CHUNK, np.uint16)
    who, luck = np.empty(hi - lo, np.int64), np.empty((hi - lo, 4), np.uint32)
    crowd_out = limit(rates.crowd_out if non_cut_off else 0.0)
    ask = limit(rates.ask_pemda if non_cut_off and taking_in else 0.0)
    job, join, stay = job_limits(rates, non_cut_off), join_limits(rates), max(crowd_out, ask)
    if not non_cut_off:
        hh.waiting[lo:hi] = 0
    count = 0
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        fill(k0, k1, hh.name[start:end], serials, 0, end - start, month, _FAMILY, w0, w1, w2, w3)
        screen(hh, start, end, month, w0, w1, w2, job, join, stay, flag)
        for j in range(end - start):
            if flag[j]:
                who[count] = start + j
                luck[count, 0], luck[count, 1], luck[count, 2], luck[count, 3] = w0[j], w1[j], w2[j], w3[j]
                count += 1
    _decide(hh, who[:count], luck, month, job, join, crowd_out, ask, rates, moves)
    _carry_out(ppl, hh, who[:count], k0, k1, month, wait_days, class_choice, moves, origin, asking)


@nb.njit(error_model="numpy")
def _decide(hh, who, luck, month, job, join, crowd_out, ask, rates, moves):  # type: ignore[no-untyped-def]
    """Set the event of the marked families: at most one, a job before joining before what the Pemda's offer brings.

    ``luck`` (families, 4): words for the job, for joining, for the Pemda's offer, and for how a job loss ends.
    """
    for j, h in enumerate(who):
        holds, settled = hh.holds[h], hh.back_at[h] == month
        at_work = holds & (HAS_PPU_PRIVATE | HAS_PPU_STATE)
        if hh.event[h] != NO_EVENT and settled:
            hh.event[h] = NO_EVENT
        elif hh.event[h] != NO_EVENT or hh.cover_until[h] == month:  # the end of a lay-off cover is enough for a month
            continue
        elif luck[j, 0] < job[holds & 15] and at_work and hh.cover_until[h] < 0:
            outcome = unit(luck[j, 3])
            if outcome < rates.self_pay:
                hh.event[h] = JOB_LOSS_SELF
            elif outcome < rates.self_pay + rates.covered:
                hh.cover_until[h] = month + LAY_OFF_COVER
            else:
                hh.event[h] = JOB_LOSS
        elif luck[j, 0] < job[holds & 15] and not at_work:
            hh.event[h] = JOB_GAIN
        elif luck[j, 1] < join[(holds & HAS_UNCOVERED) | (hh.need[h] & NEED_HOSPITAL)] and not settled:
            hh.event[h] = JOIN
        elif hh.payers[h] > 0 and hh.debt[h] == 0:
            if luck[j, 2] < crowd_out and hh.klass[h] == 3 and hh.waiting[h] == 0:
                hh.waiting[h] = 1
                moves[WAITING_STARTED] += 1
        elif hh.payers[h] > 0 and luck[j, 2] < ask and hh.rehab[h] == 0:
            hh.event[h] = ASK_PEMDA


@nb.njit(error_model="numpy")
def _carry_out(ppl, hh, who, k0, k1, month, wait_days, class_choice, moves, origin, asking):  # type: ignore[no-untyped-def]
    """Carry the events of the marked families to their members."""
    for h in who:
        event = hh.event[h]
        if hh.cover_until[h] == month:
            hh.cover_until[h] = -1
            _lose_job(ppl, hh, h, moves)
        if event == JOB_LOSS:
            _lose_job(ppl, hh, h, moves)
        elif event == JOB_GAIN:
            _gain_job(ppl, hh, h, month, moves)
        elif event == JOB_LOSS_SELF or event == JOIN:
            _join(ppl, hh, h, k0, k1, month, event, wait_days, class_choice, moves)
        elif event == TAKEOVER:
            _take_family_over(ppl, hh, h, month, origin)
        elif event == PBI_BACK:
            _return_to_pbi(ppl, hh, h, moves)
        elif event == ASK_PEMDA:
            _ask(ppl, hh, h, moves, asking)


@nb.njit(error_model="numpy")
def _lose_job(ppl, hh, h, moves):  # type: ignore[no-untyped-def]
    """Wage earners and their dependants fall out of PPU: registered, inactive, owing nothing."""
    i = hh.first[h]
    while i >= 0:
        if ppl.presence[i] == RESIDENT and ppl.segment[i] == PPU and ppl.status[i] == ACTIVE:
            ppl.status[i] = LAPSED
            hh.holds[h] |= HAS_UNCOVERED
            moves[LOST_JOB] += 1
        i = ppl.next[i]


@nb.njit(error_model="numpy")
def _gain_job(ppl, hh, h, month, moves):  # type: ignore[no-untyped-def]
    """A private employer registers the whole family."""
    i = hh.first[h]
    while i >= 0:
        if ppl.presence[i] == RESIDENT and (ppl.segment[i] != PPU or ppl.status[i] == LAPSED):
            ppl.segment[i], ppl.payer[i], ppl.klass[i] = PPU, PAYER_PRIVATE, 0
            ppl.status[i] = ACTIVE
            ppl.since[i] = month
            moves[GOT_JOB] += 1
        i = ppl.next[i]


@nb.njit(error_model="numpy")
def _join(ppl, hh, h, k0, k1, month, event, wait_days, class_choice, moves):  # type: ignore[no-untyped-def]
    """Register as self-payers: who has just lost a job goes on without a gap, the uncovered wait.

    Active on the 1st after the waiting period that begins on the day of registration; a family that still owes must
    first pay.
    """
    if hh.klass[h] == 0:  # nobody on the card pays yet: the family picks its class
        hh.klass[h] = class_choice[hh.wealth[h]]
    day = 1 + int(unit(words(k0, k1, hh.name[h], 0, 0, month, _OFFICE)[3]) * 28.0)
    i = hh.first[h]
    while i >= 0:
        status = ppl.status[i]
        loses = event == JOB_LOSS_SELF and ppl.segment[i] == PPU and status == ACTIVE
        joins = event == JOIN and (status == NEVER or status == LAPSED)
        if ppl.presence[i] == RESIDENT and (loses or joins):
            ppl.segment[i], ppl.payer[i], ppl.klass[i] = PBPU, PAYER_SELF, hh.klass[h]
            ppl.since[i] = month
            if hh.debt[h] > 0:
                ppl.status[i] = ARREARS
            elif joins:
                ppl.status[i] = PENDING
                ppl.active_from[i] = month + (1 if day + wait_days <= 30 else 2)
            moves[LOST_JOB] += loses
            moves[JOINED] += 1
        i = ppl.next[i]


@nb.njit(error_model="numpy")
def _take_family_over(ppl, hh, h, month, origin):  # type: ignore[no-untyped-def]
    """The Pemda takes in, at the point of care and at once, all members without cover; what they owe stays, frozen."""
    i = hh.first[h]
    while i >= 0:
        status = ppl.status[i]
        if ppl.presence[i] == RESIDENT and status != ACTIVE and status != PENDING:
            become_pemda(ppl, hh, i, month, origin)
            ppl.status[i] = ACTIVE
            origin[AT_POINT_OF_CARE] += 1
        i = ppl.next[i]


@nb.njit(error_model="numpy")
def become_pemda(ppl, hh, i, month, origin):  # type: ignore[no-untyped-def]
    """Make person ``i`` a PBPU Pemda head; the caller sets the status. Without self-payers a card's debt is frozen: no
    plan goes on and nobody waits any more."""
    h, status = ppl.household[i], ppl.status[i]
    if ppl.payer[i] == PAYER_SELF and (status == ACTIVE or status == ARREARS) and hh.payers[h] > 0:
        hh.payers[h] -= 1
        if hh.payers[h] == 0:
            hh.rehab[h] = 0
            hh.waiting[h] = 0
    origin[origin_of(status, ppl.segment[i])] += 1
    ppl.segment[i], ppl.payer[i], ppl.klass[i] = PEMDA, PAYER_DISTRICT, 0
    ppl.since[i] = month


@nb.njit(error_model="numpy")
def _return_to_pbi(ppl, hh, h, moves):  # type: ignore[no-untyped-def]
    """Members who fell out of PBI-JK are reactivated by the ministry (SK Mensos 3/HUK/2026)."""
    i = hh.first[h]
    while i >= 0:
        if ppl.presence[i] == RESIDENT and ppl.status[i] == LAPSED and ppl.segment[i] == PBI:
            ppl.status[i] = ACTIVE
            moves[PBI_RETURNED] += 1
        i = ppl.next[i]


@nb.njit(error_model="numpy")
def _ask(ppl, hh, h, moves, asking):  # type: ignore[no-untyped-def]
    """The suspended members apply to the Pemda; nobody is asked for twice."""
    i = hh.first[h]
    while i >= 0:
        if ppl.presence[i] == RESIDENT and ppl.status[i] == ARREARS and ppl.queued[i] == 0:
            ppl.queued[i] = 1
            asking[0] += 1
            asking[asking[0]] = i
            moves[ASKED] += 1
        i = ppl.next[i]


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
