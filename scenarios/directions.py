"""Which way each lever of the library moves what: its sign, and its size at the strength the library gives it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from districts.model import District
from scenarios.feedbacks import change
from scenarios.levers.base import Context, Lever
from scenarios.scenario import Scenario, load_scenario
from sim.behaviour import default_behaviour
from sim.calendar import next_month
from sim.indicators import Level
from sim.rules import load_rules
from sim.simulate import simulate


@dataclass(frozen=True)
class Direction:
    """``scenario`` against ``reference`` moves ``indicator`` (summed over the run) by ``sign``.

    ``tenfold`` names the field of the last lever that is multiplied by ten, up to its bound, for the test of the sign.
    """

    scenario: str
    reference: str
    indicator: str
    level: Level
    sign: int
    tenfold: str | None = None


DIRECTIONS: tuple[Direction, ...] = (
    Direction("outreach", "baseline", "contacts", "facility", +1, "hours_per_month"),
    Direction("outreach", "baseline", "bill_levers", "district", +1, "hours_per_month"),
    Direction("ak-150", "baseline", "contacts", "facility", +1, "sessions_per_month"),
    Direction("ak-150", "baseline", "bill_levers", "district", +1, "sessions_per_month"),
    Direction("posbindu", "baseline", "ht_diagnosed", "facility", +1, "share"),
    Direction("home-visits", "baseline", "ht_controlled", "facility", +1, "visits_per_month"),
    Direction("home-visits", "baseline", "contacts", "facility", +1, "visits_per_month"),
    Direction("prolanis-clubs", "baseline", "prolanis_seen", "facility", +1, "places"),
    Direction("prolanis-clubs", "baseline", "levers_bpjs", "district", +1, "places"),
    # places without a laboratory refer less too; the districts that signs are tested on have one everywhere
    Direction("laboratory", "baseline", "dm_controlled", "facility", +1, "share"),
    Direction("telemedicine", "baseline", "wait_minutes", "facility", -1, "share"),
    Direction("telemedicine", "baseline", "contacts", "facility", +1, "share"),
    Direction("telemedicine", "baseline", "referrals_nonspecialist", "facility", -1, "share"),
    Direction("refer-back", "baseline", "prb_patients", "district", +1, "share"),
    Direction("refer-back", "baseline", "hospital_outpatient", "district", -1, "share"),
    # paid sooner too, but at default strength within the month as before
    Direction("verifiers", "baseline", "claims_returned", "district", +1, "verifiers"),
    Direction("verifiers", "baseline", "levers_bpjs", "district", +1, "verifiers"),
    Direction("vbhc", "baseline", "referrals_nonspecialist", "facility", -1, "settled"),
    Direction("vbhc", "baseline", "ht_controlled", "facility", +1, "followed_up"),
    Direction("vbhc", "baseline", "claims_incurred", "district", -1, "saved"),
    Direction("vbhc-phased", "baseline", "claims_incurred", "district", -1, "saved"),
    Direction("ilp-phased", "baseline", "prolanis_seen", "facility", +1, "share"),
    Direction("ilp", "baseline", "contacts", "facility", +1, "sessions_per_month"),
    Direction("ilp", "baseline", "registered", "district", -1, "families"),
    Direction("ilp", "baseline", "prolanis_seen", "facility", +1, "returning"),
    Direction("referral-training", "baseline", "referrals_nonspecialist", "facility", -1, "share"),
    Direction("doctors-to-minimum", "baseline", "doctors", "facility", +1),
    Direction("doctors-to-minimum", "baseline", "tariff", "facility", +1),
    Direction("doctors-to-minimum", "baseline", "capitation_paid", "district", +1),
    Direction("doctors-to-minimum", "baseline", "wait_minutes", "facility", -1),
    Direction("doctors-to-minimum", "baseline", "bill_levers", "district", +1),
    Direction("pbi-cut", "baseline", "active", "district", -1, "share"),
    Direction("pbi-cut", "baseline", "capitation_paid", "district", -1, "share"),
    Direction("pbi-cut-takeover", "pbi-cut", "active", "district", +1),
    Direction("pbi-cut-takeover", "pbi-cut", "bill_premium", "district", +1),
    Direction("pbi-addition", "baseline", "active", "district", +1, "heads_per_month"),
    Direction("pemda-pause", "baseline", "active", "district", -1),
    Direction("pemda-pause", "baseline", "bill_premium", "district", -1),
    Direction("kbk-zones-2017", "baseline", "share_permille", "facility", +1),
    Direction("kbk-zones-2016", "baseline", "score_tenths", "facility", -1),  # zones have no score
    Direction("premium-compliance", "baseline", "active", "district", +1, "share"),
    Direction("premium-compliance", "baseline", "premium_self", "district", +1, "share"),
    Direction("collectors", "baseline", "premium_self", "district", +1, "share"),
    Direction("collectors", "baseline", "bill_levers", "district", +1, "share"),
    Direction("reminders", "baseline", "premium_self", "district", +1, "share"),
    Direction("autodebit", "baseline", "premium_self", "district", +1, "share"),
    Direction("rehab", "baseline", "premium_self", "district", +1, "factor"),
    Direction("amnesty", "baseline", "arrears_rupiah", "district", -1, "share"),
    Direction("cleansing", "baseline", "registered", "district", -1, "share"),
    # the premiums alone: bill_jkn holds the cost of the checks too, and may move either way
    Direction("cleansing", "baseline", "bill_premium", "district", -1, "share"),
    Direction("drug-budget", "baseline", "stockout_days", "facility", -1, "target_months"),
    Direction("drug-budget", "baseline", "drug_spending_apbd", "facility", +1, "budget_factor"),
    Direction("blud-transition", "baseline", "fund_balance", "facility", +1, "months"),
    Direction("blud-transition", "baseline", "drug_spending_own", "facility", -1, "months"),
    Direction("blud-transition", "baseline", "stockout_days", "facility", +1, "months"),
    # without chance (luck alone) a possible rule of one half or more comes
    Direction("premium-rise-possible", "baseline", "bill_premium", "district", +1),
    Direction("premium-rise-possible", "baseline", "arrears", "district", +1, "class3"),
    Direction("kris", "baseline", "bill_premium", "district", +1, "premium"),
    Direction("kris", "baseline", "arrears_class3", "district", +1, "premium"),
    Direction("capitation-tariff", "baseline", "capitation_paid", "district", +1, "factor"),
    Direction("mass-lay-off", "baseline", "job_loss", "district", +1, "laid_off"),
    Direction("mass-lay-off", "baseline", "active", "district", -1, "laid_off"),
    Direction("dengue-year", "baseline", "sick_visits", "facility", +1, "sick_factor"),
    Direction("dengue-year", "baseline", "claims_incurred", "district", +1, "emergency_factor"),
    Direction("population-shock", "baseline", "never", "district", +1, "heads"),
    Direction("pcare-completeness", "baseline", "contacts", "facility", +1, "share"),
    Direction("uhc-non-cut-off", "baseline", "active", "district", +1),
    Direction("uhc-non-cut-off", "baseline", "bill_jkn", "district", +1),
    Direction("uhc-from-january", "baseline", "active", "district", +1),
    Direction("uhc-from-january", "uhc-from-july", "bill_premium", "district", +1),
    Direction("uhc-from-july", "baseline", "bill_premium", "district", +1),
    Direction("uhc-bars-98-80", "uhc-bars-95-75", "registered", "district", +1),
    Direction("uhc-bars-98-80", "uhc-bars-95-75", "bill_premium", "district", +1),
    Direction("uhc-bars-95-75", "uhc-bars-98-80", "bill_premium", "district", -1),
    Direction("line-one-month-short", "uhc-non-cut-off", "debt_pemda", "district", +1, "months_short"),
    Direction("line-two-months-short", "line-one-month-short", "active", "district", -1, "months_short"),
    Direction("line-three-months-short", "line-one-month-short", "active", "district", -1, "months_short"),
    Direction("uhc-owe", "uhc-non-cut-off", "debt_pemda", "district", +1, "months_short"),
    Direction("uhc-top-up", "uhc-owe", "debt_pemda", "district", -1),
    Direction("uhc-top-up", "uhc-owe", "line_added", "district", +1),
    Direction("uhc-drop", "uhc-non-cut-off", "active", "district", -1, "months_short"),
    Direction("uhc-freeze", "uhc-non-cut-off", "bill_jkn", "district", -1, "months_short"),
)


def strengthened(lever: Lever, field: str, factor: float = 10.0) -> Lever:
    """The lever with ``field`` multiplied by ``factor``, no further than its upper bound."""
    bounds = [limit.le for limit in type(lever).model_fields[field].metadata if hasattr(limit, "le")]
    value: Any = getattr(lever, field)
    return lever.model_copy(update={field: type(value)(min([value * factor, *bounds]))})


def made_tenfold(scenario: Scenario, field: str) -> Scenario:
    """The scenario with ``field`` of its last lever ten times as strong."""
    *before, last = scenario.levers
    return replace(scenario, levers=(*before, replace(last, lever=strengthened(last.lever, field))))


def move(
    direction: Direction, district: District, months: int, replicate: int = 0, seed: int = 1, tenfold: bool = False,
    drawn: bool = False,
) -> float:  # fmt: skip
    """The indicator's difference, scenario minus reference, same luck; relative where the reference is not zero."""
    rules = load_rules()
    first = next_month(district.default_stock)
    context = Context(district=district, rules=rules, first_month=first, months=months)
    behaviour = default_behaviour().draw(seed, replicate) if drawn else default_behaviour()
    scenario = load_scenario(direction.scenario)
    if tenfold and direction.tenfold:
        scenario = made_tenfold(scenario, direction.tenfold)
    totals = []
    for policy in (load_scenario(direction.reference).policy(context), scenario.policy(context)):
        results = simulate(district, rules, behaviour, policy, seed, replicate=replicate, luck_only=not drawn)
        totals.append(float(results.series(direction.indicator, direction.level).sum()))
    return change(*totals)
