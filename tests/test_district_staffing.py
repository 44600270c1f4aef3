"""The puskesmas against the minimum staff of Permenkes 43/2019, annex."""

from __future__ import annotations

from typing import Any

import pytest

from districts.model import Facility
from sim.facilities.staffing_gap import CADRES, staffing_gap
from sim.rules import RuleDateError, load_rules

#: Permenkes 43/2019, annex: posts of a rural puskesmas without and with beds.
WITHOUT_BEDS = {"doctors": 1, "dentists": 1, "nurses": 5, "midwives": 4, "nutritionists": 1}
WITH_BEDS = {"doctors": 2, "dentists": 1, "nurses": 8, "midwives": 7, "nutritionists": 2}
ONE_OF_EACH = {"health_promotion": 1, "environmental_health": 1, "pharmacy": 1, "laboratory": 1}


def puskesmas(inpatient: bool, **change: Any) -> Facility:
    """A rural puskesmas with exactly the posts of the law, but for ``change``."""
    posts = (WITH_BEDS if inpatient else WITHOUT_BEDS) | ONE_OF_EACH
    base: dict[str, Any] = {"code": "P", "name": "P", "registered": 1, "source": "x", "confidence": "high"}
    return Facility(**(base | {"inpatient": inpatient} | posts | change))


@pytest.mark.parametrize("inpatient", [False, True])
def test_the_posts_of_the_law_are_enough_and_one_less_is_missing(inpatient: bool) -> None:
    rules = load_rules()
    exact = puskesmas(inpatient)
    assert staffing_gap([exact], rules, "2026-01") == (1, 0, {}, 0)
    for column in CADRES:
        less = puskesmas(inpatient, **{column: getattr(exact, column) - 1})
        assert staffing_gap([less, exact], rules, "2026-01") == (2, 1, {column: 1}, 0)


def test_missing_posts_add_up_and_a_surplus_elsewhere_does_not_fill_them() -> None:
    rows = [puskesmas(False, nurses=2, midwives=0), puskesmas(True, nurses=6), puskesmas(False, nurses=30)]
    assert staffing_gap(rows, load_rules(), "2023-10") == (3, 2, {"nurses": 5, "midwives": 4}, 0)


def test_what_is_only_assumed_is_unknown_and_not_missing() -> None:
    rules = load_rules()
    part = puskesmas(False, doctors=0, nurses=0, assumed_fields=("doctors", "nurses"))
    assert staffing_gap([part], rules, "2026-01") == (1, 0, {}, 2)
    whole = puskesmas(False, doctors=0, confidence="assumed")
    assert staffing_gap([whole], rules, "2026-01") == (1, 0, {}, 9)


def test_other_facilities_have_no_minimum() -> None:
    assert staffing_gap([puskesmas(False, type="dpm", nurses=0)], load_rules(), "2026-01") == (0, 0, {}, 0)


def test_no_table_holds_before_the_rule() -> None:
    with pytest.raises(RuleDateError):
        staffing_gap([puskesmas(False)], load_rules(), "2016-05")
