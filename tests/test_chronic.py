"""Hypertension and diabetes beside closed forms: control, Prolanis, diagnosis, complications, letters.

Every statistical assertion has a false-alarm rate of 1e-4 (tests/chance.py) and a fixed seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sim import codes
from sim.people import chronic
from sim.people.arrays import Patients, People, copy_arrays, empty_patients, empty_people
from sim.people.chronic import ChronicPlaces, ChronicRates, ControlLimits, Levels
from sim.random import make_key
from tests.chance import assert_mean, assert_share

KEY = make_key(34, 0)
NOTHING = ChronicRates(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
LIMITS = ControlLimits(140.0, 90.0, 80.0, 130.0)
LEVELS = Levels(140.0, 142.0)
HT = codes.HT | codes.HT_DIAGNOSED
DM = codes.DM | codes.DM_DIAGNOSED
HALF, NOBODY, DRUGS, ALL_RECORDED = np.full((1, 2), 0.5), np.zeros((1, 2)), np.zeros(1), np.ones(1)
STRIPS = np.ones(1)


def _patients(count: int, bits: Any, levels: Levels = LEVELS, prolanis: float = 0.0, **fields: Any):  # type: ignore[no-untyped-def]
    """Active residents with the chronic ``bits`` and their rows."""
    people, patients = empty_people(count), empty_patients(count)
    people.name[:] = np.arange(count)
    people.presence[:] = codes.RESIDENT
    people.status[:] = codes.ACTIVE
    people.chronic[:] = bits
    for field, value in fields.items():
        getattr(people, field)[:] = value
    used = chronic.make_patients(people, patients, KEY.k0, KEY.k1, count, levels, np.full((1, 2), prolanis))
    return people, patients, used


def _treat(people: People, patients: Patients, used: int, month: int = 1, rates: ChronicRates = NOTHING,
           enrol: np.ndarray = HALF, untreated: np.ndarray = DRUGS, recorded: np.ndarray = ALL_RECORDED,
           measured: np.ndarray = STRIPS, attendance: float = 0.0, **programmes: float,
           ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """One month of the first ``used`` rows; the counts of the only facility and the complications."""
    counts, complications = np.zeros((1, chronic.COUNTS), np.int64), np.zeros(3, np.int64)
    chronic.treat(
        people, patients, KEY.k0, KEY.k1, month, 0, used, rates,
        _places(enrol, attendance, untreated, measured, recorded, **programmes), LIMITS, counts, complications,
    )  # fmt: skip
    return counts[0], complications


def _places(enrol: np.ndarray, attendance: float, untreated: np.ndarray, measured: np.ndarray, recorded: np.ndarray,
            **programmes: float) -> ChronicPlaces:  # fmt: skip
    names = ChronicPlaces._fields[5:]
    added = {name: np.full(1, programmes.get(name, 0.0)) for name in names}
    return ChronicPlaces(enrol, np.full(1, attendance), untreated, measured, recorded, **added)


# -- control --------------------------------------------------------------------------------------------------------


def _ht_controlled(mean: float) -> float:
    """Chance to be recorded below 140 and 90: the integral over the systolic pressure shown."""
    spread = np.sqrt(chronic.SBP_SPREAD**2 + chronic.SBP_WITHIN**2 + chronic.SBP_ERROR**2)

    def density(x: float) -> float:
        diastolic = chronic.DBP_AT + chronic.DBP_SLOPE * (x - 138.0)
        return float(norm.pdf(x, mean, spread) * norm.cdf(90.0, diastolic, chronic.DBP_SPREAD))

    return float(quad(density, mean - 8 * spread, 140.0)[0])


def _dm_controlled(mean: float) -> float:
    spread = np.sqrt(chronic.FBG_SPREAD**2 + chronic.FBG_WITHIN**2 + chronic.FBG_ERROR**2)
    return float(norm.cdf(130.0, mean, spread) - norm.cdf(80.0, mean, spread))


@pytest.mark.parametrize(("adherent", "days_without"), [(True, 0.0), (True, 0.25), (True, 1.0), (False, 0.0)])
def test_control_follows_the_normal_law(adherent: bool, days_without: float) -> None:
    """AR(1) around the person's level plus the error of the measurement, six months on; drugs lower the mean."""
    count = 40_000
    bits = HT | codes.HT_PROLANIS | DM | codes.DM_PROLANIS | (codes.ADHERENT if adherent else 0)
    people, patients, used = _patients(count, bits)
    rates = NOTHING._replace(drug_sbp=8.0, drug_fbg=20.0)
    for month in range(6):
        counts, _ = _treat(people, patients, used, month, rates, untreated=np.full(1, days_without), attendance=1.0)
    lost = days_without if adherent else 1.0
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, _ht_controlled(140.0 + 8.0 * lost))
    assert_share(int(counts[chronic.DM_CONTROLLED]), count, _dm_controlled(142.0 + 20.0 * lost))


