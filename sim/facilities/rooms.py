"""Which consultation rooms open on a day: one for each doctor who is there, and those that nurses run."""

from __future__ import annotations

from collections.abc import Sequence

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.random import Key, Purpose, unit, words

IntArray = NDArray[np.int64]

_STAFF = int(Purpose.STAFF)


def rooms_of(
    doctors: IntArray, nurses: IntArray, key: Key, month: int, days: Sequence[int], absence: float, per_nurse: float
) -> IntArray:
    """Rooms open on each of ``days`` (days of the month) of ``month``, shape (facilities, days), at least one.

    ``doctors`` and ``nurses`` (facilities,) are heads. A doctor is away on a day with chance ``absence`` (leave,
    training, meetings), by luck named after facility, doctor and day; ``per_nurse`` rooms are run by each nurse, in
    whole rooms.
    """
    present = _doctors_present(key.k0, key.k1, month, doctors, np.array(days, np.int64), absence)
    rooms: IntArray = np.maximum(present + (nurses * per_nurse).astype(np.int64)[:, None], 1)
    return rooms


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _doctors_present(k0, k1, month, doctors, days, absence):  # type: ignore[no-untyped-def]
    present = np.zeros((doctors.size, days.size), np.int64)
    for f in range(doctors.size):
        for j in range(days.size):
            for doctor in range(doctors[f]):
                present[f, j] += unit(words(k0, k1, f, doctor, days[j], month, _STAFF)[0]) >= absence
    return present
