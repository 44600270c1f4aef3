"""The register: what takes effect on day 1, and the head counts at the close of the month."""

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
    LAPSED,
    NEVER,
    PAYER_PRIVATE,
    PAYER_SELF,
    PENDING,
    PPU,
    RESIDENT,
)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def close_register(ppl, hh, lo, hi, heads, paid_by, ghosts_paid, owed, owing):  # type: ignore[no-untyped-def]
    """Count the persons ``lo`` ... ``hi``-1 and note what their households hold.

    ``heads`` (facilities, segments, statuses, presences), ``paid_by`` (payers, classes): active heads,
    ``ghosts_paid`` (payers,): those among them who are dead or gone, ``owed`` (classes,): person-months in arrears,
    ``owing`` (classes,): the self-payers in arrears; all start at 0.
    ``hh.payers`` and ``hh.holds`` must be 0 before. Self-payers take the class that their family has moved to.
    """
    presence_of, segment_of, status_of, payer_of = ppl.presence, ppl.segment, ppl.status, ppl.payer
    klass_of, place_of, household = ppl.klass, ppl.facility, ppl.household
    payers, holds, debt, family_klass = hh.payers, hh.holds, hh.debt, hh.klass
    for i in range(lo, hi):
        presence = presence_of[i]
        if presence == FREE or presence == GONE:
            continue
        segment, status, payer, h = segment_of[i], status_of[i], payer_of[i], household[i]
        if payer == PAYER_SELF and status != NEVER and status != LAPSED:
            klass_of[i] = family_klass[h]
            payers[h] += status != PENDING
        if presence == RESIDENT:
            if status == NEVER or status == LAPSED:
                holds[h] |= HAS_UNCOVERED
            if segment == PPU:
                if status == ACTIVE:
                    holds[h] |= HAS_PPU_PRIVATE if payer == PAYER_PRIVATE else HAS_PPU_STATE
                elif status == LAPSED:
                    holds[h] |= HAS_PPU_LAPSED
        heads[place_of[i], segment, status, presence] += 1
        if status == ACTIVE:
            paid_by[payer, klass_of[i]] += 1
            if presence != RESIDENT:
                ghosts_paid[payer] += 1
        elif status == ARREARS and payer == PAYER_SELF:
            owed[klass_of[i]] += debt[h]
            owing[klass_of[i]] += 1


@nb.njit(error_model="numpy", cache=True, nogil=True)
def take_effect(ppl, hh, month, used, heads, paid_by, ghosts_paid, owed, owing, suspended):  # type: ignore[no-untyped-def]
    """Day 1: pending persons whose month has come become active; families that owe are suspended.

    Perpres 82/2018 art. 42: suspended from the 1st of the month after the unpaid one. The head counts of the month's
    close are carried on, so that nobody is counted twice. ``suspended`` (1,) receives the persons suspended.
    """
    for i in range(used):
        if ppl.status[i] == PENDING and ppl.active_from[i] <= month:
            if ppl.presence[i] == FREE or ppl.presence[i] == GONE:
                continue
            h = ppl.household[i]
            own = ppl.payer[i] == PAYER_SELF
            hh.payers[h] += own
            if own:
                ppl.klass[i] = hh.klass[h]
            status = ARREARS if own and hh.debt[h] > 0 else ACTIVE
            _change_status(ppl, hh, i, status, heads, paid_by, ghosts_paid, owed, owing)
    for h in range(hh.debt.size):
        if hh.debt[h] == 0 or hh.payers[h] == 0:
            continue
        i = hh.first[h]
        while i >= 0:
            if ppl.status[i] == ACTIVE and ppl.payer[i] == PAYER_SELF:
                if ppl.presence[i] != FREE and ppl.presence[i] != GONE:
                    _change_status(ppl, hh, i, ARREARS, heads, paid_by, ghosts_paid, owed, owing)
                    suspended[0] += 1
            i = ppl.next[i]


@nb.njit(error_model="numpy")
def _change_status(ppl, hh, i, status, heads, paid_by, ghosts_paid, owed, owing):  # type: ignore[no-untyped-def]
    """Give person ``i`` another status and carry the counts over."""
    f, segment, presence, klass = ppl.facility[i], ppl.segment[i], ppl.presence[i], ppl.klass[i]
    own = np.int64(ppl.payer[i] == PAYER_SELF)
    before = ppl.status[i]
    heads[f, segment, before, presence] -= 1
    heads[f, segment, status, presence] += 1
    gained = np.int64(status == ACTIVE) - np.int64(before == ACTIVE)
    paid_by[ppl.payer[i], klass] += gained
    ghosts_paid[ppl.payer[i]] += gained * (presence != RESIDENT)
    suspended = own * (np.int64(status == ARREARS) - np.int64(before == ARREARS))
    owed[klass] += np.int64(hh.debt[ppl.household[i]]) * suspended
    owing[klass] += suspended
    ppl.status[i] = status
