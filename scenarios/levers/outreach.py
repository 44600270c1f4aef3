"""Lever: staff hours outside the building."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.levers.base import Context, Facilities, Lever, Month, wrong
from scenarios.levers.reach import lasting
from sim.policy import Policy


class Outreach(Lever):
    """Extra staff hours outside the building: posyandu, posbindu, schools, home visits.

    Contacts recorded there count for AK like those in the clinic, once per member and month. The hours are bought
    besides, or those of the facility's own nurses and midwives, who are then missing in the clinic.
    """

    title_id: ClassVar[str] = "kegiatan luar gedung"
    title_en: ClassVar[str] = "outreach"
    evidence: ClassVar[str] = "assumed: 5 to 30 per mille more contacts a month is a modelling range, no study found"
    facts: ClassVar[tuple[str, ...]] = ("effect.outreach.contact_rate",)
    cost: ClassVar[str] = (
        "hours_per_month × facilities reached × cost_per_hour, every month, on the APBD; nothing with own_staff"
    )
    strength: ClassVar[dict[str, float]] = {"hours_per_month": 0.0}

    kind: Literal["outreach"] = "outreach"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    hours_per_month: float = Field(
        ge=0, le=5000, description="extra staff hours in each facility", json_schema_extra={"unit": "hours/month"}
    )
    facilities: Facilities = Field(default="all", description="names or codes of facilities, or all")
    cost_per_hour: int = Field(
        ge=0, le=10**7, description="cost on the APBD", json_schema_extra={"unit": "rupiah/hour"}
    )
    own_staff: bool = Field(
        default=False,
        description="of the facility's own nurses and midwives, at the expense of the clinic",
    )

    @model_validator(mode="after")
    def _paid_once(self) -> Outreach:
        if self.own_staff and self.cost_per_hour:
            raise wrong("cost_per_hour 0 with own_staff: their hours are paid already")
        return self

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the hours and their cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        chosen = context.chosen(self.facilities)
        name = "outreach_own_hours" if self.own_staff else "outreach_hours"
        hours, cost = getattr(policy, name).copy(), policy.lever_cost.copy()
        hours[months, chosen] += self.hours_per_month
        cost[months] += round(self.hours_per_month * len(chosen) * self.cost_per_hour)
        return policy.but(**{name: hours}, lever_cost=cost)
