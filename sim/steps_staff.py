"""Steps of the month on staff: recruitment, the count of day 1, contracts that end."""

from __future__ import annotations

import numpy as np

from sim.facilities.staff import DENTISTS, DOCTORS, FILLING_SD, LEAVING, Search, Staff
from sim.policy import Clinician
from sim.random import Purpose, normals, uniforms
from sim.world import World


def count_staff(world: World) -> None:
    """Day 1: the recruitments that the policy begins this month, then the staff at work, who set the month: tariff,
    examination rooms, hours outside. Who comes later in the month counts from the next."""
    month = world.month
    for new in world.policy.recruits:
        if new.month == month:
            staff = world.staff[new.facility]
            _fill(world, staff, new.cadre, staff.open(new.cadre, new.heads), month, new.months)
    world.at_work = np.array([staff.at_work() for staff in world.staff], np.int64)
    world.record_facilities(
        doctors=world.at_work[:, DOCTORS],
        dentists=world.at_work[:, DENTISTS],
        vacancies=[staff.vacancies() for staff in world.staff],
    )


def end_contracts(world: World) -> None:
    """Last day: doctors and dentists whose contracts end or who are transferred leave; their posts are filled anew."""
    chance = world.b["staff.turnover"] if world.b["shock.size"] > 0 else 0.0
    for staff in world.staff:
        for cadre in LEAVING if staff.contracts else ():
            held = [number for number, at_work in enumerate(staff.posts[cadre]) if at_work]
            luck = uniforms(world.key, staff.names(cadre, held), world.month, Purpose.WORKFORCE, lane=2)
            empty = [number for number, word in zip(held, luck, strict=True) if word < chance]
            for number in empty:
                staff.posts[cadre][number] = False
            _fill(world, staff, cadre, empty, world.month + 1, world.b["staff.recruit_months"])


def _fill(world: World, staff: Staff, cadre: Clinician, numbers: list[int], month: int, median: float) -> None:
    """Let the posts be filled from day 1 of ``month`` on, after a log-normal time around ``median`` months.

    A post that is not filled within the run stays empty.
    """
    luck = normals(world.key, staff.names(cadre, numbers), month, Purpose.WORKFORCE)
    months = median * np.exp(FILLING_SD * world.b["shock.size"] * luck)
    for number, wait in zip(numbers, months, strict=True):
        if wait == 0:
            staff.posts[cadre][number] = True
        elif month + wait < world.calendar.count:
            staff.seek(world.env, Search(cadre, number, world.calendar.day_at(month + float(wait))))


def await_staff(world: World) -> None:
    """Let the searches that are under way end, in a world that goes on from a state."""
    for staff in world.staff:
        for search in staff.searches:
            world.env.process(staff.find(world.env, search))
