"""The synthetic population meets the district's margins exactly and looks like families."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.read import read_district
from districts.tiny import tiny_district
from sim import codes
from sim.behaviour import default_behaviour
from sim.people.families import apportion, family_tree, household_sizes
from sim.people.synthesis import drawn_cells, frailty_of, synthesise
from sim.random import make_key
from tests.chance import assert_mean


def _synthesise(district, central=True, replicate=0, stock=None):  # type: ignore[no-untyped-def]
    stock = district.stock(stock)
    key = make_key(1, replicate)
    behaviour = default_behaviour()
    cells = drawn_cells(stock, behaviour, key, central=central)
    return synthesise(district, stock, cells, behaviour, key, 1, spare=10), cells


@pytest.mark.parametrize(("stock", "registered"), [("2022-05", 217_315), ("2023-10", 265_875)])
def test_the_shipped_stocks_are_met_exactly(stock: str, registered: int) -> None:
    district = read_district("bengkulu-utara")
    population, _ = _synthesise(district, stock=stock)
    people, used = population.people, population.used
    present = people.presence[:used]
    assert (present == codes.RESIDENT).sum() == district.stock(stock).population
    assert (people.status[:used] != codes.NEVER).sum() == registered
    for row in district.stock(stock).segments:
        cell = (
            (people.segment[:used] == codes.SEGMENT_CODE[row.segment])
            & (people.payer[:used] == codes.PAYER_CODE[row.payer])
            & (people.klass[:used] == row.klass)
        )
        status = people.status[:used][cell]
        assert cell.sum() == row.registered, row
        assert (status == codes.ACTIVE).sum() == row.active, row
        assert (status == codes.ARREARS).sum() == row.arrears, row
        assert (status == codes.LAPSED).sum() == row.lapsed, row
    debt = population.households.debt[people.household[:used]].astype(int)
    price = np.array([0, 150_000, 100_000, 35_000])[people.klass[:used]]
    owed = int((debt * price)[people.status[:used] == codes.ARREARS].sum())
    assert owed == pytest.approx(district.stock(stock).arrears_rupiah, rel=0.01)


def test_facility_registers_are_met_exactly() -> None:
    district = read_district("bengkulu-utara")
    population, _ = _synthesise(district)
    used = population.used
    registered = population.people.status[:used] != codes.NEVER
    found = np.bincount(population.people.facility[:used][registered], minlength=len(district.facilities))
    assert found.tolist() == [facility.registered for facility in district.facilities]


def test_the_split_of_joiners_is_varied_and_the_register_is_not() -> None:
    district = read_district("bengkulu-utara")
    stock = district.stock()
    behaviour = default_behaviour()
    pbi = []
    for replicate in range(30):
        cells = drawn_cells(stock, behaviour, make_key(1, replicate), central=False)
        assert sum(cell.active + cell.arrears + cell.lapsed for cell in cells) == stock.registered
        pbi.append(next(c.active + c.lapsed for c in cells if c.segment == codes.PBI))
    joined = next(row.joined for row in stock.segments if row.segment == "pbi_jk")
    assert np.std(pbi) > 0.03 * joined


def test_households_are_headed_by_adults_and_spouses_are_close_in_age() -> None:
    ages = ((0, 14, 130, 125), (15, 24, 85, 85), (25, 39, 115, 115), (40, 59, 120, 120), (60, 0, 50, 55))
    tree = family_tree(ages, ((1, 0.1), (2, 0.22), (3, 0.26), (4, 0.24), (5, 0.12), (6, 0.06)), 20_000, 1)
    first = np.concatenate([[0], np.cumsum(tree.size)[:-1]])
    assert (tree.age_months[first] >= 20 * 12).all()
    assert np.bincount(tree.household).tolist() == tree.size.tolist()
    pairs = [
        (i, i + 1) for i, n in zip(first, tree.size, strict=True) if n == 2 and tree.female[i] != tree.female[i + 1]
    ]
    gaps = np.array([tree.age_months[a] - tree.age_months[b] for a, b in pairs]) / 12
    assert np.median(gaps) < 8


@given(st.integers(30, 5000), st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_household_sizes_hold_the_population(population: int, shares: list[float]) -> None:
    sizes = np.arange(1, len(shares) + 1)
    found = household_sizes(sizes, np.array(shares), population)
    assert found.sum() == population
    assert found.min() >= 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_apportioning_keeps_the_total_and_stays_within_one(weights: list[float], total: int) -> None:
    found = apportion(np.array(weights), total)
    if sum(weights) > 0:
        assert found.sum() == total
        assert (np.abs(found - np.array(weights) / sum(weights) * total) <= 1 + 1e-6 * total).all()
    else:
        assert found.sum() == 0


def test_frailty_has_mean_one() -> None:
    luck = np.random.default_rng(1).random(200_000)
    assert_mean(frailty_of(luck, 0.4), 1.0, false_alarm=1e-6)


def test_more_registered_than_residents_become_register_errors() -> None:
    district = tiny_district(3000, segments={"pbi_jk": 2000, "pbpu_pemda": 500, "ppu": 400, "pbpu": 150, "bp": 20})
    population, cells = _synthesise(district)
    assert sum(cell.ghosts for cell in cells) >= 70
    used = population.used
    assert (population.people.presence[:used] == codes.RESIDENT).sum() == 3000
    assert (population.people.status[:used] != codes.NEVER).sum() == 3070
