"""The event log tells what happened, in both languages, and changes nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from districts.faults import UserError
from districts.text import translator
from scenarios.plan import RunPlan, prepare
from scenarios.tracing import subject, told, traced
from sim import trace as trace_module
from sim.simulate import run_world, simulate
from sim.trace import Trace
from tests.engine import BEHAVIOUR, RULES, policy_for, small

MONTHS = 6


def _watched(trace: Trace, behaviour=BEHAVIOUR):  # type: ignore[no-untyped-def]
    return simulate(small(), RULES, behaviour, policy_for(small(), MONTHS), 1, luck_only=True, trace=trace)


def test_watching_changes_nothing() -> None:
    plain = simulate(small(), RULES, BEHAVIOUR, policy_for(small(), MONTHS), 1, luck_only=True).to_bytes()
    assert _watched(Trace(facility=1)).to_bytes() == plain
    assert _watched(Trace(household=7)).to_bytes() == plain


def test_a_facilitys_log_holds_its_figures_and_nobody_elses() -> None:
    trace = Trace(facility=1)
    found = _watched(trace)
    for key in ("capitated", "tariff", "ak_rating", "referrals"):
        values = [event.params["value"] for event in trace.events
                  if "indicator" in event.params and event.params["indicator"].key == key]  # fmt: skip
        assert values == found.series(key, "facility", 1).tolist(), key
    assert [event.day for event in trace.events] == sorted(event.day for event in trace.events)


def test_the_log_explains_the_capitation() -> None:
    trace = Trace(facility=0)
    found = _watched(trace)
    paid = [event.params for event in trace.events if "tariff" in event.params]
    assert [line["amount"] for line in paid] == found.series("capitation_paid", "facility", 0).tolist()
    for line in paid:
        assert line["amount"] == line["heads"] * line["tariff"] * line["share"] // 1000


def test_a_family_that_never_pays_owes_a_month_more_every_month() -> None:
    """Every family misses and none returns: the months owed of one in arrears go up one by one, all in the log."""
    behaviour = BEHAVIOUR.without_change().but({"premium.miss": 1.0 - 1e-9, "segment.nik_invalid": 0.0})
    final = run_world(small(), RULES, behaviour, policy_for(small(), MONTHS), 1, luck_only=True)
    owing = np.flatnonzero((final.households.debt > MONTHS) & (final.households.debt < 24))
    card = int(owing[0])
    trace = Trace(household=card)
    _watched(trace, behaviour)
    owed = [event.params for event in trace.events if event.params.get("what") == ("months owed",)]
    last = int(final.households.debt[card])
    assert [line["now"] for line in owed] == list(range(last - MONTHS + 1, last + 1))
    assert all(event.step == "pay_premiums" for event in trace.events if event.params in owed)


def test_the_log_of_a_facility_tells_every_clinic_day() -> None:
    """Its days add up to the month's figures."""
    trace = Trace(facility=1)
    found = _watched(trace)
    days = [event.params for event in trace.events if "came" in event.params]
    visits, lost, left, rooms = (
        int(found.series(name, "facility", 1).sum())
        for name in ("sick_visits", "contacts_lost", "patients_left", "room_days")
    )
    assert sum(day["came"] for day in days) == visits + lost > 0
    assert sum(day["left"] for day in days) == left
    assert sum(day["rooms"] for day in days) == rooms >= len(days) >= 24 * MONTHS


def test_the_log_follows_an_order_until_it_is_paid() -> None:
    """What came and was paid adds up to what the facility spent on drugs, from both purses; orders come before it."""
    strain = BEHAVIOUR.but({"drugs.acute_per_visit": 40_000.0, "drugs.own_share": 0.9})
    trace = Trace(facility=1)
    found = _watched(trace, strain)
    ordered = [event for event in trace.events if event.message.startswith("ordered from")]
    came = [event for event in trace.events if event.message.startswith("came from")]
    assert {event.message.split(":")[0] for event in ordered} == {
        "ordered from the district store", "ordered from suppliers"
    }  # fmt: skip
    assert sum(event.params["come"] for event in came) == found.series("drug_spending", "facility", 1).sum() > 0
    assert all(event.step == "" for event in came)
    for event in came:
        sent = [one.day for one in ordered if one.params["amount"] == event.params["ordered"]]
        assert sent
        assert min(sent) < event.day


def test_a_facility_without_a_doctor_is_traced() -> None:
    """Fees of doctors it has none of: the log shows a dash."""
    ready = prepare(RunPlan("bengkulu-utara", ("baseline",), months=1, replicates=1))
    text = traced(ready, subject("facility:Puskesmas Enggano", ready))
    assert "jasa pelayanan per dokter: –" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_family_without_a_class_is_told_so() -> None:
    assert trace_module._introduced("family", {"klass": 0, "debt": 0})[0] == "no class, {debt} months owed"


def test_a_card_that_does_not_exist_is_refused_by_number() -> None:
    with pytest.raises(UserError, match="0 to"):
        _watched(Trace(household=10**6))


def test_every_text_of_a_log_is_translated() -> None:
    """All English words of the traced messages, wherever they are told."""
    root = Path(trace_module.__file__).parent
    wanted = {*trace_module._STATUS, *trace_module._PRESENCE, *trace_module._PAYERS, *trace_module._CHRONIC.values(),
              *trace_module._FAMILY.values(), *trace_module._SEGMENTS, "woman", "man"} - {""}  # fmt: skip
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tell" and len(node.args) > 1:
                wanted |= {part.value for part in node.args if isinstance(getattr(part, "value", None), str)}
            if path.name == "trace.py" and isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.startswith(("member {", "class {", "no class", "{")):
                    wanted.add(node.value)
    translate = translator("id")
    same = {"{indicator}: {value}", "{what}: {before} → {now}", "PBI-JK", "PBPU Pemda", "PPU", "BP"}
    assert len(wanted) > 40
    assert [text for text in wanted - same if translate(text) == text] == []


def test_logs_read_alike_in_both_languages() -> None:
    ready = prepare(RunPlan("pulau-taliabu", ("baseline",), months=2, replicates=1, luck_only=True))
    name = ready.district.facilities[0].name
    texts = {lang: traced(ready, subject(f"facility:{name.upper()}", ready), lang) for lang in ("id", "en")}
    # lines that go on with another go deeper
    told_lines = [re.findall(r"^(?:    )?\S", text, re.MULTILINE) for text in texts.values()]
    assert len(told_lines[0]) == len(told_lines[1]) > 40
    assert texts["id"].startswith(name)
    assert "{" not in texts["id"] + texts["en"]
    assert list(told([], "id")) == []
