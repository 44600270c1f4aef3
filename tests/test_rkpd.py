"""The RKPD figure: closed forms with and without uncertainty, rows that add up, nothing known too early."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.faults import UserError
from districts.model import BudgetLine, District, HistoryRow
from districts.tiny import tiny_district
from scenarios.rkpd.figure import Figure
from scenarios.rkpd.future import Ground
from scenarios.rkpd.known import known_at
from scenarios.rkpd.lines import Tried, binding, unpaid
from scenarios.rkpd.money import cash_plan, sources_of
from scenarios.rkpd.proposal import Money, Proposal
from scenarios.rkpd.propose import figure_at, propose
from scenarios.rkpd.stages import chosen_stage, last_data, stages_of
from scenarios.rkpd.variants import read_possible
from scenarios.rkpd.work import Work, footings_of
from scenarios.run import Task
from scenarios.scenario import load_scenario
from sim.behaviour import default_behaviour
from sim.policy import Regime
from sim.posterior import Posterior
from sim.rules import load_rules
from sim.simulate import simulate
from sim.uhc_budget import budget_table
from tests.rkpd_engine import ACTIVE, CROWD, SELVES, heads_of
from tests.rkpd_engine import simulate as closed

RULES = load_rules()
PREMIUM, AID = 35_000, 2_800
EACH = PREMIUM + AID
ACCOUNTS = {"premium": "5.1.02.02.02.0003", "aid": "5.1.02.02.02.0004", "pbi": "5.1.02.02.02.0002"}
SOURCE = {"source": "made up for tests", "confidence": "assumed"}
DISTRICT = tiny_district(3000, 2, month="2025-12")
STOCK_HEADS = heads_of(DISTRICT)
#: Heads that the closed-form engine bills in replicate 0, crowd-out at its centre of 0.004.
HEADS = STOCK_HEADS + round(CROWD * 0.004)


def proposed(district: District = DISTRICT, **asked: object) -> Proposal:
    """A proposal of the closed-form engine, without side questions unless asked."""
    given_ = {"year": 2027, "known_until": "2026-05", "side_replicates": 0, "stages": False, "luck_only": True,
              "simulate": closed, **asked}  # fmt: skip
    return propose(district, RULES, given_.pop("posterior", None), **given_)  # type: ignore[arg-type]


def adds_up(proposal: Proposal) -> None:
    """Every way to add is one number, to the rupiah."""
    rows = sum(row.heads * row.months * row.price for row in proposal.rows)
    assert proposal.amount == rows - sum(money.amount for money in proposal.deductions)
    assert sum(account.amount for account in proposal.accounts) == rows
    assert sum(source.amount for source in proposal.sources) == proposal.amount
    assert sum(month.withdrawal for month in proposal.cash) == proposal.amount
    assert sum(month.bill for month in proposal.cash) == rows
    assert all(row.months == row.last - row.first + 1 for row in proposal.rows if not row.lump)


def test_the_amount_is_the_closed_form_at_the_certainty() -> None:
    """Replicate r bills HEADS + r heads: at 0.8 the 80th of 100 counts (r = 79), at 0.5 the 50th (r = 49)."""
    found = proposed(certainty=0.8)
    self_aid = SELVES * 12 * AID
    assert found.amount == found.exact == (HEADS + 79) * 12 * EACH + self_aid
    assert found.need.median == found.central == (HEADS + 49) * 12 * EACH + self_aid
    assert (found.extra_heads, found.person_months) == (30, (HEADS + 79) * 12)
    assert {row.heads for row in found.rows if row.kind == "premium"} == {HEADS + 49}
    assert {point.chance: point.amount for point in found.curve}[0.9] == (HEADS + 89) * 12 * EACH + self_aid
    assert found.forward.amount == found.amount  # the year after has the same heads and prices
    assert found.reserve.over_median == 30 * 12 * EACH
    adds_up(found)
    alone = figure_at(DISTRICT, RULES, None, 2027, "2026-05", luck_only=True, simulate=closed)
    assert alone.total(alone.rows(0.8)) == found.amount


def test_without_uncertainty_the_closed_form_budget_is_recovered() -> None:
    """The engine itself, frozen: nobody joins, leaves or falls ill of anything that matters; heads × price × 12."""
    frozen = default_behaviour().without_change()
    found = propose(DISTRICT, RULES, None, 2026, 0.8, scenario="baseline", known_until="2026-01", replicates=100,
                    side_replicates=0, luck_only=True, simulate=partial(_held, frozen, {}))  # fmt: skip
    selves = next(row.active for row in DISTRICT.stock().segments if row.segment == "pbpu")
    assert found.amount == budget_table(STOCK_HEADS, EACH)[0].additional + budget_table(selves, AID)[0].additional
    assert found.extra_heads == 0
    assert found.reserve.over_median == 0
    adds_up(found)


def _held(frozen, kept, district, rules, _behaviour, policy, seed, *, replicate, stock, luck_only):  # type: ignore[no-untyped-def]
    """The engine with the frozen vector; with nothing drawn every replicate is the first."""
    if policy.months not in kept:
        kept[policy.months] = simulate(district, rules, frozen, policy, seed, replicate=replicate, stock=stock,
                                       luck_only=luck_only)  # fmt: skip
    return kept[policy.months]


def test_lines_and_rules_that_come_later_share_their_past_and_nothing_moves() -> None:
    """The engine itself: what shares its past is told as if each run had been simulated alone."""
    asked = {"certainty": None, "known_until": "2026-05", "replicates": 3, "side_replicates": 2, "stages": False}
    shared, alone = (propose(DISTRICT, RULES, None, 2027, **asked, simulate=each) for each in (None, simulate))
    assert len(shared.lines) > 2
    assert shared == alone


def test_a_premium_that_changes_within_the_year_splits_the_rows() -> None:
    """41,000 from May on: rows end in April, and the sum is the closed form month by month."""
    rules = RULES.from_month([("premium.pbpu_pemda.premium", "2027-05", 41_000)])
    found = propose(DISTRICT, rules, None, 2027, 0.8, known_until="2026-05", side_replicates=0, luck_only=True,
                    simulate=closed)  # fmt: skip
    assert found.amount == (HEADS + 79) * (4 * EACH + 8 * (EACH + 6_000)) + SELVES * 12 * AID
    spans = [(row.first, row.last, row.price) for row in found.rows if row.kind == "premium"]
    assert spans == [(1, 3, 35_000), (4, 4, 35_000), (5, 6, 41_000), (7, 9, 41_000), (10, 12, 41_000)]
    adds_up(found)


@given(
    st.integers(0, 40_000), st.integers(0, 9_000), st.integers(0, 3 * 10**9), st.integers(0, 10**9),
    st.integers(0, 9), st.sampled_from([None, 0.05, 0.5, 0.8, 0.95]), st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_bills_become_rows_within_one_head_of_the_need(
    heads: int, spread: int, others: int, debt: int, known: int, certainty: float | None, seed: int
) -> None:
    """Whole people and rupiah; never below the need, and above it by less than one head over the open months."""
    draw = np.random.default_rng(seed)
    table = np.floor(heads + spread * draw.random((40, 1)) + draw.integers(0, 50, (40, 12))).astype(float)
    table[:, :known] = table[0, :known]
    figure = Figure(table, np.full((40, 12), 77.0), np.full((40, 12), 1_001.0), np.full(12, PREMIUM),
                    np.full(12, AID), debt, others, known, ACCOUNTS)  # fmt: skip
    rows = figure.rows(certainty)
    need = np.sort(figure.gross)[max(1, round(40 * (0.5 if certainty is None else certainty))) - 1]
    total = sum(row.amount for row in rows)
    unit = EACH * (12 - known)
    assert need <= total < need + unit or (heads < 100 and total >= need)
    assert figure.total(rows) == max(total - others, 0)
    deductions = (Money("province", min(others, total), month=9),)
    cash = cash_plan(rows, deductions, 2027, 2, ACCOUNTS["premium"], ACCOUNTS["aid"])
    assert sum(month.withdrawal for month in cash) == figure.total(rows)
    assert all(min(month.premium, month.aid, month.other) >= 0 for month in cash)
    assert cash[0].withdrawal == 0  # nothing is paid before February


def test_what_others_pay_is_deducted_and_sources_pay_the_rest() -> None:
    def line(year: int, fund: str, amount: int, withheld: bool, month: int) -> BudgetLine:
        return BudgetLine(year=year, account=ACCOUNTS["premium"], fund=fund, withheld=withheld, amount=amount,
                          month_available=month, **SOURCE)  # type: ignore[arg-type]  # fmt: skip

    budget = (line(2027, "province", 20_000_000, False, 6), line(2027, "cigarette_tax", 5_000_000, True, 4),
              line(2026, "dbh_cht", 7_000_000, False, 5), line(2026, "pad_dau", 90_000_000, False, 1))  # fmt: skip
    district = DISTRICT.model_copy(update={"budget": budget})
    found, bare = proposed(district), proposed()
    assert found.amount == bare.amount - 25_000_000
    assert [(money.fund, money.withheld) for money in found.deductions] == [("cigarette_tax", True),
                                                                            ("province", False)]  # fmt: skip
    assert [(money.fund, money.amount, money.assumed) for money in found.sources] == [
        ("pad_dau", found.amount - 7_000_000, True), ("dbh_cht", 7_000_000, True)]  # fmt: skip
    assert (found.before, found.line, found.revision) == (97_000_000, None, None)
    adds_up(found)
    assert sum(money.amount for money in sources_of(district, 2027, 5_000_000)) == 5_000_000  # less than is earmarked


def test_debt_that_is_known_is_taken_over_on_a_row_of_its_own() -> None:
    district = DISTRICT.model_copy(update={"history": (_row("2025-12", "debt_pemda", 123_456_789),)})
    found = proposed(district)
    assert found.amount == proposed().amount + 123_456_789
    assert [(row.heads, row.months, row.price) for row in found.rows if row.kind == "debt"] == [(1, 1, 123_456_789)]
    assert found.cash[0].bill - found.cash[1].bill == 123_456_789
    adds_up(found)


def _row(month: str, indicator: str, value: float, place: str = "district") -> HistoryRow:
    return HistoryRow(month=month, indicator=indicator, place=place, value=value, **SOURCE)  # type: ignore[arg-type]


def _with_later_data() -> District:
    """The district with a stock and a history after May 2026, of other sizes."""
    later = DISTRICT.stock().model_copy(update={
        "month": "2026-08", "segments": tuple(row.model_copy(update={"registered": row.registered * 2,
                                                                     "active": row.active * 2,
                                                                     "arrears": row.arrears * 2,
                                                                     "lapsed": row.lapsed * 2})
                                              for row in DISTRICT.stock().segments)})  # fmt: skip
    history = (_row("2026-07", "debt_pemda", 9e9), _row("2026-06", "billed", 12_345))
    return DISTRICT.model_copy(update={"stocks": (*DISTRICT.stocks, later), "default_stock": "2026-08",
                                       "history": history})  # fmt: skip


def test_nothing_that_came_later_is_used() -> None:
    """A stock twice as large and a debt of billions, both after May: the figure of May does not move."""
    early, late = proposed(DISTRICT), proposed(_with_later_data())
    assert late.rows == early.rows
    assert late.amount == early.amount
    assert proposed(_with_later_data(), known_until="2026-08").amount > 2 * early.amount


def test_what_the_line_of_the_year_before_lacks_is_told_not_added() -> None:
    """Five bills of the history and seven simulated (the 50th of 100 counts), against a line of ten bills of 300."""
    line = BudgetLine(year=2026, account=ACCOUNTS["premium"], amount=3_000 * EACH, **SOURCE)  # type: ignore[arg-type]
    stock = DISTRICT.stock().model_copy(update={"month": "2026-05"})
    bills = tuple(_row(f"2026-{month:02d}", "bill_jkn", 300 * EACH) for month in range(1, 6))
    changes = {"stocks": (stock,), "default_stock": "2026-05", "budget": (line,)}
    found = proposed(DISTRICT.model_copy(update={**changes, "history": bills}))
    assert found.before_short == (1_500 + 7 * (HEADS + 49) - 3_000) * EACH + 7 * SELVES * AID
    assert found.amount == proposed().amount
    assert proposed(DISTRICT.model_copy(update={**changes, "history": bills[1:]})).before_short is None
    assert proposed(DISTRICT.model_copy(update={"budget": (line,)})).before_short == (
        (12 * (HEADS + 49) - 3_000) * EACH + 12 * SELVES * AID)  # fmt: skip


def test_the_history_rebuilds_a_later_stock() -> None:
    segments = [(row.segment, row.registered + 10, row.active + 7) for row in DISTRICT.stock().segments]
    history = tuple(_row("2026-03", key, value, f"segment:{name}")
                    for name, registered, active in segments
                    for key, value in (("registered", registered), ("active", active)))  # fmt: skip
    district = DISTRICT.model_copy(update={"history": history})
    known = known_at(district, RULES, 2027, "2026-05")
    assert (known.stock.month, known.rebuilt, known.first_month) == ("2026-03", True, "2026-04")
    assert known.district.history == ()
    assert known_at(district, RULES, 2027, "2026-02").stock.month == "2025-12"


def test_a_year_that_has_begun_starts_with_its_known_bills() -> None:
    """P-APBD with a stock of March: three bills are known and the same in every replicate, nine are simulated; the
    extra heads are those of the nine open months."""
    bills = tuple(_row(f"2026-{month:02d}", "bill_jkn", 300 * EACH + 40 * AID) for month in (1, 2, 3))
    stock = DISTRICT.stock().model_copy(update={"month": "2026-03"})
    district = DISTRICT.model_copy(update={"stocks": (*DISTRICT.stocks, stock), "history": bills})
    found = proposed(district, year=2026, known_until="2026-08")
    assert (found.basis.stock, found.basis.known_months, found.basis.stage.key) == ("2026-03", 3, "p_apbd")
    known = 3 * (300 * EACH + 40 * AID)
    assert found.amount == known + (HEADS + 79) * 9 * EACH + SELVES * 9 * AID
    assert [(row.first, row.last, row.heads) for row in found.rows if row.kind == "premium_extra"] == [(4, 12, 30)]
    adds_up(found)
    unknown = district.model_copy(update={"history": bills[:2]})  # March is not known: the stock before the year
    assert proposed(unknown, year=2026, known_until="2026-08").basis.stock == "2025-12"


def test_the_stages_of_a_year_and_the_next_one() -> None:
    """May is the last month of data of the RKPD; after it comes KUA-PPAS; P-APBD revises the year itself."""
    months = {stage.key: stage.known_until for stage in stages_of(RULES, 2027)}
    assert list(months) == ["initial_draft", "musrenbang", "final_draft", "kua_ppas", "r_apbd", "p_apbd"]
    assert months["final_draft"] == "2026-05"
    assert months["p_apbd"] == "2027-08"
    for data, key, year in (("2026-05", "final_draft", 2027), ("2026-06", "kua_ppas", 2027),
                            ("2026-08", "p_apbd", 2026), ("2026-10", "initial_draft", 2028)):  # fmt: skip
        assert (chosen_stage(RULES, data).key, chosen_stage(RULES, data).year) == (key, year)
    assert chosen_stage(RULES, "2026-05", 2026).key == "p_apbd"
    assert chosen_stage(RULES, "2020-01", 2027, "2026-06").known_until == "2026-06"
    assert last_data(DISTRICT.model_copy(update={"history": (_row("2026", "births", 5),)})) == "2026-12"


def _posterior(last: str) -> Posterior:
    """One that holds crowd-out at 0.02, made from a history up to ``last``."""
    about = {"district": "tiny", "history": ["2025-01", last], "informed": ["segment.crowd_out"], "uninformed": []}
    return Posterior(("segment.crowd_out",), np.full((5, 1), 0.02), (), ("P1", "P2"), np.zeros((5, 0, 2)), about)


def test_stages_before_are_restated_and_their_changes_add_up() -> None:
    """A newer stock moves the figure by its heads; the calibration of April by crowd-out; each cause its rupiah."""
    grown = DISTRICT.stock().model_copy(update={
        "month": "2026-02",
        "segments": tuple(row.model_copy(update={"registered": row.registered + 60, "active": row.active + 60})
                          if row.segment == "pbpu_pemda" else row for row in DISTRICT.stock().segments),
    })  # fmt: skip
    district = DISTRICT.model_copy(update={"stocks": (*DISTRICT.stocks, grown),
                                           "history": (_row("2026-05", "births", 5),)})  # fmt: skip
    found = proposed(district, posterior=_posterior("2026-04"), stages=True)
    assert [entry.stage.key for entry in found.restated] == ["initial_draft", "musrenbang", "final_draft"]
    first, second, last = found.restated
    assert (first.stock, second.stock, last.stock) == ("2025-12", "2026-02", "2026-02")
    assert (second.with_posterior, last.with_posterior) == (False, True)
    assert [(change.cause, change.rupiah) for change in second.changes] == [("stock", 60 * 12 * EACH)]
    assert [change.cause for change in last.changes] == ["rates"]
    assert last.amount == found.amount == second.amount + last.changes[0].rupiah
    left_out = proposed(district, posterior=_posterior("2026-06"))
    assert left_out.basis.posterior is None
    assert left_out.basis.posterior_later
    assert left_out.amount == second.amount


def test_lines_ladder_and_variants_by_hand() -> None:
    """One replicate, so that every outcome is arithmetic: HEADS heads, 12 equal bills."""
    found = proposed(certainty=None, replicates=1, side_replicates=1, scenario="uhc-owe",
                     possible=(read_possible("premium=48000@0.3", RULES, 2027),))  # fmt: skip
    bill = HEADS * EACH + SELVES * AID
    assert found.amount == 12 * bill
    assert found.curve == ()
    none, tenth, fifth, third = found.cuts()
    assert (none.enough, none.first_empty, none.debt) == (1.0, None, 0)
    assert (fifth.first_empty, fifth.months_covered) == ("2027-10", 9.0)  # 9.6 bills
    assert fifth.debt == pytest.approx(2.4 * bill, abs=1)
    assert fifth.lose_cover == 0  # it is owed
    assert fifth.person_months == pytest.approx(9.6 * HEADS, abs=1)
    assert (tenth.first_empty, third.first_empty) == ("2027-11", "2027-09")
    assert {line.regime for line in found.cuts()} == {"owe"}
    dropped = {line.cut: line for line in found.cuts("drop")}
    assert dropped[0.2].lose_cover == HEADS < ACTIVE
    assert dropped[0.2].status_months == 10.0  # dropped from November on
    assert [line.change for line in found.ladder()] == [found.step * at for at in (-2, -1, 0, 1)]
    rise = found.possible[0]
    assert rise.ratio == pytest.approx((HEADS * (EACH + 6_000) + SELVES * AID) / bill)
    assert (rise.chance, rise.value) == (0.3, 48_000)
    off, default, high = found.crowd_out
    assert off.ratio == pytest.approx(1 - CROWD * 0.004 * EACH / bill)
    assert (off.value, default.value, high.value) == (0.0, 0.004, 0.015)
    assert default.ratio == 1.0
    assert high.ratio == pytest.approx(1 + CROWD * 0.011 * EACH / bill)


def test_processes_change_nothing() -> None:
    asked = {"certainty": None, "replicates": 3, "side_replicates": 2}
    assert proposed(**asked) == proposed(**asked, jobs=2)


def test_the_line_of_the_year_against_the_proposal() -> None:
    """RKAP: the line by account before, the rows by account after, and what P-APBD must add."""
    line = BudgetLine(year=2027, account=ACCOUNTS["premium"], amount=100_000_000, **SOURCE)  # type: ignore[arg-type]
    found = proposed(DISTRICT.model_copy(update={"budget": (line,)}))
    assert found.revision is not None
    rows = {row.code: (row.before, row.after) for row in found.revision.accounts}
    assert rows[ACCOUNTS["premium"]] == (100_000_000, (HEADS + 79) * 12 * PREMIUM)
    assert rows[ACCOUNTS["aid"]] == (0, (HEADS + 79 + SELVES) * 12 * AID)
    assert found.revision.after - found.revision.before == found.reserve.over_line == found.amount - 100_000_000
    assert found.reserve.chance_line == 1.0


def test_rules_that_may_come_are_told_beside_the_figure_not_in_it() -> None:
    """The rise of the library, 46,200 gross: the Pemda pays 39,200 + 2,800 = 42,000 from January; its chance is told.
    A scenario that holds the rule as possible has the figure of today's premium."""
    usual = proposed(certainty=None, replicates=1, side_replicates=1)
    rise = {rule.name: rule for rule in usual.possible}["premium_rise"]
    bill = HEADS * EACH + SELVES * AID
    assert (rise.value, rise.chance) == (46_200, 0.6)
    assert rise.ratio == pytest.approx((HEADS * 42_000 + SELVES * AID) / bill)
    kris = {rule.name: rule for rule in usual.possible}["kris"]
    assert (kris.value, kris.chance) == (60_000, 0.5)
    assert kris.ratio == pytest.approx((HEADS * (60_000 - 4_200) + SELVES * AID) / bill)
    assert proposed(certainty=None, replicates=1, scenario="premium-rise-possible").amount == usual.amount


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"replicates": 99}, "a certainty needs 100 replicates; this run has 99"),
        ({"certainty": 1.0}, "certainty is 1.0; it lies between"),
        ({"known_until": "May 2026"}, "May 2026 is not a month; write YYYY-MM"),
        ({"known_until": "2027-12"}, "--known-until is at most 2027-11"),
        ({"known_until": "2025-06"}, "no membership stock up to 2025-06"),
        ({"year": 2040}, "2040 lies more than 6 years after the last membership stock"),
        ({"year": 1999}, "year is 1999; it lies between 2020 and 2100"),
        ({"scenario": "uhc-now"}, "unknown scenario uhc-now; nearest known"),
        ({"side_replicates": 200}, "side replicates is 200"),
    ],
)
def test_what_cannot_be_computed_is_said(asked: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        proposed(**asked)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("48000", "write NAME=PREMIUM@CHANCE"),
        ("p=48000@2", "write NAME"),
        ("p=5000@0.1", "between the aid in it"),
        ("p=4800000@0.1", "and 1000000"),
    ],
)
def test_a_possible_rule_has_a_form(text: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_possible(text, RULES, 2027)


@pytest.mark.parametrize("regime", ["owe", "drop", "grace_then_drop"])
def test_a_line_is_empty_when_the_bills_without_a_line_say_so(regime: Regime) -> None:
    """The month found from the run without a line is the one in which a binding line leaves the first bill unpaid, or
    has heads dropped for it."""
    stage = chosen_stage(RULES, last_data(DISTRICT), 2027, "2026-05")
    footing = footings_of(DISTRICT, RULES, None, stage, earlier=False)[-1]
    ground = Ground(RULES, None, load_scenario("uhc-non-cut-off"), 3, 1, False, simulate, lambda: None)
    work = Work(ground, 2027, None, 3, (), ACCOUNTS, {})
    figure, decision = work.figure(footing.known, False), ground.decision(footing.known, 2027)
    for share in (0.35, 0.6, 0.9, 1.0):
        tried = Tried(round(share * float(figure.need.min())), None, regime)
        task = Task(decision.but(partial(binding, year=2027, tried=tried, figure=figure)))
        bound = ground.run(footing.known, {"line": task}, 3, False)["line"]
        assert figure.emptied(tried.line).tolist() == unpaid(bound, 2027).tolist()
