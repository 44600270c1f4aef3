"""How strong a lever is, where nobody knows: drawn once a replicate, the same in every scenario, cost untouched."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import fake_engine
import numpy as np
import pytest
from chance import assert_share, assert_uniform
from pydantic import ValidationError
from ruamel.yaml import YAML
from scipy import stats

from calibration.posterior.forecast import Future, one
from districts.tiny import tiny_district
from scenarios.blocks import ASSUMED, LUCK, SHOCKS
from scenarios.examples import example
from scenarios.levers import LEVERS, Context, Lever
from scenarios.levers.amnesty import Amnesty
from scenarios.levers.collectors import Collectors
from scenarios.levers.drug_supply import DrugSupply
from scenarios.levers.effect import Effect
from scenarios.levers.outreach import Outreach
from scenarios.levers.quota_addition import QuotaAddition
from scenarios.levers.referral_training import ReferralTraining
from scenarios.levers.rehab_promotion import RehabPromotion
from scenarios.plan import Prepared, RunPlan, prepare_loaded
from scenarios.run import execute
from scenarios.scenario import load_scenario
from scenarios.units import Setting, Task, one_unit
from sim.policy import Policy, baseline_policy
from sim.rules import load_rules

DISTRICT = tiny_district(facilities=2)
CONTEXT = Context(DISTRICT, load_rules(), first_month="2023-11", months=6)
WIDE = Effect(low=0.6, median=1.1, high=1.4)
HEAD = "title: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"
CUT = "levers:\n  - {kind: pbi_cut, month: '+1', share: 0.2, effect: {low: 0.5, high: 1.5}}\n"


@pytest.fixture(autouse=True)
def no_files_of_the_district(monkeypatch: pytest.MonkeyPatch) -> None:
    # the district of these tests is in memory; a run hashes the files of one on disk
    monkeypatch.setattr("scenarios.plan._district_files", lambda where: [])


def differing(one: Policy, other: Policy) -> set[str]:
    return {f.name for f in fields(Policy) if not np.array_equal(getattr(one, f.name), getattr(other, f.name))}


def pulled(lever: Lever, factor: float) -> Policy:
    return lever.pulled(baseline_policy(6, 2), CONTEXT, factor)


def prepared(folder: Path, **changes: object) -> Prepared:
    """A plan of two files with the same uncertain cut, one of them with outreach besides."""
    for name, more in (("cut", ""), ("both", "  - {kind: outreach, hours_per_month: 9, cost_per_hour: 100}\n")):
        (folder / f"{name}.yaml").write_text(f"name: {name}\n{HEAD}{CUT}{more}", encoding="utf-8")
    names = ("baseline", *(str(folder / f"{name}.yaml") for name in ("cut", "both")))
    return prepare_loaded(replace(RunPlan("tiny", names, months=4, replicates=6), **changes), DISTRICT, load_rules())  # type: ignore[arg-type]


def test_the_draws_follow_the_range_that_is_written() -> None:
    """Normal on either side of the median, so that both tails hold a tenth (each assertion false once in 10,000)."""
    drawn = np.array([WIDE.drawn("collectors", 7, replicate) for replicate in range(4000)])
    for value, share in ((0.6, 0.1), (1.1, 0.5), (1.4, 0.9)):
        assert_share(int((drawn < value).sum()), 4000, share)
    widths = np.where(drawn < 1.1, 0.5, 0.3) / stats.norm.isf(0.1)
    assert_uniform(stats.norm.cdf((drawn - 1.1) / widths))


def test_a_strength_is_never_below_nothing() -> None:
    low = Effect(low=0.0, median=0.1, high=1.0)
    drawn = np.array([low.drawn("collectors", 1, replicate) for replicate in range(4000)])
    assert drawn.min() == 0.0
    assert_share(int((drawn == 0.0).sum()), 4000, 0.1)  # low is 0, and a tenth lies below it


def test_kinds_of_levers_have_luck_of_their_own() -> None:
    """Correlations of 2000 pairs lie within 4.5/sqrt(2000) but once in 100,000 pairs of kinds."""
    kinds = [kind for kind, lever in LEVERS.items() if lever.strength]
    drawn = np.array([[WIDE.drawn(kind, 3, replicate) for replicate in range(2000)] for kind in kinds])
    correlations = np.corrcoef(drawn) - np.eye(len(kinds))
    assert np.abs(correlations).max() < 4.5 / np.sqrt(2000)


@pytest.mark.parametrize(
    ("lever", "name", "factor", "expected"),
    [
        (Collectors(share=0.1, cost_per_family=999), "collectors", 0.6, 0.06),
        (Collectors(share=0.8, cost_per_family=999), "collectors", 1.4, 1.0),  # no more than all
        (Collectors(share=0.8, cost_per_family=999), "collectors", 0.0, 0.0),
        (RehabPromotion(factor=2, cost_per_month=999), "rehab_promotion", 0.6, 1.6),
        (RehabPromotion(factor=2, cost_per_month=999), "rehab_promotion", 0.0, 1.0),
        (Outreach(hours_per_month=80, cost_per_hour=999), "outreach_hours", 1.25, 100.0),
        (ReferralTraining(share=0.5, cost_per_doctor=999), "referral_training", 0.5, 0.25),
        (DrugSupply(budget_factor=1.5, cost_per_month=999), "drug_budget_factor", 2.0, 2.0),
        (DrugSupply(lead_factor=0.5, cost_per_month=999), "drug_lead_factor", 0.5, 0.75),
        (DrugSupply(target_months=1, cost_per_month=999), "drug_lead_factor", 3.0, 1.0),
        (QuotaAddition(heads_per_month=25), "added_central", 0.5, 12),  # whole heads; a half goes to the even
        (Amnesty(start="+0", share=0.9), "amnesty", 0.5, 0.45),
    ],
)
def test_the_effect_is_moved_and_the_cost_is_not(lever: Lever, name: str, factor: float, expected: float) -> None:
    policy = pulled(lever, factor)
    assert getattr(policy, name)[0].max() == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(policy.lever_cost, pulled(lever, 1.0).lever_cost)


@pytest.mark.parametrize("kind", [kind for kind, lever in LEVERS.items() if lever.strength])
def test_a_factor_of_one_is_the_lever_itself_and_of_nought_is_none(kind: str) -> None:
    lever, before = LEVERS[kind].model_validate(_entry(kind)), baseline_policy(6, 2)
    assert not differing(pulled(lever, 1.0), lever.apply(before, CONTEXT))
    # an amnesty that was announced is awaited, however little is forgiven; drugs that were bought are there
    stays = {"lever_cost", "bpjs_cost", "amnesty_announced", "prb_lacking"}
    assert differing(pulled(lever, 0.0), before) <= stays


@pytest.mark.parametrize("kind", [kind for kind, lever in LEVERS.items() if not lever.strength])
def test_a_decision_has_no_strength_that_could_be_uncertain(kind: str) -> None:
    with pytest.raises(ValidationError, match="it has no strength"):
        LEVERS[kind].model_validate({**_entry(kind), "effect": {"low": 0.5, "high": 1.5}})


def _entry(kind: str) -> dict[str, object]:
    return dict(YAML(typ="safe").load(example(kind)[1])["levers"][0])


@pytest.mark.parametrize("given", [{"low": 1.1, "high": 1.4}, {"low": 0.5, "high": 0.9}, {"low": -0.1, "high": 2},
                                   {"low": 0.5, "high": 11}, {"low": 0.5}])  # fmt: skip
def test_ranges_out_of_order_or_bounds_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Effect.model_validate(given)


def cut_heads(store_folder: Path, ready: Prepared, name: str, jobs: int = 1) -> list[int]:
    """Heads cut in each replicate: the fake engine's 8,000 active members, and the same luck, less the share cut."""
    with execute(ready.plan, store_folder, jobs, prepared=ready, simulate=fake_engine.simulate) as store:
        plain, cut = store.series("baseline", "active"), store.series(name, "active")
    return [int(heads) for heads in (plain - cut)[:, 1]]


