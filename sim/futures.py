"""One past, many futures: several policies simulated under the same luck, what they have in common once.

Policies that are equal up to a month form the branches of a tree: the months before are simulated once, and from the
state at their end each branch goes on by itself (:mod:`sim.state`). The tree is walked branch by branch, so that only
the states on the way to the running branch are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from districts.model import District
from sim.behaviour import Behaviour
from sim.calendar import Calendar
from sim.differences import first_difference
from sim.month import begin
from sim.policy import Policy
from sim.results import Results
from sim.rules import Rules
from sim.simulate import advance, first_world, results_of
from sim.state import State, go_on, take
from sim.world import World

#: A named policy.
Named = tuple[str, Policy]
#: Makes the world of a policy before its first month.
Make = Callable[[Policy], World]


def simulate_futures(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policies: Mapping[str, Policy],
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
) -> Iterator[tuple[str, Results]]:
    """The results of each of ``policies`` by its name, each as it ends: those of :func:`sim.simulate.simulate` to the
    last bit. Raises ``UserError`` as that does."""
    make = partial(
        first_world, district, rules, behaviour, seed=seed, replicate=replicate, stock=stock, luck_only=luck_only
    )
    left = list(policies.items())
    while left:
        months = left[0][1].months
        alike = [named for named in left if named[1].months == months]
        left = [named for named in left if named[1].months != months]
        root = make(alike[0][1])
        begin(root)
        yield from _branch(root, alike, make)


def state_after(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policy: Policy,
    months: int,
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
) -> State:
    """The state at the end of the first ``months`` months of ``policy``. Raises ``UserError`` as
    :func:`sim.simulate.simulate` does."""
    world = first_world(district, rules, behaviour, policy, seed, replicate=replicate, stock=stock, luck_only=luck_only)
    begin(world)
    advance(world, months)
    return take(world)


def simulate_forks(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    past: Policy,
    state: State,
    policies: Mapping[str, Policy],
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
) -> Iterator[tuple[str, Results]]:
    """As :func:`simulate_futures`, in futures that go on from ``state``, to which ``past`` led: each of ``policies``
    takes its place then, whatever it would have done before. All have as many months as ``past``."""
    make = partial(
        first_world, district, rules, behaviour, seed=seed, replicate=replicate, stock=stock, luck_only=luck_only
    )
    followed = {name: policy.after(past, state.months) for name, policy in policies.items()}
    yield from _branches(state, list(followed.items()), make)


def _branch(world: World, alike: list[Named], make: Make) -> Iterator[tuple[str, Results]]:
    """All futures of ``world``, which has the first policy of ``alike``; until now all of them are equal."""
    beyond = _differences(alike, world.calendar)
    parting = min(beyond)
    advance(world, parting)
    if parting == world.calendar.count:
        results = results_of(world)
        world.release()
        yield from ((name, results) for name, _ in alike)
        return
    state = take(world)
    yield from _branch(world, _chosen(alike, [month > parting for month in beyond]), make)
    del world
    yield from _branches(state, _chosen(alike, [month == parting for month in beyond]), make)


def _branches(state: State, left: list[Named], make: Make) -> Iterator[tuple[str, Results]]:
    """All futures of ``state``: those that are equal beyond it together, one branch after the other."""
    while left:
        world = _from(state, make(left[0][1]))
        with_first = [month > state.months for month in _differences(left, world.calendar)]
        yield from _branch(world, _chosen(left, with_first), make)
        left = _chosen(left, [not chosen for chosen in with_first])


def _differences(alike: list[Named], calendar: Calendar) -> list[int]:
    """The month in which each policy first differs from the first one."""
    return [first_difference(alike[0][1], policy, calendar) for _, policy in alike]


def _chosen(named: list[Named], chosen: list[bool]) -> list[Named]:
    return [one for one, is_chosen in zip(named, chosen, strict=True) if is_chosen]


def _from(state: State, made: World) -> World:
    """``made`` as it goes on from ``state``; where no month has happened it begins by itself."""
    if state.months:
        return go_on(made, state)
    begin(made)
    return made
