"""Steps of the month at the facilities: queues, capitation, KBK."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.facilities.clinic import LEFT, OVER_HOUR, WEEKDAYS, WORKED, ClinicRates, Clinics, run_month
from sim.facilities.exemption import is_exempt
from sim.facilities.rooms import rooms_of
from sim.facilities.services import TYPES, divide
from sim.facilities.staff import CLINICIANS, DENTISTS, DOCTORS, MIDWIVES, NURSES, clinic_nurses
from sim.kbk import Counts, capitation_rupiah, scheme
from sim.people import care, chronic
from sim.rules.tariff import capitation_tariff
from sim.steps_supply import pay_bills
from sim.world import World

#: Limit of the share of the rooms' time that teleconsultations take, whatever the parameters.
_MOST_REMOTE = 0.9


def run_clinics(world: World) -> None:
    """Every clinic day of the month; the mean wait and the share who left are next month's indices.

    Doctors who are there have a room each, nurses run some by the hours left to them; one room is always open.
    Teleconsultations take of the time of the rooms, evenly over the month.
    """
    b, month, facilities = world.b, world.month, world.facilities
    days = world.calendar.working_days(month)
    nurses, midwives = world.at_work[:, NURSES], world.at_work[:, MIDWIVES]
    examiners = clinic_nurses(nurses, nurses + midwives, b["care.outreach_share"], world.hours.clinic)
    rooms = rooms_of(
        world.at_work[:, DOCTORS], examiners, world.key, month, days, b["staff.absence"],
        b["clinic.examiners_per_nurse"],
    )  # fmt: skip
    minutes = np.array([facility.hours_per_week for facility in facilities], float) / len(WEEKDAYS) * 60.0
    remote = world.counts[:, care.REMOTE] * b["clinic.telemedicine_time"] * b["clinic.service_minutes"]
    open_minutes = minutes * np.maximum(rooms, 1).sum(axis=1)
    clinics = Clinics(
        minutes=minutes * (1 - np.minimum(remote / open_minutes, _MOST_REMOTE)),
        desks=world.desks,
        rooms=rooms,
        day_weights=np.array(WEEKDAYS)[list(world.calendar.weekdays(month))],
    )
    rates = ClinicRates(
        b["clinic.service_minutes"], b["clinic.desk_minutes"], b["clinic.patience_minutes"], b["clinic.urgent"]
    )
    found = run_month(np.concatenate(world.visits_made), clinics, rates)
    world.wait, world.left = found.wait, found.left
    if world.trace and world.trace.facility is not None:
        place = world.trace.facility
        for day, opened, (came, wait, left) in zip(days, rooms[place], found.daily(place), strict=True):
            world.tell(place, "day {day}: {came} patients, {rooms} rooms, mean wait {wait} minutes, {left} left unseen",
                       day=day, came=int(came), rooms=int(opened), wait=round(wait), left=int(left))  # fmt: skip
    world.record_facilities(
        wait_minutes=world.wait,
        sick_visits=world.counts[:, care.SICK_VISITS],
        contacts_sick=world.counts[:, care.CONTACTS_SICK],
        contacts_lost=world.counts[:, care.LEFT],
        teleconsultations=world.counts[:, care.REMOTE],
        patients_left=found.total(LEFT),
        over_hour=found.total(OVER_HOUR),
        room_days=rooms.sum(axis=1),
        room_minutes_open=np.round(found.open_minutes),
        room_minutes_used=np.round(found.total(WORKED)),
    )


def pay_capitation(world: World) -> None:
    """Heads of day 1 x tariff by dated criteria x the share earned by the last evaluation, in whole rupiah.

    The criteria are met by the doctors and dentists at work on day 1. Service fees, at least the share of the law, are
    divided among the staff at once; while the fund is frozen both parts wait in it.
    """
    doctors, dentists = world.at_work[:, DOCTORS], world.at_work[:, DENTISTS]
    register = world.heads.on_register()
    active, suspended = (register[:, :, status].sum(axis=1) for status in (codes.ACTIVE, codes.ARREARS))
    # switched off nobody is taken off for arrears, and all are paid in full
    heads = np.maximum(active + np.rint((1 - world.b["feedback.suspension_to_capitation"]) * suspended), 0).astype(int)
    earned = world.shares[min(world.month, len(world.shares) - 1)]
    cut = np.rint(world.b["feedback.kbk_to_capitation"] * (1000 - earned)).astype(int)
    shares = np.maximum(1000 - cut, 0)
    services_share = max(world.b["money.services_share"], float(world.rule("capitation.services_min_share")))
    points = world.rule("capitation.services_points")
    tariffs, full, paid, services, doctor, nurse = [], [], [], [], [], []
    for index, facility in enumerate(world.facilities):
        members = int(heads[index])
        tariff = capitation_tariff(
            world.rules, world.on, facility.type, int(doctors[index]), int(dentists[index]), members,
            facility.special_capitation,
        )  # fmt: skip
        amount = capitation_rupiah(members, tariff, int(shares[index]))
        at_work = dict(zip(CLINICIANS, world.at_work[index].tolist(), strict=True))
        fund, heads_by_type = world.funds[index], {cadre: getattr(facility, cadre) for cadre in TYPES} | at_work
        fund.receive(amount, services_share)
        world.ledger.pay("bpjs", f"fktp {index}", amount, "capitation")
        world.tell(index, "{heads} heads x {tariff} rupiah x {share} ‰ = {amount} rupiah",
                   heads=members, tariff=tariff, share=int(shares[index]), amount=amount)  # fmt: skip
        fees = dict.fromkeys(TYPES, 0)
        if not world.policy.fund_frozen[world.month, index]:
            fees = divide(fund.services, heads_by_type, points)
            pay_bills(world, index)
        fund.services -= sum(fees.values())
        world.ledger.pay(f"fktp {index}", "staff", sum(fees.values()), "service fees")
        tariffs.append(tariff)
        full.append(members * tariff)
        paid.append(amount)
        services.append(sum(fees.values()))
        doctor.append(fees["doctors"] // heads_by_type["doctors"] if heads_by_type["doctors"] else np.nan)
        nurse.append(fees["nurses"] // heads_by_type["nurses"] if heads_by_type["nurses"] else np.nan)
    world.record(capitation_full=sum(full), capitation_paid=sum(paid))
    world.record_facilities(
        tariff=tariffs, capitation_full=full, capitation_paid=paid, fund_services=services, share_permille=shares,
        fee_doctor=doctor, fee_nurse=nurse,
    )  # fmt: skip


def score_kbk(world: World) -> None:
    """Close P-Care: evaluate every facility exactly by the dated rule; the share is paid after the rule's lag."""
    rule = scheme(world.rules, world.on)
    denominators = world.heads.on_register()
    active = denominators[:, :, codes.ACTIVE].sum(axis=1)
    registered = denominators.sum(axis=(1, 2)) - denominators[:, :, codes.NEVER].sum(axis=1)
    members = registered if world.rule("kbk.ak_denominator") == "registered" else active
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
            prolanis_seen=int(world.chronic[index, chronic.ATTENDED]),
            prolanis_members=int(world.chronic[index, chronic.PROLANIS]),
        )
        result = rule.evaluate_counts(counts, facility.type, is_exempt(facility, world.rules, world.on))
        for name, value in zip(columns, (*result[:5], len(result.zero_denominators)), strict=True):
            columns[name].append(value)
        world.tell(
            index, "AK {contacts} of {members} members; RRNS {nonspecialist} of {referrals} referrals; under control "
            "DM {dm} of {dm_known}, HT {ht} of {ht_known}: share {share} ‰ from next month",
            contacts=counts.contacts, members=counts.members, nonspecialist=counts.nonspecialist,
            referrals=counts.referrals, dm=counts.dm_controlled, dm_known=counts.dm_diagnosed,
            ht=counts.ht_controlled, ht_known=counts.ht_diagnosed, share=result.share_permille,
        )  # fmt: skip
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
        prolanis_seen=world.chronic[:, chronic.ATTENDED],
    )
