"""The staff of one facility: who is at work, which posts are being filled, where nurses' and midwives' hours go.

A post has a number that names its luck, so that every scenario sees the same people leave at the same time. Posts that
the facility never had are filled only where a policy recruits.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

import numpy as np
import simpy
from numpy.typing import NDArray

from districts.model import Facility
from sim.policy import Clinician
from sim.random import U32Array

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: The cadres that the engine follows, in the order of the columns of a count of staff.
CLINICIANS: tuple[Clinician, ...] = get_args(Clinician)
DOCTORS, DENTISTS, NURSES, MIDWIVES = range(len(CLINICIANS))
#: Cadres whose people leave: contracts end and transfers are granted (nurses and midwives live in the place; assumed).
LEAVING: tuple[Clinician, ...] = ("doctors", "dentists")
#: Practices of one owner, who stays.
_OWNED = ("dpm", "dokter_gigi")
#: Working hours of a full-time post per month (37.5 hours a week; assumed).
HOURS_PER_MONTH = 150.0
#: Standard deviation of the time until a post is filled (log scale; assumed).
FILLING_SD = 0.5


class Search(NamedTuple):
    """For post ``number`` of ``cadre`` somebody is sought, who is at work from SimPy time ``due`` on."""

    cadre: Clinician
    number: int
    due: float


@dataclass
class Staff:
    """The posts of the facility at ``place``, by cadre: True where somebody is at work, False while it is being filled.

    ``contracts``: whether people may leave (owners of a practice do not). ``searches``: posts that will be filled.
    """

    place: int
    posts: dict[Clinician, list[bool]]
    contracts: bool = True
    searches: list[Search] = field(default_factory=list)

    def at_work(self) -> list[int]:
        """Heads at work, in the order of :data:`CLINICIANS`."""
        return [sum(self.posts[cadre]) for cadre in CLINICIANS]

    def vacancies(self) -> int:
        """Posts of all cadres that are being filled."""
        return sum(posts.count(False) for posts in self.posts.values())

    def open(self, cadre: Clinician, heads: int) -> list[int]:
        """Open ``heads`` new posts of ``cadre``, empty at first; returns their numbers."""
        first = len(self.posts[cadre])
        self.posts[cadre] += [False] * heads
        return list(range(first, first + heads))

    def names(self, cadre: Clinician, numbers: list[int]) -> U32Array:
        """The names of posts for luck, shape (numbers,): facility, cadre and number in one word."""
        head = self.place << 16 | CLINICIANS.index(cadre) << 12
        return np.array([head | number for number in numbers], np.uint32)

    def seek(self, env: simpy.Environment, search: Search) -> None:
        """Begin a search."""
        self.searches.append(search)
        env.process(self.find(env, search))

    def find(self, env: simpy.Environment, search: Search) -> Generator[Any, Any, None]:
        """SimPy process: one of ``searches``, until somebody is at work."""
        yield env.timeout(search.due - env.now)
        self.searches.remove(search)
        self.posts[search.cadre][search.number] = True


def make_staff(facilities: tuple[Facility, ...]) -> list[Staff]:
    """The staff of every facility as the district's files give it: every post is held."""
    return [
        Staff(place, {cadre: [True] * getattr(facility, cadre) for cadre in CLINICIANS}, facility.type not in _OWNED)
        for place, facility in enumerate(facilities)
    ]


class StaffHours(NamedTuple):
    """Where the hours of nurses and midwives go in a month, each (facilities,).

    ``outreach``: hours outside, bought ones included; ``clinic``: their own hours left for the clinic; ``contacts``:
    well contacts per member that those outside make, before the effects of place and month.
    """

    outreach: FloatArray
    clinic: FloatArray
    contacts: FloatArray


def share_hours(
    heads: IntArray, members: IntArray, demand: float, capacity: float, usual: float, own: FloatArray,
    bought: FloatArray, effort: FloatArray,
) -> StaffHours:  # fmt: skip
    """Divide the hours H = 150 ``heads`` of nurses and midwives, (facilities,), between outreach and the clinic.

    Outreach takes the share ``usual`` of H and the hours ``own`` that a policy asks of them, no more than H; hours
    ``bought`` come on top. They make ``demand`` (1 - exp(-r)) well contacts per member, where r is the hours times
    ``capacity`` (contacts per hour) over the contacts demanded, ``demand`` x ``members``. For KBK a facility wants a
    relative rise of ``effort`` in them; each further contact takes 1 / ``capacity`` hours of the same staff, and no
    more is made than they have hours left. What is left is the clinic's: own hours outside and in the clinic add up
    to H.
    """
    hours = HOURS_PER_MONTH * heads
    outside = np.minimum(hours, usual * hours + own)
    reach = (outside + bought) * capacity / np.maximum(demand * members, 1e-9)
    contacts = demand * (1 - np.exp(-reach))
    further = np.minimum(effort * contacts * members / capacity, hours - outside)
    return StaffHours(
        outreach=outside + bought + further,
        clinic=hours - outside - further,
        contacts=np.asarray(contacts + further * capacity / np.maximum(members, 1)),
    )


def clinic_nurses(nurses: IntArray, heads: IntArray, usual: float, clinic: FloatArray) -> FloatArray:
    """Nurses whom the examination rooms have, heads (facilities,): ``nurses`` x clinic hours left / usual hours left.

    ``clinic`` are the hours that ``heads`` nurses and midwives have for the clinic; in a usual month they have all but
    the share ``usual``, and every nurse counts. Nurses and midwives are taken outside in proportion to their number.
    """
    usually = HOURS_PER_MONTH * heads - usual * (HOURS_PER_MONTH * heads)
    return np.asarray(nurses * np.where(usually > 0, clinic / np.maximum(usually, 1e-9), 1.0))
