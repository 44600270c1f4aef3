"""Work spread over processes: each unit is computed alone, and what it gives handed over as it is there.

The processes are the parallelism, so each uses one thread. A pool whose process died is replaced, and only what is
missing goes on; however the work ends, its processes end with it.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
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
    yield from _patiently(_pool, function, common, units, jobs)


def each_part(
    function: Callable[[Any, U], Iterator[R]], common: Any, units: Sequence[U], jobs: int
) -> Generator[tuple[U, R]]:
    """As :func:`each` for a ``function`` that gives several results of a unit one by one: each comes as it is there.

    A unit whose process died begins anew, so that its first results may come twice.
    """
    if jobs == 1:
        for unit in units:
            for part in function(common, unit):
                yield unit, part
        return
    yield from _patiently(_pools, function, common, units, jobs)


def _patiently(
    pool: Callable[..., Generator[tuple[U, R]]], function: Any, common: Any, units: Sequence[U], jobs: int
) -> Generator[tuple[U, R]]:
    """What ``pool`` finds, and a new one's for what is left when it breaks; it takes what has ended off ``left``."""
    left, barren = dict.fromkeys(units), 0
    while left:
        found = False
        try:
            for result in pool(function, common, left, min(jobs, len(left))):
                found = True
                yield result
        except BrokenProcessPool as error:
            barren = 0 if found else barren + 1
            if barren == _PATIENCE:
                raise UserError("the processes of the run died {times} times without ending a unit, as they do when "
                                "memory runs out; try fewer --jobs", times=_PATIENCE) from error  # fmt: skip


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _processes(function: Any, common: Any, sizes: Sequence[int]) -> Iterator[list[ProcessPoolExecutor]]:
    """Pools of so many processes each. However the work ends, they end with it: they watch a pipe that only this
    process holds."""
    watch, hold = Pipe(duplex=False)
    with _one_thread_each(), hold, watch:
        begin = (function, common, watch)
        pools = [ProcessPoolExecutor(size, get_context("spawn"), initializer=_begin, initargs=begin) for size in sizes]
        try:
            yield pools
            for pool in pools:
                pool.shutdown(wait=True)
        finally:
            hold.close()
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)


def _pool(function: Callable[[Any, U], R], common: Any, left: dict[U, None], jobs: int) -> Generator[tuple[U, R]]:
    """One pool's work: two units for each process are under way or wait in it, so that none is idle."""
    waiting = deque(left)
    under_way: dict[Future[R], U] = {}

    def ended(lost: bool = False) -> Iterator[tuple[U, R]]:
        for future in _done(under_way, lost):
            unit = under_way.pop(future)
            del left[unit]
            yield unit, future.result()

    with _processes(function, common, [jobs]) as (pool,):
        try:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * jobs:
                    unit = waiting.popleft()
                    under_way[_submitted(pool, _work, unit)] = unit
                wait(under_way, return_when=FIRST_COMPLETED)
                yield from ended()
        except (KeyboardInterrupt, BrokenProcessPool):
            yield from ended(lost=True)  # what ended is kept
            raise


def _pools(
    function: Callable[[Any, U], Iterator[R]], common: Any, left: dict[U, None], jobs: int
) -> Generator[tuple[U, R]]:
    """The work of pools of one process each, which computes a unit part by part and is asked for the next part."""
    waiting = deque(left)
    under_way: dict[Future[list[R]], tuple[ProcessPoolExecutor, U]] = {}

    def ask(pool: ProcessPoolExecutor, unit: U, first: bool) -> None:
        under_way[_submitted(pool, _part, unit, first)] = pool, unit

    def ended(lost: bool = False) -> Iterator[tuple[U, R]]:
        for future in _done(under_way, lost):
            pool, unit = under_way.pop(future)
            parts = future.result()
            if parts and not lost:
                ask(pool, unit, False)
            elif not parts:
                del left[unit]
                if waiting and not lost:
                    ask(pool, waiting.popleft(), True)
            yield from ((unit, part) for part in parts)

    with _processes(function, common, [1] * jobs) as pools:
        try:
            for pool in pools:
                ask(pool, waiting.popleft(), True)
            while under_way:
                wait(under_way, return_when=FIRST_COMPLETED)
                yield from ended()
        except (KeyboardInterrupt, BrokenProcessPool):
            yield from ended(lost=True)  # what ended is kept
            raise


def _done(under_way: Iterable[Future[R]], lost: bool) -> list[Future[R]]:
    """The ended among those ``under_way``; failed ones raise when asked, unless they are ``lost`` anyway."""
    done = [future for future in under_way if future.done()]
    return [future for future in done if not (lost and (future.cancelled() or future.exception() is not None))]


_task: tuple[Callable[[Any, Any], Any], Any] | None = None  # of this worker process, set once by _begin


def _begin(function: Callable[[Any, Any], Any], common: Any, watch: connection.Connection) -> None:
    """Makes a worker process ready. It ignores Ctrl-C, which the parent handles, and dies with the parent."""
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


_parts: Iterator[Any] = iter(())  # what this worker process has yet to find of its unit


def _part(unit: Any, first: bool) -> list[Any]:
    """The next part of ``unit``, alone in a list; an empty list at its end."""
    global _parts
    if first:
        _parts = iter(_work(unit))
    return list(islice(_parts, 1))


def _submitted(pool: ProcessPoolExecutor, function: Callable[..., R], *given: Any) -> Future[R]:
    """``pool.submit``, which may start a process: Ctrl-C waits until that is done, and never reaches the new process,
    which inherits that it is blocked from its first instruction on. (Windows cannot block it.)"""
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(function, *given)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(function, *given)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
