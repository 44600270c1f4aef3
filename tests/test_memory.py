"""What a resident costs in memory; the size of the arrays is known, no clock or process is asked."""

from __future__ import annotations

from sim.calendar import Calendar, next_month
from sim.people.arrays import bytes_of
from sim.world import make_world
from tests.engine import BEHAVIOUR, RULES, policy_for, small


def test_the_state_of_a_two_years_run_is_under_64_bytes_a_resident() -> None:
    """People, patients, families, their orders and the room for a month's visits, with the room for newcomers."""
    district = small(60_000, 6)
    policy = policy_for(district, 24)
    calendar = Calendar(next_month(district.default_stock), 24)
    world = make_world(district, RULES, BEHAVIOUR, policy, 1, 0, district.stock(), False, calendar)
    kept = bytes_of(world.people, world.patients, world.households, world.orders, world.visits)
    assert 30 < kept / district.stock().population < 64
