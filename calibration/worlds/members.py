"""Members as compartments with monthly flows: a world of its own, in which nobody is a person.

Made to judge forecasts by something other than the engine that makes them: no families, agents or queues, but whole
numbers in cells and flows between them, with rates that wander. Every rate is drawn anew for each district from a
broad range; the middles are general knowledge of JKN (assumed), nothing is fitted to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from calibration.worlds.rates import Flow, IntArray, Rates, luck, spread_binomial, spread_count
from sim.random import Generator

#: Segments with the class of self-payers, in the order of the cells.
KINDS: tuple[str, ...] = ("pbi_jk", "pbpu_pemda", "ppu", "pbpu1", "pbpu2", "pbpu3", "bp")
PBI, PEMDA, PPU, SELF, BP = 0, 1, 2, 3, 6
#: Months owed that are told apart; the last means "this or more" (arrears are billed for at most 24 months).
OWED_MONTHS = 24

# The cells. OUTSIDE is where newborns come from and the dead and the moved go: with it the sum never changes.
OUTSIDE, NEVER, PENDING = 0, 1, 2
ACTIVE = 3  # + kind
LAPSED = ACTIVE + len(KINDS)  # + kind: registered, inactive, without debt
CUT = LAPSED + len(KINDS)  # taken off PBI-JK by an announced cut; reported as lapsed PBI-JK
GONE = CUT + 1  # + kind: dead or moved, which the register does not know: reported as active
OWED = GONE + len(KINDS)  # + 24 x class + months owed - 1
CELLS = OWED + 3 * OWED_MONTHS

#: A self-payer's own premium a month by class: Perpres 64/2020 (class III: 42,000 less the aid of 7,000).
PREMIUM: tuple[int, ...] = (150_000, 100_000, 35_000)
#: Rupiah a month for a head the Pemda pays for (35,000 + 2,800), and its aid for an active class III self-payer.
PEMDA_HEAD, AID = 37_800, 2_800


@dataclass(frozen=True)
class Decided:
    """What policy says for one month: heads the Pemda registers, share of PBI-JK taken off on the 1st, share of those
    that the Pemda takes over, and whether new heads are active at once (non-cut-off) or from the next 1st."""

    quota: int = 0
    cut: float = 0.0
    takeover: float = 0.0
    at_once: bool = False


@dataclass
class Register:
    """The cells and what one month hands to the next. ``ledger``: every flow as (month, from, to, heads)."""

    cells: IntArray
    vacated: float = 0.0  # places of PBI-JK that wait for a new head
    pemda_gap: float = 0.0  # heads that the Pemda will replace
    walk: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # missed, back, job loss, joining; logit scale
    ledger: list[tuple[int, int, int, int]] = field(default_factory=list)

    def copy(self) -> Register:
        """The same register, to go another way from here."""
        return Register(self.cells.copy(), self.vacated, self.pemda_gap, self.walk, list(self.ledger))

    def move(self, month: int, source: int, target: int, heads: int) -> int:
        """Move ``heads`` from one cell to another, no more than there are (OUTSIDE has no bottom); the heads moved."""
        moved = heads if source == OUTSIDE else min(heads, int(self.cells[source]))
        self.cells[source] -= moved
        self.cells[target] += moved
        if moved:
            self.ledger.append((month, source, target, moved))
        return moved

    def active(self, kind: int) -> int:
        """Members the register holds as active, the unnoticed dead and moved among them."""
        return int(self.cells[ACTIVE + kind] + self.cells[GONE + kind])

    def owed(self, klass: int) -> IntArray:
        """Persons of a class (0-2) by months owed, shape (24,)."""
        return self.cells[OWED + OWED_MONTHS * klass : OWED + OWED_MONTHS * (klass + 1)]

    def lapsed(self, kind: int) -> int:
        """Registered, neither active nor in debt: fallen out, or waiting to become active."""
        more = self.cells[CUT] if kind == PBI else self.cells[PENDING] if kind == PEMDA else 0
        return int(self.cells[LAPSED + kind] + more)

    @property
    def residents(self) -> int:
        """Persons who live in the district."""
        return int(self.cells[NEVER : len(self.cells)].sum() - self.cells[GONE:OWED].sum())


@dataclass(frozen=True)
class MonthEnd:
    """What a month leaves: heads by kind at its end, and what was counted on its 1st. Persons and rupiah."""

    active: IntArray  # (7,) on the register
    lapsed: IntArray  # (7,)
    arrears: IntArray  # (3,) by class
    arrears_rupiah: IntArray  # (3,)
    residents: int
    capitated: int
    billed: int
    bill: int
    cut: int  # taken off PBI-JK by decision
    never: int
    flows: dict[str, int]  # persons by indicator of the history


def advance(now: Register, rates: Rates, seed: int, month: int, season: int, decided: Decided) -> MonthEnd:
    """One month of all flows on ``now``, in place. ``month`` counts from 1, ``season`` is the calendar month 1-12."""
    now.walk = _wander(now.walk, rates, luck(seed, month, Flow.WALK))
    now.move(month, PENDING, ACTIVE + PEMDA, int(now.cells[PENDING]))
    cut, asked = _cut(now, month, decided, seed)
    capitated = sum(now.active(kind) for kind in range(len(KINDS)))
    billed, aided = now.active(PEMDA), now.active(SELF + 2)
    entry = ACTIVE + PEMDA if decided.at_once else PENDING
    taken = _take_over(now, month, asked, entry) + _intake(now, rates, seed, month, decided.quota, entry)
    billed += taken if decided.at_once else 0
    _demography(now, rates, seed, month)
    _pbi(now, rates, seed, month)
    _jobs(now, rates, seed, month, season)
    _payments(now, rates, seed, month, season)
    _joining(now, rates, seed, month)
    _pemda(now, rates, seed, month, entry)
    owed = np.array([now.owed(klass).sum() for klass in range(3)], np.int64)
    months = np.arange(1, OWED_MONTHS + 1)
    return MonthEnd(
        np.array([now.active(kind) for kind in range(len(KINDS))], np.int64),
        np.array([now.lapsed(kind) for kind in range(len(KINDS))], np.int64),
        owed,
        np.array([int(now.owed(klass) @ months) * PREMIUM[klass] for klass in range(3)], np.int64),
        now.residents,
        capitated,
        billed,
        PEMDA_HEAD * billed + AID * aided,
        cut,
        int(now.cells[NEVER]),
        _flows(now, month),
    )


def _flows(now: Register, month: int) -> dict[str, int]:
    """The month's ledger as the flows that offices report. Newborns and newcomers are in none of them."""
    found = dict.fromkeys(("pbi_out", "pbi_in", "job_loss", "job_gain", "pbpu_joined", "intake", "suspended",
                           "reactivated"), 0)  # fmt: skip
    own, debts = range(ACTIVE + SELF, ACTIVE + SELF + 3), range(OWED, CELLS)
    for when, source, target, heads in reversed(now.ledger):
        if when != month:
            break
        inside = OUTSIDE not in (source, target)
        found["pbi_out"] += heads * (source == ACTIVE + PBI and target in (LAPSED + PBI, CUT))
        found["pbi_in"] += heads * (target == ACTIVE + PBI and inside)
        found["job_loss"] += heads * (source == ACTIVE + PPU and target in (LAPSED + PPU, ACTIVE + SELF + 2))
        found["job_gain"] += heads * (target == ACTIVE + PPU and inside)
        new = source == NEVER or LAPSED <= source <= CUT
        found["pbpu_joined"] += heads * (target in own and new)
        found["intake"] += heads * (target == PENDING or (target == ACTIVE + PEMDA and (new or source in debts)))
        found["suspended"] += heads * (source in own and target in debts)
        found["reactivated"] += heads * (source in debts and target in own)
    return found


