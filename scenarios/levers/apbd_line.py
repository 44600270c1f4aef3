"""Lever: the JKN line of the APBD, and what happens when it is used up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from districts.model import District
from scenarios.levers.base import Context, Lever, wrong
from scenarios.levers.places import Unknown
from scenarios.months import MONTH
from sim.payers.treasury import arrivals
from sim.policy import DropOrder, LineRule, Policy, Regime

_FIELD_OF_RULE = {"amounts": "amounts", "heads_at_start": "months_short", "last_year_growth": "growth"}


def district_lines(district: District) -> dict[int, int]:
    """Rupiah by year of the lines that the district pays in cash: nothing withheld, nothing that others pay."""
    lines: dict[int, int] = {}
    for month, amount in arrivals(district.budget, credits=False):
        lines[int(month[:4])] = lines.get(int(month[:4]), 0) + amount
    return lines


def _as_budgeted(context: Context) -> dict[str, object]:
    """The district's own lines: authority from January, or from the month in which P-APBD brought it (a source that
    arrives no earlier than money of the revised budget can is one of it: assumed); cash in the months of arrival."""
    cash = arrivals(context.district.budget, credits=False)
    amounts: dict[int, int] = {}
    additions: dict[str, int] = {}
    for month, amount in cash:
        if int(month[5:]) >= context.rules.value("apbd.revision_month", month):
            additions[month] = additions.get(month, 0) + amount
        else:
            amounts[int(month[:4])] = amounts.get(int(month[:4]), 0) + amount
    return {
        "line_rule": "amounts", "line_amounts": amounts, "line_additions": additions,
        "line_cash": tuple(tuple(arrival) for arrival in cash),
    }  # fmt: skip


class ApbdLine(Lever):
    """How much money the JKN line of the APBD holds each year, and the regime once it is used up.

    ``owe``: members stay active and the bill becomes debt; ``drop``: heads are switched off; ``freeze``: no new
    intake once the line does not reach December; ``grace_then_drop``: owe for ``grace_months``, then drop. P-APBD may
    add to it: amounts already decided, or a share of what is missing.
    """

    title_id: ClassVar[str] = "pagu JKN dalam APBD"
    title_en: ClassVar[str] = "JKN line of the APBD"
    evidence: ClassVar[str] = "a decision, no effect size; heads dropped: Batang 2024, Deli Serdang 2025 (press)"
    facts: ClassVar[tuple[str, ...]] = ("pemda.drop.batang.2024", "pemda.drop.deli_serdang.2025")
    cost: ClassVar[str] = "nothing of its own: it is the money that the bill is paid from"

    kind: Literal["apbd_line"] = "apbd_line"
    rule: LineRule | Literal["district"] = Field(
        description="where the year's amount comes from; district: the lines written in the district's budget"
    )
    amounts: dict[int, int] | None = Field(
        default=None,
        description="amount by calendar year (rule amounts)",
        json_schema_extra={"unit": "rupiah/year", "least": 0},
    )
    months_short: float | None = Field(
        default=None, ge=0, le=12, description="months for which the line is short (rule heads_at_start)",
        json_schema_extra={"unit": "months"},
    )  # fmt: skip
    growth: float | None = Field(
        default=None, ge=-0.9, le=2, description="growth over the last 12 months' bill (rule last_year_growth)",
        json_schema_extra={"unit": "share/year"},
    )  # fmt: skip
    additions: dict[str, int] | None = Field(
        default=None,
        description="amount that P-APBD adds, by month YYYY-MM",
        json_schema_extra={"unit": "rupiah, once", "least": 0},
    )
    holds_aid: bool | None = Field(
        default=None, description="the aid of class III self-payers is paid from this line too; false: from another"
    )
    top_up: float | None = Field(
        default=None, ge=0, le=1,
        description="share of what is missing until December that P-APBD adds (top_up_at_p_apbd)",
        json_schema_extra={"unit": "share of the gap"},
    )  # fmt: skip
    regime: Regime | None = Field(default=None, description="what happens when the line is used up")
    grace_months: int | None = Field(
        default=None, ge=0, le=24, description="months of debt before heads are dropped (regime grace_then_drop)",
        json_schema_extra={"unit": "months"},
    )  # fmt: skip
    drop_order: DropOrder | None = Field(default=None, description="who is switched off first")
    restore_in_january: bool | None = Field(
        default=None, description="the dropped are applied for again when the new line opens"
    )

    restore_at_point_of_care: bool | None = Field(
        default=None, description="the dropped are switched on again where they seek care"
    )

    @model_validator(mode="after")
    def _consistent(self) -> ApbdLine:
        for rule, name in _FIELD_OF_RULE.items():
            if getattr(self, name) is not None and self.rule != rule:
                raise wrong("no {field} with rule {rule}", field=name, rule=self.rule)
        if self.rule == "amounts" and not self.amounts:
            raise wrong("amounts with rule amounts: rupiah for at least one year")
        if any(not 2014 <= year <= 2100 or amount < 0 for year, amount in (self.amounts or {}).items()):
            raise wrong("amounts of 0 rupiah or more for years from 2014 to 2100")
        if any(not MONTH.fullmatch(month) or amount < 0 for month, amount in (self.additions or {}).items()):
            raise wrong("additions of 0 rupiah or more, each for a month as YYYY-MM")
        return self

    def lacking(self, district: District) -> Iterator[Unknown]:
        """A line in the district's budget, where that is to be the line."""
        if self.rule == "district" and not district_lines(district):
            yield Unknown(
                ("rule",), "the budget of {district} has no JKN line",
                "amounts in its table of the budget, or another rule", {"district": district.title},
            )  # fmt: skip

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Sets the rule of the line, its size and the regime; what is not given stays as it was."""
        changes: dict[str, object] = {"line_rule": self.rule}
        if self.rule == "district":
            changes = _as_budgeted(context)
        if self.amounts is not None:
            changes["line_amounts"] = dict(self.amounts)
        if self.months_short is not None:
            changes["line_factor"] = (12 - self.months_short) / 12
        if self.growth is not None:
            changes["line_growth"] = self.growth
        if self.holds_aid is not None:
            changes["line_holds_aid"] = self.holds_aid
        if self.additions is not None:
            changes["line_additions"] = dict(self.additions)
        for name in (
            "top_up",
            "regime",
            "grace_months",
            "drop_order",
            "restore_in_january",
            "restore_at_point_of_care",
        ):
            if (value := getattr(self, name)) is not None:
                changes[name] = value
        return policy.but(**changes)
