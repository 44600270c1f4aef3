"""Copy this file to add a lever. It runs and is tested like the others, and is listed by none.

1. Rename the class and ``kind``; write the docstring for a planner: what is decided, not how it is computed.
2. Give every field a description, bounds and a unit.
3. Say in ``evidence`` where the size of the effect comes from (a source and its year), or "assumed"; name in ``facts``
   the ids of the facts that this rests on, and add those that are missing to ``facts.yaml``; say in ``cost`` what it
   costs, whom and when, by the names of its fields.
4. Name in ``strength`` the fields that say how strong it is, each with the value at which it does nothing, so that a
   scenario may call the effect uncertain; a decision has none. A lever with ``start`` and ``stop`` may change by month:
   name in ``once`` the fields that hold for it as a whole, or happen in its first month only.
5. ``apply`` copies the arrays it changes (``policy`` is shared by all scenarios) and touches no month before its start.
6. Add the class to ``LEVERS`` in ``scenarios/levers/__init__.py``, a scenario that pulls it to ``scenarios/library``
   (its lines are the example that ``prakira levers`` prints), which way it moves what to ``scenarios/directions.py``,
   and the Indonesian texts of docstring, evidence, cost, units and descriptions to
   ``districts/locale/scenarios.id.po``; the tests in ``tests/test_levers.py`` then cover it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from sim.policy import Policy


class FixedCost(Lever):
    """A programme that costs the APBD a fixed amount every month from its start."""

    title_id: ClassVar[str] = "biaya tetap"
    title_en: ClassVar[str] = "fixed cost"
    evidence: ClassVar[str] = "none needed: the cost is what the user enters"
    cost: ClassVar[str] = "cost_per_month, every month from its start, on the APBD"

    kind: Literal["fixed_cost"] = "fixed_cost"
    start: Month = Field(default="+0", description="first month")
    cost_per_month: int = Field(
        ge=0, le=10**12, description="cost on the APBD", json_schema_extra={"unit": "rupiah/month"}
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the cost to every month from ``start`` on."""
        cost = policy.lever_cost.copy()
        cost[context.index(self.start) :] += self.cost_per_month
        return policy.but(lever_cost=cost)
