"""Writing a district: as rows of the input tables, and as a folder that reads back to the same district."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from districts.faults import UserError
from districts.folder import SCALAR_FILE
from districts.inventory import PARTED, Figure, figures_of
from districts.model import District, SegmentRow
from districts.tables import FIGURE_KEYS, SCALARS, TABLES


def table_rows(district: District) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table, by table name; cells as Python values, None for empty."""
    figures = figures_of(district)
    rows: dict[str, list[dict[str, Any]]] = {
        "age_sex": [row.model_dump() for row in district.age_sex],
        "households": [row.model_dump() for row in district.household_sizes],
        "stocks": [],
        "segments": [],
        "facilities": [row.model_dump() for row in district.facilities],
        "hospitals": [
            row.model_dump() | _origin(figures.get("hospitals.share"), "share") for row in district.hospitals
        ],
        "budget": [row.model_dump() for row in district.budget],
        "history": [row.model_dump() for row in district.history],
    }
    funds = figures.get("budget.funds")
    for line in rows["budget"]:
        if funds and funds.confidence == "assumed" and line["fund"] == "pad_dau":
            line["fund"] = None  # left empty: that is how a reader knows that nobody stated it
    for stock in district.stocks:
        own = figures if stock.month == district.default_stock else {}
        arrears = own.get("arrears_rupiah") if stock.arrears_rupiah is not None else None
        rows["stocks"].append(
            stock.model_dump(exclude={"segments"})
            | _origin(arrears, "arrears")
            | _origin(own.get("ghost_share"), "ghost")
        )
        rows["segments"] += [
            {"stock": stock.month}
            | row.model_dump(exclude={"split_assumed"})
            | _origin(_split(row, own), "split")
            | _origin(own.get(f"segments.{row.segment}.{PARTED.get(row.segment)}"), "payer")
            for row in stock.segments
        ]
    return rows


def _split(row: SegmentRow, figures: Mapping[str, Figure]) -> Figure | None:
    """The origin of the split into active, in arrears and lapsed, where it is not simply that of the row."""
    known = figures.get(f"segments.{row.segment}.split")
    if known is not None and (known.confidence == "assumed") == row.split_assumed:
        return known
    if row.split_assumed == (row.confidence == "assumed"):
        return None
    return Figure(row.source, "assumed" if row.split_assumed else "low")


def _origin(figure: Figure | None, prefix: str) -> dict[str, str | None]:
    return {
        f"{prefix}_source": figure.source if figure else None,
        f"{prefix}_confidence": figure.confidence if figure else None,
    }


def scalar_rows(district: District) -> list[dict[str, Any]]:
    """The scalars as rows with key, value, source, confidence and note (texts and switches without a source)."""
    figures = figures_of(district)
    rows = []
    for key in SCALARS:
        value = getattr(district, key)
        if value is None:
            continue
        figure = figures.get(key) if key in FIGURE_KEYS else None
        rows.append(
            {
                "key": key,
                "value": value,
                "source": figure.source if figure else None,
                "confidence": figure.confidence if figure else None,
                "note": None,
            }
        )
    return rows


def cell_text(value: Any) -> str:
    """A cell as text: ``yes``/``no`` for switches, lists separated by semicolons, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ";".join(cell_text(part) for part in value)
    return repr(value) if isinstance(value, float) else str(value)


def write_folder(district: District, folder: Path) -> None:
    """Write ``district`` as a folder of ``district.yaml`` and CSV files; see :func:`fill_new_folder` for errors."""
    fill_new_folder(folder, lambda inside: write_files(district, inside))


def write_files(district: District, folder: Path) -> None:
    """Write the files of a district into an existing folder."""
    from ruamel.yaml import YAML

    scalars: dict[str, Any] = {}
    for row in scalar_rows(district):
        value = list(row["value"]) if isinstance(row["value"], tuple) else row["value"]
        figure = {"value": value, "source": row["source"] or "not stated", "confidence": row["confidence"] or "assumed"}
        scalars[row["key"]] = figure if row["key"] in FIGURE_KEYS else value
    yaml = YAML(typ="rt")
    yaml.width = 1_000_000  # one line for each figure, so that a fault's row is the row people see
    with (folder / SCALAR_FILE).open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(scalars, file)
    rows = table_rows(district)
    for spec in TABLES:
        with (folder / f"{spec.name}.csv").open("w", encoding="utf-8", newline="") as table_file:
            writer = csv.writer(table_file, lineterminator="\n")
            writer.writerow(column.name for column in spec.columns)
            for line in rows[spec.name]:
                writer.writerow(cell_text(line[column.name]) for column in spec.columns)


def fill_new_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Create ``folder`` with what ``fill`` writes into it, all or nothing (written beside it, then renamed).

    Raises ``UserError`` if ``folder`` is a file or holds anything, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError("{folder} exists and is not empty; choose another name or empty it", folder=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise UserError("{folder} cannot be written ({error})", folder=folder, error=error.strerror) from error
    try:
        fill(beside)
        beside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
