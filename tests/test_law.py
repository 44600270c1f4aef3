"""The law by cases (tests/law/*.yaml, for jurists to read and add) and the round trip through each amendment."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.kbk import Ratios, evaluate
from sim.rules import Rules, load_rules
from sim.rules.tariff import capitation_tariff

LAW = Path(__file__).parent / "law"
QUESTIONS = ("rule", "tariff", "kbk")


def _load(path: Path) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


CASES = [(file.stem, case) for file in sorted(LAW.glob("*.yaml")) if file.stem != "round_trip" for case in _load(file)]
TRIPS = _load(LAW / "round_trip.yaml")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def _answer(case: dict[str, Any], rules: Rules) -> Any:
    on = case["date"]
    if "rule" in case:
        return rules.value(case["rule"], on)
    if "tariff" in case:
        asked = dict(case["tariff"])
        return capitation_tariff(rules, on, asked.pop("type"), **asked)
    asked = dict(case["kbk"])
    found = evaluate(
        Ratios(*(Fraction(asked.pop(name)) for name in ("ak_permille", "rrns_percent", "rppt_percent"))),
        asked.pop("type"),
        rules,
        on,
    )
    assert not asked, f"unknown words in a KBK case: {asked}"
    return {
        "ratings": [found.ak_rating, found.rrns_rating, found.rppt_rating],
        "score_tenths": found.score_tenths,
        "share_permille": found.share_permille,
    }


def test_every_law_file_has_cases() -> None:
    assert {name for name, _ in CASES} == {"premium", "uhc", "capitation", "kbk", "rehab"}
    for _, case in CASES:
        assert set(case) - set(QUESTIONS) == {"date", "situation", "expected", "article"}, case
        assert sum(name in case for name in QUESTIONS) == 1, case


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{name}: {c['situation']}" for name, c in CASES])
def test_law(case: dict[str, Any], rules: Rules) -> None:
    assert _answer(case, rules) == case["expected"], case["article"]


@pytest.mark.parametrize("trip", TRIPS, ids=[trip["subject"] for trip in TRIPS])
def test_round_trip(trip: dict[str, Any], rules: Rules) -> None:
    """Old rules plus each amendment equal the program's rules on both sides of every change, and nothing else moves."""
    steps = [trip["start"], *trip["amendments"]]
    assert all(before["from"] < after["from"] for before, after in pairwise(steps))
    state: dict[str, Any] = {}
    for step in steps:
        if state:
            assert set(step["values"]) <= set(state), step["instrument"]
            _same(state, rules, step["from"] - timedelta(days=1), f"before {step['instrument']}")
            for key, value in step["values"].items():
                assert state[key] != value, f"{step['instrument']} changes nothing in {key}"
        state |= step["values"]
        _same(state, rules, step["from"], step["instrument"])
    _same(state, rules, date(2026, 12, 31), "today")
    changed = {(key, step["from"]) for step in steps[1:] for key in step["values"]}
    assert changed == {
        (key, after.effective_from)
        for key in state
        for before, after in pairwise(rules.history(key))
        if after.effective_from > steps[0]["from"] and before.value != after.value
    }


def _same(state: dict[str, Any], rules: Rules, on: date, where: str) -> None:
    for key, value in state.items():
        assert rules.value(key, on) == value, f"{key} on {on}: {where}"
