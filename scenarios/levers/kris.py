"""Lever: one standard inpatient class (KRIS) with one premium."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from scenarios.levers.base import Context, wrong
from scenarios.levers.ruling import RuleLever, class_three
from sim.policy import Policy

_PER_PERSON: JsonDict = {"unit": "rupiah/person/month"}


class Kris(RuleLever):
    """The three classes of self-payers become one, with one premium, which is also that of Pemda heads.

    Both aids go to every self-payer and Pemda head; what they leave is the member's share. Nobody moves a class down
    any more. Families who paid less before miss more often, those who paid more miss less often. Tables by class go on
    by the class that a family had. What hospital care costs stays as it was.
    """

    title_id: ClassVar[str] = "kelas tunggal (KRIS)"
    title_en: ClassVar[str] = "single class (KRIS)"
    evidence: ClassVar[str] = (
        "a rule, no effect size: Perpres 59/2024 plans the standard class and names no premium, the user enters it; "
        "how many more or fewer miss is assumed (premium.burden)"
    )
    facts: ClassVar[tuple[str, ...]] = ("premium.kris_plan",)
    cost: ClassVar[str] = "nothing itself; the premium and the aid of the Pemda's heads are in its bill"

    kind: Literal["kris"] = "kris"
    premium: int = Field(
        ge=1, le=10**6, description="premium of the one class, aid included", json_schema_extra=_PER_PERSON
    )
    aid_central: int | None = Field(
        default=None, ge=0, le=10**6, description="aid of the centre; empty: that of class III in the law",
        json_schema_extra=_PER_PERSON,
    )  # fmt: skip
    aid_regional: int | None = Field(
        default=None, ge=0, le=10**6, description="aid of the region; empty: that of class III in the law",
        json_schema_extra=_PER_PERSON,
    )  # fmt: skip
    pbi_jk: int | None = Field(
        default=None, ge=0, le=10**6, description="premium of PBI-JK; empty: as it was", json_schema_extra=_PER_PERSON
    )

    @model_validator(mode="after")
    def _aid_within(self) -> Kris:
        if (self.aid_central or 0) + (self.aid_regional or 0) > self.premium:
            raise wrong("aids that are together no more than the premium")
        return self

    def apply(self, policy: Policy, context: Context) -> Policy:
        """One class and its premium from ``start`` on."""
        rules, month = self.in_force(policy, context), self.month(context)
        values = class_three(rules, month, self.premium, self.aid_central, self.aid_regional)
        values |= {"premium.pbpu.classes": 1, "premium.pbpu.class1": self.premium, "premium.pbpu.class2": self.premium}
        if self.pbi_jk is not None:
            values["premium.pbi_jk"] = self.pbi_jk
        return self.changed(policy, context, values)
