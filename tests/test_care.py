"""Contacts, referrals and hospital care of persons whose wishes are known."""

from __future__ import annotations

import numpy as np
import pytest

from districts.tiny import tiny_district
from sim import codes
from sim.facilities.hospitals import Hospitals, make_hospitals, take_turns
from sim.people import care, life_cycle
from sim.people.arrays import Households, People
from sim.random import Purpose, numbered, uniforms
from tests.chance import assert_mean, assert_share
from tests.people import KEY, residents

RATES = care.CareRates(0.0, 0.0, 0.0, 300_000.0, 5_000_000.0, 3.0, 0.05, 12.0, 20_000_000.0, 2.0)
#: Three hospitals, one of them costly.
SHARES = np.array([0.5, 0.1, 0.4])
COSTS = np.array([0.9, 1.4, 1.025])


class Outcome:
    """Runs the kernel and keeps what it counted."""

    def __init__(
        self, people: People, households: Households, rates: care.CareRates = RATES, leave: float = 0.0,
        referral: tuple[float, float] = (0.0, 0.0), tacc: float = 0.0, averted: float = 0.0, month: int = 5,
        room: int | None = None, remote: float = 0.0, averted_remote: float = 0.0,
    ) -> None:  # fmt: skip
        self.counts = np.zeros((1, care.PLACE_COUNTS), np.int64)
        self.groups = np.zeros((4, 2), np.int64)
        self.hospitals = np.zeros((len(SHARES), care.COUNTS), np.int64)
        self.cash = np.zeros(1, np.int64)
        self.visits = np.zeros((len(people.name) * 7 if room is None else room, care.VISIT_COLUMNS), np.float32)
        self.made = care.seek_care(
            people, households, KEY.k0, KEY.k1, month, 0, len(people.name), rates,
            Hospitals(SHARES, np.cumsum(SHARES), COSTS), np.full(1, leave), np.full(1, remote), np.array([referral]),
            np.full(1, tacc), np.array([[averted, averted_remote]]), life_cycle.group_of_age(), self.counts,
            self.groups, self.hospitals, self.cash, self.visits,
        )  # fmt: skip
        self.hospital = self.hospitals.sum(axis=0)


def test_a_person_counts_once_for_ak_and_only_if_recorded() -> None:
    wishes = [3 | codes.RECORDED, 1, codes.WELL | codes.RECORDED, 2 | codes.WELL | codes.RECORDED, codes.RECORDED]
    people, households = residents(5, wish=wishes)
    found = Outcome(people, households)
    assert found.made == 6
    assert found.counts[0, care.SICK_VISITS] == 6
    assert found.counts[0, care.CONTACTS] == 3
    assert found.counts[0, care.CONTACTS_SICK] == 2
    assert found.groups[2].tolist() == [1, 2]  # age 30: well, sick
    assert (people.used == 5).tolist() == [True, False, True, True, False]
    assert (people.wish & codes.SEEN > 0).tolist() == [True, False, True, True, False]


def test_only_the_active_are_seen() -> None:
    people, households = residents(5, wish=1 | codes.WELL | codes.RECORDED)
    people.status[:] = codes.ACTIVE, codes.NEVER, codes.PENDING, codes.ARREARS, codes.LAPSED
    found = Outcome(people, households)
    assert (found.made, int(found.counts[0, care.CONTACTS])) == (1, 1)
    assert found.cash[0] == 4  # the others pay in cash


def test_those_who_leave_the_queue_are_not_seen() -> None:
    n = 20_000
    people, households = residents(n, wish=1 | codes.RECORDED)
    found = Outcome(people, households, leave=0.3)
    assert_share(int(found.counts[0, care.LEFT]), n, 0.3)
    assert found.counts[0, care.LEFT] + found.counts[0, care.SICK_VISITS] == n
    assert found.counts[0, care.CONTACTS] == found.counts[0, care.SICK_VISITS]
    assert found.made == n  # they stood in the queue all the same


def test_a_teleconsultation_stands_in_no_queue_and_avoids_referrals() -> None:
    """0.2 of the visits are remote; of the others 0.3 leave. All 4A referrals of remote visits are avoided."""
    n = 100_000
    people, households = residents(n, wish=1 | codes.RECORDED)
    found = Outcome(people, households, leave=0.3, remote=0.2, referral=(0.0, 0.5), averted_remote=1.0)
    place = found.counts[0]
    assert_share(int(place[care.REMOTE]), n, 0.2)
    assert found.made == n - place[care.REMOTE]
    assert_share(int(place[care.LEFT]), found.made, 0.3)
    assert place[care.SICK_VISITS] == place[care.CONTACTS] == n - place[care.LEFT]
    assert_share(int(place[care.NONSPECIALIST]), n, 0.8 * 0.7 * 0.5)


