"""Made-up districts with a history and several futures, to judge forecasts by: ``make_district``.

All districts of an archetype start from the very same register and facilities; rates, noise and what happens are each
district's own (``members``, ``care``). A future is known as policy and as truth, so that forecasts and baselines, with
and without knowledge of the policy, can be scored on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calibration.worlds.care import care_history, facility_weights
from calibration.worlds.care import split as divided
from calibration.worlds.members import (
    ACTIVE,
    CELLS,
    GONE,
    KINDS,
    LAPSED,
    NEVER,
    OUTSIDE,
    OWED,
    OWED_MONTHS,
    PBI,
    PEMDA_HEAD,
    SELF,
    Decided,
    MonthEnd,
    Register,
    advance,
)
from calibration.worlds.rates import FloatArray, Flow, IntArray, Rates, draw_rates, luck
from calibration.worlds.reported import SOURCE, history_rows, stock_of
from districts.inventory import with_inventory
from districts.model import District, HistoryRow, Stock
from districts.tiny import tiny_district
from scenarios.months import later

#: Month of the stock from which every history starts; the history begins a month later.
START = "2023-12"
#: Share of the members reported as active who are dead or moved, at the start (design value of a register, assumed).
GHOSTS = 0.03
#: Share of the debtors who owe 24 months or more at the start (mean debt of about 19 months; Curup branch 2022).
_DEEP = 0.55


@dataclass(frozen=True)
class Archetype:
    """A kind of district: its size and the register it starts from. Shares of the population; ``active`` of each
    kind's registered members (the others are in debt for self-payers, lapsed elsewhere). All made up."""

    name: str
    population: int
    registered: tuple[float, float, float, float, float, float, float]  # as KINDS
    active: tuple[float, float, float, float, float, float, float]
    facilities: tuple[float, ...]  # members of each, as weights
    agreement: bool = False  # UHC agreement: new heads are active at once
    most_intake: float = 0.1  # the largest yearly intake it has room for, share of active


_ACTIVE = (0.90, 0.85, 0.93, 0.60, 0.55, 0.42, 0.95)
ARCHETYPES: dict[str, Archetype] = {kind.name: kind for kind in (
    # poor and rural: most are paid for by the centre
    Archetype("rural", 18_000, (0.42, 0.05, 0.08, 0.006, 0.012, 0.09, 0.008), _ACTIVE, (5, 3, 2), most_intake=0.25),
    # remote, few registered, little staff
    Archetype("remote", 15_000, (0.33, 0.04, 0.07, 0.003, 0.007, 0.07, 0.006), (0.88, 0.8, *_ACTIVE[2:]), (3, 2, 2),
                        most_intake=0.25),
    # mines or plantations: many wage earners, many who come and go
    Archetype("wage", 22_000, (0.26, 0.06, 0.27, 0.012, 0.02, 0.09, 0.008), (0.89, 0.8, 0.88, *_ACTIVE[3:]),
                      (4, 3, 3, 2)),
    # a market town with many who pay for themselves
    Archetype("market", 25_000, (0.27, 0.05, 0.15, 0.025, 0.035, 0.21, 0.015), (0.9, 0.85, 0.9, 0.65, 0.6, 0.45, 0.95),
                        (4, 3, 2, 2)),
    # nearly all registered, a large part by the Pemda; non-cut-off
    Archetype("covered", 20_000, (0.42, 0.26, 0.14, 0.012, 0.018, 0.11, 0.015),
                         (0.91, 0.93, 0.93, 0.65, 0.6, 0.5, 0.96), (4, 3, 3), agreement=True, most_intake=0.03),
)}  # fmt: skip


@dataclass(frozen=True)
class Future:
    """One way the months after the history go.

    ``policy``: levers in force, as in a scenario file, those of the past that last among them. ``active``, ``bill``:
    truth, shape (months_future,): active members at each month's end, the Pemda's bill in rupiah. ``size``: the break
    as a share of active heads (cut: taken off at once; stop: intake of a year that ends). ``at``: its month, from 0.

    ``known_heads``, ``known_rupiah``: shape (months_history + months_future,): what the published decisions alone say
    of active heads and of the monthly bill, cumulated from the start of the history: + quota of each intake month
    from the month it is active and billed, - heads of an announced cut, + heads asked of the Pemda in exchange. Not
    in it: anything nobody announced (refusals, returns, deaths). A baseline that knows the policy is fitted to
    history less ``known``, and ``known`` of the forecast months is added to its forecast: fair for one that carries
    the last value on as for one that carries on a trend.
    """

    name: str
    kind: str  # "none", "cut" or "stop"
    size: float
    at: int
    policy: tuple[dict[str, Any], ...]
    active: FloatArray
    bill: FloatArray
    known_heads: FloatArray
    known_rupiah: FloatArray
    months: tuple[MonthEnd, ...] = field(repr=False)

    @property
    def announced(self) -> FloatArray:
        """Heads known to change active members beyond what the trend of the history's last year contains, shape
        (months_future,): for baselines that carry that trend on."""
        return _beyond_trend(self.known_heads, len(self.active))

    @property
    def announced_rupiah(self) -> FloatArray:
        """The same of the monthly bill, rupiah."""
        return _beyond_trend(self.known_rupiah, len(self.active))


