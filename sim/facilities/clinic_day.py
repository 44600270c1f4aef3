"""The clinic day as a process of events, in SimPy: the reference of the recursion in ``sim/facilities/clinic.py``.

Every patient is a process that asks for a desk, then for a room, and gives up when patience ends. Readable and slow:
the district runs the recursion, and a test holds the two equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Priorities in the queue for a room.
_URGENT, _OTHERS = 0, 1


def clinic_day(
    arrival: FloatArray, desk: FloatArray, service: FloatArray, patience: FloatArray, urgent: NDArray[np.bool_],
    desks: int, rooms: int,
) -> FloatArray:  # fmt: skip
    """Waits (patients,) from arrival to consultation of one day with ``desks`` and ``rooms`` (at least one each).

    NaN for who left. All arrays (patients,) in one unit of time, ``arrival`` sorted, as in
    :func:`sim.facilities.clinic.clinic_day`.
    """
    env = simpy.Environment()
    registration, consultation = simpy.Resource(env, max(1, desks)), simpy.PriorityResource(env, max(1, rooms))
    wait = np.full(len(arrival), np.nan)

    def patient(
        i: int, comes: float, at_desk: float, in_room: float, patient_for: float, is_urgent: bool
    ) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(comes)
        gives_up = env.event() if is_urgent else env.timeout(patient_for)
        if not is_urgent:
            with registration.request() as turn:
                yield turn | gives_up
                if not turn.triggered:
                    return
                yield env.timeout(at_desk)
        if gives_up.processed:  # patience ended at the desk
            return
        with consultation.request(_URGENT if is_urgent else _OTHERS) as turn:
            yield turn | gives_up
            if not turn.triggered:
                return
            wait[i] = env.now - comes
            yield env.timeout(in_room)

    columns = (arrival, desk, service, patience, urgent)
    for i, fields in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        env.process(patient(i, *fields))
    env.run()
    return wait
