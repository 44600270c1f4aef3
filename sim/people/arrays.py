"""People and households as arrays: one entry per person, one per family card, no object for either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.codes import FREE


class People(NamedTuple):
    """Every resident and every ghost of the register; all arrays have shape (capacity,).

    ``name`` and ``serial`` name a person for luck (serial 0: there from the start; month + 1: born or arrived in that
    month, named by mother or arrival). ``birth`` is the month of birth counted from month 0 (negative: before).
    ``active_from`` is the month in which a pending person becomes active, ``since`` the month in which the person
    joined the segment, ``used`` the last month with a contact (-1000: not in the run). ``frailty`` has mean 1.
    ``sbp``/``fbg`` are the person's levels (mmHg, mg/dL), ``*_dev`` this month's deviation.
    """

    name: NDArray[np.uint32]
    serial: NDArray[np.uint16]
    household: NDArray[np.int32]
    facility: NDArray[np.int16]
    birth: NDArray[np.int16]
    female: NDArray[np.uint8]
    presence: NDArray[np.uint8]
    segment: NDArray[np.uint8]
    payer: NDArray[np.uint8]
    klass: NDArray[np.uint8]
    status: NDArray[np.uint8]
    active_from: NDArray[np.int16]
    since: NDArray[np.int16]
    used: NDArray[np.int16]
    sick: NDArray[np.uint8]
    queued: NDArray[np.uint8]
    chronic: NDArray[np.uint8]
    frailty: NDArray[np.float32]
    sbp: NDArray[np.float32]
    sbp_dev: NDArray[np.float32]
    fbg: NDArray[np.float32]
    fbg_dev: NDArray[np.float32]


class Households(NamedTuple):
    """Every family card; all arrays have shape (households,).

    ``debt`` is months of premium owed (0-24), ``waiting`` marks a family that stopped paying to wait for the Pemda,
    ``rehab`` counts instalments left, ``payers`` the members who pay themselves, ``holds`` and ``event`` are the bits
    and the code of sim.codes, ``back_at`` the month of the last reactivation, ``owed_at_back`` months owed then,
    ``cover_until`` the month in which lay-off cover ends (-1: none).
    """

    name: NDArray[np.uint32]
    wealth: NDArray[np.uint8]
    klass: NDArray[np.uint8]
    debt: NDArray[np.uint8]
    waiting: NDArray[np.uint8]
    rehab: NDArray[np.uint8]
    payers: NDArray[np.uint8]
    need: NDArray[np.uint8]
    holds: NDArray[np.uint8]
    event: NDArray[np.uint8]
    back_at: NDArray[np.int16]
    owed_at_back: NDArray[np.uint8]
    cover_until: NDArray[np.int16]


#: Values of a free slot that are not zero.
_PEOPLE_DEFAULTS = {"used": -1000, "presence": FREE, "frailty": 1.0}
_HOUSEHOLD_DEFAULTS = {"back_at": -1000, "cover_until": -1}


def _empty(kind: Any, size: int, defaults: Mapping[str, float]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{field: np.full(size, defaults.get(field, 0), _element(hint)) for field, hint in hints.items()})


def _element(hint: Any) -> Any:
    """The element type of an annotation such as ``NDArray[np.uint8]``."""
    return get_args(get_args(hint)[1])[0]


def empty_people(capacity: int) -> People:
    """``capacity`` free slots."""
    people: People = _empty(People, capacity, _PEOPLE_DEFAULTS)
    return people


def empty_households(count: int) -> Households:
    """``count`` family cards without debt."""
    households: Households = _empty(Households, count, _HOUSEHOLD_DEFAULTS)
    return households


def copy_arrays(arrays: Any) -> Any:
    """A deep copy of People or Households."""
    return type(arrays)(*(array.copy() for array in arrays))
