"""The units of a run (scenario × replicate): what they need, and how those of one replicate are computed together.

Scenarios of a replicate that decide alike up to a month have one past, which is simulated once (:mod:`sim.futures`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from districts.model import District
from scenarios.blocks import ASSUMED, LUCK, probe
from scenarios.scenario import Decision
from sim.behaviour import Behaviour
from sim.policy import Policy
from sim.posterior import Posterior, centre_of, draw_of
from sim.results import Results

if TYPE_CHECKING:
    from sim.rules import Rules

#: A simulator: called as ``simulate(district, rules, behaviour, policy, seed, replicate=, stock=, luck_only=)``.
Simulate = Callable[..., Results]
Unit = tuple[str, int]
#: A piece of work: a replicate, and the names of which it is computed.
Share = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Task:
    """What the units of one name compute: what is decided, in a probe the block that is held, and parameters ``fixed``
    at a value in every replicate."""

    decision: Decision
    held: str = ""
    fixed: tuple[tuple[str, float], ...] = ()


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
    alike: dict[tuple[str, tuple[tuple[str, float], ...]], list[str]] = {}
    for name in names:
        alike.setdefault((tasks[name].held, tasks[name].fixed), []).append(name)
    began = time.monotonic()
    for group in alike.values():
        policies = {name: _policy(setting, tasks[name], replicate) for name in group}
        behaviour, luck_only = _behaviour(setting, tasks[group[0]], replicate)
        for name, results in _simulated(setting, behaviour, policies, replicate, luck_only):
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
    setting: Setting, behaviour: Behaviour, policies: Mapping[str, Policy], replicate: int, luck_only: bool
) -> Iterator[tuple[str, Results]]:
    given = setting.district, setting.rules, behaviour
    if setting.simulate is None:
        from sim.futures import simulate_futures  # compiled kernels: not before they are needed

        yield from simulate_futures(*given, policies, setting.seed, replicate=replicate, stock=setting.stock,
                                    luck_only=luck_only)  # fmt: skip
        return
    for name, policy in policies.items():
        yield name, setting.simulate(*given, policy, setting.seed, replicate=replicate, stock=setting.stock,
                                     luck_only=luck_only)  # fmt: skip
