"""One kernel over many persons, on one thread or several, with the same result.

A kernel works on a range and writes to the persons and households of that range only; what it counts goes to the
tally of its slot, and tallies are whole numbers, so that neither order nor number of threads can be seen in the sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

#: Numbers between two tallies: two lines of the cache.
_APART = 16
#: A piece of work: (first, end, slot).
Task = Callable[[int, int, int], None]


@dataclass
class Team:
    """``threads`` workers. ``cuts`` are where the residents of the start may be parted without parting a household.

    Ghosts and newcomers belong to households anywhere, so they come after all others, in a slot of their own.
    """

    threads: int
    cuts: tuple[int, ...]
    pool: ThreadPoolExecutor | None = field(default=None, repr=False)

    @property
    def slots(self) -> int:
        """How many tallies a kernel over persons needs."""
        return 1 if self.threads == 1 else self.threads + 1

    def tallies(self, *shape: int) -> list[IntArray]:
        """A tally of zeros for each slot, so far apart that no two threads write to one line of the cache."""
        size = math.prod(shape)
        rows = np.zeros((self.slots, size + _APART), np.int64)
        return [row[:size].reshape(shape) for row in rows]

    def over_people(self, task: Task, used: int) -> None:
        """Run ``task`` over the persons 0 ... ``used``-1; slots follow the order of persons."""
        if self.threads == 1:
            task(0, used, 0)
            return
        self._side_by_side(task, self.cuts)
        task(self.cuts[-1], used, self.threads)

    def over(self, task: Task, count: int) -> None:
        """Run ``task`` over ``count`` independent things (households, patients)."""
        if self.threads == 1:
            task(0, count, 0)
            return
        self._side_by_side(task, tuple(count * part // self.threads for part in range(self.threads + 1)))

    def _side_by_side(self, task: Task, cuts: tuple[int, ...]) -> None:
        if self.pool is None:
            self.pool = ThreadPoolExecutor(self.threads)
        futures = [
            self.pool.submit(task, first, end, slot)
            for slot, (first, end) in enumerate(zip(cuts[:-1], cuts[1:], strict=True))
        ]
        for future in futures:
            future.result()

    def close(self) -> None:
        """Let the workers go."""
        if self.pool is not None:
            self.pool.shutdown()


def make_team(threads: int, household: NDArray[np.int32], residents: int) -> Team:
    """A team for ``residents`` persons ordered by ``household``. Raises ``ValueError`` for fewer than one thread."""
    if threads < 1:
        raise ValueError(f"at least one thread is needed, not {threads}")
    cuts = [0]
    for part in range(1, threads):
        wish = max(residents * part // threads, cuts[-1])
        cuts.append(int(np.searchsorted(household[:residents], household[wish])) if residents else 0)
    return Team(threads, (*cuts, residents))
