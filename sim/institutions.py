"""The institutions as a run finds them: desks, drug stores, funds, claims office, the first KBK shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from districts.model import District, Stock
from sim.facilities.drugs import DrugStore
from sim.facilities.exemption import is_exempt
from sim.facilities.fund import CapitationFund
from sim.kbk import scheme
from sim.payers.claims import ClaimsOffice
from sim.rules import Rules

IntArray = NDArray[np.int64]

#: Claims beside referrals and emergencies (letters, complications), relative, for the verifiers' capacity (assumed).
_CLAIMS_BESIDES = 1.1
#: Share of a facility's register that is active, for the first guess of its visits and drug use (assumed).
_ACTIVE_SHARE = 0.8
#: Working days of a month, Monday to Saturday.
_WORKING_DAYS = 26


def make_desks(district: District, b: dict[str, float]) -> IntArray:
    """Registration desks (facilities,): one for every so many sick visits a day expected, begun ones counted."""
    registered = np.array([facility.registered for facility in district.facilities], float)
    visits = b["care.sick"] * registered * _ACTIVE_SHARE / _WORKING_DAYS
    desks: IntArray = np.maximum(np.ceil(visits / b["clinic.visits_per_desk"]).astype(np.int64), 1)
    return desks


def make_stores(district: District, b: dict[str, float]) -> list[DrugStore]:
    """One drug store per facility, filled for the months aimed at (rupiah at purchase price)."""
    use = [
        max(1, round(b["care.sick"] * facility.registered * _ACTIVE_SHARE * b["drugs.cost_per_visit"]))
        for facility in district.facilities
    ]
    return [
        DrugStore(int(b["drugs.target_months"] * amount), b["drugs.target_months"], b["drugs.fill_rate"], amount)
        for amount in use
    ]


def make_funds(district: District, b: dict[str, float]) -> list[CapitationFund]:
    """One capitation fund per facility, empty."""
    return [CapitationFund(b["money.services_share"], 0, facility.drug_budget) for facility in district.facilities]


def first_shares(district: District, rules: Rules, month: str) -> IntArray:
    """Per mille paid before a score of the run is known: as for a score from 3 to under 4 (assumed), full if exempt."""
    rule = scheme(rules, month)
    middling = (2, 2, 2) if rule.zone_payment else (3, 4, 3)
    shares = [
        1000 if is_exempt(facility, rules, month) else rule.pays(*middling, facility.type)[1]
        for facility in district.facilities
    ]
    return np.array(shares, np.int64)


def make_claims_office(stock: Stock, b: dict[str, float]) -> ClaimsOffice:
    """The claims office: its verifiers clear a stated multiple of the claims expected of the active members."""
    referrals = b["care.sick"] * b["referral.rate"]
    per_head = referrals * b["referral.outpatient_visits"] * b["claims.outpatient"]
    per_head += (referrals * b["referral.admission"] + b["care.emergency"]) * b["claims.admission"]
    capacity = int(b["claims.verified_per_month"] * per_head * stock.active * _CLAIMS_BESIDES)
    return ClaimsOffice(capacity, b["claims.returned"], 0.0)
