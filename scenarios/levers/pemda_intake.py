"""Lever: whom the Pemda takes in as PBPU Pemda, how many, from when."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.levers.base import Context, Lever, Month, wrong
from scenarios.levers.reach import lasting
from sim.policy import IntakeOrder, IntakeTarget, Policy


class PemdaIntake(Lever):
    """The Pemda registers people as PBPU Pemda: a number of heads, or as many as hold a target.

    A number of heads is applied for at once in the first month, a monthly number in every month after it. To hold UHC
    status or to cover everybody eligible, the number of each month follows from the last published figures. With a
    signed agreement and both bars met the district is non-cut-off: new members are active at once.
    """

    title_id: ClassVar[str] = "penerimaan PBPU Pemda"
    title_en: ClassVar[str] = "PBPU Pemda intake"
    evidence: ClassVar[str] = "a decision, no effect size; same-day activation: BPJS practice, UHC non-cut-off"
    facts: ClassVar[tuple[str, ...]] = ("rule.activation_delay.uhc_non_cut_off",)
    cost: ClassVar[str] = "nothing itself; the premium of those taken in is in the Pemda's bill"
    once: ClassVar[tuple[str, ...]] = ("heads", "hold_margin")

    kind: Literal["pemda_intake"] = "pemda_intake"
    start: Month = Field(default="+0", description="first month")
    stop: Month | None = Field(default=None, description="first month without it; empty: it goes on")
    heads: int | None = Field(
        default=None, ge=0, le=10**7, description="applied for at once in the first month",
        json_schema_extra={"unit": "persons"},
    )  # fmt: skip
    quota: int | None = Field(
        default=None, ge=0, le=10**7, description="applied for in every month (after the first, if heads is given)",
        json_schema_extra={"unit": "persons/month"},
    )  # fmt: skip
    target: IntakeTarget = Field(
        default="quota", description="what decides the number: the quota, the UHC bars, or everybody eligible"
    )
    order: IntakeOrder | None = Field(default=None, description="who comes first")
    hold_margin: float | None = Field(
        default=None, ge=0, le=0.2, description="kept above each bar under hold_status",
        json_schema_extra={"unit": "share of the population"},
    )  # fmt: skip
    point_of_care: bool | None = Field(default=None, description="the sick are registered where they seek care")
    agreement: bool | None = Field(default=None, description="a UHC agreement is in force")

    @model_validator(mode="after")
    def _consistent(self) -> PemdaIntake:
        if self.target != "quota" and self.quota is not None:
            raise wrong("no quota with target {target}", target=self.target)
        if self.target != "quota" and self.stop is not None:
            raise wrong("no stop with target {target}, which is held to the end of the run", target=self.target)
        return self

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Sets quota, target, order, agreement and point of care from ``start`` on.

        A start before the policy's first month is a decision already in force: its ``heads`` lie in the past and
        are not applied for again.
        """
        held, position = lasting(context, self.start, self.stop), context.position(self.start)
        quota = policy.intake_quota.copy()
        if self.quota is not None:
            quota[held] = self.quota
        at_once = False
        if self.heads is not None and 0 <= position < held.stop:
            at_once, quota[position] = True, self.heads
        changes: dict[str, object] = {"intake_quota": quota}
        if self.target != "quota":
            changes["intake_target"] = self.target
            changes["intake_target_from"] = held.start + at_once
        if self.order is not None:
            changes["intake_order"] = self.order
        if self.hold_margin is not None:
            changes["hold_margin"] = self.hold_margin
        for name in ("point_of_care", "agreement"):
            if (switch := getattr(self, name)) is not None:
                months = getattr(policy, name).copy()
                months[held] = switch
                changes[name] = months
        return policy.but(**changes)
