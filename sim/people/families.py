"""Who lives with whom: residents by age and sex placed in households (the first half of the synthesis).

Ages, sexes and household sizes are met exactly. A head is an adult, spouses are near in age, children and young adults
live where a mother (or another parent) of a likely age lives, the old with grown-up children.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.people.life_table import life_table
from sim.random import Purpose, make_key, normals, numbered, uniforms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: First age, last age (None: open band), men, women.
AgeSex = tuple[int, int | None, int, int]
#: Age from which a resident may head a household; younger ones are children (Law 35/2014: below 18).
ADULT = 18
#: Age from which one may be married (Law 16/2019).
_MARRIED_FROM = 19
_OLDEST = 95
#: How likely men and women are to head a household, relative, from these ages on (assumed).
_HEAD_AGES = (0, 20, 25, 30, 40, 60)
_HEAD_WEIGHT = ((0.02, 0.12, 0.6, 1.0, 1.2, 1.2), (0.003, 0.01, 0.02, 0.03, 0.08, 0.25))
#: Heads who are middle-aged have the larger families: years away from this age that count as one step (assumed).
_PRIME, _PRIME_STEP, _FEMALE_HEAD_STEPS = 41.0, 12.0, 1.0
#: Share of male heads who marry if a wife of a near age is found; years she is younger, farthest from that (assumed).
_MARRIED_HEADS = 0.92
_SPOUSE_GAP, _SPOUSE_SPREAD, _SPOUSE_FARTHEST = 3.5, 3.0, 6.0
#: Mother's age at birth: mean, spread, least and most (assumed); a father alone counts as if a mother so much younger.
_BIRTH_AGE, _BIRTH_SPREAD, _BIRTH_LEAST, _BIRTH_MOST = 27.0, 5.5, 17.0, 43.0
#: From this age on one lives as the parent of an adult, not as a child (assumed).
_GRANDPARENT = 50

HEAD, SPOUSE, OTHER = range(3)


@dataclass(frozen=True)
class FamilyTree:
    """Residents ordered by household, the head first, then the spouse, then the others by age.

    ``household``, ``age_months``, ``female`` and ``role`` (HEAD, SPOUSE, OTHER) have shape (persons,), ``size`` and
    ``first`` (index of the head) shape (households,). Read-only: replicates share it.
    """

    household: IntArray
    age_months: IntArray
    female: NDArray[np.bool_]
    role: IntArray
    size: IntArray
    first: IntArray


def ages_in_band(low: int, high: int | None, count: int, luck: FloatArray | float) -> IntArray:
    """``count`` ages in months spread evenly over the band of ``low`` to ``high`` years (None: open), shape (count,).

    Each age lies in a stratum of its own, at ``luck`` (0-1) of it, so that the number of adults in a band hardly
    depends on luck; with luck 0 it is the least possible. In the open band the old thin out as the life table's
    survivors do (a stationary population), up to _OLDEST.
    """
    within = (np.arange(count) + luck) / max(count, 1)
    if high is None:
        high = max(_OLDEST, low)
        alive = np.concatenate([[0.0], np.cumsum(life_table(1.0).survivors[:, low : high + 1].sum(axis=0))])
        within = np.interp(within, alive / alive[-1], np.linspace(0.0, 1.0, len(alive)))
    ages: IntArray = np.floor(low * 12 + within * (high - low + 1) * 12).astype(np.int64)
    return ages


@lru_cache(maxsize=4)
def family_tree(age_sex: tuple[AgeSex, ...], sizes: tuple[tuple[int, int], ...], seed: int) -> FamilyTree:
    """The households of all residents.

    ``age_sex`` rows are (age_from, age_to, men, women) with age_to None for the open band; ``sizes`` rows are (size,
    households) and hold exactly these persons, with an adult for each (:func:`sim.people.margins.reconcile` sees to
    both). The tree depends on ``seed`` only, so that all replicates meet the same families.
    """
    key = make_key(seed, 0)
    counts = [count for row in age_sex for count in row[2:]]
    names = numbered(sum(counts))
    within, luck = (uniforms(key, names, 1, Purpose.SYNTHESIS, lane) for lane in range(2))
    ends = np.cumsum([0, *counts])
    bands = [(row[0], row[1]) for row in age_sex for _ in range(2)]
    age_months = np.concatenate(
        [
            ages_in_band(*band, count, within[at : at + count])
            for band, count, at in zip(bands, counts, ends, strict=False)
        ]
    )
    female = np.repeat(np.tile([False, True], len(age_sex)), counts)
    age = age_months / 12

    size = np.sort(np.repeat([s for s, _ in sizes], [n for _, n in sizes]))
    heads = _heads(age, female, luck, len(size))
    numbers = numbered(len(size))
    steps = np.abs(age[heads] - _PRIME) / _PRIME_STEP + _FEMALE_HEAD_STEPS * female[heads]
    heads = heads[np.argsort(-steps - normals(key, numbers, 2, Purpose.SYNTHESIS), kind="stable")]
    mixed = np.argsort(uniforms(key, numbers, 3, Purpose.SYNTHESIS), kind="stable")
    size, heads = size[mixed], heads[mixed]

    place, role = np.full(len(age), -1, np.int64), np.full(len(age), OTHER)
    place[heads], role[heads] = np.arange(len(size)), HEAD
    wish = uniforms(key, numbers, 4, Purpose.SYNTHESIS)
    gap = _SPOUSE_GAP + _SPOUSE_SPREAD * normals(key, numbers, 5, Purpose.SYNTHESIS)
    grooms = np.flatnonzero(~female[heads] & (size > 1) & (wish < _MARRIED_HEADS) & (age[heads] >= _MARRIED_FROM))
    spouse = _marry(place, role, heads, grooms, age, female, gap)
    _fill(place, age, female, heads, spouse, size, luck, normals(key, names, 6, Purpose.SYNTHESIS))
    order = np.lexsort((-age_months, role, place))
    first = np.cumsum(size) - size
    return FamilyTree(place[order], age_months[order], female[order], role[order], size, first)


def _heads(age: FloatArray, female: NDArray[np.bool_], luck: FloatArray, count: int) -> IntArray:
    """``count`` adults who head households, drawn by how likely their age and sex make it."""
    adults = np.flatnonzero(age >= ADULT)
    step = np.searchsorted(_HEAD_AGES, age[adults], side="right") - 1
    weight = np.array(_HEAD_WEIGHT)[female[adults].astype(np.int64), step]
    return adults[np.argsort(-np.log(luck[adults]) / weight, kind="stable")[:count]]


def _marry(
    place: IntArray,
    role: IntArray,
    heads: IntArray,
    grooms: IntArray,
    age: FloatArray,
    female: NDArray[np.bool_],
    gap: FloatArray,
) -> IntArray:
    """Give the households ``grooms`` of male heads a spouse near the wished age (``gap`` years younger), where there is
    one; returns the spouse of every household (-1: none)."""
    brides = np.flatnonzero(female & (age >= _MARRIED_FROM) & (place < 0))
    brides = brides[np.argsort(age[brides], kind="stable")]
    found = nearest_free(age[heads[grooms]] - gap[grooms], age[brides], _SPOUSE_FARTHEST)
    grooms, brides = grooms[found >= 0], brides[found[found >= 0]]
    place[brides], role[brides] = grooms, SPOUSE
    spouse = np.full(len(heads), -1)
    spouse[grooms] = brides
    return spouse


def _fill(
    place: IntArray,
    age: FloatArray,
    female: NDArray[np.bool_],
    heads: IntArray,
    spouse: IntArray,
    size: IntArray,
    luck: FloatArray,
    spread: FloatArray,
) -> None:
    """Everyone else into the free places: children first, then adults, each where the mother's age is likely."""
    mother = np.where(spouse >= 0, age[spouse], age[heads] - np.where(female[heads], 0.0, _SPOUSE_GAP))
    free = np.repeat(np.arange(len(size)), size - 1 - (spouse >= 0))
    free = free[np.argsort(mother[free], kind="stable")]
    rest = np.flatnonzero(place < 0)
    rest = rest[np.lexsort((luck[rest], age[rest] >= ADULT))]
    apart = np.clip(_BIRTH_AGE + _BIRTH_SPREAD * spread[rest], _BIRTH_LEAST, _BIRTH_MOST)
    wanted = np.where(age[rest] < _GRANDPARENT, age[rest] + apart, age[rest] - apart)
    place[rest] = free[nearest_free(wanted, mother[free], np.inf)]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def nearest_free(wanted, have, farthest):  # type: ignore[no-untyped-def]
    """For each of ``wanted``, in turn, the index of the nearest entry of ``have`` (ascending) that nobody took before;
    -1 where none is within ``farthest``. All in the same unit; shape of ``wanted``."""
    count = have.size
    above, below = np.arange(count + 1), np.arange(count + 1)  # next free at or after k; one after the last free before
    found = np.full(wanted.size, -1, np.int64)
    for k in range(wanted.size):
        at = np.searchsorted(have, wanted[k])
        up, down = _root(above, at), _root(below, at) - 1
        best = up
        if up == count or (down >= 0 and wanted[k] - have[down] < have[up] - wanted[k]):
            best = down
        if 0 <= best < count and abs(have[best] - wanted[k]) <= farthest:
            found[k] = best
            above[best], below[best + 1] = best + 1, best
    return found


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _root(link, at):  # type: ignore[no-untyped-def]
    """Follow ``link`` from ``at`` to the entry that points to itself, halving the path on the way."""
    while link[at] != at:
        link[at] = link[link[at]]
        at = link[at]
    return at
