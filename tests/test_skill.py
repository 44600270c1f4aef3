"""The study of forecast skill: what is scored, against whom, and what counts as met."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.statistics.baselines import BASELINES
from calibration.statistics.scores import Interval
from calibration.studies.skill import (
    GROUPS,
    MODEL,
    POOL,
    SERIES,
    TOLD,
    Score,
    cases,
    page,
    ratios,
    scores,
    verdict,
)
from calibration.worlds.compartments import make_district


def test_a_forecast_that_knows_the_truth_beats_everyone_and_told_baselines_beat_blind_ones() -> None:
    """The truth as a sample scores zero; a cut of a quarter ruins the last value, unless it is told of the cut."""
    made = make_district("rural", 3)
    truth = made.futures["cut-25"]
    perfect = {"active": np.tile(truth.active, (20, 1)), "bill_jkn": np.tile(truth.bill, (20, 1))}
    found = {(score.series, score.forecast): score.crps for score in scores(made, truth, perfect)}
    assert found["active", MODEL] == found["bill_jkn", MODEL] == 0.0
    assert all(found["active", name] > 3 * found["active", name + TOLD] for name in BASELINES)
    # a quarter of the heads is off in nine of twelve months: a sure last value would miss by 0.19 of them on the mean
    assert found["active", "naive"] == pytest.approx(0.25 * 9 / 12, rel=0.4)


def _score(forecast: str, crps: float, seed: int = 1, kind: str = "cut", size: float = 0.1) -> Score:
    return Score("rural", seed, "future", kind, size, "active", forecast, crps)


def test_ratios_are_of_means_over_districts() -> None:
    found = [_score(MODEL, 1.0, 1), _score(MODEL, 3.0, 2), _score("naive", 4.0, 1), _score("naive", 4.0, 2)]
    ratio = ratios(found, "active", "naive")
    assert ratio.estimate == pytest.approx(0.5)
    assert (ratio.low, ratio.high) == (pytest.approx(0.25), pytest.approx(0.75))  # one district drawn twice


def test_breaks_are_told_by_size_and_kind() -> None:
    found = [_score(MODEL, 1.0, kind="none", size=0.0), _score(MODEL, 1.0, kind="cut"), _score(MODEL, 1.0, kind="stop")]
    assert list(cases(found)) == [
        "no break", "break of 10% of active heads", "break of 10% of active heads: cut of PBI-JK",
        "break of 10% of active heads: intake stops",
    ]  # fmt: skip


def _rows(blind: float, told: float, high: float = 0.9) -> dict[str, list[Interval]]:
    rows = {name: [Interval(blind, 0.1, high)] for name in BASELINES}
    return rows | {name + TOLD: [Interval(told, 0.1, 2.0)] for name in BASELINES}


@pytest.mark.parametrize(
    ("case", "blind", "told", "high", "unmet"),
    [
        ("no break", 1.09, 1.0, 2.0, 0),
        ("no break", 1.11, 1.0, 2.0, 1),
        ("break of 10%", 0.74, 0.99, 0.9, 0),
        ("break of 10%", 0.76, 0.99, 0.9, 1),
        ("break of 10%", 0.5, 0.99, 1.01, 1),
        ("break of 10%", 0.76, 1.01, 0.9, 2),
    ],
)
def test_a_verdict_says_what_was_asked_and_whether_it_came_out(
    case: str, blind: float, told: float, high: float, unmet: int
) -> None:
    assert verdict(case, _rows(blind, told, high), 0).count("**not met**") == unmet


def test_a_told_baseline_that_was_not_asked_about_stands_beside_the_verdict() -> None:
    rows = _rows(0.5, 0.9)
    rows["drift" + TOLD] = [Interval(1.3, 0.1, 2.0)]
    told = verdict("break of 10%", rows, 0)
    assert "**not met**" not in told
    assert "drift told 1.30" in told
    rows["ets" + TOLD] = [Interval(1.01, 0.1, 2.0)]
    assert verdict("break of 10%", rows, 0).count("**not met**") == 1
    assert "1.30 times the best that is told, drift" in verdict("no break", rows, 0)


def test_the_pool_is_the_mean_of_the_model_and_the_told_baselines() -> None:
    """A model that knows the truth has one sixth of the weight: the pool misses, by less than its parts on the mean
    (the CRPS of a mixture is the mean of its parts' less half their mean distance)."""
    made = make_district("rural", 3)
    truth = made.futures["none"]
    perfect = {"active": np.tile(truth.active, (20, 1)), "bill_jkn": np.tile(truth.bill, (20, 1))}
    found = {(score.series, score.forecast): score.crps for score in scores(made, truth, perfect)}
    mean = np.mean([found["active", name + TOLD] for name in BASELINES])
    assert 0.0 < found["active", POOL] < 5 / 6 * mean


def test_the_page_prints_every_ratio() -> None:
    found = []
    for seed in (1, 2, 3):
        for series in SERIES:
            for name in (MODEL, POOL, *BASELINES, *(label + TOLD for label in BASELINES)):
                for kind, size in (("none", 0.0), ("cut", 0.03)):
                    found.append(Score("rural", seed, kind, kind, size, series, name, 0.5 + seed))
    text = page(found, "about")
    assert text.count("| naive") == text.count("| ets, told |") * 2  # "naive" and "naive, told" in each of the tables
    assert text.count("\n| ") == 3 * (2 * len(BASELINES) + 1)
    assert text.index("## Verdicts") < text.index("## The pool") < text.index("## No break")
    assert text.count("1.00 the model alone") == 2 * len(SERIES)  # of both cases; the kinds have no line of their own


def test_the_study_has_fifty_districts_and_shares_no_seed() -> None:
    pairs = [(group.archetype, seed) for group in GROUPS for seed in group.seeds]
    assert len(pairs) == len(set(pairs)) >= 50
