"""The clinic day: patients arrive, wait for a doctor or nurse, are seen or leave.

The recursion is that of Kiefer and Wolfowitz (first come, first served, several servers), exact on the given draws.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Spread of the log-normal consultation (standard deviation on the log scale; assumed).
SERVICE_SPREAD = 0.5
#: Share of the opening hours over which patients arrive: mornings are full (assumed).
ARRIVAL_WINDOW = 0.75


@nb.njit(error_model="numpy", cache=True, nogil=True)
def waits_fifo(arrival, service, servers):  # type: ignore[no-untyped-def]
    """Waiting times (n,) of patients with sorted ``arrival`` times and ``service`` times (n,), same unit.

    Kiefer–Wolfowitz: the next patient takes the server that is free first.
    """
    free = np.zeros(servers)
    wait = np.empty(arrival.size)
    for i in range(arrival.size):
        first = 0
        for s in range(1, servers):
            if free[s] < free[first]:
                first = s
        start = max(arrival[i], free[first])
        wait[i] = start - arrival[i]
        free[first] = start + service[i]
    return wait


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _month_of_days(  # type: ignore[no-untyped-def]
    place, position, normal, order, days, minutes, servers, mean_service, spread, out
):  # fmt: skip
    """Run every clinic day of the month; ``out`` (facilities,) receives the sum of waits in minutes."""
    n = order.size
    start = 0
    while start < n:
        f = int(place[order[start]])
        day = int(position[order[start]] * days)
        end = start
        while end < n and int(place[order[end]]) == f and int(position[order[end]] * days) == day:
            end += 1
        arrival = np.empty(end - start)
        service = np.empty(end - start)
        for j in range(start, end):
            i = order[j]
            arrival[j - start] = (position[i] * days - day) * minutes[f]
            service[j - start] = mean_service * np.exp(spread * normal[i] - 0.5 * spread * spread)
        out[f] += waits_fifo(arrival, service, servers[f]).sum()
        start = end


def month_of_waits(
    visits: FloatArray, facilities: int, working_days: int, hours_per_week: FloatArray, servers: NDArray[np.int64],
    service_minutes: float,
) -> FloatArray:  # fmt: skip
    """Mean wait in minutes per facility over one month.

    ``visits`` (n, 3): facility, position in the month (0-1), standard normal of the consultation. Patients of a day
    arrive in the first part of the opening hours (six days a week). ``servers`` (facilities,) are examination rooms.
    """
    place, position, normal = visits[:, 0], visits[:, 1], visits[:, 2]
    order = np.argsort(place + position)  # facility first, then time: a position is less than 1
    minutes = hours_per_week / 6.0 * 60.0 * ARRIVAL_WINDOW
    total = np.zeros(facilities)
    _month_of_days(
        place, position, normal, order, working_days, minutes, servers, service_minutes, SERVICE_SPREAD, total
    )
    count = np.bincount(place.astype(np.int64), minlength=facilities)
    return np.where(count > 0, total / np.maximum(count, 1), 0.0)


def share_leaving(wait_minutes: FloatArray, patience_minutes: float) -> FloatArray:
    """Share of patients who leave before being seen, given the mean wait: half of them at the patience."""
    leaving: FloatArray = 1.0 - 0.5 ** (wait_minutes / patience_minutes)
    return leaving
