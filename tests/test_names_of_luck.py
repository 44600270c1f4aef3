"""Luck belongs to a name: neither threads nor added people move anybody else's."""

from __future__ import annotations

import numpy as np
import pytest

from sim import codes
from sim.calendar import Calendar, next_month
from sim.people.arrays import People, empty_households
from sim.people.selection import family_orders
from sim.simulate import run, simulate
from sim.world import World, make_world
from tests.engine import BEHAVIOUR, RULES, policy_for, small

#: Nothing that one person does reaches another: no queue, no shared office, no quota.
_ALONE = {
    "feedback.wait_to_contacts": 0.0, "feedback.wait_to_referrals": 0.0, "feedback.drugs_to_referrals": 0.0,
    "feedback.drugs_to_control": 0.0, "feedback.kbk_to_contacts": 0.0, "segment.pbi_in": 0.0, "demo.move_in": 0.0,
    "care.outreach_capacity": 1e6, "segment.pemda_replaced": 0.0,
}  # fmt: skip
_ADDED = 1000


def _world(months: int = 8) -> World:
    district = small()
    policy = policy_for(district, months)
    calendar = Calendar(next_month(district.default_stock), months)
    return make_world(district, RULES, BEHAVIOUR.but(_ALONE), policy, 1, 0, district.stock(), False, calendar)


def _with_added_residents(world: World) -> World:
    """The same world with 1,000 more residents in households of their own, behind all others."""
    first, before = world.used, len(world.households.name)
    more = empty_households(_ADDED // 4)
    more.name[:] = before + np.arange(len(more.name))
    more.wealth[:] = 2
    world.households = type(world.households)(
        *(np.concatenate(pair) for pair in zip(world.households, more, strict=True))
    )
    room = People(*(column[-_ADDED:].copy() for column in world.people))
    world.people = People(*(np.concatenate(pair) for pair in zip(world.people, room, strict=True)))
    slot = slice(first, first + _ADDED)
    people = world.people
    people.name[slot] = 0x40000000 + np.arange(_ADDED)
    people.household[slot] = before + np.arange(_ADDED) // 4
    people.presence[slot] = codes.RESIDENT
    people.segment[slot], people.payer[slot], people.status[slot] = codes.PBPU, codes.PAYER_SELF, codes.ACTIVE
    people.klass[slot] = 3
    people.birth[slot] = -12 * 40
    people.female[slot] = np.arange(_ADDED) % 2
    for i in range(first + _ADDED - 1, first - 1, -1):
        people.next[i] = world.households.first[people.household[i]]
        world.households.first[people.household[i]] = i
    world.households.klass[before:] = 3
    world.used += _ADDED
    world.orders = family_orders(world.households)
    world.count_heads()
    return world


def test_a_thousand_added_residents_leave_all_others_as_they_were() -> None:
    """After eight months every column of every other person, newborns by name, is bitwise the same."""
    plain, larger = _world(), _with_added_residents(_world())
    first = plain.used
    run(plain)
    run(larger)
    assert larger.now.paid.sum() > plain.now.paid.sum()  # the added take part
    columns = [name for name in People._fields if name != "next"]
    for name in columns:
        assert np.array_equal(getattr(plain.people, name)[:first], getattr(larger.people, name)[:first]), name
    born, also = _newborns(plain, first), _newborns(larger, first)
    assert len(born) > 100
    assert all(also[name] == person for name, person in born.items())


def _newborns(world: World, first: int) -> dict[tuple[int, int], tuple[int, ...]]:
    people = world.people
    return {
        (int(people.name[i]), int(people.serial[i])): (
            int(people.female[i]), int(people.status[i]), int(people.facility[i]), float(people.frailty[i])
        )
        for i in range(first, world.used)
        if people.serial[i] > 0
    }  # fmt: skip


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_make_no_difference(threads: int) -> None:
    """A run with everything on, to the last byte."""
    district = small()
    policy = policy_for(
        district, 14, agreement=True, point_of_care=True, intake_quota=np.full(14, 60), intake_order="lapsed_first",
        collectors=np.full((14, 3), 0.3), cleansing=np.full(14, 0.1),
    )  # fmt: skip
    alone = simulate(district, RULES, BEHAVIOUR, policy, 3)
    together = simulate(district, RULES, BEHAVIOUR, policy, 3, threads=threads)
    assert alone.to_bytes() == together.to_bytes()


def test_no_thread_is_refused() -> None:
    with pytest.raises(ValueError, match="thread"):
        simulate(small(), RULES, BEHAVIOUR, policy_for(small(), 1), 1, threads=0)


def test_the_order_of_replicates_makes_no_difference() -> None:
    """What was computed before, in the same process, leaves no trace."""
    district, policy = small(), policy_for(small(), 3)
    forward, backward = (
        {r: simulate(district, RULES, BEHAVIOUR.draw(5, r), policy, 5, replicate=r).to_bytes() for r in order}
        for order in ((0, 1, 2), (2, 0, 1))
    )
    assert forward == backward
    assert len(set(forward.values())) == 3
