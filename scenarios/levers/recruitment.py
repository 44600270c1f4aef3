"""Lever: new posts of doctors, dentists, nurses or midwives."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from districts.model import Facility
from scenarios.levers.base import Context, Facilities, Lever, Month, wrong
from scenarios.months import later
from sim.facilities.staffing_gap import CADRES, pay_month
from sim.policy import Clinician, NewPosts, Policy
from sim.rules.staffing import minimum_staff


class Recruitment(Lever):
    """New posts are opened and people are sought for them, which takes months; then they are at work.

    Doctors and dentists set the capitation tariff; doctors, and nurses some, open examination rooms; nurses and
    midwives share their time between clinic and outreach. ``to_minimum`` opens the posts that a puskesmas lacks by the
    minimum staff of the law, counted from the figures of the run, assumed ones too. The APBD is planned to pay from the
    month in which the post should be filled; in the run somebody comes sooner or later than that.
    """

    title_id: ClassVar[str] = "rekrutmen tenaga"
    title_en: ClassVar[str] = "recruitment of staff"
    evidence: ClassVar[str] = (
        "tariff by doctors and dentists: Permenkes 3/2023; Rifaskes 2019 (5,384 puskesmas): with one more doctor "
        "per 5,000 members the odds of a contact rate of 150 per mille are 1.06 times as high; time until "
        "filled and pay are assumed"
    )
    facts: ClassVar[tuple[str, ...]] = (
        "capitation.puskesmas.ratio_le_5000.dentist.2023",
        "capitation.puskesmas.no_doctor.no_dentist.2023",
        "effect.contact_rate.inputs",
    )
    cost: ClassVar[str] = (
        "new posts × cost_per_month, every month from that in which they should be filled, on the APBD"
    )

    kind: Literal["recruitment"] = "recruitment"
    cadre: Clinician = Field(description="who is recruited")
    heads: int | None = Field(
        default=None,
        ge=1,
        le=50,
        description="new posts in a facility",
        json_schema_extra={"unit": "heads/facility"},
    )
    to_minimum: bool = Field(default=False, description="as many as a puskesmas lacks by the minimum staff of the law")
    facilities: Facilities = Field(default="all", description="names or codes of facilities, or all")
    start: Month = Field(default="+0", description="month in which people begin to be sought")
    months_to_fill: int = Field(
        default=6,
        ge=0,
        le=60,
        description="until a post should be filled",
        json_schema_extra={"unit": "months"},
    )
    cost_per_month: int | None = Field(
        default=None, ge=0, le=10**9, description="cost on the APBD once at work; empty: the pay that the rules assume",
        json_schema_extra={"unit": "rupiah/head/month"},
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_number(self) -> Recruitment:
        if (self.heads is None) != self.to_minimum:
            raise wrong("either heads or to_minimum: true")
        return self

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Opens the posts in ``start`` and adds their pay from the month in which they should be filled.

        What was begun before the policy's first month goes on in it for the rest of its time; where that has passed,
        the people are taken to be among the staff of the district's files, and nothing changes. Raises
        ``RuleDateError`` where the minimum or the pay is asked of the rules and not known yet.
        """
        position = context.position(self.start)
        begins, filled = max(position, 0), position + self.months_to_fill
        if begins >= context.months or filled < begins:
            return policy
        month = later(context.first_month, begins)
        chosen = [(index, self._posts(context.district.facilities[index], context, month))
                  for index in context.chosen(self.facilities)]  # fmt: skip
        new = tuple(NewPosts(begins, index, self.cadre, heads, filled - begins) for index, heads in chosen if heads)
        if not new:
            return policy
        pay = pay_month(context.rules, month, self.cadre) if self.cost_per_month is None else self.cost_per_month
        cost = policy.lever_cost.copy()
        cost[filled:] += pay * sum(posts.heads for posts in new)
        return policy.but(recruits=policy.recruits + new, lever_cost=cost)

    def _posts(self, facility: Facility, context: Context, month: str) -> int:
        if self.heads is not None:
            return self.heads
        if facility.type != "puskesmas":
            return 0
        least = minimum_staff(context.rules, month, facility.location, facility.inpatient)[CADRES[self.cadre]]
        return max(0, least - int(getattr(facility, self.cadre)))
