"""One implementation of W1 in a process of its own: clean memory, and rounds that alternate with the others'."""

from __future__ import annotations

import importlib
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from benchmarks import w1
from benchmarks.machine import peak_memory


class Round(NamedTuple):
    """One measured run: seconds of its months (not of preparing the residents), counts, peak memory in bytes.

    With one thread the seconds are processor time: on a quiet machine the same as the wall clock, and less disturbed by
    others on a busy one. With more threads they are the wall clock's.
    """

    seconds: float
    counts: w1.IntArray
    memory: int


def _serve(pipe: Connection, module: str, residents: int, threads: int) -> None:
    """Run W1 once for every replicate that arrives, until None does."""
    code: Any = importlib.import_module(f"benchmarks.{module}")
    options = {"threads": threads} if threads > 1 else {}
    clock = time.perf_counter if threads > 1 else time.process_time
    people = w1.make_population(residents)
    while (replicate := pipe.recv()) is not None:
        state = code.prepare(people, replicate)
        start = clock()
        counts = code.run(state, **options)
        pipe.send(Round(clock() - start, np.asarray(counts), peak_memory()))
        del state


class Worker:
    """A child process that holds one implementation (``benchmarks.<module>``) and its residents.

    More than one thread only for modules whose ``run`` takes ``threads``.
    """

    def __init__(self, module: str, residents: int, threads: int = 1) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, module, residents, threads), daemon=True)
        self._process.start()
        theirs.close()

    def round(self, replicate: int) -> Round:
        """Run once. Raises ``EOFError`` if the process has died."""
        self._pipe.send(replicate)
        result: Round = self._pipe.recv()
        return result

    def close(self) -> None:
        """End the process."""
        self._pipe.send(None)
        self._process.join()