def test_with_adherence_the_diagnosed_keep_their_mean() -> None:
    """Half take their drugs: the mean of all is the parameter, control the mixture of the two laws."""
    count = 40_000
    levels = chronic.treated_levels(144.0, 152.0, 8.0, 20.0, adherence=0.5)
    bits = np.full(count, HT | codes.HT_PROLANIS | DM | codes.DM_PROLANIS)
    bits[::2] |= codes.ADHERENT
    people, patients, used = _patients(count, bits, levels)
    rates = NOTHING._replace(drug_sbp=8.0, drug_fbg=20.0)
    counts, _ = _treat(people, patients, used, 3, rates, attendance=1.0)
    without = np.where(bits & codes.ADHERENT, 0.0, 1.0)
    assert_mean(patients.sbp + 8.0 * without, 144.0)
    assert_mean(patients.fbg + 20.0 * without, 152.0)
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, (_ht_controlled(140.0) + _ht_controlled(148.0)) / 2)
    assert_share(int(counts[chronic.DM_CONTROLLED]), count, (_dm_controlled(142.0) + _dm_controlled(162.0)) / 2)


def test_deviations_are_a_stationary_autoregression() -> None:
    people, patients, used = _patients(40_000, HT | DM)
    for month in range(12):
        before = copy_arrays(patients)
        _treat(people, patients, used, month)
    for field, spread in (("sbp_dev", chronic.SBP_WITHIN), ("fbg_dev", chronic.FBG_WITHIN)):
        now, then = getattr(patients, field).astype(float), getattr(before, field).astype(float)
        assert_mean(now**2, spread**2)
        assert_mean(now * then, chronic.MEMORY * spread**2)
    assert_mean(patients.sbp_dev * (patients.sbp - LEVELS.sbp) + 1.0, 1.0)


