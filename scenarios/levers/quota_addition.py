"""Lever: the centre or the province adds heads to the members it pays for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy


class QuotaAddition(Lever):
    """The centre (PBI-JK) or the province takes in residents without cover beyond replacing those it removes, the
    poorest families first. It costs the district nothing."""

    title_id: ClassVar[str] = "tambahan kuota pusat atau provinsi"
    title_en: ClassVar[str] = "quota added by the centre or the province"
    evidence: ClassVar[str] = "a decision of others, no effect size; the national PBI-JK quota is 96.8 million"
    facts: ClassVar[tuple[str, ...]] = ("members.pbi_quota",)
    cost: ClassVar[str] = "nothing on the APBD: the centre or the province pays the premium"
    strength: ClassVar[dict[str, float]] = {"heads_per_month": 0.0}

    kind: Literal["quota_addition"] = "quota_addition"
    payer: Literal["central", "province"] = Field(default="central", description="who pays for them")
    start: Month = Field(default="+0", description="first month, at whose end they enter")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    heads_per_month: int = Field(
        gt=0, le=10**6, description="added in every month", json_schema_extra={"unit": "persons/month"}
    )
    only_new: bool | None = Field(default=None, description="only people who were never registered")

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the heads to every month from ``start`` until ``stop``."""
        name = "added_central" if self.payer == "central" else "added_province"
        heads = getattr(policy, name).copy()
        heads[lasting(context, self.start, self.stop)] += self.heads_per_month
        changes: dict[str, object] = {name: heads}
        if self.only_new is not None:
            changes["added_only_new"] = self.only_new
        return policy.but(**changes)
