"""Hypertension and diabetes: diagnosis, Prolanis, pressure and glucose, control, complications, hospital letters."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    ACTIVE,
    ADHERENT,
    DM,
    DM_DIAGNOSED,
    DM_PROLANIS,
    HT,
    HT_DIAGNOSED,
    HT_PROLANIS,
    LETTER,
    MAX_AGE,
    PRB,
    RESIDENT,
    SCREENED,
    SEEN,
    WELL,
)
from sim.people.arrays import People
from sim.random import CHUNK, MIRROR, Purpose, fill, gauss, limit, unit, words

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CHRONIC, _PRESSURE, _MEASURE = int(Purpose.CHRONIC), int(Purpose.PRESSURE), int(Purpose.MEASURE)
_QUARTER = np.uint64(0x40000000)
_DIAGNOSED = HT_DIAGNOSED | DM_DIAGNOSED

#: Spread between persons, AR(1) coefficient and monthly spread within a person, measurement error (assumed).
SBP_SPREAD, SBP_WITHIN, SBP_ERROR = 13.0, 9.0, 5.0
FBG_SPREAD, FBG_WITHIN, FBG_ERROR = 38.0, 20.0, 8.0
MEMORY = 0.7
_NEW = float(np.sqrt(1.0 - MEMORY * MEMORY))
#: Diastolic pressure at a measured systolic one: 82 mmHg at 138, slope and spread assumed.
DBP_AT, DBP_SLOPE, DBP_SPREAD = 82.0, 0.45, 6.0
#: Onset by age (from, relative): hypertension and diabetes among the young are rarer (assumed).
_ONSET_HT = ((0, 0.0), (18, 0.6), (40, 0.9), (50, 1.05), (60, 1.15))
_ONSET_DM = ((0, 0.0), (18, 0.3), (40, 1.0), (50, 1.2), (60, 0.8))
_ONSET_MEAN_FROM = 40
#: Complications by kind (stroke, heart, kidney) for hypertension and diabetes; both: the mean of the two (assumed).
COMPLICATION_SPLIT = ((0.45, 0.35, 0.20), (0.20, 0.40, 0.40))

# Columns of the facility counts, and of the complications.
HT_PRO, DM_PRO, HT_CONTROLLED, DM_CONTROLLED, LETTERS, CLUB_CONTACTS, HT_KNOWN, DM_KNOWN = range(8)
ON_DRUGS, PROLANIS, ATTENDED, ON_PRB = range(8, 12)
COUNTS = 12
STROKE, HEART, KIDNEY = range(3)


class Levels(NamedTuple):
    """Mean systolic pressure (mmHg) and fasting glucose (mg/dL) of patients who take their drugs."""

    sbp: float
    fbg: float


class ControlLimits(NamedTuple):
    """Under control by the dated rule: systolic and diastolic below (mmHg), fasting glucose from ... to (mg/dL)."""

    sbp_below: float
    dbp_below: float
    fbg_min: float
    fbg_max: float


class ChronicRates(NamedTuple):
    """``diagnosis`` at a contact, Prolanis ``drop``-out per month, ``complication`` per month out of control and its
    factor when ``controlled``, mmHg and mg/dL that are lost without drugs (``drug_sbp``, ``drug_fbg``), ``refer_back``
    of a patient with a letter who is under control (PRB, with drugs prescribed by the hospital; Permenkes 28/2014),
    ``letter`` for one without who is not, which ends PRB; mmHg and mg/dL by which a monthly home visit lowers the level
    of a patient (``visit_sbp``, ``visit_fbg``)."""

    diagnosis: float
    drop: float
    complication: float
    controlled: float
    drug_sbp: float
    drug_fbg: float
    refer_back: float
    letter: float
    visit_sbp: float = 0.0
    visit_fbg: float = 0.0


class ChronicPlaces(NamedTuple):
    """What holds at each facility this month, (facilities,) if not said; what programmes add is 0 without them.

    ``enrol`` (facilities, 2): Prolanis shares of the diagnosed; ``attendance``: chance that a member comes to the
    month's session; ``untreated``: share of days without the clinic's drugs; ``measured``: of days with strips for
    glucose; ``recorded``: of contacts entered in P-Care. Programmes: ``screened``, chance that a well contact finds an
    unknown illness; ``joining``, chance that a patient outside Prolanis joins a club; ``visited``, share of patients
    visited at home; ``eased`` and ``eased_members``, by how much the levels of all patients and of Prolanis members are
    lower, in effects of a monthly home visit and as a mean over them; ``refer_back``, share of the stable with a letter
    referred back besides; ``prb_lacking``, share of days on which those referred back get no drugs.
    """

    enrol: FloatArray
    attendance: FloatArray
    untreated: FloatArray
    measured: FloatArray
    recorded: FloatArray
    screened: FloatArray
    joining: FloatArray
    visited: FloatArray
    eased: FloatArray
    eased_members: FloatArray
    refer_back: FloatArray
    prb_lacking: FloatArray


def monthly_onset(ht: float, dm: float, ages: NDArray[np.integer]) -> NDArray[np.float64]:
    """Chance per month that HT (row 0) and DM (row 1) begin, by completed age, shape (2, MAX_AGE + 1).

    ``ht`` and ``dm`` are the means over those of ``ages`` (completed years, shape (persons,)) who are 40 and over.
    """
    grown = np.minimum(ages[ages >= _ONSET_MEAN_FROM], MAX_AGE)
    rows = []
    for mean, steps in ((ht, _ONSET_HT), (dm, _ONSET_DM)):
        starts, values = (np.array(column) for column in zip(*steps, strict=True))
        shape = values[np.searchsorted(starts, np.arange(MAX_AGE + 1), side="right") - 1]
        rows.append(shape * mean / (shape[grown].mean() if len(grown) else 1.0))
    return np.stack(rows)


def treated_levels(sbp: float, fbg: float, drug_sbp: float, drug_fbg: float, adherence: float) -> Levels:
    """Levels of those who take their drugs, such that all diagnosed together have the means ``sbp`` and ``fbg`` while
    drugs are in stock: the share 1 - ``adherence`` goes without their effect."""
    return Levels(sbp - (1.0 - adherence) * drug_sbp, fbg - (1.0 - adherence) * drug_fbg)


def on_drugs(people: People, facilities: int) -> NDArray[np.int64]:
    """Active residents by facility, shape (facilities,), who are diagnosed and take drugs from the clinic: not those
    with a hospital letter or referred back."""
    known = (people.chronic & _DIAGNOSED > 0) & (people.chronic & (ADHERENT | LETTER | PRB) == ADHERENT)
    chosen = known & (people.presence == RESIDENT) & (people.status == ACTIVE)
    return np.bincount(people.facility[chosen], minlength=facilities).astype(np.int64)


def patients_at(people: People, facilities: int) -> tuple[IntArray, IntArray]:
    """Active residents by facility who are diagnosed, and those of them in Prolanis, each (facilities,)."""
    active = (people.presence == RESIDENT) & (people.status == ACTIVE)
    known, members = (
        np.bincount(people.facility[active & (people.chronic & bits > 0)], minlength=facilities).astype(np.int64)
        for bits in (_DIAGNOSED, HT_PROLANIS | DM_PROLANIS)
    )
    return known, members


@nb.njit(error_model="numpy", forceinline=True)
def _admit(ppl, patients, k0, k1, j, i, levels):  # type: ignore[no-untyped-def]
    """Row ``j`` becomes person ``i``, with levels and deviations by the person's own luck."""
    a, b, c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 1, 0, _PRESSURE)
    patients.person[j] = i
    patients.sbp[j] = levels.sbp + SBP_SPREAD * gauss(a, b)
    patients.fbg[j] = levels.fbg + FBG_SPREAD * gauss(c, d)
    a, b, c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 1, 0, _MEASURE)
    patients.sbp_dev[j] = SBP_WITHIN * gauss(a, b)
    patients.fbg_dev[j] = FBG_WITHIN * gauss(c, d)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def make_patients(ppl, patients, k0, k1, used, levels, prolanis):  # type: ignore[no-untyped-def]
    """Fill the table with the residents among the first ``used`` persons who have HT or DM; returns their number.

    ``levels`` is :class:`Levels`; ``prolanis`` (facilities, 2) the shares of the diagnosed who start in Prolanis.
    Raises ``ValueError`` when the table is too small.
    """
    count = 0
    for i in range(used):
        bits = ppl.chronic[i]
        if bits & (HT | DM) == 0 or ppl.presence[i] != RESIDENT:
            continue
        if count == patients.person.size:
            raise ValueError("more patients than the table has rows for")
        _admit(ppl, patients, k0, k1, count, i, levels)
        _a, b, _c, d = words(k0, k1, ppl.name[i], ppl.serial[i], 1, 0, _CHRONIC)
        f = ppl.facility[i]
        if bits & HT_DIAGNOSED and unit(b) < prolanis[f, 0]:
            ppl.chronic[i] |= HT_PROLANIS
        if bits & DM_DIAGNOSED and unit(d) < prolanis[f, 1]:
            ppl.chronic[i] |= DM_PROLANIS
        count += 1
    return count