def _wander(
    walk: tuple[float, float, float, float], rates: Rates, draw: Generator
) -> tuple[float, float, float, float]:
    steps = rates.walk_sd * draw.standard_normal(4)
    missed, back, jobs, joining = (rates.walk_memory * value + step for value, step in zip(walk, steps, strict=True))
    return float(missed), float(back), float(jobs), float(joining)


def _shifted(chance: float, shift: float) -> float:
    """A chance moved on the logit scale."""
    return float(1 / (1 + (1 / chance - 1) * np.exp(-shift)))


def _from_many(now: Register, month: int, weights: Sequence[tuple[int, float]], target: int, heads: int,
               draw: Generator) -> int:  # fmt: skip
    """Up to ``heads`` into ``target`` from several cells, in proportion to weight times persons; the heads moved."""
    left = heads
    for _ in range(3):  # a cell that runs empty leaves its part to the others
        parts = np.array([weight * now.cells[cell] for cell, weight in weights], float)
        if left <= 0 or parts.sum() <= 0:
            break
        shares = draw.multinomial(left, parts / parts.sum())
        moves = zip(weights, shares, strict=True)
        left -= sum(now.move(month, cell, target, int(part)) for (cell, _), part in moves)
    return heads - left


def _cut(now: Register, month: int, decided: Decided, seed: int) -> tuple[int, int]:
    """The announced cut on the 1st: exactly its share, the unnoticed dead in proportion; (cut, asked of the Pemda)."""
    heads = round(decided.cut * now.active(PBI))
    gone = now.move(month, GONE + PBI, OUTSIDE, round(decided.cut * now.cells[GONE + PBI]))
    now.move(month, ACTIVE + PBI, CUT, heads - gone)
    return heads, round(decided.takeover * heads)


