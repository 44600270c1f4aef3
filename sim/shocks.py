"""What nobody in the district controls: facility effects, month effects, ministerial updates, late cash.

Drawn once per replicate, the same for every scenario. With ``shock.size`` 0 all stay at their centre. Facility effects
that a behaviour knows (:attr:`sim.behaviour.Behaviour.places`) are taken from it, whatever ``shock.size``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.random import Key, Purpose, normals, numbered, uniforms

FloatArray = NDArray[np.float64]

#: Numbers that name the effects for luck; never reuse one.
(_CONTACT, _REFERRAL, _TACC, _PROLANIS, _RECORDED, _PREMIUM_MONTH, _CARE_MONTH, _PBI, _CASH, _PREMIUM,
 _REFERRAL_MONTH, _RECORDED_MONTH, _ATTENDANCE) = range(13)  # fmt: skip
#: Standard deviation of the lead time of an order (log scale); assumed.
_LEAD_SD = 0.3
#: The facility effects: fields of :class:`Shocks` of shape (facilities,), which a behaviour may know by these names.
EFFECTS: tuple[str, ...] = ("premium", "contact", "recorded", "referral", "tacc", "prolanis", "attendance")
#: The parameter that is an effect's standard deviation between facilities. Its scale is that of the effect: log for
#: premium (miss rate) and contact, logit for all others.
EFFECT_SD: dict[str, str] = {
    "premium": "premium.facility_sd",
    "contact": "care.facility_sd",
    "recorded": "care.recorded_sd",
    "referral": "referral.facility_sd",
    "tacc": "referral.tacc_facility_sd",
    "prolanis": "chronic.prolanis_facility_sd",
    "attendance": "chronic.attendance_facility_sd",
}
_NUMBER = {
    "premium": _PREMIUM, "contact": _CONTACT, "recorded": _RECORDED, "referral": _REFERRAL, "tacc": _TACC,
    "prolanis": _PROLANIS, "attendance": _ATTENDANCE,
}  # fmt: skip


@dataclass(frozen=True)
class Shocks:
    """Effects of one replicate. Facility effects (facilities,) and month effects (months,) are standard deviations
    times normals, on the scale that ``behaviour`` names; ``cash_late`` (months,) says whether the Pemda pays late."""

    premium: FloatArray
    contact: FloatArray
    referral: FloatArray
    tacc: FloatArray
    prolanis: FloatArray
    attendance: FloatArray
    recorded: FloatArray
    premium_month: FloatArray
    care_month: FloatArray
    referral_month: FloatArray
    recorded_month: FloatArray
    care_facility_month: FloatArray
    pbi_month: FloatArray
    cash_late: NDArray[np.bool_]
    lead_days: FloatArray


def draw_shocks(behaviour: Behaviour, key: Key, months: int, facilities: int) -> Shocks:
    """All effects of one replicate. Facility effects belong to the place, not to the year: they stay all run long.

    Raises ``ValueError`` when ``behaviour`` knows an effect that there is not, or for another number of facilities.
    """
    known = dict(behaviour.places)
    for name, effect in known.items():
        if name not in EFFECTS or len(effect) != facilities:
            raise ValueError(f"the facility effect {name} of {len(effect)} facilities; the district has {facilities}")
    size = behaviour["shock.size"]
    memory = behaviour["care.month_memory"]
    month_names = numbered(months)
    places = numbered(facilities)

    def facility(name: str) -> FloatArray:
        if name in known:
            return np.array(known[name], np.float64)
        return size * behaviour[EFFECT_SD[name]] * normals(key, places, _NUMBER[name], Purpose.SHOCK)

    def month(effect: int, deviation: float) -> FloatArray:
        return size * deviation * _autoregressive(normals(key, month_names, 1000 + effect, Purpose.SHOCK), memory)

    place_month = np.stack([normals(key, places, 2000 + m, Purpose.SHOCK) for m in range(months)])
    late = uniforms(key, month_names, 1000 + _CASH, Purpose.SHOCK) < behaviour["money.cash_delay"]
    lead = np.stack([normals(key, places, 4000 + m, Purpose.SHOCK) for m in range(months)])
    return Shocks(
        **{name: facility(name) for name in EFFECTS},
        premium_month=month(_PREMIUM_MONTH, behaviour["premium.month_sd"]),
        care_month=month(_CARE_MONTH, behaviour["care.month_sd"]),
        referral_month=month(_REFERRAL_MONTH, behaviour["referral.month_sd"]),
        recorded_month=month(_RECORDED_MONTH, behaviour["care.recorded_month_sd"]),
        care_facility_month=size * behaviour["care.month_sd"] * place_month,
        pbi_month=size * behaviour["segment.pbi_month_sd"] * normals(key, month_names, _PBI, Purpose.SHOCK),
        cash_late=late if size > 0 else np.zeros(months, np.bool_),
        lead_days=np.exp(size * _LEAD_SD * lead),
    )


def _autoregressive(innovations: FloatArray, memory: float) -> FloatArray:
    """A stationary AR(1) series with standard deviation 1."""
    series = np.empty_like(innovations)
    level = 0.0
    for index, innovation in enumerate(innovations):
        level = innovation if index == 0 else memory * level + np.sqrt(1 - memory**2) * innovation
        series[index] = level
    return series


def shifted(share: float, effect: FloatArray | float) -> FloatArray:
    """``share`` moved by ``effect`` on the logit scale; 0 and 1 stay."""
    if share <= 0.0 or share >= 1.0:
        return np.full_like(np.asarray(effect, float), share)
    odds = share / (1.0 - share) * np.exp(effect)
    return np.asarray(odds / (1.0 + odds))
