"""The district's money: bill lines once each, the three regimes, debt, and status at the bars."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from sim import codes
from sim.payers.ledger import Ledger
from sim.payers.pemda import BudgetLine, make_bill
from sim.payers.uhc import Bars, holds_status
from sim.policy import baseline_policy
from tests.engine import BEHAVIOUR, RULES, policy_for, results, small, world

STILL = BEHAVIOUR.without_change().but({"segment.nik_invalid": 0.0})


def _line(**policy: object) -> BudgetLine:
    return BudgetLine(baseline_policy(12, 1).but(**policy))


def test_each_bill_line_stands_once() -> None:
    """28,795 heads cost 1,088,451,000 a month: 35,000 and 2,800, the aid not counted again for the same heads."""
    bill = make_bill(28_795, 100, 1_000, 35_000, 2_800, 10_000_000, 0.04, 5, True)
    assert bill.premium + bill.aid_pemda == 1_088_451_000
    assert bill.aid_self == 2_800_000
    assert bill.jkn == 1_088_451_000 + 2_800_000 + 5
    assert bill.village == 400_000
    assert bill.province == 3_780_000
    another = make_bill(28_795, 100, 1_000, 35_000, 2_800, 10_000_000, 0.04, 5, True, aid_in_line=False)
    assert (another.aid_self, another.aid_outside, another.jkn) == (0, 2_800_000, bill.jkn - 2_800_000)
    elsewhere = make_bill(28_795, 100, 1_000, 35_000, 2_800, 10_000_000, 0.04, 5, False)
    assert (elsewhere.aid_self, elsewhere.province) == (0, 3_780_000 + 2_800_000)


def test_members_struck_off_are_credited_once() -> None:
    """3 found dead, credited one month each: 3 x 37,800 off a bill that is otherwise the same; never below nothing."""
    arguments = (10, 0, 0, 35_000, 2_800, 0, 0.04, 0, True)
    assert make_bill(*arguments, struck_off=3, months_credited=1).jkn == (10 - 3) * 37_800
    assert make_bill(*arguments, struck_off=3, months_credited=9).jkn == 0


def test_cleansed_heads_lower_the_next_bill() -> None:
    policy = policy_for(small(), 3, cleansing=np.array([1.0, 0.0, 0.0]))
    behaviour = BEHAVIOUR.without_change().but({"register.find_dead": 1.0, "register.find_moved": 1.0})
    found = results(small(), policy, behaviour)
    gone = -np.diff(found.series("billed"))[0]
    assert gone > 20
    assert found.series("bill_correction").tolist() == [0, -37_800 * gone, 0]


def test_what_the_line_cannot_carry_becomes_debt_and_the_first_claim_on_the_next() -> None:
    line = _line(line_rule="amounts", line_amounts={2024: 250, 2025: 400})
    line.open_year(2024, 0, True, 1)
    assert [line.commit(100, month) for month in range(4)] == [0, 0, 50, 100]
    assert (line.debt, line.debt_age, line.unfunded_months) == (150, 2, 2)
    line.open_year(2025, 0, True, 13)
    assert (line.debt, line.committed, line.remaining()) == (0, 150, 250)
    assert line.treasury.pay_due(12, "2024-12") == (250, 0)
    assert line.treasury.pay_due(13, "2025-01") == (150, 0)


def test_lines_follow_their_written_rule() -> None:
    line = _line(line_rule="heads_at_start", line_factor=0.75)
    line.open_year(2023, 1200, False, 0)
    assert line.line is None
    line.open_year(2024, 1200, True, 3)
    assert line.line == 900
    growing = _line(line_rule="last_year_growth", line_growth=0.1)
    growing.last_bills = [50] * 3 + [100] * 12
    growing.open_year(2025, 0, True, 16)
    assert growing.line == pytest.approx(1320)


def test_drop_keeps_the_heads_that_the_rest_can_pay() -> None:
    line = _line(line_rule="amounts", line_amounts={2024: 5_000_000}, regime="drop")
    line.open_year(2024, 0, True, 0)
    bill = make_bill(100, 0, 0, 35_000, 2_800, 0, 0.04, 0, True)
    line.commit(bill.jkn, 0)
    assert line.heads_to_drop(bill, 100, 11) == 100 - (5_000_000 - 3_780_000) // 37_800
    assert line.heads_to_drop(bill, 100, 0) == 0


def test_grace_waits_before_dropping() -> None:
    line = _line(line_rule="amounts", line_amounts={2024: 0}, regime="grace_then_drop", grace_months=3)
    line.open_year(2024, 0, True, 0)
    bill = make_bill(10, 0, 0, 35_000, 2_800, 0, 0.04, 0, True)
    dropped = []
    for month in range(3):
        line.commit(bill.jkn, month)
        dropped.append(line.heads_to_drop(bill, 10, 11 - month))
    assert dropped == [0, 0, 10]


BARS = Bars(Fraction("0.98"), Fraction("0.8"))


@pytest.mark.parametrize(
    ("registered", "active", "agreement", "arrears", "holds"),
    [
        (980, 800, True, 0, True),
        (979, 800, True, 0, False),
        (980, 799, True, 0, False),
        (980, 800, False, 0, False),
        (980, 800, True, 3, True),
        (980, 800, True, 4, False),
    ],
)
def test_status_needs_both_bars_agreement_and_no_old_arrears(
    registered: int, active: int, agreement: bool, arrears: int, holds: bool
) -> None:
    assert holds_status(BARS, 1000, registered, active, agreement, arrears, 3) is holds


def test_a_budget_that_does_not_reach_december_costs_the_status_only_where_the_rule_asks_it() -> None:
    assert not holds_status(BARS, 1000, 980, 800, True, 0, 3, budget=False)
    quota = np.zeros(8, np.int64)
    quota[0] = 1500
    short = {"line_rule": "heads_at_start", "line_factor": 0.5, "regime": "owe", "agreement": True}
    policy = policy_for(small(), 8, intake_quota=quota, **short)
    status = {}
    for condition in ("commitment", "line"):
        rules = RULES.but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.5, "uhc.budget_condition": condition})
        status[condition] = results(small(), policy, STILL, rules=rules).series("status_uhc")
    january = 2  # the run starts in November
    assert status["commitment"][january] == 1
    assert status["line"][:january].all()
    assert not status["line"][january:].any()


def test_arrears_end_the_status_only_through_their_switch() -> None:
    rules = RULES.but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.5})
    policy = policy_for(small(), 12, agreement=True, line_rule="amounts", line_amounts={2024: 0}, regime="owe")
    on, off = (results(small(), policy, STILL.but({"feedback.arrears_to_status": s}), rules=rules) for s in (1.0, 0.0))
    # owed from January on: three months old at the review of April, which is borne, six at that of July
    july = on.months.index("2024-07")
    assert on.series("status_uhc")[:july].all()
    assert not on.series("status_uhc")[july:].any()
    assert off.series("status_uhc").all()


def test_heads_needed_are_whole_and_exact() -> None:
    assert BARS.heads_needed(1001, 0, 0) == (981, 801)
    assert BARS.heads_needed(1000, 990, 900) == (0, 0)


@pytest.fixture(scope="module")
def regimes():  # type: ignore[no-untyped-def]
    """The same district under a line of six months' money, by regime."""
    quota = np.zeros(14, np.int64)
    quota[0] = 4000
    found = {}
    for regime in ("owe", "drop", "freeze"):
        policy = policy_for(small(), 14, intake_quota=quota, agreement=True, line_rule="heads_at_start",
                            line_factor=0.5, regime=regime, restore_in_january=False)  # fmt: skip
        found[regime] = results(small(), policy)
    found["unbounded"] = results(small(), policy_for(small(), 14, intake_quota=quota, agreement=True))
    return found


