"""The capitation fund of one FKTP: service fees first, operations and drugs from the rest, the rest kept (SiLPA)."""

from __future__ import annotations

from dataclasses import dataclass

#: Share of operations money left after drugs that is spent on other operations within the month (assumed).
OTHER_OPERATIONS = 0.6


@dataclass
class CapitationFund:
    """Balances in whole rupiah; ``services_share`` is at least 0.6 (Permenkes 21/2016, 6/2022)."""

    services_share: float
    operations: int = 0
    yearly_drug_budget: int = 0

    def receive(self, capitation: int) -> int:
        """Take in a month's capitation; returns the service fees paid out, the rest goes to operations."""
        services = -(-int(capitation * self.services_share * 1000) // 1000)
        self.operations += capitation - services
        return services

    def drug_cash(self) -> int:
        """Cash for drugs this month: operations money and a twelfth of the APBD drug budget."""
        return self.operations + self.yearly_drug_budget // 12

    def spend(self, drugs: int) -> tuple[int, int]:
        """Pay for ``drugs`` (the APBD share first) and other operations; returns (drugs, other) paid from the fund."""
        own = max(0, drugs - self.yearly_drug_budget // 12)
        self.operations -= own
        other = int(self.operations * OTHER_OPERATIONS)
        self.operations -= other
        return own, other
