"""Lever: primary care integrated by life cycle."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Lever
from scenarios.levers.family_folders import FamilyFolders
from scenarios.levers.outreach_sessions import ACTIVITIES, OutreachSessions
from scenarios.levers.programme import Package
from scenarios.levers.return_visits import ReturnVisits
from scenarios.levers.screening import Screening


class Ilp(Package):
    """Primary care integrated by life cycle (ILP) as a package of three components, each on or off and of its own size:
    family folders; screening by life-cycle cluster, with further sessions for each age group at which adults are
    measured; and return visits. Each is a lever by itself too, which tells what it does."""

    title_id: ClassVar[str] = "integrasi layanan primer (ILP)"
    title_en: ClassVar[str] = "primary care integrated by life cycle (ILP)"
    evidence: ClassVar[str] = (
        "no study gives one number for the whole (a brochure claims more return visits and fewer complications), "
        "so that each component has its own size, all assumed"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.ilp",)
    cost: ClassVar[str] = (
        "families × registered members × cost_per_member, four times sessions_per_month × cost_per_session, "
        "screening_cost and return_cost, for the facilities reached, every month, on the APBD; nothing for what is off"
    )
    strength: ClassVar[dict[str, float]] = {
        "families": 0.0,
        "sessions_per_month": 0.0,
        "screened": 0.0,
        "returning": 0.0,
    }

    kind: Literal["ilp"] = "ilp"
    family_folders: bool = Field(default=True, description="with family folders")
    families: float = Field(
        default=0.05, ge=0, le=1, description="families visited every month",
        json_schema_extra={"unit": "share of families"},
    )  # fmt: skip
    contacts: float = Field(
        default=0.3, ge=0, le=1, description="members of a visited family who have a contact",
        json_schema_extra={"unit": "share of members"},
    )  # fmt: skip
    cost_per_member: int = Field(
        default=2_000, ge=0, le=10**6, description="cost on the APBD for each member visited",
        json_schema_extra={"unit": "rupiah/member"},
    )  # fmt: skip
    screening: bool = Field(default=True, description="with screening by life-cycle cluster")
    sessions_per_month: float = Field(
        default=2, ge=0, le=1000, description="further sessions in each facility for each of the four age groups",
        json_schema_extra={"unit": "sessions/facility/month"},
    )  # fmt: skip
    persons_per_session: float = Field(
        default=30, ge=0, le=1000, description="persons who come to one",
        json_schema_extra={"unit": "persons/session"},
    )  # fmt: skip
    cost_per_session: int = Field(
        default=500_000, ge=0, le=10**8, description="cost on the APBD of one session",
        json_schema_extra={"unit": "rupiah/session"},
    )  # fmt: skip
    screened: float = Field(
        default=0.2, ge=0, le=1, description="well contacts of adults at which both are measured",
        json_schema_extra={"unit": "share of well contacts"},
    )  # fmt: skip
    screening_cost: int = Field(
        default=1_500_000, ge=0, le=10**10, description="cost on the APBD of screening in each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip
    return_visits: bool = Field(default=True, description="with return visits")
    returning: float = Field(
        default=0.2, ge=0, le=1, description="of the members who would be absent, those who come",
        json_schema_extra={"unit": "share of the absent"},
    )  # fmt: skip
    return_cost: int = Field(
        default=500_000, ge=0, le=10**10, description="cost on the APBD of reminders in each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip

    def components(self) -> tuple[Lever, ...]:
        """The components that are switched on, in the order of the fields."""
        found: list[Lever] = []
        if self.family_folders:
            sizes = {"share": self.families, "contacts": self.contacts}
            found.append(self.component(FamilyFolders, **sizes, cost_per_member=self.cost_per_member))
        if self.screening:
            same = ("sessions_per_month", "persons_per_session", "cost_per_session")
            sessions = {name: getattr(self, name) for name in same}
            found += [self.component(OutreachSessions, activity=activity, **sessions) for activity in ACTIVITIES]
            found.append(self.component(Screening, share=self.screened, cost_per_month=self.screening_cost))
        if self.return_visits:
            found.append(self.component(ReturnVisits, share=self.returning, cost_per_month=self.return_cost))
        return tuple(found)
