"""Steps of the month in which people meet care: illness, contacts and referrals, chronic illness."""

from __future__ import annotations

import numpy as np

from sim import codes
from sim.facilities.drugs import ACUTE, CHRONIC, CONSUMABLES
from sim.facilities.hospitals import take_turns
from sim.facilities.referral import ReferralEffects, referral_chances
from sim.facilities.staff import MIDWIVES, NURSES, share_hours
from sim.kbk import scheme
from sim.people import care, chronic, illness
from sim.people.clubs import Clubs, fill_clubs
from sim.people.life_cycle import GROUPS, add_met
from sim.shocks import shifted
from sim.world import World

#: Limits whatever the parameters: share leaving, hours of wait that count.
_MOST_LEAVING, _LONGEST_WAIT_HOURS = 0.9, 4.0
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
    facility *= world.policy.sick_factor[month]
    facility *= 1 + b["care.telemedicine_new"] * world.policy.telemedicine[month]
    hurt_place = world.policy.emergency_factor[month]
    world.well_place = _well_factor(world)
    well = _well_chances(world)
    usual = shifted(b["care.recorded"], world.shocks.recorded + world.shocks.recorded_month[month])
    world.recorded = np.maximum(usual, world.policy.recorded_least[month])
    world.households.need[:] = 0
    sick, emergency = world.tables.sick * level, world.tables.emergency * b["care.emergency"]

    def task(lo: int, hi: int, slot: int) -> None:
        illness.fall_ill(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, sick, emergency,
            well, facility, hurt_place, world.recorded, world.tables.near, b["care.uninsured"],
        )  # fmt: skip

    world.team.over_people(task, world.used)


def _well_factor(world: World) -> np.ndarray:
    """Well contacts per member by facility: hours outside, effort for KBK (which takes hours too), place and month."""
    b, month = world.b, world.month
    target = _contact_target(world)
    distance = np.where(np.isnan(world.ak_last), 0.0, np.maximum(0.0, target - world.ak_last) / target)
    world.hours = share_hours(
        heads=world.at_work[:, NURSES] + world.at_work[:, MIDWIVES],
        members=np.maximum(world.heads.on_register()[:, :, codes.ACTIVE].sum(axis=1), 1),
        demand=b["care.well"],
        capacity=b["care.outreach_capacity"],
        usual=b["care.outreach_share"],
        own=world.policy.outreach_own_hours[month],
        bought=world.policy.outreach_hours[month],
        effort=b["feedback.kbk_to_contacts"] * b["care.kbk_effort"] * distance,
    )
    world.record_facilities(outreach_hours=world.hours.outreach, clinic_hours=world.hours.clinic)
    place = np.exp(world.shocks.contact + world.shocks.care_month[month] + world.shocks.care_facility_month[month])
    return np.asarray(world.hours.contacts * place)


