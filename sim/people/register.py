"""Day 1 on the register: suspensions and activations take effect, heads are counted."""

from __future__ import annotations

import numba as nb

from sim.codes import (
    ACTIVE,
    ARREARS,
    BP,
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
    PBPU,
    PENDING,
    PPU,
    RESIDENT,
)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def open_month(ppl, hh, month, used, suspended):  # type: ignore[no-untyped-def]
    """Apply what takes effect on day 1 and note what each household holds.

    Pending persons whose month has come become active; members of households that owe are suspended (Perpres 82/2018
    art. 42: from the 1st of the month after the unpaid one). ``suspended`` (1,) receives the count. Sets
    ``hh.payers`` and ``hh.holds``.
    """
    hh.payers[:] = 0
    hh.holds[:] = 0
    hh.event[:] = 0
    for i in range(used):
        if ppl.presence[i] == FREE or ppl.presence[i] == GONE:
            continue
        h = ppl.household[i]
        if ppl.status[i] == PENDING and ppl.active_from[i] <= month:
            ppl.status[i] = ACTIVE
        if ppl.payer[i] == PAYER_SELF and ppl.status[i] != NEVER and ppl.status[i] != LAPSED:
            ppl.klass[i] = hh.klass[h]
            if ppl.status[i] == ACTIVE and hh.debt[h] > 0:
                ppl.status[i] = ARREARS
                suspended[0] += 1
            if ppl.status[i] != PENDING:
                hh.payers[h] += 1
        status = ppl.status[i]
        if ppl.segment[i] == PPU and ppl.presence[i] == RESIDENT:
            if status == ACTIVE:
                hh.holds[h] |= HAS_PPU_PRIVATE if ppl.payer[i] == PAYER_PRIVATE else HAS_PPU_STATE
            elif status == LAPSED:
                hh.holds[h] |= HAS_PPU_LAPSED
        if ppl.presence[i] == RESIDENT and (status == NEVER or status == LAPSED):
            hh.holds[h] |= HAS_UNCOVERED


@nb.njit(error_model="numpy", cache=True, nogil=True)
def count_heads(ppl, hh, used, heads, paid_by, owed, diagnosed):  # type: ignore[no-untyped-def]
    """Count everyone once.

    ``heads`` (facilities, segments, statuses, presences), ``paid_by`` (payers, classes): active heads,
    ``owed`` (classes,): person-months in arrears, ``diagnosed`` (facilities, 2): active residents with HT, DM.
    """
    heads[:] = 0
    paid_by[:] = 0
    owed[:] = 0
    diagnosed[:] = 0
    for i in range(used):
        presence = ppl.presence[i]
        if presence == FREE:
            continue
        status = ppl.status[i]
        heads[ppl.facility[i], ppl.segment[i], status, presence] += 1
        if presence == GONE:
            continue
        if status == ACTIVE:
            paid_by[ppl.payer[i], ppl.klass[i]] += 1
            if presence == RESIDENT:
                bits = ppl.chronic[i]
                diagnosed[ppl.facility[i], 0] += (bits >> 1) & 1
                diagnosed[ppl.facility[i], 1] += (bits >> 4) & 1
        elif status == ARREARS and (ppl.segment[i] == PBPU or ppl.segment[i] == BP):
            owed[ppl.klass[i]] += hh.debt[ppl.household[i]]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def reactivate(ppl, hh, used, month, reactivated):  # type: ignore[no-untyped-def]
    """Suspended members of households that paid are active again within the day; ``reactivated`` (1,) counts them."""
    for i in range(used):
        if ppl.status[i] == ARREARS and ppl.presence[i] != GONE and ppl.presence[i] != FREE:
            if hh.debt[ppl.household[i]] == 0:
                ppl.status[i] = ACTIVE
                reactivated[0] += 1
