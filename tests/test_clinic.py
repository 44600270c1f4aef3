"""The clinic day beside SimPy, closed forms of queueing theory and published queues of puskesmas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from sim.facilities import clinic_day as events
from sim.facilities.clinic import ClinicRates, Clinics, clinic_day, line_up, waits
from sim.random import Purpose, make_key, numbered, uniforms
from tests.chance import assert_mean

KEY = make_key(21, 0)
_BATCHES = 60


def _uniform(n: int, lane: int, number: int = 9) -> np.ndarray:
    return uniforms(KEY, numbered(n), number, Purpose.QUEUE, lane)


def _exponential(n: int, mean: float, lane: int, number: int = 9) -> np.ndarray:
    return -mean * np.log(_uniform(n, lane, number))


def _queue(arrival: np.ndarray, service: np.ndarray, rooms: int = 1, **columns: object) -> np.ndarray:
    """Waits with registration in no time and endless patience unless ``columns`` say otherwise."""
    n = len(arrival)
    desk, desks = np.broadcast_to(columns.get("desk", 0.0), n), columns.get("desks", 1)
    patience = np.broadcast_to(columns.get("patience", np.inf), n)
    urgent = np.broadcast_to(columns.get("urgent", False), n)
    return clinic_day(arrival, desk.copy(), service, patience.copy(), urgent.copy(), desks, rooms)


def _agrees(sample: np.ndarray, expected: float, error: float = 0.02) -> None:
    """The mean is ``expected`` (false alarm 1e-4), measured to a relative standard ``error``.

    Batch means, because waits of neighbours are correlated; the first twelfth is the start from an empty clinic.
    """
    sample = sample[len(sample) // 12 :]
    batches = sample[: len(sample) // _BATCHES * _BATCHES].reshape(_BATCHES, -1).mean(axis=1)
    assert batches.std(ddof=1) / math.sqrt(_BATCHES) <= error * expected, "measured too coarsely"
    assert_mean(batches, expected)


def _waiting(servers: int, work: float) -> float:
    """Erlang's C: chance to wait where ``work`` servers are busy in the mean."""
    terms = [work**k / math.factorial(k) for k in range(servers)]
    last = work**servers / math.factorial(servers) * servers / (servers - work)
    return last / (sum(terms) + last)


def _erlang_wait(servers: int, work: float, service: float) -> float:
    return _waiting(servers, work) * service / (servers - work)


# -- the same day as a process of events ----------------------------------------------------------------------------
@pytest.mark.parametrize("day", [clinic_day, events.clinic_day], ids=["recursion", "events"])
def test_a_day_by_hand(day) -> None:  # type: ignore[no-untyped-def]
    """One desk of 3 minutes, one room of 10 (5 for the urgent).

    The first registers from 0 and is seen at 3. The second registers from 3 to 6. The third would register at 6 and
    waits no longer than until 5. The fourth is urgent, comes at 4 and is seen at 13, before the second, who is seen at
    18. The fifth registers from 6 to 9 and would wait for a room until 14.
    """
    arrival, patience = np.array([0.0, 1.0, 2.0, 4.0, 5.0]), np.array([99.0, 99.0, 3.0, 1.0, 9.0])
    service, urgent = np.array([10.0, 10.0, 10.0, 5.0, 10.0]), np.arange(5) == 3
    wait = day(arrival, np.full(5, 3.0), service, patience, urgent, 1, 1)
    assert np.array_equal(wait, [3.0, 17.0, np.nan, 9.0, np.nan], equal_nan=True)