def _well_chances(world: World) -> np.ndarray:
    """Chance of a well contact by facility, sex and age, (facilities, 2, ages), at mean distance."""
    chances = world.tables.well * world.well_place[:, None, None]
    met = world.policy.met[world.month]
    if not met.any():
        return np.asarray(chances)
    people, used, (places, groups) = world.people, world.used, met.shape
    here = people.presence[:used] == codes.RESIDENT
    age = np.minimum((world.month - people.birth[:used][here]) // 12, codes.MAX_AGE)
    cell = people.facility[:used][here].astype(np.int64) * groups + world.tables.group[age]
    return add_met(chances, met, np.bincount(cell, minlength=places * groups).reshape(met.shape).astype(float))


def _contact_target(world: World) -> float:
    """The contact rate per mille at which the best AK band of the dated rule begins."""
    best = scheme(world.rules, world.on).bands["ak"][0]
    return best.top / best.bottom


def seek_care(world: World) -> None:
    """Everyone's contacts of the month, with the facility indices published at the end of the month before."""
    b, month = world.b, world.month
    place = world.shocks.referral + world.shocks.referral_month[month]
    effects = ReferralEffects(
        share_4a=b["referral.nonspecialist"],
        visits_4a=b["referral.visits_4a"],
        request=b["referral.request"],
        request_odds=b["referral.request_odds"],
        laboratory=b["referral.laboratory_effect"],
        stockout=b["feedback.drugs_to_referrals"] * b["referral.stockout_effect"],
        wait=b["feedback.wait_to_referrals"] * b["referral.wait_effect"],
    )
    referral = referral_chances(
        shifted(b["referral.rate"], place),
        effects,
        np.array([facility.laboratory == 0 for facility in world.facilities], float),
        world.stockout[:, ACUTE],
        np.minimum(world.wait / 60.0, _LONGEST_WAIT_HOURS),
        world.heads.on_register()[:, :, codes.ACTIVE].sum(axis=1).astype(float),
        world.policy.laboratory[month],
    )
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
        admission_cost=_admission_cost(world),
        outpatient_visits=b["referral.outpatient_visits"],
        fine_rate=float(world.rule("fine.rate")),
        fine_months=float(world.rule("fine.max_months")),
        fine_cap=float(world.rule("fine.cap")),
        fine_window=1.0 + world.rule("fine.window_days") // 30,
    )
    tacc = shifted(b["referral.tacc"], world.shocks.tacc)
    averted, remote = _averted(world), world.policy.telemedicine[month]
    counts = world.team.tallies(*world.counts.shape)
    groups = world.team.tallies(len(GROUPS), 2)
    hospital, cash = world.team.tallies(*world.hospital.shape), world.team.tallies(1)
    made = [0] * world.team.slots

    def task(lo: int, hi: int, slot: int) -> None:
        made[slot] = care.seek_care(
            world.people, world.households, world.key.k0, world.key.k1, month, lo, hi, rates, world.hospitals, leave,
            remote, referral, tacc, averted, world.tables.group, counts[slot], groups[slot], hospital[slot], cash[slot],
            world.visits[slot],
        )  # fmt: skip

    world.team.over_people(task, world.used)
    world.counts[:] = np.sum(counts, axis=0)
    world.hospital[:] = np.sum(hospital, axis=0)
    world.now.cash_visits = int(np.sum(cash))
    if any(number > len(room) for number, room in zip(made, world.visits, strict=True)):
        raise RuntimeError("more visits than the run has room for; raise _VISITS_ROOM in sim/world.py")
    world.visits_made = [room[:number] for number, room in zip(made, world.visits, strict=True)]
    contacts = np.sum(groups, axis=0)
    world.record(**{f"{kind}_{name}": int(contacts[index, column])
                    for index, (name, _) in enumerate(GROUPS)
                    for kind, column in (("sick", care.SICK_CONTACT), ("well", care.WELL_CONTACT))})  # fmt: skip


def _averted(world: World) -> np.ndarray:
    """Share of the non-specialist referrals that is avoided, in the clinic and in a teleconsultation (facilities, 2):
    by training, of the rest by what programmes settle, of the rest by the teleconsultation itself."""
    b, month, policy = world.b, world.month, world.policy
    trained = b["referral.training_effect"] * policy.referral_training[month]
    clinic = trained + (1 - trained) * policy.settled[month]
    return np.stack([clinic, clinic + (1 - clinic) * b["referral.telemedicine_effect"]], axis=1)


def _admission_cost(world: World) -> float:
    """Mean rupiah of an admission this month."""
    return float(world.b["claims.admission"] * (1 - world.policy.admission_saving[world.month]))


