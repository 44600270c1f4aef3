"""Makes the RKPD proposal of a district in memory: what was known, the runs, the rows, and the side questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from districts.faults import InputError, UserError
from districts.model import District
from scenarios.levers.apbd_line import district_lines
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, quantile
from scenarios.rkpd.figure import Figure
from scenarios.rkpd.future import Future, Ground
from scenarios.rkpd.known import Known
from scenarios.rkpd.lines import lines_of, step_of
from scenarios.rkpd.money import accounts_of, cash_plan, deductions_of, revision_of, sources_of, used
from scenarios.rkpd.proposal import (
    Basis,
    Point,
    Proposal,
    Reserve,
    Stage,
    Status,
)
from scenarios.rkpd.restate import Footing, restated
from scenarios.rkpd.stages import chosen_stage, last_data
from scenarios.rkpd.variants import Possible, crowd_out_levels, possible_rules
from scenarios.rkpd.work import Tell, Work, codes_of, footings_of, runs_of
from scenarios.run import Progress
from scenarios.scenario import Scenario, load_scenario
from scenarios.units import Simulate
from sim.posterior import Posterior
from sim.rules import Rules

#: The scenario whose need is proposed, unless another is named.
SCENARIO = "uhc-non-cut-off"
#: Replicates of the side questions: paired with those of the figure, they tell differences.
SIDE_REPLICATES = 10
_CURVE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


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
    stages: bool = True,
    seed: int = 1,
    jobs: int = 1,
    possible: Sequence[Possible] | None = None,
    luck_only: bool = False,
    track_record: bool = False,
    simulate: Simulate | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Proposal:
    """The proposal for ``year`` from what was known at the end of ``known_until`` ("YYYY-MM"); both default to the next
    stage after the last month of data.

    ``certainty`` None proposes the central estimate, for which any number of replicates will do. With
    ``side_replicates`` 0 no lines and variants are computed; without ``stages`` the earlier stages are left out.
    ``possible`` None takes the scenario's own and those that are spoken of. The run ends with the year after ``year``.
    Raises ``InputError`` or ``UserError`` for what cannot be computed, before anything is run.
    """
    _check(certainty, replicates, side_replicates, seed)
    stage = chosen_stage(rules, last_data(district), year, known_until)
    year = stage.year
    footings = footings_of(district, rules, posterior, stage, stages)
    now = footings[-1]
    told = _scenario(scenario, district)
    if possible is None:
        possible = possible_rules(told, year)
    sides = len(lines_of(10**9, "owe")) + len(crowd_out_levels()) + len(possible)
    tell = Tell(replicates * runs_of(footings) + side_replicates * sides, progress)
    ground = Ground(rules, posterior, told, seed, jobs, luck_only, simulate, tell)
    work = Work(ground, year, certainty, replicates, deductions_of(district, year), codes_of(rules, year), {})
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
        restated=restated(footings, work.told),
        possible=tuple(entry for entry in variants if entry.chance is not None),
        crowd_out=tuple(entry for entry in variants if entry.chance is None),
        revision=revision_of(district, year, accounts, sum(money.amount for money in deductions)),
        basis=_basis(district, ground, footings, stage, (replicates, side_replicates), free, track_record),
        before_short=_short_before(district, now.known, free, year),
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
    simulate: Simulate | None = None,
) -> Figure:
    """The figure of ``year`` alone, for studies over many districts: the run ends with the year.

    ``figure.total(figure.rows(0.8))`` is the amount that :func:`propose` proposes at that certainty. Raises as it does.
    """
    _check(None, replicates, 0, seed)
    stage = chosen_stage(rules, last_data(district), year, known_until)
    now = footings_of(district, rules, posterior, stage, earlier=False)[-1]
    ground = Ground(rules, posterior, _scenario(scenario, district), seed, jobs, luck_only, simulate, lambda: None)
    work = Work(ground, year, None, replicates, deductions_of(district, year), codes_of(rules, year), {})
    return work.figure(now.known, now.with_posterior)


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


def _short_before(district: District, known: Known, free: Future, year: int) -> int | None:
    """What the line of the year before lacks until December, central; None where its bills are not all known."""
    line, simulated = district_lines(district).get(year - 1), free.of("bill_jkn", year - 1)
    if line is None or known.billed_before is None:
        return None
    bills = quantile(simulated.sum(axis=1) + known.billed_before, 0.5).value
    return max(0, round(bills) - line - sum(money.amount for money in deductions_of(district, year - 1)))


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
