"""Lever: promotion of REHAB, the instalment plan for arrears."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy


class RehabPromotion(Lever):
    """Families in arrears are told of REHAB, BPJS Kesehatan's instalment plan, so that more of them join it."""

    title_id: ClassVar[str] = "promosi REHAB"
    title_en: ClassVar[str] = "REHAB promotion"
    evidence: ClassVar[str] = (
        "assumed; without promotion 6 to 10 % of those in arrears joined in 36 months, and half of them finished "
        "(BPJS, December 2024)"
    )
    facts: ClassVar[tuple[str, ...]] = ("rehab.national.2024_12",)
    cost: ClassVar[str] = "cost_per_month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"factor": 1.0}

    kind: Literal["rehab_promotion"] = "rehab_promotion"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    factor: float = Field(
        ge=1, le=10, description="how many times as many join", json_schema_extra={"unit": "times the joining rate"}
    )
    cost_per_month: int = Field(
        ge=0, le=10**12, description="cost on the APBD", json_schema_extra={"unit": "rupiah/month"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Multiplies the joining rate by the factor, and adds the cost, from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        joining, cost = policy.rehab_promotion.copy(), policy.lever_cost.copy()
        joining[months] *= self.factor
        cost[months] += self.cost_per_month
        return policy.but(rehab_promotion=joining, lever_cost=cost)
