"""Births, deaths and moves, the onset of chronic illness, and the register's memory of the dead and the moved."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    ADHERENT,
    DEAD_ON_REGISTER,
    DM,
    GONE,
    HAS_UNCOVERED,
    HT,
    LAPSED,
    MAX_AGE,
    MOVED_ON_REGISTER,
    NEVER,
    NEVER_SEGMENT,
    PAYER_DISTRICT,
    PAYER_NONE,
    PBI,
    PPU,
    RESIDENT,
)
from sim.people.health import frailty_at
from sim.random import CHUNK, MIRROR, Purpose, fill, limit, unit, words

_LIFE, _FATE, _ARRIVAL, _FRAILTY = int(Purpose.LIFE), int(Purpose.FATE), int(Purpose.ARRIVAL), int(Purpose.FRAILTY)
#: First name of those who arrive from elsewhere: above every name given at the start.
_ARRIVALS = 0x80000000
#: Age in years from which deaths are screened by their own limit.
_OLD = 65
#: Age in months at which a dependant leaves a wage earner's card (Perpres 82/2018; 25 years for students).
_OF_AGE = 252
#: Months by which a parent is older, at least.
_PARENT = 15 * 12
#: Girls among the newborn (105 boys to 100 girls; general knowledge).
_GIRLS = 0.488

#: Multiplier of Fibonacci hashing: 2**32 over the golden ratio.
_SCATTER = np.uint64(2654435769)

# Columns of ``events``.
BIRTHS, DEATHS, MOVED_OUT, MOVED_IN, CLEANSED, NO_ROOM, PBI_OUT, AGED_OUT, CLEANSED_DISTRICT, PEMDA_OUT = range(10)
EVENTS = 10


class FateRates(NamedTuple):
    """Chances per month and shares (0-1): ``cleansing`` that a dead or moved member is struck off without a campaign,
    ``done`` the passes through the register (1.0: the whole of it) that a campaign has made before this month,
    ``checked`` the share that it checks this month, ``find_dead`` and ``find_moved`` the chance that it finds them,
    ``death_unreported`` and ``move_unreported`` the shares that stay on the register, ``pbi_out``
    the share of active PBI-JK heads removed by the ministry's update, ``age_out`` that of dependants dropped at 21,
    ``pemda_out`` that of active district-paid heads taken off by the Pemda's own checks."""

    cleansing: float
    done: float
    checked: float
    find_dead: float
    find_moved: float
    death_unreported: float
    move_unreported: float
    pbi_out: float
    age_out: float
    pemda_out: float


class Limits(NamedTuple):
    """The largest words (uint32) at which a resident under or over _OLD dies (or a ghost is struck off), moves, bears
    a child, falls ill with hypertension or diabetes, is taken off a list of PBI-JK or of the Pemda."""

    die: np.uint32
    die_old: np.uint32
    leave: np.uint32
    bear: np.uint32
    ill_ht: np.uint32
    ill_dm: np.uint32
    pbi_out: np.uint32


