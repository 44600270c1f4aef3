"""Lever: the register is checked for the dead and the moved."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import added, lasting, stock_at_start
from sim.policy import Policy


class Cleansing(Lever):
    """A share of the register is checked every month, and the dead and the moved who are found are taken off it.

    The Pemda stops paying for those among its own members. One full pass in six months is a share of 1/6. The cost is
    planned for the heads registered at the start of the run and does not follow their number.
    """

    title_id: ClassVar[str] = "pembersihan data peserta"
    title_en: ClassVar[str] = "register cleansing"
    evidence: ClassVar[str] = (
        "audits since 2023 (Nunukan, Pamekasan, Bima, Pagar Alam): 2 to 10 % of district-paid heads are invalid, "
        "moved, double or dead; most are found in the first pass"
    )
    facts: ClassVar[tuple[str, ...]] = ("register.error",)
    cost: ClassVar[str] = "share × heads registered at the start of the run × cost_per_head, every month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["cleansing"] = "cleansing"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    share: float = Field(
        ge=0, le=1, description="checked every month", json_schema_extra={"unit": "share of the register"}
    )
    cost_per_head: int = Field(
        ge=0, le=10**6, description="cost on the APBD of one head checked", json_schema_extra={"unit": "rupiah/head"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share checked and its cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        cost = policy.lever_cost.copy()
        cost[months] += round(self.share * stock_at_start(context).registered * self.cost_per_head)
        return policy.but(cleansing=added(policy.cleansing, months, self.share), lever_cost=cost)