def test_referral_outcomes_have_their_shares() -> None:
    n = 100_000
    people, households = residents(n, wish=1)
    found = Outcome(people, households, referral=(0.10, 0.05), tacc=0.8, averted=0.25)
    nonspecialist = 0.05 * 0.2 * 0.75
    assert_share(int(found.counts[0, care.NONSPECIALIST]), n, nonspecialist)
    assert_share(int(found.counts[0, care.REFERRALS]), n, 0.10 + 0.05 * 0.8 + nonspecialist)


def test_the_outcome_of_a_visit_by_its_luck() -> None:
    """Specialist below 0.10, 4A up to 0.15; of 4A, TACC below 0.8, then a quarter of the rest is averted."""
    cases = [
        (0.05, 0.99, care.REFERRED), (0.12, 0.79, care.REFERRED), (0.12, 0.84, care.NOT_REFERRED),
        (0.12, 0.86, care.NONSPECIALIST_REFERRAL), (0.16, 0.0, care.NOT_REFERRED),
    ]  # fmt: skip
    for u, reason, expected in cases:
        assert care.outcome(u, reason, 0.10, 0.05, 0.8, 0.25) == expected


def test_hospital_visits_and_costs_have_their_means() -> None:
    """Neither severity levels nor the hospitals' own costs move the mean cost of a visit and of an admission."""
    n = 40_000
    assert abs(SHARES @ COSTS - 1) < 1e-12
    people, households = residents(n, wish=1)
    found = Outcome(people, households, RATES._replace(admission=0.2), referral=(1.0, 0.0))
    luck = uniforms(KEY, numbered(n), 5, Purpose.CLAIM, 3)
    assert found.hospital[care.OUTPATIENT] == (1 + np.floor(luck * 4.0 + 0.5)).sum()
    assert_mean(1 + np.floor(luck * 4.0 + 0.5), 3.0)
    assert_share(int(found.hospital[care.ADMISSIONS]), n, 0.2)
    place = SHARES @ COSTS**2  # mean squares: of the hospital's cost, of visits 1 to 5 (variance 1.5) times the price
    visits, prices = 9 + 1.5, 1 + 1 / 12
    variance = 300_000**2 * (place * visits * prices - 9)
    assert abs(found.hospital[care.OUTPATIENT_COST] - n * 900_000) < 4.5 * np.sqrt(n * variance)
    level = sum(s * c * c for s, c in zip(care.SEVERITY_SHARE, care.SEVERITY_COST, strict=True))
    variance = 5_000_000**2 * (0.2 * place * level * np.exp(care.ADMISSION_SPREAD**2) - 0.04)
    assert abs(found.hospital[care.ADMISSION_COST] - n * 0.2 * 5_000_000) < 4.5 * np.sqrt(n * variance)


def test_severity_levels_leave_mean_and_spread_of_the_cost() -> None:
    """4.8 % at level 3, twice level 2 (BPJS sample 2024); the spread on the log scale is 0.45 as before."""
    assert sum(care.SEVERITY_SHARE) == pytest.approx(1.0)
    assert care.SEVERITY_SHARE[2] == 0.048
    assert care.SEVERITY_COST[2] / care.SEVERITY_COST[1] == pytest.approx(2.0)
    shares = np.array(care.SEVERITY_SHARE)
    assert shares @ care.SEVERITY_COST == pytest.approx(1.0)
    logs = np.log(care.SEVERITY_COST)
    assert np.sqrt(shares @ logs**2 - (shares @ logs) ** 2 + care.ADMISSION_SPREAD**2) == pytest.approx(0.45, abs=0.01)


def test_admissions_are_severe_and_without_referral_as_they_should() -> None:
    n = 40_000
    emergencies = Outcome(*residents(n, wish=codes.EMERGENCY))
    assert emergencies.hospital[care.ADMISSIONS] == emergencies.hospital[care.EMERGENCIES] == n
    assert emergencies.hospital[care.OUTPATIENT] == 0
    assert_share(int(emergencies.hospital[care.SEVERE]), n, 0.048)
    referred = Outcome(*residents(n, wish=1), RATES._replace(admission=0.5), referral=(1.0, 0.0))
    assert referred.hospital[care.EMERGENCIES] == 0
    assert_share(int(referred.hospital[care.SEVERE]), int(referred.hospital[care.ADMISSIONS]), 0.048)


def test_hospitals_have_their_shares_and_their_costs() -> None:
    n = 40_000
    visits = Outcome(*residents(n, wish=1), RATES._replace(outpatient_visits=1.0, admission=1.0), referral=(1.0, 0.0))
    emergencies = Outcome(*residents(n, wish=codes.EMERGENCY))
    for place, share in enumerate(SHARES):
        assert_share(int(visits.hospitals[place, care.OUTPATIENT]), n, share)
        assert_share(int(emergencies.hospitals[place, care.ADMISSIONS]), n, share)
        for found, column, events, mean in (
            (visits, care.OUTPATIENT_COST, care.OUTPATIENT, 300_000),
            (emergencies, care.ADMISSION_COST, care.ADMISSIONS, 5_000_000),
        ):
            number = found.hospitals[place, events]
            expected = number * mean * COSTS[place]
            # sd of a price 0.29, of an admission below 0.55 of the mean
            assert abs(found.hospitals[place, column] / expected - 1) < 4.5 * 0.55 / np.sqrt(number)
    # who is admitted after a referral lies where the referral led
    assert np.array_equal(visits.hospitals[:, care.ADMISSIONS], visits.hospitals[:, care.OUTPATIENT])


