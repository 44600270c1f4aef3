"""W1 in SimPy: one process per resident, one event per resident and month."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from benchmarks import w1

MISS, CATCH_UP, SUSPEND, RETURN, LOSE, GAIN = (
    table.tolist() for table in (w1.MISS, w1.CATCH_UP, w1.SUSPEND, w1.RETURN, w1.LOSE, w1.GAIN)
)
Counts = list[list[list[int]]]
State = tuple[simpy.Environment, Counts]


def resident(
    env: simpy.Environment,
    draw: Callable[[], float],
    counts: Counts,
    age: int,
    segment: int,
    status: int,
    facility: int,
    hypertension: bool,
    controlled: bool,
    propensity: float,
) -> Generator[simpy.Event, Any, None]:
    """The life of one resident; writes ``counts`` (months x facilities x measures)."""
    for month in range(w1.MONTHS):
        yield env.timeout(1)
        row = counts[month][facility]
        age += 1
        band = 0 if age < w1.BAND_STARTS[0] else (1 if age < w1.BAND_STARTS[1] else 2)
        luck = draw()
        if status == 0:
            if luck < MISS[segment][band]:
                status = 1
        elif status == 1:
            catch_up = CATCH_UP[segment][band]
            if luck < catch_up:
                status = 0
            elif luck < catch_up + SUSPEND[segment][band]:
                status = 2
        elif luck < RETURN[segment][band]:
            status = 0
        if hypertension:
            luck = draw()
            controlled = luck >= LOSE[status] if controlled else luck < GAIN[status]
            if controlled:
                row[4] += 1
        if status == 0:
            row[0] += 1
            if draw() < propensity:
                row[1] += 1
                if draw() < (w1.REFER_UNCONTROLLED if hypertension and not controlled else w1.REFER):
                    row[2] += 1
                    if draw() < w1.NON_SPECIALIST:
                        row[3] += 1


def prepare(people: w1.Population, replicate: int) -> State:
    """An environment with a process for every resident, and the counts they write."""
    env, draw, counts = simpy.Environment(), random.Random(replicate + 1).random, w1.empty_counts().tolist()
    for fields in zip(*(column.tolist() for column in people), strict=True):
        env.process(resident(env, draw, counts, *fields))
    return env, counts


def run(state: State) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    env, counts = state
    env.run()
    return np.array(counts)
