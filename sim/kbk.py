"""KBK: from counts or ratios to ratings, score, paid share and rupiah. The one implementation for all of Prakira.

The rule of a date is prepared once (:func:`scheme`) and then evaluates many facilities with integers only. Source:
Peraturan BPJS Kesehatan 7/2019 and, before December 2019, the joint regulations of 2016 and 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from districts.faults import UserError
from districts.names import suggested
from sim.kbk_bands import ZONES, Band, Bands, Counts, Ratios, bands_of, rate, ratios
from sim.rules import Rules

__all__ = [
    "Counts",
    "Evaluation",
    "Gap",
    "Ratios",
    "Scheme",
    "Step",
    "capitation_rupiah",
    "evaluate",
    "gap",
    "ratios",
    "scheme",
]

FACILITY_TYPES = ("puskesmas", "klinik_pratama", "rs_d_pratama", "dpm", "dokter_gigi")


class Evaluation(NamedTuple):
    """The outcome for one facility and month.

    Ratings 1-4 and ``score_tenths`` 10-40 under ``score_2019``; under the zone schemes the ratings are 1 unsafe,
    2 safe, 3 prestasi and the score is 0. ``share_permille``: per mille of capitation paid. ``zero_denominators`` names
    the indicators (ak, rrns, dm, ht) whose denominator was zero and whose rating is the rule's.
    """

    ak_rating: int
    rrns_rating: int
    rppt_rating: int
    score_tenths: int
    share_permille: int
    zero_denominators: tuple[str, ...] = ()


def capitation_rupiah(members: int, tariff: int, share_permille: int) -> int:
    """Capitation of a month in whole rupiah: members x tariff x share, rounded down (floor) to the rupiah."""
    return members * tariff * share_permille // 1000


@dataclass(frozen=True)
class Scheme:
    """The KBK rule of one date, ready to evaluate: no look-up in the rules, integers only.

    ``payment`` maps a facility type to (least score in tenths, per mille) pairs, best first; ``zone_payment`` maps the
    numbers of (unsafe, safe, prestasi) indicators to per mille. ``bands`` are those of ak, rrns and rppt (in the zone
    schemes the Prolanis visit ratio).
    """

    name: str
    bands: Mapping[str, Bands]
    weights: Mapping[str, int]
    payment: Mapping[str, tuple[tuple[int, int], ...]]
    zone_payment: Mapping[tuple[int, int, int], int]
    zero: Mapping[str, int | str]
    exempt_permille: int

    def evaluate(
        self,
        ratios: Ratios,
        facility_type: str,
        exempt: bool = False,
        prolanis_visit_percent: Fraction | None = None,
    ) -> Evaluation:
        """Ratings, score and paid share of ``ratios``; zero denominators are rated as the dated rule says.

        Under the zone schemes the third indicator is the Prolanis visit ratio: ``prolanis_visit_percent``, or where
        that is absent the figure that stands in RPPT's place. ``exempt`` facilities are rated but paid in full.
        """
        third = ratios.rppt_percent
        if self.zone_payment and prolanis_visit_percent is not None:
            third = prolanis_visit_percent
        return self._evaluate(
            _pair(ratios.ak_permille),
            _pair(ratios.rrns_percent),
            _pair(third),
            _pair(ratios.dm_percent),
            _pair(ratios.ht_percent),
            facility_type,
            exempt,
        )

    def evaluate_counts(self, counts: Counts, facility_type: str, exempt: bool = False) -> Evaluation:
        """The same as ``evaluate(ratios(counts), ...)`` without making fractions: the engine's way."""
        return self._evaluate(
            (1000 * counts.contacts, counts.members),
            (100 * counts.nonspecialist, counts.referrals),
            *self._rppt_pairs(counts),
            facility_type,
            exempt,
        )

    def pays(self, ak: int, rrns: int, rppt: int, facility_type: str) -> tuple[int, int]:
        """(score in tenths, per mille paid) for three ratings; in a zone scheme the score is 0."""
        if self.zone_payment:
            zones = (ak, rrns, rppt)
            return 0, self.zone_payment[zones.count(1), zones.count(2), zones.count(3)]
        score = self.weights["ak"] * ak + self.weights["rrns"] * rrns + self.weights["rppt"] * rppt
        return score, self._share(score, facility_type)

    def _share(self, score_tenths: int, facility_type: str) -> int:
        if facility_type not in self.payment:
            message, more = suggested(facility_type, self.payment,
                                      "unknown facility type {type}. The nearest type is {near}",
                                      "unknown facility type {type}; known: {known}")  # fmt: skip
            raise UserError(message, type=facility_type, **more)
        for least, permille in self.payment[facility_type]:
            if score_tenths >= least:
                return permille
        raise ValueError(f"no payment for a score of {score_tenths} tenths")

    def _evaluate(
        self,
        ak: tuple[int, int],
        rrns: tuple[int, int],
        rppt: tuple[int, int],
        dm: tuple[int, int],
        ht: tuple[int, int],
        facility_type: str,
        exempt: bool,
    ) -> Evaluation:
        """The evaluation of (numerator, denominator) pairs; a zero denominator stands for an undefined ratio."""
        missing: list[str] = []
        ak_rating = self._rate("ak", ak, missing)
        rrns_rating = self._rate("rrns", rrns, missing)
        rppt_rating = self._rate_rppt(rppt, dm, ht, missing)
        score, share = self.pays(ak_rating, rrns_rating, rppt_rating, facility_type)
        paid = self.exempt_permille if exempt else share
        return Evaluation(ak_rating, rrns_rating, rppt_rating, score, paid, tuple(missing))

    def rating(self, indicator: str, counts: Counts) -> int:
        """The rating of one indicator ("ak", "rrns", "rppt") alone, as :meth:`evaluate_counts` gives it."""
        if indicator == "ak":
            return self._rate("ak", (1000 * counts.contacts, counts.members), [])
        if indicator == "rrns":
            return self._rate("rrns", (100 * counts.nonspecialist, counts.referrals), [])
        return self._rate_rppt(*self._rppt_pairs(counts), [])

    def _rppt_pairs(self, counts: Counts) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """RPPT, and control of DM and HT, as pairs."""
        dm = (100 * counts.dm_controlled, counts.dm_diagnosed)
        ht = (100 * counts.ht_controlled, counts.ht_diagnosed)
        rppt = (dm[0] * ht[1] + ht[0] * dm[1], 2 * dm[1] * ht[1])
        if self.zone_payment and counts.prolanis_members:
            rppt = (100 * counts.prolanis_seen, counts.prolanis_members)
        return rppt, dm, ht

    def _rate_rppt(self, rppt: tuple[int, int], dm: tuple[int, int], ht: tuple[int, int], missing: list[str]) -> int:
        if rppt[1]:
            return rate(*rppt, self.bands["rppt"])
        missing += [name for name, pair in (("dm", dm), ("ht", ht)) if not pair[1]]
        other = dm if dm[1] else ht
        rule = self.zero["rppt" if other[1] else "rppt_neither"]
        return rate(*other, self.bands["rppt"]) if rule == "other_alone" else int(rule)

    def _rate(self, name: str, pair: tuple[int, int], missing: list[str]) -> int:
        if pair[1]:
            return rate(*pair, self.bands[name])
        missing.append(name)
        return int(self.zero[name])