@nb.njit(error_model="numpy", cache=True, nogil=True)
def add_patients(ppl, patients, k0, k1, count, new_patients, levels):  # type: ignore[no-untyped-def]
    """Append the persons of ``new_patients`` (count in entry 0, indices after it); returns the new number of rows.

    Raises ``ValueError`` when the table is too small.
    """
    if count + new_patients[0] > patients.person.size:
        raise ValueError("more patients than the table has rows for")
    for n in range(new_patients[0]):
        _admit(ppl, patients, k0, k1, count + n, new_patients[n + 1], levels)
    return count + new_patients[0]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def treat(  # type: ignore[no-untyped-def]
    ppl, patients, k0, k1, month, lo, hi, rates, places, limits, counts, complications
):
    """One month of the patients in rows ``lo`` ... ``hi``-1; run it after care has been sought.

    ``rates`` is :class:`ChronicRates`, ``places`` :class:`ChronicPlaces`, ``limits`` :class:`ControlLimits`. Who has a
    hospital letter gets drugs there, who is referred back from a pharmacy that BPJS pays. Who comes to a session or is
    visited at home without a contact so far has one then. Complications of the unknown are among everybody's
    emergencies, and stay there for those whom a programme finds. Receives ``counts`` (facilities, 12) and
    ``complications`` (3,: stroke, heart, kidney).
    """
    enrol, attendance, recorded = places.enrol, places.attendance, places.recorded
    presence, status, chronic, wish, used = ppl.presence, ppl.status, ppl.chronic, ppl.wish, ppl.used
    name, serial, facility, person = ppl.name, ppl.serial, ppl.facility, patients.person
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    sbp, sbp_dev, fbg, fbg_dev = patients.sbp, patients.sbp_dev, patients.fbg, patients.fbg_dev
    x0, x1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    x2, x3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    low = limit(rates.diagnosis + (1.0 - rates.diagnosis) * places.screened.max())  # of all facilities the most
    high = np.uint32(MIRROR ^ low)
    due = np.empty(CHUNK, np.int64)
    names, serials = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint16)
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        for j in range(end - start):
            names[j], serials[j] = name[person[start + j]], serial[person[start + j]]
        fill(k0, k1, names, serials, 0, end - start, month, _CHRONIC, w0, w1, w2, w3)
        many = 0
        for j in range(end - start):  # the known, and those whom a contact may find, move to the front
            due[many], names[many], serials[many] = j, names[j], serials[j]
            many += (chronic[person[start + j]] & _DIAGNOSED != 0) | (w0[j] <= low) | (w0[j] >= high)
        fill(k0, k1, names, serials, 0, many, month, _PRESSURE, x0, x1, x2, x3)
        for n in range(many):
            j = due[n]
            row = start + j
            i = person[row]
            if presence[i] != RESIDENT:
                continue
            known = chronic[i] & _DIAGNOSED
            f, active = facility[i], status[i] == ACTIVE
            if active and (w0[j] <= low or w0[j] >= high) and (wish[i] & SEEN or used[i] == month):
                screened = places.screened[f] if wish[i] & WELL and wish[i] & SEEN else 0.0
                found = rates.diagnosis + (1.0 - rates.diagnosis) * screened
                usual = _diagnose(chronic[i], w0[j], w1[j], rates.diagnosis, enrol[f, 0], enrol[f, 1])
                chronic[i] = _diagnose(chronic[i], w0[j], w1[j], found, enrol[f, 0], enrol[f, 1])
                if known == 0 and usual & _DIAGNOSED == 0 and chronic[i] & _DIAGNOSED:
                    chronic[i] |= SCREENED
            bits = _enrol(chronic[i], known, w1[j], enrol[f, 0], enrol[f, 1], rates.drop, places.joining[f])
            chronic[i] = bits
            if not active or bits & _DIAGNOSED == 0:
                continue
            counts[f, HT_KNOWN] += bits & HT_DIAGNOSED != 0
            counts[f, DM_KNOWN] += bits & DM_DIAGNOSED != 0
            luck = unit(w2[j])
            member = bits & (HT_PROLANIS | DM_PROLANIS) != 0
            attends = member and luck < attendance[f]
            counts[f, PROLANIS] += member
            counts[f, ATTENDED] += attends
            counts[f, ON_PRB] += bits & PRB != 0
            met = attends and luck < attendance[f] * recorded[f]
            met = met or unit(MIRROR ^ w2[j]) < places.visited[f] * recorded[f]
            if met and wish[i] & SEEN == 0:
                counts[f, CLUB_CONTACTS] += 1
                wish[i] |= SEEN
                used[i] = month
            supplied = bits & (ADHERENT | LETTER | PRB) == ADHERENT
            counts[f, ON_DRUGS] += supplied
            if bits & ADHERENT == 0:
                missing = 1.0
            elif supplied:
                missing = places.untreated[f]
            else:
                missing = places.prb_lacking[f] if bits & PRB else 0.0
            eased = places.eased[f] + (places.eased_members[f] if member else 0.0)
            controlled = True
            if bits & HT_DIAGNOSED:
                sbp_dev[row] = MEMORY * sbp_dev[row] + _NEW * SBP_WITHIN * gauss(x0[n], x1[n])
                pressure = sbp[row] + sbp_dev[row] + rates.drug_sbp * missing - rates.visit_sbp * eased
                controlled = pressure < limits.sbp_below
                if bits & HT_PROLANIS:
                    counts[f, HT_PRO] += 1
                    if attends:
                        shown, diastolic = _cuff(pressure, k0, k1, names[n], serials[n], month)
                        counts[f, HT_CONTROLLED] += shown < limits.sbp_below and diastolic < limits.dbp_below
            if bits & DM_DIAGNOSED:
                fbg_dev[row] = MEMORY * fbg_dev[row] + _NEW * FBG_WITHIN * gauss(x2[n], x3[n])
                glucose = fbg[row] + fbg_dev[row] + rates.drug_fbg * missing - rates.visit_fbg * eased
                controlled = controlled and glucose <= limits.fbg_max
                if bits & DM_PROLANIS:
                    counts[f, DM_PRO] += 1
                    if attends and luck < attendance[f] * places.measured[f]:
                        shown = _strip(glucose, k0, k1, names[n], serials[n], month)
                        counts[f, DM_CONTROLLED] += limits.fbg_min <= shown <= limits.fbg_max
            chance = rates.complication * (rates.controlled if controlled else 1.0)
            if bits & SCREENED == 0 and unit(w3[j]) < chance:
                complications[_kind(bits, unit(w3[j]) / chance)] += 1
            if bits & LETTER:
                if (month + np.int64(names[n])) % 3 == 0:
                    counts[f, LETTERS] += 1
                if (
                    controlled
                    and unit(MIRROR ^ w3[j]) < rates.refer_back + (1.0 - rates.refer_back) * places.refer_back[f]
                ):
                    chronic[i] = (bits & ~LETTER) | PRB
            elif not controlled and unit(MIRROR ^ w3[j]) < rates.letter:
                chronic[i] = (bits & ~PRB) | LETTER


