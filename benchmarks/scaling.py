"""How the whole model's cost grows with the district: time of a resident-month and peak memory, 10,000 to 5,000,000.

    python -m benchmarks.scaling [LARGEST]

Every size has a process of its own. After a first run of one month, which also makes the families that all replicates
share, runs of one month and of ``_MONTHS`` more are timed: their difference is the cost of the months, what is left of
the short one the cost of making a replicate's people. One thread by processor time (on a quiet machine the wall clock,
on a busy one less disturbed), two threads by the wall clock. Prints the table and writes it to scaling.json.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.machine import describe, peak_memory
from districts.tiny import tiny_district
from sim.behaviour import default_behaviour
from sim.policy import baseline_policy
from sim.rules import load_rules
from sim.simulate import simulate

RESULTS = Path(__file__).with_name("scaling.json")
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 5_000_000)
_MONTHS = 12
_ROUNDS, _FEW_ROUNDS = 7, 3
#: Residents per facility, as in the shipped district of 300,000 with 22 facilities.
_PER_FACILITY = 13_600


class Cost(NamedTuple):
    """Cost at one size.

    ``families``: seconds to make the families, once per district; ``making``: seconds to make the people of a
    replicate; ``month`` and ``month_on_two``: ns of a resident-month on one and on two threads; ``program``: bytes of
    the program with its compiled code, before any district of this size; ``peak``: bytes at the highest point.
    """

    residents: int
    facilities: int
    families: float
    making: float
    month: float
    month_on_two: float
    program: int
    peak: int


def measure(residents: int) -> Cost:
    """Run the model at one size; meant for a fresh process, since peak memory never falls."""
    facilities = max(1, round(residents / _PER_FACILITY))
    rules, behaviour = load_rules(), default_behaviour()

    def seconds(people: int, places: int, months: int, threads: int, replicate: int) -> float:
        clock = time.process_time if threads == 1 else time.perf_counter
        district, policy = tiny_district(people, places), baseline_policy(months, places)
        start = clock()
        simulate(district, rules, behaviour, policy, 1, replicate=replicate, threads=threads)
        return clock() - start

    for threads in (1, 2):
        seconds(3_000, 2, 2, threads, 0)
    program = peak_memory()
    first = seconds(residents, facilities, 1, 1, 0)
    making: list[float] = []
    months: dict[int, list[float]] = {1: [], 2: []}
    for replicate in range(1, 1 + (_ROUNDS if residents <= 300_000 else _FEW_ROUNDS)):
        for threads, sample in months.items():
            short = seconds(residents, facilities, 1, threads, replicate)
            long = seconds(residents, facilities, 1 + _MONTHS, threads, replicate)
            sample.append((long - short) / _MONTHS)
            if threads == 1:
                making.append(short - sample[-1])
    month, on_two = (median(months[threads]) * 1e9 / residents for threads in (1, 2))
    families = first - median(making) - month * residents / 1e9
    return Cost(residents, facilities, families, median(making), month, on_two, program, peak_memory())


def main() -> None:
    """Measure all sizes up to the given one, print, write."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    machine, costs = describe(), []
    print(machine)
    heads = ("residents", "facilities", "families s", "making s", "month ns", "2 threads", "peak MB", "B/resident")
    print("".join(f"{head:>12}" for head in heads))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as fresh:
        for size in (size for size in SIZES if size <= largest):
            cost = fresh.submit(measure, size).result()
            costs.append(cost)
            own = (cost.peak - cost.program) / cost.residents
            print(
                f"{cost.residents:>12,}{cost.facilities:>12}{cost.families:>12.2f}{cost.making:>12.2f}{cost.month:>12.0f}"
                f"{cost.month_on_two:>12.0f}{cost.peak / 1e6:>12.0f}{own:>12.0f}",
                flush=True,
            )
    RESULTS.write_text(json.dumps({"machine": machine, "costs": [cost._asdict() for cost in costs]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
