"""One past, many futures: policies that share a past give what each gives alone, to the last bit."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest

from benchmarks.ten_scenarios import months_simulated
from districts.tiny import tiny_district
from scenarios.levers import LEVERS, Context
from scenarios.scenario import library, load_scenario
from sim.behaviour import default_behaviour
from sim.calendar import Calendar
from sim.differences import first_difference
from sim.futures import simulate_futures
from sim.month import begin
from sim.policy import Clinician, Crowd, NewPosts, Policy, RuleChange, baseline_policy
from sim.rules import load_rules
from sim.simulate import advance, first_world, results_of, run, simulate
from sim.state import CHANGING, FIXED, State, go_on, take
from tests.test_levers_same_until_start import EXAMPLES, FIRST_MONTH, MONTHS

DISTRICT, RULES = tiny_district(3000, 2, month="2023-10"), load_rules()
CALENDAR = Calendar("2023-11", 16)
#: Not of the library's questions: made for another district.
OWN = ("bengkulu-utara", "uhc-bengkulu-utara")


def behaviour(replicate: int) -> Any:
    return default_behaviour().draw(1, replicate)


def alone(policy: Policy, replicate: int) -> bytes:
    return simulate(DISTRICT, RULES, behaviour(replicate), policy, 1, replicate=replicate).to_bytes()


def together(policies: dict[str, Policy], replicate: int) -> dict[str, bytes]:
    found = simulate_futures(DISTRICT, RULES, behaviour(replicate), policies, 1, replicate=replicate)
    return {name: results.to_bytes() for name, results in found}


@cache
def of_library(replicate: int) -> dict[str, Policy]:
    context = Context(DISTRICT, RULES, CALENDAR.first, CALENDAR.count)
    names = [name for name in library() if not name.startswith(OWN)]
    return {name: load_scenario(name).policy(context, (1, replicate)) for name in names}


@pytest.mark.parametrize("replicate", [0, 3])
def test_the_whole_library_shares_its_pasts_and_nothing_else(replicate: int) -> None:
    policies = of_library(replicate)
    assert len(policies) > 40
    found = together(policies, replicate)
    assert found == {name: alone(policy, replicate) for name, policy in policies.items()}


def test_a_month_in_common_is_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three policies that part in months 3, 3 and 10 of 16, one equal to another: 16 + 13 + 13 + 6 months, not 80."""
    base = baseline_policy(16, 2)
    late, early, other = (base.but(pbi_cut=np.eye(16)[month] * cut) for month, cut in ((10, 0.1), (3, 0.1), (3, 0.2)))
    happened = []
    from sim import steps_money
    from sim.month import STEPS

    def close(world: Any) -> None:
        happened.append(world.month)
        steps_money.close_month(world)

    steps = tuple(dataclasses.replace(step, run=close) if step.name == "close_month" else step for step in STEPS)
    monkeypatch.setattr("sim.month.STEPS", steps)
    policies = {"base": base, "late": late, "early": early, "same": base.but(), "other": other}
    found = together(policies, 0)
    assert len(happened) == months_simulated(list(policies.values()), CALENDAR) == 16 + 13 + 13 + 6
    assert len(set(found.values())) == 4
    monkeypatch.undo()
    assert found == {name: alone(policy, 0) for name, policy in policies.items()}


