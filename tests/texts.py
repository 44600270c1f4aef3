"""The words that people see, for tests: what sources ask a translator for, and what the catalogues hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent.parent / "districts" / "locale"
#: Functions that are given an English text, and how many of their first arguments are texts.
CALLS: Mapping[str, int] = {"_": 1, "translator": 1}


def asked_in(paths: Iterable[Path], calls: Mapping[str, int] = CALLS) -> set[str]:
    """The English texts that sources give to ``calls``; ``translator(lang)("...")`` counts as ``translator``."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                caller = node.func.func if isinstance(node.func, ast.Call) else node.func
                for argument in node.args[: calls.get(getattr(caller, "id", ""), 0)]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        found.add(argument.value)
    return found


@cache
def catalogues() -> dict[str, dict[str, str]]:
    """The Indonesian of every English text, by catalogue: ``catalogues()["report"]``."""
    return {path.name.removesuffix(".id.po"): {str(entry.id): str(entry.string)
                                               for entry in read_po(BytesIO(path.read_bytes())) if entry.id}
            for path in LOCALE.glob("*.id.po")}  # fmt: skip


def fields(text: str) -> set[str]:
    """What is put into a text: its names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def told_once_in(name: str, asked: set[str]) -> None:
    """Every text asked for is told in Indonesian with the same fields; the catalogue ``name`` holds none that another
    has or that nobody asks for."""
    own = catalogues()[name]
    elsewhere = {message for other, told in catalogues().items() if other != name for message, text in told.items()
                 if text}  # fmt: skip
    assert set(own) == asked - elsewhere
    assert all(own.values())
    assert [message for message, text in own.items() if fields(message) != fields(text)] == []
