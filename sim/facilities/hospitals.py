"""The hospitals that treat a district's members: their shares, what care costs there, and who goes where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from districts.model import District, Hospital

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Cost of the same care by class of the hospital, relative to class C: INA-CBG tariffs differ by class (general
#: knowledge; low confidence).
CLASS_COST = {"A": 1.3, "B": 1.12, "C": 1.0, "D": 0.92, "D_pratama": 0.85, "unknown": 1.0}
#: The fractional part of the golden ratio: its multiples part any stretch as evenly as can be.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


class Hospitals(NamedTuple):
    """The district's hospitals in the order of its list, each column (hospitals,): ``share`` of the care, the shares
    added up (``upto``), and the ``cost`` of the same care relative to the district's mean (share-weighted mean 1)."""

    share: FloatArray
    upto: FloatArray
    cost: FloatArray


def listed_hospitals(district: District) -> tuple[Hospital, ...]:
    """The hospitals of the district; where it lists none, one outside that stands for all."""
    if district.hospitals:
        return district.hospitals
    return (Hospital(code="-", name="RS lain", share=1.0, outside_district=True, source="assumed",
                     confidence="assumed"),)  # fmt: skip


def make_hospitals(district: District) -> Hospitals:
    """Shares, scaled to add to 1 (equal ones where all are zero), and costs such that the district's mean stays."""
    listed = listed_hospitals(district)
    given = np.array([hospital.share for hospital in listed])
    share = given / given.sum() if given.sum() > 0 else np.full(len(listed), 1.0 / len(listed))
    cost = np.array([CLASS_COST[hospital.hclass] for hospital in listed])
    return Hospitals(share, np.cumsum(share), cost / (share @ cost))


def take_turns(first: int, count: int, share: FloatArray) -> IntArray:
    """How many of ``count`` events go to each of several places with ``share`` (places,), adding to 1.

    Event number n goes where the fractional part of n times the golden ratio lies among the shares added up (Weyl's
    sequence). ``first`` is the number of events before: over the months every place gets its share, the small ones
    too, and the sum is exact.
    """
    luck = (np.arange(first, first + count) + 0.5) * _GOLDEN % 1.0
    place = np.minimum(np.searchsorted(np.cumsum(share), luck, side="right"), len(share) - 1)
    return np.bincount(place, minlength=len(share)).astype(np.int64)
