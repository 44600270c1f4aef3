"""The enrolment office: applications wait their turn, are checked for a valid NIK, and are registered day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.random import Key, Purpose, uniforms

IndexArray = NDArray[np.int64]


@dataclass
class EnrolmentOffice:
    """Applications in order of arrival; ``per_day`` are registered on a working day.

    An application whose NIK is not valid waits in ``unclear``: a month later it has been mended or is returned.
    """

    per_day: int
    invalid: float
    mended: float
    waiting: list[IndexArray] = field(default_factory=list)
    unclear: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def apply(self, heads: IndexArray, names: NDArray[np.uint32], key: Key, month: int, matched: bool = False) -> None:
        """Take in applications (indices of persons with their ``names``); those without a valid NIK go aside, unless
        the NIK of all have been ``matched`` with the population register already."""
        if len(heads) == 0:
            return
        valid = (uniforms(key, names, month, Purpose.OFFICE, 0) >= self.invalid) | matched
        self.waiting.append(heads[valid])
        self.unclear = np.concatenate([self.unclear, heads[~valid]])

    def mend(self, names: NDArray[np.uint32], key: Key, month: int) -> IndexArray:
        """Once a month, before new applications: those that were unclear are valid now and join the queue, or they are
        returned: their persons."""
        if len(self.unclear) == 0:
            return self.unclear
        done = uniforms(key, names, month, Purpose.OFFICE, 1) < self.mended
        self.waiting.append(self.unclear[done])
        returned, self.unclear = self.unclear[~done], self.unclear[:0]
        return returned

    def work(self) -> IndexArray:
        """One working day: the next applications, at most ``per_day``."""
        taken: list[IndexArray] = []
        room = self.per_day
        while self.waiting and room > 0:
            first = self.waiting[0]
            taken.append(first[:room])
            room -= len(taken[-1])
            if len(taken[-1]) == len(first):
                self.waiting.pop(0)
            else:
                self.waiting[0] = first[len(taken[-1]) :]
        return np.concatenate(taken) if taken else np.zeros(0, np.int64)

    def queue(self) -> int:
        """Applications not yet registered."""
        return sum(len(part) for part in self.waiting) + len(self.unclear)
