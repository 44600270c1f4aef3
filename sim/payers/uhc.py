"""UHC status: granted and withdrawn at reviews, against the dated bars, the agreement, the budget and the arrears."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True)
class Bars:
    """The bars of a date, as shares of the population: registered and active."""

    registered: Fraction
    active: Fraction

    def heads_needed(
        self, population: int, registered: int, active: int, margin: Fraction = Fraction(0)
    ) -> tuple[int, int]:
        """Heads still missing to each bar (registered, active), never negative; ``margin`` is added to both bars."""
        missing_registered = ceil((self.registered + margin) * population) - registered
        missing_active = ceil((self.active + margin) * population) - active
        return max(0, missing_registered), max(0, missing_active)

    def met(self, population: int, registered: int, active: int) -> bool:
        """Whether both bars are met, exactly."""
        return self.heads_needed(population, registered, active) == (0, 0)


def holds_status(
    bars: Bars, population: int, registered: int, active: int, agreement: bool, arrears_months: int, most_arrears: int,
    budget: bool = True,
) -> bool:  # fmt: skip
    """Whether the district is non-cut-off after a review: both bars met, an agreement in force, ``budget`` as the dated
    condition asks, no old arrears."""
    return agreement and budget and bars.met(population, registered, active) and arrears_months <= most_arrears
