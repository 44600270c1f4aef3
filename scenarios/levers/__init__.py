"""The levers that a scenario file may name, by ``kind``. ``_template.py`` shows how to add one."""

from __future__ import annotations

from scenarios.levers.apbd_line import ApbdLine
from scenarios.levers.base import Context, Lever
from scenarios.levers.outreach import Outreach
from scenarios.levers.pbi_cut import PbiCut
from scenarios.levers.pemda_intake import PemdaIntake
from scenarios.levers.referral_training import ReferralTraining

LEVERS: dict[str, type[Lever]] = {
    lever.model_fields["kind"].default: lever for lever in (PemdaIntake, ApbdLine, PbiCut, Outreach, ReferralTraining)
}

__all__ = ["LEVERS", "Context", "Lever"]
