"""Lever: stable patients of the hospital are referred back."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class ReferBack(Programme):
    """Stable patients with a three-month hospital letter are referred back to their clinic (PRB) and get their drugs
    from a pharmacy that BPJS pays. Where the pharmacy lacks them they go without, and control suffers."""

    title_id: ClassVar[str] = "rujuk balik (PRB)"
    title_en: ClassVar[str] = "refer-back (PRB)"
    evidence: ClassVar[str] = (
        "assumed; nine diseases may be referred back (Permenkes 28/2014), the number of PRB patients was not found"
    )
    facts: ClassVar[tuple[str, ...]] = ("ops.prb_diseases",)
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["refer_back"] = "refer_back"
    share: float = Field(
        ge=0,
        le=1,
        description="stable patients referred back in a month, besides the usual",
        json_schema_extra={"unit": "share of stable patients/month"},
    )
    drugs_available: float = Field(
        default=1, ge=0, le=1, description="days on which the pharmacy has their drugs",
        json_schema_extra={"unit": "share of days"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share referred back, the days without drugs and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "refer_back", self.share)
        policy = self.shared_out(policy, context, "prb_lacking", 1 - self.drugs_available)
        return self.charged(policy, context, self.cost_per_month)
