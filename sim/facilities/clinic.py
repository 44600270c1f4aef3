"""The clinic day: patients come, register at a desk, wait for a consultation room, are seen or leave.

Desks and rooms serve first come, first served; urgent patients need no desk and go ahead of all who wait for a room.
The recursion over the times at which servers become free (Kiefer and Wolfowitz 1955; here with patience, two stages
and two classes) is exact on the given draws: ``sim/facilities/clinic_day.py`` is the same day as a process of events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.people.care import DESK, LUCK, PLACE, POSITION, SERVICE, UNIFORM_STEPS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Patients of a day, Monday to Saturday, over the mean day: Monday fullest, Friday short (assumed).
WEEKDAYS = (1.30, 1.05, 1.00, 0.95, 0.80, 0.90)
#: Patients by sixth of the opening hours (an hour of a puskesmas): most come in the first two (assumed).
HOURS = (0.30, 0.28, 0.20, 0.12, 0.07, 0.03)
#: Spread of log-normal times (standard deviation on the log scale): consultation, registration, patience (assumed).
SERVICE_SPREAD, DESK_SPREAD, PATIENCE_SPREAD = 0.5, 0.5, 0.5
#: Minutes from arrival to consultation that a visit should not exceed (minimum service standard; low confidence).
WAIT_TARGET = 60.0

# Columns of the days of a month: patients, patients, patients, minutes, minutes.
CAME, LEFT, OVER_HOUR, WAITED, WORKED = range(5)
_COLUMNS = 5


class Clinics(NamedTuple):
    """A month's clinics: ``minutes`` open a day (facilities,), registration ``desks`` (facilities,), consultation
    ``rooms`` (facilities, days) of every working day, and what share of the month a day has (days,), relative."""

    minutes: FloatArray
    desks: IntArray
    rooms: IntArray
    day_weights: FloatArray


class ClinicRates(NamedTuple):
    """Mean minutes of a consultation and of a registration, median minutes of patience, share of urgent patients."""

    service: float
    desk: float
    patience: float
    urgent: float


class Arrivals(NamedTuple):
    """A month's patients by facility, day and time: day c has those from ``first[c]`` to ``first[c + 1]`` - 1.

    Minutes (patients,): ``arrival`` after opening, at the ``desk``, ``service`` in the room, ``patience`` from arrival.
    ``urgent`` (patients,) is a flag. Facility f and working day d are c = f x days + d.
    """

    first: IntArray
    arrival: FloatArray
    desk: FloatArray
    service: FloatArray
    patience: FloatArray
    urgent: NDArray[np.bool_]


@dataclass(frozen=True)
class ClinicMonth:
    """What a month's queues came to. ``days`` (facilities, days, 5): patients who came, left, were seen after more
    than an hour; minutes waited by those seen; room minutes in use. ``open_minutes`` (facilities,) of all rooms."""

    days: FloatArray
    open_minutes: FloatArray

    def total(self, column: int) -> FloatArray:
        """Sum of a column over the month, (facilities,)."""
        return np.asarray(self.days[:, :, column].sum(axis=1))

    @property
    def wait(self) -> FloatArray:
        """Mean minutes from arrival to consultation of those seen, (facilities,); 0 where nobody was."""
        return self.total(WAITED) / np.maximum(self.total(CAME) - self.total(LEFT), 1.0)

    @property
    def left(self) -> FloatArray:
        """Share of patients who left before their turn, (facilities,)."""
        return self.total(LEFT) / np.maximum(self.total(CAME), 1.0)

    @property
    def over_hour(self) -> FloatArray:
        """Share of those seen who waited more than an hour, (facilities,)."""
        return self.total(OVER_HOUR) / np.maximum(self.total(CAME) - self.total(LEFT), 1.0)

    @property
    def busy(self) -> FloatArray:
        """Room minutes in use over room minutes open, (facilities,); above 1 where work goes on after closing."""
        return self.total(WORKED) / self.open_minutes

    def daily(self, facility: int) -> FloatArray:
        """One facility day by day, (days, 3): patients who came, mean minutes waited, patients who left."""
        came, left, _, waited, _ = self.days[facility].T
        return np.stack([came, waited / np.maximum(came - left, 1.0), left], axis=1)


def run_month(visits: NDArray[np.float32], clinics: Clinics, rates: ClinicRates) -> ClinicMonth:
    """Every clinic day of a month; ``visits`` (patients, 5) as :func:`sim.people.care.seek_care` fills them."""
    days = np.zeros((*clinics.rooms.shape, _COLUMNS))
    arrivals = line_up(visits, clinics, rates)
    waits(
        arrivals, np.repeat(clinics.desks, len(clinics.day_weights)), clinics.rooms.ravel(), days.reshape(-1, _COLUMNS)
    )
    return ClinicMonth(days, clinics.minutes * np.maximum(clinics.rooms, 1).sum(axis=1))


def line_up(visits: NDArray[np.float32], clinics: Clinics, rates: ClinicRates) -> Arrivals:
    """The patients of every clinic day in order of arrival, with the minutes that their luck gives them.

    A position in the month is a day by ``day_weights`` and an hour by ``HOURS``, both in order, so that one sort does.
    """
    days = len(clinics.day_weights)
    columns = visits.T[:, _in_order(visits)].astype(np.float64)
    place, luck = columns[PLACE].astype(np.int64), columns[LUCK]
    shares = np.outer(clinics.day_weights / clinics.day_weights.sum(), HOURS).ravel()
    reached = np.concatenate([[0.0], np.cumsum(shares)])
    reached[-1] = 1.0
    time = np.interp(columns[POSITION], reached, np.linspace(0.0, days, len(reached)))
    day = time.astype(np.int64)
    quantile = np.maximum(luck - rates.urgent, 0.0) / (1.0 - rates.urgent)
    return Arrivals(
        first=np.searchsorted(place * days + day, np.arange(clinics.rooms.size + 1)),
        arrival=(time - day) * clinics.minutes[place],
        desk=_log_normal(rates.desk, DESK_SPREAD, columns[DESK]),
        service=_log_normal(rates.service, SERVICE_SPREAD, columns[SERVICE]),
        patience=rates.patience * np.exp(PATIENCE_SPREAD * ndtri(quantile)),
        urgent=luck < rates.urgent,
    )


def _in_order(visits: NDArray[np.float32]) -> IntArray:
    """The visits by facility and position: whole numbers that end in the visit's own, so that there are no ties."""
    count = max(len(visits), 1)
    steps = visits[:, PLACE].astype(np.int64) * UNIFORM_STEPS + (visits[:, POSITION] * UNIFORM_STEPS).astype(np.int64)
    return np.asarray(np.sort(steps * count + np.arange(len(visits))) % count)


