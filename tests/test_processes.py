"""Each process beside its closed form or an independent calculation, at a stated false-alarm rate."""

from __future__ import annotations

import numpy as np
import pytest

from sim import codes
from sim.facilities.clinic import share_leaving, waits_fifo
from sim.facilities.drugs import DrugStore
from sim.facilities.fund import CapitationFund
from sim.people import care, chronic, illness, premiums
from sim.people.arrays import empty_households, empty_people
from sim.people.synthesis import frailty_of
from sim.random import Purpose, make_key, numbered, uniforms
from tests.chance import assert_mean, assert_share
from tests.engine import BEHAVIOUR, results, small, world

KEY = make_key(21, 0)


def _families(count: int, debt: int = 0):  # type: ignore[no-untyped-def]
    households = empty_households(count)
    households.name[:] = np.arange(count)
    households.payers[:] = 1
    households.klass[:] = 2
    households.wealth[:] = 2
    households.debt[:] = debt
    return households


#: miss, class III, sick, return, hospital, per month owed, cap, REHAB least, join, pay, instalments, class move
PLAIN = np.array([0.10, 1.0, 1.0, 0.04, 1.0, 1.0, 24, 4, 0.0, 0.0, 12, 0.0])


def test_arrears_follow_the_markov_chain() -> None:
    """Months owed of families that miss with 0.10 and return with 0.04, against the chain's own distribution."""
    households = _families(200_000)
    state = np.zeros(25)
    state[0] = 1.0
    for month in range(30):
        paid, moves = np.zeros((4, 2), np.int64), np.zeros(3, np.int64)
        premiums.pay_premiums(households, KEY.k0, KEY.k1, month, PLAIN, premiums.WEALTH_MISS, paid, moves)
        after = np.zeros(25)
        after[0] = state[0] * 0.9 + state[1:].sum() * 0.04
        after[1] = state[0] * 0.1
        after[2:] += state[1:-1] * 0.96
        after[24] += state[24] * 0.96
        state = after
    found = np.bincount(households.debt, minlength=25)
    for owed in (0, 1, 5, 12, 24):
        assert_share(int(found[owed]), len(households.debt), state[owed])


def test_debt_is_capped_at_24_months_and_return_pays_all_of_it() -> None:
    households = _families(1000, debt=24)
    paid, moves = np.zeros((4, 2), np.int64), np.zeros(3, np.int64)
    never_back = PLAIN.copy()
    never_back[3] = 0.0
    premiums.pay_premiums(households, KEY.k0, KEY.k1, 1, never_back, premiums.WEALTH_MISS, paid, moves)
    assert (households.debt == 24).all()
    always_back = PLAIN.copy()
    always_back[3] = 1.0
    premiums.pay_premiums(households, KEY.k0, KEY.k1, 2, always_back, premiums.WEALTH_MISS, paid, moves)
    assert (households.debt == 0).all()
    assert paid[2].tolist() == [1000, 24_000]
    assert (households.owed_at_back == 24).all()


def test_need_of_hospital_care_brings_families_back() -> None:
    quiet, sick = _families(100_000, debt=6), _families(100_000, debt=6)
    sick.need[:] = codes.NEED_HOSPITAL
    p = PLAIN.copy()
    p[4] = 7.0
    counts = []
    for households in (quiet, sick):
        paid, moves = np.zeros((4, 2), np.int64), np.zeros(3, np.int64)
        premiums.pay_premiums(households, KEY.k0, KEY.k1, 1, p, premiums.WEALTH_MISS, paid, moves)
        counts.append(int(moves[0]))
    assert_share(counts[0], 100_000, 0.04)
    assert_share(counts[1], 100_000, 0.28)


def test_rehab_needs_every_instalment() -> None:
    households = _families(50_000, debt=9)
    p = PLAIN.copy()
    p[3], p[8], p[9], p[10] = 0.0, 1.0, 0.9, 12
    back = 0
    for month in range(13):
        paid, moves = np.zeros((4, 2), np.int64), np.zeros(3, np.int64)
        premiums.pay_premiums(households, KEY.k0, KEY.k1, month, p, premiums.WEALTH_MISS, paid, moves)
        back += int(moves[0])
        p[8] = 0.0
    assert_share(back, 50_000, 0.9**10)  # ten months owed: ten equal instalments


