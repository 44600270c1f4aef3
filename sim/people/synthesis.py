"""The synthetic population: the district's margins met exactly by residents, ghosts and family cards.

Order of trust: the register (segments, payers, statuses), then the age-sex table, household sizes, facility registers.
A replicate draws what the stock only assumes: the split of recent joiners, the lapsed, the ghosts of the register.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from districts.faults import UserError
from districts.model import District, SegmentRow, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.people.arrays import Households, People, empty_households, empty_people
from sim.people.families import FamilyTree, apportion, family_tree
from sim.random import Key, Purpose, numbered, uniforms

IntArray = NDArray[np.int64]

#: How likely a household of each wealth quintile (poorest first) is to hold a segment, relative (assumed).
_WEALTH_WEIGHT = {
    "pbi_jk": (5.0, 4.0, 2.0, 0.7, 0.2),
    "pbpu_pemda": (4.0, 4.0, 2.5, 1.0, 0.3),
    "ppu/state": (0.1, 0.4, 1.0, 2.5, 4.0),
    "ppu/private": (0.5, 1.0, 1.5, 1.5, 1.5),
    "ppu/village": (0.5, 1.0, 1.5, 1.5, 1.0),
    "pbpu1": (0.1, 0.3, 1.0, 2.0, 5.0),
    "pbpu2": (0.3, 0.7, 1.2, 2.0, 2.0),
    "pbpu3": (1.0, 1.3, 1.3, 1.0, 0.5),
    "bp": (0.2, 0.5, 1.0, 2.0, 3.0),
}
#: Months owed by households in arrears: (from, to, share); a guess that fits the mean debt (low confidence).
_DEBT_MONTHS = ((1, 1, 0.12), (2, 3, 0.12), (4, 12, 0.22), (13, 24, 0.54))
#: True prevalence of HT and DM by age band 18-39, 40-59, 60+ (HT: 30.8 % of adults measured, SKI 2023; split assumed).
_BANDS = (18, 40, 60, 200)
_HT_TRUE, _DM_TRUE = (0.14, 0.38, 0.58), (0.012, 0.075, 0.13)
_HT_DIAGNOSED, _DM_DIAGNOSED = (0.022, 0.125, 0.229), (0.006, 0.037, 0.065)


@dataclass(frozen=True)
class Cell:
    """One (segment, payer, class) of the register with its heads by status; ghosts are among the active."""

    segment: int
    payer: int
    klass: int
    weight: tuple[float, ...]
    active: int
    arrears: int
    lapsed: int
    ghosts: int = 0

    @property
    def residents(self) -> int:
        """Heads of the cell who really live in the district."""
        return self.active + self.arrears + self.lapsed - self.ghosts


def drawn_cells(stock: Stock, behaviour: Behaviour, key: Key, central: bool) -> list[Cell]:
    """The register of the stock as cells, with what is only assumed drawn for the replicate.

    With ``central`` (luck only) the cells equal the stock exactly. The registered total never changes. Raises
    ``UserError`` when residents on the register outnumber the population.
    """
    joined = _drawn_joiners(stock, behaviour, key) if not central else [row.joined for row in stock.segments]
    cells = []
    for row, joiners in zip(stock.segments, joined, strict=True):
        registered = max(row.arrears, row.registered + joiners - row.joined)
        lapsed = min(round(row.lapsed * behaviour["stock.lapsed_factor"]), registered - row.arrears)
        cells.append(
            Cell(
                codes.SEGMENT_CODE[row.segment],
                codes.PAYER_CODE[row.payer],
                row.klass,
                _weight(row),
                registered - row.arrears - lapsed,
                row.arrears,
                lapsed,
            )
        )
    return _with_ghosts(cells, stock, behaviour)


def _weight(row: SegmentRow) -> tuple[float, ...]:
    for name in (f"{row.segment}/{row.payer}", f"{row.segment}{row.klass}", row.segment):
        if name in _WEALTH_WEIGHT:
            return _WEALTH_WEIGHT[name]
    return (1.0,) * 5


def _drawn_joiners(stock: Stock, behaviour: Behaviour, key: Key) -> list[int]:
    """Joiners per row, split anew by a Dirichlet draw around the split that the file assumes."""
    joined = np.array([row.joined for row in stock.segments], np.int64)
    if joined.sum() == 0:
        return [int(value) for value in joined]
    luck = uniforms(key, numbered(len(joined)), 0, Purpose.STOCK)
    shape = behaviour["stock.joiner_concentration"] * joined / joined.sum()
    gamma = np.where(joined > 0, gammaincinv(np.maximum(shape, 1e-9), luck), 0.0)
    drawn = apportion(gamma, int(joined.sum()))
    return [int(value) for value in drawn]


def _with_ghosts(cells: list[Cell], stock: Stock, behaviour: Behaviour) -> list[Cell]:
    """Spread the dead and the moved over the active heads that others pay for (they never pay themselves)."""
    registered = sum(cell.active + cell.arrears + cell.lapsed for cell in cells)
    share = min(0.25, stock.ghost_share * behaviour["stock.ghost_factor"])
    surplus = max(0, registered - stock.population)
    wanted = max(round(share * registered), surplus)
    room = np.array([cell.active if cell.payer != codes.PAYER_SELF else 0 for cell in cells], float)
    ghosts = apportion(room, min(wanted, int(room.sum())))
    if registered - int(ghosts.sum()) > stock.population:
        raise UserError(
            "stock {month}: {registered} registered cannot be {population} residents and their register errors",
            month=stock.month,
            registered=registered,
            population=stock.population,
        )
    return [Cell(**{**cell.__dict__, "ghosts": int(count)}) for cell, count in zip(cells, ghosts, strict=True)]


@dataclass(frozen=True)
class Population:
    """The synthesised district: arrays with free slots behind, and how many slots and households are in use."""

    people: People
    households: Households
    used: int


def synthesise(
    district: District, stock: Stock, cells: list[Cell], behaviour: Behaviour, key: Key, seed: int, spare: int
) -> Population:
    """Residents, ghosts and family cards at the end of the stock's month; ``spare`` free slots for newcomers.

    Starting heads by segment, payer, class, status and facility equal ``cells`` and the facility registers exactly
    (registers that add up to another total are scaled by largest remainder).
    """
    ages = tuple((row.age_from, row.age_to or 0, row.men, row.women) for row in district.age_sex)
    sizes = tuple((row.size, row.share) for row in district.household_sizes)
    tree = family_tree(ages, sizes, stock.population, seed)
    ghosts = sum(cell.ghosts for cell in cells)
    residents = len(tree.household)
    people = empty_people(residents + ghosts + spare)
    households = empty_households(len(tree.size))
    households.name[:] = np.arange(len(tree.size))
    luck = uniforms(key, numbered(len(tree.size)), 10, Purpose.SYNTHESIS)
    households.wealth[:] = np.searchsorted(np.cumsum(district.wealth_shares)[:-1], luck)

    people.name[: residents + ghosts] = np.arange(residents + ghosts)
    people.household[:residents] = tree.household
    people.birth[:residents] = -tree.age_months - 1
    people.female[:residents] = tree.female
    people.presence[:residents] = codes.RESIDENT
    _assign_cells(people, households, tree, cells, key)
    _assign_debt(people, households, residents, stock, key)
    _add_ghosts(people, households, cells, residents, key)
    _assign_facilities(people, district, residents, ghosts)
    _assign_health(people, behaviour, key, residents)
    return Population(people, households, residents + ghosts)


def _take(order: IntArray, size: IntArray, need: int) -> tuple[IntArray, int]:
    """Households in ``order`` that hold ``need`` persons exactly, and how many persons could not be matched."""
    cumulative = np.cumsum(size[order])
    count = int(np.searchsorted(cumulative, need, side="right"))
    missing = need - (int(cumulative[count - 1]) if count else 0)
    chosen = [order[:count]]
    for index in order[count:]:
        if missing == 0:
            break
        if size[index] <= missing:
            chosen.append(np.array([index]))
            missing -= int(size[index])
    return np.concatenate(chosen), missing


def _assign_cells(people: People, households: Households, tree: FamilyTree, cells: list[Cell], key: Key) -> None:
    """Whole households to each cell, poorer ones to the paid-for; then statuses inside the cell, whole households."""
    size = tree.size
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    free = np.ones(len(size), bool)
    for number, cell in enumerate(cells):
        weight = np.array(cell.weight)[households.wealth]
        luck = uniforms(key, households.name, 20 + number, Purpose.SYNTHESIS)
        candidates = np.flatnonzero(free)
        order = candidates[np.argsort(-np.log(luck[candidates]) / weight[candidates], kind="stable")]
        chosen, missing = _take(order, size, cell.residents)
        free[chosen] = False
        members = _members(chosen, first, size)
        if missing:
            members = np.concatenate([members, _split(order[free[order]], first, size, free, people, missing)])
        people.segment[members] = cell.segment
        people.payer[members] = cell.payer
        people.klass[members] = cell.klass
        people.status[members] = codes.ACTIVE
        if cell.payer == codes.PAYER_SELF:
            households.klass[people.household[members]] = cell.klass
        shuffled = chosen[np.argsort(luck[chosen] * 7919 % 1.0, kind="stable")]
        owing, rest = _take(shuffled, size, cell.arrears)
        people.status[_exactly(_members(owing, first, size), members, people, cell.arrears, rest)] = codes.ARREARS
        left = shuffled[~np.isin(shuffled, owing)]
        gone, rest = _take(left, size, cell.lapsed)
        people.status[_exactly(_members(gone, first, size), members, people, cell.lapsed, rest)] = codes.LAPSED


def _members(households: IntArray, first: IntArray, size: IntArray) -> IntArray:
    """The persons of ``households``, in their order."""
    if len(households) == 0:
        return np.zeros(0, np.int64)
    lengths = size[households]
    offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(first[households], lengths) + offsets


def _split(
    order: IntArray, first: IntArray, size: IntArray, free: NDArray[np.bool_], people: People, missing: int
) -> IntArray:
    """The last persons of a cell where no household fits: single members, as a family card of mixed payers has them."""
    found: list[int] = []
    for index in order:
        if len(found) == missing:
            break
        take = min(int(size[index]), missing - len(found))
        found.extend(range(int(first[index]), int(first[index]) + take))
        free[index] = False
    if len(found) < missing:
        loose = np.flatnonzero((people.presence == codes.RESIDENT) & (people.status == codes.NEVER))
        found.extend(int(person) for person in np.setdiff1d(loose, found)[: missing - len(found)])
    return np.array(found, np.int64)


def _exactly(chosen: IntArray, members: IntArray, people: People, wanted: int, missing: int) -> IntArray:
    """``chosen`` topped up to ``wanted`` persons with active members of the cell when no household fits."""
    if missing == 0:
        return chosen
    others = members[(people.status[members] == codes.ACTIVE) & ~np.isin(members, chosen)]
    return np.concatenate([chosen, others[: wanted - len(chosen)]])


def _assign_debt(people: People, households: Households, residents: int, stock: Stock, key: Key) -> None:
    """Months owed per household in arrears; tilted so that the rupiah owed equal the published sum, if there is one."""
    debtors = np.flatnonzero(people.status[:residents] == codes.ARREARS)
    if len(debtors) == 0:
        return
    owing = np.unique(people.household[debtors])
    heads = np.bincount(people.household[debtors], minlength=len(households.name))[owing]
    price = np.array([35000, 150000, 100000, 35000])[households.klass[owing]]
    luck = uniforms(key, owing.astype(np.uint32), 60, Purpose.SYNTHESIS)
    edges = np.concatenate([np.full(high - low + 1, share / (high - low + 1)) for low, high, share in _DEBT_MONTHS])
    cumulative = np.cumsum(edges)[:-1]

    def months(tilt: float) -> IntArray:
        return np.searchsorted(cumulative, luck**tilt) + 1

    low, high = 0.2, 5.0
    if stock.arrears_rupiah is not None:
        for _ in range(40):
            middle = (low + high) / 2
            too_much = int((months(middle) * heads * price).sum()) > stock.arrears_rupiah
            low, high = (middle, high) if too_much else (low, middle)
        households.debt[owing] = months((low + high) / 2)
    else:
        households.debt[owing] = months(1.0)


def _add_ghosts(people: People, households: Households, cells: list[Cell], residents: int, key: Key) -> None:
    """The dead and the moved who are still on the register, half and half, each on a card of a household."""
    start = residents
    for number, cell in enumerate(cells):
        if cell.ghosts == 0:
            continue
        slot = slice(start, start + cell.ghosts)
        luck = uniforms(key, numbered(cell.ghosts), 70 + number, Purpose.SYNTHESIS)
        people.household[slot] = np.floor(luck * len(households.name)).astype(np.int32)
        people.presence[slot] = np.where(
            np.arange(cell.ghosts) % 2 == 0, codes.DEAD_ON_REGISTER, codes.MOVED_ON_REGISTER
        )
        people.segment[slot], people.payer[slot], people.klass[slot] = cell.segment, cell.payer, cell.klass
        people.status[slot] = codes.ACTIVE
        people.birth[slot] = -12 * 60
        start += cell.ghosts


def _assign_facilities(people: People, district: District, residents: int, ghosts: int) -> None:
    """Facilities by cumulative register along the households, so that each register is met exactly."""
    weights = np.array([facility.registered for facility in district.facilities], float)
    registered = people.status[:residents] != codes.NEVER
    ghost_target = apportion(weights, ghosts)
    target = apportion(weights, int(registered.sum()) + ghosts) - ghost_target
    position = np.cumsum(registered) - registered
    people.facility[:residents] = np.minimum(
        np.searchsorted(np.cumsum(target), position, side="right"), len(target) - 1
    )
    people.facility[residents : residents + ghosts] = np.repeat(np.arange(len(weights)), ghost_target)


def _assign_health(people: People, behaviour: Behaviour, key: Key, residents: int) -> None:
    """Frailty, hypertension, diabetes, levels of pressure and glucose, by each person's own luck."""
    names = people.name[:residents]
    who = slice(0, residents)
    people.frailty[who] = frailty_of(uniforms(key, names, 0, Purpose.FRAILTY), behaviour["care.frailty_shape"])
    band = np.searchsorted(_BANDS, -people.birth[who] // 12, side="right") - 1
    adult = band >= 0
    band = np.clip(band, 0, 2)
    ht = uniforms(key, names, 0, Purpose.CHRONIC, 0)
    dm = uniforms(key, names, 0, Purpose.CHRONIC, 1)
    letter = uniforms(key, names, 0, Purpose.CHRONIC, 2)
    factor_ht, factor_dm = behaviour["chronic.ht_diagnosed"], behaviour["chronic.dm_diagnosed"]
    bits = np.zeros(residents, np.uint8)
    bits[adult & (ht < np.array(_HT_TRUE)[band])] |= codes.HT
    bits[adult & (ht < np.array(_HT_DIAGNOSED)[band] * factor_ht)] |= codes.HT | codes.HT_DIAGNOSED
    bits[adult & (dm < np.array(_DM_TRUE)[band])] |= codes.DM
    bits[adult & (dm < np.array(_DM_DIAGNOSED)[band] * factor_dm)] |= codes.DM | codes.DM_DIAGNOSED
    diagnosed = (bits & (codes.HT_DIAGNOSED | codes.DM_DIAGNOSED)) > 0
    bits[diagnosed & (letter < behaviour["chronic.letter"])] |= codes.LETTER
    people.chronic[who] = bits


def frailty_of(luck: NDArray[np.float64], shape: float) -> NDArray[np.float32]:
    """Gamma frailty with mean 1 and ``shape`` at quantile ``luck`` (0-1), by a fine table."""
    grid = np.linspace(0.0, 1.0, 4097)[1:-1]
    table = gammaincinv(shape, grid) / shape
    result: NDArray[np.float32] = np.interp(luck, grid, table).astype(np.float32)
    return result
