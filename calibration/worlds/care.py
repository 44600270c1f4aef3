"""Facilities of the compartment world: contacts, referrals and Prolanis as whole numbers with random effects.

Each count is beta-binomial in the count above it, with a facility's own level, an effect of the month that all share
(AR(1)) and one of the facility and month (AR(1)). Levels are general knowledge of KBK (assumed): contact rates of 80
to 170 per mille, 10 to 16 % of sick visits referred, 1 to 4 % of referrals non-specialist, a tenth of diagnosed HT
and half of diagnosed DM in Prolanis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.worlds.rates import FloatArray, Flow, IntArray, luck, spread_binomial, spread_count

#: Counts of a facility and month, in the order of the last axis of :func:`care_history`.
CARE: tuple[str, ...] = (
    "contacts", "sick_visits", "referrals", "referrals_nonspecialist", "ht_diagnosed", "dm_diagnosed",
    "ht_prolanis", "dm_prolanis", "ht_controlled", "dm_controlled",
)  # fmt: skip
_DISEASES = ("ht", "dm")


@dataclass(frozen=True)
class CareRates:
    """One district's care. Arrays over facilities are on the logit scale, or factors."""

    contact: FloatArray
    visits: FloatArray  # sick visits over members with a contact
    referral: FloatArray
    nonspecialist: FloatArray
    diagnosed: tuple[FloatArray, FloatArray]  # HT, DM: share of members
    enrolled: tuple[FloatArray, FloatArray]  # share of the diagnosed in Prolanis, at the start
    enrolling: float  # of the diagnosed outside Prolanis, per month and over the share enrolled
    leaving: float
    controlled: tuple[FloatArray, FloatArray]
    memory: float
    month_sd: float
    own_sd: float
    season: float
    season_peak: float
    silence: float  # chance that a facility's reports stop
    silent_months: float  # mean length of it


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _share(logit: FloatArray | float) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logit, float))), float)


def draw_care(seed: int, facilities: int) -> CareRates:
    """The care of the district that ``seed`` names (middles and spreads assumed)."""
    draw = luck(seed, 0, Flow.CARE_RATES)

    def levels(share: float, district_sd: float, facility_sd: float) -> FloatArray:
        middle = _logit(share) + district_sd * draw.standard_normal()
        return np.asarray(middle + facility_sd * draw.standard_normal(facilities), float)

    dropping = float(draw.uniform(0.004, 0.02))
    return CareRates(
        contact=levels(0.12, 0.25, 0.3),
        visits=np.exp(0.15 * draw.standard_normal(facilities)) * draw.uniform(0.45, 0.75),
        referral=levels(0.13, 0.2, 0.4),
        nonspecialist=levels(0.018, 0.4, 0.6),
        diagnosed=(levels(0.065, 0.15, 0.15), levels(0.020, 0.2, 0.2)),
        enrolled=(levels(0.11, 0.3, 0.5), levels(0.47, 0.3, 0.5)),
        enrolling=float(draw.uniform(0.7, 1.4)) * dropping,
        leaving=dropping,
        controlled=(levels(0.35, 0.4, 0.5), levels(0.2, 0.4, 0.5)),
        memory=float(draw.uniform(0.3, 0.9)),
        month_sd=float(draw.uniform(0.03, 0.12)),
        own_sd=float(draw.uniform(0.05, 0.15)),
        season=float(draw.uniform(0.0, 0.12)),
        season_peak=float(draw.uniform(0.0, 12.0)),
        silence=float(draw.uniform(0.0, 0.03)),
        silent_months=float(draw.uniform(1.0, 3.0)),
    )


def split(heads: int, weights: FloatArray) -> IntArray:
    """``heads`` over places in proportion to ``weights``, whole and adding up (largest remainders)."""
    exact = heads * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    parts[np.argsort(parts - exact, kind="stable")[: heads - int(parts.sum())]] += 1
    return parts


def facility_weights(start: IntArray, seed: int, months: int) -> FloatArray:
    """Members of each facility as weights, shape (months, facilities): the start's, slowly changing."""
    draw = luck(seed, 0, Flow.CARE)
    steps = 0.003 * draw.standard_normal((months, start.size))
    return np.asarray(start * np.exp(np.cumsum(steps, axis=0)), float)


def care_history(members: IntArray, first_season: int, seed: int) -> tuple[IntArray, np.ndarray]:
    """Counts (months, facilities, len(CARE)) of ``members`` (months, facilities) on each 1st, and which were reported
    (bool, months by facilities). ``first_season``: calendar month 1-12 of the first row."""
    months, facilities = members.shape
    rates = draw_care(seed, facilities)
    counts = np.zeros((months, facilities, len(CARE)), np.int64)
    reported = np.ones((months, facilities), bool)
    shared, own = np.zeros(2), np.zeros((2, facilities))  # contacts, referrals
    silent = np.zeros(facilities, np.int64)
    prolanis = np.zeros((2, facilities), np.int64)
    for month in range(months):
        draw = luck(seed, month + 1, Flow.CARE)
        shared = rates.memory * shared + rates.month_sd * draw.standard_normal(2)
        own = rates.memory * own + rates.own_sd * draw.standard_normal((2, facilities))
        wave = rates.season * np.cos(2 * np.pi * (first_season + month - rates.season_peak) / 12)
        contact = _share(rates.contact + shared[0] + own[0] + wave)
        referral = _share(rates.referral + shared[1] + own[1])
        starting = (silent == 0) & (draw.random(facilities) < rates.silence)
        silent = np.where(starting, draw.geometric(1 / rates.silent_months, facilities), np.maximum(silent - 1, 0))
        reported[month] = silent == 0
        for place in range(facilities):
            contacts = spread_binomial(draw, int(members[month, place]), float(contact[place]), 2.0)
            sick = spread_count(draw, contacts * float(rates.visits[place]), 1.5)
            sent = spread_binomial(draw, sick, float(referral[place]), 2.0)
            wrongly = spread_binomial(draw, sent, float(_share(rates.nonspecialist[place])), 1.5)
            row = {"contacts": contacts, "sick_visits": sick, "referrals": sent, "referrals_nonspecialist": wrongly}
            for number, disease in enumerate(_DISEASES):
                known = round(members[month, place] * float(_share(rates.diagnosed[number][place])))
                enrolled = float(_share(rates.enrolled[number][place]))
                before = int(prolanis[number, place])
                if month == 0:
                    now = spread_binomial(draw, known, enrolled, 1.2)
                else:
                    outside = max(known - before, 0)
                    odds = enrolled / (1 - enrolled)
                    now = before - int(draw.binomial(before, rates.leaving))
                    now += int(draw.binomial(outside, min(rates.enrolling * odds, 1.0)))
                now = min(now, known)
                prolanis[number, place] = now
                chance = float(_share(rates.controlled[number][place]))
                row |= {f"{disease}_diagnosed": known, f"{disease}_prolanis": now,
                        f"{disease}_controlled": spread_binomial(draw, now, chance, 1.3)}  # fmt: skip
            counts[month, place] = [row[name] for name in CARE]
    return counts, reported
