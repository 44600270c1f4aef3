"""KBK against the regulation's table, its edges, and brute force."""

from __future__ import annotations

import pickle
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.faults import UserError
from sim.kbk import Counts, Ratios, Scheme, capitation_rupiah, evaluate, gap, ratios, scheme
from sim.rules import RuleDateError, load_rules

#: One ratio for each rating 1 to 4.
AK = (Fraction(100), Fraction(142), Fraction(147), Fraction(160))
RRNS = (Fraction(9), Fraction(28, 10), Fraction(22, 10), Fraction(1))
RPPT = (Fraction(1), Fraction(35, 10), Fraction(45, 10), Fraction(6))

#: A facility whose every denominator is positive; 20 of 500 DM = 4 %, 40 of 1,000 HT = 4 %.
BASE = Counts(1500, 10000, 8, 400, 20, 500, 40, 1000)


@pytest.fixture(scope="module")
def today() -> Scheme:
    return scheme(load_rules(), "2026-01")


def test_the_64_combinations_of_a_puskesmas(today: Scheme) -> None:
    """1 pays 100 %, 17 pay 95 %, 31 pay 90 %, 15 pay 85 % (weights 40/50/10, Peraturan BPJS 7/2019)."""
    found = Counter(
        today.evaluate(Ratios(*indicators), "puskesmas").share_permille for indicators in product(AK, RRNS, RPPT)
    )
    assert found == {1000: 1, 950: 17, 900: 31, 850: 15}


def test_the_64_combinations_of_a_clinic_follow_the_same_scores(today: Scheme) -> None:
    for kind in ("klinik_pratama", "rs_d_pratama", "dpm", "dokter_gigi"):
        found = Counter(today.evaluate(Ratios(*item), kind).share_permille for item in product(AK, RRNS, RPPT))
        assert found == {1000: 1, 970: 17, 960: 31, 950: 15}


@pytest.mark.parametrize(
    ("ak", "rating"),
    [("150", 4), ("149.999", 3), ("145.001", 3), ("145", 2), ("140.001", 2), ("140", 1), ("0", 1), ("1000", 4)],
)
def test_edges_of_ak(today: Scheme, ak: str, rating: int) -> None:
    assert today.evaluate(Ratios(Fraction(ak), RRNS[3], RPPT[3]), "puskesmas").ak_rating == rating


@pytest.mark.parametrize(
    ("rrns", "rating"), [("0", 4), ("2", 4), ("2.001", 3), ("2.5", 3), ("2.501", 2), ("3", 2), ("3.001", 1), ("100", 1)]
)
def test_edges_of_rrns(today: Scheme, rrns: str, rating: int) -> None:
    assert today.evaluate(Ratios(AK[3], Fraction(rrns), RPPT[3]), "puskesmas").rrns_rating == rating


@pytest.mark.parametrize(
    ("rppt", "rating"), [("100", 4), ("5", 4), ("4.999", 3), ("4", 3), ("3.999", 2), ("3", 2), ("2.999", 1), ("0", 1)]
)
def test_edges_of_rppt(today: Scheme, rppt: str, rating: int) -> None:
    assert today.evaluate(Ratios(AK[3], RRNS[3], Fraction(rppt)), "puskesmas").rppt_rating == rating


def test_edges_are_exact_where_floating_point_is_not(today: Scheme) -> None:
    """29 of 1,160 is 2.5 % and 87 of 600 is 145 per mille exactly; one more person changes the band."""
    exact = BASE._replace(nonspecialist=29, referrals=1160, contacts=87, members=600)
    assert today.evaluate_counts(exact, "puskesmas")[:2] == (2, 3)
    above = exact._replace(nonspecialist=30, contacts=88)
    assert today.evaluate_counts(above, "puskesmas")[:2] == (3, 2)


def test_ratios_of_counts() -> None:
    found = ratios(Counts(3, 7, 1, 3, 1, 3, 1, 6))
    assert found.ak_permille == Fraction(3000, 7)
    assert found.rrns_percent == Fraction(100, 3)
    assert found.rppt_percent == Fraction(25)  # mean of 33 1/3 and 16 2/3


def test_zero_denominators_follow_the_dated_rule(today: Scheme) -> None:
    """No referrals: rating 4. One disease without patients: the other alone. Neither: 4."""
    none = today.evaluate_counts(BASE._replace(nonspecialist=0, referrals=0), "puskesmas")
    assert (none.rrns_rating, none.zero_denominators) == (4, ("rrns",))
    one = today.evaluate_counts(BASE._replace(dm_controlled=0, dm_diagnosed=0, ht_controlled=30), "puskesmas")
    assert (one.rppt_rating, one.zero_denominators) == (2, ("dm",))  # 30 of 1,000: 3 %
    other = today.evaluate_counts(BASE._replace(ht_controlled=0, ht_diagnosed=0, dm_controlled=25), "puskesmas")
    assert (other.rppt_rating, other.zero_denominators) == (4, ("ht",))  # 25 of 500: 5 %
    empty = today.evaluate_counts(Counts(0, 0, 0, 0, 0, 0, 0, 0), "puskesmas")
    assert empty == (4, 4, 4, 40, 1000, ("ak", "rrns", "dm", "ht"))


