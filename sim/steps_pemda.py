"""Steps of the month at the district government: applications, UHC status, its bill and its line."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim import codes
from sim.payers.pemda import Bill, make_bill
from sim.payers.uhc import holds_status
from sim.people import segments
from sim.people.selection import choose_members, choose_uncovered, register_heads, switch_off
from sim.world import World

#: A number larger than any district, for "all of them".
_EVERYONE = 10**9
#: Months at whose end the half-yearly Dukcapil count takes the place of the one before.
DUKCAPIL_MONTHS = (6, 12)


def open_budget(world: World) -> None:
    """January, and the first month of the run: the APBD line of the year. In its months P-APBD adds to it."""
    moy = world.calendar.month_of_year(world.month)
    cash_month = _cash_month(world, world.month)
    if moy == 1 or world.month == 0:
        world.to_restore = world.line.dropped if world.policy.restore_in_january else 0
        heads = int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + world.to_restore
        bill = _make_bill(world, heads)
        month_cost = bill.premium + bill.aid_pemda + bill.aid_self
        world.line.open_year(world.calendar.year(world.month), 12 * month_cost, moy == 1, cash_month)
    decided = world.policy.line_additions.get(world.on, 0)
    added = 0
    if decided or (moy == world.rule("apbd.revision_month") and world.policy.top_up > 0):
        bill = _make_bill(world, int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()))
        added, _taken_over = world.line.revise(decided, bill.jkn, 13 - moy, cash_month)
        if added:
            world.note("P-APBD adds to the JKN line")
    world.record(line_added=added)


def _make_bill(world: World, heads: int) -> Bill:
    """The running month's bill for ``heads`` district heads."""
    return make_bill(
        heads=heads,
        province_heads=int(world.heads.paid_by[codes.PAYER_PROVINCE : codes.PAYER_THIRD + 1].sum()),
        self_class3=world.aided_self_payers(),
        premium=world.rule("premium.pbpu_pemda.premium"),
        aid=world.rule("premium.pbpu_pemda.aid"),
        village_wages=world.village_payroll(),
        village_rate=float(world.rule("premium.village.rate_employer")),
        levers=int(world.policy.lever_cost[world.month]),
        district_pays_aid=world.district.aid_payer == "district",
        struck_off=world.struck_off,
        months_credited=int(world.rule("premium.pbpu_pemda.correction_months")),
        aid_in_line=world.policy.line_holds_aid,
    )


def bill_pemda(world: World) -> None:
    """Bill the Pemda, commit the bill to its line, pay what is due, and decide what an empty line means."""
    month = world.month
    moy = world.calendar.month_of_year(month)
    heads = int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + world.now.activated
    ghosts = int(world.heads.ghosts_paid[codes.PAYER_DISTRICT])
    bill = _make_bill(world, heads)
    line = world.line
    unfunded = line.commit(bill.jkn, _cash_month(world, month))
    paid = line.treasury.pay_due(month, world.on)
    ledger = world.ledger
    ledger.pay("bills of the Pemda", "owed by the Pemda", bill.jkn, "Pemda premiums and aid")
    ledger.pay("owed by the Pemda", "bills of the Pemda", paid.cash + paid.credits, "settled")
    ledger.pay("district apbd", "bpjs", paid.cash, "Pemda premiums and aid")
    ledger.pay("others for the district", "bpjs", paid.credits, "withheld tax, province and third parties")
    ledger.pay("district apbd", "bpjs", bill.village, "village officials")
    ledger.pay("district apbd", "bpjs", bill.aid_outside, "aid of self-payers, another line")
    ledger.pay("province", "bpjs", bill.province, "Pemda premiums and aid")
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
        bill_correction=-bill.correction,
        bill_levers=bill.levers,
        bill_village=bill.village,
        bill_aid_outside=bill.aid_outside,
        bill_jkn=bill.jkn,
        bill_province=bill.province,
        line=np.nan if line.line is None else line.line,
        line_used=line.committed,
        paid_jkn=paid.cash,
        paid_others=paid.credits,
        due_unpaid=line.treasury.due(month),
        debt_pemda=line.debt,
        unfunded=unfunded,
    )


