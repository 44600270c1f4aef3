"""The synthetic population: the reconciled margins met exactly by residents, ghosts and family cards.

Families come from :mod:`sim.people.families`; here they are dealt to the cells of the register by wealth, and to the
facilities, as whole families. What is left when no family fits is a card of mixed payers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from districts.model import District, Facility, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.people.arrays import Households, People, empty_households, empty_people, link_households
from sim.people.cells import EVEN, Cell
from sim.people.families import FamilyTree, family_tree
from sim.people.fitting import apportion, fit, round_table
from sim.people.health import assign_health
from sim.people.margins import MOST_MONTHS, PREMIUM, Margins, reconcile
from sim.random import Key, Purpose, block_table, fractions, uniforms

IntArray = NDArray[np.int64]

#: Share of the families in arrears that leave them in a month, where no sum of rupiah says it: mean 15 months owed
#: (790,000 rupiah a head in December 2024), and the range that is searched.
_LEAVING, _LEAVING_RANGE = 0.04, (1e-4, 0.99)
#: Mean kilometres to the facility by its location, and spread on the log scale (both assumed).
_KILOMETRES = {"urban": 1.5, "rural": 4.0, "remote": 10.0, "very_remote": 15.0}
_KILOMETRES_SPREAD = 0.6
#: The dead and the moved of the register: age in months (no rate asks for it).
_GHOST_AGE = 12 * 60


@dataclass(frozen=True)
class Population:
    """The synthesised district: arrays with free slots behind; slots below ``residents`` hold residents, those below
    ``used`` the ghosts of the register."""

    people: People
    households: Households
    residents: int
    used: int


def synthesise(
    district: District, stock: Stock, cells: list[Cell], behaviour: Behaviour, key: Key, seed: int, spare: int
) -> Population:
    """Residents, ghosts and family cards at the end of the stock's month; ``spare`` free slots for newcomers.

    Starting heads by segment, payer, class and status equal ``cells`` exactly, heads by facility the reconciled
    registers; so does the table of cells by facility, fitted to an even seed. The table of cells and statuses by
    wealth quintile is met up to the members of mixed cards. Raises ``InputError`` as :func:`reconcile` does.
    """
    margins = reconcile(district, stock)
    tree = family_tree(margins.age_sex, margins.household_sizes, seed)
    residents, ghosts = len(tree.household), sum(cell.ghosts for cell in cells)
    used = residents + ghosts
    people, households = empty_people(used + spare), empty_households(len(tree.size))
    people.name[:used] = np.arange(used)
    people.household[:residents] = tree.household
    people.birth[:residents] = -tree.age_months - 1
    people.female[:residents] = tree.female
    people.presence[:residents] = codes.RESIDENT

    households.name[:] = np.arange(len(tree.size))
    luck = block_table(key, households.name, 10, Purpose.SYNTHESIS)
    cell_of = _assign_cells(people, households, tree, cells, margins, luck[:, 0])
    _assign_debt(people, households, margins, luck, behaviour["premium.miss"])
    _assign_facilities(people, tree, cells, cell_of, margins, luck[:, 1], key)
    _assign_homes(people, households, tree, district.facilities, key)
    assign_health(people, behaviour, key, residents)
    link_households(people, households, 0, used)
    return Population(people, households, residents, used)


def _assign_cells(
    people: People,
    households: Households,
    tree: FamilyTree,
    cells: list[Cell],
    margins: Margins,
    luck: NDArray[np.uint32],
) -> IntArray:
    """Families to cell, status and wealth quintile; returns the cell of every resident (the last: not registered).

    Those who pay for themselves are dealt first, so that a mixed card hardly ever holds one who owes.
    """
    rows = [
        (number, status, heads)
        for number, cell in sorted(enumerate(cells), key=lambda item: item[1].payer != codes.PAYER_SELF)
        for status, heads in (
            (codes.ARREARS, cell.arrears), (codes.LAPSED, cell.lapsed), (codes.ACTIVE, cell.active - cell.ghosts)
        )
    ]  # fmt: skip
    rows.append((len(cells), codes.NEVER, margins.population - sum(cell.residents for cell in cells)))
    number, status, heads = (np.array(column) for column in zip(*rows, strict=True))
    weights = np.array([cell.weight for cell in cells] + [EVEN])
    table = round_table(fit(weights[number], heads, np.array(margins.wealth)))
    persons, block = _deal(tree, np.argsort(luck, kind="stable"), np.zeros(0, np.int64), table.ravel())
    row, quintile = np.divmod(block, 5)
    used = len(persons)
    cell_of = np.empty(used, np.int64)
    cell_of[persons] = number[row]
    people.status[persons] = status[row]
    for column, values in (
        (people.segment, [cell.segment for cell in cells] + [codes.NEVER_SEGMENT]),
        (people.payer, [cell.payer for cell in cells] + [codes.PAYER_NONE]),
        (people.klass, [cell.klass for cell in cells] + [0]),
    ):
        column[:used] = np.array(values)[cell_of]
    households.wealth[tree.household[persons]] = quintile
    paying = np.flatnonzero(people.payer[:used] == codes.PAYER_SELF)
    households.klass[tree.household[paying]] = people.klass[paying]
    return cell_of


def _deal(tree: FamilyTree, order: IntArray, loose: IntArray, need: IntArray) -> tuple[IntArray, IntArray]:
    """Persons of the households ``order`` and the ``loose`` persons, dealt to blocks that take ``need`` persons each
    (together all of them); returns (persons, block of each). Whole households as far as they fit."""
    size = tree.size[order]
    queue = np.argsort(size, kind="stable")
    start = np.searchsorted(size[queue], np.arange(int(size.max(initial=0)) + 2))
    block, short = _whole_households(size, queue, start, need)
    persons = np.concatenate([_members(tree, order), loose])
    dealt = np.concatenate([np.repeat(block, size), np.full(len(loose), -1)])
    dealt[dealt < 0] = np.repeat(np.arange(len(need)), short)
    return persons, dealt


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _whole_households(size, queue, start, need):  # type: ignore[no-untyped-def]
    """Deal households of ``size`` in turn to blocks until each holds ``need`` persons; one too large for what is
    missing waits, and the next that fits (the largest first) is taken. ``queue[start[s]:start[s + 1]]`` are the
    households of size s. Returns the block of each household (-1: left over) and the persons each block lacks."""
    block, short = np.full(size.size, -1, np.int64), np.zeros(need.size, np.int64)
    head, largest, at = start.copy(), start.size - 2, 0
    for b in range(need.size):
        missing = need[b]
        while missing > 0:
            while at < size.size and block[at] >= 0:
                at += 1
            if at == size.size:
                break
            chosen = at
            if size[at] > missing:
                chosen = -1
                for fits in range(min(missing, largest), 0, -1):
                    while head[fits] < start[fits + 1] and block[queue[head[fits]]] >= 0:
                        head[fits] += 1
                    if head[fits] < start[fits + 1]:
                        chosen = queue[head[fits]]
                        break
                if chosen < 0:
                    break
            block[chosen] = b
            missing -= size[chosen]
        short[b] = missing
    return block, short


def _members(tree: FamilyTree, households: IntArray) -> IntArray:
    """The residents of ``households``, in their order."""
    size = tree.size[households]
    before = np.cumsum(size) - size
    return np.repeat(tree.first[households] - before, size) + np.arange(int(size.sum()))


def _assign_debt(
    people: People, households: Households, margins: Margins, luck: NDArray[np.uint32], miss: float
) -> None:
    """Months owed per household in arrears, in the stationary shape of the arrears chain: a geometric law that ends at
    the cap, its monthly exit such that the rupiah owed equal the published sum, if there is one. A share ``miss`` of
    the paying families has just missed a payment and will be suspended on the 1st."""
    debtors = np.flatnonzero(people.status == codes.ARREARS)
    heads = np.bincount(people.household[debtors], minlength=len(households.name))
    owing = np.flatnonzero(heads)
    monthly = (heads * np.array(PREMIUM)[households.klass])[owing]
    unit = fractions(luck[owing, 2])

    def months(leaving: float) -> IntArray:
        return np.minimum(np.ceil(np.log(unit) / np.log1p(-leaving)), MOST_MONTHS).astype(np.int64)

    leaving = _LEAVING
    if margins.arrears_rupiah is not None:
        low, high = _LEAVING_RANGE
        for _ in range(25):  # the more leave in a month, the less is owed
            leaving = (low * high) ** 0.5
            too_much = int((months(leaving) * monthly).sum()) > margins.arrears_rupiah
            low, high = (leaving, high) if too_much else (low, leaving)
    households.debt[owing] = months(leaving)
    payers = np.flatnonzero((people.status == codes.ACTIVE) & (people.payer == codes.PAYER_SELF))
    paying = np.setdiff1d(people.household[payers], owing)
    households.debt[paying[fractions(luck[paying, 3]) < miss]] = 1


def _assign_facilities(
    people: People,
    tree: FamilyTree,
    cells: list[Cell],
    cell_of: IntArray,
    margins: Margins,
    luck: NDArray[np.uint32],
    key: Key,
) -> None:
    """Every cell to the facilities, as whole families, the registers met exactly; and the ghosts, each on a card of
    its cell and facility where there is one."""
    registers = np.array(margins.registers)
    heads = np.array([cell.registered for cell in cells])
    table = round_table(fit(np.ones((len(heads), len(registers))), heads, registers))
    first, last = np.minimum.reduceat(cell_of, tree.first), np.maximum.reduceat(cell_of, tree.first)
    order = np.argsort(luck, kind="stable")
    mixed = np.repeat(first != last, tree.size)
    start = len(tree.household)
    for number in range(len(cells) + 1):
        whole = order[((first == number) & (last == number))[order]]
        loose = np.flatnonzero(mixed & (cell_of == number))
        if number == len(cells):  # the unregistered live where the registered live
            need = apportion(registers.astype(float), int(tree.size[whole].sum()) + len(loose))
            gone = np.zeros(len(registers), np.int64)
        else:
            gone = apportion(table[number].astype(float), cells[number].ghosts)
            need = table[number] - gone
        persons, facility = _deal(tree, whole, loose, need)
        people.facility[persons] = facility
        if gone.any():
            cards = whole if len(whole) else order
            _add_ghosts(people, slice(start, start + int(gone.sum())), cells[number], gone, tree, cards, key)
            start += int(gone.sum())


def _add_ghosts(
    people: People, slots: slice, cell: Cell, by_facility: IntArray, tree: FamilyTree, cards: IntArray, key: Key
) -> None:
    """The dead and the moved who are still on the register, half and half (assumed), on cards drawn among ``cards``
    of the same facility (of any, if it has none)."""
    count = int(by_facility.sum())
    names = people.name[slots]
    at_card = people.facility[tree.first[cards]]
    cards = cards[np.argsort(at_card, kind="stable")]
    facility = np.repeat(np.arange(len(by_facility)), by_facility)
    low, high = (np.searchsorted(np.sort(at_card), facility, side=side) for side in ("left", "right"))
    low, high = np.where(high > low, low, 0), np.where(high > low, high, len(cards))
    luck = uniforms(key, names, 70, Purpose.SYNTHESIS)
    people.household[slots] = tree.household[tree.first[cards[low + (luck * (high - low)).astype(np.int64)]]]
    people.facility[slots] = facility
    people.presence[slots] = np.where(np.arange(count) % 2 == 0, codes.DEAD_ON_REGISTER, codes.MOVED_ON_REGISTER)
    people.segment[slots], people.payer[slots], people.klass[slots] = cell.segment, cell.payer, cell.klass
    people.status[slots] = codes.ACTIVE
    people.birth[slots] = -_GHOST_AGE


def _assign_homes(
    people: People, households: Households, tree: FamilyTree, facilities: tuple[Facility, ...], key: Key
) -> None:
    """The luck that families keep, and their distance to the facility of the head (log-normal)."""
    words = block_table(key, households.name, 0, Purpose.HOUSEHOLD)
    households.lottery[:] = words[:, 0]
    households.channel[:] = words[:, 1] >> 24
    unit = fractions(words[:, 2:])
    gauss = np.sqrt(-2.0 * np.log(unit[:, 0])) * np.cos(2.0 * np.pi * unit[:, 1])
    mean = np.array([_KILOMETRES[facility.location] for facility in facilities])[people.facility[tree.first]]
    tenths = 10.0 * mean * np.exp(_KILOMETRES_SPREAD * gauss - _KILOMETRES_SPREAD**2 / 2)
    households.distance[:] = np.minimum(np.rint(tenths), 255)