def test_a_world_that_is_over_keeps_no_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the collector, which counts objects and not their size."""
    seen = []

    def results_and_look(world: Any) -> Any:
        seen.append(weakref.ref(world.people.name))
        return results_of(world)

    monkeypatch.setattr("sim.futures.results_of", results_and_look)
    gc.disable()
    try:
        together({str(cut): baseline_policy(6, 2).but(pbi_cut=np.eye(6)[3] * cut) for cut in (0.1, 0.2, 0.3)}, 0)
        assert [kept() is None for kept in seen] == [True] * 3
    finally:
        gc.enable()


def test_policies_of_other_lengths_share_nothing() -> None:
    policies = {"long": baseline_policy(5, 2), "short": baseline_policy(3, 2)}
    assert together(policies, 1) == {name: alone(policy, 1) for name, policy in policies.items()}


# -- the first difference ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lever_parts_two_policies_in_the_first_month_in_which_it_can_act(name: str) -> None:
    """The months are those of tests/test_levers_same_until_start.py, which simulates them."""
    example, context = EXAMPLES[name], Context(DISTRICT, RULES, FIRST_MONTH, MONTHS)
    before = baseline_policy(MONTHS, 2)
    if example.held:
        before = LEVERS["pemda_intake"].model_validate({"target": "hold_status", "agreement": True}).apply(
            before, context)  # fmt: skip
    after = LEVERS[name.partition(":")[0]].model_validate(example.given).apply(before, context)
    calendar = Calendar(FIRST_MONTH, MONTHS)
    assert first_difference(before, after, calendar) == first_difference(after, before, calendar) == example.acts


TABLES = [field.name for field in dataclasses.fields(Policy) if isinstance(getattr(baseline_policy(16, 2), field.name),
                                                                           np.ndarray)]  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("month", [0, 7, 15])
def test_a_table_differs_from_its_first_other_row_on(name: str, month: int) -> None:
    policy = baseline_policy(16, 2)
    table = getattr(policy, name).copy()
    table[month] = 1 - table[month] if table.dtype == bool else table[month] + 1
    assert first_difference(policy, policy.but(**{name: table}), CALENDAR) == month


#: A policy under which much is decided: heads are taken in, and the line of 2024 (from month 2 on) is short.
BUSY: dict[str, Any] = {
    "intake_quota": np.full(16, 20), "line_rule": "amounts", "line_amounts": {2024: 30_000_000, 2025: 10**9},
    "regime": "drop", "agreement": np.ones(16, np.bool_), "point_of_care": np.ones(16, np.bool_),
}  # fmt: skip
BARS = RuleChange("uhc.bar.active", "2024-08", 0.7)
#: Named rules: two changes of the busy policy, and the month in which they part (January 2024 is month 2).
NAMED: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "target from": ({"intake_target": "hold_status", "intake_target_from": 4},
                    {"intake_target": "hold_status", "intake_target_from": 9}, 4),
    "target kept": ({"intake_target_from": 4}, {"intake_target_from": 9}, 16),
    "order": ({"intake_order": "poorest_first"}, {}, 0),
    "margin": ({"intake_target": "hold_status", "intake_target_from": 5, "hold_margin": 0.1},
               {"intake_target": "hold_status", "intake_target_from": 5}, 5),
    "margin of a quota": ({"hold_margin": 0.1}, {}, 16),
    "second year's amount": ({"line_amounts": {2024: 30_000_000, 2025: 10**7}}, {}, 14),
    "no line": ({"line_rule": "unbounded", "line_amounts": {}}, {}, 2),
    "amount of a part-year": ({"line_amounts": {2023: 10**6, 2024: 30_000_000}}, {}, 0),
    "another rule": ({"line_rule": "heads_at_start", "line_amounts": {}, "line_factor": 0.5}, {}, 2),
    "growth": ({"line_rule": "last_year_growth", "line_growth": 0.1}, {"line_rule": "last_year_growth"}, 2),
    "regime": ({"regime": "owe"}, {"regime": "freeze"}, 2),
    "grace": ({"regime": "grace_then_drop", "grace_months": 1}, {"regime": "grace_then_drop"}, 2),
    "drop order": ({"drop_order": "newest_first"}, {}, 2),
    "drop order decided": ({"drop_order": "newest_first", "switch_off": 0.1 * np.eye(16)[1]},
                           {"switch_off": 0.1 * np.eye(16)[1]}, 1),
    "restoring": ({"restore_in_january": False}, {}, 2),
    "restoring at the point of care": ({"restore_at_point_of_care": True}, {}, 2),
    "topping up": ({"top_up": 0.5}, {}, 2),
    "additions": ({"line_additions": {"2024-10": 10**7}}, {"line_additions": {"2024-12": 10**7}}, 11),
    "an addition before the line": ({"line_additions": {"2023-12": 10**7}}, {}, 2),
    "aid outside": ({"line_holds_aid": False}, {}, 0),
    "cash": ({"line_cash": (("2024-02", 10**7), ("2024-05", 10**7))}, {"line_cash": (("2024-02", 10**7),)}, 6),
    "cash at all": ({"line_cash": (("2024-02", 10**7),)}, {}, 0),
    "bars, known a month before": ({"rule_changes": (BARS,)}, {}, 8),
    "a rule": ({"rule_changes": (RuleChange("premium.pbpu.class3.member_share", "2024-08", 50_000),)}, {}, 9),
    "a rule after another": ({"rule_changes": (BARS,)},
                             {"rule_changes": (BARS, RuleChange("uhc.bar.active", "2025-01", 0.6))}, 13),
    "a rule from before the run": ({"rule_changes": (RuleChange("premium.pbpu.class1", "2020-01", 90_000),)}, {}, 0),
    "a possible rule": ({"rule_changes": (RuleChange("premium.pbpu.class1", "2024-08", 90_000, 0.5, "x"),)}, {}, 9),
    "added from the new": ({"added_only_new": True, "added_central": 5 * np.eye(16, dtype=int)[6]},
                           {"added_central": 5 * np.eye(16, dtype=int)[6]}, 6),
    "recruits": ({"recruits": (NewPosts(3, 0, "nurses", 2, 1.0), NewPosts(8, 1, "doctors", 1, 0.0))},
                 {"recruits": (NewPosts(3, 0, "nurses", 2, 1.0),)}, 8),
    "crowds": ({"crowds": (Crowd(6, 50, -1, (0, 1)),)}, {"crowds": (Crowd(6, 60, -1, (0, 1)),)}, 6),
}  # fmt: skip


def test_every_named_rule_is_tried() -> None:
    named = {field.name for field in dataclasses.fields(Policy)} - set(TABLES) - {"months", "facilities"}
    assert named == {name for one, other, _ in NAMED.values() for name in (*one, *other)} - set(TABLES)


@pytest.mark.parametrize("case", NAMED)
def test_named_rules_part_when_they_can_first_act_and_never_too_late(case: str) -> None:
    changes, others, month = NAMED[case]
    one, other = (baseline_policy(16, 2).but(**(BUSY | each)) for each in (changes, others))
    assert first_difference(one, other, CALENDAR) == first_difference(other, one, CALENDAR) == month
    policies = {"one": one, "other": other}
    assert together(policies, 2) == {name: alone(policy, 2) for name, policy in policies.items()}


# -- states -----------------------------------------------------------------------------------------------------------
def eventful() -> Policy:
    """Verifiers besides, new posts, drugs short, a crowd, a line that binds: whatever waits for its day does."""
    return baseline_policy(16, 2).but(
        **BUSY, verifiers=np.linspace(0, 2, 16), drug_budget_factor=np.full((16, 2), 0.4),
        recruits=tuple(NewPosts(month, 0, cadre, 1, 2.5) for month in range(8) for cadre in get_args(Clinician)),
        crowds=(Crowd(5, 300, -1, (0, 1)),), line_cash=(("2023-11", 10**7), ("2024-04", 10**8)),
        intake_target="hold_status", intake_target_from=9,
    )  # fmt: skip


@pytest.mark.parametrize("months", [1, 3, 6, 15])
def test_a_world_goes_on_from_its_stored_state_as_if_it_had_never_stopped(months: int) -> None:
    def make() -> Any:
        return first_world(DISTRICT, RULES, behaviour(0), eventful(), 1)

    whole, half = make(), make()
    run(whole)
    begin(half)
    advance(half, months)
    stored = take(half).to_bytes()
    state = State.from_bytes(stored)
    assert any(store.orders for store in half.stores)
    assert half.claims.unsubmitted
    assert half.claims.incomplete
    assert months == 15 or any(staff.searches for staff in half.staff)
    resumed = go_on(make(), state)
    assert take(resumed).to_bytes() == stored
    advance(resumed, 16)
    assert results_of(resumed).to_bytes() == results_of(whole).to_bytes()
    assert take(resumed).to_bytes() == take(whole).to_bytes()
    assert resumed.ledger.balance == whole.ledger.balance
    assert State.from_bytes(stored).to_bytes() == stored


def test_a_state_names_every_field_or_says_that_it_never_changes() -> None:
    world = first_world(DISTRICT, RULES, behaviour(0), baseline_policy(2, 2), 1)
    run(world)
    holders = [world, world.office, world.claims, world.line, world.line.treasury, world.stores[0], world.funds[0],
               world.allotments[0], world.staff[0]]  # fmt: skip
    assert {type(holder) for holder in holders} == set(CHANGING) == set(FIXED)
    for holder in holders:
        assert sorted(vars(holder)) == sorted((*CHANGING[type(holder)], *FIXED[type(holder)])), type(holder)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a state"])
def test_a_damaged_state_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="damaged state"):
        State.from_bytes(content)


def test_a_state_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.state.FORMAT", 2)
    newer = State(1, {}, {}).to_bytes()
    monkeypatch.undo()
    with pytest.raises(ValueError, match="format 2; this program reads format 1"):
        State.from_bytes(newer)
