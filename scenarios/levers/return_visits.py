"""Lever: patients are reminded of their next session."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class ReturnVisits(Programme):
    """Prolanis members who would miss the month's session are reminded of it, and a share of them comes. A component of
    primary care integrated by life cycle."""

    title_id: ClassVar[str] = "kunjungan ulang peserta Prolanis"
    title_en: ClassVar[str] = "return visits"
    evidence: ClassVar[str] = (
        "assumed; a brochure on primary care integrated by life cycle claims more return visits, without a number"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.ilp",)
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["return_visits"] = "return_visits"
    share: float = Field(
        ge=0,
        le=1,
        description="of the members who would be absent, those who come",
        json_schema_extra={"unit": "share of the absent"},
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share, of what other programmes leave, and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "reminded", self.share)
        return self.charged(policy, context, self.cost_per_month)
