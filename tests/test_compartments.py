"""The compartment world: heads are conserved, reports add up, breaks have their stated size. Expectations are closed
forms and national figures; nothing here comes from the engine."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from calibration.worlds.care import split
from calibration.worlds.compartments import (
    ARCHETYPES,
    START,
    Synthetic,
    make_district,
    starting_district,
    starting_register,
)
from calibration.worlds.example import NAME
from calibration.worlds.members import KINDS, OUTSIDE, PBI, PEMDA, Decided, advance
from calibration.worlds.rates import Flow, draw_rates, luck, spread_binomial, spread_count
from districts.history import data_faults
from districts.read import check_district, example_folder, read_district
from districts.write import write_folder
from scenarios.scenario import load_scenario
from tests.chance import assert_mean

#: Class III self-payers among the kinds.
CLASS_3 = KINDS.index("pbpu3")


@pytest.fixture(scope="module")
def plain() -> dict[str, Synthetic]:
    return {name: make_district(name, 7) for name in ARCHETYPES}


@pytest.fixture(scope="module")
def taken_in() -> dict[str, Synthetic]:
    return {name: make_district(name, 8, intake=kind.most_intake) for name, kind in ARCHETYPES.items()}


def figures(made: Synthetic) -> dict[tuple[str, str], dict[str, float]]:
    """Reported figures by month and place."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in made.history:
        assert row.indicator not in found[row.month, row.place]
        found[row.month, row.place][row.indicator] = row.value
    return found


@pytest.mark.parametrize("name", ARCHETYPES)
def test_every_flow_leaves_one_cell_and_enters_another(name: str) -> None:
    register, rates = starting_register(ARCHETYPES[name]), draw_rates(3)
    cells = register.cells.copy()
    assert cells.sum() == 0
    assert register.residents == ARCHETYPES[name].population
    for month in range(1, 37):
        cut = 0.3 if month == 20 else 0.0
        advance(register, rates, 3, month, (month - 1) % 12 + 1, Decided(40, cut, 0.4, month > 12))
        assert register.cells.sum() == 0
        assert register.cells[OUTSIDE + 1 :].min() >= 0
    for _, source, target, heads in register.ledger:
        assert source != target
        assert heads > 0
        cells[source] -= heads
        cells[target] += heads
    assert np.array_equal(cells, register.cells)


def test_an_intake_larger_than_all_who_are_left_takes_them_and_no_more() -> None:
    register = starting_register(ARCHETYPES["covered"])
    end = advance(register, draw_rates(1), 1, 1, 1, Decided(10**6, at_once=True))
    assert register.cells[OUTSIDE + 1 :].min() >= 0
    assert end.active.sum() <= register.residents + register.cells[OUTSIDE + 1 :].sum()


