"""What may be taken home from a run: its files with their sizes, the charts as one archive, the export as CSV."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scenarios.store import RunStore
from scenarios.tidy import COLUMNS, Choice, unit_rows, write_unit
from sim.indicators import Level

CHARTS_ZIP = "charts.zip"
_HTML, _SHEET = "text/html; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JSON = "application/json"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Kind:
    """A file of a run: its name in the folder, what it is and what it is for (message ids), its type in the browser."""

    file: str
    name: str
    about: str
    media: str


OF_CHARTS = Kind(CHARTS_ZIP, "Charts", "PNG and SVG", "application/zip")
KINDS: tuple[Kind, ...] = (
    Kind("report.html", "Report", "to read in the browser and print on A4", _HTML),
    Kind("report.docx", "Word report", "to edit for the office's own review", _WORD),
    Kind("tables.xlsx", "Workbook", "all tables, with formulas", _SHEET),
    OF_CHARTS,
)
_CSV = "text/csv; charset=utf-8"
#: Exports by their level; they are made while they are sent.
EXPORTS: dict[Level, Kind] = {
    "district": Kind("export.csv", "Data", "every figure of the district by replicate and month", _CSV),
    "facility": Kind("export-facility.csv", "Data of each facility", "every figure by replicate and month", _CSV),
}
OF_BRANCH: tuple[Kind, ...] = (
    Kind("cabang.xlsx", "Branch workbook", "every facility, hospital and month, the cash call", _SHEET),
    Kind("cabang.html", "Branch page", "to read in the browser and print on A4", _HTML),
    Kind("branch.json", "Branch data", "read by the next run of this branch to tell its error", _JSON),
)
OF_PROPOSAL: tuple[Kind, ...] = (
    Kind("rka.xlsx", "RKPD and RKA", "the RKPD row, the spending in detail, the cash plan", _SHEET),
    Kind("usulan.html", "Forms to print", "the same forms, to be printed across A4", _HTML),
    Kind("nota.html", "Note of one page", "for the meetings of TAPD and DPRD", _HTML),
    Kind("proposal.json", "Proposal data", "every figure of the proposal", _JSON),
)
#: The files of a job by its kind; a run has its export as well.
OF: dict[str, tuple[Kind, ...]] = {"run": KINDS, "branch": OF_BRANCH, "rkpd": OF_PROPOSAL}


@dataclass(frozen=True)
class Download:
    """A file that is there, and its size in bytes; ``about`` a guess where it is made while it is sent."""

    kind: Kind
    size: int
    guessed: bool = False


def downloads(folder: Path) -> list[Download]:
    """The files of the run that are there, in the order in which they are offered."""
    found = present(folder, KINDS)
    if not (folder / CHARTS_ZIP).is_file() and (charts := _charts(folder)):  # packed when asked for
        found.append(Download(OF_CHARTS, sum(path.stat().st_size for path in charts), guessed=True))
    return [*found, *(Download(kind, export_size(folder, level), guessed=True) for level, kind in EXPORTS.items())]


def present(folder: Path, kinds: Sequence[Kind]) -> list[Download]:
    """Those of ``kinds`` that are in the folder."""
    return [Download(kind, (folder / kind.file).stat().st_size) for kind in kinds if (folder / kind.file).is_file()]


def file_of(folder: Path, name: str, kinds: Sequence[Kind] = KINDS) -> tuple[Path, Kind] | None:
    """The file of this name, None where the folder has none or it is none of ``kinds``, which are offered."""
    kind = next((kind for kind in kinds if kind.file == name), None)
    if kind is None or not (folder / name).is_file() or (folder / name).is_symlink():
        return None
    return folder / name, kind


def pack_charts(folder: Path) -> None:
    """Write the archive of all charts, whole or not at all. Raises ``OSError``, as on a full disk."""
    half = folder / f".{CHARTS_ZIP}.half"
    try:
        half.write_bytes(packed_charts(folder))
        os.replace(half, folder / CHARTS_ZIP)
    finally:
        half.unlink(missing_ok=True)


def packed_charts(folder: Path) -> bytes:
    """The archive of all charts of the run; empty where it has none."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _charts(folder):
            archive.write(path, path.name)
    return kept.getvalue()


def _charts(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "charts").glob("*.*") if path.is_file() and not path.is_symlink())


def export_size(folder: Path, level: Level) -> int:
    """About how many bytes the export is: those of one unit, times the units. 0 where nothing is stored."""
    with RunStore.open(folder) as store:
        units = {name: store.replicates(name) for name in store.scenarios}
    first = next(((name, numbers[0]) for name, numbers in units.items() if numbers), None)
    return 0 if first is None else _unit_size(folder, level, *first) * sum(map(len, units.values()))


@lru_cache(maxsize=64)
def _unit_size(folder: Path, level: Level, scenario: str, replicate: int) -> int:
    with RunStore.open(folder) as store:
        text = io.StringIO()
        write_unit(unit_rows(store, Choice((scenario,), (level,), None), scenario, replicate), text)
    return len(text.getvalue().encode())


def export(folder: Path, level: Level) -> Iterator[bytes]:
    """The export as it is sent, unit by unit: what ``prakira export --level LEVEL`` writes.

    Each step opens the store for itself, since the steps may run in different threads.
    """
    yield (",".join(COLUMNS) + "\n").encode()
    with RunStore.open(folder) as store:
        units = [(name, replicate) for name in store.scenarios for replicate in store.replicates(name)]
    for name, replicate in units:
        text = io.StringIO()
        with RunStore.open(folder) as store:
            write_unit(unit_rows(store, Choice((name,), (level,), None), name, replicate), text)
        yield text.getvalue().encode()
