"""How far a run is, read from its store: nothing is kept in memory, so that every reader sees the same at any time."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from districts.faults import InputError, UserError
from scenarios.blocks import probes
from scenarios.scenario import load_scenario
from scenarios.store import FILE, MANIFEST
from web.job import Job, scenario_name
from web.site import write_json

#: How far a job is that has no store, as its process says.
TOLD = "progress.json"
#: Seconds that a process takes until its first unit, left out of the pace (measured: 2 to 3).
_START = 3.0
#: Replicates at which the results of a run under way are shown anew.
STEPS = (1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Bar:
    """One scenario: its ``title`` in both languages, and ``done`` of ``total`` replicates."""

    name: str
    title: Mapping[str, str]
    done: int
    total: int


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` units; the bars of the scenarios; seconds ``running`` and, where it can be told, ``left``.
    ``phase`` says what is done now: "starting", "computing", "origins" (where the uncertainty comes from) or
    "reports"; "" when nothing is. ``second`` says whether one scenario is computed a second time, under its own need;
    ``left_out`` are the scenarios that were taken out on the way."""

    done: int
    total: int
    bars: tuple[Bar, ...]
    running: float
    left: float | None
    phase: str
    second: bool = False
    left_out: tuple[Bar, ...] = ()

    @property
    def percent(self) -> int:
        """Whole percent, 100 only when all is done."""
        return 100 * self.done // max(self.total, 1)

    @property
    def state(self) -> str:
        """A text that changes whenever results so far are to be shown anew; "0" while there are none."""
        begun = [bar.done for bar in self.bars if bar.done]
        return f"{len(begun)}-{step_of(min(begun))}" if begun else "0"


def step_of(replicates: int) -> int:
    """The last of :data:`STEPS` that was reached."""
    return max((step for step in STEPS if step <= replicates), default=0)


def counts(folder: Path) -> dict[str, int]:
    """Stored replicates by scenario of the run; empty where there is no store yet, or none that can be read: on a full
    disk the database cannot always be opened."""
    try:
        with _opened(folder) as store:
            return {} if store is None else _of_the_run(store, _counted(store))
    except sqlite3.Error:
        return {}


def progress(outputs: Path, job: Job) -> Progress:
    """How far the run is."""
    folder = outputs / job.name
    if job.kind == "branch":
        return _of_branch(folder, job)
    if job.kind == "rkpd":
        return _of_proposal(folder, job)
    return _of_run(folder, job)


def tell(folder: Path, done: int, total: int) -> None:
    """Write down how far a job is that has no store. Raises ``OSError``, as on a full disk."""
    write_json(folder / TOLD, {"done": done, "total": total})


def _of_branch(folder: Path, job: Job) -> Progress:
    """All districts together, a bar for each of them."""
    parts = [_of_run(folder / name, job) for name in job.ask["names"]]
    bars = tuple(Bar(name, {"id": title, "en": title}, job.replicates * part.done // max(part.total, 1), job.replicates)
                 for name, title, part in zip(job.ask["names"], job.ask["titles"], parts, strict=True))  # fmt: skip
    done, total = (sum(getattr(part, key) for part in parts) for key in ("done", "total"))
    running = parts[0].running
    return Progress(done, total, bars, running, _left(job, done, total, running), _phase(job, done, total, done, total))


def _of_proposal(folder: Path, job: Job) -> Progress:
    """What the process says of itself; nothing of a proposal is kept before it is whole."""
    done, total = 0, job.replicates
    running = time.time() - job.begun if job.state == "running" else 0.0
    try:
        if job.state == "running" and (folder / TOLD).stat().st_mtime >= job.begun:
            said = json.loads((folder / TOLD).read_text(encoding="utf-8"))
            done, total = int(said["done"]), int(said["total"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not written yet
    if job.state == "done":
        done = total
    return Progress(done, total, (), running, _left(job, done, total, running), _phase(job, done, total, done, total))


def _of_run(folder: Path, job: Job) -> Progress:
    """One store."""
    try:
        with _opened(folder) as store:
            stored = {} if store is None else _counted(store)
            by_name = {} if store is None else _of_the_run(store, stored)
            probed = 0 if store is None else _probed(store)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (sqlite3.Error, OSError, ValueError):  # not made yet, or just being made
        stored, by_name, probed, manifest = {}, {}, 0, {}
    known = titles(folder, job)
    out = tuple(Bar(name, known[name], stored.get(name, 0), job.replicates) for name in known if name in job.left_out)
    return replace(_told(job, by_name, probed, manifest, known), left_out=out)


def titles(folder: Path, job: Job) -> Mapping[str, Mapping[str, str]]:
    """The titles of the scenarios that the run was asked for, in both languages, by name."""
    return {scenario_name(one): _title(str(folder / one) if "/" in one else one) for one in job.scenarios}


@lru_cache(maxsize=256)
def _title(where: str) -> Mapping[str, str]:
    try:
        return load_scenario(where).title
    except (InputError, UserError):  # of another version of the program, or removed by hand
        return {"id": where, "en": where}


def _told(
    job: Job, by_name: dict[str, int], probed: int, manifest: dict[str, Any], known: Mapping[str, Mapping[str, str]]
) -> Progress:
    total = int(manifest.get("replicates", job.replicates))
    named = {entry["name"]: entry["title"] for entry in manifest.get("scenarios", ())}
    bars = tuple(Bar(name, title, by_name.get(name, 0), total)
                 for name, title in (named or {name: known[name] for name in job.names}).items())  # fmt: skip
    second = manifest.get("binding")
    more = second is not None and second["name"] not in named
    of_probes = len(probes()) * manifest["blocks"]["replicates"] if manifest.get("blocks") else 0
    units = total * (len(bars) + more)
    computed, everything = sum(by_name.values()), units + of_probes
    running = time.time() - job.begun if job.state == "running" else 0.0
    return Progress(computed + probed, everything, bars, running, _left(job, computed + probed, everything, running),
                    _phase(job, computed, units, computed + probed, everything), second is not None)  # fmt: skip


def _left(job: Job, done: int, total: int, running: float) -> float | None:
    """Seconds left by the pace of this process; None before that is known."""
    in_session = done - job.begun_done
    if job.state != "running" or in_session < 4:
        return None
    return max(running - _START, 0.1) / in_session * (total - done)


def _phase(job: Job, computed: int, units: int, done: int, total: int) -> str:
    if job.state == "closing" or (job.state == "running" and total and done >= total):
        return "reports"
    if job.state != "running":
        return ""
    if not computed:
        return "starting"
    return "origins" if computed >= units else "computing"


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The store of a run, read-only; None where there is none."""
    path = (folder / FILE).resolve()
    if not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as store:
        yield store


def _counted(store: sqlite3.Connection) -> dict[str, int]:
    return dict(store.execute("SELECT scenario, COUNT(*) FROM units GROUP BY scenario").fetchall())


def _of_the_run(store: sqlite3.Connection, stored: dict[str, int]) -> dict[str, int]:
    """What is stored of the scenarios that the run has; units of one that was taken out stay, and do not count."""
    (manifest,) = store.execute("SELECT json FROM meta WHERE key = 'manifest'").fetchone()
    names = {entry["name"] for entry in json.loads(manifest)["scenarios"]}
    return {name: count for name, count in stored.items() if name in names}


def _probed(store: sqlite3.Connection) -> int:
    try:
        return int(store.execute("SELECT COUNT(*) FROM probes").fetchone()[0])
    except sqlite3.OperationalError:  # a store of before, or one that is just being made
        return 0
