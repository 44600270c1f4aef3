"""Quantiles and chances with their intervals, yearly sums, need, exhaustion and paired differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from districts.faults import UserError
from scenarios.comparison.differences import paired
from scenarios.need import exhaustion, held_status, need, own_lines, yearly
from scenarios.quantiles import chance, quantile
from scenarios.store import RunStore
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.results import Results

MONTHS = ("2023-11", "2023-12", *(f"2024-{month:02d}" for month in range(1, 13)))
COLUMN = INDEX["district"]


def made(folder: Path, bills: dict[str, list[float]], replicates: int = 100, **more: Any) -> RunStore:
    """A run of 14 months in which replicate r of a scenario has the monthly bill ``bills[scenario][r]``."""
    rules = {"bounded": "amounts"}
    store = RunStore.create(folder, {
        "start": MONTHS[0], "months": len(MONTHS), "facilities": ["A"], "hospitals": ["H"],
        "replicates": replicates, **more,
        "scenarios": [{"name": name, "line_rule": rules.get(name, "unbounded")} for name in bills],
    })  # fmt: skip
    for name, levels in bills.items():
        for replicate, level in enumerate(levels):
            district = np.zeros((len(MONTHS), len(CATALOGUE["district"])))
            district[:, COLUMN["bill_jkn"]] = level
            district[:, COLUMN["population_dukcapil"]] = 1000
            district[:, COLUMN["active"]] = 700 + replicate
            if name == "bounded" and replicate % 2:
                district[9 + replicate % 3 :, COLUMN["unfunded"]] = 5
            district[1, COLUMN["debt_pemda"]] = 50 if more.get("debt") else 0
            store.save(name, replicate, told(district), 0.0)
    return store


@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("n", [100, 400])
def test_quantile_intervals_cover_at_least_as_stated(q: float, n: int) -> None:
    # 2,000 samples; the interval is built to cover at least 95 %. Were it exactly 95 %, fewer than 1,860 hits would
    # come up with a chance below 1e-4 (binomial): that is the false-alarm rate of each case. At 90 % it would fail.
    luck, trials = np.random.default_rng(20240501), 2000
    hits = 0
    for sample in luck.random((trials, n)):  # uniform: the q-quantile is q
        found = quantile(sample, q)
        hits += found.low <= q <= found.high
        assert found.low <= found.value <= found.high
    assert hits >= 1860
    assert hits < trials  # an interval that never misses says nothing


def test_the_quantile_is_the_smallest_value_with_enough_at_or_below() -> None:
    sample = np.arange(1, 101)[::-1]
    assert quantile(sample, 0.8).value == 80
    assert quantile(sample, 0.5).value == 50
    assert quantile([7], 0.8).value == 7


def test_the_interval_of_a_median_of_100_runs_from_the_40th_to_the_61st() -> None:
    # tables of the sign test: n = 100, 95 %: order statistics 40 and 61 (Conover, Practical Nonparametric Statistics)
    found = quantile(np.arange(1, 101), 0.5)
    assert (found.low, found.high) == (40, 61)


def test_a_sample_too_small_to_bound_a_side_says_so() -> None:
    found = quantile([1, 2, 3], 0.8)
    assert found.high == np.inf
    with pytest.raises(ValueError, match="sample"):
        quantile([], 0.5)


def test_wilson_interval_of_a_chance() -> None:
    # Wilson (1927) with z = 1.96: 0 of 10 gives 0-27.8 %, 8 of 10 gives 49.0-94.3 % (Newcombe 1998, method 3)
    none, most = chance([False] * 10), chance([True] * 8 + [False] * 2)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(0.2775, abs=5e-5)
    assert (most.low, most.high) == (pytest.approx(0.4902, abs=5e-5), pytest.approx(0.9433, abs=5e-5))


def test_yearly_sums_flows_and_says_how_many_months(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": [10.0, 20.0]}) as store:
        found = yearly(store, "baseline", "bill_jkn")
        assert {year: part.months_covered for year, part in found.items()} == {2023: 2, 2024: 12}
        assert found[2024].values.tolist() == [120, 240]
        with pytest.raises(UserError, match="debt_pemda is a level"):
            yearly(store, "baseline", "debt_pemda")
        with pytest.raises(UserError, match="no indicator nothing"):
            yearly(store, "baseline", "nothing")


def test_need_is_the_quantile_of_bill_and_debt_less_what_others_pay(tmp_path: Path) -> None:
    bills = [float(number) for number in range(1, 101)]
    with made(tmp_path / "run", {"baseline": bills}, debt=True, others_pay={"2024": 30}) as store:
        found = need(store, "baseline", 2024, 0.8)
        # 80 of 100 replicates have a monthly bill of 80 or less; debt of 50 at the end of 2023 is carried in
        assert found.amount == 80 * 12 + 50 - 30
        assert found.median == 50 * 12 + 50 - 30
        assert (found.interval_low, found.interval_high) == (10 * 12 + 20, 90 * 12 + 20)
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.amount < found.high
        assert (found.months_covered, found.replicates) == (12, 100)
        assert need(store, "baseline", 2023, None).debt_carried_in == 0


def test_need_refuses_a_certainty_below_100_replicates_but_gives_the_middle(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": [float(number) for number in range(99)]}, 99) as store:
        with pytest.raises(UserError, match="a certainty needs 100 replicates; this run has 99"):
            need(store, "baseline", 2024, 0.8)
        found = need(store, "baseline", 2024, None)
        assert (found.amount, found.median) == (None, 49 * 12)


def test_need_never_comes_from_a_binding_line(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"bounded": [1.0] * 100}) as store:
        with pytest.raises(UserError, match="the line of scenario bounded binds"):
            need(store, "bounded", 2024, 0.8)
        with pytest.raises(UserError, match="binds"):
            need(store, "bounded", 2024, None)


def test_need_of_a_year_outside_the_run(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": [1.0]}) as store, pytest.raises(UserError, match="2031"):
        need(store, "baseline", 2031, None)


def test_exhaustion_counts_first_months(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"bounded": [1.0] * 6}) as store:
        before, after = exhaustion(store, "bounded")
        assert (before.year, before.months, before.never) == (2023, {}, 6)
        # odd replicates 1, 3, 5 run dry from index 10, 9, 11: September, August, October 2024
        assert after.months == {"2024-08": 1, "2024-09": 1, "2024-10": 1}
        assert after.never == 3
        assert after.first.tolist() == [-1, 10, -1, 9, -1, 11]


def keep(store: RunStore, name: str, replicate: int, columns: dict[str, list[float]]) -> None:
    """Stores one unit of 14 months with the given district columns, all else zero."""
    district = np.zeros((len(MONTHS), len(CATALOGUE["district"])))
    for key, values in columns.items():
        district[:, COLUMN[key]] = values
    store.save(name, replicate, told(district), 0.0)


def told(district: np.ndarray) -> Results:
    """Results with the given district table, all others zero."""
    places = {"facility": 1, "segment": len(SEGMENTS), "hospital": 1}
    zeros = {level: np.zeros((len(MONTHS), count, len(CATALOGUE[level]))) for level, count in places.items()}
    return Results(MONTHS, ("A",), ("H",), district, **zeros)


def test_a_year_without_a_line_is_not_one_in_which_the_line_lasted(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"bounded": []}) as store:
        for replicate in range(2):
            keep(store, "bounded", replicate, {"line": [np.nan] * 2 + [700.0] * 12})  # none in the two months of 2023
        before, after = exhaustion(store, "bounded")
        assert (before.year, before.has_line, before.months) == (2023, False, {})
        assert (after.year, after.has_line, after.never) == (2024, True, 2)


def test_switching_off_is_the_month_in_which_money_ran_out_though_bills_are_paid_until_later(tmp_path: Path) -> None:
    """Switched off in June 2024 (index 7), the small bill that is left lacks budget only in October (11), or never."""
    off = [float(500 * (at == 7)) for at in range(14)]
    with made(tmp_path / "run", {"bounded": []}) as store:
        keep(store, "bounded", 0, {"dropped": off, "unfunded": [float(at == 11) for at in range(14)]})
        keep(store, "bounded", 1, {"dropped": off})
        keep(store, "bounded", 2, {"unfunded": [float(at == 11) for at in range(14)]})
        found = exhaustion(store, "bounded")[1]
        assert found.first.tolist() == [7, 7, 11]
        assert (found.months, found.never) == ({"2024-06": 2, "2024-10": 1}, 0)


def test_status_is_held_in_a_year_when_no_month_lacks_it(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": []}) as store:
        for replicate, lost in enumerate((None, 1, 7)):  # never lost; lost in December 2023; in June 2024
            keep(store, "baseline", replicate, {"status_uhc": [float(at != lost) for at in range(14)]})
        held = held_status(store, "baseline")
        assert held[2023].tolist() == [True, False, True]
        assert held[2024].tolist() == [True, True, False]


def test_the_own_line_is_compared_only_in_full_years(tmp_path: Path) -> None:
    bills = [float(number) for number in range(1, 101)]
    lines = {"2022": 1, "2023": 7, "2024": 900}
    with made(tmp_path / "run", {"baseline": bills}, own_lines=lines) as store:
        part, full = own_lines(store, "baseline")  # 2022 is not among the months of the run
        assert (part.year, part.line, part.months_covered, part.need, part.gap) == (2023, 7, 2, None, None)
        # 80 of 100 replicates have a monthly bill of 80 or less: 960 a year, 60 more than the line
        assert (full.year, full.line, full.gap) == (2024, 900, 900 - 960)
        assert own_lines(store, "baseline", None)[1].gap == 900 - 50 * 12  # without a certainty: the median
    with made(tmp_path / "none", {"baseline": bills}) as store:
        assert own_lines(store, "baseline") == []


def test_the_manifest_holds_the_lines_that_the_district_pays_itself(tmp_path: Path) -> None:
    from districts.model import BudgetLine
    from districts.tiny import tiny_district
    from scenarios.plan import RunPlan, manifest_of, prepare_loaded
    from sim.rules import load_rules

    def line(year: int, amount: int, **more: Any) -> BudgetLine:
        return BudgetLine(year=year, account="5.1.02.02.02.0003", amount=amount, source="made up", confidence="assumed",
                          **more)  # fmt: skip

    rows = (line(2025, 30), line(2024, 5), line(2024, 7), line(2024, 100, withheld=True),
            line(2024, 1000, fund="province"), line(2026, 9, fund="third_party"))  # fmt: skip
    district = tiny_district(300, facilities=1, month="2023-12").model_copy(update={"budget": rows})
    (tmp_path / "folder").mkdir()
    plan = RunPlan(str(tmp_path / "folder"), ("baseline",), months=2, replicates=1)
    manifest = manifest_of(prepare_loaded(plan, district, load_rules()))
    assert manifest["own_lines"] == {"2024": 12, "2025": 30}
    assert manifest["others_pay"] == {"2024": 1100, "2026": 9}


def test_differences_are_paired_not_pooled(tmp_path: Path) -> None:
    luck = np.random.default_rng(3).normal(1000, 300, 40).round()
    with made(tmp_path / "run", {"baseline": list(luck), "other": list(luck + 7)}, 40) as store:
        found = {(one.indicator, one.period): one for one in paired(store, "other")}
        bill = found["bill_jkn", "2024"]
        assert (bill.median, bill.low, bill.high, bill.equal) == (84, 84, 84, False)
        assert bill.months == 12
        active = found["active_share", "2024-12"]
        assert (active.median, active.low, active.high, active.equal) == (0, 0, 0, True)
        flows = sum(not indicator.stock for indicator in CATALOGUE["district"])
        assert len(found) == 2 * flows + (len(CATALOGUE["district"]) - flows) + 2


def test_a_line_that_only_one_of_two_has_makes_no_difference(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": [1.0] * 3, "same": [1.0] * 3}, 3) as store:
        bounded = Results.from_bytes(store.results("same", 0).to_bytes())
        bounded.district[:, COLUMN["line"]] = np.nan
        store.update(scenarios=[*store.manifest["scenarios"], {"name": "free", "line_rule": "unbounded"}])
        store.save("free", 0, bounded, 0.0)
        assert "line" not in {one.indicator for one in paired(store, "free", "same")}
        assert all(one.equal for one in paired(store, "free", "free"))
        assert "line" in {one.indicator for one in paired(store, "free", "free")}


def test_scenarios_without_a_common_replicate(tmp_path: Path) -> None:
    with made(tmp_path / "run", {"baseline": [1.0], "other": []}) as store, pytest.raises(UserError, match="share no"):
        paired(store, "other")