@given(
    number=st.integers(0, 10**6),
    patients=st.integers(0, 250),
    desks=st.integers(0, 4),
    rooms=st.integers(0, 6),
    load=st.floats(0.2, 2.5),
    registration=st.floats(0.2, 2.0),
    urgent=st.floats(0.0, 0.5),
    patience=st.floats(5.0, 400.0),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_recursion_equals_simpy_to_the_last_bit(
    number: int, patients: int, desks: int, rooms: int, load: float, registration: float, urgent: float, patience: float
) -> None:
    """Every wait of random days, and who leaves: desks and rooms too few and too many, patience short and long."""
    service = load * 360.0 * max(rooms, 1) / max(patients, 1)
    at_desk = registration * 360.0 * max(desks, 1) / max(patients, 1)
    luck = uniforms(KEY, numbered(patients), number, Purpose.CLAIM)
    day = (
        np.sort(360.0 * _uniform(patients, 0, number)), _exponential(patients, at_desk, 1, number),
        _exponential(patients, service, 2, number), _exponential(patients, patience, 3, number), luck < urgent,
        desks, rooms,
    )  # fmt: skip
    assert np.array_equal(clinic_day(*day), events.clinic_day(*day), equal_nan=True)


# -- closed forms ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.7), (2, 0.8), (4, 0.85), (8, 0.9)])
@pytest.mark.parametrize("stage", ["desk", "room"])
def test_mean_wait_of_mmc(stage: str, servers: int, load: float) -> None:
    """Erlang (1917); M/M/1 is the case of one server. The same law at the desk and at the room."""
    n, work = 3_000_000, servers * load
    arrival, service = np.cumsum(_exponential(n, 8.0 / work, 0)), _exponential(n, 8.0, 1)
    if stage == "room":
        wait = _queue(arrival, service, servers)
    else:
        wait = _queue(arrival, np.zeros(n), desk=service, desks=servers) - service
    _agrees(wait, _erlang_wait(servers, work, 8.0))


@pytest.mark.parametrize(("load", "spread"), [(0.6, 0.5), (0.8, 0.5), (0.7, 1.0)])
def test_mean_wait_of_mg1_with_log_normal_service(load: float, spread: float) -> None:
    """Pollaczek-Khinchine: W = arrivals x E[S^2] / (2 (1 - load)), E[S^2] = mean^2 x exp(spread^2)."""
    n, mean = 1_200_000, 8.0
    service = mean * np.exp(spread * ndtri(_uniform(n, 1)) - spread**2 / 2)
    wait = _queue(np.cumsum(_exponential(n, mean / load, 0)), service)
    _agrees(wait, load / mean * mean**2 * math.exp(spread**2) / (2 * (1 - load)))


def _abandoning(servers: int, arrivals: float, service: float, patience: float) -> float:
    """Erlang's A (Palm 1957): share who leave an M/M/c queue with exponential patience, from its birth and death."""
    chance, leaving, total = 1.0, 0.0, 1.0
    for n in range(1, 2000):
        queued = max(0, n - servers)
        chance *= arrivals / (min(n, servers) / service + queued / patience)
        total += chance
        leaving += chance * queued / patience
    return leaving / total / arrivals


@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.8, 20.0), (2, 1.3, 30.0), (5, 1.0, 60.0)])
@pytest.mark.parametrize("stage", ["desk", "room"])
def test_share_who_leave_an_mmc_queue_with_patience(stage: str, servers: int, load: float, patience: float) -> None:
    """At the desk patience also runs while registering: of those who do, service rate / (service + patience rate)
    are not late for the room (competing exponentials)."""
    n, gap = 600_000, 8.0 / (servers * load)
    arrival, service, patient_for = (_exponential(n, mean, lane) for mean, lane in ((gap, 0), (8.0, 1), (patience, 2)))
    expected = _abandoning(servers, 1 / gap, 8.0, patience)
    if stage == "room":
        wait = _queue(np.cumsum(arrival), service, servers, patience=patient_for)
    else:
        wait = _queue(np.cumsum(arrival), np.zeros(n), desk=service, desks=servers, patience=patient_for)
        expected = 1 - (1 - expected) * patience / (patience + 8.0)
    _agrees(np.isnan(wait).astype(float), expected)


@pytest.mark.parametrize(("load", "share"), [(0.6, 0.3), (0.85, 0.1), (0.8, 0.5)])
def test_urgent_patients_wait_as_cobham_says(load: float, share: float) -> None:
    """Two classes, M/M/1, nobody interrupted (Cobham 1954): W = R / (1 - u) and R / ((1 - u) (1 - load))."""
    n = 1_200_000
    urgent = _uniform(n, 2) < share
    wait = _queue(np.cumsum(_exponential(n, 8.0 / load, 0)), _exponential(n, 8.0, 1), urgent=urgent)
    residual, of_urgent = 8.0 * load, load * share
    _agrees(wait[urgent], residual / (1 - of_urgent))
    _agrees(wait[~urgent], residual / ((1 - of_urgent) * (1 - load)))


def test_registration_and_consultation_add_up() -> None:
    """Two desks before three rooms, all exponential: the desks' output is Poisson (Burke 1956), so that both queues
    are Erlang's and the mean wait for the doctor is W(desk) + registration + W(room)."""
    n, gap = 1_200_000, 3.2
    desk, service = _exponential(n, 5.0, 1), _exponential(n, 8.0, 2)
    wait = _queue(np.cumsum(_exponential(n, gap, 0)), service, 3, desk=desk, desks=2)
    _agrees(wait, _erlang_wait(2, 5.0 / gap, 5.0) + 5.0 + _erlang_wait(3, 8.0 / gap, 8.0))


def test_urgent_patients_do_not_register() -> None:
    n, share = 1_200_000, 0.25
    urgent = _uniform(n, 2) < share
    arrival, service = np.cumsum(_exponential(n, 3.2, 0)), _exponential(n, 8.0, 1)
    wait = _queue(arrival, service, desk=np.full(n, np.inf), desks=1, urgent=urgent)
    _agrees(wait[urgent], _erlang_wait(1, 8.0 * share / 3.2, 8.0))
    assert np.isinf(wait[~urgent]).all()


