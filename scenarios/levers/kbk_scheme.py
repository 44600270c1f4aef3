"""Lever: another KBK scheme than the law's, from a month on, to run both on the same luck."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context, Lever, Month
from scenarios.months import later
from sim.policy import Policy, RuleChange


class KbkScheme(Lever):
    """Clinics are rated and paid by another KBK scheme: the zones of 2016 (75 to 115 % of capitation), those of 2017
    (90 to 100 %) or the score of 2019 (85 to 100 %). In the zone schemes the third indicator is the share of Prolanis
    members seen in the month, not of patients under control."""

    title_id: ClassVar[str] = "skema KBK"
    title_en: ClassVar[str] = "KBK scheme"
    evidence: ClassVar[str] = "a rule, no effect size: joint regulations of 2016 and 2017, Peraturan BPJS 7/2019"
    facts: ClassVar[tuple[str, ...]] = ("kbk.2016.payment", "kbk.2017.payment", "kbk.payment.puskesmas")
    cost: ClassVar[str] = "nothing on the APBD: BPJS Kesehatan pays another share of capitation"

    kind: Literal["kbk_scheme"] = "kbk_scheme"
    start: Month = Field(default="+0", description="first month rated by the scheme; paid after the rule's lag")
    scheme: Literal["zones_2016", "zones_2017", "score_2019"] = Field(description="the scheme that holds")

    def apply(self, policy: Policy, context: Context) -> Policy:
        """The scheme of the law holds before ``start``, this one from it on."""
        month = later(context.first_month, max(context.position(self.start), 0))
        return policy.but(rule_changes=(*policy.rule_changes, RuleChange("kbk.scheme", month, self.scheme)))
