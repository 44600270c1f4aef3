"""Lever: admissions cost less."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import added, lasting
from sim.policy import Policy


class WasteReduction(Lever):
    """Clinics and hospitals agree on clinical pathways, so that an admission is claimed at a lower cost: fewer repeated
    examinations, days and needless severity levels. A component of value-based care."""

    title_id: ClassVar[str] = "pengurangan pemborosan rawat inap"
    title_en: ClassVar[str] = "waste reduction"
    evidence: ClassVar[str] = (
        "assumed; INA-CBG pays by case, so that only what changes the case or its severity saves anything; a study of "
        "value-based care in puskesmas of Medan tells of efficiency, without a number"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.vbhc",)
    cost: ClassVar[str] = "cost_per_month, every month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"saved": 0.0}

    kind: Literal["waste_reduction"] = "waste_reduction"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    saved: float = Field(
        ge=0, le=0.5, description="share less that an admission costs",
        json_schema_extra={"unit": "share of the claims of an admission"},
    )  # fmt: skip
    cost_per_month: int = Field(
        ge=0, le=10**12, description="cost on the APBD", json_schema_extra={"unit": "rupiah/month"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the saving and the cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        cost = policy.lever_cost.copy()
        cost[months] += self.cost_per_month
        return policy.but(admission_saving=added(policy.admission_saving, months, self.saved), lever_cost=cost)
