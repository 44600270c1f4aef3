"""The lower half of KBK: counts, exact ratios, and the rating a ratio gets from the bands of a rule.

Ratios are integers over integers, compared with the edges of the bands by cross-multiplication, never as
floating-point numbers. Source: Peraturan BPJS Kesehatan 7/2019 and the joint regulations of 2016 and 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

ZONES = ("unsafe", "safe", "prestasi")


class Counts(NamedTuple):
    """What P-Care counts in one facility and month.

    ``contacts``: different members with a recorded contact; ``members``: the head count that divides them (rule
    ``kbk.ak_denominator``); ``nonspecialist`` of all ``referrals``, TACC cases left out of the former; Prolanis members
    under control and members diagnosed, for DM and HT; Prolanis members and those of them seen, which the zone schemes
    of 2016 and 2017 ask for. Unit: persons (referrals: visits).
    """

    contacts: int
    members: int
    nonspecialist: int
    referrals: int
    dm_controlled: int
    dm_diagnosed: int
    ht_controlled: int
    ht_diagnosed: int
    prolanis_seen: int = 0
    prolanis_members: int = 0


@dataclass(frozen=True)
class Ratios:
    """The three indicators: AK in per mille, RRNS and RPPT in percent; None where a denominator is zero.

    ``rppt_percent`` is the mean of ``dm_percent`` and ``ht_percent``, None when one of them is None.
    """

    ak_permille: Fraction | None
    rrns_percent: Fraction | None
    rppt_percent: Fraction | None
    dm_percent: Fraction | None = None
    ht_percent: Fraction | None = None


class Band(NamedTuple):
    """One band: the rating it gives, how it compares (ge, gt, le, lt, or any) and its edge top / bottom."""

    rating: int
    comparison: str
    top: int
    bottom: int

    def holds(self, numerator: int, denominator: int) -> bool:
        """Whether numerator / denominator (> 0) lies in the band."""
        left, right = numerator * self.bottom, self.top * denominator
        match self.comparison:
            case "ge":
                return left >= right
            case "gt":
                return left > right
            case "le":
                return left <= right
            case "lt":
                return left < right
        return True


Bands = tuple[Band, ...]


def rate(numerator: int, denominator: int, bands: Bands) -> int:
    """The rating of numerator / denominator (> 0): that of the first band that holds."""
    for band in bands:
        if band.holds(numerator, denominator):
            return band.rating
    raise ValueError("the last band must hold for every ratio")


def ratios(counts: Counts) -> Ratios:
    """The exact indicators of ``counts``; None where a denominator is zero. AK is per mille, the others percent."""
    dm = _ratio(100 * counts.dm_controlled, counts.dm_diagnosed)
    ht = _ratio(100 * counts.ht_controlled, counts.ht_diagnosed)
    return Ratios(
        _ratio(1000 * counts.contacts, counts.members),
        _ratio(100 * counts.nonspecialist, counts.referrals),
        None if dm is None or ht is None else (dm + ht) / 2,
        dm,
        ht,
    )


def _ratio(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def bands_of(rows: list[dict[str, Any]], label: str) -> Bands:
    """Bands from rows such as {rating: 3, gt: 145}; a row without a comparison always holds."""
    return _bands(tuple(tuple(row.items()) for row in rows), label)


@lru_cache(maxsize=64)  # asked for every month of every replicate
def _bands(rows: tuple[tuple[tuple[str, Any], ...], ...], label: str) -> Bands:
    bands = []
    for row in map(dict, rows):
        rating = ZONES.index(row["zone"]) + 1 if label == "zone" else int(row["rating"])
        comparison = next((name for name in row if name != label), "any")
        # str: 2.5 as written in the rule, not as stored in binary.
        edge = Fraction(str(row.get(comparison, 0)))
        bands.append(Band(rating, comparison, edge.numerator, edge.denominator))
    return tuple(bands)
