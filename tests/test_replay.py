"""The replayed window against samples whose law is known: shares inside, distance of the mean, pooled ratios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from chance import assert_share

import calibration.posterior.replay as replaying
from calibration.history.errors import ErrorModel
from calibration.history.observed import Key, Observed
from calibration.posterior.forecast import Future
from calibration.posterior.replay import Band, Target, replay

MONTHS = 20
CODES = ("P1", "P2")
NO_ERROR = ErrorModel(0.0, 0.0, "none", "assumed")


@pytest.fixture(autouse=True)
def no_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "error_of", lambda indicator: NO_ERROR)


def replayed(
    monkeypatch: pytest.MonkeyPatch, simulated: dict[Key, np.ndarray], observed: dict[Key, np.ndarray]
) -> tuple[tuple[Target, ...], tuple[Band, ...]]:
    monkeypatch.setattr(replaying, "sample", lambda future, replicates, jobs, tell: simulated)
    future = Future(None, None, None, "2023-12", None, 1, ())  # type: ignore[arg-type]
    return replay(future, Observed("2024-01", len(next(iter(observed.values()))), observed), CODES)


def draws(rng: np.random.Generator, count: int, sd: float = 0.1) -> np.ndarray:
    return np.expm1(rng.normal(7.0, sd, (count, MONTHS)))


def test_months_of_the_same_law_lie_inside_four_times_in_five(monkeypatch: pytest.MonkeyPatch) -> None:
    # The interval between the 10 % and 90 % points of 60 draws (linear quantiles) holds a 61st draw with chance
    # (h(0.9) - h(0.1)) / 61 with h(q) = 1 + 59 q: 47.2 / 61 in the mean for a uniform law, nearly so for a normal one.
    rng, hits, trials = np.random.default_rng(5), 0, 0
    for _ in range(40):
        key = ("active", "district")
        (target,), _bands = replayed(monkeypatch, {key: draws(rng, 60)}, {key: draws(rng, 1)[0]})
        hits, trials = hits + round(target.inside * MONTHS), trials + MONTHS
    assert_share(hits, trials, 47.2 / 61)


def test_the_distance_of_the_mean_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    key, levels = ("active", "district"), np.linspace(-1.0, 1.0, 60)
    simulated = np.expm1(7.0 + levels[:, None] + np.zeros(MONTHS))
    (target,), _bands = replayed(monkeypatch, {key: simulated}, {key: np.full(MONTHS, np.expm1(7.0 + 1.2))})
    assert target.z == pytest.approx(1.2 / levels.std(ddof=1))
    assert target.inside == 0.0
    assert not target.met


def test_errors_of_observation_widen_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    key = ("active", "district")
    same = np.full((60, MONTHS), 1000.0)
    truth = 1000.0 * np.exp(np.random.default_rng(3).normal(0.0, 0.05, MONTHS))
    (target,), _bands = replayed(monkeypatch, {key: same}, {key: truth})
    assert target.inside == 0.0
    monkeypatch.setattr(replaying, "error_of", lambda indicator: replace(NO_ERROR, month=0.05))
    (target,), (band,) = replayed(monkeypatch, {key: same}, {key: truth})
    # half the width of an 80 % interval of a normal: 1.28 standard deviations
    assert np.log(band.high / band.low).mean() / 2 == pytest.approx(1.2816 * 0.05, rel=0.1)
    assert target.inside > 0.4


def test_a_ratio_that_was_not_reported_is_formed_from_its_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # By hand: P1 reports all months, P2 contacts in all but heads only in the second half; 150 of 1,000 in P1, 90 of
    # 500 in P2: 150 per mille in the first half, 240 of 1,500 = 160 in the second.
    half = np.arange(MONTHS) >= MONTHS // 2
    observed = {
        ("contacts", "P1"): np.full(MONTHS, 150.0), ("capitated", "P1"): np.full(MONTHS, 1000.0),
        ("contacts", "P2"): np.full(MONTHS, 90.0), ("capitated", "P2"): np.where(half, 500.0, np.nan),
    }  # fmt: skip
    simulated = {key: np.nan_to_num(np.tile(values, (60, 1)), nan=500.0) for key, values in observed.items()}
    targets, bands = replayed(monkeypatch, simulated, observed)
    assert [(band.indicator, band.place) for band in bands] == [("ak", "facilities")]
    assert bands[0].observed == pytest.approx(np.where(half, 160.0, 150.0))
    assert bands[0].middle == pytest.approx(bands[0].observed)
    assert [(target.indicator, target.cells) for target in targets] == [("capitated", 1.0), ("contacts", 1.0)]