@nb.njit(error_model="numpy", forceinline=True)
def _diagnose(bits, found, joins, chance, share_ht, share_dm):  # type: ignore[no-untyped-def]
    """Find what was unknown at a contact (HT in the lower tail of the word ``found``, DM in the upper one); the newly
    diagnosed join Prolanis at the facility's share."""
    if bits & HT and bits & HT_DIAGNOSED == 0 and unit(found) < chance:
        bits |= HT_DIAGNOSED
        if unit(joins) < share_ht:
            bits |= HT_PROLANIS
    if bits & DM and bits & DM_DIAGNOSED == 0 and unit(MIRROR ^ found) < chance:
        bits |= DM_DIAGNOSED
        if unit(MIRROR ^ joins) < share_dm:
            bits |= DM_PROLANIS
    return bits


@nb.njit(error_model="numpy", forceinline=True)
def _enrol(bits, known, word, share_ht, share_dm, drop, joining):  # type: ignore[no-untyped-def]
    """Prolanis drop-out of those ``known`` before this month, and joining at the rate that balances it at the
    facility's enrolment share, with the chance of ``joining`` a club besides."""
    if known & HT_DIAGNOSED:
        if bits & HT_PROLANIS:
            if unit(word) < drop:
                bits &= ~HT_PROLANIS
        elif unit(word) < drop * share_ht / (1.0 - share_ht) + joining:
            bits |= HT_PROLANIS
    if known & DM_DIAGNOSED:
        if bits & DM_PROLANIS:
            if unit(MIRROR ^ word) < drop:
                bits &= ~DM_PROLANIS
        elif unit(MIRROR ^ word) < drop * share_dm / (1.0 - share_dm) + joining:
            bits |= DM_PROLANIS
    return bits


