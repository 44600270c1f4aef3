"""What the month asks for, beside the laws it should follow."""

from __future__ import annotations

import numpy as np
import pytest

from sim import codes
from sim.people import illness, life_cycle
from sim.people.arrays import Households, People
from sim.people.health import frailty_of
from sim.random import CHUNK, Purpose, numbered, uniforms
from tests.chance import assert_mean, assert_share
from tests.people import KEY, residents

AGES = codes.MAX_AGE + 1


def _fall_ill(
    people: People, households: Households, sick: float = 0.0, emergency: float = 0.0, well: float = 0.0,
    recorded: float = 1.0, near: np.ndarray | None = None, uncovered: float = 1.0, month: int = 3,
    cuts: tuple[int, ...] = (), place: float = 1.0, hurt: float = 1.0,
) -> None:  # fmt: skip
    near = np.ones(256) if near is None else near
    count = len(people.name)
    for lo, hi in zip((0, *cuts), (*cuts, count), strict=True):
        illness.fall_ill(
            people, households, KEY.k0, KEY.k1, month, lo, hi, np.full((2, AGES), sick), np.full(AGES, emergency),
            np.full((1, 2, AGES), well), np.full(1, place), np.full(1, hurt), np.full(1, recorded), near, uncovered,
        )  # fmt: skip


def _frail(count: int, shape: float) -> np.ndarray:
    return frailty_of(uniforms(KEY, numbered(count), 0, Purpose.FRAILTY), shape)


def test_visits_follow_the_gamma_poisson_law() -> None:
    """Poisson given a gamma frailty of mean 1: the negative binomial with that shape (0, 1, 2 visits)."""
    n, shape, mean = 200_000, 0.4, 0.3
    people, households = residents(n, frailty=_frail(n, shape))
    _fall_ill(people, households, sick=mean)
    visits = people.wish & codes.VISITS
    chance = (1 + mean / shape) ** -shape
    for count in range(3):
        assert_share(int((visits == count).sum()), n, chance)
        chance *= (shape + count) / (count + 1) * mean / (mean + shape)


def test_the_years_visits_of_a_person_are_overdispersed() -> None:
    """Frailty lasts: over twelve months the visits are negative binomial with the same shape, not Poisson."""
    n, shape, mean = 50_000, 0.4, 0.08
    people, households = residents(n, frailty=_frail(n, shape))
    total = np.zeros(n)
    for month in range(12):
        _fall_ill(people, households, sick=mean, month=month)
        total += people.wish & codes.VISITS
    year = 12 * mean
    assert_mean(total, year)
    assert_share(int((total == 0).sum()), n, (1 + year / shape) ** -shape)
    assert_mean((total - year) ** 2, year + year**2 / shape)


def test_emergencies_and_well_contacts_have_their_chances() -> None:
    n = 100_000
    people, households = residents(n)
    _fall_ill(people, households, emergency=0.01, well=0.2, recorded=0.85)
    assert_share(int((people.wish & codes.EMERGENCY > 0).sum()), n, 0.01)
    assert_share(int((people.wish & codes.WELL > 0).sum()), n, 0.2)
    recorded = int(((people.wish & codes.WELL > 0) & (people.wish & codes.RECORDED > 0)).sum())
    assert_share(recorded, n, 0.2 * 0.85)


def test_the_family_knows_who_needs_care() -> None:
    people, households = residents(40_000, per_household=4)
    _fall_ill(people, households, sick=0.2, emergency=0.02)
    asked = (people.wish & (codes.VISITS | codes.EMERGENCY)).reshape(-1, 4)
    assert np.array_equal(households.need & codes.NEED_CARE > 0, (asked > 0).any(axis=1))
    assert np.array_equal(households.need & codes.NEED_HOSPITAL > 0, (asked & codes.EMERGENCY > 0).any(axis=1))


def test_the_uncovered_ask_less_and_those_who_are_gone_ask_nothing() -> None:
    n = 60_000
    people, households = residents(n)
    people.status[:20_000] = codes.LAPSED
    people.presence[40_000:] = codes.DEAD_ON_REGISTER
    _fall_ill(people, households, sick=0.3, emergency=0.1, well=0.5, uncovered=0.4)
    assert_share(int((people.wish[:20_000] & codes.VISITS == 0).sum()), 20_000, float(np.exp(-0.12)))
    assert_share(int((people.wish[20_000:40_000] & codes.VISITS == 0).sum()), 20_000, float(np.exp(-0.3)))
    assert not people.wish[40_000:].any()


