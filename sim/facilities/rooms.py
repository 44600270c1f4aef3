"""Which consultation rooms open on a day: one for each doctor who is there, and those that nurses run."""

from __future__ import annotations

from collections.abc import Sequence

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.random import Key, Purpose, unit, words

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_STAFF = int(Purpose.STAFF)
#: Serial that names the luck of the nurses together; doctors have theirs from 0 on.
_NURSES = 0xFFFF


def rooms_of(
    doctors: IntArray, nurses: FloatArray, key: Key, month: int, days: Sequence[int], absence: float, per_nurse: float
) -> IntArray:
    """Rooms open on each of ``days`` (days of the month) of ``month``, shape (facilities, days), at least one.

    ``doctors`` (facilities,) are heads, ``nurses`` (facilities,) heads by the hours left for the clinic, parts too. A
    doctor is away on a day with chance ``absence`` (leave, training, meetings), by luck named after
    facility, doctor and day; ``per_nurse`` rooms are run by each nurse: the part of a room is open on its share of the
    days, by luck.
    """
    rooms: IntArray = _rooms(key.k0, key.k1, month, doctors, nurses * per_nurse, np.array(days, np.int64), absence)
    return rooms


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _rooms(k0, k1, month, doctors, by_nurses, days, absence):  # type: ignore[no-untyped-def]
    rooms = np.zeros((doctors.size, days.size), np.int64)
    for f in range(doctors.size):
        for j in range(days.size):
            for doctor in range(doctors[f]):
                rooms[f, j] += unit(words(k0, k1, f, doctor, days[j], month, _STAFF)[0]) >= absence
            rooms[f, j] += int(by_nurses[f] + unit(words(k0, k1, f, _NURSES, days[j], month, _STAFF)[1]))
            rooms[f, j] = max(rooms[f, j], 1)
    return rooms
