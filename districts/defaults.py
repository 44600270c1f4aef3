"""What is assumed when the one-sheet template leaves something out: each rule with unit, source and reason.

All of it is labelled ``assumed`` in the district that results; nothing here is a measurement of that district.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Default(Generic[Value]):
    """One default: its value, unit and source. The confidence of every default is ``assumed``."""

    value: Value
    unit: str
    source: str


AGE_SHAPE: Default[tuple[tuple[int, int | None, float], ...]] = Default(
    tuple(
        (5 * band, 5 * band + 4 if band < 15 else None, percent)
        for band, percent in enumerate((7.9, 7.9, 7.9, 8.0, 8.1, 8.0, 7.9, 7.6, 7.3, 6.8, 6.1, 5.2, 4.2, 3.1, 2.0, 2.0))
    ),
    "percent of residents by five-year age band",
    "assumed: rounded shape of the national population about 2023, men and women alike",
)

HOUSEHOLD_SIZES: Default[tuple[tuple[int, float], ...]] = Default(
    ((1, 0.10), (2, 0.17), (3, 0.24), (4, 0.25), (5, 0.14), (6, 0.10)),
    "share of family cards by size (6 = 6 or more)",
    "assumed: general shape of Indonesian families, mean near 3.5",
)

PBPU_CLASSES: Default[tuple[int, int, int]] = Default(
    (1_630, 4_444, 25_318),
    "weights of classes 1, 2, 3",
    "assumed: as the PBPU in arrears of Kabupaten Bengkulu Utara, October 2021 (Antara Bengkulu 188253)",
)

PEMDA_PAYER: Default[str] = Default(
    "district",
    "payer of all PBPU Pemda members",
    "assumed: all paid by the district, the careful choice for its budget; rule of this program",
)

ARREARS_RULE: Default[float] = Default(
    1.0,
    "share of inactive PBPU members who are in arrears",
    "assumed: every inactive PBPU member owes premiums; rule of this program",
)

PPU_PAYERS: Default[tuple[tuple[str, int], ...]] = Default(
    (("state", 20_200), ("private", 20_411), ("village", 3_840)),
    "weights of PPU payers",
    "assumed: as in Kabupaten Bengkulu Utara, May 2022 (district health office, ewarta.co)",
)

INACTIVE_SHARE: Default[float] = Default(
    53.77 / 267.31,
    "share of registered members",
    "assumed: national share, December 2023 (53.77 of 267.31 million)",
)

ARREARS_PER_PERSON: Default[int] = Default(
    22_846_024_863 // 33_923,
    "rupiah per person in arrears",
    "assumed: mean of Kabupaten Bengkulu Utara, October 2022 (Antara 3179233)",
)

MINIMUM_WAGE: Default[int] = Default(
    2_900_000,
    "rupiah per month",
    "assumed: rounded mean of the provincial minimum wages of 2023, from general knowledge",
)

MEAN_WAGE: Default[int] = Default(
    3_200_000,
    "rupiah per month",
    "assumed: rounded national mean wage of employees in 2023, from general knowledge",
)

HOURS_PER_WEEK: Default[float] = Default(36.0, "hours per week", "assumed: six days of six hours")

DRUGS_PER_MEMBER: Default[int] = Default(
    9_000,
    "rupiah per member and year",
    "assumed: with what clinics buy themselves, drugs are there on 85 to 96 % of days (general knowledge)",
)

DISTRICT_HOSPITAL_SHARE: Default[float] = Default(
    0.6,
    "share of JKN hospital care in the district",
    "assumed: one district hospital, the rest outside",
)

OTHER_STAFF: Default[dict[str, int]] = Default(
    {"health_promotion": 1, "environmental_health": 1, "nutritionists": 1, "administration": 2, "support": 1},
    "heads per puskesmas",
    "assumed: one of each, two for administration",
)


class Staff(NamedTuple):
    """Staff of a typical puskesmas, heads."""

    doctors: int
    dentists: int
    nurses: int
    midwives: int
    pharmacy: int
    laboratory: int


STAFF_SOURCE = (
    "assumed: median puskesmas of the province, MoH BPPSDMK health-workforce map 2019 "
    "(github.com/akirawisnu/faskes-indonesia-2019-scrapper)"
)


def split_doctors(doctors_and_dentists: int) -> tuple[int, int]:
    """``(doctors, dentists)`` of a count of both together: one is a dentist from three heads on (assumed, since the
    2019 map counts them together and most small puskesmas have no dentist)."""
    dentists = 1 if doctors_and_dentists >= 3 else 0
    return doctors_and_dentists - dentists, dentists


def typical_staff(province: str) -> Staff:
    """Median staff of a puskesmas of ``province`` in 2019; the median over provinces if the name is not known.

    Pharmacy and laboratory staff: one head where at least half of the province's puskesmas had any.
    Source: ``STAFF_SOURCE``.
    """
    table = _medians()
    rows = [table[province.casefold()]] if province.casefold() in table else list(table.values())
    middle = {name: median(row[name] for row in rows) for name in rows[0]}
    doctors, dentists = split_doctors(round(middle["doctors_and_dentists"]))
    return Staff(
        doctors,
        dentists,
        round(middle["nurses"]),
        round(middle["midwives"]),
        int(middle["no_pharmacy_share"] <= 0.5),
        int(middle["no_lab_share"] <= 0.5),
    )


@cache
def _medians() -> dict[str, dict[str, float]]:
    text = files("districts").joinpath("staff_medians_2019.csv").read_text(encoding="utf-8")
    return {
        row.pop("province").casefold(): {name: float(value) for name, value in row.items()}
        for row in csv.DictReader(text.splitlines())
    }


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """``total`` in whole parts proportional to ``weights``, adding up exactly (largest remainders, first ones first).

    Raises ``ValueError`` when the weights do not add to more than zero.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("weights must add to more than zero")
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