def _log_normal(mean: float, spread: float, normal: FloatArray) -> FloatArray:
    return mean * np.exp(spread * normal - 0.5 * spread * spread)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def waits(arrivals, desks, rooms, days):  # type: ignore[no-untyped-def]
    """Run every clinic day, with ``desks`` (days,) and ``rooms`` (days,); ``days`` (days, 5) receives the tallies.

    Returns the waits (patients,) in minutes, NaN for who left.
    """
    wait = np.empty(arrivals.arrival.size)
    for c in range(arrivals.first.size - 1):
        lo, hi = arrivals.first[c], arrivals.first[c + 1]
        service = arrivals.service[lo:hi]
        waited = clinic_day(
            arrivals.arrival[lo:hi], arrivals.desk[lo:hi], service, arrivals.patience[lo:hi], arrivals.urgent[lo:hi],
            desks[c], rooms[c],
        )  # fmt: skip
        wait[lo:hi] = waited
        for i in range(hi - lo):
            days[c, CAME] += 1.0
            if waited[i] >= 0.0:
                days[c, OVER_HOUR] += waited[i] > WAIT_TARGET
                days[c, WAITED] += waited[i]
                days[c, WORKED] += service[i]
            else:
                days[c, LEFT] += 1.0
    return wait


@nb.njit(error_model="numpy", cache=True, nogil=True)
def clinic_day(arrival, desk, service, patience, urgent, desks, rooms):  # type: ignore[no-untyped-def]
    """Waits (patients,) from arrival to consultation of one day with ``desks`` and ``rooms`` (at least one each).

    NaN for who left. ``arrival`` (patients,), sorted, ``desk``, ``service`` and ``patience`` (patients,) share one unit
    of time. Who has not begun a stage by arrival + patience leaves, and takes no time of it; the urgent never leave.
    Nobody is sent away at closing time.
    """
    wait = np.full(arrival.size, np.nan)
    line, ready = np.empty(arrival.size, np.int64), np.empty(arrival.size)  # for a room: who, since when
    registered = _register(arrival, desk, patience, urgent, desks, line, ready)
    free = np.zeros(max(1, rooms))
    emergency, head = _next(urgent, 0), 0
    while emergency < arrival.size or head < registered:
        room = _first_free(free)
        bypass = emergency < arrival.size and (
            head == registered or max(free[room], arrival[emergency]) <= max(free[room], ready[head])
        )
        if bypass:
            i = emergency
            start = max(free[room], arrival[i])
            emergency = _next(urgent, i + 1)
        else:
            i = line[head]
            start = max(free[room], ready[head])
            head += 1
            if start > arrival[i] + patience[i]:
                continue
        wait[i] = start - arrival[i]
        free[room] = start + service[i]
    return wait


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _register(arrival, desk, patience, urgent, desks, line, ready):  # type: ignore[no-untyped-def]
    """Those who register, into ``line`` and ``ready`` by the time at which they have; returns their number."""
    free = np.zeros(max(1, desks))
    count = 0
    for i in range(arrival.size):
        if urgent[i]:
            continue
        at = _first_free(free)
        start = max(arrival[i], free[at])
        if start > arrival[i] + patience[i]:
            continue
        free[at] = done = start + desk[i]
        k = count
        while k > 0 and ready[k - 1] > done:  # overtaken at another desk
            line[k], ready[k] = line[k - 1], ready[k - 1]
            k -= 1
        line[k], ready[k] = i, done
        count += 1
    return count


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _first_free(free):  # type: ignore[no-untyped-def]
    """The server that is free first."""
    first = 0
    for s in range(1, free.size):
        if free[s] < free[first]:
            first = s
    return first


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _next(urgent, i):  # type: ignore[no-untyped-def]
    """The first urgent patient from ``i`` on."""
    while i < urgent.size and not urgent[i]:
        i += 1
    return i
