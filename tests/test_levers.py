"""Levers: pure, silent before their start, refusing what makes no sense, documented in both languages."""

from __future__ import annotations

import copy
import re
import typing
from dataclasses import fields

import numpy as np
import pytest
from pydantic import ValidationError

from districts.text import translator
from districts.tiny import tiny_district
from scenarios.levers import LEVERS, Context, Lever
from scenarios.levers._template import FixedCost
from scenarios.levers.amnesty import Amnesty
from scenarios.levers.apbd_line import ApbdLine
from scenarios.levers.autodebit import Autodebit
from scenarios.levers.blud_transition import BludTransition
from scenarios.levers.cleansing import Cleansing
from scenarios.levers.collectors import Collectors
from scenarios.levers.documents import bounds_of, choices_of, document_all, text_of, unit_of
from scenarios.levers.drug_supply import DrugSupply
from scenarios.levers.economic_shock import EconomicShock
from scenarios.levers.effect import Effect
from scenarios.levers.epidemic import Epidemic
from scenarios.levers.facts import Fact, facts
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
from scenarios.levers.places import Group
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
from scenarios.months import later
from sim.policy import NewPosts, Policy, baseline_policy
from sim.rules import RuleDateError, load_rules

MONTHS = 12
DISTRICT = tiny_district(facilities=2)
CONTEXT = Context(DISTRICT, load_rules(), first_month="2023-11", months=MONTHS)

#: Every lever once, started in the tenth month (index 9), with the arrays it may change.
FROM_TENTH = [
    (PemdaIntake(start="+9", quota=100, point_of_care=True, agreement=True),
     {"intake_quota", "point_of_care", "agreement"}),
    (PbiCut(month="2024-08", share=0.1, takeover=0.5), {"pbi_cut", "pbi_cut_takeover"}),
    (Collectors(start="+9", share=0.1, cost_per_family=1000), {"collectors", "lever_cost"}),
    (Reminders(start="+9", share=0.1, cost_per_message=1000), {"reminders", "lever_cost"}),
    (Autodebit(start="+9", share=0.1, cost_per_family=1000), {"autodebit", "lever_cost"}),
    (RehabPromotion(start="+9", factor=2, cost_per_month=1000), {"rehab_promotion", "lever_cost"}),
    (Amnesty(start="2024-08", share=0.9), {"amnesty"}),
    (Cleansing(start="+9", share=0.1, cost_per_head=1000), {"cleansing", "lever_cost"}),
    (Outreach(start="+9", hours_per_month=40, cost_per_hour=1000), {"outreach_hours", "lever_cost"}),
    (ReferralTraining(start="+9", share=0.5, cost_per_doctor=1000), {"referral_training", "lever_cost"}),
    (SwitchOff(month="+9", share=0.5), {"switch_off"}),
    (QuotaAddition(start="+9", heads_per_month=20), {"added_central"}),
    (QuotaAddition(start="+9", heads_per_month=20, payer="province"), {"added_province"}),
    (Outreach(start="+9", hours_per_month=40, cost_per_hour=0, own_staff=True), {"outreach_own_hours"}),
    (Recruitment(start="+9", cadre="doctors", heads=1, months_to_fill=0), {"recruits", "lever_cost"}),
    (DrugSupply(start="+9", budget_factor=2, lead_factor=0.5, target_months=1, cost_per_month=1000),
     {"drug_budget_factor", "drug_lead_factor", "drug_target_extra", "lever_cost"}),
    (BludTransition(start="+9"), {"fund_frozen"}),
    (PcareCompleteness(start="+9", share=0.98, cost_per_month=5), {"recorded_least", "lever_cost"}),
    (EconomicShock(start="+9", laid_off=0.1, job_loss_factor=2, miss_factor=2),
     {"laid_off", "job_loss_factor", "miss_factor"}),
    (Epidemic(start="+9", sick_factor=2, emergency_factor=3, cost_per_month=5),
     {"sick_factor", "emergency_factor", "lever_cost"}),
    (PopulationShock(month="+9", movement="leave", heads=5), {"crowds"}),
    (PremiumChange(start="+9", class1=5), {"rule_changes"}),
    (Kris(start="+9", premium=60_000), {"rule_changes"}),
    (TariffChange(start="+9", factor=2), {"rule_changes"}),
    (KbkScheme(start="+9", scheme="zones_2017"), {"rule_changes"}),
    (UhcBars(start="+9", registered=0.9, active=0.7), {"rule_changes"}),
    (OutreachSessions(start="+9", activity="posbindu", sessions_per_month=4, persons_per_session=30,
                      cost_per_session=5), {"met", "lever_cost"}),
    (HomeVisits(start="+9", visits_per_month=4, cost_per_visit=5), {"home_visits", "lever_cost"}),
    (Screening(start="+9", share=0.5, cost_per_month=5), {"screening", "lever_cost"}),
    (ProlanisClubs(start="+9", places=4, cost_per_member=5), {"club_places", "bpjs_cost"}),
    (ProlanisClubs(start="+9", places=4, cost_per_member=5, payer="apbd"), {"club_places", "lever_cost"}),
    (Laboratory(start="+9", share=0.5, cost_per_month=5), {"laboratory", "lever_cost"}),
    (Telemedicine(start="+9", share=0.5, cost_per_month=5), {"telemedicine", "lever_cost"}),
    (ReferBack(start="+9", share=0.5, drugs_available=0.9, cost_per_month=5),
     {"refer_back", "prb_lacking", "lever_cost"}),
    (Verifiers(start="+9", verifiers=2, cost_per_month=5), {"verifiers", "bpjs_cost"}),
    (ReferralCoordination(start="+9", referred_back=0.5, settled=0.1, cost_per_month=5),
     {"refer_back", "settled", "lever_cost"}),
    (OutcomeMonitoring(start="+9", share=0.5, cost_per_month=5), {"follow_up", "lever_cost"}),
    (WasteReduction(start="+9", saved=0.1, cost_per_month=5), {"admission_saving", "lever_cost"}),
    (Vbhc(start="+9"), {"refer_back", "settled", "follow_up", "admission_saving", "lever_cost"}),
    (FamilyFolders(start="+9", share=0.1, cost_per_member=5), {"cleansing", "met", "lever_cost"}),
    (ReturnVisits(start="+9", share=0.5, cost_per_month=5), {"reminded", "lever_cost"}),
    (Ilp(start="+9"), {"cleansing", "met", "screening", "reminded", "lever_cost"}),
    (FixedCost(start="+9", cost_per_month=5), {"lever_cost"}),
]  # fmt: skip
IDS = [lever.kind for lever, _ in FROM_TENTH]


