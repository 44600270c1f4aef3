"""The same figure at the stages before: what it would have been, and why it moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scenarios.rkpd.known import Known
from scenarios.rkpd.proposal import Change, Restated, Stage


@dataclass(frozen=True)
class Footing:
    """What a figure stands on at a stage: what was known, and whether the posterior could have been made."""

    stage: Stage
    known: Known
    with_posterior: bool


#: (amount, median) of what is known with or without the posterior, rupiah.
Told = Callable[[Known, bool], tuple[int, int]]


def restated(footings: tuple[Footing, ...], told: Told) -> tuple[Restated, ...]:
    """The figures of the stages in order, each with the changes since the one before: first what is newly counted, then
    the debt, then the rates. The changes add up to the difference of the amounts."""
    found: list[Restated] = []
    for at, footing in enumerate(footings):
        known, rates = footing.known, footing.with_posterior
        changes: list[Change] = []
        if at:
            before = footings[at - 1]
            counted = replace(known, debt=before.known.debt)
            steps = (("stock", counted, before.with_posterior), ("debt", known, before.with_posterior),
                     ("rates", known, rates))  # fmt: skip
            last = found[-1].amount
            for cause, basis, posterior in steps:
                amount, _ = told(basis, posterior)
                if amount != last:
                    changes.append(Change(cause, amount - last))  # type: ignore[arg-type]
                last = amount
        amount, median = told(known, rates)
        found.append(Restated(footing.stage, known.stock.month, rates, amount, median, tuple(changes)))
    return tuple(found)
