"""Staff: who leaves and when posts are filled again, what that makes of tariff and waits, and where the hours go."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from districts.model import District
from districts.tiny import tiny_district
from scenarios.levers import Context
from scenarios.levers.outreach import Outreach
from scenarios.levers.recruitment import Recruitment
from sim.calendar import Calendar
from sim.facilities.staff import DOCTORS, FILLING_SD, NURSES, clinic_nurses, share_hours
from sim.indicators import INDEX
from sim.policy import NewPosts
from sim.rules.tariff import capitation_tariff
from sim.simulate import run
from sim.steps_staff import count_staff, end_contracts
from sim.world import World, make_world
from tests.chance import assert_share
from tests.engine import BEHAVIOUR, RULES, policy_for, results, small, world

#: With these people leave often and come back within the month.
_RESTLESS = {"staff.turnover": 0.1, "staff.recruit_months": 1e-6}


def staffed(population: int, facilities: int, **change: Any) -> District:
    """A tiny district in which every facility has ``change``."""
    district = tiny_district(population, facilities)
    rows = tuple(facility.model_copy(update=change) for facility in district.facilities)
    return district.model_copy(update={"facilities": rows})


@cache
def crowd(doctors: int = 40, facilities: int = 30) -> District:
    return staffed(900, facilities, doctors=doctors, dentists=0)


def before_the_first_day(district: District, months: int, **policy: object) -> World:
    """A world in which nothing has happened yet; its calendar holds no step, only what the test lets happen."""
    calendar = Calendar("2023-11", months)
    return make_world(
        district, RULES, BEHAVIOUR, policy_for(district, months, **policy), 1, 0, district.stock(), False, calendar
    )


def column(place: World, name: str) -> np.ndarray:
    """A facility indicator of a world that has run, (months, facilities)."""
    return place.out_facility[:, :, INDEX["facility"][name]]


# --- leaving and coming ------------------------------------------------------------------------------------------


def test_doctors_leave_at_the_chance_of_the_parameter() -> None:
    """Whoever leaves on the last day is back within the next month: every post is at risk at the end of each month."""
    found = results(crowd(), months=9, behaviour=_RESTLESS, luck_only=False)
    left = int(found.series("vacancies", "facility")[1:].sum())
    assert_share(left, 40 * 30 * 8, 0.1)
    assert np.array_equal(found.series("doctors", "facility") + found.series("vacancies", "facility"),
                          np.full((9, 30), 40))  # fmt: skip


@pytest.mark.parametrize("months", [6.0, 12.0])
def test_posts_that_people_left_are_filled_after_a_log_normal_time(months: float) -> None:
    """Everybody leaves at the end of the first month; of 1,200 posts half are filled 6 months later."""
    place = before_the_first_day(crowd(), 30)
    place.b |= {"staff.turnover": 1.0, "staff.recruit_months": 6.0}
    end_contracts(place)
    assert sum(staff.vacancies() for staff in place.staff) == 1200
    place.env.run(until=place.calendar.day_at(1 + months))
    filled = sum(staff.at_work()[DOCTORS] for staff in place.staff)
    assert_share(filled, 1200, float(norm.cdf(np.log(months / 6.0) / FILLING_SD)))


@pytest.mark.parametrize("months", [2.0, 4.0])
def test_new_posts_are_filled_around_the_time_that_the_policy_names(months: float) -> None:
    place = before_the_first_day(crowd(0), 12, recruits=tuple(NewPosts(0, i, "nurses", 40, 4.0) for i in range(30)))
    count_staff(place)
    before = sum(staff.at_work()[NURSES] for staff in place.staff)
    place.env.run(until=place.calendar.day_at(months))
    hired = sum(staff.at_work()[NURSES] for staff in place.staff) - before
    assert_share(hired, 1200, float(norm.cdf(np.log(months / 4.0) / FILLING_SD)))


def test_nobody_leaves_where_only_luck_is_left_and_posts_are_filled_on_time() -> None:
    posts = (NewPosts(1, 0, "doctors", 2, 3), NewPosts(2, 1, "dentists", 1, 0))
    found = results(small(), policy_for(small(), 8, recruits=posts), {"staff.turnover": 0.9}, months=8)
    assert found.series("doctors", "facility", 0).tolist() == [1] * 4 + [3] * 4
    assert found.series("dentists", "facility", 1).tolist() == [0] * 2 + [1] * 6
    assert found.series("vacancies", "facility").sum(axis=1).tolist() == [0, 2, 2, 2, 0, 0, 0, 0]


def test_a_post_that_the_facility_never_had_is_not_filled_and_an_owner_stays() -> None:
    district = small()
    first, second, third, *rest = district.facilities
    changed = (first.model_copy(update={"doctors": 0, "dentists": 0}), second.model_copy(update={"type": "dpm"}),
               third.model_copy(update={"type": "dokter_gigi", "dentists": 1}), *rest)  # fmt: skip
    district = district.model_copy(update={"facilities": changed})
    found = results(district, behaviour={"staff.turnover": 0.5}, months=10, luck_only=False)
    assert not found.series("doctors", "facility", 0).any()
    assert not found.series("vacancies", "facility", 0).any()
    assert (found.series("doctors", "facility", 1) == 1).all()
    assert (found.series("dentists", "facility", 2) == 1).all()
    assert found.series("vacancies", "facility", 3).any()


def test_the_same_people_leave_at_the_same_time_in_every_scenario() -> None:
    """Whatever a policy recruits, those who were there before come and go as without it."""
    behaviour = {"staff.turnover": 0.2, "staff.recruit_months": 2.0}
    posts = (NewPosts(0, 1, "doctors", 3, 1.0), NewPosts(4, 2, "nurses", 5, 2.0), NewPosts(2, 0, "dentists", 1, 0.0))
    plain = world(small(), behaviour=behaviour, luck_only=False)
    more = world(small(), policy_for(small(), recruits=posts), behaviour, luck_only=False)
    doctors, after = (column(place, "doctors") for place in (plain, more))
    assert doctors.std() > 0  # they do come and go
    assert np.array_equal(doctors[:, 2:], after[:, 2:])
    for one, other in zip(plain.staff, more.staff, strict=True):
        for cadre, held in one.posts.items():
            assert other.posts[cadre][: len(held)] == held


def test_recruitment_of_a_late_month_leaves_the_months_before_as_they_were() -> None:
    policy = policy_for(small(), 10, recruits=(NewPosts(6, 0, "doctors", 2, 0.0),))
    late, base = (results(small(), p, _RESTLESS, luck_only=False) for p in (policy, policy_for(small(), 10)))
    assert np.array_equal(late.facility[:6], base.facility[:6], equal_nan=True)
    assert not np.array_equal(late.facility[6], base.facility[6], equal_nan=True)


def test_positions_in_months_are_days_of_the_calendar() -> None:
    """From November 2023: 30 and 31 days, then half of January's 31."""
    calendar = Calendar("2023-11", 3)
    assert [calendar.day_at(position) for position in (0.0, 1.0, 1.5, 2.5)] == [0, 30, 45.5, 76.5]


