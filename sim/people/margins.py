"""Margins from different offices and dates, reconciled: what the synthesis meets exactly, and what was changed for it.

Order of trust: the register by segment and status with the stock's population, then age and sex, household sizes,
facility registers, wealth. A margin that is trusted less gives way; one that contradicts itself, or one trusted more
beyond giving way, is an error that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from districts.cells import Problem, problem
from districts.faults import Fault, InputError
from districts.inventory import REGISTRY
from districts.model import District, Stock
from sim.people.families import ADULT, AgeSex, ages_in_band
from sim.people.fitting import apportion

#: Changes up to this part of what was given are not listed.
LISTED_ABOVE = 0.01
#: Row of the sum of a margin.
TOTAL = "total"
#: Premium per month by class (rupiah; Perpres 64/2020), for the least and the most that may be owed; months owed.
PREMIUM = (35_000, 150_000, 100_000, 35_000)
MOST_MONTHS = 24


@dataclass(frozen=True)
class Change:
    """One figure that gave way: the ``margin`` (key of the inventory), its ``row`` (or TOTAL), what was ``given`` and
    what is ``used`` (persons, households or rupiah)."""

    margin: str
    row: str
    given: float
    used: float

    @property
    def relative(self) -> float:
        """The change as a part of what was given."""
        return self.used / self.given - 1 if self.given else float("inf")

    def record(self) -> dict[str, str | float]:
        """The change with the margin's names, ready for JSON."""
        item = next(item for item in REGISTRY if item.key == self.margin)
        return {"margin": self.margin, "label_id": item.label_id, "label_en": item.label_en, "row": self.row,
                "given": self.given, "used": self.used}  # fmt: skip


@dataclass(frozen=True)
class Margins:
    """The margins that a synthesis meets exactly, in whole persons and households.

    ``age_sex`` rows are (age_from, age_to or None, men, women), ``household_sizes`` (size, households),
    ``registers`` members by facility, ``wealth`` residents by quintile. ``changes`` lists every figure that differs by
    more than LISTED_ABOVE from what was given.
    """

    population: int
    age_sex: tuple[AgeSex, ...]
    household_sizes: tuple[tuple[int, int], ...]
    registers: tuple[int, ...]
    wealth: tuple[int, ...]
    arrears_rupiah: int | None
    changes: tuple[Change, ...]


@lru_cache(maxsize=16)
def reconcile(district: District, stock: Stock) -> Margins:
    """The margins of ``district`` made to agree at ``stock``.

    Raises ``InputError`` with every contradiction at once, each naming its margin.
    """
    problems = list(_contradictions(district, stock))
    if problems:
        raise InputError(_faults(district, problems))
    age_sex, shares = _age_sex(district, stock.population), _shares(district)
    sizes = whole_households(shares, stock.population)
    registered = [facility.registered for facility in district.facilities]
    registers = _shared_out(registered, stock.registered)
    quintiles = [share * stock.population for share in district.wealth_shares]
    wealth = _shared_out(quintiles, stock.population)
    arrears = _arrears(stock)
    changes = (
        *_changed("age_sex", _age_rows(age_sex), _flat(_given_ages(district)), _flat(age_sex)),
        *_changed("household_sizes", *_size_rows(shares, sizes)),
        *_changed("facilities.registered", [f.code for f in district.facilities], registered, registers),
        *_changed("wealth_shares", "12345", quintiles, wealth),
        *_changed("arrears_rupiah", [TOTAL], [stock.arrears_rupiah or 0], [arrears or 0]),
    )
    return Margins(stock.population, age_sex, sizes, registers, wealth, arrears, changes)


def whole_households(shares: dict[int, float], population: int) -> tuple[tuple[int, int], ...]:
    """(size, households) that hold ``population`` persons exactly, in the proportions ``shares`` by size, ascending.

    The largest size stands for "this or more": its households take in the persons left over. Empty if no household of
    these sizes fits.
    """
    sizes, weights = np.array(list(shares)), np.array(list(shares.values()))
    count = int(population * weights.sum() / (sizes * weights).sum())
    counts = apportion(weights, count)
    while (sizes * counts).sum() > population:
        count -= 1
        counts = apportion(weights, count)
    if count == 0:
        return ()
    left = population - int((sizes * counts).sum())
    largest = int(np.flatnonzero(counts)[-1])
    more, rest = divmod(left, int(counts[largest]))
    found = [(int(size), int(number)) for size, number in zip(sizes[:largest], counts[:largest], strict=True) if number]
    top = int(sizes[largest]) + more
    return (*found, *((size, n) for size, n in ((top, int(counts[largest]) - rest), (top + 1, rest)) if n))


def told(changes: Iterable[Change]) -> list[Change]:
    """The changes worth a line each: rows that only moved with the sum of their margin are told by the sum."""
    listed = list(changes)
    total = {change.margin: change.used / change.given for change in listed if change.row == TOTAL and change.given}
    return [
        change
        for change in listed
        if change.row == TOTAL or abs(change.used - change.given * total.get(change.margin, 1.0)) >= 1
    ]


