"""Lever: other UHC bars than those of the law, from a month on."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.ruling import RuleLever
from sim.policy import Policy


class UhcBars(RuleLever):
    """The bars that the registered and the active share of the population must pass for UHC status: 98 and 80 % since
    2025, 95 and 75 % before. A Pemda that holds its status takes in as many as these bars ask for."""

    title_id: ClassVar[str] = "batas UHC"
    title_en: ClassVar[str] = "UHC bars"
    evidence: ClassVar[str] = (
        "a rule, no effect size: UHC criteria of BPJS Kesehatan, 95 and 75 % in 2023, 98 and 80 % in 2025 (press)"
    )
    facts: ClassVar[tuple[str, ...]] = ("rule.uhc.threshold.2023", "rule.uhc.threshold.2025")
    cost: ClassVar[str] = "nothing itself; the premium of those taken in to pass the bars is in the Pemda's bill"

    kind: Literal["uhc_bars"] = "uhc_bars"
    registered: float = Field(
        ge=0, le=1, description="bar of registered members", json_schema_extra={"unit": "share of the population"}
    )
    active: float = Field(
        ge=0, le=1, description="bar of active members", json_schema_extra={"unit": "share of the population"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """The bars of the law hold before ``start``, these from it on."""
        return self.changed(policy, context, {"uhc.bar.registered": self.registered, "uhc.bar.active": self.active})
