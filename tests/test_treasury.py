"""Sources by month: credits that others pay, cash that arrives, and bills that wait for both."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from districts.model import BudgetLine as Row
from districts.tiny import tiny_district
from scenarios.levers import Context
from scenarios.levers.apbd_line import ApbdLine
from sim.payers.pemda import BudgetLine
from sim.payers.treasury import Arrival, Paid, Treasury, arrivals
from sim.policy import baseline_policy
from sim.rules import load_rules
from tests.engine import BEHAVIOUR, policy_for, results, small


def _row(fund: str, amount: int, month: int, withheld: bool = False, year: int = 2024) -> Row:
    return Row.model_validate({
        "year": year, "account": "5.1.02.02.02.0003", "fund": fund, "withheld": withheld, "amount": amount,
        "month_available": month, "source": "test", "confidence": "assumed",
    })  # fmt: skip


ROWS = (
    _row("pad_dau", 700, 2), _row("cigarette_tax", 100, 6, withheld=True), _row("dbh_cht", 50, 4),
    _row("province", 30, 9), _row("third_party", 20, 1), _row("cigarette_tax", 40, 5),
)  # fmt: skip


def test_every_source_is_cash_or_credit_and_never_both() -> None:
    """Tax withheld at source is paid without passing through the treasury; tax that is received is cash."""
    cash, credits = arrivals(ROWS, credits=False), arrivals(ROWS, credits=True)
    assert [arrival.amount for arrival in cash] == [700, 50, 40]
    assert credits == (Arrival("2024-01", 20), Arrival("2024-06", 100), Arrival("2024-09", 30))
    assert sum(arrival.amount for arrival in cash + credits) == sum(row.amount for row in ROWS)


def test_credits_pay_first_and_bills_wait_for_cash() -> None:
    """By hand: 50 due a month; 20 from a third party in January, cash of 60 in February and 500 in April."""
    treasury = Treasury(credits=(Arrival("2024-01", 20),), cash=(Arrival("2024-02", 60), Arrival("2024-04", 500)))
    found = []
    for month in range(4):
        treasury.bill(50, month)
        found.append((treasury.pay_due(month, f"2024-{month + 1:02d}"), treasury.due(month)))
    assert found == [(Paid(0, 20), 30), (Paid(60, 0), 20), (Paid(0, 0), 70), (Paid(120, 0), 0)]


def test_what_is_not_used_in_a_year_lapses_with_it() -> None:
    treasury = Treasury(credits=(Arrival("2024-01", 20),), cash=(Arrival("2024-01", 60),))
    treasury.pay_due(0, "2024-01")
    treasury.open_year()
    treasury.bill(50, 12)
    assert treasury.pay_due(12, "2025-01") == Paid(0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 1000)), max_size=20),
    st.lists(st.integers(0, 800), min_size=12, max_size=12),
    st.lists(st.integers(0, 300), min_size=12, max_size=12),
)
def test_nothing_is_paid_twice_early_or_from_nowhere(bills, cash, credits) -> None:  # type: ignore[no-untyped-def]
    names = [f"2024-{month + 1:02d}" for month in range(12)]
    treasury = Treasury(tuple(map(Arrival, names, credits)), tuple(map(Arrival, names, cash)))
    for when, amount in bills:
        treasury.bill(amount, when)
    total = 0
    for month, name in enumerate(names):
        paid = treasury.pay_due(month, name)
        total += paid.cash + paid.credits
        assert total <= sum(amount for when, amount in bills if when <= month)
        assert total <= sum(cash[: month + 1]) + sum(credits[: month + 1])
        empty = treasury.cash_left == 0 and treasury.credit_left == 0
        assert treasury.due(month) == 0 or empty
    assert total + treasury.waiting() == sum(amount for _, amount in bills)


def test_others_money_carries_bills_on_top_of_the_line() -> None:
    line = BudgetLine(baseline_policy(12, 1).but(line_rule="amounts", line_amounts={2024: 100}),
                      Treasury(credits=(Arrival("2024-06", 60),)))  # fmt: skip
    line.open_year(2024, 0, True, 0)
    assert line.remaining() == 160
    assert [line.commit(80, month) for month in range(3)] == [0, 0, 80]


def test_the_districts_own_line_comes_with_its_months() -> None:
    """A source of the first months is authority from January and cash in its month; from October on it is P-APBD."""
    district = tiny_district().model_copy(update={"budget": (*ROWS, _row("pad_dau", 900, 11))})
    context = Context(district, load_rules(), "2023-11", 14)
    policy = ApbdLine(rule="district").apply(baseline_policy(14, 2), context)
    assert policy.line_amounts == {2024: 790}
    assert policy.line_additions == {"2024-11": 900}
    assert policy.line_cash == (("2024-02", 700), ("2024-04", 50), ("2024-05", 40), ("2024-11", 900))


def test_withheld_tax_lowers_what_the_district_pays_and_not_its_bill() -> None:
    """Over a year the two runs bill the same; the district's cash is less by exactly the tax that was withheld."""
    tax = 20_000_000
    given = small().model_copy(update={"budget": (*small().budget, _row("cigarette_tax", tax, 6, withheld=True))})
    without, found = (results(district, policy_for(district, 14), luck_only=True) for district in (small(), given))
    assert (found.series("bill_jkn") == without.series("bill_jkn")).all()
    assert found.series("paid_others").sum() == tax
    assert without.series("paid_jkn").sum() - found.series("paid_jkn").sum() == tax


def test_debt_and_missing_months_are_what_p_apbd_tops_up() -> None:
    """By hand: 100 a month, a line of 850; by the end of September 50 are owed. Half of the rest of the year's 300 and
    the 50 is 175: the debt first, then one month and a quarter."""
    policy = baseline_policy(12, 1).but(line_rule="amounts", line_amounts={2024: 850}, top_up=0.5)
    line = BudgetLine(policy)
    line.open_year(2024, 0, True, 0)
    for month in range(9):
        line.commit(100, month)
    assert line.debt == 50
    assert line.revise(0, bill=100, months_left=3, cash_month=9) == (175, 50)
    assert line.remaining() == 125
    unbounded = BudgetLine(baseline_policy(12, 1).but(top_up=1.0))
    unbounded.open_year(2024, 0, True, 0)
    assert unbounded.revise(10, 100, 3, 9) == (0, 0)


def test_a_full_top_up_in_october_leaves_no_debt_in_december() -> None:
    still = BEHAVIOUR.without_change()
    short = {"line_rule": "heads_at_start", "line_factor": 0.6, "regime": "owe"}
    policies = [policy_for(small(), 14, **short), policy_for(small(), 14, top_up=1.0, **short)]
    owing, topped = (results(small(), policy, still) for policy in policies)
    october, december = owing.months.index("2024-10"), owing.months.index("2024-12")
    assert (owing.district[:october] == topped.district[:october])[:, 1:].mean() > 0.99  # equal but for NaN
    assert owing.series("debt_pemda")[december] > 0
    assert topped.series("debt_pemda")[december] == 0
    assert topped.series("line_added")[october] == owing.series("debt_pemda")[december]
