"""Who is taken in, added, or switched off: heads chosen in a stated order, families together, ties by luck."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    ACTIVE,
    ARREARS,
    FREE,
    GONE,
    LAPSED,
    NEVER,
    PAYER_CENTRAL,
    PAYER_DISTRICT,
    PAYER_SELF,
    PBI,
    PBPU,
    PEMDA,
    PENDING,
    RESIDENT,
)
from sim.people.arrays import Households, People
from sim.people.segments import origin_of

IndexArray = NDArray[np.int64]

#: Who may be asked for, by order: rank of (never, lapsed, in arrears, paying PBPU class III); 9 = not at all.
ORDERS = {
    "never_first": (0, 1, 2, 9),
    "lapsed_first": (1, 0, 2, 9),
    "arrears_first": (1, 2, 0, 9),
    "poorest_first": (0, 0, 0, 0),
    "poorest_uncovered": (0, 0, 0, 9),
    "inactive_never_first": (9, 0, 1, 9),
    "inactive_lapsed_first": (9, 0, 1, 9),
    "inactive_arrears_first": (9, 1, 0, 9),
    "inactive_poorest_first": (9, 0, 0, 9),
    "only_dropped": (9, 0, 9, 9),
}


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _candidates(ppl, hh, used, lottery, ranks, by_wealth, only_segment):  # type: ignore[no-untyped-def]
    index = np.empty(used, np.int64)
    keys = np.empty(used, np.uint64)
    n = 0
    for i in range(used):
        if ppl.presence[i] != RESIDENT or ppl.queued[i] == 1:
            continue
        status = ppl.status[i]
        rank = 9
        if status == NEVER:
            rank = ranks[0]
        elif status == LAPSED:
            rank = ranks[1]
        elif status == ARREARS:
            rank = ranks[2]
        elif status == ACTIVE and ppl.segment[i] == PBPU and ppl.klass[i] == 3:
            rank = ranks[3]
        if rank == 9 or (only_segment >= 0 and ppl.segment[i] != only_segment):
            continue
        h = ppl.household[i]
        if by_wealth:
            rank = int(hh.wealth[h])
        index[n] = i
        keys[n] = (np.uint64(rank) << np.uint64(32)) | np.uint64(lottery[h])
        n += 1
    return index[:n], keys[:n]


def _first(index: IndexArray, keys: NDArray[np.uint64], count: int) -> IndexArray:
    """The ``count`` entries with the smallest keys, in their order; equal keys (one family) stay together."""
    if count >= len(index):
        return index[np.argsort(keys, kind="stable")]
    nearest = np.argpartition(keys, count - 1)[:count] if count else np.zeros(0, np.int64)
    nearest = nearest[np.lexsort((index[nearest], keys[nearest]))]
    return index[nearest]


def choose_uncovered(
    people: People,
    households: Households,
    used: int,
    lottery: NDArray[np.uint32],
    order: str,
    count: int,
    only_segment: int = -1,
) -> IndexArray:
    """The next ``count`` residents without cover in ``order`` (a key of :data:`ORDERS`), fewer if there are fewer.

    ``lottery`` (households,) settles ties, the same in every month and scenario. ``only_segment`` restricts to those
    who last belonged to that segment.
    """
    if count <= 0:
        return np.zeros(0, np.int64)
    ranks = np.array(ORDERS[order])
    index, keys = _candidates(people, households, used, lottery, ranks, "poorest" in order, only_segment)
    return _first(index, keys, count)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _members(ppl, hh, used, lottery, segment, payer, order):  # type: ignore[no-untyped-def]
    index = np.empty(used, np.int64)
    keys = np.empty(used, np.uint64)
    n = 0
    for i in range(used):
        if ppl.status[i] != ACTIVE or ppl.segment[i] != segment or (payer >= 0 and ppl.payer[i] != payer):
            continue
        if ppl.presence[i] == FREE or ppl.presence[i] == GONE:
            continue
        h = ppl.household[i]
        if order == 0:  # unused first: ghosts and those longest without a contact
            rank = np.uint64(np.int64(ppl.used[i]) + 2000)
        elif order == 1:  # better off first
            rank = np.uint64(4 - hh.wealth[h])
        else:  # newest first
            rank = np.uint64(2000 - np.int64(ppl.since[i]))
        index[n] = i
        keys[n] = (rank << np.uint64(32)) | np.uint64(lottery[h])
        n += 1
    return index[:n], keys[:n]


_DROP_ORDERS = ("unused_first", "better_off_first", "newest_first")


def choose_members(
    people: People,
    households: Households,
    used: int,
    lottery: NDArray[np.uint32],
    segment: int,
    payer: int,
    order: str,
    count: int,
) -> IndexArray:
    """The next ``count`` active heads of ``segment`` (and ``payer``, -1 for any) to be switched off in ``order``."""
    if count <= 0:
        return np.zeros(0, np.int64)
    index, keys = _members(people, households, used, lottery, segment, payer, _DROP_ORDERS.index(order))
    return _first(index, keys, count)


def switch_off(people: People, chosen: IndexArray) -> int:
    """Make the chosen heads lapsed: registered, inactive, without debt. Returns how many."""
    people.status[chosen] = LAPSED
    return len(chosen)


def add_to_pbi(people: People, chosen: IndexArray, month: int) -> int:
    """Make the chosen residents active PBI-JK heads. Returns how many."""
    people.segment[chosen] = PBI
    people.payer[chosen] = PAYER_CENTRAL
    people.klass[chosen] = 0
    people.status[chosen] = ACTIVE
    people.since[chosen] = month
    return len(chosen)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def register_heads(ppl, hh, chosen, month, active_from, at_once, origin):  # type: ignore[no-untyped-def]
    """Register the chosen residents as PBPU Pemda heads of the district; returns how many became active at once.

    Those who gained cover since they were asked for are passed over. ``origin`` (6,) counts where the heads came from.
    """
    active = 0
    for i in chosen:
        status = ppl.status[i]
        self_paying = status == ACTIVE and ppl.payer[i] == PAYER_SELF
        if ppl.presence[i] != RESIDENT or not (status == NEVER or status == LAPSED or status == ARREARS or self_paying):
            ppl.queued[i] = 0
            continue
        origin[origin_of(status, ppl.segment[i])] += 1
        ppl.segment[i], ppl.payer[i], ppl.klass[i] = PEMDA, PAYER_DISTRICT, 0
        ppl.since[i] = month
        ppl.queued[i] = 0
        if at_once or self_paying:  # who pays until now stays covered
            ppl.status[i] = ACTIVE
            active += 1
        else:
            ppl.status[i] = PENDING
            ppl.active_from[i] = active_from
    return active
