"""The minimum staff of a puskesmas."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files

from districts.faults import UserError
from sim.rules.values import Rules

#: The area of the table for each location; it has one column for remote and very remote.
_AREA = {"urban": "urban", "rural": "rural", "remote": "remote", "very_remote": "remote"}


def minimum_staff(rules: Rules, on: date | str, location: str, inpatient: bool) -> dict[str, int]:
    """The least number of posts by cadre (doctor, dentist, nurse ...), heads (Permenkes 43/2019, annex).

    ``location`` is urban, rural, remote or very_remote. The urban inpatient column holds health cadres only
    (Permenkes 75/2014). Raises ``UserError`` for another location, ``RuleDateError`` before the first table.
    """
    if location not in _AREA:
        raise UserError("unknown location {location}. Expected: {known}", location=location, known=", ".join(_AREA))
    table = _table(rules.value("staff.minimum", on))
    return dict(table[_AREA[location], inpatient])


@cache
def _table(name: str) -> dict[tuple[str, bool], dict[str, int]]:
    posts: dict[tuple[str, bool], dict[str, int]] = {}
    with files("sim.rules").joinpath("data", name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            posts.setdefault((row["area"], row["inpatient"] == "yes"), {})[row["cadre"]] = int(row["minimum"])
    return posts
