"""Drugs, the capitation fund and its payment beside an independent calculation."""

from __future__ import annotations

import numpy as np

from sim.facilities.drugs import DrugStore
from sim.facilities.fund import CapitationFund
from tests.engine import world


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
