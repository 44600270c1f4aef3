"""Hospital claims: batches, files sent back, verifiers, the 15-day rule and its penalty, what is owed and paid."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar import Calendar
from sim.facilities.hospitals import make_hospitals
from sim.indicators import DISTRICT
from sim.institutions import make_claims_office
from sim.payers.claims import INCOMPLETE, LATE, PAID, PENALTY, RETURNED, SUBMITTED, UNSUBMITTED, WAITING, ClaimsOffice
from sim.payers.ledger import Ledger
from sim.simulate import results_of
from tests.engine import BEHAVIOUR, RULES, policy_for, results, small, world


def law(key: str, on: date) -> Any:
    """Perpres 82/2018: 15 days from complete files, 1 % for each month of delay."""
    return {"claims.payment_days": 15, "claims.late_penalty_month": 0.01}[key]


def an_office(hospitals: int = 1, months: int = 12, returned: float = 0.0, **more: Any) -> ClaimsOffice:
    """An office without verifiers, from January 2024 on (day 0 is a Monday)."""
    calendar = Calendar("2024-01", months)
    names = tuple(f"hospital {number}" for number in range(hospitals))
    rule, days = more.get("rule", law), more.get("return_days", 30)
    return ClaimsOffice(simpy.Environment(), calendar, Ledger(), rule, names, returned, days)


def book(office: ClaimsOffice, files: list[int], rupiah: list[int], submission: int) -> None:
    office.incur(np.array(files), np.array(rupiah), submission)


def paid_on(office: ClaimsOffice, days: int) -> dict[int, int]:
    """Rupiah paid by day, from today to day ``days``."""
    found, before = {}, int(office.flows[:, PAID].sum())
    for day in range(int(office.env.now), days):
        office.env.run(until=day + 1)
        now = int(office.flows[:, PAID].sum())
        if now > before:
            found[day] = now - before
        before = now
    return found


def test_files_are_cleared_day_by_day_but_not_on_sunday() -> None:
    """100 files from Friday the 12th on, 30 a day: Friday, Saturday, Monday, and the last ten on Tuesday."""
    office = an_office()
    office.hire(1, 30)
    book(office, [100], [1000], 11)
    assert office.owed.tolist() == [[1000, 0, 0]]
    assert paid_on(office, 40) == {11: 300, 12: 300, 14: 300, 15: 100}
    assert office.flows[0, SUBMITTED] == 1000
    assert not office.owed.any()


@pytest.mark.parametrize(
    ("hired", "late", "penalty"),
    [
        (26, 0, 0),  # complete on day 11: day 26 is the fifteenth day after it
        (27, 1_000_050, 10_000),  # Sunday the 28th is left out: paid on day 28, two days late: 1 % of 1,000,050
        (55, 1_000_050, 10_000),  # day 56: the thirtieth day of the first month of delay
        (56, 1_000_050, 10_000),
        (57, 1_000_050, 20_001),  # day 57 begins the second: 20,001.0
        (86, 1_000_050, 20_001),  # its last day
        (87, 1_000_050, 30_001),  # the third: 30,001.5, whole rupiah only
    ],
)
def test_late_payment_costs_one_per_cent_for_each_month_begun(hired: int, late: int, penalty: int) -> None:
    office = an_office()
    book(office, [10], [1_000_050], 11)
    office.env.run(until=hired)
    office.hire(1, 10)
    office.env.run(until=120)
    assert office.flows[0].tolist() == [1_000_050, 0, 1_000_050, late, penalty]
    assert office.ledger.balance["hospital 0"] == 1_000_050 + penalty
    assert office.ledger.flows["bpjs", "hospital 0", "late-payment penalty"] == penalty


def test_the_rule_is_that_of_the_day_of_payment() -> None:
    def rule(key: str, on: date) -> Any:
        if key == "claims.payment_days":
            return 15 if on < date(2024, 3, 1) else 60
        return 0.01 if on < date(2024, 2, 15) else 0.02

    for hired, penalty in ((44, 100), (46, 200), (61, 0)):  # 14 February, 16 February, 2 March
        office = an_office(rule=rule)
        book(office, [1], [10_000], 11)
        office.env.run(until=hired)
        office.hire(1, 1)
        office.env.run(until=70)
        assert office.flows[0, PENALTY] == penalty


def test_what_is_sent_back_comes_again_complete_and_its_days_begin_then() -> None:
    office = an_office(returned=0.1, return_days=30)
    office.hire(1, 1000)
    book(office, [100], [1_000_000], 9)
    office.env.run(until=10)
    assert office.flows[0, [SUBMITTED, RETURNED, PAID]].tolist() == [1_000_000, 100_000, 900_000]
    assert office.owed[0].tolist() == [0, 100_000, 0]
    assert paid_on(office, 60) == {39: 100_000}  # 9 February, 30 days after 10 January
    assert office.flows[0, LATE] == 0


def test_fractions_of_files_sent_back_are_kept_for_the_next_month() -> None:
    """A quarter of two files: none in one month, one in the next."""
    office = an_office(returned=0.25)
    back = []
    for day in range(9, 13):
        book(office, [2], [200], day)
        office.env.run(until=day + 0.9)
        back.append(int(office.flows[0, RETURNED]))
    assert back == [0, 100, 100, 200]


def test_the_oldest_files_are_paid_first() -> None:
    office = an_office(2)
    book(office, [50, 0], [50, 0], 9)
    book(office, [0, 50], [0, 5000], 10)
    office.env.run(until=14)
    office.hire(1, 60)
    office.env.run(until=15)
    assert office.flows[:, PAID].tolist() == [50, 1000]


def test_hospitals_share_the_verifiers_whatever_their_size() -> None:
    """Two verifiers of 10 files a day: a small hospital waits for its own files, not for all of a large one's."""
    office = an_office(2)
    office.hire(2, 10)
    book(office, [1000, 30], [1000, 30], 7)  # Monday the 8th
    paid = []
    for day in range(7, 12):
        office.env.run(until=day + 1)
        paid.append(office.flows[:, PAID].tolist())
    assert paid == [[10, 10], [20, 20], [30, 30], [50, 30], [70, 30]]


