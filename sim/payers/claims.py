"""The claims office of BPJS: hospitals submit monthly, files wait for a verifier, late payment costs 1 % a month."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass
class ClaimsOffice:
    """A first-in-first-out store of claims in rupiah, one batch per month of care.

    ``capacity`` is the rupiah that the verifiers clear in a month, ``returned`` the share of a batch sent back once
    for completion, ``penalty`` the share due per month of delay after the month that the law allows (15 days from
    complete files; Perpres 82/2018).
    """

    capacity: int
    returned: float
    penalty: float
    waiting: deque[tuple[int, int]] = field(default_factory=deque)  # (month submitted, rupiah)
    incomplete: int = 0

    def submit(self, month: int, amount: int) -> None:
        """Take in the claims of one month; the part sent back joins the next month's batch."""
        back = int(amount * self.returned)
        self.waiting.append((month, amount - back + self.incomplete))
        self.incomplete = back

    def verify(self, month: int) -> tuple[int, int]:
        """Clear a month's work, oldest first; returns (rupiah paid, penalty in rupiah)."""
        left, paid, penalty = self.capacity, 0, 0
        while self.waiting and left > 0:
            submitted, amount = self.waiting.popleft()
            cleared = min(amount, left)
            left -= cleared
            paid += cleared
            penalty += int(cleared * self.penalty * max(0, month - submitted - 1))
            if cleared < amount:
                self.waiting.appendleft((submitted, amount - cleared))
        return paid, penalty

    def backlog(self) -> int:
        """Rupiah submitted or sent back and not yet paid."""
        return sum(amount for _, amount in self.waiting) + self.incomplete
