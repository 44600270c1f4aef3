"""Who lives with whom: residents by age and sex placed in households (the first half of the synthesis).

Ages and sexes meet the district's table exactly, household sizes its distribution; a head is an adult, spouses are
matched by age rank, children live with adults.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.random import Purpose, make_key, numbered, uniforms

IntArray = NDArray[np.int64]

#: Age from which a resident may head a household or be a spouse (assumed), and up to which one counts as a child.
ADULT, CHILD_BELOW = 20, 20
_MALE_HEADS, _MARRIED_HEADS = 0.85, 0.88  # shares, assumed
_OLDEST = 95


@dataclass(frozen=True)
class FamilyTree:
    """Residents ordered by household: ``household`` (persons,), ``age_months`` (persons,), ``female`` (persons,),
    ``size`` (households,). Persons of one household are neighbours."""

    household: IntArray
    age_months: IntArray
    female: NDArray[np.bool_]
    size: IntArray


def apportion(weights: NDArray[np.float64], total: int) -> IntArray:
    """Whole numbers proportional to ``weights`` that add up to ``total`` (largest remainder, ties to the first)."""
    if total == 0 or weights.sum() <= 0:
        return np.zeros(len(weights), np.int64)
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def household_sizes(sizes: IntArray, shares: NDArray[np.float64], population: int) -> IntArray:
    """Sizes of households that hold ``population`` persons exactly, in the proportions ``shares``."""
    count = max(1, round(population / float((sizes * shares).sum() / shares.sum())))
    result = np.repeat(sizes, apportion(shares, count))
    surplus = int(result.sum()) - population
    while surplus > 0:  # shrink the largest households first, by one person each
        cut = np.argsort(-result, kind="stable")[: min(surplus, int((result > 1).sum()))]
        if len(cut) == 0:
            result, surplus = result[surplus:], 0
            break
        result[cut] -= 1
        surplus = int(result.sum()) - population
    if surplus < 0:
        grown = np.arange(-surplus) % len(result)
        np.add.at(result, grown, 1)
    return result


@lru_cache(maxsize=4)
def family_tree(
    age_sex: tuple[tuple[int, int, int, int], ...],
    size_shares: tuple[tuple[int, float], ...],
    population: int,
    seed: int,
) -> FamilyTree:
    """The households of ``population`` residents.

    ``age_sex`` rows are (age_from, age_to, men, women) with age_to = 0 for the open band; ``size_shares`` rows are
    (size, share). The tree depends on ``seed`` only, so that all replicates meet the same families.
    """
    key = make_key(seed, 0)

    def draw(step: int, count: int) -> NDArray[np.float64]:
        return uniforms(key, numbered(count), step, Purpose.SYNTHESIS)

    cells = apportion(np.array([[row[2], row[3]] for row in age_sex], float).ravel(), population)
    female = np.repeat(np.tile([False, True], len(age_sex)), cells)
    low = np.repeat([row[0] for row in age_sex], cells.reshape(-1, 2).sum(1))
    high = np.repeat([row[1] or _OLDEST for row in age_sex], cells.reshape(-1, 2).sum(1))
    within = draw(1, population)
    open_band = high == _OLDEST
    within[open_band] **= 2  # the old thin out with age
    age_months = (low * 12 + np.floor(within * (high - low + 1) * 12)).astype(np.int64)

    size = household_sizes(np.array([s for s, _ in size_shares]), np.array([p for _, p in size_shares]), population)
    size = size[np.argsort(draw(2, len(size)), kind="stable")]
    households = len(size)

    adult = age_months >= ADULT * 12
    luck = draw(3, population)
    men = _pick(np.flatnonzero(adult & ~female), luck, round(_MALE_HEADS * households))
    women = _pick(np.flatnonzero(adult & female & (age_months >= 30 * 12)), luck, households - len(men))
    heads = np.concatenate([men, women])
    if len(heads) < households:
        others = np.setdiff1d(np.flatnonzero(adult), heads)
        heads = np.concatenate([heads, _pick(others, luck, households - len(heads))])
    if len(heads) < households:  # too few adults for so many households: the oldest of the young head the rest
        young = np.setdiff1d(np.argsort(-age_months, kind="stable"), heads, assume_unique=True)
        heads = np.concatenate([heads, young[: households - len(heads)]])
    heads = heads[np.argsort(luck[heads], kind="stable")]

    place = np.full(population, -1, np.int64)
    place[heads] = np.arange(households)
    _marry(place, heads, size, adult, female, age_months, luck, draw(4, households))
    _fill(place, size, age_months, luck)
    order = np.lexsort((-age_months, place))
    return FamilyTree(place[order], age_months[order], female[order], size)


def _pick(candidates: IntArray, luck: NDArray[np.float64], count: int) -> IntArray:
    """The ``count`` candidates with the smallest luck."""
    return candidates[np.argsort(luck[candidates], kind="stable")[:count]]


def _marry(
    place: IntArray,
    heads: IntArray,
    size: IntArray,
    adult: NDArray[np.bool_],
    female: NDArray[np.bool_],
    age_months: IntArray,
    luck: NDArray[np.float64],
    wish: NDArray[np.float64],
) -> None:
    """Give married male heads a spouse: brides of the same age ranks as the grooms."""
    grooms = heads[(~female[heads]) & (size >= 2) & (wish < _MARRIED_HEADS)]
    brides = np.flatnonzero(adult & female & (place < 0))
    couples = min(len(grooms), len(brides))
    grooms = _pick(grooms, luck, couples)
    brides = brides[np.argsort(age_months[brides], kind="stable")]
    brides = brides[np.linspace(0, len(brides) - 1, couples).round().astype(np.int64)] if couples else brides[:0]
    grooms = grooms[np.argsort(age_months[grooms], kind="stable")]
    place[brides] = place[grooms]


def _fill(place: IntArray, size: IntArray, age_months: IntArray, luck: NDArray[np.float64]) -> None:
    """Children first into the households of couples, then everyone else into what is free."""
    taken = np.bincount(place[place >= 0], minlength=len(size))
    free = np.repeat(np.arange(len(size)), size - taken)
    couple_first = np.argsort(-taken[free], kind="stable")
    rest = np.flatnonzero(place < 0)
    child = age_months[rest] < CHILD_BELOW * 12
    rest = rest[np.lexsort((luck[rest], ~child))]
    place[rest] = free[couple_first]