# -- published queues -----------------------------------------------------------------------------------------------
def _counters(per_hour: float, counters: int, minutes: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals and waits at ``counters`` of ``minutes`` a patient, all exponential as in the sources."""
    n = 1_200_000
    arrival = np.cumsum(_exponential(n, 60.0 / per_hour, 0))
    return arrival, _queue(arrival, np.zeros(n), desk=(desk := _exponential(n, minutes, 1)), desks=counters) - desk


def _grows(per_hour: float, counters: int) -> None:
    """Not steady: the wait grows by (load - 1) minutes a minute, here within a tenth of it (6 standard errors)."""
    arrival, wait = _counters(per_hour, counters)
    expected = per_hour * 3.0 / 60.0 / counters - 1.0
    assert expected > 0.04
    assert wait[-1] / arrival[-1] == pytest.approx(expected, rel=0.1)


def _settles(per_hour: float, counters: int) -> None:
    """Steady, with Erlang's mean wait."""
    _agrees(_counters(per_hour, counters)[1], _erlang_wait(counters, per_hour * 3.0 / 60.0, 3.0), 0.04)


@pytest.mark.parametrize("per_hour", [24.0, 30.0, 36.0])
def test_lakessi_needs_its_second_counter(per_hour: float) -> None:
    """Puskesmas Lakessi, Parepare, 2021: registration of 3 minutes, M/M/1 not steady, M/M/2 fine.

    The abstract gives no arrival rate; both hold for any between 20 and 40 an hour.
    """
    _grows(per_hour, 1)
    _settles(per_hour, 2)


def test_padang_pasir_needs_a_fourth_counter_between_60_and_80_an_hour() -> None:
    """Puskesmas Padang Pasir, Padang, 2016: three counters of 3 minutes, at most 93 arrivals in a period, a fourth
    counter proposed.

    The abstract does not say how long the period is. Three carry 60 an hour and four 80, so that a fourth helps where
    93 come within 70 to 93 minutes; in one hour they would need five.
    """
    _settles(57.0, 3)
    _grows(63.0, 3)
    _settles(75.0, 4)
    _grows(93.0, 4)
    _settles(93.0, 5)


def test_a_second_server_cuts_a_queue_of_sixteen_to_none() -> None:
    """Simulated puskesmas queues of 2023 (Garuda 3572792): one server has 16 in the queue, two have none.

    The abstract gives neither rates nor the base of its other sensitivities (arrivals a minute further apart, service
    half a minute faster). M/M/1 with 16 in the queue has load^2 / (1 - load) = 16; queues are rates times waits.
    """
    n, load = 12_000_000, (math.sqrt(16 * 16 + 4 * 16) - 16) / 2
    gaps, service = _exponential(n, 1.0 / load, 0), _exponential(n, 1.0, 1)
    one, two = (load * _queue(np.cumsum(gaps), service, rooms) for rooms in (1, 2))
    _agrees(one, 16.0, 0.03)
    _agrees(two, load * _erlang_wait(2, load, 1.0))
    assert two.mean() < 0.5


@pytest.mark.parametrize(("minutes", "quiet"), [(5.0, True), (7.5, True), (10.0, False)])
def test_bintara_has_no_queue_after_the_rush_unless_consultations_are_long(minutes: float, quiet: bool) -> None:
    """Puskesmas Bintara, Bekasi, 2018: about 100 patients a day and three doctors; neither hours nor minutes are given.

    Here they come by the model's hours, 360 minutes. As a fluid: at 5 minutes the doctors keep up with the first hour
    (30 patients, 150 of 180 minutes); at 7.5 they are 75 minutes of work behind after two hours and even within the
    fourth; at 10 they are 180 behind when the fifth hour begins, an hour's wait. From the fifth hour on the wait is
    therefore below half a consultation, or above two.
    """
    n, days = 2600, 26
    visits = np.zeros((n, 5), np.float32)
    visits[:, 1], visits[:, 4] = np.floor(_uniform(n, 0) * 2**24) / 2**24, 0.5
    visits[:, 2] = ndtri(_uniform(n, 1))
    clinics = Clinics(np.full(1, 360.0), np.ones(1, np.int64), np.full((1, days), 3), np.ones(days))
    arrivals = line_up(visits, clinics, ClinicRates(minutes, 0.0, 1e9, 0.0))
    wait = waits(arrivals, np.ones(days, np.int64), np.full(days, 3), np.zeros((days, 5)))
    late = wait[arrivals.arrival > 240.0]
    assert len(late) > 200
    assert (late.mean() < minutes / 2) == quiet
    assert (late.mean() > minutes * 2) != quiet