def test_the_rule_for_zero_denominators_can_be_varied() -> None:
    strict = load_rules().but({"kbk.zero_denominator": {"ak": 1, "rrns": 1, "rppt": 2, "rppt_neither": 3}})
    prepared = scheme(strict, "2026-01")
    assert prepared.evaluate_counts(BASE._replace(nonspecialist=0, referrals=0), "puskesmas").rrns_rating == 1
    assert prepared.evaluate_counts(BASE._replace(dm_controlled=0, dm_diagnosed=0), "puskesmas").rppt_rating == 2
    assert prepared.evaluate_counts(Counts(0, 0, 0, 0, 0, 0, 0, 0), "puskesmas")[:3] == (1, 1, 3)


def test_an_exempt_facility_is_rated_but_paid_in_full(today: Scheme) -> None:
    worst = BASE._replace(contacts=0, nonspecialist=400)
    assert today.evaluate_counts(worst, "puskesmas").share_permille == 850
    exempt = today.evaluate_counts(worst, "puskesmas", exempt=True)
    assert (exempt.score_tenths, exempt.share_permille) == (12, 1000)  # 4 x 1 + 5 x 1 + 1 x 3


def test_an_unknown_type_names_the_nearest(today: Scheme) -> None:
    with pytest.raises(UserError, match="puskesmas"):
        today.evaluate_counts(BASE, "puskemas")


def test_no_kbk_before_2016() -> None:
    with pytest.raises(RuleDateError, match="2016-01-01"):
        scheme(load_rules(), "2015-12-31")


def test_all_ten_payments_of_2016() -> None:
    """Every mix of unsafe, safe and prestasi, from the joint regulation of 2016."""
    old = scheme(load_rules(), "2016-05")
    zones = {
        "ak": ("100", "150", "250"),
        "rrns": ("5", "4.99", "0.99"),
        "visits": ("49", "50", "90"),
    }
    paid = {(3, 0, 0): 750, (2, 1, 0): 800, (1, 2, 0): 900, (0, 3, 0): 1000, (0, 2, 1): 1050, (0, 1, 2): 1100}
    paid |= {(0, 0, 3): 1150, (2, 0, 1): 900, (1, 1, 1): 950, (1, 0, 2): 980}
    for mix in product(range(3), repeat=3):
        ak, rrns, visits = (Fraction(zones[name][zone]) for name, zone in zip(zones, mix, strict=True))
        found = old.evaluate(Ratios(ak, rrns, None), "puskesmas", prolanis_visit_percent=visits)
        assert found[:3] == tuple(zone + 1 for zone in mix)
        assert found.share_permille == paid[mix.count(0), mix.count(1), mix.count(2)]


def test_under_the_zones_the_visit_ratio_stands_in_rppts_place() -> None:
    rules = load_rules()
    at = Ratios(AK[3], RRNS[3], Fraction(50))
    assert evaluate(at, "puskesmas", rules, "2018-01").share_permille == 1000
    given_apart = evaluate(at, "puskesmas", rules, "2018-01", prolanis_visit_percent=Fraction(49))
    assert given_apart.share_permille == 950
    assert evaluate(at, "puskesmas", rules, "2026-01", prolanis_visit_percent=Fraction(0)).rppt_rating == 4


def test_counts_of_prolanis_visits_stand_in_rppts_place_under_the_zones() -> None:
    """Half of the Prolanis members seen is safe; without them known, RPPT's figure stands in."""
    old, new = scheme(load_rules(), "2018-01"), scheme(load_rules(), "2026-01")
    counts = Counts(150, 1000, 0, 100, 1, 100, 1, 100, prolanis_seen=50, prolanis_members=100)
    assert old.evaluate_counts(counts, "puskesmas").share_permille == 1000
    fewer = counts._replace(prolanis_seen=49)
    assert old.evaluate_counts(fewer, "puskesmas").share_permille == 950
    assert new.evaluate_counts(counts, "puskesmas") == new.evaluate_counts(fewer, "puskesmas")
    unknown = counts._replace(prolanis_seen=0, prolanis_members=0)
    assert old.evaluate_counts(unknown, "puskesmas").rppt_rating == 1  # 1 % under control


def test_capitation_is_rounded_down_to_the_rupiah() -> None:
    assert capitation_rupiah(10900, 5300, 1000) == 57770000
    assert capitation_rupiah(1, 3333, 850) == 2833  # 2,833.05
    assert capitation_rupiah(1, 3599, 950) == 3419  # 3,419.05
    assert capitation_rupiah(3, 333, 999) == 998  # 998.001


