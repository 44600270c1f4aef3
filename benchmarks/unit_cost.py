"""What a resident-month costs, in the machine's own unit: one float64 of NumPy's PCG64 filling 65,536 of them.

    python -m benchmarks.unit_cost [RESIDENTS] [MONTHS] [--save]

Prints the cost of each step of the month, with everything on; of the people (every step but clinics, drugs, scores and
money); of the whole month; of making the residents; and what two threads save. The unit and the measured code
alternate in one process, the median of seven rounds is taken, so that figures of different machines compare.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.machine import describe
from districts.tiny import tiny_district
from sim.behaviour import default_behaviour
from sim.calendar import Calendar, next_month
from sim.month import STEPS
from sim.people.arrays import bytes_of
from sim.policy import baseline_policy
from sim.rules import load_rules
from sim.start import make_start
from sim.world import World, make_world

_ROUNDS = 7
#: The steps that advance people; the others are institutions.
PEOPLE = (
    "open_register", "count_heads", "fall_ill", "pay_premiums", "seek_care", "change_segments", "treat_chronic",
    "live_and_die", "update_pbi", "close_month",
)  # fmt: skip
#: Wanted: a resident-month of the people, in uniforms per core; two threads over one; bytes of a resident's state.
TARGET_UNIFORMS, TARGET_THREADS, TARGET_BYTES = 25.0, 1.6, 64
RESULTS = Path(__file__).with_name("unit_cost.json")


def uniform_cost() -> float:
    """Seconds for one float64 from PCG64."""
    generator, buffer = np.random.Generator(np.random.PCG64(1)), np.empty(65_536)
    start = time.perf_counter()
    for _ in range(20):
        generator.random(out=buffer)
    return (time.perf_counter() - start) / (20 * buffer.size)


def new_world(residents: int, months: int, replicate: int, threads: int) -> World:
    """A made-up district of ``residents`` with 22 facilities, ready to run."""
    district = tiny_district(residents, 22)
    policy, calendar = baseline_policy(months, 22), Calendar(next_month(district.default_stock), months)
    return make_world(
        district, load_rules(), default_behaviour(), policy, 1, replicate, district.stock(), False, calendar, threads
    )


def cost_of_steps(world: World) -> dict[str, float]:
    """Run every step of every month; seconds per resident-month by step."""
    spent: dict[str, float] = defaultdict(float)
    for month in range(world.calendar.count):
        world.month = month
        for step in STEPS:
            start = time.perf_counter()
            step.run(world)
            spent[step.name] += time.perf_counter() - start
    world.team.close()
    return {name: seconds / (world.first * world.calendar.count) for name, seconds in spent.items()}


class Costs(NamedTuple):
    """Medians of the rounds: ``uniform`` and ``making`` in ns, ``steps`` by name in (ns, uniforms), the ``people`` and
    the ``whole`` month likewise, the gain of two threads for both, ``state`` in bytes per resident."""

    residents: int
    months: int
    uniform: float
    making: float
    steps: dict[str, tuple[float, float]]
    people: tuple[float, float]
    whole: tuple[float, float]
    threads: tuple[float, float]
    state: float
    machine: str


def measure(residents: int, months: int) -> Costs:
    """Everything, for a district of ``residents`` over ``months``."""
    cost_of_steps(new_world(residents, 2, 0, 2))  # compiled, and warm
    units, making, one, two = [], [], [], []
    state = 0.0
    for replicate in range(_ROUNDS):
        make_start.cache_clear()
        start = time.perf_counter()
        world = new_world(residents, months, replicate, 1)
        making.append((time.perf_counter() - start) / residents)
        arrays = bytes_of(world.people, world.patients, world.households, world.orders, world.visits)
        state = arrays / residents
        before = uniform_cost()
        one.append(cost_of_steps(world))
        units.append((before + uniform_cost()) / 2)
        two.append(cost_of_steps(new_world(residents, months, replicate, 2)))

    def both(seconds: list[float]) -> tuple[float, float]:
        return median(seconds) * 1e9, median(s / unit for s, unit in zip(seconds, units, strict=True))

    people, also = ([sum(r[name] for name in PEOPLE) for r in rounds] for rounds in (one, two))
    whole, with_two = ([sum(r.values()) for r in rounds] for rounds in (one, two))
    return Costs(
        residents, months, median(units) * 1e9, median(making) * 1e9,
        {name: both([round_[name] for round_ in one]) for name in one[0]}, both(people), both(whole),
        (min(people) / min(also), min(whole) / min(with_two)), state, describe(),
    )  # fmt: skip


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures for docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description="what a resident-month costs")
    arguments.add_argument("residents", type=int, nargs="?", default=300_000)
    arguments.add_argument("months", type=int, nargs="?", default=6)
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    if asked.residents < 1000 or asked.months < 1:
        arguments.error("at least 1000 residents and one month")
    found = measure(asked.residents, asked.months)
    print(f"{found.residents} residents, {found.months} months; one uniform {found.uniform:.2f} ns")
    print(f"  {'step':<18}{'ns':>8}{'uniforms':>10}")
    for name, (ns, uniforms) in found.steps.items():
        print(f"  {name:<18}{ns:8.1f}{uniforms:10.1f}")
    print(f"a resident-month of the people: {found.people[0]:.0f} ns = {found.people[1]:.1f} uniforms "
          f"(wanted: at most {TARGET_UNIFORMS:g})")  # fmt: skip
    print(f"the whole month: {found.whole[0]:.0f} ns = {found.whole[1]:.1f} uniforms")
    print(f"making a resident, once per replicate: {found.making:.0f} ns; state: {found.state:.1f} bytes a resident "
          f"(wanted: under {TARGET_BYTES})")  # fmt: skip
    print(f"two threads (fastest rounds): {found.threads[0]:.2f} times as fast for the people (wanted: "
          f"{TARGET_THREADS:g}), {found.threads[1]:.2f} times for the whole month")  # fmt: skip
    if asked.save:
        RESULTS.write_text(json.dumps(found._asdict(), indent=1) + "\n")


if __name__ == "__main__":
    main()
