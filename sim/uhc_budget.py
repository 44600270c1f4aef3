"""The closed-form UHC budget: heads x what the district pays for a head x months left in the year.

It reproduces Tabel 1 of "Model implementasi jaminan kesehatan semesta Kab. Bengkulu Utara" (2025) to the rupiah, and
finds the heads when only population, registered and active members are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from districts.faults import UserError


@dataclass(frozen=True)
class BudgetRow:
    """The money for a start in ``start_month`` (1-12), paid for ``months`` to December. Unit: rupiah."""

    start_month: int
    months: int
    additional: int
    total: int


@dataclass(frozen=True)
class Heads:
    """The fewest heads that reach both bars, and where they can come from. Unit: persons.

    ``for_registered`` and ``for_active``: heads missing to each bar. ``total``: the larger, set by ``binding``.
    ``from_inactive``: of the total, at most this many can come from the lapsed and those in arrears, whom taking in
    makes active but who are registered already; ``from_never`` come from the never registered, who raise both shares.
    ``beyond_residents``: heads missing because neither group is large enough.
    """

    for_registered: int
    for_active: int
    total: int
    binding: Literal["registered", "active", "none"]
    from_never: int
    from_inactive: int
    beyond_residents: int


def budget_table(members: int, share: int, existing: int = 0) -> tuple[BudgetRow, ...]:
    """Twelve rows, January to December: ``members`` x ``share`` (rupiah per head and month) x months left.

    ``existing`` rupiah are already in the budget for members already paid for. Raises ``UserError`` for negatives.
    """
    for name, value in (("members", members), ("share", share), ("existing", existing)):
        if value < 0:
            raise UserError("{name} is {value}. Expected: zero or more", name=name, value=value)
    rows = []
    for start in range(1, 13):
        additional = members * share * (13 - start)
        rows.append(BudgetRow(start, 13 - start, additional, existing + additional))
    return tuple(rows)


@dataclass(frozen=True)
class ReadingRow:
    """One month of a line under one reading: heads that the existing money pays for, heads added, and the money drawn,
    whole rupiah."""

    month: int
    existing_heads: int
    added_heads: int
    rupiah: int


#: The months that the existing money may have been meant for: (first, last).
READINGS: dict[str, tuple[int, int]] = {"full_year": (1, 12), "january_to_may": (1, 5)}


def reading_table(reading: str, existing: int, members: int, start_month: int, share: int) -> tuple[ReadingRow, ...]:
    """Twelve months of a budget whose parts are known and whose meaning is not.

    ``existing`` rupiah are drawn evenly over the months of ``reading`` (a key of :data:`READINGS`), as many heads as
    that pays for at ``share`` rupiah a head and month, to the nearest; ``members`` are added from ``start_month`` on.
    Whatever the reading, the rupiah add up to ``existing`` + ``members`` x ``share`` x months left. Raises
    ``UserError`` for another reading, a start outside the year, negative numbers or a share of nothing.
    """
    if reading not in READINGS:
        raise UserError("unknown reading {name}. Expected: {known}", name=reading, known=", ".join(READINGS))
    if not 1 <= start_month <= 12:
        raise UserError("{name} is {value}. Expected: a month from 1 to 12", name="start", value=start_month)
    if share <= 0:
        raise UserError("{name} is {value}. Expected: more than zero", name="share", value=share)
    added = budget_table(members, share, existing)[start_month - 1].additional // (13 - start_month)
    first, last = READINGS[reading]
    months = last - first + 1
    heads = round(Fraction(existing, share * months))
    rows = []
    for month in range(1, 13):
        paid = first <= month <= last
        drawn = existing * (month - first + 1) // months - existing * (month - first) // months if paid else 0
        new = month >= start_month
        rows.append(ReadingRow(month, heads if paid else 0, members if new else 0, drawn + (added if new else 0)))
    return tuple(rows)


def heads_needed(
    population: int,
    registered: int,
    active: int,
    bar_registered: Fraction,
    bar_active: Fraction,
    inactive: int | None = None,
) -> Heads:
    """The fewest heads that bring registered and active members to their bars (shares of ``population``, 0-1).

    A head from the never registered raises both counts, one from the ``inactive`` (lapsed and in arrears; default: all
    registered who are not active) only the active count. A bar is met at exactly its share. Raises ``UserError`` when
    the counts contradict each other.
    """
    if population <= 0 or active < 0 or registered < 0:
        raise UserError("population must be above zero, registered and active zero or more")
    if active > registered:
        raise UserError(
            "{active} active members are more than the {registered} registered", active=active, registered=registered
        )
    pool = registered - active if inactive is None else inactive
    if not 0 <= pool <= registered - active:
        raise UserError(
            "{inactive} lapsed and in arrears do not fit into {rest} registered members who are not active",
            inactive=pool,
            rest=registered - active,
        )
    for bar in (bar_registered, bar_active):
        if not 0 < bar <= 1:
            raise UserError("a bar of {bar}. Expected: shares between 0 and 1, such as 0.98/0.80", bar=float(bar))
    for_registered = max(0, (bar_registered * population).__ceil__() - registered)
    for_active = max(0, (bar_active * population).__ceil__() - active)
    total = max(for_registered, for_active)
    never = max(0, population - registered)
    from_inactive = min(pool, total - for_registered)
    from_never = min(never, total - from_inactive)
    binding: Literal["registered", "active", "none"] = "registered" if for_registered >= for_active else "active"
    return Heads(
        for_registered,
        for_active,
        total,
        binding if total else "none",
        from_never,
        from_inactive,
        total - from_inactive - from_never,
    )
