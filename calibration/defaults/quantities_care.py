"""What a run says about published figures of care: KBK shares, contacts, referrals, hospital use, chronic illness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.defaults.watch import YEAR, FloatArray, Run
from sim import codes
from sim.facilities.drugs import GROUPS

BoolArray = NDArray[np.bool_]

#: Contact rate per mille of the best zone of the 2016 rule ("prestasi").
_PRESTASI = 250


def _per_thousand(run: Run, total: float) -> float:
    """Per 1,000 registered members and month over the last year."""
    return 1000 * total / run.year("registered")


# -- KBK ------------------------------------------------------------------------------------------------------------
def _ak(run: Run) -> BoolArray:
    return run.facility("contacts") * 1000 >= 150 * run.facility("capitated")


def _rrns(run: Run) -> BoolArray:
    return run.facility("referrals_nonspecialist") * 100 <= 2 * run.facility("referrals")


def _rppt(run: Run) -> BoolArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        ht = run.facility("ht_controlled") / run.facility("ht_diagnosed")
        dm = run.facility("dm_controlled") / run.facility("dm_diagnosed")
    reached: BoolArray = np.nanmean(np.stack([ht, dm]), axis=0) >= 0.05
    return reached


def share_ak(run: Run) -> float:
    """Share of facility-months with a contact rate of at least 150 per mille."""
    return float(_ak(run).mean())


def share_rrns(run: Run) -> float:
    """Share of facility-months with at most 2 % non-specialist referrals."""
    return float(_rrns(run).mean())


def share_rppt(run: Run) -> float:
    """Share of facility-months with at least 5 % of the diagnosed under control."""
    return float(_rppt(run).mean())


def share_all_targets(run: Run) -> float:
    """Share of facility-months that reach all three targets."""
    return float((_ak(run) & _rrns(run) & _rppt(run)).mean())


def share_ak_prestasi(run: Run) -> float:
    """Share of facility-months with a contact rate of at least 250 per mille."""
    return float((run.facility("contacts") * 1000 >= _PRESTASI * run.facility("capitated")).mean())


def ak_median(run: Run) -> float:
    """Contact rate per mille of the median facility-month."""
    return float(np.median(1000 * run.facility("contacts") / run.facility("capitated")))


def rrns_mean(run: Run) -> float:
    """Non-specialist referrals over all referrals of the district."""
    return float(run.facility("referrals_nonspecialist").sum() / run.facility("referrals").sum())


# -- use of care ----------------------------------------------------------------------------------------------------
def sick_rate(run: Run) -> float:
    """FKTP sick visits per 1,000 registered and month."""
    return _per_thousand(run, float(run.facility("sick_visits").sum()))


def well_rate(run: Run) -> float:
    """Recorded well contacts per 1,000 registered and month (of members without a recorded sick contact)."""
    return _per_thousand(run, float((run.facility("contacts") - run.facility("contacts_sick")).sum()))


def outpatient_rate(run: Run) -> float:
    """Hospital outpatient visits per 1,000 registered and month."""
    return _per_thousand(run, run.year("hospital_outpatient"))


def admission_rate(run: Run) -> float:
    """Hospital admissions per 1,000 registered and month."""
    return _per_thousand(run, run.year("hospital_admissions"))


def all_visits_rate(run: Run) -> float:
    """Visits and well contacts at all levels per 1,000 registered and month."""
    return sick_rate(run) + well_rate(run) + outpatient_rate(run) + admission_rate(run)


def hospital_bypass(run: Run) -> float:
    """Emergencies, which ask no FKTP, over all hospital outpatient visits and admissions."""
    return run.watched.emergencies / (run.year("hospital_outpatient") + run.year("hospital_admissions"))


def hospital_cost(run: Run) -> float:
    """Rupiah of hospital claims per registered member and month."""
    return run.year("claims_incurred") / run.year("registered")


def zero_visit_share(run: Run) -> float:
    """Share of the members of the whole last year without a sick visit in it."""
    return run.watched.zero_share


def _visits_per_member(run: Run, sexes: slice, ages: slice) -> float:
    return float(run.watched.visits[sexes, ages].sum() / run.watched.members[sexes, ages].sum())


def women_to_all(run: Run) -> float:
    """Sick visits per woman over those per member."""
    return _visits_per_member(run, slice(1, 2), slice(None)) / _visits_per_member(run, slice(None), slice(None))


def age_60_to_all(run: Run) -> float:
    """Sick visits per member of 60-64 over those per member."""
    return _visits_per_member(run, slice(None), slice(60, 65)) / _visits_per_member(run, slice(None), slice(None))


def _season(run: Run) -> complex:
    """The yearly wave of sick visits per active member: relative amplitude, and phase 0 for a peak in January."""
    rate = run.facility("sick_visits").sum(axis=1) / run.facility("capitated").sum(axis=1)
    at = np.array([int(month[5:]) - 1 for month in run.results.months[-YEAR:]])
    return complex(2 * (rate * np.exp(2j * np.pi * at / 12)).mean() / rate.mean())


def season_amplitude(run: Run) -> float:
    """Relative amplitude of the yearly wave of sick visits."""
    return abs(_season(run))


def season_peak(run: Run) -> float:
    """Peak of that wave as a month: 1.5 is the middle of January; between -4.5 and 7.5."""
    return float(np.angle(_season(run)) * 12 / (2 * np.pi) + 1.5)


def _referral_rates(run: Run) -> FloatArray:
    rates: FloatArray = run.facility("referrals").sum(0) / run.facility("sick_visits").sum(0)
    return rates


def referral_median(run: Run) -> float:
    """Referrals over sick visits of the median facility."""
    return float(np.median(_referral_rates(run)))


def referral_spread(run: Run) -> float:
    """Referrals over sick visits at the 90 % point of the facilities, relative to the 10 % point."""
    low, high = np.quantile(_referral_rates(run), [0.1, 0.9])
    return float(high / low)


def wait_minutes(run: Run) -> float:
    """Mean minutes from arrival to consultation, mean over facility-months."""
    return float(run.facility("wait_minutes").mean())


def drug_availability(run: Run) -> float:
    """Share of facility-days on which drugs are in stock, mean of the groups."""
    without = [run.facility(f"stockout_{group}").mean() for group in GROUPS]
    return 1 - float(np.mean(without)) * 12 / 365.25


# -- chronic illness ------------------------------------------------------------------------------------------------
def prolanis_ht(run: Run) -> float:
    """Prolanis members over diagnosed, hypertension."""
    return float(run.facility("ht_prolanis").sum() / run.facility("ht_diagnosed").sum())


def prolanis_dm(run: Run) -> float:
    """Prolanis members over diagnosed, diabetes."""
    return float(run.facility("dm_prolanis").sum() / run.facility("dm_diagnosed").sum())


def controlled_share(run: Run) -> float:
    """Prolanis members measured and under control in the month, over all Prolanis members."""
    controlled = run.facility("ht_controlled").sum() + run.facility("dm_controlled").sum()
    return float(controlled / (run.facility("ht_prolanis").sum() + run.facility("dm_prolanis").sum()))


def ht_members(run: Run) -> float:
    """Diagnosed hypertension over active members."""
    return float(run.facility("ht_diagnosed").sum() / run.facility("capitated").sum())


def dm_members(run: Run) -> float:
    """Diagnosed diabetes over active members."""
    return float(run.facility("dm_diagnosed").sum() / run.facility("capitated").sum())


def _members_of(run: Run, bit: int) -> tuple[NDArray[np.intp], BoolArray]:
    """Rows of the patients with ``bit`` who live in the district, and which of them take no drugs."""
    people, patients = run.world.people, run.world.patients
    rows = np.flatnonzero(patients.person >= 0)
    who = patients.person[rows]
    here = (people.chronic[who] & bit > 0) & (people.presence[who] == codes.RESIDENT)
    untreated: BoolArray = people.chronic[who[here]] & codes.ADHERENT == 0
    return rows[here], untreated


def _glucose(run: Run) -> FloatArray:
    rows, untreated = _members_of(run, codes.DM_PROLANIS)
    patients = run.world.patients
    lost = run.world.b["chronic.drug_effect_fbg"] * untreated
    return np.asarray(patients.fbg[rows] + patients.fbg_dev[rows] + lost, np.float64)


def glucose_mean(run: Run) -> float:
    """Mean fasting glucose of Prolanis members with diabetes at the end, mg/dL."""
    return float(_glucose(run).mean())


def glucose_sd(run: Run) -> float:
    """Standard deviation of that glucose, mg/dL."""
    return float(_glucose(run).std())


def pressure_median(run: Run) -> float:
    """Median systolic pressure of Prolanis members with hypertension at the end, mmHg."""
    rows, untreated = _members_of(run, codes.HT_PROLANIS)
    patients = run.world.patients
    lost = run.world.b["chronic.drug_effect_sbp"] * untreated
    return float(np.median(patients.sbp[rows] + patients.sbp_dev[rows] + lost))