# --- the tariff --------------------------------------------------------------------------------------------------


def test_the_tariff_of_every_month_is_that_of_the_staff_on_its_first_day() -> None:
    found = results(small(), behaviour={"staff.turnover": 0.2}, months=12, luck_only=False)
    names = ("tariff", "doctors", "dentists", "capitated")
    tariff, doctors, dentists, heads = (found.series(name, "facility") for name in names)
    assert len(np.unique(tariff)) > 2
    for month, name in enumerate(found.months):
        for place, facility in enumerate(small().facilities):
            staff = int(doctors[month, place]), int(dentists[month, place])
            law = capitation_tariff(RULES, name, facility.type, *staff, int(heads[month, place]))
            assert tariff[month, place] == law


def test_the_tariff_falls_in_the_month_after_the_dentist_leaves() -> None:
    """Permenkes 3/2023: at most 5,000 members per doctor, 7,000 rupiah with a dentist and 6,300 without."""
    place = before_the_first_day(staffed(20_000, 4, dentists=1), 3)
    place.b |= {"staff.turnover": 1e-12}

    def leave():  # type: ignore[no-untyped-def]
        yield place.env.timeout(30 + 1.5)  # 2 December, after the staff of the month were counted
        place.staff[2].posts["dentists"][0] = False

    place.env.process(leave())
    run(place)
    tariff = column(place, "tariff")
    assert tariff[:, 2].tolist() == [7000, 7000, 6300]
    assert set(np.unique(tariff[:, [0, 1, 3]])) == {7000}