def policy() -> Policy:
    return baseline_policy(MONTHS, len(DISTRICT.facilities))


def differing(one: Policy, other: Policy) -> set[str]:
    return {f.name for f in fields(Policy) if not np.array_equal(getattr(one, f.name), getattr(other, f.name))}


def until(one: Policy, name: str, month: int) -> object:
    """What the policy decides by ``name`` before ``month``."""
    value = getattr(one, name)
    if name in ("recruits", "crowds"):
        return [entry for entry in value if entry.month < month]
    if name == "rule_changes":
        return [change for change in value if change.month < later("2023-11", month)]
    return value[:month]


def test_every_lever_with_a_date_is_in_the_table() -> None:
    undated = {"apbd_line"}
    assert {lever.kind for lever, _ in FROM_TENTH} == (set(LEVERS) - undated) | {"fixed_cost"}


@pytest.mark.parametrize(("lever", "moves"), FROM_TENTH, ids=IDS)
def test_a_lever_moves_what_it_names_and_nothing_before_its_start(lever: Lever, moves: set[str]) -> None:
    before = policy()
    kept = copy.deepcopy(before)
    after = lever.apply(before, CONTEXT)
    assert differing(before, kept) == set(), "the policy that was given changed"
    assert differing(after, before) == moves
    for name in moves:
        assert np.array_equal(until(after, name, 9), until(before, name, 9))
        assert not np.array_equal(until(after, name, 10), until(before, name, 10))


