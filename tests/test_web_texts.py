"""The words of the page: every English id, of the code and of the templates, has its Indonesian text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from jinja2.ext import extract_from_ast
from texts import catalogues, fields

import cli.web
import web
from districts.text import translator
from web.downloads import EXPORTS, OF
from web.site import environment
from web.words import CHOICES

PACKAGE = Path(web.__file__).parent
_CALLS = ("_", "translator", "UserError", "NoRun")


def ids_of_code() -> set[str]:
    """The ids that the sources ask for, and those kept in tables."""
    found = {
        *CHOICES.values(),
        *(text for kind in (*sum(OF.values(), ()), *EXPORTS.values()) for text in (kind.name, kind.about)),
    }
    for path in [*PACKAGE.glob("*.py"), Path(cli.web.__file__)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                caller = node.func.func if isinstance(node.func, ast.Call) else node.func
                if isinstance(caller, ast.Name) and caller.id in _CALLS and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
            elif isinstance(node, ast.keyword) and node.arg == "message" and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found - {""}


def ids_of_templates() -> set[str]:
    """The ids that the templates ask for."""
    found = set()
    for path in (PACKAGE / "templates").glob("*.html"):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        for _line, _name, message in extract_from_ast(tree, ("_",)):
            if isinstance(message, str):
                found.add(message)
    return found


IDS = sorted(ids_of_code() | ids_of_templates())


def test_no_text_is_left_over() -> None:
    assert len(IDS) > 150
    assert {*catalogues()["web"], *catalogues()["web_more"]} <= set(IDS)


@pytest.mark.parametrize("message", IDS)
def test_every_id_has_an_indonesian_text_with_the_same_fields(message: str) -> None:
    assert any(message in told for told in catalogues().values())
    assert fields(translator("id")(message)) == fields(message)
