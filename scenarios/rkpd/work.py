"""A proposal under way: what each stage stands on, the runs that are done, the figures and side questions they give."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from districts.faults import UserError
from districts.model import District
from scenarios.rkpd.figure import Figure, figure_of
from scenarios.rkpd.future import Future, Ground
from scenarios.rkpd.known import Known, known_at
from scenarios.rkpd.lines import binding, lines_of, outcome
from scenarios.rkpd.money import deductions_of
from scenarios.rkpd.proposal import LineOutcome, Money, Row, Stage, Variant, YearNeed
from scenarios.rkpd.restate import Footing
from scenarios.rkpd.stages import last_data, stages_of
from scenarios.rkpd.variants import CROWD_OUT, Possible, crowd_out_levels, variant
from scenarios.run import Progress
from scenarios.units import Task
from sim.posterior import Posterior
from sim.rules import Rules

_MAIN = "main"


@dataclass(frozen=True)
class Work:
    """A proposal under way: what it asks, and the runs that are done, by what they stand on."""

    ground: Ground
    year: int
    certainty: float | None
    replicates: int
    deductions: tuple[Money, ...]
    codes: Mapping[str, str]
    futures: dict[object, Future]

    def future(self, known: Known, posterior: bool, last: int | None = None) -> Future:
        """The scenario from a stock on, to the end of the year ``last``; computed once."""
        key = _key(known, posterior)
        if key not in self.futures:
            task = Task(self.ground.decision(known, last or self.year))
            self.futures[key] = self.ground.run(known, {_MAIN: task}, self.replicates, posterior)[_MAIN]
        return self.futures[key]

    def figure(self, known: Known, posterior: bool, future: Future | None = None) -> Figure:
        """The year's figure as it stands on what was known."""
        future = self.future(known, posterior) if future is None else future
        others = sum(money.amount for money in self.deductions)
        return figure_of(future, known, self.ground.rules, self.year, others, self.codes)

    def ahead(self, future: Future, known: Known, district: District) -> Figure:
        """The figure of the year after."""
        others = sum(money.amount for money in deductions_of(district, self.year + 1))
        return figure_of(future, known, self.ground.rules, self.year + 1, others, self.codes, own=False)

    def told(self, known: Known, posterior: bool) -> tuple[int, int]:
        """(amount, median) of the year on what was known."""
        figure = self.figure(known, posterior)
        return figure.total(figure.rows(self.certainty)), figure.total(figure.rows(None))

    def year_need(self, year: int, figure: Figure, rows: tuple[Row, ...]) -> YearNeed:
        """The need of a year whose rows at the certainty are ``rows``."""
        low, high = (round(figure.at(share).value) for share in (0.1, 0.9))
        heads, selves = (sum(row.volume for row in rows if row.kind in kinds)
                         for kinds in (("premium", "premium_extra"), ("aid_self",)))  # fmt: skip
        gross = sum(row.amount for row in rows)
        return YearNeed(year, figure.total(rows), figure.total(figure.rows(None)), low, high, heads, selves,
                        min(figure.others, gross))  # fmt: skip

    def sides(
        self, now: Footing, possible: Sequence[Possible], amount: int, median: int, replicates: int
    ) -> tuple[tuple[LineOutcome, ...], tuple[Variant, ...]]:
        """The lines and the variants, all in one run of ``replicates`` that are paired with the figure's."""
        if not replicates:
            return (), ()
        free, figure = self.future(now.known, now.with_posterior), self.figure(now.known, now.with_posterior)
        decision = self.ground.decision(now.known, self.year)
        lines, levels = lines_of(amount, decision.policy.regime), crowd_out_levels()
        tasks = {name: Task(decision.but(partial(binding, year=self.year, tried=wanted, figure=figure)))
                 for name, wanted in lines.items()}  # fmt: skip
        tasks |= {name: Task(decision, fixed=((CROWD_OUT, value),)) for name, value in levels.items()}
        for rule in possible:
            comes = partial(rule.lever.apply, context=self.ground.context(now.known, self.year))
            tasks[f"rule {rule.name}"] = Task(decision.but(comes))
        ran = self.ground.run(now.known, tasks, replicates, now.with_posterior)
        ours = figure.need[:replicates]

        def moved(name: str, value: float, run: str, rule: Possible | None = None) -> Variant:
            theirs = self.figure(now.known, now.with_posterior, ran[run]).need
            return variant(name, value, theirs, ours, amount, median, rule)

        return (
            tuple(outcome(ran[name], free, self.year, wanted, amount, figure) for name, wanted in lines.items()),
            (*(moved(rule.name, rule.premium, f"rule {rule.name}", rule) for rule in possible),
             *(moved(name, value, name) for name, value in levels.items())),
        )  # fmt: skip


class Tell:
    """Counts the units that end, and says so."""

    def __init__(self, total: int, progress: Callable[[Progress], None] | None) -> None:
        self._total, self._done, self._began, self._progress = total, 0, time.monotonic(), progress

    def __call__(self) -> None:
        self._done += 1
        pace = (time.monotonic() - self._began) / self._done
        if self._progress:
            self._progress(Progress(self._done, self._total, "", 0, pace * (self._total - self._done)))


def footings_of(
    district: District, rules: Rules, posterior: Posterior | None, stage: Stage, earlier: bool
) -> tuple[Footing, ...]:
    """What each stage of the year up to ``stage`` stands on, the last being ``stage``; those before it only where the
    data reach so far, and a stock was known by then."""
    found = []
    before = [other for other in stages_of(rules, stage.year) if earlier and other.known_until < stage.known_until]
    for each in (*(other for other in before if other.known_until <= last_data(district)), stage):
        try:
            known = known_at(district, rules, stage.year, each.known_until)
        except UserError:
            if each is stage:
                raise
            continue
        with_posterior = posterior is not None and posterior.history[1] <= each.known_until
        found.append(Footing(each, known, with_posterior))
    return tuple(found)


def _key(known: Known, posterior: bool) -> object:
    return known.stock.month, known.rebuilt, posterior


def runs_of(footings: tuple[Footing, ...]) -> int:
    """How many runs the figures of the stages take: each basis once, and between two both of whose parts differ one
    more."""
    keys = {_key(footing.known, footing.with_posterior) for footing in footings}
    between = {_key(after.known, before.with_posterior) for before, after in zip(footings, footings[1:], strict=False)}
    return len(keys | between)


def codes_of(rules: Rules, year: int) -> dict[str, str]:
    """SIPD codes of the accounts: ``premium``, ``aid``, ``pbi``."""
    return {name: str(rules.value(f"apbd.account.{name}", f"{year}-01")) for name in ("premium", "aid", "pbi")}
