"""Seeking care: well and sick contacts at the FKTP, referral, and the hospital."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    EMERGENCY,
    MAX_AGE_MONTHS,
    NO_EVENT,
    PAYER_SELF,
    PENDING,
    RESIDENT,
    TAKEOVER,
)
from sim.people.illness import curve
from sim.random import CHUNK, Purpose, fill, gauss, unit, words

_CARE, _VISIT, _CLAIM, _QUEUE = int(Purpose.CARE), int(Purpose.VISIT), int(Purpose.CLAIM), int(Purpose.QUEUE)

#: Relative chance of a well contact by life-cycle group (posyandu, school, women, elderly posbindu); assumed.
_WELL_CURVE = ((0, 4.0), (5, 1.1), (15, 0.45), (45, 0.75), (60, 1.6))
_WELL_WOMEN = 1.6  # women 15-49: antenatal, family planning, immunisation (assumed)

# Columns of the facility counts.
SICK_VISITS, CONTACTS_SICK, CONTACTS, LEFT, REFERRALS, NONSPECIALIST = range(6)
#: Spread of the cost of an admission on the log scale (CKD in Surakarta 2017: sd 2.33 of mean 6.12 million, 0.37; other
#: cases vary more), and cost of class I and II relative to III (general knowledge; low confidence).
ADMISSION_SPREAD, CLASS1_COST, CLASS2_COST = 0.45, 1.4, 1.2

# Outcomes of a visit.
NOT_REFERRED, REFERRED, NONSPECIALIST_REFERRAL = range(3)
# Columns of the district counts.
OUTPATIENT, ADMISSIONS, FINES, CLAIMS = range(4)


def well_curve() -> np.ndarray:
    """Relative chance of a well contact by sex and age in months, shape (2, MAX_AGE_MONTHS + 1)."""
    men, women = curve(_WELL_CURVE), curve(_WELL_CURVE)
    women[15 * 12 : 50 * 12] *= _WELL_WOMEN
    return np.stack([men, women])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def seek_care(  # type: ignore[no-untyped-def]
    ppl, hh, k0, k1, month, used, well, well_facility, recorded, leave, referral, tacc, averted,
    point_of_care, claim, fine, counts, hospital, visits, taken,
):  # fmt: skip
    """Advance everyone through the month's contacts.

    ``well[sex, age]`` x ``well_facility[f]`` is the chance of a well contact, ``recorded[f]`` that of entry in P-Care,
    ``leave[f]`` that a visit ends in the waiting room. ``referral[f, 0/1]``: chance of a specialist and of a 4A
    referral per visit; ``tacc[f]`` the share of 4A referrals with a TACC reason; ``averted[f]`` the share of the rest
    that training avoids. ``point_of_care``: chance that a person
    without cover in need of hospital care is enrolled on the spot (0: no).
    ``claim``: admission share of referrals, mean outpatient and admission cost, outpatient visits per referral;
    ``fine``: rate, most months, cap, months after return in which it applies (Perpres 64/2020 art. 42(6)).
    Receives ``counts`` (facilities, 6), ``hospital`` (4,), ``visits`` (capacity, 3: facility, hour of the month,
    minutes) with the number used in ``taken`` (1,).
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    for lo in range(0, used, CHUNK):
        hi = min(used, lo + CHUNK)
        fill(k0, k1, ppl.name, ppl.serial, lo, hi, month, _CARE, w0, w1, w2, w3)
        for i in range(lo, hi):
            if ppl.presence[i] != RESIDENT:
                continue
            sick = ppl.sick[i]
            if ppl.status[i] != ACTIVE:
                if sick & EMERGENCY == 0 or ppl.status[i] == PENDING or unit(w3[i - lo]) >= point_of_care:
                    continue
                h = ppl.household[i]
                if hh.event[h] == NO_EVENT:
                    hh.event[h] = TAKEOVER  # the family follows when the month's events are applied
                continue
            f = ppl.facility[i]
            age = min(month - ppl.birth[i], MAX_AGE_MONTHS)
            contact = unit(w0[i - lo]) < well[ppl.female[i], age] * well_facility[f]
            seen = False
            name, serial, klass = ppl.name[i], ppl.serial[i], ppl.klass[i]
            fined = 0.0  # months owed that a service fine counts, for members who have just returned
            if ppl.payer[i] == PAYER_SELF and month - hh.back_at[ppl.household[i]] < fine[3]:
                fined = min(np.float64(hh.owed_at_back[ppl.household[i]]), fine[1])
            for ordinal in range(sick & (EMERGENCY - 1)):
                if taken[0] < visits.shape[0]:
                    visits[taken[0], 0] = f
                    visits[taken[0], 1], visits[taken[0], 2] = _arrival(name, serial, k0, k1, month, ordinal)
                    taken[0] += 1
                if unit(w2[i - lo]) < leave[f]:
                    counts[f, LEFT] += 1
                    continue
                seen = True
                counts[f, SICK_VISITS] += 1
                a, _b, c, d = words(k0, k1, name, serial, ordinal, month, _VISIT)
                kind = _referral(unit(a), unit(c), referral[f, 0], referral[f, 1], tacc[f], averted[f])
                if kind == NOT_REFERRED:
                    continue
                counts[f, REFERRALS] += 1
                counts[f, NONSPECIALIST] += kind == NONSPECIALIST_REFERRAL
                x, _y, _z, w = words(k0, k1, name, serial, ordinal, month, _CLAIM)
                outpatient = 1 + int(unit(w) * 2.0 * (claim[3] - 1.0) + 0.5)
                hospital[OUTPATIENT] += outpatient
                hospital[CLAIMS] += outpatient * claim[1] * (0.5 + unit(x))
                if unit(d) < claim[0]:
                    cost = _admission(name, serial, k0, k1, month, ordinal, claim[2], klass)
                    hospital[ADMISSIONS] += 1
                    hospital[CLAIMS] += cost
                    hospital[FINES] += min(fine[0] * cost * fined, fine[2])
            if (seen or contact) and unit(w1[i - lo]) < recorded[f]:
                counts[f, CONTACTS] += 1
                counts[f, CONTACTS_SICK] += seen
                ppl.used[i] = month
            if sick & EMERGENCY:
                cost = _admission(name, serial, k0, k1, month, 63, claim[2], klass)
                hospital[ADMISSIONS] += 1
                hospital[CLAIMS] += cost
                hospital[FINES] += min(fine[0] * cost * fined, fine[2])
                ppl.used[i] = month


