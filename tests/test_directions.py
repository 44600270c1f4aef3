"""Every lever of the library moves what it should, the way it should, at ten times its strength."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from districts.read import read_district
from scenarios.directions import DIRECTIONS, Direction, made_tenfold, move, strengthened
from scenarios.levers import LEVERS, Context
from scenarios.scenario import library, load_scenario
from sim.behaviour import default_behaviour
from sim.calendar import next_month
from sim.policy import baseline_policy
from sim.rules import load_rules
from sim.simulate import simulate
from tests.engine import small


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: f"{d.scenario}-{d.indicator}")
def test_sign_of_every_lever(direction) -> None:  # type: ignore[no-untyped-def]
    found = [move(direction, small(), 14, replicate=r, tenfold=True) for r in range(3)]
    assert np.mean(found) * direction.sign > 0, found


def test_every_scenario_and_lever_has_a_direction() -> None:
    dated = {name for name in library() if "bengkulu-utara" in name}  # what happened there, with the dates it had
    told = {direction.scenario for direction in DIRECTIONS} | {"baseline", "uhc-own-line"} | dated
    assert told == set(library())
    kinds = {placed.lever.kind for name in told for placed in load_scenario(name).levers}
    assert kinds == {kind for kind in LEVERS if not kind.startswith("_")} - {"template"}


def test_the_districts_own_line_switches_off_as_soon_as_it_is_spent_and_never_where_it_is_enough() -> None:
    """Its strength is the district's, not the library's: a tenth of the bill against ten times of it."""
    district = small()
    start = int(district.default_stock[:4]) + 1
    direction = Direction("uhc-own-line", "uhc-non-cut-off", "active", "district", -1)
    row = district.budget[0].model_copy(update={"withheld": False, "month_available": 1, "fund": "pad_dau"})
    for amount, expected in ((10_000_000, True), (10**12, False)):
        own = tuple(row.model_copy(update={"year": year, "amount": amount}) for year in (start, start + 1))
        moved = [move(direction, district.model_copy(update={"budget": own}), 14, replicate=r) for r in range(3)]
        assert (max(moved) < 0) == expected
        assert expected or moved == [0.0] * 3


def test_fewer_pay_while_an_amnesty_is_awaited() -> None:
    """A run of six months ends before the amnesty of the seventh: only the wait for it is left."""
    awaited = Direction("amnesty", "baseline", "premium_self", "district", -1)
    assert np.mean([move(awaited, small(), 6, replicate=r) for r in range(3)]) < 0


@pytest.mark.parametrize(
    ("kind", "field"),
    [("reminders", "share"), ("autodebit", "share"), ("rehab_promotion", "factor"), ("collectors", "share")],
)
def test_each_lever_of_premium_compliance_alone_brings_in_premiums(kind: str, field: str) -> None:
    whole, rules = load_scenario("premium-compliance"), load_rules()
    alone = replace(whole, levers=tuple(placed for placed in whole.levers if placed.lever.kind == kind))
    context = Context(small(), rules, next_month(small().default_stock), 14)
    paid = {}
    for scenario in (load_scenario("baseline"), made_tenfold(alone, field)):
        policy = scenario.policy(context)
        runs = [simulate(small(), rules, default_behaviour(), policy, 1, replicate=r, luck_only=True) for r in range(3)]
        paid[scenario.name] = sum(run.series("premium_self").sum() for run in runs)
    assert paid["premium-compliance"] > paid["baseline"]


def test_strengthening_stops_at_the_bound() -> None:
    lever = load_scenario("referral-training").levers[-1].lever
    assert strengthened(lever, "share").share == 1.0  # type: ignore[attr-defined]


def test_parameters_and_shocks_widen_the_bill_at_least_fivefold() -> None:
    """80 % interval of the district's yearly bill on the shipped example, against luck alone (8 replicates each)."""
    district = read_district("bengkulu-utara")
    policy = baseline_policy(14, len(district.facilities))
    width = {}
    for luck_only in (True, False):
        bills = []
        for replicate in range(8):
            behaviour = default_behaviour() if luck_only else default_behaviour().draw(1, replicate)
            found = simulate(district, load_rules(), behaviour, policy, 1, replicate=replicate, luck_only=luck_only)
            bills.append(found.series("bill_jkn")[2:14].sum())
        width[luck_only] = float(np.quantile(bills, 0.9) - np.quantile(bills, 0.1))
    assert width[True] > 0
    assert width[False] > 5 * width[True], width
