"""The rows of a proposal, put together as forms need them: by account and group, and summed to lines of one price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.rkpd.names import group_of
from scenarios.rkpd.proposal import Money, Proposal, Row


@dataclass(frozen=True)
class Group:
    """Rows of one account that pay for the same thing."""

    name: str
    rows: tuple[Row, ...]

    @property
    def prices(self) -> tuple[int, ...]:
        """The prices per person and month in the group, as they first occur."""
        return tuple(dict.fromkeys(row.price for row in self.rows))

    @property
    def amount(self) -> int:
        """Rupiah."""
        return sum(row.amount for row in self.rows)


@dataclass(frozen=True)
class AccountRows:
    """An account with its groups, and what others pay that is taken off it. ``amount`` is what is left."""

    code: str
    groups: tuple[Group, ...]
    deductions: tuple[Money, ...]

    @property
    def amount(self) -> int:
        """Rupiah, less the deductions."""
        return sum(group.amount for group in self.groups) - sum(money.amount for money in self.deductions)


@dataclass(frozen=True)
class Line:
    """All person-months of one group at one price; a lump sum has volume 1 at its whole price."""

    account: str
    group: str
    price: int
    rows: tuple[Row, ...]

    @property
    def volume(self) -> int:
        """Person-months."""
        return sum(row.volume for row in self.rows)

    @property
    def amount(self) -> int:
        """Rupiah."""
        return self.volume * self.price


def by_account(proposal: Proposal) -> tuple[AccountRows, ...]:
    """The accounts with rows, premium accounts first; what others pay is taken off the largest first, as in the
    revision."""
    found = {}
    for code in sorted({row.account for row in proposal.rows}, key=lambda code: (not code, code)):
        own = [row for row in proposal.rows if row.account == code]
        names = dict.fromkeys(group_of(row) for row in own)
        groups = tuple(Group(name, tuple(row for row in own if group_of(row) == name)) for name in names)
        found[code] = AccountRows(code, groups, ())
    waiting = list(proposal.deductions)
    for code in sorted(found, key=lambda code: -found[code].amount):
        taken: list[Money] = []
        while waiting and found[code].amount > sum(money.amount for money in taken):
            money = waiting.pop(0)
            part = min(money.amount, found[code].amount - sum(money.amount for money in taken))
            taken.append(replace(money, amount=part))
            if part < money.amount:
                waiting.insert(0, replace(money, amount=money.amount - part))
        found[code] = replace(found[code], deductions=tuple(taken))
    return tuple(found.values())


def by_price(rows: Sequence[Row]) -> tuple[Line, ...]:
    """The rows as lines of one account, group and price, in the order in which they first occur."""
    found: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        found.setdefault((row.account, group_of(row), row.price), []).append(row)
    return tuple(Line(*key, tuple(own)) for key, own in found.items())