def _pair(ratio: Fraction | None) -> tuple[int, int]:
    return (0, 0) if ratio is None else (ratio.numerator, ratio.denominator)


def scheme(rules: Rules, on: date | str) -> Scheme:
    """The KBK rule that held on ``on``. Raises ``RuleDateError`` before 2016, when KBK began."""
    name = str(rules.value("kbk.scheme", on))
    exempt = int(rules.value("kbk.exempt", on)["share_permille"])
    if name.startswith("zones_"):
        table = rules.value(f"kbk.{name}", on)
        bands = {key: bands_of(rows, "zone") for key, rows in table["zones"].items()}
        bands["rppt"] = bands.pop("prolanis_visit")
        zone = ZONES.index(table["zero_denominator"]) + 1
        payment = {(row["unsafe"], row["safe"], row["prestasi"]): int(row["permille"]) for row in table["payment"]}
        zero = dict.fromkeys(("ak", "rrns", "rppt", "rppt_neither"), zone)
        return Scheme(name, bands, {}, {}, payment, zero, exempt)
    columns = rules.value("kbk.payment", on)
    column_of = rules.value("kbk.payment_column", on)
    steps = {
        key: tuple(sorted(((row["score_tenths"], row["permille"]) for row in rows), reverse=True))
        for key, rows in columns.items()
    }
    return Scheme(
        name,
        {key: bands_of(rows, "rating") for key, rows in rules.value("kbk.bands", on).items()},
        rules.value("kbk.weights_tenths", on),
        {kind: steps[kind if kind in steps else column_of[kind]] for kind in FACILITY_TYPES},
        {},
        rules.value("kbk.zero_denominator", on),
        exempt,
    )


def evaluate(
    ratios: Ratios,
    facility_type: str,
    rules: Rules,
    on: date | str,
    exempt: bool = False,
    prolanis_visit_percent: Fraction | None = None,
) -> Evaluation:
    """One evaluation under the rule of ``on``; for many, prepare :func:`scheme` once."""
    return scheme(rules, on).evaluate(ratios, facility_type, exempt, prolanis_visit_percent)


@dataclass(frozen=True)
class Step:
    """The fewest ``people`` that lift one indicator to a better band, all else unchanged, and what that pays.

    ``rupiah`` is the capitation gained per month, in whole rupiah, rounded down (floor).
    """

    people: int
    rating: int
    score_tenths: int
    share_permille: int
    rupiah: int


