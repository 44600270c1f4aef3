"""Heads that the Pemda takes over after a cut of PBI-JK are reckoned, not simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.backtesting.announced import BILL, BILLED, Report, addition, list_known, reckoned, taken_over, without
from calibration.backtesting.origins import Start, announced_of, future_of, members
from calibration.backtesting.series import series_of
from calibration.history.observed import Observed
from calibration.posterior.calibrate import CalibrationPlan, Ready, prepare_loaded
from calibration.posterior.forecast import one, together
from districts.model import HistoryRow
from districts.tiny import tiny_district
from scenarios.levers import LEVERS
from scenarios.months import later, span
from scenarios.reading import Placed
from scenarios.scenario import Scenario
from sim.policy import Policy, RuleChange, baseline_policy
from sim.rules import load_rules

RULES = load_rules()
#: Premium and aid of a head, rupiah a month: 35,000 (Perpres 64/2020) and 2,800 (PMK 78/2020).
HEAD = 37_800
LEAD, MONTHS = 12, 18
LIST = Report(1000.0)


def cut(at: int, share: float, takeover: float, base: Policy | None = None) -> Policy:
    """A policy of MONTHS months with a cut in month ``at`` (0 the first)."""
    policy = base or baseline_policy(MONTHS, 3)
    shares, takeovers = policy.pbi_cut.copy(), policy.pbi_cut_takeover.copy()
    shares[at], takeovers[at] = share, takeover
    return policy.but(pbi_cut=shares, pbi_cut_takeover=takeovers)


def test_heads_are_the_share_of_the_list_and_the_part_taken_over() -> None:
    # by hand: a fifth of 1,000 is cut in the third month ahead, half of them are taken over and billed a month later
    policy = cut(LEAD + 2, 0.2, 0.5)
    assert taken_over(policy, LEAD, LIST).tolist() == [0, 0, 0, 100, 100, 100]
    at_once = policy.but(agreement=np.ones(MONTHS, np.bool_))
    assert taken_over(at_once, LEAD, LIST).tolist() == [0, 0, 100, 100, 100, 100]
    # the next cut is of the 800 that are left: a quarter of a tenth of them in the last month but one
    assert taken_over(cut(LEAD + 4, 0.1, 0.25, at_once), LEAD, LIST).tolist() == [0, 0, 100, 100, 120, 120]


def test_every_cut_since_the_report_shortens_the_list() -> None:
    # by hand: of 1,000 a fifth is cut and nobody takes them over, then a fifth of the 800 left, half of which is
    at_once = baseline_policy(MONTHS, 3).but(agreement=np.ones(MONTHS, np.bool_))
    both = cut(LEAD + 3, 0.2, 0.5, cut(LEAD + 1, 0.2, 0.0, at_once))
    assert taken_over(both, LEAD, LIST).tolist() == [0, 0, 0, 80, 80, 80]
    # the same where the first was after the last report and before the origin, and no cut where the report knows it
    before = cut(LEAD + 3, 0.2, 0.5, cut(LEAD - 1, 0.2, 0.5, at_once))
    assert taken_over(before, LEAD, Report(1000.0, 1)).tolist() == [0, 0, 0, 80, 80, 80]
    assert taken_over(before, LEAD, LIST).tolist() == [0, 0, 0, 100, 100, 100]


def test_a_cut_in_the_last_month_is_billed_after_it() -> None:
    assert taken_over(cut(MONTHS - 1, 0.2, 0.5), LEAD, LIST).tolist() == [0.0] * 6


def test_what_is_known_or_taken_over_by_nobody_is_simulated() -> None:
    for policy in (cut(LEAD - 1, 0.2, 0.5), cut(LEAD + 1, 0.2, 0.0), cut(LEAD + 1, 0.2, 0.5).but(line_rule="amounts")):
        assert not reckoned(policy, LEAD).any()
        assert np.array_equal(without(policy, LEAD).pbi_cut, policy.pbi_cut)
        assert not taken_over(policy, LEAD, LIST).any()
    both = cut(LEAD + 1, 0.3, 0.5, cut(LEAD - 1, 0.2, 0.5))
    assert without(both, LEAD).pbi_cut[LEAD - 1 : LEAD + 2].tolist() == [0.2, 0.0, 0.0]


def test_a_head_costs_what_the_rules_say_then() -> None:
    policy = cut(LEAD, 0.2, 0.5).but(agreement=np.ones(MONTHS, np.bool_))
    assert addition(BILLED, policy, RULES, LEAD, "2025-06", LIST).tolist() == [100.0] * 6
    assert addition(BILL, policy, RULES, LEAD, "2025-06", LIST).tolist() == [100.0 * HEAD] * 6
    dearer = policy.but(rule_changes=(RuleChange("premium.pbpu_pemda.premium", "2025-09", 50_000),))
    told = addition(BILL, dearer, RULES, LEAD, "2025-06", LIST)
    assert told.tolist() == [100.0 * HEAD] * 2 + [100.0 * 52_800] * 4
    perhaps = policy.but(rule_changes=(RuleChange("premium.pbpu_pemda.premium", "2025-09", 50_000, 0.5),))
    assert addition(BILL, perhaps, RULES, LEAD, "2025-06", LIST).tolist() == [100.0 * HEAD] * 6


def test_the_list_is_as_long_as_the_last_report_says() -> None:
    told = np.array([900.0, np.nan, 1000.0, np.nan, 5000.0])
    observed = Observed("2024-01", 5, {("active", "segment:pbi_jk"): told})
    assert list_known(observed, 4) == Report(1000.0, 1)
    assert list_known(observed, 3) == Report(1000.0, 0)
    assert list_known(observed, 2) == Report(900.0, 1)
    assert list_known(Observed("2024-01", 5, {("active", "segment:pbi_jk"): np.full(5, np.nan)}), 5) is None
    assert list_known(Observed("2024-01", 5, {}), 5) is None


# -- in a forecast ---------------------------------------------------------------------------------------------------


def ready_for(*levers: dict[str, object], listed: bool = True) -> Ready:
    """A made-up district with LEAD months of two figures and a past of ``levers``; the history does not matter."""
    district = tiny_district(600, 3).model_copy(update={"uhc_agreement": False})
    months = span(later(district.default_stock, 1), LEAD)
    told = {"district": ("bill_jkn", 5e6), **({"segment:pbi_jk": ("active", 400.0)} if listed else {})}
    rows = tuple(HistoryRow(month=month, indicator=key, place=place, value=value, source="s", confidence="assumed")
                 for place, (key, value) in told.items() for month in months)  # fmt: skip
    placed = tuple(Placed(LEVERS[str(lever["kind"])].model_validate(lever), "past") for lever in levers)
    title = {"id": "past", "en": "past"}
    return prepare_loaded(CalibrationPlan(district.name), district.model_copy(update={"history": rows}), RULES,
                          Scenario("past", title, title, placed, ("past",)))  # fmt: skip


KEYS = (("active", "district"), ("billed", "district"), ("bill_jkn", "district"))


def started(ready: Ready) -> Start:
    return Start(ready.setting.district.stock(), LEAD, False)


def test_the_bill_is_simulated_without_the_cut_and_all_else_with_it() -> None:
    month = later(tiny_district().default_stock, LEAD + 2)
    told = ready_for({"kind": "pbi_cut", "month": month, "share": 0.5, "takeover": 0.5})
    plain, future = (future_of(ready, started(ready), LEAD, 4, None, KEYS) for ready in (ready_for(), told))  # type: ignore[arg-type]
    nobody, simulated = one(plain, 0), one(future, 0)
    assert np.array_equal(simulated[1:], nobody[1:])  # heads billed and the bill: as if nothing was cut
    assert np.array_equal(simulated[0, : LEAD + 1], nobody[0, : LEAD + 1])
    assert simulated[0, LEAD + 1] < 0.9 * nobody[0, LEAD + 1]  # active members: half of PBI-JK is gone
    added = announced_of(told, future, started(told), LEAD, range(2))
    assert added[BILLED].tolist() == [[0, 0, 100, 100]] * 2  # half of half of the 400 reported
    assert added[BILL].tolist() == [[0, 0, 100 * HEAD, 100 * HEAD]] * 2


@pytest.mark.parametrize("listed", [True, False])
def test_without_a_takeover_or_a_list_all_is_simulated(listed: bool) -> None:
    month = later(tiny_district().default_stock, LEAD + 2)
    ready = ready_for({"kind": "pbi_cut", "month": month, "share": 0.5, "takeover": 0.0 if listed else 0.5},
                      listed=listed)  # fmt: skip
    future = future_of(ready, started(ready), LEAD, 4, None, KEYS)  # type: ignore[arg-type]
    assert future.aside is None
    assert announced_of(ready, future, started(ready), LEAD, range(2)) == {}


def test_it_is_added_after_the_forecast_was_carried_to_the_level_reported() -> None:
    ready = ready_for()
    (series,) = [one for one in series_of(ready.observed, []) if one.indicator == BILL]
    # simulated 4 million where 5 million are reported: carried to 5, to which 1 million of what was announced comes
    samples = {key: np.full((400, LEAD + 2), 4e6) for key in series.needed}
    added = {BILL: np.tile([0.0, 1e6], (400, 1))}
    found = members(series, samples, ready.observed, LEAD, started(ready), 1, 0, added)
    assert np.median(found, axis=0) == pytest.approx([5e6, 6e6], rel=0.005)
    facility = replace(series, kind="facility")
    assert np.array_equal(members(facility, samples, ready.observed, LEAD, started(ready), 1, 0, added),
                          members(facility, samples, ready.observed, LEAD, started(ready), 1, 0))  # fmt: skip


def test_futures_simulated_together_are_those_simulated_alone() -> None:
    month = later(tiny_district().default_stock, LEAD + 2)
    told = [ready_for(), *(ready_for({"kind": "pbi_cut", "month": month, "share": share, "takeover": 0.5})
                           for share in (0.2, 0.5))]  # fmt: skip
    futures = [future_of(ready, started(ready), LEAD, 4, None, KEYS) for ready in told]  # type: ignore[arg-type]
    for alone, found in zip([one(future, 1) for future in futures], together(futures, 1), strict=True):
        assert np.array_equal(alone, found)
