"""What is known of the months before a run: the figures that charts draw before the rule between data and forecast.

They come from the district's own history and its membership stocks; a run does not read them, it only keeps them in its
manifest, so that its reports need nothing but the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from districts.model import District
from scenarios.months import later, number_of, span
from sim.facilities.exemption import is_exempt
from sim.kbk import Evaluation, scheme
from sim.kbk_bands import Counts
from sim.rules import Rules
from sim.rules.values import RuleDateError

#: The most months before a run that are kept.
MONTHS = 24
DISTRICT = ("population", "registered", "active", "bill_jkn", "capitation_full", "capitation_paid")
_COUNTS = ("contacts", "members", "referrals_nonspecialist", "referrals", "dm_controlled", "dm_diagnosed",
           "ht_controlled", "ht_diagnosed")  # fmt: skip

Figures = dict[tuple[str, str], float]


def past_of(district: District, rules: Rules, start: str) -> dict[str, Any]:
    """The months before ``start`` ("YYYY-MM") of which anything is known, at most :data:`MONTHS`, the last one known
    last: ``{"months": [...], "district": {key: [...]}, "share_permille": {facility: [...]}, "ratings": {facility:
    [[ak, rrns, rppt], ...]}}``, None where a month has no figure; all empty where nothing is known.

    Heads are those at the end of a month, rupiah those of the month. ``population`` is the latest count known by then.
    A facility's share of capitation is the one given, else what was paid of the full amount, else the one that its
    counts of the month before earned; its ratings are those of the month's own counts.
    """
    months = span(later(start, -MONTHS), MONTHS)
    found: dict[str, Figures] = {}
    for row in district.history:
        if row.month in months:
            found.setdefault(row.place, {})[row.indicator, row.month] = row.value
    heads = found.setdefault("district", {})
    for stock in district.stocks:
        if stock.month in months:
            heads.setdefault(("registered", stock.month), stock.registered)
            heads.setdefault(("active", stock.month), stock.active)
    columns: dict[str, list[float | None]] = {key: [heads.get((key, month)) for month in months] for key in DISTRICT}
    columns["population"] = [_population(district, month) for month in months]
    shares = {
        facility.name: [_share(found.get(facility.code, {}), facility.type, month, rules) for month in months]
        for facility in district.facilities
        if not is_exempt(facility, rules, start)
    }
    ratings = {
        facility.name: [_ratings(found.get(facility.code, {}), facility.type, month, rules) for month in months]
        for facility in district.facilities
        if facility.name in shares
    }
    told: list[Sequence[Any]] = [*(columns[key] for key in DISTRICT[1:]), *shares.values(), *ratings.values()]
    known = [at for at in range(len(months)) if any(column[at] is not None for column in told)]
    if not known:
        return {"months": [], "district": {}, "share_permille": {}, "ratings": {}}
    first, last = known[0], known[-1] + 1
    return {
        "months": list(months[first:last]),
        "district": {key: values[first:last] for key, values in columns.items()},
        "share_permille": {name: row[first:last] for name, row in shares.items() if any(row)},
        "ratings": {name: rated[first:last] for name, rated in ratings.items() if any(rated)},
    }


def _population(district: District, month: str) -> int | None:
    """The latest population figure of the district that is dated ``month`` or earlier."""
    dated = [(stock.month, stock.population) for stock in district.stocks]
    dated += [
        (row.month if len(row.month) == 7 else f"{row.month}-12", round(row.value))
        for row in district.history
        if (row.place, row.indicator) == ("district", "population")
    ]
    known = [(number_of(when), value) for when, value in dated if when <= month]
    return max(known)[1] if known else None


def _share(figures: Mapping[tuple[str, str], float], kind: str, month: str, rules: Rules) -> int | None:
    """The share of capitation paid in ``month``, per mille; None where nothing tells it."""
    if ("share_permille", month) in figures:
        return round(figures["share_permille", month])
    full, paid = (figures.get((key, month)) for key in ("capitation_full", "capitation_paid"))
    if full and paid is not None:
        return round(1000 * paid / full)
    earned = _evaluation(figures, kind, later(month, -1), rules)
    return None if earned is None else earned.share_permille


def _ratings(figures: Mapping[tuple[str, str], float], kind: str, month: str, rules: Rules) -> list[int] | None:
    """The ratings of AK, RRNS and RPPT by the counts of ``month``; None where they are not all known."""
    found = _evaluation(figures, kind, month, rules)
    return None if found is None else [found.ak_rating, found.rrns_rating, found.rppt_rating]


def _evaluation(figures: Mapping[tuple[str, str], float], kind: str, month: str, rules: Rules) -> Evaluation | None:
    """What the counts of ``month`` earn; None where one of them is missing."""
    try:
        divisor = str(rules.value("kbk.ak_denominator", month))
        keys = [divisor if key == "members" else key for key in _COUNTS]
        if any((key, month) not in figures for key in keys):
            return None
        counts = Counts(*(round(figures[key, month]) for key in keys))
        return scheme(rules, month).evaluate_counts(counts, kind)
    except (RuleDateError, ValueError):  # no rule yet, or counts that cannot be: the history's own check tells them
        return None