@dataclass(frozen=True)
class Gap:
    """What is missing to the next band of each indicator; None where the best band is reached.

    ``ak``: contacts to add; ``rrns``: non-specialist referrals to avoid (they leave both counts); ``dm`` and ``ht``:
    patients to bring under control if only that disease improves. ``together``: score in tenths, per mille paid and
    rupiah gained when AK, RRNS and one disease (the one that needs fewer people) take their step.
    """

    now: Evaluation
    ak: Step | None
    rrns: Step | None
    dm: Step | None
    ht: Step | None
    together: tuple[int, int, int]


def gap(counts: Counts, facility_type: str, scheme: Scheme, tariff: int, capitated: int | None = None) -> Gap:
    """The gap of one facility and month; ``capitated`` (default ``counts.members``) x ``tariff`` is full capitation.

    Raises ``UserError`` under the zone schemes, which count Prolanis visits instead of controlled patients.
    """
    if scheme.zone_payment:
        raise UserError(
            "the gap is defined for the score of Peraturan BPJS 7/2019, not for {scheme}", scheme=scheme.name
        )
    now = scheme.evaluate_counts(counts, facility_type)
    members = counts.members if capitated is None else capitated
    current = now.ak_rating, now.rrns_rating, now.rppt_rating

    def step(position: int, found: tuple[int, int] | None) -> Step | None:
        """The step that gives the indicator at ``position`` the rating ``found`` (people, rating)."""
        if found is None:
            return None
        after = [*current]
        after[position] = found[1]
        score, share = scheme.pays(after[0], after[1], after[2], facility_type)
        return Step(*found, score, share, capitation_rupiah(members, tariff, share - now.share_permille))

    ak = step(0, _contacts_missing(counts, now.ak_rating, scheme.bands["ak"]))
    rrns = step(1, _referrals_missing(counts, now.rrns_rating, scheme.bands["rrns"]))
    dm_pair, ht_pair = (counts.dm_controlled, counts.dm_diagnosed), (counts.ht_controlled, counts.ht_diagnosed)
    dm = step(2, _controlled_missing(dm_pair, ht_pair, now.rppt_rating, scheme.bands["rppt"]))
    ht = step(2, _controlled_missing(ht_pair, dm_pair, now.rppt_rating, scheme.bands["rppt"]))
    patients = min((item for item in (dm, ht) if item), key=lambda item: item.people, default=None)
    after = [item.rating if item else rating for item, rating in zip((ak, rrns, patients), current, strict=True)]
    score, share = scheme.pays(after[0], after[1], after[2], facility_type)
    gained = capitation_rupiah(members, tariff, share - now.share_permille)
    return Gap(now, ak, rrns, dm, ht, (score, share, gained))


def _least(edge: Fraction, band: Band) -> int:
    """The least whole number that is at least ``edge``, or above it when the band excludes its edge."""
    return edge.__floor__() + 1 if band.comparison in ("gt", "lt") else edge.__ceil__()


def _contacts_missing(counts: Counts, rating: int, bands: Bands) -> tuple[int, int] | None:
    """(contacts to add, rating reached); None at the best rating, or when members are too few to reach another."""
    options = [
        _least(Fraction(band.top * counts.members, band.bottom * 1000), band) for band in bands if band.rating > rating
    ]
    contacts = min((option for option in options if option <= counts.members), default=None)
    if contacts is None:
        return None
    return contacts - counts.contacts, rate(1000 * contacts, counts.members, bands)


def _referrals_missing(counts: Counts, rating: int, bands: Bands) -> tuple[int, int] | None:
    """(non-specialist referrals to avoid, rating reached).

    An avoided referral is treated at the FKTP, so it leaves numerator and denominator: (n - k) / (r - k) <= edge.
    """
    options = []
    for band in bands:
        edge = Fraction(band.top, band.bottom)
        if band.rating > rating and edge < 100:
            options.append(_least((100 * counts.nonspecialist - edge * counts.referrals) / (100 - edge), band))
    avoided = min((option for option in options if option <= counts.nonspecialist), default=None)
    if avoided is None:
        return None
    left = counts.referrals - avoided
    best = max(band.rating for band in bands)
    return avoided, rate(100 * (counts.nonspecialist - avoided), left, bands) if left else best


def _controlled_missing(
    disease: tuple[int, int], other: tuple[int, int], rating: int, bands: Bands
) -> tuple[int, int] | None:
    """(patients of ``disease`` to bring under control, rating reached); pairs are (controlled, diagnosed).

    With both diseases present RPPT is the mean of two ratios, so the disease must supply what the other leaves of
    twice the edge; where the other has no patients the ratio of the disease stands alone.
    """
    controlled, diagnosed = disease
    if not diagnosed:
        return None
    rest = Fraction(100 * other[0], other[1]) if other[1] else None

    def needed(band: Band) -> int:
        edge = Fraction(band.top, band.bottom)
        own = edge if rest is None else 2 * edge - rest
        return _least(own * diagnosed / 100, band)

    options = [needed(band) for band in bands if band.rating > rating]
    reached = min((option for option in options if option <= diagnosed), default=None)
    if reached is None:
        return None
    own = Fraction(100 * reached, diagnosed)
    mean = own if rest is None else (own + rest) / 2
    return reached - controlled, rate(mean.numerator, mean.denominator, bands)
