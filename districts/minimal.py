"""The one-sheet template: about a dozen numbers and a list of facilities; the rest comes from stated defaults.

What is missing is filled by :mod:`districts.fill` and labelled ``assumed``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from districts.assemble import Draft, Row
from districts.cells import Problem, is_empty, parse_cell, problem
from districts.faults import Fault
from districts.fill import fill
from districts.inventory import SEGMENT_NAMES
from districts.model import District
from districts.names import nearest
from districts.raw import Place, Raw, RawTable
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
        "district_pbpu_pemda",
        "PBPU Pemda paid by the district (persons)",
        "integer",
        "Of those registered; the province pays the rest. Empty: all paid by the district is assumed.",
        required=False,
    ),
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
    values["district_pbpu_pemda"] = sum(
        row.registered for row in stock.segments if (row.segment, row.payer) == ("pbpu_pemda", "district")
    )
    year = max((line.year for line in district.budget), default=None)
    values["budget_year"] = year
    values["budget"] = sum(line.amount for line in district.budget if line.year == year) if year else None
    return values, [row.model_dump(include=set(FACILITY_LABELS)) for row in district.facilities]


@dataclass(frozen=True)
class _Sheet:
    """The cells of the sheet and the language of its labels."""

    lines: list[tuple[object, ...]]
    place: Place
    lang: str

    def text(self, message: str) -> str:
        """A label as this sheet shows it."""
        return translator(self.lang)(message)


def read_minimal(lines: list[tuple[object, ...]], path: Path, label: str) -> tuple[Draft, list[Fault]]:
    """A draft from the cells of the sheet, and every fault in them. What is missing is assumed, not a fault."""
    place = Place(label, SHEET)
    sheet = _Sheet(lines, place, _language(lines))
    header = next((n for n, line in enumerate(lines) if n and _is_header(line)), len(lines))
    values, at, faults = _items(sheet, header)
    rows, wrong_rows = _facility_rows(sheet, header)
    faults += [*wrong_rows, *_contradictions(values, at, sheet)]
    draft = Draft(Raw(path.parent, place))
    # What is found wrong later is told with the column that stands on the sheet.
    items = tuple((name, sheet.text("Value")) for name in ("", "population", "registered", "active", "month"))
    listed = tuple((name, sheet.text(text)) for name, text in FACILITY_LABELS.items())
    places = {"items": replace(place, labels=items), "facilities": replace(place, labels=listed)}
    if faults:
        _what_is_there(draft, values, at, rows, places)
    else:
        fill(draft, values, at, rows, places)
    return draft, faults


def _what_is_there(
    draft: Draft, values: dict[str, Any], at: dict[str, int], rows: list[tuple[int, dict[str, Any]]],
    places: dict[str, Place],
) -> None:  # fmt: skip
    """Puts into ``draft`` what could be read of a sheet with faults, so that the rest of it can be checked as well:
    the facilities by name, and the members against the population where both are known."""
    names = {"stocks", "segments", "facilities", "age_sex", "households", "hospitals", "budget", "history"}
    draft.rows = {name: [] for name in names}
    draft.broken = set(names)
    columns = frozenset(column.name for column in table("facilities").columns)
    draft.raw.tables["facilities"] = RawTable(places["facilities"], (), ())
    draft.rows["facilities"] = [
        Row(number, row, frozenset(), columns - {name for name, value in row.items() if value is not None})
        for number, row in rows
    ]
    members = [values[name] for key in SEGMENT_NAMES if (name := f"registered_{key}") in values]
    if "population" in values and len(members) == len(SEGMENT_NAMES):
        for name in ("stocks", "segments"):
            draft.raw.tables[name] = RawTable(places["items"], (), ())
            draft.broken.remove(name)
        row, month = at["population"], values.get("month", "")
        line = {"stock": month, "registered": sum(members)}
        unknown = frozenset({"segment", "payer", "active", "joined"})
        draft.rows["stocks"] = [Row(row, {"month": month, "population": values["population"]}, frozenset())]
        draft.rows["segments"] = [Row(row, line, frozenset(), unknown)]


def _language(lines: list[tuple[object, ...]]) -> str:
    """The language in which most labels are written; Indonesian when there are as many of both."""
    words = {_word(line, position) for line in lines for position in range(len(line))}
    labels = [item.label for item in ITEMS] + list(FACILITY_LABELS.values())
    english, indonesian = (
        len({translator(lang)(label).casefold() for label in labels} & words) for lang in ("en", "id")
    )
    return "en" if english > indonesian else "id"


def _is_header(line: tuple[object, ...]) -> bool:
    """True for the header of the list of facilities: two of its labels, or the first label in the first cell."""
    words = [_word(line, position) for position in range(len(line))]
    known = sum(any(word in _names(label) for word in words) for label in FACILITY_LABELS.values())
    return known >= 2 or (bool(words) and words[0] in _names(FACILITY_LABELS["name"]))


def _items(sheet: _Sheet, header: int) -> tuple[dict[str, Any], dict[str, int], list[Fault]]:
    """Values and row numbers of the items above the list of facilities, by item name."""
    place, lines = sheet.place, sheet.lines
    labels = {name: item for item in ITEMS for name in _names(item.label)}
    values: dict[str, Any] = {}
    at: dict[str, int] = {}
    faults = []
    for number, line in enumerate(lines[1:header], start=2):
        word = _word(line, 0)
        if not word:
            continue
        item = labels.get(word)
        if item is None:
            known = tuple(sheet.text(item.label) for item in ITEMS)
            faults.append(place.fault(_unknown(str(line[0]).strip(), known), number))
            continue
        name = item.column.name
        value, wrong = parse_cell(line[1] if len(line) > 1 else None, item.column)
        if name in at:
            wrong = problem('"{value}" a second time', "each key once", value=str(line[0]))
        at[name] = number
        if wrong:
            faults.append(place.fault(wrong, number, sheet.text("Value")))
        elif value is not None:
            values[name] = value
    for item in ITEMS:
        if item.column.required and item.column.name not in at:
            wrong = problem("the line {name} is missing", "this line", name=sheet.text(item.label))
            faults.append(place.fault(wrong))
    return values, at, faults


def _names(label: str) -> tuple[str, str]:
    """A label in both languages, as it is compared."""
    return label.casefold(), translator("id")(label).casefold()


def _word(line: tuple[object, ...], position: int) -> str:
    return str(line[position]).strip().casefold() if position < len(line) and not is_empty(line[position]) else ""


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    if near := nearest(name, known):
        return problem("the unknown line {name}", "did you mean {near}?", name=name, near=near)
    return problem("the unknown line {name}", "the lines of the template", name=name)


def _facility_rows(sheet: _Sheet, header: int) -> tuple[list[tuple[int, dict[str, Any]]], list[Fault]]:
    """Numbered rows of the list of facilities, its columns found by their labels."""
    spec, place, lines, rows = table("facilities"), sheet.place, sheet.lines, []
    if header >= len(lines):
        wrong = problem(
            "the list of facilities is missing", "a row that starts with {name}", name=sheet.text("Facility")
        )
        return [], [place.fault(wrong)]
    positions, faults = _columns(sheet, header)
    for number, line in enumerate(lines[header + 1 :], start=header + 2):
        if all(is_empty(cell) for cell in line):
            continue
        row: dict[str, Any] = {}
        for name, position in positions.items():
            column = spec.column(name)
            assert column is not None
            column = replace(column, required=name in ("name", "registered"))
            value, wrong_cell = parse_cell(line[position] if position < len(line) else None, column)
            if wrong_cell:
                faults.append(place.fault(wrong_cell, number, sheet.text(FACILITY_LABELS[name])))
            row[name] = value
        rows.append((number, row))
    if not rows:
        faults.append(place.fault(problem("no rows below the header", "at least one row"), header + 2))
    return rows, faults


def _columns(sheet: _Sheet, header: int) -> tuple[dict[str, int], list[Fault]]:
    """The position of each column of the list of facilities, and the faults of its header."""
    line, below = sheet.lines[header], sheet.lines[header + 1 :]
    labels = {name: sheet.text(label) for name, label in FACILITY_LABELS.items()}
    positions: dict[str, int] = {}
    faults, row = [], header + 1
    for position in range(max(len(one) for one in sheet.lines[header:])):
        word = _word(line, position)
        if not word:
            if any(position < len(one) and not is_empty(one[position]) for one in below):
                found = "column number {position} has no name"
                wrong = problem(found, "a column name in row {row}", position=position + 1, row=row)
                faults.append(sheet.place.fault(wrong, row))
            continue
        shown = str(line[position]).strip()
        name = next((name for name, label in FACILITY_LABELS.items() if word in _names(label)), None)
        if name is None:
            near, choices = nearest(shown, tuple(labels.values())), ", ".join(labels.values())
            wrong = problem("the unknown column {name}", "one of {choices}", name=shown, choices=choices)
            if near:
                wrong = problem("the unknown column {name}", "did you mean {near}?", name=shown, near=near)
            faults.append(sheet.place.fault(wrong, row, shown))
        elif name in positions:
            wrong = problem('"{value}" a second time', "each column once", value=shown)
            faults.append(sheet.place.fault(wrong, row, shown))
        else:
            positions[name] = position
    for name, label in labels.items():
        if name not in positions:
            wrong = problem("the column is missing", "this column in row {row}", row=row)
            faults.append(sheet.place.fault(wrong, row, label))
    return positions, faults


def _is_typed(sheet: _Sheet, number: int | None) -> bool:
    """Whether something was typed as the value of the line with this number."""
    line = () if number is None else sheet.lines[number - 1]
    return len(line) > 1 and not is_empty(line[1])


def _contradictions(values: dict[str, Any], at: dict[str, int], sheet: _Sheet) -> list[Fault]:
    place, shown, faults = sheet.place, sheet.text("Value"), []
    for key in SEGMENT_NAMES:
        registered, active = values.get(f"registered_{key}", math.inf), values.get(f"active_{key}", 0)
        owing = values.get("arrears_pbpu", 0) if key == "pbpu" else 0
        if active + owing > registered:
            wrong = problem(
                "{active} active and {arrears} in arrears, but {registered} registered",
                "at most {registered}",
                active=active,
                arrears=owing,
                registered=registered,
            )
            faults.append(place.fault(wrong, at.get(f"active_{key}", at[f"registered_{key}"]), shown))
    by_district, pemda = values.get("district_pbpu_pemda", 0), values.get("registered_pbpu_pemda", math.inf)
    if by_district > pemda:
        found = "{value} paid by the district, but {registered} registered"
        wrong = problem(found, "at most {registered}", value=by_district, registered=pemda)
        faults.append(place.fault(wrong, at["district_pbpu_pemda"], shown))
    if _is_typed(sheet, at.get("budget")) != _is_typed(sheet, at.get("budget_year")):
        wrong = problem("a JKN line without its year, or a year without its amount", "both or neither")
        faults.append(place.fault(wrong, at.get("budget", at.get("budget_year")), shown))
    return faults
