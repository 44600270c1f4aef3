"""The district government: its JKN bill, the APBD line that pays it, and what happens when the line is empty."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.payers.treasury import Treasury
from sim.policy import Policy


@dataclass(frozen=True)
class Bill:
    """One month's bill in rupiah, each line once. ``jkn`` is what the APBD line of the sub-activity carries."""

    premium: int
    aid_pemda: int
    aid_self: int
    aid_outside: int
    correction: int
    levers: int
    village: int
    province: int
    per_head: int

    @property
    def jkn(self) -> int:
        """District heads (premium and aid), aid of class III self-payers, lever costs, less what is credited for those
        found dead or gone; not the village officials."""
        return self.premium + self.aid_pemda + self.aid_self + self.levers - self.correction


def make_bill(
    heads: int, province_heads: int, self_class3: int, premium: int, aid: int, village_wages: int, village_rate: float,
    levers: int, district_pays_aid: bool, struck_off: int = 0, months_credited: int = 0, aid_in_line: bool = True,
) -> Bill:  # fmt: skip
    """The bill for district heads, active self-paying class III members and the village officials' share.

    ``premium`` and ``aid`` are rupiah per head-month; the province owes the self-payers' aid where it has agreed to,
    and where it is not in this line (``aid_in_line``) the district pays it from another.
    ``struck_off`` heads were found dead or gone last month: what was billed for them is credited for at most
    ``months_credited`` months, and never more than this month's premiums and aid of the district's heads.
    """
    per_head = premium + aid
    return Bill(
        premium=heads * premium,
        aid_pemda=heads * aid,
        aid_self=self_class3 * aid if district_pays_aid and aid_in_line else 0,
        aid_outside=self_class3 * aid if district_pays_aid and not aid_in_line else 0,
        correction=min(struck_off * months_credited, heads) * per_head,
        levers=levers,
        village=int(village_wages * village_rate),
        province=province_heads * per_head + (0 if district_pays_aid else self_class3 * aid),
        per_head=per_head,
    )


@dataclass
class BudgetLine:
    """The JKN line through the years: what is available, committed and owed. All in rupiah.

    ``line`` is None while unbounded. Bills are committed when made; cash follows (:class:`Treasury`). What others pay
    carries bills too, on top of the line. What neither can carry becomes debt, the first claim on the next line.
    """

    policy: Policy
    treasury: Treasury = field(default_factory=Treasury)
    line: int | None = None
    credits: int = 0
    committed: int = 0
    debt: int = 0
    debt_age: int = 0
    unfunded_months: int = 0
    frozen: bool = False
    dropped: int = 0
    last_bills: list[int] = field(default_factory=list)

    def open_year(self, year: int, yearly_heads_cost: int, full_year: bool, cash_month: int) -> int:
        """A new line by the policy's plain rule; returns the debt of years before that it takes over, claimed first.

        ``yearly_heads_cost`` is twelve months of today's bill. A part-year at the start of a run has an unbounded line
        unless its amount is written.
        """
        policy = self.policy
        self.committed, self.frozen, self.dropped, self.unfunded_months = 0, False, 0, 0
        self.line = None
        self.treasury.open_year()
        self.credits = self.treasury.credits_of(year)
        if policy.line_rule == "amounts":
            self.line = policy.line_amounts.get(year)
        elif full_year and policy.line_rule == "heads_at_start":
            self.line = int(yearly_heads_cost * policy.line_factor)
        elif full_year and policy.line_rule == "last_year_growth" and self.last_bills:
            recent = self.last_bills[-12:]
            self.line = int(sum(recent) * 12 / len(recent) * (1 + policy.line_growth))
        claim = self._fund_debt(cash_month)
        if self.debt == 0:
            self.debt_age = 0
        return claim

    def _fund_debt(self, cash_month: int) -> int:
        """Commit as much of the debt as there is room for; returns it."""
        remaining = self.remaining()
        claim = self.debt if remaining is None else min(self.debt, max(0, remaining))
        self.committed += claim
        self.treasury.bill(claim, cash_month)
        self.debt -= claim
        return claim

    def revise(self, added: int, bill: int, months_left: int, cash_month: int) -> tuple[int, int]:
        """The revised budget (P-APBD): ``added`` rupiah that were decided, and by the policy's rule a share of what is
        missing until December at today's ``bill`` for ``months_left`` months, debt included. Debt is taken over first.
        Returns (rupiah added in all, debt taken over); nothing happens while the line is unbounded.
        """
        remaining = self.remaining()
        if self.line is None or remaining is None:
            return 0, 0
        if self.policy.top_up > 0:
            missing = bill * months_left + self.debt - remaining - added
            added += int(self.policy.top_up * max(0, missing))
        self.line += added
        return added, self._fund_debt(cash_month) if added else 0

    def takes_in(self) -> bool:
        """Whether new heads may be applied for: not once intake is frozen or heads were dropped this year."""
        return not self.frozen and self.dropped == 0

    def remaining(self) -> int | None:
        """What can still be committed this year, others' money included; None while unbounded."""
        return None if self.line is None else self.line + self.credits - self.committed

    def reaches_december(self, bill: int, months_left: int) -> bool:
        """Whether today's ``bill`` can be committed for ``months_left`` months more."""
        remaining = self.remaining()
        return remaining is None or remaining >= bill * months_left

    def commit(self, bill: int, cash_month: int) -> int:
        """Commit a month's bill, to be paid in ``cash_month``; returns the part without budget, which becomes debt."""
        self.last_bills.append(bill)
        remaining = self.remaining()
        funded = bill if remaining is None else max(0, min(bill, remaining))
        self.committed += funded
        self.treasury.bill(funded, cash_month)
        unfunded = bill - funded
        self.debt += unfunded
        self.unfunded_months = self.unfunded_months + 1 if unfunded else 0
        self.debt_age = self.debt_age + 1 if self.debt else 0
        return unfunded

    def heads_to_drop(self, bill: Bill, heads: int, months_left: int) -> int:
        """Heads to switch off from the 1st of next month under the policy's regime (0: none).

        *drop* keeps as many heads as the rest of the line can pay next month; *grace_then_drop* does so after
        ``grace_months`` months without budget. Neither acts in December: January has a new line.
        """
        remaining = self.remaining()
        if remaining is None or months_left == 0 or heads == 0:
            return 0
        regime = self.policy.regime
        dropping = regime == "drop" or (
            regime == "grace_then_drop" and self.unfunded_months >= max(1, self.policy.grace_months)
        )
        if not dropping or remaining >= bill.jkn:
            return 0
        affordable = max(0, (remaining - bill.aid_self - bill.levers) // bill.per_head)
        return max(0, heads - affordable)

    def update_freeze(self, bill: Bill, months_left: int) -> None:
        """Under *freeze* new intake stops once the line does not reach December at today's bill."""
        if self.policy.regime == "freeze" and not self.reaches_december(bill.jkn, months_left):
            self.frozen = True
