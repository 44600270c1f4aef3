"""Margins of different offices made to agree: exact sums, listed changes, contradictions named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.faults import InputError
from districts.model import AgeSexRow, District, HouseholdSizeRow
from districts.read import read_district, shipped_examples
from districts.tiny import tiny_district
from sim.people.margins import TOTAL, reconcile, told, whole_households

SOURCE: dict[str, Any] = {"source": "made up", "confidence": "assumed"}


def changed(district: District, **parts: Any) -> District:
    return district.model_copy(update=parts)


def with_stock(district: District, **parts: Any) -> District:
    return changed(district, stocks=(district.stock().model_copy(update=parts),))


def sizes(*shares: float) -> tuple[HouseholdSizeRow, ...]:
    return tuple(HouseholdSizeRow(size=at + 1, share=share, **SOURCE) for at, share in enumerate(shares))


def refused(district: District) -> list[str]:
    with pytest.raises(InputError) as error:
        reconcile(district, district.stock())
    return error.value.describe("en").splitlines()


@pytest.mark.parametrize("name", shipped_examples())
def test_the_margins_of_the_examples_add_up(name: str) -> None:
    district = read_district(name)
    for stock in district.stocks:
        margins = reconcile(district, stock)
        assert sum(men + women for _, _, men, women in margins.age_sex) == stock.population
        assert sum(size * count for size, count in margins.household_sizes) == stock.population
        assert sum(margins.wealth) == stock.population
        assert sum(margins.registers) == stock.registered
        scale = stock.population / sum(row.men + row.women for row in district.age_sex)
        for given_row, (low, high, men, women) in zip(district.age_sex, margins.age_sex, strict=True):
            assert (low, high) == (given_row.age_from, given_row.age_to)
            assert abs(men - scale * given_row.men) < 1
            assert abs(women - scale * given_row.women) < 1


def test_a_table_of_another_year_is_scaled_and_the_change_is_listed() -> None:
    # 309,773 persons at the end of 2024 against 298,945 in the stock: 3.5 % less, in the sum and in all 32 cells.
    district = read_district("bengkulu-utara")
    changes = reconcile(district, district.stock()).changes
    total = next(change for change in changes if (change.margin, change.row) == ("age_sex", TOTAL))
    assert (total.given, total.used) == (309_773, 298_945)
    assert total.relative == pytest.approx(-10_828 / 309_773)
    assert sum(change.margin == "age_sex" for change in changes) == 1 + 32
    assert told(changes) == [total]
    assert total.record()["label_en"] == "population by age and sex"


def test_margins_that_agree_are_left_alone() -> None:
    district = tiny_district(100_000)
    margins = reconcile(district, district.stock())
    assert margins.changes == ()
    assert margins.registers == tuple(facility.registered for facility in district.facilities)


def test_only_changes_above_one_per_cent_are_listed() -> None:
    district = tiny_district(100_000)
    for population, listed in ((101_000, False), (101_001, True)):
        found = reconcile(*(lambda d: (d, d.stock()))(with_stock(district, population=population))).changes
        assert ((("age_sex", TOTAL)) in {(change.margin, change.row) for change in found}) == listed


def test_registers_of_another_date_are_scaled_by_largest_remainder() -> None:
    district = tiny_district(3000, facilities=3)
    registers = (1000, 500, 250)  # 1,750 in all; the stock has 2,610: times 1.4914
    facilities = tuple(
        facility.model_copy(update={"registered": count})
        for facility, count in zip(district.facilities, registers, strict=True)
    )
    district = changed(district, facilities=facilities)
    margins = reconcile(district, district.stock())
    assert margins.registers == (1491, 746, 373)
    assert [(c.row, c.given, c.used) for c in told(margins.changes)] == [(TOTAL, 1750, 2610)]


@pytest.mark.parametrize(("given_rupiah", "months"), [(1, 1), (10**12, 24), (15 * 45 * 35_000, 15)])
def test_debt_lies_between_one_month_and_the_cap_of_24(given_rupiah: int, months: int) -> None:
    # 45 members of class III in arrears at Rp35,000 a month (Perpres 64/2020), at most 24 months.
    district = with_stock(tiny_district(3000), arrears_rupiah=given_rupiah)
    margins = reconcile(district, district.stock())
    assert margins.arrears_rupiah == months * 45 * 35_000
    assert bool(margins.changes) == (months != 15)


@given(st.integers(6, 5000), st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_whole_households_hold_the_population_in_proportion(population: int, shares: list[float]) -> None:
    given_shares = dict(enumerate(shares, 1))
    found = whole_households(given_shares, population)
    assert sum(size * count for size, count in found) == population
    assert all(count > 0 for _, count in found)
    households = sum(count for _, count in found)
    mean = sum(size * share for size, share in given_shares.items()) / sum(shares)
    assert population / mean - 1 - len(shares) <= households <= population / mean + 1e-9
    for size, count in found[:-2]:  # the largest size in use takes what is left: part of it is one larger
        assert abs(count - households * given_shares[size] / sum(shares)) < 1 + 1e-9


def test_largest_households_take_in_the_rest() -> None:
    # shares 1/2, 1/2 of sizes 1 and 3: mean 2, so 5 households for 11 persons: 3 of 1 and 2 of 3, 2 persons left.
    assert whole_households({1: 0.5, 3: 0.5}, 11) == ((1, 3), (4, 2))
    assert whole_households({4: 1.0}, 3) == ()


def test_more_households_than_adults_are_an_error_that_names_the_margin() -> None:
    district = changed(tiny_district(3000), household_sizes=sizes(1.0))
    (line,) = refused(district)
    # tiny: 90 + 170 per 1,000 below 15; of 170 aged 15-24 three of ten years are below 18
    assert line.startswith("tiny: household_sizes: 3000 households, but only ")
    adults = int(line.split("only ")[1].split()[0])
    assert adults == pytest.approx(3000 * (1 - 0.26 - 0.17 * 0.3), abs=5)


def test_all_contradictions_come_at_once() -> None:
    district = with_stock(tiny_district(3000), population=2000)
    rows = tuple(row.model_copy(update={"payer": "self", "klass": 3}) for row in district.stock().segments)
    district = changed(
        with_stock(district, segments=rows),
        age_sex=(AgeSexRow(age_from=0, men=0, women=0, **SOURCE),),
        household_sizes=sizes(0.0, 0.0),
        facilities=tuple(facility.model_copy(update={"registered": 0}) for facility in district.facilities),
        wealth_shares=(0.0, 0.0, 0.0, 0.0, 0.0),
    )
    lines = refused(district)
    assert [line.split(": ")[1] for line in lines] == [
        "segments", "age_sex", "household_sizes", "facilities.registered", "wealth_shares"
    ]  # fmt: skip


def test_sizes_that_cannot_hold_the_population_and_debt_of_nobody() -> None:
    district = tiny_district(3000)
    rows = tuple(
        row.model_copy(update={"arrears": 0, "lapsed": row.arrears + row.lapsed}) for row in district.stock().segments
    )
    assert "rupiah owed, but nobody in arrears" in refused(with_stock(district, segments=rows))[0]
    lone = with_stock(district, population=5, segments=(), arrears_rupiah=None)
    lone = changed(lone, household_sizes=(HouseholdSizeRow(size=6, share=1.0, **SOURCE),))
    assert "household_sizes: no household of these sizes fits 5 persons" in refused(lone)[0]


def test_register_errors_explain_a_small_surplus_only() -> None:
    heads = {"pbi_jk": 2000, "pbpu_pemda": 500, "ppu": 400, "pbpu": 150, "bp": 20}
    district = tiny_district(3000, segments=heads)  # 3,070 registered: 102 %
    assert np.sum(reconcile(district, district.stock()).registers) == 3070
    (line,) = refused(tiny_district(3000, segments={"pbi_jk": 100, "pbpu": 3500}))
    assert line.startswith("tiny: segments: 3600 registered, of whom 90 may be dead or moved, in a population of 3000")
