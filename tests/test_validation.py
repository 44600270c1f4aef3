"""Targets, the watcher who measures them, and the joint fit to Medan."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration.defaults import medan
from calibration.defaults.predictive import processes, sample
from calibration.defaults.quantities import DEFAULT_RUN, QUANTITIES, RUNS, Kind
from calibration.defaults.quantities_care import season_amplitude, season_peak
from calibration.defaults.targets import load_targets
from calibration.defaults.validation import Comparison
from calibration.defaults.watch import Run, Watched, watched_run
from districts.read import read_district
from sim.indicators import DISTRICT, FACILITY, HOSPITAL, INDEX, SEGMENT, SEGMENTS
from sim.policy import baseline_policy
from sim.results import Results
from sim.simulate import simulate
from tests.engine import BEHAVIOUR, RULES, small, world

#: Chance that the joint test fails although the defaults are right.
FALSE_ALARM = 1e-3
FIELDS = {"name", "quantity", "low", "high", "unit", "source", "reason", "fitted"}
DOCUMENT = Path(__file__).parent.parent / "docs" / "validation.md"


# -- targets --------------------------------------------------------------------------------------------------------
def test_every_target_says_where_its_interval_comes_from() -> None:
    for target in load_targets():
        assert set(target) - {"note"} == FIELDS, target["name"]
        assert target["low"] < target["high"], target["name"]
        assert target["source"], target["name"]
        assert target["reason"], target["name"]
        assert target["fitted"] in (True, False), target["name"]


def test_targets_and_quantities_belong_together() -> None:
    named = [target["quantity"] for target in load_targets()]
    assert sorted(named) == sorted(QUANTITIES)
    assert set(RUNS) <= set(named)


@pytest.mark.parametrize(
    ("low", "median", "high", "inside", "median_inside"),
    [(0.1, 0.15, 0.2, False, False), (0.1, 0.25, 0.35, True, False), (0.3, 0.35, 0.6, True, True)],
)
def test_a_target_is_inside_when_the_intervals_overlap(
    low: float, median: float, high: float, inside: bool, median_inside: bool
) -> None:
    found = Comparison({"low": 0.3, "high": 0.4}, low, median, high)
    assert (found.inside, found.median_inside) == (inside, median_inside)


def test_at_most_a_fifth_lies_outside_and_each_is_explained() -> None:
    """The document as it was written by the last ``make validation``."""
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.endswith("side |")]
    outside = [row.split("|")[1].strip() for row in rows if "**outside**" in row]
    assert len(rows) == len(load_targets())
    assert len(outside) <= 0.2 * len(rows), outside
    notes = {target["name"]: target.get("note") for target in load_targets()}
    assert [name for name in outside if not notes[name]] == []


# -- the watcher ----------------------------------------------------------------------------------------------------
def test_the_watcher_changes_nothing() -> None:
    policy = baseline_policy(6, len(small().facilities))
    watched = watched_run(small(), RULES, BEHAVIOUR, policy, 5, replicate=2, stock="2023-10").results
    alone = simulate(small(), RULES, BEHAVIOUR, policy, 5, replicate=2, stock="2023-10")
    assert watched.to_bytes() == alone.to_bytes()


def test_the_watcher_sees_the_visits_that_the_clinics_count() -> None:
    """Nobody leaves the waiting room, so that every visit asked for is one that was treated."""
    behaviour = BEHAVIOUR.but({"feedback.wait_to_contacts": 0.0})
    policy = baseline_policy(14, len(small().facilities))
    run = watched_run(small(), RULES, behaviour, policy, 5, replicate=0, stock="2023-10")
    assert run.watched.visits.sum() == run.facility("sick_visits").sum() > 0


def test_without_sickness_no_member_has_a_visit() -> None:
    policy = baseline_policy(12, len(small().facilities))
    run = watched_run(small(), RULES, BEHAVIOUR.but({"care.sick": 0.0}), policy, 5, replicate=0, stock="2023-10")
    assert run.watched.zero_share == 1.0
    assert run.watched.visits.sum() == 0


@pytest.mark.parametrize(("pay", "settled"), [(1.0, 1.0), (0.0, 0.0)])
def test_plans_end_as_their_families_pay(pay: float, settled: float) -> None:
    changes = {"premium.rehab_join": 0.2, "premium.rehab_pay": pay, "premium.return": 0.0, "premium.miss": 0.0}
    policy = baseline_policy(14, len(small().facilities))
    run = watched_run(small(), RULES, BEHAVIOUR.but(changes), policy, 5, replicate=0, stock="2023-10")
    assert run.watched.rehab_ended > 20
    assert run.watched.rehab_settled == settled * run.watched.rehab_ended


@pytest.mark.parametrize(("peak", "amplitude"), [(1, 0.12), (8, 0.2)])
def test_the_season_is_read_back(peak: int, amplitude: float) -> None:
    """A pure wave of visits that is highest in the middle of month ``peak``."""
    months = tuple(f"2024-{month:02d}" for month in range(1, 13))
    facility = np.zeros((12, 2, len(FACILITY)))
    wave = 1 + amplitude * np.cos(2 * np.pi * (np.arange(12) + 1 - peak) / 12)
    facility[:, :, INDEX["facility"]["sick_visits"]] = 1000 * wave[:, None]
    facility[:, :, INDEX["facility"]["capitated"]] = 15_000
    results = Results(
        months, ("A", "B"), ("H",), np.zeros((12, len(DISTRICT))), facility,
        np.zeros((12, len(SEGMENTS), len(SEGMENT))), np.zeros((12, 1, len(HOSPITAL))),
    )  # fmt: skip
    run = Run(results, world(months=1), Watched())
    assert season_amplitude(run) == pytest.approx(amplitude)
    assert math.cos(2 * math.pi * (season_peak(run) - peak - 0.5) / 12) == pytest.approx(1.0)


def test_processes_give_the_numbers_of_one() -> None:
    kind, names = Kind("2023-10", "baseline", 13), ("share_ak", "growth")
    alone = sample(small(), names, range(3), 9, kind=kind, drawn=True)
    with processes(2) as over:
        assert np.array_equal(alone, sample(small(), names, range(3), 9, kind=kind, drawn=True, over=over))
    assert len(np.unique(alone[:, 1])) == 3


# -- Medan ----------------------------------------------------------------------------------------------------------
def test_distance_without_error_of_simulation_is_that_of_the_binomial() -> None:
    off = np.array([0.03, -0.02, 0.01])
    aim = np.array([0.42, 0.83, 0.32])
    expected = sum(273 * o * o / (p * (1 - p)) for o, p in zip(off, aim, strict=True))
    assert medan.distance(np.tile(aim + off, (5, 1))) == pytest.approx(expected)


def test_aims_carry_the_error_of_their_source() -> None:
    aims = {aim.quantity: aim for aim in medan.aims()}
    ak = aims["share_ak"]
    # half a percentage point on either side of the share, through the logit
    slope = (math.log(0.425 / 0.575) - math.log(0.415 / 0.585)) / 0.01
    assert ak.value == pytest.approx(math.log(0.42 / 0.58))
    assert ak.error == pytest.approx(slope * math.sqrt(0.42 * 0.58 / 273), rel=1e-3)
    sick = aims["sick_rate"]
    assert [math.exp(sick.value + z * sick.error) for z in stats.norm.ppf([0.05, 0.95])] == pytest.approx([62.1, 70.8])


def test_the_fit_finds_the_level_it_started_away_from() -> None:
    """One parameter, one figure that it moves: started at three times the referrals, it ends at the published rate."""
    found = medan.fit(small(), ("referral.rate",), start={"referral.rate": 0.36}, replicates=2, steps=4)
    at = [aim.quantity for aim in medan.aims()].index("referral_median")
    assert found.before[at] > 0.3
    assert 0.10 < found.after[at] < 0.16
    assert found.covariance.shape == (1, 1)
    assert found.covariance[0, 0] > 0


@cache
def _shares(well: float) -> np.ndarray:
    behaviour = BEHAVIOUR.but({"care.well": BEHAVIOUR["care.well"] * well})
    district = read_district("bengkulu-utara")
    return sample(district, tuple(medan.MEDAN), range(500, 516), 11, kind=DEFAULT_RUN, behaviour=behaviour)


def test_the_defaults_reproduce_medan_jointly() -> None:
    """Three shares at once against the binomial error of 273 FKTP and that of 16 replicates (false alarm 0.1 %)."""
    assert medan.distance(_shares(1.0)) < stats.chi2.isf(FALSE_ALARM, 3)


def test_three_in_ten_well_contacts_fewer_would_not() -> None:
    assert medan.distance(_shares(0.7)) > stats.chi2.isf(FALSE_ALARM, 3)
