"""Births, deaths, moves, ageing out and the register's errors, beside life tables and closed forms.

Every statistical assertion has a false-alarm rate of 1e-4 (tests/chance.py) and a fixed seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from districts.read import read_district
from sim import codes
from sim.people import demography, life_table
from sim.people.arrays import Households, People, copy_arrays, empty_households, empty_people, link_households
from sim.people.demography import FateRates
from sim.people.health import frailty_table
from sim.random import Purpose, block_table, make_key
from tests.chance import assert_mean, assert_share

KEY = make_key(33, 0)
AGES = codes.MAX_AGE + 1
NOTHING = FateRates(*[0.0] * 10)
NEVER_SO = np.zeros(AGES)
TABLE = frailty_table(0.4)


def _people(count: int, years: float = 30, room: int = 0, **fields: Any) -> tuple[People, Households]:
    """Residents aged ``years`` at the start of month 0, four to a family card."""
    people, households = empty_people(count + room), empty_households(-(-count // 4))
    people.name[:count] = np.arange(count)
    people.household[:count] = np.arange(count) // 4
    people.presence[:count] = codes.RESIDENT
    people.birth[:count] = -round(12 * years) - 1
    for field, value in fields.items():
        getattr(people, field)[:count] = value
    link_households(people, households, 0, count)
    return people, households


def _live(people: People, households: Households, count: int, month: int = 0, rates: FateRates = NOTHING,
          **curves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """One month of fate for the first ``count`` persons; events, mothers and new patients."""
    found = np.zeros(demography.EVENTS, np.int64), np.zeros(count + 1, np.int32), np.zeros(count + 1, np.int32)
    both = {"death": np.zeros((2, AGES)), "birth": NEVER_SO, "move": NEVER_SO, "onset": np.zeros((2, AGES))} | curves
    demography.meet_fate(
        people, households, KEY.k0, KEY.k1, month, 0, count, both["death"], both["birth"], both["move"],
        both["onset"], rates, *found,
    )  # fmt: skip
    return found[0], found[1][1 : 1 + found[1][0]], found[2][1 : 1 + found[2][0]]


# -- the curves -----------------------------------------------------------------------------------------------------


def test_the_life_table_is_near_indonesia() -> None:
    """Infant mortality 17 per 1,000, 70 and 74 years; 6.5 deaths per 1,000, fewer in a young district."""
    table = life_table.life_table(1.0)
    assert table.chance[:, 0].mean() == pytest.approx(0.017, abs=0.001)
    assert table.expectancy[:, 0] == pytest.approx([70, 74], abs=0.25)
    deaths = people = 0.0
    for row in read_district("bengkulu-utara").age_sex:
        for sex, heads in enumerate((row.men, row.women)):
            band = slice(row.age_from, AGES if row.age_to is None else row.age_to + 1)
            chance = np.average(table.chance[sex, band], weights=table.survivors[sex, band])
            deaths, people = deaths + heads * chance, people + heads
    assert 5.5 < 1000 * deaths / people < 6.5


@pytest.mark.parametrize("sex", [0, 1])
def test_life_expectancy_is_the_area_under_survival(sex: int) -> None:
    """Against the integral of the continuous Siler survival, over the years that the table distinguishes."""
    s = life_table.SILER[sex]

    def alive(x: float) -> float:
        infant = s.infant / s.decline * (1 - np.exp(-s.decline * x))
        return float(np.exp(-infant - s.background * x - s.ageing / s.pace * (np.exp(s.pace * x) - 1)))

    table = life_table.life_table(1.0)
    for age in (1, 20, 60, 95):
        assert table.survivors[sex, age] == pytest.approx(alive(age), rel=1e-9)
    assert table.expectancy[sex, 0] == pytest.approx(quad(alive, 0, 120, limit=200)[0], abs=0.02)


@pytest.mark.parametrize("multiplier", [0.5, 1.0, 2.0])
def test_twelve_months_make_a_year(multiplier: float) -> None:
    monthly, table = life_table.monthly_deaths(multiplier), life_table.life_table(multiplier)
    assert (1 - monthly) ** 12 == pytest.approx(1 - table.chance)
    one = life_table.life_table(1.0)
    assert np.log1p(-table.chance) == pytest.approx(multiplier * np.log1p(-one.chance))


def test_fertility_adds_up_to_its_total() -> None:
    births = life_table.monthly_births(2.18)
    assert 12 * births.sum() == pytest.approx(2.18)
    assert (births[:15] == 0).all()
    assert (births[50:] == 0).all()
    assert 25 <= int(births.argmax()) < 30


def test_moves_keep_their_mean_and_the_young_move_most() -> None:
    ages = np.random.default_rng(1).integers(0, 110, 5000)
    chance = life_table.monthly_moves(0.012, ages)
    assert chance[np.minimum(ages, codes.MAX_AGE)].mean() == pytest.approx(0.001)
    assert chance[22] > 2 * chance[50]


def test_impossible_rates_are_refused() -> None:
    for call in (
        lambda: life_table.monthly_deaths(-0.1), lambda: life_table.life_table(0.0),
        lambda: life_table.monthly_births(-1.0), lambda: life_table.monthly_births(500.0),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            call()


# -- deaths, births, moves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", [0, 1])
def test_a_cohort_dies_by_the_life_table(sex: int) -> None:
    count = 20_000
    people, households = _people(count, years=0, female=sex)
    death, table = life_table.monthly_deaths(1.0), life_table.life_table(1.0)
    for month in range(12 * 85):
        _live(people, households, count, month, death=death)
        if (month + 1) % 12 == 0 and (month + 1) // 12 in (1, 5, 40, 65, 85):
            alive = int((people.presence == codes.RESIDENT).sum())
            assert_share(alive, count, table.survivors[sex, (month + 1) // 12])


def test_women_bear_their_fertility() -> None:
    """A cohort of women from 15 to 49: births in a life, and by five years of age."""
    count = 20_000
    people, households = _people(count, years=15, female=1)
    birth = life_table.monthly_births(2.18)
    born = np.zeros((7, count), np.int64)
    for month in range(12 * 35):
        _events, mothers, _ = _live(people, households, count, month, birth=birth)
        born[month // 60, mothers] += 1
    assert_mean(born.sum(axis=0), 2.18)
    for group in range(7):
        assert_share(int(born[group].sum()), 60 * count, birth[15 + 5 * group])


def test_men_and_children_bear_nobody() -> None:
    everyone = np.ones(AGES)
    for fields in (
        {"female": 0},
        {"female": 1, "presence": codes.GONE},
        {"female": 1, "presence": codes.DEAD_ON_REGISTER},
    ):
        people, households = _people(1000, **fields)
        assert len(_live(people, households, 1000, birth=everyone)[1]) == 0


@pytest.mark.parametrize(("curve", "event", "stays"), [
    ("death", demography.DEATHS, codes.DEAD_ON_REGISTER), ("move", demography.MOVED_OUT, codes.MOVED_ON_REGISTER),
])  # fmt: skip
def test_the_register_keeps_who_is_not_reported(curve: str, event: int, stays: int) -> None:
    count = 20_000
    chance = {"death": np.ones((2, AGES)), "move": np.ones(AGES)}
    rates = NOTHING._replace(death_unreported=0.45, move_unreported=0.6)
    people, households = _people(count, status=codes.ACTIVE, segment=codes.PPU, payer=codes.PAYER_STATE)
    people.status[count // 2 :] = codes.NEVER
    events, *_ = _live(people, households, count, rates=rates, **{curve: chance[curve]})
    assert events[event] == count
    kept = people.presence[: count // 2] == stays
    assert_share(int(kept.sum()), count // 2, 0.45 if curve == "death" else 0.6)
    assert (people.presence[: count // 2][~kept] == codes.GONE).all()
    assert (people.presence[count // 2 :] == codes.GONE).all()
    assert (people.segment == codes.PPU).all()


def test_cleansing_finds_less_with_every_pass() -> None:
    """A sixth a month, each name once in six months: ghosts left after k passes are (1 - find)^k of those who are not
    struck off anyway, dead and moved apart."""
    count = 40_000
    people, households = _people(count, presence=codes.DEAD_ON_REGISTER)
    people.presence[count // 2 :] = codes.MOVED_ON_REGISTER
    struck = np.zeros(12, np.int64)
    for month in range(12):
        rates = NOTHING._replace(cleansing=0.02, done=month / 6, checked=1 / 6, find_dead=0.8, find_moved=0.4)
        struck[month] = _live(people, households, count, month, rates)[0][demography.CLEANSED]
        if month in (5, 11):
            passes = (month + 1) // 6
            left_dead, left_moved = (0.98 ** (month + 1) * (1 - find) ** passes for find in (0.8, 0.4))
            here = people.presence != codes.GONE
            assert_share(int(here[: count // 2].sum()), count // 2, left_dead)
            assert_share(int(here[count // 2 :].sum()), count // 2, left_moved)
    assert struck[6:].sum() < 0.5 * struck[:6].sum()


def test_a_campaign_reaches_every_name_once_in_a_pass() -> None:
    names = np.arange(3000)
    reached = sum(np.array([demography.is_checked(n, m / 6, 1 / 6) for n in names], int) for m in range(6))
    assert (reached == 1).mean() > 0.999  # a name on the border of two months may meet both or none
    assert_share(int(sum(demography.is_checked(n, 0.9, 0.25) for n in names)), len(names), 0.25)
    assert not any(demography.is_checked(n, 0.5, 0.0) for n in names)


# -- cover ----------------------------------------------------------------------------------------------------------


def test_dependants_leave_the_card_at_21() -> None:
    count, rates = 12_000, NOTHING._replace(age_out=0.6)
    people, households = _people(count, segment=codes.PPU, status=codes.ACTIVE)
    people.birth[:] = 7 - 252
    people.birth[1::4], people.birth[2::4], people.birth[3::4] = 7 - 251, 7 - 253, -12 * 45
    events, *_ = _live(people, households, count, 7, rates)
    out = people.status == codes.LAPSED
    assert not out[1::4].any()
    assert not out[2::4].any()
    assert not out[3::4].any()
    assert_share(int(out[::4].sum()), count // 4, 0.6)
    assert events[demography.AGED_OUT] == out.sum()
    assert np.array_equal(households.holds == codes.HAS_UNCOVERED, out[::4])


@pytest.mark.parametrize(
    "parent", [{"birth": 7 - 252 - 179}, {"segment": codes.PBPU}, {"status": codes.LAPSED}, {"presence": codes.GONE}]
)
def test_a_worker_of_21_keeps_the_job(parent: dict[str, int]) -> None:
    """Without an active wage earner at least 15 years older on the card, the card is one's own."""
    people, households = _people(4, segment=codes.PPU, status=codes.ACTIVE)
    people.birth[:] = -12 * 45
    people.birth[0] = 7 - 252
    for i in (1, 2, 3):
        for field, value in parent.items():
            getattr(people, field)[i] = value
    _live(people, households, 4, 7, NOTHING._replace(age_out=1.0))
    assert people.status[0] == codes.ACTIVE


