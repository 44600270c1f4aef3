"""The benchmark's work is the same for all: exact expectation, our kernel and the peers' loops against it."""

from __future__ import annotations

import importlib
import importlib.util

import numpy as np
import pytest

from benchmarks import queue_speed, w1, w1_prakira
from benchmarks.machine import peak_memory
from benchmarks.peers import CODES, TARGETS, THIS, THIS_ON_TWO, Measured, verdicts
from benchmarks.report import peers_table, queue_table, queue_verdicts, scaling_table, verdict_lines

#: An agreement that fails by chance less than once in ten thousand (see benchmarks/w1.py).
RESIDENTS, RUNS = 4_000, 3


def _one(segment: int, age: int, status: int) -> w1.Population:
    """One resident with hypertension under control in facility 0, who always comes."""
    return w1.Population(
        age=np.array([age], np.int16),
        segment=np.array([segment], np.int8),
        status=np.array([status], np.int8),
        facility=np.zeros(1, np.int8),
        hypertension=np.ones(1, np.bool_),
        controlled=np.ones(1, np.bool_),
        propensity=np.ones(1),
    )


def test_the_expectation_of_one_month_by_hand() -> None:
    """A 30-year-old of segment 1 who owes: 0.40 pay again, 0.08 are suspended; control by the new status."""
    mean, variance = w1.expectation(_one(segment=1, age=30 * 12, status=1))
    paying = 0.40
    control = 0.40 * (1 - 0.05) + 0.52 * (1 - 0.12) + 0.08 * (1 - 0.15)
    referral = paying * (0.95 * 0.12 + 0.05 * 0.17)
    assert mean[0, 0] == pytest.approx([paying, paying, referral, referral * 0.15, control])
    assert variance[0, 0] == pytest.approx([p * (1 - p) for p in mean[0, 0]])
    assert not mean[:, 1:].any()


def test_the_band_changes_in_the_month_of_the_birthday() -> None:
    """Suspended in segment 2: 0.04 return under 15, 0.03 from 15 on; the month's age counts."""
    before, _ = w1.expectation(_one(segment=2, age=15 * 12 - 2, status=2))
    after, _ = w1.expectation(_one(segment=2, age=15 * 12 - 1, status=2))
    assert before[0, 0, 0] == pytest.approx(0.04)
    assert after[0, 0, 0] == pytest.approx(0.03)


@pytest.mark.parametrize("code", [code for code in CODES if code.threads == 1], ids=lambda code: code.label)
def test_every_implementation_agrees_with_the_expectation(code) -> None:  # type: ignore[no-untyped-def]
    if not importlib.util.find_spec(code.package):
        pytest.skip(f"{code.package} is not installed")
    module, people = importlib.import_module(f"benchmarks.{code.module}"), w1.make_population(RESIDENTS)
    counts = np.array([module.run(module.prepare(people, replicate)) for replicate in range(RUNS)])
    found = w1.agreement(counts, *w1.expectation(people))
    assert found.holds(), found
    assert not np.array_equal(counts[0], counts[1])


def test_the_check_notices_a_rate_that_is_wrong_by_a_fifth(monkeypatch: pytest.MonkeyPatch) -> None:
    people = w1.make_population(100_000)
    expected = w1.expectation(people)
    monkeypatch.setattr(w1, "GAIN", w1.GAIN * 1.2)
    counts = w1_prakira.run(w1_prakira.prepare(people, 0))
    assert not w1.agreement(counts[None], *expected).holds()


def test_threads_do_not_change_a_count() -> None:
    people = w1.make_population(RESIDENTS)
    one, two = (w1_prakira.run(w1_prakira.prepare(people, 5), threads) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_chunks_do_not_change_a_count() -> None:
    """A resident's fate does not hang on how many stand before: the first facility alone gives its own counts."""
    people = w1.make_population(RESIDENTS)
    everybody = w1_prakira.run(w1_prakira.prepare(people, 2))
    sorted_people, replicate = w1_prakira.prepare(people, 2)
    moved = sorted_people._replace(first=np.array([0, *[sorted_people.first[1]] * w1.FACILITIES]))
    alone = w1_prakira.run((moved, replicate))
    assert np.array_equal(alone[:, 0], everybody[:, 0])
    assert not alone[:, 1:].any()


def test_thresholds_keep_a_chance_to_one_word() -> None:
    assert int(w1_prakira.threshold(0.0)) == 0
    assert int(w1_prakira.threshold(0.25)) == 2**30
    assert int(w1_prakira.threshold(1.0)) == 2**32 - 1


def test_targets_compare_speeds_of_this_model_and_a_peer() -> None:
    speeds = {THIS: 200.0, THIS_ON_TWO: 350.0, "NumPy": 25.0}
    measured = [Measured(label, "", 1, speed, 0, 1.0, 0.0, True) for label, speed in speeds.items()]
    assert verdicts(measured) == [
        (f"{THIS} / NumPy", 8.0, TARGETS["NumPy"]),
        ("2 threads / 1 thread", 1.75, 1.6),
    ]


def test_peak_memory_counts_what_was_touched() -> None:
    """An array larger than everything before raises the peak by about its own size."""
    before = peak_memory()
    size = before + 50_000_000
    array = np.ones(size, np.uint8)
    assert array[-1] == 1
    assert peak_memory() - before > 45_000_000


def test_the_page_shows_ratios_and_missed_targets() -> None:
    one = {"version": "v", "residents": 1000, "memory": 5e6, "rms_z": 1.0, "worst_z": 2.0}
    measured = [{"label": THIS, "speed": 200e6, **one}, {"label": "NumPy", "speed": 25e6, **one}]
    assert peers_table(measured).splitlines()[-1] == "|NumPy|v|1,000|25.00|8.0|5|1.000|2.00|"
    lines = verdict_lines({"verdicts": [["a", 8.0, 6.0], ["b", 1.2, 1.6]], "same": True}).splitlines()
    assert [line.split(":")[0] for line in lines] == ["- reached", "- **missed**", "- reached"]


def test_the_page_counts_memory_beyond_the_program() -> None:
    times = {"families": 0.5, "making": 0.25, "month": 100.0, "month_on_two": 60.0}
    cost = {"residents": 10_000, "facilities": 1, "program": 200_000_000, "peak": 202_500_000, **times}
    assert scaling_table([cost]).splitlines()[-1] == "|10,000|1|0.50|0.25|100|60|202|250|"


def test_the_queue_is_measured_on_equal_waits() -> None:
    found = queue_speed.measure(1, 30, 1, 1)
    assert found.same
    assert found.visits == 30 * 24
    assert 0.0 < found.left < 1.0
    assert min(found.simpy, found.recursion, found.month) > 0.0


def test_the_page_shows_the_queue_and_its_slowest_size() -> None:
    one = {"patients": 60, "desks": 1, "rooms": 2, "left": 0.125, "simpy": 40_000.0, "month": 5e6, "same": True}
    speeds = [{**one, "recursion": 32e6}, {**one, "recursion": 16e6}]
    assert queue_table(speeds).splitlines()[-2] == "|60|1|2|12.5%|40,000|32,000,000|800|5,000,000|"
    lines = queue_verdicts(speeds).splitlines()
    assert lines[0] == "- **missed**: visits a second over SimPy's are at least 400, target 500"
    assert lines[1].startswith("- reached")
    assert queue_verdicts([speeds[0], {**speeds[0], "same": False}]).splitlines()[1].startswith("- **missed**")
