"""The stored table of simulations: one row per number, each simulated alone and kept whole or not at all.

Row ``i`` is what the model does over the window with parameters, facility effects, shocks and luck of replicate ``i``,
all drawn from their priors. Rows do not depend on each other, on the history, or on the number of processes, so that a
killed calibration goes on where it was, and a corrected history needs no new simulation.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from districts.model import District
from scenarios.scenario import Decision, Scenario
from scenarios.workers import each
from sim.behaviour import PARAMETERS, default_behaviour
from sim.random import make_key
from sim.results import Results
from sim.rules import Rules
from sim.shocks import EFFECTS, draw_shocks
from sim.simulate import simulate

FloatArray = NDArray[np.float64]
FILE = "table.sqlite"
_FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (json TEXT NOT NULL);
CREATE TABLE rows (
    number INTEGER PRIMARY KEY, parameters BLOB NOT NULL, effects BLOB NOT NULL, results BLOB NOT NULL,
    seconds REAL NOT NULL
);
"""


@dataclass(frozen=True)
class Setting:
    """What all rows share: the district at the month ``stock``, the rules, what was decided in the window, the seed."""

    district: District
    rules: Rules
    decided: Decision
    stock: str
    seed: int


@dataclass(frozen=True)
class Row:
    """One simulation: ``parameters`` (P,) in the order of PARAMETERS, ``effects`` (EFFECTS, facilities), results."""

    parameters: FloatArray
    effects: FloatArray
    results: Results


def identity(setting: Setting, scenario: Scenario) -> dict[str, Any]:
    """What a table was made of; two that agree hold the same rows. The history is not part of it."""
    inputs = setting.district.model_dump_json(exclude={"history", "inputs", "rules_file"})
    behaviour = files("sim").joinpath("behaviour.yaml").read_text(encoding="utf-8")
    return {
        "format": _FORMAT,
        "program": version("prakira"),
        "district": _sha(inputs),
        "rules": _sha(repr([(key, setting.rules.history(key)) for key in sorted(setting.rules.keys())])),
        "behaviour": _sha(behaviour),
        "past": scenario.describe()["sha256"],
        "stock": setting.stock,
        "months": setting.decided.policy.months,
        "seed": setting.seed,
    }


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def simulate_row(setting: Setting, number: int) -> tuple[bytes, bytes, bytes, float]:
    """Row ``number`` as stored: parameters, effects, results and the seconds it took."""
    began = time.monotonic()
    behaviour = default_behaviour().draw(setting.seed, number)
    policy = setting.decided.of(setting.seed, number)
    results = simulate(
        setting.district, setting.rules, behaviour, policy, setting.seed, replicate=number, stock=setting.stock
    )
    shocks = draw_shocks(behaviour, make_key(setting.seed, number), policy.months, len(setting.district.facilities))
    effects = np.stack([getattr(shocks, name) for name in EFFECTS])
    parameters = np.array([value for _, value in behaviour.values])
    return parameters.tobytes(), effects.tobytes(), results.to_bytes(), time.monotonic() - began


class Table:
    """The rows on disk. Make it with :meth:`open`; a context manager that closes it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, folder: Path, made_of: dict[str, Any]) -> Table:
        """The table in ``folder``, new or with the rows it has. Raises ``UserError`` for one that holds others."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone()
            if known is None:
                connection.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES (?)", (json.dumps(made_of),))
                connection.execute("COMMIT")
            (text,) = connection.execute("SELECT json FROM meta").fetchone()
        except sqlite3.DatabaseError as error:
            connection.close()
            raise UserError("{file} cannot be read as a table of simulations ({reason}); delete it or choose "
                            "another --table", file=path, reason=error) from error  # fmt: skip
        found = json.loads(text)
        different = [key for key in made_of if found.get(key) != made_of[key]]
        if different:
            connection.close()
            raise UserError("{folder} holds simulations of something else; these differ: {keys}. Choose another "
                            "--table, or delete the folder", folder=folder, keys=", ".join(different))  # fmt: skip
        return cls(connection, path)

    def numbers(self) -> set[int]:
        """The numbers of the rows that are there."""
        return {number for (number,) in self._connection.execute("SELECT number FROM rows")}

    def seconds(self) -> float:
        """Mean seconds of a row in one process; 0 when there is none."""
        (mean,) = self._connection.execute("SELECT avg(seconds) FROM rows").fetchone()
        return float(mean or 0.0)

    def save(self, number: int, row: tuple[bytes, bytes, bytes, float]) -> None:
        """Store one row from :func:`simulate_row`."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", (number, *row))

    def row(self, number: int) -> Row:
        """One row. Raises ``KeyError`` when it is not there."""
        query = "SELECT parameters, effects, results FROM rows WHERE number = ?"
        found = self._connection.execute(query, (number,)).fetchone()
        if found is None:
            raise KeyError(number)
        effects = np.frombuffer(found[1]).reshape(len(EFFECTS), -1)
        return Row(np.frombuffer(found[0], count=len(PARAMETERS)), effects, Results.from_bytes(found[2]))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def grow(table: Table, setting: Setting, rows: int, jobs: int = 1, tell: Callable[[int], None] | None = None) -> None:
    """Simulate and store what is missing of the rows 0 … ``rows`` - 1; ``tell`` hears how many are there."""
    there = table.numbers()
    missing = [number for number in range(rows) if number not in there]
    count = rows - len(missing)
    with closing(each(simulate_row, setting, missing, jobs)) as ended:
        for number, row in ended:
            table.save(number, row)
            count += 1
            if tell:
                tell(count)