def _take_over(now: Register, month: int, heads: int, entry: int) -> int:
    return now.move(month, CUT, entry, heads)


def _intake(now: Register, rates: Rates, seed: int, month: int, quota: int, entry: int) -> int:
    draw = luck(seed, month, Flow.INTAKE)
    heads = quota - spread_binomial(draw, quota, rates.intake_failed)
    lapsed = 1.0 - rates.intake_never - rates.intake_arrears
    owing = [(cell, rates.intake_arrears) for cell in range(OWED, CELLS)]
    inactive = [(NEVER, rates.intake_never), *((LAPSED + kind, lapsed) for kind in range(len(KINDS))), (CUT, lapsed)]
    return _from_many(now, month, [*inactive, *owing], entry, heads, draw)


def _demography(now: Register, rates: Rates, seed: int, month: int) -> None:
    draw = luck(seed, month, Flow.BIRTH)
    residents = now.residents
    born = spread_count(draw, rates.birth * residents, 1.5)
    mothers = now.cells[ACTIVE:LAPSED] / max(residents, 1)
    parts = draw.multinomial(born, [*(0.85 * mothers), 1 - 0.85 * mothers.sum()])  # 15 % of them are not named yet
    for cell, heads in zip([*range(ACTIVE, LAPSED), NEVER], parts, strict=True):
        now.move(month, OUTSIDE, cell, int(heads))
    for flow, rate in ((Flow.DEATH, rates.death), (Flow.MOVE, rates.out)):
        draw = luck(seed, month, flow)
        living = [*range(NEVER, GONE), *range(OWED, CELLS)]
        for cell in living:
            leaving = int(draw.binomial(now.cells[cell], rate))
            if ACTIVE <= cell < LAPSED:
                leaving -= now.move(month, cell, GONE + cell - ACTIVE, int(draw.binomial(leaving, 1 - rates.noticed)))
            now.move(month, cell, OUTSIDE, leaving)
    coming = spread_count(draw, rates.moves_in * rates.out * residents, 4.0)
    settled = now.cells[ACTIVE:LAPSED] / max(now.cells[ACTIVE:LAPSED].sum(), 1)
    parts = draw.multinomial(coming, [*((1 - rates.newcomers_never) * settled), rates.newcomers_never])
    for cell, heads in zip([*range(ACTIVE, LAPSED), NEVER], parts, strict=True):
        now.move(month, OUTSIDE, cell, int(heads))
    draw = luck(seed, month, Flow.CLEANSE)
    for cell in range(GONE, OWED):
        now.move(month, cell, OUTSIDE, int(draw.binomial(now.cells[cell], rates.cleansed)))


def _pbi(now: Register, rates: Rates, seed: int, month: int) -> None:
    """Removals: most months few, some months many; the places are filled later, in the months of an update."""
    draw = luck(seed, month, Flow.PBI_OUT)
    burst = draw.random() < rates.burst_chance
    size = min(float(rates.burst_size * np.exp(0.6 * draw.standard_normal())), 0.08)
    removed = spread_binomial(draw, int(now.cells[ACTIVE + PBI]), rates.pbi_out + burst * size, 6.0)
    now.vacated += rates.replaced * now.move(month, ACTIVE + PBI, LAPSED + PBI, removed)
    draw = luck(seed, month, Flow.PBI_IN)
    if draw.random() < rates.update_chance:
        heads = round(now.vacated * draw.uniform(0.4, 0.8))
        sources = [(NEVER, 1.0), (LAPSED + PBI, 1.0), (LAPSED + PPU, 0.3), (LAPSED + PEMDA, 1.0)]
        now.vacated -= _from_many(now, month, sources, ACTIVE + PBI, heads, draw)
    draw = luck(seed, month, Flow.CUT_BACK)
    now.move(month, CUT, ACTIVE + PBI, spread_binomial(draw, int(now.cells[CUT]), rates.cut_back))


