"""Each process beside its closed form or an independent calculation, at a stated false-alarm rate."""

from __future__ import annotations

import numpy as np
import pytest

from sim.facilities.clinic import share_leaving, waits_fifo
from sim.random import Purpose, make_key, numbered, uniforms
from tests.chance import assert_mean
from tests.engine import world

KEY = make_key(21, 0)


def _exponential(lane: int, mean: float, n: int = 200_000) -> np.ndarray:
    return -mean * np.log(uniforms(KEY, numbered(n), 9, Purpose.QUEUE, lane))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (2, 0.8), (4, 0.85)])
def test_the_queue_meets_erlang_c(servers: int, load: float) -> None:
    """Mean wait of M/M/c by Erlang's formula; batch means because waits of neighbours are correlated."""
    service = _exponential(1, 8.0)
    arrival = np.cumsum(_exponential(0, 8.0 / servers / load))
    wait = waits_fifo(arrival, service, servers)
    a = servers * load
    terms = [a**k / float(np.prod(range(1, k + 1)) if k else 1) for k in range(servers)]
    last = a**servers / float(np.prod(range(1, servers + 1))) / (1 - load)
    expected = last / (sum(terms) + last) * 8.0 / (servers * (1 - load))
    batches = wait[20_000:].reshape(60, -1).mean(axis=1)
    assert_mean(batches, expected)


def test_the_recursion_equals_simpy_to_the_last_bit() -> None:
    import simpy

    n, servers = 400, 3
    arrival, service = np.cumsum(_exponential(0, 3.0, n)), _exponential(1, 8.0, n)
    expected = np.empty(n)
    env = simpy.Environment()
    desk = simpy.Resource(env, servers)

    def patient(i: int):  # type: ignore[no-untyped-def]
        yield env.timeout(arrival[i])
        came = env.now
        with desk.request() as turn:
            yield turn
            expected[i] = env.now - came
            yield env.timeout(service[i])

    for i in range(n):
        env.process(patient(i))
    env.run()
    assert np.array_equal(waits_fifo(arrival, service, servers), expected)


def test_half_of_the_patients_leave_at_the_patience() -> None:
    assert share_leaving(np.array([0.0, 90.0, 180.0]), 90.0).tolist() == pytest.approx([0.0, 0.5, 0.75])


def test_capitation_pays_heads_of_day_one_with_last_months_share() -> None:
    final = world(months=6)
    heads, tariff = final.out_facility[:, :, 1], final.out_facility[:, :, 20]
    shares, paid = final.out_facility[:, :, 18], final.out_facility[:, :, 22]
    assert np.array_equal(paid, np.floor(heads * tariff * shares / 1000))
    from sim.kbk import scheme

    rule = scheme(final.rules, "2024-01")
    for month in range(1, 6):
        for place, facility in enumerate(final.facilities):
            ratings = final.out_facility[month - 1, place, 14:17].astype(int)
            assert shares[month, place] == rule.pays(*ratings, facility.type)[1]
