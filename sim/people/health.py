"""Health at the start: frailty, and hypertension and diabetes by age."""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from sim import codes
from sim.behaviour import Behaviour
from sim.people.arrays import People
from sim.random import Key, Purpose, block_table, fractions, uniforms

FloatArray = NDArray[np.float64]

#: True prevalence of HT and DM by age band 18-39, 40-59, 60+ (HT: 30.8 % of adults measured, SKI 2023; split assumed).
_BANDS = (18, 40, 60)
_HT_TRUE, _DM_TRUE = (0.14, 0.38, 0.58), (0.012, 0.075, 0.13)
_HT_DIAGNOSED, _DM_DIAGNOSED = (0.022, 0.125, 0.229), (0.006, 0.037, 0.065)
#: Step of the synthesis that draws HT, DM, letter and adherence (lanes 0-3 of each person's block).
_STEP = 80


@lru_cache(maxsize=4)
def frailty_table(shape: float) -> FloatArray:
    """Quantiles k / 4096 (k = 1 ... 4095) of the gamma law with mean 1 and ``shape``; read-only, shape (4095,)."""
    table = np.asarray(gammaincinv(shape, np.arange(1, 4096) / 4096) / shape, np.float64)
    table.flags.writeable = False
    return table


def frailty_of(luck: FloatArray, shape: float) -> NDArray[np.float32]:
    """Gamma frailty with mean 1 and ``shape`` at the quantiles ``luck`` (persons,), 0-1; shape of ``luck``."""
    result: NDArray[np.float32] = _frailties(frailty_table(shape), luck)
    return result


@nb.njit(error_model="numpy", cache=True)
def frailty_at(table, luck):  # type: ignore[no-untyped-def]
    """The frailty at the quantile ``luck`` (0-1) of a :func:`frailty_table`, linear between its entries."""
    place = min(max(luck * (table.size + 1) - 1.0, 0.0), table.size - 1.0)
    below = min(int(place), table.size - 2)
    return table[below] + (place - below) * (table[below + 1] - table[below])


@nb.njit(error_model="numpy", cache=True)
def _frailties(table, luck):  # type: ignore[no-untyped-def]
    result = np.empty(luck.size, np.float32)
    for i in range(luck.size):
        result[i] = frailty_at(table, luck[i])
    return result


def assign_health(people: People, behaviour: Behaviour, key: Key, residents: int) -> None:
    """Frailty and chronic bits of the first ``residents`` persons, by each person's own luck.

    ADHERENT is drawn for everybody, so that who takes the drugs is settled before a diagnosis.
    """
    names = people.name[:residents]
    people.frailty[:residents] = frailty_of(uniforms(key, names, 0, Purpose.FRAILTY), behaviour["care.frailty_shape"])
    ht, dm, letter, adherent = fractions(block_table(key, names, _STEP, Purpose.SYNTHESIS)).T
    band = np.searchsorted(np.array(_BANDS) * 12, -people.birth[:residents], side="right")

    def below(luck: FloatArray, shares: tuple[float, ...], factor: float = 1.0) -> NDArray[np.bool_]:
        hit: NDArray[np.bool_] = luck < np.array((0.0, *shares))[band] * factor
        return hit

    known_ht = below(ht, _HT_DIAGNOSED, behaviour["chronic.ht_diagnosed"])
    known_dm = below(dm, _DM_DIAGNOSED, behaviour["chronic.dm_diagnosed"])
    known = known_ht | known_dm
    bits = np.zeros(residents, np.uint16)
    for bit, hit in (
        (codes.HT, known_ht | below(ht, _HT_TRUE)),
        (codes.HT_DIAGNOSED, known_ht),
        (codes.DM, known_dm | below(dm, _DM_TRUE)),
        (codes.DM_DIAGNOSED, known_dm),
        (codes.LETTER, known & (letter < behaviour["chronic.letter"])),
        (codes.PRB, known & (letter >= 1 - behaviour["chronic.prb"])),
        (codes.ADHERENT, adherent < behaviour["chronic.adherence"]),
    ):
        bits |= hit * np.uint16(bit)
    people.chronic[:residents] = bits
