"""A purse: money that is free to spend, and money promised to orders under way, so that nothing is spent twice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Purse:
    """``free`` and ``promised`` in whole rupiah; together they are what the purse holds."""

    free: int = 0
    promised: int = 0

    @property
    def balance(self) -> int:
        """All money in the purse."""
        return self.free + self.promised

    def promise(self, amount: int) -> None:
        """Set ``amount`` aside for an order. Raises ``ValueError`` when it is not there."""
        if not 0 <= amount <= self.free:
            raise ValueError(f"{amount} rupiah promised of {self.free}")
        self.free -= amount
        self.promised += amount

    def settle(self, promised: int, paid: int) -> None:
        """Pay for an order that has come: ``paid`` leaves the purse, the rest of what was ``promised`` is free again.

        Raises ``ValueError`` when more is paid than was promised.
        """
        if not 0 <= paid <= promised <= self.promised:
            raise ValueError(f"{paid} rupiah paid for an order of {promised}, of {self.promised} promised in all")
        self.promised -= promised
        self.free += promised - paid
