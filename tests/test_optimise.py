"""The cheapest mix of levers: the search where the optimum is known, the check with fresh luck, what is infeasible.

Stated error of the search: the cost of what the levers add is at most a tenth above the optimum's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pytest
from chance import assert_share
from scipy import stats

from districts.model import District
from districts.tiny import tiny_district
from scenarios.optimise.choice import cheapest_chances, finalists, front, lacking, nearest, ranking
from scenarios.optimise.confirm import fresh_seed
from scenarios.optimise.looks import Looks, Problem
from scenarios.optimise.optimise import Effort, Outcome, optimise
from scenarios.optimise.record import record, scenario_file
from scenarios.optimise.search import best, search
from scenarios.optimise.space import Candidate, read_space
from scenarios.optimise.targets import Figures, Sample, Summary, Targets, figures_of, reserved, shortfall, summary
from scenarios.plan import RunPlan, manifest_of, prepare_loaded
from scenarios.scenario import load_scenario
from sim.random import numpy_generator
from sim.results import Results
from sim.rules import load_rules

ERROR = 0.1
TARGETS = Targets(2024, status_chance=0.8, kbk_share=0.94, certainty=0.8)
LEVERS = ("pemda_intake.hold_margin=0:0.01", "outreach.hours_per_month=0:160")
EFFORT = Effort(runs=600, replicates=20, confirm=1000)


@pytest.fixture(autouse=True)
def no_files_of_the_district(monkeypatch: pytest.MonkeyPatch) -> None:
    # the district of these tests is in memory; a run hashes the files of one on disk
    monkeypatch.setattr("scenarios.plan._district_files", lambda where: [])


def problem(
    levers: tuple[str, ...] = LEVERS, switches: tuple[str, ...] = (), year: int = 2024, seed: int = 1
) -> Problem:
    """Mixes on the baseline of a tiny district whose run begins in January 2024."""
    district = tiny_district(facilities=2, month="2023-12")
    plan = RunPlan("tiny", ("baseline",), "2024-01", 12 * (year - 2023), 20, seed, blocks=False)
    ready = prepare_loaded(plan, district, load_rules())
    space, faults = read_space(levers, switches, None, "2024-01")
    assert not faults
    return Problem(ready, manifest_of(ready), space, year)


def found(folder: Path, targets: Targets = TARGETS, jobs: int = 1, engine: Callable[..., Results] | None = None,
          asked: Problem | None = None, effort: Effort = EFFORT) -> Outcome:  # fmt: skip
    folder.mkdir(exist_ok=True)
    return optimise(asked or problem(), targets, effort, folder, jobs, engine or fake_engine.margin_engine)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scenarios.plan._district_files", lambda where: [])
        return found(tmp_path_factory.mktemp("optimum"))


# -- the search alone, on closed forms -------------------------------------------------------------------------------
def test_one_lever_is_found_where_its_closed_form_says() -> None:
    """The cheapest x with P(Z < 3x - 1) >= 0.8: x = (1 + z(0.8)) / 3, with z(0.8) = 0.8416."""
    steps = 1000

    def look(mixes: list[Candidate]) -> list[Summary]:
        return [Summary(1e9 * x, float(stats.norm.cdf(3 * x - 1)), 1.0) for x in (mix[0] / steps for mix in mixes)]

    expected = (1 + stats.norm.ppf(0.8)) / 3
    for seed in range(3):
        seen = search((steps + 1,), look, TARGETS, 40, numpy_generator(seed, 32))
        assert len(seen) == 40
        x = best(seen, TARGETS)[0] / steps
        assert expected <= x <= (1 + ERROR) * expected


def grid(sizes: tuple[int, ...], seed: int) -> Callable[[list[Candidate]], list[Summary]]:
    """Costs that add up; a chance and a KBK share that saturate, and of which two levers help each other."""
    luck = np.random.default_rng(seed)
    cost, status, kbk = (luck.uniform(0.3, 1.0, len(sizes)) for _ in range(3))

    def look(mixes: list[Candidate]) -> list[Summary]:
        x = np.array(mixes) / (np.array(sizes) - 1)
        chance = stats.norm.cdf(-1 + 3 * (status * x**0.8).sum(axis=1) / status.sum() + x[:, 0] * x[:, 1])
        share = 0.9 + 0.08 * (1 - np.exp(-2 * (kbk * x).sum(axis=1) / kbk.sum() - x[:, 1] * x[:, -1]))
        return [Summary(*row) for row in zip(1e9 * (cost * x).sum(axis=1), chance, share, strict=True)]

    return look


@pytest.mark.parametrize("seed", range(4))
def test_small_grids_are_solved_as_brute_force_does(seed: int) -> None:
    sizes = (9, 9, 7, 2, 2)
    look = grid(sizes, seed)
    everything = list(itertools.product(*map(range, sizes)))
    truth = dict(zip(everything, look(everything), strict=True))
    optimum = min(found.cost for found in truth.values() if shortfall(found, TARGETS) == 0)
    seen = search(sizes, look, TARGETS, 60, numpy_generator(seed, 32))
    assert len(seen) == 60 < len(everything) / 30
    mix = best(seen, TARGETS)
    assert shortfall(truth[mix], TARGETS) == 0
    assert optimum <= seen[mix].cost <= (1 + ERROR) * optimum


def test_a_lattice_that_fits_is_looked_at_whole() -> None:
    sizes = (4, 3, 2)
    look = grid(sizes, 0)
    seen = search(sizes, look, TARGETS, 24, numpy_generator(1, 32))
    assert list(seen) == list(itertools.product(*map(range, sizes)))


def test_nothing_is_looked_at_twice_and_the_same_generator_finds_the_same() -> None:
    asked: list[Candidate] = []
    sizes = (21, 21, 2)

    def look(mixes: list[Candidate]) -> list[Summary]:
        asked.extend(mixes)
        return grid(sizes, 5)(mixes)

    first = search(sizes, look, TARGETS, 30, numpy_generator(1, 32))
    assert len(asked) == len(set(asked)) == 30
    assert search(sizes, grid(sizes, 5), TARGETS, 30, numpy_generator(1, 32)) == first


# -- targets and choice ----------------------------------------------------------------------------------------------
def test_money_and_kbk_share_are_those_that_suffice_with_the_certainty() -> None:
    rows = [Figures(int(number < 7), 900 + number, 1000, 10 * number, 0) for number in range(10)]
    sample = Sample.of(rows)
    assert sample.chance == 0.7
    assert sample.cost_at(0.8) == 70  # enough in 8 of 10: costs 0, 10 ... 70
    assert sample.kbk_at(0.8) == pytest.approx(0.902)  # reached by 8 of 10: shares 0.902 ... 0.909
    met = Targets(2024, 0.7, 0.902, 0.8, 70)
    assert shortfall(summary(sample, met), met) == 0
    for change, lack in (({"status_chance": 0.8}, 0.1), ({"kbk_share": 0.912}, 0.01), ({"ceiling": 56}, 0.25)):
        stricter = replace(met, **change)
        assert shortfall(summary(sample, stricter), stricter) == pytest.approx(lack)
    assert lacking(sample, met) == 0 < lacking(sample, reserved(met, 10))


def test_the_front_holds_what_no_other_beats() -> None:
    luck = np.random.default_rng(3)
    seen = {(at,): Summary(*row) for at, row in enumerate(luck.integers(0, 6, (80, 3)).astype(float))}

    def beaten(one: Summary) -> bool:
        return any(
            other != one and other.cost <= one.cost and other.chance >= one.chance and other.kbk >= one.kbk
            for other in seen.values()
        )

    kept = [seen[mix] for mix in front(seen)]
    assert set(kept) == {one for one in seen.values() if not beaten(one)}
    assert len(kept) == len(set(kept))
    assert [one.cost for one in kept] == sorted(one.cost for one in kept)


def test_the_nearest_targets_loosen_one_and_keep_the_others() -> None:
    seen = {
        (0,): Summary(50, 0.5, 0.95), (1,): Summary(60, 0.7, 0.95), (2,): Summary(90, 0.9, 0.91),
        (3,): Summary(150, 0.85, 0.95), (4,): Summary(130, 0.95, 0.94),
    }  # fmt: skip
    targets = replace(TARGETS, ceiling=100)
    assert nearest(seen, targets) == {"ceiling": (4,), "status": (1,), "kbk": (2,)}
    assert nearest({(0,): seen[0,]}, replace(targets, ceiling=40)) == {}
    assert cheapest_chances(seen, targets) == [(0,), (1,), (4,)]


def test_those_are_looked_at_longer_that_may_be_the_cheapest() -> None:
    def sample(held: int, cost: float) -> Sample:
        return Sample(np.arange(20) < held, np.full(20, 0.95), np.full(20, cost), np.zeros(20))

    samples = {(0,): sample(16, 10), (1,): sample(18, 12), (2,): sample(20, 14), (3,): sample(15, 5)}
    assert ranking(samples, TARGETS) == [(1,), (2,), (0,), (3,)]  # with a reserve of 0.09 at 0.8 and 20 replicates
    assert ranking(samples, TARGETS, reserve=False) == [(0,), (1,), (2,), (3,)]
    assert finalists(samples, TARGETS, 2) == [(1,), (0,)]


# -- what a mix costs ------------------------------------------------------------------------------------------------
def test_the_cost_is_the_years_need_with_programmes_before_it_and_drugs_besides() -> None:
    """Start in January 2024, told year 2025: bills of 2025, a training in 2024, a quarter of the drug budget more."""
    asked = problem(("referral_training.share=0:1",), ("drug-budget",), year=2025)
    district: District = asked.ready.district
    policy = asked.scenario((20, 1)).policy(asked.ready.context)
    results = fake_engine.margin_engine(district, None, None, policy, 1, stock="2023-12")
    training = 3_000_000 * sum(facility.doctors for facility in district.facilities)
    drugs = round(2 * 0.25 * sum(facility.drug_budget for facility in district.facilities))
    bills = int(results.series("bill_jkn")[12:].sum())
    figures = figures_of(results, policy, district, "2024-01", 2025, others=1_000_000)
    assert policy.lever_cost.sum() == training
    assert figures.cost == bills - 1_000_000 + training + drugs
    assert figures.programmes == training + drugs


# -- all of it -------------------------------------------------------------------------------------------------------
def test_the_optimum_is_the_one_of_the_closed_form(outcome: Outcome) -> None:
    """The share 0.94 takes 80 hours; the chance 0.8 a margin of 0.006, and one more standard error of the longer look
    (80 replicates) as a reserve. Four standard errors are left to luck: a false alarm in 16,000."""
    told = record(outcome)
    assert told["feasible"]
    assert 80 <= told["mix"]["outreach.hours_per_month"] <= 88
    error = math.sqrt(0.8 * 0.2 / outcome.effort.longer)
    chance = fake_engine.margin_chance(told["mix"]["pemda_intake.hold_margin"])
    assert 0.8 - 4 * math.sqrt(0.16 / 1000) <= chance <= min(0.8 + 5 * error, 0.999)


def test_the_chance_that_is_told_is_that_of_fresh_luck(outcome: Outcome) -> None:
    told = record(outcome)["confirmed"]
    assert told["replicates"] == 1000
    assert told["seed"] not in (outcome.problem.ready.plan.seed, *map(int, range(10)))
    expected = fake_engine.margin_chance(told["mix"]["pemda_intake.hold_margin"])
    assert_share(round(told["status_chance"][0] * 1000), 1000, expected)
    assert told["status_chance"][1] < expected < told["status_chance"][2] or told["status_chance"][0] != expected


def test_every_check_has_a_seed_of_its_own() -> None:
    seeds = {fresh_seed(seed, number) for seed in (0, 1, 2**32 - 1) for number in range(4)}
    assert len(seeds) == 12
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_what_cannot_be_met_is_said_with_the_nearest_that_can(tmp_path: Path) -> None:
    """The bill is 120 million without any margin, and the share 0.94 costs 76.8 million: 130 million are too little."""
    hours = 80 * 2 * 40_000 * 12
    outcome = found(tmp_path / "out", replace(TARGETS, ceiling=130_000_000), effort=replace(EFFORT, confirm=100))
    told = record(outcome)
    assert not told["feasible"]
    assert not told["confirmed"]["meets"]
    least = 12 * fake_engine.margin_bill(0.006) + hours
    assert (1 - ERROR) * least <= told["nearest"]["ceiling"]["cost"] <= (1 + ERROR) * least
    assert told["nearest"]["ceiling"]["status_chance"] >= 0.8
    assert "status" not in told["nearest"]  # no money for the hours, whatever the status


def test_a_search_that_was_stopped_ends_as_if_it_never_was(tmp_path: Path) -> None:
    calls = {"left": 0}

    def stopping(*arguments: Any, **options: Any) -> Results:
        calls["left"] -= 1
        if calls["left"] < 0:
            raise KeyboardInterrupt
        return fake_engine.margin_engine(*arguments, **options)

    effort = Effort(runs=100, replicates=5, confirm=100)
    for more in (40, 40, 80):  # in the search, in the longer look, in the check
        calls["left"] = more
        with pytest.raises(KeyboardInterrupt):
            found(tmp_path / "out", engine=stopping, effort=effort)
    calls["left"] = 100
    ended = record(found(tmp_path / "out", engine=stopping, effort=effort))
    assert 0 < calls["left"] < 100  # what was there was not computed again
    assert ended == record(found(tmp_path / "whole", effort=effort))


def test_two_processes_see_the_same(tmp_path: Path) -> None:
    """What is seen decides all that follows; that a check is the same is promised by the run it is."""
    mixes, asked = [(0, 0), (3, 5), (20, 20)], problem()
    seen = []
    for jobs in (1, 2):
        (tmp_path / str(jobs)).mkdir()
        with Looks(asked, tmp_path / str(jobs), jobs, fake_engine.margin_engine) as looks:
            seen.append([vars(sample) for sample in looks.samples(mixes, 4)])
    for one, two in zip(*seen, strict=True):
        assert all(np.array_equal(one[name], two[name]) for name in one)


def test_the_file_is_the_mix_that_was_checked(tmp_path: Path, outcome: Outcome) -> None:
    path = tmp_path / "optimum.yaml"
    path.write_text(scenario_file(outcome), encoding="utf-8")
    scenario = load_scenario(path)
    checked = outcome.problem.scenario(outcome.chosen.mix)
    assert scenario.describe()["sha256"] == checked.describe()["sha256"]
    assert scenario.title == checked.title
    context = replace(outcome.problem.ready.context, start="2024-03")  # a run that begins elsewhere decides the same
    assert vars(scenario.policy(context)).keys() == vars(checked.policy(outcome.problem.ready.context)).keys()
    same = checked.policy(outcome.problem.ready.context)
    for name, value in vars(scenario.policy(context)).items():
        assert np.array_equal(value, getattr(same, name)), name
