"""Runs a plan unit by unit (scenario × replicate), alone or in several processes, and stores each unit as it ends.

When all scenarios are there, the headline scenario is probed: units in which one block of the model is held.

Same plan, same bytes, whatever the number of processes and however often the run was stopped and resumed.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from districts.faults import UserError
from scenarios.binding import binding_scenario
from scenarios.blocks import probes
from scenarios.months import number_of
from scenarios.need import paid_by_others
from scenarios.plan import Prepared, RunPlan, asked, differing, entry, manifest_of, prepare
from scenarios.shares import figures
from scenarios.store import FILE, RULES, RunStore
from scenarios.units import Fork, Setting, Simulate, Task, Unit, computed, shares
from scenarios.workers import each_part
from sim.results import Results

Save = Callable[[str, int, Results, float], None]


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` units are stored; the last was ``scenario`` (of a probe the block), ``replicate``.
    ``seconds_left`` is a guess from the pace so far, None before the first unit of this session."""

    done: int
    total: int
    scenario: str = ""
    replicate: int = 0
    seconds_left: float | None = None


def execute(
    plan: RunPlan,
    folder: Path,
    jobs: int = 1,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    *,
    prepared: Prepared | None = None,
    simulate: Simulate | None = None,
    more: bool = False,
    whole: bool = True,
) -> RunStore:
    """Runs ``plan`` into ``folder`` and returns the open store.

    Units are computed replicate by replicate, all scenarios of one before the next, in ``jobs`` processes; scenarios
    that decide alike up to a month share what happens until then. Probes come last. A run that was stopped is taken up
    with ``resume``, which may also add the probes or leave them out. ``prepared`` spares loading the plan again;
    ``simulate`` stands in for the engine, unit by unit, and must be importable by name. With ``more`` the run that is
    there may have fewer replicates; without ``whole`` second run and probes are left for another time. Of a fork the
    scenario of its past is copied from the run that is forked. Raises ``InputError`` or ``UserError`` before anything
    is computed.
    """
    if jobs < 1:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="jobs", value=jobs, least=1, most=1024)  # fmt: skip
    ready = prepare(plan) if prepared is None else prepared
    store = _store(folder, manifest_of(ready), resume, more)
    try:
        store.hold()
        _compute_all(ready, store, jobs, progress or (lambda _: None), simulate, whole)
    except BaseException:
        store.release()  # not closed: on a full disk it could not be opened again
        raise
    return store


def _compute_all(
    ready: Prepared, store: RunStore, jobs: int, progress: Callable[[Progress], None], simulate: Simulate | None,
    whole: bool,
) -> None:  # fmt: skip
    """Computes and stores what is missing of the scenarios, of the second run and of the probes."""
    plan = ready.plan
    setting = Setting(ready.district, ready.rules, plan.seed, store.manifest["stock"], plan.luck_only, ready.start,
                      simulate, ready.posterior)  # fmt: skip
    _keep_rules(ready, store.folder)
    blocks = store.manifest.get("blocks") if whole else None
    total = plan.replicates * (len(ready.scenarios) + (whole and plan.binding is not None))
    total += len(probes()) * blocks["replicates"] if blocks else 0
    running = _Running(store, setting, jobs, total, progress)
    tasks = {name: Task(decision, past=_past(ready, name)) for name, decision in ready.decisions.items()}
    if ready.past is not None:
        with RunStore.open(ready.past.folder) as forked:
            store.copy(forked, ready.past.of)
    _scenarios(running, tasks, plan.replicates)
    if whole and plan.binding and (year := ready.binding_year) is not None:
        scenario = next(scenario for scenario in ready.scenarios if scenario.name == plan.binding)
        second = binding_scenario(store, scenario, year, plan.certainty)
        decision = second.decided(ready.context)
        _put_second(store, entry(second, decision.policy))
        _scenarios(running, {second.name: Task(decision)}, plan.replicates)
    if blocks:
        _probes(running, ready, blocks["scenario"], blocks["year"], blocks["replicates"])


def _past(ready: Prepared, name: str) -> Fork | None:
    """What the scenario of that name goes on from, where the run is a fork."""
    past = ready.past
    if past is None or name == past.of:
        return None
    if past.keep:
        past.states.mkdir(parents=True, exist_ok=True)
    return Fork(past.decision, past.months, past.states, past.keep)


