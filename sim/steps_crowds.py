"""The step of the month in which people come or go together: a disaster, a resettlement, a new plantation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from sim import codes
from sim.indicators import SEGMENTS
from sim.people import demography
from sim.people.chronic import add_patients
from sim.policy import Crowd
from sim.random import Purpose, uniforms
from sim.steps_people import room_for
from sim.world import World

#: The first number that names who arrives in a crowd: above those who arrive by themselves in any month.
_CROWDS = 1 << 17


def move_crowds(world: World) -> None:
    """Whole families leave, in an order drawn by family; newcomers resemble residents of their segment and place."""
    named = _CROWDS
    for crowd in world.policy.crowds:
        if crowd.month != world.month:
            continue
        there = _residents(world, crowd)
        if crowd.heads < 0:
            _leave(world, there, -crowd.heads)
        else:
            _arrive(world, there, crowd, named)
            named += crowd.heads


def _residents(world: World, crowd: Crowd) -> NDArray[np.int32]:
    """Residents of the crowd's places and segment, those of a segment with cover; indices."""
    people, used = world.people, world.used
    there = (people.presence[:used] == codes.RESIDENT) & np.isin(people.facility[:used], crowd.facilities)
    if crowd.segment >= 0:
        covered = codes.NEVER if crowd.segment == codes.NEVER_SEGMENT else codes.ACTIVE
        there &= (people.segment[:used] == crowd.segment) & (people.status[:used] == covered)
    return np.flatnonzero(there).astype(np.int32)


def _leave(world: World, there: NDArray[np.int32], heads: int) -> None:
    """The families of ``there`` leave one after the other until ``heads`` people have gone."""
    people, households, used = world.people, world.households, world.used
    families = np.unique(people.household[there])
    order = np.argsort(uniforms(world.key, households.name[families], world.month, Purpose.CROWD), kind="stable")
    resident = np.flatnonzero(people.presence[:used] == codes.RESIDENT)
    members = np.bincount(people.household[resident], minlength=len(households.name))
    gone_before = np.cumsum(members[families[order]]) - members[families[order]]
    leaving = np.isin(people.household[resident], families[order][gone_before < heads])
    demography.leave(
        people, world.key.k0, world.key.k1, world.month, resident[leaving], world.b["register.move_unreported"],
        world.now.events,
    )  # fmt: skip


def _arrive(world: World, models: NDArray[np.int32], crowd: Crowd, named: int) -> None:
    """``crowd.heads`` newcomers, with the numbers from ``named`` on, each like one of ``models``."""
    if len(models) == 0:
        raise UserError(
            "no resident of the segment {segment} lives where the newcomers of {month} settle; choose another segment "
            "or other facilities", segment=SEGMENTS[crowd.segment], month=world.on,
        )  # fmt: skip
    ill = room_for(crowd.heads)
    world.used = demography.arrive(
        world.people, world.households, world.key.k0, world.key.k1, world.month, world.used, named, crowd.heads, models,
        world.tables.frailty, world.b["chronic.adherence"], ill, world.now.events,
    )  # fmt: skip
    world.patients_used = add_patients(
        world.people, world.patients, world.key.k0, world.key.k1, world.patients_used, ill, world.tables.levels
    )