def test_owing_keeps_members_active_and_builds_debt(regimes) -> None:  # type: ignore[no-untyped-def]
    owe, free = regimes["owe"], regimes["unbounded"]
    exhausted = int(np.argmax(owe.series("unfunded") > 0))
    assert owe.months[exhausted][:4] == "2024"
    assert (owe.series("debt_pemda")[exhausted:] > 0).all()
    early = slice(0, exhausted + 2)
    assert np.array_equal(owe.series("active")[early], free.series("active")[early])
    assert owe.series("dropped").sum() == 0


def test_dropping_leaves_heads_registered_and_without_debt(regimes) -> None:  # type: ignore[no-untyped-def]
    drop, owe = regimes["drop"], regimes["owe"]
    assert drop.series("dropped").sum() > 1000
    assert drop.series("active")[-1] < owe.series("active")[-1] - 1000
    assert drop.series("debt_pemda")[-1] < 0.05 * owe.series("debt_pemda")[-1]
    assert abs(drop.series("registered")[-1] - owe.series("registered")[-1]) < 0.01 * owe.series("registered")[-1]


def test_unused_heads_go_first_so_contacts_fall_less_than_cover(regimes) -> None:  # type: ignore[no-untyped-def]
    drop, free = regimes["drop"], regimes["unbounded"]
    last = slice(-3, None)
    cover = drop.series("active")[last].sum() / free.series("active")[last].sum()
    contacts = drop.series("contacts", "facility")[last].sum() / free.series("contacts", "facility")[last].sum()
    assert cover < 0.95
    assert contacts > cover