@pytest.mark.parametrize("lever", [ApbdLine(rule="amounts", amounts={2024: 5}, regime="owe"),
                                   PemdaIntake(target="hold_status"), KbkScheme(scheme="zones_2017")])  # fmt: skip
def test_levers_without_monthly_arrays_are_pure_too(lever: Lever) -> None:
    before = policy()
    kept = copy.deepcopy(before)
    assert differing(lever.apply(before, CONTEXT), before)
    assert differing(before, kept) == set()


def test_a_shared_array_is_never_written_into() -> None:
    before = policy()
    for array in (getattr(before, f.name) for f in fields(Policy)):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    for lever, _ in FROM_TENTH:
        lever.apply(before, CONTEXT)


def test_heads_are_applied_for_once_and_the_target_is_held_from_the_month_after() -> None:
    after = PemdaIntake(start="2023-12", heads=28795, target="hold_status").apply(policy(), CONTEXT)
    assert after.intake_quota.tolist() == [0, 28795] + [0] * 10
    assert (after.intake_target, after.intake_target_from) == ("hold_status", 2)


def test_heads_and_quota_together() -> None:
    after = PemdaIntake(start="+1", heads=500, quota=20, stop="+4").apply(policy(), CONTEXT)
    assert after.intake_quota.tolist() == [0, 500, 20, 20] + [0] * 8


def test_heads_of_a_month_before_the_run_are_not_applied_for_again_but_the_decision_holds() -> None:
    after = PemdaIntake(start="2022-01", heads=28795, target="hold_status", agreement=True).apply(policy(), CONTEXT)
    assert after.intake_quota.sum() == 0
    assert after.intake_target_from == 0
    assert after.agreement.all()


@pytest.mark.parametrize("month", ["2023-10", "2024-11", "+12"])
def test_a_cut_outside_the_run_changes_nothing(month: str) -> None:
    assert differing(PbiCut(month=month, share=0.5).apply(policy(), CONTEXT), policy()) == set()


def test_three_months_short_is_nine_twelfths() -> None:
    after = ApbdLine(rule="heads_at_start", months_short=3, regime="drop").apply(policy(), CONTEXT)
    assert (after.line_rule, after.line_factor, after.regime) == ("heads_at_start", 0.75, "drop")
    assert after.grace_months == policy().grace_months


def test_costs_of_outreach_and_training() -> None:
    code = DISTRICT.facilities[1].code
    hours = Outreach(start="+0", stop="+2", hours_per_month=10, facilities=(code.upper(),), cost_per_hour=700)
    after = hours.apply(hours.apply(policy(), CONTEXT), CONTEXT)
    assert after.outreach_hours[:3].tolist() == [[0, 20], [0, 20], [0, 0]]
    assert after.lever_cost[:3].tolist() == [14_000, 14_000, 0]
    doctors = sum(facility.doctors for facility in DISTRICT.facilities)
    trained = ReferralTraining(start="+3", share=0.5, cost_per_doctor=900).apply(policy(), CONTEXT)
    assert trained.lever_cost.tolist() == [0, 0, 0, doctors * 450] + [0] * 8
    more = ReferralTraining(start="+0", share=0.2, cost_per_doctor=0).apply(trained, CONTEXT)
    assert more.referral_training[:, 0].tolist() == [0.2] * 3 + [0.5] * 9


def test_own_hours_cost_nothing_but_the_time() -> None:
    own = Outreach(start="+10", hours_per_month=25, cost_per_hour=0, own_staff=True, facilities=("P2",))
    after = own.apply(policy(), CONTEXT)
    assert after.outreach_own_hours.tolist() == [[0, 0]] * 10 + [[0, 25]] * 2
    assert not after.outreach_hours.any()
    assert not after.lever_cost.any()


def test_posts_are_paid_from_the_month_in_which_they_should_be_filled() -> None:
    """Two doctors at each of two puskesmas, from the fourth month on for five months: 4 x 9 million from the ninth."""
    lever = Recruitment(cadre="doctors", heads=2, start="+3", months_to_fill=5, cost_per_month=9_000_000)
    after = lever.apply(policy(), CONTEXT)
    assert after.recruits == (NewPosts(3, 0, "doctors", 2, 5), NewPosts(3, 1, "doctors", 2, 5))
    assert after.lever_cost.tolist() == [0] * 8 + [36_000_000] * 4
    twice = lever.apply(after, CONTEXT)
    assert len(twice.recruits) == 4
    assert twice.lever_cost[8] == 72_000_000