def test_only_members_who_come_are_measured() -> None:
    count = 20_000
    people, patients, used = _patients(count, HT | codes.HT_PROLANIS)
    people.chronic[::2] = HT
    counts, _ = _treat(people, patients, used, attendance=0.3)
    assert counts[chronic.HT_PRO] == count // 2
    assert counts[chronic.HT_KNOWN] == count
    assert counts[chronic.DM_KNOWN] == 0
    assert_share(int(counts[chronic.HT_CONTROLLED]), count // 2, 0.3 * _ht_controlled(140.0))
    people.status[:] = codes.ARREARS
    assert _treat(people, patients, used, 2, attendance=0.3)[0].sum() == 0


def test_without_strips_glucose_is_not_measured_and_pressure_is() -> None:
    """Both see the same patients: a quarter of the sessions' days without strips costs a quarter of the DM ratio."""
    count = 40_000
    bits = HT | codes.HT_PROLANIS | DM | codes.DM_PROLANIS
    for strips in (1.0, 0.75, 0.0):
        people, patients, used = _patients(count, bits)
        counts, _ = _treat(people, patients, used, measured=np.full(1, strips), attendance=0.6)
        assert_share(int(counts[chronic.ATTENDED]), count, 0.6)
        assert_share(int(counts[chronic.HT_CONTROLLED]), count, 0.6 * _ht_controlled(140.0))
        if strips:
            assert_share(int(counts[chronic.DM_CONTROLLED]), count, 0.6 * strips * _dm_controlled(142.0))
        else:
            assert counts[chronic.DM_CONTROLLED] == 0


def test_the_clinic_supplies_who_takes_drugs_and_has_no_hospital_letter() -> None:
    """A third each: takes the clinic's drugs, takes the hospital's, takes none; the clinic's are out all month."""
    count = 30_000
    bits = np.full(count, HT | codes.HT_PROLANIS)
    bits[::3] |= codes.ADHERENT
    bits[1::3] |= codes.ADHERENT | codes.LETTER
    people, patients, used = _patients(count, bits)
    assert chronic.on_drugs(people, 2).tolist() == [count // 3, 0]
    rates = NOTHING._replace(drug_sbp=8.0)
    counts, _ = _treat(people, patients, used, 1, rates, untreated=np.ones(1), attendance=1.0)
    assert counts[chronic.ON_DRUGS] == count // 3
    expected = (2 * _ht_controlled(148.0) + _ht_controlled(140.0)) / 3
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, expected)
    people.status[:] = codes.LAPSED
    assert chronic.on_drugs(people, 1).tolist() == [0]


# -- Prolanis, contacts, diagnosis ----------------------------------------------------------------------------------


def test_prolanis_starts_at_its_share_and_stays_there() -> None:
    count = 20_000
    people, patients, used = _patients(count, HT | DM, prolanis=0.3)
    share = np.full((1, 2), 0.3)
    assert_share(int((people.chronic & codes.HT_PROLANIS > 0).sum()), count, 0.3)
    first = people.chronic.copy()
    for month in range(24):
        _treat(people, patients, used, month, NOTHING._replace(drop=0.05), share)
    for bit in (codes.HT_PROLANIS, codes.DM_PROLANIS):
        assert_share(int((people.chronic & bit > 0).sum()), count, 0.3)
        members = first & bit > 0
        after = 0.3 + 0.7 * (1 - 0.05 / 0.7) ** 24  # two-state chain: leaves at 0.05, joins at 0.05 x 0.3 / 0.7
        assert_share(int((people.chronic[members] & bit > 0).sum()), int(members.sum()), after)


def test_a_session_is_a_contact_where_there_was_none() -> None:
    count = 40_000
    people, patients, used = _patients(count, HT | codes.HT_PROLANIS)
    people.wish[::2] = codes.SEEN
    counts, _ = _treat(people, patients, used, 4, NOTHING, recorded=np.full(1, 0.9), attendance=0.5)
    new = people.used == 4
    assert not new[::2].any()
    assert counts[chronic.CLUB_CONTACTS] == new.sum()
    assert_share(int(new.sum()), count // 2, 0.45)
    assert (people.wish[new] & codes.SEEN > 0).all()
    again, _ = _treat(people, patients, used, 4, NOTHING, recorded=np.full(1, 0.9), attendance=0.5)
    assert again[chronic.CLUB_CONTACTS] == 0


def test_a_home_visit_is_a_contact_where_there_was_none() -> None:
    count = 40_000
    people, patients, used = _patients(count, HT)  # outside Prolanis
    people.wish[::2] = codes.SEEN
    counts, _ = _treat(people, patients, used, 4, recorded=np.full(1, 0.9), visited=0.3)
    assert_share(int(counts[chronic.CLUB_CONTACTS]), count // 2, 0.27)
    assert counts[chronic.ATTENDED] == 0


def test_free_places_in_a_club_are_filled_by_patients_outside_prolanis() -> None:
    count = 20_000
    people, patients, used = _patients(count, HT | DM)
    for month in range(3):
        _treat(people, patients, used, month, joining=0.1)
    for bit in (codes.HT_PROLANIS, codes.DM_PROLANIS):
        assert_share(int((people.chronic & bit > 0).sum()), count, 1 - 0.9**3)


def test_visits_lower_the_levels_of_all_and_clubs_those_of_members() -> None:
    """Half a home visit of 10 mmHg and 20 mg/dL each, and as much again for who is in Prolanis: members are under
    control as if their means were 10 mmHg and 20 mg/dL lower."""
    count = 40_000
    people, patients, used = _patients(count, HT | codes.HT_PROLANIS | DM | codes.DM_PROLANIS | codes.ADHERENT)
    rates = NOTHING._replace(visit_sbp=10.0, visit_fbg=20.0)
    counts, _ = _treat(people, patients, used, 3, rates, attendance=1.0, eased=0.5, eased_members=0.5)
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, _ht_controlled(130.0))
    assert_share(int(counts[chronic.DM_CONTROLLED]), count, _dm_controlled(122.0))
    outside, rows, used = _patients(count, HT | codes.ADHERENT)
    always = NOTHING._replace(complication=1.0, controlled=0.0, visit_sbp=10.0)
    _, ill = _treat(outside, rows, used, 3, always, eased=0.5, eased_members=0.5)
    spread = np.hypot(chronic.SBP_SPREAD, chronic.SBP_WITHIN)
    assert_share(int(ill.sum()), count, float(norm.sf(140.0, 135.0, spread)))


def test_screening_looks_at_well_contacts_alone() -> None:
    """A usual contact finds 0.1; one at which both are measured 0.1 + 0.9 x 0.5."""
    count = 40_000
    rates = NOTHING._replace(diagnosis=0.1)
    for wish, chance in ((codes.SEEN | codes.WELL, 0.55), (codes.SEEN | codes.TREATED, 0.1)):
        people, patients, used = _patients(count, codes.HT, wish=wish)
        _treat(people, patients, used, 9, rates, screened=0.5)
        assert_share(int((people.chronic & codes.HT_DIAGNOSED > 0).sum()), count, chance)
    people, patients, used = _patients(count, codes.HT, wish=codes.SEEN | codes.WELL)
    _treat(people, patients, used, 9, screened=1.0)
    assert (people.chronic & codes.HT_DIAGNOSED > 0).all()
    _, ill = _treat(people, patients, used, 10, NOTHING._replace(complication=1.0))
    assert not ill.any()  # whom nobody would have known of has complications among everybody's emergencies
    people, patients, used = _patients(count, codes.HT, wish=codes.WELL)  # not recorded, so nobody was seen
    _treat(people, patients, used, 9, rates, screened=0.5)
    assert not (people.chronic & codes.HT_DIAGNOSED).any()


def test_a_programme_refers_the_stable_back_besides() -> None:
    """All under control with a letter: 0.1 are referred back, and 0.5 of the rest."""
    count = 40_000
    people, patients, used = _patients(count, HT | codes.LETTER, levels=Levels(20.0, 142.0))
    _treat(people, patients, used, 2, NOTHING._replace(refer_back=0.1), refer_back=0.5)
    assert_share(int((people.chronic & codes.PRB > 0).sum()), count, 0.55)


def test_without_drugs_at_the_pharmacy_those_referred_back_go_without() -> None:
    count = 40_000
    bits = HT | codes.HT_PROLANIS | codes.ADHERENT
    people, patients, used = _patients(count, bits | codes.PRB)
    rates = NOTHING._replace(drug_sbp=8.0)
    counts, _ = _treat(people, patients, used, 3, rates, attendance=1.0, prb_lacking=0.5)
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, _ht_controlled(144.0))
    counts, _ = _treat(*_patients(count, bits | codes.LETTER), 3, rates, attendance=1.0, prb_lacking=0.5)
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, _ht_controlled(140.0))


