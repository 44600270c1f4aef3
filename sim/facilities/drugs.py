"""Drug supply of one clinic by group: stock, requests, orders under way, deliveries on their day."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.people.fitting import apportion

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Groups of drugs, the columns of everything here: for sick visits, for chronic patients, consumables.
ACUTE, CHRONIC, CONSUMABLES = range(3)
GROUPS = ("acute", "chronic", "consumables")

#: Weight of the newest month in the use that requests are planned with (assumed).
_NEWEST = 0.3
#: Mean days of a month, for lead times in months.
DAYS_PER_MONTH = 365.25 / 12


#: Who pays for an order: nobody, the APBD drug line, the facility's own fund.
Payer = Literal["nobody", "apbd", "own"]


class Order(NamedTuple):
    """``goods`` (3,) rupiah sent for, of which ``fill_rate`` comes at SimPy time ``due``; ``payer`` pays for what came,
    of the money of ``year``."""

    goods: IntArray
    due: float
    fill_rate: float
    payer: Payer
    year: int


Settle = Callable[[Order, int], None]


@dataclass
class DrugStore:
    """``stock``, smoothed monthly ``use`` and ``on_order``, each (3,) by group in whole rupiah at purchase price.

    ``arrived``: deliveries since the last issue, as (SimPy time, (3,) rupiah); ``orders``: those under way.
    """

    stock: IntArray
    use: IntArray
    on_order: IntArray = field(default_factory=lambda: np.zeros(len(GROUPS), np.int64))
    arrived: list[tuple[float, IntArray]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def issue(self, needed: IntArray, start: float, days: int) -> FloatArray:
        """Issue what a month ``needed`` (3,), at an even pace over its ``days`` from SimPy time ``start``.

        A delivery serves from its day on; what is not there is not made up for. Returns the days without each group
        (3,).
        """
        self.use = np.maximum(1, np.rint((1 - _NEWEST) * self.use + _NEWEST * needed)).astype(np.int64)
        without, now = np.zeros(len(GROUPS)), 0.0
        for time, goods in [*self.arrived, (start + days, np.zeros(len(GROUPS), np.int64))]:
            day = max(now, time - start)
            asked = np.rint(needed * day / days).astype(np.int64) - np.rint(needed * now / days).astype(np.int64)
            given = np.minimum(asked, self.stock)
            without += (day - now) * (1 - given / np.maximum(asked, 1)) * (asked > 0)
            self.stock = self.stock - given + goods
            now = day
        self.arrived.clear()
        return without

    def wanted(self, months: float) -> IntArray:
        """What is missing up to ``months`` of use, (3,) rupiah: the request of a puskesmas, the stock aimed at (working
        stock, buffer and use in the lead time) less what is there and under way."""
        return np.maximum(0, np.rint(months * self.use).astype(np.int64) - self.stock - self.on_order)

    def send(self, env: simpy.Environment, order: Order, settle: Settle) -> None:
        """Send an order. ``settle`` is called when it has come, with the rupiah that came. The rest is neither charged
        nor kept: the next request asks for it again."""
        self.on_order = self.on_order + order.goods
        self.orders.append(order)
        env.process(self.under_way(env, order, settle))

    def under_way(self, env: simpy.Environment, order: Order, settle: Settle) -> Generator[Any, Any, None]:
        """SimPy process: one of ``orders``, until it has come."""
        yield env.timeout(order.due - env.now)
        self.orders = [other for other in self.orders if other is not order]
        self.on_order = self.on_order - order.goods
        come = np.floor(order.goods * order.fill_rate).astype(np.int64)
        self.arrived.append((order.due, come))
        settle(order, int(come.sum()))


def affordable(wanted: IntArray, cash: int) -> IntArray:
    """What ``cash`` buys of ``wanted`` (3,), in proportion, whole rupiah and not one of them lost."""
    return apportion(wanted.astype(float), min(cash, int(wanted.sum())))
