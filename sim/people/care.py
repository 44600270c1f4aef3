"""Seeking care: the month's wishes meet cover, the clinic and the hospital."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    EMERGENCY,
    LAPSED,
    MAX_AGE,
    NO_EVENT,
    PAYER_SELF,
    PBI,
    PBI_BACK,
    PENDING,
    RECORDED,
    SEEN,
    TAKEOVER,
    TREATED,
    VISITS,
    WELL,
)
from sim.random import CHUNK, Purpose, fill, normal, unit, words

_VISIT, _CLAIM, _QUEUE = int(Purpose.VISIT), int(Purpose.CLAIM), int(Purpose.QUEUE)
#: Ordinal that names the luck of an emergency; visits have 0-6.
_EMERGENCY_ORDINAL = 63

# Columns of the facility counts.
SICK_VISITS, CONTACTS_SICK, CONTACTS, LEFT, REFERRALS, NONSPECIALIST, REMOTE = range(7)
PLACE_COUNTS = 7
# Columns of the hospital counts: visits; admissions, those of them without a referral, those of severity level 3;
# rupiah of visits, of admissions, of service fines. A visit and an admission are a file of claims each.
OUTPATIENT, ADMISSIONS, EMERGENCIES, SEVERE, OUTPATIENT_COST, ADMISSION_COST, FINES = range(7)
COUNTS = 7
# Columns of the contacts by life-cycle group.
WELL_CONTACT, SICK_CONTACT = range(2)
# Columns of ``visits``.
PLACE, POSITION, SERVICE, DESK, LUCK = range(5)
VISIT_COLUMNS = 5
# Outcomes of a visit.
NOT_REFERRED, REFERRED, NONSPECIALIST_REFERRAL = range(3)

#: Admissions by INA-CBG severity level 1-3: level 3 is 4.8 % and costs twice level 2 (BPJS sample 2024, medium
#: confidence); level 2 is 20 % and costs 1.4 times level 1 (assumed).
SEVERITY_SHARE, _SEVERITY_RATIO = (0.752, 0.2, 0.048), (1.0, 1.4, 2.8)
_MEAN_RATIO = sum(share * ratio for share, ratio in zip(SEVERITY_SHARE, _SEVERITY_RATIO, strict=True))
#: Cost of an admission by severity level relative to the mean of all.
SEVERITY_COST = tuple(ratio / _MEAN_RATIO for ratio in _SEVERITY_RATIO)
#: Spread of the cost within a level on the log scale: with the levels the spread is 0.45 (CKD in Surakarta 2017: sd
#: 2.33 of mean 6.12 million, 0.37; other cases vary more); cost of class I and II relative to III (general knowledge;
#: low confidence).
ADMISSION_SPREAD, CLASS1_COST, CLASS2_COST = 0.38, 1.4, 1.2
#: A uniform of a visit is a whole number of these parts of 1: exact in float32, and below 1.
UNIFORM_STEPS = 2**24


class CareRates(NamedTuple):
    """What holds for the whole district this month; chances 0-1, money in rupiah.

    ``point_of_care``: chance that someone without cover in need of hospital care is taken in by the Pemda (0: not
    done); ``pbi_back``: that someone fallen out of PBI-JK is reactivated then. The service fine (Perpres 64/2020 art.
    42(6)) is ``fine_rate`` of the cost for each month owed, at most ``fine_months`` and ``fine_cap`` rupiah, within
    ``fine_window`` months of the return.
    """

    point_of_care: float
    pbi_back: float
    admission: float
    outpatient_cost: float
    admission_cost: float
    outpatient_visits: float
    fine_rate: float
    fine_months: float
    fine_cap: float
    fine_window: float


@nb.njit(error_model="numpy", cache=True, nogil=True)
def seek_care(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, lo, hi, rates, hospitals, leave, remote, referral, tacc, averted, group, counts, groups,
    hospital, cash, visits,
):  # fmt: skip
    """Carry the wishes of the persons ``lo`` ... ``hi``-1 to the clinic and the hospital; returns the visits made
    to the clinics.

    By facility: ``leave`` the chance that a visit ends in the waiting room, ``remote`` the share of visits that are
    teleconsultations (which stand in no queue), ``referral`` (facilities, 2) that of a specialist and of a 4A referral
    per visit, ``tacc`` the share of 4A referrals with a TACC reason, ``averted`` (facilities, 2) the share of the rest
    that is avoided in the clinic and in a teleconsultation. ``group`` is the life-cycle group by age, ``hospitals`` are
    :class:`sim.facilities.hospitals.Hospitals`.
    Receives ``counts`` (facilities, 7), ``groups`` (groups, 2): recorded contacts, ``hospital`` (hospitals, 7),
    ``cash`` (1,): visits that nobody insures, and ``visits`` (room, 5) of each that queues: facility, position in the
    month [0, 1), standard normals of the consultation and of the registration, and a uniform [0, 1) for urgency and
    patience. A person counts once for AK.
    """
    asking, who = np.empty(CHUNK, np.int32), np.empty(CHUNK * VISITS, np.int32)
    name, order = np.empty(CHUNK * VISITS, np.uint32), np.empty(CHUNK * VISITS, np.uint32)
    w0, w1 = np.empty(CHUNK * VISITS, np.uint32), np.empty(CHUNK * VISITS, np.uint32)
    w2, w3 = np.empty(CHUNK * VISITS, np.uint32), np.empty(CHUNK * VISITS, np.uint32)
    queues = np.empty(CHUNK * VISITS, np.bool_)
    made = 0
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        some = _list_asking(ppl.wish, start, end, asking)
        count = _line_up(ppl, asking[:some], who, name, order)
        fill(k0, k1, name, order, 0, count, month, _VISIT, w0, w1, w2, w3)
        _see(ppl, hh, k0, k1, month, count, who, order, w0, w1, w2, w3, rates, hospitals, leave, remote, referral, tacc,
             averted, queues, counts, hospital)  # fmt: skip
        fill(k0, k1, name, order, 0, count, month, _QUEUE, w0, w1, w2, w3)
        made = _queue(ppl, count, who, queues, w0, w1, w2, w3, made, visits)
        _record(ppl, hh, k0, k1, month, asking[:some], rates, hospitals, group, counts, groups, hospital, cash)
    return made


@nb.njit(error_model="numpy", forceinline=True)
def coarse(word):  # type: ignore[no-untyped-def]
    """A word as a float32 in [0, 1): its upper 24 bits."""
    return np.float32(word >> np.uint32(8)) * np.float32(1.0 / UNIFORM_STEPS)


@nb.njit(error_model="numpy", nogil=True)
def _list_asking(wish, start, end, asking):  # type: ignore[no-untyped-def]
    """List the persons who ask for anything, without a branch; returns their number."""
    some = 0
    for i in range(start, end):
        asking[some] = i
        some += wish[i] != 0
    return some


@nb.njit(error_model="numpy", nogil=True)
def _line_up(ppl, asking, who, name, order):  # type: ignore[no-untyped-def]
    """List the visits of those with cover: the person, and the name of the visit's luck; returns their number."""
    wish, status, names, serial = ppl.wish, ppl.status, ppl.name, ppl.serial
    count = 0
    for i in asking:
        for ordinal in range((wish[i] & VISITS) * (status[i] == ACTIVE)):
            who[count], name[count] = i, names[i]
            order[count] = np.uint32(serial[i]) | np.uint32(ordinal << 16)
            count += 1
    return count


