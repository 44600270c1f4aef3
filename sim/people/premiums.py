"""Premium compliance of self-paying families (PBPU, and BP who pay themselves), decided per family card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numba as nb
import numpy as np

from sim.codes import ACTIVE, ARREARS, FREE, GONE, NEED_CARE, NEED_HOSPITAL
from sim.policy import Policy
from sim.random import CHUNK, Purpose, fill, unit
from sim.rules import Rules
from sim.rules.premium import one_class, own_premiums

_PREMIUM = int(Purpose.PREMIUM)

#: Relative miss rate by wealth quintile, poorest first (direction: all studies name income; sizes assumed).
WEALTH_MISS = np.array([1.5, 1.2, 1.0, 0.8, 0.6])
#: No family misses for certain, however many factors meet.
MOST_MISS = 0.99

# What a family does this month, settled before anybody acts.
_WAITS, _OWES_NOTHING, _HAS_PLAN, _IN_ARREARS = range(4)
# Columns of ``moves``: families that paid all they owed, that joined REHAB, that went a class down; persons active
# again; families visited by a collector; person-months forgiven.
RETURNED, JOINED_REHAB, CLASS_DOWN, REACTIVATED, VISITED, FORGIVEN = range(6)
MOVES = 6


class PremiumRates(NamedTuple):
    """What holds for every family this month; all are floats so that kernels compile once.

    Chances per month 0-1: ``miss`` (a paying family has not paid by the month's end), ``back`` (a family that owes one
    month pays all), ``rehab_join``, ``rehab_pay``, ``class_down``. Factors on ``miss``: ``class1``, ``class2``,
    ``class3`` (by the family's class), ``sick`` (a member needs care), ``autodebit``; on ``back``: ``hospital`` (a
    member needs hospital care), ``visited`` (by a collector), ``per_month_owed`` (for each month beyond the first).
    Shares of families 0-1: ``autodebit_share``, ``collectors``.
    ``cap``, ``rehab_least`` and ``instalments`` are months; ``with_running`` is 1 where an instalment includes the
    running premium; ``forgiven`` is the share of class III debts forgiven this month.
    """

    miss: float
    class1: float
    class2: float
    class3: float
    sick: float
    autodebit: float
    autodebit_share: float
    back: float
    hospital: float
    visited: float
    collectors: float
    per_month_owed: float
    cap: float
    rehab_least: float
    rehab_join: float
    rehab_pay: float
    instalments: float
    with_running: float
    class_down: float
    forgiven: float


def premium_rates(
    b: Mapping[str, float], policy: Policy, rules: Rules, law: Rules, month: int, on: str, miss: float, back: float
) -> PremiumRates:
    """The rates of ``month``, the calendar month ``on`` ("YYYY-MM"), under ``policy``.

    ``miss`` and ``back`` are the chances of the month, season and district-month effect included. Reminders lower
    ``miss``; an amnesty that is awaited raises it and lowers ``back``. A premium above that of the ``law`` without the
    policy raises ``miss`` by the elasticity ``premium.burden``. Raises ``UserError`` for a parameter or rule that does
    not exist. Sources: sim/behaviour.yaml, sim/rules/data/rehab.yaml.
    """
    awaited = bool(policy.amnesty_announced[month])
    burden = (own_premiums(rules, on)[1:] / own_premiums(law, on)[1:]) ** b["premium.burden"]
    return PremiumRates(
        miss=miss
        * (1.0 - float(policy.reminders[month]) * b["premium.reminder"])
        * (1.0 + (b["premium.amnesty_miss"] if awaited else 0.0))
        * float(policy.miss_factor[month]),
        class1=float(burden[0]),
        class2=float(burden[1]),
        class3=b["premium.class3"] * float(burden[2]),
        sick=b["premium.miss_when_sick"],
        autodebit=b["premium.autodebit_miss"],
        autodebit_share=min(1.0, b["premium.autodebit_share"] + float(policy.autodebit[month])),
        back=back * (b["premium.amnesty_return"] if awaited else 1.0),
        hospital=b["premium.return_when_sick"],
        visited=1.0 + b["premium.collector"],
        collectors=float(policy.collectors[month]),
        per_month_owed=b["premium.return_per_month_owed"],
        cap=float(rules.value("payment.arrears_cap_months", on)),
        rehab_least=float(rules.value("rehab.min_arrears_months", on)),
        rehab_join=b["premium.rehab_join"] * float(policy.rehab_promotion[month]),
        rehab_pay=b["premium.rehab_pay"],
        instalments=float(rules.value("rehab.max_instalments", on)),
        with_running=float(rules.value("rehab.includes_running_premium", on)),
        class_down=0.0 if one_class(rules, on) else b["premium.class_down"],
        forgiven=float(policy.amnesty[month]),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def pay_premiums(ppl, hh, k0, k1, month, lo, hi, rates, wealth_miss, place, paid, moves):  # type: ignore[no-untyped-def]
    """One month of premiums for the self-paying families among the households ``lo`` ... ``hi``-1.

    Paid late within the month loses nothing (Perpres 82/2018 art. 42); who has not paid by its end owes a month and is
    suspended from the next 1st, when the register opens. A family without self-payers is passed over: what it owes
    stays, frozen. A family that waits for the Pemda does not pay. ``wealth_miss`` (5,) and ``place`` (facilities,)
    are factors on the miss rate. Receives ``paid`` (classes, 2), person-months of current and of old premium paid,
    and ``moves`` (6,), columns above.
    """
    w0, w1 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    w2, w3 = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    doing = np.empty(CHUNK, np.uint8)
    everyone = _self_payers(hh.payers, lo, hi)  # luck is filled in for them only: about one family in six
    names, serials = hh.name[everyone], np.zeros(everyone.size, np.uint16)
    back = _return_by_months_owed(rates)
    for start in range(0, everyone.size, CHUNK):
        end = min(everyone.size, start + CHUNK)
        fill(k0, k1, names, serials, start, end, month, _PREMIUM, w0, w1, w2, w3)
        who = everyone[start:end]
        _sort_out(hh.debt, hh.waiting, hh.rehab, who, doing)
        if rates.forgiven > 0.0:
            _forgive(hh, who, rates.forgiven, moves)
        _pay_or_miss(ppl, hh, who, doing, w0, w3, rates, wealth_miss, place, paid, moves)
        _pay_instalments(ppl, hh, who, doing, w2, month, rates, paid, moves)
        _return_or_owe(ppl, hh, who, doing, w1, w2, w3, month, rates, back, paid, moves)


@nb.njit(error_model="numpy")
def _self_payers(payers, lo, hi):  # type: ignore[no-untyped-def]
    """The households of ``lo`` ... ``hi``-1 with self-paying members (without a branch that would be mispredicted)."""
    found = np.empty(hi - lo, np.int32)
    count = 0
    for h in range(lo, hi):
        found[count] = h
        count += payers[h] > 0
    return found[:count]


@nb.njit(error_model="numpy")
def _return_by_months_owed(rates):  # type: ignore[no-untyped-def]
    """The chance to pay all by months owed (0 ... cap); a product, since powers differ between processors."""
    back = np.empty(int(rates.cap) + 1)
    back[0] = back[1] = rates.back
    for owed in range(2, back.size):
        back[owed] = back[owed - 1] * rates.per_month_owed
    return back


@nb.njit(error_model="numpy")
def _sort_out(debt, waiting, rehab, who, doing):  # type: ignore[no-untyped-def]
    """What each family does this month, by its state at the start."""
    for j, h in enumerate(who):
        if waiting[h] == 1:
            doing[j] = _WAITS
        elif debt[h] == 0:
            doing[j] = _OWES_NOTHING
        else:
            doing[j] = _HAS_PLAN if rehab[h] > 0 else _IN_ARREARS


@nb.njit(error_model="numpy")
def _forgive(hh, who, share, moves):  # type: ignore[no-untyped-def]
    """An amnesty of class III: all but a month is forgiven at most; a plan has no more parts than months owed."""
    for h in who:
        owed = np.int64(hh.debt[h])
        if owed > 0 and hh.klass[h] == 3:
            left = max(1, int(owed * (1.0 - share) + 0.5))
            moves[FORGIVEN] += (owed - left) * np.int64(hh.payers[h])
            hh.debt[h] = left
            hh.rehab[h] = min(np.int64(hh.rehab[h]), left)


@nb.njit(error_model="numpy")
def _pay_or_miss(ppl, hh, who, doing, luck, wish, rates, wealth_miss, place, paid, moves):  # type: ignore[no-untyped-def]
    """Families that owe nothing pay by the month's end or miss; some that pay go a class down."""
    debt, klass, wealth, need, channel = hh.debt, hh.klass, hh.wealth, hh.need, hh.channel
    payers, first, facility = hh.payers, hh.first, ppl.facility
    by_class = np.array([1.0, rates.class1, rates.class2, rates.class3])
    for j, h in enumerate(who):
        if doing[j] != _OWES_NOTHING:
            continue
        miss = rates.miss * wealth_miss[wealth[h]] * place[facility[first[h]]] * by_class[klass[h]]
        if need[h] & NEED_CARE:
            miss *= rates.sick
        if channel[h] < rates.autodebit_share * 256.0:
            miss *= rates.autodebit
        if unit(luck[j]) < min(miss, MOST_MISS):
            debt[h] = 1
            continue
        paid[klass[h], 0] += payers[h]
        if klass[h] < 3 and unit(wish[j]) < rates.class_down:
            klass[h] += 1
            moves[CLASS_DOWN] += 1


