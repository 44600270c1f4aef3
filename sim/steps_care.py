"""Steps of the month in which people meet care: illness, contacts and referrals, chronic illness."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.kbk import scheme
from sim.people import care, chronic, illness
from sim.people.life_cycle import GROUPS
from sim.shocks import shifted
from sim.world import World

#: Working hours of a full-time post per month (37.5 hours a week; assumed).
_HOURS_PER_MONTH = 150.0
#: Limits that keep chances below 1 whatever the parameters: referrals, 4A referrals, share leaving, hours of wait.
_MOST_REFERRED, _MOST_4A, _MOST_LEAVING, _LONGEST_WAIT_HOURS = 0.6, 0.3, 0.9, 4.0
#: Cost of an admission for stroke, heart and kidney over the mean admission of 4.7 million (heart 7.04 million in
#: Tugurejo 2019, kidney 6.12 million in Surakarta 2017; stroke assumed as heart).
_COMPLICATION_COST = (1.5, 1.5, 1.3)
#: Hospital visits that a three-month letter stands for (one a month; assumed).
_VISITS_PER_LETTER = 3


def season(month_of_year: int) -> float:
    """+1 in January, -1 in July."""
    return float(np.cos(2 * np.pi * (month_of_year - 1) / 12))


def fall_ill(world: World) -> None:
    """Draw what the month asks for: sick visits, well contacts, emergencies."""
    b, month = world.b, world.month
    wave = 1 + b["care.season"] * season(world.calendar.month_of_year(month))
    level = b["care.sick"] * wave * float(np.exp(world.shocks.care_month[month]))
    facility = np.exp(0.5 * world.shocks.contact + world.shocks.care_facility_month[month])
    world.well_place = _well_factor(world)
    world.recorded = shifted(b["care.recorded"], world.shocks.recorded + world.shocks.recorded_month[month])
    world.households.need[:] = 0
    sick, emergency = world.tables.sick * level, world.tables.emergency * b["care.emergency"]

    def task(lo: int, hi: int, slot: int) -> None:
        illness.fall_ill(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, sick, emergency,
            world.tables.well, facility, world.well_place, world.recorded, world.tables.near, b["care.uninsured"],
        )  # fmt: skip

    world.team.over_people(task, world.used)


def _well_factor(world: World) -> np.ndarray:
    """Well contacts per member relative to full demand, by facility: staff hours, effort for KBK, place and month.

    Realised contacts saturate: with capacity a multiple r of demand a share 1 - exp(-r) is reached.
    """
    b, month = world.b, world.month
    staff = np.array([facility.nurses + facility.midwives for facility in world.facilities], float)
    hours = staff * _HOURS_PER_MONTH * b["care.outreach_share"] + world.policy.outreach_hours[month]
    capitated = np.maximum(world.heads.on_register()[:, :, codes.ACTIVE].sum(axis=1), 1)
    reach = hours * b["care.outreach_capacity"] / (b["care.well"] * capitated) if b["care.well"] > 0 else hours
    target = _contact_target(world)
    distance = np.where(np.isnan(world.ak_last), 0.0, np.maximum(0.0, target - world.ak_last) / target)
    effort = 1 + world.b["feedback.kbk_to_contacts"] * b["care.kbk_effort"] * distance
    world.record_facilities(outreach_hours=hours)
    place = np.exp(world.shocks.contact + world.shocks.care_month[month] + world.shocks.care_facility_month[month])
    return np.asarray(b["care.well"] * (1 - np.exp(-reach)) * effort * place)


def _contact_target(world: World) -> float:
    """The contact rate per mille at which the best AK band of the dated rule begins."""
    best = scheme(world.rules, world.on).bands["ak"][0]
    return best.top / best.bottom


def seek_care(world: World) -> None:
    """Everyone's contacts of the month, with the facility indices published at the end of the month before."""
    b, month = world.b, world.month
    place = world.shocks.referral + world.shocks.referral_month[month]
    base = np.minimum(shifted(b["referral.rate"], place), _MOST_REFERRED)
    hasty = 1 + b["feedback.drugs_to_referrals"] * b["referral.stockout_effect"] * world.stockout
    wait_hours = np.minimum(world.wait / 60.0, _LONGEST_WAIT_HOURS)
    hasty = hasty * (1 + b["feedback.wait_to_referrals"] * b["referral.wait_effect"] * wait_hours)
    share_4a = b["referral.nonspecialist"]
    referral = np.stack([base * (1 - share_4a), np.minimum(base * share_4a * hasty, _MOST_4A)], axis=1)
    leave = np.clip(b["feedback.wait_to_contacts"] * world.left, 0.0, _MOST_LEAVING)
    point_of_care = 0.0
    may_enrol = world.line.takes_in() or (world.line.dropped > 0 and world.policy.restore_at_point_of_care)
    if world.non_cut_off and world.policy.point_of_care[month] and may_enrol:
        point_of_care = b["segment.point_of_care"]
    rates = care.CareRates(
        point_of_care=point_of_care,
        pbi_back=b["segment.pbi_back"],
        admission=b["referral.admission"],
        outpatient_cost=b["claims.outpatient"],
        admission_cost=b["claims.admission"],
        outpatient_visits=b["referral.outpatient_visits"],
        fine_rate=float(world.rule("fine.rate")),
        fine_months=float(world.rule("fine.max_months")),
        fine_cap=float(world.rule("fine.cap")),
        fine_window=1.0 + world.rule("fine.window_days") // 30,
    )
    tacc = shifted(b["referral.tacc"], world.shocks.tacc)
    averted = b["referral.training_effect"] * world.policy.referral_training[month]
    counts = world.team.tallies(*world.counts.shape)
    groups = world.team.tallies(len(GROUPS), 2)
    hospital = world.team.tallies(len(world.now.hospital))
    made = [0] * world.team.slots

    def task(lo: int, hi: int, slot: int) -> None:
        made[slot] = care.seek_care(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, rates, leave, referral, tacc,
            averted, world.tables.group, counts[slot], groups[slot], hospital[slot], world.visits[slot],
        )  # fmt: skip

    world.team.over_people(task, world.used)
    world.counts[:] = np.sum(counts, axis=0)
    world.now.hospital += np.sum(hospital, axis=0)
    if any(number > len(room) for number, room in zip(made, world.visits, strict=True)):
        raise RuntimeError("more visits than the run has room for; raise _VISITS_ROOM in sim/world.py")
    world.visits_made = [room[:number] for number, room in zip(made, world.visits, strict=True)]
    contacts = np.sum(groups, axis=0)
    world.record(**{f"{kind}_{name}": int(contacts[index, column])
                    for index, (name, _) in enumerate(GROUPS)
                    for kind, column in (("sick", care.SICK_CONTACT), ("well", care.WELL_CONTACT))})  # fmt: skip


