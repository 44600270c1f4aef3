"""Lever: sick visits at a distance."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class Telemedicine(Programme):
    """A share of the sick visits is by teleconsultation with the clinic. They count as contacts, stand in no queue but
    take time of the same doctors, bring some further visits, and end less often in a non-specialist referral."""

    title_id: ClassVar[str] = "telekonsultasi"
    title_en: ClassVar[str] = "telemedicine"
    evidence: ClassVar[str] = (
        "20 to 40 % fewer of the referrals for which it is used, a reading of studies in Portugal, Finland and Canada; "
        "17 million members had used one by the end of 2024; time and further visits are assumed"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.telemedicine.referral",)
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["telemedicine"] = "telemedicine"
    share: float = Field(
        ge=0, le=1, description="sick visits by teleconsultation", json_schema_extra={"unit": "share of sick visits"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share, of what other programmes leave, and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "telemedicine", self.share)
        return self.charged(policy, context, self.cost_per_month)
