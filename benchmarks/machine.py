"""What this machine can do at most, and what a process uses of it."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np

_ROUNDS = 7


def seconds_of(work: Callable[[], object]) -> float:
    """Median wall-clock seconds of seven calls of ``work``, after one that is not counted."""
    work()
    sample = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        sample.append(time.perf_counter() - start)
    return median(sample)


def uniforms_per_second(threads: int = 1) -> float:
    """Float64 of NumPy's PCG64 a second, each thread filling a buffer of 65,536 that stays in cache.

    Two threads over one is what a second thread is worth here and now: twice as much on two idle cores, hardly more on
    a busy machine or on one core that shows itself as two.
    """
    pairs = [(np.random.Generator(np.random.PCG64(seed)), np.empty(65_536)) for seed in range(threads)]

    def fill(index: int) -> None:
        generator, buffer = pairs[index]
        for _ in range(50):
            generator.random(out=buffer)

    with ThreadPoolExecutor(threads) as pool:
        return threads * 50 * 65_536 / seconds_of(lambda: list(pool.map(fill, range(threads))))


def copied_bytes_per_second() -> float:
    """Bytes read and written a second by one thread that copies 200 MB."""
    source, target = np.ones(25_000_000), np.empty(25_000_000)
    return 2 * source.nbytes / seconds_of(lambda: np.copyto(target, source))


def peak_memory() -> int:
    """The largest resident memory of this process so far, in bytes.

    On Linux the kernel's high-water mark of this program alone (``getrusage`` would include the process that started
    it); elsewhere ``getrusage``. 0 where neither exists.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage if platform.system() == "Darwin" else usage * 1024


def describe() -> str:
    """Processor, cores and Python of this machine, and how busy it is, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor()
    load = f", load before the run {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}{load}"
