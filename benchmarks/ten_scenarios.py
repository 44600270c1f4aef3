"""Ten scenarios × 100 replicates × 24 months of the shipped example: wall-clock time, memory, size of the results.

    python -m benchmarks.ten_scenarios [--replicates 100] [--save]

The command is typed as a user types it, with two processes; its reports and the second run that it adds (one scenario
once more, under the line of its own need) are in the time. Memory is the resident memory of all its processes together,
looked at twice a second; pages that they share are counted in each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import describe
from scenarios.plan import MAIN_SCENARIOS, RunPlan, prepare
from scenarios.store import FILE
from sim.calendar import Calendar
from sim.differences import first_difference
from sim.policy import Policy

#: The scenarios that a run has when none is named, and two that begin later.
SCENARIOS = (*MAIN_SCENARIOS, "uhc-from-january", "mass-lay-off")
MONTHS, JOBS = 24, 2
#: Wanted with so many replicates: minutes, bytes of memory, bytes of results.
REPLICATES, TARGET_MINUTES, TARGET_MEMORY, TARGET_SIZE = 100, 12.0, 2 * 2**30, 300e6
RESULTS = Path(__file__).with_name("ten_scenarios.json")


def months_simulated(policies: Sequence[Policy], calendar: Calendar, after: int = 0) -> int:
    """Months of one replicate that are simulated for ``policies``, which are equal in the first ``after`` months."""
    beyond = [first_difference(policies[0], policy, calendar) for policy in policies]
    parting = min(beyond)
    if parting == calendar.count:
        return calendar.count - after
    found, left = parting - after, list(policies)
    while left:
        alike = [policy for policy in left if first_difference(left[0], policy, calendar) > parting]
        found += months_simulated(alike, calendar, parting)
        left = [policy for policy in left if all(policy is not other for other in alike)]
    return found


def resident(pid: int) -> int:
    """Bytes of resident memory of a process and of all that it started, 0 for one that has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for child in children)


def measure(replicates: int) -> dict[str, object]:
    """Seconds, processor seconds, memory and sizes of the run, and the machine. Reads the process table of Linux."""
    import resource  # not everywhere

    machine = describe()
    ready = prepare(RunPlan("bengkulu-utara", SCENARIOS, months=MONTHS, replicates=replicates))
    months = months_simulated(list(ready.policies.values()), Calendar(ready.first_month, ready.simulated))
    words = [word for name in SCENARIOS for word in ("--scenario", name)]
    with TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [
            sys.executable, "-m", "cli.main", "run", "bengkulu-utara", *words, "--months", str(MONTHS), "--replicates",
            str(replicates), "--no-blocks", "--jobs", str(JOBS), "--out", str(run), "--quiet",
        ]  # fmt: skip
        began, peak = time.monotonic(), 0
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak = max(peak, resident(process.pid))
                time.sleep(0.5)
        seconds = time.monotonic() - began
        if process.returncode:
            raise RuntimeError(f"the run ended with {process.returncode}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = sum(path.stat().st_size for path in run.glob(f"{FILE}*"))
    return {"residents": ready.district.stock().population, "scenarios": len(SCENARIOS), "replicates": replicates,
            "months": MONTHS, "simulated": months, "seconds": seconds, "processor": used.ru_utime + used.ru_stime,
            "memory": peak, "size": size, "jobs": JOBS, "machine": machine}  # fmt: skip


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures for docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description="ten scenarios of the shipped example")
    arguments.add_argument("--replicates", type=int, default=REPLICATES)
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    found = measure(asked.replicates)
    print(json.dumps(found, indent=1))
    if asked.save:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