def _cash_month(world: World, month: int) -> int:
    """The month in which a bill is paid: not before the year's first cash, later by chance, all by December."""
    moy = world.calendar.month_of_year(month)
    first_cash = int(world.rule("apbd.first_cash_month"))
    cash = month + max(0, first_cash - moy)
    if world.shocks.cash_late[min(month, world.calendar.count - 1)]:
        cash += 1
    return min(cash, month + 12 - moy)


def apply_for_heads(world: World) -> None:
    """The Pemda applies for heads by its policy; the ministry cuts or updates PBI-JK."""
    month, policy = world.month, world.policy
    returned = world.office.mend(world.people.name[world.office.unclear], world.key, month)
    world.people.queued[returned] = 0  # they may be applied for again
    _cut_pbi(world)
    if world.to_restore:
        _apply(world, "only_dropped", world.to_restore, codes.PEMDA)
        world.to_restore = 0
    if not world.line.takes_in():
        return
    quota = int(policy.intake_quota[month]) + _replaced(world)
    if quota:
        world.now.applied = _apply(world, policy.intake_order, quota)
    if policy.intake_target != "quota" and month >= policy.intake_target_from:
        _reach_target(world)


def _replaced(world: World) -> int:
    """Heads in place of those who left the Pemda's list last month (died, moved, found work): an office that has
    money for a number of heads fills the places up. None where a target decides, or while heads are being dropped."""
    policy = world.policy
    target = policy.intake_target != "quota" and world.month >= policy.intake_target_from
    if target or world.to_drop or float(policy.switch_off[world.month]) > 0:
        return 0
    wanted = world.b["segment.pemda_replaced"] * max(world.pemda_left, 0) + world.replace_carry
    whole = int(wanted)
    world.replace_carry = wanted - whole
    return whole


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
        residents = chosen[world.people.presence[chosen] == codes.RESIDENT]
        # the ministry keeps only matched NIK on the list of PBI-JK (general knowledge)
        file_applications(world, residents[:takeover], matched=True)


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
    if world.calendar.month_of_year(world.month) not in DUKCAPIL_MONTHS:
        return world.population_published
    lag = int(world.rule("uhc.population_lag_months"))
    known = world.residents_at_end[max(0, len(world.residents_at_end) - lag)]
    return max(world.population_published, known)


def _apply(world: World, order: str, wanted: int, only_segment: int = -1) -> tuple[int, int]:
    """Choose residents without cover and file their applications; returns (never registered, inactive) filed."""
    chosen = choose_uncovered(world.people, world.households, world.orders, order, wanted, only_segment)
    return file_applications(world, chosen)


def file_applications(world: World, chosen: NDArray[np.int64], matched: bool = False) -> tuple[int, int]:
    """File applications with the enrolment office; ``matched``: of people whose NIK is known to be valid."""
    new = int((world.people.status[chosen] == codes.NEVER).sum())
    world.people.queued[chosen] = 1
    world.office.apply(chosen, world.people.name[chosen], world.key, world.month, matched)
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
    month, agreement = world.month, world.policy.agreement
    moy = world.calendar.month_of_year(month)
    begins = bool(agreement[month]) and (month == 0 or not agreement[month - 1])
    new, inactive = world.now.applied if begins else (0, 0)
    registered = world.heads.registered() + new
    active = world.heads.with_status(codes.ACTIVE) + new + inactive
    if begins or moy in world.rule("uhc.review_months"):
        budget = True
        if world.rule("uhc.budget_condition") == "line":
            bill = _make_bill(world, int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + new + inactive)
            budget = world.line.reaches_december(bill.jkn, 13 - moy)
        holds = holds_status(
            world.bars(),
            world.population_published,
            registered,
            active,
            bool(agreement[month]),
            round(world.b["feedback.arrears_to_status"] * world.line.debt_age),
            world.rule("uhc.status_arrears_months"),
            budget,
        )
        if holds != world.status_uhc:
            world.note("UHC status granted" if holds else "UHC status withdrawn")
        world.status_uhc = holds
    world.non_cut_off = world.status_uhc and world.b["feedback.status_to_activation"] > 0
    world.record(status_uhc=float(world.status_uhc))
