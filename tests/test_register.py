"""Day 1 and the close of the month: what takes effect when, and counts that agree."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.people.arrays import Households, People
from sim.people.register import close_register, take_effect
from tests.engine import BEHAVIOUR, RULES, policy_for, results, small
from tests.people import residents


class Counts:
    """The five tallies of the register."""

    def __init__(self) -> None:
        self.tables = (
            np.zeros((1, 6, codes.STATUSES, codes.PRESENCES), np.int64), np.zeros((codes.PAYERS, 4), np.int64),
            np.zeros(codes.PAYERS, np.int64), np.zeros(4, np.int64), np.zeros(4, np.int64),
        )  # fmt: skip
        self.suspended = np.zeros(1, np.int64)

    def close(self, people: People, households: Households) -> Counts:
        households.payers[:] = 0
        households.holds[:] = 0
        close_register(people, households, 0, len(people.name), *self.tables)
        return self

    def open(self, people: People, households: Households, month: int) -> Counts:
        take_effect(people, households, month, len(people.name), *self.tables, self.suspended)
        return self

    def same_as(self, other: Counts) -> bool:
        return all(np.array_equal(a, b) for a, b in zip(self.tables, other.tables, strict=True))


def _mixed(seed: int = 1) -> tuple[People, Households]:
    rng = np.random.default_rng(seed)
    people, households = residents(4000, per_household=3)
    people.segment[:] = rng.integers(1, 6, 4000)
    people.payer[:] = np.where(people.segment == codes.PBPU, codes.PAYER_SELF, rng.integers(1, 8, 4000))
    people.status[:] = rng.integers(0, codes.STATUSES, 4000)
    people.presence[:] = rng.integers(0, codes.PRESENCES, 4000)
    people.active_from[:] = rng.integers(3, 7, 4000)
    people.klass[:] = np.where(people.payer == codes.PAYER_SELF, 3, 0)
    households.klass[:] = 3
    households.debt[:] = rng.integers(0, 3, len(households.debt))
    return people, households


def test_counts_carried_over_day_one_equal_a_fresh_count() -> None:
    people, households = _mixed()
    carried = Counts().close(people, households).open(people, households, 5)
    assert carried.suspended[0] > 30
    assert carried.same_as(Counts().close(people, households))


def test_a_family_that_owes_is_suspended_from_the_first() -> None:
    people, households = residents(8, per_household=2, segment=codes.PBPU, payer=codes.PAYER_SELF, klass=3)
    people.payer[1], people.segment[1] = codes.PAYER_CENTRAL, codes.PBI  # another payer on the same card
    households.debt[:] = 1, 1, 0, 24
    households.klass[:] = 3
    counts = Counts().close(people, households).open(people, households, 4)
    names = {codes.ACTIVE: "active", codes.ARREARS: "arrears"}
    assert [names[int(status)] for status in people.status] == [
        "arrears", "active", "arrears", "arrears", "active", "active", "arrears", "arrears",
    ]  # fmt: skip
    assert counts.suspended[0] == 5
    assert counts.tables[3].tolist() == [0, 0, 0, 1 + 2 + 2 * 24]  # person-months owed in class III
    assert counts.tables[4].tolist() == [0, 0, 0, 5]  # by five persons


def test_pending_members_become_active_in_their_month_and_not_before() -> None:
    people, households = residents(3, status=codes.PENDING, active_from=[4, 5, 6])
    Counts().close(people, households).open(people, households, 5)
    assert (people.status == codes.ACTIVE).tolist() == [True, True, False]


def test_self_payers_follow_their_family_to_another_class() -> None:
    people, households = residents(2, segment=codes.PBPU, payer=codes.PAYER_SELF, klass=2)
    households.klass[:] = 3, 2
    counts = Counts().close(people, households)
    assert people.klass.tolist() == [3, 2]
    assert counts.tables[1][codes.PAYER_SELF].tolist() == [0, 0, 1, 1]


def test_the_dead_and_the_moved_stay_on_the_bill_and_are_counted_apart() -> None:
    people, households = residents(4, segment=codes.PEMDA, payer=codes.PAYER_DISTRICT)
    people.presence[:] = codes.RESIDENT, codes.DEAD_ON_REGISTER, codes.MOVED_ON_REGISTER, codes.GONE
    counts = Counts().close(people, households)
    assert counts.tables[1][codes.PAYER_DISTRICT].sum() == 3
    assert counts.tables[2][codes.PAYER_DISTRICT] == 2


def test_what_a_family_holds() -> None:
    people, households = residents(5)
    people.segment[:3], people.payer[:3] = codes.PPU, (codes.PAYER_PRIVATE, codes.PAYER_STATE, codes.PAYER_PRIVATE)
    people.status[2], people.status[3] = codes.LAPSED, codes.NEVER
    Counts().close(people, households)
    assert households.holds.tolist() == [
        codes.HAS_PPU_PRIVATE, codes.HAS_PPU_STATE, codes.HAS_PPU_LAPSED | codes.HAS_UNCOVERED, codes.HAS_UNCOVERED, 0,
    ]  # fmt: skip


def test_arrears_by_class_are_those_of_self_payers() -> None:
    """With takeovers, jobs, deaths and class moves on: persons by class add up to the suspended of PBPU and BP, since
    nobody is suspended whom another pays; rupiah by class to all arrears."""
    district = small()
    policy = policy_for(district, 14, agreement=True, point_of_care=True, intake_quota=np.full(14, 60),
                        intake_order="lapsed_first")  # fmt: skip
    found = results(district, policy, BEHAVIOUR.draw(1, 1), 1, luck_only=False)
    persons = [found.series(f"arrears_class{klass}") for klass in (1, 2, 3)]
    rupiah = [found.series(f"arrears_rupiah_class{klass}") for klass in (1, 2, 3)]
    assert np.array_equal(sum(persons), found.series("arrears", "segment")[:, 4:].sum(axis=1))
    assert np.array_equal(sum(persons), found.series("arrears"))
    assert np.array_equal(sum(rupiah), found.series("arrears_rupiah"))
    for heads, owed, klass in zip(persons, rupiah, ("class1", "class2", "class3.member_share"), strict=True):
        premium = RULES.value(f"premium.pbpu.{klass}", found.months[-1])
        assert (owed % premium == 0).all()
        assert (owed >= heads * premium).all()  # at least a month each
        assert (owed <= 24 * heads * premium).all()  # and at most 24 (Perpres 82/2018)
    assert persons[2].min() > 0


def test_a_debt_that_is_frozen_is_nobodys_arrears() -> None:
    """A family that owes and is taken over: its debt stays, and is told neither in persons nor in rupiah."""
    people, households = residents(3, segment=codes.PBPU, payer=codes.PAYER_SELF, klass=2, status=codes.ARREARS)
    households.debt[:], households.klass[:] = 5, 2
    people.payer[0], people.segment[0], people.status[0] = codes.PAYER_DISTRICT, codes.PEMDA, codes.ACTIVE
    counts = Counts().close(people, households)
    assert counts.tables[4].tolist() == [0, 0, 2, 0]
    assert counts.tables[3].tolist() == [0, 0, 10, 0]
    assert households.debt[0] == 5