@nb.njit(error_model="numpy", forceinline=True)
def _cuff(pressure, k0, k1, name, serial, month):  # type: ignore[no-untyped-def]
    """Systolic and diastolic pressure as a session records them."""
    a, b, _c, _d = words(k0, k1, name, serial, 0, month, _MEASURE)
    shown = pressure + SBP_ERROR * gauss(a, b)
    across = gauss(a, (b + _QUARTER) & MIRROR)  # a quarter turn on, Box-Muller's second, independent normal
    return shown, DBP_AT + DBP_SLOPE * (shown - 138.0) + DBP_SPREAD * across


@nb.njit(error_model="numpy", forceinline=True)
def _strip(glucose, k0, k1, name, serial, month):  # type: ignore[no-untyped-def]
    """Fasting glucose as a session records it."""
    _a, _b, c, d = words(k0, k1, name, serial, 0, month, _MEASURE)
    return glucose + FBG_ERROR * gauss(c, d)


@nb.njit(error_model="numpy", forceinline=True)
def _kind(bits, luck):  # type: ignore[no-untyped-def]
    """STROKE, HEART or KIDNEY by ``luck`` (0-1) and the diagnosed conditions."""
    ht = 1.0 if bits & DM_DIAGNOSED == 0 else 0.5 if bits & HT_DIAGNOSED else 0.0
    stroke = ht * COMPLICATION_SPLIT[0][STROKE] + (1.0 - ht) * COMPLICATION_SPLIT[1][STROKE]
    heart = ht * COMPLICATION_SPLIT[0][HEART] + (1.0 - ht) * COMPLICATION_SPLIT[1][HEART]
    return STROKE if luck < stroke else HEART if luck < stroke + heart else KIDNEY
