"""The levers that a scenario file may name, by ``kind``. ``_template.py`` shows how to add one."""

from __future__ import annotations

from scenarios.levers.amnesty import Amnesty
from scenarios.levers.apbd_line import ApbdLine
from scenarios.levers.autodebit import Autodebit
from scenarios.levers.base import Context, Lever
from scenarios.levers.blud_transition import BludTransition
from scenarios.levers.cleansing import Cleansing
from scenarios.levers.collectors import Collectors
from scenarios.levers.drug_supply import DrugSupply
from scenarios.levers.outreach import Outreach
from scenarios.levers.pbi_cut import PbiCut
from scenarios.levers.pemda_intake import PemdaIntake
from scenarios.levers.referral_training import ReferralTraining
from scenarios.levers.rehab_promotion import RehabPromotion
from scenarios.levers.reminders import Reminders

LEVERS: dict[str, type[Lever]] = {
    lever.model_fields["kind"].default: lever
    for lever in (PemdaIntake, ApbdLine, PbiCut, Collectors, Reminders, Autodebit, RehabPromotion, Amnesty, Cleansing,
                  Outreach, ReferralTraining, DrugSupply, BludTransition)
}  # fmt: skip

__all__ = ["LEVERS", "Context", "Lever"]
