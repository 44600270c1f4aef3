"""Drug supply of one clinic by group: stock, requests, orders under way, deliveries on their day."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

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


@dataclass
class DrugStore:
    """``stock``, smoothed monthly ``use`` and ``on_order``, each (3,) by group in whole rupiah at purchase price.

    ``arrived``: deliveries since the last issue, as (SimPy time, (3,) rupiah).
    """

    stock: IntArray
    use: IntArray
    on_order: IntArray = field(default_factory=lambda: np.zeros(len(GROUPS), np.int64))
    arrived: list[tuple[float, IntArray]] = field(default_factory=list)

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

    def order(
        self, env: simpy.Environment, goods: IntArray, lead_days: float, fill_rate: float,
        settle: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        """Send an order (3,) rupiah; after ``lead_days`` ``fill_rate`` of it comes, and ``settle`` is called with the
        rupiah ordered and delivered. The rest is neither charged nor kept: the next request asks for it again."""
        self.on_order = self.on_order + goods
        env.process(self._under_way(env, goods, lead_days, fill_rate, settle))

    def _under_way(
        self, env: simpy.Environment, goods: IntArray, lead_days: float, fill_rate: float,
        settle: Callable[[int, int], None],
    ) -> Generator[Any, Any, None]:  # fmt: skip
        yield env.timeout(lead_days)
        self.on_order = self.on_order - goods
        come = np.floor(goods * fill_rate).astype(np.int64)
        self.arrived.append((env.now, come))
        settle(int(goods.sum()), int(come.sum()))


def affordable(wanted: IntArray, cash: int) -> IntArray:
    """What ``cash`` buys of ``wanted`` (3,), in proportion, whole rupiah and not one of them lost."""
    return apportion(wanted.astype(float), min(cash, int(wanted.sum())))
