"""The store of a run: one SQLite file with one blob per unit (scenario × replicate), and ``manifest.json`` beside it.

Probes (:mod:`scenarios.blocks`) stand in a table of their own: they are no scenarios.

The parent process writes, one commit per unit; whatever happens, a unit is stored whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.months import span
from sim.indicators import INDEX, Level
from sim.results import Results

FILE = "results.sqlite"
#: Copy of the district's own rules in the folder of a run, where it has any.
RULES = "rules.yaml"
MANIFEST = "manifest.json"
#: Locked by the process that computes the run; the lock goes with the process.
_AT_WORK = ".at-work"
FORMAT = 3
LEVELS: tuple[Level, ...] = ("district", "facility", "segment", "hospital")

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE units (
    scenario TEXT NOT NULL, replicate INTEGER NOT NULL, blob BLOB NOT NULL, sha256 TEXT NOT NULL,
    seconds REAL NOT NULL, PRIMARY KEY (scenario, replicate)
);
"""
#: Probes are no units of a scenario: of each the two figures whose variance is told, rupiah. Made where it is missing,
#: so that a run of before can be read and get its probes.
_PROBES = """
CREATE TABLE IF NOT EXISTS probes (
    block TEXT NOT NULL, replicate INTEGER NOT NULL, need REAL NOT NULL, capitation REAL NOT NULL,
    PRIMARY KEY (block, replicate)
)
"""

FloatArray = NDArray[np.float64]


def is_at_work(folder: Path) -> bool:
    """Whether a process holds the run in ``folder``; one that was killed holds nothing."""
    path = folder / _AT_WORK
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0)) as held:
            held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return False