def test_recruitment_to_the_minimum_opens_what_the_law_asks_and_the_files_lack() -> None:
    """Permenkes 43/2019: P1 with beds needs 2 doctors, 1 dentist, 8 nurses, 7 midwives; P2 1, 1, 5, 4. The files
    give P1 1, 1, 5, 6 and P2 1, 0, 5, 6; a doctors' practice has no minimum. The pay is the rule's."""
    rules = load_rules()
    practice = DISTRICT.facilities[1].model_copy(update={"code": "D", "name": "dr. D", "type": "dpm", "doctors": 0})
    district = DISTRICT.model_copy(update={"facilities": (*DISTRICT.facilities, practice)})
    context = Context(district, rules, "2023-11", MONTHS)
    for cadre, post, place, heads in (
        ("doctors", "doctor", 0, 1),
        ("dentists", "dentist", 1, 1),
        ("nurses", "nurse", 0, 3),
        ("midwives", "midwife", 0, 1),
    ):
        lever = Recruitment.model_validate({"cadre": cadre, "to_minimum": True, "months_to_fill": 2})
        after = lever.apply(baseline_policy(MONTHS, 3), context)
        assert after.recruits == (NewPosts(0, place, cadre, heads, 2),)  # type: ignore[arg-type]
        pay = rules.value(f"staff.pay_month.{post}", "2023-11")
        assert after.lever_cost.tolist() == [0, 0] + [pay * heads] * 10
    full = Recruitment(cadre="doctors", to_minimum=True, facilities=("P2",)).apply(policy(), CONTEXT)
    assert differing(full, policy()) == set()


def test_recruitment_begun_before_the_run_goes_on_and_what_is_over_changes_nothing() -> None:
    def begun(start: str) -> Policy:
        lever = Recruitment(cadre="nurses", heads=1, facilities=("P1",), start=start, cost_per_month=7)
        return lever.apply(policy(), CONTEXT)

    assert begun("2023-07").recruits == (NewPosts(0, 0, "nurses", 1, 2),)  # 4 of its 6 months are over
    assert begun("2023-07").lever_cost.tolist() == [0, 0] + [7] * 10
    assert differing(begun("2023-04"), policy()) == set()
    assert differing(begun("+12"), policy()) == set()
    late = begun("+8")
    assert len(late.recruits) == 1
    assert not late.lever_cost.any()  # expected after the last month


def test_recruitment_before_the_first_pay_needs_its_own() -> None:
    early = Context(DISTRICT, load_rules(), "2016-06", MONTHS)
    with pytest.raises(RuleDateError, match=r"staff\.pay_month\.nurse"):
        Recruitment(cadre="nurses", heads=1).apply(policy(), early)
    with pytest.raises(RuleDateError, match=r"staff\.minimum"):
        Recruitment(cadre="nurses", to_minimum=True, cost_per_month=5).apply(policy(), early)
    assert Recruitment(cadre="nurses", heads=1, cost_per_month=5).apply(policy(), early).recruits


#: The tiny district of 3,000: 450 registered PBPU, of whom 45 in arrears; 2,610 registered in all; and the mean of its
#: family cards, 0.10 x 1 + 0.22 x 2 + 0.26 x 3 + 0.24 x 4 + 0.12 x 5 + 0.06 x 6 = 3.24 persons.
PAYING, OWING, MEMBERS = 405 / 3.24, 45 / 3.24, 2610


