"""The double-entry ledger balances to the rupiah on every day; its accounts are what the institutions hold and owe."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from hypothesis import given, settings

from sim.calendar import Calendar, next_month
from sim.indicators import INDEX
from sim.simulate import run
from sim.steps_supply import DRUG_LINE
from sim.world import World, make_world
from tests.engine import BEHAVIOUR, RULES
from tests.test_conservation import MONTHS, cases


def _watch(world: World, days: list[float]) -> Generator[Any, Any, None]:
    """SimPy process: at every midnight, each account beside what its institution itself says."""
    balance = world.ledger.balance
    while True:
        yield world.env.timeout(1.0)
        days.append(world.env.now)
        assert world.ledger.total() == 0
        for place, fund in enumerate(world.funds):
            assert balance[f"fktp {place}"] == fund.balance >= 0
            assert min(fund.services, fund.operations.free, fund.operations.promised) >= 0
        assert balance[DRUG_LINE] == sum(allotment.balance for allotment in world.allotments)
        assert min(min(allotment.free, allotment.promised) for allotment in world.allotments) >= 0
        assert balance["claims payable"] == world.claims.owed.sum()
        assert balance["owed by the Pemda"] == world.line.debt + world.line.treasury.waiting()


@given(cases())
@settings(max_examples=25, deadline=None)
def test_every_account_every_day_and_what_was_paid_is_what_is_reported(case) -> None:  # type: ignore[no-untyped-def]
    """Over random districts and mixes of levers: funds, drug line, claims, the Pemda's bills, and all together."""
    district, policy, replicate = case
    calendar = Calendar(next_month(district.default_stock), MONTHS)
    behaviour = BEHAVIOUR.draw(1, replicate)
    final = make_world(district, RULES, behaviour, policy, 1, replicate, district.stock(), False, calendar)
    days: list[float] = []
    final.env.process(_watch(final, days))
    run(final)
    assert len(days) == calendar.days - 1
    flows, own = final.ledger.flows, range(len(final.funds))

    def reported(key: str, level: str = "district") -> float:
        table = final.out_district if level == "district" else final.out_facility
        return float(table[..., INDEX[level][key]].sum())

    paid = {
        "drug_spending_apbd": flows.get((DRUG_LINE, "suppliers", "drugs"), 0),
        "drug_spending_own": sum(flows.get((f"fktp {place}", "suppliers", "drugs"), 0) for place in own),
        "fund_services": sum(flows[f"fktp {place}", "staff", "service fees"] for place in own),
        "capitation_paid": sum(flows["bpjs", f"fktp {place}", "capitation"] for place in own),
    }
    assert paid == {key: reported(key, "facility") for key in paid}
    assert flows["district apbd", "bpjs", "Pemda premiums and aid"] == reported("paid_jkn")
    assert flows["others for the district", "bpjs", "withheld tax, province and third parties"] == reported(
        "paid_others"
    )
    assert min(int(store.stock.min()) for store in final.stores) >= 0
    assert min(int(store.on_order.min()) for store in final.stores) >= 0
