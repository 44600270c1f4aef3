"""What a fit says of its own parameters, and the forms in which it sees a history, on figures made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from calibration.history.facility_rates import columns, error_variance, history_get, needed, rates
from calibration.history.observed import Observed, observe, simulated
from calibration.history.summaries import features, observed_summaries, simulated_summaries
from calibration.posterior.fit import DYNAMIC, DYNAMIC_AT, LEVELS, Fit, fit, within_reach
from calibration.posterior.rows import DRAWN, Rows
from districts.model import HistoryRow
from districts.tiny import tiny_district
from sim.behaviour import default_behaviour
from sim.indicators import SEGMENTS
from sim.policy import baseline_policy
from sim.random import Purpose, numpy_generator
from sim.rules import load_rules
from sim.shocks import EFFECTS
from sim.simulate import simulate


def _fit(columns_of: dict[str, np.ndarray]) -> Fit:
    """A fit whose draws are standard normal quantiles but for ``columns_of``; the table reaches from -3 to 3."""
    from scipy.special import ndtri

    z = np.tile(ndtri((np.arange(200) + 0.5) / 200)[:, None], (1, len(DRAWN)))
    for name, values in columns_of.items():
        z[:, DYNAMIC_AT[DYNAMIC.index(name)]] = values
    ends = np.stack([np.full(len(DRAWN), -3.0), np.full(len(DRAWN), 3.0)])
    return Fit(z, None, cast(Any, None), np.zeros(0), 1.0, (), cast(Any, None), (), None, ends, np.zeros(0, np.bool_))


def test_told_is_narrow_or_moved_and_a_guess_lies_at_the_end() -> None:
    wide = np.linspace(-2, 2, 200)
    found = _fit({DYNAMIC[0]: 0.3 * wide, DYNAMIC[1]: wide + 1.2, DYNAMIC[2]: np.minimum(wide + 2.0, 3.0)})
    assert found.informed() == DYNAMIC[:3]  # 0.35 of its prior; moved by 1.2; moved by 2
    assert set(found.uninformed()) == {*DYNAMIC[3:], *LEVELS}
    assert found.extrapolated() == (DYNAMIC[2],)  # a quarter of its draws lie where the table ends


def _history(*rows: tuple[str, str, str, float]) -> Observed:
    history = tuple(
        HistoryRow(month=month, indicator=indicator, place=place, value=value, source="x", confidence="medium")
        for month, indicator, place, value in rows
    )
    return observe(tiny_district(facilities=2).model_copy(update={"history": history}), "2023-10")


def test_who_waits_to_become_active_is_reported_as_lapsed() -> None:
    """Reports know registered, active, in arrears and the rest: no column for those who wait for their first month."""
    district, months = tiny_district(facilities=2), 4
    policy = replace(baseline_policy(months, 2), intake_quota=np.full(months, 40))  # cut-off: active a month later
    results = simulate(district, load_rules(), default_behaviour(), policy, seed=1)
    assert results.series("pending", "segment", SEGMENTS.index("pbpu_pemda")).min() > 0
    for place in ("district", *(f"segment:{name}" for name in SEGMENTS[1:])):
        parts = [
            simulated(results, ["P1", "P2"], (key, place)) for key in ("registered", "active", "arrears", "lapsed")
        ]
        assert parts[0] == pytest.approx(sum(parts[1:]))


def test_a_short_series_gives_its_values_and_a_yearly_total_one_number() -> None:
    seen = _history(
        ("2023-12", "active", "district", 99.0), ("2024-03", "active", "district", 120.0),
        ("2024", "births", "district", 60.0), ("2024", "registered", "district", 150.0),
        ("2023", "deaths", "district", 9.0),
    )  # fmt: skip
    assert (seen.first, seen.months, seen.left_out) == ("2023-11", 14, 1)  # 2023 is not whole within the window
    layout = features(seen, ["P1", "P2"])
    labels = [label for feature in layout for label in feature.labels()]
    assert labels == ["active district 2", "active district 5", "births district 3-14 in all", "registered district 14"]
    assert observed_summaries(layout, seen, ["P1", "P2"]) == pytest.approx(np.log([100.0, 121.0, 61.0, 151.0]))
    series = {("active", "district"): np.full((3, 14), 99.0), ("births", "district"): np.full((3, 14), 5.0),
              ("registered", "district"): np.full((3, 14), 150.0)}  # fmt: skip
    made = simulated_summaries(layout, series.__getitem__, ["P1", "P2"], np.zeros((3, 3, 15)))
    assert made == pytest.approx(np.tile(np.log([100.0, 100.0, 61.0, 151.0]), (3, 1)))
    shifted = simulated_summaries(layout, series.__getitem__, ["P1", "P2"], np.ones((3, 3, 15)))
    assert (shifted > made).all()


def test_five_months_give_thirds_and_the_last_and_what_is_later_is_not_seen() -> None:
    months = [f"2024-{month:02d}" for month in range(1, 7)]
    seen = _history(*((month, "active", "district", float(10 * at)) for at, month in enumerate(months, 1)))
    layout = features(seen, ["P1"])
    logs = np.log1p(10.0 * np.arange(1, 7))
    expected = [logs[:2].mean(), logs[2:4].mean(), logs[4:].mean(), logs[-1]]
    assert observed_summaries(layout, seen, ["P1"]) == pytest.approx(expected)
    known = seen.until(5).monthly["active", "district"]  # November 2023 is the first month of the window
    assert np.flatnonzero(np.isfinite(known)).tolist() == [2, 3, 4]


def test_rates_use_counts_where_they_are_known_and_the_printed_ratio_elsewhere() -> None:
    seen = _history(
        ("2023-11", "contacts", "P1", 30.0), ("2023-11", "capitated", "P1", 200.0),
        ("2023-12", "contacts", "P1", 50.0), ("2023-12", "capitated", "P1", 200.0), ("2023-12", "rrns", "P2", 2.0),
    )  # fmt: skip
    layout = columns(seen, ["P1", "P2"])
    assert [(column.rate.name, column.counts) for column in layout] == [("contacts", True), ("nonspecialist", False)]
    assert needed(layout, ["P1"]) == (("contacts", "P1"), ("capitated", "P1"), ("rrns", "P1"))
    told = rates(layout, history_get(seen), ["P1", "P2"])
    assert told[0, 0] == pytest.approx(np.log(80.5 / 320.5))
    assert told[1, 1] == pytest.approx(np.log(20.5 / 980.5))
    assert np.isnan([told[0, 1], told[1, 0]]).all()
    # contacts: a relative error of the share p moves its log odds by 1/(1 - p) of it; 2 % and 0.4 % of the two counts
    variance = error_variance(layout, told)
    odds = 80.5 / 320.5
    assert variance[0, 0] == pytest.approx((0.02**2 + 0.004**2) * (1 + odds) ** 2)


def test_a_series_with_one_summary_out_of_reach_is_left_out_whole() -> None:
    months = [f"2023-{month}" for month in (11, 12)] + [f"2024-0{month}" for month in range(1, 6)]
    seen = _history(*((month, "active", "district", 90.0) for month in months), ("2023-12", "lapsed", "district", 4.0),
                    ("2024-02", "never", "district", 7.0))  # fmt: skip
    layout = features(seen, ["P1", "P2"])
    assert [len(feature.spans()) for feature in layout] == [4, 1, 1]  # three thirds and the last; one month; one month
    assert within_reach(layout, []).tolist() == [True] * 6
    assert within_reach(layout, [2]).tolist() == [False] * 4 + [True] * 2
    assert within_reach(layout, [3, 4]).tolist() == [False] * 5 + [True]
    assert within_reach(layout, [0, 4, 5]).tolist() == [True] * 6  # nothing would be left to learn from


def test_what_no_simulation_gives_does_not_move_the_parameters() -> None:
    """A parameter at one standard deviation, as the registered tell; the lapsed, nobody of whom is reported where every
    simulation has some, would have it far below."""
    months = ["2023-11", "2023-12", "2024-01", "2024-02"]
    at, count = DYNAMIC_AT[DYNAMIC.index("segment.join")], 300
    z = numpy_generator(1, Purpose.BOOTSTRAP).standard_normal((count, len(DRAWN)))
    told = [(month, "registered", "district", 1000.0 * np.exp(0.1)) for month in months]
    conflict = [(month, "lapsed", "district", 0.0) for month in months]
    series = {("registered", "district"): np.tile(1000.0 * np.exp(0.1 * z[:, [at]]), (1, 4)),
              ("lapsed", "district"): np.tile(50.0 * np.exp(0.3 * z[:, [at]]), (1, 4))}  # fmt: skip
    rows = Rows(np.arange(count), z, np.zeros((count, len(EFFECTS), 1)), series)
    found = fit(rows, _history(*told, *conflict), ("P1",), 1, 200)
    assert found.used.tolist() == [False] * 4 + [True] * 4
    assert found.mean()[at] == pytest.approx(1.0, abs=0.1)  # the error of the registered is 0.02 of its spread
    assert fit(rows, _history(*told), ("P1",), 1, 200).mean()[at] == pytest.approx(found.mean()[at], abs=0.1)