def test_a_second_doctor_brings_the_ratio_below_one_to_five_thousand() -> None:
    """About 7,000 members, one doctor and a dentist: 6,000 rupiah; with two doctors 3,500 each, so 7,000."""
    district = staffed(9000, 1, doctors=1, dentists=1)
    policy = policy_for(district, 6, recruits=(NewPosts(1, 0, "doctors", 1, 2),))
    found = results(district, policy)
    heads = found.series("capitated", "facility", 0)
    assert ((heads > 5000) & (heads < 10_000)).all()
    assert found.series("tariff", "facility", 0).tolist() == [6000] * 3 + [7000] * 3


def test_a_first_doctor_through_the_whole_chain() -> None:
    """A puskesmas without doctor or dentist: 3,600 rupiah a member, and 5,300 from the month after one has come.

    12 nurses run one room; the doctor opens a second, so that patients wait less, and costs the APBD the pay.
    """
    district = staffed(9000, 1, doctors=0, dentists=0, nurses=12)
    context = Context(district, RULES, "2023-11", 9)
    lever = Recruitment(cadre="doctors", heads=1, start="+1", months_to_fill=3, cost_per_month=9_000_000)
    base = policy_for(district, 9)
    policy = lever.apply(base, context)
    busy = {"care.sick": 0.15}  # more patients than one room sees without losing some
    with_doctor, without = (results(district, p, busy) for p in (policy, base))
    assert with_doctor.series("doctors", "facility", 0).tolist() == [0] * 4 + [1] * 5
    assert with_doctor.series("tariff", "facility", 0).tolist() == [3600] * 4 + [5300] * 5
    heads = with_doctor.series("capitated")
    assert np.array_equal(with_doctor.series("capitation_full"), heads * np.repeat([3600, 5300], [4, 5]))
    wait, longer = (found.series("wait_minutes", "facility", 0) for found in (with_doctor, without))
    assert np.array_equal(wait[:4], longer[:4])
    assert (wait[4:] < 0.6 * longer[4:]).all()
    assert with_doctor.series("bill_levers").tolist() == [0] * 4 + [9_000_000] * 5
    more = with_doctor.series("bill_jkn") - without.series("bill_jkn")
    assert more[:4].tolist() == [0] * 4
    lost = [found.series("contacts_lost", "facility", 0)[5:].sum() for found in (with_doctor, without)]
    assert lost[0] < lost[1]


# --- the hours ---------------------------------------------------------------------------------------------------


def hours(heads: int = 10, members: int = 1000, usual: float = 0.2, own: float = 0.0, bought: float = 0.0,
          effort: float = 0.0, demand: float = 0.1, capacity: float = 2.0) -> tuple[float, float, float]:  # fmt: skip
    """(outreach, clinic, contacts) of one facility."""
    found = share_hours(
        np.array([heads]), np.array([members]), demand, capacity, usual, np.array([own]), np.array([bought]),
        np.array([effort]),
    )  # fmt: skip
    return tuple(float(part[0]) for part in found)  # type: ignore[return-value]


def test_hours_in_closed_form() -> None:
    """Ten people, 1,500 hours; usually 300 outside; the policy asks 100 more of them and buys 50. At 2 contacts an hour
    450 hours are 9 times the 100 contacts demanded; half as many again for KBK take 25 hours more."""
    reached = 1 - np.exp(-9.0)
    outreach, clinic, contacts = hours(own=100, bought=50, effort=0.5)
    assert outreach == pytest.approx(450 + 25 * reached)
    assert clinic == pytest.approx(1100 - 25 * reached)
    assert contacts == pytest.approx(0.15 * reached)
    usual = 1 - np.exp(-6.0)
    assert hours() == pytest.approx((300, 1200, 0.1 * usual))


