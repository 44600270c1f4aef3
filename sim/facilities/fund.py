"""The capitation fund of one FKTP: service fees and operations in two balances, what is left is kept (SiLPA)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from sim.facilities.purse import Purse

#: Share of operations money left after drugs that is spent on other operations within the month (assumed).
OTHER_OPERATIONS = 0.6


@dataclass
class CapitationFund:
    """``services`` (service fees not yet paid out) and ``operations`` in whole rupiah, and unpaid ``bills``.

    Nothing moves between the two, at a year's end either: what is left of services may pay service fees only, what is
    left of operations only operations (Permenkes 21/2016; Permendagri 28/2021; low confidence). A bill is a pair:
    promised when ordered, due for what came.
    """

    services: int = 0
    operations: Purse = field(default_factory=Purse)
    bills: list[tuple[int, int]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        """All money in the fund."""
        return self.services + self.operations.balance

    def receive(self, capitation: int, services_share: float) -> None:
        """Take in a month's capitation; service fees get at least their share, to the rupiah, operations the rest."""
        share = Fraction(str(services_share))
        services = -(-capitation * share.numerator // share.denominator)
        self.services += services
        self.operations.free += capitation - services

    def pay_bills(self) -> int:
        """Pay the suppliers for what has come; returns the rupiah paid."""
        total = 0
        for promised, due in self.bills:
            self.operations.settle(promised, due)
            total += due
        self.bills.clear()
        return total

    def spend_on_other(self) -> int:
        """Other operations of the month, from what is not promised; returns the rupiah spent."""
        other = int(self.operations.free * OTHER_OPERATIONS)
        self.operations.free -= other
        return other
