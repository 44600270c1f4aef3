"""Lever: other premiums or premium aid than the law's, from a month on."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from scenarios.levers.base import Context, wrong
from scenarios.levers.ruling import RuleLever, class_three
from sim.policy import Policy

_PER_PERSON: JsonDict = {"unit": "rupiah/person/month"}
_OF_WAGE: JsonDict = {"unit": "share of the wage"}
#: Fields whose value is a rule's as it stands.
_PLAIN = {
    "pbi_jk": "premium.pbi_jk", "class1": "premium.pbpu.class1", "class2": "premium.pbpu.class2",
    "ppu_employer": "premium.ppu.rate_employer", "ppu_worker": "premium.ppu.rate_worker",
    "wage_cap": "premium.ppu.wage_cap",
}  # fmt: skip


class PremiumChange(RuleLever):
    """Premiums and premium aid by segment and class are changed from a month on; what is not given stays.

    The premium of class III less both aids is what a member pays, and what the Pemda pays for its heads, besides the
    regional aid. Who pays more misses more often. Months owed are counted at the premium of the running month.
    """

    title_id: ClassVar[str] = "perubahan iuran dan bantuan iuran"
    title_en: ClassVar[str] = "change of premiums and premium aid"
    evidence: ClassVar[str] = (
        "a rule, no effect size: premiums of Perpres 64/2020 still hold in 2026, the deadline of Perpres 59/2024 for "
        "new ones passed without any; how many more miss is assumed (premium.burden)"
    )
    facts: ClassVar[tuple[str, ...]] = (
        "premium.pbpu.class1.2020h2",
        "premium.pbpu.class2.2020h2",
        "premium.pbpu.class3.2020h2",
        "premium.change.2026",
        "premium.new_rates_deadline",
    )
    cost: ClassVar[str] = "nothing itself; the premium and the aid of the Pemda's heads are in its bill"

    kind: Literal["premium_change"] = "premium_change"
    pbi_jk: int | None = Field(
        default=None, ge=0, le=10**6, description="premium of PBI-JK", json_schema_extra=_PER_PERSON
    )
    class1: int | None = Field(
        default=None, ge=1, le=10**6, description="premium of class I", json_schema_extra=_PER_PERSON
    )
    class2: int | None = Field(
        default=None, ge=1, le=10**6, description="premium of class II", json_schema_extra=_PER_PERSON
    )
    class3: int | None = Field(
        default=None, ge=1, le=10**6, description="premium of class III, aid included", json_schema_extra=_PER_PERSON
    )
    aid_central: int | None = Field(
        default=None, ge=0, le=10**6, description="aid of the centre in class III and for Pemda heads",
        json_schema_extra=_PER_PERSON,
    )  # fmt: skip
    aid_regional: int | None = Field(
        default=None, ge=0, le=10**6, description="aid of the region in class III and for Pemda heads",
        json_schema_extra=_PER_PERSON,
    )  # fmt: skip
    ppu_employer: float | None = Field(
        default=None, ge=0, le=0.2, description="premium of PPU, the employer's part", json_schema_extra=_OF_WAGE
    )
    ppu_worker: float | None = Field(
        default=None, ge=0, le=0.2, description="premium of PPU, the worker's part", json_schema_extra=_OF_WAGE
    )
    wage_cap: int | None = Field(
        default=None, ge=0, le=10**9, description="highest wage from which PPU premiums are taken",
        json_schema_extra={"unit": "rupiah/month"},
    )  # fmt: skip

    @model_validator(mode="after")
    def _something(self) -> PremiumChange:
        if all(getattr(self, name) is None for name in (*_PLAIN, "class3", "aid_central", "aid_regional")):
            raise wrong("at least one premium or aid")
        if self.class3 is not None and (self.aid_central or 0) + (self.aid_regional or 0) > self.class3:
            raise wrong("aids that are together no more than the premium of class III")
        return self

    def apply(self, policy: Policy, context: Context) -> Policy:
        """The amounts given hold from ``start`` on; those of class III that are not given are the law's of that month,
        as certain changes before this one left it."""
        values = {key: given for name, key in _PLAIN.items() if (given := getattr(self, name)) is not None}
        third = (self.class3, self.aid_central, self.aid_regional)
        if any(given is not None for given in third):
            values |= class_three(self.in_force(policy, context), self.month(context), *third)
        return self.changed(policy, context, values)
