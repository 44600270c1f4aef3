"""Small hand-made populations for tests of single kernels."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.people.arrays import Households, People, empty_households, empty_people, link_households
from sim.random import make_key

KEY = make_key(21, 0)


def residents(count: int, per_household: int = 1, **columns: object) -> tuple[People, Households]:
    """``count`` active PBI-JK residents of 30 years in households of ``per_household``; columns may be given."""
    people, households = empty_people(count), empty_households(-(-count // per_household))
    people.name[:] = np.arange(count)
    people.household[:] = np.arange(count) // per_household
    people.presence[:] = codes.RESIDENT
    people.status[:] = codes.ACTIVE
    people.segment[:] = codes.PBI
    people.payer[:] = codes.PAYER_CENTRAL
    people.birth[:] = -360
    for name, value in columns.items():
        getattr(people, name)[:] = value
    households.name[:] = np.arange(len(households.name))
    link_households(people, households, 0, count)
    return people, households
