"""The runs of a proposal, kept in memory: of each unit only the series that the figures need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.levers.base import Context
from scenarios.months import number_of, span
from scenarios.rkpd.known import Known
from scenarios.scenario import Decision, Scenario
from scenarios.units import Setting, Simulate, Task, computed, shares
from scenarios.workers import each_part
from sim.policy import Policy
from sim.posterior import Posterior
from sim.rules import Rules

FloatArray = NDArray[np.float64]
_KEPT = ("bill_premium", "bill_aid_pemda", "bill_aid_self", "bill_aid_outside", "bill_correction", "bill_levers",
         "bill_village", "bill_jkn", "unfunded", "debt_pemda", "billed", "active", "registered", "population_dukcapil",
         "status_uhc", "dropped")  # fmt: skip


@dataclass(frozen=True)
class Future:
    """One task's months and district series, each (replicates, months), under ``policy``."""

    months: tuple[str, ...]
    policy: Policy
    series: Mapping[str, FloatArray]

    def within(self, year: int) -> NDArray[np.bool_]:
        """Which months lie in ``year``, (T,)."""
        return np.array([month.startswith(f"{year:04d}-") for month in self.months], np.bool_)

    def of(self, key: str, year: int) -> FloatArray:
        """A series in the months of ``year``, (R, months of the year)."""
        return self.series[key][:, self.within(year)]


@dataclass(frozen=True)
class Ground:
    """What all runs of a proposal share; ``tell`` hears of every unit that ends."""

    rules: Rules
    posterior: Posterior | None
    scenario: Scenario
    seed: int
    jobs: int
    luck_only: bool
    simulate: Simulate | None
    tell: Callable[[], None]

    def decision(self, known: Known, year: int) -> Decision:
        """What the scenario decides to the end of ``year``, its line not binding, without the rules that are only
        possible: what they do is told beside the figure."""
        return self.scenario.decided(self.context(known, year)).but(_unbound)

    def context(self, known: Known, year: int) -> Context:
        """From the month after the stock to the end of ``year``."""
        months = number_of(f"{year}-12") - number_of(known.stock.month)
        return Context(known.district, self.rules, known.first_month, months)

    def run(self, known: Known, tasks: Mapping[str, Task], replicates: int, posterior: bool) -> dict[str, Future]:
        """Every task in ``replicates`` replicates, the same luck in all; with the posterior or the priors."""
        setting = Setting(known.district, self.rules, self.seed, known.stock.month, self.luck_only, known.first_month,
                          self.simulate, self.posterior if posterior else None)  # fmt: skip
        kept = {name: {key: np.zeros((replicates, task.decision.policy.months)) for key in _KEPT}
                for name, task in tasks.items()}  # fmt: skip
        pieces = shares(((name, number) for number in range(replicates) for name in tasks), self.jobs)
        with closing(each_part(computed, (setting, dict(tasks)), pieces, self.jobs)) as ended:
            for _, ((name, number), (results, _seconds)) in ended:
                for key, table in kept[name].items():
                    table[number] = results.series(key)
                self.tell()
        return {name: Future(span(known.first_month, task.decision.policy.months), task.decision.policy, kept[name])
                for name, task in tasks.items()}  # fmt: skip


def _unbound(policy: Policy) -> Policy:
    certain = tuple(change for change in policy.rule_changes if change.chance == 1)
    return policy.but(line_rule="unbounded", line_amounts={}, line_additions={}, line_cash=None, top_up=0.0,
                      rule_changes=certain)  # fmt: skip
