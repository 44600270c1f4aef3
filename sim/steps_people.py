"""Steps of the month that move people: the register, segments, births and deaths, PBI-JK."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import codes
from sim.people import demography, segments
from sim.people.chronic import add_patients
from sim.people.register import take_effect
from sim.people.segment_rates import segment_rates
from sim.people.selection import choose_members, choose_uncovered, switch_off, take_in
from sim.steps_pemda import DUKCAPIL_MONTHS, file_applications
from sim.world import Month, World


def open_register(world: World) -> None:
    """Day 1: switch-offs decided last month, suspensions and activations take effect."""
    world.now = Month()
    heads = int(world.heads.paid_by[codes.PAYER_DISTRICT].sum())
    decided = round(float(world.policy.switch_off[world.month]) * heads)
    if decided or world.to_drop:
        chosen = choose_members(
            world.people, world.households, world.used, codes.PEMDA, codes.PAYER_DISTRICT,
            world.policy.drop_order, max(decided, world.to_drop),
        )  # fmt: skip
        world.now.dropped = switch_off(world.people, world.households, chosen)
        world.count_heads()
        if world.to_drop:
            world.line.dropped += world.now.dropped
        reason = "for lack of budget" if world.to_drop > decided else "by decision"
        world.note(f"{world.now.dropped} Pemda heads switched off {reason}")
        world.to_drop = 0
    world.households.event[:] = codes.NO_EVENT
    take_effect(
        world.people, world.households, world.month, world.used, world.heads.table, world.heads.paid_by,
        world.heads.ghosts_paid, world.heads.owed, world.heads.owing, world.now.suspended,
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


def change_segments(world: World) -> None:
    """Jobs, voluntary joining, crowd-out, ways back at the point of care; families in arrears ask the Pemda."""
    month, slots = world.month, world.team.slots
    rates = segment_rates(world.b, float(world.policy.job_loss_factor[month]), float(world.policy.laid_off[month]))
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
        file_applications(world, found[1 : 1 + found[0]].astype(np.int64))


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
        pemda_out=b["segment.pemda_out"],
    )
    events = world.team.tallies(demography.EVENTS)
    mothers = [room_for(world.used // 20) for _ in range(slots)]
    patients = [room_for(world.used // 20) for _ in range(slots)]
    tables = world.tables

    def task(lo: int, hi: int, slot: int) -> None:
        demography.meet_fate(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, tables.death, tables.birth,
            tables.move, tables.onset, rates, events[slot], mothers[slot], patients[slot],
        )  # fmt: skip

    world.team.over_people(task, world.used)
    world.now.events += np.sum(events, axis=0)
    world.struck_off = int(world.now.events[demography.CLEANSED_DISTRICT])
    for found in mothers:
        world.used = demography.bear(
            world.people, world.households, world.key.k0, world.key.k1, month, world.used, found,
            b["register.newborn_named"], tables.frailty, b["chronic.adherence"], world.now.events,
        )  # fmt: skip
    world.move_carry += b["demo.move_in"] / 12 * world.residents_at_end[-1]
    arrivals = int(world.move_carry)
    world.move_carry -= arrivals
    newcomers = room_for(arrivals)
    world.used = demography.arrive(
        world.people, world.households, world.key.k0, world.key.k1, month, world.used, 0, arrivals,
        np.arange(world.first, dtype=np.int32), tables.frailty, b["chronic.adherence"], newcomers, world.now.events,
    )  # fmt: skip
    for found in (*patients, newcomers):
        world.patients_used = add_patients(
            world.people, world.patients, world.key.k0, world.key.k1, world.patients_used, found, tables.levels,
        )  # fmt: skip
    if world.now.events[demography.NO_ROOM]:
        raise RuntimeError("more newcomers than the run has room for; raise _SPARE_FACTOR in sim/start.py")
    if world.calendar.month_of_year(month) in DUKCAPIL_MONTHS:
        lag = int(world.rule("uhc.population_lag_months"))
        world.population_published = world.residents_at_end[max(0, len(world.residents_at_end) - lag)]


def room_for(room: int) -> NDArray[np.int32]:
    """Room for the indices of ``room`` persons; entry 0 counts them."""
    return np.zeros(room + 101, np.int32)


def update_pbi(world: World) -> None:
    """The ministry fills the places of those it removed from PBI-JK, poorest families first; quotas that are added."""
    b, out = world.b, int(world.now.events[demography.PBI_OUT])
    world.now.moves[segments.PBI_OUT] += out
    world.pbi_carry += b["segment.pbi_in"] * out
    replaced = int(world.pbi_carry)
    world.pbi_carry -= replaced
    policy, month = world.policy, world.month
    new = codes.NEVER_SEGMENT if policy.added_only_new else -1
    for heads, segment, payer, only in (
        (replaced, codes.PBI, codes.PAYER_CENTRAL, -1),
        (int(policy.added_central[month]), codes.PBI, codes.PAYER_CENTRAL, new),
        (int(policy.added_province[month]), codes.PEMDA, codes.PAYER_PROVINCE, new),
    ):
        chosen = choose_uncovered(world.people, world.households, world.orders, "poorest_uncovered", heads, only)
        taken_in = take_in(world.people, chosen, segment, payer, world.month)
        world.now.moves[segments.PBI_IN] += taken_in * (segment == codes.PBI)
