"""What was announced and can be reckoned is not simulated: the heads that a Pemda takes over after a cut of PBI-JK.

A decree names the share of the list that is cut, the last report how long the list is, and the Pemda what part it takes
over: heads and premium follow by multiplication. A simulation of the same carries two errors that nobody need make: its
PBI-JK list is not quite the reported one, and its forecast of the bill is carried to the level of the Pemda's own list,
the announced heads with it. So the bill and the heads billed are simulated without such a cut, and what was announced
is added to them. Everything else is simulated with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.observed import Key, Observed
from scenarios.months import later
from sim.policy import Policy
from sim.rules import Rules

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: What is reckoned, by indicator: heads billed, and rupiah.
BILLED, BILL = "billed", "bill_jkn"
RECKONED = (BILLED, BILL)
#: The list that is cut.
_LIST: Key = ("active", "segment:pbi_jk")


@dataclass(frozen=True)
class Report:
    """The last report of the list that is cut: ``heads`` active PBI-JK members, ``age`` months before the origin."""

    heads: float
    age: int = 0


def list_known(observed: Observed, known: int) -> Report | None:
    """What the first ``known`` months say last of the active PBI-JK members; None where they never do."""
    told = observed.monthly.get(_LIST, np.zeros(0))[:known]
    given = np.flatnonzero(np.isfinite(told))
    return Report(float(told[given[-1]]), int(known - 1 - given[-1])) if given.size else None


def reckoned(policy: Policy, lead: int) -> BoolArray:
    """The months (months,) of ``policy``, from ``lead`` on, whose cut is reckoned: some of it is taken over by the
    Pemda. None where its line may be empty, since then it takes nobody in."""
    ahead = np.arange(policy.months) >= lead
    return np.asarray(ahead & (policy.pbi_cut * policy.pbi_cut_takeover > 0) & (policy.line_rule == "unbounded"))


def without(policy: Policy, lead: int) -> Policy:
    """``policy`` without the cuts that are reckoned."""
    return policy.but(pbi_cut=np.where(reckoned(policy, lead), 0.0, policy.pbi_cut))


def taken_over(policy: Policy, lead: int, pbi_jk: Report) -> FloatArray:
    """Heads (months after ``lead``,) that the Pemda is billed for because it takes them over.

    They enter in the month of the cut where new heads are active at once, else on the next 1st, and stay. Every cut
    since the report of ``pbi_jk`` shortens the list of the next one.
    """
    heads, left, apart = np.zeros(policy.months + 1), pbi_jk.heads, reckoned(policy, lead)
    for month in range(max(lead - pbi_jk.age, 0), policy.months):
        cut = policy.pbi_cut[month] * left
        left -= cut
        heads[month + (not policy.agreement[month])] += policy.pbi_cut_takeover[month] * cut if apart[month] else 0.0
    return np.cumsum(heads[lead : policy.months])


def addition(indicator: str, policy: Policy, rules: Rules, lead: int, after: str, pbi_jk: Report) -> FloatArray:
    """What is added to a forecast of ``indicator``, one of :data:`RECKONED`: heads or rupiah of each month (horizon,)
    after the month ``after`` ("YYYY-MM"), which is the ``lead``-th of ``policy``; premium and aid of a head as the
    rules have them then (Perpres 64/2020 and what followed)."""
    heads = taken_over(policy, lead, pbi_jk)
    if indicator == BILLED:
        return heads
    law = rules.from_month(change[:3] for change in policy.rule_changes if change.chance == 1)
    months = [later(after, 1 + month) for month in range(heads.size)]
    price = [sum(law.value(f"premium.pbpu_pemda.{part}", month) for part in ("premium", "aid")) for month in months]
    return np.asarray(heads * price)