def test_visits_and_messages_cost_what_the_families_at_the_start_make_of_them() -> None:
    visited = Collectors(start="+1", stop="+3", share=0.2, cost_per_family=25_000).apply(policy(), CONTEXT)
    assert visited.collectors.tolist() == [[0] * 3] + [[0.2] * 3] * 2 + [[0] * 3] * 9
    assert visited.lever_cost.tolist() == [0] + [round(0.2 * OWING * 25_000)] * 2 + [0] * 9
    reminded = Reminders(start="+10", share=0.5, cost_per_message=500).apply(visited, CONTEXT)
    assert reminded.reminders.tolist() == [0] * 10 + [0.5] * 2
    assert (reminded.lever_cost - visited.lever_cost).tolist() == [0] * 10 + [round(0.5 * PAYING * 500)] * 2


def test_autodebit_is_paid_for_once_and_stays() -> None:
    after = Autodebit(start="+2", share=0.1, cost_per_family=20_000).apply(policy(), CONTEXT)
    assert after.autodebit.tolist() == [0, 0] + [0.1] * 10
    assert after.lever_cost.tolist() == [0, 0, round(0.1 * (PAYING + OWING) * 20_000)] + [0] * 9
    past = Autodebit(start="2022-01", share=0.1, cost_per_family=20_000).apply(policy(), CONTEXT)
    assert past.autodebit.tolist() == [0.1] * 12
    assert past.lever_cost.sum() == 0


def test_promotion_multiplies_the_joining_rate() -> None:
    lever = RehabPromotion(start="+1", stop="+3", factor=2, cost_per_month=7)
    after = lever.apply(lever.apply(policy(), CONTEXT), CONTEXT)
    assert after.rehab_promotion.tolist() == [1, 4, 4] + [1] * 9
    assert after.lever_cost.tolist() == [0, 14, 14] + [0] * 9


def test_a_pass_over_the_register_costs_every_head_once() -> None:
    after = Cleansing(start="+0", stop="+6", share=1 / 6, cost_per_head=200).apply(policy(), CONTEXT)
    assert after.cleansing[:6].sum() == pytest.approx(1)
    assert after.cleansing[6:].sum() == 0
    assert after.lever_cost.sum() == MEMBERS * 200


