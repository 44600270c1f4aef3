"""Is the way the kernels are written still fast here? W1 by this model and by NumPy, alternately, in one line.

    python -m benchmarks.ratio

Takes a few seconds; warns below six times and never fails: a slow machine is no fault of the change that runs on it.
A vector loop that falls back to scalar code costs two to four times without any error, which is what this shows.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from benchmarks import peer_numpy, w1, w1_prakira
from benchmarks.peers import TARGETS

_RESIDENTS, _ROUNDS = 100_000, 7


def cost(code: Any, people: w1.Population, replicate: int) -> float:
    """Processor time of one run of ``code`` (a module with ``prepare`` and ``run``), in ns per agent-month."""
    state = code.prepare(people, replicate)
    start = time.process_time()
    code.run(state)
    return (time.process_time() - start) * 1e9 / (people.age.size * w1.MONTHS)


def main() -> None:
    """Measure and print."""
    people = w1.make_population(_RESIDENTS)
    cost(w1_prakira, people, 0)
    rounds = [(cost(w1_prakira, people, r), cost(peer_numpy, people, r)) for r in range(_ROUNDS)]
    this, numpy = (median(sample) for sample in zip(*rounds, strict=True))
    reached, wanted = numpy / this, TARGETS["NumPy"]
    print(f"{'' if reached >= wanted else 'WARNING: '}W1 takes {this:.1f} ns an agent-month, NumPy {numpy:.1f}: "
          f"{reached:.1f} times as fast (wanted {wanted:g})")  # fmt: skip


if __name__ == "__main__":
    main()
