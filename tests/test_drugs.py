"""Drugs, the capitation fund and service fees: worked examples, closed forms, and the chain in the engine."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.facilities.drugs import ACUTE, CHRONIC, CONSUMABLES, DrugStore, Order, affordable
from sim.facilities.fund import CapitationFund
from sim.facilities.purse import Purse
from sim.facilities.services import TYPES, divide
from sim.indicators import INDEX
from sim.rules import load_rules
from sim.steps_supply import DRUG_LINE
from sim.world import World
from tests.engine import RULES, policy_for, results, small, world

POINTS = RULES.value("capitation.services_points", "2024-01")


def _three(*amounts: int) -> np.ndarray:
    return np.array(amounts, np.int64)


def _store(stock: np.ndarray, use: int = 1000) -> DrugStore:
    return DrugStore(stock, np.full(3, use, np.int64))


# -- stock ----------------------------------------------------------------------------------------------------------
def test_each_group_runs_out_on_the_day_its_own_stock_ends() -> None:
    store = _store(_three(600, 1000, 0))
    assert store.issue(_three(1000, 1000, 0), 0.0, 30).tolist() == [
        12.0,
        0.0,
        0.0,
    ]  # nothing asked for, nothing missing
    assert store.stock.tolist() == [0, 0, 0]


def test_a_delivery_serves_from_its_day_on() -> None:
    """600 last 18 of 30 days at 1,000 a month; 400 that come on day 20 last the ten days that are left."""
    store = _store(_three(600, 600, 600))
    store.arrived += [(45.0 + 20, _three(400, 0, 100))]
    without = store.issue(_three(1000, 1000, 1000), 45.0, 30)
    assert without == pytest.approx([2.0, 12.0, 2.0 + 7.0], abs=0.05)
    assert store.stock.tolist() == [67, 0, 0]
    assert store.arrived == []


@given(
    st.integers(0, 3000), st.integers(1, 3000),
    st.lists(st.tuples(st.floats(-1, 30), st.integers(0, 2000)), max_size=4).map(sorted),
)  # fmt: skip
def test_issue_agrees_with_a_walk_through_the_month(stock: int, need: int, came: list[tuple[float, int]]) -> None:
    """Beside it: 3,000 small steps, each of which takes its part of the need where there is any."""
    store = _store(_three(stock, stock, stock))
    store.arrived += [(day, _three(goods, goods, goods)) for day, goods in came]
    without = store.issue(_three(need, need, need), 0.0, 30)
    steps, left, missing, coming = 3000, float(stock), 0, list(came)
    for step in range(steps):
        while coming and coming[0][0] <= step * 30 / steps:
            left += coming.pop(0)[1]
        missing += left < need / steps
        left = max(0.0, left - need / steps)
    assert without == pytest.approx([missing * 30 / steps] * 3, abs=0.1 + 6 * 30 / need)


def test_the_request_is_that_of_the_published_form() -> None:
    """Amoxicillin, Gamping 2 (Sleman), July 2021: use 1,500, left 750, buffer 15 %, lead time 5 of 26 working days:
    optimum 1,500 + 225 + 288 = 2,013, request 2,013 - 750 = 1,263."""
    store = _store(_three(750, 750, 3000), use=1500)
    store.on_order = _three(0, 263, 0)
    assert store.wanted(1.15 + 288 / 1500).tolist() == [1263, 1000, 0]


def test_use_follows_what_was_needed_not_what_was_there() -> None:
    store = _store(_three(0, 0, 0))
    store.issue(_three(2000, 1000, 0), 0.0, 30)
    assert store.use.tolist() == [1300, 1000, 700]


def test_an_order_comes_after_its_lead_time_at_its_fill_rate() -> None:
    env, store, told = simpy.Environment(), _store(_three(0, 0, 0)), []
    order = Order(_three(1000, 55, 0), 12.5, 0.9, "own", 2024)
    store.send(env, order, lambda sent, come: told.append((env.now, sent is order, come)))
    assert store.on_order.tolist() == [1000, 55, 0]
    env.run(until=12.4)
    assert (store.arrived, told) == ([], [])
    env.run()
    assert store.on_order.tolist() == [0, 0, 0]
    assert [(time, goods.tolist()) for time, goods in store.arrived] == [(12.5, [900, 49, 0])]
    assert (told, store.orders) == ([(12.5, True, 949)], [])


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.integers(0, 4 * 10**9))
def test_cash_is_shared_in_proportion_and_no_rupiah_is_lost(wanted: list[int], cash: int) -> None:
    bought = affordable(_three(*wanted), cash)
    assert bought.sum() == min(cash, sum(wanted))
    assert (bought <= wanted).all()
    share = min(1.0, cash / max(sum(wanted), 1))
    assert bought == pytest.approx([amount * share for amount in wanted], abs=1)


# -- purse and fund -------------------------------------------------------------------------------------------------
def test_money_promised_is_not_spent_twice() -> None:
    purse = Purse(free=1000)
    purse.promise(700)
    with pytest.raises(ValueError, match="promised"):
        purse.promise(301)
    purse.settle(700, 630)
    assert (purse.free, purse.promised, purse.balance) == (370, 0, 370)
    with pytest.raises(ValueError, match="paid"):
        purse.settle(1, 1)


@given(st.integers(0, 10**10), st.floats(0.6, 0.99))
def test_services_get_at_least_their_share_to_the_rupiah(capitation: int, share: float) -> None:
    from fractions import Fraction

    fund = CapitationFund()
    fund.receive(capitation, share)
    exact = capitation * Fraction(str(share))
    assert exact <= fund.services < exact + 1
    assert fund.balance == capitation


def test_the_fund_keeps_what_is_left_each_for_its_purpose() -> None:
    fund = CapitationFund()
    fund.receive(1_000_001, 0.6)
    assert (fund.services, fund.operations.free) == (600_001, 400_000)
    fund.operations.promise(100_000)
    assert fund.spend_on_other() == 180_000  # 60 % of what is not promised
    fund.bills.append((100_000, 90_000))
    assert fund.pay_bills() == 90_000
    assert (fund.services, fund.operations.free, fund.operations.promised) == (600_001, 130_000, 0)
    assert fund.pay_bills() == 0


# -- service fees ---------------------------------------------------------------------------------------------------
def test_fees_by_hand() -> None:
    """1 doctor (150), 4 nurses (60 each), 1 administrator (50): 440 points, 1,000 rupiah a point."""
    fees = divide(440_000, {"doctors": 1, "nurses": 4, "administration": 1, "support": 0}, POINTS)
    assert fees == {"doctors": 150_000, "nurses": 240_000, "administration": 50_000, "support": 0}


def test_who_was_there_half_the_month_gets_half_the_points() -> None:
    fees = divide(315_000, {"doctors": 1, "nurses": 4}, POINTS, {"doctors": 0.5})
    assert fees == {"doctors": 75_000, "nurses": 240_000}


@given(st.integers(0, 10**10), st.lists(st.integers(0, 40), min_size=len(TYPES), max_size=len(TYPES)))
def test_fees_add_up_to_the_pot(pot: int, heads: list[int]) -> None:
    fees = divide(pot, dict(zip(TYPES, heads, strict=True)), POINTS)
    assert sum(fees.values()) == (pot if any(heads) else 0)
    assert all(fees[cadre] == 0 for cadre, number in zip(TYPES, heads, strict=True) if number == 0)


# -- the engine -----------------------------------------------------------------------------------------------------
def _facility(final: World, name: str) -> np.ndarray:
    return final.out_facility[:, :, INDEX["facility"][name]]


def test_the_law_sets_the_least_share_for_services() -> None:
    eighty = load_rules().but({"capitation.services_min_share": 0.8})
    for rules, share in ((RULES, 0.65), (eighty, 0.8)):
        final = world(months=4, rules=rules)
        assert np.array_equal(
            _facility(final, "fund_services"), np.ceil(_facility(final, "capitation_paid") * share - 1e-6)
        )


def test_fees_per_head_are_those_of_the_point_table() -> None:
    final = world(months=2)
    facility = final.facilities[0]
    points = sum(getattr(facility, cadre) * POINTS[TYPES[cadre]] for cadre in TYPES)
    assert _facility(final, "fee_doctor")[:, 0] == pytest.approx(
        _facility(final, "fund_services")[:, 0] * 150 / points, abs=2
    )
    assert _facility(final, "fee_nurse")[:, 0] == pytest.approx(
        _facility(final, "fund_services")[:, 0] * 60 / points, abs=2
    )


def test_a_year_of_the_drug_line_is_the_budget_and_the_rest_lapses_in_december() -> None:
    """November and December of one year, twelve months of the next; a line ten times too large lapses."""
    policy = policy_for(small(), 14, drug_budget_factor=np.full((14, 4), 10.0))
    final = world(policy=policy, luck_only=False)
    budget = sum(10 * (f.drug_budget + f.drug_budget - f.drug_budget * 10 // 12) for f in final.facilities)
    flows = final.ledger.flows
    assert flows["district apbd", DRUG_LINE, "drug budget"] == budget
    paid, lapsed = flows[DRUG_LINE, "suppliers", "drugs"], flows[DRUG_LINE, "district apbd", "drug budget lapsed"]
    under_way = sum(allotment.promised for allotment in final.allotments)
    assert sum(allotment.free for allotment in final.allotments) == 0
    assert (paid > 0, lapsed > paid, under_way > 0) == (True, True, True)
    assert paid + lapsed + under_way == budget


def test_a_full_line_leaves_the_fund_alone_and_an_empty_one_does_not() -> None:
    for factor, source, other in ((10.0, "apbd", "own"), (0.0, "own", "apbd")):
        final = world(policy=policy_for(small(), 8, drug_budget_factor=np.full((8, 4), factor)))
        assert _facility(final, f"drug_spending_{other}").sum() == 0
        assert np.array_equal(_facility(final, f"drug_spending_{source}"), _facility(final, "drug_spending"))
        assert _facility(final, "drug_spending").sum() > 0


def test_a_frozen_fund_pays_nobody_and_makes_up_for_it_afterwards() -> None:
    """Frozen from the fourth to the eighth month: fees wait to the rupiah, suppliers too, drugs run short."""
    frozen = np.zeros((12, 4), np.bool_)
    frozen[3:8, 1] = True
    lean = {"drug_budget_factor": np.full((12, 4), 0.3)}
    free = world(policy=policy_for(small(), 12, **lean), luck_only=False)
    held = world(policy=policy_for(small(), 12, fund_frozen=frozen, **lean), luck_only=False)
    fees, services = _facility(held, "fund_services"), _facility(held, "fund_services_held")
    assert not fees[3:8, 1].any()
    share = -(-_facility(held, "capitation_paid")[:, 1].astype(int) * 65 // 100)
    assert services[3:8, 1].tolist() == np.cumsum(share[3:8]).tolist()
    assert fees[8, 1] == share[3:9].sum()
    assert services[8:].sum() == 0
    own = _facility(held, "drug_spending_own")
    assert not own[3:8, 1].any()
    assert own[8, 1] > 0  # what had come before the freeze and during it is paid when it ends
    assert np.array_equal(_facility(held, "fund_balance")[:3], _facility(free, "fund_balance")[:3])
    assert (_facility(held, "fund_balance")[3:8, 1] > _facility(free, "fund_balance")[3:8, 1]).all()
    assert _facility(held, "stockout_days")[3:10, 1].sum() > _facility(free, "stockout_days")[3:10, 1].sum()
    others = [0, 2, 3]
    assert np.array_equal(fees[:4][:, others], _facility(free, "fund_services")[:4][:, others])


def test_with_the_switch_off_nobody_pays_and_all_comes_as_requested() -> None:
    changes = {"drug_budget_factor": np.zeros((14, 4)), "fund_frozen": np.ones((14, 4), np.bool_)}
    final = world(policy=policy_for(small(), 14, **changes), behaviour={"feedback.money_to_drugs": 0.0})
    assert not _facility(final, "drug_spending").any()
    assert _facility(final, "stockout_days").mean() < 4
    with_money = world(policy=policy_for(small(), 14, **changes))
    assert _facility(with_money, "stockout_days")[6:].mean() > 25


def test_what_a_month_needs() -> None:
    """No group is short where the others alone cost nothing; strips and drugs of patients follow the chronic counts."""
    from sim.people import care, chronic
    from sim.steps_supply import _needs

    final = world(months=3)
    needs, b = _needs(final), final.b
    assert needs[:, ACUTE].tolist() == np.rint(final.counts[:, care.SICK_VISITS] * b["drugs.acute_per_visit"]).tolist()
    people = final.people
    taking = final.chronic[:, chronic.ON_DRUGS]
    assert taking.sum() > 0
    assert (taking <= final.chronic[:, chronic.HT_KNOWN] + final.chronic[:, chronic.DM_KNOWN]).all()
    assert needs[:, CHRONIC].tolist() == np.rint(taking * b["drugs.chronic_per_patient"]).tolist()
    contacts = final.counts[:, care.CONTACTS] + final.chronic[:, chronic.ATTENDED]
    assert needs[:, CONSUMABLES].tolist() == np.rint(contacts * b["drugs.consumables_per_contact"]).tolist()
    assert chronic.on_drugs(people, 4) == pytest.approx(taking, rel=0.1)


def test_an_earlier_order_can_be_followed_to_the_capitation() -> None:
    """More months aimed at: fewer days without drugs, fewer 4A referrals, more patients under control, and by the KBK
    share more capitation; nothing before the month in which the decision is made."""
    tight = {"drugs.target_months": 0.6, "referral.stockout_effect": 2.0, "referral.tacc": 0.85}
    first, months, moved = 2, 20, []
    for replicate in range(3):
        extra = np.zeros((months, 4))
        extra[first:] = 2.0
        usual, early = (
            results(policy=policy_for(small(), months, drug_target_extra=table), behaviour=tight, replicate=replicate)
            for table in (np.zeros((months, 4)), extra)
        )
        names = ("stockout_days", "referrals_nonspecialist", "ht_controlled", "dm_controlled", "share_permille",
                 "capitation_paid")  # fmt: skip
        for name in names:
            one, other = (run.series(name, "facility") for run in (usual, early))
            assert np.array_equal(one[: first + 1], other[: first + 1]), name
            moved.append((name, float(other.sum() - one.sum())))
    signs = {"stockout_days": -1, "referrals_nonspecialist": -1}
    for name in names:
        total = sum(change for moving, change in moved if moving == name)
        assert total * signs.get(name, 1) > 0, (name, total)
