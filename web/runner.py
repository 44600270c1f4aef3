"""One run in a process of its own: ``python -m web.runner FOLDER [--close]``, started by :mod:`web.jobs`.

It computes what ``job.json`` asks for into the store of the folder, goes on where an earlier process was stopped, and
writes the reports; with ``--close`` only the reports of what is stored. It ends with the server that started it.
Exit codes: 0 done, 2 a fault in what was asked for (told in ``outcome.json``), 28 the disk is full, 1 anything else.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from districts.faults import InputError, UserError
from web.job import INPUT, OUTCOME, Job, load_job
from web.site import write_json

if TYPE_CHECKING:
    from scenarios.plan import Prepared, RunPlan

FAULT, FULL = 2, 28
#: Units computed in this process, which is ready at once, before others are started: a first result in seconds.
_FIRST = 2
#: Seconds of work, by the last unit, from which on other processes are worth the 3 seconds that they take to begin.
_WORTH = 6.0
_STDIN = 0
#: With less than this the disk is full, whatever a library says of it.
_NO_ROOM = 256 * 1024
_FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: list[str]) -> int:
    """Do the job of the folder and return the exit code."""
    folder = Path(arguments[0])
    _end_with_the_server()
    (folder / OUTCOME).unlink(missing_ok=True)
    try:
        job = load_job(folder.parent, folder.name)
        _make(folder, job, "--close" in arguments)
    except (InputError, UserError, OSError, sqlite3.Error) as error:
        if is_full(error) or shutil.disk_usage(folder).free < _NO_ROOM:
            return FULL
        if not isinstance(error, InputError | UserError):
            raise
        write_json(folder / OUTCOME, {"id": error.describe("id"), "en": error.describe("en")})
        return FAULT
    return 0


def _make(folder: Path, job: Job, closing: bool) -> None:
    """What the job asks for, by its kind."""
    if job.kind == "branch":
        from web.branch_run import make_branch

        make_branch(folder, job)
    elif job.kind == "rkpd":
        from web.proposal_run import make_proposal

        make_proposal(folder, job)
    else:
        if not closing:
            compute(folder, job)
        report(folder, job.lang)


def compute(folder: Path, job: Job) -> None:
    """Compute what is missing of the run. Raises ``InputError`` or ``UserError``."""
    from scenarios.plan import prepare

    computed(second_run_of(prepare(plan_of(folder, job))), folder)


def computed(ready: Prepared, folder: Path) -> None:
    """Compute what is missing of a plan in ``folder``, the first units at once, and all of it in one process where
    others would begin when it is nearly done. Raises as :func:`compute`."""
    from scenarios.run import Progress, execute
    from scenarios.workers import cores
    from sim.warm import compile_kernels, compiled

    if not compiled():
        compile_kernels()

    before = time.monotonic()

    def enough(state: Progress) -> None:
        nonlocal before
        pace, before = time.monotonic() - before, time.monotonic()
        if state.done >= _FIRST and (state.total - state.done) * pace > _WORTH:
            raise _Enough

    if cores() > 1:
        with suppress(_Enough):
            execute(ready.plan, folder, 1, resume=True, progress=enough, prepared=ready).close()
    execute(ready.plan, folder, cores(), resume=True, prepared=ready).close()


class _Enough(Exception):
    """The first units are stored; the others are for several processes."""


def plan_of(folder: Path, job: Job) -> RunPlan:
    """What the job asks for, with the copies in its folder."""
    from scenarios.plan import RunPlan

    where = str(folder / job.where) if job.where.startswith(f"{INPUT}/") else job.where
    names = tuple(str(folder / name) if "/" in name else name for name in job.kept)
    return RunPlan(where, names, job.start, job.months, job.replicates, job.seed, certainty=job.certainty)


def second_run_of(ready: Prepared) -> Prepared:
    """The plan with a second run, under its own need, of the scenario that holds the UHC status, where there is one:
    the library's, or one that was made from it."""
    from scenarios.plan import with_second_run

    for scenario in ready.scenarios:
        changed = with_second_run(ready, scenario.name) if is_proposal(scenario.name) else ready
        if changed.plan.binding:
            return changed
    return ready


def is_proposal(name: str) -> bool:
    """Whether a scenario of this name is the one whose need is proposed, or made from it on the page."""
    return name == "uhc-non-cut-off" or name.startswith("uhc-non-cut-off-")


def report(folder: Path, lang: str) -> None:
    """Write the reports of what is stored. Raises ``UserError`` when nothing is."""
    from reports.write import write_outputs
    from web.downloads import pack_charts

    for left in folder.glob("tmp*"):  # of a process that was ended while it wrote
        shutil.rmtree(left, ignore_errors=True)
    write_outputs(folder, lang)
    pack_charts(folder)


def is_full(error: BaseException) -> bool:
    """Whether the disk, or what a user may use of it, is full."""
    if isinstance(error, sqlite3.OperationalError):
        return "full" in str(error)
    return isinstance(error, OSError) and error.errno in _FULL_ERRORS


def _end_with_the_server() -> None:
    """The server holds the other end of standard input: when it is gone nobody waits for this run, which can be taken
    up again from its store."""

    def wait() -> None:
        while os.read(_STDIN, 1):
            pass
        os._exit(1)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
