"""What a resident-month costs, in the machine's own unit: one float64 of NumPy's PCG64 filling 65,536 of them.

    python benchmarks/unit_cost.py [RESIDENTS] [MONTHS]

Prints the cost of each step of the month and of a whole unit (one scenario, one replicate), with everything on. The
unit and the measured code alternate, the median of seven is taken, so that figures of different machines compare.
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
from sim.simulate import simulate
from sim.world import make_world

_ROUNDS = 7


def uniform_cost() -> float:
    """Seconds for one float64 from PCG64."""
    generator, buffer = np.random.Generator(np.random.PCG64(1)), np.empty(65_536)
    start = time.perf_counter()
    for _ in range(50):
        generator.random(out=buffer)
    return (time.perf_counter() - start) / (50 * buffer.size)


def main() -> None:
    """Measure and print."""
    residents = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    district, rules, behaviour = tiny_district(residents, 22), load_rules(), default_behaviour()
    policy = baseline_policy(months, 22)
    simulate(district, rules, behaviour, policy, 1)
    units, whole, steps = [], [], defaultdict(list)
    for replicate in range(_ROUNDS):
        units.append(uniform_cost())
        start = time.perf_counter()
        simulate(district, rules, behaviour, policy, 1, replicate=replicate)
        whole.append((time.perf_counter() - start) / (residents * months))
        calendar = Calendar(next_month(district.default_stock), months)
        world = make_world(district, rules, behaviour, policy, 1, replicate, district.stock(), False, calendar)
        for month in range(months):
            world.month = month
            for step in STEPS:
                start = time.perf_counter()
                step.run(world)
                steps[step.name].append((time.perf_counter() - start) / residents)
    unit = median(units)
    print(f"{residents} residents, {months} months; one uniform {unit * 1e9:.2f} ns")
    for name, sample in steps.items():
        print(f"  {name:<18} {median(sample) * 1e9:7.1f} ns  {median(sample) / unit:6.1f} uniforms")
    print(f"a resident-month with everything on: {median(whole) * 1e9:.0f} ns = {median(whole) / unit:.0f} uniforms")


if __name__ == "__main__":
    main()
