"""The simulations of a sensitivity analysis: each computed alone, kept whole or not at all, found again by its name.

Three kinds. *Screening*: along the ways of a Morris design, every step of a way under the same luck. *Draws*: joint
draws of all parameters, each under its own luck, as the replicates of a run. *Again*: some of the draws under another
luck, which tells how much is luck.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.run import Progress
from scenarios.sensitivity.question import Question
from scenarios.workers import each

FloatArray = NDArray[np.float64]
FILE = "sensitivity.sqlite"
SCREENING, DRAWS, AGAIN = "screening", "draws", "again"
#: The luck of a draw that is simulated again, counted from that of the draw: no run has as many replicates.
_OTHER_LUCK = 1_000_000
#: Kind and number of a simulation.
Unit = tuple[str, int]


class Kept:
    """The outcomes on disk. Make it with :meth:`open`; a context manager that closes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, folder: Path, made_of: dict[str, Any]) -> Self:
        """The outcomes in ``folder``, new or with those it has. Raises ``UserError`` for one that holds others."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE IF NOT EXISTS meta (json TEXT NOT NULL)")
            connection.execute("CREATE TABLE IF NOT EXISTS units (kind TEXT, number INTEGER, outcome BLOB NOT NULL, "
                               "PRIMARY KEY (kind, number))")  # fmt: skip
            if connection.execute("SELECT count(*) FROM meta").fetchone() == (0,):
                connection.execute("INSERT INTO meta VALUES (?)", (json.dumps(made_of),))
            connection.execute("COMMIT")
            (text,) = connection.execute("SELECT json FROM meta").fetchone()
        except sqlite3.DatabaseError as error:
            connection.close()
            raise UserError("{file} cannot be read as simulations of a sensitivity analysis ({reason}); delete it or "
                            "choose another --out", file=path, reason=error) from error  # fmt: skip
        found = json.loads(text)
        if different := [key for key in made_of if found.get(key) != made_of[key]]:
            connection.close()
            raise UserError("{folder} holds simulations of something else; these differ: {keys}. Choose another "
                            "--out, or delete the folder", folder=folder, keys=", ".join(different))  # fmt: skip
        return cls(connection)

    def all(self) -> dict[Unit, FloatArray]:
        """Everything that is kept."""
        rows = self._connection.execute("SELECT kind, number, outcome FROM units")
        return {(kind, number): np.frombuffer(blob) for kind, number, blob in rows}

    def save(self, unit: Unit, outcome: FloatArray) -> None:
        """Keep one outcome."""
        self._connection.execute("INSERT OR REPLACE INTO units VALUES (?, ?, ?)", (*unit, outcome.tobytes()))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):  # type: ignore[no-untyped-def]
        self.close()


@dataclass(frozen=True)
class Work:
    """What the processes share: the question, and the coordinates (points, D) of the screening design."""

    question: Question
    design: FloatArray


def outcome(work: Work, unit: Unit) -> FloatArray:
    """The figures of one unit, (O,)."""
    kind, number = unit
    question = work.question
    if kind == SCREENING:
        return question.outcome(work.design[number], number // (len(question.names) + 1))
    luck = number if kind == DRAWS else _OTHER_LUCK + number
    return question.outcome(question.draw(number), luck, number)


def compute(
    work: Work, units: Sequence[Unit], kept: Kept, jobs: int = 1, progress: Callable[[Progress], None] | None = None
) -> dict[Unit, FloatArray]:
    """The outcomes of ``units``: what is kept is not computed again, what is computed is kept as it ends. The same for
    any number of processes."""
    found = kept.all()
    missing = [unit for unit in units if unit not in found]
    total, began = len(units), time.monotonic()
    tell = progress or (lambda _: None)
    tell(Progress(total - len(missing), total))
    with closing(each(outcome, work, missing, jobs)) as ended:
        for count, (unit, values) in enumerate(ended, 1):
            kept.save(unit, values)
            found[unit] = values
            left = len(missing) - count
            tell(Progress(total - left, total, *unit, (time.monotonic() - began) / count * left))
    return {unit: found[unit] for unit in units}