def test_the_cost_follows_the_stock_from_which_the_run_starts() -> None:
    older = DISTRICT.stock()
    rows = tuple(row.model_copy(update={"registered": row.registered // 2}) for row in older.segments)
    newer = older.model_copy(update={"month": "2024-06", "segments": rows})
    both = DISTRICT.model_copy(update={"stocks": (older, newer)})
    lever = Cleansing(share=1, cost_per_head=1)
    for first, heads in (("2023-11", MEMBERS), ("2024-07", MEMBERS // 2)):
        context = Context(both, None, first, MONTHS, start="2024-07")  # type: ignore[arg-type]
        assert lever.apply(policy(), context).lever_cost.max() == heads


@pytest.mark.parametrize(
    ("lever", "name"),
    [
        (Collectors(share=0.6, cost_per_family=0), "collectors"),
        (Reminders(share=0.6, cost_per_message=0), "reminders"),
        (Autodebit(share=0.6, cost_per_family=0), "autodebit"),
        (Cleansing(share=0.6, cost_per_head=0), "cleansing"),
    ],
)
def test_two_programmes_add_up_to_everybody_at_most(lever: Lever, name: str) -> None:
    once = lever.apply(policy(), CONTEXT)
    assert set(getattr(once, name).flat) == {0.6}
    assert set(getattr(lever.apply(once, CONTEXT), name).flat) == {1.0}


def test_collectors_may_be_sent_to_some_classes() -> None:
    """The tiny district's families in arrears are all of class III, so that visits to others cost nothing."""
    richer = Collectors(share=0.3, classes=(1, 2), cost_per_family=25_000).apply(policy(), CONTEXT)
    assert richer.collectors[0].tolist() == [0.3, 0.3, 0]
    assert not richer.lever_cost.any()
    after = Collectors(share=0.2, classes=(2, 3), cost_per_family=25_000).apply(richer, CONTEXT)
    assert after.collectors[0].tolist() == [0.3, 0.5, 0.2]
    assert after.lever_cost[0] == round(0.2 * OWING * 25_000)


def test_the_drug_line_is_no_part_of_the_jkn_bill() -> None:
    code = DISTRICT.facilities[1].code
    lever = DrugSupply(start="+1", stop="+3", budget_factor=2, lead_factor=0.5, target_months=1, facilities=(code,))
    after = lever.apply(lever.apply(policy(), CONTEXT), CONTEXT)
    assert after.drug_budget_factor[:4].tolist() == [[1, 1], [1, 4], [1, 4], [1, 1]]
    assert after.drug_lead_factor[:4].tolist() == [[1, 1], [1, 0.25], [1, 0.25], [1, 1]]
    assert after.drug_target_extra[:4].tolist() == [[0, 0], [0, 2], [0, 2], [0, 0]]
    assert not after.lever_cost.any()


@pytest.mark.parametrize(
    ("start", "months", "facilities", "frozen"),
    [
        ("+2", 3, "blud", {(2, 0), (3, 0), (4, 0)}),  # the first facility is the one marked as BLUD
        ("+11", 6, "all", {(11, 0), (11, 1)}),
        ("2023-08", 4, "blud", {(0, 0)}),  # it began three months before the run
        ("2023-08", 2, "blud", set()),
    ],
)
def test_a_transition_lasts_its_months(start: str, months: int, facilities: str, frozen: set[tuple[int, int]]) -> None:
    after = BludTransition(start=start, months=months, facilities=facilities).apply(policy(), CONTEXT)
    assert {(int(m), int(f)) for m, f in np.argwhere(after.fund_frozen)} == frozen


@pytest.mark.parametrize(
    ("start", "announced", "awaited", "forgiven"),
    [
        ("+6", 3, [3, 4, 5], [6]),
        ("+6", 0, [], [6]),
        ("+1", 3, [0], [1]),
        ("+0", 3, [], [0]),
        ("+13", 3, [10, 11], []),  # it comes after the run, and is awaited at its end
        ("2023-10", 3, [], []),
    ],
)
def test_an_amnesty_is_awaited_before_it_comes(
    start: str, announced: int, awaited: list[int], forgiven: list[int]
) -> None:
    after = Amnesty(start=start, share=0.9, announced=announced).apply(policy(), CONTEXT)
    assert np.flatnonzero(after.amnesty_announced).tolist() == awaited
    assert np.flatnonzero(after.amnesty).tolist() == forgiven
    assert set(after.amnesty[forgiven]) <= {0.9}
    assert not after.lever_cost.any()


def test_relative_months_count_from_the_reported_start() -> None:
    late = Context(DISTRICT, None, "2023-11", 30, start="2026-01")  # type: ignore[arg-type]
    assert late.index("+3") == late.index("2026-04") == 29
    assert late.index("2020-01") == 0
    assert late.index("2099-01") == 30


@pytest.mark.parametrize(
    ("start", "month", "position"),
    [("2023-11", "january", 2), ("2023-11", "november", 0), ("2024-05", "january", 14), ("2024-05", "june", 7)],
)
def test_a_month_by_name_is_the_first_from_the_start_of_the_run_on(start: str, month: str, position: int) -> None:
    assert Context(DISTRICT, None, "2023-11", 30, start=start).position(month) == position  # type: ignore[arg-type]


def test_bars_hold_from_their_month_on() -> None:
    """The law's own are 95 and 75 % until 2024, 98 and 80 % from 2025 on (UHC criteria of BPJS Kesehatan)."""
    after = UhcBars(start="2024-03", registered=0.9, active=0.7).apply(policy(), CONTEXT)
    rules = load_rules().from_month((change.key, change.month, change.value) for change in after.rule_changes)
    found = {month: (rules.value("uhc.bar.registered", month), rules.value("uhc.bar.active", month))
             for month in ("2024-02", "2024-03", "2025-06")}  # fmt: skip
    assert found == {"2024-02": (0.95, 0.75), "2024-03": (0.9, 0.7), "2025-06": (0.9, 0.7)}


@pytest.mark.parametrize(
    ("lever", "given"),
    [
        (PemdaIntake, {"target": "hold_status", "quota": 3}),
        (PemdaIntake, {"target": "cover_all_eligible", "stop": "+3"}),
        (ApbdLine, {"rule": "amounts"}),
        (ApbdLine, {"rule": "amounts", "amounts": {1999: 5}}),
        (ApbdLine, {"rule": "unbounded", "months_short": 3}),
        (ApbdLine, {"rule": "heads_at_start", "growth": 0.1}),
        (PbiCut, {"month": "2024-13", "share": 0.1}),
        (PbiCut, {"month": "+1", "share": 1.1}),
        (Collectors, {"share": 1.1, "cost_per_family": 1}),
        (Collectors, {"share": 0.1, "cost_per_family": 1, "classes": []}),
        (Collectors, {"share": 0.1, "cost_per_family": 1, "classes": [4]}),
        (Reminders, {"share": -0.1, "cost_per_message": 1}),
        (Autodebit, {"share": 0.1, "cost_per_family": -1}),
        (RehabPromotion, {"factor": 0.9, "cost_per_month": 1}),
        (Amnesty, {"share": 0.5}),
        (Amnesty, {"start": "+3", "share": 0.5, "announced": -1}),
        (Cleansing, {"share": 2, "cost_per_head": 1}),
        (Outreach, {"hours_per_month": 1, "cost_per_hour": 1, "facilities": []}),
        (Outreach, {"hours_per_month": 1, "cost_per_hour": 1, "facilities": "some"}),
        (Outreach, {"hours_per_month": 1, "cost_per_hour": 1, "own_staff": True}),
        (Recruitment, {"cadre": "doctors"}),
        (Recruitment, {"cadre": "doctors", "heads": 1, "to_minimum": True}),
        (Recruitment, {"cadre": "support", "heads": 1}),
        (Recruitment, {"cadre": "doctors", "heads": 0}),
        (DrugSupply, {"budget_factor": -1}),
        (DrugSupply, {"lead_factor": 0}),
        (BludTransition, {"months": 0}),
        (PremiumChange, {}),
        (PremiumChange, {"class3": 40_000, "aid_central": 30_000, "aid_regional": 20_000}),
        (PremiumChange, {"class1": 0}),
        (PremiumChange, {"class1": 5, "chance": 1.1}),
        (Kris, {"start": "+1"}),
        (Kris, {"premium": 5_000, "aid_central": 6_000}),
        (TariffChange, {"factor": 0}),
        (TariffChange, {"factor": 2, "facility_type": "hospital"}),
        (EconomicShock, {"laid_off": 1.1}),
        (EconomicShock, {"months": 0}),
        (Epidemic, {"sick_factor": 11}),
        (PopulationShock, {"month": "+1", "movement": "arrive", "heads": 0}),
        (PopulationShock, {"month": "+1", "movement": "flee", "heads": 5}),
        (PcareCompleteness, {"share": 1.1, "cost_per_month": 0}),
    ],
)
def test_contradictions_and_bounds_are_refused(lever: type[Lever], given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        lever.model_validate(given)


#: Where a size comes from: a source, which has a year; or nowhere: it is assumed, or a decision, which has none.
SOURCE = re.compile(r"\b(19|20)\d\d\b|\bassumed\b|no effect size|none needed")


@pytest.mark.parametrize("lever", [*LEVERS.values(), FixedCost], ids=lambda lever: lever.__name__)
def test_every_lever_is_documented(lever: type[Lever]) -> None:
    assert lever.title_id
    assert lever.title_en
    assert len(text_of(lever)) > 40
    assert text_of(lever) != text_of(Lever)
    assert SOURCE.search(lever.evidence), "a source, or that it is assumed"
    assert re.search("nothing|APBD|BPJS", lever.cost), "what it costs, and whom"
    for name, info in lever.model_fields.items():
        if name in ("kind", "effect"):
            continue
        assert info.description, name
        assert unit_of(info) or choices_of(info), f"{name} has no unit"
        if _counts(info.annotation):
            assert unit_of(info), f"{name} has no unit"
            least, most = bounds_of(info)
            table = "dict" in str(info.annotation)
            assert least is not None, f"{name} has no lower bound"
            assert most is not None or table, f"{name} has no upper bound"
    for name in lever.model_fields.keys() & {"cost_per_month", "cost_per_family", "cost_per_head", "cost_per_hour"}:
        assert name in lever.cost, f"the cost model does not say what {name} is multiplied by"


@pytest.mark.parametrize("lever", [*LEVERS.values(), FixedCost], ids=lambda lever: lever.__name__)
def test_every_lever_names_its_facts_or_says_that_it_has_none(lever: type[Lever]) -> None:
    assert [one for one in lever.facts if one not in facts()] == []
    assert len(set(lever.facts)) == len(lever.facts)
    if not lever.facts:
        assert re.search(r"\bassumed\b|no effect size|none needed", lever.evidence)


def test_every_fact_is_one_that_a_lever_rests_on() -> None:
    assert set(facts()) == {one for lever in LEVERS.values() for one in lever.facts}


@pytest.mark.parametrize("fact", facts().values(), ids=list(facts()))
def test_a_fact_tells_what_where_who_and_how_sure(fact: Fact) -> None:
    words = {figure.unit for figure in fact.figures} | {fact.place, fact.study, fact.source}
    assert all(word.strip() == word != "" for word in words)
    assert not fact.end or fact.start <= fact.end, "a fact ends after it begins"
    assert fact.source != "none" or fact.confidence == "low", "without a source nothing is more than general knowledge"
    translate = translator("id")
    texts = words - {fact.source}
    # names of places, laws and studies are the same in both languages
    names = re.compile(r"(?:[\dA-Z(][\w/().,-]* ?|et al\. |[;&] )+")
    assert [text for text in texts if translate(text) == text and not names.fullmatch(text)] == []
    for lang in ("id", "en"):
        said = fact.document(lang)
        assert all(said[key] for key in ("text", "place", "study", "source", "confidence"))


def test_a_fact_is_told_with_its_numbers_in_the_form_of_the_language() -> None:
    fact = Fact.model_validate({
        "id": "x", "figures": [{"value": 1234.5, "unit": "rupiah"}, {"value": [1, 2.25], "unit": "months"},
                               {"unit": "no number"}],
        "from": "2017-04", "to": "2018-03", "place": "Semarang", "study": "SKI", "source": "none", "confidence": "low",
    })  # fmt: skip
    assert fact.told("en") == "1,234.5 rupiah; 1–2.25 months; no number; Semarang, Apr 2017–Mar 2018; SKI"
    assert "1.234,5 rupiah; 1–2,25 bulan" in fact.told("id")
    assert (
        fact.model_copy(update={"start": "2011-01", "end": "2017-12"}).told("en").endswith("Semarang, 2011–2017; SKI")
    )
    assert fact.model_copy(update={"start": "2011-01", "end": "2011-12"}).told("en").endswith("Semarang, 2011; SKI")
    assert fact.model_copy(update={"end": ""}).told("id").endswith("Semarang, sejak Apr 2017; SKI")
    assert fact.model_copy(update={"start": "", "end": ""}).told("en").endswith("Semarang; SKI")


def _counts(annotation: object) -> bool:
    return annotation in (int, float) or any(_counts(part) for part in typing.get_args(annotation))


@pytest.mark.parametrize("lever", LEVERS.values(), ids=list(LEVERS))
def test_every_text_of_a_lever_is_translated(lever: type[Lever]) -> None:
    translate = translator("id")
    ids = {text_of(lever), lever.evidence, lever.cost}
    for name, info in lever.model_fields.items():
        ids |= {info.description or "", unit_of(info)} if name != "kind" else set()
    for form in (Group, Effect):
        for info in form.model_fields.values():
            ids |= {info.description or "", unit_of(info)}
    assert [text for text in ids - {""} if translate(text) == text] == []


def test_documents_hold_both_languages_and_say_the_same_numbers() -> None:
    for indonesian, english in zip(document_all("id"), document_all("en"), strict=True):
        assert indonesian["title"] != english["title"] or indonesian["kind"] == "pbi_cut"
        for one, other in zip(indonesian["fields"], english["fields"], strict=True):
            assert {key: one[key] for key in ("name", "least", "most", "choices")} == {
                key: other[key] for key in ("name", "least", "most", "choices")
            }
