"""What the shell offers while a command is typed: districts, scenarios, levers, runs, rules.

Each function gets the word typed so far and returns the whole words it may become; a word that none of them knows is
left to the shell, which offers files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

Completer = Callable[[str], list[str]]


def districts(incomplete: str) -> list[str]:
    """Shipped examples, and folders and workbooks that may be a district."""
    shipped = (found.name for found in files("districts").joinpath("examples").iterdir() if found.is_dir())
    own = _beside(incomplete, lambda path: (path / "district.yaml").is_file() or path.suffix == ".xlsx")
    return _begins(incomplete, [*shipped, *own])


def scenarios(incomplete: str) -> list[str]:
    """Scenarios of the library, and scenario files."""
    library = (found.name for found in files("scenarios").joinpath("library").iterdir())
    names = (name.removesuffix(".yaml") for name in library if name.endswith(".yaml"))
    return _begins(incomplete, [*names, *_beside(incomplete, lambda path: path.suffix in (".yaml", ".yml"))])


def levers(incomplete: str) -> list[str]:
    """Kinds of levers."""
    from scenarios.levers import LEVERS

    return _begins(incomplete, LEVERS)


def lever_numbers(incomplete: str) -> list[str]:
    """LEVER.FIELD= of the levers' numbers."""
    from scenarios.levers import LEVERS
    from scenarios.schedules import is_number

    return _begins(incomplete, [f"{kind}.{name}=" for kind, lever in LEVERS.items()
                          for name, field in lever.model_fields.items() if is_number(field)])  # fmt: skip


def runs(incomplete: str) -> list[str]:
    """Folders that hold a run: those in ``outputs``, districts of a branch among them, and where the word leads to."""
    outputs = Path("outputs")
    kept = [found.parent.as_posix() for depth in ("*", "*/*") for found in outputs.glob(f"{depth}/results.sqlite")]
    return _begins(incomplete, [*kept, *_beside(incomplete, lambda path: (path / "results.sqlite").is_file())])


def runs_and_districts(incomplete: str) -> list[str]:
    """Both."""
    return [*runs(incomplete), *districts(incomplete)]


def rule_keys(incomplete: str) -> list[str]:
    """Names of rules."""
    from sim.rules import load_rules

    return _begins(incomplete, load_rules().keys())


def words(*known: str) -> Completer:
    """A completer of fixed words."""
    return lambda incomplete: _begins(incomplete, known)


def _begins(incomplete: str, known: Iterable[str]) -> list[str]:
    return sorted({name for name in known if name.startswith(incomplete)})


def _beside(incomplete: str, fits: Callable[[Path], bool]) -> list[str]:
    """The files and folders that fit, in the folder that ``incomplete`` leads to."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    try:
        return [f"{folder}{path.name}" for path in Path(folder or ".").iterdir() if fits(path)]
    except OSError:
        return []


#: The district that a command is about.
District = Annotated[
    str, typer.Argument(help="A folder, an .xlsx file or the name of a shipped example.", autocompletion=districts)
]
