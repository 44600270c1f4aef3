"""Reading a district, whatever it is kept in: a folder, a full workbook, a one-sheet workbook or a shipped example."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from districts.assemble import Draft, build, draft, outline
from districts.cells import problem
from districts.faults import Fault, InputError, UserError
from districts.folder import SCALAR_FILE, read_folder
from districts.history import data_faults
from districts.minimal import SHEET, read_minimal
from districts.model import District
from districts.names import nearest
from districts.raw import Place
from districts.sheet_words import sheet_of
from districts.validate import validate
from districts.workbook import SCALAR_SHEET, load_sheets, read_workbook


def shipped_examples() -> tuple[str, ...]:
    """The names of the districts that come with the program."""
    return tuple(sorted(path.name for path in _examples().iterdir() if (path / SCALAR_FILE).is_file()))


def example_folder(name: str) -> Path:
    """The folder of a shipped example. Raises ``UserError`` with the nearest name if there is none called ``name``."""
    known = shipped_examples()
    if name in known:
        return _examples() / name
    if near := nearest(name, known):
        raise UserError(
            "{name} is no folder, no .xlsx file and no shipped example; did you mean {near}?", name=name, near=near
        )
    raise UserError(
        "{name} is no folder, no .xlsx file and no shipped example; the examples are {known}",
        name=name,
        known=", ".join(known),
    )


def _examples() -> Path:
    return Path(str(files("districts"))) / "examples"


def read_district(where: str | Path) -> District:
    """The district kept at ``where``: a folder, an .xlsx workbook (full or one-sheet) or a shipped example's name.

    Raises ``InputError`` with every fault at once if the input cannot be used, ``UserError`` if there is no such
    folder, file or example. Warnings do not stop it; :func:`check_district` returns them.
    """
    district, faults = check_district(where)
    if district is None:
        raise InputError(faults)
    return district


def check_district(where: str | Path) -> tuple[District | None, list[Fault]]:
    """The district (None if there is any error) and all faults, errors first, then warnings.

    Raises ``UserError`` if there is no folder, file or example of this name.
    """
    found, faults = _typed(where)
    if found is not None:
        faults = faults + validate(found)
    faults.sort(key=lambda fault: fault.severity != "error")
    if found is None or any(fault.severity == "error" for fault in faults):
        return None, faults + ([] if found is None else _contradictions(found, faults))
    district = build(found)
    return district, faults + [item.fault for item in data_faults(district)]


def _contradictions(found: Draft, faults: list[Fault]) -> list[Fault]:
    """What contradicts itself in the history of a draft with errors elsewhere, where the history itself has none."""
    history = found.raw.tables.get("history")
    if history is None or any((one.file, one.sheet) == (history.place.file, history.place.sheet) for one in faults):
        return []
    district = outline(found)
    return [] if district is None else [item.fault for item in data_faults(district)]


def _typed(where: str | Path) -> tuple[Draft | None, list[Fault]]:
    path, label = Path(where), str(where).rstrip("/\\") or str(where)
    if path.is_dir():
        return draft(read_folder(path, label))
    if path.suffix.casefold() in (".xlsm", ".xls", ".xlsb", ".xltm"):
        wrong = problem("a workbook of the kind {suffix}", "an .xlsx workbook without macros", suffix=path.suffix)
        return None, [Place(label).fault(wrong)]
    if path.suffix.casefold() == ".xlsx":
        if not path.is_file():
            raise UserError("{name} does not exist", name=label)
        return _typed_workbook(path, label)
    if path.exists():
        raise UserError("{name} is neither a folder nor an .xlsx file", name=label)
    return draft(read_folder(example_folder(label), label))


def _typed_workbook(path: Path, label: str) -> tuple[Draft | None, list[Fault]]:
    """A full workbook has a sheet ``district``; the one-sheet form has a sheet ``Minimal``."""
    sheets, faults = load_sheets(path, label)
    if faults:
        return None, faults
    minimal = next((name for name in sheets if name.casefold() == SHEET.casefold()), None)
    if minimal is not None and sheet_of(SCALAR_SHEET, {name.casefold(): name for name in sheets}) is None:
        return read_minimal(sheets[minimal], path, label)
    return draft(read_workbook(sheets, path, label))
