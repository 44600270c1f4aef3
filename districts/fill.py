"""From the few numbers of the one-sheet template to all rows of a district, by the stated defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    draft: Draft,
    values: dict[str, Any],
    at: dict[str, int],
    rows: list[tuple[int, dict[str, Any]]],
    places: Mapping[str, Place],
) -> None:
    """Turn the values of the sheet and the defaults into the rows of a full district, in place.

    ``values``: the items of the sheet by name; ``at``: their row numbers; ``rows``: numbered rows of facilities;
    ``places``: where the facilities, and where the items (``items``) stand.
    """
    place = places["items"]
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
    lines = at | {"name": at["title"], "default_stock": at["month"]}
    draft.raw.scalars = {key: RawScalar(place, lines.get(key), "", value) for key, value in draft.scalars.items()}
    draft.figures = {
        "minimum_wage": Figure(defaults.MINIMUM_WAGE.source, "assumed"),
        "mean_wage": Figure(defaults.MEAN_WAGE.source, "assumed"),
        "segments.pbpu.arrears": Figure(SOURCE, "medium")
        if "arrears_pbpu" in values
        else Figure(defaults.ARREARS_RULE.source, "assumed"),
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
        draft.raw.tables[name] = RawTable(places.get(name, place), (), ())
        draft.rows[name] = [Row(number, plain | row, frozenset(known - set(row))) for number, row in numbered]


#: Payer, ward class and weight of each part of a segment.
Split = list[tuple[str, int, int]]


def _splits(values: dict[str, Any]) -> dict[str, tuple[Split, Figure]]:
    """How each segment is divided over payers and classes, and where that comes from."""
    stated = Figure(SOURCE, "medium")
    pemda, by_district = values["registered_pbpu_pemda"], values.get("district_pbpu_pemda")
    parts = [("district", 0, by_district or 0), ("province", 0, pemda - (by_district or 0))]
    pemda_split = ([part for part in parts if part[2]] or [("district", 0, 1)], stated)
    if by_district is None:
        pemda_split = ([(defaults.PEMDA_PAYER.value, 0, 1)], Figure(defaults.PEMDA_PAYER.source, "assumed"))
    return {
        "pbi_jk": ([("central", 0, 1)], stated),
        "pbpu_pemda": pemda_split,
        "ppu": (
            [(payer, 0, weight) for payer, weight in defaults.PPU_PAYERS.value],
            Figure(defaults.PPU_PAYERS.source, "assumed"),
        ),
        "pbpu": (
            [("self", klass, weight) for klass, weight in enumerate(defaults.PBPU_CLASSES.value, start=1)],
            Figure(defaults.PBPU_CLASSES.source, "assumed"),
        ),
        "bp": ([("state", 0, 1)], stated),
    }


def _segments(values: dict[str, Any], at: dict[str, int]) -> list[tuple[int, dict[str, Any]]]:
    """Segment rows. Registered members are divided by the weights, their state in proportion, all adding up exactly."""
    rows = []
    for key, (split, payers) in _splits(values).items():
        registered = values[f"registered_{key}"]
        owing = values.get("arrears_pbpu") if key == "pbpu" else 0
        active, origin = values.get(f"active_{key}"), Figure(SOURCE, "medium")
        if active is None:
            origin = Figure(defaults.INACTIVE_SHARE.source, "assumed")
            active = min(registered - round(registered * defaults.INACTIVE_SHARE.value), registered - (owing or 0))
        elif owing is None:
            origin = Figure(defaults.ARREARS_RULE.source, "assumed")
        if owing is None:
            owing = round((registered - active) * defaults.ARREARS_RULE.value)
        heads = share_out(registered, [weight for *_, weight in split])
        actives = _in_proportion(active, heads)
        owed = _in_proportion(owing, [all_ - own for all_, own in zip(heads, actives, strict=True)])
        for (payer, klass, _), whole, use, owe in zip(split, heads, actives, owed, strict=True):
            row = {"stock": values["month"], "segment": key, "payer": payer, "klass": klass, "registered": whole}
            row |= {"active": use, "arrears": owe, "lapsed": whole - use - owe}
            row |= {"source": SOURCE, "confidence": "medium"}
            row |= {"split_source": origin.source, "split_confidence": origin.confidence}
            row |= {"payer_source": payers.source, "payer_confidence": payers.confidence}
            rows.append((at[f"registered_{key}"], row))
    return rows


def _in_proportion(total: int, heads: list[int]) -> list[int]:
    """``total`` divided in proportion to ``heads``; no part is above its heads when ``total`` is not above them all."""
    return share_out(total, heads) if total else [0] * len(heads)


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
