"""One scenario is taken out of a run, or in again: the others, and all that is stored, stay as they are."""

from __future__ import annotations

import time
from pathlib import Path

from districts.faults import UserError
from scenarios.left_out import choose_scenarios
from scenarios.store import FILE
from web.job import Job, State
from web.progress import counts

#: States of a run out of which a scenario may be taken, and into which one may be taken again.
LEAVING: tuple[State, ...] = ("queued", "running", "paused")
COMING: tuple[State, ...] = (*LEAVING, "cancelled", "failed", "done")


def left(outputs: Path, job: Job, scenario: str) -> Job:
    """The run ``job`` without ``scenario``, also in its store; as it was where the scenario is finished or none of it.

    Raises ``UserError`` when it is the only one left, and ``OSError`` where the store cannot be written.
    """
    if not may_leave(outputs, job, scenario):
        return _again(job)
    if job.names == (scenario,):
        raise UserError("this is the only scenario of the run that is left; cancel the whole run instead")
    made = job.but(left_out=(*job.left_out, scenario))
    _put(outputs / job.name, made)
    return _again(made)


def may_leave(outputs: Path, job: Job, scenario: str) -> bool:
    """Whether the scenario is one of the run, and not all of it is computed."""
    return scenario in job.names and counts(outputs / job.name).get(scenario, 0) < job.replicates


def come(outputs: Path, job: Job, scenario: str) -> Job:
    """The run ``job`` with ``scenario``, which was taken out, in its place again; a run that had ended goes into the
    queue. Raises ``UserError`` or ``OSError`` where the store cannot be changed."""
    if scenario not in job.left_out:
        return _again(job)
    made = job.but(left_out=tuple(name for name in job.left_out if name != scenario))
    _put(outputs / job.name, made)
    if made.state in ("queued", "running", "paused"):
        return _again(made)
    return made.but(state="queued", queued=time.time(), message=None)


def _put(folder: Path, job: Job) -> None:
    """Make the store, where there is one, that of the run's scenarios."""
    from scenarios.plan import prepare
    from web.runner import plan_of, second_run_of

    if (folder / FILE).is_file():
        choose_scenarios(folder, second_run_of(prepare(plan_of(folder, job))))


def _again(job: Job) -> Job:
    """The run, whose process was ended, waits at its place of before."""
    return job.but(state="queued") if job.state == "running" else job
