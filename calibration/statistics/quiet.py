"""Linear algebra in one thread: for matrices of a few hundred columns threads only wait for each other, ten times as
long on a busy machine, and sums come out in another order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """While it lasts, linear algebra uses one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        yield
