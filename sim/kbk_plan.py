"""The cheapest way of one facility to a higher paid share of capitation: contacts, referrals, patients, and the money.

The three indicators are lifted independently, so the cheapest way is found exactly: the fewest people for every rating
of each indicator, then every combination of ratings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import product

from districts.faults import UserError
from sim.kbk import Counts, Evaluation, Scheme, capitation_rupiah
from sim.rules import Rules


@dataclass(frozen=True)
class Terms:
    """What a step costs, rupiah a month: per further recorded ``contact``, per ``referral`` treated in the clinic
    instead, per further ``patient`` under control; and after how many months a rating is paid (``lag``)."""

    contact: int
    referral: int
    patient: int
    lag: int


def terms(rules: Rules, on: date | str) -> Terms:
    """The rules' costs and lag on a date. Raises ``RuleDateError`` before December 2019."""
    keys = ("kbk.cost.contact", "kbk.cost.averted_referral", "kbk.cost.controlled_patient", "kbk.lag_months")
    return Terms(*(int(rules.value(key, on)) for key in keys))


@dataclass(frozen=True)
class Plan:
    """One way to a higher share: people to add a month (``referrals`` to avoid), and what it reaches and costs.

    ``cost`` and ``gain`` are whole rupiah a month, the gain rounded down. ``payback`` is the month of the effort, the
    first being 1, by whose end what was gained covers all that was spent, None when it never does: a rating is paid
    only after the rule's lag.
    """

    contacts: int
    referrals: int
    dm_controlled: int
    ht_controlled: int
    ratings: tuple[int, int, int]
    score_tenths: int
    share_permille: int
    cost: int
    gain: int
    payback: int | None

    @property
    def net(self) -> int:
        """Gain less cost, rupiah a month."""
        return self.gain - self.cost

    def added(self, counts: Counts) -> Counts:
        """``counts`` with the plan carried out, as far as there are people for it. An avoided referral is treated in
        the clinic, so it leaves both counts."""
        referrals = min(self.referrals, counts.nonspecialist)
        return counts._replace(
            contacts=min(counts.contacts + self.contacts, counts.members),
            nonspecialist=counts.nonspecialist - referrals,
            referrals=counts.referrals - referrals,
            dm_controlled=min(counts.dm_controlled + self.dm_controlled, counts.dm_diagnosed),
            ht_controlled=min(counts.ht_controlled + self.ht_controlled, counts.ht_diagnosed),
        )


#: People of one indicator's step, and the rating it reaches.
Step = tuple[tuple[int, ...], int]


def plans(
    counts: Counts, facility_type: str, scheme: Scheme, tariff: int, terms: Terms, capitated: int | None = None
) -> tuple[Evaluation, list[Plan]]:
    """The evaluation now, and for every higher share that can be reached the cheapest way to at least that share; the
    next one first. Among ways that cost the same, the one that pays most, then the one with the fewest people.

    ``capitated`` (default ``counts.members``) x ``tariff`` is full capitation, rupiah. Empty at the top, and where no
    people are left to lift an indicator. Raises ``UserError`` under the zone schemes.
    """
    if scheme.zone_payment:
        raise UserError(
            "the plan is defined for the score of Peraturan BPJS 7/2019, not for {scheme}", scheme=scheme.name
        )
    now = scheme.evaluate_counts(counts, facility_type)
    full = (counts.members if capitated is None else capitated, tariff)
    ways = product(*steps(counts, facility_type, scheme))
    found = [_plan(way, now, scheme, facility_type, full, terms) for way in ways]
    best: list[Plan] = []
    for share in sorted({plan.share_permille for plan in found if plan.share_permille > now.share_permille}):
        enough = (plan for plan in found if plan.share_permille >= share)
        cheapest = min(enough, key=lambda plan: (plan.cost, -plan.share_permille, _people(plan)))
        if cheapest not in best:
            best.append(cheapest)
    return now, best