def _contradictions(district: District, stock: Stock) -> Iterator[tuple[str, Problem]]:
    """What no giving way can mend: (margin, problem)."""
    room = sum(row.active for row in stock.segments if row.payer != "self")
    if stock.registered - room > stock.population:
        yield "segments", problem(
            "{registered} registered, of whom {room} may be dead or moved, in a population of {population}",
            "at most the population beside the dead and the moved",
            registered=stock.registered, room=room, population=stock.population,
        )  # fmt: skip
    if not sum(row.men + row.women for row in district.age_sex):
        yield "age_sex", problem("no persons in any band", "persons by age and sex")
    shares = _shares(district)
    sizes = whole_households(shares, stock.population) if shares else ()
    households, adults = sum(count for _, count in sizes), _adults(_age_sex(district, stock.population))
    if not shares:
        yield "household_sizes", problem("no share above zero", "shares that add to 1")
    elif not sizes:
        yield (
            "household_sizes",
            problem(
                "no household of these sizes fits {population} persons", "smaller sizes", population=stock.population
            ),
        )
    elif households > adults > 0:
        yield "household_sizes", problem(
            "{households} households, but only {adults} adults who could head them",
            "larger households, or more adults in age_sex",
            households=households, adults=adults,
        )  # fmt: skip
    if stock.registered and not sum(facility.registered for facility in district.facilities):
        yield "facilities.registered", problem("no members at any facility", "members of each facility, such as 12500")
    if sum(district.wealth_shares) <= 0:
        yield "wealth_shares", problem("no share above zero", "five shares that add to 1, such as 0.2;0.2;0.2;0.2;0.2")
    if stock.arrears_rupiah and not sum(row.arrears for row in stock.segments):
        yield "arrears_rupiah", problem("rupiah owed, but nobody in arrears", "members in arrears in segments")


def _faults(district: District, problems: Iterable[tuple[str, Problem]]) -> list[Fault]:
    return [wrong.at(f"{district.name}: {margin}") for margin, wrong in problems]


def _shared_out(given: Sequence[float], total: int) -> tuple[int, ...]:
    """Whole numbers in the proportions given that add up to ``total``."""
    return tuple(apportion(np.array(given, float), total).tolist())


def _given_ages(district: District) -> tuple[AgeSex, ...]:
    return tuple((row.age_from, row.age_to, row.men, row.women) for row in district.age_sex)


def _age_sex(district: District, population: int) -> tuple[AgeSex, ...]:
    """The age-sex table in the proportions given, scaled to ``population`` persons."""
    given = _given_ages(district)
    heads = _shared_out(_flat(given), population)
    return tuple((*row[:2], men, women) for row, men, women in zip(given, heads[::2], heads[1::2], strict=True))


def _flat(age_sex: Sequence[AgeSex]) -> list[int]:
    """Men and women in turn, band by band."""
    return [count for row in age_sex for count in row[2:]]


def _adults(age_sex: Sequence[AgeSex]) -> int:
    """The least number of adults that luck can make of the bands."""
    cells = [(low, high, count) for low, high, *counts in age_sex for count in counts]
    return sum(int((ages_in_band(low, high, count, 0.0) >= 12 * ADULT).sum()) for low, high, count in cells)


def _shares(district: District) -> dict[int, float]:
    """Share of households by size, ascending, sizes without households left out."""
    return {row.size: row.share for row in sorted(district.household_sizes, key=lambda row: row.size) if row.share}


def _arrears(stock: Stock) -> int | None:
    """Rupiah owed, kept between one month and MOST_MONTHS of everyone in arrears."""
    if stock.arrears_rupiah is None:
        return None
    month = sum(row.arrears * PREMIUM[row.klass] for row in stock.segments)
    return min(max(stock.arrears_rupiah, month), MOST_MONTHS * month)


def _age_rows(age_sex: Sequence[AgeSex]) -> list[str]:
    return [f"{low}-{'' if high is None else high} {sex}" for low, high, *_ in age_sex for sex in ("men", "women")]


def _size_rows(shares: dict[int, float], sizes: Sequence[tuple[int, int]]) -> tuple[list[str], list[float], list[int]]:
    """Names, households by the shares and households used; those above the largest size listed count with it."""
    top, total = max(shares), sum(count for _, count in sizes)
    scale = total / sum(shares.values())
    used = [sum(count for found, count in sizes if min(found, top) == size) for size in shares]
    return [str(size) for size in shares], [share * scale for share in shares.values()], used


def _changed(margin: str, rows: Sequence[str], given: Sequence[float], used: Sequence[float]) -> Iterator[Change]:
    """The sum of a margin and its rows, as far as they changed by more than LISTED_ABOVE."""
    parts = [(row, float(old), float(new)) for row, old, new in zip(rows, given, used, strict=True)]
    if len(parts) > 1:
        parts.insert(0, (TOTAL, float(sum(given)), float(sum(used))))
    for row, old, new in parts:
        if abs(new - old) > LISTED_ABOVE * old:
            yield Change(margin, row, old, new)
