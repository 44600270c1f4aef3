"""Efforts for KBK tried in every replicate: the cheapest that reaches a share at a certainty, and the one that leaves
most on average after its cost. A plan for the middle of the replicates does neither: a month may turn out otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
#: Standard errors that the mean must lie above the cost for an effort to pay: wrong in 1 of 20 (normal distribution).
_SURE = 1.645


@dataclass(frozen=True)
class Effort:
    """An effort a month (``plan``: people, cost, ratings of the middle counts) and what it does in the replicates:
    ``brings`` is the mean of what is paid more, rupiah a month, ``error`` its standard error; in ``raised`` of the
    ``replicates`` more is paid; ``shares`` are the mean shares paid without and with it, per mille."""

    plan: Plan
    brings: int
    error: float
    raised: int
    replicates: int
    shares: tuple[float, float]

    @property
    def net(self) -> int:
        """What is left a month on average when the effort is paid for, rupiah."""
        return self.brings - self.plan.cost

    @property
    def pays(self) -> bool:
        """Whether it brings more than it costs, beyond the luck of the replicates."""
        return self.net > _SURE * self.error


@dataclass(frozen=True)
class Tried:
    """All combinations of the steps (contacts; referrals; patients) that single replicates need for a better rating,
    at most ``MOST_STEPS`` of each indicator: by indicator the ``steps``, none first, their ``costs`` (rupiah) and the
    ratings in the replicates, (steps, R); ``pays`` is per mille paid by the three ratings."""

    site: Site
    scheme: Scheme
    terms: Terms
    steps: list[list[tuple[int, int]]]
    costs: list[list[int]]
    rated: list[IntArray]
    pays: IntArray

    def people(self, at: tuple[int, int, int]) -> tuple[int, int, int, int]:
        """Contacts, referrals, patients with DM and with HT of a combination."""
        (contacts, _), (referrals, _), (dm, ht) = (part[one] for part, one in zip(self.steps, at, strict=True))
        return contacts, referrals, dm, ht

    def cost(self, at: tuple[int, int, int]) -> int:
        """Rupiah a month of a combination."""
        return sum(part[one] for part, one in zip(self.costs, at, strict=True))

    def shares(self, contacts: int, referrals: int) -> IntArray:
        """Per mille paid with those steps of AK and RRNS, by step of RPPT and replicate."""
        return np.asarray(self.pays[self.rated[0][contacts], self.rated[1][referrals], self.rated[2]])


def tried(site: Site, scheme: Scheme, terms: Terms) -> Tried:
    """The combinations for a facility. Raises ``UserError`` with fewer replicates than a range needs."""
    if len(site.worlds) < MIN_REPLICATES_FOR_RANGE:
        raise UserError("a plan at a certainty needs {least} replicates; there are {found}",
                        least=MIN_REPLICATES_FOR_RANGE, found=len(site.worlds))  # fmt: skip
    prices = ((terms.contact, 0), (terms.referral, 0), (terms.patient, terms.patient))
    chosen = [_thinned(people, price) for people, price in zip(_asked(site, scheme), prices, strict=True)]
    rated = [np.array([[_rating(scheme, world, at, step) for world in site.worlds] for step in part])
             for at, part in enumerate(chosen)]  # fmt: skip
    costs = [[step[0] * price[0] + step[1] * price[1] for step in part]
             for part, price in zip(chosen, prices, strict=True)]  # fmt: skip
    return Tried(site, scheme, terms, chosen, costs, rated, _paid(scheme, site.type, rated))


def certain_plan(site: Site, scheme: Scheme, terms: Terms, share_permille: int, certainty: float) -> Plan | None:
    """The cheapest plan of ``site`` that is paid ``share_permille`` in at least ``certainty`` of its replicates; None
    where no effort that some replicate asks for is enough. Its ratings and score are those of the middle counts.

    Raises ``UserError`` for a certainty that is not between 0 and 1, and as :func:`tried` does.
    """
    if not 0 < certainty < 1:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="certainty", value=certainty, least=0.01, most=0.99)  # fmt: skip
    found = tried(site, scheme, terms)
    best: tuple[int, int, tuple[int, int, int]] | None = None
    for i, j in product(range(len(found.steps[0])), range(len(found.steps[1]))):
        enough = (found.shares(i, j) >= share_permille).mean(axis=1) >= certainty
        for k in np.flatnonzero(enough).tolist():
            one = (found.cost((i, j, k)), sum(found.people((i, j, k))), (i, j, k))
            best = one if best is None else min(best, one)
    return None if best is None else _plan(found, best[2], share_permille)


def best_effort(site: Site, scheme: Scheme, terms: Terms) -> Effort | None:
    """The effort of ``site`` that leaves most on average after its cost, among those tried; of equal ones that with the
    fewest people. None for an exempt facility, and where no effort leaves anything. Raises as :func:`tried` does."""
    if site.exempt:
        return None
    found = tried(site, scheme, terms)
    now = found.shares(0, 0)[0]
    full = site.capitated * site.tariff
    best: tuple[float, int, tuple[int, int, int]] = (0.0, 0, (0, 0, 0))
    for i, j in product(range(len(found.steps[0])), range(len(found.steps[1]))):
        brings = (found.shares(i, j) - now).mean(axis=1) * full / 1000
        for k, mean in enumerate(brings.tolist()):
            at = (i, j, k)
            best = min(best, (found.cost(at) - mean, sum(found.people(at)), at))
    (i, j, k) = best[2]
    if (i, j, k) == (0, 0, 0):
        return None
    then = found.shares(i, j)[k]
    gains = (then - now) * full / 1000
    error = float(gains.std(ddof=1) / np.sqrt(len(gains)))
    shares = (float(now.mean()), float(then.mean()))
    return Effort(_plan(found, best[2]), round(float(gains.mean())), error, int((then > now).sum()),
                  len(now), shares)  # fmt: skip


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


def _rating(scheme: Scheme, world: Counts, indicator: int, step: tuple[int, int]) -> int:
    """What a replicate's indicator is rated after a step, as far as there are people for it."""
    people = [0, 0, 0, 0]
    people[indicator] = step[0]
    if indicator == 2:
        people[3] = step[1]
    return scheme.rating(("ak", "rrns", "rppt")[indicator], _effort(*people).added(world))


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


def _plan(found: Tried, at: tuple[int, int, int], share: int | None = None) -> Plan:
    """The plan of a combination to ``share`` (default: what it reaches from the middle counts); what it brings is
    reckoned from the middle counts, as for every plan."""
    site, effort, cost = found.site, _effort(*found.people(at)), found.cost(at)
    now, then = (found.scheme.evaluate_counts(counts, site.type) for counts in (site.counts, effort.added(site.counts)))
    share = then.share_permille if share is None else share
    gain = capitation_rupiah(site.capitated, site.tariff, max(share - now.share_permille, 0))
    return replace(effort, ratings=then[:3], score_tenths=then.score_tenths, share_permille=share, cost=cost, gain=gain,
                   payback=payback(cost, gain, found.terms.lag))  # fmt: skip
