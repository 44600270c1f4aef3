"""The input tables: their columns, taken from the model, with a line of help for each column.

The same tables are CSV files in a district folder and sheets in the full workbook. Kind, limits and choices of a
column come from the pydantic field of the same name, so that model and files cannot drift apart.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from districts.model import (
    AgeSexRow,
    BudgetLine,
    Confidence,
    District,
    Facility,
    HistoryRow,
    Hospital,
    HouseholdSizeRow,
    SegmentRow,
    Stock,
)
from districts.tables_help import HELP

Kind = Literal["integer", "number", "yes_no", "text", "choice", "month", "period", "list", "shares"]


@dataclass(frozen=True)
class Column:
    """One column. ``required``: neither the column nor a cell may be missing. ``low``/``high``: inclusive limits
    (``above``: exclusive lower limit). ``help`` is an English message id."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: float | None = None
    help: str = ""


@dataclass(frozen=True)
class TableSpec:
    """One table: file ``<name>.csv`` or sheet ``<name>``. ``optional``: may be missing; ``may_be_empty``: no rows."""

    name: str
    model: type[BaseModel]
    columns: tuple[Column, ...]
    optional: bool = False
    may_be_empty: bool = False

    def column(self, name: str) -> Column | None:
        """The column called ``name``, or None."""
        return next((column for column in self.columns if column.name == name), None)


def _column(name: str, field: FieldInfo, table: str) -> Column:
    """The column of a model field; raises ``KeyError`` when the column has no help text."""
    annotation: Any = field.annotation
    required = field.is_required()
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    choices: tuple[str, ...] = ()
    kind: Kind
    if name == "month":
        kind = "period" if table == "history" else "month"
    elif get_origin(annotation) is Literal:
        kind, choices = "choice", get_args(annotation)
    elif get_origin(annotation) is tuple:
        kind = "shares" if get_args(annotation)[0] is float else "list"
    else:
        kinds: dict[Any, Kind] = {bool: "yes_no", int: "integer", float: "number", str: "text"}
        kind = kinds[annotation]
    limits: dict[str, float] = {}
    for limit in field.metadata:
        if isinstance(limit, Ge):
            limits["low"] = float(str(limit.ge))
        elif isinstance(limit, Le):
            limits["high"] = float(str(limit.le))
        elif isinstance(limit, Gt):
            limits["above"] = float(str(limit.gt))
    text = HELP.get(f"{table}.{name}") or HELP[name]
    return Column(name, kind, required, choices, help=text, **limits)


def _columns(model: type[BaseModel], table: str, leave_out: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns of all fields of ``model``; source, confidence and note come last, as people read tables."""
    last = ("source", "confidence", "note")
    fields = {name: field for name, field in model.model_fields.items() if name not in leave_out}
    names = [name for name in fields if name not in last] + [name for name in last if name in fields]
    return tuple(_column(name, fields[name], table) for name in names)


def _source_columns(prefix: str) -> tuple[Column, ...]:
    """Optional source and confidence of one figure of a row (the row's own source is for its main figure)."""
    return (
        Column(f"{prefix}_source", "text", False, help=HELP[f"{prefix}_source"]),
        Column(f"{prefix}_confidence", "choice", False, get_args(Confidence), help=HELP["part_confidence"]),
    )


_FACILITY_FIELDS = tuple(name for name in Facility.model_fields if name not in ("assumed_fields",))

TABLES: tuple[TableSpec, ...] = (
    TableSpec("age_sex", AgeSexRow, _columns(AgeSexRow, "age_sex")),
    TableSpec("households", HouseholdSizeRow, _columns(HouseholdSizeRow, "households")),
    TableSpec(
        "stocks",
        Stock,
        _columns(Stock, "stocks", leave_out=("segments", "pending"))
        + _source_columns("arrears")
        + _source_columns("ghost"),
    ),
    TableSpec(
        "segments",
        SegmentRow,
        (Column("stock", "month", True, help=HELP["stock"]),)
        + _columns(SegmentRow, "segments", leave_out=("split_assumed",))
        + _source_columns("split")
        + _source_columns("payer"),
    ),
    TableSpec(
        "facilities",
        Facility,
        tuple(
            replace(column, choices=_FACILITY_FIELDS) if column.name == "assumed_fields" else column
            for column in _columns(Facility, "facilities")
        ),
    ),
    TableSpec("hospitals", Hospital, _columns(Hospital, "hospitals") + _source_columns("share")),
    TableSpec("budget", BudgetLine, _columns(BudgetLine, "budget"), may_be_empty=True),
    TableSpec(
        "history",
        HistoryRow,
        _columns(HistoryRow, "history", leave_out=("row", "file", "sheet")),
        optional=True,
        may_be_empty=True,
    ),
)

#: Scalar keys of ``district.yaml`` (sheet ``district``). The figures carry a source and a confidence each.
TEXT_KEYS = ("name", "title", "province", "kind", "code", "default_stock", "rules_file")
FIGURE_KEYS = ("minimum_wage", "mean_wage", "uhc_agreement", "aid_payer", "wealth_shares")
SCALARS: dict[str, Column] = {
    name: replace(_column(name, District.model_fields[name], "district"), kind="month")
    if name == "default_stock"
    else _column(name, District.model_fields[name], "district")
    for name in TEXT_KEYS + FIGURE_KEYS
}


def table(name: str) -> TableSpec:
    """The table called ``name``. Raises ``StopIteration`` for an unknown name."""
    return next(spec for spec in TABLES if spec.name == name)
