"""The one-sheet template: about a dozen numbers and a list of facilities; the rest comes from stated defaults.

What is missing is filled by :mod:`districts.fill` and labelled ``assumed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from districts.assemble import Draft
from districts.cells import Problem, is_empty, nearest, parse_cell, problem
from districts.faults import Fault
from districts.fill import fill
from districts.inventory import SEGMENT_NAMES
from districts.model import District
from districts.raw import Place, Raw
from districts.tables import Column, Kind, table
from districts.text import translator

SHEET = "Minimal"


@dataclass(frozen=True)
class Item:
    """One line of the sheet: its label (English message id) and what its value must be."""

    label: str
    column: Column


def _item(
    name: str, label: str, kind: Kind, help: str, required: bool = True, low: float = 0, high: float | None = None
) -> Item:
    counted = kind == "integer"
    column = Column(name, kind, required, low=low if counted else None, high=high if counted else None, help=help)
    return Item(label, column)


_MAY_BE_EMPTY = "Persons; empty: the national share of active members is assumed."

ITEMS: tuple[Item, ...] = (
    _item("title", "Name of the district", "text", "As printed in reports, such as Kabupaten Bengkulu Utara."),
    _item("province", "Province", "text", "Name of the province; decides the assumed staff of a puskesmas."),
    _item("population", "Population", "integer", "Persons (Dukcapil), the denominator of UHC.", low=1),
    _item("month", "Month of the data", "month", "YYYY-MM, typed as text: the end of this month."),
    *(
        _item(f"registered_{key}", f"{name} registered", "integer", "Persons on the register, active or not.")
        for key, name in SEGMENT_NAMES.items()
    ),
    *(
        _item(f"active_{key}", f"{name} active", "integer", _MAY_BE_EMPTY, required=False)
        for key, name in SEGMENT_NAMES.items()
    ),
    _item("arrears_pbpu", "PBPU in arrears", "integer", "Persons; empty: all inactive PBPU members.", required=False),
    _item(
        "budget_year",
        "Year of the JKN line",
        "integer",
        "Budget year of the APBD.",
        required=False,
        low=2014,
        high=2100,
    ),
    _item("budget", "JKN line of the APBD", "integer", "Rupiah for that year.", required=False),
)

#: Columns of the list of facilities below the items: model field and label (English message id).
FACILITY_LABELS = {
    "name": "Facility",
    "type": "Type",
    "registered": "Members",
    "doctors": "Doctors",
    "dentists": "Dentists",
}


def minimal_values(district: District) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The values of the sheet for ``district``: items by name, and rows of the list of facilities."""
    stock = district.stock()
    values: dict[str, Any] = {
        "title": district.title,
        "province": district.province,
        "population": stock.population,
        "month": stock.month,
    }
    for key in SEGMENT_NAMES:
        rows = [row for row in stock.segments if row.segment == key]
        values[f"registered_{key}"] = sum(row.registered for row in rows)
        values[f"active_{key}"] = sum(row.active for row in rows)
    values["arrears_pbpu"] = sum(row.arrears for row in stock.segments if row.segment == "pbpu")
    year = max((line.year for line in district.budget), default=None)
    values["budget_year"] = year
    values["budget"] = sum(line.amount for line in district.budget if line.year == year) if year else None
    return values, [row.model_dump(include=set(FACILITY_LABELS)) for row in district.facilities]


