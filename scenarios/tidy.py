"""The tidy table of a run, streamed unit by unit: ``scenario, replicate, month, level, place, indicator, value``."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from districts.faults import UserError
from districts.names import suggested
from scenarios.store import LEVELS, RunStore
from sim.indicators import CATALOGUE, SEGMENTS, Level

COLUMNS = ("scenario", "replicate", "month", "level", "place", "indicator", "value")
if TYPE_CHECKING:
    import pandas

Row = tuple[str, int, str, str, str, str, float]


@dataclass(frozen=True)
class Choice:
    """Which part of a run is exported: scenarios, levels, and indicators (None: all)."""

    scenarios: tuple[str, ...]
    levels: tuple[Level, ...]
    indicators: frozenset[str] | None

    @classmethod
    def of(
        cls, store: RunStore, scenarios: list[str] | None, levels: list[str] | None, indicators: list[str] | None
    ) -> Choice:
        """The choice, checked against the run. Raises ``UserError`` with the nearest known name, where there is one."""
        known = sorted({indicator.key for level in LEVELS for indicator in CATALOGUE[level]})
        checks: list[tuple[list[str] | None, list[str]]] = [
            (scenarios, store.scenarios),
            (levels, list(LEVELS)),
            (indicators, known),
        ]
        for asked, names in checks:
            for name in asked or []:
                if name not in names:
                    message, more = suggested(name, names, "{name} is not in the run; nearest known: {near}",
                                              "{name} is not in the run")  # fmt: skip
                    raise UserError(message, name=name, **more)
        return cls(
            tuple(scenarios or store.scenarios),
            tuple(level for level in LEVELS if not levels or level in levels),
            frozenset(indicators) if indicators else None,
        )


def rows(store: RunStore, choice: Choice) -> Iterator[list[Row]]:
    """The rows of one unit after the other: scenarios in their order, replicates ascending, then level, month, place.

    ``place`` is "district", a facility's or hospital's name or a segment's key; values as in
    :class:`sim.results.Results`.
    """
    for scenario in choice.scenarios:
        for replicate in store.replicates(scenario):
            yield unit_rows(store, choice, scenario, replicate)


def unit_rows(store: RunStore, choice: Choice, scenario: str, replicate: int) -> list[Row]:
    """The rows of one unit, as :func:`rows` gives them. Raises ``UserError`` when it is not stored or damaged."""
    places = {"district": ("district",), "facility": store.facilities, "segment": SEGMENTS, "hospital": store.hospitals}
    unit = store.results(scenario, replicate)
    found: list[Row] = []
    for level in choice.levels:
        wanted = [
            (column, indicator.key)
            for column, indicator in enumerate(CATALOGUE[level])
            if choice.indicators is None or indicator.key in choice.indicators
        ]
        table = unit.table(level).reshape(len(unit.months), len(places[level]), -1)
        for month, by_place in zip(unit.months, table.tolist(), strict=True):
            for place, values in zip(places[level], by_place, strict=True):
                found += [(scenario, replicate, month, level, place, key, values[column]) for column, key in wanted]
    return found


def frame(store: RunStore, choice: Choice) -> pandas.DataFrame:
    """The tidy table as a pandas frame with the columns :data:`COLUMNS`; words are categories.

    Everything chosen is held in memory: choose scenarios, levels or indicators for a large run.
    """
    import pandas

    units = [pandas.DataFrame(unit, columns=list(COLUMNS)) for unit in rows(store, choice)]
    table = pandas.concat(units, ignore_index=True) if units else pandas.DataFrame(columns=list(COLUMNS))
    words = ["scenario", "month", "level", "place", "indicator"]
    return table.astype(dict.fromkeys(words, "category"))


def write_csv(store: RunStore, choice: Choice, stream: IO[str]) -> None:
    """Writes the table as CSV with a header line; whole numbers without a decimal point, NaN as an empty cell."""
    csv.writer(stream, lineterminator="\n").writerow(COLUMNS)
    for unit in rows(store, choice):
        write_unit(unit, stream)


def write_unit(unit: list[Row], stream: IO[str]) -> None:
    """Writes the rows of one unit as lines of CSV."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows((*row[:4], _safe(row[4]), row[5], _written(row[6])) for row in unit)


def write_parquet(store: RunStore, choice: Choice, path: Path) -> None:
    """Writes the table as Parquet, one row group per unit. Raises ``UserError`` when pyarrow is not installed."""
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise UserError('Parquet needs the package pyarrow: pip install "prakira[parquet]"') from error
    word = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types: list[Any] = [word, pyarrow.int32(), word, word, word, word, pyarrow.float64()]
    schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
    with parquet.ParquetWriter(path, schema) as writer:
        for unit in rows(store, choice):
            columns = list(zip(*unit, strict=True)) or [()] * len(COLUMNS)
            arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, types, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def write_file(store: RunStore, choice: Choice, path: Path) -> None:
    """Writes ``path`` (.csv or .parquet) whole or not at all. Raises ``UserError`` for another ending."""
    writers: dict[str, Callable[[Path], None]] = {
        ".csv": lambda half: _csv_file(store, choice, half),
        ".parquet": lambda half: write_parquet(store, choice, half),
    }
    if path.suffix.lower() not in writers:
        raise UserError("{file}: the ending must be .csv or .parquet", file=path)
    if not path.parent.is_dir():
        raise UserError("{file}: there is no folder {folder}", file=path, folder=path.parent)
    half = path.with_name(f"{path.name}.half")
    try:
        writers[path.suffix.lower()](half)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _csv_file(store: RunStore, choice: Choice, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv(store, choice, stream)


def _written(value: float) -> int | float | str:
    if value != value:
        return ""
    return int(value) if value.is_integer() else value


def _safe(text: str) -> str:
    """A name that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
