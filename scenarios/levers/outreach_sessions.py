"""Lever: sessions outside the building for an age group."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import AtFacilities
from scenarios.levers.reach import lasting
from sim.policy import Policy

Activity = Literal["posyandu", "school_health", "posbindu", "elderly"]
#: The activities in the order of the life-cycle groups they are for (:data:`sim.people.life_cycle.GROUPS`).
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)


class OutreachSessions(AtFacilities):
    """Further sessions outside the building for one group of the life cycle: posyandu (0 to 4 years), school health or
    UKS (5 to 17), posbindu (18 to 59), posyandu for the elderly (60 and over). Who comes has a contact, once per
    member and month; residents who are not members come too, and count for nothing. Find new cases with
    ``screening`` besides."""

    title_id: ClassVar[str] = "posyandu, UKS, posbindu"
    title_en: ClassVar[str] = "posyandu, school health, posbindu"
    evidence: ClassVar[str] = "assumed: 5 to 30 per mille more contacts a month is a modelling range, no study found"
    facts: ClassVar[tuple[str, ...]] = ("effect.outreach.contact_rate",)
    cost: ClassVar[str] = "sessions_per_month × cost_per_session × facilities reached, every month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"sessions_per_month": 0.0}

    kind: Literal["outreach_sessions"] = "outreach_sessions"
    activity: Activity = Field(description="for whom")
    sessions_per_month: float = Field(
        ge=0, le=1000, description="sessions in each facility", json_schema_extra={"unit": "sessions/facility/month"}
    )
    persons_per_session: float = Field(
        ge=0, le=1000, description="persons who come to one", json_schema_extra={"unit": "persons/session"}
    )
    cost_per_session: int = Field(
        ge=0, le=10**8, description="cost on the APBD of one session", json_schema_extra={"unit": "rupiah/session"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the persons met and the cost to every month from ``start`` until ``stop``."""
        months, places = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        met = policy.met.copy()
        met[months, places, ACTIVITIES.index(self.activity)] += self.sessions_per_month * self.persons_per_session
        return self.charged(policy.but(met=met), context, self.sessions_per_month * self.cost_per_session)
