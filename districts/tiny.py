"""A small, made-up district, the same on every call: for tests and for first experiments.

No figure here was measured; everything is labelled ``assumed``.
"""

from __future__ import annotations

from typing import Any

from districts.defaults import DRUGS_PER_MEMBER
from districts.inventory import with_inventory
from districts.model import (
    AgeSexRow,
    BudgetLine,
    District,
    Facility,
    Hospital,
    HouseholdSizeRow,
    SegmentRow,
    Stock,
)

#: Registered members per 1,000 residents by segment when :func:`tiny_district` is not told otherwise (assumed).
TINY_SEGMENTS: dict[str, int] = {"pbi_jk": 450, "pbpu_pemda": 120, "ppu": 140, "pbpu": 150, "bp": 10}

_AGES = ((0, 4, 90), (5, 14, 170), (15, 24, 170), (25, 39, 230), (40, 59, 240), (60, None, 100))
_HOUSEHOLDS = ((1, 0.10), (2, 0.22), (3, 0.26), (4, 0.24), (5, 0.12), (6, 0.06))
_PAYERS = {"pbi_jk": "central", "pbpu_pemda": "district", "ppu": "private", "pbpu": "self", "bp": "state"}
_SOURCE: dict[str, Any] = {"source": "made up for tests", "confidence": "assumed"}


def tiny_district(
    population: int = 3000, facilities: int = 2, segments: dict[str, int] | None = None, month: str = "2023-10"
) -> District:
    """A valid district of ``population`` residents with one stock dated ``month``.

    ``facilities``: number of puskesmas that share the registered members evenly (at least 1). ``segments``:
    registered persons by segment (default: ``TINY_SEGMENTS`` per 1,000 residents). A tenth of every segment is
    inactive: in arrears for ``pbpu`` (all class 3), lapsed elsewhere. Head counts add up exactly.
    Raises ``ValueError`` if the arguments are not positive.
    """
    if population <= 0 or facilities <= 0:
        raise ValueError("population and facilities must be positive")
    heads = segments or {name: population * per_mille // 1000 for name, per_mille in TINY_SEGMENTS.items()}
    rows = tuple(_segment_row(name, registered) for name, registered in heads.items())
    registered = sum(row.registered for row in rows)
    district = District(
        name="tiny",
        title="Kabupaten Contoh",
        province="Contoh",
        default_stock=month,
        minimum_wage=2_400_000,
        mean_wage=3_000_000,
        uhc_agreement=True,
        age_sex=_age_sex(population),
        household_sizes=tuple(HouseholdSizeRow(size=size, share=share, **_SOURCE) for size, share in _HOUSEHOLDS),
        stocks=(
            Stock(
                month=month,
                population=population,
                population_source=_SOURCE["source"],
                population_confidence="assumed",
                segments=rows,
                arrears_rupiah=sum(row.arrears for row in rows) * 35_000 * 12,
            ),
        ),
        facilities=tuple(_facility(index, registered, facilities) for index in range(facilities)),
        hospitals=(
            Hospital(code="RS1", name="RSUD Contoh", hclass="D", beds=20, share=0.6, **_SOURCE),
            Hospital(code="RS2", name="RS luar daerah", hclass="B", share=0.4, outside_district=True, **_SOURCE),
        ),
        budget=(
            BudgetLine(
                year=int(month[:4]),
                account="5.1.02.02.02.0003",
                amount=heads.get("pbpu_pemda", 0) * 37_800 * 12,
                month_available=2,
                **_SOURCE,
            ),
        ),
    )
    return with_inventory(district, {})


def _segment_row(name: str, registered: int) -> SegmentRow:
    inactive = registered // 10
    owed = inactive if name == "pbpu" else 0
    return SegmentRow.model_validate(
        {
            "segment": name,
            "payer": _PAYERS[name],
            "klass": 3 if _PAYERS[name] == "self" else 0,
            "registered": registered,
            "active": registered - inactive,
            "arrears": owed,
            "lapsed": inactive - owed,
            **_SOURCE,
        }
    )


def _age_sex(population: int) -> tuple[AgeSexRow, ...]:
    """Bands that add up to ``population``: the remainder of the rounding sits in the youngest band."""
    totals = [population * share // 1000 for _, _, share in _AGES]
    totals[0] += population - sum(totals)
    return tuple(
        AgeSexRow(age_from=low, age_to=high, men=total // 2, women=total - total // 2, **_SOURCE)
        for (low, high, _), total in zip(_AGES, totals, strict=True)
    )


def _facility(index: int, registered: int, facilities: int) -> Facility:
    members = registered * (index + 1) // facilities - registered * index // facilities
    return Facility(
        code=f"P{index + 1}",
        name=f"Puskesmas {index + 1}",
        kecamatan=f"Kecamatan {index + 1}",
        location="rural",
        inpatient=index == 0,
        blud=index == 0,
        registered=members,
        doctors=1,
        dentists=1 if index == 0 else 0,
        nurses=5,
        midwives=6,
        health_promotion=1,
        environmental_health=1,
        nutritionists=1,
        pharmacy=1,
        laboratory=1,
        administration=2,
        support=1,
        drug_budget=members * DRUGS_PER_MEMBER.value,
        assumed_fields=("hours_per_week", "drug_budget"),
        **_SOURCE,
    )
