"""Lever: puskesmas that become BLUD and wait for their money."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Facilities, Lever, Month
from sim.policy import Policy


class BludTransition(Lever):
    """Puskesmas become BLUD, and for some months their capitation fund may pay nothing: accounts, treasurers and rules
    are not ready.

    Capitation still comes in. Service fees wait and are paid out when the fund opens; no drugs are bought from it, and
    suppliers wait for what they have delivered. The APBD drug line goes on.
    """

    title_id: ClassVar[str] = "peralihan ke BLUD"
    title_en: ClassVar[str] = "BLUD transition"
    evidence: ClassVar[str] = (
        "7 new BLUD puskesmas of Bengkulu Utara had no operational money and no service fees from January to June 2025 "
        "(press, 23 June 2025)"
    )
    facts: ClassVar[tuple[str, ...]] = ("capuse.blud_bengkulu_utara",)
    cost: ClassVar[str] = "nothing on the APBD: money is held back, not spent"

    kind: Literal["blud_transition"] = "blud_transition"
    start: Month = Field(default="+0", description="first month without money")
    months: int = Field(default=6, ge=1, le=24, description="how long it lasts", json_schema_extra={"unit": "months"})
    facilities: Facilities = Field(
        default="blud", description="names or codes of facilities, all, or blud: those marked as BLUD"
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Freezes the funds from ``start`` on, for ``months`` months."""
        first, frozen = context.position(self.start), policy.fund_frozen.copy()
        frozen[max(0, first) : max(0, first + self.months), context.chosen(self.facilities)] = True
        return policy.but(fund_frozen=frozen)
