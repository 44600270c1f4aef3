"""Where the money of a proposal comes from, and in which month it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from districts.model import District
from scenarios.levers.apbd_line import district_lines
from scenarios.rkpd.proposal import Account, AccountChange, CashMonth, Money, Revision, Row
from sim.payers.treasury import is_credit


def deductions_of(district: District, year: int) -> tuple[Money, ...]:
    """What others pay to BPJS on the district's behalf in ``year``, as its budget says: never part of the proposal."""
    rows = [row for row in district.budget if row.year == year and is_credit(row)]
    return tuple(Money(row.fund, row.amount, row.withheld, row.month_available)
                 for row in sorted(rows, key=lambda row: row.month_available))  # fmt: skip


def sources_of(district: District, year: int, amount: int) -> tuple[Money, ...]:
    """The sources that pay ``amount``, adding up to it: earmarked ones as the budget of ``year`` (else that of the last
    year before it, assumed) has them, as far as there is room; PAD and DAU pay the rest."""
    years = [row.year for row in district.budget if row.year <= year and not is_credit(row)]
    last = max(years, default=year)
    rows = [row for row in district.budget if row.year == last and not is_credit(row) and row.fund != "pad_dau"]
    left, found = amount, []
    for row in sorted(rows, key=lambda row: row.month_available):
        if part := min(row.amount, left):
            found.append(Money(row.fund, part, False, row.month_available, last != year))
        left -= part
    own = district_lines(district).get(year)
    return (*([Money("pad_dau", left, assumed=own != amount)] if left else []), *found)


def used(deductions: Sequence[Money], gross: int) -> tuple[Money, ...]:
    """The ``deductions`` as far as there are bills of ``gross`` rupiah for them to settle, the earliest first."""
    found, left = [], gross
    for money in deductions:
        if part := min(money.amount, left):
            found.append(Money(money.fund, part, money.withheld, money.month))
        left -= part
    return tuple(found)


def accounts_of(rows: Sequence[Row], codes: Sequence[str]) -> tuple[Account, ...]:
    """The sum of the rows by account, those of ``codes`` always, others where they have rows."""
    every = sorted({*codes, *(row.account for row in rows)})
    return tuple(Account(code, sum(row.amount for row in rows if row.account == code)) for code in every)


def cash_plan(
    rows: Sequence[Row], deductions: Sequence[Money], year: int, first_cash: int, premium: str, aid: str
) -> tuple[CashMonth, ...]:
    """Twelve months that add up to the proposal. People are billed in their months, debt in January, programmes evenly;
    nothing is paid before the month ``first_cash``. What others pay settles bills of its month and later ones, then
    those that wait for it. ``premium`` and ``aid`` are the accounts of the first two columns."""
    bills = [[_billed(row, month) for row in rows] for month in range(1, 13)]
    due = [[0, 0, 0] for _ in range(12)]
    for month, amounts in enumerate(bills):
        paid = max(month, first_cash - 1)
        for row, amount in zip(rows, amounts, strict=True):
            due[paid][(premium, aid).index(row.account) if row.account in (premium, aid) else 2] += amount
    settled = [0] * 12
    for money in deductions:
        left = money.amount
        for month in (*range(money.month - 1, 12), *reversed(range(money.month - 1))):
            for column in range(3):
                part = min(due[month][column], left)
                due[month][column] -= part
                settled[month] += part
                left -= part
    return tuple(
        CashMonth(f"{year}-{month + 1:02d}", sum(bills[month]), in_premium, in_aid, in_other, settled[month])
        for month, (in_premium, in_aid, in_other) in enumerate(due)
    )


def _billed(row: Row, month: int) -> int:
    """What a row bills in a month (1-12)."""
    if row.kind == "debt":
        return row.amount if month == 1 else 0
    if row.kind == "levers":
        return row.amount * month // 12 - row.amount * (month - 1) // 12
    return row.heads * row.price if row.first <= month <= row.last else 0


def revision_of(district: District, year: int, accounts: Sequence[Account], others: int) -> Revision | None:
    """The line written for ``year`` against the proposal, by account; None where nothing is written."""
    before: dict[str, int] = {}
    for line in district.budget:
        if line.year == year and not is_credit(line):
            before[line.account] = before.get(line.account, 0) + line.amount
    if not before:
        return None
    after = {}
    for account in sorted(accounts, key=lambda account: -account.amount):
        taken = min(account.amount, others)
        others -= taken
        after[account.code] = account.amount - taken
    return Revision(tuple(AccountChange(code, before.get(code, 0), after.get(code, 0))
                          for code in sorted({*before, *after})))  # fmt: skip