def test_the_dropped_are_switched_on_again_where_they_seek_care_and_cost_a_full_month() -> None:
    """Under *drop* with and without a way back at the point of care, same luck: who comes back is billed for the whole
    month of the illness, 37,800 rupiah a head, and capitated from the next 1st at the earliest."""
    quota = np.zeros(14, np.int64)
    quota[0] = 4000
    line = {"line_rule": "heads_at_start", "line_factor": 0.5, "regime": "drop", "restore_in_january": False}
    rules = RULES.but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.5})
    often = {"care.emergency": 0.05, "segment.point_of_care": 0.9}
    found = {}
    for back in (False, True):
        policy = policy_for(small(), 14, intake_quota=quota, agreement=True, point_of_care=True,
                            restore_at_point_of_care=back, **line)  # fmt: skip
        found[back] = results(small(), policy, often, rules=rules)
    never, back = found[False], found[True]
    month = int(np.argmax(back.series("dropped") > 0))  # the first month with dropped heads: the same until then
    assert np.array_equal(never.series("billed")[:month], back.series("billed")[:month])
    came = back.series("intake_point_of_care")[month] - never.series("intake_point_of_care")[month]
    assert came > 50
    assert back.series("billed")[month] - never.series("billed")[month] == came
    bills = [run.series("bill_premium")[month] + run.series("bill_aid_pemda")[month] for run in (never, back)]
    assert bills[1] - bills[0] == came * 37_800
    assert back.series("capitated")[month] == never.series("capitated")[month]
    # the line is still too short: about as many more are switched off on the next 1st
    more = back.series("dropped")[month + 1] - never.series("dropped")[month + 1]
    assert more >= came


def test_freezing_stops_intake() -> None:
    months = 14
    policy = policy_for(small(), months, intake_quota=np.full(months, 100), agreement=True,
                        line_rule="heads_at_start", line_factor=0.5, regime="freeze")  # fmt: skip
    found = results(small(), policy)
    intake = found.series("intake_never") + found.series("intake_lapsed") + found.series("intake_arrears")
    frozen = found.months.index("2024-03")
    assert intake[:2].sum() > 100
    assert intake[frozen:].sum() <= 30  # the tail of the NIK queue


