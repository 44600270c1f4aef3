"""What programmes of care have in common: months, facilities, a cost; and packages made of several of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from scenarios.levers.reach import lasting
from sim.policy import Policy

#: The fields that say when and where.
_REACH = ("start", "stop", "facilities")


class AtFacilities(Lever):
    """A lever that lasts for some months at some facilities."""

    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    facilities: Facilities = Field(
        default="all", description="names or codes of facilities, all, or blud: those marked as BLUD"
    )

    def shared_out(self, policy: Policy, context: Context, name: str, share: float) -> Policy:
        """The policy with the ``share`` of the table ``name`` (0-1) in this lever's months and places, of what other
        programmes leave."""
        months, places = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        table = getattr(policy, name).copy()
        table[months, places] += share * (1 - table[months, places])
        return policy.but(**{name: table})

    def charged(self, policy: Policy, context: Context, rupiah: float, payer: str = "apbd") -> Policy:
        """The policy that costs ``rupiah`` more a month for each of this lever's facilities, on the APBD or on BPJS."""
        name = "lever_cost" if payer == "apbd" else "bpjs_cost"
        cost = getattr(policy, name).copy()
        cost[lasting(context, self.start, self.stop)] += round(rupiah * len(context.chosen(self.facilities)))
        return policy.but(**{name: cost})


class Programme(AtFacilities):
    """A lever at facilities that costs an amount every month in each of them."""

    cost: ClassVar[str] = "cost_per_month × facilities reached, every month, on the APBD"

    cost_per_month: int = Field(
        ge=0, le=10**10, description="cost on the APBD in each facility",
        json_schema_extra={"unit": "rupiah/facility/month"},
    )  # fmt: skip


class Package(AtFacilities):
    """A lever made of named components, each a lever of its own with its own size and cost, on or off."""

    @abstractmethod
    def components(self) -> tuple[Lever, ...]:
        """The components that are switched on."""

    def component(self, lever: type[Lever], **fields: object) -> Lever:
        """A component in the package's months, and at its facilities if it has such."""
        reach = {name: getattr(self, name) for name in _REACH if name in lever.model_fields}
        return lever.model_validate({**reach, **fields})

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Pulls the components one after another."""
        for component in self.components():
            policy = component.apply(policy, context)
        return policy
