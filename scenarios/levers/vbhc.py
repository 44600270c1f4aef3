"""Lever: the package of value-based care."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Lever
from scenarios.levers.outcome_monitoring import OutcomeMonitoring
from scenarios.levers.programme import Package
from scenarios.levers.referral_coordination import ReferralCoordination
from scenarios.levers.waste_reduction import WasteReduction


class Vbhc(Package):
    """Value-based care (VBHC) as a package of three components, each on or off and of its own size: referral
    coordination, outcome monitoring and waste reduction. Each is a lever by itself too, which tells what it does."""

    title_id: ClassVar[str] = "paket layanan berbasis nilai (VBHC)"
    title_en: ClassVar[str] = "value-based care package (VBHC)"
    evidence: ClassVar[str] = (
        "no study gives one number for the whole (a study in Medan tells of gains and measures none), so that each "
        "component has its own size, all assumed"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.vbhc",)
    cost: ClassVar[str] = (
        "coordination_cost and monitoring_cost × facilities reached, and waste_cost, every month, on the APBD; "
        "nothing for what is off"
    )
    strength: ClassVar[dict[str, float]] = {"referred_back": 0.0, "settled": 0.0, "followed_up": 0.0, "saved": 0.0}

    kind: Literal["vbhc"] = "vbhc"
    referral_coordination: bool = Field(default=True, description="with referral coordination")
    referred_back: float = Field(
        default=0.05, ge=0, le=1, description="stable patients referred back in a month, besides the usual",
        json_schema_extra={"unit": "share of stable patients/month"},
    )  # fmt: skip
    settled: float = Field(
        default=0.15, ge=0, le=1, description="non-specialist referrals that the clinic settles itself",
        json_schema_extra={"unit": "share of non-specialist referrals"},
    )  # fmt: skip
    coordination_cost: int = Field(
        default=1_000_000, ge=0, le=10**10, description="cost on the APBD of coordination in each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip
    outcome_monitoring: bool = Field(default=True, description="with outcome monitoring")
    followed_up: float = Field(
        default=0.3, ge=0, le=1, description="diagnosed patients followed up every month",
        json_schema_extra={"unit": "share of diagnosed patients"},
    )  # fmt: skip
    monitoring_cost: int = Field(
        default=1_500_000, ge=0, le=10**10, description="cost on the APBD of monitoring in each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip
    waste_reduction: bool = Field(default=True, description="with waste reduction")
    saved: float = Field(
        default=0.02, ge=0, le=0.5, description="share less that an admission costs",
        json_schema_extra={"unit": "share of the claims of an admission"},
    )  # fmt: skip
    waste_cost: int = Field(
        default=10_000_000, ge=0, le=10**12, description="cost on the APBD of waste reduction",
        json_schema_extra={"unit": "rupiah/month"},
    )  # fmt: skip

    def components(self) -> tuple[Lever, ...]:
        """The components that are switched on, in the order of the fields."""
        found: list[Lever] = []
        if self.referral_coordination:
            sizes = {"referred_back": self.referred_back, "settled": self.settled}
            found.append(self.component(ReferralCoordination, **sizes, cost_per_month=self.coordination_cost))
        if self.outcome_monitoring:
            found.append(self.component(OutcomeMonitoring, share=self.followed_up, cost_per_month=self.monitoring_cost))
        if self.waste_reduction:
            found.append(self.component(WasteReduction, saved=self.saved, cost_per_month=self.waste_cost))
        return tuple(found)
