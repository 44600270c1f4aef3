"""Lever: a higher or lower capitation norm."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.ruling import RuleLever
from sim.policy import Policy

FacilityType = Literal["all", "puskesmas", "klinik_pratama", "rs_d_pratama", "dpm", "dokter_gigi"]


class TariffChange(RuleLever):
    """The capitation norm of the law is multiplied for one kind of facility or for all, in whole rupiah.

    The criteria (doctors, dentists, members per doctor) stay. For all kinds, the special capitation of remote
    facilities is multiplied too.
    """

    title_id: ClassVar[str] = "perubahan tarif kapitasi"
    title_en: ClassVar[str] = "change of the capitation tariff"
    evidence: ClassVar[str] = "a rule, no effect size: the norm of Permenkes 3/2023 replaced that of 2014 to 2016"
    facts: ClassVar[tuple[str, ...]] = ("capitation.puskesmas.range.2016", "capitation.range.puskesmas.2023")
    cost: ClassVar[str] = "nothing on the APBD: BPJS Kesehatan pays capitation"

    kind: Literal["tariff_change"] = "tariff_change"
    factor: float = Field(
        ge=0.1, le=5, description="how many times as high the norm is", json_schema_extra={"unit": "times the norm"}
    )
    facility_type: FacilityType = Field(default="all", description="kind of facility, or all")

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Multiplies the norm that holds in the first month, from that month on."""
        rules, month = self.in_force(policy, context), self.month(context)
        norm: dict[str, list[dict[str, Any]]] = rules.value("capitation.tariff", month)
        values: dict[str, Any] = {
            "capitation.tariff": {
                kind: [{**row, "rupiah": self._times(row["rupiah"])} for row in rows]
                if self.facility_type in ("all", kind) else rows
                for kind, rows in norm.items()
            }
        }  # fmt: skip
        if self.facility_type == "all":
            special: dict[str, int] = rules.value("capitation.special_remote", month)
            amounts = {name: self._times(special[name]) for name in ("with_doctor", "without_doctor")}
            values["capitation.special_remote"] = {**special, **amounts}
        return self.changed(policy, context, values)

    def _times(self, rupiah: int) -> int:
        return round(rupiah * self.factor)
