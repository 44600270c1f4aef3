"""Steps of the month that move money: premiums, claims, the books."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.payers.claims import (
    INCOMPLETE,
    LATE,
    PAID,
    PENALTY,
    RETURNED,
    SUBMISSION_DAY,
    SUBMITTED,
    UNSUBMITTED,
    WAITING,
)
from sim.people import care, demography, premiums, segments
from sim.rules.premium import own_premiums
from sim.shocks import shifted
from sim.steps_care import season
from sim.world import World, pemda_heads


def pay_premiums(world: World) -> None:
    """Families pay, miss or return; PBI-JK and PPU premiums are paid for the heads of day 1."""
    b, month = world.b, world.month
    wave = 1 + b["premium.season"] * season(world.calendar.month_of_year(month))
    effect = float(world.shocks.premium_month[month])
    rates = premiums.premium_rates(
        b, world.policy, world.rules, world.law, month, world.on, float(shifted(b["premium.miss"], effect)) * wave,
        float(shifted(b["premium.return"], -effect)),
    )  # fmt: skip
    place = np.exp(world.shocks.premium)
    paid, moves = world.team.tallies(*world.now.paid.shape), world.team.tallies(len(world.now.family_moves))

    def task(lo: int, hi: int, slot: int) -> None:
        premiums.pay_premiums(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, rates, premiums.WEALTH_MISS,
            place, paid[slot], moves[slot],
        )  # fmt: skip

    world.team.over(task, len(world.households.name))
    world.now.paid += np.sum(paid, axis=0)
    world.now.family_moves += np.sum(moves, axis=0)
    self_paid = int(world.now.paid.sum(axis=1) @ own_premiums(world.rules, world.on))
    heads = world.heads.paid_by
    pbi = int(heads[codes.PAYER_CENTRAL].sum()) * world.rule("premium.pbi_jk")
    wage = min(world.district.mean_wage * b["money.wage"], world.rule("premium.ppu.wage_cap"))
    payroll = {payer: int(heads[payer].sum() / b["money.persons_per_worker"] * wage)
               for payer in (codes.PAYER_STATE, codes.PAYER_PRIVATE)}  # fmt: skip
    employer, worker = world.rule("premium.ppu.rate_employer"), world.rule("premium.ppu.rate_worker")
    village = world.village_payroll()
    employers = int(payroll[codes.PAYER_STATE] * employer) + int(payroll[codes.PAYER_PRIVATE] * employer)
    workers = int((sum(payroll.values()) + village) * worker)
    village_part = int(village * world.rule("premium.village.rate_employer"))
    pemda_heads = int(heads[codes.PAYER_DISTRICT : codes.PAYER_THIRD + 1].sum())
    aid_central = (pemda_heads + world.aided_self_payers()) * world.rule("premium.pbpu.class3.aid_central")
    for payer, amount, purpose in (
        ("households", self_paid, "self-paid premiums"),
        ("central government", pbi, "PBI-JK premiums"),
        ("central government", aid_central, "central premium aid"),
        ("employers", employers, "PPU premiums"),
        ("workers", workers, "PPU premiums"),
    ):
        world.ledger.pay(payer, "bpjs", amount, purpose)
    world.record(
        suspended=int(world.now.suspended[0]),
        reactivated=int(world.now.family_moves[premiums.REACTIVATED]),
        premium_self=self_paid,
        premium_pbi=pbi,
        premium_ppu=employers + workers + village_part,
        aid_central=aid_central,
    )


def handle_claims(world: World) -> None:
    """Owe for the month's hospital care; count what hospitals submitted and were paid during the month."""
    counts, office = world.hospital, world.claims
    month_end = world.calendar.start_day(world.month) + world.calendar.length(world.month)
    incurred = counts[:, care.OUTPATIENT_COST] + counts[:, care.ADMISSION_COST]
    office.incur(counts[:, care.OUTPATIENT] + counts[:, care.ADMISSIONS], incurred, month_end + SUBMISSION_DAY - 1)
    for account, fine in zip(office.hospitals, counts[:, care.FINES].tolist(), strict=True):
        world.ledger.pay("households", account, fine, "service fines")
    cost = int(world.policy.bpjs_cost[world.month])
    world.ledger.pay("bpjs", "programmes", cost, "programmes")
    flows = office.close_month()
    claims = {
        "claims_incurred": incurred,
        "claims_submitted": flows[:, SUBMITTED],
        "claims_returned": flows[:, RETURNED],
        "claims_paid": flows[:, PAID],
        "claims_late": flows[:, LATE],
        "claims_penalty": flows[:, PENALTY],
        "claims_backlog": office.owed.sum(axis=1),
        "service_fines": counts[:, care.FINES],
    }
    world.record_hospitals(
        outpatient=counts[:, care.OUTPATIENT],
        admissions=counts[:, care.ADMISSIONS],
        emergencies=counts[:, care.EMERGENCIES],
        severe=counts[:, care.SEVERE],
        claims_outpatient=counts[:, care.OUTPATIENT_COST],
        claims_admissions=counts[:, care.ADMISSION_COST],
        claims_unsubmitted=office.owed[:, UNSUBMITTED],
        claims_incomplete=office.owed[:, INCOMPLETE],
        claims_waiting=office.owed[:, WAITING],
        **claims,
    )
    world.record(
        **{name: int(values.sum()) for name, values in claims.items()},
        hospital_outpatient=int(counts[:, care.OUTPATIENT].sum()),
        hospital_admissions=int(counts[:, care.ADMISSIONS].sum()),
        hospital_severe=int(counts[:, care.SEVERE].sum()),
        cash_visits=world.now.cash_visits,
        levers_bpjs=cost,
        complications=int(world.now.complications.sum()),
    )


