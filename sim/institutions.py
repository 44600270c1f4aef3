"""The institutions as a run finds them: drug stores, claims office, the first KBK shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from districts.model import District, Stock
from sim.facilities.drugs import ACUTE, CHRONIC, CONSUMABLES, DAYS_PER_MONTH, GROUPS, DrugStore
from sim.facilities.exemption import is_exempt
from sim.kbk import scheme
from sim.payers.claims import ClaimsOffice
from sim.people import chronic
from sim.people.arrays import People
from sim.rules import Rules

IntArray = NDArray[np.int64]

#: Claims beside referrals and emergencies (letters, complications), relative, for the verifiers' capacity (assumed).
_CLAIMS_BESIDES = 1.1


def make_stores(district: District, stock: Stock, people: People, b: dict[str, float]) -> list[DrugStore]:
    """One drug store per facility, filled to what is aimed at for the use that is expected (rupiah)."""
    registers = np.array([facility.registered for facility in district.facilities])
    active = registers * stock.active / max(stock.registered, 1)
    use = np.zeros((len(registers), len(GROUPS)))
    use[:, ACUTE] = b["care.sick"] * active * b["drugs.acute_per_visit"]
    use[:, CHRONIC] = chronic.on_drugs(people, len(registers)) * b["drugs.chronic_per_patient"]
    in_contact = b["care.recorded"] * (1 - np.exp(-b["care.sick"] - b["care.well"]))  # as if the two were independent
    use[:, CONSUMABLES] = in_contact * active * b["drugs.consumables_per_contact"]
    months = b["drugs.target_months"] + b["drugs.lead_days"] / DAYS_PER_MONTH
    return [DrugStore((months * row).astype(np.int64), np.maximum(1, np.rint(row)).astype(np.int64)) for row in use]


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
