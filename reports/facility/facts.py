"""The figures of one facility's page, as numbers: what JSON prints and what the page puts into words.

Shapes: R replicates, T months. Ratings are 1-4, shares of capitation per mille, money whole rupiah a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from districts.faults import UserError
from districts.names import several_like
from reports.numbers import FloatArray, middle, most_frequent, quantiles
from reports.run import Run
from reports.wording import RANGE, ranged
from scenarios.kbk_efforts import Effort, best_effort
from scenarios.kbk_sites import Site, counts_of_months, sites_of_run
from scenarios.months import later
from sim.kbk import Counts, Evaluation, Gap, Scheme, capitation_rupiah, gap, ratios, scheme
from sim.kbk_plan import Plan, Terms, terms

INDICATORS = ("ak", "rrns", "rppt")
MOST = 24  # months that the page tells


@dataclass(frozen=True)
class Payment:
    """A share that may be paid: per mille, rupiah in the month of payment, and how many replicates reach it."""

    share_permille: int
    rupiah: int
    replicates: int


@dataclass(frozen=True)
class Indicator:
    """One indicator in the month of the page: its ``value`` (AK per mille, the others percent; None with nothing to
    divide by), the range of 8 in 10 replicates (None with too few), rating, weight in tenths of the score, and how
    many replicates reach each rating, the best first."""

    key: str
    value: float | None
    low: float | None
    high: float | None
    rating: int
    weight_tenths: int
    replicates: dict[int, int]


@dataclass(frozen=True)
class Month:
    """A month of the run: the ratings of the middle counts, the share paid by those of ``lag`` months before, and how
    many replicates have that share. Of a month before the run, by the district's own data (``data``): ratings are 0 and
    the share is None where they are not known, and no replicate has it."""

    month: str
    ratings: tuple[int, int, int]
    share_permille: int | None
    replicates: int
    data: bool = False


@dataclass(frozen=True)
class Beside:
    """What the reference scenario pays for the same month by its own middle counts: its name, the share per mille and
    the rupiah."""

    scenario: str
    share_permille: int
    rupiah: int


@dataclass(frozen=True)
class Facts:
    """Everything on the page. ``month`` is rated, ``paid_in`` is when that rating is paid. ``now`` is the evaluation of
    the middle counts; ``registered_rating`` is that of AK if registered members divided it. ``plans`` are the cheapest
    ways to each higher share, ``enough`` how many replicates each reaches, ``mean_nets`` what
    each leaves on average over all replicates, rupiah a month; ``best`` is the effort that leaves most on
    average (None where none leaves anything, and with too few replicates to tell, ``ranged``); ``gap`` is what each
    indicator alone lacks (None for an exempt facility). ``unseen``: members without a recorded contact, Prolanis
    members not seen, visits lost to the queue (middles). ``beside``: the reference; None on its own page."""

    facility: str
    type: str
    exempt: bool
    scenario: str
    month: str
    paid_in: str
    replicates: int
    capitated: int
    registered: int
    tariff: int
    counts: Counts
    now: Evaluation
    registered_rating: int
    payments: tuple[Payment, ...]
    indicators: tuple[Indicator, ...]
    gap: Gap | None
    plans: tuple[Plan, ...]
    enough: tuple[int, ...]
    mean_nets: tuple[int, ...]
    best: Effort | None
    costs: Terms
    unseen: dict[str, int]
    months: tuple[Month, ...]
    beside: Beside | None = None


def facility_facts(run: Run, name: str, month: str | None = None, scenario: str | None = None) -> Facts:
    """The figures of the facility ``name`` (case and a leading "Puskesmas" may be left out) in ``month`` (default: the
    run's first) of ``scenario`` (default: that of the answer).

    Raises ``UserError`` for an unknown facility, month or scenario, and under the zone schemes of before 2019.
    """
    place = _place(run, name)
    month, scenario = month or run.months[0], scenario or run.told
    site = sites_of_run(run.store, scenario, month, run.rules)[place]
    rule = scheme(run.rules, month)
    if rule.zone_payment:
        raise UserError("the page of a facility needs the score of Peraturan BPJS 7/2019, not {scheme}",
                        scheme=rule.name)  # fmt: skip
    costs = terms(run.rules, month)
    now, ways = site.plans(rule, costs)
    at = run.months.index(month)
    registered = round(middle(run.store.series(scenario, "registered", "facility", place)[:, at]))
    rated = [rule.evaluate_counts(world, site.type, site.exempt) for world in site.worlds]
    by_registered = rule.evaluate_counts(site.counts._replace(members=registered), site.type)
    return Facts(
        facility=site.name,
        type=site.type,
        exempt=site.exempt,
        scenario=scenario,
        month=month,
        paid_in=later(month, costs.lag),
        replicates=len(rated),
        capitated=site.capitated,
        registered=registered,
        tariff=site.tariff,
        counts=site.counts,
        now=now,
        registered_rating=by_registered.ak_rating,
        payments=_payments(site, rule, rated),
        indicators=_indicators(site, rule, now, rated),
        gap=None if site.exempt else gap(site.counts, site.type, rule, site.tariff, site.capitated),
        plans=tuple(ways),
        enough=tuple(sum(site.enough(way, rule)) for way in ways),
        mean_nets=tuple(site.mean_net(way, rule) or 0 for way in ways),
        best=best_effort(site, rule, costs) if ranged(len(rated)) else None,
        costs=costs,
        unseen=_unseen(run, site, place, scenario),
        months=_months(run, site, place, scenario, costs.lag),
        beside=_beside(run, place, month, scenario, rule),
    )


def _beside(run: Run, place: int, month: str, scenario: str, rule: Scheme) -> Beside | None:
    if scenario == run.reference:
        return None
    site = sites_of_run(run.store, run.reference, month, run.rules)[place]
    share = rule.evaluate_counts(site.counts, site.type, site.exempt).share_permille
    return Beside(run.reference, share, capitation_rupiah(site.capitated, site.tariff, share))


def _place(run: Run, name: str) -> int:
    """Where the facility stands in the tables of the run."""
    for names in (run.facilities, run.short_names):
        for place, known in enumerate(names):
            if known.casefold() == name.strip().casefold():
                return place
    near = ", ".join(several_like(name, run.facilities))
    raise UserError("unknown facility {name}; nearest known: {near}", name=name, near=near)


def _payments(site: Site, rule: Scheme, rated: list[Evaluation]) -> tuple[Payment, ...]:
    """Every share of the facility's column, the best first; of an exempt one that in full."""
    shares = {rule.exempt_permille} if site.exempt else {permille for _least, permille in rule.payment[site.type]}
    return tuple(
        Payment(share, capitation_rupiah(site.capitated, site.tariff, share),
                sum(found.share_permille == share for found in rated))
        for share in sorted(shares, reverse=True)
    )  # fmt: skip


def _indicators(site: Site, rule: Scheme, now: Evaluation, rated: list[Evaluation]) -> tuple[Indicator, ...]:
    sample = np.array([[_number(value) for value in _ratios(world)] for world in site.worlds])
    here = _ratios(site.counts)
    found = []
    for at, key in enumerate(INDICATORS):
        low, high = (float(edge) for edge in quantiles(sample[:, at], *RANGE))
        told = ranged(len(rated)) and np.isfinite(low)
        ratings = [evaluation[:3][at] for evaluation in rated]
        value = here[at]
        found.append(Indicator(
            key, None if value is None else float(value), low if told else None, high if told else None, now[:3][at],
            rule.weights[key], {rating: ratings.count(rating) for rating in (4, 3, 2, 1)},
        ))  # fmt: skip
    return tuple(found)


def _ratios(counts: Counts) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """AK, RRNS and RPPT of counts; where one disease has no patients the other stands alone for RPPT."""
    found = ratios(counts)
    diseases = [part for part in (found.dm_percent, found.ht_percent) if part is not None]
    rppt = sum(diseases, Fraction(0)) / len(diseases) if diseases else None
    return found.ak_permille, found.rrns_percent, rppt


def _number(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)


def _unseen(run: Run, site: Site, place: int, scenario: str) -> dict[str, int]:
    at = run.months.index(site.month)

    def sample(key: str) -> FloatArray:
        return run.store.series(scenario, key, "facility", place)[:, at]

    prolanis = np.maximum(sample("ht_prolanis") + sample("dm_prolanis") - sample("prolanis_seen"), 0)
    return {"members": max(site.counts.members - site.counts.contacts, 0), "prolanis": round(middle(prolanis)),
            "queue": round(middle(sample("contacts_lost")))}  # fmt: skip


def _months(run: Run, site: Site, place: int, scenario: str, lag: int) -> tuple[Month, ...]:
    """At most two years, the page's month among them, half of them before it, from the district's own data where the
    run begins later.

    The basis is that of the whole page: the middle counts. Where they say nothing (a share paid by a month before the
    run, a zone scheme) it is what most replicates have.
    """
    now = run.months.index(site.month)
    room = max(MOST // 2 - now, 0)
    before = _before(run, site.name)[-room:] if room else []
    first = max(0, min(now - MOST // 2, len(run.months) - MOST + len(before)))
    keys = ("ak_rating", "rrns_rating", "rppt_rating", "share_permille")
    samples = [run.store.series(scenario, key, "facility", place) for key in keys]
    likely = np.stack([most_frequent(sample)[0] for sample in samples]).astype(int)
    told = [_central(run, site, counts, month) for counts, month in
            zip(counts_of_months(run.store, scenario, place, run.rules), run.months, strict=True)]  # fmt: skip
    found = before
    for at in range(first, min(first + MOST - len(before), len(run.months))):
        rated, paid = told[at], told[at - lag] if at >= lag else None
        ak, rrns, rppt = rated[:3] if rated else likely[:3, at].tolist()
        share = paid.share_permille if paid else int(likely[3, at])
        found.append(Month(run.months[at], (ak, rrns, rppt), share, int((samples[3][:, at] == share).sum())))
    return tuple(found)


def _before(run: Run, facility: str) -> list[Month]:
    """The months of data before the run, from the first on of which the facility's ratings or share are known; one of
    which they are not is shown as unknown."""
    shares, rated = run.past.share(facility) * 10, run.past.ratings(facility)
    found = []
    for month, share, ratings in zip(run.past.months, shares, rated, strict=True):
        paid = round(float(share)) if np.isfinite(share) else None
        found.append(Month(month, ratings or (0, 0, 0), paid, 0, data=True))
    known = [at for at, month in enumerate(found) if month.share_permille is not None or any(month.ratings)]
    return found[known[0] :] if known else []


def _central(run: Run, site: Site, counts: Counts, month: str) -> Evaluation | None:
    """The evaluation of the middle counts of a month; None under a zone scheme."""
    rule = scheme(run.rules, month)
    return None if rule.zone_payment else rule.evaluate_counts(counts, site.type, site.exempt)
