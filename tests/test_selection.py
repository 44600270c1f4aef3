"""Who is taken in and who is switched off: against a plain reading of the orders, and the rules of registration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import codes
from sim.people import segments, selection
from sim.people.arrays import Households, People, copy_arrays, empty_households, empty_people, link_households

SIZE, FAMILIES = 4, 60
MONTH = 9
STATES = (
    (codes.NEVER_SEGMENT, codes.PAYER_NONE, codes.NEVER),
    (codes.PBI, codes.PAYER_CENTRAL, codes.ACTIVE),
    (codes.PBI, codes.PAYER_CENTRAL, codes.LAPSED),
    (codes.PEMDA, codes.PAYER_DISTRICT, codes.ACTIVE),
    (codes.PEMDA, codes.PAYER_DISTRICT, codes.LAPSED),
    (codes.PPU, codes.PAYER_PRIVATE, codes.ACTIVE),
    (codes.PPU, codes.PAYER_PRIVATE, codes.LAPSED),
    (codes.PBPU, codes.PAYER_SELF, codes.PENDING),
    (codes.PBPU, codes.PAYER_SELF, codes.ACTIVE),
)


def town(seed: int) -> tuple[People, Households]:
    """A made-up town: families of every kind, ghosts, people in the queue, two families with the same lottery."""
    rng = np.random.default_rng(seed)
    n = SIZE * FAMILIES
    people, households = empty_people(n + 20), empty_households(FAMILIES)
    people.household[:n] = np.arange(n) // SIZE
    people.presence[:n] = rng.choice([codes.RESIDENT, codes.RESIDENT, codes.RESIDENT, codes.DEAD_ON_REGISTER], n)
    kinds = np.array(STATES)[rng.integers(0, len(STATES), n)]
    people.segment[:n], people.payer[:n], people.status[:n] = kinds.T
    people.used[:n], people.since[:n] = rng.integers(-5, 9, n), rng.integers(-3, 9, n)
    people.queued[:n] = rng.random(n) < 0.1
    households.name[:], households.klass[:] = np.arange(FAMILIES), rng.integers(1, 4, FAMILIES)
    households.lottery[:] = rng.integers(0, 2**32, FAMILIES)
    households.lottery[7] = households.lottery[33]
    households.wealth[:] = rng.integers(0, 5, FAMILIES)
    households.debt[:] = rng.integers(0, 2, FAMILIES) * 6
    for i in range(n):
        h = people.household[i]
        if people.payer[i] == codes.PAYER_SELF and people.status[i] == codes.ACTIVE:
            people.status[i] = codes.ARREARS if households.debt[h] else codes.ACTIVE
            people.klass[i] = households.klass[h]
            households.payers[h] += 1
        if people.presence[i] == codes.RESIDENT and people.status[i] in (codes.NEVER, codes.LAPSED):
            households.holds[h] |= codes.HAS_UNCOVERED
    link_households(people, households, 0, n)
    return people, households


def plainly_chosen(people: People, households: Households, order: str, count: int, only_segment: int) -> list[int]:
    """The same choice by sorting everybody: (rank or wealth, lottery, household, person)."""
    ranks, keys = selection.ORDERS[order], []
    for i in range(SIZE * FAMILIES):
        h = int(people.household[i])
        paying = people.status[i] == codes.ACTIVE and people.segment[i] == codes.PBPU and people.klass[i] == 3
        place = {codes.NEVER: 0, codes.LAPSED: 1, codes.ARREARS: 2}.get(int(people.status[i]), 3 if paying else None)
        if place is None or ranks[place] == 9 or people.presence[i] != codes.RESIDENT or people.queued[i]:
            continue
        if only_segment in (-1, people.segment[i]):
            rank = households.wealth[h] if "poorest" in order else ranks[place]
            keys.append((int(rank), int(households.lottery[h]), h, i))
    return [key[-1] for key in sorted(keys)[:count]]


@pytest.mark.parametrize("order", selection.ORDERS)
@settings(deadline=None, derandomize=True, max_examples=30)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 300), only=st.sampled_from([-1, codes.PEMDA, 0]))
def test_the_walk_chooses_as_sorting_everybody_does(order: str, seed: int, count: int, only: int) -> None:
    people, households = town(seed)
    orders = selection.family_orders(households)
    chosen = selection.choose_uncovered(people, households, orders, order, count, only)
    assert chosen.tolist() == plainly_chosen(people, households, order, count, only)


def test_a_bit_that_is_out_of_date_brings_nobody_in() -> None:
    people, households = town(1)
    households.holds[:] |= codes.HAS_UNCOVERED
    orders = selection.family_orders(households)
    chosen = selection.choose_uncovered(people, households, orders, "never_first", 10**9)
    assert chosen.tolist() == plainly_chosen(people, households, "never_first", 10**9, -1)
    assert len(chosen) > 20


def test_nobody_is_chosen_when_nobody_is_wanted() -> None:
    people, households = town(2)
    orders = selection.family_orders(households)
    for count in (0, -5):
        assert len(selection.choose_uncovered(people, households, orders, "never_first", count)) == 0
        assert len(selection.choose_members(people, households, 240, codes.PEMDA, -1, "newest_first", count)) == 0
    with pytest.raises(KeyError):
        selection.choose_uncovered(people, households, orders, "richest_first", 1)
    with pytest.raises(ValueError):
        selection.choose_members(people, households, 240, codes.PEMDA, -1, "richest_first", 1)


@pytest.mark.parametrize("order", ["unused_first", "better_off_first", "newest_first"])
@pytest.mark.parametrize("payer", [-1, codes.PAYER_DISTRICT, codes.PAYER_PROVINCE])
def test_the_first_to_be_switched_off(order: str, payer: int) -> None:
    people, households = town(3)
    keys = []
    for i in range(SIZE * FAMILIES):
        if people.segment[i] == codes.PEMDA and people.status[i] == codes.ACTIVE and payer in (-1, people.payer[i]):
            h = people.household[i]
            rank = {"unused_first": people.used[i], "better_off_first": -int(households.wealth[h]),
                    "newest_first": -int(people.since[i])}[order]  # fmt: skip
            keys.append((int(rank), int(households.lottery[h]), i))
    for count in (1, 7, 10**6):
        chosen = selection.choose_members(people, households, SIZE * FAMILIES, codes.PEMDA, payer, order, count)
        assert chosen.tolist() == [key[-1] for key in sorted(keys)[:count]]
    assert bool(keys) == (payer != codes.PAYER_PROVINCE)


def test_who_is_switched_off_can_be_found_again() -> None:
    people, households = town(4)
    households.holds[:] = 0
    chosen = selection.choose_members(people, households, SIZE * FAMILIES, codes.PEMDA, -1, "newest_first", 12)
    before = copy_arrays(households)
    assert selection.switch_off(people, households, chosen) == 12
    assert (people.status[chosen] == codes.LAPSED).all()
    assert (people.segment[chosen] == codes.PEMDA).all()
    assert np.array_equal(households.debt, before.debt)
    marked = np.flatnonzero(households.holds & codes.HAS_UNCOVERED)
    assert np.array_equal(marked, np.unique(people.household[chosen]))
    again = selection.choose_uncovered(
        people, households, selection.family_orders(households), "only_dropped", 10**9, codes.PEMDA
    )
    residents = chosen[(people.presence[chosen] == codes.RESIDENT) & (people.queued[chosen] == 0)]
    assert set(residents) <= set(again)


def test_the_poorest_uncovered_become_pbi_heads() -> None:
    people, households = town(5)
    orders = selection.family_orders(households)
    chosen = selection.choose_uncovered(people, households, orders, "poorest_uncovered", 15)
    assert selection.take_in(people, chosen, codes.PBI, codes.PAYER_CENTRAL, MONTH) == 15
    assert (people.segment[chosen] == codes.PBI).all()
    assert (people.payer[chosen] == codes.PAYER_CENTRAL).all()
    assert (people.status[chosen] == codes.ACTIVE).all()
    assert (people.since[chosen] == MONTH).all()
    assert (np.diff(households.wealth[people.household[chosen]].astype(int)) >= 0).all()


def card(*states: tuple[int, int, int], debt: int = 0) -> tuple[People, Households]:
    """One family of class III with these (segment, payer, status)."""
    people, households = empty_people(len(states)), empty_households(1)
    people.presence[:] = codes.RESIDENT
    people.segment[:], people.payer[:], people.status[:] = np.array(states).T
    people.queued[:] = 1
    households.klass[:], households.debt[:] = 3, debt
    for _, payer, status in states:
        households.payers[0] += payer == codes.PAYER_SELF and status in (codes.ACTIVE, codes.ARREARS)
    link_households(people, households, 0, len(states))
    return people, households


OWING = (codes.PBPU, codes.PAYER_SELF, codes.ARREARS)
PAYING = (codes.PBPU, codes.PAYER_SELF, codes.ACTIVE)
NEVER, OUT_OF_WORK, AT_WORK = STATES[0], STATES[6], STATES[5]


def register(people: People, households: Households, at_once: bool) -> tuple[int, list[int]]:
    origin = np.zeros(6, np.int64)
    everybody = np.arange(people.name.size)
    return selection.register_heads(people, households, everybody, MONTH, MONTH + 1, at_once, origin), origin.tolist()


@pytest.mark.parametrize("at_once", [True, False])
def test_registration_makes_heads_active_at_once_or_on_the_day_stated(at_once: bool) -> None:
    people, households = card(NEVER, OUT_OF_WORK, OWING, AT_WORK, debt=7)
    active, origin = register(people, households, at_once)
    assert active == (3 if at_once else 0)
    assert origin == [1, 0, 1, 0, 1, 0]  # one never registered, one out of arrears, one fallen out of PPU
    assert (people.status[:3] == (codes.ACTIVE if at_once else codes.PENDING)).all()
    assert at_once or (people.active_from[:3] == MONTH + 1).all()
    assert (people.payer[:3] == codes.PAYER_DISTRICT).all()
    assert (people.segment[3], people.status[3]) == (codes.PPU, codes.ACTIVE)
    assert not people.queued.any()


def test_the_debt_of_those_taken_over_is_frozen_and_their_plan_ends() -> None:
    people, households = card(OWING, OWING, debt=7)
    households.rehab[0], households.waiting[0] = 3, 1
    register(people, households, at_once=True)
    assert (households.debt[0], households.payers[0], households.rehab[0], households.waiting[0]) == (7, 0, 0, 0)
    people, households = card(OWING, OWING, debt=7)
    people.presence[1] = codes.MOVED_ON_REGISTER
    households.rehab[0] = 3
    register(people, households, at_once=True)
    assert (households.debt[0], households.payers[0], households.rehab[0]) == (7, 1, 3)


@pytest.mark.parametrize("waiting", [True, False])
def test_an_application_that_fell_away_is_not_registered(waiting: bool) -> None:
    """Paying comes before the Pemda, however long the office takes; other payers change over."""
    people, households = card(PAYING, PAYING)
    people.queued[:] = waiting
    active, origin = register(people, households, at_once=False)
    assert active == 2 * waiting  # who pays until now stays covered
    assert origin[segments.FROM_PBPU] == 2 * waiting
    assert (people.segment == (codes.PEMDA if waiting else codes.PBPU)).all()
    assert (people.status == codes.ACTIVE).all()
    assert not people.queued.any()
