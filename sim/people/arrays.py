"""People and households as arrays: one entry per person, one per family card, no object for either."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.codes import FREE


class People(NamedTuple):
    """Every resident and every ghost of the register; all arrays have shape (capacity,).

    ``name`` and ``serial`` name a person for luck (serial 0: there from the start; month + 1: born or arrived in that
    month, named by mother or arrival). ``next`` is the next member of the same household (-1: the last one; the first
    is ``Households.first``). ``birth`` is the month of birth counted from month 0 (negative: before). ``active_from``
    is the month in which a pending person becomes active, ``since`` the month in which the person joined the segment,
    ``used`` the last month with a contact (-1000: not in the run). ``wish`` is what the month's illness asks for (bits
    of sim.codes). ``frailty`` has mean 1.
    """

    name: NDArray[np.uint32]
    serial: NDArray[np.uint16]
    household: NDArray[np.int32]
    next: NDArray[np.int32]
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
    wish: NDArray[np.uint8]
    queued: NDArray[np.uint8]
    chronic: NDArray[np.uint16]
    frailty: NDArray[np.float32]


class Patients(NamedTuple):
    """Those with hypertension or diabetes, known or not; all arrays have shape (capacity,).

    ``person`` is the index into :class:`People` (-1: free). ``sbp``/``fbg`` are the person's levels (mmHg, mg/dL),
    ``*_dev`` this month's deviation from them.
    """

    person: NDArray[np.int32]
    sbp: NDArray[np.float32]
    sbp_dev: NDArray[np.float32]
    fbg: NDArray[np.float32]
    fbg_dev: NDArray[np.float32]


class Households(NamedTuple):
    """Every family card; all arrays have shape (households,).

    ``first`` is the first member in :class:`People` (-1: nobody), ``lottery`` the luck that settles ties among
    families, ``channel`` (0-255) the luck that decides who pays by autodebit, ``distance`` tenths of a kilometre to
    the facility (at most 255). ``debt`` is months of premium owed (0-24), ``waiting`` marks a family that stopped
    paying to wait for the Pemda, ``rehab`` counts instalments left, ``payers`` the members who pay themselves,
    ``need``, ``holds`` and ``event`` are the bits and the code of sim.codes, ``back_at`` the month of the last
    reactivation, ``owed_at_back`` months owed then, ``cover_until`` the month in which lay-off cover ends (-1: none).
    """

    name: NDArray[np.uint32]
    lottery: NDArray[np.uint32]
    first: NDArray[np.int32]
    wealth: NDArray[np.uint8]
    channel: NDArray[np.uint8]
    distance: NDArray[np.uint8]
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
_DEFAULTS: dict[Any, dict[str, float]] = {
    People: {"used": -1000, "presence": FREE, "frailty": 1.0, "next": -1},
    Patients: {"person": -1},
    Households: {"back_at": -1000, "cover_until": -1, "first": -1},
}


def _empty(kind: Any, size: int) -> Any:
    defaults = _DEFAULTS[kind]
    return kind(**{field: np.full(size, defaults.get(field, 0), element) for field, element in _elements(kind).items()})


@cache
def _elements(kind: Any) -> dict[str, Any]:
    """The element types of the fields, from annotations such as ``NDArray[np.uint8]``."""
    return {field: get_args(get_args(hint)[1])[0] for field, hint in get_type_hints(kind).items()}


def empty_people(capacity: int) -> People:
    """``capacity`` free slots."""
    people: People = _empty(People, capacity)
    return people


def empty_patients(capacity: int) -> Patients:
    """``capacity`` free slots."""
    patients: Patients = _empty(Patients, capacity)
    return patients


def empty_households(count: int) -> Households:
    """``count`` family cards without debt."""
    households: Households = _empty(Households, count)
    return households


def copy_arrays(arrays: Any, room: int = 0) -> Any:
    """A deep copy of People, Patients or Households, with ``room`` free slots more."""
    kind = type(arrays)
    more = _empty(kind, room)
    return kind(*(np.concatenate(pair) for pair in zip(arrays, more, strict=True)))


@nb.njit(error_model="numpy", cache=True, nogil=True)
def link_households(ppl, hh, lo, hi):  # type: ignore[no-untyped-def]
    """Put the persons ``lo`` ... ``hi``-1 at the head of their households' member lists, the lowest index first."""
    for i in range(hi - 1, lo - 1, -1):
        h = ppl.household[i]
        ppl.next[i] = hh.first[h]
        hh.first[h] = i


def bytes_of(*arrays: Any) -> int:
    """Bytes held by the arrays of People, Patients or Households."""
    return sum(column.nbytes for kind in arrays for column in kind)
