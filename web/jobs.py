"""The queue of runs: one process at a time works on the run that waits longest, and the folders tell the rest.

A run that was under way when the server ended is taken up again when it starts. Two servers on one folder would compute
the same run twice, so that the second is refused.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from districts.faults import UserError
from scenarios.store import FILE
from web.job import LOG, OUTCOME, Job, State, all_jobs, load_job, save_job
from web.leaving import COMING, LEAVING, come, left, may_leave
from web.progress import counts, progress
from web.runner import FAULT, FULL

#: The process of a run; its folder, and perhaps ``--close``, follow.
RUNNER = (sys.executable, "-m", "web.runner")
_LOCK = ".web.lock"
_PATIENCE = 10.0  # seconds until a process that was told to end is killed
_PAUSE = 0.2
#: Ctrl-C is for the server, which ends its process itself: on Windows by this flag, elsewhere by a session of its own.
_OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class Jobs:
    """The runs below ``outputs``. :meth:`start` begins to work on the queue, :meth:`stop` ends it."""

    def __init__(self, outputs: Path, command: Sequence[str] = RUNNER) -> None:
        self.outputs, self._command = outputs, tuple(command)
        self._change = Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._current: Job | None = None
        self._unsaved: dict[str, Job] = {}  # states that a full disk did not take
        self._ended = True
        self._lock: sqlite3.Connection | None = None
        self._keeper: Thread | None = None

    # -- the server's life -------------------------------------------------------------------------------------
    def claim(self) -> None:
        """Take the folder for this server. Raises ``UserError`` when another server works on it."""
        if self._lock is not None:
            return
        self.outputs.mkdir(parents=True, exist_ok=True)
        self._lock = sqlite3.connect(self.outputs / _LOCK, timeout=0, check_same_thread=False)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            self._lock = None
            raise UserError("{folder} is in use by another prakira web; stop it, or choose another --outputs",
                            folder=self.outputs) from error  # fmt: skip

    def start(self) -> None:
        """Take up what was under way, and work on the queue from now on. Raises as :meth:`claim`."""
        self.claim()
        for job in all_jobs(self.outputs):
            if job.state == "running" and job.made_here:
                self._save(job.but(state="queued"))
        self._ended = False
        self._keeper = Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End the process that works; its run is taken up again at the next start."""
        with self._change:
            self._ended = True
            self._end_process()
            self._change.notify_all()
        if self._keeper is not None:
            self._keeper.join()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # -- what pages ask ----------------------------------------------------------------------------------------
    def get(self, name: str) -> Job:
        """The run of this name. Raises as :func:`web.job.load_job`."""
        return self._unsaved.get(name) or load_job(self.outputs, name)

    def all(self) -> list[Job]:
        """All runs, the newest first."""
        return [self._unsaved.get(job.name, job) for job in all_jobs(self.outputs)]

    def place(self, name: str) -> int:
        """How many runs are worked on before this one; 0 when it is the first."""
        waiting = sorted((job for job in self.all() if job.under_way and job.made_here), key=_order)
        return next((place for place, job in enumerate(waiting) if job.name == name), 0)

    def submit(self, job: Job) -> None:
        """Put a run, whose folder exists, into the queue. Raises ``OSError`` when it cannot be written."""
        with self._change:
            save_job(self.outputs, job.but(state="queued", queued=time.time(), message=None))
            self._change.notify_all()

    # -- what users do -----------------------------------------------------------------------------------------
    def pause(self, name: str) -> None:
        """Stop a run that works or waits; it goes on when it is resumed."""
        self._leave(name, lambda job: job.but(state="paused"))

    def cancel(self, name: str) -> None:
        """Stop a run for good: what is stored gets its reports. It may still be resumed. Where all is computed there is
        nothing to stop: the reports are written and the run is done."""

        def cancelled(job: Job) -> Job:
            stored = sum(counts(self.outputs / name).values())
            return job.but(state="closing" if stored else "cancelled", queued=time.time())

        job = self.get(name)
        if job.state != "running" or progress(self.outputs, job).phase != "reports":
            self._leave(name, cancelled, ("queued", "running", "paused"))

    def leave_out(self, name: str, scenario: str) -> None:
        """Compute no more of one scenario of a run that works, waits or is paused; the others go on, and what is stored
        stays. Nothing happens where all of it is computed. Raises ``UserError`` when it is the only one left, and
        ``OSError`` on a full disk."""
        job = self.get(name)
        if job.kind == "run" and job.made_here and may_leave(self.outputs, job, scenario):
            self._leave(name, lambda job: left(self.outputs, job, scenario), LEAVING)

    def take_in(self, name: str, scenario: str) -> None:
        """Compute a scenario again that was taken out; what is stored of it is not computed anew. Raises as
        :meth:`leave_out`."""
        if scenario in self.get(name).left_out:
            self._leave(name, lambda job: come(self.outputs, job, scenario), COMING)

    def resume(self, name: str) -> None:
        """Put a run that was stopped, or failed, into the queue again."""
        job = self.get(name)
        if job.under_way or job.state == "done":
            return
        if not job.made_here:
            raise UserError("this run was made on the command line; go on with it there: prakira run … --resume")
        with self._change:
            self._save(job.but(state="queued", queued=time.time(), message=None))
            self._change.notify_all()

    def rename(self, name: str, title: str) -> None:
        """Give a run a title. Raises ``OSError`` when it cannot be written."""
        with self._change:
            save_job(self.outputs, self.get(name).but(title=title.strip()[:120]))

    def delete(self, name: str) -> None:
        """Remove a run with all its files. Raises ``UserError`` while it is under way."""
        with self._change:
            job = self.get(name)
            if job.under_way:
                raise UserError("this run is under way; cancel it first")
            shutil.rmtree(self.outputs / name)
            self._unsaved.pop(name, None)

    # -- the queue ---------------------------------------------------------------------------------------------
    def _leave(self, name: str, become: Callable[[Job], Job], of: Sequence[State] = ("queued", "running")) -> None:
        """Take a run in one of the states ``of`` out of the queue, or end its process, and let it ``become`` something
        else."""
        with self._change:
            job = self.get(name)
            if job.state not in of:
                return
            if not job.made_here:
                raise UserError("this run goes on in a terminal; stop it there with Ctrl-C")
            if self._current is not None and self._current.name == name:
                self._end_process()
            job = self.get(name)
            try:
                self._save(become(job))
            except BaseException:  # it could not become that: it goes on as before
                self._save(job.but(state="queued") if job.state == "running" else job)
                raise
            finally:
                self._change.notify_all()

    def _keep(self) -> None:
        """The thread that starts processes and sees how they end."""
        with self._change:
            while not self._ended:
                with contextlib.suppress(UserError, OSError):  # of a folder that somebody else removes meanwhile
                    if self._process is not None and self._process.poll() is not None:
                        self._finish(self._process.returncode)
                    if self._process is None:
                        self._start_next()
                self._change.wait(None if self._process is None else _PAUSE)

    def _start_next(self) -> None:
        waiting = sorted((job for job in self.all() if job.state in ("queued", "closing")), key=_order)
        if not waiting:
            return
        job, folder = waiting[0], self.outputs / waiting[0].name
        closing = ["--close"] if job.state == "closing" else []
        if not closing:
            job = job.but(state="running", begun=time.time(), begun_done=progress(self.outputs, job).done)
            self._save(job)
        try:
            with (folder / LOG).open("ab") as log:
                self._process = subprocess.Popen(
                    [*self._command, str(folder), *closing], stdin=subprocess.PIPE, stdout=log, stderr=log,
                    env=_environment(), start_new_session=True, creationflags=_OWN_GROUP,
                )  # fmt: skip
            self._current = job
        except OSError as error:
            self._save(_stopped(job, error))

    def _finish(self, code: int) -> None:
        """The process has ended by itself: the run is done, or what went wrong is told."""
        job, folder = self._current, self.outputs / (self._current.name if self._current else "")
        self._forget_process()
        if job is None or not folder.is_dir():
            return
        job = self.get(job.name)
        if code == 0:
            far = progress(self.outputs, job)
            short = job.state == "closing" and far.done < far.total
            job = job.but(state="cancelled" if short else "done", message=None)
        elif code == FULL and job.kind == "rkpd":
            job = job.but(state="failed", message=("the disk is full; free some space, then compute it anew", {}))
        elif code == FULL:
            job = job.but(state="failed", message=("the disk is full; free some space, then resume. What was computed "
                                                   "is stored", {}))  # fmt: skip
        elif code == FAULT:
            job = job.but(state="failed", message=_told_fault(folder))
        elif job.kind == "rkpd":
            job = job.but(
                state="failed", message=("it stopped by a fault of the program; {log} says more", {"log": LOG})
            )
        else:
            job = job.but(state="failed", message=("the run stopped by a fault of the program; {log} says more. What "
                                                   "was computed is stored", {"log": LOG}))  # fmt: skip
        self._save(job)

    def _end_process(self) -> None:
        """End the process of the current run, and wait until it has ended."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._forget_process()

    def _forget_process(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process = self._current = None

    def _save(self, job: Job) -> None:
        """Keep a state on disk, or in memory where the disk does not take it."""
        try:
            save_job(self.outputs, job)
            self._unsaved.pop(job.name, None)
        except OSError:
            self._unsaved[job.name] = job


def has_results(outputs: Path, job: Job) -> bool:
    """Whether anything of the run is stored."""
    return (outputs / job.name / FILE).is_file() and bool(counts(outputs / job.name))


def _order(job: Job) -> tuple[bool, float, str]:
    """The run that works first, then those that wait, as they came."""
    return (job.state != "running", job.queued, job.name)


def _stopped(job: Job, error: OSError) -> Job:
    return job.but(state="failed", message=("the run could not be started: {reason}",
                                            {"reason": error.strerror or str(error)}))  # fmt: skip


def _told_fault(folder: Path) -> tuple[str, dict[str, Any]]:
    """What the runner says of a fault in what was asked for."""
    try:
        said = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = {}
    return ("", said)


def _environment() -> dict[str, str]:
    """The environment of a run's process, which reads the same source as this one."""
    here = str(Path(__file__).resolve().parent.parent)
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([here, *([before] if before else [])])}
