"""No lever acts before its time: same luck, every stored number bitwise equal until the month in which it first can."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pytest

from districts.model import District
from districts.tiny import tiny_district
from scenarios.levers import LEVERS, Context
from scenarios.store import LEVELS
from sim.behaviour import default_behaviour
from sim.policy import Policy, baseline_policy
from sim.results import Results
from sim.rules import load_rules
from sim.simulate import simulate

#: From November 2023 to July 2024. Index 2 is January 2024, in which a new APBD line opens.
FIRST_MONTH, MONTHS = "2023-11", 9


class Example(NamedTuple):
    """Arguments of a lever, and the index of the first month in which it can act; ``held`` where a Pemda holds its
    UHC status meanwhile, without which the lever would move nothing."""

    given: dict[str, Any]
    acts: int
    held: bool = False


#: An example of every lever. A new lever adds one here; several under one kind are told apart by what follows ":".
EXAMPLES: dict[str, Example] = {
    "pemda_intake": Example({"start": "+4", "quota": 40}, 4),
    "pemda_intake: target": Example({"start": "+4", "target": "hold_status", "agreement": True}, 4),
    "switch_off": Example({"month": "+4", "share": 0.5}, 4),
    "apbd_line": Example({"rule": "amounts", "amounts": {2024: 50_000_000}, "regime": "drop"}, 2),
    "pbi_cut": Example({"month": "+4", "share": 0.2}, 4),
    "pbi_cut: takeover": Example({"month": "+4", "share": 0.2, "takeover": 0.5}, 4),
    "quota_addition": Example({"start": "+4", "heads_per_month": 30}, 4),
    "collectors": Example({"start": "+4", "share": 0.8, "cost_per_family": 20_000}, 4),
    "reminders": Example({"start": "+4", "share": 0.8, "cost_per_message": 500}, 4),
    "autodebit": Example({"start": "+4", "share": 0.5, "cost_per_family": 20_000}, 4),
    "rehab_promotion": Example({"start": "+4", "factor": 10, "cost_per_month": 1_000_000}, 4),
    "amnesty": Example({"start": "+6", "share": 0.9, "announced": 2}, 4),
    "cleansing": Example({"start": "+4", "share": 0.5, "cost_per_head": 200}, 4),
    "outreach": Example({"start": "+4", "hours_per_month": 200, "cost_per_hour": 40_000}, 4),
    "outreach: own staff": Example({"start": "+4", "hours_per_month": 200, "cost_per_hour": 0, "own_staff": True}, 4),
    "outreach_sessions": Example(
        {
            "start": "+4",
            "activity": "posbindu",
            "sessions_per_month": 20,
            "persons_per_session": 40,
            "cost_per_session": 500_000,
        },
        4,
    ),
    "home_visits": Example({"start": "+4", "visits_per_month": 200, "cost_per_visit": 30_000}, 4),
    "screening": Example({"start": "+4", "share": 1.0, "cost_per_month": 1_000_000}, 4),
    "prolanis_clubs": Example({"start": "+4", "places": 500, "cost_per_member": 25_000}, 4),
    "laboratory": Example({"start": "+4", "share": 1.0, "cost_per_month": 1_000_000}, 4),
    "telemedicine": Example({"start": "+4", "share": 0.5, "cost_per_month": 1_000_000}, 4),
    "refer_back": Example({"start": "+4", "share": 0.8, "drugs_available": 0.5, "cost_per_month": 1_000_000}, 4),
    "verifiers": Example({"start": "+4", "verifiers": 2.0, "cost_per_month": 8_000_000}, 4),
    "referral_coordination": Example(
        {"start": "+4", "referred_back": 0.8, "settled": 0.9, "cost_per_month": 1_000_000}, 4
    ),
    "outcome_monitoring": Example({"start": "+4", "share": 1.0, "cost_per_month": 1_000_000}, 4),
    "waste_reduction": Example({"start": "+4", "saved": 0.3, "cost_per_month": 1_000_000}, 4),
    "vbhc": Example({"start": "+4", "settled": 0.9, "followed_up": 1.0, "saved": 0.3}, 4),
    "family_folders": Example({"start": "+4", "share": 0.5, "contacts": 0.5, "cost_per_member": 2_000}, 4),
    "return_visits": Example({"start": "+4", "share": 1.0, "cost_per_month": 1_000_000}, 4),
    "ilp": Example({"start": "+4", "families": 0.5, "screened": 1.0, "returning": 1.0}, 4),
    "pcare_completeness": Example({"start": "+4", "share": 1, "cost_per_month": 0}, 4),
    "referral_training": Example({"start": "+4", "share": 1, "cost_per_doctor": 2_000_000}, 4),
    "recruitment": Example({"start": "+4", "cadre": "nurses", "heads": 3, "months_to_fill": 0}, 4),
    "drug_supply": Example({"start": "+4", "budget_factor": 0.1, "target_months": 1}, 4),
    "blud_transition": Example({"start": "+4", "months": 3, "facilities": "blud"}, 4),
    "kbk_scheme": Example({"start": "+4", "scheme": "zones_2016"}, 4),
    "premium_change": Example({"start": "+4", "class3": 84_000}, 4),
    "premium_change: PPU": Example({"start": "+4", "ppu_worker": 0.02}, 4),
    # bars are known in advance: the Pemda applies in the month before for those whom they ask for
    "uhc_bars": Example({"start": "+4", "registered": 0.98, "active": 0.8}, 3, held=True),
    "kris": Example({"start": "+4", "premium": 70_000}, 4),
    "tariff_change": Example({"start": "+4", "factor": 1.2}, 4),
    "economic_shock": Example({"start": "+4", "months": 2, "laid_off": 0.5}, 4),
    "economic_shock: arrears": Example({"start": "+4", "months": 5, "miss_factor": 3}, 4),
    "economic_shock: jobs": Example({"start": "+4", "months": 5, "job_loss_factor": 20}, 4),
    "epidemic": Example({"start": "+4", "months": 2, "sick_factor": 1.5}, 4),
    "epidemic: emergencies": Example({"start": "+4", "months": 2, "emergency_factor": 3}, 4),
    "population_shock": Example({"month": "+4", "movement": "arrive", "heads": 200}, 4),
    "population_shock: leave": Example({"month": "+4", "movement": "leave", "heads": 200}, 4),
}


@cache
def _district() -> District:
    return tiny_district(3000, 2, month="2023-10")


def _run(policy: Policy) -> Results:
    """A run with all luck and shocks."""
    return simulate(_district(), load_rules(), default_behaviour(), policy, seed=5, replicate=1)


def _before(held: bool) -> Policy:
    """The policy without the lever."""
    policy = baseline_policy(MONTHS, len(_district().facilities))
    holding = LEVERS["pemda_intake"].model_validate({"target": "hold_status", "agreement": True})
    return holding.apply(policy, _context()) if held else policy


def _context() -> Context:
    return Context(_district(), load_rules(), FIRST_MONTH, MONTHS)


@cache
def _plain(held: bool) -> Results:
    return _run(_before(held))


def test_every_lever_has_an_example() -> None:
    assert {name.partition(":")[0] for name in EXAMPLES} == set(LEVERS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_moves_before_a_lever_can_act_and_something_does_then(name: str) -> None:
    example = EXAMPLES[name]
    lever = LEVERS[name.partition(":")[0]].model_validate(example.given)
    pulled = _run(lever.apply(_before(example.held), _context()))
    later = False
    for level in LEVELS:
        one, other = _plain(example.held).table(level), pulled.table(level)
        assert one[: example.acts].tobytes() == other[: example.acts].tobytes(), level
        later |= one[example.acts :].tobytes() != other[example.acts :].tobytes()
    assert later
