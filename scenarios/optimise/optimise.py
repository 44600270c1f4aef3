"""The cheapest mix of levers under targets: search, a longer look at the best, and a check with fresh luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from scenarios.optimise.choice import Seen, finalists, lacking, ranking
from scenarios.optimise.confirm import Check, checked, fresh_seed
from scenarios.optimise.looks import Looks, Problem
from scenarios.optimise.search import search
from scenarios.optimise.space import Candidate
from scenarios.optimise.targets import Sample, Targets, summary
from scenarios.run import Progress
from scenarios.units import Simulate
from sim.random import Purpose, numpy_generator

#: Checks at most: when a mix does not keep under fresh luck what the search promised, the next one is checked.
CHECKED = 3
#: Share of the simulations for the search; the rest is for the longer look.
_SEARCH = 0.7
#: How many times as many replicates the longer look has.
_LONGER = 4


@dataclass(frozen=True)
class Effort:
    """What an optimisation may spend: ``runs`` simulations to search, ``replicates`` of them for each mix; and
    ``confirm`` for a check."""

    runs: int = 2000
    replicates: int = 20
    confirm: int = 1000

    @property
    def mixes(self) -> int:
        """Mixes that the search looks at."""
        return max(1, int(_SEARCH * self.runs) // self.replicates)

    @property
    def longer(self) -> int:
        """Replicates of the longer look."""
        return _LONGER * self.replicates

    @property
    def finalists(self) -> int:
        """Mixes that are looked at longer."""
        return max(1, int((1 - _SEARCH) * self.runs) // (self.longer - self.replicates))


@dataclass(frozen=True)
class Outcome:
    """What was found: all mixes looked at with their ``samples`` (the first replicates, the same for all), the
    ``longer`` samples of the best, and the ``checks`` in their order."""

    problem: Problem
    targets: Targets
    effort: Effort
    samples: dict[Candidate, Sample]
    longer: dict[Candidate, Sample]
    checks: tuple[Check, ...]

    @property
    def chosen(self) -> Check:
        """The check that is told: the first that meets the targets, else the one nearest to them."""
        return min(self.checks, key=lambda check: lacking(check.sample, self.targets))

    @property
    def feasible(self) -> bool:
        """Whether the chosen mix meets the targets under fresh luck."""
        return self.chosen.meets(self.targets)

    @property
    def seen(self) -> Seen:
        """The samples in three numbers each."""
        return {mix: summary(sample, self.targets) for mix, sample in self.samples.items()}

    @property
    def known(self) -> dict[Candidate, Sample]:
        """The best that is known of the mixes that were looked at longer: their checks, where there are any."""
        return {**self.longer, **{check.mix: check.sample for check in self.checks}}


def optimise(
    problem: Problem, targets: Targets, effort: Effort, folder: Path, jobs: int, simulate: Simulate,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Outcome:  # fmt: skip
    """Searches, looks longer, and checks, in ``folder``; what is there already of the same problem is kept.

    The same arguments give the same outcome, whatever ``jobs`` is and however often it was stopped.
    """
    seed = problem.ready.plan.seed
    count = _Count(effort, progress)
    with Looks(problem, folder, jobs, simulate, count.look) as looks:
        samples: dict[Candidate, Sample] = {}

        def look(mixes: list[Candidate]) -> list[Sample]:
            samples.update(zip(mixes, looks.samples(mixes, effort.replicates), strict=True))
            return [samples[mix] for mix in mixes]

        with threadpool_limits(1, "blas"):  # small matrices: more threads wait for each other, and may round otherwise
            search(problem.space.sizes, lambda mixes: [summary(sample, targets) for sample in look(mixes)], targets,
                   effort.mixes, numpy_generator(seed, Purpose.MIXES))  # fmt: skip
        best = finalists(samples, targets, effort.finalists)
        longer = dict(zip(best, looks.samples(best, effort.longer), strict=True))
    checks: list[Check] = []
    for number, mix in enumerate(ranking(longer, targets)[:CHECKED], 1):
        if checks and lacking(longer[mix], targets):
            break  # it is known not to meet the targets
        checks.append(checked(problem, mix, fresh_seed(seed, number), effort.confirm, folder, jobs, simulate,
                              count.check(number)))  # fmt: skip
        if checks[-1].meets(targets):
            break
    return Outcome(problem, targets, effort, samples, longer, tuple(checks))


class _Count:
    """Turns the ends of simulations into progress: how many of how many at most, and the time left at this pace."""

    def __init__(self, effort: Effort, tell: Callable[[Progress], None]) -> None:
        self._effort, self._tell = effort, tell
        self._began, self._computed = time.monotonic(), 0

    def look(self, kept: int) -> None:
        """A simulation of the search ended; ``kept`` are there by now."""
        self._computed += 1
        self._say(min(kept, self._effort.runs), 1)

    def check(self, number: int) -> Callable[[Progress], None]:
        """What the check ``number`` (from 1 on) tells its own progress to."""
        before = self._effort.runs + (number - 1) * self._effort.confirm

        def told(state: Progress) -> None:
            self._computed += state.seconds_left is not None  # else it only says what is there already
            self._say(before + state.done, number)

        return told

    def _say(self, done: int, checks: int) -> None:
        total = self._effort.runs + checks * self._effort.confirm
        pace = (time.monotonic() - self._began) / self._computed if self._computed else None
        self._tell(Progress(done, total, seconds_left=None if pace is None else pace * (total - done)))
