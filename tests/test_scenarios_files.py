"""Scenario files: the library, inheritance, and what a user reads who mistyped one."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from districts.faults import InputError, UserError
from districts.text import translator
from districts.tiny import tiny_district
from scenarios import reading
from scenarios.levers import Context
from scenarios.scenario import library, load_scenario
from sim.policy import Policy, baseline_policy
from sim.rules import load_rules

DISTRICT = tiny_district(facilities=2).model_copy(update={"uhc_agreement": False})
CONTEXT = Context(DISTRICT, load_rules(), first_month="2023-11", months=24)
HEAD = "title: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def faults_of(path: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return caught.value.describe("en").splitlines()


def same(one: Policy, other: Policy) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Policy))


def test_the_library_has_the_main_set() -> None:
    from scenarios.plan import MAIN_SCENARIOS

    assert library()[0] == "baseline"
    assert set(MAIN_SCENARIOS) <= set(library())


@pytest.mark.parametrize(
    ("start", "months", "own"), [("2026-01", 3, True), ("2026-02", 24, False), ("2027-01", 12, False)]
)
def test_a_run_for_which_none_was_named_has_the_own_line_of_a_year_that_it_begins(
    start: str, months: int, own: bool
) -> None:
    from scenarios.plan import MAIN_SCENARIOS, OWN_LINE, RunPlan, prepare

    ready = prepare(RunPlan("kabupaten-contoh", start=start, months=months))  # it has lines of 2024, 2025 and 2026
    names = [scenario.name for scenario in ready.scenarios]
    assert list(ready.plan.scenarios) == names
    assert (OWN_LINE in names) == own
    assert [name for name in names if name != OWN_LINE] == list(MAIN_SCENARIOS)


@pytest.mark.parametrize("name", library())
def test_every_library_file_loads_in_both_languages(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    for texts in (scenario.title, scenario.explanation):
        assert set(texts) == {"id", "en"}
        assert texts["id"] != texts["en"]
    policy = scenario.policy(CONTEXT)
    assert same(policy, baseline_policy(24, 2)) == (name == "baseline")


def test_a_scenario_that_only_extends_the_baseline_has_its_policy(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.yaml", f"name: mine\n{HEAD}extends: baseline\n")
    assert same(load_scenario(path).policy(CONTEXT), load_scenario("baseline").policy(CONTEXT))


def test_an_agreement_that_the_district_has_stays_in_force() -> None:
    signed = Context(DISTRICT.model_copy(update={"uhc_agreement": True}), None, "2023-11", 24)  # type: ignore[arg-type]
    assert load_scenario("baseline").policy(signed).agreement.all()
    assert not load_scenario("baseline").policy(CONTEXT).agreement.any()


def test_the_regimes_differ_from_their_parent_only_in_the_line() -> None:
    parent = load_scenario("uhc-non-cut-off").policy(CONTEXT)
    for regime in ("owe", "drop", "freeze"):
        child = load_scenario(f"uhc-{regime}").policy(CONTEXT)
        assert (child.regime, child.line_rule, child.line_factor) == (regime, "heads_at_start", 0.75)
        assert same(child.but(regime=parent.regime, line_rule=parent.line_rule, line_factor=1.0), parent)


def test_bengkulu_utara_applies_for_28795_heads_in_november_2023() -> None:
    # BPJS Kesehatan, Bengkulu branch, letter of 31 May 2023
    policy = load_scenario("uhc-bengkulu-utara").policy(CONTEXT)
    assert policy.intake_quota.tolist() == [28795] + [0] * 23
    assert (policy.intake_target, policy.intake_target_from) == ("hold_status", 1)
    assert policy.agreement.all()


def test_the_pbi_cut_is_that_of_february_2026() -> None:
    # SK Mensos 3/HUK/2026: 11.4 % in one month; here the fourth month of the run
    policy = load_scenario("pbi-cut").policy(CONTEXT)
    assert policy.pbi_cut.tolist() == [0, 0, 0, 0.114] + [0] * 20


def test_a_chain_of_own_files_ends_in_the_library(tmp_path: Path) -> None:
    write(tmp_path, "parent.yaml", f"name: parent\n{HEAD}extends: pbi-cut\n")
    path = write(tmp_path, "child.yaml", f"name: child\n{HEAD}extends: parent\n"
                 "levers:\n  - kind: pemda_intake\n    start: +2\n    quota: 5\n")  # fmt: skip
    scenario = load_scenario(path)
    assert scenario.chain == ("baseline", "pbi-cut", "parent", "child")
    policy = scenario.policy(CONTEXT)
    assert policy.pbi_cut[3] == 0.114
    assert policy.intake_quota.tolist() == [0, 0] + [5] * 22


def test_all_faults_at_once_with_file_line_and_nearest_name(tmp_path: Path) -> None:
    path = write(tmp_path, "bad.yaml", f"""name: bad
{HEAD}explanaton: x
levers:
  - kind: pemda_intak
  - kind: pemda_intake
    quota: -3
    stat: "+1"
    start: 2023-13
    order: never
  - kind: apbd_line
    rule: heads_at_start
    growth: 0.1