@dataclass(frozen=True)
class Synthetic:
    """A made-up district: what an office would have on its desk, and what it cannot know.

    ``district`` holds the stock at ``START`` and no history; ``history`` are its reported rows, ``stock_at_end`` is
    the register after the last month of it. ``past``: levers in force during the history. ``futures`` by name: "none",
    "cut-3", "cut-10", "cut-25", and "stop" for a district with an intake. ``active``, ``bill``: truth of the history,
    without errors of reporting.
    """

    archetype: str
    seed: int
    district: District
    history: tuple[HistoryRow, ...]
    stock_at_end: Stock
    past: tuple[dict[str, Any], ...]
    futures: dict[str, Future]
    active: FloatArray
    bill: FloatArray
    months: tuple[MonthEnd, ...] = field(repr=False)


def make_district(
    archetype: str | Archetype,
    seed: int,
    months_history: int = 24,
    months_future: int = 12,
    breaks: Sequence[float] = (0.03, 0.10, 0.25),
    intake: float = 0.0,
    at: int = 3,
) -> Synthetic:
    """The district ``seed`` of ``archetype`` (a key of ``ARCHETYPES``, or one of your own).

    ``breaks``: sizes of PBI-JK cuts, as shares of active heads, each a future of its own, in month ``at`` (0 is the
    first) of the future; a part that the seed decides (0, a quarter or a half) is taken over by the Pemda: at once
    under an agreement, else from the next month. ``intake``: heads that the Pemda takes in during a year, as a share
    of active heads at the end of the history (about: the quota is the same for all seeds of an archetype); above 0
    the history contains it, from its start or, for more than a tenth, from the month a year before its end, "none"
    carries it on, and the future "stop" ends it in month ``at``.

    Same arguments, same result. Raises ``KeyError`` for an unknown archetype; ``ValueError`` when months are not
    positive, ``at`` is not a month of the future, a size is outside 0-1 or the archetype has no room for the intake.
    """
    kind = _kind(archetype)
    if months_history < 13 or months_future < 1 or not 0 <= at < months_future:
        raise ValueError("at least 13 months of history, 1 of future, and a break within the future")
    if any(not 0 < size < 1 for size in breaks) or not 0 <= intake <= kind.most_intake:
        raise ValueError(f"{kind.name}: breaks between 0 and 1, an intake of at most {kind.most_intake}")
    number = seed
    names = [*ARCHETYPES, kind.name]
    seed = len(names) * seed + names.index(kind.name)  # no two of the archetypes share luck
    rates, register = draw_rates(seed), starting_register(kind)
    start = starting_district(kind)
    first = months_history - 12 if intake > 0.1 else 0
    quota = _quota(kind, intake, months_history - first)
    total = months_history + months_future
    decided = [Decided(quota if month >= first else 0, at_once=kind.agreement) for month in range(total)]
    months = _go(register, rates, seed, 0, decided[:months_history])
    past = _intake_lever(quota, first)
    break_month = later(START, 1 + months_history + at)
    futures = [_future("none", "none", 0.0, at, decided, past, months_history, register, rates, seed)]
    for size in breaks:
        heads = round(size * int(months[-1].active.sum()))
        share = round(heads / int(months[-1].active[PBI]), 4)
        if share > 1:
            raise ValueError(f"{kind.name}, seed {number}: PBI-JK is smaller than {size:.0%} of active heads")
        takeover = float(luck(seed, 0, Flow.INTAKE).choice([0.0, 0.25, 0.5]))
        changed = list(decided)
        changed[months_history + at] = Decided(quota, share, takeover, kind.agreement)
        lever = {"kind": "pbi_cut", "month": break_month, "share": share, "takeover": takeover}
        policy = (*past, lever)
        futures.append(
            _future(f"cut-{100 * size:g}", "cut", size, at, changed, policy, months_history, register, rates, seed)
        )
    if quota:
        changed = decided[: months_history + at] + [Decided(at_once=kind.agreement)] * (months_future - at)
        policy = (past[0] | {"stop": break_month},)
        futures.append(_future("stop", "stop", intake, at, changed, policy, months_history, register, rates, seed))
    members = _members(months, start, seed)
    rows = history_rows(months, members, care_history(members[1], 1, seed), START, start, seed)
    return Synthetic(
        kind.name, number, start, rows, stock_of(register, later(START, months_history)), past,
        {future.name: future for future in futures}, _total(months), _bills(months), months,
    )  # fmt: skip


