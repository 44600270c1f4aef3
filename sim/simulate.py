"""The whole model as one function: ``simulate(district, rules, behaviour, policy, seed)``."""

from __future__ import annotations

from districts.faults import UserError
from districts.model import District
from sim.behaviour import Behaviour
from sim.calendar import Calendar, next_month
from sim.month import run_calendar, work_office
from sim.policy import Policy
from sim.results import Results
from sim.rules import Rules
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
) -> Results:
    """Simulate ``policy.months`` months, the first being the month after the stock's.

    ``behaviour`` is the vector of this replicate (drawn by the caller, or the default). With ``luck_only`` shocks and
    the stock's uncertain parts stay at their centre. ``threads`` kernels run side by side. Same
    arguments, same bytes, whatever the number of threads. Raises ``UserError`` when the policy
    was made for another number of facilities or the stock does not exist.
    """
    world = run_world(
        district, rules, behaviour, policy, seed, replicate=replicate, stock=stock, luck_only=luck_only, threads=threads
    )
    return Results(
        months=world.calendar.names,
        facilities=tuple(facility.name for facility in district.facilities),
        district=world.out_district,
        facility=world.out_facility,
        segment=world.out_segment,
        notes=tuple(world.notes),
    )


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
) -> World:
    """As :func:`simulate`, but returns the final state with its ledger, for tests and for looking inside."""
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
    world = make_world(district, rules, behaviour, policy, seed, replicate, start, luck_only, calendar, threads)
    run(world)
    return world


def run(world: World) -> None:
    """Let every month of ``world`` happen; orders that would come later are still under way at its end."""
    world.env.process(run_calendar(world))
    world.env.process(work_office(world))
    world.env.run(until=world.calendar.days)
    world.team.close()
