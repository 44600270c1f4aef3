"""The institutions as a run finds them: desks, drug stores, claims office, the first KBK shares."""

from __future__ import annotations

import math

import numpy as np
import simpy
from numpy.typing import NDArray

from districts.model import District, Stock
from sim.calendar import Calendar
from sim.facilities.drugs import ACUTE, CHRONIC, CONSUMABLES, DAYS_PER_MONTH, GROUPS, DrugStore
from sim.facilities.exemption import is_exempt
from sim.facilities.hospitals import Hospitals, listed_hospitals
from sim.kbk import scheme
from sim.payers.claims import ClaimsOffice
from sim.payers.ledger import Ledger
from sim.people import chronic
from sim.people.arrays import People
from sim.policy import Policy
from sim.rules import Rules

IntArray = NDArray[np.int64]

#: Claims beside referrals and emergencies (letters, complications), relative, for the verifiers' capacity (assumed).
_CLAIMS_BESIDES = 1.1
#: Working days (Monday to Saturday) among the days of a week.
_WORKING = 6 / 7
#: Working days of a month.
_WORKING_DAYS = DAYS_PER_MONTH * _WORKING


def _active(district: District, stock: Stock) -> NDArray[np.float64]:
    """Active members expected at each facility, (facilities,): the register at the district's active share."""
    registers = np.array([facility.registered for facility in district.facilities])
    return np.asarray(registers * stock.active / max(stock.registered, 1), np.float64)


def make_desks(district: District, stock: Stock, b: dict[str, float]) -> IntArray:
    """Registration desks (facilities,): one for every so many sick visits a day expected, begun ones counted."""
    visits = b["care.sick"] * _active(district, stock) / _WORKING_DAYS
    desks: IntArray = np.maximum(np.ceil(visits / b["clinic.visits_per_desk"]).astype(np.int64), 1)
    return desks


def make_stores(district: District, stock: Stock, people: People, b: dict[str, float]) -> list[DrugStore]:
    """One drug store per facility, filled to what is aimed at for the use that is expected (rupiah)."""
    active = _active(district, stock)
    use = np.zeros((len(active), len(GROUPS)))
    use[:, ACUTE] = b["care.sick"] * active * b["drugs.acute_per_visit"]
    use[:, CHRONIC] = chronic.on_drugs(people, len(active)) * b["drugs.chronic_per_patient"]
    in_contact = b["care.recorded"] * (1 - np.exp(-b["care.sick"] - b["care.well"]))  # as if the two were independent
    use[:, CONSUMABLES] = in_contact * active * b["drugs.consumables_per_contact"]
    months = b["drugs.target_months"] + b["drugs.lead_days"] / DAYS_PER_MONTH
    return [DrugStore((months * row).astype(np.int64), np.maximum(1, np.rint(row)).astype(np.int64)) for row in use]


def first_shares(district: District, rules: Rules, month: str) -> IntArray:
    """Per mille paid before a score of the run is known: as for a score from 3 to under 4 (assumed), full if exempt; by
    ``rules`` as they were before any policy changed them."""
    rule = scheme(rules, month)
    middling = (2, 2, 2) if rule.zone_payment else (3, 4, 3)
    shares = [
        1000 if is_exempt(facility, rules, month) else rule.pays(*middling, facility.type)[1]
        for facility in district.facilities
    ]
    return np.array(shares, np.int64)


def make_claims_office(
    env: simpy.Environment, calendar: Calendar, ledger: Ledger, district: District, hospitals: Hospitals, stock: Stock,
    b: dict[str, float], rules: Rules, policy: Policy,
) -> ClaimsOffice:  # fmt: skip
    """The claims office at the start, with the claims of the months before.

    Together its verifiers clear the files expected of a month of the active members, times ``claims.verified_in_time``,
    within the days that the law allows. They serve other districts too: as many as it takes at
    ``claims.files_per_verifier_day`` share that work evenly. Those that the policy adds work for this district alone.
    """
    referrals = b["care.sick"] * b["referral.rate"] * stock.active * _CLAIMS_BESIDES
    visits = referrals * b["referral.outpatient_visits"]
    admissions = referrals * b["referral.admission"] + b["care.emergency"] * stock.active * _CLAIMS_BESIDES
    cost = visits * b["claims.outpatient"] + admissions * b["claims.admission"]
    accounts = tuple(f"hospital {hospital.code}" for hospital in listed_hospitals(district))
    office = ClaimsOffice(
        env, calendar, ledger, rules.value, accounts, b["claims.returned"], round(b["claims.return_days"])
    )
    days = rules.value("claims.payment_days", calendar.first) * _WORKING
    capacity = b["claims.verified_in_time"] * (visits + admissions) / days
    verifiers = max(1, math.ceil(capacity / b["claims.files_per_verifier_day"]))
    office.hire(verifiers, capacity / verifiers)
    more = policy.verifiers * b["claims.files_per_verifier_day"]
    office.reinforce(more, closer=b["claims.closer_checks"] * more / (capacity + more))
    files = np.round((visits + admissions) * hospitals.share).astype(np.int64)
    office.open(files, np.where(files > 0, cost * hospitals.share * hospitals.cost, 0.0).astype(np.int64))
    return office
