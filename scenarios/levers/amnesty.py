"""Lever: arrears of class III are forgiven."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from sim.policy import Policy


class Amnesty(Lever):
    """A share of what class III families owe is forgiven in one month.

    Announced before, it makes families wait for it: fewer pay and fewer settle until it comes. What is forgiven is
    borne by the centre and costs the APBD nothing. At least one month stays owed, which the family pays to come back.
    """

    title_id: ClassVar[str] = "penghapusan tunggakan"
    title_en: ClassVar[str] = "arrears amnesty"
    evidence: ClassVar[str] = (
        "a decision: planned by the centre for class III (20 trillion rupiah, regulation pending in February 2026); "
        "that families wait for it is assumed"
    )
    facts: ClassVar[tuple[str, ...]] = ("arrears.writeoff_plan",)
    cost: ClassVar[str] = "nothing on the APBD: what is forgiven is borne by the centre"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["amnesty"] = "amnesty"
    start: Month = Field(description="the month in which debts are forgiven")
    share: float = Field(
        ge=0, le=1, description="forgiven", json_schema_extra={"unit": "share of the months owed in class III"}
    )
    announced: int = Field(
        default=0, ge=0, le=24, description="how long before it families wait for it",
        json_schema_extra={"unit": "months"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Sets the share of that month, and the months before it in which it is awaited.

        An amnesty after the policy's last month may be awaited in it; one before its first month changes nothing.
        """
        position = context.position(self.start)
        awaited, forgiven = policy.amnesty_announced.copy(), policy.amnesty.copy()
        awaited[max(position - self.announced, 0) : max(position, 0)] = True
        if 0 <= position < context.months:
            forgiven[position] = self.share
        return policy.but(amnesty_announced=awaited, amnesty=forgiven)
