"""Every text that the input side shows has an Indonesian translation with the same placeholders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from texts import fields

import cli.district
import cli.staffing
import districts
import sim
from districts import defaults, fill, inventory, template
from districts.minimal import FACILITY_LABELS, ITEMS
from districts.tables import SCALARS, TABLES

PACKAGE = Path(districts.__file__).parent
CATALOGUE = PACKAGE / "locale" / "input.id.po"
SOURCES = [
    *(PACKAGE / name for name in ("cells.py", "raw.py", "folder.py", "workbook.py", "assemble.py", "validate.py")),
    *(PACKAGE / name for name in ("history_faults.py", "history_members.py", "history_care.py")),
    *(PACKAGE / name for name in ("minimal.py", "read.py", "write.py", "template.py")),
    *(Path(sim.__file__).parent / "people" / name for name in ("margins.py", "cells.py")),
    Path(cli.district.__file__),
    Path(cli.staffing.__file__),
]
_CALLS = {"problem": 2, "UserError": 1, "_": 1, "_text": 1}
_NAMES = ("expected", "found", "EXPECTED_INTEGER", "EXPECTED_NUMBER", "EXPECTED_MONTH", "EXPECTED_PERIOD",
          "EXPECTED_SHARES", "_FIGURE")  # fmt: skip


def _strings(node: ast.AST) -> Iterator[str]:
    """String constants of an expression, both branches of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _strings(value)


def message_ids() -> set[str]:
    """All message ids of the input side: written in calls, or kept in the tables of texts."""
    ids: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "")
                for argument in node.args[: _CALLS.get(name, 0)]:
                    ids.update(_strings(argument))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in _NAMES:
                ids.update(_strings(node.value))
            elif isinstance(node, ast.FunctionDef) and node.name == "_expected":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Dict):
                        ids.update(_strings(inner))
    ids |= {column.help for spec in TABLES for column in spec.columns} | {column.help for column in SCALARS.values()}
    ids |= {item.label for item in ITEMS} | {item.column.help for item in ITEMS} | set(FACILITY_LABELS.values())
    ids |= set(template._STEPS) | set(template._KINDS.values()) | {"Input", "Value", "Explanation"}
    ids |= {"Indicator", "Given for", "Unit", "Stock or flow"}
    ids |= {"Sheet", "Column", "Required", "Allowed", "Meaning", "Errors ({count}):", "Warnings ({count}):"}
    ids |= {
        "the number {value}",
        "the negative number {value}",
        "a text, such as {example}",
        inventory.NOT_GIVEN.source,
    }
    # Sources that `prakira check` shows for what the one-sheet template leaves out; staff is told by facility.
    own = {value.source for value in vars(defaults).values() if isinstance(value, defaults.Default)}
    ids |= own - {defaults.HOURS_PER_WEEK.source, defaults.DRUGS_PER_MEMBER.source, defaults.OTHER_STAFF.source}
    ids |= {inventory._BY_NOTE.source, "beds unknown", "not stated", fill.SOURCE}
    return ids - {""}


@cache
def _catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="id")


def test_the_search_for_texts_finds_them() -> None:
    assert {"the file is missing", "yes or no", "not met", "Midwives, heads."} <= message_ids()


@pytest.mark.parametrize("message", sorted(message_ids()))
def test_every_text_is_translated_with_itsfields(message: str) -> None:
    entry = _catalogue().get(message)
    assert entry is not None, f"missing in {CATALOGUE.name}: {message}"
    assert entry.string, message
    assert not entry.fuzzy
    assert fields(str(entry.string)) == fields(message)


def test_the_catalogue_holds_nothing_unused() -> None:
    assert {message.id for message in _catalogue() if message.id} <= message_ids()
