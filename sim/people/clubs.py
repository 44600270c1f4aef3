"""Prolanis clubs: whom their places reach among the members, and how many places are free for other patients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Clubs(NamedTuple):
    """``reach``: share of the Prolanis members who are in a club; ``free``: places left over for each patient outside
    Prolanis, at most 1. Each (facilities,)."""

    reach: FloatArray
    free: FloatArray


def fill_clubs(places: FloatArray, known: IntArray, members: IntArray) -> Clubs:
    """Clubs with so many ``places``, where ``known`` patients are diagnosed and ``members`` of them in Prolanis, each
    (facilities,): members have the first call, what they leave is open to the others."""
    return Clubs(
        reach=np.minimum(places / np.maximum(members, 1), 1.0),
        free=np.clip((places - members) / np.maximum(known - members, 1), 0.0, 1.0),
    )