def test_an_admission_costs_more_in_a_higher_class() -> None:
    totals = []
    for klass in (3, 2, 1):
        people, households = residents(2000, wish=codes.EMERGENCY, klass=klass)
        totals.append(int(Outcome(people, households).hospital[care.ADMISSION_COST]))
    assert abs(totals[1] / totals[0] - 1.2) < 1e-6
    assert abs(totals[2] / totals[0] - 1.4) < 1e-6


def _returned(owed: int, months_ago: int, month: int = 5) -> tuple[People, Households]:
    people, households = residents(3000, wish=codes.EMERGENCY, segment=codes.PBPU, payer=codes.PAYER_SELF, klass=3)
    households.back_at[:] = month - months_ago
    households.owed_at_back[:] = owed
    return people, households


def test_the_service_fine_follows_the_rule() -> None:
    """Perpres 64/2020 art. 42(6): 5 % of the cost for each month owed, at most 12 months, within 45 days."""
    cost = Outcome(*_returned(0, 0)).hospital[care.ADMISSION_COST]
    for owed, counted in ((1, 1), (4, 4), (12, 12), (24, 12)):
        fines = Outcome(*_returned(owed, 1), RATES._replace(fine_cap=1e12)).hospital[care.FINES]
        assert abs(fines / (0.05 * counted * cost) - 1) < 1e-5
    assert Outcome(*_returned(6, 2)).hospital[care.FINES] == 0
    capped = Outcome(*_returned(12, 0), RATES._replace(fine_cap=100_000.0)).hospital[care.FINES]
    assert capped == 3000 * 100_000


def test_only_self_payers_are_fined() -> None:
    people, households = _returned(6, 0)
    people.payer[:] = codes.PAYER_DISTRICT
    assert Outcome(people, households).hospital[care.FINES] == 0


def test_an_emergency_without_cover_finds_the_pemda_first_then_pbi() -> None:
    n = 30_000
    people, households = residents(n, wish=codes.EMERGENCY, status=codes.LAPSED)
    Outcome(people, households, RATES._replace(point_of_care=0.6, pbi_back=0.5))
    assert_share(int((households.event == codes.TAKEOVER).sum()), n, 0.6)
    assert_share(int((households.event == codes.PBI_BACK).sum()), n, 0.4 * 0.5)


def test_who_never_was_in_pbi_cannot_come_back_to_it() -> None:
    for changes in ({"segment": codes.PPU}, {"status": codes.NEVER}, {"status": codes.ARREARS}):
        people, households = residents(2000, wish=codes.EMERGENCY, **{"status": codes.LAPSED, **changes})
        Outcome(people, households, RATES._replace(pbi_back=1.0))
        assert not households.event.any()


def test_a_family_that_has_just_paid_needs_no_other_way_back() -> None:
    people, households = residents(2000, wish=codes.EMERGENCY, status=codes.LAPSED)
    households.back_at[:] = 5
    Outcome(people, households, RATES._replace(point_of_care=1.0, pbi_back=1.0))
    assert not households.event.any()


def test_a_full_room_is_told_and_loses_no_count() -> None:
    people, households = residents(10, wish=2)
    found = Outcome(people, households, room=4)
    assert found.made == 20
    assert found.counts[0, care.SICK_VISITS] == 20


def test_costs_of_a_district_keep_their_mean_whatever_the_classes() -> None:
    district = tiny_district()
    hospitals = make_hospitals(district)
    assert hospitals.share.tolist() == pytest.approx([0.6, 0.4])
    assert hospitals.share @ hospitals.cost == pytest.approx(1.0)
    assert hospitals.cost[1] / hospitals.cost[0] == pytest.approx(1.12 / 0.92)  # class B over class D
    scaled = tuple(h.model_copy(update={"share": h.share / 4}) for h in district.hospitals)
    again = make_hospitals(district.model_copy(update={"hospitals": scaled}))
    assert np.allclose(again.share, hospitals.share)
    alone = make_hospitals(district.model_copy(update={"hospitals": ()}))
    assert (alone.share.tolist(), alone.cost.tolist()) == ([1.0], [1.0])


def test_events_take_turns_by_share_and_none_is_lost() -> None:
    """Even as can be: after any number of events each place has its share within three, the smallest in its turn."""
    share = np.array([0.33, 0.12, 0.01, 0.04, 0.5])
    total, first = np.zeros(5, np.int64), 0
    for count in [0, 1, 2, 1, 7, 0, 30, 500, 1, 1458]:
        part = take_turns(first, count, share)
        assert part.sum() == count
        assert (part >= 0).all()
        total, first = total + part, first + count
        assert np.abs(total - first * share).max() < 3
    assert np.array_equal(total, take_turns(0, first, share))
