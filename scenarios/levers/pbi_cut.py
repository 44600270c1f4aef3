"""Lever: the centre takes people off PBI-JK."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from sim.policy import Policy


class PbiCut(Lever):
    """The ministry takes a share of the district's active PBI-JK members off the list in one month.

    The Pemda may apply for part of them as PBPU Pemda (``takeover``).
    """

    title_id: ClassVar[str] = "pengurangan PBI-JK"
    title_en: ClassVar[str] = "PBI-JK cut"
    evidence: ClassVar[str] = "SK Mensos 3/HUK/2026: 11 million of 96.8 million heads (11.4 %) in February 2026"
    facts: ClassVar[tuple[str, ...]] = ("pbi.deactivated.2026_02", "members.pbi_quota")
    cost: ClassVar[str] = "nothing itself; the premium of those whom the Pemda takes over is in its bill"
    strength: ClassVar[dict[str, float]] = {"share": 0.0}

    kind: Literal["pbi_cut"] = "pbi_cut"
    month: Month = Field(description="the month of the cut")
    share: float = Field(
        ge=0, le=1, description="taken off the list", json_schema_extra={"unit": "share of active PBI-JK"}
    )
    takeover: float = Field(
        default=0.0, ge=0, le=1, description="applied for by the Pemda",
        json_schema_extra={"unit": "share of those cut"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Sets the cut of that month; a month outside the policy changes nothing."""
        position = context.position(self.month)
        if not 0 <= position < context.months:
            return policy
        cut, takeover = policy.pbi_cut.copy(), policy.pbi_cut_takeover.copy()
        cut[position], takeover[position] = self.share, self.takeover
        return policy.but(pbi_cut=cut, pbi_cut_takeover=takeover)
