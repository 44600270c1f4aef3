"""Steps of the month that move people: the register, Pemda intake, UHC status, segments, births and deaths."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim import codes
from sim.payers.uhc import holds_status
from sim.people import demography, segments
from sim.people.chronic import add_patients
from sim.people.register import take_effect
from sim.people.segment_rates import segment_rates
from sim.people.selection import (
    add_to_pbi,
    choose_members,
    choose_uncovered,
    register_heads,
    switch_off,
)
from sim.world import Month, World

#: A number larger than any district, for "all of them".
_EVERYONE = 10**9
#: Months at whose end the half-yearly Dukcapil count takes the place of the one before.
_DUKCAPIL_MONTHS = (6, 12)


def open_register(world: World) -> None:
    """Day 1: switch-offs decided last month, suspensions and activations take effect."""
    world.now = Month()
    if world.to_drop:
        chosen = choose_members(
            world.people, world.households, world.used, codes.PEMDA, codes.PAYER_DISTRICT,
            world.policy.drop_order, world.to_drop,
        )  # fmt: skip
        world.now.dropped = switch_off(world.people, world.households, chosen)
        world.count_heads()
        world.line.dropped += world.now.dropped
        world.note(f"{world.now.dropped} Pemda heads switched off for lack of budget")
        world.to_drop = 0
    world.households.event[:] = codes.NO_EVENT
    take_effect(
        world.people, world.households, world.month, world.used, world.heads.table, world.heads.paid_by,
        world.heads.ghosts_paid, world.heads.owed, world.now.suspended,
    )  # fmt: skip


def count_day_one(world: World) -> None:
    """Heads of day 1, carried on from the month's close: they set capitation and the Pemda's bill."""
    register = world.heads.on_register()
    capitated = register[:, :, codes.ACTIVE]
    world.record(capitated=int(capitated.sum()))
    world.record_facilities(registered=register.sum(axis=(1, 2)) - register[:, :, codes.NEVER].sum(axis=1),
                            capitated=capitated.sum(axis=1))  # fmt: skip
    world.out_segment[world.month, :, 5] = capitated.sum(axis=0)
    if not world.residents_at_end:
        world.residents_at_end.append(world.heads.residents())


def apply_for_heads(world: World) -> None:
    """The Pemda applies for heads by its policy; the ministry cuts or updates PBI-JK."""
    _cut_pbi(world)
    month, policy = world.month, world.policy
    if world.to_restore:
        _apply(world, "only_dropped", world.to_restore, codes.PEMDA)
        world.to_restore = 0
    if not world.line.takes_in():
        return
    quota = int(policy.intake_quota[month])
    if quota:
        world.now.applied = _apply(world, policy.intake_order, quota)
    if policy.intake_target != "quota" and month >= policy.intake_target_from:
        _reach_target(world)


def _cut_pbi(world: World) -> None:
    """A ministerial cut of a share of the active PBI-JK heads, better-off first; part is applied for by the Pemda."""
    share = float(world.policy.pbi_cut[world.month])
    if share <= 0:
        return
    active = int(world.heads.on_register()[:, codes.PBI, codes.ACTIVE].sum())
    chosen = choose_members(
        world.people, world.households, world.used, codes.PBI, -1, "better_off_first", round(share * active)
    )
    world.now.moves[segments.PBI_OUT] += switch_off(world.people, world.households, chosen)
    world.note(f"{len(chosen)} PBI-JK heads removed by the ministry")
    takeover = round(float(world.policy.pbi_cut_takeover[world.month]) * len(chosen))
    if takeover and world.line.takes_in():
        _file(world, chosen[world.people.presence[chosen] == codes.RESIDENT][:takeover])


def _reach_target(world: World) -> None:
    """``hold_status``: the fewest heads that keep both bars, those of next month included, since bars are known in
    advance; ``cover_all_eligible``: everyone without cover."""
    if world.policy.intake_target == "cover_all_eligible":
        _apply(world, world.policy.intake_order, _EVERYONE)
        return
    margin = Fraction(world.policy.hold_margin).limit_denominator(10**6)
    coming_new, coming_inactive = world.now.applied
    queued_new, queued = _expected_from_queue(world)
    registered = world.heads.registered() + queued_new
    active = world.heads.with_status(codes.ACTIVE) + world.heads.with_status(codes.PENDING) + queued
    missing = [
        world.bars(ahead).heads_needed(population, registered, active, margin)
        for ahead, population in enumerate((world.population_published, _population_next(world)))
    ]
    missing_registered, missing_active = (max(column) for column in zip(*missing, strict=True))
    new, inactive = _apply(world, "never_first", missing_registered, codes.NEVER_SEGMENT)
    more_new, more = _apply(world, f"inactive_{world.policy.intake_order}", missing_active - new)
    rest = missing_active - new - more_new - more
    last_new, last = _apply(world, "never_first", rest, codes.NEVER_SEGMENT)
    world.now.applied = (coming_new + new + more_new + last_new, coming_inactive + inactive + more + last)


def _expected_from_queue(world: World) -> tuple[int, int]:
    """Heads in the office's queue, unclear NIK included: (never registered before, all); nobody is asked for twice."""
    queue = np.concatenate([*world.office.waiting, world.office.unclear])
    queue = queue[world.people.queued[queue] == 1]  # others have found cover, and their application fell away
    return int((world.people.status[queue] == codes.NEVER).sum()), len(queue)


