"""Puskesmas against the minimum staff of the law: which posts each lacks, in people and in rupiah a year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from districts.model import Facility
from sim.rules.staffing import minimum_staff
from sim.rules.values import Rules

#: Staff column of a facility and the cadre of the table that it counts.
CADRES: dict[str, str] = {
    "doctors": "doctor",
    "dentists": "dentist",
    "nurses": "nurse",
    "midwives": "midwife",
    "health_promotion": "health_promotion",
    "environmental_health": "environmental_health",
    "nutritionists": "nutritionist",
    "pharmacy": "pharmacist",
    "laboratory": "medical_laboratory",
}


class Posts(NamedTuple):
    """One cadre of one puskesmas, heads: ``held`` (None: only assumed, so unknown), the ``minimum`` of the law and
    those ``missing`` (0 where unknown), with the ``rupiah`` a year that these would be paid."""

    held: int | None
    minimum: int
    missing: int
    rupiah: int


class StaffingGap(NamedTuple):
    """``puskesmas``: how many there are; ``below``: how many lack at least one post; ``missing``: posts by staff
    column (only columns with any); ``unknown``: staff figures that are only assumed and were not compared;
    ``rupiah``: pay of the missing posts in a year."""

    puskesmas: int
    below: int
    missing: dict[str, int]
    unknown: int
    rupiah: int


def pay_month(rules: Rules, on: date | str, column: str) -> int:
    """Rupiah a month that one more post of a staff ``column`` costs the district. Raises ``RuleDateError`` before the
    first amount."""
    return int(rules.value(f"staff.pay_month.{CADRES[column]}", on))


def posts_of(facility: Facility, rules: Rules, on: date | str) -> dict[str, Posts]:
    """The posts of one puskesmas by staff column (Permenkes 43/2019, annex); other facilities have none.

    A staff figure that is only assumed is unknown, not missing. The minimum is that of the recorded location and
    inpatient service; pharmacy staff of any grade is counted for the pharmacists of the table. A year is 12 months of
    pay. Raises ``RuleDateError`` before the first table.
    """
    if facility.type != "puskesmas":
        return {}
    least = minimum_staff(rules, on, facility.location, facility.inpatient)
    posts = {}
    for column, cadre in CADRES.items():
        assumed = facility.confidence == "assumed" or column in facility.assumed_fields
        held = None if assumed else int(getattr(facility, column))
        missing = 0 if held is None else max(0, least[cadre] - held)
        posts[column] = Posts(held, least[cadre], missing, 12 * missing * pay_month(rules, on, column))
    return posts


def staffing_gap(facilities: Iterable[Facility], rules: Rules, on: date | str) -> StaffingGap:
    """The posts that the puskesmas among ``facilities`` lack in all, see :func:`posts_of`."""
    found = [posts for facility in facilities if (posts := posts_of(facility, rules, on))]
    missing = {column: sum(posts[column].missing for posts in found) for column in CADRES}
    every = [post for posts in found for post in posts.values()]
    return StaffingGap(
        puskesmas=len(found),
        below=sum(any(post.missing for post in posts.values()) for posts in found),
        missing={column: heads for column, heads in missing.items() if heads},
        unknown=sum(post.held is None for post in every),
        rupiah=sum(post.rupiah for post in every),
    )
