"""Shares of the variance: blocks cover all parameters, an additive model gives its own shares back, intervals cover."""

from __future__ import annotations

import math
from typing import Any

import fake_engine
import numpy as np
import pytest
from engine import policy_for, results, small

from reports.origins import block_words
from scenarios.blocks import ASSUMED, LUCK, PREFIXES, PROBED, SHOCKS, block_of, hindrance, kinds, members, probe, probes
from scenarios.need import needed
from scenarios.shares import figures, share
from sim.behaviour import PARAMETERS, default_behaviour
from sim.random import Purpose, make_key, normals, numbered

KEY = make_key(7, 0)


def test_every_parameter_belongs_to_exactly_one_block() -> None:
    unmapped = sorted({name.partition(".")[0] for name in (p.name for p in PARAMETERS)} - set(PREFIXES))
    assert unmapped == [], f"no block for the parameters {unmapped}; give each prefix one in scenarios/blocks.py"
    drawn = [parameter.name for parameter in PARAMETERS if parameter.scale != "fixed"]
    held = [parameter.name for block in probes() if block != ASSUMED for parameter in members(block)]
    assert sorted(held) == sorted(drawn)


def test_a_parameter_without_a_block_is_named() -> None:
    with pytest.raises(KeyError, match="weather"):
        block_of("weather.rain")


def test_switches_are_never_drawn_and_never_probed() -> None:
    switches = [parameter for parameter in PARAMETERS if block_of(parameter.name) == "switches"]
    assert switches
    assert {parameter.scale for parameter in switches} == {"fixed"}
    own = ("people", "premiums", "segments", "care", "referral", "chronic", "clinics", "money")
    assert probes() == (LUCK, SHOCKS, *own, ASSUMED)


def test_kinds_count_each_parameter_once() -> None:
    drawn = [parameter for parameter in PARAMETERS if parameter.scale != "fixed"]
    counts = [kinds(block) for block in probes() if block != ASSUMED]
    for kind in ("published", "calibrated", "assumed"):
        assert sum(count.get(kind, 0) for count in counts) == sum(parameter.kind == kind for parameter in drawn)
    assert kinds(ASSUMED) == {"assumed": sum(parameter.kind == "assumed" for parameter in drawn)}


def test_a_held_block_is_at_its_default_and_nothing_else_moves() -> None:
    whole, default = default_behaviour().draw(1, 5).as_dict(), default_behaviour().as_dict()
    for block in probes():
        vector, luck_only = probe(block, 1, 5)
        held = {parameter.name for parameter in members(block)}
        expected = {name: default[name] if name in held or block == LUCK else value for name, value in whole.items()}
        assert vector.as_dict() == expected, block
        assert luck_only == (block in (LUCK, SHOCKS))
        if block not in (LUCK, SHOCKS):
            assert any(whole[name] != default[name] for name in held), block


def test_every_block_has_words_in_both_languages() -> None:
    for block in probes():
        words = [block_words(block, lang) for lang in ("id", "en")]
        assert words[0].name != words[1].name
        assert words[0].holds != words[1].holds
        assert words[0].narrow != words[1].narrow


def additive_shares(column: int) -> dict[str, float]:
    """The true shares of the additive engine, from the priors in closed form."""
    variances = dict.fromkeys(probes(), 0.0)
    variances[LUCK], variances[SHOCKS] = fake_engine.LUCKY[column] ** 2, fake_engine.SHOCKING[column] ** 2
    kind = {parameter.name: parameter.kind for parameter in PARAMETERS}
    for name in fake_engine.ADDITIVE:
        variances[block_of(name)] += fake_engine.additive_variance(name, column)
    total = sum(variances.values())
    variances[ASSUMED] = sum(
        fake_engine.additive_variance(name, column) for name in fake_engine.ADDITIVE if kind[name] == "assumed"
    )
    return {block: variance / total for block, variance in variances.items()}


def test_an_additive_model_gives_its_own_shares_back() -> None:
    # The log of the ratio of a part's variance to the whole's has the standard error 2 √((1 − S) / (n − 1)) for normal
    # figures when the part is one of the whole's independent parts and its share is S (delta method). 4.5 of them: 20
    # comparisons raise a false alarm in about one of 7,000 runs; a share of a half that is off by a fifth would be off
    # by 4 to 5 standard errors, and the ten together would not pass.
    n, parts = 800, {block: np.zeros((800, 2)) for block in probes()}
    whole = np.zeros((n, 2))
    for replicate in range(n):
        drawn = default_behaviour().draw(3, replicate)
        vectors = {block: probe(block, 3, replicate) for block in probes()}
        for column in range(2):
            whole[replicate, column] = fake_engine.additive_part(drawn, 3, replicate, False, column)
            for block, (vector, luck_only) in vectors.items():
                parts[block][replicate, column] = fake_engine.additive_part(vector, 3, replicate, luck_only, column)
    for column in range(2):
        true = additive_shares(column)
        y = whole[:, column]
        assert sum(true[block] for block in probes() if block != ASSUMED) == pytest.approx(1)
        for block in probes():
            part = parts[block][:, column] if block == LUCK else y - parts[block][:, column]
            found = share(y, part)
            if true[block] == 0:
                assert (found.value, found.low, found.high) == (0, 0, 0), block
                continue
            error = 2 * math.sqrt((1 - true[block]) / (n - 1))
            assert abs(math.log(found.value / true[block])) < 4.5 * error, (block, found, true[block])


