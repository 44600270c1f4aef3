"""What an optimisation asks for, and how well a mix meets it: money, status and KBK share over the same replicates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from districts.model import District
from scenarios.months import number_of
from scenarios.need import within
from scenarios.quantiles import quantile
from scenarios.shares import figures
from sim.policy import Policy
from sim.results import Results


@dataclass(frozen=True)
class Targets:
    """UHC status in every month of ``year`` with a chance of at least ``status_chance``; a share ``kbk_share`` of the
    year's full capitation paid, and its money within ``ceiling`` (rupiah; None: no ceiling), both with a chance of at
    least ``certainty``."""

    year: int
    status_chance: float = 0.8
    kbk_share: float = 0.9
    certainty: float = 0.8
    ceiling: int | None = None


class Figures(NamedTuple):
    """One replicate of a mix: ``held`` 1 with UHC status in every month of the year, else 0; the year's capitation
    ``paid`` and ``full``; Pemda's money ``cost``, of it ``programmes``. Rupiah."""

    held: int
    paid: int
    full: int
    cost: int
    programmes: int


@dataclass(frozen=True, eq=False)
class Sample:
    """What :class:`Figures` say over ``n`` replicates, (n,) each: ``held``, the paid share ``kbk`` of capitation,
    ``cost`` and ``programmes`` in rupiah."""

    held: NDArray[np.bool_]
    kbk: NDArray[np.float64]
    cost: NDArray[np.float64]
    programmes: NDArray[np.float64]

    @classmethod
    def of(cls, rows: list[Figures]) -> Sample:
        """The sample of some replicates. Raises ``ValueError`` for none."""
        if not rows:
            raise ValueError("a sample needs at least one replicate")
        held, paid, full, cost, programmes = np.array(rows, np.float64).T
        return cls(held > 0, np.divide(paid, full, out=np.ones_like(paid), where=full > 0), cost, programmes)

    @property
    def chance(self) -> float:
        """Share of replicates with UHC status in every month."""
        return float(self.held.mean())

    def cost_at(self, certainty: float) -> float:
        """The least amount that is enough in a share of at least ``certainty`` of the replicates."""
        return quantile(self.cost, certainty).value

    def kbk_at(self, certainty: float) -> float:
        """The largest share of capitation that at least ``certainty`` of the replicates reach."""
        return -quantile(-self.kbk, certainty).value


class Summary(NamedTuple):
    """A mix in three numbers: ``cost`` and ``kbk`` at the targets' certainty, and the ``chance`` of the status."""

    cost: float
    chance: float
    kbk: float


def summary(sample: Sample, targets: Targets) -> Summary:
    """``sample`` in the three numbers that the targets are about."""
    return Summary(sample.cost_at(targets.certainty), sample.chance, sample.kbk_at(targets.certainty))


def shortfall(found: Summary, targets: Targets) -> float:
    """How far a mix is from the targets: what is missing in chance and in KBK share, and the overshoot as a share of
    the ceiling, added up. One point of any of the three weighs the same; 0 meets all."""
    over = 0.0 if targets.ceiling is None else max(0.0, found.cost / max(targets.ceiling, 1) - 1)
    return max(0.0, targets.status_chance - found.chance) + max(0.0, targets.kbk_share - found.kbk) + over


def reserved(targets: Targets, replicates: int) -> Targets:
    """The targets with one standard error of a chance over ``replicates`` kept in reserve for new luck."""

    def more(chance: float) -> float:
        return chance + math.sqrt(chance * (1 - chance) / replicates)

    return replace(targets, status_chance=min(1.0, more(targets.status_chance)),
                   certainty=min(1 - 1e-9, more(targets.certainty)))  # fmt: skip


def figures_of(
    results: Results, policy: Policy, district: District, first_month: str, year: int, others: int
) -> Figures:
    """The figures of one unit, from the first month decided (that of ``results``) to the end of ``year``.

    The cost is the year's need as in :func:`scenarios.need.need` (``others`` pay a part), the aid that stands outside
    its line, what programmes cost before the year, and what the policy adds to the APBD drug budget, a twelfth of the
    facility's year for each month. ``first_month`` is the policy's first.
    """
    months = within(results, year)
    decided = np.array([month <= f"{year}-12" for month in results.months])
    need, _capitation = figures(results, year, others)
    programmes = results.series("bill_levers")
    drugs = _extra_drugs(policy, district, number_of(results.months[0]) - number_of(first_month), int(decided.sum()))
    outside = float(results.series("bill_aid_outside")[months].sum())
    return Figures(
        int((results.series("status_uhc")[months] > 0).all()),
        int(results.series("capitation_paid")[months].sum()),
        int(results.series("capitation_full")[months].sum()),
        round(need + outside + float(programmes[decided & ~months].sum()) + drugs),
        round(float(programmes[decided].sum()) + drugs),
    )


def _extra_drugs(policy: Policy, district: District, first: int, months: int) -> int:
    """Rupiah that the policy's factor adds to the drug budgets over ``months`` from its month ``first`` on."""
    factor = policy.drug_budget_factor[first : first + months] - 1
    return round(float((factor @ np.array([facility.drug_budget for facility in district.facilities])).sum() / 12))