def test_a_contact_may_find_what_was_unknown() -> None:
    count = 40_000
    for contact in ({"wish": codes.SEEN}, {"used": 9}):
        people, patients, used = _patients(count, codes.HT | codes.DM, **contact)
        counts, _ = _treat(people, patients, used, 9, NOTHING._replace(diagnosis=0.2))
        assert (patients.person[:used] == np.arange(count)).all()
        for bit, member, column in (
            (codes.HT_DIAGNOSED, codes.HT_PROLANIS, chronic.HT_KNOWN),
            (codes.DM_DIAGNOSED, codes.DM_PROLANIS, chronic.DM_KNOWN),
        ):
            known = people.chronic & bit > 0
            assert_share(int(known.sum()), count, 0.2)
            assert_share(int((people.chronic[known] & member > 0).sum()), int(known.sum()), 0.5)
            assert counts[column] == known.sum()


@pytest.mark.parametrize(
    "fields", [{}, {"wish": codes.SEEN, "status": codes.LAPSED}, {"wish": codes.WELL}, {"used": 8}]
)
def test_nobody_is_diagnosed_without_a_contact(fields: dict[str, int]) -> None:
    people, patients, used = _patients(1000, codes.HT | codes.DM, **fields)
    _treat(people, patients, used, 9, NOTHING._replace(diagnosis=1.0))
    assert (people.chronic == codes.HT | codes.DM).all()


