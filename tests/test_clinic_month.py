"""A month of clinic days: when patients come, what their luck gives them, rooms and desks, next month's indices."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sim.calendar import Calendar
from sim.facilities import clinic_day as events
from sim.facilities.clinic import HOURS, WAIT_TARGET, WEEKDAYS, ClinicRates, Clinics, line_up, run_month
from sim.facilities.rooms import rooms_of
from sim.indicators import INDEX
from sim.institutions import make_desks
from sim.people import care
from sim.random import Purpose, block_table, make_key, numbered, uniforms
from tests.chance import assert_mean, assert_share
from tests.engine import small, world
from tests.people import KEY as PEOPLE_KEY
from tests.people import residents
from tests.test_care import Outcome

KEY = make_key(22, 0)
RATES = ClinicRates(service=8.0, desk=3.0, patience=40.0, urgent=0.1)
DAYS = 25


def _visits(n: int, facilities: int) -> np.ndarray:
    table = np.array([uniforms(KEY, numbered(n), 1, Purpose.QUEUE, lane) for lane in range(4)])
    steps = np.floor(table * 2**24) / 2**24
    place = np.floor(uniforms(KEY, numbered(n), 2, Purpose.QUEUE) * facilities)
    return np.stack([place, steps[0], ndtri(table[1]), ndtri(table[2]), steps[3]], axis=1).astype(np.float32)


def _clinics(facilities: int = 3) -> Clinics:
    rooms = 1 + (np.arange(facilities)[:, None] + np.arange(DAYS)) % 3
    weights = np.array(WEEKDAYS)[np.arange(DAYS) % 6]
    return Clinics(np.array([360.0, 300.0, 480.0])[:facilities], 1 + np.arange(facilities) % 2, rooms, weights)


# -- a month and its days -------------------------------------------------------------------------------------------
def test_every_day_of_a_month_equals_the_process_of_events() -> None:
    """Waits to the last bit; the tallies are their counts and sums."""
    visits, clinics = _visits(4000, 3), _clinics()
    arrivals, found = line_up(visits, clinics, RATES), run_month(visits, clinics, RATES)
    came, left, late, waited, worked = (np.zeros((3, DAYS)) for _ in range(5))
    for cell, (lo, hi) in enumerate(zip(arrivals.first[:-1], arrivals.first[1:], strict=True)):
        f, day = divmod(cell, DAYS)
        part = [column[lo:hi] for column in arrivals[1:]]
        wait = events.clinic_day(*part, int(clinics.desks[f]), int(clinics.rooms[f, day]))
        seen = ~np.isnan(wait)
        came[f, day], left[f, day], late[f, day] = hi - lo, (~seen).sum(), (wait > WAIT_TARGET).sum()
        waited[f, day], worked[f, day] = np.cumsum([0.0, *wait[seen]])[-1], np.cumsum([0.0, *part[2][seen]])[-1]
    assert np.array_equal(found.days, np.stack([came, left, late, waited, worked], axis=2))
    assert 0 < left.sum() < came.sum() == 4000
    assert late.sum() > 0
    seen_all = (came - left).sum(axis=1)
    assert found.wait == pytest.approx(waited.sum(axis=1) / seen_all)
    assert found.left == pytest.approx(left.sum(axis=1) / came.sum(axis=1))
    assert found.over_hour == pytest.approx(late.sum(axis=1) / seen_all)
    assert found.busy == pytest.approx(worked.sum(axis=1) / (clinics.minutes * clinics.rooms.sum(axis=1)))
    assert found.daily(1) == pytest.approx(np.stack([came[1], waited[1] / (came - left)[1], left[1]], axis=1))


def test_the_order_in_which_visits_are_listed_makes_no_difference() -> None:
    visits, clinics = _visits(3000, 3), _clinics()
    shuffled = visits[np.argsort(uniforms(KEY, numbered(3000), 3, Purpose.QUEUE))]
    assert np.array_equal(run_month(visits, clinics, RATES).days, run_month(shuffled, clinics, RATES).days)


def test_a_month_without_patients_and_rooms() -> None:
    clinics = _clinics()._replace(rooms=np.zeros((3, DAYS), np.int64))
    found = run_month(np.empty((0, 5), np.float32), clinics, RATES)
    for figure in (found.wait, found.left, found.over_hour, found.busy):
        assert figure.tolist() == [0.0, 0.0, 0.0]
    one = _visits(1, 1)
    assert run_month(one, clinics, RATES).days[0, :, 0].sum() == 1  # seen all the same: one room is the least


def test_patients_come_by_weekday_and_hour() -> None:
    """Positions spread evenly fill days and hours in their shares, to a patient."""
    n = 100_000
    visits = np.zeros((n, 5), np.float32)
    visits[:, care.POSITION] = np.floor((np.arange(n) + 0.5) / n * 2**24) / 2**24
    visits[:, care.LUCK] = 0.5
    clinics = _clinics(1)
    arrivals = line_up(visits, clinics, RATES)
    day = np.repeat(np.arange(DAYS), np.diff(arrivals.first[: DAYS + 1]))
    hour = (arrivals.arrival // 60).astype(int)
    found = np.bincount(day * 6 + hour, minlength=DAYS * 6).reshape(DAYS, 6)
    shares = clinics.day_weights[:, None] / clinics.day_weights.sum() * np.array(HOURS)
    assert np.abs(found - n * shares).max() <= 1.0
    assert sum(HOURS[:2]) > 0.5
    assert max(WEEKDAYS) == WEEKDAYS[0]
    assert sum(HOURS) == pytest.approx(1.0)


def test_luck_becomes_minutes() -> None:
    """Means of the log-normal times, half of the patience, the share of the urgent; none depends on another."""
    n = 100_000
    arrivals = line_up(_visits(n, 3), _clinics(), RATES)
    assert_mean(arrivals.service, 8.0)
    assert_mean(arrivals.desk, 3.0)
    assert_share(int(arrivals.urgent.sum()), n, 0.1)
    others = arrivals.patience[~arrivals.urgent]
    assert_share(int((others < 40.0).sum()), len(others), 0.5)
    assert_share(int((others < 40.0 * np.exp(-0.5)).sum()), len(others), float(ndtr(-1.0)))
    columns = np.log([arrivals.service, arrivals.desk, np.maximum(arrivals.patience, 1e-9)])[:, ~arrivals.urgent]
    assert np.abs(np.corrcoef(columns) - np.eye(3)).max() < 4.5 / np.sqrt(len(others))


def test_a_visit_has_the_four_words_of_its_name() -> None:
    n = 3000
    people, households = residents(n, wish=1)
    found = Outcome(people, households, month=5).visits[:n]
    table = block_table(PEOPLE_KEY, numbered(n), 5, Purpose.QUEUE)
    assert np.array_equal(found[:, care.POSITION], (table[:, 0] >> 8) / 2**24)
    assert np.array_equal(found[:, care.LUCK], (table[:, 3] >> 8) / 2**24)
    assert ndtr(found[:, care.SERVICE]) == pytest.approx(table[:, 1] / 2**32, abs=1e-5)
    assert ndtr(found[:, care.DESK]) == pytest.approx(table[:, 2] / 2**32, abs=1e-5)


def test_a_uniform_of_a_visit_stays_below_one() -> None:
    highest, lowest = care.coarse(np.uint32(2**32 - 1)), care.coarse(np.uint32(255))
    assert np.float32(highest) < 1.0
    assert lowest == 0.0


# -- rooms, desks, calendar -----------------------------------------------------------------------------------------
def _rooms(doctors: list[int], nurses: list[int], absence: float = 0.1, days: range = range(1, 29)) -> np.ndarray:
    return rooms_of(np.array(doctors), np.array(nurses, float), KEY, 3, days, absence, 0.1)


def test_a_room_for_each_doctor_and_for_ten_nurses_but_one_at_least() -> None:
    assert _rooms([2, 1, 0, 0], [10, 0, 0, 30], absence=0.0).tolist() == [[n] * 28 for n in (3, 1, 1, 3)]
    assert _rooms([2, 1, 0, 0], [10, 0, 0, 30], absence=1.0).tolist() == [[n] * 28 for n in (1, 1, 1, 3)]


def test_part_of_a_room_is_open_on_its_share_of_the_days() -> None:
    """17 nurses run 1.7 rooms: one always, another on 7 of 10 days."""
    rooms = _rooms([0] * 200, [17] * 200)
    assert set(np.unique(rooms)) == {1, 2}
    assert_share(int((rooms == 2).sum()), rooms.size, 0.7)


def test_doctors_are_away_on_their_share_of_days() -> None:
    rooms = _rooms([100] * 20, [0] * 20, absence=0.2)
    assert_share(int(rooms.sum()), 20 * 100 * 28, 0.8)
    assert len(np.unique(rooms)) > 5


def test_a_doctor_more_or_another_day_moves_nobody_else() -> None:
    fewer, more = _rooms([3, 5, 2], [20, 20, 20]), _rooms([3, 6, 2], [20, 20, 20])
    assert np.array_equal(fewer[[0, 2]], more[[0, 2]])
    assert set(np.unique(more[1] - fewer[1])) == {0, 1}
    assert np.array_equal(_rooms([3, 5, 2], [20, 20, 20], days=range(10, 20)), fewer[:, 9:19])


def test_desks_follow_the_visits_expected_a_day() -> None:
    """10,000 members, 9 of 10 active, 0.13 visits a month on 6 of 7 of its 30.4375 days: 44.8 visits a day."""
    district = small()
    facility = district.facilities[0].model_copy(update={"registered": 10_000})
    district = district.model_copy(update={"facilities": (facility, facility.model_copy(update={"registered": 0}))})
    for per_desk, desks in ((60.0, 1), (44.9, 1), (44.8, 2), (13.0, 4)):
        b = {"care.sick": 0.13, "clinic.visits_per_desk": per_desk}
        assert make_desks(district, district.stock(), b).tolist() == [desks, 1]


def test_weekdays_of_the_working_days() -> None:
    calendar = Calendar("2024-01", 30)
    for month in range(30):
        year, number = (int(part) for part in calendar.names[month].split("-"))
        expected = [date(year, number, day).weekday() for day in calendar.working_days(month)]
        assert list(calendar.weekdays(month)) == expected
        assert 6 not in expected


# -- in the run -----------------------------------------------------------------------------------------------------
def test_a_run_counts_everyone_who_came_and_hands_on_wait_and_share() -> None:
    """Who came was seen, or lost by last month's share; the queue's own leavers are this month's figure."""
    final = world(months=4, behaviour={"clinic.service_minutes": 40.0})
    by_name = {name: final.out_facility[:, :, INDEX["facility"][name]] for name in INDEX["facility"]}
    came = by_name["sick_visits"] + by_name["contacts_lost"]
    assert final.left == pytest.approx(by_name["patients_left"][-1] / came[-1])
    assert final.wait == pytest.approx(by_name["wait_minutes"][-1])
    assert by_name["patients_left"].min() > 0
    assert (by_name["contacts_lost"][0] == 0).all()
    for month in range(1, 4):
        for place in range(len(final.facilities)):
            share = by_name["patients_left"][month - 1, place] / came[month - 1, place]
            assert_share(int(by_name["contacts_lost"][month, place]), int(came[month, place]), min(share, 0.9))
    seen = came - by_name["patients_left"]
    assert (by_name["over_hour"] <= seen).all()
    assert seen.sum() > 4000  # log-normal with standard deviation 21: within five standard errors
    assert by_name["room_minutes_used"].sum() / seen.sum() == pytest.approx(40.0, abs=1.7)
    assert (by_name["room_minutes_open"] == 360 * by_name["room_days"]).all()
