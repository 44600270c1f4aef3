"""What reports need of the law: the UHC bars by month and when the status is reviewed, the KBK targets, the AK rating
under another denominator.

Everything is read from :mod:`sim.rules` by date; nothing is a number of this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from districts.text import listed, month_of_year, translator
from reports.numbers import BoolArray, FloatArray, IntArray
from reports.wording import confidence_label
from scenarios.store import RunStore
from sim.kbk_bands import bands_of
from sim.rules import Rules, RuleValue


@dataclass(frozen=True)
class Bars:
    """The UHC bars of one month, shares of the population: registered and active."""

    registered: float
    active: float


@dataclass(frozen=True)
class Targets:
    """Where the best KBK rating begins: AK at least (‰), RRNS at most (%), RPPT at least (%)."""

    ak: float
    rrns: float
    rppt: float


def uhc_bars(months: Sequence[str], rules: Rules) -> list[Bars]:
    """The bars in force in each month. Raises ``RuleDateError`` for months before the first known rule."""
    return [
        Bars(float(rules.value("uhc.bar.registered", month)), float(rules.value("uhc.bar.active", month)))
        for month in months
    ]


@dataclass(frozen=True)
class BarsMet:
    """Whether both bars are met at the end of each month, (R, T), under three denominators: the lagged ``dukcapil``
    count (the rule used), the ``residents`` of the month, and with the active share over the registered ``members``."""

    dukcapil: BoolArray
    residents: BoolArray
    members: BoolArray


def bars_met(store: RunStore, scenario: str, rules: Rules) -> BarsMet:
    """The bars of each month against the scenario's heads, exact in whole numbers."""
    keys = ("registered", "active", "population_dukcapil", "population")
    registered, active, dukcapil, residents = (store.series(scenario, key).astype(np.int64) for key in keys)
    edges = [[Fraction(str(bar)) for bar in (bars.registered, bars.active)] for bars in uhc_bars(store.months, rules)]
    (top, bottom), (active_top, active_bottom) = (
        (np.array([edge[which].numerator for edge in edges]), np.array([edge[which].denominator for edge in edges]))
        for which in (0, 1)
    )

    def met(population: IntArray, active_of: IntArray) -> BoolArray:
        enough = registered * bottom >= top * population
        return np.asarray(enough & (active * active_bottom >= active_top * active_of), np.bool_)

    return BarsMet(met(dukcapil, dukcapil), met(residents, residents), met(dukcapil, registered))


def reviewed_words(month: str, rules: Rules, lang: str = "id") -> str:
    """When the status is reviewed (rule ``uhc.review_months``), which is why it can hold in a month below a bar."""
    entry = rules.entry("uhc.review_months", month)
    names = [month_of_year(int(position), lang) for position in entry.value]
    return translator(lang)(
        "UHC status is reviewed in {months} only (confidence of the rule: {confidence}): a month below the bar between "
        "two reviews does not end it."
    ).format(months=listed(names, lang), confidence=confidence_label(entry.confidence, lang))


def kbk_targets(month: str, rules: Rules) -> Targets:
    """The edge of the best band of each indicator (rule ``kbk.bands``)."""
    best = {
        name: max(bands_of(rows, "rating"), key=lambda band: band.rating)
        for name, rows in rules.value("kbk.bands", month).items()
    }
    return Targets(**{name: band.top / band.bottom for name, band in best.items()})


def contact_rating(contacts: FloatArray, denominator: FloatArray, months: Sequence[str], rules: Rules) -> FloatArray:
    """The AK rating 1-4 of ``contacts`` over ``denominator`` (R, T, F), month by month as the rule's bands say.

    Compared as whole numbers, so an edge falls into its own band. A denominator of zero takes the rating of the rule
    ``kbk.zero_denominator``.
    """
    ratings = np.empty_like(contacts)
    for at, month in enumerate(months):
        top: Any = contacts[:, at] * 1000
        members: Any = denominator[:, at]
        found = np.zeros_like(members)
        for band in bands_of(rules.value("kbk.bands", month)["ak"], "rating"):
            found = np.where((found == 0) & band.holds(top, members), float(band.rating), found)
        zero = float(rules.value("kbk.zero_denominator", month)["ak"])
        ratings[:, at] = np.where(members == 0, zero, found)
    return ratings


def unsure_rules(month: str, rules: Rules) -> list[RuleValue]:
    """The rules in force in ``month`` whose confidence is below high, by key."""
    found = []
    for key in rules.keys():  # noqa: SIM118 (not a dict)
        first = rules.history(key)[0].effective_from.isoformat()  # a rule of the 27th does not hold on the 1st
        if first <= f"{month}-01":
            entry = rules.entry(key, month)
            if entry.confidence != "high":
                found.append(entry)
    return found
