"""Steps of the month that move money: premiums, capitation, claims, the Pemda's bill and line, the books."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.kbk import capitation_rupiah
from sim.payers.pemda import make_bill
from sim.people import care, demography, premiums, segments
from sim.rules.tariff import capitation_tariff
from sim.shocks import shifted
from sim.steps_care import season
from sim.world import World


def open_budget(world: World) -> None:
    """January, and the first month of the run: the APBD line of the year."""
    moy = world.calendar.month_of_year(world.month)
    if moy != 1 and world.month > 0:
        return
    premium, aid = world.rule("premium.pbpu_pemda.premium"), world.rule("premium.pbpu_pemda.aid")
    world.to_restore = world.line.dropped if world.policy.restore_in_january else 0
    heads = int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + world.to_restore
    month_cost = heads * (premium + aid) + _self_class3(world) * aid * (world.district.aid_payer == "district")
    world.line.open_year(world.calendar.year(world.month), 12 * month_cost, moy == 1, _cash_month(world, world.month))


def _self_class3(world: World) -> int:
    """Active class III members who pay themselves."""
    return int(world.heads.paid_by[codes.PAYER_SELF, 3])


def _cash_month(world: World, month: int) -> int:
    """The month in which a bill is paid: not before the year's first cash, later by chance, all by December."""
    moy = world.calendar.month_of_year(month)
    first_cash = int(world.rule("apbd.first_cash_month"))
    cash = month + max(0, first_cash - moy)
    if world.shocks.cash_late[min(month, world.calendar.count - 1)]:
        cash += 1
    return min(cash, month + 12 - moy)


