"""Who is taken in, added, or switched off: heads chosen in a stated order, families together, ties by luck."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    ACTIVE,
    ARREARS,
    FREE,
    GONE,
    HAS_UNCOVERED,
    LAPSED,
    NEVER,
    PAYER_SELF,
    PBPU,
    PENDING,
    RESIDENT,
)
from sim.people.arrays import Households, People
from sim.people.segments import become_pemda

IndexArray = NDArray[np.int64]

#: Rank of those who may not be asked for.
_NOT_AT_ALL = 9
#: Who may be asked for, by order: rank of (never, lapsed, in arrears, paying PBPU class III).
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
_DROP_ORDERS = ("unused_first", "better_off_first", "newest_first")


class FamilyOrders(NamedTuple):
    """Households in the two orders in which families are taken in, each (households,): by lottery, and by wealth
    quintile (poorest first) and then lottery. Neither changes during a run."""

    by_lottery: NDArray[np.int32]
    by_wealth: NDArray[np.int32]


def family_orders(households: Households) -> FamilyOrders:
    """The orders of ``households``; prepare them once per replicate."""
    by_lottery = np.argsort(households.lottery, kind="stable")
    by_wealth = by_lottery[np.argsort(households.wealth[by_lottery], kind="stable")]
    return FamilyOrders(by_lottery.astype(np.int32), by_wealth.astype(np.int32))


def choose_uncovered(
    people: People, households: Households, orders: FamilyOrders, order: str, count: int, only_segment: int = -1
) -> IndexArray:
    """The next ``count`` residents without cover in ``order`` (a key of :data:`ORDERS`), fewer if there are fewer.

    Persons (indices, int64) come rank by rank, within a rank family by family, the poorest first under the orders that
    say so; the lottery settles ties, the same in every month and scenario. Nobody in the queue is chosen.
    ``only_segment`` restricts to those who last belonged to that segment. Raises ``KeyError`` for an unknown order.
    """
    ranks = np.array(ORDERS[order])
    families = orders.by_wealth if "poorest" in order else orders.by_lottery
    room = max(0, min(count, people.name.size))
    chosen: IndexArray = _choose(people, households, families, ranks, room, only_segment)
    return chosen


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _choose(ppl, hh, families, ranks, count, only_segment):  # type: ignore[no-untyped-def]
    """The first ``count`` persons of the lowest ranks, in the order of ``families`` and of their member lists."""
    presence, status_of, segment_of, klass_of = ppl.presence, ppl.status, ppl.segment, ppl.klass
    queued, following, first = ppl.queued, ppl.next, hh.first
    holds, debt, payers, family_klass = hh.holds, hh.debt, hh.payers, hh.klass
    chosen = np.empty(count, np.int64)
    n = 0
    for rank in range(3):
        if not (ranks == rank).any():
            continue
        uncovered, in_arrears, paying = ranks[0] == rank or ranks[1] == rank, ranks[2] == rank, ranks[3] == rank
        for h in families:
            if not (
                (uncovered and holds[h] & HAS_UNCOVERED)
                or (in_arrears and debt[h] > 0)
                or (paying and payers[h] > 0 and family_klass[h] == 3)
            ):
                continue
            i = first[h]
            while i >= 0 and n < count:
                if presence[i] == RESIDENT and queued[i] == 0:
                    if _rank_of(status_of[i], segment_of[i], klass_of[i], ranks) == rank:
                        if only_segment < 0 or segment_of[i] == only_segment:
                            chosen[n] = i
                            n += 1
                i = following[i]
            if n == count:
                return chosen
    return chosen[:n]


@nb.njit(error_model="numpy")
def _rank_of(status, segment, klass, ranks):  # type: ignore[no-untyped-def]
    """The rank of a person; those covered otherwise are not asked for."""
    if status == NEVER:
        return ranks[0]
    if status == LAPSED:
        return ranks[1]
    if status == ARREARS:
        return ranks[2]
    if status == ACTIVE and segment == PBPU and klass == 3:
        return ranks[3]
    return _NOT_AT_ALL


def choose_members(
    people: People, households: Households, used: int, segment: int, payer: int, order: str, count: int
) -> IndexArray:
    """The next ``count`` active heads of ``segment`` (and ``payer``, -1 for any) to be switched off in ``order``:
    ``unused_first`` (longest without a contact, the register's ghosts among them), ``better_off_first`` or
    ``newest_first``; the lottery settles ties. Indices of the first ``used`` persons, int64. Raises ``ValueError``
    for an unknown order.
    """
    step = _DROP_ORDERS.index(order)
    if count <= 0:
        return np.zeros(0, np.int64)
    index, keys = _members(people, households, used, segment, payer, step)
    nearest = np.argpartition(keys, count - 1)[:count] if count < len(keys) else np.arange(len(keys))
    chosen: IndexArray = index[nearest[np.lexsort((index[nearest], keys[nearest]))]]
    return chosen


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _members(ppl, hh, used, segment, payer, step):  # type: ignore[no-untyped-def]
    """The active heads of ``segment`` and ``payer`` with their sort keys: rank in the order, then lottery."""
    index = np.empty(used, np.int64)
    keys = np.empty(used, np.uint64)
    n = 0
    for i in range(used):
        if ppl.status[i] != ACTIVE or ppl.segment[i] != segment or (payer >= 0 and ppl.payer[i] != payer):
            continue
        if ppl.presence[i] == FREE or ppl.presence[i] == GONE:
            continue
        h = ppl.household[i]
        if step == 0:
            rank = np.uint64(np.int64(ppl.used[i]) + 2000)
        elif step == 1:
            rank = np.uint64(4 - hh.wealth[h])
        else:
            rank = np.uint64(2000 - np.int64(ppl.since[i]))
        index[n] = i
        keys[n] = (rank << np.uint64(32)) | np.uint64(hh.lottery[h])
        n += 1
    return index[:n], keys[:n]


def switch_off(people: People, households: Households, chosen: IndexArray) -> int:
    """Make the ``chosen`` heads lapsed: registered, inactive, without debt. Returns how many."""
    people.status[chosen] = LAPSED
    households.holds[people.household[chosen]] |= HAS_UNCOVERED
    return len(chosen)


def take_in(people: People, chosen: IndexArray, segment: int, payer: int, month: int) -> int:
    """Make the ``chosen`` residents active heads of ``segment``, paid by ``payer``, from ``month`` on. Returns how
    many."""
    people.segment[chosen] = segment
    people.payer[chosen] = payer
    people.klass[chosen] = 0
    people.status[chosen] = ACTIVE
    people.since[chosen] = month
    return len(chosen)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def register_heads(ppl, hh, chosen, month, active_from, at_once, origin):  # type: ignore[no-untyped-def]
    """Register the ``chosen`` residents as PBPU Pemda heads of the district; returns how many became active at once.

    Those who gained cover since they were asked for are passed over, and those whose application fell away when the
    family settled its debt (``queued`` 0): paying comes first. What a family owes stays, frozen. ``origin`` (6,) counts
    where the heads came from.
    """
    active = 0
    for i in chosen:
        if ppl.queued[i] == 0:
            continue
        ppl.queued[i] = 0
        status = ppl.status[i]
        self_paying = status == ACTIVE and ppl.payer[i] == PAYER_SELF
        if ppl.presence[i] != RESIDENT or not (status == NEVER or status == LAPSED or status == ARREARS or self_paying):
            continue
        become_pemda(ppl, hh, i, month, origin)
        if at_once or self_paying:  # who pays until now stays covered
            ppl.status[i] = ACTIVE
            active += 1
        else:
            ppl.status[i] = PENDING
            ppl.active_from[i] = active_from
    return active
