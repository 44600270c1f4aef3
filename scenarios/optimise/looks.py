"""Looks at mixes: each mix is simulated under the same luck, and what was seen is kept in one SQLite file.

A search that was stopped is repeated from its beginning with what is kept, so that it goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from districts.faults import UserError
from scenarios.levers import LEVERS
from scenarios.need import paid_by_others
from scenarios.optimise.space import Candidate, Space, dated, entry_of
from scenarios.optimise.targets import Figures, Sample, figures_of
from scenarios.plan import Prepared, asked
from scenarios.reading import Placed
from scenarios.scenario import Scenario
from scenarios.units import Setting, Simulate, Task, one_unit
from scenarios.workers import each

FILE = "looks.sqlite"
#: The name of every mix as a scenario.
NAME = "optimum"
_SCHEMA = """
CREATE TABLE problem (digest TEXT NOT NULL);
CREATE TABLE looks (
    mix TEXT NOT NULL, replicate INTEGER NOT NULL, held INTEGER NOT NULL, paid INTEGER NOT NULL, full INTEGER NOT NULL,
    cost INTEGER NOT NULL, programmes INTEGER NOT NULL, PRIMARY KEY (mix, replicate)
);
"""
Unit = tuple[Candidate, int]


@dataclass(frozen=True)
class Problem:
    """What a look depends on: a prepared run of the one scenario that the mixes stand on, with the ``manifest`` of that
    run, the space of the mixes, and the year that is told."""

    ready: Prepared
    manifest: dict[str, Any]
    space: Space
    year: int

    @property
    def others(self) -> int:
        """Rupiah that others pay of the year's bill."""
        return paid_by_others(self.manifest, self.year)

    def setting(self, simulate: Simulate) -> Setting:
        """What all simulations share."""
        plan, ready = self.ready.plan, self.ready
        return Setting(ready.district, ready.rules, plan.seed, self.manifest["stock"], plan.luck_only, ready.start,
                       simulate, ready.posterior)  # fmt: skip

    def scenario(self, mix: Candidate) -> Scenario:
        """``mix`` as a scenario: the levers of the one beneath, then those of the mix, all with their months."""
        beneath, start = self.ready.scenarios[0], self.ready.start
        entries = [dated(entry_of(placed.lever), start) for placed in beneath.levers] + self.space.entries(mix)
        levers = tuple(Placed(LEVERS[entry["kind"]].model_validate(entry), "") for entry in entries)
        explanation = {
            "id": f"Dicari di antara paduan kebijakan di atas {beneath.name}: status UHC sepanjang {self.year} dan "
            "bagian kapitasi KBK yang diminta, dengan dana Pemda paling kecil.",
            "en": f"Found among mixes of levers on top of {beneath.name}: UHC status all through {self.year} and the "
            "KBK share that was asked for, with the least Pemda money.",
        }
        title = {"id": f"Paduan kebijakan termurah {self.year}", "en": f"Cheapest mix of levers for {self.year}"}
        return Scenario(NAME, title, explanation, levers, (NAME,))

    def digest(self) -> str:
        """Checksum of all that a look depends on."""
        axes = [(axis.name, axis.values, axis.entries) for axis in self.space.axes]
        parts = [{**asked(self.manifest), "replicates": None}, self.year, axes, self.space.templates]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Looks:
    """Simulates mixes in ``jobs`` processes and keeps their figures in ``folder``. ``told`` is called with their
    number after each simulation. Use it in ``with``. Raises ``UserError`` for a folder that holds another problem's."""

    def __init__(
        self,
        problem: Problem,
        folder: Path,
        jobs: int,
        simulate: Simulate,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._common = (problem.setting(simulate), problem)
        self._jobs, self._told = jobs, told
        self._connection = _opened(folder, problem.digest())
        self._known: dict[Unit, Figures] = {
            (tuple(map(int, mix.split())), number): Figures(*row)
            for mix, number, *row in self._connection.execute("SELECT * FROM looks")
        }

    def __enter__(self) -> Looks:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __len__(self) -> int:
        return len(self._known)

    def samples(self, mixes: list[Candidate], replicates: int) -> list[Sample]:
        """The sample of each of ``mixes`` over the first ``replicates`` replicates, which are the same for all."""
        units = [(mix, number) for number in range(replicates) for mix in mixes]
        missing = [unit for unit in units if unit not in self._known]
        if missing:
            with closing(each(_look, self._common, missing, self._jobs)) as ended:
                for unit, figures in ended:
                    self._keep(unit, figures)
        return [Sample.of([self._known[mix, number] for number in range(replicates)]) for mix in mixes]

    def _keep(self, unit: Unit, figures: Figures) -> None:
        mix, number = unit
        with self._connection:
            self._connection.execute("INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?, ?)",
                                     (" ".join(map(str, mix)), number, *figures))  # fmt: skip
        self._known[unit] = figures
        self._told(len(self))


def _look(common: tuple[Setting, Problem], unit: Unit) -> Figures:
    """One mix in one replicate, for :func:`scenarios.workers.each`."""
    (setting, problem), (mix, number) = common, unit
    decision = problem.scenario(mix).decided(problem.ready.context)
    results, _seconds = one_unit(setting, Task(decision), number)
    return figures_of(
        results, decision.policy, setting.district, problem.ready.first_month, problem.year, problem.others
    )


def _opened(folder: Path, digest: str) -> sqlite3.Connection:
    """The file of looks, made whole where there is none."""
    path = Path(folder) / FILE
    if not path.exists():
        half = path.with_name(f"{FILE}.half")
        half.unlink(missing_ok=True)
        with closing(sqlite3.connect(half)) as made, made:
            made.executescript(_SCHEMA)
            made.execute("INSERT INTO problem VALUES (?)", (digest,))
        os.replace(half, path)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # a look lost with the machine's power is looked at again
        (found,) = connection.execute("SELECT digest FROM problem").fetchone()
    except (sqlite3.DatabaseError, TypeError) as error:
        connection.close()
        raise UserError("{path} is damaged or not a search of this program", path=path) from error
    if found != digest:
        connection.close()
        raise UserError("{folder} holds the search of another problem; choose another --out", folder=folder)
    return connection