def pay_premiums(world: World) -> None:
    """Families pay, miss or return; PBI-JK and PPU premiums are paid for the heads of day 1."""
    b, month = world.b, world.month
    wave = 1 + b["premium.season"] * season(world.calendar.month_of_year(month))
    effect = float(world.shocks.premium_month[month])
    rates = premiums.premium_rates(
        b, world.policy, world.rules, month, world.on, float(shifted(b["premium.miss"], effect)) * wave,
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
    self_paid = int(world.now.paid.sum(axis=1) @ _own_premiums(world))
    heads = world.heads.paid_by
    pbi = int(heads[codes.PAYER_CENTRAL].sum()) * world.rule("premium.pbi_jk")
    wage = min(world.district.mean_wage * b["money.wage"], world.rule("premium.ppu.wage_cap"))
    payroll = {payer: int(heads[payer].sum() / b["money.persons_per_worker"] * wage)
               for payer in (codes.PAYER_STATE, codes.PAYER_PRIVATE)}  # fmt: skip
    employer, worker = world.rule("premium.ppu.rate_employer"), world.rule("premium.ppu.rate_worker")
    village = _village_payroll(world)
    employers = int(payroll[codes.PAYER_STATE] * employer) + int(payroll[codes.PAYER_PRIVATE] * employer)
    workers = int((sum(payroll.values()) + village) * worker)
    village_part = int(village * world.rule("premium.village.rate_employer"))
    pemda_heads = int(heads[codes.PAYER_DISTRICT : codes.PAYER_THIRD + 1].sum())
    aid_central = (pemda_heads + _self_class3(world)) * world.rule("premium.pbpu.class3.aid_central")
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


def _own_premiums(world: World) -> np.ndarray:
    """What a self-paying member pays per month by class 0-3, in rupiah."""
    return np.array([
        0, world.rule("premium.pbpu.class1"), world.rule("premium.pbpu.class2"),
        world.rule("premium.pbpu.class3.member_share"),
    ])  # fmt: skip


def _village_payroll(world: World) -> int:
    """Monthly wages of village officials in rupiah, at the minimum wage (assumed)."""
    members = int(world.heads.paid_by[codes.PAYER_VILLAGE].sum())
    return int(members / world.b["money.persons_per_worker"] * world.district.minimum_wage)


def pay_capitation(world: World) -> None:
    """Heads of day 1 x tariff by dated criteria x the share earned by the last evaluation, in whole rupiah."""
    heads = world.heads.on_register()[:, :, codes.ACTIVE].sum(axis=1)
    shares = world.shares[min(world.month, len(world.shares) - 1)]
    tariffs, full, paid, services = [], [], [], []
    for index, facility in enumerate(world.facilities):
        members = int(heads[index])
        tariff = capitation_tariff(
            world.rules, world.on, facility.type, facility.doctors, facility.dentists, members,
            facility.special_capitation,
        )  # fmt: skip
        amount = capitation_rupiah(members, tariff, int(shares[index]))
        fees = world.funds[index].receive(amount)
        world.ledger.pay("bpjs", f"fktp {index}", amount, "capitation")
        world.ledger.pay(f"fktp {index}", "staff", fees, "service fees")
        tariffs.append(tariff)
        full.append(members * tariff)
        paid.append(amount)
        services.append(fees)
    world.record(capitation_full=sum(full), capitation_paid=sum(paid))
    world.record_facilities(
        tariff=tariffs, capitation_full=full, capitation_paid=paid, fund_services=services, share_permille=shares
    )


def handle_claims(world: World) -> None:
    """Hospitals submit the month's claims; the verifiers clear the oldest first."""
    incurred = int(world.now.hospital[care.CLAIMS])
    world.claims.penalty = float(world.rule("claims.late_penalty_month"))
    world.claims.submit(world.month, incurred)
    paid, penalty = world.claims.verify(world.month)
    fines = int(world.now.hospital[care.FINES])
    world.ledger.pay("bpjs", "hospitals", paid, "claims")
    world.ledger.pay("bpjs", "hospitals", penalty, "late-payment penalty")
    world.ledger.pay("households", "hospitals", fines, "service fines")
    world.record(
        claims_incurred=incurred,
        claims_paid=paid,
        claims_backlog=world.claims.backlog(),
        claims_penalty=penalty,
        service_fines=fines,
        hospital_outpatient=world.now.hospital[care.OUTPATIENT],
        hospital_admissions=world.now.hospital[care.ADMISSIONS],
        cash_visits=world.now.hospital[care.CASH_VISITS],
        complications=int(world.now.complications.sum()),
    )


def bill_pemda(world: World) -> None:
    """Bill the Pemda, commit the bill to its line, pay what is due, and decide what an empty line means."""
    month = world.month
    moy = world.calendar.month_of_year(month)
    heads = int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + world.now.activated
    ghosts = int(world.heads.ghosts_paid[codes.PAYER_DISTRICT])
    bill = make_bill(
        heads=heads,
        province_heads=int(world.heads.paid_by[codes.PAYER_PROVINCE : codes.PAYER_THIRD + 1].sum()),
        self_class3=_self_class3(world),
        premium=world.rule("premium.pbpu_pemda.premium"),
        aid=world.rule("premium.pbpu_pemda.aid"),
        village_wages=_village_payroll(world),
        village_rate=float(world.rule("premium.village.rate_employer")),
        levers=int(world.policy.lever_cost[month]),
        district_pays_aid=world.district.aid_payer == "district",
    )
    line = world.line
    unfunded = line.commit(bill.jkn, _cash_month(world, month))
    paid = line.pay_due(month)
    world.ledger.pay("district apbd", "bpjs", paid, "Pemda premiums and aid")
    world.ledger.pay("district apbd", "bpjs", bill.village, "village officials")
    world.ledger.pay("province", "bpjs", bill.province, "Pemda premiums and aid")
    if unfunded and line.unfunded_months == 1:
        world.note("the JKN line is exhausted")
    months_left = 12 - moy
    line.update_freeze(bill, months_left)
    world.to_drop = line.heads_to_drop(bill, heads, months_left)
    world.now.bill = bill
    world.record(
        billed=heads,
        billed_ghosts=ghosts,
        bill_ghosts=ghosts * (bill.premium + bill.aid_pemda) // heads if heads else 0,
        bill_premium=bill.premium,
        bill_aid_pemda=bill.aid_pemda,
        bill_aid_self=bill.aid_self,
        bill_levers=bill.levers,
        bill_village=bill.village,
        bill_jkn=bill.jkn,
        bill_province=bill.province,
        line=np.nan if line.line is None else line.line,
        line_used=line.committed,
        paid_jkn=paid,
        debt_pemda=line.debt,
        unfunded=unfunded,
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
    world.record(
        population=heads.residents(),
        population_dukcapil=world.population_published,
        registered=heads.registered(),
        never=int(heads.table[:, :, codes.NEVER, codes.RESIDENT].sum()),
        **statuses,
        dead_on_register=int(heads.table[:, :, :, codes.DEAD_ON_REGISTER].sum()),
        moved_on_register=int(heads.table[:, :, :, codes.MOVED_ON_REGISTER].sum()),
        arrears_rupiah=int(heads.owed @ _own_premiums(world)),
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
