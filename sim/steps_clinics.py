"""Steps of the month at the facilities: queues, drugs, capitation, KBK."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.facilities.clinic import LEFT, OVER_HOUR, WEEKDAYS, WORKED, ClinicRates, Clinics, run_month
from sim.facilities.exemption import is_exempt
from sim.facilities.rooms import rooms_of
from sim.kbk import Counts, capitation_rupiah, scheme
from sim.people import care, chronic
from sim.rules.tariff import capitation_tariff
from sim.world import World

#: Clinics open Monday to Saturday.
_DAYS_A_WEEK = 6


def run_clinics(world: World) -> None:
    """Every clinic day of the month; the mean wait and the share who left are next month's indices."""
    b, month, facilities = world.b, world.month, world.facilities
    days = world.calendar.working_days(month)
    rooms = rooms_of(
        np.array([facility.doctors for facility in facilities], np.int64),
        np.array([facility.nurses for facility in facilities], np.int64),
        world.key, month, days, b["staff.absence"], b["clinic.examiners_per_nurse"],
    )  # fmt: skip
    clinics = Clinics(
        minutes=np.array([facility.hours_per_week for facility in facilities], float) / _DAYS_A_WEEK * 60.0,
        desks=world.desks,
        rooms=rooms,
        day_weights=np.array(WEEKDAYS)[list(world.calendar.weekdays(month))],
    )
    rates = ClinicRates(
        b["clinic.service_minutes"], b["clinic.desk_minutes"], b["clinic.patience_minutes"], b["clinic.urgent"]
    )
    found = run_month(np.concatenate(world.visits_made), clinics, rates)
    world.wait, world.left = found.wait, found.left
    world.record_facilities(
        wait_minutes=world.wait,
        sick_visits=world.counts[:, care.SICK_VISITS],
        contacts_sick=world.counts[:, care.CONTACTS_SICK],
        contacts_lost=world.counts[:, care.LEFT],
        patients_left=found.total(LEFT),
        over_hour=found.total(OVER_HOUR),
        room_days=rooms.sum(axis=1),
        room_minutes_open=np.round(found.open_minutes),
        room_minutes_used=np.round(found.total(WORKED)),
    )


def supply_drugs(world: World) -> None:
    """Issue drugs for the month's visits, note stock-outs, order from what the fund and the APBD can pay."""
    b, month = world.b, world.month
    days = world.calendar.length(month)
    out, spent = np.zeros(len(world.stores)), np.zeros(len(world.stores))
    for index, (store, fund) in enumerate(zip(world.stores, world.funds, strict=True)):
        visits = int(world.counts[index, care.SICK_VISITS])
        out[index] = store.issue(int(visits * b["drugs.cost_per_visit"]), days)
        cash = fund.drug_cash() if b["feedback.money_to_drugs"] > 0 else 10**12
        amount = store.order_size(max(0, cash))
        if amount:
            lead = b["drugs.lead_days"] * world.shocks.lead_days[month, index]
            world.env.process(store.deliver(world.env, amount, lead))
        if b["feedback.money_to_drugs"] > 0:
            own, other = fund.spend(amount)
            fktp = f"fktp {index}"
            world.ledger.pay(fktp, "suppliers", own, "drugs")
            world.ledger.pay("district health office", "suppliers", amount - own, "drugs")
            world.ledger.pay(fktp, "suppliers", other, "operations")
        spent[index] = amount
    world.stockout = out / days
    world.record_facilities(
        stockout_days=out, drug_spending=spent, fund_balance=[fund.operations for fund in world.funds]
    )


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


def score_kbk(world: World) -> None:
    """Close P-Care: evaluate every facility exactly by the dated rule; the share is paid after the rule's lag."""
    rule = scheme(world.rules, world.on)
    denominators = world.heads.on_register()
    members = denominators[:, :, codes.ACTIVE].sum(axis=1)
    if world.rule("kbk.ak_denominator") == "registered":
        members = denominators.sum(axis=(1, 2)) - denominators[:, :, codes.NEVER].sum(axis=1)
    columns: dict[str, list[int]] = {name: [] for name in ("ak", "rrns", "rppt", "score", "share", "zero")}
    for index, facility in enumerate(world.facilities):
        counts = Counts(
            contacts=int(world.counts[index, care.CONTACTS]),
            members=int(members[index]),
            nonspecialist=int(world.counts[index, care.NONSPECIALIST]),
            referrals=int(world.counts[index, care.REFERRALS]),
            dm_controlled=int(world.chronic[index, chronic.DM_CONTROLLED]),
            dm_diagnosed=int(world.chronic[index, chronic.DM_KNOWN]),
            ht_controlled=int(world.chronic[index, chronic.HT_CONTROLLED]),
            ht_diagnosed=int(world.chronic[index, chronic.HT_KNOWN]),
        )
        result = rule.evaluate_counts(counts, facility.type, is_exempt(facility, world.rules, world.on))
        for name, value in zip(columns, (*result[:5], len(result.zero_denominators)), strict=True):
            columns[name].append(value)
        world.ak_last[index] = 1000 * counts.contacts / counts.members if counts.members else np.nan
    for lag in range(int(world.rule("kbk.lag_months"))):
        if len(world.shares) <= world.month + lag:
            world.shares.append(world.shares[-1])
    world.shares.append(np.array(columns["share"], np.int64))
    world.record_facilities(
        contacts=world.counts[:, care.CONTACTS],
        referrals=world.counts[:, care.REFERRALS],
        referrals_nonspecialist=world.counts[:, care.NONSPECIALIST],
        ht_diagnosed=world.chronic[:, chronic.HT_KNOWN],
        dm_diagnosed=world.chronic[:, chronic.DM_KNOWN],
        ht_prolanis=world.chronic[:, chronic.HT_PRO],
        dm_prolanis=world.chronic[:, chronic.DM_PRO],
        ht_controlled=world.chronic[:, chronic.HT_CONTROLLED],
        dm_controlled=world.chronic[:, chronic.DM_CONTROLLED],
        ak_rating=columns["ak"],
        rrns_rating=columns["rrns"],
        rppt_rating=columns["rppt"],
        score_tenths=columns["score"],
        zero_denominator=columns["zero"],
    )