def treat_chronic(world: World) -> None:
    """Advance hypertension and diabetes; Prolanis members who attend are measured, and have a contact by it."""
    b = world.b
    pressure, glucose = world.rule("prolanis.control.ht"), world.rule("prolanis.control.dm")
    strength = b["feedback.control_to_claims"]
    rates = chronic.ChronicRates(
        diagnosis=b["chronic.diagnosis"],
        drop=b["chronic.prolanis_drop"],
        complication=b["chronic.complication"],
        controlled=float(np.clip(1 - (1 - b["chronic.complication_controlled"]) * strength, 0.0, 1.0)),
        drug_sbp=b["chronic.drug_effect_sbp"],
        drug_fbg=b["chronic.drug_effect_fbg"],
        refer_back=b["chronic.refer_back"],
        letter=b["chronic.refer_back"]
        * b["chronic.letter"]
        / (1 - b["chronic.letter"]),  # as many as are referred back
        visit_sbp=b["chronic.visit_effect_sbp"],
        visit_fbg=b["chronic.visit_effect_fbg"],
    )
    limits = chronic.ControlLimits(
        float(pressure["sbp_below"]), float(pressure["dbp_below"]), float(glucose["fbg_min"]), float(glucose["fbg_max"])
    )
    places = _chronic_places(world)
    counts = world.team.tallies(*world.chronic.shape)
    complications = world.team.tallies(len(world.now.complications))

    def task(lo: int, hi: int, slot: int) -> None:
        chronic.treat(
            world.people, world.patients, world.key.k0, world.key.k1, world.month, lo, hi, rates,
            places, limits, counts[slot], complications[slot],
        )  # fmt: skip

    world.team.over(task, world.patients_used)
    world.chronic[:] = np.sum(counts, axis=0)
    world.now.complications += np.sum(complications, axis=0)
    world.counts[:, care.CONTACTS] += world.chronic[:, chronic.CLUB_CONTACTS]
    on_prb = int(world.chronic[:, chronic.ON_PRB].sum())
    supplied = float((world.chronic[:, chronic.ON_PRB] * (1 - places.prb_lacking)).sum())
    drugs = int(supplied * b["claims.prb_drugs"])
    world.ledger.pay("bpjs", "pharmacies", drugs, "PRB drugs")
    world.record(prb_patients=on_prb, prb_drugs=drugs)
    letters = world.chronic[:, chronic.LETTERS]
    world.counts[:, care.REFERRALS] += letters
    _fill_hospitals(world, int(letters.sum()))


def _chronic_places(world: World) -> chronic.ChronicPlaces:
    """What holds at each facility this month for its patients, programmes included."""
    b, month, policy = world.b, world.month, world.policy
    lacking = np.minimum(1.0, b["feedback.drugs_to_control"] * world.stockout)
    usual = shifted(b["chronic.attendance"], world.shocks.attendance)
    nobody = np.zeros(len(world.facilities))
    clubs, visited = Clubs(nobody, nobody), nobody
    if policy.club_places[month].any() or policy.home_visits[month].any():
        known, members = chronic.patients_at(world.people, len(world.facilities))
        clubs = fill_clubs(policy.club_places[month], known, members)
        visited = np.minimum(policy.home_visits[month] / np.maximum(known, 1), 1.0)
    coming = 1 - (1 - b["chronic.club_attendance"] * clubs.reach) * (1 - policy.reminded[month])
    return chronic.ChronicPlaces(
        enrol=world.tables.prolanis,
        attendance=usual + (1 - usual) * coming,
        untreated=lacking[:, CHRONIC],
        measured=1.0 - lacking[:, CONSUMABLES] * (1.0 - policy.laboratory[month]),
        recorded=world.recorded,
        screened=b["chronic.screening"] * policy.screening[month],
        joining=b["chronic.club_joining"] * clubs.free,
        visited=visited,
        eased=visited + b["chronic.follow_up_effect"] * policy.follow_up[month],
        eased_members=b["chronic.club_effect"] * clubs.reach,
        refer_back=policy.refer_back[month],
        prb_lacking=policy.prb_lacking[month],
    )


def _fill_hospitals(world: World, letters: int) -> None:
    """Hospital visits on three-month letters, and admissions for complications: the hospitals take turns."""
    b, counts, cost = world.b, world.hospital, world.hospitals.cost
    visits = _VISITS_PER_LETTER * take_turns(world.turns, letters, world.hospitals.share)
    counts[:, care.OUTPATIENT] += visits
    counts[:, care.OUTPATIENT_COST] += (visits * b["claims.outpatient"] * cost).astype(np.int64)
    world.turns += letters
    levels = np.outer(world.hospitals.share, care.SEVERITY_SHARE)
    for number, relative in zip(world.now.complications.tolist(), _COMPLICATION_COST, strict=True):
        admitted = take_turns(world.turns, number, levels.ravel()).reshape(levels.shape)
        counts[:, care.ADMISSIONS] += admitted.sum(axis=1)
        counts[:, care.SEVERE] += admitted[:, 2]
        mean = relative * _admission_cost(world) * cost
        counts[:, care.ADMISSION_COST] += (admitted.sum(axis=1) * mean).astype(np.int64)
        world.turns += number
