"""W1 in Mesa: one Python object per resident, ``model.agents.do("step")``."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from benchmarks import w1

MISS, CATCH_UP, SUSPEND, RETURN, LOSE, GAIN = (
    table.tolist() for table in (w1.MISS, w1.CATCH_UP, w1.SUSPEND, w1.RETURN, w1.LOSE, w1.GAIN)
)


class Resident(mesa.Agent):
    """A resident; the fields are those of :class:`w1.Population`."""

    def __init__(self, model: Model, *fields: Any) -> None:
        super().__init__(model)
        self.age, self.segment, self.status, self.facility = fields[:4]
        self.hypertension, self.controlled, self.propensity = fields[4:]

    def step(self) -> None:
        """One month."""
        draw, row = self.model.random.random, self.model.counts[self.facility]
        self.age += 1
        band = 0 if self.age < w1.BAND_STARTS[0] else (1 if self.age < w1.BAND_STARTS[1] else 2)
        luck, status, segment = draw(), self.status, self.segment
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
        self.status = status
        if self.hypertension:
            luck = draw()
            self.controlled = luck >= LOSE[status] if self.controlled else luck < GAIN[status]
            if self.controlled:
                row[4] += 1
        if status == 0:
            row[0] += 1
            if draw() < self.propensity:
                row[1] += 1
                uncontrolled = self.hypertension and not self.controlled
                if draw() < (w1.REFER_UNCONTROLLED if uncontrolled else w1.REFER):
                    row[2] += 1
                    if draw() < w1.NON_SPECIALIST:
                        row[3] += 1


class Model(mesa.Model):
    """The district; ``counts`` are those of the month, facilities x measures."""

    def __init__(self, people: w1.Population, replicate: int) -> None:
        super().__init__(rng=replicate + 1)
        self.counts: list[list[int]] = []
        Resident.create_agents(self, people.age.size, *(column.tolist() for column in people))

    def step(self) -> None:
        """One month."""
        self.counts = [[0] * len(w1.MEASURES) for _ in range(w1.FACILITIES)]
        self.agents.do("step")


def prepare(people: w1.Population, replicate: int) -> Model:
    """A model with its residents."""
    return Model(people, replicate)


def run(model: Model) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    counts = w1.empty_counts()
    for month in range(w1.MONTHS):
        model.step()
        counts[month] = np.array(model.counts)
    return counts