@pytest.mark.parametrize("kind", ["plain", "taken_in"])
@pytest.mark.parametrize("name", ARCHETYPES)
def test_reports_add_up_and_contradict_nothing(kind: str, name: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(kind)[name]
    told = figures(made)
    codes = [facility.code for facility in made.district.facilities]
    months = sorted({month for month, _ in told})
    assert len(months) == 24
    assert months[0] == "2024-01"
    assert months[-1] == "2025-12"
    for month in months:
        whole = told[month, "district"]
        segments = [told[month, f"segment:{name}"] for name in ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")]
        classes = [told[month, f"class:{number}"] for number in (1, 2, 3)]
        places = [told[month, code] for code in codes]
        for parts, key in ((segments, "registered"), (segments, "active"), (segments, "lapsed"), (places, "registered"),
                           (places, "capitated"), (classes, "arrears"), (classes, "arrears_rupiah")):  # fmt: skip
            assert sum(part[key] for part in parts) == whole[key], (month, key)
        assert whole["registered"] == whole["active"] + whole["lapsed"] + whole["arrears"]
        assert all(value >= 0 and value == int(value) for place in told.values() for value in place.values())
        assert 0 < whole["arrears_rupiah"] <= 24 * 150_000 * whole["arrears"]
        for place in places:
            if "contacts" in place:
                assert place["contacts"] <= place["capitated"]
                assert place["referrals_nonspecialist"] <= place["referrals"] <= place["sick_visits"]
                for disease in ("ht", "dm"):
                    parts = [place[f"{disease}_{part}"] for part in ("controlled", "prolanis", "diagnosed")]
                    assert parts == sorted(parts)
                    assert parts[-1] <= place["capitated"]


def test_the_bill_is_that_of_the_first_of_the_month(plain: dict[str, Synthetic]) -> None:
    """37,800 a head the Pemda pays for and 2,800 for each active class III self-payer (facts, section 1)."""
    months = plain["rural"].months
    for before, now in zip(months, months[1:], strict=False):
        assert now.bill == 37_800 * now.billed + 2_800 * int(before.active[CLASS_3])
        assert now.capitated == before.active.sum() + (now.billed - before.active[PEMDA])


def test_the_stock_at_the_end_is_what_the_last_month_reports(plain: dict[str, Synthetic]) -> None:
    for made in plain.values():
        last = figures(made)["2025-12", "district"]
        assert made.stock_at_end.month == "2025-12"
        assert made.stock_at_end.registered == last["registered"]
        assert made.stock_at_end.active == made.active[-1]
        assert made.stock_at_end.arrears_rupiah == last["arrears_rupiah"]
        assert made.stock_at_end.population == last["population"]


def test_same_arguments_same_district_other_seed_other_luck(plain: dict[str, Synthetic]) -> None:
    again, other = make_district("wage", 7), make_district("wage", 9)
    assert repr(again) == repr(plain["wage"])
    assert other.district == again.district == starting_district("wage")  # one table of simulations serves both
    assert other.history != again.history
    assert not np.array_equal(make_district("rural", 7).active, plain["remote"].active)


@pytest.mark.parametrize("name", ARCHETYPES)
def test_the_district_passes_the_check(name: str, tmp_path: Path, plain: dict[str, Synthetic]) -> None:
    made = plain[name]
    write_folder(made.district.model_copy(update={"history": made.history}), tmp_path / "made")
    district, faults = check_district(tmp_path / "made")
    assert faults == []
    assert district is not None
    assert district.stocks == made.district.stocks
    assert district.history == made.history
    assert data_faults(district) == []


@pytest.mark.parametrize("name", ARCHETYPES)
def test_a_cut_has_its_stated_size(name: str, plain: dict[str, Synthetic]) -> None:
    made, none = plain[name], plain[name].futures["none"]
    for size in (0.03, 0.10, 0.25):
        future = made.futures[f"cut-{100 * size:g}"]
        lever = future.policy[-1]
        assert lever["month"] == "2026-04"
        assert future.at == 3
        before = future.months[2].active
        assert np.array_equal(future.active[:3], none.active[:3])
        assert future.months[3].flows["pbi_out"] >= round(lever["share"] * before[PBI]) * 0.96  # the dead are no flow
        assert lever["share"] * before[PBI] == pytest.approx(size * before.sum(), rel=0.06)
        fall = none.active[3] - future.active[3]
        at_once = lever["takeover"] if ARCHETYPES[name].agreement else 0.0
        assert fall == pytest.approx(size * (1 - at_once) * none.active[3], rel=0.1, abs=25)
        assert future.bill[-1] - none.bill[-1] == pytest.approx(future.known_rupiah[-1] - none.known_rupiah[-1],
                                                               rel=0.1, abs=3e6)  # fmt: skip


@pytest.mark.parametrize("name", ARCHETYPES)
def test_an_intake_has_its_stated_size_and_ends(name: str, taken_in: dict[str, Synthetic]) -> None:
    made = taken_in[name]
    size, quota = ARCHETYPES[name].most_intake, made.past[0]["quota"]
    assert 12 * quota == pytest.approx(size * made.active[-1], rel=0.15)
    none, stop = made.futures["none"], made.futures["stop"]
    assert stop.policy[0] == made.past[0] | {"stop": "2026-04"}
    assert np.array_equal(none.active[:3], stop.active[:3])
    missing = quota * (9 if ARCHETYPES[name].agreement else 8)  # months of the year whose heads never become active
    assert none.active[-1] - stop.active[-1] == pytest.approx(missing, rel=0.3)
    taken = [month.flows["intake"] for month in none.months]
    assert all(count >= 0.85 * quota for count in taken)


def test_what_is_announced_follows_from_the_policy_alone(taken_in: dict[str, Synthetic],
                                                         plain: dict[str, Synthetic]) -> None:  # fmt: skip
    """With an agreement heads count at once: after the stop the trend's heads are missing, a quota more each month."""
    stop, quota = taken_in["covered"].futures["stop"], taken_in["covered"].past[0]["quota"]
    expected = [-quota * max(0, month - 2) for month in range(12)]
    assert stop.announced.tolist() == expected
    assert stop.announced_rupiah.tolist() == [37_800 * heads for heads in expected]
    assert taken_in["covered"].futures["none"].announced.tolist() == [0] * 12
    cut = plain["market"].futures["cut-10"]
    heads = round(cut.policy[-1]["share"] * plain["market"].months[-1].active[PBI])
    back = round(cut.policy[-1]["takeover"] * heads)
    assert cut.announced.tolist() == [0, 0, 0, -heads, *[back - heads] * 8]
    assert cut.announced_rupiah.tolist() == [0] * 4 + [37_800 * back] * 8


def test_yearly_changes_are_like_the_nations() -> None:
    """Active members grew by 4 % in 2023 and 2024 (248.8 - 44.0, 267.3 - 53.8, 278.1 - 56.4 million); without policy
    districts scatter about such figures, and few change by more than a tenth in a year."""
    made = [make_district(name, seed, breaks=()) for name in ARCHETYPES for seed in range(20, 32)]
    changes = np.array(
        [[one.active[11] / one.district.stock().active, one.active[23] / one.active[11]] for one in made]
    )
    assert -0.04 < np.median(changes) - 1 < 0.06
    assert changes.min() > 0.85
    assert changes.max() < 1.20
    assert np.quantile(np.abs(changes - 1), 0.9) < 0.10
    assert changes.std() > 0.015  # broad enough to be a test of forecasts
    bursts = np.array([month.flows["pbi_out"] / month.active[PBI] for one in made for month in one.months])
    assert 0.001 < bursts.mean() < 0.006
    assert np.quantile(bursts, 0.98) > 3 * np.median(bursts)
    debt = [one.stock_at_end.arrears_rupiah or 0 for one in made]
    owing = [sum(row.arrears for row in one.stock_at_end.segments) for one in made]
    assert 400_000 < np.median(np.array(debt) / np.array(owing)) < 1_400_000  # Curup branch: 673,000 a head, 2022
    contact = [figures(one)["2025-06", "P1"] for one in made]
    rates = np.array([row["contacts"] / row["capitated"] for row in contact if "contacts" in row])
    assert 0.2 < (rates >= 0.15).mean() < 0.6  # Medan, December 2023: 42 % of the facilities reach 150 per mille


def test_the_noise_has_the_stated_mean_and_variance() -> None:
    draw = luck(5, 1, Flow.PAY)
    heads = np.array([spread_binomial(draw, 400, 0.1, 3.0) for _ in range(20_000)], float)
    assert_mean(heads, 40.0)
    assert_mean((heads - 40) ** 2, 3 * 400 * 0.1 * 0.9)
    counts = np.array([spread_count(draw, 12.0, 4.0) for _ in range(20_000)], float)
    assert_mean(counts, 12.0)
    assert_mean((counts - 12) ** 2, 48.0)
    assert spread_binomial(draw, 0, 0.5) == 0
    assert spread_count(draw, 0.0) == 0
    assert spread_binomial(draw, 100, 1.0) == 100
    assert spread_binomial(draw, 100, -0.1) == 0


def test_heads_are_split_in_proportion_and_completely() -> None:
    assert split(10, np.array([1.0, 1.0, 2.0])).tolist() == [3, 2, 5]
    assert split(0, np.array([1.0, 3.0])).tolist() == [0, 0]


def test_impossible_districts_are_refused() -> None:
    with pytest.raises(ValueError, match="an intake of at most 0.03"):
        make_district("covered", 1, intake=0.1)
    with pytest.raises(ValueError, match="a break within the future"):
        make_district("rural", 1, at=12)
    with pytest.raises(ValueError, match="PBI-JK is smaller than 60%"):
        make_district("wage", 1, breaks=(0.6,))
    with pytest.raises(KeyError):
        make_district("atlantis", 1)
    assert START == "2023-12"


def test_the_shipped_example_says_that_it_is_made_up() -> None:
    folder = example_folder(NAME)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                for key, value in line.items():
                    if value and key.endswith("source"):
                        assert value.startswith("MADE UP"), (path.name, key)
                    if value and key.endswith("confidence"):
                        assert value == "assumed", (path.name, key)
    assert (folder / "district.yaml").read_text(encoding="utf-8").startswith("# MADE UP")
    assert "MADE UP" in (folder / "README.md").read_text(encoding="utf-8").splitlines()[0]


def test_the_shipped_example_has_two_stocks_a_history_with_gaps_and_its_policy() -> None:
    district = read_district(NAME)
    assert [stock.month for stock in district.stocks] == ["2023-12", "2025-12"]
    assert len(district.facilities) == 6
    reported = {(row.month, row.place, row.indicator) for row in district.history}
    assert not reported & {(month, "P6", "contacts") for month in ("2024-01", "2024-10")}
    assert ("2024-11", "P6", "contacts") in reported
    assert ("2024-05", "P3", "referrals") not in reported
    assert ("2025-03", "segment:ppu", "active") not in reported
    assert {month for month, place, key in reported if (place, key) == ("district", "registered")} == {
        f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)
    }
    lever = load_scenario(example_folder(NAME) / "past.yaml").levers[-1].lever.model_dump(exclude_none=True)
    assert (lever["kind"], lever["start"]) == ("pemda_intake", "2024-01")
    intake = [row.value for row in district.history if row.indicator == "intake"]
    assert 0.8 * lever["quota"] < np.mean(intake) < 1.3 * lever["quota"]  # refusals less, replacements of heads more
