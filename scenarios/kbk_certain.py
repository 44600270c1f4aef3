"""The cheapest KBK plan that reaches its share in a chosen part of the replicates, not only in their middle."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.kbk_sites import Site
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE
from sim.kbk import Counts, Scheme, capitation_rupiah
from sim.kbk_plan import Plan, Terms, payback, steps

IntArray = NDArray[np.int64]

#: Steps of one indicator that are tried; where replicates ask for more different ones, an even choice by cost.
MOST_STEPS = 41


def certain_plan(site: Site, scheme: Scheme, terms: Terms, share_permille: int, certainty: float) -> Plan | None:
    """The cheapest plan of ``site`` that is paid ``share_permille`` in at least ``certainty`` of its replicates; None
    where no effort that some replicate asks for is enough. Its ratings and score are those of the middle counts.

    Tried are all combinations of the steps (contacts; referrals; patients) that single replicates need for a better
    rating, at most ``MOST_STEPS`` of each indicator. Raises ``UserError`` for a certainty that is not between 0 and 1,
    and with fewer replicates than a range needs.
    """
    if not 0 < certainty < 1:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="certainty", value=certainty, least=0.01, most=0.99)  # fmt: skip
    if len(site.worlds) < MIN_REPLICATES_FOR_RANGE:
        raise UserError("a plan at a certainty needs {least} replicates; there are {found}",
                        least=MIN_REPLICATES_FOR_RANGE, found=len(site.worlds))  # fmt: skip
    prices = ((terms.contact, 0), (terms.referral, 0), (terms.patient, terms.patient))
    tried = [_thinned(people, price) for people, price in zip(_asked(site, scheme), prices, strict=True)]
    rated = [np.array([[_rating(site, scheme, world, at, step) for world in site.worlds] for step in part])
             for at, part in enumerate(tried)]  # fmt: skip
    pays = _paid(scheme, site.type, rated)
    costs = [[step[0] * price[0] + step[1] * price[1] for step in part]
             for part, price in zip(tried, prices, strict=True)]  # fmt: skip
    best: tuple[int, int, tuple[int, int, int]] | None = None
    for i, j in product(range(len(tried[0])), range(len(tried[1]))):
        enough = (pays[rated[0][i], rated[1][j], rated[2]] >= share_permille).mean(axis=1) >= certainty
        for k in np.flatnonzero(enough).tolist():
            cost = costs[0][i] + costs[1][j] + costs[2][k]
            found = (cost, tried[0][i][0] + tried[1][j][0] + sum(tried[2][k]), (i, j, k))
            best = found if best is None else min(best, found)
    if best is None:
        return None
    (contacts, _), (referrals, _), (dm, ht) = (part[at] for part, at in zip(tried, best[2], strict=True))
    return _plan(site, scheme, terms, (contacts, referrals, dm, ht), share_permille, best[0])


def _asked(site: Site, scheme: Scheme) -> list[set[tuple[int, int]]]:
    """By indicator, the people of every step that some replicate asks for."""
    asked: list[set[tuple[int, int]]] = [{(0, 0)}, {(0, 0)}, {(0, 0)}]
    for world in site.worlds:
        for part, found in zip(asked, steps(world, site.type, scheme), strict=True):
            part |= {(people[0], people[1] if len(people) > 1 else 0) for people, _rating in found}
    return asked


def _thinned(people: set[tuple[int, int]], price: tuple[int, int]) -> list[tuple[int, int]]:
    """At most ``MOST_STEPS`` of the steps, cheapest first, both ends among them."""
    ordered = sorted(people, key=lambda step: (step[0] * price[0] + step[1] * price[1], step))
    chosen = np.unique(np.linspace(0, len(ordered) - 1, min(len(ordered), MOST_STEPS)).round().astype(int))
    return [ordered[at] for at in chosen.tolist()]


def _rating(site: Site, scheme: Scheme, world: Counts, indicator: int, step: tuple[int, int]) -> int:
    """What a replicate's indicator is rated after a step, as far as there are people for it."""
    people = [0, 0, 0, 0]
    people[indicator] = step[0]
    if indicator == 2:
        people[3] = step[1]
    after = _effort(*people).added(world)
    return scheme.evaluate_counts(after, site.type)[:3][indicator]


def _paid(scheme: Scheme, kind: str, rated: list[IntArray]) -> IntArray:
    """Per mille paid by ratings of AK, RRNS and RPPT."""
    most = [int(part.max()) + 1 for part in rated]
    least = [int(part.min()) for part in rated]
    table = np.zeros(most, np.int64)
    for ak, rrns, rppt in product(*(range(low, high) for low, high in zip(least, most, strict=True))):
        table[ak, rrns, rppt] = scheme.pays(ak, rrns, rppt, kind)[1]
    return table


def _effort(contacts: int, referrals: int, dm: int, ht: int) -> Plan:
    return Plan(contacts, referrals, dm, ht, (0, 0, 0), 0, 0, 0, 0, None)


def _plan(site: Site, scheme: Scheme, terms: Terms, people: tuple[int, int, int, int], share: int, cost: int) -> Plan:
    """The plan of that effort; what it brings is reckoned from the middle counts, as for every plan."""
    effort = _effort(*people)
    now, then = (scheme.evaluate_counts(counts, site.type) for counts in (site.counts, effort.added(site.counts)))
    gain = capitation_rupiah(site.capitated, site.tariff, max(share - now.share_permille, 0))
    return replace(effort, ratings=then[:3], score_tenths=then.score_tenths, share_permille=share, cost=cost, gain=gain,
                   payback=payback(cost, gain, terms.lag))  # fmt: skip