@pytest.mark.parametrize(("status", "first_active"), [(True, 0), (False, 1)])
def test_heads_are_active_at_once_only_under_non_cut_off(status: bool, first_active: int) -> None:
    """200 applications on day 1: non-cut-off are active and billed in the month, cut-off from the next 1st."""
    quota = np.zeros(4, np.int64)
    quota[0] = 200
    district = small()
    policy = policy_for(district, 4, intake_quota=quota, agreement=status)
    rules = RULES.but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.5})
    base = results(district, policy_for(district, 4, agreement=status), STILL, rules=rules)
    found = results(district, policy, STILL, rules=rules)
    more = found.series("active") - base.series("active")
    assert more.tolist() == [200 if month >= first_active else 0 for month in range(4)]
    billed = found.series("billed") - base.series("billed")
    assert billed.tolist() == [200 if month >= first_active else 0 for month in range(4)]
    capitated = found.series("capitated") - base.series("capitated")
    assert capitated.tolist() == [0, 200, 200, 200]


def test_applications_after_the_cut_off_day_wait_a_month_more() -> None:
    """20 a day: registered by day 20 of the month or later decides between the next 1st and the 1st after."""
    quota = np.zeros(4, np.int64)
    quota[0] = 10**6
    behaviour = STILL.but({"office.capacity": 20.0})
    final = world(small(), policy_for(small(), 4, intake_quota=quota), behaviour)
    calendar = final.calendar
    by_cut_off = 20 * sum(day <= 20 for day in calendar.working_days(0))
    pemda = final.out_segment[:, codes.PEMDA]
    start = int(sum(row.active for row in small().stock().segments if row.segment == "pbpu_pemda"))
    assert pemda[1, 1] - start == by_cut_off
    assert pemda[0, 2] == 20 * len(calendar.working_days(0))


def test_the_office_mends_unclear_applications_or_returns_them() -> None:
    """Of 1,000 applied for, 300 have no valid NIK; 40 % of those come in a month later, the others not at all. Bounds:
    five standard deviations (false alarm below 1 in 10^6)."""
    quota = np.zeros(4, np.int64)
    quota[0] = 1000
    behaviour = STILL.but({"segment.nik_invalid": 0.3, "segment.nik_mended": 0.4, "segment.pemda_replaced": 0.0})
    found = results(small(), policy_for(small(), 4, intake_quota=quota), behaviour)
    queue = found.series("intake_queue")
    assert abs(queue[0] - 300) < 5 * np.sqrt(1000 * 0.3 * 0.7)
    assert not queue[1:].any()
    ways = ("never", "lapsed", "arrears", "pbpu", "ppu")
    intake = np.sum([found.series(f"intake_{way}") for way in ways], axis=0)
    assert intake[0] == 1000 - queue[0]
    assert abs(intake[1] - 0.4 * queue[0]) < 5 * np.sqrt(queue[0] * 0.4 * 0.6)
    assert not intake[2:].any()


def test_the_ledger_refuses_what_is_not_whole_rupiah() -> None:
    ledger = Ledger()
    ledger.pay("a", "b", 5, "test")
    assert (ledger.balance["a"], ledger.balance["b"], ledger.total()) == (-5, 5, 0)
    for bad in (-1, 0.5):
        with pytest.raises(ValueError, match="whole number of rupiah"):
            ledger.pay("a", "b", bad, "test")  # type: ignore[arg-type]


def _share(found, key: str) -> np.ndarray:  # type: ignore[no-untyped-def]
    return found.series(key) / found.series("population_dukcapil")


@pytest.mark.parametrize(
    "strain", [{}, {"office.capacity": 40.0}, {"segment.nik_invalid": 0.6, "segment.nik_mended": 0.3}]
)
def test_holding_the_status_takes_the_fewest_heads(strain: dict[str, float]) -> None:
    """A slow office or many invalid NIK do not make the Pemda apply twice: registered never passes bar and margin by
    more than births, moves and jobs of the months bring by themselves."""
    policy = policy_for(small(), 12, intake_target="hold_status", agreement=True, hold_margin=0.003)
    found = results(small(), policy, {**strain, "segment.pbi_out": 0.0, "segment.join": 0.0, "segment.job_gain": 0.0})
    assert _share(found, "registered").max() < 0.95 + 0.003 + 0.015
    assert _share(found, "registered")[-1] > 0.95 - 0.01


