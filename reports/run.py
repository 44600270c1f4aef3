"""A finished run as reports see it: which scenario is the reference, which carries the headline, which lines bind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from districts.faults import UserError
from districts.text import month_name, number, translator
from reports.numbers import FloatArray, Year, first_full_year, middle, years
from reports.past import Past
from reports.wording import chance_told, enough, ranged, scenario_title
from scenarios.comparison.costs import Changes, changes
from scenarios.comparison.frontier import Option, options
from scenarios.comparison.runs import decisions
from scenarios.kbk_efforts import Effort, best_effort
from scenarios.kbk_sites import Site, sites_of_run
from scenarios.need import Exhaustion, exhaustion, headline, unbounded
from scenarios.shares import Shares, block_shares
from scenarios.store import RULES, RunStore
from sim.kbk import Evaluation, scheme
from sim.kbk_plan import terms
from sim.rules import Rules, load_rules

_GROWTH = 1.1  # heads billed at most over those of the year's first month, from which their growth is told
SECOND_RUN = "@"  # "uhc-non-cut-off@80": the same scenario with the line that its own need set


@dataclass(frozen=True)
class Run:
    """A store and the rules its reports quote. Scenarios without a stored replicate are left out."""

    store: RunStore
    rules: Rules

    @property
    def manifest(self) -> dict[str, Any]:
        """The record of the run."""
        return self.store.manifest

    @property
    def record(self) -> dict[str, Any] | None:
        """The record of the district's past forecasts, None where there is none."""
        return self.manifest.get("track_record")

    @cached_property
    def past(self) -> Past:
        """What is known of the months before the run."""
        return Past(self.manifest.get("past") or {}, self.months[0])

    @property
    def months(self) -> tuple[str, ...]:
        """The reported months, "YYYY-MM"."""
        return self.store.months

    @property
    def facilities(self) -> tuple[str, ...]:
        """Names of the facilities in the order of the tables."""
        return self.store.facilities

    @property
    def hospitals(self) -> tuple[str, ...]:
        """Names of the hospitals in the order of the tables."""
        return self.store.hospitals

    @cached_property
    def short_names(self) -> tuple[str, ...]:
        """Names of the facilities for charts: without "Puskesmas" where every name begins with it and says more than a
        number."""
        prefix = "Puskesmas "
        if all(name.startswith(prefix) and not name[len(prefix) :].strip().isdecimal() and name != prefix
               for name in self.facilities):  # fmt: skip
            return tuple(name.removeprefix(prefix) for name in self.facilities)
        return self.facilities

    @cached_property
    def scenarios(self) -> list[str]:
        """Scenarios with results, in the order in which they were asked for."""
        return [name for name in self.store.scenarios if self.store.replicates(name)]

    @cached_property
    def main(self) -> list[str]:
        """The scenarios that charts compare: those asked for, without second runs."""
        return [name for name in self.scenarios if SECOND_RUN not in name]

    @cached_property
    def needs(self) -> list[str]:
        """Scenarios whose line does not bind, so that their bill is a need."""
        return [name for name in self.scenarios if unbounded(self.store, name)]

    @cached_property
    def binding(self) -> list[str]:
        """Scenarios in which a line binds, second runs last."""
        found = [name for name in self.scenarios if name not in self.needs]
        return sorted(found, key=lambda name: SECOND_RUN in name)

    @property
    def reference(self) -> str:
        """What the others are compared with: ``baseline``, or the first scenario of a run without it."""
        return "baseline" if "baseline" in self.scenarios else self.scenarios[0]

    @cached_property
    def headline(self) -> str | None:
        """The scenario whose need is the answer; None when every line binds."""
        return headline(self.manifest, self.needs)

    @cached_property
    def told(self) -> str:
        """The scenario of which pages tell more than a line (facilities, KBK, capitation): the one whose need is the
        answer, the reference where every line binds."""
        return self.headline or self.reference

    @cached_property
    def shares(self) -> Shares | None:
        """Which block of the model carries how much of the variance; None where the run does not tell."""
        return block_shares(self.store)

    @cached_property
    def changes(self) -> Changes:
        """What the scenarios, without second runs, change against the reference, replicate by replicate."""
        return changes(self.store, self.main, self.reference)

    @cached_property
    def frontier(self) -> list[Option]:
        """The scenarios that a district can choose between: the Pemda's money against active person-months."""
        names = [name for name in self.main if name in decisions(self.store)]
        at = [self.main.index(name) for name in names]
        return options(names, self.changes.cost["pemda"][:, at], self.changes.effect["active_months"][:, at])

    @cached_property
    def efforts(self) -> list[tuple[Site, Evaluation, Effort | None]]:
        """Of each facility below full capitation in the first month of the scenario of the answer: its counts, their
        evaluation, and the effort that leaves most on average, None where none leaves anything; the best first. Empty
        under the zone schemes, for a run without types of facilities, and with fewer replicates than a range needs."""
        month = self.months[0]
        rule = scheme(self.rules, month)
        if rule.zone_payment or "facility_types" not in self.manifest or not ranged(self.replicates(self.told)):
            return []
        costs, found = terms(self.rules, month), []
        for site in sites_of_run(self.store, self.told, month, self.rules):
            now = rule.evaluate_counts(site.counts, site.type, site.exempt)
            if now.share_permille < 1000:
                found.append((site, now, best_effort(site, rule, costs)))
        return sorted(found, key=lambda one: -one[2].net if one[2] is not None else 0)

    @property
    def year(self) -> Year:
        """The year of the answer: the first full calendar year of the run."""
        return first_full_year(self.months)

    @property
    def own_line(self) -> int | None:
        """The line that the district filled in for the year of the answer, rupiah; None without one, and in a year that
        the run covers only in part."""
        line = self.manifest.get("own_lines", {}).get(str(self.year.year)) if self.year.full else None
        return None if line is None else int(line)

    @property
    def full_years(self) -> list[Year]:
        """The first and the last full calendar year of the run, one when they are the same; the year of the answer
        when none is full."""
        full = [year for year in years(self.months) if year.full] or [self.year]
        return full[:1] if len(full) == 1 else [full[0], full[-1]]

    @property
    def certainty(self) -> float:
        """The certainty the user chose for the second run, 0.8 without one."""
        return float((self.manifest.get("binding") or {}).get("certainty", 0.8))

    def replicates(self, scenario: str) -> int:
        """How many replicates of ``scenario`` are stored."""
        return len(self.store.replicates(scenario))

    @cached_property
    def certain(self) -> bool:
        """Whether every scenario has replicates enough to speak of certainty."""
        return all(enough(self.replicates(name)) for name in self.scenarios)

    def period(self, lang: str = "id") -> str:
        """The year of the answer in words; the span of months when the run holds no full year."""
        return self.period_of(self.year, lang)

    def period_of(self, year: Year, lang: str = "id") -> str:
        """A calendar year of the run in words; the span of months when it is not full."""
        if year.full:
            return str(year.year)
        first, last = self.months[year.months[0]], self.months[year.months[-1]]
        return f"{month_name(first, lang, short=True)}–{month_name(last, lang, short=True)}"

    def scenario_told(self, scenario: str, lang: str = "id") -> str:
        """A sentence that names the scenario of a chart."""
        return translator(lang)("Scenario: {scenario}.").format(scenario=scenario_title(self.manifest, scenario, lang))

    def range_words(self, scenario: str, lang: str = "id") -> str:
        """What low and high are: "rentang 8 dari 10 kemungkinan", or of replicates when those are too few."""
        _ = translator(lang)
        if not ranged(self.replicates(scenario)):
            return _("none, too few replicates for a range")
        if enough(self.replicates(scenario)):
            return _("8-in-10 range")
        return _("range of 8 in 10 of {replicates} replicates").format(replicates=self.replicates(scenario))

    def exhaustion_of(self, scenario: str, year: int) -> Exhaustion:
        """When the line of ``year`` was used up in ``scenario``."""
        return next(entry for entry in exhaustion(self.store, scenario) if entry.year == year)

    def months_carried(self, scenario: str) -> FloatArray:
        """Months of the answer's year that the line of ``scenario`` carries whole, counted from the first, (R,)."""
        first, months = self.exhaustion_of(scenario, self.year.year).first, self.year.months
        return np.where(first < 0, len(months), first - months[0]).astype(np.float64)

    def carried_words(self, scenario: str, lang: str = "id") -> str:
        """How far the line of the answer's year reaches: "cukup 8 dari 12 bulan"; where that is not all of it, also how
        the heads grow that it pays for, if by more than a tenth: a line is set by the heads of its beginning."""
        _ = translator(lang)
        months, every = middle(self.months_carried(scenario)), len(self.year.months)
        told = _("enough for {months} of {all} months").format(months=number(months, lang), all=every)
        heads = [middle(month) for month in self.store.series(scenario, "billed")[:, self.year.months].T]
        if months == every or max(heads) <= _GROWTH * heads[0]:
            return told
        grown = _("{told}; heads billed rise from {first} to {most}")
        return grown.format(told=told, first=number(heads[0], lang), most=number(max(heads), lang))

    def unfunded(self, scenario: str) -> float:
        """Bills of the answer's year for which there is no money, rupiah, the middle of the replicates."""
        return middle(self.store.series(scenario, "unfunded")[:, self.year.months].sum(axis=1))

    def exhaustion_words(self, scenario: str, lang: str = "id") -> str:
        """One clause on the answer's year: in which month the money runs out most often, and how often at all."""
        _ = translator(lang)
        found = self.exhaustion_of(scenario, self.year.year)
        if not found.has_line:
            return _("{year} has no line").format(year=self.period(lang))
        if not found.months:
            return _("the money of {year} lasts in every replicate").format(year=self.period(lang))
        month = Counter(found.months).most_common(1)[0][0]
        return _("the money of {year} runs out ({chance}), most often in {month}").format(
            year=self.period(lang),
            chance=chance_told(np.asarray(found.first) >= 0, lang),
            month=month_name(month, lang),
        )


@contextmanager
def opened(folder: Path) -> Iterator[Run]:
    """The run in ``folder`` with the rules it was made by. Raises ``UserError`` when there is none or no result yet."""
    folder = Path(folder)
    with RunStore.open(folder) as store:
        local = folder / RULES
        run = Run(store, load_rules(local if local.exists() else None))
        if not run.scenarios:
            raise UserError("{folder} holds no finished replicate yet", folder=folder)
        yield run
