"""Premiums of self-paying families: chances beside their closed forms, REHAB by hand, arrears beside their chain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim import codes
from sim.behaviour import default_behaviour
from sim.people import premiums
from sim.people.arrays import Households, People, empty_households, empty_people, link_households
from sim.people.premiums import PremiumRates, pay_premiums, premium_rates
from sim.policy import baseline_policy
from sim.random import make_key
from sim.rules import load_rules
from tests.chance import assert_share

KEY = make_key(21, 0)
SIZE = 3
#: Nothing but missing and returning; other factors are 1, other chances 0.
PLAIN = PremiumRates(
    miss=0.10, class1=1.0, class2=1.0, class3=1.0, sick=1.0, autodebit=1.0, autodebit_share=0.0, back=0.04,
    hospital=1.0, visited=1.0, collectors=0.0, per_month_owed=1.0, cap=24.0, rehab_least=4.0, rehab_join=0.0,
    rehab_pay=1.0, instalments=12.0, with_running=0.0, class_down=0.0, forgiven=0.0,
)  # fmt: skip
REHAB_2022 = PLAIN._replace(miss=0.0, back=0.0, rehab_join=1.0)
REHAB_2025 = REHAB_2022._replace(instalments=36.0, with_running=1.0)


def families(count: int, debt: int = 0, klass: int = 2) -> tuple[People, Households]:
    """``count`` self-paying families of SIZE members in two facilities, suspended if they owe."""
    people, households = empty_people(SIZE * count), empty_households(count)
    people.name[:] = np.arange(SIZE * count)
    people.household[:] = np.arange(SIZE * count) // SIZE
    people.facility[:] = people.household % 2
    people.presence[:] = codes.RESIDENT
    people.segment[:], people.payer[:] = codes.PBPU, codes.PAYER_SELF
    people.status[:] = codes.ARREARS if debt else codes.ACTIVE
    households.name[:] = np.arange(count)
    households.payers[:] = SIZE
    households.klass[:] = klass
    households.wealth[:] = 2
    households.channel[:] = 255
    households.debt[:] = debt
    link_households(people, households, 0, SIZE * count)
    return people, households


def pay(
    people: People,
    households: Households,
    month: int,
    rates: PremiumRates,
    wealth: Sequence[float] = (1.0,) * 5,
    place: Sequence[float] = (1.0, 1.0),
    cuts: Sequence[int] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """One month over all families, in ranges parted at ``cuts``; returns paid and moves."""
    paid, moves = np.zeros((4, 2), np.int64), np.zeros(premiums.MOVES, np.int64)
    edges = [0, *cuts, households.name.size]
    for lo, hi in zip(edges[:-1], edges[1:], strict=True):
        pay_premiums(
            people, households, KEY.k0, KEY.k1, month, lo, hi, rates, np.array(wealth), np.array(place), paid, moves
        )
    return paid, moves


def missed(people: People, households: Households, rates: PremiumRates, **factors: Sequence[float]) -> int:
    pay(people, households, 1, rates, **factors)
    return int((households.debt == 1).sum())


def test_arrears_settle_as_the_markov_chain_says() -> None:
    """Months owed after 400 months against the left eigenvector of the chain, every state, false alarm 25 x 1e-4."""
    fade, cap = 0.97, 24
    chain = np.zeros((cap + 1, cap + 1))
    chain[0, :2] = 0.9, 0.1
    for owed in range(1, cap + 1):
        back = 0.04 * fade ** (owed - 1)
        chain[owed, 0] += back
        chain[owed, min(owed + 1, cap)] += 1 - back
    values, vectors = np.linalg.eig(chain.T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    assert np.sort(np.abs(values))[-2] ** 400 < 1e-4  # the start is forgotten
    people, households = families(40_000)
    for month in range(400):
        pay(people, households, month, PLAIN._replace(per_month_owed=fade))
    found = np.bincount(households.debt, minlength=cap + 1)
    for owed in range(cap + 1):
        assert_share(int(found[owed]), households.debt.size, stationary[owed])


def test_the_chance_to_miss_is_the_product_of_its_factors() -> None:
    """Wealth 1.5, class III 1.2, care needed 0.5, the facility 1.3, autodebit 0.4: each alone, and all together."""
    n = 60_000
    cases = {
        "wealth": (families(n), PLAIN, {"wealth": (1, 1, 1.5, 1, 1)}, 0.15),
        "class": (families(n, klass=3), PLAIN._replace(class3=1.2), {}, 0.12),
        "other class": (families(n, klass=2), PLAIN._replace(class3=1.2), {}, 0.10),
        "place": (families(n), PLAIN, {"place": (1.3, 1.3)}, 0.13),
        "autodebit": (families(n), PLAIN._replace(autodebit=0.4, autodebit_share=1.0), {}, 0.04),
        "not on autodebit": (families(n), PLAIN._replace(autodebit=0.4, autodebit_share=0.9), {}, 0.10),
    }
    for (people, households), rates, factors, expected in cases.values():
        assert_share(missed(people, households, rates, **factors), n, expected)
    people, households = families(n, klass=3)
    households.need[:] = codes.NEED_CARE
    rates = PLAIN._replace(class3=1.2, sick=0.5, autodebit=0.4, autodebit_share=1.0)
    found = missed(people, households, rates, wealth=(1, 1, 1.5, 1, 1), place=(1.3, 1.3))
    assert_share(found, n, 0.1 * 1.5 * 1.2 * 0.5 * 1.3 * 0.4)


def test_a_facility_has_its_own_effect_and_autodebit_its_share_of_families() -> None:
    n = 60_000
    people, households = families(n)
    pay(people, households, 1, PLAIN, place=(0.5, 2.0))
    assert_share(int((households.debt[0::2] == 1).sum()), n // 2, 0.05)
    assert_share(int((households.debt[1::2] == 1).sum()), n // 2, 0.20)
    people, households = families(256 * 8)
    households.channel[:] = np.arange(256 * 8) % 256
    pay(people, households, 1, PLAIN._replace(miss=1.0, autodebit=0.0, autodebit_share=0.25))
    assert int((households.debt[households.channel < 64]).sum()) == 0
    assert_share(int((households.debt[households.channel >= 64] == 1).sum()), 192 * 8, premiums.MOST_MISS)


def test_whoever_pays_is_booked_once_for_the_running_month() -> None:
    people, households = families(5000)
    paid, moves = pay(people, households, 1, PLAIN)
    assert paid[2].tolist() == [SIZE * int((households.debt == 0).sum()), 0]
    assert paid[[0, 1, 3]].sum() == 0
    assert moves.sum() == 0
    assert (people.status == codes.ACTIVE).all()  # cover lasts to the end of the month


def test_a_return_pays_everything_at_once_and_the_members_are_active_the_same_day() -> None:
    people, households = families(1000, debt=24)
    people.presence[0], people.presence[1] = codes.GONE, codes.MOVED_ON_REGISTER
    people.payer[2], people.status[2] = codes.PAYER_DISTRICT, codes.PENDING
    people.queued[:] = 1  # with the enrolment office, NIK unclear
    paid, moves = pay(people, households, 7, PLAIN._replace(back=0.0))
    assert (households.debt == 24).all()  # Perpres 82/2018: at most 24 months are owed
    assert moves.sum() == paid.sum() == 0
    assert people.queued.all()
    paid, moves = pay(people, households, 8, PLAIN._replace(back=1.0))
    assert not people.queued.any()  # the application falls away: one way back in
    assert (households.debt == 0).all()
    assert paid[2].tolist() == [SIZE * 1000, SIZE * 24_000]
    assert (households.back_at == 8).all()
    assert (households.owed_at_back == 24).all()
    assert moves[premiums.RETURNED] == 1000
    assert moves[premiums.REACTIVATED] == SIZE * 1000 - 2
    assert people.status[:3].tolist() == [codes.ARREARS, codes.ACTIVE, codes.PENDING]
    assert (people.status[3:] == codes.ACTIVE).all()


def test_returning_depends_on_months_owed_hospital_and_collectors() -> None:
    n = 100_000
    rates = PLAIN._replace(hospital=7.0, per_month_owed=0.9, visited=1.5)
    for need, collectors, expected in (
        (0, 0.0, 0.04 * 0.9**5),
        (codes.NEED_HOSPITAL, 0.0, 0.04 * 0.9**5 * 7),
        (codes.NEED_CARE, 0.0, 0.04 * 0.9**5),
        (0, 1.0, 0.04 * 0.9**5 * 1.5),
        (0, 0.5, 0.04 * 0.9**5 * 1.25),
    ):
        people, households = families(n, debt=6)
        households.need[:] = need
        _, moves = pay(people, households, 1, rates._replace(collectors=collectors))
        assert_share(int(moves[premiums.RETURNED]), n, expected)
        if 0.0 < collectors < 1.0:
            assert_share(int(moves[premiums.VISITED]), n, collectors)
        else:
            assert moves[premiums.VISITED] == n * collectors


def follow(debt: int, rates: PremiumRates, months: int, klass: int = 2) -> list[tuple[int, int, int]]:
    """(months owed, current paid, old paid per head) of one family after joining REHAB and after each later month."""
    people, households = families(1, debt=debt, klass=klass)
    story = []
    for month in range(months):
        paid, _ = pay(people, households, month, rates)
        story.append((int(households.debt[0]), int(paid[klass, 0]) // SIZE, int(paid[klass, 1]) // SIZE))
        active = bool((people.status == codes.ACTIVE).all())
        assert active == (households.debt[0] == 0), "active after the last instalment only"
    return story


def test_rehab_of_2022_by_hand() -> None:
    """24 months owed: 12 instalments of 2, while a month is owed besides each month; the last pays 2 + 11 and the
    running month. 17 + 1 months: parts of 2, 2, 2, 2, 2, 2 then 1. 6 + 1 months: seven instalments of 1."""
    assert follow(24, REHAB_2022, 13) == [(24, 0, 0), *[(24 - k, 0, 2) for k in range(1, 12)], (0, 1, 2 + 11)]
    parts = [2] * 6 + [1] * 5
    owed = [18 - sum(parts[: k + 1]) + k + 1 for k in range(11)]
    assert follow(17, REHAB_2022, 13) == [
        (18, 0, 0),
        *[(o, 0, p) for o, p in zip(owed, parts, strict=True)],
        (0, 1, 12),
    ]
    assert follow(6, REHAB_2022, 8) == [(7, 0, 0), *[(7, 0, 1)] * 6, (0, 1, 7)]


def test_rehab_of_2025_by_hand() -> None:
    """The running premium is in the instalment, so the debt only falls: 24 months owed, 24 instalments of one month
    and the running premium (36 are allowed, at least a month each). Under a limit of 12: of two months."""
    assert follow(24, REHAB_2025, 25) == [(24, 0, 0), *[(24 - k, 1, 1) for k in range(1, 25)]]
    twelve = REHAB_2025._replace(instalments=12.0)
    assert follow(24, twelve, 13) == [(24, 0, 0), *[(24 - 2 * k, 1, 2) for k in range(1, 13)]]


@pytest.mark.parametrize("rates", [REHAB_2022, REHAB_2025])
@pytest.mark.parametrize("debt", range(4, 25))
def test_a_plan_kept_pays_every_month_once(rates: PremiumRates, debt: int) -> None:
    """Old and current premium add up to the debt at the start and every month since, whatever the debt."""
    joined = min(debt + 1, 24)
    length = min(joined, int(rates.instalments))
    story = follow(debt, rates, 1 + length)
    assert story[0] == (joined, 0, 0)
    assert all(owed > 0 for owed, _, _ in story[:-1])
    assert story[-1][0] == 0
    assert sum(current + old for _, current, old in story) == joined + length


@pytest.mark.parametrize("month_of_change", range(1, 12))
def test_a_plan_under_way_goes_on_by_the_terms_of_2025(month_of_change: int) -> None:
    """What is owed then is spread over the instalments left; every month is still paid once."""
    people, households = families(1, debt=20)
    total = 0
    for month in range(13):
        paid, _ = pay(people, households, month, REHAB_2022 if month < month_of_change else REHAB_2025)
        total += int(paid.sum()) // SIZE
    assert households.debt[0] == 0
    assert total == 21 + 12


def test_a_plan_is_for_those_who_owe_four_months_and_ends_with_a_missed_instalment() -> None:
    people, households = families(10, debt=2)
    _, moves = pay(people, households, 0, REHAB_2022)
    assert (households.rehab == 0).all()
    _, moves = pay(people, households, 1, REHAB_2022)
    assert (households.rehab == 4).all()
    assert moves[premiums.JOINED_REHAB] == 10
    paid, _ = pay(people, households, 2, REHAB_2022._replace(rehab_pay=0.0))
    assert (households.rehab == 0).all()
    assert (households.debt == 5).all()
    assert paid.sum() == 0


def test_few_keep_a_plan_to_its_end() -> None:
    people, households = families(50_000, debt=9)
    back = 0
    for month in range(11):
        rates = REHAB_2022._replace(rehab_pay=0.9, rehab_join=1.0 if month == 0 else 0.0)
        back += int(pay(people, households, month, rates)[1][premiums.RETURNED])
    assert_share(back, 50_000, 0.9**10)  # ten months owed: ten instalments


def test_some_paying_families_go_a_class_down() -> None:
    for klass in (1, 2, 3):
        people, households = families(30_000, klass=klass)
        _, moves = pay(people, households, 1, PLAIN._replace(miss=0.0, class_down=0.02))
        down = int((households.klass == klass + 1).sum())
        assert moves[premiums.CLASS_DOWN] == down
        if klass == 3:
            assert down == 0
        else:
            assert_share(down, 30_000, 0.02)
        assert (people.klass == 0).all()  # members follow when the month closes


@pytest.mark.parametrize(
    ("debt", "share", "left"), [(24, 0.5, 12), (5, 0.5, 3), (24, 1.0, 1), (1, 1.0, 1), (10, 0.25, 8)]
)
def test_an_amnesty_forgives_class_three_before_anyone_decides(debt: int, share: float, left: int) -> None:
    """5 months at a half: 2.5, rounded up to 3; all forgiven still leaves one month to pay."""
    people, households = families(2, debt=debt, klass=3)
    households.klass[1] = 2
    paid, moves = pay(people, households, 1, PLAIN._replace(back=1.0, forgiven=share))
    assert paid[3].tolist() == [SIZE, SIZE * left]
    assert paid[2].tolist() == [SIZE, SIZE * debt]
    assert moves[premiums.FORGIVEN] == SIZE * (debt - left)


def test_an_amnesty_shortens_a_plan() -> None:
    people, households = families(1, debt=24, klass=3)
    pay(people, households, 0, REHAB_2022)
    pay(people, households, 1, REHAB_2022._replace(forgiven=0.9))  # 2 months left, one paid, the running one added
    assert (households.debt[0], households.rehab[0]) == (2, 1)
    paid, _ = pay(people, households, 2, REHAB_2022)
    assert paid[3].tolist() == [SIZE, 2 * SIZE]


def test_the_debt_of_a_family_that_others_pay_for_is_frozen() -> None:
    people, households = families(100, debt=9, klass=3)
    households.payers[:] = 0
    paid, moves = pay(people, households, 1, PLAIN._replace(back=1.0, forgiven=0.5))
    assert (households.debt == 9).all()
    assert paid.sum() == moves.sum() == 0
    assert (people.status == codes.ARREARS).all()


@pytest.mark.parametrize("debt", [0, 7])
def test_a_waiting_family_pays_nothing(debt: int) -> None:
    people, households = families(500, debt=debt, klass=3)
    households.waiting[:] = 1
    households.need[:] = codes.NEED_HOSPITAL
    for month in range(3):
        paid, moves = pay(people, households, month, PLAIN._replace(miss=0.0, back=1.0, rehab_join=1.0))
        assert paid.sum() == moves.sum() == 0
    assert (households.debt == debt + 3).all()
    assert (households.waiting == 1).all()
    assert (households.rehab == 0).all()


def test_two_ranges_give_the_same_as_one() -> None:
    rates = PLAIN._replace(rehab_join=0.3, rehab_pay=0.8, class_down=0.05, collectors=0.5, visited=1.5)
    outcomes = []
    for cuts in ((), (777,), (512, 1024)):
        people, households = families(3000)
        tallies = [pay(people, households, month, rates, cuts=cuts) for month in range(12)]
        outcomes.append((households, people.status, tallies))
    for households, status, tallies in outcomes[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(outcomes[0][0], households, strict=True))
        assert np.array_equal(outcomes[0][1], status)
        assert np.array_equal(np.array([p for p, _ in outcomes[0][2]]), np.array([p for p, _ in tallies]))
        assert np.array_equal(np.array([m for _, m in outcomes[0][2]]), np.array([m for _, m in tallies]))


def test_others_do_not_change_a_familys_luck() -> None:
    few, many = families(400), families(900)
    many[1].payers[400:] = 0
    for month in range(6):
        pay(*few, month, PLAIN)
        pay(*many, month, PLAIN)
    assert np.array_equal(few[1].debt, many[1].debt[:400])
    assert 0 < few[1].debt.astype(bool).sum() < 400


def test_the_rates_of_a_month_come_from_behaviour_policy_and_rules() -> None:
    b, rules = default_behaviour().as_dict(), load_rules()
    policy = baseline_policy(3, 1)
    plain = premium_rates(b, policy, rules, rules, 1, "2023-05", 0.05, 0.02)
    assert (plain.miss, plain.back) == (0.05, 0.02)
    assert (plain.cap, plain.rehab_least, plain.instalments, plain.with_running) == (24, 4, 12, 0)
    later = premium_rates(b, policy, rules, rules, 1, "2025-04", 0.05, 0.02)
    assert (later.instalments, later.with_running) == (36, 1)
    second = np.array([0.0, 1.0, 0.0])
    reminded = premium_rates(b, policy.but(reminders=0.5 * second), rules, rules, 1, "2023-05", 0.05, 0.02)
    assert reminded.miss == pytest.approx(0.05 * (1 - 0.5 * b["premium.reminder"]))
    awaited = premium_rates(b, policy.but(amnesty_announced=second > 0), rules, rules, 1, "2023-05", 0.05, 0.02)
    assert awaited.miss == pytest.approx(0.05 * (1 + b["premium.amnesty_miss"]))
    assert awaited.back == pytest.approx(0.02 * b["premium.amnesty_return"])
    levers = policy.but(autodebit=0.3 * second, collectors=0.4 * second, amnesty=0.7 * second,
                        rehab_promotion=1 + second)  # fmt: skip
    pushed = premium_rates(b, levers, rules, rules, 1, "2023-05", 0.05, 0.02)
    assert pushed.autodebit_share == pytest.approx(b["premium.autodebit_share"] + 0.3)
    assert (pushed.collectors, pushed.forgiven) == (0.4, 0.7)
    assert pushed.rehab_join == pytest.approx(2 * plain.rehab_join)
    assert premium_rates(b, levers, rules, rules, 0, "2023-04", 0.05, 0.02) == plain
    assert all(isinstance(value, float) for value in plain)


def test_premiums_fall_due_on_the_day_of_the_rule() -> None:
    """Perpres 82/2018: by the 10th; the month's step stands on that day."""
    from sim.month import STEPS

    day = next(step.day for step in STEPS if step.name == "pay_premiums")
    assert day == load_rules().value("payment.due_day", "2024-06")
