"""What a run's tables do not tell: a watcher beside the calendar who looks at persons and families every month.

The watcher changes nothing. It looks when care has been sought and chronic illness treated, before the month closes.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from districts.model import District
from sim import codes
from sim.behaviour import Behaviour
from sim.calendar import Calendar, next_month
from sim.policy import Policy
from sim.results import Results
from sim.rules import Rules
from sim.simulate import results_of, run
from sim.world import World, make_world

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

#: The watcher's day of the month: after the steps of day 25, before those of the last day.
_DAY = 27
#: Months at the end of the run that are watched for the use of care.
YEAR = 12
#: Months at the start of the run whose REHAB plans are followed to their end (12 instalments end within 14 months).
_COHORT = 2


@dataclass
class Watched:
    """What was seen. ``visits`` and ``members``: treated sick visits and member-months of the last year by sex
    (0 men) and age, shape (2, MAX_AGE + 1); ``emergencies`` of active members in that year; ``zero_share`` those
    without a sick visit among the members of the whole year; ``rehab_settled`` and ``rehab_ended`` the plans of the
    first months that were paid off, and that ended at all."""

    visits: IntArray = field(default_factory=lambda: np.zeros((2, codes.MAX_AGE + 1), np.int64))
    members: IntArray = field(default_factory=lambda: np.zeros((2, codes.MAX_AGE + 1), np.int64))
    emergencies: int = 0
    zero_share: float = float("nan")
    rehab_settled: int = 0
    rehab_ended: int = 0


@dataclass(frozen=True)
class Run:
    """One finished run: its tables, its last state, and what the watcher saw."""

    results: Results
    world: World
    watched: Watched

    def facility(self, key: str) -> FloatArray:
        """An indicator of the facilities in the last year, shape (months, facilities)."""
        return self.results.series(key, "facility")[-YEAR:]

    def year(self, key: str) -> float:
        """The sum of a district indicator over the last year."""
        return float(self.results.series(key)[-YEAR:].sum())

    def monthly_change(self, key: str) -> float:
        """Mean relative change per month of a district stock between the first and the last month of the run."""
        series = self.results.series(key)
        return float((series[-1] / series[0]) ** (1 / (len(series) - 1)) - 1)


def watched_run(
    district: District, rules: Rules, behaviour: Behaviour, policy: Policy, seed: int, *, replicate: int, stock: str
) -> Run:
    """As :func:`sim.simulate.simulate` with shocks, and a watcher beside it.

    Raises ``KeyError`` when the stock does not exist.
    """
    start = district.stock(stock)
    calendar = Calendar(next_month(start.month), policy.months)
    world = make_world(district, rules, behaviour, policy, seed, replicate, start, False, calendar)
    watched = Watched()
    world.env.process(_watch_care(world, watched))
    world.env.process(_watch_plans(world, watched))
    run(world)
    return Run(results_of(world), world, watched)


def _watch_care(world: World, seen: Watched) -> Generator[Any, Any, None]:
    """SimPy process: who visits, by sex and age, over the last year of the run."""
    people = world.people
    total = np.zeros(people.name.size, np.int64)
    months = np.zeros(people.name.size, np.int64)
    for month in range(max(0, world.calendar.count - YEAR), world.calendar.count):
        yield world.env.timeout(world.calendar.start_day(month) + _DAY - 1 - world.env.now)
        used = slice(0, world.used)
        member = (people.presence[used] == codes.RESIDENT) & (people.status[used] != codes.NEVER)
        wish = people.wish[used].astype(np.int64) * member
        visits = np.where(wish & codes.TREATED, wish & codes.VISITS, 0)
        age = np.clip((month - people.birth[used].astype(np.int64)) // 12, 0, codes.MAX_AGE)
        cell = people.female[used].astype(np.int64) * seen.visits.shape[1] + age
        seen.visits += _by_cell(cell, visits, seen.visits)
        seen.members += _by_cell(cell, member, seen.members)
        active = people.status[used] == codes.ACTIVE
        seen.emergencies += int(((wish & codes.EMERGENCY > 0) & active).sum())
        total[used] += visits
        months[used] += member
    seen.zero_share = float((total[months == YEAR] == 0).mean()) if (months == YEAR).any() else float("nan")


def _by_cell(cell: IntArray, amount: NDArray[np.generic], like: IntArray) -> IntArray:
    """The sum of ``amount`` by ``cell``, in the shape of ``like``."""
    return np.bincount(cell, amount, like.size).astype(np.int64).reshape(like.shape)


def _watch_plans(world: World, seen: Watched) -> Generator[Any, Any, None]:
    """SimPy process: the REHAB plans made in the first months, until they are paid off or broken."""
    families = world.households
    followed = np.zeros(families.rehab.size, np.bool_)
    before = families.rehab.copy()
    for month in range(world.calendar.count):
        yield world.env.timeout(world.calendar.start_day(month) + _DAY - 1 - world.env.now)
        ended = followed & (families.rehab == 0)
        seen.rehab_ended += int(ended.sum())
        seen.rehab_settled += int((ended & (families.debt == 0)).sum())
        followed &= ~ended
        if month < _COHORT:
            followed |= (before == 0) & (families.rehab > 0)
        before = families.rehab.copy()
