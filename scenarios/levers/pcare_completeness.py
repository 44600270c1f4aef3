"""Lever: contacts that happen are entered in P-Care."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy


class PcareCompleteness(Lever):
    """Facilities enter at least a share of their contacts in P-Care, with a data clerk or a supervisor.

    No contact is added; more of them count for AK. A facility that enters more already stays as it is.
    """

    title_id: ClassVar[str] = "kelengkapan entri P-Care"
    title_en: ClassVar[str] = "P-Care completeness"
    evidence: ClassVar[str] = "assumed: no study of how complete P-Care is, nor of what a clerk adds, was found"

    kind: Literal["pcare_completeness"] = "pcare_completeness"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    share: float = Field(
        ge=0, le=1, description="entered in P-Care, at least", json_schema_extra={"unit": "share of contacts"}
    )
    facilities: Facilities = Field(default="all", description="names or codes of facilities, or all")
    cost_per_month: int = Field(
        ge=0, le=10**9, description="cost on the APBD of each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Holds the share at the facilities and adds the cost, from ``start`` until ``stop``."""
        months, chosen = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        recorded, cost = policy.recorded_least.copy(), policy.lever_cost.copy()
        recorded[months, chosen] = recorded[months, chosen].clip(min=self.share)
        cost[months] += self.cost_per_month * len(chosen)
        return policy.but(recorded_least=recorded, lever_cost=cost)