""")  # fmt: skip
    lines = faults_of(path)
    assert "bad.yaml:4: unknown key explanaton. Expected: nearest known: explanation" in lines
    assert "bad.yaml:6: unknown lever pemda_intak. Expected: kind: one of the levers, nearest: pemda_intake" in lines
    assert "bad.yaml:8: quota is -3. Expected: 0 or more" in lines
    assert "bad.yaml:9: unknown key stat. Expected: nearest known: start" in lines
    assert any(line.startswith("bad.yaml:10: start is '2023-13'. Expected: a month as YYYY-MM") for line in lines)
    assert any(line.startswith("bad.yaml:11: order is 'never'. Expected: one of 'never_first'") for line in lines)
    assert "bad.yaml:12: the lever contradicts itself. Expected: no growth with rule heads_at_start" in lines
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nname: b\n", "x.yaml:2: not readable as YAML"),
        ("levers: [\n", "not readable as YAML"),
        ("- a\n", "the file holds no keys"),
        ("", "the file holds no keys"),
        (f"name: x\n{HEAD}extends: basline\n", "x.yaml:4: unknown scenario basline; nearest known: baseline"),
        (f"name: x\n{HEAD}extends: x\n", "x.yaml:4: extends runs in a circle: x → x"),
        (f"name: x\n{HEAD}levers:\n  - start: 1\n", "x.yaml:5: a lever without kind"),
        (f"name: x\n{HEAD}levers: 7\n", "x.yaml:4: levers is 7. Expected: a list"),
        ("name: x\ntitle: {id: a}\nexplanation: {id: a, en: b}\n", "x.yaml:2: title.en is missing"),
    ],
)
def test_faults_of_form(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in line for line in faults_of(write(tmp_path, "x.yaml", text)))


def test_a_circle_over_two_files_is_told(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", f"name: b\n{HEAD}extends: a\n")
    path = write(tmp_path, "a.yaml", f"name: a\n{HEAD}extends: b\n")
    assert "circle: a → b → a" in faults_of(path)[0]


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in faults_of(str(path))[0]


def test_an_unknown_facility_is_told_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    known = DISTRICT.facilities[1].name
    mistyped = known.replace("Puskesmas", "Puskemas")
    path = write(tmp_path, "x.yaml", f"""name: x
{HEAD}levers:
  - kind: outreach
    hours_per_month: 10
    cost_per_hour: 0
    facilities:
      - {known}
      - {mistyped}
""")  # fmt: skip
    with pytest.raises(InputError) as caught:
        load_scenario(path).policy(CONTEXT)
    (line,) = caught.value.describe("en").splitlines()
    assert line.startswith(f"x.yaml:10: unknown facility {mistyped}")
    assert line.endswith(known)


def test_blud_facilities_are_those_of_the_district() -> None:
    assert np.argwhere(load_scenario("blud-transition").policy(CONTEXT).fund_frozen)[:, 1].tolist() == [0] * 6
    none = tuple(facility.model_copy(update={"blud": False}) for facility in DISTRICT.facilities)
    context = Context(DISTRICT.model_copy(update={"facilities": none}), None, "2023-11", 24)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        load_scenario("blud-transition").policy(context)
    (line,) = caught.value.describe("en").splitlines()
    assert line.startswith("blud-transition.yaml:17: no facility of Kabupaten Contoh is marked as BLUD")


def test_unknown_names_and_files() -> None:
    with pytest.raises(UserError, match="unknown scenario uhc-dorp; nearest known: uhc-drop"):
        load_scenario("uhc-dorp")
    with pytest.raises(UserError, match="there is no scenario file nowhere/x.yaml"):
        load_scenario("nowhere/x.yaml")


def message_ids() -> set[str]:
    """Every English message id in the source of scenarios and of its commands."""
    root = Path(__file__).parent.parent
    places = [*(root / "scenarios").rglob("*.py"), *(root / "cli" / f"{name}.py" for name in
              ("run", "library", "answer", "export", "progress")), root / "sim" / "posterior.py"]  # fmt: skip
    ids = {text for pair in reading._SAID.values() for text in pair}
    for path in places:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                last = {"_": 1, "UserError": 1, "wrong": 1, "fault": 4, "Wrong": 2, "Unknown": 3}.get(node.func.id, 0)
                ids |= {arg.value for arg in node.args[:last] if isinstance(arg, ast.Constant)
                        and isinstance(arg.value, str)}  # fmt: skip
    return ids


def test_every_message_has_its_indonesian() -> None:
    ids, translate = message_ids(), translator("id")
    assert len(ids) > 80
    the_same_in_both = {"name, title, explanation, levers"}
    assert sorted(text for text in ids - the_same_in_both if translate(text) == text) == []