@nb.njit(error_model="numpy")
def _pay_instalments(ppl, hh, who, doing, luck, month, rates, paid, moves):  # type: ignore[no-untyped-def]
    """Families on REHAB pay an instalment, or miss one, which ends the plan; active after the last one only.

    Without the running premium in the instalment (REHAB of 2022) each month of the plan is owed besides and falls due
    with the last instalment; with it (2025) the debt only falls.
    """
    debt, rehab, klass, payers = hh.debt, hh.rehab, hh.klass, hh.payers
    for j, h in enumerate(who):
        if doing[j] != _HAS_PLAN:
            continue
        left, owed = np.int64(rehab[h]), np.int64(debt[h])
        if unit(luck[j]) >= rates.rehab_pay:
            rehab[h] = 0
            _owe(debt, h, rates.cap)
        elif left == 1:
            _settle(ppl, hh, h, month, paid, moves)
        else:
            part = instalment(owed, left, rates.instalments, rates.with_running)
            rehab[h] = left - 1
            debt[h] = owed - part + (rates.with_running == 0.0)
            paid[klass[h], 1] += payers[h] * part
            if rates.with_running > 0.0:
                paid[klass[h], 0] += payers[h]


@nb.njit(error_model="numpy")
def instalment(owed, left, instalments, with_running):  # type: ignore[no-untyped-def]
    """Months of old premium in the next instalment: an equal part, in whole months, of what the plan has left.

    ``owed`` months, ``left`` instalments. A plan has as many instalments as are allowed and as there are months owed
    (assumed: families ask for the longest), so that its length, and with it the months of the plan that have been
    added to the debt since it began, can be told from ``owed``.
    """
    added = 0 if with_running > 0.0 else max(min(np.int64(instalments), owed) - left, 0)
    return (owed - added + left - 1) // left


