"""The double-entry ledger balances to the rupiah every month, and its accounts are what the institutions hold and owe."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar import Calendar, next_month
from sim.simulate import run
from sim.world import World, make_world
from tests.engine import BEHAVIOUR, RULES
from tests.test_conservation import cases

#: After the steps of a month's last day.
_EVENING = 0.9


def _watch(world: World, seen: list[dict[str, int]]) -> Generator[Any, Any, None]:
    """SimPy process: every month's end, the ledger beside what the institutions themselves say."""
    for month in range(world.calendar.count):
        end = world.calendar.start_day(month) + world.calendar.length(month) - 1 + _EVENING
        yield world.env.timeout(end - world.env.now)
        balance = world.ledger.balance
        seen.append({
            "total": world.ledger.total(),
            "Pemda, ledger": balance["owed by the Pemda"],
            "Pemda, line": world.line.debt + world.line.treasury.waiting(),
            "claims, ledger": balance["claims payable"],
            "claims, office": int(world.claims.owed.sum()),
        })  # fmt: skip
        for place, fund in enumerate(world.funds):
            assert balance[f"fktp {place}"] == fund.balance, (month, place)
        for place in range(len(world.facilities)):
            assert balance[f"fktp {place}"] >= 0


@given(cases(), st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_every_month_every_account(case, seed) -> None:  # type: ignore[no-untyped-def]
    district, policy, replicate = case
    calendar = Calendar(next_month(district.default_stock), policy.months)
    behaviour = BEHAVIOUR.draw(seed, replicate)
    world = make_world(
        district, RULES, behaviour, policy, seed, replicate, district.stock(), False, calendar
    )  # fmt: skip
    seen: list[dict[str, int]] = []
    world.env.process(_watch(world, seen))
    run(world)
    assert len(seen) == policy.months
    for month in seen:
        assert month["total"] == 0
        assert month["Pemda, ledger"] == month["Pemda, line"]
        assert month["claims, ledger"] == month["claims, office"]
    assert sum(month["claims, office"] for month in seen) > 0
    flows = world.ledger.flows
    paid = world.out_district[:, [_column("paid_jkn"), _column("paid_others")]].sum(axis=0)
    assert flows["district apbd", "bpjs", "Pemda premiums and aid"] == paid[0]
    assert flows["others for the district", "bpjs", "withheld tax, province and third parties"] == paid[1]
    capitation = sum(amount for (payer, _, purpose), amount in flows.items() if (payer, purpose) == ("bpjs", "capitation"))
    assert capitation == np.sum(world.out_district[:, _column("capitation_paid")])


def _column(key: str) -> int:
    from sim.indicators import INDEX

    return INDEX["district"][key]