@nb.njit(error_model="numpy", cache=True, nogil=True)
def meet_fate(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, lo, hi, death, birth, move, onset, rates, events, mothers, new_patients
):  # fmt: skip
    """One month of fate for the persons ``lo`` ... ``hi``-1; newborns follow with :func:`bear`.

    ``death[sex, age]``, ``birth[age]``, ``move[age]`` and ``onset[HT/DM, age]`` are chances per month by completed age
    at the month's start; ``rates`` is :class:`FateRates`. A resident dies, else moves, else may bear a child, fall ill
    with hypertension or diabetes, be taken off the list of PBI-JK or of the Pemda, come of age. Ghosts of the register
    are struck off or stay.

    Receives ``events`` (10,); ``mothers`` and ``new_patients`` (int32, the count in entry 0, indices after it; one too
    small is counted in NO_ROOM), those of two ranges to be worked off in the order of the ranges. Two ranges
    may mark the same household in ``hh.holds``: both write the same bit, and nothing else writes there meanwhile.
    """
    presence, born, female, segment, status = ppl.presence, ppl.birth, ppl.female, ppl.segment, ppl.status
    name, serial, chronic, household, holds = ppl.name, ppl.serial, ppl.chronic, ppl.household, hh.holds
    payer = ppl.payer
    find_dead = rates.cleansing + (1.0 - rates.cleansing) * rates.find_dead * (rates.checked > 0.0)
    find_moved = rates.cleansing + (1.0 - rates.cleansing) * rates.find_moved * (rates.checked > 0.0)
    limits = Limits(
        limit(death[:, :_OLD].max()), limit(max(death.max(), find_dead, find_moved)), limit(move.max()),
        limit(birth.max()), limit(onset[0].max()), limit(onset[1].max()),
        limit(max(rates.pbi_out, rates.pemda_out)),
    )  # fmt: skip
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    marked = np.empty(CHUNK, np.int64)
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        found = _screen(k0, k1, name, serial, presence, born, start, end, month, limits, w0, w1, w2, w3, marked)
        for j in marked[:found]:
            i = start + j
            if presence[i] == GONE:
                continue
            out = 0.0
            if status[i] == ACTIVE:
                out = rates.pbi_out if segment[i] == PBI else rates.pemda_out if payer[i] == PAYER_DISTRICT else 0.0
            removed = unit(MIRROR ^ w1[j]) < out
            if presence[i] != RESIDENT:
                chance = rates.cleansing
                if is_checked(name[i], rates.done, rates.checked):
                    chance = find_dead if presence[i] == DEAD_ON_REGISTER else find_moved
                if unit(w0[j]) < chance:
                    presence[i] = GONE
                    events[CLEANSED] += 1
                    events[CLEANSED_DISTRICT] += payer[i] == PAYER_DISTRICT and status[i] == ACTIVE
                elif removed:
                    status[i] = LAPSED
                    events[PBI_OUT if segment[i] == PBI else PEMDA_OUT] += 1
                continue
            age = min(max(month - born[i] - 1, 0) // 12, MAX_AGE)
            if unit(w0[j]) < death[female[i], age]:
                events[DEATHS] += 1
                told, _stays = _fate(k0, k1, name[i], serial[i], month)
                presence[i] = _seen_as(DEAD_ON_REGISTER, status[i], told < rates.death_unreported)
                continue
            if unit(w1[j]) < move[age]:
                events[MOVED_OUT] += 1
                told, _stays = _fate(k0, k1, name[i], serial[i], month)
                presence[i] = _seen_as(MOVED_ON_REGISTER, status[i], told < rates.move_unreported)
                continue
            if female[i] == 1 and unit(w2[j]) < birth[age]:
                _append(mothers, i, events)
            begun = (HT if unit(w3[j]) < onset[0, age] else 0) | (DM if unit(MIRROR ^ w3[j]) < onset[1, age] else 0)
            if begun != 0 and chronic[i] & (HT | DM) == 0:
                _append(new_patients, i, events)
            chronic[i] |= begun
            if removed:
                events[PBI_OUT if segment[i] == PBI else PEMDA_OUT] += 1
            elif month - born[i] == _OF_AGE and segment[i] == PPU and status[i] == ACTIVE and _depends(ppl, hh, i):
                _told, stays = _fate(k0, k1, name[i], serial[i], month)
                if stays >= rates.age_out:
                    continue
                events[AGED_OUT] += 1
            else:
                continue
            status[i] = LAPSED
            holds[household[i]] |= HAS_UNCOVERED


@nb.njit(error_model="numpy")
def _depends(ppl, hh, i):  # type: ignore[no-untyped-def]
    """Whether person ``i`` is on the card of a wage earner old enough to be a parent; else the job is their own."""
    other = hh.first[ppl.household[i]]
    while other >= 0:
        if ppl.presence[other] == RESIDENT and ppl.segment[other] == PPU and ppl.status[other] == ACTIVE:
            if ppl.birth[i] - ppl.birth[other] >= _PARENT:
                return True
        other = ppl.next[other]
    return False


@nb.njit(error_model="numpy")
def is_checked(name, done, checked):  # type: ignore[no-untyped-def]
    """Whether a campaign that works through the register in a fixed order reaches ``name`` this month.

    The order is that of the names scattered by Fibonacci hashing, so that it has nothing to do with family or place.
    """
    ahead = np.float64(np.uint32(np.uint64(name) * _SCATTER)) / 4294967296.0 - (done - np.floor(done))
    return (ahead if ahead >= 0.0 else ahead + 1.0) < checked


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _screen(  # type: ignore[no-untyped-def]
    k0, k1, name, serial, presence, born, start, end, month, limits, w0, w1, w2, w3, marked
):  # fmt: skip
    """Draw the words of a chunk and note in ``marked`` everyone to whom anything can happen at the largest chances of
    all ages; returns how many.

    Without a branch and not inlined, so that it is compiled into vector instructions. The aged and the ghosts have a
    limit of their own, because the chances of a few would else mark many.
    """
    others, most, leave, bear_child = limits.die, limits.die_old, limits.leave, limits.bear
    ill_ht, ill_dm, out = limits.ill_ht, np.uint32(MIRROR ^ limits.ill_dm), np.uint32(MIRROR ^ limits.pbi_out)
    aged, of_age = np.int16(month - 12 * _OLD), np.int16(month - _OF_AGE)
    fill(k0, k1, name, serial, start, end, month, _LIFE, w0, w1, w2, w3)
    birth, there = born[start:end], presence[start:end]
    flag = np.empty(CHUNK, np.bool_)
    for j in range(birth.size):
        event = (w0[j] <= others) | (w1[j] <= leave) | (w2[j] <= bear_child) | (w3[j] <= ill_ht)
        upper = (w1[j] >= out) | (w3[j] >= ill_dm)
        apart = (birth[j] < aged) | (there[j] != RESIDENT)
        flag[j] = event | upper | (apart & (w0[j] <= most)) | (birth[j] == of_age)
    found = 0
    for j in range(birth.size):
        if flag[j]:
            marked[found] = j
            found += 1
    return found


@nb.njit(error_model="numpy", forceinline=True)
def _append(found, i, events):  # type: ignore[no-untyped-def]
    """One more index after the count in entry 0."""
    if found[0] + 1 < found.size:
        found[0] += 1
        found[found[0]] = i
    else:
        events[NO_ROOM] += 1


@nb.njit(error_model="numpy", forceinline=True)
def _fate(k0, k1, name, serial, month):  # type: ignore[no-untyped-def]
    """Two chances of the person's month: that the register is told, that a dependant of 21 stays on the card."""
    a, _b, _c, d = words(k0, k1, name, serial, 0, month, _FATE)
    return unit(a), unit(d)


@nb.njit(error_model="numpy", forceinline=True)
def _seen_as(kept, status, unreported):  # type: ignore[no-untyped-def]
    """What is left of one who died or moved away: a ghost of the register, if registered and nobody reports it."""
    return kept if status != NEVER and unreported else GONE


@nb.njit(error_model="numpy", forceinline=True)
def _settle(ppl, hh, i, h, k0, k1, month, table):  # type: ignore[no-untyped-def]
    """What every new person has, whose name and serial are set: presence, own frailty, place at the household's head.

    ``table`` holds the quantiles of frailty (sim.people.health).
    """
    ppl.household[i] = h
    ppl.next[i] = hh.first[h]
    hh.first[h] = i
    ppl.presence[i] = RESIDENT
    ppl.since[i] = month
    a, _b, _c, _d = words(k0, k1, ppl.name[i], ppl.serial[i], 0, 0, _FRAILTY)
    ppl.frailty[i] = frailty_at(table, unit(a))


@nb.njit(error_model="numpy", cache=True, nogil=True)
def bear(ppl, hh, k0, k1, month, used, mothers, named, frailty_table, adherence, events):  # type: ignore[no-untyped-def]
    """Let the ``mothers`` of :func:`meet_fate` bear a child each; returns the new number of used slots.

    A newborn is named for luck by mother and month. It has the mother's household, facility and, if she is active and
    the child is ``named`` in time (a share; 28-day rule, Perpres 82/2018), her segment, payer and class, active from
    birth; else it is not registered. ``frailty_table`` holds the quantiles of frailty (sim.people.health),
    ``adherence`` is the share who take their drugs. Receives ``events``; without a free slot NO_ROOM is counted.
    """
    end = used
    for n in range(1, mothers[0] + 1):
        if end >= ppl.name.size:
            events[NO_ROOM] += 1
            continue
        mother, child = mothers[n], end
        _a, b, c, d = words(k0, k1, ppl.name[mother], month + 1, 0, month, _FATE)
        ppl.name[child] = ppl.name[mother]
        ppl.serial[child] = month + 1
        _settle(ppl, hh, child, ppl.household[mother], k0, k1, month, frailty_table)
        ppl.facility[child] = ppl.facility[mother]
        ppl.birth[child] = month
        ppl.female[child] = unit(b) < _GIRLS
        ppl.chronic[child] = ADHERENT if unit(d) < adherence else 0
        if ppl.status[mother] == ACTIVE and unit(c) < named:
            ppl.segment[child] = ppl.segment[mother]
            ppl.payer[child] = ppl.payer[mother]
            ppl.klass[child] = ppl.klass[mother]
            ppl.status[child] = ACTIVE
        else:
            ppl.segment[child] = NEVER_SEGMENT
            ppl.payer[child] = PAYER_NONE
            ppl.status[child] = NEVER
            hh.holds[ppl.household[child]] |= HAS_UNCOVERED
        end += 1
        events[BIRTHS] += 1
    return end


@nb.njit(error_model="numpy", cache=True, nogil=True)
def leave(ppl, k0, k1, month, who, unreported, events):  # type: ignore[no-untyped-def]
    """Let the residents ``who`` (indices) move out; those registered stay on the register with chance ``unreported``,
    as when they move alone. Receives ``events``."""
    for i in who:
        told, _stays = _fate(k0, k1, ppl.name[i], ppl.serial[i], month)
        ppl.presence[i] = _seen_as(MOVED_ON_REGISTER, ppl.status[i], told < unreported)
        events[MOVED_OUT] += 1


@nb.njit(error_model="numpy", cache=True, nogil=True)
def arrive(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, used, begin, count, models, frailty_table, adherence, new_patients, events
):  # fmt: skip
    """Let ``count`` persons move in, who are named for luck by the month and the numbers from ``begin`` on (below
    2**18); returns the new number of used slots.

    Each resembles, and joins the household of, one of the persons ``models`` (int32), drawn by name, so that the same
    people arrive in every scenario that has the same models, each with a frailty and an adherence of its own; where
    that person is gone, the newcomer is not registered. The chronically ill are appended to ``new_patients``.
    """
    end = used
    for n in range(begin, begin + count):
        if end >= ppl.name.size:
            events[NO_ROOM] += 1
            continue
        a, b, _c, _d = words(k0, k1, n, month + 1, 0, month, _ARRIVAL)
        i = models[min(int(unit(a) * models.size), models.size - 1)]
        ppl.name[end] = _ARRIVALS + (month << 18) + n  # the month, so that no newborn of an earlier arrival shares it
        ppl.serial[end] = month + 1
        _settle(ppl, hh, end, ppl.household[i], k0, k1, month, frailty_table)
        ppl.facility[end] = ppl.facility[i]
        ppl.birth[end] = ppl.birth[i]
        ppl.female[end] = ppl.female[i]
        ppl.chronic[end] = (ppl.chronic[i] & ~ADHERENT) | (ADHERENT if unit(b) < adherence else 0)
        if ppl.chronic[end] & (HT | DM):
            _append(new_patients, end, events)
        if ppl.presence[i] == RESIDENT:
            ppl.segment[end] = ppl.segment[i]
            ppl.payer[end] = ppl.payer[i]
            ppl.klass[end] = ppl.klass[i]
            ppl.status[end] = ppl.status[i]
            ppl.active_from[end] = ppl.active_from[i]
        if ppl.status[end] == NEVER or ppl.status[end] == LAPSED:
            hh.holds[ppl.household[end]] |= HAS_UNCOVERED
        end += 1
        events[MOVED_IN] += 1
    return end
