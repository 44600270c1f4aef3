"""From the few numbers of the one-sheet template to all rows of a district, by the stated defaults."""

from __future__ import annotations

import re
from typing import Any

from districts import defaults
from districts.assemble import Draft, Row
from districts.defaults import share_out
from districts.inventory import FACILITY_INPUTS, Figure
from districts.raw import Place, RawScalar, RawTable
from districts.tables import table

SOURCE = "stated in the one-sheet template"


def _assumed(default: defaults.Default[Any]) -> dict[str, Any]:
    return {"source": default.source, "confidence": "assumed", "note": ""}


def fill(
    draft: Draft, values: dict[str, Any], at: dict[str, int], rows: list[tuple[int, dict[str, Any]]], place: Place
) -> None:
    """Turn the values of the sheet and the defaults into the rows of a full district, in place.

    ``values``: the items of the sheet by name; ``at``: their row numbers; ``rows``: numbered rows of facilities.
    """
    month, population = values["month"], values["population"]
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?i)^(kabupaten|kab\.?)\s+", "", values["title"]).casefold()).strip("-")
    draft.scalars = {
        "name": slug or "daerah",
        "title": values["title"],
        "province": values["province"],
        "kind": "kota" if values["title"].casefold().startswith("kota ") else "kabupaten",
        "default_stock": month,
        "minimum_wage": defaults.MINIMUM_WAGE.value,
        "mean_wage": defaults.MEAN_WAGE.value,
    }
    draft.raw.scalars = {key: RawScalar(place, at.get(key), key, value) for key, value in draft.scalars.items()}
    draft.figures = {
        "minimum_wage": Figure(defaults.MINIMUM_WAGE.source, "assumed"),
        "mean_wage": Figure(defaults.MEAN_WAGE.source, "assumed"),
    }
    segments = _segments(values, at)
    arrears = sum(row["arrears"] for _, row in segments)
    stock = {
        "month": month,
        "population": population,
        "population_source": SOURCE,
        "population_confidence": "medium",
        "arrears_rupiah": arrears * defaults.ARREARS_PER_PERSON.value,
        "arrears_source": defaults.ARREARS_PER_PERSON.source,
        "arrears_confidence": "assumed",
    }
    shape = share_out(population, [share / 2 for *_, share in defaults.AGE_SHAPE.value for _sex in range(2)])
    budget = []
    if "budget" in values:
        line = {"year": values["budget_year"], "amount": values["budget"], "account": "5.1.02.02.02.0003"}
        budget = [(at["budget"], line | {"source": SOURCE, "confidence": "medium"})]
    share = defaults.DISTRICT_HOSPITAL_SHARE
    hospitals: list[dict[str, Any]] = [
        {"code": "RS1", "name": f"RSUD {values['title']}", "share": share.value},
        {"code": "RS2", "name": "RS luar daerah", "share": round(1 - share.value, 6), "outside_district": True},
    ]
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {
        "age_sex": [
            (1, {"age_from": low, "age_to": high, "men": shape[2 * n], "women": shape[2 * n + 1]})
            for n, (low, high, _) in enumerate(defaults.AGE_SHAPE.value)
        ],
        "households": [(1, {"size": size, "share": part}) for size, part in defaults.HOUSEHOLD_SIZES.value],
        "stocks": [(at["population"], stock)],
        "segments": segments,
        "facilities": [(number, _facility(position, row, values)) for position, (number, row) in enumerate(rows, 1)],
        "hospitals": [(1, row | _assumed(share)) for row in hospitals],
        "budget": budget,
        "history": [],
    }
    for name, default in (("age_sex", defaults.AGE_SHAPE), ("households", defaults.HOUSEHOLD_SIZES)):
        found[name] = [(number, row | _assumed(default)) for number, row in found[name]]
    for name, numbered in found.items():
        spec = table(name)
        fields = spec.model.model_fields
        known = {column.name for column in spec.columns}
        plain = {key: fields[key].default for key in known if key in fields and not fields[key].is_required()}
        draft.raw.tables[name] = RawTable(place, (), ())
        draft.rows[name] = [Row(number, plain | row, frozenset(known - set(row))) for number, row in numbered]


def _segments(values: dict[str, Any], at: dict[str, int]) -> list[tuple[int, dict[str, Any]]]:
    """Segment rows; classes of PBPU and payers of PPU are split by the default weights, adding up exactly."""
    splits: dict[str, list[tuple[str, int, int]]] = {
        "pbi_jk": [("central", 0, 1)],
        "pbpu_pemda": [("district", 0, 1)],
        "ppu": [(payer, 0, weight) for payer, weight in defaults.PPU_PAYERS.value],
        "pbpu": [("self", klass, weight) for klass, weight in enumerate(defaults.PBPU_CLASSES.value, start=1)],
        "bp": [("state", 0, 1)],
    }
    rows = []
    for key, split in splits.items():
        registered = values[f"registered_{key}"]
        stated = f"active_{key}" in values
        owing_stated = values.get("arrears_pbpu") if key == "pbpu" else 0
        active = values.get(f"active_{key}")
        if active is None:
            active = min(
                registered - round(registered * defaults.INACTIVE_SHARE.value), registered - (owing_stated or 0)
            )
        arrears = registered - active if owing_stated is None else owing_stated
        parts = {"active": active, "arrears": arrears, "lapsed": registered - active - arrears}
        weights = [weight for *_, weight in split]
        parted = {name: share_out(total, weights) for name, total in parts.items()}
        for n, (payer, klass, _) in enumerate(split):
            row: dict[str, Any] = {name: parted[name][n] for name in parts}
            row |= {"stock": values["month"], "segment": key, "payer": payer, "klass": klass}
            row |= {"registered": row["active"] + row["arrears"] + row["lapsed"], "source": SOURCE}
            row |= {"confidence": "medium", "split_source": SOURCE if stated else defaults.INACTIVE_SHARE.source}
            row |= {"split_confidence": "medium" if stated else "assumed"}
            rows.append((at[f"registered_{key}"], row))
    return rows


def _facility(position: int, row: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A facility row: what the sheet says, and the typical staff of the province for the rest."""
    staff = defaults.typical_staff(values["province"])
    filled = {
        **staff._asdict(),
        **defaults.OTHER_STAFF.value,
        "hours_per_week": defaults.HOURS_PER_WEEK.value,
        "drug_budget": row["registered"] * defaults.DRUGS_PER_MEMBER.value,
    }
    given = {name: value for name, value in row.items() if value is not None}
    assumed = tuple(name for name in FACILITY_INPUTS if name not in given)
    own = {"code": f"F{position:02d}", "source": SOURCE, "confidence": "medium", "assumed_fields": assumed}
    return {**filled, **given, **own, "note": defaults.STAFF_SOURCE}