def _population_next(world: World) -> int:
    """The Dukcapil count by which next month is judged: in June and December the new half-yearly one, known by then."""
    if world.calendar.month_of_year(world.month) not in _DUKCAPIL_MONTHS:
        return world.population_published
    lag = int(world.rule("uhc.population_lag_months"))
    known = world.residents_at_end[max(0, len(world.residents_at_end) - lag)]
    return max(world.population_published, known)


def _apply(world: World, order: str, wanted: int, only_segment: int = -1) -> tuple[int, int]:
    """Choose residents without cover and file their applications; returns (never registered, inactive) filed."""
    chosen = choose_uncovered(world.people, world.households, world.orders, order, wanted, only_segment)
    return _file(world, chosen)


def _file(world: World, chosen: NDArray[np.int64]) -> tuple[int, int]:
    """File applications with the enrolment office."""
    new = int((world.people.status[chosen] == codes.NEVER).sum())
    world.people.queued[chosen] = 1
    world.office.apply(chosen, world.people.name[chosen], world.key, world.month)
    return new, len(chosen) - new


def register_applications(world: World, day: int) -> None:
    """One working day of the enrolment office: the next applications are registered.

    Under non-cut-off they are active at once; otherwise those registered by the cut-off day are active on the next
    1st, the others on the 1st after (the cut-off day is a dated rule value).
    """
    chosen = world.office.work()
    if len(chosen) == 0:
        return
    at_once = world.non_cut_off
    later = world.month + (1 if day <= world.rule("activation.cut_off_day") else 2)
    world.now.activated += register_heads(
        world.people, world.households, chosen, world.month, later, at_once, world.now.origin
    )


def review_status(world: World) -> None:
    """UHC status at the dated review months and when an agreement begins (heads applied for count: assumed)."""
    month = world.month
    begins = bool(world.policy.agreement[month]) and (month == 0 or not world.policy.agreement[month - 1])
    if begins or world.calendar.month_of_year(month) in world.rule("uhc.review_months"):
        new, inactive = world.now.applied if begins else (0, 0)
        holds = holds_status(
            world.bars(),
            world.population_published,
            world.heads.registered() + new,
            world.heads.with_status(codes.ACTIVE) + new + inactive,
            bool(world.policy.agreement[month]),
            world.line.debt_age,
            world.rule("uhc.status_arrears_months"),
        )
        if holds != world.status_uhc:
            world.note("UHC status granted" if holds else "UHC status withdrawn")
        world.status_uhc = holds
    world.non_cut_off = world.status_uhc and world.b["feedback.status_to_activation"] > 0
    world.record(status_uhc=float(world.status_uhc))
    world.office.mend(world.people.name[world.office.unclear], world.key, month)