def _jobs(now: Register, rates: Rates, seed: int, month: int, season: int) -> None:
    ending = rates.job_season if season in (12, 1) else 1.0
    starting = 1.5 if season in (2, 3, 4) else 1.0  # contracts of the new year
    workers = int(now.cells[ACTIVE + PPU])
    draw = luck(seed, month, Flow.JOB_LOSS)
    lost = spread_binomial(draw, workers, _shifted(rates.job_loss, now.walk[2]) * ending, 5.0)
    paying = now.move(month, ACTIVE + PPU, ACTIVE + SELF + 2, int(draw.binomial(lost, 0.12)))
    now.move(month, ACTIVE + PPU, LAPSED + PPU, lost - paying)
    pensioned = now.move(month, ACTIVE + PPU, ACTIVE + BP, int(draw.binomial(workers, 0.0004)))
    now.move(month, ACTIVE + BP, LAPSED + BP, int(draw.binomial(now.cells[ACTIVE + BP], 0.001)))
    draw = luck(seed, month, Flow.JOB_GAIN)
    yearly = (10 + 2 * rates.job_season) / 12, (9 + 3 * 1.5) / 12
    mean = rates.job_balance * rates.job_loss * workers * yearly[0] * starting / yearly[1]
    sources = [(LAPSED + PPU, 1.0), (NEVER, 0.3), (LAPSED + PBI, 0.3), (ACTIVE + PBI, 0.05), (ACTIVE + PEMDA, 0.05),
               (ACTIVE + SELF + 2, 0.2), (OWED + 2 * OWED_MONTHS + OWED_MONTHS - 1, 0.2)]  # fmt: skip
    _from_many(now, month, sources, ACTIVE + PPU, spread_count(draw, mean, 5.0) + pensioned, draw)


def _payments(now: Register, rates: Rates, seed: int, month: int, season: int) -> None:
    """Missed payments and returns; who comes back pays all, some of them in the class below; the others owe more."""
    draw = luck(seed, month, Flow.PAY)
    wave = rates.season * np.cos(2 * np.pi * (season - rates.season_peak) / 12)
    for klass in range(3):
        first, active = OWED + OWED_MONTHS * klass, ACTIVE + SELF + klass
        missing = spread_binomial(draw, int(now.cells[active]), _shifted(rates.miss[klass], now.walk[0] + wave), 4.0)
        for owed in range(OWED_MONTHS, 0, -1):
            cell = first + owed - 1
            chance = rates.back * np.exp(-rates.back_decay * (owed - 1)) + rates.back_floor
            back = spread_binomial(draw, int(now.cells[cell]), _shifted(chance, now.walk[1] - 0.5 * wave), 4.0)
            lower = int(draw.binomial(back, 0.1)) if klass < 2 else 0
            now.move(month, cell, active + (klass < 2), lower)
            now.move(month, cell, active, back - lower)
            if owed < OWED_MONTHS:
                now.move(month, cell, cell + 1, int(now.cells[cell]))
        now.move(month, active, first, missing)


def _joining(now: Register, rates: Rates, seed: int, month: int) -> None:
    draw = luck(seed, month, Flow.JOIN)
    sources = [(NEVER, rates.join_never), *((LAPSED + kind, rates.join_lapsed) for kind in range(len(KINDS))),
               (CUT, rates.join_lapsed)]  # fmt: skip
    for cell, rate in sources:
        joining = spread_binomial(draw, int(now.cells[cell]), _shifted(rate, now.walk[3]), 4.0)
        for klass, heads in enumerate(draw.multinomial(joining, [0.1, 0.15, 0.75])):
            now.move(month, cell, ACTIVE + SELF + klass, int(heads))


def _pemda(now: Register, rates: Rates, seed: int, month: int, entry: int) -> None:
    """Heads that verification takes off the Pemda's list, and those who replace a part of them a month later."""
    draw = luck(seed, month, Flow.PEMDA_OUT)
    heads = round(now.pemda_gap)
    sources = [(NEVER, 1.0), (LAPSED + PBI, 1.0), (LAPSED + PEMDA, 0.5), (LAPSED + PPU, 0.5)]
    _from_many(now, month, sources, entry, heads, draw)
    leaving = spread_binomial(draw, int(now.cells[ACTIVE + PEMDA]), rates.pemda_out)
    now.pemda_gap = rates.pemda_replaced * now.move(month, ACTIVE + PEMDA, LAPSED + PEMDA, leaving)
