"""Lever: a mass lay-off, or hard times for paying families."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from sim.policy import Policy


class EconomicShock(Lever):
    """Private workers' families lose their job all at once or over some months; families miss premiums more often.

    Who loses a job falls out of PPU, pays alone from then on, or keeps six months of lay-off cover, in the shares of
    usual job losses; a family under such cover loses no job again. Nobody decides it, and by itself it costs the APBD
    nothing.
    """

    title_id: ClassVar[str] = "guncangan ekonomi"
    title_en: ClassVar[str] = "economic shock"
    evidence: ClassVar[str] = (
        "assumed; for scale: 0.8 to 1.5 % of private PPU members leave in a usual month, and those inactive for a lost "
        "job grew by 49,000 a month in 2023, nationwide"
    )
    facts: ClassVar[tuple[str, ...]] = ("inactive.job_loss.stock",)
    cost: ClassVar[str] = "nothing on the APBD by itself"
    strength: ClassVar[dict[str, float]] = {"laid_off": 0.0, "job_loss_factor": 1.0, "miss_factor": 1.0}

    kind: Literal["economic_shock"] = "economic_shock"
    start: Month = Field(default="+0", description="first month")
    months: int = Field(default=1, ge=1, le=60, description="how long it lasts", json_schema_extra={"unit": "months"})
    laid_off: float = Field(
        default=0, ge=0, le=1, description="laid off in all these months together, besides the usual job losses",
        json_schema_extra={"unit": "share of private workers' families"},
    )  # fmt: skip
    job_loss_factor: float = Field(
        default=1, ge=0, le=20, description="how many times as many usual job losses",
        json_schema_extra={"unit": "times the job-loss rate"},
    )  # fmt: skip
    miss_factor: float = Field(
        default=1, ge=0, le=10, description="how many times as many families miss a premium",
        json_schema_extra={"unit": "times the miss rate"},
    )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Lays off the same share of those left in each of the months, and multiplies the rates in them.

        Two shocks of one month meet the same families each by its own: of those the first spared, the second lays off.
        """
        position = context.position(self.start)
        months = slice(max(position, 0), max(position + self.months, 0))
        gone, losses, misses = policy.laid_off.copy(), policy.job_loss_factor.copy(), policy.miss_factor.copy()
        spared = (1 - self.laid_off) ** (1 / self.months)
        gone[months] = 1 - (1 - gone[months]) * spared
        losses[months] *= self.job_loss_factor
        misses[months] *= self.miss_factor
        return policy.but(laid_off=gone, job_loss_factor=losses, miss_factor=misses)
