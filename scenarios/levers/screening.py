"""Lever: blood pressure and blood sugar are measured at well contacts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class Screening(Programme):
    """Blood pressure and blood sugar are measured at a share of the well contacts, so that unknown hypertension and
    diabetes are found. More are then known, which also enlarges what the share under control is counted from. What is
    saved among those found is not counted: their complications stay among everybody's emergencies."""

    title_id: ClassVar[str] = "skrining hipertensi dan diabetes"
    title_en: ClassVar[str] = "screening for hypertension and diabetes"
    evidence: ClassVar[str] = (
        "assumed; SKI 2023 measured hypertension in 30.8 % of adults, a diagnosis is known of 5.9 % at 18 to 59 and of "
        "22.9 % at 60 and over"
    )
    facts: ClassVar[tuple[str, ...]] = (
        "epi.ht.measured.2023",
        "epi.ht.diagnosed.18_59.2023",
        "epi.ht.diagnosed.60plus.2023",
    )
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["screening"] = "screening"
    share: float = Field(
        ge=0,
        le=1,
        description="well contacts of adults at which both are measured",
        json_schema_extra={"unit": "share of well contacts"},
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share, of what other programmes leave, and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "screening", self.share)
        return self.charged(policy, context, self.cost_per_month)