def test_the_ministry_removes_active_pbi_heads_only() -> None:
    count, rates = 40_000, NOTHING._replace(pbi_out=0.03)
    people, households = _people(count, segment=codes.PBI, status=codes.ACTIVE)
    people.segment[1::4], people.status[2::4] = codes.PEMDA, codes.LAPSED
    people.presence[3::4] = codes.DEAD_ON_REGISTER
    events, *_ = _live(people, households, count, 7, rates)
    out = people.status == codes.LAPSED
    assert not out[1::4].any()
    assert_share(int(out[::4].sum()), count // 4, 0.03)
    assert_share(int(out[3::4].sum()), count // 4, 0.03)
    assert events[demography.PBI_OUT] == out.sum() - count // 4
    assert np.array_equal(households.holds == codes.HAS_UNCOVERED, out[::4])  # a ghost leaves nobody uncovered


def test_illness_begins_at_its_rate_and_is_listed_once() -> None:
    count = 40_000
    people, households = _people(count, years=50)
    people.chronic[::2] = codes.HT
    onset = np.stack([np.full(AGES, 0.04), np.full(AGES, 0.02)])
    _events, _mothers, ill = _live(people, households, count, onset=onset)
    had = np.arange(count) % 2 == 0
    assert_share(int((people.chronic[~had] & codes.HT > 0).sum()), count // 2, 0.04)
    assert_share(int((people.chronic & codes.DM > 0).sum()), count, 0.02)
    assert np.array_equal(ill, np.flatnonzero(~had & (people.chronic > 0)))


# -- the kernel against a plain one ---------------------------------------------------------------------------------


def _mixed(count: int) -> tuple[People, Households]:
    rng = np.random.default_rng(2)
    people, households = _people(count)
    people.birth[:] = -rng.integers(1, 12 * 99, count)
    people.birth[:500] = 40 - 252
    people.female[:] = rng.integers(0, 2, count)
    people.presence[:] = rng.choice([1, 1, 1, 1, 1, 2, 3, 4], count)
    people.status[:] = rng.integers(0, codes.STATUSES, count)
    people.segment[:] = rng.integers(0, 6, count)
    people.chronic[:] = rng.choice([0, 0, 0, codes.HT, codes.DM | codes.DM_DIAGNOSED], count)
    return people, households


def _curves(scale: float) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {
        "death": np.minimum(life_table.monthly_deaths(1.0) * scale, 1.0), "birth": rng.random(AGES) * 0.01 * scale,
        "move": rng.random(AGES) * 0.004 * scale, "onset": rng.random((2, AGES)) * 0.003 * scale,
    }  # fmt: skip


RATES = FateRates(0.02, 0.7, 0.2, 0.8, 0.4, 0.45, 0.6, 0.01, 0.6, 0.02)


def _plain(people: People, households: Households, month: int, curves: dict[str, np.ndarray], rates: FateRates):  # type: ignore[no-untyped-def]
    """The month's fate person by person, as the design says it, without screening."""
    life = (block_table(KEY, people.name, month, Purpose.LIFE) + 0.5) / 2.0**32
    fate = (block_table(KEY, people.name, month, Purpose.FATE) + 0.5) / 2.0**32
    mothers, ill = [], []
    for i in range(len(people.name)):
        ghost = {codes.DEAD_ON_REGISTER: rates.find_dead, codes.MOVED_ON_REGISTER: rates.find_moved}
        presence, registered = int(people.presence[i]), people.status[i] != codes.NEVER
        listed = rates.pbi_out if people.segment[i] == codes.PBI else 0.0
        if people.segment[i] != codes.PBI and people.payer[i] == codes.PAYER_DISTRICT:
            listed = rates.pemda_out
        out = people.status[i] == codes.ACTIVE and 1 - life[i, 1] < listed
        if presence in ghost:
            reached = demography.is_checked(people.name[i], rates.done, rates.checked)
            found = 1 - (1 - rates.cleansing) * (1 - reached * ghost[presence])
            if life[i, 0] < found:
                people.presence[i] = codes.GONE
            elif out:
                people.status[i] = codes.LAPSED
        if presence != codes.RESIDENT:
            continue
        age = min((month - int(people.birth[i]) - 1) // 12, codes.MAX_AGE)
        if life[i, 0] < curves["death"][people.female[i], age]:
            stays = registered and fate[i, 0] < rates.death_unreported
            people.presence[i] = codes.DEAD_ON_REGISTER if stays else codes.GONE
        elif life[i, 1] < curves["move"][age]:
            stays = registered and fate[i, 0] < rates.move_unreported
            people.presence[i] = codes.MOVED_ON_REGISTER if stays else codes.GONE
        else:
            if people.female[i] and life[i, 2] < curves["birth"][age]:
                mothers.append(i)
            before = people.chronic[i] & (codes.HT | codes.DM)
            if life[i, 3] < curves["onset"][0, age]:
                people.chronic[i] |= codes.HT
            if 1 - life[i, 3] < curves["onset"][1, age]:
                people.chronic[i] |= codes.DM
            if not before and people.chronic[i] & (codes.HT | codes.DM):
                ill.append(i)
            card = (people.household == people.household[i]) & (people.presence == codes.RESIDENT)
            earners = card & (people.segment == codes.PPU) & (people.status == codes.ACTIVE)
            older = people.birth.astype(int) <= int(people.birth[i]) - 180
            dependant = earners[i] and bool((earners & older).any())
            aged = month - people.birth[i] == 252 and dependant and fate[i, 3] < rates.age_out
            if out or aged:
                people.status[i] = codes.LAPSED
                households.holds[people.household[i]] |= codes.HAS_UNCOVERED
    return mothers, ill


@pytest.mark.parametrize("scale", [0.0, 1.0, 60.0])
def test_screening_changes_nothing(scale: float) -> None:
    """Thousands of persons of every kind for three months: equal to the plain reckoning to the last bit."""
    count, curves = 6000, _curves(scale)
    rates = NOTHING if scale == 0 else RATES
    people, households = _mixed(count)
    other, cards = copy_arrays(people), copy_arrays(households)
    for month in (40, 41, 42):
        _events, mothers, ill = _live(people, households, count, month, rates, **curves)
        assert (mothers.tolist(), ill.tolist()) == _plain(other, cards, month, curves, rates)
        for mine, plain in zip((*people, *households), (*other, *cards), strict=True):
            assert np.array_equal(mine, plain)


def test_two_ranges_give_the_same_as_one() -> None:
    count, curves = 5000, _curves(20.0)
    people, households = _mixed(count)
    other, cards = copy_arrays(people), copy_arrays(households)
    events, mothers, ill = _live(people, households, count, 40, RATES, **curves)
    parts = []
    for lo, hi in ((1300, count), (0, 1300)):  # in either order
        found = np.zeros(demography.EVENTS, np.int64), np.zeros(count, np.int32), np.zeros(count, np.int32)
        demography.meet_fate(
            other, cards, KEY.k0, KEY.k1, 40, lo, hi, curves["death"], curves["birth"], curves["move"],
            curves["onset"], RATES, *found,
        )  # fmt: skip
        parts.insert(0, found)
    assert np.array_equal(events, parts[0][0] + parts[1][0])
    for whole, column in ((mothers, 1), (ill, 2)):
        assert len(whole) > 20
        assert whole.tolist() == [i for part in parts for i in part[column][1 : 1 + part[column][0]]]
    for mine, plain in zip((*people, *households), (*other, *cards), strict=True):
        assert np.array_equal(mine, plain)


# -- newcomers ------------------------------------------------------------------------------------------------------


def _bear(people: People, households: Households, mothers: np.ndarray, used: int, named: float, month: int = 5):  # type: ignore[no-untyped-def]
    listed = np.concatenate([[len(mothers)], mothers]).astype(np.int32)
    events = np.zeros(demography.EVENTS, np.int64)
    return demography.bear(
        people, households, KEY.k0, KEY.k1, month, used, listed, named, TABLE, 0.5, events
    ), events  # fmt: skip


def test_a_named_child_of_an_active_mother_is_covered_from_birth() -> None:
    people, households = _people(8, room=4, segment=codes.PBPU, payer=codes.PAYER_SELF, klass=2, facility=3,
                                 status=codes.ACTIVE)  # fmt: skip
    people.status[5] = codes.ARREARS
    used, events = _bear(people, households, np.array([1, 5]), 8, named=1.0)
    assert (used, events[demography.BIRTHS]) == (10, 2)
    assert people.status[8:10].tolist() == [codes.ACTIVE, codes.NEVER]
    assert people.segment[8:10].tolist() == [codes.PBPU, codes.NEVER_SEGMENT]
    assert people.payer[8:10].tolist() == [codes.PAYER_SELF, codes.PAYER_NONE]
    assert people.klass[8] == 2
    assert people.facility[8:10].tolist() == [3, 3]
    assert people.birth[8:10].tolist() == [5, 5]
    assert people.name[8:10].tolist() == [1, 5]
    assert people.serial[8:10].tolist() == [6, 6]
    assert households.holds.tolist() == [0, codes.HAS_UNCOVERED]
    assert households.first.tolist() == [8, 9]
    assert people.next[8:10].tolist() == [0, 4]


def test_newborns_are_named_girls_and_frail_in_their_shares() -> None:
    count = 30_000
    people, households = _people(count, room=count, status=codes.ACTIVE, segment=codes.PBI, frailty=9.0)
    used, _ = _bear(people, households, np.arange(count), count, named=0.8)
    child = slice(count, used)
    assert used == 2 * count
    assert_share(int((people.status[child] == codes.ACTIVE).sum()), count, 0.8)
    assert_share(int(people.female[child].sum()), count, 100 / 205)
    assert_share(int((people.chronic[child] == codes.ADHERENT).sum()), count, 0.5)
    assert_mean(people.frailty[child], 1.0)
    assert_share(int((people.frailty[child] < TABLE[1023]).sum()), count, 0.25)


def test_a_child_is_the_same_whoever_else_is_born() -> None:
    """Named by mother and month: the order of births changes nobody, another month makes another child."""
    count = 400
    people, households = _people(count, room=count, status=codes.ACTIVE, segment=codes.PBI)
    other, cards = copy_arrays(people), copy_arrays(households)
    later, later_cards = copy_arrays(people), copy_arrays(households)
    _bear(people, households, np.arange(count), count, named=0.5)
    _bear(other, cards, np.arange(count)[::-1], count, named=0.5)
    _bear(later, later_cards, np.arange(count), count, named=0.5, month=6)
    for field in ("name", "female", "frailty", "status", "chronic"):
        assert np.array_equal(getattr(people, field)[count:], getattr(other, field)[count:][::-1])
    assert (people.frailty[count:] != later.frailty[count:]).all()
    assert_share(int((people.female[count:] == later.female[count:]).sum()), count, (100 / 205) ** 2 + (105 / 205) ** 2)


def test_without_room_nobody_is_overwritten() -> None:
    people, households = _people(4, room=1)
    used, events = _bear(people, households, np.arange(3), 4, named=1.0)
    assert (used, events[demography.NO_ROOM]) == (5, 2)
    people, households = _people(100, female=1)
    events, mothers, ill = np.zeros(demography.EVENTS, np.int64), np.zeros(11, np.int32), np.zeros(101, np.int32)
    demography.meet_fate(
        people, households, KEY.k0, KEY.k1, 0, 0, 100, np.zeros((2, AGES)), np.ones(AGES), NEVER_SO,
        np.zeros((2, AGES)), NOTHING, events, mothers, ill,
    )  # fmt: skip
    assert (mothers[0], events[demography.NO_ROOM]) == (10, 90)


def _arrive(people: People, households: Households, used: int, first: int, count: int):  # type: ignore[no-untyped-def]
    events, ill = np.zeros(demography.EVENTS, np.int64), np.zeros(count + 1, np.int32)
    used = demography.arrive(
        people, households, KEY.k0, KEY.k1, 7, used, 0, count, np.arange(first), TABLE, 0.5, ill, events
    )  # fmt: skip
    return used, ill[1 : 1 + ill[0]], events


def test_arrivals_resemble_someone_and_join_the_household() -> None:
    first, count = 2000, 4000
    people, households = _people(first, room=count)
    rng = np.random.default_rng(4)
    people.birth[:first], people.facility[:first] = -rng.integers(1, 900, first), rng.integers(0, 9, first)
    people.chronic[:first] = rng.choice([0, codes.HT | codes.HT_DIAGNOSED | codes.ADHERENT], first)
    people.segment[:first], people.status[:first] = codes.PEMDA, rng.choice([codes.ACTIVE, codes.LAPSED], first)
    used, ill, events = _arrive(people, households, first, first, count)
    assert (used, events[demography.MOVED_IN]) == (first + count, count)
    new = slice(first, used)
    alike = people.household[:, None] == people.household[None, new]
    for field in ("birth", "facility", "status", "segment"):
        column = getattr(people, field)
        alike &= column[:, None] == column[None, new]
    assert alike[:first].any(axis=0).all()
    assert_share(int((people.chronic[new] & codes.ADHERENT > 0).sum()), count, 0.5)
    assert np.array_equal(ill, first + np.flatnonzero(people.chronic[new] & codes.HT))
    assert len(np.unique(people.name[new])) == count
    lapsed = np.unique(people.household[new][people.status[new] == codes.LAPSED])
    assert np.array_equal(np.flatnonzero(households.holds == codes.HAS_UNCOVERED), lapsed)
    assert_mean(people.frailty[new], 1.0)


def test_the_same_people_arrive_whatever_has_happened_and_find_no_cover_where_the_model_is_gone() -> None:
    first, count = 1000, 300
    one, cards = _people(first, room=count, status=codes.ACTIVE, segment=codes.PEMDA)
    other, other_cards = copy_arrays(one), copy_arrays(cards)
    other.presence[:first:2] = codes.GONE
    _arrive(one, cards, first, first, count)
    _arrive(other, other_cards, first, first, count)
    for field in ("name", "serial", "household", "birth", "female", "frailty"):
        assert np.array_equal(getattr(one, field)[first:], getattr(other, field)[first:])
    assert (one.status[first:] == codes.ACTIVE).all()
    assert_share(int((other.status[first:] == codes.NEVER).sum()), count, 0.5)
