"""What levers share that change the law: from when, with what chance, and what holds until then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.months import later
from sim.policy import Policy, RuleChange
from sim.rules import Rules


class RuleLever(Lever):
    """Base of the levers that change rules of the law, for certain or as a possible rule."""

    start: Month = Field(default="+0", description="first month in which it holds")
    chance: float = Field(
        default=1, ge=0, le=1,
        description="that it comes at all; below 1 it is a possible rule, drawn once per replicate",
        json_schema_extra={"unit": "chance"},
    )  # fmt: skip
    rule: str | None = Field(
        default=None, min_length=1, max_length=60,
        description="name of the possible rule; those of one name and chance come together; empty: the lever's kind",
        json_schema_extra={"unit": "name"},
    )  # fmt: skip

    def in_force(self, policy: Policy, context: Context) -> Rules:
        """The law with the changes that ``policy`` already holds for certain."""
        certain = (change for change in policy.rule_changes if change.chance == 1)
        return context.rules.from_month((change.key, change.month, change.value) for change in certain)

    def month(self, context: Context) -> str:
        """The first month in which it holds, "YYYY-MM", no earlier than the policy's first."""
        return later(context.first_month, max(context.position(self.start), 0))

    def changed(self, policy: Policy, context: Context, values: Mapping[str, Any]) -> Policy:
        """``policy`` with ``values`` by rule key from the first month on."""
        month, name = self.month(context), self.rule or self.kind
        changes = tuple(RuleChange(key, month, value, self.chance, name) for key, value in values.items())
        return policy.but(rule_changes=(*policy.rule_changes, *changes))


def class_three(
    rules: Rules, month: str, gross: int | None, central: int | None, regional: int | None
) -> dict[str, int]:
    """Rule values of class III and of Pemda heads, rupiah per person and month; None: what ``rules`` say in ``month``.

    The member's share is what the aids leave; the Pemda pays that share for its heads, and the regional aid. Aids above
    the gross premium leave nothing to pay.
    """
    part = {"": gross, ".aid_central": central, ".aid_regional": regional}
    values = {f"premium.pbpu.class3{end}": rules.value(f"premium.pbpu.class3{end}", month) if given is None else given
              for end, given in part.items()}  # fmt: skip
    whole, aid_central, aid_regional = values.values()
    share = max(0, whole - aid_central - aid_regional)
    return {
        **values,
        "premium.pbpu.class3.member_share": share,
        "premium.pbpu_pemda.premium": share,
        "premium.pbpu_pemda.aid": aid_regional,
        "premium.pbpu_pemda.district_cost": share + aid_regional,
    }