def _put_second(store: RunStore, second: dict[str, Any]) -> None:
    """Put the second run among the scenarios, in place of one whose line was set by fewer replicates."""
    others = [scenario for scenario in store.manifest["scenarios"] if scenario["name"] != second["name"]]
    before = [scenario for scenario in store.manifest["scenarios"] if scenario["name"] == second["name"]]
    if [scenario["sha256"] for scenario in before] != [second["sha256"]]:
        store.drop(second["name"])
        store.update(scenarios=[*others, second])


def _keep_rules(ready: Prepared, folder: Path) -> None:
    """Put a copy of the district's own rules beside the results, for the reports that quote them."""
    if ready.district.rules_file:
        shutil.copyfile(ready.district.rules_file, folder / RULES)


def _store(folder: Path, manifest: dict[str, Any], resume: bool, more: bool) -> RunStore:
    """A new store, or the one to be resumed after checking that it holds the same run, or with ``more`` the same but
    for the number of replicates and what follows from it."""
    folder = Path(folder)
    if not resume:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError("{folder} is not empty; add --resume to go on with its run, or choose another --out",
                            folder=folder)  # fmt: skip
        return RunStore.create(folder, manifest)
    if not (folder / FILE).exists():
        return RunStore.create(folder, manifest)
    store = RunStore.open(folder)
    then, now = asked(store.manifest), asked(manifest)
    different = [key for key in differing(then, now) if not (more and key in ("replicates", "binding"))]
    if different:
        store.close()
        raise UserError("{folder} holds another run; these differ: {keys}. Choose another --out",
                        folder=folder, keys=", ".join(different))  # fmt: skip
    changing = ("blocks", "replicates", "binding") if more else ("blocks",)
    if any(store.manifest.get(key) != manifest[key] for key in changing):
        store.update(command=manifest["command"], **{key: manifest[key] for key in changing})
    return store


@dataclass(frozen=True)
class _Running:
    """A run under way: its store, how it is computed, how many units it has, and whom to tell."""

    store: RunStore
    setting: Setting
    jobs: int
    total: int
    tell: Callable[[Progress], None]


def _scenarios(running: _Running, tasks: dict[str, Task], replicates: int) -> None:
    """Computes and stores what is missing of some scenarios."""
    done = running.store.done()
    _compute(running, tasks, replicates, done, len(done), running.store.save)


def _probes(running: _Running, ready: Prepared, scenario: str, year: int, replicates: int) -> None:
    """Computes what is missing of the probes, to the end of the year that is told, and stores its two figures."""
    store = running.store
    others = paid_by_others(store.manifest, year)
    months = number_of(f"{year}-12") - number_of(ready.first_month) + 1
    decision = ready.decisions[scenario].until(months)

    def save(block: str, number: int, results: Results, _seconds: float) -> None:
        store.save_probe(block, number, *figures(results, year, others))

    done = {unit for unit in store.probes() if unit[1] < replicates}
    tasks = {block: Task(decision, block) for block in probes()}
    _compute(running, tasks, replicates, done, len(store.done()) + len(done), save)


def _compute(
    running: _Running, tasks: dict[str, Task], replicates: int, done: set[Unit], count: int, save: Save
) -> None:
    """Computes and saves what is missing of ``tasks``; ``count`` units of the run are stored already."""
    missing = {(name, number) for number in range(replicates) for name in tasks} - done
    pieces = shares(((name, number) for number in range(replicates) for name in tasks if (name, number) in missing),
                    running.jobs)  # fmt: skip
    began, total, position = time.monotonic(), running.total, 0
    running.tell(Progress(count, total))
    with closing(each_part(computed, (running.setting, tasks), pieces, running.jobs)) as ended:
        for _, ((name, number), (results, seconds)) in ended:
            if (name, number) not in missing:
                continue  # computed again, after a process died in the middle of its piece
            missing.discard((name, number))
            save(name, number, results, seconds)
            position += 1
            pace = (time.monotonic() - began) / position
            running.tell(Progress(count + position, total, name, number, pace * (total - count - position)))
