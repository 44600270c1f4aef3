"""Lever: patients are visited at home."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import AtFacilities
from scenarios.levers.reach import lasting
from sim.policy import Policy


class HomeVisits(AtFacilities):
    """Nurses or kader visit patients with known hypertension or diabetes at home, measure and advise them. A visit is a
    contact, once per member and month, and the levels of those visited every month fall."""

    title_id: ClassVar[str] = "kunjungan rumah pasien"
    title_en: ClassVar[str] = "home visits to patients"
    evidence: ClassVar[str] = (
        "COBRA-BPS, rural Bangladesh, Pakistan and Sri Lanka 2016-2019: systolic pressure 5.2 mmHg lower after 24 "
        "months, 1.22 times as many under control, at 11 dollars per patient and year; effect on blood sugar "
        "assumed"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.homevisit.chw.bp",)
    cost: ClassVar[str] = "visits_per_month × cost_per_visit × facilities reached, every month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"visits_per_month": 0.0}

    kind: Literal["home_visits"] = "home_visits"
    visits_per_month: float = Field(
        ge=0,
        le=20000,
        description="patients visited in a month by each facility",
        json_schema_extra={"unit": "patients/facility/month"},
    )
    cost_per_visit: int = Field(
        ge=0, le=10**7, description="cost on the APBD of one visit", json_schema_extra={"unit": "rupiah/visit"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the visits and their cost to every month from ``start`` until ``stop``."""
        months, places = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        visits = policy.home_visits.copy()
        visits[months, places] += self.visits_per_month
        return self.charged(policy.but(home_visits=visits), context, self.visits_per_month * self.cost_per_visit)
