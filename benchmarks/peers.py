"""This model and public peers on the same work (W1, see w1.py), in one run on one machine.

    python -m benchmarks.peers [RESIDENTS]

Each implementation has a process of its own, with one thread unless it says otherwise; rounds alternate, the median of
seven is taken, after a first round (imports, compilation) that is not counted. A peer that is not installed is skipped
(`pip install --editable '.[peers]'`). Prints agent-months a second, peak memory and how many times slower each is than
this model, beside what the machine can do, and whether the stated targets are met; writes the same to peers.json. The
process ends with an error if an implementation's counts contradict the exact expectation.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks import w1
from benchmarks.machine import copied_bytes_per_second, describe, uniforms_per_second
from benchmarks.worker import Round, Worker

RESULTS = Path(__file__).with_name("peers.json")
_ROUNDS = 7


class Code(NamedTuple):
    """One implementation: its module in benchmarks/, the package it needs, the share of residents it is given."""

    label: str
    module: str
    package: str
    share: float = 1.0
    threads: int = 1


THIS, THIS_ON_TWO = "Prakira", "Prakira, 2 threads"
#: Python objects and processes are given fewer residents: their cost does not fall with size, only patience does.
CODES = (
    Code(THIS, "w1_prakira", "numba"),
    Code(THIS_ON_TWO, "w1_prakira", "numba", threads=2),
    Code("NumPy", "peer_numpy", "numpy"),
    Code("pandas", "peer_pandas", "pandas"),
    Code("polars", "peer_polars", "polars"),
    Code("Starsim", "peer_starsim", "starsim"),
    Code("Mesa", "peer_mesa", "mesa", share=1 / 15),
    Code("SimPy", "peer_simpy", "simpy", share=1 / 30),
)
#: Agent-months a second of this model over those of the other must be at least this.
TARGETS = {"NumPy": 6.0, "Starsim": 10.0, "Mesa": 100.0, "SimPy": 300.0}
TWO_THREADS_TARGET = 1.6


class Measured(NamedTuple):
    """What one implementation did: agent-months a second, peak memory in bytes, agreement with the expectation."""

    label: str
    version: str
    residents: int
    speed: float
    memory: int
    rms_z: float
    worst_z: float
    agrees: bool


def measure(residents: int) -> tuple[list[Measured], bool]:
    """Measure all installed implementations; also whether one and two threads gave the same counts."""
    os.environ.update(OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1")
    codes = [code for code in CODES if importlib.util.find_spec(code.package)]
    for code in CODES:
        if code not in codes:
            print(f"{code.label}: {code.package} is not installed, skipped")
    sizes = {code.label: round(residents * code.share) for code in codes}
    workers = {code.label: Worker(code.module, sizes[code.label], code.threads) for code in codes}
    for worker in workers.values():
        worker.round(0)
    rounds: dict[str, list[Round]] = {label: [] for label in workers}
    for replicate in range(1, _ROUNDS + 1):
        for label, worker in workers.items():
            rounds[label].append(worker.round(replicate))
    for worker in workers.values():
        worker.close()
    expected = {size: w1.expectation(w1.make_population(size)) for size in set(sizes.values())}
    measured = []
    for code in codes:
        size, runs = sizes[code.label], rounds[code.label]
        agreed = w1.agreement(np.array([run.counts for run in runs]), *expected[size])
        speed = size * w1.MONTHS / median(run.seconds for run in runs)
        version = f"{code.package} {importlib.metadata.version(code.package)}"
        memory = max(run.memory for run in runs)
        measured.append(Measured(code.label, version, size, speed, memory, *agreed, agreed.holds()))
    pairs = zip(rounds[THIS], rounds[THIS_ON_TWO], strict=True)
    return measured, all(np.array_equal(one.counts, two.counts) for one, two in pairs)


def verdicts(measured: list[Measured]) -> list[tuple[str, float, float]]:
    """Every target that could be measured: what is compared, the ratio reached, the ratio wanted."""
    speed = {one.label: one.speed for one in measured}
    found = [(f"{THIS} / {other}", speed[THIS] / speed[other], at) for other, at in TARGETS.items() if other in speed]
    return [*found, ("2 threads / 1 thread", speed[THIS_ON_TWO] / speed[THIS], TWO_THREADS_TARGET)]


def main() -> None:
    """Measure, print, write; exit with an error if counts are wrong."""
    residents = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    machine = describe()
    uniforms, copied = [uniforms_per_second(threads) for threads in (1, 2)], copied_bytes_per_second()
    measured, same = measure(residents)
    print(
        f"{machine}\nlimits: {uniforms[0] / 1e6:.0f} M uniforms/s, "
        f"{uniforms[1] / 1e6:.0f} M on two threads, copy {copied / 1e9:.1f} GB/s"
    )
    print(f"{'':<20}{'residents':>10}{'M agent-months/s':>18}{'x slower':>10}{'peak MB':>9}{'rms z':>7}{'max z':>7}")
    for one in measured:
        slower = measured[0].speed / one.speed
        print(
            f"{one.label:<20}{one.residents:>10,}{one.speed / 1e6:>18.2f}{slower:>10.1f}{one.memory / 1e6:>9.0f}"
            f"{one.rms_z:>7.3f}{one.worst_z:>7.2f}{'' if one.agrees else '  CONTRADICTS THE EXPECTATION'}"
        )
    for what, reached, wanted in verdicts(measured):
        print(f"{'pass' if reached >= wanted else 'FAIL'}  {what} = {reached:.1f} (target {wanted:g})")
    print(f"{'pass' if same else 'FAIL'}  one and two threads give the same counts")
    record = {
        "machine": machine, "uniforms": uniforms, "copied": copied, "same": same,
        "measured": [one._asdict() for one in measured], "verdicts": verdicts(measured),
    }  # fmt: skip
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    if not (same and all(one.agrees for one in measured)):
        raise SystemExit("counts contradict the expectation or each other")


if __name__ == "__main__":
    main()
