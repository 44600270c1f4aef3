"""Numbers of a lever that change by month: a chain of the same lever, and nothing else."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from districts.tiny import tiny_district
from scenarios.examples import example
from scenarios.levers import LEVERS, Context
from scenarios.levers.documents import bounds_of
from scenarios.scenario import load_scenario
from scenarios.schedules import changeable, links
from sim.policy import Policy, baseline_policy
from sim.rules import load_rules

DISTRICT = tiny_district(facilities=2)
CONTEXT = Context(DISTRICT, load_rules(), first_month="2023-11", months=12)
HEAD = "name: x\ntitle: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"


def policy_of(entry: dict[str, Any]) -> Policy:
    """The policy of one entry of a file."""
    lever, policy = LEVERS[entry["kind"]], baseline_policy(12, 2)
    chain, wrong = links(lever, entry)
    assert not wrong
    for link in chain:
        policy = lever.model_validate(link.entry).apply(policy, CONTEXT)
    return policy


def same(one: Policy, other: Policy) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Policy))


def test_each_number_holds_until_the_next_and_the_last_until_stop(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    lines = ("kind: collectors", "share: {2024-07: 0.3, 2024-01: 0.1}", "stop: 2024-09",
             "cost_per_family: {2024-01: 0, 2024-08: 900}")  # fmt: skip
    path.write_text(f"{HEAD}levers:\n  - " + "\n    ".join(lines), encoding="utf-8")
    scenario = load_scenario(str(path))
    assert len(scenario.levers) == 3  # the steps of both, together
    policy = scenario.policy(CONTEXT)
    assert policy.collectors[:, 2].tolist() == [0] * 2 + [0.1] * 6 + [0.3] * 2 + [0] * 2
    assert np.flatnonzero(policy.lever_cost).tolist() == [9]


CHANGEABLE = [(kind, name) for kind, lever in LEVERS.items() for name in changeable(lever)]


@pytest.mark.parametrize(("kind", "name"), CHANGEABLE)
def test_the_same_number_from_month_to_month_is_that_number(kind: str, name: str) -> None:
    """Also the test that a lever which does something once (``once``) does it once however many steps it has."""
    lever = LEVERS[kind]
    entry = YAML(typ="safe").load(example(kind)[1])["levers"][0]
    kept = {key: value for key, value in entry.items() if lever.model_fields[key].is_required()}
    least, most = bounds_of(lever.model_fields[name])
    value = entry.get(name, min(max(least or 0, 1), 1 if most is None else most))
    plain = policy_of({"kind": kind, **kept, name: value, "start": "+1", "stop": "+10"})
    assert not same(plain, baseline_policy(12, 2)) or value in (0, 1)
    assert same(policy_of({"kind": kind, **kept, name: {"+1": value, 4: value, "+7": value}, "stop": "+10"}), plain)


def test_what_is_done_once_is_done_in_the_first_step_only() -> None:
    entry = {"kind": "pemda_intake", "heads": 500, "quota": {"+1": 20, "+4": 30}, "stop": "+6", "agreement": True}
    policy = policy_of(entry)
    assert policy.intake_quota.tolist() == [0, 500, 20, 20, 30, 30] + [0] * 6  # 30 from the month on that says so
    # the agreement of the district of these tests is put in by the scenario, not by the lever
    assert policy.agreement.tolist() == [False] + [True] * 5 + [False] * 6


def test_levers_that_do_not_last_have_one_number() -> None:
    assert {kind for kind, lever in LEVERS.items() if not changeable(lever)} >= {
        "apbd_line", "pbi_cut", "amnesty", "autodebit", "referral_training", "recruitment", "kbk_scheme",
    }  # fmt: skip
    assert "share" in changeable(LEVERS["collectors"])


def test_dates_before_the_run_are_steps_in_force() -> None:
    policy = policy_of({"kind": "reminders", "share": {"2023-01": 0.1, "2023-06": 0.2, "2024-01": 0.3},
                        "cost_per_message": 0})  # fmt: skip
    assert policy.reminders.tolist() == [0.2] * 2 + [0.3] * 10
