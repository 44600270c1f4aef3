"""The units of a run (scenario × replicate): what they need, and how those of one replicate are computed together.

Scenarios of a replicate that decide alike up to a month have one past, which is simulated once (:mod:`sim.futures`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from districts.faults import UserError
from districts.model import District
from scenarios.blocks import ASSUMED, LUCK, probe
from scenarios.scenario import Decision
from sim.behaviour import Behaviour
from sim.policy import Policy
from sim.posterior import Posterior, centre_of, draw_of
from sim.results import Results

if TYPE_CHECKING:
    from sim.rules import Rules
    from sim.state import State

#: A simulator: called as ``simulate(district, rules, behaviour, policy, seed, replicate=, stock=, luck_only=)``.
Simulate = Callable[..., Results]
Unit = tuple[str, int]
#: A piece of work: a replicate, and the names of which it is computed.
Share = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Fork:
    """What a future goes on from: the first ``months`` months as decided in ``decision``. The folder ``states`` may
    have the state at their end, replicate by replicate; with ``keep`` it is put there."""

    decision: Decision
    months: int
    states: Path
    keep: bool = False


@dataclass(frozen=True)
class Task:
    """What the units of one name compute: what is decided, in a probe the block that is held, parameters ``fixed`` at a
    value in every replicate, and in a fork its ``past``."""

    decision: Decision
    held: str = ""
    fixed: tuple[tuple[str, float], ...] = ()
    past: Fork | None = None


@dataclass(frozen=True)
class Setting:
    """What all units of a run share; sent once to each process. ``simulate`` stands in for the engine where it is
    given: it computes each unit by itself."""

    district: District
    rules: Rules
    seed: int
    stock: str
    luck_only: bool
    start: str
    simulate: Simulate | None = None
    posterior: Posterior | None = None


def shares(units: Iterable[Unit], jobs: int) -> list[Share]:
    """``units`` replicate by replicate, in pieces for ``jobs`` processes: a replicate is parted only where there are
    more processes than replicates."""
    named: dict[int, list[str]] = {}
    for name, replicate in units:
        named.setdefault(replicate, []).append(name)
    parts = max(1, jobs // max(1, len(named)))
    found = []
    for replicate, names in named.items():
        size = -(-len(names) // parts)
        found += [(replicate, tuple(names[first : first + size])) for first in range(0, len(names), size)]
    return found


def computed(common: tuple[Setting, Mapping[str, Task]], share: Share) -> Iterator[tuple[Unit, tuple[Results, float]]]:
    """The units of ``share``, each as it ends: (results from the run's start on, seconds since the one before)."""
    setting, tasks = common
    replicate, names = share
    alike: dict[object, list[str]] = {}
    for name in names:
        task = tasks[name]
        alike.setdefault((task.held, task.fixed, task.past is None), []).append(name)
    began = time.monotonic()
    for group in alike.values():
        first = tasks[group[0]]
        policies = {name: _policy(setting, tasks[name], replicate) for name in group}
        behaviour, luck_only = _behaviour(setting, first, replicate)
        for name, results in _simulated(setting, behaviour, policies, replicate, luck_only, first.past):
            yield (name, replicate), (results.since(setting.start), time.monotonic() - began)
            began = time.monotonic()


def one_unit(setting: Setting, task: Task, replicate: int) -> tuple[Results, float]:
    """One unit alone: (results from the run's start on, seconds)."""
    ((_, found),) = computed((setting, {"": task}), (replicate, ("",)))
    return found


def _policy(setting: Setting, task: Task, replicate: int) -> Policy:
    # how strong a lever is nobody measured: it is held with all that is assumed, and where only luck is left
    centred = setting.luck_only or task.held in (LUCK, ASSUMED)
    return task.decision.policy if centred else task.decision.of(setting.seed, replicate)


def _behaviour(setting: Setting, task: Task, replicate: int) -> tuple[Behaviour, bool]:
    """The vector of a replicate, and whether shocks stay at their centre."""
    luck_only = setting.luck_only
    if task.held:
        behaviour, luck_only = probe(task.held, setting.seed, replicate, setting.posterior)
    elif luck_only:
        behaviour = centre_of(setting.posterior)
    else:
        behaviour = draw_of(setting.posterior, setting.seed, replicate)
    return behaviour.but(dict(task.fixed)), luck_only


def _simulated(
    setting: Setting, behaviour: Behaviour, policies: Mapping[str, Policy], replicate: int, luck_only: bool,
    past: Fork | None,
) -> Iterator[tuple[str, Results]]:  # fmt: skip
    given = setting.district, setting.rules, behaviour
    luck: dict[str, Any] = {"replicate": replicate, "stock": setting.stock, "luck_only": luck_only}
    if setting.simulate is not None:
        for name, policy in policies.items():
            yield name, setting.simulate(*given, policy, setting.seed, **luck)
        return
    from sim.futures import (
        simulate_forks,
        simulate_futures,
        state_after,
    )  # compiled kernels: not before they are needed

    if past is None:
        yield from simulate_futures(*given, policies, setting.seed, **luck)
        return
    before = _policy(setting, Task(past.decision), replicate)
    path = past.states / f"{replicate}.npz"
    state = _state(path)
    if state is None:
        state = state_after(*given, before, past.months, setting.seed, **luck)
        if past.keep:
            half = path.with_suffix(f".{os.getpid()}.half")
            half.write_bytes(state.to_bytes())
            os.replace(half, path)
    yield from simulate_forks(*given, before, state, policies, setting.seed, **luck)


def _state(path: Path) -> State | None:
    """The state in the file ``path``, None where there is none. Raises ``UserError`` for one that cannot be read."""
    from sim.state import State

    try:
        return State.from_bytes(path.read_bytes()) if path.exists() else None
    except ValueError as error:
        raise UserError("{path} cannot be gone on from ({reason}); delete it, and it is computed anew",
                        path=path, reason=error) from error  # fmt: skip