@pytest.mark.parametrize("true", [0.05, 0.5, 0.9])
def test_intervals_cover_as_stated_for_normal_figures(true: float) -> None:
    # 2,000 samples of as many replicates as a run probes. Were the coverage exactly 95 %, fewer than 1,860 hits would
    # come up with a chance below 1e-4 (binomial): the false-alarm rate of each case. At 90 % it would fail.
    trials = 2000
    a, b = (normals(KEY, numbered(trials * PROBED), month, Purpose.SHOCK).reshape(trials, PROBED) for month in (1, 2))
    hits = 0
    for part, rest in zip(math.sqrt(true) * a, math.sqrt(1 - true) * b, strict=True):
        found = share(part + rest, part)
        assert found.low <= found.value <= found.high
        hits += found.low <= true <= found.high
    assert 1860 <= hits < trials


def test_a_share_at_its_edges() -> None:
    y = np.array([1.0, 2.0, 4.0, 8.0])
    assert share(y, np.zeros(4)) == share(y, np.full(4, 3.0))  # what moves nothing, or all alike, carries nothing
    assert (share(y, np.zeros(4)).value, share(y, np.zeros(4)).high) == (0, 0)
    whole = share(y, y)
    assert (whole.value, whole.low, whole.high) == (1, 1, 1)
    half = share(y, y / 2)
    assert (half.value, half.low, half.high) == pytest.approx((0.25, 0.25, 0.25))
    alone = share(y, np.array([0.0, 0, 1, 0]))  # one replicate decides: no upper bound
    # by hand: variance 3/16 of the part, (1 + 4 + 16 + 64)/4 − (15/4)² of the whole
    assert alone.value == pytest.approx(0.1875 / (85 / 4 - (15 / 4) ** 2))
    assert (alone.low, alone.high) == (0, math.inf)
    assert math.isnan(share(np.ones(4), np.zeros(4)).value)


def test_the_interval_is_the_jackknife_by_hand() -> None:
    y, d = np.array([3.0, -1.0, 4.0, 1.0, -5.0]), np.array([2.0, 1.0, 0.0, -1.0, -3.0])
    from scipy import stats

    logs = [math.log(np.delete(d, at).var() / np.delete(y, at).var()) for at in range(5)]
    middle = sum(logs) / 5
    error = math.sqrt(4 / 5 * sum((log - middle) ** 2 for log in logs))
    found = share(y, d)
    assert found.value == pytest.approx(d.var() / y.var())
    assert math.log(found.high / found.value) == pytest.approx(stats.t.ppf(0.975, 4) * error)
    assert found.low * found.high == pytest.approx(found.value**2)


def test_the_figures_of_a_unit_are_bill_debt_and_capitation_of_the_year() -> None:
    months = np.array([False, False, True, True])
    bill, debt = np.array([[1.0, 2.0, 30.0, 40.0]]), np.array([[5.0, 7.0, 9.0, 11.0]])
    assert needed(bill, debt, months, 0).tolist() == [77]  # 30 + 40 and the 7 of the month before
    assert needed(bill, debt, months, 50).tolist() == [27]
    assert needed(bill, debt, months, 80).tolist() == [0]  # others pay more than is needed
    assert needed(bill, debt, ~months, 0).tolist() == [3]  # the run starts in the year: no debt carried in


def test_a_probe_may_stop_at_the_end_of_its_year() -> None:
    """The months of the engine up to a date do not depend on how long the run goes on."""
    district = small(3_000, 2)
    whole = policy_for(district, 20, intake_target="hold_status", intake_target_from=3, point_of_care=True,
                       agreement=True)  # fmt: skip
    vector, _ = probe("care", 1, 2)
    arguments = {"district": district, "behaviour": vector, "replicate": 2, "luck_only": False}
    long, short = (results(policy=policy, **arguments) for policy in (whole, whole.until(14)))
    assert short.months == long.months[:14]
    for level in ("district", "facility", "segment"):
        assert np.array_equal(short.table(level), long.table(level)[:14], equal_nan=True)  # type: ignore[arg-type]
    year = int(short.months[2][:4])
    assert figures(short, year, 0) == figures(long, year, 0)
    assert figures(short, year, 0)[1] > 0


def test_a_policy_is_cut_to_months_it_has() -> None:
    policy = policy_for(small(3_000, 2), 6)
    assert policy.until(6).lever_cost.shape == (6,)
    assert policy.until(2).outreach_hours.shape == (2, 2)
    for months in (0, 7):
        with pytest.raises(ValueError, match="6 months"):
            policy.until(months)


FREE, BOUND = {"name": "free", "line_rule": "unbounded"}, {"name": "bound", "line_rule": "amounts"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [({}, None), ({"scenarios": [BOUND]}, "line"), ({"months": 13}, "year"), ({"luck_only": True}, "luck"),
     ({"replicates": 99}, "replicates")],
)  # fmt: skip
def test_what_hinders_is_told(change: dict[str, Any], reason: str | None) -> None:
    manifest = {"scenarios": [BOUND, FREE], "start": "2023-11", "months": 14, "luck_only": False, "replicates": 100}
    assert hindrance({**manifest, **change}) == reason
