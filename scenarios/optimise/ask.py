"""What a user asks of an optimisation, checked as a whole: every fault at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from districts.faults import Fault, InputError, UserError
from scenarios.levers.apbd_line import district_lines
from scenarios.months import MONTH, full_years, later, number_of, span
from scenarios.optimise.looks import Problem
from scenarios.optimise.optimise import Effort
from scenarios.optimise.space import read_space
from scenarios.optimise.targets import Targets
from scenarios.plan import RunPlan, manifest_of, prepare_loaded
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
from scenarios.scenario import load_scenario

_RUPIAH = re.compile(r"\d+|\d{1,3}([._]\d{3})+")
#: Months that are looked at when no year is named: enough for one full calendar year.
_AHEAD = 23


@dataclass(frozen=True)
class Asked:
    """The words of the command. ``ceiling`` is as typed; None takes the district's own line of the year, if it has
    one. ``base`` is the scenario that the mixes stand on, ``own`` one whose levers are asked before the library's.
    ``start`` ("YYYY-MM") is the first month decided; None: the month after the stock. ``year`` None: the first whole
    calendar year from then on."""

    where: str
    ceiling: str | None = None
    targets: Targets = field(default_factory=lambda: Targets(0))
    levers: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    own: str | None = None
    base: str = "baseline"
    start: str | None = None
    year: int | None = None
    effort: Effort = field(default_factory=Effort)
    seed: int = 1
    stock: str | None = None
    posterior: str | None = None
    prior: bool = False


def prepared(asked: Asked) -> tuple[Problem, Targets]:
    """The problem and its targets.

    Raises ``InputError`` with every fault of the words, and ``UserError`` as :func:`scenarios.plan.prepare` does.
    """
    from districts.read import read_district
    from sim.rules import load_rules

    district = read_district(asked.where)
    first = later(asked.stock or district.default_stock, 1)
    start = asked.start or first
    faults = _faults(asked, first)
    readable = start if MONTH.fullmatch(start) else first
    year = asked.year or full_years(span(readable, _AHEAD))[0]
    if f"{year}-01" < readable:
        soonest = int(later(readable, 11)[:4])
        faults.append(Fault("--year", "{year} begins before the first month decided, {start}", "{next} or later",
                            params=(("year", year), ("start", start), ("next", soonest))))  # fmt: skip
    space, more = read_space(asked.levers, asked.switches, asked.own, readable)
    faults += more
    try:
        load_scenario(asked.base)
    except InputError as error:
        faults += error.faults
    except UserError as error:
        faults.append(Fault(f"--base {asked.base}", error.message, "a scenario", params=tuple(error.params.items())))
    if faults:
        raise InputError(faults)
    months = number_of(f"{year}-12") - number_of(start) + 1
    plan = RunPlan(asked.where, (asked.base,), start, months, asked.effort.replicates, asked.seed, stock=asked.stock,
                   blocks=False, posterior=asked.posterior, prior=asked.prior)  # fmt: skip
    ready = prepare_loaded(plan, district, load_rules(Path(district.rules_file) if district.rules_file else None))
    problem = Problem(ready, manifest_of(ready), space, year)
    for mix in ((0,) * len(space.sizes), tuple(size - 1 for size in space.sizes)):
        if problem.scenario(mix).policy(ready.context).line_rule != "unbounded":
            raise UserError("the line of a mix binds, and its bill is no need; leave out the lever {kind}",
                            kind="apbd_line")  # fmt: skip
    ceiling = district_lines(district).get(year) if asked.ceiling is None else _rupiah(asked.ceiling)
    return problem, replace(asked.targets, year=year, ceiling=ceiling)


def _faults(asked: Asked, first: str) -> list[Fault]:
    """Faults of the numbers and months."""
    faults = []
    if asked.ceiling is not None and _rupiah(asked.ceiling) is None:
        faults.append(Fault(f"--ceiling {asked.ceiling}", "the ceiling is not a number",
                            "whole rupiah, for example 16000000000 or 16.000.000.000"))  # fmt: skip
    if asked.start is not None and (not MONTH.fullmatch(asked.start) or asked.start < first):
        faults.append(Fault(f"--start {asked.start}", "no month that can be decided from",
                            "YYYY-MM, {first} or later", params=(("first", first),)))  # fmt: skip
    wanted, effort = asked.targets, asked.effort
    for option, value, low, high in (
        ("--status-chance", wanted.status_chance, 0, 1),
        ("--kbk-share", wanted.kbk_share, 0, 1),
        ("--certainty", wanted.certainty, 0.01, 0.99),
        ("--replicates", effort.replicates, 4, 1000),
        ("--runs", effort.runs, effort.replicates * 4, 10**6),
        ("--confirm", effort.confirm, MIN_REPLICATES_FOR_CERTAINTY, 100_000),
        ("--seed", asked.seed, 0, 2**32 - 1),
    ):
        if not low <= value <= high:
            faults.append(Fault(option, "the value is {value}", "between {low} and {high}",
                                params=(("value", value), ("low", low), ("high", high))))  # fmt: skip
    return faults


def _rupiah(text: str) -> int | None:
    """Whole rupiah, with or without dots or underscores between thousands."""
    return int(re.sub("[._]", "", text)) if _RUPIAH.fullmatch(text.strip()) else None