def test_rehab_instalments_are_money_and_add_up_to_the_debt() -> None:
    households = _families(100, debt=17)
    p = PLAIN.copy()
    p[3], p[8], p[9], p[10] = 0.0, 1.0, 1.0, 12
    paid, moves = np.zeros((4, 2), np.int64), np.zeros(3, np.int64)
    for month in range(13):
        premiums.pay_premiums(households, KEY.k0, KEY.k1, month, p, premiums.WEALTH_MISS, paid, moves)
        p[0] = 0.0
    assert (households.debt == 0).all()
    assert paid[2, 1] == 100 * 18  # 17 months owed and the one missed before joining


def test_sick_contacts_follow_the_gamma_poisson_law() -> None:
    """Share of persons without a visit, 1 month: (1 + mean / shape) ** -shape (negative binomial)."""
    n, shape, mean = 200_000, 0.4, 0.3
    people, households = empty_people(n), empty_households(1)
    people.name[:] = np.arange(n)
    people.presence[:] = codes.RESIDENT
    people.status[:] = codes.ACTIVE
    people.birth[:] = -360
    people.frailty[:] = frailty_of(uniforms(KEY, numbered(n), 0, Purpose.FRAILTY), shape)
    rate = np.full((2, codes.MAX_AGE_MONTHS + 1), mean)
    illness.fall_ill(people, households, KEY.k0, KEY.k1, 3, n, rate, np.ones(1), np.zeros(rate.shape[1]), 1.0)
    visits = people.sick & (codes.EMERGENCY - 1)
    assert_share(int((visits == 0).sum()), n, (1 + mean / shape) ** -shape)
    ones = shape * (mean / shape) * (1 + mean / shape) ** -(shape + 1)
    assert_share(int((visits == 1).sum()), n, ones)


def _exponential(lane: int, mean: float, n: int = 200_000) -> np.ndarray:
    return -mean * np.log(uniforms(KEY, numbered(n), 9, Purpose.QUEUE, lane))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (2, 0.8), (4, 0.85)])
def test_the_queue_meets_erlang_c(servers: int, load: float) -> None:
    """Mean wait of M/M/c by Erlang's formula; batch means because waits of neighbours are correlated."""
    service = _exponential(1, 8.0)
    arrival = np.cumsum(_exponential(0, 8.0 / servers / load))
    wait = waits_fifo(arrival, service, servers)
    a = servers * load
    terms = [a**k / float(np.prod(range(1, k + 1)) if k else 1) for k in range(servers)]
    last = a**servers / float(np.prod(range(1, servers + 1))) / (1 - load)
    expected = last / (sum(terms) + last) * 8.0 / (servers * (1 - load))
    batches = wait[20_000:].reshape(60, -1).mean(axis=1)
    assert_mean(batches, expected)


def test_the_recursion_equals_simpy_to_the_last_bit() -> None:
    import simpy

    n, servers = 400, 3
    arrival, service = np.cumsum(_exponential(0, 3.0, n)), _exponential(1, 8.0, n)
    expected = np.empty(n)
    env = simpy.Environment()
    desk = simpy.Resource(env, servers)

    def patient(i: int):  # type: ignore[no-untyped-def]
        yield env.timeout(arrival[i])
        came = env.now
        with desk.request() as turn:
            yield turn
            expected[i] = env.now - came
            yield env.timeout(service[i])

    for i in range(n):
        env.process(patient(i))
    env.run()
    assert np.array_equal(waits_fifo(arrival, service, servers), expected)


def test_half_of_the_patients_leave_at_the_patience() -> None:
    assert share_leaving(np.array([0.0, 90.0, 180.0]), 90.0).tolist() == pytest.approx([0.0, 0.5, 0.75])