class RunStore:
    """A run's results on disk. Make one with :meth:`create` or :meth:`open`, never directly."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, manifest: dict[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest
        self._connection = connection
        self._held: sqlite3.Connection | None = None
        self._tables: dict[tuple[str, Level], FloatArray] = {}

    @classmethod
    def create(cls, folder: Path, manifest: Mapping[str, Any]) -> RunStore:
        """A new, empty store in ``folder`` (made if need be).

        ``manifest`` needs at least ``start`` ("YYYY-MM"), ``months`` (number), ``facilities`` and ``hospitals`` (names)
        and ``scenarios`` (a list with a ``name`` each). Raises ``UserError`` when the folder already holds a run.
        """
        folder = Path(folder)
        if (folder / FILE).exists():
            raise UserError("{folder} already holds a run", folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        # made under another name first: a store that exists always has its tables and its manifest
        half = folder / f"{FILE}.half"
        half.unlink(missing_ok=True)
        connection = sqlite3.connect(half)
        connection.executescript(_SCHEMA)
        with connection:
            connection.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
            connection.execute("INSERT INTO meta VALUES ('manifest', ?)", (json.dumps(manifest),))
        connection.close()
        os.replace(half, folder / FILE)
        store = cls.open(folder)
        store._write_manifest()
        return store

    @classmethod
    def open(cls, folder: Path) -> RunStore:
        """The store in ``folder``. Raises ``UserError`` when there is none, or none this program can read."""
        folder = Path(folder)
        path = folder / FILE
        if not path.is_file():
            raise UserError("{folder} holds no run ({file} is missing)", folder=folder, file=FILE)
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT scenario, replicate, sha256, seconds FROM units LIMIT 1")
            connection.execute(_PROBES)
            meta = dict(connection.execute("SELECT key, json FROM meta"))
            version, manifest = json.loads(meta["format"]), json.loads(meta["manifest"])
        except (sqlite3.DatabaseError, KeyError, ValueError) as error:
            connection.close()
            raise UserError("{path} is damaged or not a run of this program", path=path) from error
        if version != FORMAT:
            connection.close()
            raise UserError("{path} has format {found}; this program reads format {known}",
                            path=path, found=version, known=FORMAT)  # fmt: skip
        return cls(folder, connection, manifest)

    def close(self) -> None:
        """Closes the file. The store cannot be used afterwards."""
        self._connection.close()
        self.release()

    def hold(self) -> None:
        """Says to others, until the store is closed or the process ends, that its run is under way (see
        :func:`is_at_work`). Raises ``UserError`` where another process holds it."""
        held = sqlite3.connect(self.folder / _AT_WORK, timeout=2)
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            held.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise UserError("{folder} is being computed by another process", folder=self.folder) from error
        self._held = held

    def release(self) -> None:
        """Says that this process computes the run no more."""
        if self._held is not None:
            self._held.close()
            self._held = None
            with suppress(OSError):  # somebody is just looking whether it is held
                (self.folder / _AT_WORK).unlink()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """All that is read within is of one moment, though another process stores units meanwhile; this one may not."""
        self._tables = {}
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT 1 FROM units LIMIT 1")  # the moment is that of the first read
        try:
            yield
        finally:
            self._connection.rollback()

    # -- what the run is ---------------------------------------------------------------------------------------
    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, in the order in which they were asked for."""
        return [scenario["name"] for scenario in self.manifest["scenarios"]]

    @property
    def months(self) -> tuple[str, ...]:
        """The reported months, "YYYY-MM"."""
        return span(self.manifest["start"], self.manifest["months"])

    @property
    def facilities(self) -> tuple[str, ...]:
        """Names of the facilities, in the order of the facility tables."""
        return tuple(self.manifest["facilities"])

    @property
    def hospitals(self) -> tuple[str, ...]:
        """Names of the hospitals, in the order of the hospital tables."""
        return tuple(self.manifest["hospitals"])

    def update(self, **entries: Any) -> None:
        """Sets entries of the manifest, in the store and in ``manifest.json``."""
        self.manifest.update(entries)
        with self._connection:
            self._connection.execute("UPDATE meta SET json = ? WHERE key = 'manifest'", (json.dumps(self.manifest),))
        self._write_manifest()

    def _write_manifest(self) -> None:
        half = self.folder / f"{MANIFEST}.half"
        half.write_text(json.dumps(self.manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(half, self.folder / MANIFEST)

    # -- units -------------------------------------------------------------------------------------------------
    def done(self) -> set[tuple[str, int]]:
        """The units that are stored, as (scenario, replicate)."""
        return set(self._connection.execute("SELECT scenario, replicate FROM units"))

    def save(self, scenario: str, replicate: int, results: Results, seconds: float) -> None:
        """Stores one unit in one commit. ``seconds`` is what it took to compute."""
        blob = results.to_bytes()
        row = (scenario, replicate, blob, hashlib.sha256(blob).hexdigest(), seconds)
        with self._connection:
            self._connection.execute("INSERT INTO units VALUES (?, ?, ?, ?, ?)", row)
        self._tables = {key: table for key, table in self._tables.items() if key[0] != scenario}

    def drop(self, scenario: str) -> None:
        """Removes the units of ``scenario``, in one commit."""
        with self._connection:
            self._connection.execute("DELETE FROM units WHERE scenario = ?", (scenario,))
        self._tables = {key: table for key, table in self._tables.items() if key[0] != scenario}

    def copy(self, other: RunStore, scenario: str) -> None:
        """Copies the units of ``scenario`` from ``other`` that are not here yet, as they are stored, in one commit."""
        query = "SELECT scenario, replicate, blob, sha256, seconds FROM units WHERE scenario = ?"
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO units VALUES (?, ?, ?, ?, ?)",
                                         other._connection.execute(query, (scenario,)))  # fmt: skip

    def replicates(self, scenario: str) -> list[int]:
        """Numbers of the stored replicates of ``scenario``, ascending. Raises ``UserError`` for an unknown one."""
        if scenario not in self.scenarios:
            raise UserError("the run has no scenario {name}; it has {known}",
                            name=scenario, known=", ".join(self.scenarios))  # fmt: skip
        query = "SELECT replicate FROM units WHERE scenario = ? ORDER BY replicate"
        return [row[0] for row in self._connection.execute(query, (scenario,))]

    def results(self, scenario: str, replicate: int) -> Results:
        """One unit. Raises ``UserError`` when it is not stored, or its blob is not the one that was stored."""
        query = "SELECT blob, sha256 FROM units WHERE scenario = ? AND replicate = ?"
        try:
            row = self._connection.execute(query, (scenario, replicate)).fetchone()
            if row is None:
                raise UserError("replicate {replicate} of scenario {name} is not in the run",
                                replicate=replicate, name=scenario)  # fmt: skip
            if hashlib.sha256(row[0]).hexdigest() != row[1]:
                raise ValueError("checksum")
            return Results.from_bytes(row[0])
        except (sqlite3.DatabaseError, ValueError) as error:
            raise UserError("replicate {replicate} of scenario {name} is damaged in {path}",
                            replicate=replicate, name=scenario, path=self.folder / FILE) from error  # fmt: skip

    # -- probes ------------------------------------------------------------------------------------------------
    def probes(self) -> dict[tuple[str, int], tuple[float, float]]:
        """Need and capitation (rupiah) of the probes that are stored, by (block, replicate)."""
        rows = self._connection.execute("SELECT block, replicate, need, capitation FROM probes")
        return {(block, replicate): (need, capitation) for block, replicate, need, capitation in rows}

    def save_probe(self, block: str, replicate: int, need: float, capitation: float) -> None:
        """Stores one probe in one commit."""
        with self._connection:
            self._connection.execute("INSERT INTO probes VALUES (?, ?, ?, ?)", (block, replicate, need, capitation))

    def drop_probes(self) -> None:
        """Removes all probes, in one commit."""
        with self._connection:
            self._connection.execute("DELETE FROM probes")

    # -- tables ------------------------------------------------------------------------------------------------
    def table(self, scenario: str, level: Level) -> FloatArray:
        """All replicates of a scenario: (R, T, K) at district level, (R, T, places, K) below. Do not write into it.

        Rows follow :meth:`replicates`. Decoded tables are kept; of the facility tables, which are large, only the
        last scenario's. Raises ``UserError`` when no replicate is stored.
        """
        if (scenario, level) not in self._tables:
            units = [self.results(scenario, replicate) for replicate in self.replicates(scenario)]
            if not units:
                raise UserError("no replicate of scenario {name} is stored yet", name=scenario)
            self._tables = {key: table for key, table in self._tables.items() if key[1] != "facility"}
            for each in LEVELS:
                table = np.stack([unit.table(each) for unit in units])
                table.flags.writeable = False
                self._tables[scenario, each] = table
        return self._tables[scenario, level]

    def series(self, scenario: str, key: str, level: Level = "district", place: int | None = None) -> FloatArray:
        """One indicator: (R, T), or (R, T, places) below district level when ``place`` is None.

        Raises ``UserError`` for an indicator that the level does not have.
        """
        if key not in INDEX[level]:
            raise UserError("level {level} has no indicator {key}", level=level, key=key)
        table = self.table(scenario, level)[..., INDEX[level][key]]
        return table if place is None else table[:, :, place]
