"""The closed-form UHC budget against the published table, by hand and by brute force."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.faults import UserError
from sim.uhc_budget import READINGS, budget_table, heads_needed, reading_table

TABLE = Path(__file__).parent / "data" / "uhc_budget_table1.csv"


def published() -> list[tuple[int, int, int]]:
    """(start month, additional, total) of the published Tabel 1."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [
        (int(row["start_month"]), int(row["additional_rupiah"]), int(row["total_rupiah"]))
        for row in csv.DictReader(lines)
    ]


def test_the_published_table_to_the_rupiah() -> None:
    """All fourteen figures of Tabel 1, June to December 2023."""
    rows = budget_table(28795, 37800, 3_700_000_000)
    assert [(row.start_month, row.additional, row.total) for row in rows[5:]] == published()
    assert len(published()) == 7


def test_a_full_year_starts_in_january() -> None:
    rows = budget_table(28795, 37800)
    assert (rows[0].start_month, rows[0].months, rows[0].additional) == (1, 12, 28795 * 37800 * 12)
    assert [row.months for row in rows] == list(range(12, 0, -1))


@pytest.mark.parametrize("numbers", [(-1, 37800, 0), (1, -37800, 0), (1, 37800, -5)])
def test_negative_numbers_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(UserError, match="zero or more"):
        budget_table(*numbers)


def test_heads_by_hand() -> None:
    """1,000 residents, 950 registered, 700 active, bars 98 % and 80 %: 30 and 100 are missing; the active bar binds.

    30 must come from the never registered; the other 70 may come from the 250 inactive.
    """
    found = heads_needed(1000, 950, 700, Fraction(98, 100), Fraction(80, 100))
    assert (found.for_registered, found.for_active, found.total, found.binding) == (30, 100, 100, "active")
    assert (found.from_never, found.from_inactive, found.beyond_residents) == (30, 70, 0)


def test_the_registered_bar_can_bind() -> None:
    """The 80 never registered who are missing to 98 % raise the active share too."""
    found = heads_needed(1000, 900, 780, Fraction(98, 100), Fraction(80, 100))
    assert (found.total, found.binding, found.from_never, found.from_inactive) == (80, "registered", 80, 0)


def test_a_bar_is_met_at_exactly_its_share() -> None:
    met = heads_needed(1000, 980, 800, Fraction(98, 100), Fraction(80, 100))
    assert (met.total, met.binding) == (0, "none")
    short = heads_needed(1001, 980, 800, Fraction(98, 100), Fraction(80, 100))
    assert (short.for_registered, short.for_active) == (1, 1)  # 980.98 and 800.8


def test_more_registered_than_residents_leaves_only_the_inactive() -> None:
    found = heads_needed(1000, 1006, 700, Fraction(98, 100), Fraction(80, 100), inactive=60)
    assert (found.from_never, found.from_inactive, found.beyond_residents) == (0, 60, 40)


@given(st.integers(1, 60), st.data())
@settings(max_examples=300, deadline=None)
def test_fewest_heads_by_brute_force(population: int, data: st.DataObject) -> None:
    """Try every mix of never registered and inactive; the smallest mix that meets both bars has ``total`` heads."""
    registered = data.draw(st.integers(0, population))
    active = data.draw(st.integers(0, registered))
    inactive = data.draw(st.integers(0, registered - active))
    bars = Fraction(data.draw(st.integers(1, 100)), 100), Fraction(data.draw(st.integers(1, 100)), 100)
    found = heads_needed(population, registered, active, *bars, inactive)
    mixes = [
        (never + back, never, back)
        for never in range(population - registered + 1)
        for back in range(inactive + 1)
        if registered + never >= bars[0] * population and active + never + back >= bars[1] * population
    ]
    if found.beyond_residents:
        assert not mixes
    else:
        fewest = min(total for total, _, _ in mixes)
        assert found.total == fewest == found.from_never + found.from_inactive
        assert found.from_inactive == max(back for total, _, back in mixes if total == fewest)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((0, 0, 0, Fraction(1), Fraction(1)), "population must be above zero"),
        ((100, 50, 60, Fraction(1), Fraction(1)), "60 active members are more than the 50 registered"),
        ((100, 90, 60, Fraction(1), Fraction(1), 31), "31 lapsed and in arrears do not fit into 30"),
        ((100, 90, 60, Fraction(98), Fraction(80)), "a bar of 98"),
    ],
)
def test_contradictions_are_refused(arguments: tuple[object, ...], told: str) -> None:
    with pytest.raises(UserError, match=told):
        heads_needed(*arguments)  # type: ignore[arg-type]


def test_both_readings_of_2023_add_up_to_the_published_sum() -> None:
    """Rp3.7 billion and two months of 28,795 heads: 5,876,902,000 either way, over twelve months or seven."""
    tables = {name: reading_table(name, 3_700_000_000, 28_795, 11, 37_800) for name in READINGS}
    assert {sum(row.rupiah for row in table) for table in tables.values()} == {5_876_902_000}
    effective = {name: sum(row.rupiah > 0 for row in table) for name, table in tables.items()}
    assert effective == {"full_year": 12, "january_to_may": 7}
    assert {row.existing_heads for row in tables["full_year"]} == {8_157}
    assert [row.existing_heads for row in tables["january_to_may"]] == [19_577] * 5 + [0] * 7
    assert tables["january_to_may"][9].rupiah == 0
    assert tables["january_to_may"][10].rupiah == 1_088_451_000


@given(
    st.sampled_from(list(READINGS)),
    st.integers(0, 10**11),
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.integers(1, 10**5),
)
def test_a_reading_loses_no_rupiah(reading: str, existing: int, members: int, start: int, share: int) -> None:
    table = reading_table(reading, existing, members, start, share)
    assert sum(row.rupiah for row in table) == existing + members * share * (13 - start)
    assert all(row.rupiah >= 0 for row in table)


@pytest.mark.parametrize(
    "arguments",
    [
        ("half", 1, 1, 1, 1),
        ("full_year", 1, 1, 0, 1),
        ("full_year", 1, 1, 13, 1),
        ("full_year", -1, 1, 1, 1),
        ("full_year", 1, 1, 1, 0),
    ],
)
def test_readings_refuse_what_makes_no_sense(arguments: tuple[str, int, int, int, int]) -> None:
    with pytest.raises(UserError):
        reading_table(*arguments)
