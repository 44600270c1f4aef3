"""What a line of some size does: the scenario once more, the line binding in the year, on the same luck."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from scenarios.quantiles import quantile
from scenarios.rkpd.figure import Figure, IntArray
from scenarios.rkpd.future import Future
from scenarios.rkpd.proposal import LineOutcome
from sim.policy import Policy, Regime

#: Shares that are taken off the proposal, and steps of the ladder around it.
CUTS = (0.0, 0.1, 0.2, 0.3)
STEPS = (-2, -1, 1)


def step_of(amount: int) -> int:
    """The step of the ladder: the power of ten next below a fifth of the amount; a billion for 5 to 50 billion."""
    return 10 ** max(0, math.floor(math.log10(max(amount, 1) / 5)))


@dataclass(frozen=True)
class Tried:
    """A line that is tried: ``line`` rupiah under ``regime``; ``cut`` is None for a step of the ladder."""

    line: int
    cut: float | None
    regime: Regime


def lines_of(amount: int, regime: Regime) -> dict[str, Tried]:
    """The lines that are tried, by a name: cuts and steps under ``regime``, and cuts where heads are dropped at once,
    since that is what an office does that may not owe. None where nothing is proposed."""
    if not amount:
        return {}
    lines = {f"cut {cut}": Tried(round(amount * (1 - cut)), cut, regime) for cut in CUTS}
    lines |= {f"drop {cut}": Tried(round(amount * (1 - cut)), cut, "drop") for cut in CUTS if cut and regime != "drop"}
    steps = {step: amount + step * step_of(amount) for step in STEPS}
    return lines | {f"step {step}": Tried(line, None, regime) for step, line in steps.items() if line > 0}


def binding(policy: Policy, year: int, tried: Tried, figure: Figure) -> Policy:
    """``policy`` with that line in ``year``; debt and the months whose bills are known have been paid from it."""
    months = slice(0, figure.known)
    paid = figure.heads[0, months] @ (figure.premium + figure.aid)[months]
    paid += figure.selves[0, months] @ figure.aid[months]
    left = max(0, tried.line - figure.debt - int(paid))
    return policy.but(line_rule="amounts", line_amounts={year: left}, regime=tried.regime)


def outcome(bound: Future, free: Future, year: int, tried: Tried, amount: int, figure: Figure) -> LineOutcome:
    """What happens under the line: when it is empty, in all replicates of the ``figure``; what follows, in those of
    ``bound``, in which it binds, against the same ones of the run ``free`` whose line did not.

    Until a line is empty nothing differs from the run without one, so that when it is empty needs no other run; but
    where new members are stopped in time (*freeze*) the line lasts longer, which only ``bound`` tells.
    """
    count = len(bound.series["unfunded"])
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    never = len(months)
    first = np.sort(unpaid(bound, year) if tried.regime == "freeze" else figure.emptied(tried.line))
    bill = np.maximum(bound.of("bill_jkn", year), 1)
    paid = (bound.of("billed", year) * (1 - bound.of("unfunded", year) / bill)).sum(axis=1)
    lost = (free.of("active", year)[:count] - bound.of("active", year)).max(axis=1)
    status = bound.of("status_uhc", year) > 0
    middle = int(first[len(first) // 2])
    return LineOutcome(
        line=tried.line,
        change=tried.line - amount,
        cut=tried.cut,
        regime=tried.regime,
        replicates=len(first),
        enough=float((first == never).mean()),
        empty={months[at]: number for at, number in sorted(Counter(first.tolist()).items()) if at < never},
        first_empty=months[middle] if middle < never else None,
        months_covered=float(first.mean()),
        person_months=round(float(paid.mean() + figure.heads[0, : figure.known].sum())),
        lose_cover=max(0, round(quantile(lost, 0.5).value)),
        debt=round(quantile(bound.of("debt_pemda", year)[:, -1], 0.5).value),
        status_months=float(status.sum(axis=1).mean()),
        status_all_year=float(status.all(axis=1).mean()),
    )


def unpaid(bound: Future, year: int) -> IntArray:
    """The month (0-11) of the year in which a bill first finds no budget, or heads are dropped because it would not;
    12 where that never comes, (R,)."""
    short = (bound.of("unfunded", year) > 0) | (bound.of("dropped", year) > 0)
    return np.where(short.any(axis=1), 12 - short.shape[1] + short.argmax(axis=1), 12)
