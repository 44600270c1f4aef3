"""How far a lever reaches that is given as a share: its months, and the families and heads behind the share.

Heads and families are those of the membership stock from which the run starts: a lever is decided, and its cost
planned, before anybody knows how many there will be in a later month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from districts.model import Stock
from scenarios.levers.base import Context, Month
from scenarios.months import later
from sim.policy import FloatArray


def lasting(context: Context, start: Month, stop: Month | None) -> slice:
    """The months of the policy from ``start`` until ``stop`` (None: to its end); empty when ``stop`` comes first."""
    first = context.index(start)
    return slice(first, context.months if stop is None else max(context.index(stop), first))


def added(shares: FloatArray, months: slice, share: float, classes: Sequence[int] = ()) -> FloatArray:
    """A copy of ``shares`` (0-1, one per month, or one per month and class) with ``share`` more in ``months``, at most
    1 in all; with ``classes`` (1-3) in these only.

    A second programme is taken to reach others than the first.
    """
    raised = shares.copy()
    where = (months, [klass - 1 for klass in classes]) if classes else months
    raised[where] = (raised[where] + share).clip(max=1.0)
    return raised


def stock_at_start(context: Context) -> Stock:
    """The membership of the month before the policy's first. Raises ``KeyError`` where the district has none."""
    return context.district.stock(later(context.first_month, -1))


def self_paying_families(
    context: Context, status: Literal["active", "arrears"], classes: Sequence[int] = (1, 2, 3)
) -> float:
    """Families that pay their own premiums (PBPU, BP), are ``status`` and in one of ``classes``: persons over the mean
    family card's size."""
    sizes = context.district.household_sizes
    mean_size = sum(row.size * row.share for row in sizes) / sum(row.share for row in sizes)
    persons = sum(getattr(row, status) for row in stock_at_start(context).segments
                  if row.payer == "self" and row.klass in classes)  # fmt: skip
    return float(persons / mean_size)
