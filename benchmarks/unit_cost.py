"""What a resident-month costs, in the machine's own unit: one float64 of NumPy's PCG64 filling 65,536 of them.

    python -m benchmarks.unit_cost [RESIDENTS] [MONTHS]

Prints the cost of each step of the month, with everything on; of the people (every step but clinics, drugs, scores and
money); of the whole month; of making the residents; and what two threads save. The unit and the measured code
alternate in one process, the median of seven rounds is taken, so that figures of different machines compare.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from statistics import median

import numpy as np

from districts.tiny import tiny_district
from sim.behaviour import default_behaviour
from sim.calendar import Calendar, next_month
from sim.month import STEPS
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
#: Wanted: a resident-month of the people, in uniforms per core; two threads over one.
TARGET_UNIFORMS, TARGET_THREADS = 25.0, 1.6


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


def main() -> None:
    """Measure and print."""
    residents = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    cost_of_steps(new_world(residents, 2, 0, 2))  # compiled, and warm
    units, making, one, two = [], [], [], []
    for replicate in range(_ROUNDS):
        make_start.cache_clear()
        start = time.perf_counter()
        world = new_world(residents, months, replicate, 1)
        making.append((time.perf_counter() - start) / residents)
        before = uniform_cost()
        one.append(cost_of_steps(world))
        units.append((before + uniform_cost()) / 2)
        two.append(cost_of_steps(new_world(residents, months, replicate, 2)))
    print(f"{residents} residents, {months} months; one uniform {median(units) * 1e9:.2f} ns")
    print(f"  {'step':<18}{'ns':>8}{'uniforms':>10}")
    for name in one[0]:
        row = [round_[name] for round_ in one]
        print(f"  {name:<18}{median(row) * 1e9:8.1f}{_uniforms(row, units):10.1f}")
    people, also = ([sum(r[name] for name in PEOPLE) for r in rounds] for rounds in (one, two))
    whole, both = ([sum(r.values()) for r in rounds] for rounds in (one, two))
    print(f"a resident-month of the people: {median(people) * 1e9:.0f} ns = {_uniforms(people, units):.1f} uniforms "
          f"(wanted: at most {TARGET_UNIFORMS:g})")  # fmt: skip
    print(f"the whole month: {median(whole) * 1e9:.0f} ns = {_uniforms(whole, units):.1f} uniforms")
    print(f"making a resident, once per replicate: {median(making) * 1e9:.0f} ns")
    print(f"two threads: {_times(people, also):.2f} times as fast for the people (wanted: {TARGET_THREADS:g}), "
          f"{_times(whole, both):.2f} times for the whole month")  # fmt: skip


def _uniforms(seconds: list[float], units: list[float]) -> float:
    return median(s / unit for s, unit in zip(seconds, units, strict=True))


def _times(slow: list[float], fast: list[float]) -> float:
    return median(s / f for s, f in zip(slow, fast, strict=True))


if __name__ == "__main__":
    main()
