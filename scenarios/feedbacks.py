"""The feedbacks that make the model a system: what each couples, which way it should act, and how much it does.

Each has a switch in the behaviour vector (1 on, 0 off). Its size at default strength is measured by running the same
luck with the switch on and off; zero is an allowed answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from districts.model import District
from sim.behaviour import default_behaviour
from sim.indicators import Level
from sim.policy import Policy, baseline_policy
from sim.rules import load_rules
from sim.simulate import simulate


@dataclass(frozen=True)
class Feedback:
    """One coupling: the ``switch`` that scales it, the indicator that shows it and the ``sign`` it should have.

    ``strain`` are parameter values that make the coupling visible in a test (a fund without money, a full waiting
    room); the size at default strength is measured without them. Some need a policy: the status held by agreement, and
    a line three months short under *owe*.
    """

    name: str
    switch: str
    indicator: str
    level: Level
    sign: int
    text_id: str
    text_en: str
    strain: tuple[tuple[str, float], ...] = ()
    with_agreement: bool = False
    without_money: bool = False


_SHORT_OF_DRUGS = (
    ("drugs.acute_per_visit", 30_000.0), ("drugs.chronic_per_patient", 36_000.0),
    ("drugs.consumables_per_contact", 7_200.0),
)  # fmt: skip
_CROWDED = (("clinic.service_minutes", 45.0),)

_CROWDED_BUT_PATIENT = (*_CROWDED, ("feedback.wait_to_contacts", 0.0))

FEEDBACKS: tuple[Feedback, ...] = (
    Feedback("capitation_to_drugs", "feedback.money_to_drugs", "stockout_days", "facility", +1,
             "kapitasi → belanja obat → hari obat kosong", "capitation → drug spending → stock-out days",
             _SHORT_OF_DRUGS),
    Feedback("stockout_to_referrals", "feedback.drugs_to_referrals", "referrals_nonspecialist", "facility", +1,
             "obat kosong → rujukan nonspesialistik", "stock-outs → non-specialist referrals", _SHORT_OF_DRUGS),
    Feedback("stockout_to_control", "feedback.drugs_to_control", "ht_controlled", "facility", -1,
             "obat kosong → pasien terkendali", "stock-outs → patients under control", _SHORT_OF_DRUGS),
    Feedback("kbk_to_contacts", "feedback.kbk_to_contacts", "contacts", "facility", +1,
             "jarak ke peringkat AK berikutnya → kontak tercatat", "distance to the next AK band → recorded contacts"),
    Feedback("wait_to_contacts", "feedback.wait_to_contacts", "contacts", "facility", -1,
             "menunggu → kontak hilang", "waiting → lost contacts", _CROWDED),
    Feedback("wait_to_referrals", "feedback.wait_to_referrals", "referrals_nonspecialist", "facility", +1,
             "menunggu → rujukan tergesa", "waiting → hasty referrals", _CROWDED_BUT_PATIENT),
    Feedback("control_to_claims", "feedback.control_to_claims", "claims_incurred", "district", -1,
             "terkendali → komplikasi → klaim", "control → complications → claims",
             (("chronic.complication", 0.01), ("chronic.sbp_level", 128.0))),
    Feedback("kbk_to_capitation", "feedback.kbk_to_capitation", "capitation_paid", "facility", -1,
             "nilai KBK → kapitasi dibayar", "KBK score → capitation paid"),
    Feedback("suspension_to_capitation", "feedback.suspension_to_capitation", "capitation_paid", "facility", -1,
             "menunggak → peserta dikapitasi → kapitasi", "suspension → fewer capitated → capitation"),
    Feedback("arrears_to_status", "feedback.arrears_to_status", "active", "district", -1,
             "utang Pemda → status UHC → aktif kembali menurut cut-off",
             "Pemda arrears → UHC status → cut-off activation", with_agreement=True, without_money=True),
    Feedback("status_to_activation", "feedback.status_to_activation", "active", "district", +1,
             "status UHC → aktif langsung", "UHC status → activation at once", with_agreement=True),
)  # fmt: skip


def _policy(feedback: Feedback, district: District, months: int) -> Policy:
    policy = baseline_policy(months, len(district.facilities))
    if feedback.with_agreement:
        always = np.ones(months, np.bool_)
        policy = policy.but(agreement=always, point_of_care=always, intake_target="hold_status")
    if feedback.without_money:
        policy = policy.but(line_rule="heads_at_start", line_factor=0.75, regime="owe")
    return policy


def measure(
    feedback: Feedback, district: District, strength: float = 1.0, months: int = 24, replicate: int = 0, seed: int = 1,
    drawn: bool = False,
) -> float:  # fmt: skip
    """The relative change of the feedback's indicator (summed over the run) from switched off to ``strength``.

    With strength 1 the parameters are the defaults (``drawn``: the replicate's own); above it the strain is applied.
    """
    behaviour = default_behaviour()
    if drawn:
        behaviour = behaviour.draw(seed, replicate)
    if strength > 1.0:
        behaviour = behaviour.but(dict(feedback.strain))
    totals = []
    for level in (0.0, strength):
        results = simulate(
            district, load_rules(), behaviour.but({feedback.switch: level}), _policy(feedback, district, months), seed,
            replicate=replicate, luck_only=not drawn,
        )  # fmt: skip
        totals.append(float(results.series(feedback.indicator, feedback.level).sum()))
    return change(*totals)


def change(before: float, after: float) -> float:
    """The relative change, or the difference where ``before`` is zero."""
    return (after - before) / before if before else after - before
