"""Lever: training of clinic doctors in the competence-4A list and TACC."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from sim.policy import Policy


class ReferralTraining(Lever):
    """Doctors are trained in what primary care should settle itself (competence-4A list, TACC reasons)."""

    title_id: ClassVar[str] = "pelatihan rujukan"
    title_en: ClassVar[str] = "referral training"
    evidence: ClassVar[str] = (
        "assumed: 10 to 40 % fewer non-specialist referrals is a modelling range, no controlled study found; in "
        "Banyumas doctors' attitude, not their knowledge, went with keeping patients in primary care"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.tacc_training.rrns",)
    cost: ClassVar[str] = "share × doctors of the facilities reached × cost_per_doctor, once, on the APBD"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["referral_training"] = "referral_training"
    start: Month = Field(default="+0", description="month of the training")
    share: float = Field(ge=0, le=1, description="doctors trained", json_schema_extra={"unit": "share of doctors"})
    facilities: Facilities = Field(default="all", description="names or codes of facilities, or all")
    cost_per_doctor: int = Field(
        ge=0, le=10**9, description="cost on the APBD, once", json_schema_extra={"unit": "rupiah/doctor"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Sets the trained share from ``start`` on, and its cost in the month of the training.

        Where a larger share is trained already, it stays. A training before the policy's first month costs nothing.
        """
        first, position = context.index(self.start), context.position(self.start)
        chosen = context.chosen(self.facilities)
        trained, cost = policy.referral_training.copy(), policy.lever_cost.copy()
        trained[first:, chosen] = trained[first:, chosen].clip(min=self.share)
        if 0 <= position < context.months:
            doctors = self.share * sum(context.district.facilities[index].doctors for index in chosen)
            cost[position] += round(doctors * self.cost_per_doctor)
        return policy.but(referral_training=trained, lever_cost=cost)
