"""What a run keeps of the months before it: worked out by hand from a small history."""

from __future__ import annotations

import numpy as np
import pytest

from districts.model import District, HistoryRow
from districts.tiny import tiny_district
from reports.past import Past
from scenarios.past import MONTHS, past_of
from sim.kbk import scheme
from sim.kbk_bands import Counts
from sim.rules import load_rules

RULES = load_rules()
COUNTS = {"contacts": 160, "capitated": 1000, "referrals_nonspecialist": 1, "referrals": 100, "dm_controlled": 3,
          "dm_diagnosed": 50, "ht_controlled": 6, "ht_diagnosed": 100}  # fmt: skip


def row(month: str, indicator: str, value: float, place: str = "district") -> HistoryRow:
    return HistoryRow(month=month, indicator=indicator, place=place, value=value, source="hand", confidence="high")


def district(*rows: HistoryRow) -> District:
    found = tiny_district(2000, 2)
    stock = found.stock().model_copy(update={"month": "2025-12", "population": 2000})
    return found.model_copy(update={"history": rows, "stocks": (stock,)})


def test_months_begin_and_end_with_what_is_known_and_the_stock_is_one_of_them() -> None:
    made = district(row("2025-09", "active", 1400), row("2025-11", "active", 1500), row("2026-01", "active", 9),
                    row("2020-01", "active", 8), row("2025-10", "population", 1990))  # fmt: skip
    found = past_of(made, RULES, "2026-01")
    (stock,) = made.stocks
    assert found["months"] == ["2025-09", "2025-10", "2025-11", "2025-12"]
    assert found["district"]["active"] == [1400, None, 1500, stock.active]
    assert found["district"]["registered"] == [None, None, None, stock.registered]
    assert found["district"]["population"] == [None, 1990, 1990, 2000]
    assert found["share_permille"] == {}


def test_a_year_is_no_month_and_nothing_known_is_nothing() -> None:
    made = district(row("2025", "active", 1400))
    assert past_of(made, RULES, "2025-12")["months"] == []
    assert past_of(made, RULES, "2026-01")["months"] == ["2025-12"]


def test_at_most_two_years_are_kept() -> None:
    rows = [row(f"{year}-{month:02}", "active", year) for year in (2022, 2023, 2024, 2025) for month in range(1, 13)]
    found = past_of(district(*rows), RULES, "2026-01")
    assert len(found["months"]) == MONTHS
    assert found["months"][0] == "2024-01"


def test_a_share_is_given_or_paid_or_earned_the_month_before() -> None:
    made = district()
    first, second = (facility.code for facility in made.facilities)
    rows = [row("2025-09", key, value, first) for key, value in COUNTS.items()]
    rows += [row("2025-11", "capitation_full", 2e8, first), row("2025-11", "capitation_paid", 1.8e8, first)]
    rows += [row("2025-12", "share_permille", 950, first), row("2025-12", "capitation_full", 1e8, second)]
    found = past_of(district(*rows), RULES, "2026-01")
    names = [facility.name for facility in made.facilities]
    counts = {"members": COUNTS["capitated"], **COUNTS}
    earned = scheme(RULES, "2025-09").evaluate_counts(
        Counts(*(counts[key] for key in ("contacts", "members", "referrals_nonspecialist", "referrals",
                                         "dm_controlled", "dm_diagnosed", "ht_controlled", "ht_diagnosed"))),
        "puskesmas",
    )  # fmt: skip
    assert earned.share_permille == 1000  # 160 ‰ ≥ 150, 1 % ≤ 2, (6 + 6) / 2 = 6 % ≥ 5: the best rating three times
    assert found["share_permille"] == {names[0]: [None, 1000, 900, 950]}
    assert found["months"] == ["2025-09", "2025-10", "2025-11", "2025-12"]
    assert found["ratings"] == {names[0]: [[4, 4, 4], None, None, None]}


@pytest.mark.parametrize("months", [1, 3])
def test_a_report_reads_the_past_by_place(months: int) -> None:
    kept = {"months": ["2025-10", "2025-11", "2025-12"], "share_permille": {"A": [900, None, None]},
            "ratings": {"A": [None, [4, 1, 2], None]},
            "district": {"active": [5, None, 7], "population": [10, 10, 14]}}  # fmt: skip
    past = Past(kept, "2026-01")
    assert past.positions.tolist() == [-3, -2, -1]
    assert np.array_equal(past.active_share(), [0.5, np.nan, 0.5], equal_nan=True)
    assert past.share("A")[0] == 90
    assert np.isnan(past.share("B")).all()
    assert past.ratings("A") == [None, (4, 1, 2), None]
    assert past.ratings("B") == [None, None, None]
    assert past.months[past.last(months, past.district("active"))] == tuple(kept["months"][-months:])
    assert past.months[past.last(2, past.share("A"))] == ("2025-10",)
    assert Past({}, "2026-01").last(3) == slice(0, 0)
    assert Past({}, "2026-01").months == ()