def steps(counts: Counts, facility_type: str, scheme: Scheme) -> tuple[list[Step], list[Step], list[Step]]:
    """Of AK, RRNS and RPPT: standing still, then the fewest people for each better rating that can be reached
    (contacts; referrals; patients with DM and HT)."""
    now = scheme.evaluate_counts(counts, facility_type)

    def ak(people: int) -> int:
        return scheme.rating("ak", counts._replace(contacts=counts.contacts + people))

    def rrns(people: int) -> int:
        fewer = counts._replace(nonspecialist=counts.nonspecialist - people, referrals=counts.referrals - people)
        return scheme.rating("rrns", fewer)

    def rppt(dm: int, ht: int) -> int:
        more = counts._replace(dm_controlled=counts.dm_controlled + dm, ht_controlled=counts.ht_controlled + ht)
        return scheme.rating("rppt", more)

    room = (counts.dm_diagnosed - counts.dm_controlled, counts.ht_diagnosed - counts.ht_controlled)
    return (
        _steps(now.ak_rating, scheme, "ak", ak, lambda rating: _fewest(counts.members - counts.contacts, ak, rating)),
        _steps(now.rrns_rating, scheme, "rrns", rrns, lambda rating: _fewest(counts.nonspecialist, rrns, rating)),
        _steps(now.rppt_rating, scheme, "rppt", rppt, lambda rating: _patients(room, rppt, rating)),
    )


def _steps(
    now: int,
    scheme: Scheme,
    indicator: str,
    rating_of: Callable[..., int],
    fewest: Callable[[int], tuple[int, ...] | None],
) -> list[Step]:
    """Standing still, then the fewest people for at least each better rating that can be reached."""
    found: list[Step] = [((0, 0), now)]
    for rating in sorted({band.rating for band in scheme.bands[indicator] if band.rating > now}):
        if (people := fewest(rating)) is not None:
            found.append((people, rating_of(*people)))
    return found


def _fewest(room: int, rating_of: Callable[[int], int], rating: int) -> tuple[int, ...] | None:
    """The fewest people, at most ``room``, that reach ``rating``; a rating never falls with more of them."""
    people = bisect_left(range(room + 1), True, key=lambda people: rating_of(people) >= rating)
    return (people,) if people <= room else None


def _patients(room: tuple[int, int], rating_of: Callable[[int, int], int], rating: int) -> tuple[int, ...] | None:
    """The fewest patients with DM and HT together; with as many, those with the fewest with DM."""
    best: tuple[int, ...] | None = None
    for dm in range(room[0] + 1):
        if best is not None and dm >= sum(best):
            break
        rest = _fewest(room[1], lambda ht, dm=dm: rating_of(dm, ht), rating)  # type: ignore[misc]
        if rest is not None and (best is None or dm + rest[0] < sum(best)):
            best = (dm, rest[0])
    return best


def _plan(
    way: tuple[Step, ...], now: Evaluation, scheme: Scheme, facility_type: str, full: tuple[int, int], terms: Terms
) -> Plan:
    (contacts, *_), (referrals, *_), (dm, ht) = (people for people, _rating in way)
    ak, rrns, rppt = (rating for _people, rating in way)
    score, share = scheme.pays(ak, rrns, rppt, facility_type)
    cost = contacts * terms.contact + referrals * terms.referral + (dm + ht) * terms.patient
    gain = capitation_rupiah(*full, share - now.share_permille)
    return Plan(contacts, referrals, dm, ht, (ak, rrns, rppt), score, share, cost, gain,
                payback(cost, gain, terms.lag))  # fmt: skip


def payback(cost: int, gain: int, lag: int) -> int | None:
    """The first month n with (n - lag) x gain at least n x cost, both rupiah a month; None when there is none."""
    if gain <= cost:
        return None
    return max(-(-lag * gain // (gain - cost)), 1) if cost else 1


def _people(plan: Plan) -> int:
    return plan.contacts + plan.referrals + plan.dm_controlled + plan.ht_controlled
