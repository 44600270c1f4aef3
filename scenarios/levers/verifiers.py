"""Lever: more verifiers of hospital claims."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy


class Verifiers(Lever):
    """BPJS puts more verifiers on the claims of the district's hospitals. Files are paid sooner, and late-payment
    penalties fall; with more time for each file more are sent back to be completed."""

    title_id: ClassVar[str] = "verifikator klaim"
    title_en: ClassVar[str] = "claim verifiers"
    evidence: ClassVar[str] = (
        "assumed: files per verifier and day, and how much more closely they check; claims are due 15 days after they "
        "are complete (Perpres 82/2018)"
    )
    facts: ClassVar[tuple[str, ...]] = ("claims.payment_days",)
    cost: ClassVar[str] = "verifiers × cost_per_month, every month, on BPJS"
    strength: ClassVar[dict[str, float]] = {"verifiers": 0.0}

    kind: Literal["verifiers"] = "verifiers"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    verifiers: float = Field(
        ge=0, le=100, description="verifiers who work full time for the district's hospitals, besides those there are",
        json_schema_extra={"unit": "verifiers"},
    )  # fmt: skip
    cost_per_month: int = Field(
        ge=0, le=10**9, description="cost on BPJS of one verifier", json_schema_extra={"unit": "rupiah/head/month"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the verifiers and their cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        verifiers, cost = policy.verifiers.copy(), policy.bpjs_cost.copy()
        verifiers[months] += self.verifiers
        cost[months] += round(self.verifiers * self.cost_per_month)
        return policy.but(verifiers=verifiers, bpjs_cost=cost)
