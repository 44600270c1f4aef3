"""Lever: messages that remind paying families of the premium."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.levers.reach import added, lasting, self_paying_families
from sim.policy import Policy


class Reminders(Lever):
    """A share of the families that pay their own premiums gets one message a month before the premium falls due.

    The cost is planned for the paying families at the start of the run and does not follow their number.
    """

    title_id: ClassVar[str] = "pengingat iuran"
    title_en: ClassVar[str] = "premium reminders"
    evidence: ClassVar[str] = (
        "assumed: 1 to 5 % points more families paying in a month is a modelling range, no finished study found "
        "(the trial ReachUHC in Ghana is running)"
    )
    facts: ClassVar[tuple[str, ...]] = ("effect.reminder.sms",)
    cost: ClassVar[str] = "share × families paying at the start of the run × cost_per_message, every month, on the APBD"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["reminders"] = "reminders"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    share: float = Field(
        ge=0, le=1, description="reminded every month", json_schema_extra={"unit": "share of paying families"}
    )
    cost_per_message: int = Field(
        ge=0, le=10**6, description="cost on the APBD of one message", json_schema_extra={"unit": "rupiah/message"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the share reminded and its cost to every month from ``start`` until ``stop``."""
        months = lasting(context, self.start, self.stop)
        cost = policy.lever_cost.copy()
        cost[months] += round(self.share * self_paying_families(context, "active") * self.cost_per_message)
        return policy.but(reminders=added(policy.reminders, months, self.share), lever_cost=cost)
