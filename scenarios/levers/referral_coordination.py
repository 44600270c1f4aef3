"""Lever: clinic and hospital agree who treats whom."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from scenarios.levers.refer_back import ReferBack
from sim.policy import Policy


class ReferralCoordination(Programme):
    """Clinics and hospitals agree who treats whom: stable patients are referred back, and a share of the non-specialist
    referrals is settled in the clinic after asking the specialist. A component of value-based care."""

    title_id: ClassVar[str] = "koordinasi rujukan"
    title_en: ClassVar[str] = "referral coordination"
    evidence: ClassVar[str] = (
        "assumed; a study of value-based care in puskesmas of Medan tells of better coordination, without a number"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.vbhc",)
    strength: ClassVar[dict[str, float]] = {"referred_back": 0.0, "settled": 0.0}

    kind: Literal["referral_coordination"] = "referral_coordination"
    referred_back: float = Field(
        ge=0,
        le=1,
        description="stable patients referred back in a month, besides the usual",
        json_schema_extra={"unit": "share of stable patients/month"},
    )
    settled: float = Field(
        ge=0,
        le=1,
        description="non-specialist referrals that the clinic settles itself",
        json_schema_extra={"unit": "share of non-specialist referrals"},
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Pulls ``refer_back``, and adds the share settled and the cost, from ``start`` until ``stop``."""
        back = ReferBack(
            start=self.start, stop=self.stop, facilities=self.facilities, share=self.referred_back, cost_per_month=0
        )
        policy = self.shared_out(back.apply(policy, context), context, "settled", self.settled)
        return self.charged(policy, context, self.cost_per_month)