@nb.njit(error_model="numpy")
def _return_or_owe(ppl, hh, who, doing, luck, plan, door, month, rates, back, paid, moves):  # type: ignore[no-untyped-def]
    """Families in arrears pay all at once, or owe one month more, and some then ask for instalments (REHAB).

    Families that wait for the Pemda owe one month more.
    """
    debt, rehab, need = hh.debt, hh.rehab, hh.need
    for j, h in enumerate(who):
        if doing[j] == _WAITS:
            _owe(debt, h, rates.cap)
        if doing[j] != _IN_ARREARS:
            continue
        chance = back[debt[h]]
        if need[h] & NEED_HOSPITAL:
            chance *= rates.hospital
        if unit(door[j]) < rates.collectors:
            chance *= rates.visited
            moves[VISITED] += 1
        if unit(luck[j]) < chance:
            _settle(ppl, hh, h, month, paid, moves)
            continue
        _owe(debt, h, rates.cap)
        if debt[h] >= rates.rehab_least and unit(plan[j]) < rates.rehab_join:
            rehab[h] = min(np.int64(rates.instalments), np.int64(debt[h]))
            moves[JOINED_REHAB] += 1


@nb.njit(error_model="numpy")
def _owe(debt, h, cap):  # type: ignore[no-untyped-def]
    """One month more is owed, up to the cap."""
    debt[h] = min(np.int64(debt[h]) + 1, np.int64(cap))


@nb.njit(error_model="numpy")
def _settle(ppl, hh, h, month, paid, moves):  # type: ignore[no-untyped-def]
    """The family pays all it owes and the running month (Perpres 64/2020 art. 42); its members are active at once."""
    paid[hh.klass[h], 0] += hh.payers[h]
    paid[hh.klass[h], 1] += np.int64(hh.payers[h]) * np.int64(hh.debt[h])
    hh.owed_at_back[h] = hh.debt[h]
    hh.back_at[h] = month
    hh.debt[h] = 0
    hh.rehab[h] = 0
    moves[RETURNED] += 1
    i = hh.first[h]
    while i >= 0:
        ppl.queued[i] = 0  # an application with the Pemda falls away: the family has found its way back
        if ppl.status[i] == ARREARS and ppl.presence[i] != FREE and ppl.presence[i] != GONE:
            ppl.status[i] = ACTIVE
            moves[REACTIVATED] += 1
        i = ppl.next[i]
