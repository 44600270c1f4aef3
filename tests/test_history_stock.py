"""The stock at the end of a month from the segments of a history: by hand, and for any figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.history import stock_from_history
from districts.history_stock import _within, nearest_stock
from districts.model import District, HistoryRow, Stock
from districts.read import read_district, shipped_examples
from districts.tiny import tiny_district
from sim.people.margins import reconcile

SEGMENTS = ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")
HERE = Path(__file__).parent

#: Registered and active at the end of 2024-03 by segment.
MARCH = {"pbi_jk": (1400, 1300), "pbpu_pemda": (500, 480), "ppu": (400, 380), "pbpu": (470, 400), "bp": (30, 30)}


def row(indicator: str, place: str, value: float, month: str = "2024-03") -> HistoryRow:
    """One figure of a history."""
    return HistoryRow(month=month, indicator=indicator, place=place, value=value, source="BPJS", confidence="high")


def march(heads: dict[str, tuple[int, int]] | None = None, month: str = "2024-03") -> list[HistoryRow]:
    """Registered and active members of every segment."""
    rows = []
    for name, (registered, active) in (heads or MARCH).items():
        rows.append(row("registered", f"segment:{name}", registered, month))
        rows.append(row("active", f"segment:{name}", active, month))
    return rows


def rebuilt(*rows: HistoryRow, base: District | None = None, month: str = "2024-03") -> Stock | None:
    """The stock that a district with this history has."""
    district = (base or tiny_district()).model_copy(update={"history": rows})
    return stock_from_history(district, month)


def by_segment(stock: Stock, key: str) -> dict[str, int]:
    """Heads of each segment."""
    return {name: sum(getattr(line, key) for line in stock.segments if line.segment == name) for name in SEGMENTS}


def test_by_hand() -> None:
    stock = rebuilt(*march(), row("population", "district", 3100, "2024-01"))
    assert stock is not None
    assert (stock.month, stock.population, stock.population_source) == ("2024-03", 3100, "BPJS")
    assert (stock.registered, stock.active) == (2800, 2590)
    # In the tiny district all inactive PBPU are in arrears, a tenth of BP lapsed, nobody else owes.
    assert by_segment(stock, "arrears") == {"pbi_jk": 0, "pbpu_pemda": 0, "ppu": 0, "pbpu": 70, "bp": 0}
    assert by_segment(stock, "lapsed") == {"pbi_jk": 100, "pbpu_pemda": 20, "ppu": 20, "pbpu": 0, "bp": 0}
    # 45 in arrears owed 45 x 420,000 rupiah; 70 owe 70 x 420,000.
    assert stock.arrears_rupiah == 70 * 420_000
    assert {(line.source, line.confidence) for line in stock.segments} == {("BPJS", "high")}


def test_what_the_history_says_of_arrears_goes_first() -> None:
    said = rebuilt(*march(), row("arrears", "segment:pbpu", 60), row("arrears_rupiah", "district", 10**7))
    assert said is not None
    assert (by_segment(said, "arrears")["pbpu"], by_segment(said, "lapsed")["pbpu"], said.arrears_rupiah) == (
        60,
        10,
        10**7,
    )
    by_lapsed = rebuilt(*march(), row("lapsed", "segment:pbpu", 15))
    assert by_lapsed is not None
    assert by_segment(by_lapsed, "arrears")["pbpu"] == 55
    of_district = rebuilt(*march(), row("arrears", "district", 50))
    assert of_district is not None
    assert by_segment(of_district, "arrears") == {"pbi_jk": 0, "pbpu_pemda": 0, "ppu": 0, "pbpu": 50, "bp": 0}
    classes = [row("arrears_rupiah", f"class:{number}", number * 10**6) for number in (1, 2, 3)]
    in_classes = rebuilt(*march(), *classes)
    assert in_classes is not None
    assert in_classes.arrears_rupiah == 6 * 10**6
    nobody = rebuilt(*march(), row("arrears", "segment:pbpu", 0))
    assert nobody is not None
    assert nobody.arrears_rupiah == 0


def test_a_year_stands_for_its_december() -> None:
    stock = rebuilt(*march(month="2023"), month="2023-12")
    assert stock is not None
    assert stock.registered == 2800
    assert rebuilt(*march(month="2023"), month="2023-11") is None
    mixed = rebuilt(*march(month="2023"), row("registered", "segment:bp", 40, "2023-12"), month="2023-12")
    assert mixed is not None
    assert by_segment(mixed, "registered")["bp"] == 40


@pytest.mark.parametrize("gone", range(10))
def test_a_segment_that_is_missing_gives_no_stock(gone: int) -> None:
    rows = march()
    del rows[gone]
    assert rebuilt(*rows) is None


def test_more_active_than_registered_gives_no_stock() -> None:
    assert rebuilt(*march(MARCH | {"bp": (30, 31)})) is None


def test_a_segment_that_the_stock_has_not_is_added() -> None:
    base = tiny_district(segments={"pbi_jk": 1000, "pbpu": 500})
    stock = rebuilt(*march(), base=base)
    assert stock is not None
    assert by_segment(stock, "registered") == {name: heads for name, (heads, _) in MARCH.items()}
    assert {(line.segment, line.payer, line.klass) for line in stock.segments} >= {
        ("pbpu_pemda", "district", 0),
        ("bp", "self", 3),
    }


def test_the_population_is_the_latest_by_then() -> None:
    later = row("population", "district", 3300, "2024-05")
    earlier = row("population", "district", 2900, "2023")
    unknown = rebuilt(*march(), later)
    known = rebuilt(*march(), later, earlier)
    assert unknown is not None
    assert known is not None
    assert (unknown.population, known.population) == (3000, 2900)
    # The stock of 2023-10 is younger than a figure of 2021.
    older = rebuilt(*march(), row("population", "district", 2800, "2021-06"))
    assert older is not None
    assert older.population == 3000
    before = rebuilt(*march(month="2023-05"), row("population", "district", 2800, "2021-06"), month="2023-05")
    assert before is not None
    assert before.population == 2800


def test_the_nearest_stock_is_the_last_one_before() -> None:
    district = read_district("bengkulu-utara")
    months = sorted(stock.month for stock in district.stocks)
    assert months == ["2022-05", "2023-10"]
    assert [nearest_stock(district, month).month for month in ("2021-01", "2022-05", "2023-09", "2024-01")] == [
        "2022-05", "2022-05", "2022-05", "2023-10",
    ]  # fmt: skip


@pytest.mark.parametrize("name", shipped_examples())
def test_the_figures_of_a_stock_give_that_stock_again(name: str) -> None:
    district = read_district(name)
    given_ = district.stock()
    rows = [
        row(key, f"segment:{segment}", by_segment(given_, key)[segment], given_.month)
        for segment in dict.fromkeys(line.segment for line in given_.segments)
        for key in ("registered", "active", "arrears", "lapsed")
    ]
    stock = stock_from_history(district.model_copy(update={"history": tuple(rows)}), given_.month)
    assert stock is not None
    heads = [
        (line.segment, line.payer, line.klass, line.registered, line.active, line.arrears) for line in stock.segments
    ]
    assert heads == [
        (line.segment, line.payer, line.klass, line.registered, line.active, line.arrears) for line in given_.segments
    ]
    assert (stock.population, stock.arrears_rupiah) == (given_.population, given_.arrears_rupiah)


@given(total=st.integers(0, 1000), most=st.lists(st.integers(0, 400), min_size=1, max_size=8), data=st.data())
def test_sharing_within_limits_adds_up(total: int, most: list[int], data: st.DataObject) -> None:
    total = min(total, sum(most))
    weights = data.draw(st.lists(st.floats(0, 1e6), min_size=len(most), max_size=len(most)))
    parts = _within(total, weights, most)
    assert sum(parts) == total
    assert all(0 <= part <= limit for part, limit in zip(parts, most, strict=True))


_heads = st.tuples(st.integers(0, 90_000), st.floats(0, 1)).map(lambda pair: (pair[0], round(pair[0] * pair[1])))


@settings(max_examples=150, deadline=None)
@given(
    heads=st.tuples(*[_heads] * 5),
    parts=st.dictionaries(
        st.tuples(st.sampled_from(SEGMENTS), st.sampled_from(["arrears", "lapsed"])), st.integers(0, 90_000)
    ),
    arrears=st.none() | st.integers(0, 300_000),
    name=st.sampled_from(shipped_examples()),
)
def test_any_stock_adds_up_exactly(
    heads: tuple[tuple[int, int], ...], parts: dict[tuple[str, str], int], arrears: int | None, name: str
) -> None:
    figures = dict(zip(SEGMENTS, heads, strict=True))
    rows = march(figures) + [row(key, f"segment:{segment}", value) for (segment, key), value in parts.items()]
    rows += [] if arrears is None else [row("arrears", "district", arrears)]
    stock = rebuilt(*rows, base=_EXAMPLES[name])
    assert stock is not None
    assert by_segment(stock, "registered") == {segment: pair[0] for segment, pair in figures.items()}
    assert by_segment(stock, "active") == {segment: pair[1] for segment, pair in figures.items()}
    for line in stock.segments:
        assert line.registered == line.active + line.arrears + line.lapsed
        assert min(line.active, line.arrears, line.lapsed) >= 0
    for segment in SEGMENTS:
        registered, active = figures[segment]
        if (segment, "arrears") in parts:
            assert by_segment(stock, "arrears")[segment] == min(parts[segment, "arrears"], registered - active)


_EXAMPLES = {name: read_district(name) for name in shipped_examples()}


def test_the_model_can_start_from_it() -> None:
    stock = rebuilt(*march(), row("population", "district", 3100))
    assert stock is not None
    # Residents by age and members by facility are scaled to it; the segments stay as they are.
    changed = {change.margin for change in reconcile(tiny_district(), stock).changes}
    assert changed <= {"age_sex", "facilities.registered"}


def test_the_intake_of_the_month_awaits_its_first_active_month() -> None:
    """As many as were taken in, but no more than are inactive (20 of the Pemda); none where they are active at once."""
    cut_off = tiny_district().model_copy(update={"uhc_agreement": False})
    for heads, awaiting in ((0, 0), (12, 12), (50, 20)):
        stock = rebuilt(*march(), row("intake", "district", heads), base=cut_off)
        assert stock is not None
        assert stock.pending == awaiting
    agreed = cut_off.model_copy(update={"uhc_agreement": True})
    for base, more in ((agreed, [row("intake", "district", 12)]), (cut_off, [])):
        stock = rebuilt(*march(), *more, base=base)
        assert stock is not None
        assert stock.pending == 0
    december = rebuilt(*march(month="2024-12"), row("intake", "district", 12, "2024"), base=cut_off, month="2024-12")
    assert december is not None
    assert december.pending == 0  # the total of the year
