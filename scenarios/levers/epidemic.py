"""Lever: a season in which more people than usual are ill."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from sim.policy import Policy


class Epidemic(Lever):
    """More (or fewer) sick visits and hospital emergencies than usual for some months, such as a year of dengue.

    Referrals, admissions after them, drugs, queues and claims follow from the visits. Nobody decides it; what is spent
    against it is ``cost_per_month``.
    """

    title_id: ClassVar[str] = "musim wabah"
    title_en: ClassVar[str] = "epidemic season"
    evidence: ClassVar[str] = (
        "size assumed; dengue rises from December and peaks in January and February (Cirebon 2011-2017, Parasites and "
        "Vectors 2019)"
    )
    facts: ClassVar[tuple[str, ...]] = ("season.dengue.peak",)
    cost: ClassVar[str] = "cost_per_month, every month it lasts, on the APBD"
    strength: ClassVar[dict[str, float]] = {"sick_factor": 1.0, "emergency_factor": 1.0}

    kind: Literal["epidemic"] = "epidemic"
    start: Month = Field(default="+0", description="first month")
    months: int = Field(default=4, ge=1, le=60, description="how long it lasts", json_schema_extra={"unit": "months"})
    sick_factor: float = Field(
        default=1, ge=0, le=10, description="how many times as many sick visits are wanted",
        json_schema_extra={"unit": "times the usual"},
    )  # fmt: skip
    emergency_factor: float = Field(
        default=1, ge=0, le=10, description="how many times as many hospital emergencies (most admissions)",
        json_schema_extra={"unit": "times the usual"},
    )  # fmt: skip
    facilities: Facilities = Field(default="all", description="names or codes of facilities, or all")
    cost_per_month: int = Field(
        default=0, ge=0, le=10**12, description="cost on the APBD", json_schema_extra={"unit": "rupiah/month"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Multiplies visits and emergencies, and adds the cost, from ``start`` on for ``months`` months."""
        position = context.position(self.start)
        months = slice(max(position, 0), max(position + self.months, 0))
        chosen, cost = context.chosen(self.facilities), policy.lever_cost.copy()
        sick, hurt = policy.sick_factor.copy(), policy.emergency_factor.copy()
        sick[months, chosen] *= self.sick_factor
        hurt[months, chosen] *= self.emergency_factor
        cost[months] += self.cost_per_month
        return policy.but(sick_factor=sick, emergency_factor=hurt, lever_cost=cost)
