"""Lever: a laboratory at facilities, by staff, devices and reagents or by contract."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import Programme
from sim.policy import Policy


class Laboratory(Programme):
    """Facilities get a laboratory (staff, device and reagents, or a contract with one) for blood sugar, HbA1c and
    kidney function. Where there was none, fewer patients are referred for an examination alone; everywhere the
    examinations of Prolanis no longer wait for strips and are recorded."""

    title_id: ClassVar[str] = "kapasitas laboratorium FKTP"
    title_en: ClassVar[str] = "laboratory capacity"
    evidence: ClassVar[str] = (
        "assumed; 37 % of puskesmas had no laboratory staff in 2019 (ministry's health-workforce map)"
    )
    facts: ClassVar[tuple[str, ...]] = ("workforce.no_pharmacy_lab.2019",)
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["laboratory"] = "laboratory"
    share: float = Field(
        ge=0, le=1, description="days on which the laboratory works", json_schema_extra={"unit": "share of days"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share of days, of what other programmes leave, and the cost, from ``start`` until ``stop``."""
        policy = self.shared_out(policy, context, "laboratory", self.share)
        return self.charged(policy, context, self.cost_per_month)
