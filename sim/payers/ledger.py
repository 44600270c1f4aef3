"""Double entry: every rupiah that leaves one account enters another, so all balances together are always zero."""

from __future__ import annotations

from collections import defaultdict


class Ledger:
    """Balances of named accounts in whole rupiah; a payment moves money and creates none."""

    def __init__(self) -> None:
        self.balance: dict[str, int] = defaultdict(int)
        self.flows: dict[tuple[str, str, str], int] = defaultdict(int)

    def pay(self, payer: str, receiver: str, amount: int, purpose: str) -> None:
        """Move ``amount`` (whole rupiah, not negative). Raises ``ValueError`` for anything else."""
        if not isinstance(amount, int) or amount < 0:
            raise ValueError(f"{purpose}: a payment is a whole number of rupiah, not {amount!r}")
        self.balance[payer] -= amount
        self.balance[receiver] += amount
        self.flows[payer, receiver, purpose] += amount

    def total(self) -> int:
        """The sum of all balances: zero, whatever happened."""
        return sum(self.balance.values())