def treat_chronic(world: World) -> None:
    """Advance hypertension and diabetes; Prolanis members who attend are measured, and have a contact by it."""
    b = world.b
    pressure, glucose = world.rule("prolanis.control.ht"), world.rule("prolanis.control.dm")
    strength = b["feedback.control_to_claims"]
    rates = chronic.ChronicRates(
        diagnosis=b["chronic.diagnosis"],
        drop=b["chronic.prolanis_drop"],
        attendance=b["chronic.attendance"],
        complication=b["chronic.complication"],
        controlled=float(np.clip(1 - (1 - b["chronic.complication_controlled"]) * strength, 0.0, 1.0)),
        drug_sbp=b["chronic.drug_effect_sbp"],
        drug_fbg=b["chronic.drug_effect_fbg"],
        refer_back=b["chronic.refer_back"],
        letter=b["chronic.refer_back"]
        * b["chronic.letter"]
        / (1 - b["chronic.letter"]),  # as many as are referred back
    )
    limits = chronic.ControlLimits(
        float(pressure["sbp_below"]), float(pressure["dbp_below"]), float(glucose["fbg_min"]), float(glucose["fbg_max"])
    )
    untreated = np.minimum(1.0, b["feedback.drugs_to_control"] * world.stockout)
    counts = world.team.tallies(*world.chronic.shape)
    complications = world.team.tallies(len(world.now.complications))

    def task(lo: int, hi: int, slot: int) -> None:
        chronic.treat(
            world.people, world.patients, world.key.k0, world.key.k1, world.month, lo, hi, rates,
            world.tables.prolanis, untreated, world.recorded, limits, counts[slot], complications[slot],
        )  # fmt: skip

    world.team.over(task, world.patients_used)
    world.chronic[:] = np.sum(counts, axis=0)
    world.now.complications += np.sum(complications, axis=0)
    world.counts[:, care.CONTACTS] += world.chronic[:, chronic.CLUB_CONTACTS]
    letters = world.chronic[:, chronic.LETTERS]
    world.counts[:, care.REFERRALS] += letters
    visits = _VISITS_PER_LETTER * int(letters.sum())
    world.now.hospital[care.OUTPATIENT] += visits
    world.now.hospital[care.CLAIMS] += int(visits * b["claims.outpatient"])
    for number, cost in zip(world.now.complications, _COMPLICATION_COST, strict=True):
        world.now.hospital[care.ADMISSIONS] += number
        world.now.hospital[care.CLAIMS] += int(number * cost * b["claims.admission"])
