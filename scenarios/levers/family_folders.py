"""Lever: a folder for every family, kept by visits."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.cleansing import Cleansing
from scenarios.levers.programme import AtFacilities
from scenarios.levers.reach import lasting
from sim.people.life_cycle import GROUPS
from sim.policy import Policy


class FamilyFolders(AtFacilities):
    """The puskesmas keeps a folder for every family and visits a share of the families every month to bring it up to
    date. The register is checked by it: the dead and the moved are found; and some of those at home have a contact. A
    component of primary care integrated by life cycle. The cost is planned for the members in the district's files."""

    title_id: ClassVar[str] = "folder keluarga"
    title_en: ClassVar[str] = "family folders"
    evidence: ClassVar[str] = (
        "assumed; audits since 2023 find 2 to 10 % of district-paid heads wrong, most in the first pass"
    )
    facts: ClassVar[tuple[str, ...]] = ("register.error",)
    cost: ClassVar[str] = (
        "share × registered members of the facilities reached × cost_per_member, every month, on the APBD"
    )
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["family_folders"] = "family_folders"
    share: float = Field(
        ge=0, le=1, description="families visited every month", json_schema_extra={"unit": "share of families"}
    )
    contacts: float = Field(
        default=0.3, ge=0, le=1, description="members of a visited family who have a contact",
        json_schema_extra={"unit": "share of members"},
    )  # fmt: skip
    cost_per_member: int = Field(
        ge=0, le=10**6, description="cost on the APBD for each member visited",
        json_schema_extra={"unit": "rupiah/member"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Pulls ``cleansing`` for the members of the facilities reached, adds the persons met, by the age structure of
        the district, and the cost, from ``start`` until ``stop``."""
        months, places = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        members = np.array([facility.registered for facility in context.district.facilities], float)
        visited = self.share * members[places]
        checked = min(float(visited.sum() / max(members.sum(), 1.0)), 1.0)
        met = policy.met.copy()
        met[months, places] += self.contacts * np.outer(visited, _ages(context))
        cost = policy.lever_cost.copy()
        cost[months] += round(float(visited.sum()) * self.cost_per_member)
        check = Cleansing(start=self.start, stop=self.stop, share=checked, cost_per_head=0)
        return check.apply(policy.but(met=met, lever_cost=cost), context)


def _ages(context: Context) -> np.ndarray:
    """Share of the residents in each life-cycle group, as if a band of ages were evenly filled (the open one by
    ten years)."""
    starts = [start for _, start in GROUPS]
    heads = np.zeros(len(starts))
    for row in context.district.age_sex:
        ages = np.arange(row.age_from, (row.age_from + 9 if row.age_to is None else row.age_to) + 1)
        group = np.searchsorted(starts, ages, side="right") - 1
        heads += np.bincount(group, minlength=len(starts)) * (row.men + row.women) / len(ages)
    return np.asarray(heads / heads.sum())
