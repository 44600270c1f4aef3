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
from scenarios.levers.economic_shock import EconomicShock
from scenarios.levers.epidemic import Epidemic
from scenarios.levers.kbk_scheme import KbkScheme
from scenarios.levers.kris import Kris
from scenarios.levers.outreach import Outreach
from scenarios.levers.pbi_cut import PbiCut
from scenarios.levers.pcare_completeness import PcareCompleteness
from scenarios.levers.pemda_intake import PemdaIntake
from scenarios.levers.population_shock import PopulationShock
from scenarios.levers.premium_change import PremiumChange
from scenarios.levers.quota_addition import QuotaAddition
from scenarios.levers.recruitment import Recruitment
from scenarios.levers.referral_training import ReferralTraining
from scenarios.levers.rehab_promotion import RehabPromotion
from scenarios.levers.reminders import Reminders
from scenarios.levers.switch_off import SwitchOff
from scenarios.levers.tariff_change import TariffChange

_ALL: tuple[type[Lever], ...] = (
    PemdaIntake, SwitchOff, ApbdLine, PbiCut, QuotaAddition,
    Collectors, Reminders, Autodebit, RehabPromotion, Amnesty, Cleansing,
    Outreach, PcareCompleteness, ReferralTraining, Recruitment, DrugSupply, BludTransition,
    KbkScheme, PremiumChange, Kris, TariffChange,
    EconomicShock, Epidemic, PopulationShock,
)  # fmt: skip

LEVERS: dict[str, type[Lever]] = {lever.model_fields["kind"].default: lever for lever in _ALL}

__all__ = ["LEVERS", "Context", "Lever"]
