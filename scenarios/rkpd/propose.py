"""Makes the RKPD proposal of a district in memory: what was known, the runs, the rows, and the side questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from districts.faults import InputError, UserError
from districts.model import District
from scenarios.levers.apbd_line import district_lines
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, quantile
from scenarios.rkpd.figure import Figure, figure_of
from scenarios.rkpd.future import Future, Ground
from scenarios.rkpd.known import Known, known_at
from scenarios.rkpd.lines import binding, lines_of, outcome, step_of
from scenarios.rkpd.money import accounts_of, cash_plan, deductions_of, revision_of, sources_of, used
from scenarios.rkpd.proposal import (
    Basis,
    LineOutcome,
    Money,
    Point,
    Proposal,
    Reserve,
    Row,
    Stage,
    Status,
    Variant,
    YearNeed,
)
from scenarios.rkpd.restate import Footing, restated
from scenarios.rkpd.stages import chosen_stage, last_data, stages_of
from scenarios.rkpd.variants import CROWD_OUT, Possible, crowd_out_levels, possible_rules, variant
from scenarios.run import Progress, Simulate, Task
from scenarios.scenario import Scenario, load_scenario
from sim.posterior import Posterior
from sim.rules import Rules
from sim.simulate import simulate as engine

#: The scenario whose need is proposed, unless another is named.
SCENARIO = "uhc-non-cut-off"
#: Replicates of the side questions: paired with those of the figure, they tell differences.
SIDE_REPLICATES = 10
_CURVE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_MAIN = "main"


def propose(
    district: District,
    rules: Rules,
    posterior: Posterior | None = None,
    year: int | None = None,
    certainty: float | None = 0.8,
    *,
    known_until: str | None = None,
    scenario: str | Scenario = SCENARIO,
    replicates: int = 100,
    side_replicates: int = SIDE_REPLICATES,
    seed: int = 1,
    jobs: int = 1,
    possible: Sequence[Possible] | None = None,
    luck_only: bool = False,
    track_record: bool = False,
    simulate: Simulate = engine,
    progress: Callable[[Progress], None] | None = None,
) -> Proposal:
    """The proposal for ``year`` from what was known at the end of ``known_until`` ("YYYY-MM"); both default to the next
    stage after the last month of data.

    ``certainty`` None proposes the central estimate, for which any number of replicates will do. With
    ``side_replicates`` 0 only the figure itself is computed: no lines, variants or earlier stages. ``possible`` None
    takes the rules that are spoken of. The run ends with the year after ``year``. Raises ``InputError`` or
    ``UserError`` for what cannot be computed, before anything is run.
    """
    _check(certainty, replicates, side_replicates, seed)
    stage = chosen_stage(rules, last_data(district), year, known_until)
    year = stage.year
    footings = _footings(district, rules, posterior, stage, bool(side_replicates))
    now = footings[-1]
    told = _scenario(scenario, district)
    if possible is None:
        possible = possible_rules(now.known.stock, rules, year)
    tell = _Tell(
        replicates * _figures(footings) + side_replicates * (len(lines_of(10**9, "owe")) + 3 + len(possible)), progress
    )
    ground = Ground(rules, posterior, told, seed, jobs, luck_only, simulate, tell)
    work = _Work(ground, year, certainty, replicates, deductions_of(district, year), _codes(rules, year), {})
    free = work.future(now.known, now.with_posterior, last=year + 1)
    figure, ahead = work.figure(now.known, now.with_posterior), work.ahead(free, now.known, district)
    rows = figure.rows(certainty)
    amount = figure.total(rows)
    need, forward_rows = work.year_need(year, figure, rows), ahead.rows(certainty)
    lines, variants = work.sides(now, possible, amount, need.median, side_replicates)
    gross = sum(row.amount for row in rows)
    deductions = used(work.deductions, gross)
    accounts = accounts_of(rows, tuple(sorted(work.codes.values())))
    own = district_lines(district)
    first_cash = int(rules.value("apbd.first_cash_month", f"{year}-01"))
    return Proposal(
        year=year,
        certainty=certainty,
        amount=amount,
        exact=round(figure.at(certainty).value),
        need=need,
        forward=work.year_need(year + 1, ahead, forward_rows),
        forward_rows=forward_rows,
        curve=_curve(figure, certainty, replicates),
        rows=rows,
        deductions=deductions,
        accounts=accounts,
        sources=sources_of(district, year, amount),
        cash=cash_plan(rows, deductions, year, first_cash, work.codes["premium"], work.codes["aid"]),
        status=_status(free, rules, year),
        reserve=_reserve(figure, amount, need.median, own.get(year)),
        before=own.get(year - 1),
        line=own.get(year),
        debt=figure.debt,
        outside={name: _middle_sum(free, key, year) for name, key in
                 (("village", "bill_village"), ("aid_outside", "bill_aid_outside"))},
        lines=lines,
        step=step_of(amount),
        restated=restated(footings, work.told) if side_replicates else (),
        possible=tuple(entry for entry in variants if entry.chance is not None),
        crowd_out=tuple(entry for entry in variants if entry.chance is None),
        revision=revision_of(district, year, accounts, sum(money.amount for money in deductions)),
        basis=_basis(district, ground, footings, stage, (replicates, side_replicates), free, track_record),
    )  # fmt: skip


def figure_at(
    district: District,
    rules: Rules,
    posterior: Posterior | None,
    year: int,
    known_until: str,
    *,
    scenario: str | Scenario = SCENARIO,
    replicates: int = 100,
    seed: int = 1,
    jobs: int = 1,
    luck_only: bool = False,
    simulate: Simulate = engine,
) -> Figure:
    """The figure of ``year`` alone, for studies over many districts: the run ends with the year.

    ``figure.total(figure.rows(0.8))`` is the amount that :func:`propose` proposes at that certainty. Raises as it does.
    """
    _check(None, replicates, 0, seed)
    footing = _footings(district, rules, posterior, chosen_stage(rules, last_data(district), year, known_until), False)[
        -1
    ]
    ground = Ground(rules, posterior, _scenario(scenario, district), seed, jobs, luck_only, simulate, lambda: None)
    work = _Work(ground, year, None, replicates, deductions_of(district, year), _codes(rules, year), {})
    return work.figure(footing.known, footing.with_posterior)


@dataclass(frozen=True)
class _Work:
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
            task = Task(self.ground.policy(known, last or self.year))
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
        policy = self.ground.policy(now.known, self.year)
        lines, levels = lines_of(amount, policy.regime), crowd_out_levels()
        tasks = {name: Task(binding(policy, self.year, wanted, figure)) for name, wanted in lines.items()}
        tasks |= {name: Task(policy, fixed=((CROWD_OUT, value),)) for name, value in levels.items()}
        for rule in possible:
            changes = (*policy.rule_changes, *rule.changes(self.ground.rules, self.year))
            tasks[f"rule {rule.name}"] = Task(policy.but(rule_changes=changes))
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


class _Tell:
    """Counts the units that end, and says so."""

    def __init__(self, total: int, progress: Callable[[Progress], None] | None) -> None:
        self._total, self._done, self._began, self._progress = total, 0, time.monotonic(), progress

    def __call__(self) -> None:
        self._done += 1
        pace = (time.monotonic() - self._began) / self._done
        if self._progress:
            self._progress(Progress(self._done, self._total, "", 0, pace * (self._total - self._done)))


def _check(certainty: float | None, replicates: int, side: int, seed: int) -> None:
    bounds = (("replicates", replicates, 1, 100_000), ("side replicates", side, 0, replicates),
              ("seed", seed, 0, 2**32 - 1))  # fmt: skip
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise UserError("{name} is {value}; it lies between {least} and {most}",
                            name=name, value=value, least=least, most=most)  # fmt: skip
    if certainty is None:
        return
    if not 0 < certainty < 1:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="certainty", value=certainty, least=0.01, most=0.99)  # fmt: skip
    if replicates < MIN_REPLICATES_FOR_CERTAINTY:
        raise UserError("a certainty needs {least} replicates; this run has {found}",
                        least=MIN_REPLICATES_FOR_CERTAINTY, found=replicates)  # fmt: skip


def _scenario(scenario: str | Scenario, district: District) -> Scenario:
    """The scenario by name or file, or as it is; checked for facilities that the district does not have."""
    found = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if faults := found.faults(district):
        raise InputError(faults)
    return found


def _footings(
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


def _figures(footings: tuple[Footing, ...]) -> int:
    """How many runs the figures of the stages take: each basis once, and between two both of whose parts differ one
    more."""
    keys = {_key(footing.known, footing.with_posterior) for footing in footings}
    between = {_key(after.known, before.with_posterior) for before, after in zip(footings, footings[1:], strict=False)}
    return len(keys | between)


def _codes(rules: Rules, year: int) -> dict[str, str]:
    """SIPD codes of the accounts: ``premium``, ``aid``, ``pbi``."""
    return {name: str(rules.value(f"apbd.account.{name}", f"{year}-01")) for name in ("premium", "aid", "pbi")}


def _curve(figure: Figure, certainty: float | None, replicates: int) -> tuple[Point, ...]:
    """What suffices with each chance, in whole people and months; empty with too few replicates for a chance."""
    if replicates < MIN_REPLICATES_FOR_CERTAINTY:
        return ()
    points = []
    for share in sorted({*_CURVE, *(() if certainty is None else (certainty,))}):
        found = figure.at(share)
        low, high = (round(edge) if np.isfinite(edge) else None for edge in (found.low, found.high))
        points.append(Point(share, figure.total(figure.rows(share)), low, high))
    return tuple(points)


def _status(free: Future, rules: Rules, year: int) -> Status:
    held = free.of("status_uhc", year) > 0
    population = free.of("population_dukcapil", year)[:, -1]
    registered, active = (quantile(free.of(key, year)[:, -1] / population, 0.5).value
                          for key in ("registered", "active"))  # fmt: skip
    bar_registered, bar_active = (float(rules.value(f"uhc.bar.{name}", f"{year}-12"))
                                  for name in ("registered", "active"))  # fmt: skip
    return Status(bar_registered, bar_active, registered, active, float(held.sum(axis=1).mean()),
                  float(held.all(axis=1).mean()))  # fmt: skip


def _reserve(figure: Figure, amount: int, median: int, line: int | None) -> Reserve:
    short = None if line is None else float((figure.need > line).mean())
    return Reserve(max(0, amount - median), float((figure.need > median).mean()),
                   None if line is None else max(0, amount - line), short)  # fmt: skip


def _middle_sum(free: Future, key: str, year: int) -> int:
    return round(quantile(free.of(key, year).sum(axis=1), 0.5).value)


def _basis(
    district: District, ground: Ground, footings: tuple[Footing, ...], stage: Stage, replicates: tuple[int, int],
    free: Future, track_record: bool,
) -> Basis:  # fmt: skip
    now, posterior = footings[-1], ground.posterior
    assumed, inputs = district.assumed_count()
    return Basis(
        district=district.name,
        title=district.title,
        province=district.province,
        kecamatan=len({facility.kecamatan for facility in district.facilities if facility.kecamatan}),
        scenario=ground.scenario.name,
        scenario_title=ground.scenario.title,
        regime=free.policy.regime,
        stage=stage,
        last_data=last_data(district),
        stock=now.known.stock.month,
        rebuilt=now.known.rebuilt,
        first_month=free.months[0],
        last_month=free.months[-1],
        known_months=len(now.known.heads),
        replicates=replicates[0],
        side_replicates=replicates[1],
        seed=ground.seed,
        posterior=posterior.history if posterior is not None and now.with_posterior else None,
        posterior_later=posterior is not None and not now.with_posterior,
        track_record=track_record,
        assumed=assumed,
        inputs=inputs,
    )
