"""The puskesmas against the minimum staff of Permenkes 43/2019, annex."""

from __future__ import annotations

from typing import Any

import pytest

from districts.model import Facility
from sim.facilities.staffing_gap import CADRES, Posts, pay_month, posts_of, staffing_gap
from sim.rules import RuleDateError, load_rules

#: Pay of one post in a month for which the rupiah below are computed by hand.
PAY = {"doctors": 8_000_000, "dentists": 7_000_000, "nurses": 3_000_000, "midwives": 3_100_000,
       "health_promotion": 3_200_000, "environmental_health": 3_300_000, "nutritionists": 3_400_000,
       "pharmacy": 4_000_000, "laboratory": 3_500_000}  # fmt: skip
RULES = load_rules().but({f"staff.pay_month.{CADRES[column]}": amount for column, amount in PAY.items()})

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
    exact = puskesmas(inpatient)
    assert staffing_gap([exact], RULES, "2026-01") == (1, 0, {}, 0, 0)
    for column in CADRES:
        less = puskesmas(inpatient, **{column: getattr(exact, column) - 1})
        assert staffing_gap([less, exact], RULES, "2026-01") == (2, 1, {column: 1}, 0, 12 * PAY[column])


def test_missing_posts_add_up_and_a_surplus_elsewhere_does_not_fill_them() -> None:
    rows = [puskesmas(False, nurses=2, midwives=0), puskesmas(True, nurses=6), puskesmas(False, nurses=30)]
    rupiah = 180_000_000 + 148_800_000  # 5 nurses x 12 x 3.0 million, 4 midwives x 12 x 3.1 million
    assert staffing_gap(rows, RULES, "2023-10") == (3, 2, {"nurses": 5, "midwives": 4}, 0, rupiah)


def test_each_puskesmas_is_told_in_people_and_rupiah_a_year() -> None:
    """With beds 2 doctors, 8 nurses and one pharmacist are the least: here one, an unknown number and none."""
    found = posts_of(puskesmas(True, doctors=1, nurses=3, pharmacy=0, assumed_fields=("nurses",)), RULES, "2026-01")
    assert list(found) == list(CADRES)
    assert found["doctors"] == Posts(1, 2, 1, 96_000_000)
    assert found["pharmacy"] == Posts(0, 1, 1, 48_000_000)
    assert found["nurses"] == Posts(None, 8, 0, 0)
    assert found["midwives"] == Posts(7, 7, 0, 0)


def test_every_cadre_has_a_dated_pay_that_is_labelled_assumed() -> None:
    rules = load_rules()
    for column, cadre in CADRES.items():
        entry = rules.entry(f"staff.pay_month.{cadre}", "2023-10")
        assert (entry.unit, entry.confidence) == ("IDR/month", "assumed")
        assert pay_month(rules, "2023-10", column) == entry.value > 2_000_000


def test_what_is_only_assumed_is_unknown_and_not_missing() -> None:
    part = puskesmas(False, doctors=0, nurses=0, assumed_fields=("doctors", "nurses"))
    assert staffing_gap([part], RULES, "2026-01") == (1, 0, {}, 2, 0)
    whole = puskesmas(False, doctors=0, confidence="assumed")
    assert staffing_gap([whole], RULES, "2026-01") == (1, 0, {}, 9, 0)


def test_other_facilities_have_no_minimum() -> None:
    practice = puskesmas(False, type="dpm", nurses=0)
    assert staffing_gap([practice], RULES, "2026-01") == (0, 0, {}, 0, 0)
    assert posts_of(practice, RULES, "2026-01") == {}


def test_no_table_holds_before_the_rule() -> None:
    with pytest.raises(RuleDateError):
        staffing_gap([puskesmas(False)], RULES, "2016-05")
