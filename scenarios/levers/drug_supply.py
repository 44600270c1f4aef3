"""Lever: the APBD drug budget, the district store's lead time, and how much a clinic keeps in stock."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy


class DrugSupply(Lever):
    """A fuller (or leaner) APBD drug line, quicker (or slower) deliveries of the district store, orders that aim at
    more stock.

    The drug line is no part of the JKN line, so that more of it does not raise the JKN bill; what the programme costs
    besides is ``cost_per_month``. Clinics plan their requests with the usual lead time.
    """

    title_id: ClassVar[str] = "pasokan obat"
    title_en: ClassVar[str] = "drug supply"
    evidence: ClassVar[str] = (
        "assumed; of low confidence: drugs were out 28 % of the time in the puskesmas of Jombang (2019), and requests "
        "are planned with a buffer of 10 to 15 % of use"
    )
    cost: ClassVar[str] = (
        "cost_per_month on the APBD; the drug budget itself is a line of its own and no part of the JKN bill"
    )
    strength: ClassVar[dict[str, float]] = {"budget_factor": 1.0, "lead_factor": 1.0, "target_months": 0.0}

    kind: Literal["drug_supply"] = "drug_supply"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    budget_factor: float = Field(
        default=1, ge=0, le=10, description="how many times as large the APBD drug budget is",
        json_schema_extra={"unit": "times the drug budget"},
    )  # fmt: skip
    lead_factor: float = Field(
        default=1, ge=0.1, le=10, description="how many times as long the district store's deliveries take",
        json_schema_extra={"unit": "times the lead time"},
    )  # fmt: skip
    target_months: float = Field(
        default=0, ge=0, le=12, description="months of use that orders aim at beyond the usual",
        json_schema_extra={"unit": "months"},
    )  # fmt: skip
    facilities: Facilities = Field(
        default="all", description="names or codes of facilities, all, or blud: those marked as BLUD"
    )
    cost_per_month: int = Field(
        default=0, ge=0, le=10**12, description="cost on the APBD besides the drug line",
        json_schema_extra={"unit": "rupiah/month"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Multiplies budget and lead time, adds stock aimed at and the cost, from ``start`` until ``stop``."""
        months, chosen = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        budget, lead = policy.drug_budget_factor.copy(), policy.drug_lead_factor.copy()
        target, cost = policy.drug_target_extra.copy(), policy.lever_cost.copy()
        budget[months, chosen] *= self.budget_factor
        lead[months, chosen] *= self.lead_factor
        target[months, chosen] += self.target_months
        cost[months] += self.cost_per_month
        return policy.but(drug_budget_factor=budget, drug_lead_factor=lead, drug_target_extra=target, lever_cost=cost)
