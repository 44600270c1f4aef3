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
from scenarios.levers.family_folders import FamilyFolders
from scenarios.levers.home_visits import HomeVisits
from scenarios.levers.ilp import Ilp
from scenarios.levers.kbk_scheme import KbkScheme
from scenarios.levers.kris import Kris
from scenarios.levers.laboratory import Laboratory
from scenarios.levers.outcome_monitoring import OutcomeMonitoring
from scenarios.levers.outreach import Outreach
from scenarios.levers.outreach_sessions import OutreachSessions
from scenarios.levers.pbi_cut import PbiCut
from scenarios.levers.pcare_completeness import PcareCompleteness
from scenarios.levers.pemda_intake import PemdaIntake
from scenarios.levers.population_shock import PopulationShock
from scenarios.levers.premium_change import PremiumChange
from scenarios.levers.prolanis_clubs import ProlanisClubs
from scenarios.levers.quota_addition import QuotaAddition
from scenarios.levers.recruitment import Recruitment
from scenarios.levers.refer_back import ReferBack
from scenarios.levers.referral_coordination import ReferralCoordination
from scenarios.levers.referral_training import ReferralTraining
from scenarios.levers.rehab_promotion import RehabPromotion
from scenarios.levers.reminders import Reminders
from scenarios.levers.return_visits import ReturnVisits
from scenarios.levers.screening import Screening
from scenarios.levers.switch_off import SwitchOff
from scenarios.levers.tariff_change import TariffChange
from scenarios.levers.telemedicine import Telemedicine
from scenarios.levers.uhc_bars import UhcBars
from scenarios.levers.vbhc import Vbhc
from scenarios.levers.verifiers import Verifiers
from scenarios.levers.waste_reduction import WasteReduction

_ALL: tuple[type[Lever], ...] = (
    PemdaIntake, UhcBars, SwitchOff, ApbdLine, PbiCut, QuotaAddition,
    Collectors, Reminders, Autodebit, RehabPromotion, Amnesty, Cleansing,
    Outreach, OutreachSessions, HomeVisits, Screening, PcareCompleteness, ProlanisClubs, Laboratory, Telemedicine,
    ReferralTraining, ReferBack, Recruitment, DrugSupply, BludTransition, Verifiers,
    ReferralCoordination, OutcomeMonitoring, WasteReduction, Vbhc, FamilyFolders, ReturnVisits, Ilp,
    KbkScheme, PremiumChange, Kris, TariffChange,
    EconomicShock, Epidemic, PopulationShock,
)  # fmt: skip

LEVERS: dict[str, type[Lever]] = {lever.model_fields["kind"].default: lever for lever in _ALL}

__all__ = ["LEVERS", "Context", "Lever"]
