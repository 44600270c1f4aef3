"""Lever: people who come or go together."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from districts.faults import UserError
from scenarios.levers.base import Context, Facilities, Lever, Month
from scenarios.levers.reach import stock_at_start
from sim import codes
from sim.policy import Crowd, Policy

Of = Literal["any", "never", "pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp"]


class PopulationShock(Lever):
    """Many people arrive or leave in one month: a disaster, a resettlement, a new plantation.

    Who arrives is like residents of the same segment and place in age, family, payer and health, and is covered as
    they are (``never``: not registered). Families leave as a whole until the number is reached; part of them stays on
    the register. The Dukcapil count, by which UHC is judged, follows with its lag. By itself it costs the APBD nothing.
    """

    title_id: ClassVar[str] = "guncangan penduduk"
    title_en: ClassVar[str] = "population shock"
    evidence: ClassVar[str] = "an event, no effect size; that newcomers are like residents of their segment is assumed"

    kind: Literal["population_shock"] = "population_shock"
    month: Month = Field(description="the month at whose end they come or go")
    movement: Literal["arrive", "leave"] = Field(description="whether they come or go")
    heads: int = Field(ge=1, le=100_000, description="people who come or go", json_schema_extra={"unit": "persons"})
    segment: Of = Field(default="any", description="the segment of those who come, or of one in each family that goes")
    facilities: Facilities = Field(
        default="all", description="names or codes of the facilities where they live, or all"
    )

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the crowd to that month; a month outside the policy changes nothing.

        Raises ``UserError`` when the stock at the start has nobody of the segment whom newcomers could resemble.
        """
        position = context.position(self.month)
        if not 0 <= position < context.months:
            return policy
        if self.movement == "arrive" and self._members(context) <= 0:
            raise UserError(
                "newcomers of the segment {segment} resemble its members, and {district} has none; choose another "
                "segment",
                segment=self.segment, district=context.district.title,
            )  # fmt: skip
        segment = {"any": -1, "never": codes.NEVER_SEGMENT, **codes.SEGMENT_CODE}[self.segment]
        heads = self.heads if self.movement == "arrive" else -self.heads
        crowd = Crowd(position, heads, segment, tuple(context.chosen(self.facilities)))
        return policy.but(crowds=(*policy.crowds, crowd))

    def _members(self, context: Context) -> int:
        """Residents whom newcomers could resemble, by the stock at the start."""
        stock = stock_at_start(context)
        if self.segment == "any":
            return stock.population
        if self.segment == "never":
            return stock.population - stock.registered
        return sum(row.active for row in stock.segments if row.segment == self.segment)
