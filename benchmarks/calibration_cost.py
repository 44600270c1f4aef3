"""What ``prakira calibrate`` costs: seconds, memory and simulations on a district as large as they come.

    python -m benchmarks.calibration_cost [--residents N] [--facilities F] [--months M] [--rows N] [--jobs N] [--save]

The district is made up, and its history too: the model itself run once with parameters that the calibration does not
know, every figure that a history may hold. The time is that of the command, from start to answer. The target is a
quarter of an hour on two cores for 300,000 residents, 22 facilities and 24 months.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.machine import describe
from calibration.history.observed import simulated
from districts.history import BY_KEY, HISTORY
from districts.history_catalogue import PLACES, level_of
from districts.inventory import with_inventory
from districts.model import District, HistoryRow
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.months import later, span
from sim.behaviour import Behaviour, default_behaviour
from sim.policy import baseline_policy
from sim.rules import load_rules
from sim.simulate import simulate

#: The hidden parameters: draw 7 of seed 2024, which no calibration with seed 1 makes.
HIDDEN_SEED, HIDDEN_REPLICATE = 2024, 7
STOCK = "2023-12"
#: Wanted: seconds at full size on two cores.
TARGET_SECONDS = 900.0
RESULTS = Path(__file__).with_name("calibration_cost.json")


def hidden() -> Behaviour:
    """The parameters that made the history."""
    return default_behaviour().draw(HIDDEN_SEED, HIDDEN_REPLICATE)


def with_own_history(
    district: District, months: int, behaviour: Behaviour, keys: tuple[str, ...] = tuple(BY_KEY)
) -> District:
    """The district with a history of ``months`` months that the model made with ``behaviour``: the indicators ``keys``
    at every level at which a run tells them."""
    stock = district.default_stock
    policy = baseline_policy(months, len(district.facilities))
    results = simulate(district, load_rules(), behaviour, policy, HIDDEN_SEED, replicate=HIDDEN_REPLICATE,
                       stock=stock)  # fmt: skip
    codes = [facility.code for facility in district.facilities]
    rows = []
    for indicator in (item for item in HISTORY if item.key in keys):
        for place in (*PLACES, *codes):
            if level_of(place) not in indicator.levels:
                continue
            try:
                series = simulated(results, codes, (indicator.key, place))
            except KeyError:  # a run does not tell it at this level
                continue
            rows += [
                HistoryRow(month=month, indicator=indicator.key, place=place, value=float(np.round(value, 2)),
                           source="made up by the model", confidence="assumed")
                for month, value in zip(span(later(stock, 1), months), series, strict=True)
            ]  # fmt: skip
    return with_inventory(district.model_copy(update={"history": tuple(rows)}), {})


def measure(residents: int, facilities: int, months: int, rows: int, jobs: int) -> dict[str, object]:
    """What the command says of itself, its seconds and the largest memory of all its processes together."""
    from calibration.history.faults import refuse_faults

    district = with_own_history(tiny_district(residents, facilities, month=STOCK), months, hidden())
    district, dropped = refuse_faults(district, load_rules(), drop=True)
    with TemporaryDirectory() as scratch:
        write_folder(district, Path(scratch) / "district")
        words = ["calibrate", "district", "--rows", str(rows), "--jobs", str(jobs), "--json", "--lang", "en"]
        paths = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
        began = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "cli.main", *words], cwd=scratch, stdout=subprocess.PIPE,
                              text=True, env={**os.environ, "PYTHONPATH": paths}) as process:  # fmt: skip
            peak = _Peak(process.pid)
            said, _ = process.communicate()
            seconds = time.perf_counter() - began
            peak.stop()
        if process.returncode:
            raise SystemExit(f"calibrate ended with code {process.returncode}")
        size = sum(path.stat().st_size for path in Path(scratch, "district", "posterior").iterdir())
    found = json.loads(said)
    return {
        "residents": residents, "facilities": facilities, "months": months, "figures": len(district.history),
        "contradictory": len(dropped), "jobs": jobs, "rows": found["rows"], "settled": found["settled"],
        "informed": sum(one["informed"] for one in found["parameters"].values()), "of": len(found["parameters"]),
        "seconds": seconds, "peak_bytes": peak.most, "posterior_bytes": size, "machine": describe(),
    }  # fmt: skip


class _Peak:
    """Watches a process and its children twice a second: the most memory that they held together."""

    def __init__(self, pid: int) -> None:
        self.most, self._pid, self._end = 0, pid, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            self.most = max(self.most, sum(map(_resident, _family(self._pid))))


def _family(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *(one for child in text.split() for one in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096
    except OSError:
        return 0


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures."""
    arguments = argparse.ArgumentParser(description="what a calibration costs")
    for name, value in (("residents", 300_000), ("facilities", 22), ("months", 24), ("rows", 1200), ("jobs", 2)):
        arguments.add_argument(f"--{name}", type=int, default=value)
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    found = measure(asked.residents, asked.facilities, asked.months, asked.rows, asked.jobs)
    settled = "settled" if found["settled"] else "not settled"
    print(f"{found['residents']} residents, {found['facilities']} facilities, {found['months']} months, "
          f"{found['figures']} figures, {found['jobs']} processes: {found['rows']} simulations, {settled}, "
          f"{found['informed']} of {found['of']} parameters informed, {found['seconds']:.0f} seconds "
          f"(wanted: at most {TARGET_SECONDS:.0f} at full size), {float(str(found['peak_bytes'])) / 1e6:.0f} MB, "
          f"posterior {float(str(found['posterior_bytes'])) / 1e6:.1f} MB")  # fmt: skip
    if asked.save:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
