"""The rules of the house, read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Lower layers first; a package imports itself and what stands before it. calibration may use scenarios.
LAYERS = ("districts", "sim", "scenarios", "calibration", "reports", "web", "cli")
SOURCES = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    assert not _imports(path) & above


def test_only_one_module_draws() -> None:
    forbidden = re.compile(r"np\.random\.|numpy\.random|import random\b|from random\b|default_rng")
    guilty = [path for path in SOURCES if forbidden.search(path.read_text(encoding="utf-8"))]
    assert guilty == [ROOT / "sim" / "random.py"]


def test_public_functions_and_classes_say_what_they_are() -> None:
    missing = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name != "__init__.py" and not ast.get_docstring(tree):
            missing.append(str(path))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    missing.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert missing == []


def test_files_stay_short() -> None:
    long = [str(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_nothing_unfinished_is_left() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|raise NotImplemented)")
    assert [str(path) for path in SOURCES if words.search(path.read_text(encoding="utf-8"))] == []


def test_every_dependency_has_its_line() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    for requirement in wanted:
        assert ">=" in requirement, requirement
        assert f"`{requirement.split('>=')[0].lower()}`" in text, requirement


def test_every_test_file_is_collected() -> None:
    names = {path.name for path in (ROOT / "tests").glob("*.py")}
    helpers = {"__init__.py", "chance.py", "command.py", "engine.py", "fake_engine.py", "people.py", "conftest.py",
               "programs.py", "rkpd_engine.py", "rkpd_example.py", "texts.py"}  # fmt: skip
    assert all(name.startswith("test_") for name in names - helpers)


def test_every_data_file_is_installed() -> None:
    """Files beside the code are declared as package data, so that an installed copy has them too."""
    import tomllib
    from fnmatch import fnmatch

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*"):
            if path.is_dir() or path.suffix in (".py", ".pyc", ".nbi", ".nbc"):
                continue
            inside = path.relative_to(ROOT)
            packages = [p for p in inside.parents if (ROOT / p / "__init__.py").exists()]
            patterns = [
                (package, pattern)
                for package in packages
                for name in ("*", ".".join(package.parts))
                for pattern in declared.get(name, [])
            ]
            matched = any(fnmatch(str(inside.relative_to(package)), pattern) for package, pattern in patterns)
            assert matched, inside


def test_help_is_quick_to_import() -> None:
    """The command line imports no heavy library before a command runs."""
    heavy = ("numpy", "pandas", "numba", "matplotlib", "babel", "statsmodels")
    code = f"import sys, cli.app; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "[]"
