"""Hypertension and diabetes: incidence, diagnosis, Prolanis, pressure and glucose, control, complications."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import (
    ACTIVE,
    DM,
    DM_DIAGNOSED,
    DM_PROLANIS,
    HT,
    HT_DIAGNOSED,
    HT_PROLANIS,
    LETTER,
    RESIDENT,
)
from sim.random import Purpose, gauss, unit, words

_CHRONIC, _PRESSURE, _MEASURE = int(Purpose.CHRONIC), int(Purpose.PRESSURE), int(Purpose.MEASURE)

#: Spread between persons, AR(1) coefficient and monthly spread within a person, measurement error (assumed).
SBP_SPREAD, SBP_WITHIN, SBP_ERROR = 13.0, 9.0, 5.0
FBG_SPREAD, FBG_WITHIN, FBG_ERROR = 38.0, 20.0, 8.0
MEMORY = 0.7
#: Diastolic pressure at a measured systolic one: 82 mmHg at 138, slope and spread assumed.
DBP_AT, DBP_SLOPE, DBP_SPREAD = 82.0, 0.45, 6.0

# Columns of the facility counts.
HT_PRO, DM_PRO, HT_CONTROLLED, DM_CONTROLLED, LETTERS = range(5)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def set_levels(ppl, k0, k1, used, sbp, fbg, prolanis):  # type: ignore[no-untyped-def]
    """Person levels of pressure and glucose and the Prolanis members at the start; ``prolanis`` (facilities, 2)."""
    for i in range(used):
        if ppl.presence[i] != RESIDENT:
            continue
        a, b, c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 0, 0, _PRESSURE)
        z = gauss(a, b)
        ppl.sbp[i] = sbp + SBP_SPREAD * z
        ppl.fbg[i] = fbg + FBG_SPREAD * gauss(c, d)
        a, b, c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 0, 0, _MEASURE)
        ppl.sbp_dev[i] = SBP_WITHIN * gauss(a, b)
        ppl.fbg_dev[i] = FBG_WITHIN * gauss(c, d)
        _a, b, _c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 1, 0, _CHRONIC)
        f = ppl.facility[i]
        if ppl.chronic[i] & HT_DIAGNOSED and unit(b) < prolanis[f, 0]:
            ppl.chronic[i] |= HT_PROLANIS
        if ppl.chronic[i] & DM_DIAGNOSED and unit(d) < prolanis[f, 1]:
            ppl.chronic[i] |= DM_PROLANIS


@nb.njit(error_model="numpy", cache=True, nogil=True)
def advance_chronic(  # type: ignore[no-untyped-def]
    ppl, k0, k1, month, used, p, prolanis, untreated, limits, counts, complications
):  # fmt: skip
    """One month of chronic illness.

    ``p``: HT incidence, DM incidence (at 40+), diagnosis at a contact, Prolanis drop-out, attendance, complication,
    factor when controlled, mmHg lost without drugs, mg/dL lost without drugs, refer-back. ``prolanis`` (facilities, 2)
    enrolment shares, ``untreated[f]`` the share of days without drugs, ``limits`` the rule's control thresholds
    (systolic below, diastolic below, glucose from, to). Receives ``counts`` (facilities, 5) and ``complications`` (1,).
    """
    keep = np.sqrt(1.0 - MEMORY * MEMORY)
    for i in range(used):
        age = month - ppl.birth[i]
        if age < 216 or ppl.presence[i] != RESIDENT:
            continue
        bits = ppl.chronic[i]
        if bits == 0 and age < 480:
            continue
        a, b, c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 0, month, _CHRONIC)  # few need it: no bulk fill
        u = unit(a)
        if age >= 480:
            if bits & HT == 0 and u < p[0]:
                bits |= HT
            if bits & DM == 0 and 1.0 - u < p[1]:
                bits |= DM
        f = ppl.facility[i]
        active = ppl.status[i] == ACTIVE
        unknown = (bits & HT and bits & HT_DIAGNOSED == 0) or (bits & DM and bits & DM_DIAGNOSED == 0)
        if unknown and active and ppl.used[i] == month:
            bits = _diagnose(
                bits,
                words(k0, k1, ppl.name[i], ppl.serial[i], 2, month, _CHRONIC),
                p[2],
                prolanis[f, 0],
                prolanis[f, 1],
            )
        if bits & (HT_DIAGNOSED | DM_DIAGNOSED):
            bits = _enrol(bits, unit(b), prolanis[f, 0], prolanis[f, 1], p[3])
        ppl.chronic[i] = bits
        if not active or bits & (HT_DIAGNOSED | DM_DIAGNOSED) == 0:
            continue
        measured = unit(c) < p[4]
        controlled = True
        if bits & HT_DIAGNOSED:
            x, y, _z, _w = words(k0, k1, ppl.name[i], ppl.serial[i], 0, month, _PRESSURE)
            ppl.sbp_dev[i] = MEMORY * ppl.sbp_dev[i] + keep * SBP_WITHIN * gauss(x, y)
            sbp = np.float64(ppl.sbp[i]) + ppl.sbp_dev[i] + p[7] * untreated[f]
            controlled = sbp < limits[0]
            if bits & HT_PROLANIS:
                counts[f, HT_PRO] += 1
                if measured:
                    x, y, _z, _w = words(k0, k1, ppl.name[i], ppl.serial[i], 0, month, _MEASURE)
                    shown = sbp + SBP_ERROR * gauss(x, y)
                    diastolic = DBP_AT + DBP_SLOPE * (shown - 138.0) + DBP_SPREAD * gauss(y, x)
                    counts[f, HT_CONTROLLED] += shown < limits[0] and diastolic < limits[1]
        if bits & DM_DIAGNOSED:
            _x, _y, z, w = words(k0, k1, ppl.name[i], ppl.serial[i], 0, month, _PRESSURE)
            ppl.fbg_dev[i] = MEMORY * ppl.fbg_dev[i] + keep * FBG_WITHIN * gauss(z, w)
            fbg = np.float64(ppl.fbg[i]) + ppl.fbg_dev[i] + p[8] * untreated[f]
            controlled = controlled and fbg <= limits[3]
            if bits & DM_PROLANIS:
                counts[f, DM_PRO] += 1
                if measured:
                    _x, _y, z, w = words(k0, k1, ppl.name[i], ppl.serial[i], 0, month, _MEASURE)
                    shown = fbg + FBG_ERROR * gauss(z, w)
                    counts[f, DM_CONTROLLED] += limits[2] <= shown <= limits[3]
        v = unit(d)
        complications[0] += v < p[5] * (p[6] if controlled else 1.0)
        if bits & LETTER:
            if (month + np.int64(ppl.name[i])) % 3 == 0:
                counts[f, LETTERS] += 1
            if controlled and 1.0 - v < p[9]:
                ppl.chronic[i] = bits & (255 - LETTER)


@nb.njit(error_model="numpy", forceinline=True)
def _diagnose(bits, luck, chance, share_ht, share_dm):  # type: ignore[no-untyped-def]
    """Find what was unknown at a contact; the newly diagnosed join Prolanis at the facility's share."""
    if bits & HT and bits & HT_DIAGNOSED == 0 and unit(luck[0]) < chance:
        bits |= HT_DIAGNOSED
        if unit(luck[1]) < share_ht:
            bits |= HT_PROLANIS
    if bits & DM and bits & DM_DIAGNOSED == 0 and unit(luck[2]) < chance:
        bits |= DM_DIAGNOSED
        if unit(luck[3]) < share_dm:
            bits |= DM_PROLANIS
    return bits


@nb.njit(error_model="numpy", forceinline=True)
def _enrol(bits, u, share_ht, share_dm, drop):  # type: ignore[no-untyped-def]
    """Prolanis drop-out, and joining at the rate that balances it at the facility's enrolment share."""
    if bits & HT_DIAGNOSED:
        if bits & HT_PROLANIS:
            if u < drop:
                bits &= 255 - HT_PROLANIS
        elif u < drop * share_ht / (1.0 - share_ht):
            bits |= HT_PROLANIS
    if bits & DM_DIAGNOSED:
        if bits & DM_PROLANIS:
            if 1.0 - u < drop:
                bits &= 255 - DM_PROLANIS
        elif 1.0 - u < drop * share_dm / (1.0 - share_dm):
            bits |= DM_PROLANIS
    return bits
