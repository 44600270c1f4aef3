"""The words of the report: every English id has its Indonesian text, once, with the same fields."""

from __future__ import annotations

import ast
import string
from io import BytesIO
from pathlib import Path

from babel.messages.pofile import read_po

import reports.report

LOCALE = Path(reports.report.__file__).parents[2] / "districts" / "locale"


def message_ids() -> set[str]:
    """The English ids that the sources ask a translator for."""
    found = set()
    for path in Path(reports.report.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            caller = node.func.func if isinstance(node.func, ast.Call) else node.func
            if isinstance(caller, ast.Name) and caller.id in ("_", "translator"):
                found.add(str(node.args[0].value))
    return found


def catalogue(path: Path) -> dict[str, str]:
    return {str(entry.id): str(entry.string) for entry in read_po(BytesIO(path.read_bytes())) if entry.id}


def fields(text: str) -> set[str]:
    return {name for _text, name, _form, _kind in string.Formatter().parse(text) if name is not None}


def test_every_text_is_translated_one_way_and_none_is_left_over() -> None:
    ids, own = message_ids(), catalogue(LOCALE / "report.id.po")
    others = {name: text for path in LOCALE.glob("*.po") if path.name != "report.id.po"
              for name, text in catalogue(path).items()}  # fmt: skip
    assert len(ids) > 120
    assert ids <= set(own) | set(others)
    assert set(own) <= ids
    assert [name for name in own if others.get(name, own[name]) != own[name]] == []
    assert all(own.values())


def test_translations_have_the_same_fields() -> None:
    own = catalogue(LOCALE / "report.id.po")
    assert [message for message, text in own.items() if fields(message) != fields(text)] == []
