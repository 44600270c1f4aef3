"""Service fees (jasa pelayanan): how a pot is divided among the staff of a clinic, by points.

Permenkes 21/2016 and 6/2022: each person's share is that of presence x points of the type of staff. The points for
length of service and for duties besides are left out: nobody's are known.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.people.fitting import apportion

#: Staff column of a facility and its row in the table of points (nurses, midwives and technicians by diploma 3,
#: pharmacy by pharmacist, health promotion by bachelor; administration by diploma 3: assumed).
TYPES: dict[str, str] = {
    "doctors": "doctor_dentist",
    "dentists": "doctor_dentist",
    "nurses": "diploma3_health",
    "midwives": "diploma3_health",
    "health_promotion": "bachelor_health",
    "environmental_health": "diploma3_health",
    "nutritionists": "diploma3_health",
    "pharmacy": "ners_pharmacist",
    "laboratory": "diploma3_health",
    "administration": "diploma3_other",
    "support": "below_diploma3_other",
}


def divide(
    pot: int, heads: Mapping[str, int], points: Mapping[str, float], presence: Mapping[str, float] | None = None
) -> dict[str, int]:
    """Rupiah of ``pot`` for each cadre of ``heads`` (keys of :data:`TYPES`), by heads x points x presence.

    ``points`` is the table of the rule ``capitation.services_points``; ``presence`` (days present over working days,
    0-1) is the same for all cadres not named. The sum is ``pot`` (largest remainder), or 0 where there is no staff.
    """
    weights = [number * points[TYPES[cadre]] * (presence or {}).get(cadre, 1.0) for cadre, number in heads.items()]
    return dict(zip(heads, apportion(np.array(weights, float), pot).tolist(), strict=True))