def test_every_replicate_has_its_own_strength_which_scenarios_share(tmp_path: Path) -> None:
    ready = prepared(tmp_path)
    expected = [round(1600 * Effect(low=0.5, high=1.5).drawn("pbi_cut", 1, number)) for number in range(6)]
    assert cut_heads(tmp_path / "one", ready, "cut") == expected
    assert len(set(expected)) == 6
    assert cut_heads(tmp_path / "two", ready, "both", jobs=2) == expected


def test_with_luck_alone_the_strength_is_the_median(tmp_path: Path) -> None:
    ready = prepared(tmp_path, luck_only=True)
    assert cut_heads(tmp_path / "run", ready, "cut") == [1600] * 6


def test_a_strength_is_held_with_what_is_assumed(tmp_path: Path) -> None:
    """A probe in which all but luck is held, or all that is assumed, has the median; every other probe the draw."""
    ready, seen = prepared(tmp_path), []

    def engine(*arguments: object, **options: object) -> object:
        seen.append(float(arguments[3].pbi_cut[1]))  # type: ignore[attr-defined]
        return fake_engine.simulate(*arguments, **options)  # type: ignore[arg-type]

    setting = Setting(DISTRICT, ready.rules, 1, DISTRICT.default_stock, False, ready.start, engine)  # type: ignore[arg-type]
    for held in ("", "premiums", SHOCKS, LUCK, ASSUMED):
        one_unit(setting, Task(ready.decisions["cut"].until(2), held), 3)
    drawn = 0.2 * Effect(low=0.5, high=1.5).drawn("pbi_cut", 1, 3)
    assert seen == pytest.approx([drawn] * 3 + [0.2] * 2)


