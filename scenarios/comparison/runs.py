"""What is compared: one run, or several of one district under the same luck, seen as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.plan import asked
from scenarios.store import RunStore
from sim.indicators import Level

FloatArray = NDArray[np.float64]
#: What runs that are compared may differ in: everything else decides what a replicate of a scenario is.
_MAY_DIFFER = ("replicates", "binding", "scenarios")
#: Levers that no district decides on: a scenario with one of them happens to it, and is no option to choose.
EVENTS = ("pbi_cut", "quota_addition", "economic_shock", "epidemic", "population_shock", "kris", "premium_change",
          "tariff_change", "uhc_bars", "kbk_scheme")  # fmt: skip


class Source(Protocol):
    """What comparisons read of a run; :class:`scenarios.store.RunStore` is one."""

    @property
    def manifest(self) -> dict[str, Any]:
        """The record of the run."""

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios."""

    @property
    def months(self) -> tuple[str, ...]:
        """The reported months, "YYYY-MM"."""

    @property
    def facilities(self) -> tuple[str, ...]:
        """Names of the facilities."""

    def replicates(self, scenario: str) -> list[int]:
        """Numbers of the stored replicates of ``scenario``, ascending."""

    def series(self, scenario: str, key: str, level: Level = "district", place: int | None = None) -> FloatArray:
        """One indicator: (R, T), or (R, T, places) below district level."""


class Joined:
    """Several runs as one :class:`Source`: each scenario is read from the first run that has it.

    Raises ``UserError`` when the runs differ in anything but scenarios and number of replicates, naming what differs,
    or when a scenario of one name is not the same in two of them.
    """

    def __init__(self, stores: Sequence[RunStore]) -> None:
        self._first = stores[0]
        self._of: dict[str, RunStore] = {}
        entries: dict[str, dict[str, Any]] = {}
        for store in stores:
            _same_luck(self._first, store)
            for entry in store.manifest["scenarios"]:
                name = entry["name"]
                if entries.setdefault(name, entry).get("sha256") != entry.get("sha256"):
                    raise UserError("scenario {name} is not the same in {first} and {second}",
                                    name=name, first=self._of[name].folder, second=store.folder)  # fmt: skip
                self._of.setdefault(name, store)
        self.manifest: dict[str, Any] = {**self._first.manifest, "scenarios": list(entries.values())}
        self.months, self.facilities = self._first.months, self._first.facilities

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, those of the first run first."""
        return list(self._of)

    def replicates(self, scenario: str) -> list[int]:
        """As :meth:`scenarios.store.RunStore.replicates`."""
        if scenario not in self._of:
            raise UserError("the run has no scenario {name}; it has {known}",
                            name=scenario, known=", ".join(self.scenarios))  # fmt: skip
        return self._of[scenario].replicates(scenario)

    def series(self, scenario: str, key: str, level: Level = "district", place: int | None = None) -> FloatArray:
        """As :meth:`scenarios.store.RunStore.series`."""
        return self._of[scenario].series(scenario, key, level, place)


@contextmanager
def opened(folders: Sequence[Path]) -> Iterator[Source]:
    """The runs in ``folders``, one or more, as one source; closed afterwards. Raises ``UserError`` as the store and
    :class:`Joined` do."""
    with ExitStack() as stack:
        stores = [stack.enter_context(RunStore.open(folder)) for folder in folders]
        yield stores[0] if len(stores) == 1 else Joined(stores)


def pairs(source: Source, scenario: str, reference: str) -> tuple[list[int], list[int]]:
    """Where the replicates that both have lie in the tables of each. Raises ``UserError`` when they share none."""
    found = [source.replicates(name) for name in (scenario, reference)]
    common = sorted(set(found[0]) & set(found[1]))
    if not common:
        raise UserError("scenarios {first} and {second} share no replicate", first=scenario, second=reference)
    first, second = ([numbers.index(number) for number in common] for numbers in found)
    return first, second


def decisions(source: Source) -> list[str]:
    """The scenarios that a district can choose between: no second runs, and none with a lever of :data:`EVENTS`."""
    return [
        entry["name"]
        for entry in source.manifest["scenarios"]
        if "@" not in entry["name"]
        if not any(lever["kind"] in EVENTS for lever in entry.get("levers", ()))
    ]


def _same_luck(one: RunStore, other: RunStore) -> None:
    then, now = asked(one.manifest), asked(other.manifest)
    different = [key for key in now if key not in _MAY_DIFFER and then[key] != now[key]]
    if different:
        raise UserError("{first} and {second} cannot be compared; these differ: {keys}",
                        first=one.folder, second=other.folder, keys=", ".join(different))  # fmt: skip