def starting_register(kind: Archetype) -> Register:
    """The register at ``START``, the same for all districts of the archetype; residents are its population."""
    cells = np.zeros(CELLS, np.int64)
    deep = np.append(np.exp(-np.arange(OWED_MONTHS - 1) / 12), 0.0)
    deep = np.append((1 - _DEEP) * deep[:-1] / deep.sum(), _DEEP)
    for number in range(len(KINDS)):
        registered = round(kind.population * kind.registered[number])
        active = round(registered * kind.active[number])
        gone = round(GHOSTS * active)
        cells[ACTIVE + number], cells[GONE + number] = active - gone, gone
        if SELF <= number < SELF + 3:
            first = OWED + OWED_MONTHS * (number - SELF)
            cells[first : first + OWED_MONTHS] = divided(registered - active, deep)
        else:
            cells[LAPSED + number] = registered - active
    cells[NEVER] = kind.population - (cells.sum() - cells[GONE:OWED].sum())
    cells[OUTSIDE] = -cells.sum()
    return Register(cells)


def starting_district(archetype: str | Archetype) -> District:
    """The district at ``START``, valid and without history; made up, and says so."""
    kind = _kind(archetype)
    stock = stock_of(starting_register(kind), START)
    base = tiny_district(kind.population, len(kind.facilities), month=START)
    members = divided(stock.registered, np.array(kind.facilities, float))
    facilities = tuple(
        facility.model_copy(update={"registered": int(heads), "source": SOURCE})
        for facility, heads in zip(base.facilities, members, strict=True)
    )
    line = base.budget[0].model_copy(update={"source": SOURCE, "amount": 12 * PEMDA_HEAD * kind.population // 2})
    budget = tuple(line.model_copy(update={"year": year}) for year in (2024, 2025, 2026))
    changes = {
        "name": f"made-up-{kind.name}", "title": f"Kabupaten Contoh ({kind.name})", "uhc_agreement": kind.agreement,
        "stocks": (stock,), "facilities": facilities, "budget": budget, "inputs": (),
    }  # fmt: skip
    return with_inventory(base.model_copy(update=changes), {})


def _kind(archetype: str | Archetype) -> Archetype:
    return archetype if isinstance(archetype, Archetype) else ARCHETYPES[archetype]


def _quota(kind: Archetype, intake: float, months: int) -> int:
    """Heads a month so that a year of them is ``intake`` of the active heads after ``months`` of it: without other
    change, a = a0 + months x q and 12 q = intake x a."""
    active = sum(
        round(round(kind.population * part) * share) for part, share in zip(kind.registered, kind.active, strict=True)
    )
    return round(intake * active / (12 - intake * months))


def _intake_lever(quota: int, first: int) -> tuple[dict[str, Any], ...]:
    return ({"kind": "pemda_intake", "start": later(START, 1 + first), "quota": quota},) if quota else ()


def _go(register: Register, rates: Rates, seed: int, first: int, decided: Sequence[Decided]) -> tuple[MonthEnd, ...]:
    """The months from ``first`` (0: the history's first) under ``decided``; ``register`` is left at their end."""
    return tuple(
        advance(register, rates, seed, 1 + first + month, (first + month) % 12 + 1, choice)
        for month, choice in enumerate(decided)
    )


def _future(name: str, kind: str, size: float, at: int, decided: Sequence[Decided], policy: Sequence[dict[str, Any]],
            past: int, register: Register, rates: Rates, seed: int) -> Future:  # fmt: skip
    months = _go(register.copy(), rates, seed, past, decided[past:])
    pbi = register.active(PBI)
    heads, pemda = np.zeros(len(decided)), np.zeros(len(decided))
    for month, choice in enumerate(decided):
        cut = round(choice.cut * pbi)
        heads[month] -= cut
        if (entered := month + (not choice.at_once)) < len(decided):
            pemda[entered] += choice.quota + round(choice.takeover * cut)
    known = np.cumsum(heads + pemda), PEMDA_HEAD * np.cumsum(pemda)
    return Future(name, kind, size, at, tuple(policy), _total(months), _bills(months), *known, months)


def _beyond_trend(known: FloatArray, future: int) -> FloatArray:
    last = known[: len(known) - future]
    slope = (last[-1] - last[-13]) / 12
    return np.asarray(known[len(last) :] - last[-1] - slope * np.arange(1, future + 1), float)


def _total(months: Sequence[MonthEnd]) -> FloatArray:
    return np.array([month.active.sum() for month in months], float)


def _bills(months: Sequence[MonthEnd]) -> FloatArray:
    return np.array([month.bill for month in months], float)


def _members(months: Sequence[MonthEnd], start: District, seed: int) -> tuple[IntArray, IntArray]:
    """Registered at each month's end and capitated on its 1st by facility, both (months, facilities)."""
    weights = facility_weights(np.array([place.registered for place in start.facilities], np.int64), seed, len(months))
    registered = [int(month.active.sum() + month.lapsed.sum() + month.arrears.sum()) for month in months]
    return (
        np.array([divided(heads, part) for heads, part in zip(registered, weights, strict=True)], np.int64),
        np.array([divided(month.capitated, part) for month, part in zip(months, weights, strict=True)], np.int64),
    )