def change_segments(world: World) -> None:
    """Jobs, voluntary joining, crowd-out, ways back at the point of care; families in arrears ask the Pemda."""
    month, slots = world.month, world.team.slots
    rates = segment_rates(world.b)
    wait_days = int(world.rule("activation.pbpu_days"))
    moves, origin = world.team.tallies(len(world.now.moves)), world.team.tallies(len(world.now.origin))
    asking = [np.zeros(world.used + 1, np.int32) for _ in range(slots)] if world.non_cut_off else None
    nobody = np.zeros(1, np.int32)

    def task(lo: int, hi: int, slot: int) -> None:
        segments.family_events(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, rates, world.non_cut_off,
            world.line.takes_in(), wait_days, segments.CLASS_CHOICE, moves[slot], origin[slot],
            asking[slot] if asking else nobody,
        )  # fmt: skip

    world.team.over(task, len(world.households.name))
    world.now.moves += np.sum(moves, axis=0)
    taken = np.sum(origin, axis=0)
    world.now.origin += taken
    world.now.activated += int(taken[segments.AT_POINT_OF_CARE])
    for found in asking or ():
        _file(world, found[1 : 1 + found[0]].astype(np.int64))


def live_and_die(world: World) -> None:
    """Births, deaths, moves, cleansing, new illness, the ministry's update of PBI-JK; the Dukcapil count appears."""
    b, month, slots = world.b, world.month, world.team.slots
    spread = b["segment.pbi_month_sd"] * b["shock.size"]
    leave = min(0.5, b["segment.pbi_out"] * float(np.exp(world.shocks.pbi_month[month] - spread**2 / 2)))
    rates = demography.FateRates(
        cleansing=b["register.cleansing"],
        done=float(world.policy.cleansing[:month].sum()),
        checked=float(world.policy.cleansing[month]),
        find_dead=b["register.find_dead"],
        find_moved=b["register.find_moved"],
        death_unreported=b["register.death_unreported"],
        move_unreported=b["register.move_unreported"],
        pbi_out=leave,
        age_out=b["segment.age_out"],
    )
    events = world.team.tallies(demography.EVENTS)
    mothers = [_list(world.used // 20) for _ in range(slots)]
    patients = [_list(world.used // 20) for _ in range(slots)]
    tables = world.tables

    def task(lo: int, hi: int, slot: int) -> None:
        demography.meet_fate(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, tables.death, tables.birth,
            tables.move, tables.onset, rates, events[slot], mothers[slot], patients[slot],
        )  # fmt: skip

    world.team.over_people(task, world.used)
    world.now.events += np.sum(events, axis=0)
    for found in mothers:
        world.used = demography.bear(
            world.people, world.households, world.key.k0, world.key.k1, month, world.used, found,
            b["register.newborn_named"], tables.frailty, b["chronic.adherence"], world.now.events,
        )  # fmt: skip
    world.move_carry += b["demo.move_in"] / 12 * world.residents_at_end[-1]
    arrivals = int(world.move_carry)
    world.move_carry -= arrivals
    newcomers = _list(arrivals)
    world.used = demography.arrive(
        world.people, world.households, world.key.k0, world.key.k1, month, world.used, world.first, arrivals,
        tables.frailty, b["chronic.adherence"], newcomers, world.now.events,
    )  # fmt: skip
    for found in (*patients, newcomers):
        world.patients_used = add_patients(
            world.people, world.patients, world.key.k0, world.key.k1, world.patients_used, found, tables.levels,
        )  # fmt: skip
    if world.now.events[demography.NO_ROOM]:
        raise RuntimeError("more newcomers than the run has room for; raise _SPARE_FACTOR in sim/start.py")
    if world.calendar.month_of_year(month) in _DUKCAPIL_MONTHS:
        lag = int(world.rule("uhc.population_lag_months"))
        world.population_published = world.residents_at_end[max(0, len(world.residents_at_end) - lag)]


def _list(room: int) -> NDArray[np.int32]:
    """Room for the indices of ``room`` persons; entry 0 counts them."""
    return np.zeros(room + 101, np.int32)


def update_pbi(world: World) -> None:
    """The ministry fills the places of those it removed from PBI-JK, poorest families first."""
    b, out = world.b, int(world.now.events[demography.PBI_OUT])
    world.now.moves[segments.PBI_OUT] += out
    world.pbi_carry += b["segment.pbi_in"] * out
    added = int(world.pbi_carry)
    world.pbi_carry -= added
    chosen = choose_uncovered(world.people, world.households, world.orders, "poorest_uncovered", added)
    world.now.moves[segments.PBI_IN] += add_to_pbi(world.people, chosen, world.month)
