"""Drug supply of one clinic: stock in rupiah, orders to the district store, deliveries after a lead time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy


@dataclass
class DrugStore:
    """``stock`` and ``on_order`` in rupiah at purchase price; ``target_months`` of use are aimed at."""

    stock: int
    target_months: float
    fill_rate: float
    monthly_use: int
    on_order: int = 0

    def issue(self, needed: int, days: int) -> int:
        """Issue drugs worth ``needed`` over ``days`` days of even use; returns the days without drugs."""
        self.monthly_use = max(1, round(0.7 * self.monthly_use + 0.3 * needed))
        if needed <= self.stock:
            self.stock -= needed
            return 0
        covered = self.stock * days // needed
        self.stock = 0
        return days - covered

    def order_size(self, cash: int) -> int:
        """What to order now: up to the target, no more than the cash at hand."""
        wanted = int(self.target_months * self.monthly_use) - self.stock - self.on_order
        return max(0, min(wanted, cash))

    def deliver(self, env: simpy.Environment, amount: int, lead_days: float) -> Generator[Any, Any, None]:
        """SimPy process: an order on its way; only the filled share arrives, the rest is ordered anew later."""
        self.on_order += amount
        yield env.timeout(lead_days)
        self.on_order -= amount
        self.stock += int(amount * self.fill_rate)