def test_distance_lowers_contacts_and_not_emergencies() -> None:
    n = 100_000
    people, households = residents(n)
    households.distance[:] = np.arange(n) % 2 * 100  # at the door, and ten kilometres away
    near = np.exp(-0.05 * np.arange(256) / 10)
    _fall_ill(people, households, emergency=0.05, well=0.4, near=near)
    far = households.distance == 100
    for apart, factor in ((far, float(np.exp(-0.5))), (~far, 1.0)):
        assert_share(int((people.wish[apart] & codes.WELL > 0).sum()), n // 2, 0.4 * factor)
        assert_share(int((people.wish[apart] & codes.EMERGENCY > 0).sum()), n // 2, 0.05)


def test_chances_beyond_one_are_certain() -> None:
    people, households = residents(2000, frailty=1e6)
    _fall_ill(people, households, sick=1.0, emergency=1.0, well=5.0, recorded=1.0)
    assert (people.wish & codes.VISITS == codes.VISITS).all()
    assert (people.wish & codes.EMERGENCY > 0).all()
    assert (people.wish & codes.WELL > 0).all()


def test_ranges_make_no_difference() -> None:
    """Three ranges that end inside chunks give what one range gives."""
    n = 5 * CHUNK + 77
    whole, parts = residents(n, frailty=_frail(n, 0.4)), residents(n, frailty=_frail(n, 0.4))
    for (people, households), cuts in ((whole, ()), (parts, (700, 1999))):
        _fall_ill(people, households, sick=0.3, emergency=0.01, well=0.2, recorded=0.8, cuts=cuts)
    assert np.array_equal(whole[0].wish, parts[0].wish)
    assert np.array_equal(whole[1].need, parts[1].need)


def test_age_is_counted_in_completed_years() -> None:
    """A step of the curve at 60: who turns 60 this month is on the new step, a month younger is not."""
    people, households = residents(2)
    people.birth[:] = 3 - 720, 3 - 719
    well = np.zeros((1, 2, AGES))
    well[:, :, 60:] = 2.0
    illness.fall_ill(
        people, households, KEY.k0, KEY.k1, 3, 0, 2, np.zeros((2, AGES)), np.zeros(AGES), well, np.ones(1), np.ones(1),
        np.ones(1), np.ones(256), 1.0,
    )  # fmt: skip
    assert (people.wish & codes.WELL > 0).tolist() == [True, False]


@pytest.mark.parametrize(("age", "group"), [(0, 0), (4, 0), (5, 1), (17, 1), (18, 2), (59, 2), (60, 3), (100, 3)])
def test_groups_of_the_life_cycle(age: int, group: int) -> None:
    assert life_cycle.group_of_age()[age] == group


def test_people_met_outside_have_a_contact_besides_their_own() -> None:
    """300 come to sessions for 1,000 school children of the second of two facilities: 1 - exp(-0.3) of those without a
    contact have one; nobody else's chance changes, nor do more than everybody come."""
    chances = np.full((2, 2, AGES), 0.2)
    met, residents_there = np.zeros((2, 4)), np.full((2, 4), 1000.0)
    met[1, 1] = 300
    found = life_cycle.add_met(chances, met, residents_there)
    assert found[1, :, 5:18] == pytest.approx(1 - 0.8 * np.exp(-0.3))
    found[1, :, 5:18] = 0.2
    assert np.array_equal(found, chances)
    assert life_cycle.add_met(chances, met * 1e6, residents_there * 0).max() == 1.0


def test_curves_rise_and_fall_where_the_sources_say() -> None:
    sick, well = life_cycle.sick_curve(), life_cycle.well_curve()
    assert sick.argmax(axis=1).tolist() == [60, 60]  # Cijeruk 2014: ages 60-64 most
    assert 2.0 < sick[1].sum() / sick[0].sum() < 2.5  # women 6.62 % against 4.81 % of all: twice men, somewhat more
    assert well[0, 2] > 3 * well[0, 30]  # posyandu
    assert well[1, 30] > well[0, 30]  # antenatal care, family planning
    assert well[1, 60] == well[0, 60]
