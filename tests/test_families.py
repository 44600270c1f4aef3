"""Households look like families, whatever the district: heads, spouses, children, exact ages and sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from districts.read import read_district, shipped_examples
from sim.people.families import ADULT, HEAD, OTHER, SPOUSE, AgeSex, FamilyTree, ages_in_band, family_tree, nearest_free
from sim.people.life_table import life_table
from sim.people.margins import reconcile, whole_households

SIZES = {1: 0.1, 2: 0.22, 3: 0.26, 4: 0.24, 5: 0.12, 6: 0.06}


def oldest_other(tree: FamilyTree) -> np.ndarray:
    """Age in months of the oldest member of each person's household, shape (persons,)."""
    oldest: np.ndarray = np.maximum.reduceat(tree.age_months, tree.first)[tree.household]
    return oldest


def parent_aged(tree: FamilyTree, children: np.ndarray) -> np.ndarray:
    """Whether a woman or man 15 to 49 years older lives with each of ``children``."""
    found = np.zeros(len(children), bool)
    home = tree.household[children]
    for place in range(int(tree.size.max())):
        other = tree.first[home] + np.minimum(place, tree.size[home] - 1)
        gap = (tree.age_months[other] - tree.age_months[children]) / 12
        found |= (gap >= 15) & (gap < 50)
    return found


def assert_a_family_tree(tree: FamilyTree, age_sex: tuple[AgeSex, ...], sizes: tuple[tuple[int, int], ...]) -> None:
    """What holds for every district."""
    for low, high, men, women in age_sex:
        inside = (tree.age_months >= 12 * low) & (tree.age_months < 12 * (200 if high is None else high + 1))
        assert ((inside & ~tree.female).sum(), (inside & tree.female).sum()) == (men, women)
    assert dict(zip(*(part.tolist() for part in np.unique(tree.size, return_counts=True)), strict=True)) == dict(sizes)
    assert (np.bincount(tree.household, minlength=len(tree.size)) == tree.size).all()
    assert (np.diff(tree.household) >= 0).all()
    assert (tree.role[tree.first] == HEAD).all()
    assert (tree.role == HEAD).sum() == len(tree.size)
    assert (tree.age_months[tree.first] >= 12 * ADULT).all()
    spouses = np.flatnonzero(tree.role == SPOUSE)
    husbands = tree.first[tree.household[spouses]]
    assert (husbands == spouses - 1).all()
    assert (tree.female[spouses] & ~tree.female[husbands]).all()
    assert (oldest_other(tree)[tree.age_months < 12 * ADULT] >= 12 * ADULT).all()


@pytest.mark.parametrize("name", [name for name in shipped_examples() if name != "kota-surabaya"])
def test_the_families_of_the_examples_are_plausible(name: str) -> None:
    district = read_district(name)
    margins = reconcile(district, district.stock())
    tree = family_tree(margins.age_sex, margins.household_sizes, 1)
    assert_a_family_tree(tree, margins.age_sex, margins.household_sizes)
    spouses = np.flatnonzero(tree.role == SPOUSE)
    gap = (tree.age_months[tree.first[tree.household[spouses]]] - tree.age_months[spouses]) / 12
    assert 1 <= np.median(gap) <= 6
    assert (np.abs(gap) <= 10).mean() >= 0.9
    assert 0.6 <= len(spouses) / len(tree.size) <= 0.85
    assert parent_aged(tree, np.flatnonzero(tree.age_months < 12 * ADULT)).mean() >= 0.97
    young = np.flatnonzero((tree.role == OTHER) & (tree.age_months >= 12 * ADULT) & (tree.age_months < 12 * 25))
    assert parent_aged(tree, young).mean() >= 0.7


@st.composite
def _districts(draw: st.DrawFn) -> tuple[tuple[AgeSex, ...], dict[int, float]]:
    edges = sorted(draw(st.sets(st.integers(1, 80), min_size=1, max_size=8)) | {0})
    ends = [edge - 1 for edge in edges[1:]] + [None]
    heads = st.integers(0, 120)
    rows = tuple((low, high, draw(heads), draw(heads)) for low, high in zip(edges, ends, strict=True))
    shares = draw(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=7))
    return rows, dict(enumerate(shares, 1))


@given(_districts(), st.integers(0, 5))
@settings(max_examples=80, deadline=None)
def test_odd_districts_still_make_households(case: tuple[tuple[AgeSex, ...], dict[int, float]], seed: int) -> None:
    age_sex, shares = case
    counts = [(low, high, count) for low, high, *parts in age_sex for count in parts]
    adults = sum((ages_in_band(low, high, count, 0.0) >= 12 * ADULT).sum() for low, high, count in counts)
    sizes = whole_households(shares, sum(count for *_, count in counts))
    assume(0 < sum(count for _, count in sizes) <= adults)  # else a contradiction: see the tests of margins
    assert_a_family_tree(family_tree(age_sex, sizes, seed), age_sex, sizes)


def test_a_district_of_men_and_one_of_women_have_no_couples() -> None:
    sizes = whole_households(SIZES, 1000)
    for age_sex in (((18, None, 1000, 0),), ((18, None, 0, 1000),)):
        tree = family_tree(age_sex, sizes, 1)
        assert_a_family_tree(tree, age_sex, sizes)
        assert (tree.role == SPOUSE).sum() == 0


def test_the_tree_depends_on_the_seed_only() -> None:
    ages, sizes = ((0, 17, 300, 290), (18, None, 500, 510)), whole_households(SIZES, 1600)
    first = family_tree(ages, sizes, 1)
    family_tree.cache_clear()
    again, other = family_tree(ages, sizes, 1), family_tree(ages, sizes, 2)
    assert again is not first
    assert (again.age_months == first.age_months).all()
    assert (again.role == first.role).all()
    assert (other.age_months != first.age_months).any()


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 4), (15, 24), (60, None)])
def test_ages_fill_their_band_evenly(low: int, high: int | None) -> None:
    found = ages_in_band(low, high, 1200, 0.5) / 12
    assert found.min() >= low
    assert found.max() < (96 if high is None else high + 1)
    width = (95 if high is None else high) + 1 - low
    middle = low + width / 2
    if high is None:  # a stationary population: years weighted by the survivors of both sexes
        alive = life_table(1.0).survivors[:, low:96].sum(axis=0)
        middle = float((alive * (np.arange(low, 96) + 0.5)).sum() / alive.sum())
    assert found.mean() == pytest.approx(middle - 1 / 24, abs=0.02)  # half a month is lost by rounding down
    assert (ages_in_band(low, high, 1200, 0.0) <= ages_in_band(low, high, 1200, 0.999)).all()


@given(
    st.lists(st.floats(0, 100), max_size=40), st.lists(st.floats(0, 100), max_size=40), st.sampled_from([5.0, np.inf])
)
@settings(max_examples=150, deadline=None)
def test_the_nearest_free_is_the_one_a_plain_search_finds(
    wanted: list[float], have: list[float], farthest: float
) -> None:
    have = sorted(have)
    found = nearest_free(np.array(wanted, float), np.array(have, float), farthest)
    free = set(range(len(have)))
    for want, at in zip(wanted, found, strict=True):
        least = min((abs(have[k] - want) for k in free), default=np.inf)
        if at < 0:
            assert not free or least > farthest
        else:
            assert at in free
            assert abs(have[at] - want) == least <= farthest
            free.remove(int(at))
