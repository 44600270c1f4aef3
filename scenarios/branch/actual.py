"""What became true: figures that the histories of a branch's districts report, or a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from districts.cells import Problem, parse_cell, problem, unknown_name
from districts.faults import Fault, InputError
from districts.folder import read_csv_table
from districts.model import District
from districts.raw import RawTable
from districts.tables import Column

WHOLE = "district"
#: Figures of a history that a branch forecasts.
INDICATORS = ("capitation_paid", "capitated", "claims_incurred", "claims_paid")
#: Columns of a file of actual figures; those of figures, and what they are in a history.
_FIGURES = {"capitation": "capitation_paid", "heads": "capitated", "claims": "claims_paid"}
_COLUMNS = {
    "month": Column("month", "month", True),
    "district": Column("district", "text", True),
    "facility": Column("facility", "text", False),
    **{name: Column(name, "integer", False, low=0) for name in _FIGURES},
}


class Figure(NamedTuple):
    """What a figure is of: ``district`` (name), ``month`` ("YYYY-MM"), ``indicator`` of a history, ``place`` (a
    facility's code, or :data:`WHOLE`)."""

    district: str
    month: str
    indicator: str
    place: str


Actual = dict[Figure, float]


def actual_of(districts: Sequence[District], path: Path | None = None) -> Actual:
    """What became true in all ``districts``: their histories, and what the file at ``path`` says instead. Raises as
    :func:`actual_of_file`."""
    found: Actual = {}
    for district in districts:
        found |= actual_of_history(district)
    return found if path is None else found | actual_of_file(path, districts)


def actual_of_history(district: District) -> Actual:
    """The figures of single months that the history of ``district`` reports of facilities and of the whole."""
    places = {WHOLE, *(facility.code for facility in district.facilities)}
    return {
        Figure(district.name, row.month, row.indicator, row.place): row.value
        for row in district.history
        if row.indicator in INDICATORS and len(row.month) == 7 and row.place in places
    }


def actual_of_file(path: Path, districts: Sequence[District]) -> Actual:
    """The figures of a CSV file with ``month``, ``district`` (name or title), ``facility`` (name or code; empty: the
    whole district) and at least one of ``capitation`` (rupiah paid), ``heads`` (capitated), ``claims`` (rupiah paid to
    hospitals, of whole districts only). Empty cells are left out.

    Raises ``InputError`` with every fault.
    """
    table, faults = read_csv_table(path)
    if table is not None and not faults:
        faults = _header_faults(table)
    if table is None or faults:
        raise InputError(faults)
    found: Actual = {}
    for number, cells in table.rows:
        typed, wrong = _row(dict(zip(table.header, cells, strict=True)))
        if not wrong:
            figures, wrong = _figures(typed, districts)
            for column, figure, value in figures:
                if figure in found:
                    wrong.append((column, problem("a figure that was given before", "each figure once")))
                found[figure] = value
        faults += [table.place.fault(told, number, column) for column, told in wrong]
    if faults:
        raise InputError(faults)
    return found


def _header_faults(table: RawTable) -> list[Fault]:
    wrong = [(name, unknown_name(name, tuple(_COLUMNS))) for name in table.header if name not in _COLUMNS]
    wrong += [(name, problem("the column is missing", "this column")) for name in ("month", "district")
              if name not in table.header]  # fmt: skip
    wrong += [(name, problem("a column given twice", "each column once"))
              for name in dict.fromkeys(table.header) if table.header.count(name) > 1]  # fmt: skip
    if not set(_FIGURES) & set(table.header):
        wrong.append(("", problem("no column of figures", "one of {choices}", choices=", ".join(_FIGURES))))
    return [table.place.fault(told, 1, column) for column, told in wrong]


def _row(cells: dict[str, object]) -> tuple[dict[str, object], list[tuple[str, Problem]]]:
    typed: dict[str, object] = {}
    wrong = []
    for name, cell in cells.items():
        typed[name], told = parse_cell(cell, _COLUMNS[name])
        if told:
            wrong.append((name, told))
    return typed, wrong


def _figures(
    typed: dict[str, object], districts: Sequence[District]
) -> tuple[list[tuple[str, Figure, float]], list[tuple[str, Problem]]]:
    """The figures of one row with their columns, and what is wrong with its names."""
    by_name = {word.casefold(): one for one in districts for word in (one.title, one.name)}
    district = by_name.get(str(typed["district"]).casefold())
    if district is None:
        return [], [("district", unknown_name(str(typed["district"]), tuple(one.name for one in districts)))]
    place = WHOLE
    if (facility := typed.get("facility")) is not None:
        codes = {word.casefold(): one.code for one in district.facilities for word in (one.name, one.code)}
        if str(facility).casefold() not in codes:
            return [], [("facility", unknown_name(str(facility), tuple(one.name for one in district.facilities)))]
        place = codes[str(facility).casefold()]
    given = [(column, key, value) for column, key in _FIGURES.items() if (value := typed.get(column)) is not None]
    if place != WHOLE and any(column == "claims" for column, _key, _value in given):
        return [], [("claims", problem("claims of one facility", "an empty cell: claims are of the whole district"))]
    return [(column, Figure(district.name, str(typed["month"]), key, place), float(str(value)))
            for column, key, value in given], []  # fmt: skip