def test_control_in_prolanis_follows_the_normal_law() -> None:
    """Systolic below 140 and diastolic below 90 by direct integration of the two normals, stationary AR(1)."""
    n = 60_000
    people = empty_people(n)
    people.name[:] = np.arange(n)
    people.presence[:] = codes.RESIDENT
    people.status[:] = codes.ACTIVE
    people.birth[:] = -12 * 55
    people.chronic[:] = codes.HT | codes.HT_DIAGNOSED
    everyone = np.full((1, 2), 1.0)
    chronic.set_levels(people, KEY.k0, KEY.k1, n, 144.0, 150.0, everyone)
    p = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    limits = np.array([140.0, 90.0, 80.0, 130.0])
    half = np.full((1, 2), 0.5)
    counts, complications = np.zeros((1, 5), np.int64), np.zeros(1, np.int64)
    for month in range(1, 6):
        counts[:] = 0
        chronic.advance_chronic(people, KEY.k0, KEY.k1, month, n, p, half, np.zeros(1), limits, counts, complications)
    rng = np.random.default_rng(1)
    spread = np.sqrt(chronic.SBP_SPREAD**2 + chronic.SBP_WITHIN**2 + chronic.SBP_ERROR**2)
    shown = rng.normal(144.0, spread, 4_000_000)
    diastolic = chronic.DBP_AT + chronic.DBP_SLOPE * (shown - 138) + rng.normal(0, chronic.DBP_SPREAD, shown.size)
    expected = float(((shown < 140) & (diastolic < 90)).mean())
    assert_share(int(counts[0, chronic.HT_CONTROLLED]), n, expected, false_alarm=1e-5)


def test_deaths_births_and_growth_match_their_rates() -> None:
    found = [results(small(60_000, 2), replicate=r) for r in range(4)]
    for key, rate in (("births", "demo.births"), ("deaths", "demo.deaths"), ("moved_out", "demo.move_out")):
        total = sum(int(result.series(key).sum()) for result in found)
        person_years = sum(result.series("population").mean() for result in found)
        expected = BEHAVIOUR[rate] * person_years
        assert abs(total - expected) < 4.5 * np.sqrt(expected) + 0.01 * expected, key


def test_referral_outcomes_have_their_shares() -> None:
    luck = uniforms(KEY, numbered(300_000), 1, Purpose.VISIT), uniforms(KEY, numbered(300_000), 1, Purpose.VISIT, 2)
    kinds = np.array([care._referral(u, v, 0.10, 0.05, 0.8, 0.25) for u, v in zip(*luck, strict=True)])
    assert_share(int((kinds == care.NONSPECIALIST_REFERRAL).sum()), 300_000, 0.05 * 0.2 * 0.75)
    assert_share(int((kinds == care.NOT_REFERRED).sum()), 300_000, 0.85 + 0.05 * 0.2 * 0.25)


def test_drugs_run_out_on_the_day_the_stock_ends() -> None:
    store = DrugStore(stock=600, target_months=2.0, fill_rate=1.0, monthly_use=1000)
    assert store.issue(1000, 30) == 12
    assert store.stock == 0
    assert store.order_size(cash=500) == 500
    assert store.order_size(cash=10**9) == 2000


def test_services_get_at_least_their_share_and_the_fund_keeps_the_rest() -> None:
    fund = CapitationFund(services_share=0.6)
    assert fund.receive(1_000_001) == 600_001
    assert fund.operations == 400_000
    own, other = fund.spend(100_000)
    assert (own, other, fund.operations) == (100_000, 180_000, 120_000)


def test_capitation_pays_heads_of_day_one_with_last_months_share() -> None:
    final = world(months=6)
    heads, tariff = final.out_facility[:, :, 1], final.out_facility[:, :, 20]
    shares, paid = final.out_facility[:, :, 18], final.out_facility[:, :, 22]
    assert np.array_equal(paid, np.floor(heads * tariff * shares / 1000))
    from sim.kbk import scheme

    rule = scheme(final.rules, "2024-01")
    for month in range(1, 6):
        for place, facility in enumerate(final.facilities):
            ratings = final.out_facility[month - 1, place, 14:17].astype(int)
            assert shares[month, place] == rule.pays(*ratings, facility.type)[1]