def test_equal_shares_over_parts_equal_a_simpy_resource() -> None:
    """Parts of a verifier's whole day, hospital by hospital in turn, queue as at a SimPy resource of three."""
    files = [400, 100, 250, 50]
    office = an_office(4)
    office.hire(3, 50)
    book(office, files, files, 7)
    expected: dict[int, dict[int, int]] = {number: {} for number in range(4)}
    env = simpy.Environment(7)
    desk = simpy.Resource(env, 3)

    def part(hospital: int) -> Any:
        with desk.request() as turn:
            yield turn
            day = int(env.now)
            yield env.timeout(1)
            expected[hospital][day] = expected[hospital].get(day, 0) + 50

    for number in range(max(files) // 50):
        for hospital, count in enumerate(files):
            if number < count // 50:
                env.process(part(hospital))
    env.run()
    before = np.zeros(4)
    for day in range(7, 13):  # Monday to Saturday
        office.env.run(until=day + 1)
        paid = office.flows[:, PAID] - before
        assert paid.tolist() == [expected[hospital].get(day, 0) for hospital in range(4)]
        before = before + paid
    assert before.sum() == sum(files)


@pytest.mark.parametrize("load", [0.9, 1.2])
def test_a_queue_below_capacity_stays_and_one_above_grows_by_the_difference(load: float) -> None:
    """Twelve batches, each the load times what two verifiers clear in that month: what is left is that of a fluid."""
    calendar = Calendar("2024-01", 12)
    office = an_office()
    office.hire(2, 20)
    days = [len(calendar.working_days(month)) for month in range(12)]
    waiting, fluid = [], 0.0
    for month in range(12):
        start, files = calendar.start_day(month), round(load * 40 * days[month])
        book(office, [files], [files], start)
        office.env.run(until=start + calendar.length(month))
        waiting.append(int(office.owed[0, WAITING]))
        fluid = max(0.0, fluid + files - 40 * days[month])
        assert waiting[-1] == fluid
    assert waiting[-1] == (0 if load < 1 else sum(round(0.2 * 40 * number) for number in days))


def test_fractions_of_a_file_add_up_and_idle_days_do_not() -> None:
    office = an_office()
    office.hire(1, 0.5)
    office.env.run(until=28)  # four idle weeks leave no more than half a file of work
    book(office, [100], [100], 28)
    office.env.run(until=28 + 28)
    assert office.flows[0, PAID] == 12  # 24 working days


def test_more_verifiers_clear_more() -> None:
    office = an_office()
    office.hire(1, 10)
    book(office, [10_000], [10_000], 7)
    office.env.run(until=13)
    before = office.flows[0, PAID]
    office.hire(2, 15)
    office.env.run(until=21)
    assert (before, office.flows[0, PAID] - before, office.verifiers) == (60, 7 * 10 + 7 * 2 * 15 - 10 - 30, 3)


@st.composite
def streams(draw: st.DrawFn) -> tuple[ClaimsOffice, list[tuple[list[int], list[int]]], float]:
    """An office for three hospitals, the files and rupiah of each month, and what all verifiers clear in a day."""
    months = draw(st.integers(1, 8))
    office = an_office(3, months, draw(st.floats(0, 1)), return_days=draw(st.integers(1, 90)))
    verifiers, speed = draw(st.integers(0, 3)), draw(st.floats(0.1, 40))
    office.hire(verifiers, speed)
    stream = []
    for _ in range(months):
        files = draw(st.lists(st.integers(0, 400), min_size=3, max_size=3))
        stream.append((files, [draw(st.integers(1, 10**9)) if count else 0 for count in files]))
    return office, stream, verifiers * speed


@given(streams())
@settings(max_examples=60, deadline=None)
def test_what_was_owed_and_is_incurred_is_paid_or_still_owed(case) -> None:  # type: ignore[no-untyped-def]
    """Every month and hospital, to the rupiah; the ledger holds the same."""
    office, stream, _speed = case
    office.open(np.array([40, 1, 0]), np.array([40_000_001, 300_000, 0]))
    for month, (files, rupiah) in enumerate(stream):
        opening = office.owed.sum(axis=1)
        end = office.calendar.start_day(month) + office.calendar.length(month)
        office.env.run(until=end - 0.25)
        book(office, files, rupiah, end + 9)
        flows = office.close_month()
        assert np.array_equal(opening + rupiah, flows[:, PAID] + office.owed.sum(axis=1))
        assert (office.owed >= 0).all()
        assert (flows >= 0).all()
        assert (flows[:, LATE] <= flows[:, PAID]).all()
        assert office.owed[:, WAITING].sum() == sum(waiting.rupiah for waiting in office.waiting)
        assert office.owed[:, UNSUBMITTED].tolist() == rupiah
        assert office.ledger.balance["claims payable"] == office.owed.sum()
        assert office.ledger.balance["bpjs accruals"] == -office.owed.sum()
        assert office.ledger.total() == 0
    received = sum(office.ledger.balance[name] for name in office.hospitals)
    assert received == -office.ledger.balance["bpjs"]


@given(streams())
@settings(max_examples=60, deadline=None)
def test_nobody_clears_more_than_the_verifiers_can_nor_idles_while_files_wait(case) -> None:  # type: ignore[no-untyped-def]
    """At one rupiah a file; fractions of a file give each verifier one more or less."""
    office, stream, per_day = case
    waited = 0
    for month, (files, _rupiah) in enumerate(stream):
        end = office.calendar.start_day(month) + office.calendar.length(month)
        office.env.run(until=end - 0.25)
        book(office, files, files, end + 9)
        paid = office.close_month()[:, PAID].sum()
        able = per_day * len(office.calendar.working_days(month))
        assert paid <= able + office.verifiers
        if waited >= able + office.verifiers:  # enough for all month
            assert paid >= able - office.verifiers
        waited = int(office.owed[:, WAITING].sum())


def _office_at_the_start(**changes: float) -> ClaimsOffice:
    b = BEHAVIOUR.but(changes).as_dict()
    district = small(200_000, 4)
    calendar = Calendar("2024-01", 3)
    return make_claims_office(
        simpy.Environment(), calendar, Ledger(), district, make_hospitals(district), district.stock(), b, RULES,
        policy_for(district, 3),
    )  # fmt: skip


def test_verifiers_besides_clear_in_their_months_alone() -> None:
    """10 of 2,000 files a day by one verifier, and 20 besides in February (days 31 to 59), of 10 rupiah each."""
    office = an_office(months=3)
    office.hire(1, 10)
    february = np.array([0.0, 1.0, 0.0])
    office.reinforce(20 * february, np.zeros(3))
    book(office, [2000], [20_000], 0)
    for day, rupiah in paid_on(office, 91).items():
        assert rupiah == (300 if 31 <= day < 60 else 100), day


def test_files_are_checked_more_closely_in_the_months_of_more_verifiers() -> None:
    """20 % come back, and half as many again of those submitted in February; the money of all is paid in the end."""
    office = an_office(months=3, returned=0.2)
    office.hire(1, 1000)
    office.reinforce(np.zeros(3), np.array([0.0, 0.5, 0.0]))
    for day in (0, 30, 31, 59, 60):
        book(office, [100], [1000], day)
    office.env.run(until=91)
    assert int(office.flows[0, RETURNED]) == 200 + 200 + 300 + 300 + 200


def test_the_claims_of_earlier_months_are_owed_at_the_start() -> None:
    """All of the month before, and of the months before that the files sent back that are not complete again: those
    submitted on 10 December at the default, those of 10 November too where completion takes 60 days. Files are whole:
    of each hospital's at most one more or less, on average cheaper than an admission."""
    for days, months in ((15.0, 0), (30.0, 1), (60.0, 2)):
        office = _office_at_the_start(**{"claims.return_days": days, "claims.returned": 0.1})
        owed = office.owed.sum(axis=0)
        one_each = len(office.hospitals) * BEHAVIOUR.as_dict()["claims.admission"]
        assert owed[INCOMPLETE] == pytest.approx(0.1 * months * owed[UNSUBMITTED], abs=one_each)
        assert owed[WAITING] == 0
        assert office.ledger.balance["claims payable"] == owed.sum()


def test_verifiers_are_whole_and_clear_the_expected_files_in_time() -> None:
    """At the default the files of a mean month take 15 days less the margin; slower verifiers are more verifiers."""
    usual, slow = _office_at_the_start(), _office_at_the_start(**{"claims.files_per_verifier_day": 75.0})
    assert 2 * usual.verifiers - 1 <= slow.verifiers <= 2 * usual.verifiers
    for office in (usual, slow):
        office.env.run(until=9 + 15 / 1.05 + 1)
        assert office.owed[:, WAITING].sum() == 0
    short = _office_at_the_start(**{"claims.verified_in_time": 0.5})
    short.env.run(until=9 + 16)
    owed = short.owed.sum(axis=0)
    month = owed.sum() + short.flows[:, PAID].sum()
    assert 0.3 < owed[WAITING] / month < 0.5


@pytest.fixture(scope="module")
def final():  # type: ignore[no-untyped-def]
    """A year of a small district whose verifiers are too few."""
    return world(small(), behaviour={"claims.verified_in_time": 0.4}, months=12)


def test_a_run_owes_pays_and_balances_by_hospital(final) -> None:  # type: ignore[no-untyped-def]
    found = results_of(final)
    get = {key: found.series(key, "hospital") for key in ("claims_incurred", "claims_paid", "claims_backlog")}
    change = np.diff(get["claims_backlog"], axis=0)
    assert np.array_equal(change, get["claims_incurred"][1:] - get["claims_paid"][1:])
    parts = sum(found.series(f"claims_{part}", "hospital") for part in ("unsubmitted", "incomplete", "waiting"))
    assert np.array_equal(parts, get["claims_backlog"])
    assert np.array_equal(found.series("claims_unsubmitted", "hospital"), get["claims_incurred"])
    assert np.array_equal(
        found.series("claims_outpatient", "hospital") + found.series("claims_admissions", "hospital"),
        get["claims_incurred"],
    )
    submitted = found.series("claims_submitted", "hospital")
    assert np.array_equal(submitted[1:], get["claims_incurred"][:-1])
    assert final.ledger.balance["claims payable"] == final.claims.owed.sum()
    assert final.ledger.total() == 0
    paid = final.ledger.flows["bpjs", "hospital RS1", "claims"]
    assert paid == get["claims_paid"][:, 0].sum()
    assert found.series("claims_waiting", "hospital")[-1].sum() > found.series("claims_waiting", "hospital")[1].sum()
    assert found.series("claims_late").sum() > 0
    assert found.series("claims_penalty").sum() > 0


def test_district_figures_are_the_sums_of_the_hospitals(final) -> None:  # type: ignore[no-untyped-def]
    found = results_of(final)
    pairs = {key: key for key in (
        "claims_incurred", "claims_submitted", "claims_returned", "claims_paid", "claims_late", "claims_penalty",
        "claims_backlog", "service_fines",
    )}  # fmt: skip
    pairs |= {f"hospital_{key}": key for key in ("outpatient", "admissions", "severe")}
    for whole, part in pairs.items():
        assert np.array_equal(found.series(whole), found.series(part, "hospital").sum(axis=1)), whole
        assert found.series(whole).any(), whole


def test_by_default_hospitals_are_paid_on_time_and_paying_later_moves_no_care() -> None:
    usual = results(months=12)
    strained = results(months=12, behaviour={"claims.verified_in_time": 0.4})
    assert usual.series("claims_paid")[0] > 0.8 * usual.series("claims_incurred").mean()
    assert usual.series("claims_late").sum() < 0.05 * usual.series("claims_paid").sum()
    moved = {"claims_paid", "claims_backlog", "claims_late", "claims_penalty"}
    for indicator in DISTRICT:
        same = np.array_equal(usual.series(indicator.key), strained.series(indicator.key), equal_nan=True)
        assert same == (indicator.key not in moved), indicator.key


def test_a_district_that_lists_no_hospital_has_one_elsewhere() -> None:
    district = small(2000, 1).model_copy(update={"hospitals": ()})
    found = results(district, months=3)
    assert found.hospitals == ("RS lain",)
    assert np.array_equal(found.series("claims_paid", "hospital", 0), found.series("claims_paid"))
    assert found.series("outpatient", "hospital", 0).all()
