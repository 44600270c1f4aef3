"""Lever: results of patients are followed up."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class OutcomeMonitoring(Programme):
    """The pressure and blood sugar of a share of the diagnosed patients are followed up every month: who is out of
    control is called and treated anew. A component of value-based care."""

    title_id: ClassVar[str] = "pemantauan hasil pengobatan"
    title_en: ClassVar[str] = "outcome monitoring"
    evidence: ClassVar[str] = (
        "assumed: a part of what a home visit does; the study of value-based care in puskesmas of Medan gives no number"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.homevisit.chw.bp", "effect.vbhc")
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["outcome_monitoring"] = "outcome_monitoring"
    share: float = Field(
        ge=0,
        le=1,
        description="diagnosed patients followed up every month",
        json_schema_extra={"unit": "share of diagnosed patients"},
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share, of what other programmes leave, and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "follow_up", self.share)
        return self.charged(policy, context, self.cost_per_month)
