"""Puskesmas against the minimum staff of the law: how many are below it, and which posts they lack."""

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


class StaffingGap(NamedTuple):
    """``puskesmas``: how many there are; ``below``: how many lack at least one post; ``missing``: posts by staff
    column (only columns with any); ``unknown``: staff figures that are only assumed and were not compared."""

    puskesmas: int
    below: int
    missing: dict[str, int]
    unknown: int


def staffing_gap(facilities: Iterable[Facility], rules: Rules, on: date | str) -> StaffingGap:
    """The posts that the puskesmas among ``facilities`` lack (Permenkes 43/2019, annex), heads.

    A staff figure that is only assumed is unknown, not missing. The minimum is that of the recorded location and
    inpatient service; pharmacy staff of any grade is counted for the pharmacists of the table. Raises
    ``RuleDateError`` before the first table.
    """
    own = [facility for facility in facilities if facility.type == "puskesmas"]
    missing = dict.fromkeys(CADRES, 0)
    below = unknown = 0
    for facility in own:
        least = minimum_staff(rules, on, facility.location, facility.inpatient)
        lacks = False
        for column, cadre in CADRES.items():
            if facility.confidence == "assumed" or column in facility.assumed_fields:
                unknown += 1
                continue
            short = max(0, least[cadre] - getattr(facility, column))
            missing[column] += short
            lacks = lacks or short > 0
        below += lacks
    return StaffingGap(len(own), below, {column: posts for column, posts in missing.items() if posts}, unknown)
