"""The capitation tariff of a facility, from the dated table of criteria."""

from __future__ import annotations

from datetime import date
from typing import Any

from districts.faults import UserError
from districts.names import suggested
from sim.rules.values import Rules


def capitation_tariff(
    rules: Rules, on: date | str, facility_type: str, doctors: int, dentists: int, members: int, special: bool = False
) -> int:
    """Rupiah per capitated member and month (Permenkes 3/2023 art. 6 and the tables before it).

    ``doctors`` and ``dentists`` are heads at the facility, ``members`` the heads that the doctors share: exactly
    5,000 per doctor counts as at most 5,000. A clinic, RS D pratama or solo practice without a doctor is paid by the
    row of more than 5,000, since the law has no row for it (low confidence). ``special`` pays the special capitation
    of remote and island facilities, whose present amounts were not found (low confidence). Raises ``UserError`` for an
    unknown type and ``RuleDateError`` before the first table.
    """
    if special:
        amounts: dict[str, int] = rules.value("capitation.special_remote", on)
        return amounts["with_doctor" if doctors > 0 else "without_doctor"]
    table: dict[str, list[dict[str, Any]]] = rules.value("capitation.tariff", on)
    if facility_type not in table:
        message, more = suggested(facility_type, table, "unknown facility type {type}. The nearest type is {near}",
                                  "unknown facility type {type}; known: {known}")  # fmt: skip
        raise UserError(message, type=facility_type, **more)
    rows = table[facility_type]
    has_row_without_doctor = any(row["ratio"] == "no_doctor" for row in rows)
    for row in rows:
        if (
            _ratio_holds(row["ratio"], doctors, members, has_row_without_doctor)
            and row.get("doctors", "any") in ("any", "ge_2" if doctors >= 2 else str(doctors))
            and row["dentist"] in ("any", dentists > 0)
        ):
            return int(row["rupiah"])
    raise UserError("the capitation table has no row for {type} on {on}", type=facility_type, on=str(on))


def _ratio_holds(ratio: str, doctors: int, members: int, has_row_without_doctor: bool) -> bool:
    """Whether the members per doctor meet "any", "no_doctor", "le_5000" or "gt_5000" (any number of members)."""
    if ratio == "no_doctor":
        return doctors == 0
    if doctors == 0 and has_row_without_doctor:
        return False
    if ratio == "any":
        return True
    comparison, bound = ratio.split("_")
    at_most = doctors > 0 and members <= int(bound) * doctors
    return at_most if comparison == "le" else not at_most