def test_a_scenario_without_ranges_is_decided_once() -> None:
    decision = load_scenario("pbi-cut").decided(CONTEXT)
    assert decision.of(1, 0) is decision.policy


def test_forecasts_draw_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def engine(*arguments: object, **options: object) -> object:
        for name, policy in arguments[3].items():  # type: ignore[attr-defined]
            seen.append(float(policy.pbi_cut[1]))
            yield name, fake_engine.simulate(*arguments[:3], policy, *arguments[4:], **options)  # type: ignore[arg-type]

    monkeypatch.setattr("calibration.posterior.forecast.simulate_futures", engine)
    ready = prepared(tmp_path)
    future = Future(DISTRICT, ready.rules, ready.decisions["cut"], DISTRICT.default_stock, None, 1,
                    (("active", "district"),))  # fmt: skip
    for replicate in (0, 1):
        one(future, replicate)
    assert seen == pytest.approx([0.2 * Effect(low=0.5, high=1.5).drawn("pbi_cut", 1, number) for number in (0, 1)])


def test_steps_of_one_lever_are_equally_strong(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\n{HEAD}levers:\n  - kind: collectors\n    share: {{+0: 0.1, +3: 0.2}}\n"
                    "    cost_per_family: 100\n    effect: {low: 0.5, high: 1.5}\n", encoding="utf-8")  # fmt: skip
    decision = load_scenario(str(path)).decided(CONTEXT)
    factor = Effect(low=0.5, high=1.5).drawn("collectors", 1, 4)
    assert decision.of(1, 4).collectors[:, 0] == pytest.approx(np.array([0.1] * 3 + [0.2] * 3) * factor)
    assert decision.policy.collectors[:, 0] == pytest.approx(np.array([0.1] * 3 + [0.2] * 3))
    assert np.array_equal(decision.of(1, 4).lever_cost, decision.policy.lever_cost)
