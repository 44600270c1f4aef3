"""Lever: self-paying families put on autodebit."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import added, lasting, self_paying_families
from sim.policy import Policy


class Autodebit(Lever):
    """More self-paying families pay by autodebit, besides those already there; they stay with it.

    The cost of signing them up is planned for the self-paying families, paying or not, at the start of the run.
    """

    title_id: ClassVar[str] = "autodebit iuran"
    title_en: ClassVar[str] = "premiums by autodebit"
    evidence: ClassVar[str] = (
        "BPJS 2020 (ISSA good practice): 9.7 % more collected with autodebit without a bank account, before and after "
        "without a control group; an upper bound"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.autodebit.issa",)
    cost: ClassVar[str] = "share × self-paying families at the start of the run × cost_per_family, once, on the APBD"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["autodebit"] = "autodebit"
    start: Month = Field(default="+0", description="month in which they are signed up")
    share: float = Field(
        ge=0, le=1, description="signed up besides those already there",
        json_schema_extra={"unit": "share of self-paying families"},
    )  # fmt: skip
    cost_per_family: int = Field(
        ge=0, le=10**7, description="cost on the APBD, once", json_schema_extra={"unit": "rupiah/family"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share from ``start`` on, and its cost in that month; a start before the policy costs nothing."""
        position = context.position(self.start)
        cost = policy.lever_cost.copy()
        if 0 <= position < context.months:
            families = self_paying_families(context, "active") + self_paying_families(context, "arrears")
            cost[position] += round(self.share * families * self.cost_per_family)
        months = lasting(context, self.start, None)
        return policy.but(autodebit=added(policy.autodebit, months, self.share), lever_cost=cost)