# -- complications and letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bits", "split"), [
    (HT, (0.45, 0.35, 0.20)), (DM, (0.20, 0.40, 0.40)), (HT | DM, (0.325, 0.375, 0.30)),
])  # fmt: skip
def test_complications_come_by_control_and_condition(bits: int, split: tuple[float, ...]) -> None:
    """Everyone far out of control, then everyone far within: the chance and its factor; the stated split by kind."""
    count, rates = 60_000, NOTHING._replace(complication=0.2, controlled=0.6)
    for levels, chance in ((Levels(300.0, 900.0), 0.2), (Levels(20.0, -300.0), 0.12)):
        people, patients, used = _patients(count, bits, levels)
        _counts, found = _treat(people, patients, used, rates=rates)
        assert_share(int(found.sum()), count, chance)
        for kind, share in zip(found, split, strict=True):
            assert_share(int(kind), int(found.sum()), share)


def test_letters_come_every_third_month_until_refer_back() -> None:
    count = 9000
    people, patients, used = _patients(count, HT | codes.LETTER, Levels(20.0, 100.0))
    rates = NOTHING._replace(refer_back=0.1)
    written = [_treat(people, patients, used, month)[0][chronic.LETTERS] for month in range(3)]
    assert written == [count // 3] * 3
    for month in range(3, 9):
        _treat(people, patients, used, month, rates)
    assert_share(int((people.chronic & codes.LETTER > 0).sum()), count, 0.9**6)
    people, patients, used = _patients(count, HT | codes.LETTER, Levels(300.0, 100.0))
    _treat(people, patients, used, 3, NOTHING._replace(refer_back=1.0))
    assert (people.chronic & codes.LETTER > 0).all()  # out of control: the hospital keeps them


def test_the_hospital_takes_on_those_out_of_control() -> None:
    count = 9000
    people, patients, used = _patients(count, HT, Levels(300.0, 100.0))
    _treat(people, patients, used, 3, NOTHING._replace(letter=0.1))
    assert_share(int((people.chronic & codes.LETTER > 0).sum()), count, 0.1)
    people, patients, used = _patients(count, HT, Levels(20.0, 100.0))
    _treat(people, patients, used, 3, NOTHING._replace(letter=1.0))
    assert not (people.chronic & codes.LETTER > 0).any()  # under control: nobody needs a letter


def test_who_is_referred_back_leaves_the_hospital_with_drugs_of_its_own() -> None:
    """A letter ends in PRB for those under control; their pressure then ignores what the clinic lacks."""
    count = 20_000
    people, patients, used = _patients(count, HT | codes.HT_PROLANIS | codes.LETTER | codes.ADHERENT)
    levels = patients.sbp.copy()
    patients.sbp[:used] = 60.0  # all under control
    counts, _ = _treat(people, patients, used, 1, NOTHING._replace(refer_back=0.3))
    back = people.chronic & codes.PRB > 0
    assert_share(int(back.sum()), count, 0.3)
    assert not (people.chronic[back] & codes.LETTER).any()
    assert (people.chronic[~back] & codes.LETTER > 0).all()
    assert counts[chronic.ON_PRB] == 0  # on the list from next month
    people.chronic[~back] &= np.uint16(
        0xFFFF ^ codes.LETTER
    )  # who is not referred back is the clinic's again, which has no drugs
    patients.sbp[:] = levels
    rates = NOTHING._replace(drug_sbp=8.0)
    for month in range(2, 8):
        counts, _ = _treat(people, patients, used, month, rates, untreated=np.ones(1), attendance=1.0)
    assert counts[chronic.ON_PRB] == back.sum()
    expected = 0.3 * _ht_controlled(140.0) + 0.7 * _ht_controlled(148.0)
    assert_share(int(counts[chronic.HT_CONTROLLED]), count, expected)


def test_who_gets_out_of_control_goes_back_to_hospital_and_leaves_prb() -> None:
    people, patients, used = _patients(400, HT | codes.PRB)
    patients.sbp[:used] = 200.0
    _treat(people, patients, used, 1, NOTHING._replace(letter=1.0))
    assert (people.chronic & codes.LETTER > 0).all()
    assert not (people.chronic & codes.PRB).any()


def test_prolanis_members_and_those_seen_are_counted_as_persons() -> None:
    count = 20_000
    bits = np.where(np.arange(count) % 2 == 0, HT | DM | codes.HT_PROLANIS | codes.DM_PROLANIS, HT)
    people, patients, used = _patients(count, bits)
    counts, _ = _treat(people, patients, used, 1, NOTHING, enrol=NOBODY, attendance=0.4)
    assert counts[chronic.PROLANIS] == count // 2
    assert_share(int(counts[chronic.ATTENDED]), count // 2, 0.4)


# -- the table ------------------------------------------------------------------------------------------------------


def test_onset_keeps_its_mean_from_forty_and_spares_children() -> None:
    ages = np.random.default_rng(5).integers(0, 110, 4000)
    onset = chronic.monthly_onset(0.001, 0.0003, ages)
    grown = np.minimum(ages[ages >= 40], codes.MAX_AGE)
    assert onset[:, grown].mean(axis=1) == pytest.approx([0.001, 0.0003])
    assert (onset[:, :18] == 0).all()
    assert (onset[:, 18:40] > 0).all()
    assert (onset[:, 18:40] < onset[:, 40:41]).all()


def test_the_table_holds_the_ill_residents_once() -> None:
    people, patients, used = _patients(6, np.array([0, HT, codes.ADHERENT, codes.DM, HT | DM, HT]),
                                       presence=np.array([1, 1, 1, 1, 1, codes.DEAD_ON_REGISTER]))  # fmt: skip
    assert used == 3
    assert patients.person[:4].tolist() == [1, 3, 4, -1]
    with pytest.raises(ValueError):
        chronic.make_patients(people, empty_patients(2), KEY.k0, KEY.k1, 6, LEVELS, NOBODY)
    with pytest.raises(ValueError):
        chronic.add_patients(people, patients, KEY.k0, KEY.k1, 5, np.array([2, 0, 2], np.int32), LEVELS)


def test_late_patients_have_the_levels_of_their_own_luck() -> None:
    people, patients, used = _patients(400, HT)
    later = empty_patients(400)
    listed = np.concatenate([[300], np.arange(100, 400)]).astype(np.int32)
    assert chronic.add_patients(people, later, KEY.k0, KEY.k1, 50, listed, LEVELS) == 350
    for mine, other in zip(patients, later, strict=True):
        assert np.array_equal(mine[100:used], other[50:350])
    assert len(np.unique(patients.sbp)) > 390


def _mixed(count: int):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(6)
    bits = rng.choice([codes.HT, HT, DM, HT | DM, codes.DM, HT | codes.LETTER], count)
    bits |= rng.choice([0, codes.ADHERENT], count)
    return _patients(
        count, bits, prolanis=0.4, presence=rng.choice([codes.RESIDENT] * 9 + [codes.GONE], count),
        status=rng.choice([codes.ACTIVE] * 4 + [codes.LAPSED], count), wish=rng.choice([0, codes.SEEN], count),
    )  # fmt: skip


RATES = ChronicRates(0.1, 0.05, 0.1, 0.6, 8.0, 20.0, 0.1, 0.1)


def test_two_ranges_give_the_same_as_one() -> None:
    people, patients, used = _mixed(5000)
    other, rows = copy_arrays(people), copy_arrays(patients)
    counts, complications = _treat(people, patients, used, 5, RATES, recorded=np.full(1, 0.9), attendance=0.5)
    parts, kinds = np.zeros((1, chronic.COUNTS), np.int64), np.zeros(3, np.int64)
    for lo, hi in ((1700, used), (0, 1700)):  # in either order
        chronic.treat(
            other, rows, KEY.k0, KEY.k1, 5, lo, hi, RATES, _places(HALF, 0.5, DRUGS, STRIPS, np.full(1, 0.9)), LIMITS,
            parts, kinds,
        )  # fmt: skip
    assert np.array_equal(counts, parts[0])
    assert np.array_equal(complications, kinds)
    for mine, plain in zip((*people, *patients), (*other, *rows), strict=True):
        assert np.array_equal(mine, plain)


def test_the_dead_and_the_gone_are_left_alone() -> None:
    people, patients, used = _mixed(3000)
    people.presence[::2] = codes.DEAD_ON_REGISTER
    before, rows = copy_arrays(people), copy_arrays(patients)
    _treat(people, patients, used, 5, RATES, attendance=0.5)
    for mine, plain in zip(people, before, strict=True):
        assert np.array_equal(mine[::2], plain[::2])
    away = before.presence[patients.person[:used]] != codes.RESIDENT
    assert np.array_equal(patients.sbp_dev[:used][away], rows.sbp_dev[:used][away])
    assert not np.array_equal(patients.sbp_dev[:used][~away], rows.sbp_dev[:used][~away])
