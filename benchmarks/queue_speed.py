"""Visits a second of the clinic day: SimPy's process of events beside the compiled recursion, on the same days.

    python -m benchmarks.queue_speed [--save]

Both get the same arrays (arrival, registration, consultation, patience, urgency) and must give the same waits to the
last bit. They alternate in one process and the median of seven rounds is taken. Also printed: the whole month of a
district's clinics (sorting, days and hours, minutes from luck, queues, tallies), which only the recursion runs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from sim.facilities import clinic_day as events
from sim.facilities.clinic import WEEKDAYS, Arrivals, ClinicRates, Clinics, line_up, run_month, waits
from sim.people.care import UNIFORM_STEPS, VISIT_COLUMNS
from sim.random import Purpose, make_key, normals, numbered, uniforms

_ROUNDS, _REPEATS = 7, 20
_DAYS = 24
_RATES = ClinicRates(service=8.0, desk=3.0, patience=180.0, urgent=0.03)
#: Clinics measured: how many, patients a day, desks, rooms.
SIZES = ((10, 60, 1, 2), (3, 240, 2, 6))
#: Wanted: visits a second over SimPy's.
TARGET = 500.0
RESULTS = Path(__file__).with_name("queue_speed.json")


class Speed(NamedTuple):
    """Visits a second with ``patients`` a day, ``desks`` and ``rooms``, over ``visits`` visits: SimPy, the recursion,
    the whole month with it. ``same``: all waits are equal to the last bit; ``left``: share who left."""

    patients: int
    desks: int
    rooms: int
    visits: int
    simpy: float
    recursion: float
    month: float
    left: float
    same: bool

    @property
    def ratio(self) -> float:
        """The recursion's visits a second over SimPy's."""
        return self.recursion / self.simpy


def make_visits(facilities: int, count: int) -> NDArray[np.float32]:
    """``count`` visits to each of ``facilities``, as :func:`sim.people.care.seek_care` fills them."""
    key, names = make_key(1, 0), numbered(facilities * count)
    visits = np.empty((len(names), VISIT_COLUMNS), np.float32)
    visits[:, 0] = names // count
    for column, lane in ((1, 0), (4, 3)):
        visits[:, column] = np.floor(uniforms(key, names, 0, Purpose.QUEUE, lane) * UNIFORM_STEPS) / UNIFORM_STEPS
    visits[:, 2], visits[:, 3] = (normals(key, names, month, Purpose.QUEUE) for month in (1, 2))
    return visits


def run_events(arrivals: Arrivals, desks: int, rooms: int) -> NDArray[np.float64]:
    """The waits of every day by SimPy."""
    bounds = zip(arrivals.first[:-1], arrivals.first[1:], strict=True)
    return np.concatenate([
        events.clinic_day(*(column[lo:hi] for column in arrivals[1:]), desks, rooms) for lo, hi in bounds
    ])  # fmt: skip


def measure(facilities: int, patients: int, desks: int, rooms: int) -> Speed:
    """A month of ``facilities`` clinics with ``patients`` a day."""
    visits = make_visits(facilities, patients * _DAYS)
    clinics = Clinics(
        np.full(facilities, 360.0), np.full(facilities, desks), np.full((facilities, _DAYS), rooms),
        np.tile(WEEKDAYS, _DAYS // len(WEEKDAYS)),
    )  # fmt: skip
    arrivals = line_up(visits, clinics, _RATES)
    cells = facilities * _DAYS
    fixed = np.full(cells, desks), np.full(cells, rooms)

    def recursion() -> NDArray[np.float64]:
        return np.asarray(waits(arrivals, *fixed, np.zeros((cells, 5))))

    def seconds(work: Callable[[], object], repeats: int = 1) -> float:
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        return (time.perf_counter() - start) / repeats

    found = recursion()
    same = np.array_equal(found, run_events(arrivals, desks, rooms), equal_nan=True)
    run_month(visits, clinics, _RATES)
    rounds = [
        (
            seconds(lambda: run_events(arrivals, desks, rooms)),
            seconds(recursion, _REPEATS),
            seconds(lambda: run_month(visits, clinics, _RATES), _REPEATS),
        )
        for _ in range(_ROUNDS)
    ]
    speeds = (len(visits) / median(sample) for sample in zip(*rounds, strict=True))
    return Speed(patients, desks, rooms, len(visits), *speeds, float(np.isnan(found).mean()), same)


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures for docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description="visits a second of the clinic day")
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    machine, speeds = describe(), [measure(*size) for size in SIZES]
    for speed in speeds:
        print(f"{speed.patients} patients a day, {speed.desks} desks, {speed.rooms} rooms, {speed.visits:,} visits: "
              f"SimPy {speed.simpy:,.0f} visits/s, recursion {speed.recursion:,.0f}: {speed.ratio:,.0f} times "
              f"(wanted {TARGET:g}), waits {'equal' if speed.same else 'DIFFER'}; "
              f"the month with it {speed.month:,.0f} visits/s")  # fmt: skip
    if asked.save:
        RESULTS.write_text(
            json.dumps({"machine": machine, "speeds": [speed._asdict() for speed in speeds]}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