@nb.njit(error_model="numpy", forceinline=True)
def _arrival(name, serial, k0, k1, month, ordinal):  # type: ignore[no-untyped-def]
    """Position of a visit in the month (0-1) and the standard normal of its consultation."""
    a, b, c, _d = words(k0, k1, name, serial, ordinal, month, _QUEUE)
    return unit(a), gauss(b, c)


@nb.njit(error_model="numpy", forceinline=True)
def _referral(u, reason, specialist, competence_4a, tacc, averted):  # type: ignore[no-untyped-def]
    """Whether a visit ends in a referral: specialist (or 4A with a TACC reason), non-specialist, or none."""
    if u >= specialist + competence_4a:
        return NOT_REFERRED
    if u < specialist or reason < tacc:
        return REFERRED
    if reason - tacc < averted * (1.0 - tacc):
        return NOT_REFERRED
    return NONSPECIALIST_REFERRAL


@nb.njit(error_model="numpy", forceinline=True)
def _admission(name, serial, k0, k1, month, ordinal, mean, klass):  # type: ignore[no-untyped-def]
    """Cost of one admission: log-normal around ``mean``, by class 1.4 / 1.2 / 1.0."""
    _a, b, c, _d = words(k0, k1, name, serial, 64 + ordinal, month, _CLAIM)
    cost = mean * np.exp(ADMISSION_SPREAD * gauss(b, c) - 0.5 * ADMISSION_SPREAD * ADMISSION_SPREAD)
    if klass == 1:
        return CLASS1_COST * cost
    if klass == 2:
        return CLASS2_COST * cost
    return cost