@nb.njit(error_model="numpy", nogil=True)
def _queue(ppl, count, who, queues, w0, w1, w2, w3, made, visits):  # type: ignore[no-untyped-def]
    """Write the visits that stand in a queue after the ``made`` before; returns how many there are, room or not."""
    for v in range(count):
        if not queues[v]:
            continue
        if made < visits.shape[0]:
            visits[made, PLACE] = ppl.facility[who[v]]
            visits[made, POSITION] = coarse(w0[v])
            visits[made, SERVICE] = normal(w1[v])
            visits[made, DESK] = normal(w2[v])
            visits[made, LUCK] = coarse(w3[v])
        made += 1
    return made


@nb.njit(error_model="numpy", nogil=True)
def _see(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, count, who, order, w0, w1, w2, w3, rates, hospitals, leave, remote, referral, tacc, averted,
    queues, counts, hospital,
):  # fmt: skip
    """The visits in turn: by teleconsultation or in the queue; given up in the waiting room, treated, or referred."""
    facility, wish = ppl.facility, ppl.wish
    for v in range(count):
        i = who[v]
        f = facility[i]
        chance = unit(w1[v])
        queues[v] = chance >= remote[f]
        if queues[v] and chance < remote[f] + (1.0 - remote[f]) * leave[f]:
            counts[f, LEFT] += 1
            continue
        wish[i] |= TREATED
        counts[f, SICK_VISITS] += 1
        counts[f, REMOTE] += not queues[v]
        avoided = averted[f, 0 if queues[v] else 1]
        kind = outcome(unit(w0[v]), unit(w2[v]), referral[f, 0], referral[f, 1], tacc[f], avoided)
        if kind == NOT_REFERRED:
            continue
        counts[f, REFERRALS] += 1
        counts[f, NONSPECIALIST] += kind == NONSPECIALIST_REFERRAL
        ordinal = order[v] >> np.uint32(16)
        luck = words(k0, k1, ppl.name[i], ppl.serial[i], ordinal, month, _CLAIM)
        place = _choose(luck[2], hospitals.upto)
        _visit_hospital(luck, rates, hospitals.cost[place], hospital[place])
        if unit(w3[v]) < rates.admission:
            luck = words(k0, k1, ppl.name[i], ppl.serial[i], 64 + ordinal, month, _CLAIM)
            owed = _months_fined(ppl, hh, i, month, rates)
            _admit(luck, ppl.klass[i], owed, rates, hospitals.cost[place], hospital[place])


