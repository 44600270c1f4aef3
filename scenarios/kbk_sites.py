"""What is known of each facility for its KBK plan: from the replicates of a run, or from a district's own history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from districts.faults import UserError
from districts.model import District, Facility
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.facilities.exemption import is_exempt
from sim.kbk import Counts, Evaluation, Scheme
from sim.kbk_plan import Plan, Terms, plans
from sim.rules import Rules
from sim.rules.tariff import capitation_tariff

_COUNTS = ("contacts", "members", "referrals_nonspecialist", "referrals", "dm_controlled", "dm_diagnosed",
           "ht_controlled", "ht_diagnosed")  # fmt: skip


@dataclass(frozen=True)
class Site:
    """One facility in one month ("YYYY-MM"): its counts, ``capitated`` heads and ``tariff`` (rupiah), and of a run the
    counts of each replicate (``worlds``), of which ``counts`` are the middles."""

    name: str
    type: str
    exempt: bool
    month: str
    counts: Counts
    capitated: int
    tariff: int
    worlds: tuple[Counts, ...] = ()

    def plans(self, scheme: Scheme, terms: Terms) -> tuple[Evaluation, list[Plan]]:
        """The evaluation now and the plans (:func:`sim.kbk_plan.plans`); an exempt facility, paid in full, has none."""
        if self.exempt:
            return scheme.evaluate_counts(self.counts, self.type, exempt=True), []
        return plans(self.counts, self.type, scheme, self.tariff, terms, self.capitated)

    def enough(self, plan: Plan, scheme: Scheme) -> list[bool]:
        """Whether the plan reaches its share in each replicate."""
        reached = (scheme.evaluate_counts(plan.added(world), self.type) for world in self.worlds)
        return [found.share_permille >= plan.share_permille for found in reached]

    def paid(self, plan: Plan, scheme: Scheme) -> list[tuple[int, int]]:
        """Per mille of capitation paid without and with the plan, by replicate."""
        return [(scheme.evaluate_counts(world, self.type).share_permille,
                 scheme.evaluate_counts(plan.added(world), self.type).share_permille)
                for world in self.worlds]  # fmt: skip

    def mean_net(self, plan: Plan, scheme: Scheme) -> int | None:
        """What the plan leaves a month on average over the replicates, rupiah: also where it misses its share it costs,
        and where a rating rises otherwise it brings. None without replicates."""
        if not self.worlds:
            return None
        more = float(np.mean([after - before for before, after in self.paid(plan, scheme)]))
        return round(more * self.capitated * self.tariff / 1000) - plan.cost


def sites_of_run(store: RunStore, scenario: str, month: str, rules: Rules) -> list[Site]:
    """The facilities of a run in ``month``; AK is divided by the head count of the rule, capitated heads as of day 1.

    Raises ``UserError`` for a month or scenario outside the run, and for a run made before types were recorded.
    """
    types = store.manifest.get("facility_types")
    if types is None:
        raise UserError("{folder} does not say what type its facilities are; run it again", folder=store.folder)
    if month not in store.months:
        raise UserError("{month} is not among the months of the run", month=month)
    store.replicates(scenario)
    at = store.months.index(month)

    def sample(key: str) -> np.ndarray:
        return store.series(scenario, key, "facility")[:, at]

    divisor = str(rules.value("kbk.ak_denominator", month))
    tables = np.stack([sample(divisor if key == "members" else key) for key in _COUNTS], axis=-1).astype(int)
    capitated, tariff = sample("capitated"), sample("tariff")
    sites = []
    for place, (name, kind) in enumerate(zip(store.facilities, types, strict=True)):
        worlds = tuple(Counts(*_possible(row)) for row in tables[:, place].tolist())
        middles = [_middle(column) for column in tables[:, place].T]
        sites.append(Site(name, kind, bool(store.manifest["kbk_exempt"][place]), month, Counts(*_possible(middles)),
                          _middle(capitated[:, place]), _middle(tariff[:, place]), worlds))  # fmt: skip
    return sites


def counts_of_months(store: RunStore, scenario: str, place: int, rules: Rules) -> list[Counts]:
    """The middle counts of the facility at ``place`` in every month of the run, as :func:`sites_of_run` takes them."""
    middles = {key: [_middle(column) for column in store.series(scenario, key, "facility", place).T]
               for key in (*_COUNTS, "capitated", "registered") if key != "members"}  # fmt: skip
    found = []
    for at, month in enumerate(store.months):
        divisor = str(rules.value("kbk.ak_denominator", month))
        row = [middles[divisor if key == "members" else key][at] for key in _COUNTS]
        found.append(Counts(*_possible(row)))
    return found


def _middle(sample: np.ndarray) -> int:
    return round(quantile(sample, 0.5).value)


def _possible(row: list[int]) -> list[int]:
    """Counts with no part above its whole: contacts are of the month, the heads that divide them of its first day."""
    return [min(top, bottom) if at % 2 == 0 else top
            for at, (top, bottom) in enumerate(zip(row, [*row[1:], 0], strict=True))]  # fmt: skip


def sites_of_history(district: District, rules: Rules) -> list[Site]:
    """The facilities of which the district's history tells all counts of a month, each in the last such month.

    Raises ``UserError`` when there is none.
    """
    figures: dict[tuple[str, str], dict[str, int]] = {}
    for row in district.history:
        if len(row.month) == 7:
            figures.setdefault((row.place, row.month), {})[row.indicator] = round(row.value)
    sites = []
    for facility in district.facilities:
        months = sorted((month for place, month in figures if place == facility.code), reverse=True)
        known = (_site(facility, month, figures[facility.code, month], rules) for month in months)
        if (site := next(filter(None, known), None)) is not None:
            sites.append(site)
    if not sites:
        raise UserError("the history of {district} tells no facility's KBK counts of a month; make a run of it and "
                        "give the folder of the run", district=district.title)  # fmt: skip
    return sites


def _site(facility: Facility, month: str, found: dict[str, int], rules: Rules) -> Site | None:
    """The facility as the figures of one month tell it; None when one is missing."""
    divisor = str(rules.value("kbk.ak_denominator", month))
    keys = [divisor if key == "members" else key for key in _COUNTS]
    if not {*keys, "capitated"} <= found.keys():
        return None
    capitated = found["capitated"]
    tariff = capitation_tariff(rules, month, facility.type, facility.doctors, facility.dentists, capitated,
                               facility.special_capitation)  # fmt: skip
    return Site(facility.name, facility.type, is_exempt(facility, rules, month), month,
                Counts(*(found[key] for key in keys)), capitated, tariff)  # fmt: skip
