"""The whole model as one function: ``simulate(district, rules, behaviour, policy, seed)``."""

from __future__ import annotations

from districts.faults import UserError
from districts.model import District
from sim.behaviour import Behaviour
from sim.calendar import Calendar, next_month
from sim.facilities.hospitals import listed_hospitals
from sim.month import begin
from sim.policy import Policy
from sim.results import Results
from sim.rules import Rules
from sim.trace import Trace
from sim.world import World, make_world


def simulate(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policy: Policy,
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
    threads: int = 1,
    trace: Trace | None = None,
) -> Results:
    """Simulate ``policy.months`` months, the first being the month after the stock's.

    ``behaviour`` is the vector of this replicate (drawn by the caller, or the default). With ``luck_only`` shocks and
    the stock's uncertain parts stay at their centre. ``threads`` kernels run side by side. Same
    arguments, same bytes, whatever the number of threads, and whether a ``trace`` watches or not. Raises
    ``UserError`` when the policy was made for another number of facilities, or when the stock or the household that is
    traced does not exist.
    """
    world = run_world(
        district, rules, behaviour, policy, seed, replicate=replicate, stock=stock, luck_only=luck_only,
        threads=threads, trace=trace,
    )  # fmt: skip
    world.release()
    return results_of(world)


def run_world(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policy: Policy,
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
    threads: int = 1,
    trace: Trace | None = None,
) -> World:
    """As :func:`simulate`, but returns the final state with its ledger, for tests and for looking inside."""
    world = first_world(
        district, rules, behaviour, policy, seed, replicate=replicate, stock=stock, luck_only=luck_only,
        threads=threads,
    )  # fmt: skip
    world.trace = trace
    run(world)
    return world


def first_world(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policy: Policy,
    seed: int,
    *,
    replicate: int = 0,
    stock: str | None = None,
    luck_only: bool = False,
    threads: int = 1,
) -> World:
    """The world of :func:`simulate` before its first month. Raises ``UserError`` as that does."""
    if policy.facilities != len(district.facilities):
        raise UserError(
            "the policy is made for {policy} facilities, the district has {district}",
            policy=policy.facilities,
            district=len(district.facilities),
        )
    try:
        start = district.stock(stock)
    except KeyError as error:
        raise UserError("{problem}", problem=error.args[0]) from error
    calendar = Calendar(next_month(start.month), policy.months)
    return make_world(district, rules, behaviour, policy, seed, replicate, start, luck_only, calendar, threads)


def results_of(world: World) -> Results:
    """What ``world`` has reported."""
    return Results(
        months=world.calendar.names,
        facilities=tuple(facility.name for facility in world.facilities),
        hospitals=tuple(hospital.name for hospital in listed_hospitals(world.district)),
        district=world.out_district,
        facility=world.out_facility,
        segment=world.out_segment,
        hospital=world.out_hospital,
        notes=tuple(world.notes),
    )


def run(world: World) -> None:
    """Let every month of ``world`` happen; the claims office began its work when it was made."""
    if world.trace:
        world.trace.begin(world)
    begin(world)
    advance(world, world.calendar.count)
    world.team.close()


def advance(world: World, months: int) -> None:
    """Let what is begun happen until the end of the first ``months`` months; nothing where they are over already."""
    if months > world.months_done:
        world.env.run(until=world.calendar.end_of(months))
        world.months_done = months
