"""Lever: collectors who visit families in arrears."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import added, lasting, self_paying_families
from sim.policy import Policy


class Collectors(Lever):
    """Collectors (kader JKN) visit a share of the families in arrears every month, of all classes or of some, and ask
    them to settle.

    The cost is planned for the families in arrears at the start of the run and does not follow their number.
    """

    title_id: ClassVar[str] = "kader penagih iuran"
    title_en: ClassVar[str] = "premium collectors"
    evidence: ClassVar[str] = (
        "kader JKN 2017-2018: 13.9 % more collected, before and after, a claim of BPJS (ISSA); CHEPS 2016-2017: an "
        "effect in Semarang, none in Balikpapan. One officer phones about 100 members a day (BPJS Pasuruan 2020)"
    )
    facts: ClassVar[tuple[str, ...]] = (
        "effect.kader_jkn.issa",
        "effect.promoter_agent.cheps",
        "ops.telecollecting_calls",
    )
    cost: ClassVar[str] = (
        "share × families of these classes in arrears at the run's start × cost_per_family, every month, on the APBD"
    )
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["collectors"] = "collectors"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    share: float = Field(
        ge=0, le=1, description="visited in a month", json_schema_extra={"unit": "share of families in arrears"}
    )
    classes: tuple[Literal[1, 2, 3], ...] | None = Field(
        default=None, min_length=1, description="classes of the families visited; empty: all",
        json_schema_extra={"unit": "class of care"},
    )  # fmt: skip
    cost_per_family: int = Field(
        ge=0, le=10**7, description="cost on the APBD of one visit", json_schema_extra={"unit": "rupiah/family"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share visited and its cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        cost = policy.lever_cost.copy()
        classes = self.classes or (1, 2, 3)
        cost[months] += round(self.share * self_paying_families(context, "arrears", classes) * self.cost_per_family)
        return policy.but(collectors=added(policy.collectors, months, self.share, classes), lever_cost=cost)
