"""Lever: the Pemda decides to switch off heads it pays for, without waiting for an empty line."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from sim.policy import DropOrder, Policy


class SwitchOff(Lever):
    """The Pemda stops paying for a share of its active heads on the 1st of a month: they stay registered, inactive and
    without debt. A decision, as when a budget was meant for some months only; an empty line drops heads by itself."""

    title_id: ClassVar[str] = "penonaktifan peserta PBPU Pemda"
    title_en: ClassVar[str] = "PBPU Pemda heads switched off"
    evidence: ClassVar[str] = "a decision, no effect size; heads dropped: Batang 2024, Deli Serdang 2025 (press)"
    facts: ClassVar[tuple[str, ...]] = ("pemda.drop.batang.2024", "pemda.drop.deli_serdang.2025")
    cost: ClassVar[str] = "nothing; the premium of those switched off is saved"

    kind: Literal["switch_off"] = "switch_off"
    month: Month = Field(description="month on whose 1st they are switched off")
    share: float = Field(
        default=1.0, gt=0, le=1, description="share of the district's active heads",
        json_schema_extra={"unit": "share of the heads"},
    )  # fmt: skip
    order: DropOrder | None = Field(default=None, description="who is switched off first")

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Switches them off in ``month``; nothing when it lies outside the policy."""
        position = context.position(self.month)
        if not 0 <= position < policy.months:
            return policy
        shares = policy.switch_off.copy()
        shares[position] = self.share
        changes: dict[str, object] = {"switch_off": shares}
        if self.order is not None:
            changes["drop_order"] = self.order
        return policy.but(**changes)
