"""The register at the start, cell by cell: heads by segment, payer, class and status, with what a replicate draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaincinv

from districts.faults import UserError
from districts.model import SegmentRow, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.people.fitting import apportion
from sim.random import Key, Purpose, numbered, uniforms

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
#: The same for those who are not registered, and for any other cell (assumed: no quintile preferred).
EVEN = (1.0,) * 5
#: Ghosts are at most this part of the register (assumed).
_MOST_GHOSTS = 0.25


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
    def registered(self) -> int:
        """Heads of the cell on the register."""
        return self.active + self.arrears + self.lapsed

    @property
    def residents(self) -> int:
        """Heads of the cell who really live in the district."""
        return self.registered - self.ghosts


def drawn_cells(stock: Stock, behaviour: Behaviour, key: Key, central: bool) -> list[Cell]:
    """The register of the stock as cells, with what is only assumed drawn for the replicate.

    With ``central`` (luck only) the cells equal the stock exactly. The registered total never changes. Raises
    ``UserError`` when residents on the register outnumber the population.
    """
    joined = _drawn_joiners(stock, behaviour, key) if not central else [row.joined for row in stock.segments]
    cells = []
    for row, joiners in zip(stock.segments, joined, strict=True):
        registered = row.registered + joiners - row.joined
        factor = behaviour["stock.lapsed_factor"] if row.split_assumed else 1.0
        lapsed = min(round(row.lapsed * factor), registered - row.arrears)
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
    return EVEN


def _drawn_joiners(stock: Stock, behaviour: Behaviour, key: Key) -> list[int]:
    """Joiners per row, split anew by a Dirichlet draw around the split that the file assumes; a row keeps as many as
    its members in arrears need."""
    joined = np.array([row.joined for row in stock.segments], np.int64)
    if joined.sum() == 0:
        return [int(value) for value in joined]
    least = np.array([max(0, row.arrears + row.joined - row.registered) for row in stock.segments], np.int64)
    luck = uniforms(key, numbered(len(joined)), 0, Purpose.STOCK)
    shape = behaviour["stock.joiner_concentration"] * joined / joined.sum()
    gamma = np.where(joined > 0, gammaincinv(np.maximum(shape, 1e-9), luck), 0.0)
    drawn = least + apportion(gamma, int(joined.sum() - least.sum()))
    return [int(value) for value in drawn]


def _with_ghosts(cells: list[Cell], stock: Stock, behaviour: Behaviour) -> list[Cell]:
    """Spread the dead and the moved over the active heads that others pay for (they never pay themselves)."""
    registered = sum(cell.registered for cell in cells)
    share = min(_MOST_GHOSTS, stock.ghost_share * behaviour["stock.ghost_factor"])
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
    return [replace(cell, ghosts=int(count)) for cell, count in zip(cells, ghosts, strict=True)]