def test_nobody_gives_more_hours_than_there_are() -> None:
    outreach, clinic, contacts = hours(own=5000, effort=3.0)
    assert (outreach, clinic) == (1500, 0)
    assert contacts == pytest.approx(0.1 * (1 - np.exp(-30.0)))  # no hour is left for KBK
    # 1,450 hours outside leave 50, which make 100 of the 300 contacts wanted: one tenth more per member
    outreach, clinic, contacts = hours(own=1150, effort=3.0)
    assert (outreach, clinic) == pytest.approx((1500, 0))
    assert contacts == pytest.approx(0.1 * (1 - np.exp(-29.0)) + 0.1)
    assert hours(heads=0, own=80, bought=40) == pytest.approx((40, 0, 0.1 * (1 - np.exp(-0.8))))


@given(
    st.integers(0, 200), st.integers(0, 60_000), st.floats(0.01, 0.99), st.floats(0, 1e5), st.floats(0, 1e5),
    st.floats(0, 10), st.floats(0, 0.5), st.floats(0.1, 20),
)  # fmt: skip
def test_hours_are_conserved_and_never_negative(
    heads: int, members: int, usual: float, own: float, bought: float, effort: float, demand: float, capacity: float
) -> None:
    outreach, clinic, contacts = hours(heads, members, usual, own, bought, effort, demand, capacity)
    assert outreach + clinic == pytest.approx(150 * heads + bought, rel=1e-9, abs=1e-6)
    assert min(outreach, clinic, contacts) >= 0
    assert contacts <= demand * (1 + effort) * (1 + 1e-9)
    nurses = float(clinic_nurses(np.array([heads]), np.array([heads]), usual, np.array([clinic]))[0])
    assert 0 <= nurses <= heads
    if own == effort == 0:
        assert nurses == heads


def test_hours_taken_from_the_clinic_close_rooms_in_proportion() -> None:
    nurses, heads = np.array([8, 8, 0]), np.array([10, 10, 0])
    left = clinic_nurses(nurses, heads, 0.2, np.array([1200.0, 900.0, 0.0]))  # usually 1,200 of 1,500 hours
    assert left.tolist() == pytest.approx([8, 6, 0])


def test_outreach_by_the_own_staff_is_paid_in_waiting() -> None:
    """12 nurses have 1,404 hours for the clinic after the usual 22 % outside, and run one room; with 600 less, none."""
    district = staffed(9000, 1, doctors=1, dentists=0, nurses=12, midwives=0)
    context = Context(district, RULES, "2023-11", 6)
    lever = Outreach(start="+2", hours_per_month=600, cost_per_hour=0, own_staff=True)
    base = policy_for(district, 6)
    own, usual = (results(district, p, {"feedback.kbk_to_contacts": 0.0}) for p in (lever.apply(base, context), base))
    moved = own.series("outreach_hours", "facility", 0) - usual.series("outreach_hours", "facility", 0)
    assert moved.tolist() == pytest.approx([0, 0, 600, 600, 600, 600])
    clinic = own.series("clinic_hours", "facility", 0)
    assert clinic + own.series("outreach_hours", "facility", 0) == pytest.approx(np.full(6, 1800.0))
    wait, before = (found.series("wait_minutes", "facility", 0) for found in (own, usual))
    assert np.array_equal(wait[:2], before[:2])
    assert (wait[2:] > before[2:]).all()
    assert own.series("contacts", "facility")[2:].sum() > usual.series("contacts", "facility")[2:].sum()
    assert not own.series("bill_levers").any()


def test_effort_for_kbk_takes_hours_from_the_clinic() -> None:
    """From the second month on, when the distance to the target is known; never more than the staff have."""
    found = {s: results(small(), months=5, behaviour={"feedback.kbk_to_contacts": s, "care.well": 0.05})
             for s in (0.0, 1.0, 10.0)}  # fmt: skip
    left = {s: run.series("clinic_hours", "facility") for s, run in found.items()}
    assert np.array_equal(left[0.0][0], left[1.0][0])
    assert (left[1.0][1:] < left[0.0][1:]).all()
    assert (left[10.0][1] < left[1.0][1]).all()  # later the contacts gained bring the target near
    for after in found.values():
        both = after.series("clinic_hours", "facility") + after.series("outreach_hours", "facility")
        assert both == pytest.approx(np.full((5, 4), 150.0 * 11))
        assert (after.series("clinic_hours", "facility") >= 0).all()