def test_a_prepared_scheme_survives_pickling(today: Scheme) -> None:
    assert pickle.loads(pickle.dumps(today)).evaluate_counts(BASE, "puskesmas") == today.evaluate_counts(
        BASE, "puskesmas"
    )


def _pairs(top: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, top).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


COUNTS = st.tuples(_pairs(400), _pairs(200), _pairs(120), _pairs(120)).map(
    lambda pairs: Counts(*(number for pair in pairs for number in pair))
)


@given(COUNTS, st.sampled_from(["puskesmas", "klinik_pratama"]))
@settings(max_examples=300, deadline=None)
def test_the_engines_way_equals_the_exact_ratios(counts: Counts, kind: str) -> None:
    for on in ("2026-01", "2018-01"):
        prepared = scheme(load_rules(), on)
        assert prepared.evaluate_counts(counts, kind) == prepared.evaluate(ratios(counts), kind)


def _reached(today: Scheme, counts: Counts) -> tuple[int, int, int]:
    found = today.evaluate_counts(counts, "puskesmas")
    return found.ak_rating, found.rrns_rating, found.rppt_rating


def _moved(counts: Counts, name: str, people: int) -> Counts:
    if name == "ak":
        return counts._replace(contacts=counts.contacts + people)
    if name == "rrns":
        return counts._replace(nonspecialist=counts.nonspecialist - people, referrals=counts.referrals - people)
    if name == "dm":
        return counts._replace(dm_controlled=counts.dm_controlled + people)
    return counts._replace(ht_controlled=counts.ht_controlled + people)


ROOM = {
    "ak": (0, lambda c: c.members - c.contacts),
    "rrns": (1, lambda c: c.nonspecialist),
    "dm": (2, lambda c: c.dm_diagnosed - c.dm_controlled),
    "ht": (2, lambda c: c.ht_diagnosed - c.ht_controlled),
}


@given(COUNTS)
@settings(max_examples=300, deadline=None)
def test_each_step_of_the_gap_is_the_fewest_people(counts: Counts) -> None:
    """Against trying one person after another."""
    today = scheme(load_rules(), "2026-01")
    found = gap(counts, "puskesmas", today, 5300)
    before = _reached(today, counts)
    for name, (position, room) in ROOM.items():
        step = getattr(found, name)
        fewest = next(
            (
                n
                for n in range(1, room(counts) + 1)
                if _reached(today, _moved(counts, name, n))[position] > before[position]
            ),
            None,
        )
        assert (step.people if step else None) == fewest, name
        if step:
            after = today.evaluate_counts(_moved(counts, name, step.people), "puskesmas")
            assert (step.score_tenths, step.share_permille) == (after.score_tenths, after.share_permille)
            assert step.rating == after[position]


def test_the_gap_in_people_and_rupiah(today: Scheme) -> None:
    """10,000 members, 1,449 contacts (144.9 per mille), 2.25 % RRNS, RPPT 4 %: ratings 2, 3, 3, score 2.6, 90 %.

    By hand: 1,451 contacts exceed 145 per mille (2 more): 3.0 and 95 %. 9 of 400 referrals: one avoided leaves 8 of 399
    (2.005 %), two leave 7 of 398: 3.1. DM must reach 6 % beside HT's 4 %: 30 of 500, 10 more; HT 60 of 1,000, 20 more.
    """
    counts = Counts(1449, 10000, 9, 400, 20, 500, 40, 1000)
    found = gap(counts, "puskesmas", today, 5300, capitated=9000)
    assert found.now[:5] == (2, 3, 3, 26, 900)
    step = 9000 * 5300 * 50 // 1000
    assert (found.ak.people, found.ak.rating, found.ak.score_tenths, found.ak.rupiah) == (2, 3, 30, step)
    assert (found.rrns.people, found.rrns.score_tenths, found.rrns.rupiah) == (2, 31, step)
    assert (found.dm.people, found.dm.score_tenths, found.dm.rupiah) == (10, 27, 0)
    assert (found.ht.people, found.ht.score_tenths, found.ht.rupiah) == (20, 27, 0)
    assert found.together == (36, 950, step)


def test_no_gap_at_the_top(today: Scheme) -> None:
    best = Counts(1500, 10000, 8, 400, 25, 500, 50, 1000)
    found = gap(best, "puskesmas", today, 5300)
    assert (found.ak, found.rrns, found.dm, found.ht) == (None, None, None, None)
    assert found.together == (40, 1000, 0)


def test_the_gap_is_refused_under_the_zones() -> None:
    with pytest.raises(UserError, match="zones_2017"):
        gap(BASE, "puskesmas", scheme(load_rules(), "2018-01"), 5300)
