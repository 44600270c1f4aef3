"""From tables as typed to typed rows, and from typed rows to a :class:`District`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from districts.cells import Problem, parse_cell, problem
from districts.faults import Fault
from districts.inventory import FACILITY_INPUTS, NOT_GIVEN, PARTED, Figure, combine, with_inventory
from districts.model import Confidence, District, Facility, HistoryRow, SegmentRow, Stock
from districts.names import nearest
from districts.raw import Raw, RawTable
from districts.tables import FIGURE_KEYS, SCALARS, TABLES, Column, TableSpec

_SOURCE = Column("source", "text", True)
_CONFIDENCE = Column("confidence", "choice", True, get_args(Confidence))


@dataclass(frozen=True)
class Row:
    """One typed row: its number, its values by column (the model's default where a cell was left empty), the columns
    that were left empty, and those that could not be read, whose values are not to be relied on."""

    number: int
    values: dict[str, Any]
    blank: frozenset[str]
    wrong: frozenset[str] = frozenset()


@dataclass
class Draft:
    """Typed content of a district before it is checked as a whole. ``broken``: tables that are missing or of which
    rows could not be read, whose sums would only mislead."""

    raw: Raw
    scalars: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def draft(raw: Raw) -> tuple[Draft, list[Fault]]:
    """Typed rows and scalars of ``raw``, and every fault found in single cells and headers (and in reading)."""
    result, faults = Draft(raw), list(raw.faults)
    faults += _read_scalars(raw, result)
    for spec in TABLES:
        found = raw.tables.get(spec.name)
        if found is None:
            result.rows[spec.name] = []
            result.broken |= set() if spec.optional else {spec.name}
            continue
        cut = any((fault.file, fault.sheet) == (found.place.file, found.place.sheet) for fault in raw.faults)
        result.rows[spec.name], wrong = _read_rows(spec, found, cut)
        result.broken |= {spec.name} if cut else set()
        faults += wrong
    return result, faults


def _read_scalars(raw: Raw, result: Draft) -> list[Fault]:
    faults = []
    known = tuple(SCALARS)
    for key, typed in raw.scalars.items():
        if key not in SCALARS:
            faults.append(typed.place.fault(_unknown_column(key, known, "key"), typed.row, "key"))
    if not raw.scalars:
        return faults
    for key, column in SCALARS.items():
        scalar = raw.scalars.get(key)
        if scalar is None:
            if column.required:
                faults.append(raw.scalar_place.fault(problem("the key {key} is missing", "this key", key=key)))
            continue
        value, wrong = parse_cell(scalar.value, column)
        if wrong:
            faults.append(scalar.place.fault(wrong, scalar.row, scalar.column))
        elif value is not None:
            result.scalars[key] = value
            if key in FIGURE_KEYS:
                source, no_source = parse_cell(scalar.source, _SOURCE)
                confidence, no_confidence = parse_cell(scalar.confidence, _CONFIDENCE)
                for part, missing in (("source", no_source), ("confidence", no_confidence)):
                    if missing:
                        faults.append(scalar.place.fault(missing, scalar.row, f"{scalar.column}: {part}"))
                result.figures[key] = Figure(str(source), cast(Confidence, confidence))
    return faults


def _unknown_column(name: str, known: tuple[str, ...], what: str) -> Problem:
    found = "the unknown column {name}" if what == "column" else "the unknown key {name}"
    if near := nearest(name, known):
        return problem(found, "did you mean {near}?", name=name, near=near)
    return problem(found, "one of {choices}", name=name, choices=", ".join(known))


def _read_rows(spec: TableSpec, found: RawTable, cut: bool) -> tuple[list[Row], list[Fault]]:
    """Typed rows of a table, with the faults of its header and of its cells. ``cut``: it has other faults already."""
    faults = []
    known = tuple(column.name for column in spec.columns)
    header = tuple(name.casefold() for name in found.header)
    for name, count in Counter(header).items():
        if name and name not in known:
            faults.append(found.place.fault(_unknown_column(name, known, "column"), 1, name))
        elif name and count > 1:
            wrong = problem("the column {name} {count} times", "each column once", name=name, count=count)
            faults.append(found.place.fault(wrong, 1, name))
    for column in spec.columns:
        if column.required and column.name not in header:
            faults.append(found.place.fault(problem("the column is missing", "this column in row 1"), 1, column.name))
    if not found.rows and not spec.may_be_empty:
        faults.append(found.place.fault(problem("no rows below the header", "at least one row"), 2))
    # where the header is wrong, a column that is not there may be one that is there under another name
    absent = set(known) - set(header) if faults or cut else set()
    absent |= {name for name, count in Counter(header).items() if count > 1}
    fields = spec.model.model_fields
    defaults = {name: fields[name].default for name in known if name in fields and not fields[name].is_required()}
    rows = []
    for number, cells in found.rows:
        typed = dict(zip(header, cells, strict=True))
        values: dict[str, Any] = {}
        unread = set(absent)
        for column in spec.columns:
            if column.name not in header:
                continue
            value, wrong_cell = parse_cell(typed[column.name], column)
            if wrong_cell:
                faults.append(found.place.fault(wrong_cell, number, column.name))
                unread.add(column.name)
            elif value is not None:
                values[column.name] = value
        rows.append(Row(number, {**defaults, **values}, frozenset(set(known) - set(values)), frozenset(unread)))
    return rows, faults


def build(result: Draft) -> District:
    """The district of a draft without errors, with its inventory of inputs. Raises pydantic's ``ValidationError``
    if the draft has errors."""
    rows, scalars = result.rows, dict(result.scalars)
    if rules_file := scalars.get("rules_file"):
        scalars["rules_file"] = str(rules_path(result.raw.base, rules_file))
    stocks = [
        {
            **_only(row.values, ("arrears_source", "arrears_confidence", "ghost_source", "ghost_confidence")),
            "segments": [_segment(line) for line in rows["segments"] if line.values["stock"] == row.values["month"]],
        }
        for row in rows["stocks"]
    ]
    district = District.model_validate(
        {
            **scalars,
            "age_sex": [row.values for row in rows["age_sex"]],
            "household_sizes": [row.values for row in rows["households"]],
            "stocks": stocks,
            "facilities": [_facility(row) for row in rows["facilities"]],
            "hospitals": [_only(row.values, ("share_source", "share_confidence")) for row in rows["hospitals"]],
            "budget": [row.values for row in rows["budget"]],
            "history": [row.values | _found_at(result, row) for row in rows["history"]],
        }
    )
    return with_inventory(district, _figures(result, district))


def outline(result: Draft) -> District | None:
    """What the history is held against, of a draft that may have errors elsewhere: the history, the facilities' codes
    and types, the segments of the default stock. None where one of them could not be read; nothing else is there."""
    history, facilities, segments = (result.rows[name] for name in ("history", "facilities", "segments"))
    needed = [(history, {"month", "indicator", "place", "value"}), (facilities, {"code", "type"}),
              (segments, {"stock", "segment"})]  # fmt: skip
    month = result.scalars.get("default_stock")
    if result.broken & {"history", "facilities", "segments"} or any(
        row.wrong & columns for rows, columns in needed for row in rows
    ):
        return None
    stock = Stock.model_construct(
        month=month, segments=tuple(SegmentRow.model_construct(**row.values) for row in segments
                                    if row.values["stock"] == month),
    )  # fmt: skip
    rows = (row.values | _found_at(result, row) for row in history)
    return District.model_construct(
        default_stock=month, stocks=(stock,),
        facilities=tuple(Facility.model_construct(**row.values) for row in facilities),
        history=tuple(HistoryRow.model_construct(**values) for values in rows),
    )  # fmt: skip


def rules_path(base: Path, rules_file: str) -> Path:
    """Where a district's own rules file is: relative names start from the district's directory."""
    return base / rules_file


def _only(values: dict[str, Any], leave_out: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in leave_out}


def _segment(row: Row) -> dict[str, Any]:
    """A segment row; a split without an origin of its own has that of the row."""
    own = _only(row.values, ("stock", "split_source", "split_confidence", "payer_source", "payer_confidence"))
    split = row.values.get("split_confidence") or row.values["confidence"]
    return {**own, "split_assumed": split == "assumed"}


def _found_at(result: Draft, row: Row) -> dict[str, Any]:
    """Where a row of the history stands, so that a contradiction found later can still be told with its place."""
    place = result.raw.tables["history"].place
    return {"row": row.number, "file": place.file, "sheet": place.sheet}


def _facility(row: Row) -> dict[str, Any]:
    """Facility columns left empty take the model's default and are therefore assumed."""
    named = tuple(row.values["assumed_fields"])
    filled = tuple(name for name in FACILITY_INPUTS if name in row.blank and name not in named)
    return {**row.values, "assumed_fields": named + filled}


def _figures(result: Draft, district: District) -> dict[str, Figure]:
    """Origins of the figures that the district itself has no place for, by inventory key."""
    figures = dict(result.figures)
    stock = next(row for row in result.rows["stocks"] if row.values["month"] == district.default_stock)
    figures["arrears_rupiah"] = _part(stock, "arrears", "arrears_rupiah")
    figures["ghost_share"] = _part(stock, "ghost", "ghost_share")
    lines = [row for row in result.rows["segments"] if row.values["stock"] == district.default_stock]
    for segment in {row.values["segment"] for row in lines}:
        own = [row for row in lines if row.values["segment"] == segment]
        figures[f"segments.{segment}.split"] = combine(_of_row(row, "split") for row in own)
        if segment in PARTED:
            figures[f"segments.{segment}.{PARTED[segment]}"] = combine(_of_row(row, "payer") for row in own)
    figures["hospitals.share"] = combine(_of_row(row, "share") for row in result.rows["hospitals"])
    budget = result.rows["budget"]
    funds = combine(Figure(row.values["source"], row.values["confidence"]) for row in budget)
    if 2 * sum("fund" in row.blank for row in budget) >= len(budget):
        funds = Figure(funds.source, "assumed")
    figures["budget.funds"] = funds
    return figures


def _part(row: Row, prefix: str, value: str) -> Figure:
    """Origin of a figure that has optional source columns of its own; assumed without them."""
    source = row.values.get(f"{prefix}_source")
    if value in row.blank:
        return NOT_GIVEN
    if source is None:
        return Figure("not stated", "assumed")
    return Figure(source, row.values.get(f"{prefix}_confidence", "low"))


def _of_row(row: Row, prefix: str) -> Figure:
    """Origin of a secondary figure of a row: its own columns, or those of the row."""
    return Figure(
        row.values.get(f"{prefix}_source", row.values["source"]),
        row.values.get(f"{prefix}_confidence", row.values["confidence"]),
    )
