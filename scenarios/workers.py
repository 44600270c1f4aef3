"""Work spread over processes: each unit is computed alone and handed over as it ends.

The processes are the parallelism, so each uses one thread. A pool whose process died is replaced, and only what is
missing goes on; however the work ends, its processes end with it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import Pipe, connection, get_context
from threading import Thread
from typing import Any, TypeVar

from districts.faults import UserError

U = TypeVar("U")
R = TypeVar("R")
_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PATIENCE = 3  # pools that may break one after another without ending a unit


def each(function: Callable[[Any, U], R], common: Any, units: Sequence[U], jobs: int) -> Generator[tuple[U, R]]:
    """``function(common, unit)`` of every unit, as (unit, result) in the order in which they end.

    ``function`` is importable by name; ``common`` is sent once to each process; units are hashable and differ. With
    ``jobs`` 1 everything happens here, in order. Raises ``UserError`` when processes die again and again.
    """
    if jobs == 1:
        for unit in units:
            yield unit, function(common, unit)
        return
    left, barren = dict.fromkeys(units), 0
    while left:
        before = len(left)
        try:
            for unit, result in _pool(function, common, list(left), min(jobs, len(left))):
                del left[unit]
                yield unit, result
        except BrokenProcessPool as error:
            barren = 0 if len(left) < before else barren + 1
            if barren == _PATIENCE:
                raise UserError("the processes of the run died {times} times without ending a unit, as they do when "
                                "memory runs out; try fewer --jobs", times=_PATIENCE) from error  # fmt: skip


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool(function: Callable[[Any, U], R], common: Any, units: list[U], jobs: int) -> Generator[tuple[U, R]]:
    """One pool's work. However it ends, its processes end with it: they watch a pipe that only this process holds."""
    watch, hold = Pipe(duplex=False)
    waiting = deque(units)
    under_way: dict[Future[R], U] = {}
    with _one_thread_each(), hold, watch:
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin, initargs=(function, common, watch))
        try:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * jobs:
                    unit = waiting.popleft()
                    under_way[pool.submit(_work, unit)] = unit
                wait(under_way, return_when=FIRST_COMPLETED)
                yield from _ended(under_way)
            pool.shutdown(wait=True)
        except (KeyboardInterrupt, BrokenProcessPool):
            yield from _ended(under_way, lost=True)  # what ended is kept
            raise
        finally:
            hold.close()
            pool.shutdown(wait=False, cancel_futures=True)


def _ended(under_way: dict[Future[R], U], lost: bool = False) -> Iterator[tuple[U, R]]:
    """Takes the ended units out of ``under_way``; failed ones raise, unless they are ``lost`` anyway."""
    for future in [future for future in under_way if future.done()]:
        unit = under_way.pop(future)
        if lost and (future.cancelled() or future.exception() is not None):
            continue
        yield unit, future.result()


_task: tuple[Callable[[Any, Any], Any], Any] | None = None  # of this worker process, set once by _begin


def _begin(function: Callable[[Any, Any], Any], common: Any, watch: connection.Connection) -> None:
    """Makes a worker process ready. It ignores Ctrl-C, which the parent handles, and dies with the parent."""
    import signal

    global _task
    _task = function, common
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def die_with_parent() -> None:
        connection.wait([watch])
        os._exit(1)

    Thread(target=die_with_parent, daemon=True).start()


def _work(unit: Any) -> Any:
    assert _task is not None  # _begin ran first
    function, common = _task
    return function(common, unit)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """While processes are started each is told to use one thread: the processes are the parallelism."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