def read_minimal(lines: list[tuple[object, ...]], path: Path, label: str) -> tuple[Draft, list[Fault]]:
    """A draft from the cells of the sheet, and every fault in them. What is missing is assumed, not a fault."""
    place = Place(label, SHEET)
    labels = {name: item for item in ITEMS for name in _names(item.label)}
    header = next((n for n, line in enumerate(lines) if _word(line, 0) in _names(FACILITY_LABELS["name"])), len(lines))
    values: dict[str, Any] = {}
    at: dict[str, int] = {}
    faults = []
    for number, line in enumerate(lines[1:header], start=2):
        word = _word(line, 0)
        if not word:
            continue
        item = labels.get(word)
        if item is None:
            faults.append(place.fault(_unknown(str(line[0]), tuple(labels)), number))
            continue
        name = item.column.name
        value, wrong = parse_cell(line[1] if len(line) > 1 else None, item.column)
        if name in at:
            wrong = problem('"{value}" a second time', "each key once", value=str(line[0]))
        at[name] = number
        if wrong:
            faults.append(place.fault(wrong, number, _text("Value")))
        elif value is not None:
            values[name] = value
    for item in ITEMS:
        if item.column.required and item.column.name not in at:
            wrong = problem("the line {name} is missing", "this line", name=_text(item.label))
            faults.append(place.fault(wrong))
    rows, wrong_rows = _facility_rows(lines, header, place)
    faults += wrong_rows
    if not faults:
        faults += _contradictions(values, at, place)
    draft = Draft(Raw(path.parent, place))
    if faults:
        draft.broken = {"stocks", "segments", "facilities", "age_sex", "households", "hospitals", "budget", "history"}
        draft.rows = {name: [] for name in draft.broken}
        return draft, faults
    fill(draft, values, at, rows, place)
    return draft, []


def _text(message: str) -> str:
    """A label as the sheet shows it (the template is written in Indonesian unless asked otherwise)."""
    return translator("id")(message)


def _names(label: str) -> tuple[str, str]:
    return label.casefold(), _text(label).casefold()


def _word(line: tuple[object, ...], position: int) -> str:
    return str(line[position]).strip().casefold() if position < len(line) and not is_empty(line[position]) else ""


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    if near := nearest(name, known):
        return problem("the unknown line {name}", "did you mean {near}?", name=name, near=near)
    return problem("the unknown line {name}", "the lines of the template", name=name)


def _facility_rows(
    lines: list[tuple[object, ...]], header: int, place: Place
) -> tuple[list[tuple[int, dict[str, Any]]], list[Fault]]:
    """Numbered rows of the list of facilities."""
    spec, faults, rows = table("facilities"), [], []
    if header >= len(lines):
        wrong = problem("the list of facilities is missing", "a row that starts with {name}", name=_text("Facility"))
        return [], [place.fault(wrong)]
    for number, line in enumerate(lines[header + 1 :], start=header + 2):
        if all(is_empty(cell) for cell in line):
            continue
        row: dict[str, Any] = {}
        for position, (name, label) in enumerate(FACILITY_LABELS.items()):
            column = spec.column(name)
            assert column is not None
            required = name in ("name", "registered")
            column = Column(name, column.kind, required, column.choices, column.low, column.high, column.above)
            value, wrong_cell = parse_cell(line[position] if position < len(line) else None, column)
            if wrong_cell:
                faults.append(place.fault(wrong_cell, number, _text(label)))
            row[name] = value
        rows.append((number, row))
    if not rows:
        faults.append(place.fault(problem("no rows below the header", "at least one row"), header + 2))
    return rows, faults


def _contradictions(values: dict[str, Any], at: dict[str, int], place: Place) -> list[Fault]:
    faults = []
    for key in SEGMENT_NAMES:
        registered, active = values[f"registered_{key}"], values.get(f"active_{key}", 0)
        owing = values.get("arrears_pbpu", 0) if key == "pbpu" else 0
        if active + owing > registered:
            wrong = problem(
                "{active} active and {arrears} in arrears, but {registered} registered",
                "at most as many as are registered",
                active=active,
                arrears=owing,
                registered=registered,
            )
            faults.append(place.fault(wrong, at.get(f"active_{key}", at[f"registered_{key}"]), _text("Value")))
    if ("budget" in values) != ("budget_year" in values):
        wrong = problem("a JKN line without its year, or a year without its amount", "both or neither")
        faults.append(place.fault(wrong, at.get("budget", at.get("budget_year")), _text("Value")))
    return faults
