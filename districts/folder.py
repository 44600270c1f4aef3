"""A district as a folder: ``district.yaml`` and one CSV file for each table. Reading and writing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from districts.cells import problem
from districts.faults import Fault
from districts.names import nearest
from districts.raw import MAX_BYTES, Place, Raw, RawScalar, RawTable, to_table
from districts.tables import FIGURE_KEYS, TABLES

SCALAR_FILE = "district.yaml"


def read_folder(folder: Path, label: str) -> Raw:
    """Everything in ``folder`` as typed. ``label`` is how the user called it, for the faults."""
    raw = Raw(base=folder, scalar_place=Place(f"{label}/{SCALAR_FILE}"))
    present = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    text, faults = _read_text(folder / SCALAR_FILE, raw.scalar_place, present)
    raw.faults += faults
    if text is not None:
        raw.scalars, faults = _read_scalars(text, raw.scalar_place)
        raw.faults += faults
    for spec in TABLES:
        path, place = folder / f"{spec.name}.csv", Place(f"{label}/{spec.name}.csv")
        if spec.optional and not path.exists() and not _misspelt(path.name, present):
            continue
        text, faults = _read_text(path, place, present)
        raw.faults += faults
        if text is not None:
            found, faults = _read_csv(text, place)
            raw.faults += faults
            if found is not None:
                raw.tables[spec.name] = found
    return raw


def read_csv_table(path: Path) -> tuple[RawTable | None, list[Fault]]:
    """The table in a CSV file that is no part of a district's folder, as typed, and the faults of reading it."""
    place = Place(str(path))
    text, faults = _read_text(path, place, ())
    return _read_csv(text, place) if text is not None else (None, faults)


def _misspelt(name: str, present: tuple[str, ...]) -> str | None:
    """A file that is none of ours but is named nearly like ``name``."""
    ours = {SCALAR_FILE, *(f"{spec.name}.csv" for spec in TABLES)}
    strangers = tuple(other for other in present if other not in ours and other.endswith((".csv", ".yaml", ".yml")))
    return nearest(name, strangers)


def _read_text(path: Path, place: Place, present: tuple[str, ...]) -> tuple[str | None, list[Fault]]:
    """The text of a UTF-8 file, or the fault that it is missing, empty, too large or in another encoding."""
    if not path.is_file():
        if near := _misspelt(path.name, present):
            expected = "a file with this name; is {near} meant for it?"
            return None, [place.fault(problem("the file is missing", expected, near=near))]
        return None, [place.fault(problem("the file is missing", "a file with this name"))]
    if path.stat().st_size > MAX_BYTES:
        return None, [
            place.fault(problem("the file is larger than {mb} MB", "a smaller file", mb=MAX_BYTES // 1024**2))
        ]
    content = path.read_bytes()
    if not content.strip():
        return None, [place.fault(problem("the file is empty", "a header row and data rows"))]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        wrong = problem(
            "the byte 0x{byte} is not UTF-8",
            'a file in UTF-8 (in Excel: Save As, "CSV UTF-8")',
            byte=f"{content[error.start]:02X}",
        )
        return None, [place.fault(wrong, row)]


def _read_csv(text: str, place: Place) -> tuple[RawTable | None, list[Fault]]:
    """A CSV table; semicolons instead of commas are understood (Excel with Indonesian settings writes them)."""
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines: list[tuple[object, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines.extend(tuple(line) for line in reader)
    except csv.Error as error:
        wrong = problem("a line that is not CSV ({error})", "cells with quotes around texts", error=error)
        return None, [place.fault(wrong, len(lines) + 1)]
    return to_table(place, lines)


def _read_scalars(text: str, place: Place) -> tuple[dict[str, RawScalar], list[Fault]]:
    """The keys of ``district.yaml``. Figures are maps with value, source and confidence."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        reason = error.problem if isinstance(error, MarkedYAMLError) else str(error)
        wrong = problem("this is not YAML ({reason})", "lines of the form key: value", reason=reason)
        return {}, [place.fault(wrong, mark.line + 1 if mark else None)]
    if not isinstance(data, CommentedMap):
        return {}, [place.fault(problem("no keys", "lines of the form key: value"))]
    scalars, faults = {}, []
    for key, value in data.items():
        row = data.lc.data[key][0] + 1
        name = str(key)
        if name not in FIGURE_KEYS:
            scalars[name] = RawScalar(place, row, name, value)
        elif not isinstance(value, dict) or "value" not in value:
            faults.append(place.fault(problem("a figure without its source", _FIGURE), row, name))
            scalars[name] = RawScalar(place, row, name, value, "-", "low")
        else:
            for part in value:
                if part not in ("value", "source", "confidence", "note"):
                    faults.append(place.fault(problem('the key "{key}"', _FIGURE, key=part), row, name))
            scalars[name] = RawScalar(place, row, name, value["value"], value.get("source"), value.get("confidence"))
    return scalars, faults


_FIGURE = "the keys value, source and confidence (and note)"