def test_the_status_is_held_through_bars_and_counts_known_in_advance() -> None:
    """The bars rise in January 2025 and the Dukcapil count every half year: status stays all the way, where the first
    intake is not held up by unclear NIK."""
    policy = policy_for(small(), 24, intake_target="hold_status", agreement=True, hold_margin=0.003, point_of_care=True)
    for replicate in range(3):
        behaviour = BEHAVIOUR.draw(1, replicate).but({"segment.nik_invalid": 0.01})
        found = results(small(), policy, behaviour, replicate=replicate, luck_only=False)
        assert found.series("status_uhc").all()


def test_the_order_says_who_fills_the_active_bar() -> None:
    """With everyone registered only the inactive can lift the active share; the order decides which of them."""
    from districts.tiny import tiny_district
    from tests.engine import RULES

    district = tiny_district(10_000, 2, {"pbi_jk": 5000, "pbpu_pemda": 1500, "ppu": 2000, "pbpu": 1400, "bp": 100})
    rules = RULES.but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.93})
    found = {}
    for order in ("lapsed_first", "arrears_first"):
        policy = policy_for(district, 1, intake_target="hold_status", agreement=True, intake_order=order)
        found[order] = results(district, policy, STILL, rules=rules)
    lapsed = sum(found["lapsed_first"].series(f"intake_{name}")[0] for name in ("lapsed", "ppu"))
    assert lapsed > found["lapsed_first"].series("intake_arrears")[0]
    assert found["arrears_first"].series("intake_arrears")[0] > 100


def test_heads_that_fell_out_of_ppu_are_told_apart() -> None:
    quota = np.zeros(2, np.int64)
    quota[0] = 10**6
    found = results(small(), policy_for(small(), 2, intake_quota=quota, agreement=True), STILL)
    rows = small().stock().segments
    assert found.series("intake_ppu").sum() == sum(row.lapsed for row in rows if row.segment == "ppu")
    assert found.series("intake_lapsed").sum() == sum(row.lapsed for row in rows if row.segment != "ppu")


def test_a_self_payer_taken_over_stays_covered() -> None:
    """Paying class III families asked for under cut-off keep their cover while they change the payer."""
    quota = np.zeros(3, np.int64)
    quota[0] = 10**6
    found = results(small(), policy_for(small(), 3, intake_quota=quota, intake_order="poorest_first"), STILL)
    base = results(small(), policy_for(small(), 3), STILL)
    assert found.series("intake_pbpu").sum() > 100
    assert (found.series("active") >= base.series("active")).all()


def test_those_who_fall_out_of_pbi_are_taken_over_without_a_new_check_of_their_nik() -> None:
    """All that the Pemda asks for are on its list after the cut, though six in ten other applications are unclear."""
    share = np.zeros(3)
    share[1] = 0.1
    policy = policy_for(small(), 3, pbi_cut=share, pbi_cut_takeover=np.where(share > 0, 0.5, 0.0))
    found = results(small(), policy, STILL.but({"segment.nik_invalid": 0.6, "segment.pemda_replaced": 0.0}))
    assert found.series("intake_lapsed")[1] == round(0.5 * found.series("pbi_out")[1])
    assert found.series("intake_queue")[1] == 0


def test_who_was_registered_before_the_stock_is_billed_from_the_first_month() -> None:
    """Thirty of the lapsed await their first active month: the first bill counts them, and no other figure moves."""
    district = small()
    stock = district.stock()
    awaiting = district.model_copy(update={"stocks": (stock.model_copy(update={"pending": 30}),)})
    policy = policy_for(district, 2)
    plain, found = (results(one, policy, STILL) for one in (district, awaiting))
    assert found.series("billed")[0] == plain.series("billed")[0] + 30
    assert found.series("registered")[0] == plain.series("registered")[0]
