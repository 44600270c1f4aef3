"""Many replicates of a run, each asked for its quantities and forgotten: a sample per quantity."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from calibration.defaults.quantities import DEFAULT_RUN, QUANTITIES, Kind
from calibration.defaults.watch import FloatArray, watched_run
from districts.model import District
from districts.read import read_district
from districts.whole import write_whole
from scenarios.levers.base import Context
from scenarios.scenario import load_scenario
from sim.behaviour import Behaviour, default_behaviour
from sim.calendar import next_month
from sim.rules import load_rules

#: Applies a function to every replicate: the builtin ``map``, or that of a pool of processes.
Over = Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]


@contextmanager
def processes(jobs: int | None = None) -> Iterator[Over]:
    """A map over ``jobs`` processes (default: one a processor); the numbers are those of one process."""
    with ProcessPoolExecutor(jobs or os.cpu_count(), get_context("spawn")) as pool:
        yield pool.map


def write_page(page: Callable[[District, Over], str]) -> None:
    """Write what ``page`` says of the shipped example, computed on all processors, to the path that is the only
    argument of the command; whole or not at all."""
    with processes() as over:
        write_whole(Path(sys.argv[1]), page(read_district("bengkulu-utara"), over))


def _one(
    district: District, behaviour: Behaviour, drawn: bool, kind: Kind, names: Sequence[str], seed: int, replicate: int
) -> list[float]:
    rules = load_rules()
    context = Context(district=district, rules=rules, first_month=next_month(kind.stock), months=kind.months)
    policy = load_scenario(kind.scenario).policy(context)
    vector = behaviour.draw(seed, replicate) if drawn else behaviour
    run = watched_run(district, rules, vector, policy, seed, replicate=replicate, stock=kind.stock)
    return [QUANTITIES[name](run) for name in names]


def sample(
    district: District,
    names: Sequence[str],
    replicates: Iterable[int],
    seed: int,
    *,
    kind: Kind = DEFAULT_RUN,
    behaviour: Behaviour | None = None,
    drawn: bool = False,
    over: Over = map,
) -> FloatArray:
    """Quantities ``names`` of each replicate, shape (replicates, names), shocks on.

    ``behaviour`` (default: the medians of the priors) is the same for all, or with ``drawn`` the centre from which each
    draws its own. ``over`` maps over the replicates.
    """
    behaviour = behaviour or default_behaviour()
    task = partial(_one, district, behaviour, drawn, kind, tuple(names), seed)
    return np.array(list(over(task, replicates)))