def close_month(world: World) -> None:
    """Count the registers at the end of the month and write the month's indicators."""
    world.count_heads()
    heads, now = world.heads, world.now
    register = heads.on_register()
    world.residents_at_end.append(heads.residents())
    statuses = {name: heads.with_status(code) for name, code in (
        ("active", codes.ACTIVE), ("pending", codes.PENDING), ("arrears", codes.ARREARS), ("lapsed", codes.LAPSED),
    )}  # fmt: skip
    origin, moves, events = now.origin, now.moves, now.events
    owed = heads.owed * own_premiums(world.rules, world.on)  # rupiah by class
    before, world.pemda_heads = world.pemda_heads, pemda_heads(world)
    world.pemda_left = before + int(origin.sum()) - now.dropped - world.pemda_heads
    world.record(
        population=heads.residents(),
        population_dukcapil=world.population_published,
        registered=heads.registered(),
        never=int(heads.table[:, :, codes.NEVER, codes.RESIDENT].sum()),
        **statuses,
        dead_on_register=int(heads.table[:, :, :, codes.DEAD_ON_REGISTER].sum()),
        moved_on_register=int(heads.table[:, :, :, codes.MOVED_ON_REGISTER].sum()),
        arrears_rupiah=int(owed.sum()),
        **{f"arrears_class{klass}": int(heads.owing[klass]) for klass in (1, 2, 3)},
        **{f"arrears_rupiah_class{klass}": int(owed[klass]) for klass in (1, 2, 3)},
        births=int(events[demography.BIRTHS]),
        deaths=int(events[demography.DEATHS]),
        moved_in=int(events[demography.MOVED_IN]),
        moved_out=int(events[demography.MOVED_OUT]),
        cleansed=int(events[demography.CLEANSED]),
        intake_never=int(origin[segments.FROM_NEVER]),
        intake_lapsed=int(origin[segments.FROM_LAPSED]),
        intake_arrears=int(origin[segments.FROM_ARREARS]),
        intake_pbpu=int(origin[segments.FROM_PBPU]),
        intake_ppu=int(origin[segments.FROM_PPU]),
        intake_point_of_care=int(origin[segments.AT_POINT_OF_CARE]),
        intake_queue=world.office.queue(),
        dropped=now.dropped,
        pbi_out=int(moves[segments.PBI_OUT]),
        pbi_in=int(moves[segments.PBI_IN]),
        pemda_out=int(events[demography.PEMDA_OUT]),
        job_loss=int(moves[segments.LOST_JOB]),
        job_gain=int(moves[segments.GOT_JOB]),
        pbpu_joined=int(moves[segments.JOINED]),
        pbi_returned=int(moves[segments.PBI_RETURNED]),
        asked_pemda=int(moves[segments.ASKED]),
        aged_out=int(events[demography.AGED_OUT]),
        stopped_to_wait=int(moves[segments.WAITING_STARTED]),
        joined_rehab=int(now.family_moves[premiums.JOINED_REHAB]),
        class_down=int(now.family_moves[premiums.CLASS_DOWN]),
    )
    by_status = register.sum(axis=0)
    world.out_segment[world.month, :, 0] = by_status.sum(axis=1) - by_status[:, codes.NEVER]
    for column, status in enumerate((codes.ACTIVE, codes.PENDING, codes.ARREARS, codes.LAPSED), start=1):
        world.out_segment[world.month, :, column] = by_status[:, status]
