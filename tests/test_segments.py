"""What happens to families: chances beside their closed forms, substitution, and one way back in for one illness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from sim import codes
from sim.behaviour import default_behaviour
from sim.people import segments
from sim.people.arrays import Households, People, empty_households, empty_people, link_households
from sim.people.segment_rates import SegmentRates, segment_rates
from sim.random import make_key
from tests.chance import assert_share

KEY = make_key(33, 0)
SIZE = 3
MONTH = 5
NEVER = (codes.NEVER_SEGMENT, codes.PAYER_NONE, codes.NEVER)
WAGE = (codes.PPU, codes.PAYER_PRIVATE, codes.ACTIVE)
OUT_OF_WORK = (codes.PPU, codes.PAYER_PRIVATE, codes.LAPSED)
PAYING = (codes.PBPU, codes.PAYER_SELF, codes.ACTIVE)
OWING = (codes.PBPU, codes.PAYER_SELF, codes.ARREARS)
OUT_OF_PBI = (codes.PBI, codes.PAYER_CENTRAL, codes.LAPSED)
DROPPED = (codes.PEMDA, codes.PAYER_DISTRICT, codes.LAPSED)
QUIET = SegmentRates(*[0.0] * len(SegmentRates._fields))
UNCOVERED = codes.HAS_UNCOVERED
BITS = {WAGE: codes.HAS_PPU_PRIVATE, OUT_OF_WORK: codes.HAS_PPU_LAPSED | UNCOVERED, NEVER: UNCOVERED,
        OUT_OF_PBI: UNCOVERED, DROPPED: UNCOVERED}  # fmt: skip


class Found(NamedTuple):
    """What one month counted."""

    moves: np.ndarray
    origin: np.ndarray
    asking: np.ndarray


def families(count: int, *members: tuple[int, int, int], klass: int = 3, debt: int = 0) -> tuple[People, Households]:
    """``count`` families whose members have the given (segment, payer, status), all the same if one is given."""
    kinds = members * SIZE if len(members) == 1 else members
    size = len(kinds)
    people, households = empty_people(size * count), empty_households(count)
    people.name[:] = np.arange(size * count)
    people.household[:] = np.arange(size * count) // size
    people.presence[:] = codes.RESIDENT
    for column, place in ((people.segment, 0), (people.payer, 1), (people.status, 2)):
        column[:] = np.tile([kind[place] for kind in kinds], count)
    households.name[:] = np.arange(count)
    households.wealth[:] = np.arange(count) % 5
    households.payers[:] = sum(kind in (PAYING, OWING) for kind in kinds)
    households.klass[:] = klass if households.payers[0] else 0
    households.debt[:] = debt
    for kind in kinds:
        households.holds[:] |= BITS.get(kind, 0)
    link_households(people, households, 0, size * count)
    return people, households


def happen(
    people: People,
    households: Households,
    rates: SegmentRates,
    month: int = MONTH,
    non_cut_off: bool = False,
    taking_in: bool = False,
    wait_days: int = 14,
    cuts: Sequence[int] = (),
) -> Found:
    """One month of family events, in ranges parted at ``cuts``."""
    found = Found(np.zeros(segments.MOVES, np.int64), np.zeros(6, np.int64), np.zeros(people.name.size + 1, np.int32))
    edges = [0, *cuts, households.name.size]
    for lo, hi in zip(edges[:-1], edges[1:], strict=True):
        segments.family_events(
            people, households, KEY.k0, KEY.k1, month, lo, hi, rates, non_cut_off, taking_in, wait_days,
            segments.CLASS_CHOICE, found.moves, found.origin, found.asking,
        )  # fmt: skip
    return found


def test_with_all_rates_zero_nothing_happens() -> None:
    for kind in (NEVER, WAGE, PAYING, OWING, OUT_OF_PBI):
        people, households = families(2000, kind, debt=3 if kind == OWING else 0)
        before = people.status.copy()
        found = happen(people, households, QUIET, non_cut_off=True, taking_in=True)
        assert np.array_equal(people.status, before)
        assert found.moves.sum() == found.origin.sum() == found.asking.sum() == 0
        assert (households.event == codes.NO_EVENT).all()


@pytest.mark.parametrize("state", [False, True])
def test_jobs_are_lost_at_their_rate_and_end_in_three_ways(state: bool) -> None:
    n = 60_000
    people, households = families(n, WAGE)
    if state:
        people.payer[:] = codes.PAYER_STATE
        households.holds[:] = codes.HAS_PPU_STATE
    rates = QUIET._replace(job_loss=0.10, job_loss_state=0.02, self_pay=0.2, covered=0.3)
    found = happen(people, households, rates)
    loss = 0.02 if state else 0.10
    lapsed = (people.status == codes.LAPSED)[::SIZE]
    paying = (people.payer == codes.PAYER_SELF)[::SIZE]
    covered = households.cover_until == MONTH + 6
    assert_share(int(lapsed.sum()), n, loss * 0.5)
    assert_share(int(paying.sum()), n, loss * 0.2)
    assert_share(int(covered.sum()), n, loss * 0.3)
    assert found.moves[segments.LOST_JOB] == SIZE * (lapsed | paying).sum()
    assert found.moves[segments.JOINED] == SIZE * paying.sum()
    assert ((households.holds & codes.HAS_UNCOVERED > 0) == lapsed).all()
    assert (people.status.reshape(-1, SIZE)[paying] == codes.ACTIVE).all()  # no gap for who goes on paying
    assert (people.status.reshape(-1, SIZE)[covered] == codes.ACTIVE).all()


def test_lay_off_cover_ends_after_six_months() -> None:
    people, households = families(50, WAGE)
    happen(people, households, QUIET._replace(job_loss=1.0, covered=1.0))
    for month in range(MONTH + 1, MONTH + 6):  # no second loss while the cover lasts
        found = happen(people, households, QUIET._replace(job_loss=1.0, covered=1.0), month)
        assert found.moves.sum() == 0
        assert (people.status == codes.ACTIVE).all()
    found = happen(people, households, QUIET, MONTH + 6)
    assert (people.status == codes.LAPSED).all()
    assert found.moves[segments.LOST_JOB] == 50 * SIZE
    assert (households.cover_until == -1).all()


def test_who_loses_a_job_and_owes_from_before_is_in_arrears() -> None:
    people, households = families(10, WAGE, debt=6)
    happen(people, households, QUIET._replace(job_loss=1.0, self_pay=1.0))
    assert (people.status == codes.ARREARS).all()
    assert (households.klass == np.tile(segments.CLASS_CHOICE, 2)).all()


def test_a_job_covers_the_whole_card() -> None:
    n = 60_000
    for kind, expected in ((NEVER, 0.05), (OUT_OF_WORK, 0.20), (OWING, 0.05)):
        people, households = families(n, kind, debt=4 if kind == OWING else 0)
        found = happen(people, households, QUIET._replace(job_gain=0.05, job_gain_lapsed=0.20))
        won = (people.segment == codes.PPU) & (people.status == codes.ACTIVE)
        assert_share(int(won[::SIZE].sum()), n, expected)
        assert found.moves[segments.GOT_JOB] == won.sum()
        assert (people.payer[won] == codes.PAYER_PRIVATE).all()
        assert (people.since[won] == MONTH).all()


@pytest.mark.parametrize("non_cut_off", [False, True])
def test_employers_delay_registering_under_non_cut_off_only(non_cut_off: bool) -> None:
    n = 60_000
    people, households = families(n, NEVER)
    found = happen(people, households, QUIET._replace(job_gain=0.10, evasion=0.4), non_cut_off=non_cut_off)
    assert_share(int(found.moves[segments.GOT_JOB]) // SIZE, n, 0.06 if non_cut_off else 0.10)


def test_the_uncovered_join_sooner_when_a_member_needs_hospital_care() -> None:
    n = 100_000
    for need, expected in ((0, 0.01), (codes.NEED_CARE, 0.01), (codes.NEED_HOSPITAL, 0.08)):
        people, households = families(n, NEVER, DROPPED, WAGE)
        households.need[:] = need
        found = happen(people, households, QUIET._replace(join=0.01, join_when_sick=8.0))
        joined = (people.payer == codes.PAYER_SELF).reshape(-1, SIZE)
        assert_share(int(joined[:, 0].sum()), n, expected)
        assert np.array_equal(joined[:, 0], joined[:, 1])
        assert not joined[:, 2].any()  # covered members stay where they are
        assert found.moves[segments.JOINED] == joined.sum()
        assert (people.status.reshape(-1, SIZE)[joined] == codes.PENDING).all()
        chosen = households.klass[joined[:, 0]]
        assert np.array_equal(chosen, segments.CLASS_CHOICE[households.wealth[joined[:, 0]]])


@pytest.mark.parametrize(("wait", "next_month"), [(0, 1.0), (7, 23 / 28), (14, 16 / 28), (29, 1 / 28), (30, 0.0)])
def test_a_self_payer_is_active_on_the_first_after_the_waiting_period(wait: int, next_month: float) -> None:
    """Registered on day 1 to 28 alike; the wait ends within the month if day + wait is at most 30."""
    n = 60_000
    people, households = families(n, NEVER)
    happen(people, households, QUIET._replace(join=1.0), wait_days=wait)
    joined = people.status[::SIZE] == codes.PENDING
    assert joined.sum() >= n - 1
    soon = int((people.active_from[::SIZE][joined] == MONTH + 1).sum())
    late = int((people.active_from[::SIZE][joined] == MONTH + 2).sum())
    assert soon + late == joined.sum()
    if 0.0 < next_month < 1.0:
        assert_share(soon, n, next_month)
    else:
        assert soon == next_month * joined.sum()
    assert np.array_equal(people.active_from[0::SIZE], people.active_from[1::SIZE])  # a card registers on one day


def test_who_owes_from_before_must_settle_before_joining_again() -> None:
    people, households = families(10, DROPPED, debt=5)
    happen(people, households, QUIET._replace(join=1.0))
    assert (people.status == codes.ARREARS).all()
    assert (households.debt == 5).all()


def test_crowd_out_is_for_paying_class_three_under_non_cut_off() -> None:
    n = 60_000
    rates = QUIET._replace(crowd_out=0.03)
    for klass, debt, non_cut_off, expected in (
        (3, 0, True, 0.03), (2, 0, True, 0.0), (3, 4, True, 0.0), (3, 0, False, 0.0),
    ):  # fmt: skip
        people, households = families(n, OWING if debt else PAYING, klass=klass, debt=debt)
        found = happen(people, households, rates, non_cut_off=non_cut_off)
        waiting = int(households.waiting.sum())
        assert found.moves[segments.WAITING_STARTED] == waiting
        if expected:
            assert_share(waiting, n, expected)
        else:
            assert waiting == 0
        assert (people.payer == codes.PAYER_SELF).all()  # they wait; nobody has taken them yet


def test_waiting_ends_with_non_cut_off_and_begins_once() -> None:
    people, households = families(1000, PAYING)
    rates = QUIET._replace(crowd_out=1.0)
    assert happen(people, households, rates, non_cut_off=True).moves[segments.WAITING_STARTED] == 1000
    again = happen(people, households, rates, MONTH + 1, non_cut_off=True)
    assert again.moves.sum() == 0
    assert households.waiting.all()
    happen(people, households, rates, MONTH + 2)
    assert not households.waiting.any()


@pytest.mark.parametrize(
    ("non_cut_off", "taking_in", "expected"), [(True, True, 0.05), (True, False, 0.0), (False, True, 0.0)]
)
def test_families_in_arrears_ask_while_the_pemda_takes_in_without_cut_off(
    non_cut_off: bool, taking_in: bool, expected: float
) -> None:
    n = 40_000
    people, households = families(n, OWING, OWING, NEVER, debt=8)
    found = happen(people, households, QUIET._replace(ask_pemda=0.05), non_cut_off=non_cut_off, taking_in=taking_in)
    asked = int(found.asking[0])
    assert found.moves[segments.ASKED] == asked == people.queued.sum()
    if not expected:
        assert asked == 0
        return
    assert_share(asked // 2, n, expected)
    persons = found.asking[1 : asked + 1]
    assert np.array_equal(np.sort(persons), np.flatnonzero(people.queued))
    assert (people.status[persons] == codes.ARREARS).all()  # suspended members only; they stay so until registered
    assert (households.event[people.household[persons]] == codes.ASK_PEMDA).all()
    assert (households.debt == 8).all()
    assert not found.asking[asked + 1 :].any()


def test_nobody_asks_twice_nor_while_keeping_a_plan_nor_when_paying() -> None:
    rates = QUIET._replace(ask_pemda=1.0)
    people, households = families(3, OWING, debt=8)
    people.queued[0] = 1
    people.presence[1] = codes.MOVED_ON_REGISTER
    households.rehab[1] = 6
    found = happen(people, households, rates, non_cut_off=True, taking_in=True)
    assert found.asking[: found.asking[0] + 1].tolist() == [4, 2, 6, 7, 8]
    found = happen(people, households, rates, MONTH + 1, non_cut_off=True, taking_in=True)
    assert found.asking[0] == 0
    people, households = families(3, PAYING)
    assert happen(people, households, rates, non_cut_off=True, taking_in=True).asking[0] == 0


def test_a_take_over_covers_whoever_is_not_covered_and_freezes_the_debt() -> None:
    pending = (codes.PBPU, codes.PAYER_SELF, codes.PENDING)
    people, households = families(2, OWING, NEVER, OUT_OF_PBI, OUT_OF_WORK, WAGE, pending, debt=8)
    households.event[:] = codes.TAKEOVER
    households.rehab[:], households.waiting[:] = 3, 1
    people.presence[6] = codes.DEAD_ON_REGISTER  # the owing member of the second family
    found = happen(people, households, QUIET, non_cut_off=True)
    first = slice(0, 6)
    pemda, ppu, pbpu = codes.PEMDA, codes.PPU, codes.PBPU
    assert people.segment[first].tolist() == [pemda, pemda, pemda, pemda, ppu, pbpu]
    assert people.status[first].tolist() == [codes.ACTIVE] * 5 + [codes.PENDING]
    assert people.status[6] == codes.ARREARS
    assert (people.payer[first] == codes.PAYER_DISTRICT).sum() == 4
    assert found.origin.tolist() == [2, 2, 1, 0, 2, 7]
    assert (households.debt == 8).all()
    assert households.payers.tolist() == [0, 1]
    assert households.rehab.tolist() == [0, 3]
    assert households.waiting.tolist() == [0, 1]


def test_pbi_takes_back_who_fell_out_of_it() -> None:
    people, households = families(2, OUT_OF_PBI, DROPPED, OWING, debt=2)
    households.event[0] = codes.PBI_BACK
    found = happen(people, households, QUIET)
    assert people.status.tolist() == [codes.ACTIVE, codes.LAPSED, codes.ARREARS, *[codes.LAPSED] * 2, codes.ARREARS]
    assert people.segment[0] == codes.PBI
    assert found.moves[segments.PBI_RETURNED] == 1


def test_one_illness_one_way_back_in() -> None:
    """Paying comes before the Pemda, the Pemda before PBI-JK, PBI-JK before nothing; joining is no second way."""
    sure = QUIET._replace(join=1.0, join_when_sick=1.0)
    mixed = (OUT_OF_PBI, DROPPED, PAYING)
    for settled, event, segment, status in (
        (MONTH, codes.TAKEOVER, codes.PBI, codes.LAPSED),
        (MONTH, codes.PBI_BACK, codes.PBI, codes.LAPSED),
        (MONTH, codes.NO_EVENT, codes.PBI, codes.LAPSED),
        (MONTH - 1, codes.TAKEOVER, codes.PEMDA, codes.ACTIVE),
        (MONTH - 1, codes.PBI_BACK, codes.PBI, codes.ACTIVE),
        (MONTH - 1, codes.NO_EVENT, codes.PBPU, codes.PENDING),
    ):
        people, households = families(20, *mixed)
        households.need[:] = codes.NEED_HOSPITAL
        households.back_at[:], households.event[:] = settled, event
        found = happen(people, households, sure)
        assert (people.segment[0::3] == segment).all()
        assert (people.status[0::3] == status).all()
        assert (people.status[2::3] == codes.ACTIVE).all()
        ways = found.origin[segments.AT_POINT_OF_CARE] > 0, found.moves[segments.PBI_RETURNED] > 0
        assert sum((*ways, found.moves[segments.JOINED] > 0)) == (settled < MONTH)


def test_a_lay_off_cover_that_ends_and_a_take_over_meet() -> None:
    people, households = families(1, WAGE, OUT_OF_PBI)
    households.cover_until[:], households.event[:] = MONTH, codes.TAKEOVER
    found = happen(people, households, QUIET)
    assert (people.segment == codes.PEMDA).all()
    assert found.origin[segments.FROM_PPU] == found.origin[segments.FROM_LAPSED] == 1
    assert households.cover_until[0] == -1


BUSY = SegmentRates(
    job_loss=0.2, job_loss_state=0.1, job_gain=0.1, job_gain_lapsed=0.3, self_pay=0.3, covered=0.3, join=0.2,
    join_when_sick=2.0, crowd_out=0.2, evasion=0.5, ask_pemda=0.3,
)  # fmt: skip


def _mixed(count: int) -> tuple[People, Households]:
    """Families of every kind, side by side."""
    kinds = (NEVER, WAGE, OUT_OF_WORK, PAYING, OWING, OUT_OF_PBI)
    people, households = families(count, NEVER)
    for h in range(count):
        kind = kinds[h % len(kinds)]
        members = slice(SIZE * h, SIZE * (h + 1))
        people.segment[members], people.payer[members], people.status[members] = kind
        households.holds[h] = BITS.get(kind, 0)
        households.payers[h] = SIZE * (kind in (PAYING, OWING))
        households.debt[h] = 5 * (kind == OWING)
        households.klass[h] = 3 * (kind in (PAYING, OWING))
        households.need[h] = codes.NEED_HOSPITAL * (h % 7 == 0)
        households.event[h] = codes.TAKEOVER if h % 13 == 0 and kind in (NEVER, OUT_OF_WORK) else codes.NO_EVENT
    return people, households


def test_two_ranges_give_the_same_as_one_and_others_change_nobodys_luck() -> None:
    outcomes = []
    for count, cuts in ((3000, ()), (3000, (1111,)), (3000, (512, 600)), (1800, ())):
        people, households = _mixed(count)
        founds = [happen(people, households, BUSY, m, m % 2 == 0, True, cuts=cuts) for m in range(8)]
        outcomes.append((people, households, founds))
    people, households, founds = outcomes[0]
    for other_people, other_households, other_founds in outcomes[1:3]:
        assert all(np.array_equal(a, b) for a, b in zip(people, other_people, strict=True))
        assert all(np.array_equal(a, b) for a, b in zip(households, other_households, strict=True))
        assert all(
            np.array_equal(a, b) for x, y in zip(founds, other_founds, strict=True) for a, b in zip(x, y, strict=True)
        )
    assert np.array_equal(outcomes[3][0].status, people.status[: 1800 * SIZE])
    assert len(np.unique(people.status)) == codes.STATUSES


def test_the_rates_are_the_parameters() -> None:
    b = default_behaviour().as_dict()
    rates = segment_rates({**b, "segment.ask_pemda": 0.123, "segment.job_loss_covered": 0.321})
    assert (rates.ask_pemda, rates.covered, rates.crowd_out) == (0.123, 0.321, b["segment.crowd_out"])
    assert (rates.evasion, rates.self_pay) == (b["segment.ppu_evasion"], b["segment.job_loss_self_pay"])