@nb.njit(error_model="numpy", nogil=True)
def _record(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, asking, rates, hospitals, group, counts, groups, hospital, cash,
):  # fmt: skip
    """Contacts as P-Care knows them, once per person, and the emergencies."""
    wish, status, birth, used = ppl.wish, ppl.status, ppl.birth, ppl.used
    for i in asking:
        asked = wish[i]
        if status[i] != ACTIVE:
            cash[0] += asked & VISITS
            if asked & EMERGENCY and status[i] != PENDING:
                _find_a_way_back(ppl, hh, i, k0, k1, month, rates.point_of_care, rates.pbi_back)
            continue
        if asked & RECORDED and asked & (TREATED | WELL):
            f, sick = ppl.facility[i], asked & TREATED != 0
            counts[f, CONTACTS] += 1
            counts[f, CONTACTS_SICK] += sick
            age = min((month - birth[i]) // 12, MAX_AGE)
            groups[group[age], SICK_CONTACT if sick else WELL_CONTACT] += 1
            wish[i] = asked | SEEN
            used[i] = month
        if asked & EMERGENCY:
            luck = words(k0, k1, ppl.name[i], ppl.serial[i], 64 + _EMERGENCY_ORDINAL, month, _CLAIM)
            place = _choose(luck[2], hospitals.upto)
            owed = _months_fined(ppl, hh, i, month, rates)
            _admit(luck, ppl.klass[i], owed, rates, hospitals.cost[place], hospital[place])
            hospital[place, EMERGENCIES] += 1
            used[i] = month


@nb.njit(error_model="numpy")
def _find_a_way_back(ppl, hh, i, k0, k1, month, point_of_care, pbi_back):  # type: ignore[no-untyped-def]
    """Someone without cover in hospital: the Pemda takes the family in, or else PBI-JK takes back who fell out of it.

    A family that settled its debt this month has found its way; the event is applied when the month's events are.
    """
    h = ppl.household[i]
    if hh.event[h] != NO_EVENT or hh.back_at[h] == month:
        return
    _a, _b, _c, d = words(k0, k1, ppl.name[i], ppl.serial[i], _EMERGENCY_ORDINAL, month, _QUEUE)
    luck = unit(d)
    if luck < point_of_care:
        hh.event[h] = TAKEOVER
    elif ppl.segment[i] == PBI and ppl.status[i] == LAPSED:
        if luck - point_of_care < pbi_back * (1.0 - point_of_care):
            hh.event[h] = PBI_BACK


@nb.njit(error_model="numpy")
def _months_fined(ppl, hh, i, month, rates):  # type: ignore[no-untyped-def]
    """Months owed that a service fine counts: those of a self-payer who has just returned."""
    h = ppl.household[i]
    if ppl.payer[i] == PAYER_SELF and month - hh.back_at[h] < rates.fine_window:
        return min(np.float64(hh.owed_at_back[h]), rates.fine_months)
    return 0.0


@nb.njit(error_model="numpy")
def outcome(u, reason, specialist, competence_4a, tacc, averted):  # type: ignore[no-untyped-def]
    """Whether a visit ends in a referral: specialist (or 4A with a TACC reason), non-specialist, or none."""
    if u >= specialist + competence_4a:
        return NOT_REFERRED
    if u < specialist or reason < tacc:
        return REFERRED
    if reason - tacc < averted * (1.0 - tacc):
        return NOT_REFERRED
    return NONSPECIALIST_REFERRAL


@nb.njit(error_model="numpy")
def _choose(word, upto):  # type: ignore[no-untyped-def]
    """The hospital at a word, by shares added up; an admission after a referral is where the referral went."""
    luck = unit(word)
    for place in range(upto.size - 1):
        if luck < upto[place]:
            return place
    return upto.size - 1


@nb.njit(error_model="numpy")
def _visit_hospital(luck, rates, relative, counts):  # type: ignore[no-untyped-def]
    """The outpatient visits of one referral, in whole rupiah; the hospital's cost is ``relative`` to the mean."""
    number = 1 + int(unit(luck[3]) * 2.0 * (rates.outpatient_visits - 1.0) + 0.5)
    counts[OUTPATIENT] += number
    counts[OUTPATIENT_COST] += int(number * rates.outpatient_cost * relative * (0.5 + unit(luck[0])))


@nb.njit(error_model="numpy")
def _admit(luck, klass, owed, rates, relative, counts):  # type: ignore[no-untyped-def]
    """One admission: cost by severity level, log-normal within it, by class; the fine of who has just returned."""
    severity = unit(luck[0])
    level = 2 if severity < SEVERITY_SHARE[2] else 1 if severity < SEVERITY_SHARE[2] + SEVERITY_SHARE[1] else 0
    case = np.exp(ADMISSION_SPREAD * normal(luck[1]) - 0.5 * ADMISSION_SPREAD * ADMISSION_SPREAD)
    cost = rates.admission_cost * relative * SEVERITY_COST[level] * case
    if klass == 1:
        cost *= CLASS1_COST
    elif klass == 2:
        cost *= CLASS2_COST
    counts[ADMISSIONS] += 1
    counts[SEVERE] += level == 2
    counts[ADMISSION_COST] += int(cost)
    counts[FINES] += int(min(rates.fine_rate * cost * owed, rates.fine_cap))
